//! The two ways out: results to stdout, everything else to stderr.
use std::io::{self, Write as _};

/// Writes a result. A reader that has gone, such as `head`, has had what it wanted.
pub(super) fn result(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Writes what is not a result. Where nobody can be told, nothing is left to do.
pub(super) fn complain(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
