//! The drafts of JSON Schema that are understood, and how a document names one.
use std::fmt;

use serde_json::Value;

use super::{Dialect, SchemaFault};

/// A draft of JSON Schema, from the oldest to the newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Draft {
    Draft4,
    Draft6,
    Draft7,
    Draft201909,
    Draft202012,
}

const URIS: [(&str, Draft); 5] = [
    ("json-schema.org/draft-04/schema", Draft::Draft4),
    ("json-schema.org/draft-06/schema", Draft::Draft6),
    ("json-schema.org/draft-07/schema", Draft::Draft7),
    ("json-schema.org/draft/2019-09/schema", Draft::Draft201909),
    ("json-schema.org/draft/2020-12/schema", Draft::Draft202012),
];

impl Draft {
    /// The draft that `document` is written in.
    ///
    /// # Errors
    /// A fault at `$schema`, if that names no known draft.
    pub(super) fn of(document: &Value, dialect: Dialect) -> Result<Self, SchemaFault> {
        match (dialect, document.get("$schema")) {
            (Dialect::Crd, _) => Ok(Self::Draft4),
            (Dialect::JsonSchema, None) => Ok(Self::Draft202012),
            (Dialect::JsonSchema, Some(name)) => name
                .as_str()
                .and_then(Self::named)
                .ok_or_else(unknown_draft),
        }
    }

    /// The draft of a `$schema`.
    pub(super) fn named(uri: &str) -> Option<Self> {
        let uri = uri.strip_suffix('#').unwrap_or(uri);
        let uri = uri
            .strip_prefix("http://")
            .or_else(|| uri.strip_prefix("https://"))?;
        URIS.iter()
            .find_map(|(known, draft)| (*known == uri).then_some(*draft))
    }

    /// Whether keywords beside a `$ref` are ignored.
    pub(super) fn ignores_siblings_of_ref(self) -> bool {
        self <= Self::Draft7
    }

    /// The keyword that names a schema by URI.
    pub(super) fn id_keyword(self) -> &'static str {
        if self == Self::Draft4 { "id" } else { "$id" }
    }
}

impl fmt::Display for Draft {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Draft4 => "draft 4",
            Self::Draft6 => "draft 6",
            Self::Draft7 => "draft 7",
            Self::Draft201909 => "draft 2019-09",
            Self::Draft202012 => "draft 2020-12",
        })
    }
}

fn unknown_draft() -> SchemaFault {
    SchemaFault {
        pointer: "/$schema".to_owned(),
        words: "names no draft that is understood; leave it out for 2020-12, or name \
                https://json-schema.org/draft/2020-12/schema, …/2019-09/schema, \
                http://json-schema.org/draft-07/schema#, …/draft-06/schema# or …/draft-04/schema#"
            .to_owned(),
    }
}
