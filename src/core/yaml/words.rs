//! The words for what a YAML parser refuses: what is wrong and what to do, and nothing of the text.
use granit_parser::ErrorKind;

use super::{Place, YamlFault, build::MAX_DEPTH};

/// What is wrong with `text`, of which a parser said no more than `kind` at `place`.
pub(super) fn fault(kind: &ErrorKind, place: Place, text: &str) -> YamlFault {
    match kind {
        ErrorKind::RecursionLimitExceeded => YamlFault::new(
            place,
            format!("nested more than {MAX_DEPTH} deep; flatten it"),
        ),
        kind if is_about_a_tab(kind) => YamlFault::new(tab(place, text), plain(kind)),
        kind if is_json(text) => YamlFault::new(place, of_json(kind, place, text)),
        kind if is_about_a_colon(kind) && begins_its_line(place, text) => {
            YamlFault::new(place, CONTINUES)
        }
        kind => YamlFault::new(place, plain(kind)),
    }
}

const CONTINUES: &str = "this reads as a part of the value that begins above; line this key up with the key above it, \
                         write a space after the colon there, and close each bracket that is open";

/// Whether a text begins as JSON does.
fn is_json(text: &str) -> bool {
    let rest = text.trim_start().strip_prefix(['{', '[']);
    rest.is_some_and(|rest| rest.trim_start().starts_with(['"', '{', '[', '}', ']']))
}

/// What is wrong with a text whose author thinks of JSON.
fn of_json(kind: &ErrorKind, place: Place, text: &str) -> &'static str {
    use ErrorKind as E;
    match kind {
        kind if is_half_a_pair(kind) => HALF_A_PAIR,
        E::UnknownQuotedScalarEscape
        | E::InvalidQuotedScalarHexEscape
        | E::InvalidUnicodeEscape => {
            "JSON has no such escape; write \\\\ for a backslash, and \\u with four digits for a character"
        }
        E::UnclosedQuotedScalar
        | E::UnclosedFlowCollection { .. }
        | E::UnexpectedEofFlowSequence
        | E::UnexpectedEofFlowMapping
        | E::UnexpectedEofImplicitFlowMapping
        | E::MismatchedFlowCollectionEnd { .. }
        | E::MisplacedFlowCollectionEnd
        | E::ExpectedFlowMappingSeparator
        | E::ExpectedFlowSequenceSeparator => plain(kind),
        _ if is_behind(place, text) => {
            "text goes on behind the end of the JSON; remove it, or give each document a file of its own"
        }
        _ => {
            "this cannot be read as JSON; check the commas, quotes and brackets here and just above"
        }
    }
}

/// Whether a place is behind the first document of a text in JSON.
fn is_behind(place: Place, text: &str) -> bool {
    let mut documents =
        serde_json::Deserializer::from_str(text).into_iter::<serde::de::IgnoredAny>();
    let is_whole = matches!(documents.next(), Some(Ok(_)));
    let read = text.get(..documents.byte_offset()).unwrap_or_default();
    let end = super::end_of(read.as_bytes());
    is_whole && end <= place
}

const HALF_A_PAIR: &str = "half of a pair of \\u escapes stands here alone, which is no character; write both halves, or the \
                           character itself";

fn is_half_a_pair(kind: &ErrorKind) -> bool {
    use ErrorKind as E;
    matches!(
        kind,
        E::InvalidLowSurrogateHexEscape
            | E::InvalidLowSurrogate
            | E::MissingLowSurrogate
            | E::UnpairedLowSurrogate
    )
}

/// Where the tab is: the parser tells of it at the end of what stands before.
fn tab(place: Place, text: &str) -> Place {
    let lines = (1..).zip(text.lines());
    let found = lines
        .skip_while(|(line, _)| *line < place.line)
        .find_map(|(line, text)| {
            let indentation = text.chars().take_while(|sign| sign.is_whitespace());
            let column = (1..).zip(indentation).find(|(_, sign)| *sign == '\t')?.0;
            Some(Place { line, column })
        });
    found.unwrap_or(place)
}

/// Whether the colon at `place` is the first of its line, so that what stands before it was meant as a key.
fn begins_its_line(place: Place, text: &str) -> bool {
    let at = |number: u64| usize::try_from(number - 1).unwrap_or(usize::MAX);
    let line = text.lines().nth(at(place.line)).unwrap_or_default();
    let before: String = line.chars().take(at(place.column)).collect();
    place.line > 1 && !before.contains(": ")
}

fn plain(kind: &ErrorKind) -> &'static str {
    use ErrorKind as E;
    match kind {
        _ if is_about_a_tab(kind) => "a tab cannot indent YAML; use spaces",
        E::UnknownAnchor => "this alias names no anchor that stands before it; check its spelling",
        E::UnclosedQuotedScalar => "a quote is opened and never closed",
        E::UnclosedFlowCollection { .. }
        | E::UnexpectedEofFlowSequence
        | E::UnexpectedEofFlowMapping
        | E::UnexpectedEofImplicitFlowMapping => "a [ or { is opened and never closed",
        E::MismatchedFlowCollectionEnd { .. } | E::MisplacedFlowCollectionEnd => {
            "this bracket closes nothing that is open; check the brackets before it"
        }
        E::ExpectedFlowMappingSeparator | E::ExpectedFlowSequenceSeparator => {
            "between [ ] or { } each entry needs a comma after it; one is missing before this"
        }
        _ if is_half_a_pair(kind) => HALF_A_PAIR,
        E::UnknownQuotedScalarEscape
        | E::InvalidQuotedScalarHexEscape
        | E::InvalidUnicodeEscape => {
            "unknown escape after \\ in double quotes; write \\\\ for a backslash, or use single quotes"
        }
        _ if is_about_a_colon(kind) => {
            "a second `key: value` on one line, or text with a colon in it; begin a new line, or put the text in quotes"
        }
        E::InvalidTrailingSingleQuotedScalar | E::InvalidTrailingDoubleQuotedScalar => {
            "text goes on after its closing quote; put all of it in quotes, escape the quote inside, or close a quote that \
             is open above"
        }
        E::SimpleKeyExpected | E::InvalidSimpleKey => {
            "a `key:` is expected here; check for a missing colon, and a space after it"
        }
        E::UnexpectedCharacter { .. } => {
            "a value cannot begin with this character, or it cannot stand here; put the value in quotes"
        }
        E::UndeclaredTagHandle => super::build::UNKNOWN_TAG,
        _ if is_about_indentation(kind) => {
            "the indentation does not fit what stands above; line up keys and list entries of one level"
        }
        _ => {
            "this cannot be read as YAML; check the indentation, quotes and brackets here and just above"
        }
    }
}

fn is_about_a_tab(kind: &ErrorKind) -> bool {
    use ErrorKind as E;
    matches!(
        kind,
        E::TabNotAllowed
            | E::TabInBlockIndentation
            | E::TabInIndentation
            | E::TabAtBlockScalarStart
            | E::TabInPlainScalar
    )
}

fn is_about_a_colon(kind: &ErrorKind) -> bool {
    use ErrorKind as E;
    matches!(
        kind,
        E::MappingValueNotAllowed | E::InvalidColonPlacement | E::MappingKeyNotAllowed
    )
}

fn is_about_indentation(kind: &ErrorKind) -> bool {
    use ErrorKind as E;
    matches!(
        kind,
        E::InvalidIndentation
            | E::ExpectedBlockMappingKey
            | E::ExpectedBlockSequenceEntry
            | E::BlockSequenceEntryNotAllowed
            | E::InvalidBlockScalarIndent
            | E::InvalidQuotedScalarIndent
            | E::InvalidFlowScalarIndent
    )
}
