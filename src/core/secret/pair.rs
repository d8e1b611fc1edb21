//! Objects in which one member says what another is: `{name: DB_PASSWORD, value: …}`, and the outputs of Terraform.
use std::borrow::Cow;

use crate::core::secret::{keys, prose, tape::Node};

/// What an object says about its own value.
#[derive(Default, PartialEq, Eq)]
pub(super) struct Pair<'a> {
    /// What its value is called.
    pub(super) name: Option<Cow<'a, str>>,
    /// Whether its value is said to be secret.
    pub(super) is_sensitive: bool,
}

impl<'a> Pair<'a> {
    /// Reads an object; most are no pair.
    pub(super) fn of(object: Node<'_, 'a>) -> Option<Self> {
        let mut pair = Self::default();
        let (mut has_value, mut nearest) = (false, u8::MAX);
        for (key, node) in object.members() {
            match Role::of(&key) {
                Some(Role::Value) => has_value = true,
                Some(Role::Flag) => pair.is_sensitive |= node.is_true(),
                Some(Role::Name(rank)) if rank < nearest => {
                    // A type is mostly one of values, such as `string`.
                    let says = |name: &Cow<'_, str>| rank < TYPE || keys::kind_of(name).is_some();
                    if let Some(name) = node.text().filter(says) {
                        (nearest, pair.name) = (rank, Some(name));
                    }
                }
                Some(Role::Name(_)) | None => {}
            }
        }
        (has_value && (pair.name.is_some() || pair.is_sensitive)).then_some(pair)
    }
}

/// Whether a member is the one that a [`Pair`] is about.
pub(super) fn is_value(key: &str) -> bool {
    matches!(Role::of(key), Some(Role::Value))
}

/// Whether a list is a name and what it names: `["password", "…"]`. Lists of what there is are as short, so that only
/// what looks like a password is believed.
pub(super) fn is_pair(list: Node<'_, '_>) -> bool {
    let mut elements = list.elements();
    let (Some(name), Some(value), None) = (elements.next(), elements.next(), elements.next())
    else {
        return false;
    };
    let is_name = |name: Cow<'_, str>| name.len() <= LONGEST_NAME && keys::kind_of(&name).is_some();
    name.text().is_some_and(is_name) && value.text().is_some_and(|value| prose::is_drawn(&value))
}

/// The longest name in a list that is a pair, in bytes.
const LONGEST_NAME: usize = 64;

/// What a member of an object is to the others.
enum Role {
    /// Says what the value is called; of several, the one of the lowest rank does.
    Name(u8),
    /// What is named.
    Value,
    /// When true, says that the value is secret.
    Flag,
}

/// The rank of what says of which type a value is.
const TYPE: u8 = 5;

/// The longest key that has a role, as it may be written.
const LONGEST: usize = 16;

impl Role {
    fn of(key: &str) -> Option<Self> {
        if key.len() > LONGEST {
            return None;
        }
        let mut plain = [0; LONGEST];
        let mut length = 0;
        for byte in key.bytes().filter(|byte| !b"-_".contains(byte)) {
            plain[length] = byte.to_ascii_lowercase();
            length += 1;
        }
        Some(match &plain[..length] {
            b"name" => Self::Name(0),
            b"key" | b"k" => Self::Name(1),
            b"variable" | b"var" | b"env" | b"envname" | b"envvar" => Self::Name(2),
            b"parameter" | b"parameterkey" | b"outputkey" | b"field" | b"property" | b"setting"
            | b"option" | b"attribute" | b"header" => Self::Name(3),
            b"label" | b"title" | b"path" | b"id" => Self::Name(4),
            b"type" | b"kind" => Self::Name(TYPE),
            b"value" | b"v" | b"val" | b"defaultvalue" | b"literal" | b"outputvalue"
            | b"parametervalue" | b"plaintext" | b"rawvalue" | b"stringvalue" => Self::Value,
            b"sensitive" | b"issensitive" | b"secret" | b"issecret" | b"masked" | b"noecho" => {
                Self::Flag
            }
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Pair;
    use crate::core::secret::tape::Tape;

    fn pair(json: &str) -> Option<(Option<String>, bool)> {
        let tape = Tape::read(json).unwrap();
        let pair = Pair::of(tape.root())?;
        Some((pair.name.map(Into::into), pair.is_sensitive))
    }

    fn named(json: &str) -> Option<String> {
        pair(json)?.0
    }

    #[test]
    fn a_name_beside_a_value_names_it_in_many_ways() {
        for json in [
            r#"{"name":"DB","value":1}"#,
            r#"{"value":null,"Key":"DB"}"#,
            r#"{"ParameterKey":"DB","ParameterValue":""}"#,
            r#"{"output_key":"DB","output-value":[]}"#,
            r#"{"id":"x","v":"y","k":"DB"}"#,
        ] {
            assert_eq!(named(json).as_deref(), Some("DB"), "{json}");
        }
    }

    #[test]
    fn what_is_no_pair_says_nothing() {
        for json in [
            r#"{"name":"DB"}"#,
            r#"{"value":1}"#,
            r#"{"name":1,"value":2}"#,
            r#"{"value":1,"sensitive":false}"#,
            r#"{"sensitive":true}"#,
            r#"{"name":"DB","valueFrom":{}}"#,
        ] {
            assert_eq!(pair(json), None, "{json}");
        }
    }

    #[test]
    fn an_output_of_terraform_can_be_sensitive() {
        assert_eq!(
            pair(r#"{"sensitive":true,"type":"string","value":"a"}"#),
            Some((None, true))
        );
        assert_eq!(
            pair(r#"{"isSecret":"true","value":"a"}"#),
            Some((None, true))
        );
    }
}
