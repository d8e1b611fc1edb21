//! What operators see: logs, metrics, and a panic that says where but never what.
pub mod clients;
pub mod decisions;
pub mod filter;
pub mod metrics;
pub mod troubles;

use std::{io, panic, time::SystemTime};

use tracing_subscriber::filter::ParseError;

use self::filter::LogFilter;

const LEVELS: [&str; 6] = ["error", "warn", "info", "debug", "trace", "off"];

/// Libraries that log each frame of each connection, which drowns everything else.
const FRAMES: [&str; 4] = ["h2", "hyper", "rustls", "tokio_rustls"];

/// Libraries that log whole answers of the API server, each time anew; what they meet is told here in other words.
const SILENT: [&str; 2] = ["kube_client", "kube_runtime"];

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
    Filter(ParseError),
    /// A word of the filter is neither a level nor a target with one.
    #[error(
        "the log filter names no level with \"{word}\"{}; write one of error, warn, info, debug, trace and off, or \
             targets with a level, such as info,statusguard=debug",
        did_you_mean(word)
    )]
    Word {
        /// The word.
        word: String,
    },
    /// Something in this process logs already.
    #[error("logging was started before")]
    Started,
    /// What logged does not any more.
    #[error("nothing is logged any more; restart")]
    Ended,
}

/// Starts logging to stderr; what is logged can be changed later.
///
/// # Errors
/// [`InitError::Filter`] or [`InitError::Word`] if `filter` is not readable; [`InitError::Started`] if this is not the first call.
pub fn init(filter: &str, format: Format, is_colored: bool) -> Result<LogFilter, InitError> {
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter::read(filter)?)
        .with_writer(io::stderr)
        .with_target(false);
    let (started, log) = match format {
        Format::Text => {
            let builder = builder
                .with_ansi(is_colored)
                .compact()
                .with_filter_reloading();
            let log = LogFilter::new(filter, builder.reload_handle());
            (builder.try_init(), log)
        }
        Format::Json => {
            let builder = builder
                .json()
                .flatten_event(true)
                .with_current_span(false)
                .with_span_list(false)
                .with_filter_reloading();
            let log = LogFilter::new(filter, builder.reload_handle());
            (builder.try_init(), log)
        }
    };
    started.map(|()| log).map_err(|_| InitError::Started)
}

/// `filter` without the frames and answers of libraries that it does not name. A bare word would be taken for a target, and everything
/// else would be silent: it must be a level.
fn readable(filter: &str) -> Result<String, InitError> {
    let directives: Vec<&str> = filter.split(',').map(str::trim).collect();
    let is_bare = |directive: &str| !directive.contains(['=', '[']);
    if let Some(word) = directives.iter().find(|it| is_bare(it) && !is_level(it)) {
        return Err(InitError::Word {
            word: (*word).to_owned(),
        });
    }
    let is_loud = directives
        .iter()
        .any(|it| it.eq_ignore_ascii_case("debug") || it.eq_ignore_ascii_case("trace"));
    let quiet = FRAMES
        .iter()
        .filter(|frame| is_loud && !directives.iter().any(|it| it.starts_with(**frame)))
        .map(|frame| format!("{frame}=warn,"));
    let silent = SILENT
        .iter()
        .filter(|library| !directives.iter().any(|it| it.starts_with(**library)))
        .map(|library| format!("{library}=off,"));
    Ok(quiet.chain(silent).collect::<String>() + filter)
}

fn is_level(word: &str) -> bool {
    LEVELS.iter().any(|level| level.eq_ignore_ascii_case(word))
}

fn did_you_mean(word: &str) -> String {
    let word = word.to_ascii_lowercase();
    LEVELS
        .iter()
        .map(|level| (strsim::jaro_winkler(&word, level), level))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map_or_else(String::new, |(_, level)| {
            format!(" (did you mean {level}?)")
        })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_word_that_is_no_level_is_refused_and_what_it_may_mean_is_said() {
        let said = |filter| readable(filter).unwrap_err().to_string();
        assert!(said("warning").contains("did you mean warn?"));
        assert!(said("info,statusguard").contains("\"statusguard\"; write"));
        assert!(!said("loud").contains("did you mean"));
        assert!(said("").contains("write one of"));
    }

    #[test]
    fn frames_are_logged_only_where_they_are_named() {
        for filter in ["info,statusguard=debug", "off", "WARN"] {
            let readable = readable(filter).unwrap();
            assert!(
                readable.ends_with(filter) && !readable.contains("h2="),
                "{readable}"
            );
            assert!(readable.starts_with("kube_client=off,"), "{readable}");
        }
        assert!(readable("debug").is_ok_and(|it| it.starts_with("h2=warn,")));
        assert!(readable("debug,h2=trace").is_ok_and(|it| !it.contains("h2=warn")));
    }
}
