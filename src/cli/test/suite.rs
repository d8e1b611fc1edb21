//! Where cases come from: folders of files, and files of many cases.
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::anyhow;
use serde_json::{Map, Value};

use super::case::{Case, Expected};
use crate::{
    cli::{
        Failure,
        input::{self, Content, Manner},
        policies::Policies,
        print,
        replay::{self, Replay},
        source::{self, InputFault, Source, printable},
        subject::{Identity, Origin, Subject, Text, Write},
    },
    core::{
        explain,
        path::Key,
        phase::Phase,
        policy::{Policy, manifest::API_VERSION},
        yaml::KratixDocument,
    },
};

/// The kind of a file of cases.
const KIND: &str = "StatusTest";
/// The folders of a suite: of what is accepted, and of what is refused.
const FOLDERS: [&str; 2] = ["accept", "reject"];
/// How a line in a file says what it is refused for.
const EXPECT: &str = "# expect: ";

/// The cases of a suite.
pub(super) fn read(path: &Path, policies: &Policies) -> Result<Vec<Case>, Failure> {
    if path == Path::new(super::DEFAULT) && !path.exists() {
        return Err(Failure::bad_input(anyhow!(
            "there is no suite {} here, which is run unless others are named; name a folder with accept/ and reject/ in \
             it, or a file of kind {KIND} (`statusguard test --help` shows one)",
            super::DEFAULT
        )));
    }
    if !path.is_dir() {
        let source = Source::open(path).map_err(Failure::bad_input)?;
        return of_file(&source, policies);
    }
    look_for_others(path)?;
    let mut cases = Vec::new();
    let policy = policies.named(&name_of(path));
    for folder in FOLDERS {
        let is_good = folder == FOLDERS[0];
        let folder = path.join(folder);
        for file in if folder.is_dir() {
            files(&folder)?
        } else {
            Vec::new()
        } {
            cases.push(of_folder(&file, is_good, policies, policy.as_ref())?);
        }
    }
    for file in files(path)? {
        cases.extend(of_file(
            &Source::open(&file).map_err(Failure::bad_input)?,
            policies,
        )?);
    }
    if cases.is_empty() {
        return Err(Failure::bad_input(anyhow!(
            "{}: holds no case; put files into accept/ and reject/ in it, or a file of kind {KIND}",
            source::shown(path)
        )));
    }
    Ok(cases)
}

/// Tells of folders in a suite that nobody looks into.
///
/// # Errors
/// If one is almost called as one that is looked into.
fn look_for_others(suite: &Path) -> Result<(), Failure> {
    let entries = std::fs::read_dir(suite).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    for folder in folders {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let (shown, lower) = (source::shown(&folder), name.to_lowercase());
        if FOLDERS.contains(&&*name) || name.starts_with('.') {
            continue;
        }
        let is_meant = |known: &&&str| {
            let is_longer = lower.starts_with(**known) && lower.len() <= known.len() + 3;
            is_longer || strsim::damerau_levenshtein(&lower, known) <= 2
        };
        if let Some(near) = FOLDERS.iter().find(is_meant) {
            return Err(Failure::bad_input(anyhow!(
                "{shown}: nobody looks into a folder of this name; did you mean {near}/?"
            )));
        }
        print::complain(&format!(
            "note: {shown}: is not looked into; cases stand in accept/ and reject/, and another suite is named by itself\n"
        ));
    }
    Ok(())
}

/// The name of a folder, also of `.`.
fn name_of(path: &Path) -> String {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let scanned = crate::disk::scan(folder).map_err(|error| {
        Failure::bad_input(anyhow!(
            "{}: the folder cannot be read ({})",
            source::shown(folder),
            error.kind()
        ))
    })?;
    Ok(scanned.into_iter().map(|file| file.path).collect())
}

/// The case that one file of `accept/` or `reject/` is.
fn of_folder(
    file: &Path,
    is_good: bool,
    policies: &Policies,
    policy: Option<&Arc<Policy>>,
) -> Result<Case, Failure> {
    let source = Source::open(file).map_err(Failure::bad_input)?;
    let expected = match (is_good, expectations(&source)?) {
        (true, _) => Expected::Accepted,
        (false, list) if list.is_empty() => Expected::Refused,
        (false, list) => Expected::For(list),
    };
    let manner = Manner::default();
    // A file of comments alone is a status.yaml with nothing in it.
    let is_empty = source.documents().is_ok_and(|stream| {
        stream
            .documents
            .iter()
            .all(|one| one.document.value().is_null())
    });
    let content = if is_empty {
        Ok(Content::StatusFile)
    } else {
        input::read(&source, &manner)
    };
    let subjects = match content.map_err(Failure::bad_input)? {
        Content::Subjects(subjects) => subjects,
        Content::StatusFile => {
            let policy = match policy {
                Some(policy) => Some(Arc::clone(policy)),
                None => policies.only().map_err(|several| {
                    Failure::bad_input(anyhow!(
                        "{}: {several}; give the folder of the suite the name of its schema, or name one file with \
                         --schemas",
                        source.name
                    ))
                })?,
            };
            let replay = Replay {
                file: &source,
                request: None,
                policy,
            };
            vec![replay.write(&manner).map_err(Failure::bad_input)?]
        }
    };
    Ok(Case {
        name: source.name.clone(),
        file: source.name,
        place: None,
        subjects,
        expected,
    })
}

/// What the comments of a file expect: path and rule.
fn expectations(source: &Source) -> Result<Vec<(String, String)>, Failure> {
    let text = String::from_utf8_lossy(&source.bytes);
    let lines = text.lines().enumerate();
    let lines = lines.filter_map(|(index, line)| Some((index, line.strip_prefix(EXPECT)?)));
    let pairs = lines.map(|(index, line)| {
        let pair = line.trim().rsplit_once(' ');
        let (path, rule) = pair.ok_or_else(|| {
            let words = "say a path and a rule, such as `# expect: status.url schema/required`";
            fault(source, index as u64 + 1, words.to_owned())
        })?;
        known(rule).map_err(|words| fault(source, index as u64 + 1, words))?;
        Ok((path.trim().to_owned(), rule.to_owned()))
    });
    pairs.collect()
}

fn fault(source: &Source, line: u64, words: String) -> Failure {
    let place = crate::core::yaml::Place { line, column: 1 };
    Failure::bad_input(source.at(place, words))
}

/// Whether there is such a rule.
fn known(rule: &str) -> Result<(), String> {
    if explain::rule(rule).is_some() {
        return Ok(());
    }
    let near = explain::nearest(rule).map(|near| format!("; did you mean {near}?"));
    Err(format!(
        "there is no rule {}{}",
        printable(rule),
        near.unwrap_or_default()
    ))
}

/// A file of many cases.
struct File<'a> {
    source: &'a Source,
    text: Arc<Text>,
    policy: Option<Arc<Policy>>,
}

fn of_file(source: &Source, policies: &Policies) -> Result<Vec<Case>, Failure> {
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
    let policy = match value.get("policy") {
        None => policies.only().map_err(|_| {
            let all = policies.instead_of("");
            let words =
                format!("must say with `policy: NAME` by which of the schemas it is judged; {all}");
            file.wrong("", words)
        })?,
        Some(Value::String(name)) => Some(policies.named(name).ok_or_else(|| {
            let words = format!(
                "policy {} is none of the schemas that were given; {}",
                Key(name),
                policies.instead_of(name)
            );
            file.wrong("/policy", words)
        })?),
        Some(_) => {
            let words = "policy must be the name of a schema".to_owned();
            return Err(file.wrong("/policy", words));
        }
    };
    let file = File { policy, ..file };
    let cases = value["cases"].as_array();
    let cases = cases.ok_or_else(|| {
        let words = "cases must be a list, such as - {name: …, status: {…}, expect: accepted}";
        file.wrong("/cases", words.to_owned())
    })?;
    let cases = cases.iter().enumerate();
    cases
        .map(|(index, case)| file.case(case, &format!("/cases/{index}")))
        .collect()
}

impl File<'_> {
    fn wrong(&self, pointer: &str, words: String) -> Failure {
        Failure::bad_input(self.source.at(self.text.document.key_place(pointer), words))
    }

    fn only(&self, value: &Value, at: &str, known: &[&str]) -> Result<(), Failure> {
        let Some(members) = value.as_object() else {
            return Err(self.wrong(at, "must be an object of key: value lines".to_owned()));
        };
        match members.keys().find(|key| !known.contains(&key.as_str())) {
            None => Ok(()),
            Some(key) => {
                let words = format!("is no field here; there are {}", known.join(", "));
                Err(self.wrong(
                    &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")),
                    words,
                ))
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
            known(rule).map_err(|words| self.wrong(&format!("{at}/rule"), words))?;
            expected.push((path.to_owned(), rule.to_owned()));
        }
        Ok(Expected::For(expected))
    }

    fn write(&self, case: &Value, at: &str, phase: Option<Phase>) -> Result<Write, Failure> {
        let policy = self.policy.as_deref();
        let not_null = |key: &str| case.get(key).filter(|value| !value.is_null());
        if let Some(new) = case.get("new") {
            let mut write = replay::bare(policy, not_null("old").cloned());
            write.origins = vec![self.origin(at, "new", new)];
            write.new = Some(crate::cli::subject::in_phase(new.clone(), phase));
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

impl From<InputFault> for Failure {
    fn from(fault: InputFault) -> Self {
        Self::bad_input(fault)
    }
}
