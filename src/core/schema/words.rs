//! The words for each fault: what is wanted, what is there by type alone, and what to do. Never a value of a status.
mod branches;
mod keys;
mod phrases;

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
};

use serde_json::Value;

use self::phrases::{counted, format_words, listed, negated, text, types, value, with_about};
pub(super) use self::phrases::{noun_of, type_of};
use super::{
    engine::{Broken, How},
    faults, pointer,
    rules::keyword,
};
use crate::core::path::{Masks, Path};

/// Characters of all that is told about one fault; alternatives inside alternatives have much to tell.
const LONGEST: usize = 400;

/// The words of a fault, cut where they are long.
pub(super) fn cut(mut words: String) -> String {
    if let Some((end, _)) = words.char_indices().nth(LONGEST) {
        words.truncate(end);
        words.push('…');
    }
    words
}

/// What words are made from.
pub(super) struct Words<'v> {
    source: &'v Value,
    pub(super) view: &'v Value,
    masks: Option<&'v Masks>,
    comparisons: Cell<usize>,
    /// The keys that each place of the schema knows, as far as they were asked for.
    known: RefCell<BTreeMap<String, Rc<[&'v str]>>>,
}

impl<'v> Words<'v> {
    pub(super) fn new(source: &'v Value, view: &'v Value, masks: Option<&'v Masks>) -> Self {
        Self {
            source,
            view,
            masks,
            comparisons: Cell::new(keys::COMPARISONS),
            known: RefCell::default(),
        }
    }

    /// Where what a report is about stands.
    pub(super) fn path(&self, broken: &Broken) -> Path {
        let mut path = faults::path(self.view, &broken.at);
        if let Some(masks) = self.masks {
            path.number(masks);
        }
        path
    }

    /// The value of the keyword that a report is about.
    fn limit(&self, broken: &Broken) -> &'v Value {
        self.source.pointer(&broken.place).unwrap_or(&Value::Null)
    }

    /// The schema that the keyword of a report stands in.
    fn schema(&self, broken: &Broken) -> &'v Value {
        pointer::split_last(&broken.place)
            .and_then(|(schema, _)| self.source.pointer(schema))
            .unwrap_or(&Value::Null)
    }

    /// The value that a report is about. Only its type and keys may be told.
    fn value(&self, broken: &Broken) -> &'v Value {
        self.view.pointer(&broken.at).unwrap_or(&Value::Null)
    }

    /// How far a count is beyond its limit.
    pub(super) fn excess(&self, broken: &Broken) -> Option<u64> {
        if let How::UnexpectedElements(count) = broken.how {
            return u64::try_from(count).ok();
        }
        let count = match (keyword(broken), self.value(broken)) {
            ("maxItems" | "minItems", Value::Array(items)) => items.len(),
            ("maxProperties" | "minProperties", Value::Object(map)) => map.len(),
            ("maxLength" | "minLength", Value::String(text)) => text.chars().count(),
            ("additionalItems", Value::Array(items)) => {
                let described = self.schema(broken).get("items").and_then(Value::as_array);
                return u64::try_from(items.len() - described.map_or(0, Vec::len).min(items.len()))
                    .ok();
            }
            _ => return None,
        };
        let limit = self.limit(broken).as_f64()?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "limits on counts are whole and not negative"
        )]
        let limit = limit as u64;
        Some(limit.abs_diff(u64::try_from(count).ok()?))
    }

    /// The words for a key that is not written as keys must be.
    pub(super) fn name(&self, inner: &Broken) -> String {
        if matches!(inner.how, How::Forbidden) {
            return "the key may not be here".to_owned();
        }
        format!("the key {}", self.plain(inner))
    }

    /// The words for a fault of a value itself.
    pub(super) fn plain(&self, broken: &Broken) -> String {
        let limit = self.limit(broken);
        match (&broken.how, keyword(broken)) {
            (How::Forbidden, _) => "must not be here; remove it".to_owned(),
            (How::NoBranch(branches), _) => self.no_branch(broken, branches),
            (How::SeveralBranches(fitting), _) => self.several_branches(broken, fitting),
            (_, "type") => format!(
                "must be {}, is {}",
                types(self.schema(broken)),
                type_of(self.value(broken))
            ),
            (_, "enum") => format!("must be one of {}", listed(limit)),
            (_, "const") => format!("must be {}", value(limit)),
            (_, "format") => format_words(limit),
            (_, "pattern") => with_about(
                format!(
                    "must match the pattern {}",
                    text(limit.as_str().unwrap_or_default())
                ),
                self.schema(broken),
            ),
            (_, "not") => with_about(negated(limit), self.schema(broken)),
            (_, "contains") => {
                "must have at least one item of the kind that the schema describes".to_owned()
            }
            (_, keyword) => self.bound(broken, keyword, limit),
        }
    }

    fn bound(&self, broken: &Broken, keyword: &str, limit: &Value) -> String {
        let schema = self.schema(broken);
        let excluded = |flag: &str| schema.get(flag) == Some(&Value::Bool(true));
        match keyword {
            "minimum" if excluded("exclusiveMinimum") => format!("must be more than {limit}"),
            "maximum" if excluded("exclusiveMaximum") => format!("must be less than {limit}"),
            "minimum" => format!("must be at least {limit}"),
            "maximum" => format!("must be at most {limit}"),
            "exclusiveMinimum" => format!("must be more than {limit}"),
            "exclusiveMaximum" => format!("must be less than {limit}"),
            "multipleOf" => format!("must be a multiple of {limit}"),
            "minLength" if limit == 1 => "must not be empty".to_owned(),
            "minLength" => format!("must have at least {}", counted(limit, "character")),
            "maxLength" => format!("must have at most {}", counted(limit, "character")),
            "minItems" => format!("must have at least {}", counted(limit, "item")),
            "maxItems" => format!("must have at most {}", counted(limit, "item")),
            "minContains" => {
                format!("must have at least {limit} items of the kind that the schema describes")
            }
            "maxContains" => {
                format!("must have at most {limit} of the items that the schema describes")
            }
            "minProperties" => format!("must have at least {}", counted(limit, "key")),
            "maxProperties" => format!("must have at most {}", counted(limit, "key")),
            "uniqueItems" => "must not have the same item twice".to_owned(),
            "additionalItems" | "unevaluatedItems" => {
                "has more items than the schema describes; remove the others".to_owned()
            }
            "contentEncoding" => format!("must be text in the encoding {}", value(limit)),
            "contentMediaType" => format!("must be text of the media type {}", value(limit)),
            _ => "is not what the schema asks for".to_owned(),
        }
    }
}
