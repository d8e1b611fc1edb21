//! What is odd about a schema that compiles: demands that nothing can meet, and words that do not say what they seem to.
use serde_json::Value;

use super::{
    Dialect, NoteKind, Schema, bounds,
    demands::Demands,
    document::{Document, Id, Node},
    draft::Draft,
    engine::Form,
    notes, patterns,
    phase::Forms,
    pointer,
    root::Named,
};
use crate::core::{
    kratix,
    path::{Key, Path, Step},
    phase::Phase,
};

mod branches;
mod credentials;
mod limits;

pub use credentials::RULE as CREDENTIAL_KEY;

/// The most schemas of a document whose surroundings are looked at although nothing bounds them.
const MOST_AROUND: usize = 500;

/// How much a point matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The schema cannot be used, or refuses what must pass.
    Error,
    /// It does not say what its author seems to mean.
    Warning,
}

impl Severity {
    /// The word in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// One point about a schema. It may hold keys of the schema, never a value of a status.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Point {
    /// JSON pointer into the document.
    pub pointer: String,
    /// The rule's id.
    pub rule: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong and what to do, in one line.
    pub words: String,
}

impl Point {
    /// A warning.
    pub fn warning(pointer: String, rule: &'static str, words: impl Into<String>) -> Self {
        Self {
            pointer,
            rule,
            severity: Severity::Warning,
            words: words.into(),
        }
    }
}

/// All points about a schema, in order of place; about one that does not compile, which has faults beside them, those
/// that can be seen all the same.
pub fn points(document: &Value, dialect: Dialect) -> Vec<Point> {
    let schema = Schema::compile(document, dialect).ok();
    let mut points = match &schema {
        Some(schema) => schema.notes().iter().map(of_note).collect(),
        None if bounds::check_size(document).is_err() => return Vec::new(),
        None => Vec::new(),
    };
    let converted = super::converted(document, dialect);
    let graph = Draft::of(document, dialect).map(|draft| Document::read(&converted, draft).0);
    if let Ok(graph) = graph {
        match schema {
            Some(_) => add_all(&graph, &mut points),
            None => add_visible(&graph, dialect, &mut points),
        }
    }
    points.sort();
    points.dedup();
    points
}

/// Adds the points about a schema that compiles.
fn add_all(graph: &Document<'_>, points: &mut Vec<Point>) {
    let lint = Lint::of(graph);
    for (id, node) in graph.nodes.iter().enumerate() {
        lint.look(id, node, points);
    }
    points.extend(nothing_described(graph));
}

/// Adds the points about a schema that does not compile, each of which is about single words of it.
fn add_visible(graph: &Document<'_>, dialect: Dialect, points: &mut Vec<Point>) {
    points.extend(notes::of_words(graph, dialect).iter().map(of_note));
    let unusable = patterns::unusable(graph);
    let is_usable = |node: &Node<'_>| {
        let at = pointer::join(&node.pointer, "pattern");
        unusable.iter().all(|fault| fault.pointer != at)
    };
    for node in graph.nodes.iter().filter(|node| node.keywords().is_some()) {
        if is_usable(node) {
            unanchored(node, points);
        }
        credentials::look(graph, node, points);
    }
    if graph.nodes.len() > MOST_AROUND {
        return;
    }
    let lint = Lint::of(graph);
    for (id, node) in graph.nodes.iter().enumerate() {
        lint.required(id, node, points);
    }
}

fn of_note(note: &super::Note) -> Point {
    let rule = match note.kind {
        NoteKind::OtherType => {
            return Point {
                pointer: note.pointer.clone(),
                rule: "lint/kratix-write",
                severity: Severity::Error,
                words: note.words.clone(),
            };
        }
        NoteKind::IgnoredKeyword => "lint/not-enforced",
        NoteKind::DroppedDemand | NoteKind::UnseenKey => "lint/kratix-key",
        NoteKind::UnknownFormat => "lint/unknown-format",
        NoteKind::UnknownKeyword => "lint/unknown-keyword",
    };
    Point::warning(note.pointer.clone(), rule, note.words.clone())
}

/// Whether the schema lets nothing at all stand at `path`. It may be so although this does not say it.
pub fn is_closed(schema: &Schema, path: &Path) -> bool {
    const CLOSING: [&str; 4] = [
        "additionalProperties",
        "false",
        "propertyNames",
        "unevaluatedProperties",
    ];
    if matches!(path.steps().first(), Some(Step::Key(key)) if kratix::is_key(key)) {
        return false;
    }
    let example = path
        .steps()
        .iter()
        .rev()
        .fold(Value::from("x"), |below, step| match step {
            Step::Key(key) => Value::from_iter([(key.to_string(), below)]),
            Step::Index(_) => Value::from(vec![below]),
        });
    let faults = schema.faults(Phase::Complete, &example, false);
    faults.iter().any(|fault| {
        let is_above = path != &fault.path;
        path.starts_with(&fault.path)
            && (CLOSING.contains(&fault.keyword) || (fault.keyword == "type" && is_above))
    })
}

struct Lint<'g> {
    graph: &'g Document<'g>,
    /// For each schema, those that apply it in place.
    above: Vec<Vec<Id>>,
}

impl<'g> Lint<'g> {
    fn of(graph: &'g Document<'g>) -> Self {
        let mut above = vec![Vec::new(); graph.nodes.len()];
        for (id, node) in graph.nodes.iter().enumerate() {
            for edge in node.in_place() {
                above[edge.to].push(id);
            }
        }
        Self { graph, above }
    }

    fn look(&self, id: Id, node: &Node<'_>, points: &mut Vec<Point>) {
        if node.keywords().is_none() {
            return;
        }
        self.required(id, node, points);
        self.own_values(id, node, points);
        branches::look(self.graph, node, points);
        limits::look(node, points);
        closed_beside_all_of(self.graph, node, points);
        unanchored(node, points);
        credentials::look(self.graph, node, points);
    }

    /// Names in `required` that no part of the schema describes.
    fn required(&self, id: Id, node: &Node<'_>, points: &mut Vec<Point>) {
        let names = node.get("required").and_then(Value::as_array);
        let around = self.around(id);
        let described: Vec<&str> = around
            .iter()
            .filter_map(|id| self.graph.nodes[*id].get("properties"))
            .flat_map(|properties| properties.as_object().into_iter().flatten())
            .map(|(name, _)| name.as_str())
            .collect();
        let is_open = around.iter().any(|id| {
            let node = &self.graph.nodes[*id];
            let others = [
                "patternProperties",
                "additionalProperties",
                "unevaluatedProperties",
            ];
            others
                .iter()
                .any(|name| node.get(name).is_some_and(serde_json::Value::is_object))
        });
        if described.is_empty() || is_open {
            return;
        }
        for (index, name) in names.into_iter().flatten().enumerate() {
            let Some(name) = name.as_str() else { continue };
            if described.contains(&name) || (id == 0 && kratix::is_key(name)) {
                continue;
            }
            let near = notes::near(name, described.iter().copied());
            let near = near.map(|near| format!("; did you mean {}?", Key(near)));
            let remedy = near.unwrap_or_else(|| "; describe it under properties".to_owned());
            points.push(Point::warning(
                format!("{}/required/{index}", node.pointer),
                "lint/required-property",
                format!(
                    "required names {}, which no property describes{remedy}",
                    Key(name)
                ),
            ));
        }
    }

    /// A schema, all that it applies in place, and all that apply it.
    fn around(&self, id: Id) -> Vec<Id> {
        let mut found = vec![id];
        let mut next = 0;
        while let Some(&id) = found.get(next) {
            let below = self.graph.nodes[id].in_place().map(|edge| edge.to);
            let all: Vec<Id> = below.chain(self.above[id].iter().copied()).collect();
            for other in all {
                if !found.contains(&other) {
                    found.push(other);
                }
            }
            next += 1;
        }
        found
    }

    /// Values that stand in a schema as examples of what it takes, and that it refuses.
    fn own_values(&self, id: Id, node: &Node<'_>, points: &mut Vec<Point>) {
        let mut values: Vec<(String, &str, &Value)> = Vec::new();
        for name in ["default", "example", "const"] {
            values.extend(
                node.get(name)
                    .map(|value| (pointer::join(&node.pointer, name), name, value)),
            );
        }
        for name in ["examples", "enum"] {
            let listed = node
                .get(name)
                .and_then(Value::as_array)
                .into_iter()
                .flatten();
            values.extend(
                listed.enumerate().map(|(index, value)| {
                    (format!("{}/{name}/{index}", node.pointer), name, value)
                }),
            );
        }
        if values.is_empty() {
            return;
        }
        let named = Named {
            message: true,
            conditions: true,
        };
        let form = Forms::new(self.graph, Demands::new(named, false)).whole_at(id);
        let Ok(form) = Form::compile(self.graph.draft, &form) else {
            return;
        };
        for (pointer, name, value) in values {
            if !form.is_valid(value) {
                let words = match name {
                    "const" | "enum" => format!(
                        "this value of {name} is refused by the schema that it stands in, so it can never be met; change one of the two"
                    ),
                    "default" => "this default is refused by the schema that it stands in; change one of the two".to_owned(),
                    _ => "this example is refused by the schema that it stands in; change one of the two".to_owned(),
                };
                points.push(Point::warning(pointer, "lint/own-value", words));
            }
        }
    }
}

/// `additionalProperties: false` sees nothing of what `allOf` beside it describes.
fn closed_beside_all_of(graph: &Document<'_>, node: &Node<'_>, points: &mut Vec<Point>) {
    let is_closed = node.get("additionalProperties") == Some(&Value::Bool(false));
    let describes = |id: Id| graph.nodes[id].get("properties").is_some();
    let mut beside = node.in_place().filter(|edge| {
        let joins = ["allOf", "anyOf", "oneOf", "$ref", "then", "else", "if"];
        joins.contains(&edge.keyword.name)
    });
    let own = node.get("properties").and_then(Value::as_object);
    let is_new = |id: Id| {
        let properties = graph.nodes[id].get("properties").and_then(Value::as_object);
        properties.is_some_and(|properties| {
            properties
                .keys()
                .any(|name| own.is_none_or(|own| !own.contains_key(name)))
        })
    };
    if is_closed && beside.any(|edge| describes(edge.to) && is_new(edge.to)) {
        let remedy = if graph.draft >= Draft::Draft201909 {
            "say unevaluatedProperties: false"
        } else {
            "list all keys under properties here too"
        };
        points.push(Point::warning(
            pointer::join(&node.pointer, "additionalProperties"),
            "lint/closed-beside-branches",
            format!("refuses the keys that the branches beside it describe, which it does not see; {remedy}"),
        ));
    }
}

/// A pattern that is met anywhere in a text.
fn unanchored(node: &Node<'_>, points: &mut Vec<Point>) {
    let Some(pattern) = node.get("pattern").and_then(Value::as_str) else {
        return;
    };
    if !pattern.contains(['^', '$']) && !pattern.contains("\\A") {
        points.push(Point::warning(
            pointer::join(&node.pointer, "pattern"),
            "lint/pattern-anchor",
            "matches anywhere in the text; write ^ before it and $ behind it if all of the text is meant",
        ));
    }
}

/// A schema that describes no key at all.
fn nothing_described(graph: &Document<'_>) -> Option<Point> {
    let root = graph.nodes.first()?;
    let says = |name: &str| root.get(name).is_some();
    let is_silent = root.value == &Value::Bool(true)
        || root.keywords().is_some_and(|_| {
            root.in_place().next().is_none()
                && ![
                    "properties",
                    "patternProperties",
                    "additionalProperties",
                    "propertyNames",
                    "required",
                    "not",
                    "minProperties",
                    "maxProperties",
                    "const",
                    "enum",
                    "dependentRequired",
                    "unevaluatedProperties",
                ]
                .into_iter()
                .any(says)
        });
    is_silent.then(|| {
        Point::warning(
            String::new(),
            "lint/nothing-described",
            "describes no key, so every status passes; describe what pipelines write under properties",
        )
    })
}
