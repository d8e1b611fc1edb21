//! Files of kind `StatusTest`: many cases in one.
use std::sync::Arc;

use serde_json::{Map, Value};

use super::{
    KIND,
    case::{Case, Expected},
    expected::{self, Expectation},
};
use crate::{
    cli::{
        Failure,
        policies::Policies,
        replay,
        source::{Source, printable},
        subject::{Identity, Origin, Subject, Text, Write, in_phase},
    },
    core::{
        merge,
        path::Key,
        phase::Phase,
        pointer,
        policy::{Policy, manifest::API_VERSION},
        yaml::KratixDocument,
    },
};

/// A file of many cases.
struct File<'a> {
    source: &'a Source,
    text: Arc<Text>,
    policy: Option<Arc<Policy>>,
}

/// The cases of a file; what is wrong with one is added to `faults`.
pub(super) fn of_file(
    source: &Source,
    policies: &Policies,
    faults: &mut Vec<Failure>,
) -> Result<Vec<Case>, Failure> {
    let mut stream = source.documents().map_err(Failure::bad_input)?;
    if let Some(fault) = stream.fault {
        return Err(Failure::bad_input(source.of_yaml(fault)));
    }
    let KratixDocument { document, .. } = stream.documents.remove(0);
    let value = document.value();
    let text = Arc::new(Text {
        name: source.name.clone(),
        document,
    });
    let file = File {
        source,
        text,
        policy: None,
    };
    if value["apiVersion"] != API_VERSION || value["kind"] != KIND {
        let words = format!(
            "must have apiVersion {API_VERSION} and kind {KIND}; bare statuses belong into accept/ and reject/"
        );
        return Err(file.wrong("", words));
    }
    file.only(
        &value,
        "",
        &["apiVersion", "cases", "kind", "metadata", "policy"],
    )?;
    let file = File {
        policy: file.policy(&value, policies)?,
        ..file
    };
    let cases = value["cases"].as_array();
    let cases = cases.ok_or_else(|| {
        let words = "cases must be a list, such as - {name: …, status: {…}, expect: accepted}";
        file.wrong("/cases", words.to_owned())
    })?;
    let mut read = Vec::new();
    for (index, case) in cases.iter().enumerate() {
        match file.case(case, &format!("/cases/{index}")) {
            Ok(case) => read.push(case),
            Err(fault) => faults.push(fault),
        }
    }
    Ok(read)
}

impl File<'_> {
    fn wrong(&self, pointer: &str, words: String) -> Failure {
        Failure::bad_input(self.source.at(self.text.document.key_place(pointer), words))
    }

    /// The policy by which the cases are judged.
    fn policy(&self, value: &Value, policies: &Policies) -> Result<Option<Arc<Policy>>, Failure> {
        match value.get("policy") {
            None => policies.only().map_err(|_| {
                let all = policies.instead_of("");
                let words = format!(
                    "must say with `policy: NAME` by which of the schemas it is judged; {all}"
                );
                self.wrong("", words)
            }),
            Some(Value::String(name)) => policies.named(name).map(Some).ok_or_else(|| {
                let words = format!(
                    "policy {} is none of the schemas that were given; {}",
                    Key(name),
                    policies.instead_of(name)
                );
                self.wrong("/policy", words)
            }),
            Some(_) => Err(self.wrong("/policy", "policy must be the name of a schema".to_owned())),
        }
    }

    fn only(&self, value: &Value, at: &str, known: &[&str]) -> Result<(), Failure> {
        let Some(members) = value.as_object() else {
            return Err(self.wrong(at, "must be an object of key: value lines".to_owned()));
        };
        match members.keys().find(|key| !known.contains(&key.as_str())) {
            None => Ok(()),
            Some(key) => {
                let words = format!("is no field here; there are {}", known.join(", "));
                Err(self.wrong(&pointer::join(at, key), words))
            }
        }
    }

    fn case(&self, case: &Value, at: &str) -> Result<Case, Failure> {
        self.only(
            case,
            at,
            &["expect", "name", "new", "old", "phase", "request", "status"],
        )?;
        let phase = match case.get("phase").map(Value::as_str) {
            None => None,
            Some(Some("complete")) => Some(Phase::Complete),
            Some(Some("partial")) => Some(Phase::Partial),
            Some(_) => {
                let words = "must be complete or partial".to_owned();
                return Err(self.wrong(&format!("{at}/phase"), words));
            }
        };
        let name = case["name"].as_str();
        let name = name.map_or_else(|| format!("case {at}"), printable);
        Ok(Case {
            name,
            file: self.source.name.clone(),
            place: Some(self.text.document.place(at)),
            subjects: vec![Subject::Write(Box::new(self.write(case, at, phase)?))],
            expected: self.expected(case, at)?,
        })
    }

    fn expected(&self, case: &Value, at: &str) -> Result<Expected, Failure> {
        let at = format!("{at}/expect");
        let list = match &case["expect"] {
            Value::String(word) if word == "accepted" => return Ok(Expected::Accepted),
            Value::String(word) if word == "refused" => return Ok(Expected::Refused),
            Value::Array(list) if !list.is_empty() => list,
            _ => {
                let words = "must be accepted, refused, or a list such as [{path: status.url, rule: schema/required}]";
                return Err(self.wrong(&at, words.to_owned()));
            }
        };
        let mut expected = Vec::new();
        for (index, one) in list.iter().enumerate() {
            let at = format!("{at}/{index}");
            self.only(one, &at, &["path", "rule"])?;
            let (Some(path), Some(rule)) = (one["path"].as_str(), one["rule"].as_str()) else {
                let words = "must have a path and a rule, such as {path: status.url, rule: schema/required}";
                return Err(self.wrong(&at, words.to_owned()));
            };
            let fault = |field: &str, words| self.wrong(&format!("{at}/{field}"), words);
            expected::known_path(path).map_err(|words| fault("path", words))?;
            expected::known_rule(rule).map_err(|words| fault("rule", words))?;
            expected.push(Expectation {
                path: path.to_owned(),
                rule: rule.to_owned(),
                place: Some(self.text.document.place(&at)),
            });
        }
        Ok(Expected::For(expected))
    }

    fn write(&self, case: &Value, at: &str, phase: Option<Phase>) -> Result<Write, Failure> {
        let policy = self.policy.as_deref();
        let not_null = |key: &str| case.get(key).filter(|value| !value.is_null());
        if let Some(new) = case.get("new") {
            let mut write = replay::bare(policy, not_null("old").cloned());
            write.origins = vec![self.origin(at, "new", new)];
            // As `check` takes a bare status that does not say it itself.
            let is_said = merge::says_whether_complete(new);
            let phase = phase.or((!is_said).then_some(Phase::Complete));
            write.new = Some(in_phase(new.clone(), phase));
            return Ok(write);
        }
        let empty = Value::Object(Map::new());
        let (key, status) = match case.get("status") {
            Some(Value::Null) | None if case.get("request").is_some() => ("request", &empty),
            Some(status) => ("status", status),
            None => {
                let words = "must have a status, or old and new".to_owned();
                return Err(self.wrong(at, words));
            }
        };
        let request = not_null("request");
        let old = request
            .and_then(|request| request.get("status"))
            .or(not_null("old"));
        let mut write = replay::bare(policy, old.filter(|old| !old.is_null()).cloned());
        if let Some(request) = request {
            write.identity = Identity::of(request);
            write.deleting = request.pointer("/metadata/deletionTimestamp").is_some();
        }
        let status = status
            .as_object()
            .ok_or_else(|| self.wrong(&format!("{at}/status"), "must be an object".to_owned()))?;
        replay::fill(&mut write, status, phase)
            .ok_or_else(|| self.wrong(at, "the present status must be an object".to_owned()))?;
        write.origins = vec![self.origin(at, key, &Value::Object(status.clone()))];
        Ok(write)
    }

    fn origin(&self, at: &str, key: &str, status: &Value) -> Origin {
        Origin::new(Arc::clone(&self.text), format!("{at}/{key}"), Some(status))
    }
}
