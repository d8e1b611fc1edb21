//! What a case expects to be refused for, as its author wrote it: a path and a rule.
use crate::{
    cli::source::{InputFault, Source, printable},
    core::{explain, yaml::Place},
};

/// The word by which a comment says what a file is refused for.
const EXPECT: &str = "expect";
/// How such a comment looks.
const EXAMPLE: &str = "`# expect: status.url schema/required`";
/// The rules of findings about a status.
const FAMILIES: [&str; 6] = ["budget", "condition", "kratix", "merge", "schema", "secret"];

/// That something is refused for a rule at a path.
pub(super) struct Expectation {
    pub(super) path: String,
    pub(super) rule: String,
    /// Where it is written.
    pub(super) place: Option<Place>,
}

/// What the comments of a file expect.
///
/// # Errors
/// If one cannot be understood, or looks as if it were meant to be one.
pub(super) fn of_comments(source: &Source) -> Result<Vec<Expectation>, InputFault> {
    let text = String::from_utf8_lossy(&source.bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut found = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        let Some(comment) = comment(text) else {
            continue;
        };
        let place = Place { line, column: 1 };
        let expected = comment.and_then(|words| expectation(words, place));
        found.push(expected.map_err(|words| source.at(place, words))?);
    }
    Ok(found)
}

/// What stands behind the word of a comment that says what is expected.
fn comment(line: &str) -> Option<Result<&str, String>> {
    let Some(comment) = line.trim_start().strip_prefix('#') else {
        let is_behind = line.contains(&format!(" # {EXPECT}:"));
        return is_behind.then(|| Err(format!("write {EXAMPLE} in a line of its own")));
    };
    let words = comment.trim_start_matches(['#', ' ']);
    if let Some(word) = without_colon(words) {
        let word = printable(word);
        return Some(Err(format!(
            "`# {word}` without a colon means nothing here; write {EXAMPLE}"
        )));
    }
    let (word, rest) = words.split_once(':')?;
    let word = word.trim().to_lowercase();
    if word == EXPECT {
        return Some(Ok(rest.trim()));
    }
    // What is indented may be a line of a text, in which other words mean what they mean.
    let is_near =
        line.starts_with('#') && word.len() > 3 && strsim::damerau_levenshtein(&word, EXPECT) <= 2;
    is_near.then(|| {
        let word = printable(&word);
        Err(format!(
            "`# {word}:` means nothing here; did you mean {EXAMPLE}?"
        ))
    })
}

/// The word of a comment that says with a path or a rule what is expected, and leaves out the colon.
fn without_colon(words: &str) -> Option<&str> {
    let (word, rest) = words.split_once(char::is_whitespace)?;
    let lower = word.to_lowercase();
    let is_near =
        lower.len() > 3 && !lower.contains(':') && strsim::damerau_levenshtein(&lower, EXPECT) <= 2;
    let is_meant = |word: &str| {
        let word = word.trim_matches(['`', '\'', '"', ',', ':']);
        let family = word.split_once('/').map(|(family, _)| family);
        family.is_some_and(|family| FAMILIES.contains(&family)) || word.starts_with("status.")
    };
    // A colon behind blanks is one too.
    let has_colon = rest.trim_start().starts_with(':');
    (is_near && !has_colon && rest.split_whitespace().any(is_meant)).then_some(word)
}

fn expectation(words: &str, place: Place) -> Result<Expectation, String> {
    let pair = words.rsplit_once(' ');
    let (path, rule) = pair.ok_or_else(|| format!("say a path and a rule, such as {EXAMPLE}"))?;
    let path = path.trim();
    known_rule(rule)?;
    known_path(path)?;
    Ok(Expectation {
        path: path.to_owned(),
        rule: rule.to_owned(),
        place: Some(place),
    })
}

/// Whether there is such a rule.
pub(super) fn known_rule(rule: &str) -> Result<(), String> {
    let family = rule.split('/').next().unwrap_or_default();
    let is_one = rule.len() > family.len() + 1;
    if is_one && FAMILIES.contains(&family) && explain::rule(rule).is_some() {
        return Ok(());
    }
    let near = explain::nearest(rule).map(|near| format!("; did you mean {near}?"));
    Err(format!(
        "there is no rule {} about a status{}",
        printable(rule),
        near.unwrap_or_default()
    ))
}

/// Whether a finding can stand at such a path.
pub(super) fn known_path(path: &str) -> Result<(), String> {
    let rest = path.strip_prefix("status");
    if rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '['])) {
        return Ok(());
    }
    let separator = if path.starts_with(['.', '[']) {
        ""
    } else {
        "."
    };
    let path = printable(path);
    Err(format!(
        "a path begins with status; did you mean status{separator}{path}?"
    ))
}

#[cfg(test)]
mod tests {
    use super::{Expectation, of_comments};
    use crate::cli::source::Source;

    fn read(text: &str) -> Result<Vec<Expectation>, String> {
        let source = Source {
            name: "a.yaml".to_owned(),
            bytes: text.into(),
        };
        of_comments(&source).map_err(|fault| fault.to_string())
    }

    #[test]
    fn comments_are_understood_or_told() {
        for text in [
            "# expect: status.url schema/type",
            "\u{feff}#expect: status schema/type\r\nurl: 7",
            "url: 7\n  # Expect : status[\"odd key\"] secret/prose  ",
        ] {
            assert_eq!(read(text).ok().map(|found| found.len()), Some(1), "{text}");
        }
        for text in [
            "# a comment: of another kind\nurl: 'a # b'",
            "message: |\n  # except: for this\n",
            "# url: https://example.com",
            "# expect status to be refused",
            "# except for this/that",
        ] {
            assert_eq!(read(text).ok().map(|found| found.len()), Some(0), "{text}");
        }
        for text in [
            "# expects: status.url schema/type",
            "# expected: status.url schema/type",
            "# expct: status.url schema/type",
            "# expect status.url schema/type",
            "#expects  schema/type",
            "# Expect status.url: schema/pattern",
            "# expect:",
            "# expect: schema/type",
            "# expect: url schema/type",
            "# expect: statusurl schema/type",
            "# expect: status.url schema",
            "# expect: status.url lint/fault",
            "url: 7 # expect: status.url schema/type",
        ] {
            let fault = read(text).err().unwrap_or_default();
            assert!(fault.starts_with("a.yaml:1:1: "), "{text}: {fault}");
        }
    }
}
