//! What operators see: logs, counters, and a panic that says where but never what.
pub mod counters;
pub mod decisions;

use std::{io, panic, time::SystemTime};

use tracing_subscriber::{EnvFilter, filter::ParseError};

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Why logging can not start.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// The filter is not one.
    #[error(
        "the log filter is not readable; write a level (error, warn, info, debug, trace) or targets, such as \
         info,statusguard=debug"
    )]
    Filter(#[source] ParseError),
    /// Something in this process logs already.
    #[error("logging was started before")]
    Started,
}

/// Starts logging to stderr.
///
/// # Errors
/// [`InitError::Filter`] if `filter` is not readable; [`InitError::Started`] if this is not the first call.
pub fn init(filter: &str, format: Format, is_colored: bool) -> Result<(), InitError> {
    let filter = EnvFilter::builder()
        .parse(filter)
        .map_err(InitError::Filter)?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_target(false);
    match format {
        Format::Text => builder.with_ansi(is_colored).compact().try_init(),
        Format::Json => builder
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_span_list(false)
            .try_init(),
    }
    .map_err(|_| InitError::Started)
}

/// Makes a panic say where it happened and nothing else: its message may hold a value of a status.
pub fn hush_panics() {
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(
            at = place.as_deref().unwrap_or("unknown"),
            "a fault of the program itself; please report it with this place"
        );
    }));
}

/// `time` in UTC, to the second, such as `2026-11-22T21:03:55Z`.
pub fn timestamp(time: SystemTime) -> String {
    let time = time::OffsetDateTime::from(time);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        time.year(),
        u8::from(time.month()),
        time.day(),
        time.hour(),
        time.minute(),
        time.second()
    )
}
