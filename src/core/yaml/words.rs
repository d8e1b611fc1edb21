//! The words for what a YAML parser refuses: what is wrong and what to do, and nothing of the text.
use granit_parser::ErrorKind;

use super::build::MAX_DEPTH;

/// What is wrong with a text, in one line.
pub(super) fn of(kind: &ErrorKind) -> String {
    match kind {
        ErrorKind::RecursionLimitExceeded => {
            format!("nested more than {MAX_DEPTH} deep; flatten it")
        }
        kind => plain(kind).to_owned(),
    }
}

fn plain(kind: &ErrorKind) -> &'static str {
    use ErrorKind as E;
    match kind {
        E::TabNotAllowed
        | E::TabInBlockIndentation
        | E::TabInIndentation
        | E::TabAtBlockScalarStart
        | E::TabInPlainScalar => "a tab cannot indent YAML; use spaces",
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
        E::UnknownQuotedScalarEscape
        | E::InvalidQuotedScalarHexEscape
        | E::InvalidLowSurrogateHexEscape
        | E::InvalidLowSurrogate
        | E::MissingLowSurrogate
        | E::UnpairedLowSurrogate
        | E::InvalidUnicodeEscape => {
            "unknown escape after \\ in double quotes; write \\\\ for a backslash, or use single quotes"
        }
        E::MappingValueNotAllowed | E::InvalidColonPlacement | E::MappingKeyNotAllowed => {
            "a second `key: value` on one line, or text with a colon in it; begin a new line, or put the text in quotes"
        }
        E::InvalidTrailingSingleQuotedScalar | E::InvalidTrailingDoubleQuotedScalar => {
            "text goes on after its closing quote; put all of it in quotes, or escape the quote inside"
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
