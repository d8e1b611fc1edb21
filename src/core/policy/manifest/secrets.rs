//! `spec.secrets`: what a secret does at most, and the exceptions.
use serde_json::{Map, Value};

use super::{names, read_enforcement, reader::Reader};
use crate::core::{
    path::pattern::Pattern,
    policy::{Allow, Secrets},
    secret,
};

pub(super) fn read_secrets(reader: &mut Reader, spec: &Map<String, Value>) -> Secrets {
    let at = "/spec/secrets";
    let Some(secrets) = spec
        .get("secrets")
        .and_then(|value| reader.object(value, at))
    else {
        return Secrets::default();
    };
    reader.only(secrets, at, &["allow", "enforcement"]);
    let allow = match secrets.get("allow") {
        None => Vec::new(),
        Some(allow) => read_all_allowed(reader, allow),
    };
    Secrets {
        enforcement: read_enforcement(reader, secrets, at),
        allow,
    }
}

fn read_all_allowed(reader: &mut Reader, allow: &Value) -> Vec<Allow> {
    let at = "/spec/secrets/allow";
    let Value::Array(entries) = allow else {
        reader.fault_of(
            at,
            "must be a list of exceptions, each with path, rule and reason",
        );
        return Vec::new();
    };
    entries
        .iter()
        .enumerate()
        .filter_map(|(index, entry)| read_allowed(reader, entry, &format!("{at}/{index}")))
        .collect()
}

fn read_allowed(reader: &mut Reader, entry: &Value, at: &str) -> Option<Allow> {
    let entry = reader.object(entry, at)?;
    reader.only(entry, at, &["path", "reason", "rule"]);
    let path = reader.required(entry, at, "path", "say where, such as status.demoToken");
    let rule = reader.required(
        entry,
        at,
        "rule",
        "say which rule, such as secret/credential-key",
    );
    let reason = reader.required(entry, at, "reason", "say why, for those who review it");
    let path = path.and_then(|path| reader.name(path, &format!("{at}/path"), names::path_fault));
    let rules: Vec<&str> = secret::RULES.into_iter().chain([secret::FAMILY]).collect();
    let rule = rule.and_then(|rule| reader.one_of(rule, &format!("{at}/rule"), &rules));
    let reason = reason.and_then(|reason| reader.text(reason, &format!("{at}/reason")));
    Some(Allow {
        path: path.as_deref().and_then(Pattern::parse)?,
        rule: rule?.to_owned(),
        reason: reason?.to_owned(),
    })
}
