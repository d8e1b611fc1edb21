//! YAML and JSON text as values of which each key and value knows its line and column.
//!
//! People read one meaning out of a file and programs another (`on`, `017`, a key given twice). Whatever YAML 1.2 and
//! kubectl would not read in the same way is refused here, with the remedy, so that a file means one thing to all.
use std::sync::Arc;

use serde_json::Value;

mod build;
pub mod change;
mod frame;
mod kratix;
mod members;
mod scalar;
#[cfg(test)]
mod tests;
mod words;

use change::Change;

/// A place in a text: line and column in characters, both from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The line.
    pub line: u64,
    /// The column.
    pub column: u64,
}

impl Place {
    /// The beginning of a text.
    pub const START: Self = Self { line: 1, column: 1 };
}

/// Why a text cannot be read. Its words hold nothing of the text but keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}:{}: {words}", place.line, place.column)]
pub struct YamlFault {
    /// Where.
    pub place: Place,
    /// What is wrong and what to do, in one line.
    pub words: String,
}

impl YamlFault {
    fn new(place: Place, words: impl Into<String>) -> Self {
        Self {
            place,
            words: words.into(),
        }
    }
}

/// One document.
#[derive(Debug)]
pub struct Document {
    root: Arc<Node>,
}

/// The documents of a text as Kratix reads them.
#[derive(Debug)]
pub struct Stream {
    /// All of them, in order.
    pub documents: Vec<KratixDocument>,
    /// Why what stands behind the last one cannot be read.
    pub fault: Option<YamlFault>,
}

/// One document as Kratix reads it.
#[derive(Debug)]
pub struct KratixDocument {
    /// What it says.
    pub document: Document,
    /// Where it says something else to Kratix than it seems to.
    pub changes: Vec<Change>,
    /// Why Kratix cannot read it as a status.yaml, although it is JSON that other programs read.
    pub refused: Option<YamlFault>,
}

impl KratixDocument {
    /// The document as JSON, with the numbers that Kratix makes of those in a status.yaml.
    pub fn status_value(&self) -> Value {
        let mut value = self.document.value();
        kratix::as_floats(&mut value);
        value
    }
}

/// What stands at a place of a document.
#[derive(Clone, Copy)]
pub struct Found<'d> {
    /// The key of a member, and where it stands.
    pub key: Option<(&'d str, Place)>,
    /// That key as the text has it, where it is read as another.
    pub written: Option<&'d str>,
    /// Where the value stands.
    pub value: Place,
    /// Whether this is what was asked for, and not the last container on the way there.
    pub is_whole: bool,
}

/// A value, shared by all aliases that name it.
struct Node {
    place: Place,
    body: Body,
    /// Bytes that it takes, aliases written out; see [`build::MAX_SIZE`].
    size: usize,
    /// Containers from here down, aliases followed.
    depth: usize,
}

enum Body {
    Scalar(Value),
    List(Vec<Arc<Node>>),
    Map(Vec<Entry>),
}

struct Entry {
    key: String,
    /// The key as the text has it, where it is read as another.
    written: Option<Box<str>>,
    place: Place,
    node: Arc<Node>,
}

// By hand, as the text may have held anything.
impl std::fmt::Debug for Node {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Node")
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

impl Document {
    /// Reads the one document of `bytes`, which is YAML or JSON; empty documents around it do not count.
    ///
    /// # Errors
    /// [`YamlFault`] for what is not UTF-8, not YAML, ambiguous, too deep, too large with its aliases written out, or
    /// not exactly one document.
    pub fn read(bytes: &[u8]) -> Result<Self, YamlFault> {
        let (document, faults) = Self::read_with_faults(bytes);
        match (faults.into_iter().next(), document) {
            (None, Some(document)) => Ok(document),
            (fault, _) => Err(fault.unwrap_or_else(build::empty)),
        }
    }

    /// What [`Self::read`] reads, and all that is wrong with it: with words that are read in different ways it is a
    /// document all the same, in which they mean what they mean to kubectl.
    pub fn read_with_faults(bytes: &[u8]) -> (Option<Self>, Vec<YamlFault>) {
        let text = match text(bytes) {
            Ok(text) => text,
            Err(fault) => return (None, vec![fault]),
        };
        let (root, faults) = build::document(text);
        (root.map(|root| Self { root }), faults)
    }

    /// Reads all documents of `bytes` as Kratix does, and kubectl: they know words and numbers of YAML 1.1, and of a
    /// key that is given twice they keep the last.
    ///
    /// An empty document is null; without any there is one that is. What cannot be read behind a document is told
    /// apart, since Kratix never looks there.
    ///
    /// # Errors
    /// [`YamlFault`] if not even the first document can be read.
    pub fn read_as_kratix(bytes: &[u8]) -> Result<Stream, YamlFault> {
        let (built, fault) = build::documents(text(bytes)?);
        let empty = (built.is_empty() && fault.is_none()).then(build::Built::empty);
        let documents: Vec<_> = built
            .into_iter()
            .chain(empty)
            .map(|built| KratixDocument {
                document: Self { root: built.root },
                changes: built.changes,
                refused: built.refused,
            })
            .collect();
        match fault {
            Some(fault) if documents.is_empty() => Err(fault),
            fault => Ok(Stream { documents, fault }),
        }
    }

    /// Where the document begins.
    pub fn start(&self) -> Place {
        self.root.place
    }

    /// The document as JSON.
    pub fn value(&self) -> Value {
        self.root.value()
    }

    /// The place to show for a JSON pointer: of the value if it begins on the line of its key, else of the key.
    ///
    /// Where the pointer leads to nothing, such as a missing key, it is the place of the last container on the way.
    pub fn place(&self, pointer: &str) -> Place {
        let (key, node) = self.walk(pointer);
        match key {
            Some(key) if key.line != node.place.line => key,
            _ => node.place,
        }
    }

    /// The place of the key that a JSON pointer ends in, or what [`Self::place`] gives where it ends in none.
    pub fn key_place(&self, pointer: &str) -> Place {
        let (key, node) = self.walk(pointer);
        key.unwrap_or(node.place)
    }

    /// What stands where a JSON pointer leads, or as near to it as there is something.
    pub fn found(&self, pointer: &str) -> Found<'_> {
        let mut found = Found {
            key: None,
            written: None,
            value: self.root.place,
            is_whole: true,
        };
        let mut at = self.root.as_ref();
        for token in pointer.split('/').skip(1) {
            let token = token.replace("~1", "/").replace("~0", "~");
            let Some((entry, next)) = at.member(&token) else {
                return Found {
                    is_whole: false,
                    ..found
                };
            };
            found.key = entry.map(|entry| (entry.key.as_str(), entry.place));
            found.written = entry.and_then(|entry| entry.written.as_deref());
            found.value = next.place;
            at = next;
        }
        found
    }

    /// The last node on the way, and the place of its key if it is a member of an object.
    fn walk(&self, pointer: &str) -> (Option<Place>, &Node) {
        let mut at = (None, self.root.as_ref());
        for token in pointer.split('/').skip(1) {
            let token = token.replace("~1", "/").replace("~0", "~");
            let Some(next) = at.1.child(&token) else {
                break;
            };
            at = next;
        }
        at
    }
}

impl Node {
    fn child(&self, token: &str) -> Option<(Option<Place>, &Self)> {
        let (entry, node) = self.member(token)?;
        Some((entry.map(|entry| entry.place), node))
    }

    /// The member or element of that name, with its entry if it is a member.
    fn member(&self, token: &str) -> Option<(Option<&Entry>, &Self)> {
        match &self.body {
            Body::Scalar(_) => None,
            Body::List(elements) => {
                let element = elements.get(token.parse::<usize>().ok()?)?;
                Some((None, element))
            }
            Body::Map(entries) => entries
                .iter()
                .find(|entry| entry.key == token)
                .map(|entry| (Some(entry), entry.node.as_ref())),
        }
    }

    fn value(&self) -> Value {
        match &self.body {
            Body::Scalar(value) => value.clone(),
            Body::List(elements) => elements.iter().map(|element| element.value()).collect(),
            Body::Map(entries) => entries
                .iter()
                .map(|entry| (entry.key.clone(), entry.node.value()))
                .collect(),
        }
    }
}

/// The text without a byte order mark.
fn text(bytes: &[u8]) -> Result<&str, YamlFault> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let read = &bytes[..error.valid_up_to()];
        YamlFault::new(
            end_of(read),
            "this is not UTF-8; save the file as UTF-8 text",
        )
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

fn end_of(read: &[u8]) -> Place {
    let read = String::from_utf8_lossy(read);
    let last = read.rsplit('\n').next().unwrap_or_default();
    Place {
        line: 1 + read.matches('\n').count() as u64,
        column: 1 + last.chars().count() as u64,
    }
}
