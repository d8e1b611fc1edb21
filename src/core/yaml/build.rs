//! Builds the trees of documents from the events of a YAML parser.
use std::{collections::HashMap, sync::Arc};

use granit_parser::{Event, Options, Parser, ScalarStyle, Span, Tag};
use serde_json::Value;

use super::{
    Body, Node, Place, YamlFault,
    change::{Change, ChangeKind},
    frame::{Content, Frame},
    kratix,
    members::{self, Members},
    scalar, words,
};
use crate::core::path::Path;

/// Containers within containers, as many as `serde_json` reads.
pub(super) const MAX_DEPTH: usize = 128;

/// Bytes of a document in memory with all aliases written out, roughly: eight times the largest file that is read.
pub(super) const MAX_SIZE: usize = 8 << 20;

/// What each value costs beside its text.
const NODE_SIZE: usize = 16;

pub(super) const UNKNOWN_TAG: &str =
    "a tag (the word after !) that is not understood here; leave it out, only !!str is known";

/// Changes of meaning that are told of one document.
const MOST_CHANGES: usize = 100;

/// A member that another one replaces: its key, its place, and how.
pub(super) type Replaced = (String, Place, ChangeKind);

/// Whose meaning a text has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Reader {
    /// All readers': what they read in different ways is refused.
    #[default]
    All,
    /// Kratix's, and that of kubectl.
    Kratix,
}

/// A document as Kratix reads it.
pub(super) struct Built {
    pub(super) root: Arc<Node>,
    pub(super) changes: Vec<Change>,
    /// What Kratix's reader refuses in it, and every reader of JSON takes.
    pub(super) refused: Option<YamlFault>,
}

impl Built {
    /// A document with nothing in it.
    pub(super) fn empty() -> Self {
        let root = Node {
            place: Place::START,
            body: Body::Scalar(Value::Null),
            size: NODE_SIZE,
            depth: 0,
        };
        Self {
            root: Arc::new(root),
            changes: Vec::new(),
            refused: None,
        }
    }
}

/// The one document of `text`, if it can be read at all, and what is wrong with it: of words that are read in different
/// ways all, in the order of the text, and then what it cannot be read for.
pub(super) fn document(text: &str) -> (Option<Arc<Node>>, Vec<YamlFault>) {
    let mut builder = Builder::new(Reader::All, MAX_SIZE);
    let mut read = || {
        for event in events(text) {
            let (event, span) = event?;
            builder.take(event, &span)?;
        }
        Ok(())
    };
    let fault = read().err();
    let Builder { odd, found, .. } = builder;
    let root = found.into_iter().next().map(|built| built.root);
    let fault = fault.or_else(|| root.is_none().then(empty));
    let root = root.filter(|_| fault.is_none());
    (root, odd.into_iter().chain(fault).collect())
}

/// What is wrong with a text that holds no document.
pub(super) fn empty() -> YamlFault {
    let words = "the file is empty; write one document into it, or delete it";
    YamlFault::new(Place::START, words)
}

/// The documents of `text` as Kratix reads them, and what is wrong with it behind the last of them.
pub(super) fn documents(text: &str) -> (Vec<Built>, Option<YamlFault>) {
    // No text can be larger than this without aliases.
    let most = MAX_SIZE.max(text.len().saturating_mul(NODE_SIZE));
    let mut builder = Builder::new(Reader::Kratix, most);
    let mut read = || {
        for event in events(text) {
            let (event, span) = event?;
            if let Event::Scalar(_, ScalarStyle::DoubleQuoted, ..) = event {
                builder.look_at_escapes(span.slice(text), &span);
            }
            builder.take(event, &span)?;
        }
        Ok(())
    };
    let fault = read().err();
    (builder.found, fault)
}

fn events(text: &str) -> impl Iterator<Item = Result<(Event<'_>, Span), YamlFault>> {
    let mut options = Options::default();
    options.flow_nesting_limit = MAX_DEPTH;
    options.block_nesting_limit = MAX_DEPTH;
    Parser::new_from_str_with_options(text, options)
        .map(|event| event.map_err(|error| words::fault(error.kind(), place(error.marker()), text)))
}

fn place(marker: &granit_parser::Marker) -> Place {
    Place {
        line: marker.line().max(1) as u64,
        column: marker.col() as u64 + 1,
    }
}

struct Builder {
    reader: Reader,
    /// The most that a document may take.
    most: usize,
    /// The containers that are open, outermost first.
    open: Vec<Frame>,
    /// What aliases can name.
    anchors: HashMap<usize, Arc<Node>>,
    /// Where Kratix reads something else than what seems to stand there, in the document that is open.
    changes: Vec<Change>,
    /// What Kratix does not take in the document that is open.
    refused: Option<YamlFault>,
    /// Words that readers understand in different ways, where all readers' meaning is asked for.
    odd: Vec<YamlFault>,
    found: Vec<Built>,
}

impl Builder {
    fn new(reader: Reader, most: usize) -> Self {
        Self {
            reader,
            most,
            open: Vec::new(),
            anchors: HashMap::new(),
            changes: Vec::new(),
            refused: None,
            odd: Vec::new(),
            found: Vec::new(),
        }
    }

    fn take(&mut self, event: Event<'_>, span: &Span) -> Result<(), YamlFault> {
        let at = place(&span.start);
        match event {
            // A document with nothing in it.
            Event::Scalar(..)
                if self.reader == Reader::All && self.open.is_empty() && span.is_empty() =>
            {
                Ok(())
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.scalar(&text, style, anchor, tag.as_deref(), at)
            }
            Event::Alias(anchor) => {
                let node = self.anchors.get(&anchor).cloned();
                let node = node.ok_or_else(|| {
                    YamlFault::new(
                        at,
                        "this alias stands inside the value that it names; write the value out",
                    )
                })?;
                self.add(node, at, false)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.check_container_tag(tag.as_deref(), "seq", at)?;
                self.begin(Content::List(Vec::new()), anchor, at)
            }
            Event::MappingStart(_, anchor, tag) => {
                self.check_container_tag(tag.as_deref(), "map", at)?;
                self.begin(Content::Map(Members::new(self.reader)), anchor, at)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            _ => Ok(()),
        }
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        at: Place,
    ) -> Result<(), YamlFault> {
        let is_plain = style == ScalarStyle::Plain && tag.is_none();
        let value = match tag {
            Some(tag) if self.ignores(tag) => {
                self.tell(ChangeKind::Tag, at, None);
                Value::String(text.to_owned())
            }
            Some(tag) if !is_string_tag(tag) => return Err(YamlFault::new(at, UNKNOWN_TAG)),
            None if is_plain => self.resolve(text, at)?,
            _ => Value::String(text.to_owned()),
        };
        let node = Arc::new(Node {
            place: at,
            body: Body::Scalar(value),
            size: NODE_SIZE + text.len(),
            depth: 0,
        });
        self.remember(anchor, &node);
        self.add(node, at, is_plain && text == "<<")
    }

    /// The value of an unquoted scalar.
    fn resolve(&mut self, text: &str, at: Place) -> Result<Value, YamlFault> {
        let is_key = self.open.last().is_some_and(Frame::expects_key);
        if self.reader == Reader::All {
            return scalar::resolve(text).or_else(|words| self.odd(text, is_key, at, words));
        }
        let resolved = match kratix::not_finite_key(text).filter(|_| is_key) {
            Some(key) => Ok((Value::from(key), None)),
            None => kratix::resolve(text),
        };
        let (value, change) = resolved.map_err(|words| YamlFault::new(at, words))?;
        let key = is_key
            .then(|| members::key(Reader::Kratix, &value))
            .flatten();
        match key {
            Some(read) if read != text => {
                let path = self.path().key(&read);
                if let Some(frame) = self.open.last_mut() {
                    frame.write_key(text);
                }
                let written = text.to_owned();
                self.tell(ChangeKind::Key { written, read }, at, Some(path));
            }
            Some(_) => {}
            None => change
                .into_iter()
                .for_each(|kind| self.tell(kind, at, None)),
        }
        Ok(value)
    }

    /// Remembers a word that readers understand in different ways, and goes on with what kubectl makes of it.
    ///
    /// # Errors
    /// If there have been very many.
    fn odd(
        &mut self,
        text: &str,
        is_key: bool,
        at: Place,
        words: &'static str,
    ) -> Result<Value, YamlFault> {
        let fault = match scalar::old_boolean(text).filter(|_| is_key) {
            Some(read) => YamlFault::new(at, scalar::old_boolean_key(text, read)),
            None => YamlFault::new(at, words),
        };
        if self.odd.len() >= MOST_CHANGES {
            return Err(fault);
        }
        self.odd.push(fault);
        let meant = kratix::resolve(text).ok().filter(|_| !is_key);
        Ok(meant.map_or_else(|| Value::from(text), |(value, _)| value))
    }

    /// Remembers the first text in double quotes that Kratix's reader cannot read.
    fn look_at_escapes(&mut self, raw: Option<&str>, span: &Span) {
        if self.refused.is_none()
            && let Some(words) = raw.and_then(kratix::refused_escape)
        {
            self.refused = Some(YamlFault::new(place(&span.start), words));
        }
    }

    fn ignores(&self, tag: &Tag) -> bool {
        let is_own = tag.suffix_in_namespace("tag:yaml.org,2002:").is_none();
        self.reader == Reader::Kratix && is_own && !is_string_tag(tag)
    }

    fn check_container_tag(
        &mut self,
        tag: Option<&Tag>,
        own: &str,
        at: Place,
    ) -> Result<(), YamlFault> {
        match tag {
            Some(tag) if self.ignores(tag) => self.tell(ChangeKind::Tag, at, None),
            Some(tag) if tag.core_suffix() != Some(own) => {
                return Err(YamlFault::new(at, UNKNOWN_TAG));
            }
            _ => {}
        }
        Ok(())
    }

    fn tell(&mut self, kind: ChangeKind, place: Place, path: Option<Path>) {
        // Who has so many has read enough.
        if self.changes.len() < MOST_CHANGES {
            let path = path.unwrap_or_else(|| self.path());
            self.changes.push(Change { place, path, kind });
        }
    }

    /// Where in the document what comes next stands.
    fn path(&self) -> Path {
        self.open.iter().filter_map(Frame::step).collect()
    }

    fn begin(&mut self, content: Content, anchor: usize, at: Place) -> Result<(), YamlFault> {
        if self.open.len() >= MAX_DEPTH {
            return Err(too_deep(at));
        }
        self.open.push(Frame {
            place: at,
            anchor,
            content,
            size: NODE_SIZE,
            depth: 1,
        });
        Ok(())
    }

    fn end(&mut self) -> Result<(), YamlFault> {
        let Some(frame) = self.open.pop() else {
            return Ok(());
        };
        let (at, anchor) = (frame.place, frame.anchor);
        let node = Arc::new(frame.close());
        if node.depth + self.open.len() > MAX_DEPTH {
            return Err(too_deep(at));
        }
        self.remember(anchor, &node);
        self.add(node, at, false)
    }

    fn remember(&mut self, anchor: usize, node: &Arc<Node>) {
        // The parser counts anchors from 1; 0 stands for none.
        if anchor > 0 {
            self.anchors.insert(anchor, Arc::clone(node));
        }
    }

    fn add(&mut self, node: Arc<Node>, at: Place, is_merge: bool) -> Result<(), YamlFault> {
        let most = self.most;
        if let Some(frame) = self.open.last_mut() {
            let replaced = frame.add(node, at, is_merge, most)?;
            for (key, place, kind) in replaced {
                let above = self.open.len().saturating_sub(1);
                let above: Path = self.open[..above].iter().filter_map(Frame::step).collect();
                self.tell(kind, place, Some(above.key(&key)));
            }
            return Ok(());
        }
        if let Some(first) = self.found.first().filter(|_| self.reader == Reader::All) {
            let words = format!(
                "a second document begins here, after the one at line {}; put each into a file of its own",
                first.root.place.line
            );
            return Err(YamlFault::new(at, words));
        }
        self.anchors.clear();
        self.found.push(Built {
            root: node,
            changes: std::mem::take(&mut self.changes),
            refused: self.refused.take(),
        });
        Ok(())
    }
}

fn too_deep(at: Place) -> YamlFault {
    YamlFault::new(at, format!("nested more than {MAX_DEPTH} deep; flatten it"))
}

/// Whether a tag makes a scalar text: `!!str`, or the `!` that says "no guessing".
fn is_string_tag(tag: &Tag) -> bool {
    tag.core_suffix() == Some("str") || tag.parts() == ("", "!") || tag.parts() == ("!", "")
}
