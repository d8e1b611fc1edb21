//! An author's JSON Schema, compiled: what of it counts in which phase, and its faults in our own words.
mod bounds;
mod compile;
mod convert;
pub mod declared;
mod demands;
mod document;
mod draft;
pub(in crate::core) mod effort;
mod engine;
mod faults;
mod form;
mod formats;
mod keywords;
mod known;
pub mod lint;
mod nearest;
mod notes;
mod patterns;
mod phase;
#[cfg(test)]
mod properties;
mod references;
mod root;
mod rules;
mod shape;
mod shared;
#[cfg(test)]
mod suite;
mod words;

use std::{borrow::Cow, fmt, sync::OnceLock};

use serde_json::{Map, Value};

use self::{
    bounds::Most,
    declared::Declared,
    demands::Demands,
    document::Document,
    draft::Draft,
    effort::Effort,
    engine::{Broken, Form},
    phase::Forms,
    root::Named,
};
use crate::core::{
    path::{Key, Masks, Path},
    phase::Phase,
    pointer,
    secret::vocabulary::Vocabulary,
};

pub use self::{
    convert::to_json_schema,
    notes::{Note, NoteKind},
    rules::KEYWORDS,
};

/// A compiled schema of a whole status, immutable and shared between threads.
#[derive(Debug)]
pub struct Schema {
    partial: Form,
    /// What waits for completion.
    rest: Rest,
    /// The same where `message` is Kratix's own text; `None` if that makes no difference.
    rest_with_own_message: Option<Rest>,
    named: Named,
    notes: Vec<Note>,
    declared: Declared,
    dialect: Dialect,
    most: Most,
    effort: Effort,
    /// The document as its author wrote it, in compact JSON: it is read again when there are faults to put into words,
    /// since kept parsed it would take several times the memory of the compiled forms.
    source: Box<str>,
    /// The keys that it names, once somebody has asked.
    vocabulary: OnceLock<Vocabulary>,
}

/// Faults that are told of one status; so many take half a second and 50 MB.
const MOST_FAULTS: u64 = 50_000;
/// What waits for completion: forms of which one must hold, or nothing at all.
type Rest = Vec<Form>;

/// How a schema document is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// JSON Schema: 2020-12 unless `$schema` names another draft.
    JsonSchema,
    /// The OpenAPI v3 dialect of a `CustomResourceDefinition`.
    Crd,
}

/// Why a schema cannot be compiled.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{words}")]
pub struct SchemaFault {
    /// JSON pointer into the schema document, to find line and column by.
    pub pointer: String,
    /// What is wrong and what to do.
    pub words: String,
}

/// One way in which a view breaks a schema, without any value of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where in the view, with the indexes of the view.
    pub path: Path,
    /// The JSON Schema keyword, as in the rule's id.
    pub keyword: &'static str,
    /// Where in the schema as its author wrote it, the same in both phases.
    pub place: Box<str>,
    /// What tells faults of one keyword apart beside the path, such as the missing key.
    pub parameter: Option<Box<str>>,
    /// For a limit on a count: how far the view is beyond it, so that moving further away is a new fault.
    pub excess: Option<u64>,
    /// What is wrong and how to mend it, in one line.
    pub words: String,
}

/// Keys of the view are masked here as they are where they print.
impl fmt::Debug for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parameter = self.parameter.as_deref().map(|text| Key(text).to_string());
        formatter
            .debug_struct("Fault")
            .field("path", &self.path)
            .field("keyword", &self.keyword)
            .field("place", &self.place)
            .field("parameter", &parameter)
            .field("excess", &self.excess)
            .field("words", &self.words)
            .finish()
    }
}

impl Schema {
    /// Compiles `document` for statuses with the default budget of bytes.
    ///
    /// # Errors
    /// The faults that were found, in order of their place, and how many more there are of very many.
    pub fn compile(document: &Value, dialect: Dialect) -> Result<Self, Vec<SchemaFault>> {
        Self::compile_for(document, dialect, 0)
    }

    /// Compiles `document` for statuses with a budget of so many bytes: the larger it is, the less may its patterns cost.
    ///
    /// # Errors
    /// As [`Self::compile`].
    pub fn compile_for(
        document: &Value,
        dialect: Dialect,
        budget: u64,
    ) -> Result<Self, Vec<SchemaFault>> {
        compile::compile(document, dialect, budget).map_err(compile::told)
    }

    /// Whether the schema's root names `message`, which makes it part of the author's view.
    pub fn names_message(&self) -> bool {
        self.named.message
    }

    /// Whether the schema's root names `conditions`, which makes those of the author part of the view.
    pub fn names_conditions(&self) -> bool {
        self.named.conditions
    }

    /// The document as its author wrote it.
    pub fn document(&self) -> Value {
        serde_json::from_str(&self.source).unwrap_or_default()
    }

    /// What its author should know about the schema although it compiles, in order of place.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// What the schema declares about places of the status beside their shape.
    pub const fn declared(&self) -> &Declared {
        &self.declared
    }

    /// The keys that the schema names, at any depth.
    pub fn vocabulary(&self) -> &Vocabulary {
        self.vocabulary.get_or_init(|| {
            let document = self.document();
            let mut keys = Vec::new();
            name_keys(&document, &mut keys);
            Vocabulary::of(keys.into_iter())
        })
    }

    /// Whether `view` is what the schema asks for in `phase`.
    ///
    /// With `message_satisfied` a demand for `message` at the root counts as met.
    pub fn is_valid(&self, phase: Phase, view: &Value, message_satisfied: bool) -> bool {
        !self.breaks_rest(phase, view, message_satisfied) && self.partial.is_valid(view)
    }

    /// Whether the faults of a view of so many members and elements are few enough to be told one by one.
    ///
    /// Where they are not, [`Self::faults`] could take minutes and gigabytes.
    pub fn tells_faults(&self, items: u64) -> bool {
        self.most.faults_among(items) <= MOST_FAULTS
    }

    /// All faults of `view` in `phase`, by path, keyword and place; empty exactly if [`Self::is_valid`], which is much
    /// cheaper to ask first.
    pub fn faults(&self, phase: Phase, view: &Value, message_satisfied: bool) -> Vec<Fault> {
        self.faults_masking(None, phase, view, message_satisfied)
    }

    /// The same, in words that mask these keys of a status too.
    pub fn faults_masking(
        &self,
        masks: Option<&Masks>,
        phase: Phase,
        view: &Value,
        message_satisfied: bool,
    ) -> Vec<Fault> {
        let source = serde_json::from_str(&self.source).unwrap_or_default();
        let is_large = weight(view).saturating_mul(self.most.judgements) > MOST_DETAIL;
        let broken = is_large
            .then(|| self.outlined(&source, phase, view, message_satisfied))
            .flatten();
        let broken = broken.unwrap_or_else(|| {
            let breaks_rest = self.breaks_rest(phase, view, message_satisfied);
            let rest = self.rest(message_satisfied).iter().filter(|_| breaks_rest);
            let mut broken = fewest(rest.map(|form| form.broken(view)));
            broken.extend(self.partial.broken(view));
            broken
        });
        faults::all(&source, view, broken, masks)
    }

    /// What is wrong, without what is wrong with each branch of `anyOf` and `oneOf`.
    fn outlined(
        &self,
        source: &Value,
        phase: Phase,
        view: &Value,
        message_satisfied: bool,
    ) -> Option<Vec<Broken>> {
        let converted = converted(source, self.dialect);
        let draft = Draft::of(&converted, self.dialect).ok()?;
        let document = Document::new(&converted, draft).ok()?;
        let demands = Demands::new(self.named, message_satisfied);
        let outline = |demands| Forms::new(&document, demands).in_outline();
        let told = |form: Value| Some(Form::compile(draft, &form).ok()?.broken(view));
        let mut choices = demands.clone().choices(&document);
        if !self.breaks_rest(phase, view, message_satisfied) {
            choices.clear();
        }
        let rest = choices
            .into_iter()
            .filter_map(|choice| outline(choice).rest());
        let rest: Option<Vec<_>> = rest.map(told).collect();
        let mut broken = fewest(rest?.into_iter());
        broken.extend(told(outline(demands).partial())?);
        Some(broken)
    }

    fn rest(&self, message_satisfied: bool) -> &Rest {
        let with_own = self.rest_with_own_message.as_ref();
        with_own.filter(|_| message_satisfied).unwrap_or(&self.rest)
    }

    fn breaks_rest(&self, phase: Phase, view: &Value, message_satisfied: bool) -> bool {
        phase == Phase::Complete && !meets(self.rest(message_satisfied), view)
    }
}

/// Of what is wrong with each of several choices, what is least to mend.
fn fewest(choices: impl Iterator<Item = Vec<Broken>>) -> Vec<Broken> {
    choices.min_by_key(Vec::len).unwrap_or_default()
}

fn meets(rest: &Rest, view: &Value) -> bool {
    rest.is_empty() || rest.iter().any(|form| form.is_valid(view))
}

/// The document as JSON Schema reads it.
fn converted(document: &Value, dialect: Dialect) -> Cow<'_, Value> {
    match dialect {
        Dialect::JsonSchema => Cow::Borrowed(document),
        Dialect::Crd => Cow::Owned(convert::convert(document)),
    }
}

/// Up to this [`weight`] times judgements, all that is wrong with each branch is worked out. The engine copies the
/// value that a branch fails on into each of its faults.
const MOST_DETAIL: u64 = 20_000;

/// The keys of all members that a schema names.
fn name_keys<'v>(document: &'v Value, keys: &mut Vec<&'v str>) {
    let mut waiting = vec![document];
    while let Some(value) = waiting.pop() {
        match value {
            Value::Array(items) => waiting.extend(items),
            Value::Object(map) => {
                let named = map.get("properties").and_then(Value::as_object);
                keys.extend(named.into_iter().flat_map(Map::keys).map(String::as_str));
                waiting.extend(map.values());
            }
            _ => {}
        }
    }
}

/// The size of a value and of every container in it, added up.
fn weight(value: &Value) -> u64 {
    let mut total = 0_u64;
    let mut waiting = vec![(value, 1_u64)];
    while let Some((value, depth)) = waiting.pop() {
        total = total.saturating_add(depth);
        match value {
            Value::Array(items) => waiting.extend(items.iter().map(|item| (item, depth + 1))),
            Value::Object(map) => waiting.extend(map.values().map(|item| (item, depth + 1))),
            _ => {}
        }
    }
    total
}
