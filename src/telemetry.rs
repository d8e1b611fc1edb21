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

/// All others that log anything here, under the names of their crates.
const OTHERS: [&str; 4] = [OWN, "hyper_util", "tower", "tower_http"];

/// The name under which this program logs.
const OWN: &str = "statusguard";

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
    /// A target of the filter under which nothing is ever logged; with it alone, everything else would be silent.
    #[error(
        "the log filter names \"{target}\", and nothing logs under that name{}; the program itself logs as {OWN}, such as in \
             info,{OWN}=debug",
        near_own(target)
    )]
    Target {
        /// The target.
        target: String,
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
/// [`InitError::Filter`], [`InitError::Word`] or [`InitError::Target`] if `filter` is not readable;
/// [`InitError::Started`] if this is not the first call.
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
    if let Some(target) = unknown_target(filter, &directives) {
        return Err(InitError::Target {
            target: target.to_owned(),
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

/// A target that these directives name, and that nothing logs under.
fn unknown_target<'a>(filter: &str, directives: &[&'a str]) -> Option<&'a str> {
    // Values of fields may hold commas.
    if filter.contains('{') {
        return None;
    }
    let targets = directives
        .iter()
        .filter_map(|it| it.split(['=', '[', ':']).next());
    let known = || FRAMES.iter().chain(&SILENT).chain(&OTHERS);
    targets
        .filter(|target| !target.is_empty() && !is_level(target))
        .find(|target| known().all(|it| it != target))
}

fn near_own(target: &str) -> String {
    if strsim::jaro_winkler(target, OWN) > 0.85 {
        format!(" (did you mean {OWN}?)")
    } else {
        String::new()
    }
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
    fn a_target_that_nothing_logs_under_is_refused() {
        let said = |filter| readable(filter).unwrap_err().to_string();
        assert!(said("statusgard=debug").contains("did you mean statusguard?"));
        assert!(
            said("info,postgres=off").contains("\"postgres\", and nothing logs under that name;")
        );
        for filter in [
            "statusguard=debug",
            "warn,statusguard::server=trace,tower=debug",
            "info,[span]=debug",
            "trace[{x=1,y=2}]",
        ] {
            assert!(readable(filter).is_ok(), "{filter}");
        }
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
