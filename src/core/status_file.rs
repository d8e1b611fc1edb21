//! What is to be said about a status.yaml itself, whatever it is merged into.
use serde_json::{Map, Value};

use crate::core::{
    finding::{Effect, Finding, Rule},
    kratix, merge,
    path::Path,
    policy::Policy,
    status::{CONDITIONS, MESSAGE, conditions::Conditions},
    yaml::change::Change,
};

/// A key that Kratix writes itself.
pub const OWN_KEY: Rule = Rule::new("kratix/own-key");
/// What Kratix's reader of YAML understands in its own way.
pub const YAML: Rule = Rule::new("kratix/yaml");

/// Conditions that are none.
const CONDITION_TYPE: Rule = Rule::new("condition/type");

/// All of a file under the key `status`.
pub const WRAPPED: Rule = Rule::new("kratix/wrapped");

/// The key that the status-writer refuses.
const REFUSED: &str = "kratix";

/// Findings about keys and conditions that are Kratix's, in a status.yaml that leads to the status `merged`.
pub fn own_keys(file: &Map<String, Value>, merged: &Map<String, Value>) -> Vec<Finding> {
    let shared = [CONDITIONS, MESSAGE];
    let keys = file
        .keys()
        .filter(|key| kratix::is_key(key) && !shared.contains(&key.as_str()));
    let keys = keys.map(|key| {
        let path = Path::root().key(key);
        if key == REFUSED {
            let words = "is Kratix's own key, and its status-writer fails on it; remove the key";
            finding(path, OWN_KEY, Effect::Deny, words.to_owned())
        } else {
            let words = "is Kratix's own key, which Kratix writes itself; remove the key";
            finding(path, OWN_KEY, Effect::Warn, words.to_owned())
        }
    });
    keys.chain(own_conditions(file, merged)).collect()
}

/// The finding about a file whose only key is `status`: its author took it for the whole object.
pub fn wrapped(file: &Map<String, Value>) -> Option<Finding> {
    const KEY: &str = "status";
    let is_wrapped = file.len() == 1 && file.get(KEY).is_some_and(Value::is_object);
    is_wrapped.then(|| {
        let words = "is the only key of the file, so Kratix stores it as status.status; remove this line, and move \
                     what is below it to the left";
        finding(Path::root().key(KEY), WRAPPED, Effect::Warn, words.to_owned())
    })
}

/// Findings about conditions that the status-writer drops without a word, so that nobody can judge them later: those
/// that are no list, where it marks the status as completed, and those without a type, where it joins two lists.
pub fn dropped_conditions(
    file: &Map<String, Value>,
    present: &Map<String, Value>,
    completes: bool,
) -> Vec<Finding> {
    let path = Path::root().key(CONDITIONS);
    let found = |words: String| finding(path.clone(), CONDITION_TYPE, Effect::Deny, words);
    let Some(written) = file.get(CONDITIONS).filter(|written| !written.is_null()) else {
        return Vec::new();
    };
    let Value::Array(written) = written else {
        let words = format!(
            "{}; write each as an entry with a type and a status",
            Conditions::no_list(kind_of(written))
        );
        return Vec::from_iter(completes.then(|| found(words)));
    };
    if !present.get(CONDITIONS).is_some_and(Value::is_array) {
        return Vec::new();
    }
    let untyped = written.iter().enumerate();
    let untyped = untyped.filter(|(_, condition)| merge::type_of(condition).is_none());
    untyped
        .map(|(index, _)| {
            found(format!(
                "entry {} has no type, so Kratix drops it; name what it is about",
                index + 1
            ))
        })
        .collect()
}

/// What a finding about conditions does where this policy holds, as in the server.
pub fn as_enforced(mut finding: Finding, policy: Option<&Policy>, is_deleting: bool) -> Finding {
    if finding.rule == CONDITION_TYPE {
        let of_policy = policy.map_or(Effect::Warn, |policy| policy.enforcement.ceiling());
        let most = if is_deleting {
            Effect::Warn
        } else {
            Effect::Deny
        };
        finding.effect = finding.effect.min(of_policy).min(most);
        finding.is_told = finding.effect >= Effect::Warn;
    }
    finding
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn own_conditions(file: &Map<String, Value>, merged: &Map<String, Value>) -> Vec<Finding> {
    let conditions = |status: &Map<String, Value>| match status.get(CONDITIONS) {
        Some(Value::Array(conditions)) => conditions.clone(),
        _ => Vec::new(),
    };
    let (written, merged) = (conditions(file), conditions(merged));
    let own = written.iter().filter_map(merge::type_of);
    let own = own.filter(|kind| kratix::is_condition(kind));
    own.filter_map(|kind| {
        let index = merged
            .iter()
            .position(|condition| merge::type_of(condition) == Some(kind))?;
        let path = Path::root().key(CONDITIONS).index(index).key("type");
        let words = "is the type of a condition that Kratix writes itself; give yours another type";
        Some(finding(path, OWN_KEY, Effect::Warn, words.to_owned()))
    })
    .collect()
}

/// The finding about a place that means something else to Kratix.
pub fn changed(change: &Change) -> Finding {
    finding(
        change.path.clone(),
        YAML,
        Effect::Warn,
        change.kind.to_string(),
    )
}

fn finding(path: Path, rule: Rule, effect: Effect, message: String) -> Finding {
    Finding {
        path,
        rule,
        effect,
        is_told: true,
        confidence: None,
        message,
    }
}
