//! Whether what is skipped, since this write did not change it, could have changed a verdict.
use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::json;

use super::{Demands, all, changed};
use crate::core::{gate::snapshot::Side, policy::Policy, ratchet, review::Review};

/// Keys that tell, that lift what others tell, and that say what stands beside them.
const KEYS: [&str; 14] = [
    "a",
    "b",
    "auth",
    "auths",
    "conditions",
    "declared",
    "healthStatus",
    "name",
    "password",
    "secretRef",
    "sensitive",
    "type",
    "username",
    "value",
];
const LEAVES: [&str; 13] = [
    "null",
    "true",
    "\"true\"",
    "false",
    "1234567",
    "\"Ready\"",
    "\"DB_PASSWORD\"",
    "\"COLOUR\"",
    "\"--password\"",
    "\"app-db\"",
    "\"hunter2!x\"",
    "\"postgres://app:hunter2@db.example.com/app\"",
    "\"{\\\"password\\\":\\\"hunter2!x\\\"}\"",
];

#[derive(Debug, Clone)]
enum Tree {
    Leaf(&'static str),
    List(Vec<Tree>),
    Map(Vec<(&'static str, Tree)>),
}
use Tree::{Leaf, List, Map};

#[derive(Debug, Clone)]
enum Edit {
    Put(Tree),
    Add(&'static str, Tree),
    Wrap(Option<&'static str>),
    Rename(&'static str),
    Repeat(&'static str),
    Remove,
    Turn,
}

impl Tree {
    fn json(&self) -> String {
        let inner: Vec<String> = match self {
            Leaf(leaf) => return (*leaf).to_owned(),
            List(elements) => elements.iter().map(Self::json).collect(),
            Map(members) => members
                .iter()
                .map(|(key, member)| format!("\"{key}\":{}", member.json()))
                .collect(),
        };
        match self {
            Map(_) => format!("{{{}}}", inner.join(",")),
            _ => format!("[{}]", inner.join(",")),
        }
    }

    /// The part with this number, counted from the root in the order in which they are written.
    fn part(&mut self, number: &mut usize) -> Option<&mut Self> {
        if *number == 0 {
            return Some(self);
        }
        *number -= 1;
        match self {
            Leaf(_) => None,
            List(elements) => elements.iter_mut().find_map(|part| part.part(number)),
            Map(members) => members.iter_mut().find_map(|(_, part)| part.part(number)),
        }
    }

    fn edit(&mut self, edit: &Edit) {
        match (edit, &mut *self) {
            (Edit::Put(tree), _) => *self = tree.clone(),
            (Edit::Wrap(key), _) => {
                let inner = self.clone();
                *self = key.map_or_else(
                    || List(vec![inner.clone()]),
                    |key| Map(vec![(key, inner.clone())]),
                );
            }
            (Edit::Add(_, tree), List(elements)) => elements.insert(0, tree.clone()),
            (Edit::Add(key, tree), Map(members)) => members.push((key, tree.clone())),
            (Edit::Rename(key), Map(members)) => {
                members.iter_mut().take(1).for_each(|member| member.0 = key);
            }
            (Edit::Repeat(_), List(elements)) => elements.extend(elements.first().cloned()),
            (Edit::Repeat(key), Map(members)) => {
                members.extend(members.first().map(|(_, member)| (*key, member.clone())));
            }
            (Edit::Remove, List(elements)) if !elements.is_empty() => drop(elements.remove(0)),
            (Edit::Remove, Map(members)) if !members.is_empty() => drop(members.remove(0)),
            (Edit::Turn, List(elements)) => elements.reverse(),
            (Edit::Turn, Map(members)) => members.reverse(),
            _ => {}
        }
    }
}

fn tree() -> impl Strategy<Value = Tree> {
    let leaf = select(&LEAVES[..]).prop_map(Leaf);
    leaf.prop_recursive(4, 24, 4, |inner| {
        let members = vec((select(&KEYS[..]), inner.clone()), 0..4);
        prop_oneof![
            vec(inner, 0..4).prop_map(List),
            members.prop_map(|mut members| {
                members.sort_by_key(|(key, _)| *key);
                Map(members)
            }),
        ]
    })
}

fn status() -> impl Strategy<Value = Tree> {
    vec((select(&KEYS[..]), tree()), 0..5).prop_map(Map)
}

fn edit() -> impl Strategy<Value = Edit> {
    let key = || select(&KEYS[..]);
    prop_oneof![
        tree().prop_map(Edit::Put),
        (key(), tree()).prop_map(|(key, tree)| Edit::Add(key, tree)),
        proptest::option::of(key()).prop_map(Edit::Wrap),
        key().prop_map(Edit::Rename),
        key().prop_map(Edit::Repeat),
        Just(Edit::Remove),
        Just(Edit::Turn),
    ]
}

/// How many secrets a look at what changed finds, and of each that a look at all finds whether it is forgiven.
fn looks(old: &str, new: &str) -> (usize, Vec<bool>) {
    let manifest = json!({
        "apiVersion": "statusguard.dev/v1alpha1",
        "kind": "StatusSchema",
        "metadata": {"name": "x"},
        "spec": {"request": {"group": "example.org", "resource": "xs"}, "schema": {"properties": {
            "declared": {"prefixItems": [{}, {"writeOnly": true}], "properties": {"a": {"format": "password"}}},
        }}},
    });
    let (policy, _) = Policy::from_manifest(&manifest).unwrap();
    let body = format!(
        "{{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\",\"request\":{{\"uid\":\"x\",\
         \"operation\":\"UPDATE\",\"resource\":{{\"group\":\"example.org\",\"version\":\"v1\",\"resource\":\"xs\"}},\
         \"object\":{{\"status\":{new}}},\"oldObject\":{{\"status\":{old}}}}}}}"
    );
    let review = Review::parse(body.as_bytes()).unwrap();
    let schema = policy.schema("v1");
    let policy = &policy;
    let demands = Demands { policy, schema };
    let (new, old) = Side::both((review.status, review.old_status), schema);
    let found = changed(&review, (&new, &old), demands).len();
    let now = all(review.status, &new, demands);
    let before = all(review.old_status, &old, demands);
    (found, ratchet::forgiven(&now, &before))
}

/// Whether nothing of this is looked into, and would be forgiven.
fn is_skipped(old: &str, new: &str) -> bool {
    let (found, forgiven) = looks(old, new);
    assert!(!forgiven.is_empty(), "there is no secret: {new}");
    found == 0 && forgiven.iter().all(|is_forgiven| *is_forgiven)
}

#[test]
fn the_smallest_containers_that_did_not_change_are_skipped() {
    let secret = r#"{"type":"A","x":{"password":"hunter2!x"}}"#;
    for (old, new) in [
        (
            format!(r#"{{"a":{secret}}}"#),
            format!(r#"{{"a":{secret},"b":1}}"#),
        ),
        (
            format!(r#"{{"a":{{"b":{secret}}}}}"#),
            format!(r#"{{"a":{{"b":{secret},"c":1}}}}"#),
        ),
        (
            format!(r#"{{"conditions":[{secret},{{"status":"True"}}]}}"#),
            format!(r#"{{"conditions":[{secret},{{"status":"False"}},{{}}]}}"#),
        ),
    ] {
        assert!(is_skipped(&old, &new), "{new}");
    }
}

#[test]
fn what_is_called_otherwise_or_stands_elsewhere_is_looked_into() {
    for (old, new) in [
        // Another key above it, and another place in a list.
        (
            r#"{"c":{"a":{"password":"hunter2!x"}}}"#,
            r#"{"c":{"b":{"password":"hunter2!x"}}}"#,
        ),
        (
            r#"{"a":[{"password":"hunter2!x"}]}"#,
            r#"{"a":[{},{"password":"hunter2!x"}]}"#,
        ),
        (
            r#"{"a":{"b":{"password":"hunter2!x"}}}"#,
            r#"{"a":["b",{"password":"hunter2!x"}]}"#,
        ),
        // Once more.
        (
            r#"{"a":[{"password":"hunter2!x"}]}"#,
            r#"{"a":[{"password":"hunter2!x"},{"password":"hunter2!x"}]}"#,
        ),
        // A name or a flag beside it.
        (
            r#"{"a":{"name":"COLOUR","value":{"x":"hunter2!x"}}}"#,
            r#"{"a":{"name":"DB_PASSWORD","value":{"x":"hunter2!x"}}}"#,
        ),
        (
            r#"{"name":"COLOUR","value":{"x":"hunter2!x"}}"#,
            r#"{"name":"DB_PASSWORD","value":{"x":"hunter2!x"}}"#,
        ),
        (
            r#"{"a":{"sensitive":false,"value":["app"]}}"#,
            r#"{"a":{"sensitive":true,"value":["app"]}}"#,
        ),
        (
            r#"{"a":["-v",{"x":"hunter2!x"}]}"#,
            r#"{"a":["--password",{"x":"hunter2!x"}]}"#,
        ),
        // A condition of another type.
        (
            r#"{"conditions":[{"type":"A","x":{"password":"hunter2!x"}}]}"#,
            r#"{"conditions":[{"type":"B","x":{"password":"hunter2!x"}}]}"#,
        ),
        // A key that stands twice.
        (
            r#"{"a":{"password":"hunter2!x"}}"#,
            r#"{"a":{"password":"hunter2!x"},"a":{"password":"hunter2!x"}}"#,
        ),
    ] {
        assert!(looks(old, new).0 > 0, "{new}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn what_is_skipped_would_be_forgiven(
        old in status(),
        edits in vec((0..24_usize, edit()), 1..4),
    ) {
        let mut new = old.clone();
        for (mut number, edit) in edits {
            if let Some(part) = new.part(&mut number) {
                part.edit(&edit);
            }
        }
        let (found, forgiven) = looks(&old.json(), &new.json());
        prop_assert!(found > 0 || forgiven.iter().all(|is_forgiven| *is_forgiven));
    }
}
