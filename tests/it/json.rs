//! The reader of JSON beside `serde_json`: what one accepts and how it splits it, so does the other.
use std::{borrow::Cow, fs};

use proptest::{collection::vec, prelude::*, sample::select};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::{Value, value::RawValue};
use statusguard::core::{
    json::{Json, tape::Tape},
    review::Review,
};

/// What a text is made of, valid and not, so that broken ones come up often.
const PIECES: [&str; 34] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\"a\"",
    "\"a\":",
    "\"\"",
    "\\",
    "\\\"",
    "\\u00e9",
    "\\ud800",
    "\\ud83d\\ude00",
    "\\x",
    "\"long enough for two words\"",
    "\"\u{1f}\"",
    "é",
    "😀",
    " ",
    "\n",
    "\t",
    "\u{b}",
    "0",
    "-",
    "1",
    "01",
    ".5",
    "e+7",
    "true",
    "null",
    "nul",
    "false",
];

/// Valid JSON with blanks between its parts.
fn valid() -> impl Strategy<Value = String> {
    let string = r#""([ !#-\[\]-~é😀]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4}){0,20}""#;
    let number = r"-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,4})?([eE][+-]?[0-9]{1,3})?";
    let word = select(&["true", "false", "null", "{}", "[ ]"][..]);
    let scalar = prop_oneof![string, number, word.prop_map(String::from)];
    scalar.prop_recursive(5, 40, 5, move |inner| {
        let blank = || select(&["", "", "", " ", "\n\t\r "][..]);
        let element = (blank(), inner, blank())
            .prop_map(|(before, value, after)| before.to_owned() + &value + after);
        let member = (string, blank(), element.clone())
            .prop_map(|(key, blank, value)| format!("{blank}{key}{blank}:{value}"));
        prop_oneof![
            vec(element, 1..5).prop_map(|elements| format!("[{}]", elements.join(","))),
            vec(member, 1..5).prop_map(|members| format!("{{{}}}", members.join(","))),
        ]
    })
}

/// Anything.
fn any_text() -> impl Strategy<Value = String> {
    let pieces = vec(select(&PIECES[..]), 0..24).prop_map(|pieces| pieces.concat());
    let broken = (
        valid(),
        any::<prop::sample::Index>(),
        select(&PIECES[..]),
        0..3_usize,
    )
        .prop_map(|(text, at, piece, removed)| replaced(&text, at, piece, removed));
    prop_oneof![1 => pieces, 2 => valid(), 3 => broken]
}

/// A text in which a piece stands where some characters were.
fn replaced(text: &str, at: prop::sample::Index, piece: &str, removed: usize) -> String {
    let at = at.index(text.chars().count() + 1);
    let (before, after) = (text.chars().take(at), text.chars().skip(at + removed));
    before.chain(piece.chars()).chain(after).collect()
}

/// The members of an object in order, as `serde_json` reads them.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((key, value)) = map.next_entry::<String, &RawValue>()? {
                    members.push((key.into(), value));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

proptest! {
    #[test]
    fn the_same_texts_are_json(text in any_text()) {
        let theirs = serde_json::from_str::<&RawValue>(&text).ok().map(RawValue::get);
        prop_assert_eq!(Json::read(&text).ok().map(Json::get), theirs);
    }

    #[test]
    fn containers_have_the_same_parts(text in any_text()) {
        if let Ok(json) = Json::read(&text) {
            let members = serde_json::from_str::<Members<'_>>(json.get()).ok();
            let members = members.map(|members| members.0.into_iter().map(|(key, value)| (key, value.get())).collect::<Vec<_>>());
            prop_assert_eq!(written(json.members_like(&[])), members.clone());
            let other = json.members_like(&[]).unwrap_or_default();
            prop_assert_eq!(written(json.members_like(&other)), members.clone());
            let tape = Tape::read(json.get()).unwrap();
            let root = tape.root();
            let ours = root.is_object().then(|| root.keys_and_values()).flatten();
            prop_assert_eq!(written(ours), members);
            let elements = serde_json::from_str::<Vec<&RawValue>>(json.get()).ok();
            let elements = elements.map(|elements| elements.into_iter().map(RawValue::get).collect::<Vec<_>>());
            let ours = root.is_list().then(|| root.elements().map(|element| element.whole().get()).collect::<Vec<_>>());
            prop_assert_eq!(ours, elements);
            let string = serde_json::from_str::<String>(json.get()).ok();
            prop_assert_eq!(json.text().map(Cow::into_owned), string);
        }
    }

    #[test]
    fn a_review_holds_what_its_json_holds(
        (at, piece, removed) in (any::<prop::sample::Index>(), select(&PIECES[..]), 0..3_usize),
        recorded in select(recorded()),
    ) {
        let body = replaced(&recorded, at, piece, removed);
        let Ok(review) = Review::parse(body.as_bytes()) else {
            return Ok(());
        };
        let Ok(whole) = serde_json::from_str::<Value>(&body) else {
            // A number out of range, or half a surrogate pair, in what nobody reads.
            prop_assert!(serde_json::from_str::<&RawValue>(&body).is_ok());
            return Ok(());
        };
        let request = &whole["request"];
        prop_assert_eq!(Some(&*review.uid), request["uid"].as_str());
        prop_assert_eq!(&*review.resource, request["resource"]["resource"].as_str().unwrap_or_default());
        prop_assert_eq!(&*review.namespace, request["namespace"].as_str().unwrap_or_default());
        prop_assert_eq!(review.deleting, !request["object"]["metadata"]["deletionTimestamp"].is_null());
        for (status, object) in [(review.status, "object"), (review.old_status, "oldObject")] {
            let status = status.map_or(Value::Null, |status| serde_json::from_str(status.get()).unwrap_or_default());
            prop_assert_eq!(&status, &request[object]["status"]);
        }
    }
}

/// Keys, each with the text under it.
fn written<'a>(
    members: Option<Vec<(Cow<'a, str>, Json<'a>)>>,
) -> Option<Vec<(Cow<'a, str>, &'a str)>> {
    let members = members?.into_iter().map(|(key, value)| (key, value.get()));
    Some(members.collect())
}

/// The recorded reviews.
fn recorded() -> Vec<String> {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/reviews");
    let files = fs::read_dir(directory)
        .unwrap()
        .map(|file| file.unwrap().path());
    let reviews = files.filter(|path| {
        path.extension()
            .is_some_and(|extension| extension == "json")
    });
    reviews
        .map(|path| fs::read_to_string(path).unwrap())
        .collect()
}
