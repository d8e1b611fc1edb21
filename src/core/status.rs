//! A status as its bytes hold it: the top-level keys, each with its JSON, and the conditions.
use std::borrow::Cow;

use serde_json::Value;

use crate::core::{
    json::{Json, tape::Tape},
    kratix,
    phase::Phase,
};

pub mod conditions;
pub mod measure;

use conditions::Conditions;

/// The key under which a status holds its conditions.
pub const CONDITIONS: &str = "conditions";
/// The key under which a status holds the sentence that `kubectl get` shows.
pub const MESSAGE: &str = "message";

/// What the JSON of a status turned out to be.
pub enum Reading<'a> {
    /// An object; what is absent or null counts as an empty one.
    Object(Status<'a>),
    /// JSON of another type, named as JSON Schema names it.
    Other(&'static str),
    /// Text that no reader of JSON would keep whole, such as half a surrogate pair in a key.
    Unreadable,
}

/// The top-level keys of a status, sorted, each once, with the JSON under them.
pub struct Status<'a> {
    entries: Vec<(Cow<'a, str>, Json<'a>)>,
    has_twins: bool,
    /// All of it, where that has been read.
    tape: Option<Tape<'a>>,
    conditions: Conditions<'a>,
    /// These alone, where they have been read without the rest.
    conditions_tape: Option<Tape<'a>>,
}

/// How many keys are looked through one after another.
const FEW: usize = 32;

/// Keys, each with the JSON under it.
type Entries<'a> = Vec<(Cow<'a, str>, Json<'a>)>;

impl<'a> Reading<'a> {
    /// Splits the JSON of a status into its top-level keys.
    pub fn of(json: Option<Json<'a>>) -> Self {
        Self::split(json, |json| {
            let tape = Tape::read(json.get())?;
            let mut status = Status::new(tape.root().keys_and_values()?);
            let written = status.get(CONDITIONS);
            let found = tape
                .root()
                .pairs()
                .find(|(_, value)| Some(value.whole()) == written);
            let found = found.map(|(_, value)| Conditions::on(value));
            status.conditions = found.unwrap_or_else(Conditions::none);
            status.tape = Some(tape);
            Some(status)
        })
    }

    /// The same, of what a status was before it became `now`, which is most likely nearly the same.
    pub fn before(json: Option<Json<'a>>, now: &Self) -> Self {
        let Self::Object(now) = now else {
            return Self::of(json);
        };
        Self::split(json, |json| {
            let mut status = Status::new(json.members_like(&now.entries)?);
            let has_same = status.get(CONDITIONS) == now.get(CONDITIONS);
            if has_same {
                status.conditions = now.conditions.clone();
            } else {
                status.read_conditions();
            }
            Some(status)
        })
    }

    fn split(json: Option<Json<'a>>, split: impl FnOnce(Json<'a>) -> Option<Status<'a>>) -> Self {
        let Some(json) = json else {
            return Self::Object(Status::empty());
        };
        match json.kind() {
            "null" => Self::Object(Status::empty()),
            "object" => split(json).map_or(Self::Unreadable, Self::Object),
            other => Self::Other(other),
        }
    }
}

impl<'a> Status<'a> {
    const fn empty() -> Self {
        Self {
            entries: Vec::new(),
            has_twins: false,
            tape: None,
            conditions: Conditions::none(),
            conditions_tape: None,
        }
    }

    fn new(mut entries: Entries<'a>) -> Self {
        // The API server writes them sorted, which a stable sort sees at once.
        entries.sort_by(|one, other| one.0.cmp(&other.0));
        let written = entries.len();
        // Of a key that stands twice the last one counts, as for every reader of JSON in Kubernetes.
        entries.dedup_by(|later, kept| {
            let is_same = later.0 == kept.0;
            if is_same {
                std::mem::swap(later, kept);
            }
            is_same
        });
        Self {
            has_twins: entries.len() < written,
            entries,
            ..Self::empty()
        }
    }

    fn read_conditions(&mut self) {
        let written = self.get(CONDITIONS);
        if let Some(tape) = written.and_then(|json| Tape::read(json.get())) {
            self.conditions = Conditions::on(tape.root());
            self.conditions_tape = Some(tape);
        }
    }

    /// What stands under `key`, where that has been read without the rest.
    pub fn tape_of(&self, key: &str) -> Option<&Tape<'a>> {
        self.conditions_tape.as_ref().filter(|_| key == CONDITIONS)
    }

    /// All of it, where that has been read.
    pub const fn tape(&self) -> Option<&Tape<'a>> {
        self.tape.as_ref()
    }

    /// The JSON under a top-level key.
    pub fn get(&self, key: &str) -> Option<Json<'a>> {
        // Of a few keys most have another length.
        let found = if self.entries.len() <= FEW {
            self.entries.iter().position(|entry| entry.0 == key)?
        } else {
            let compared = |entry: &(Cow<'a, str>, _)| entry.0.as_ref().cmp(key);
            self.entries.binary_search_by(compared).ok()?
        };
        Some(self.entries[found].1)
    }

    /// Whether a key stands twice in what was read, so that not all of it is here.
    pub const fn has_twins(&self) -> bool {
        self.has_twins
    }

    /// The keys that are not Kratix's, sorted, with their JSON.
    pub fn authors(&self) -> impl Iterator<Item = (&Cow<'a, str>, Json<'a>)> {
        self.entries
            .iter()
            .map(|(key, json)| (key, *json))
            .filter(|(key, _)| !kratix::is_key(key))
    }

    /// The conditions as written.
    pub const fn conditions(&self) -> &Conditions<'a> {
        &self.conditions
    }

    /// The `message`, unless it is absent or one that Kratix writes itself.
    pub fn authors_message(&self) -> Option<Json<'a>> {
        self.get(MESSAGE).filter(|json| !is_kratix_message(*json))
    }

    /// Whether the `message` is one that Kratix writes itself.
    pub fn has_kratix_message(&self) -> bool {
        self.get(MESSAGE).is_some_and(is_kratix_message)
    }

    /// How far this status has come.
    pub fn phase(&self) -> Phase {
        self.conditions.phase()
    }

    /// Whether the author's part is the same as in `other`: keys that are not Kratix's, a `message` that is not
    /// Kratix's own text, and conditions of types that are not Kratix's, in any order.
    pub fn has_same_authors_part(&self, other: &Self) -> bool {
        let same_keys = || {
            let (mut mine, mut theirs) = (self.authors(), other.authors());
            loop {
                match (mine.next(), theirs.next()) {
                    (None, None) => return true,
                    (Some(one), Some(two)) if one.0 == two.0 && is_same(one.1, two.1) => {}
                    _ => return false,
                }
            }
        };
        let same_message = || match (self.authors_message(), other.authors_message()) {
            (None, None) => true,
            (Some(one), Some(two)) => is_same(one, two),
            _ => false,
        };
        same_message() && same_keys() && self.conditions.has_same_authors(&other.conditions)
    }
}

fn is_kratix_message(json: Json<'_>) -> bool {
    json.text().is_some_and(|text| kratix::is_message(&text))
}

/// Deepest JSON that is read into a [`Value`]; `serde_json` itself gives up at 128.
pub const DEEPEST_VALUE: u64 = 120;

/// Longest JSON, in bytes, that is read into a [`Value`] only to be compared: as a value it can take a hundred times
/// the memory. The API server writes the same value with the same bytes, so for it nothing depends on this.
const LONGEST_COMPARED: usize = 256 << 10;

/// The value of a JSON text, to compare it with another; none if it is too long or nested too deep for that.
pub fn comparable(json: Json<'_>) -> Option<Value> {
    let is_short = json.get().len() <= LONGEST_COMPARED;
    is_short
        .then(|| serde_json::from_str(json.get()).ok())
        .flatten()
}

/// Whether two texts hold the same JSON, whatever the order of keys. Texts that are too long or nested too deep to be
/// read are the same only if their bytes are.
pub fn is_same(one: Json<'_>, other: Json<'_>) -> bool {
    let is_equal = || Some(comparable(one)? == comparable(other)?);
    one.get() == other.get() || is_equal().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::is_same;
    use crate::core::json::Json;

    #[test]
    fn order_means_nothing_up_to_a_length() {
        let status = |length: usize, one: &str, other: &str| {
            format!(r#"{{{one},{other},"c":"{}"}}"#, "x".repeat(length))
        };
        let same = |length| {
            let one = status(length, r#""a":1"#, r#""b":2"#);
            let turned = status(length, r#""b":2"#, r#""a":1"#);
            is_same(Json::read(&one).unwrap(), Json::read(&turned).unwrap())
        };
        assert!(same(100_000));
        assert!(!same(300_000));
    }
}
