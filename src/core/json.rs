//! The text of a JSON value, split into its parts without reading what is in them.
use std::{borrow::Cow, fmt};

mod plain;
mod reader;
pub mod tape;

pub(in crate::core) use plain::plain;
pub use reader::{Fault, Reader};

/// The text of one JSON value, without blanks around it. What is in it is not read, but it is JSON.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Json<'a>(&'a str);

impl<'a> Json<'a> {
    /// The one value that `text` is.
    ///
    /// # Errors
    /// [`Fault`], if `text` is something else.
    pub fn read(text: &'a str) -> Result<Self, Fault> {
        let mut reader = Reader::new(text);
        let json = reader.value()?;
        reader.end()?;
        Ok(json)
    }

    /// The text.
    pub const fn get(self) -> &'a str {
        self.0
    }

    /// The type, as JSON Schema names it; a number is never an `integer`.
    pub fn kind(self) -> &'static str {
        match self.0.as_bytes().first() {
            Some(b'{') => "object",
            Some(b'[') => "array",
            Some(b'"') => "string",
            Some(b't' | b'f') => "boolean",
            Some(b'n') | None => "null",
            Some(_) => "number",
        }
    }

    /// What the string holds; none if this is no string, or one with half a surrogate pair in it.
    pub fn text(self) -> Option<Cow<'a, str>> {
        let quoted = self.0.strip_prefix('"')?.strip_suffix('"')?;
        if !quoted.contains('\\') {
            return Some(Cow::Borrowed(quoted));
        }
        serde_json::from_str(self.0).ok().map(Cow::Owned)
    }

    /// The members of an object, in the order in which they are written; none if this is no object, or if a key of it
    /// holds half a surrogate pair. What stands in `other`, in the same order and with the same bytes, is not read again.
    pub fn members_like(
        self,
        other: &[(Cow<'_, str>, Json<'_>)],
    ) -> Option<Vec<(Cow<'a, str>, Self)>> {
        let mut members = Vec::with_capacity(16);
        let mut other = other.iter().peekable();
        let read = Reader::new(self.0).object(|reader, key| {
            while other.next_if(|(passed, _)| *passed < key).is_some() {}
            let twin = other.next_if(|(twin, _)| *twin == key);
            let json = match twin {
                Some((_, twin)) => reader.value_like(*twin)?,
                None => reader.value()?,
            };
            members.push((key, json));
            Ok(())
        });
        read.is_ok().then_some(members)
    }
}

/// The type that [`Json::kind`] names, as people call it, with its article.
pub fn with_article(kind: &str) -> &'static str {
    match kind {
        "object" => "an object",
        "array" => "a list",
        "string" => "a string",
        "boolean" => "a boolean",
        "number" => "a number",
        _ => "null",
    }
}

// By hand, as it is a value of the status.
impl fmt::Debug for Json<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("<redacted>")
    }
}
