//! Objects out of JSON of any length, one at a time: a list as kubectl prints it, an object alone, or several of these.
use std::io::{self, BufRead, Read};

use serde::{
    Deserialize,
    de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value, json};

use crate::core::yaml::Place;

/// What takes an object, and says in words what is wrong with it.
type Take<'t> = dyn FnMut(Value) -> Result<(), String> + 't;

/// What a list says behind its items about the next ones.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Rest {
    /// By which they are asked for; none if there are none.
    pub(super) token: Option<String>,
    /// How many there are, where the API server knows it.
    pub(super) remaining: Option<u64>,
}

/// Why a text cannot be read on. It holds nothing of the text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) place: Place,
    pub(super) words: String,
    /// Whether the text could not be had, and not read.
    pub(super) is_io: bool,
}

/// Hands each object of `text` to `take`, without its spec, and tells what stands behind the last list.
pub(super) fn each(text: &mut Text<impl BufRead>, take: &mut Take<'_>) -> Result<Rest, Fault> {
    let mut rest = Rest::default();
    loop {
        let is_end = text.skip_blanks().map_err(|_| text.fault(None, UNREAD))?;
        if is_end {
            return Ok(rest);
        }
        let mut words = None;
        let before = text.at;
        let document = Whole {
            take,
            words: &mut words,
            rest: &mut rest,
        };
        let mut json = serde_json::Deserializer::from_reader(&mut *text);
        if let Err(error) = document.deserialize(&mut json) {
            text.at = before;
            let words = words.as_deref().unwrap_or(match error.classify() {
                serde_json::error::Category::Io => UNREAD,
                serde_json::error::Category::Eof => {
                    "the JSON ends in the middle; give all of it"
                }
                _ => "this cannot be read as objects in JSON; give what `kubectl get … -o json` prints",
            });
            return Err(text.fault(Some(&error), words));
        }
    }
}

const UNREAD: &str = "cannot be read to its end";

/// A text that knows how far it has been read.
pub(super) struct Text<R> {
    inner: R,
    at: Place,
}

impl<R: BufRead> Text<R> {
    pub(super) fn new(inner: R) -> Self {
        Self {
            inner,
            at: Place::START,
        }
    }

    /// Whether the text begins as an object of JSON does, and not as YAML.
    pub(super) fn is_json(&mut self) -> io::Result<bool> {
        const MARK: &[u8] = "\u{feff}".as_bytes();
        if self.inner.fill_buf()?.starts_with(MARK) {
            self.inner.consume(MARK.len());
        }
        self.skip_blanks()?;
        let mut next = self.inner.fill_buf()?.iter();
        let is_open = next.next() == Some(&b'{');
        Ok(is_open && next.find(|byte| !byte.is_ascii_whitespace()) == Some(&b'"'))
    }

    /// Everything that has not been read yet, up to so many bytes.
    pub(super) fn into_bytes(self, most: u64) -> io::Result<Vec<u8>> {
        let mut bytes = vec![b'\n'; usize::try_from(self.at.line - 1).unwrap_or_default()];
        let indent = usize::try_from(self.at.column - 1).unwrap_or_default();
        bytes.extend(std::iter::repeat_n(b' ', indent));
        self.inner.take(most).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Goes to what is no blank, and says whether there is nothing.
    fn skip_blanks(&mut self) -> io::Result<bool> {
        loop {
            let buffer = match self.inner.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                buffer => buffer?,
            };
            if buffer.is_empty() {
                return Ok(true);
            }
            let blanks = buffer
                .iter()
                .take_while(|byte| byte.is_ascii_whitespace())
                .count();
            let is_there = blanks < buffer.len();
            count(&mut self.at, &buffer[..blanks]);
            self.inner.consume(blanks);
            if is_there {
                return Ok(false);
            }
        }
    }

    /// What is wrong, at the place that the error names.
    fn fault(&self, error: Option<&serde_json::Error>, words: &str) -> Fault {
        let mut place = self.at;
        if let Some(error) = error {
            let (line, column) = (error.line().max(1) as u64, error.column().max(1) as u64);
            place = Place {
                line: place.line + line - 1,
                column: if line == 1 {
                    place.column + column - 1
                } else {
                    column
                },
            };
        }
        Fault {
            place,
            words: words.to_owned(),
            is_io: words == UNREAD,
        }
    }
}

impl<R: BufRead> Read for Text<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        count(&mut self.at, &buffer[..length]);
        Ok(length)
    }
}

fn count(at: &mut Place, read: &[u8]) {
    for byte in read {
        if *byte == b'\n' {
            at.line += 1;
            at.column = 1;
        } else {
            at.column += 1;
        }
    }
}

/// A whole document.
struct Whole<'a, 't> {
    take: &'a mut Take<'t>,
    words: &'a mut Option<String>,
    rest: &'a mut Rest,
}

impl<'de> DeserializeSeed<'de> for Whole<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Whole<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        let mut whole = Map::new();
        let mut is_list = false;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "items" => {
                    is_list = true;
                    map.next_value_seed(Items {
                        list: &whole,
                        take: &mut *self.take,
                        words: &mut *self.words,
                    })?;
                }
                "apiVersion" | "kind" | "metadata" | "status" => {
                    whole.insert(key, map.next_value()?);
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        if !is_list {
            let taken = (self.take)(Value::Object(whole));
            return taken.map_err(|words| refused(self.words, words));
        }
        let metadata = whole.remove("metadata").unwrap_or_default();
        let token = metadata["continue"].as_str();
        *self.rest = Rest {
            token: token.filter(|token| !token.is_empty()).map(str::to_owned),
            remaining: metadata["remainingItemCount"].as_u64(),
        };
        Ok(())
    }
}

/// The words of whoever takes objects get past the reader, which has only its own.
fn refused<E: serde::de::Error>(place: &mut Option<String>, words: String) -> E {
    *place = Some(words);
    E::custom("refused")
}

/// The items of a list.
struct Items<'a, 't> {
    /// What stands before them.
    list: &'a Map<String, Value>,
    take: &'a mut Take<'t>,
    words: &'a mut Option<String>,
}

/// What of an object matters to a verdict.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Item {
    api_version: Value,
    /// Only a list has any.
    items: Option<IgnoredAny>,
    kind: Value,
    metadata: Value,
    status: Value,
}

impl<'de> DeserializeSeed<'de> for Items<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Items<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut items: S) -> Result<(), S::Error> {
        let kind = self.list.get("kind").and_then(Value::as_str);
        let kind = kind.and_then(|kind| kind.strip_suffix("List"));
        while let Some(mut item) = items.next_element::<Item>()? {
            if item.items.is_some()
                && item
                    .kind
                    .as_str()
                    .is_some_and(|kind| kind.ends_with("List"))
            {
                let words = "this entry of the list is a list itself, into which nobody looks; give the objects in it";
                return Err(refused(self.words, words.to_owned()));
            }
            // In the lists of the API itself only the list says what its items are.
            if item.kind.is_null()
                && let Some(kind) = kind
            {
                item.kind = kind.into();
                item.api_version = self.list.get("apiVersion").cloned().unwrap_or_default();
            }
            let object = json!({
                "apiVersion": item.api_version,
                "kind": item.kind,
                "metadata": item.metadata,
                "status": item.status,
            });
            (self.take)(object).map_err(|words| refused(self.words, words))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{Fault, Rest, Text, each};

    fn read(text: &str) -> (Vec<String>, Result<Rest, Fault>) {
        let mut names = Vec::new();
        let mut take = |object: Value| {
            let name = &object["metadata"]["name"];
            if name == "bad" {
                return Err("is bad".to_owned());
            }
            names.push(format!("{} {name} {}", object["kind"], object["status"]));
            Ok(())
        };
        let rest = each(&mut Text::new(text.as_bytes()), &mut take);
        (names, rest)
    }

    #[test]
    fn lists_and_objects_are_read_one_behind_the_other() {
        let (names, rest) = read(
            r#"{"kind": "DbList", "apiVersion": "a/v1", "items": [{"metadata": {"name": "a"}, "spec": [1]},
               {"kind": "Other", "metadata": {"name": "b"}, "status": {"x": 1}}],
               "metadata": {"continue": "more", "remainingItemCount": 7}}
               {"kind": "Db", "metadata": {"name": "c"}}
               {"items": [], "kind": "List"}"#,
        );
        assert_eq!(
            names,
            [
                "\"Db\" \"a\" null",
                "\"Other\" \"b\" {\"x\":1}",
                "\"Db\" \"c\" null"
            ]
        );
        assert_eq!(rest, Ok(Rest::default()));
        let (_, rest) =
            read(r#"{"items": [], "metadata": {"continue": "more", "remainingItemCount": 7}}"#);
        let more = Rest {
            token: Some("more".to_owned()),
            remaining: Some(7),
        };
        assert_eq!(rest, Ok(more));
    }

    #[test]
    fn what_cannot_be_read_is_told_at_its_place_without_its_words() {
        let cases = [
            (
                "{\"items\": [\n {\"metadata\": {\"name\": \"a\"}},\n 7hunter2]}",
                "3:3",
            ),
            ("{\"items\": [\n \"hunter2\"]}", "2:10"),
            ("{}\n\n {\"items\": [{\"status\": ", "3:23"),
            (
                "{\"items\": [\n {\"metadata\": {\"name\": \"bad\"}}]}",
                "2:31",
            ),
            ("{} hunter2", "1:4"),
        ];
        for (text, place) in cases {
            let (_, rest) = read(text);
            let fault = rest.unwrap_err();
            let at = format!("{}:{}", fault.place.line, fault.place.column);
            assert_eq!(at, place, "{text}: {}", fault.words);
            assert!(!fault.words.contains("hunter2") && !fault.is_io);
        }
    }
}
