//! Objects and lists in which one member says what another is: `{name: DB_PASSWORD, value: …}`, the outputs of
//! Terraform, a Secret as it is written, and rows below the names of their columns.
use std::borrow::Cow;

use crate::core::{
    json::tape::{Json, Node},
    secret::{keys, prose},
};

/// What an object says about its own value.
#[derive(Default, PartialEq, Eq)]
pub(super) struct Pair<'a> {
    /// What its value is called.
    name: Option<Cow<'a, str>>,
    /// What it is called beside that, where this says that it is a reference: `{key: passwordSecretName, name: password}`.
    reference: Option<Cow<'a, str>>,
    /// Whether its value is said to be secret.
    is_sensitive: bool,
    /// Whether its value is said to be kept from some, as a branch or a field may be.
    is_guarded: bool,
    /// Whether it is a Secret of Kubernetes.
    is_secret: bool,
    /// The member that holds the private part of a key, of one in the form of RFC 7517.
    private: Option<&'static str>,
}

/// What an object says about one of its members.
#[derive(Clone, Copy)]
pub(super) struct Said<'p> {
    /// What it is called.
    pub(super) name: Option<&'p str>,
    /// Whether it is said to be secret.
    pub(super) is_sensitive: bool,
}

impl<'a> Pair<'a> {
    /// Reads an object; most are no pair.
    pub(super) fn of(object: Node<'_, 'a>) -> Option<Self> {
        let mut pair = Self::default();
        let (mut has_value, mut has_content) = (false, false);
        let mut names: [Option<Node<'_, 'a>>; RANKS] = [None; RANKS];
        for (key, node) in object.members() {
            match &*key {
                "kty" => pair.private = private_of(node),
                "special" => pair.is_sensitive |= is_true(node) && is_drawn(object),
                // It knows this of passwords, and not of what ends a name.
                "bcrypt_hash" => pair.is_sensitive |= is_drawn(object),
                _ => {}
            }
            match Role::of(&key) {
                Some(Role::Value) => has_value = true,
                Some(Role::Content) => has_content = true,
                Some(Role::Data) => (has_content, pair.is_secret) = (true, true),
                Some(Role::Flag) => pair.is_sensitive |= is_true(node),
                Some(Role::Guard) => pair.is_guarded |= is_true(node),
                Some(Role::Name(rank)) => {
                    names[rank].get_or_insert(node);
                }
                None => {}
            }
        }
        if !has_value && !has_content {
            return pair.private.is_some().then_some(pair);
        }
        let type_ = names[TYPE].and_then(Node::text);
        pair.is_secret &= type_.as_deref() == Some("Secret");
        pair.is_sensitive |= type_.is_some_and(|type_| is_of_secrets(&type_));
        pair.call(&names);
        let is_called = match &pair.name {
            Some(name) => has_value || keys::kind_of(name).is_some(),
            None => false,
        };
        let says_anything = pair.private.is_some()
            || is_called
            || pair.is_sensitive
            || pair.is_guarded
            || pair.is_secret;
        says_anything.then_some(pair)
    }

    /// Takes for its name the one that tells a credential, or else the usual one.
    fn call(&mut self, names: &[Option<Node<'_, 'a>>; RANKS]) {
        for (rank, node) in names.iter().enumerate() {
            let Some(name) = node.and_then(Node::text) else {
                continue;
            };
            let tells = || keys::kind_of(&name).is_some();
            let is_better = match &self.name {
                // A type is mostly one of values, such as `string`.
                None => rank < TYPE || tells(),
                Some(known) => keys::kind_of(known).is_none() && tells(),
            };
            if is_better {
                self.name = Some(name);
            } else if self.name.is_some() && keys::is_about(&name) {
                self.reference = Some(name);
            }
        }
    }

    /// What it says about its member `key`; nothing about most.
    pub(super) fn says(&self, key: &str, member: Node<'_, '_>) -> Option<Said<'_>> {
        if self.private == Some(key) {
            return Some(Said {
                name: Some("secretKey"),
                is_sensitive: self.is_sensitive,
            });
        }
        let role = Role::of(key)?;
        if role == Role::Data && self.is_secret && is_of_texts(member) {
            return Some(Said {
                name: None,
                is_sensitive: true,
            });
        }
        let text = || member.text();
        // What stands under such a key is a value of any kind, unless nobody would write it but as a password.
        let is_made_up = || text().is_some_and(|text| prose::is_made_up_alone(&text));
        let name = match &self.reference {
            Some(name) if text().is_some_and(|text| keys::is_fact(name, &text)) => Some(name),
            _ => self.name.as_ref(),
        };
        let said = |is_sensitive| {
            Some(Said {
                name: name.map(|name| &**name),
                is_sensitive,
            })
        };
        match role {
            Role::Value => said(self.is_sensitive || (self.is_guarded && is_made_up())),
            Role::Content | Role::Data if is_made_up() => said(self.is_sensitive),
            _ => None,
        }
    }
}

/// Whether what a member holds may be what a [`Pair`] is about, or the rows of a table.
pub(super) fn is_value(key: &str) -> bool {
    matches!(
        Role::of(key),
        Some(Role::Value | Role::Content | Role::Data)
    ) || is_rows(key)
}

/// The member with the private part of a JSON Web Key of this type.
fn private_of(type_: Node<'_, '_>) -> Option<&'static str> {
    match &*type_.text()? {
        "EC" | "RSA" | "OKP" => Some("d"),
        "oct" => Some("k"),
        _ => None,
    }
}

/// Whether a flag is set, in one of the ways in which people and tools write it.
fn is_true(node: Node<'_, '_>) -> bool {
    let is_said = ["true", "1", "yes", "on"]
        .iter()
        .any(|word| node.written().eq_ignore_ascii_case(word));
    is_said || node.is_true()
}

/// Whether it is what Terraform knows of a password that it drew: `{length: 20, special: true, result: …}`.
fn is_drawn(object: Node<'_, '_>) -> bool {
    let member = |wanted: &str| {
        let mut members = object.members();
        members
            .find(|(key, _)| key == wanted)
            .map(|(_, member)| member)
    };
    let length = member("length").and_then(|length| length.written().parse().ok());
    let result = member("result").and_then(Node::text);
    // Shorter ones end the names of things.
    result.is_some_and(|result| length == Some(result.chars().count()) && result.len() >= 12)
}

/// Whether this is what stores call the type of a value that is secret.
fn is_of_secrets(type_: &str) -> bool {
    ["SecureString", "SecureObject", "CONCEALED", "sensitive"]
        .iter()
        .any(|known| type_.eq_ignore_ascii_case(known))
}

fn is_of_texts(object: Node<'_, '_>) -> bool {
    let mut members = object.members();
    matches!(object.json(), Json::Object) && members.all(|(_, member)| member.text().is_some())
}

/// Whether a list is a name and what it names: `["password", "…"]`. Lists of what there is are as short, so that only
/// what looks like a password is believed.
pub(super) fn is_pair(list: Node<'_, '_>) -> bool {
    let mut elements = list.elements();
    let (Some(name), Some(value), None) = (elements.next(), elements.next(), elements.next())
    else {
        return false;
    };
    name.text().is_some_and(|name| is_telling(&name))
        && value.text().is_some_and(|value| prose::is_drawn(&value))
}

/// The names of columns that the first row of a table is, if one of them tells.
pub(super) fn head_of<'a>(table: Node<'_, 'a>) -> Option<Vec<Cow<'a, str>>> {
    columns(table.elements().next()?)
}

/// The names of columns that a list is, if one of them tells.
pub(super) fn columns<'a>(list: Node<'_, 'a>) -> Option<Vec<Cow<'a, str>>> {
    if !matches!(list.json(), Json::List) {
        return None;
    }
    let names = list
        .elements()
        .map(Node::text)
        .collect::<Option<Vec<_>>>()?;
    let is_head = names.len() > 1
        && names.iter().any(|name| is_telling(name))
        && !names.iter().any(|name| prose::is_made_up(name));
    is_head.then_some(names)
}

/// The names of columns that stand beside the rows of a table: `{headers: […], rows: [[…]]}`.
pub(super) fn columns_beside<'a>(object: Node<'_, 'a>) -> Option<Vec<Cow<'a, str>>> {
    const HEADS: [&str; 5] = ["headers", "header", "columns", "fields", "cols"];
    // Most keys begin otherwise, however they are written.
    let may_be = |written: &str| written.starts_with(['h', 'H', 'c', 'C', 'f', 'F', '\\']);
    let is_head = |key: &str| HEADS.iter().any(|head| key.eq_ignore_ascii_case(head));
    let head = object
        .pairs()
        .find(|(key, _)| may_be(key.written()) && key.text().is_some_and(|key| is_head(&key)))?;
    columns(head.1)
}

/// Whether a member beside the names of columns holds the rows.
pub(super) fn is_rows(key: &str) -> bool {
    ["rows", "data", "values", "records", "body"]
        .iter()
        .any(|rows| key.eq_ignore_ascii_case(rows))
}

/// Whether a text among the arguments of a command names what follows it.
pub(super) fn is_flag(text: &str) -> bool {
    text.len() > 2 && text.starts_with('-') && !text.contains(['=', ' ', '\n'])
}

fn is_telling(name: &str) -> bool {
    name.len() <= LONGEST_NAME
        && !name.contains(['"', '\'', '$', '='])
        && keys::kind_of(name).is_some()
}

/// The longest name in a list that is a pair, in bytes.
const LONGEST_NAME: usize = 64;

/// What a member of an object is to the others.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Says what the value is called; of several, one that tells does, and else the one of the lowest rank.
    Name(usize),
    /// What is named.
    Value,
    /// What may be named, and may as well be all kinds of things.
    Content,
    /// The same, or all that a Secret holds.
    Data,
    /// When true, says that the value is secret.
    Flag,
    /// When true, says that something is kept from some.
    Guard,
}

/// The ranks of names, and that of what says of which type a value is.
const RANKS: usize = 6;
const TYPE: usize = 5;

/// The longest key that has a role, as it may be written.
const LONGEST: usize = 16;

impl Role {
    fn of(key: &str) -> Option<Self> {
        if key.len() > LONGEST {
            return None;
        }
        let mut plain = [0; LONGEST];
        let mut length = key.len();
        plain[..length].copy_from_slice(key.as_bytes());
        if key.bytes().any(|byte| matches!(byte, b'-' | b'_')) {
            length = 0;
            for byte in key.bytes().filter(|byte| !b"-_".contains(byte)) {
                plain[length] = byte;
                length += 1;
            }
        }
        plain.make_ascii_lowercase();
        Some(match &plain[..length] {
            b"name" | b"n" | b"nombre" | b"nome" | b"nom" | b"bezeichnung" => Self::Name(0),
            b"key" | b"k" | b"keyname" | b"chave" | b"schluessel" => Self::Name(1),
            b"variable" | b"var" | b"env" | b"envname" | b"envvar" | b"variablename" => {
                Self::Name(2)
            }
            b"parameter" | b"parameterkey" | b"parametername" | b"param" | b"outputkey"
            | b"outputname" | b"field" | b"fieldname" | b"property" | b"propertyname"
            | b"setting" | b"option" | b"attribute" | b"attr" | b"header" | b"item" | b"entry" => {
                Self::Name(3)
            }
            b"label" | b"title" | b"path" | b"id" | b"displayname" => Self::Name(4),
            b"type" | b"kind" => Self::Name(TYPE),
            b"value" | b"v" | b"val" | b"defaultvalue" | b"literal" | b"outputvalue"
            | b"parametervalue" | b"plaintext" | b"cleartext" | b"rawvalue" | b"stringvalue"
            | b"propertyvalue" | b"variablevalue" | b"fieldvalue" | b"currentvalue"
            | b"newvalue" | b"valor" | b"wert" | b"valeur" | b"valore" | b"waarde" => Self::Value,
            b"content" | b"contents" | b"default" | b"text" | b"current" | b"result"
            | b"output" | b"values" | b"string" | b"message" => Self::Content,
            b"data" | b"stringdata" => Self::Data,
            b"sensitive" | b"issensitive" | b"secret" | b"issecret" | b"masked" | b"noecho" => {
                Self::Flag
            }
            b"hidden" | b"protected" | b"confidential" => Self::Guard,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Pair;
    use crate::core::json::tape::Tape;

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
            r#"{"parameterName":"DB","property_value":"y"}"#,
        ] {
            assert_eq!(named(json).as_deref(), Some("DB"), "{json}");
        }
    }

    #[test]
    fn of_several_names_one_that_tells_names_it() {
        for json in [
            r#"{"name":"db","key":"DB_PASSWORD","value":1}"#,
            r#"{"id":"DB_PASSWORD","label":"app","value":1}"#,
            r#"{"name":"a","type":"DB_PASSWORD","value":1}"#,
        ] {
            assert_eq!(named(json).as_deref(), Some("DB_PASSWORD"), "{json}");
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
    fn what_terraform_drew_is_sensitive_if_it_is_as_long_as_it_says() {
        let drawn = r#"{"length":12,"special":true,"result":"vb7Lx!2vNz_7"}"#;
        assert_eq!(pair(drawn), Some((None, true)));
        for json in [
            r#"{"length":9,"special":true,"result":"vb7Lx!2vNz_7"}"#,
            r#"{"length":12,"special":false,"result":"vb7Lxx2vNz07"}"#,
            r#"{"special":true,"result":"vb7Lx!2vNz_7"}"#,
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
        for json in [
            r#"{"sensitive":"True","value":"a"}"#,
            r#"{"sensitive":1,"value":"a"}"#,
            r#"{"Type":"SecureString","Value":"a"}"#,
        ] {
            assert_eq!(pair(json), Some((None, true)), "{json}");
        }
        assert_eq!(pair(r#"{"sensitive":0,"value":"a"}"#), None);
    }
}
