//! Keys below the root that a write loses, since Kratix's merge replaces each top-level key whole.
use serde_json::Value;

use crate::core::{
    finding::Rule,
    gate::{
        secrets::{self, Demands},
        snapshot::{Side, Snapshot},
    },
    path::{Key, Path, Step},
    ratchet::{Candidate, Class, Evidence, Identity},
    review::Review,
    status::{DEEPEST_VALUE, comparable, is_same},
};

/// Lost keys that are named; who lost more has read enough.
const MOST_LOST: usize = 100;

/// The keys that a write loses, but for those under which a secret stood: its remedy is to write without them.
pub(super) fn told<'s>(
    review: &Review<'s>,
    (new, old): (&Side<'_>, &Side<'s>),
    demands: Demands<'_>,
) -> Vec<Candidate<'static>> {
    let mut lost = match (new.object(), old.object()) {
        (Some(new), Some(old)) => judge(new, old),
        _ => Vec::new(),
    };
    if !lost.is_empty() {
        let leaks = secrets::all(review.old_status, old, demands);
        lost.retain(|lost| leaks.iter().all(|leak| leak.path != lost.path));
    }
    lost
}

/// The keys that `new` has lost of `old`: those of objects at the same path, not through lists, the highest only.
fn judge(new: &Snapshot<'_>, old: &Snapshot<'_>) -> Vec<Candidate<'static>> {
    if new.measure().depth.max(old.measure().depth) > DEEPEST_VALUE {
        return Vec::new();
    }
    let mut lost = Vec::new();
    for (key, old) in old.status.authors() {
        let changed = new.status.get(key).filter(|new| !is_same(*new, old));
        // What is too long to be compared is above every budget, and its author is told of that.
        let values = changed.and_then(|new| comparable(new).zip(comparable(old)));
        if let Some((new, old)) = values {
            compare(
                &mut vec![Step::Key(key.as_ref().into())],
                &new,
                &old,
                &mut lost,
            );
        }
    }
    lost
}

fn compare(path: &mut Vec<Step>, new: &Value, old: &Value, lost: &mut Vec<Candidate<'static>>) {
    let (Some(new), Some(old)) = (new.as_object(), old.as_object()) else {
        return;
    };
    for (key, old) in old {
        if lost.len() >= MOST_LOST {
            return;
        }
        path.push(Step::Key(key.as_str().into()));
        match new.get(key) {
            Some(new) => compare(path, new, old, lost),
            None => lost.push(candidate(path)),
        }
        path.pop();
    }
}

fn candidate(path: &[Step]) -> Candidate<'static> {
    let rule = Rule::new("merge/lost-key");
    let root = match &path[0] {
        Step::Key(key) => Key(key).to_string(),
        Step::Index(_) => String::new(),
    };
    Candidate {
        path: path.iter().cloned().collect::<Path>(),
        rule: rule.clone(),
        message: format!("this write loses it; write all of {root}, which is replaced whole"),
        class: Class::LostKey,
        identity: Identity {
            rule,
            place: Box::default(),
            parameter: None,
            path: std::iter::empty().collect(),
        },
        evidence: Evidence::Missing,
    }
}
