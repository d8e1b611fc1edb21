//! The recorded reviews, as they go over the wire.
use std::{fs, path::PathBuf};

use anyhow::Context;

/// The reviews under `tests/fixtures/reviews`, in order, each with its name.
pub(crate) fn recorded() -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/reviews");
    let mut paths = fs::read_dir(directory)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<PathBuf>, _>>()?;
    paths.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "json")
    });
    paths.sort();
    let read = |path: PathBuf| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let pretty = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok((name.into_owned(), compact(&pretty)))
    };
    paths.into_iter().map(read).collect()
}

/// JSON without the white space between its tokens, in the order that the API server wrote it.
fn compact(pretty: &[u8]) -> Vec<u8> {
    let (mut is_string, mut is_escaped) = (false, false);
    let is_kept = |byte: &u8| {
        let kept = is_string || !byte.is_ascii_whitespace();
        is_string ^= *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        kept
    };
    pretty.iter().copied().filter(is_kept).collect()
}
