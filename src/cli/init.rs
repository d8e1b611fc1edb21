//! `statusguard init`: a first schema, made of what there is already.
use std::{collections::BTreeMap, fmt::Write as _, path::PathBuf};

use anyhow::anyhow;
use serde_json::Value;

use super::{
    Failure, input, kinds, print,
    promise_file::{PromiseFile, is_promise},
    source::{STDIN, Source},
    subject::Identity,
};
use crate::core::{
    infer::{
        Seen,
        text::{self, Head},
    },
    json::Json,
    phase::Phase,
    policy::lint::{PLACEHOLDERS, Placeholder},
    status::Reading,
    yaml::Document,
};

/// Write a first schema from what there is: requests as kubectl prints them, a status.yaml, or a Promise.
///
/// The result goes to the standard output. It holds keys, types and formats, and none of the values.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  kubectl get elastic-clouds -A -o json | statusguard init - > schemas/elastic-cloud.yaml
  statusguard init status.yaml --name elastic-cloud
  statusguard init promise.yaml")]
pub(super) struct Arguments {
    /// Files; - reads what is piped in
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Name of the schema and of its Promise, where the files do not say it (my-promise, to be replaced)
    #[arg(long)]
    name: Option<String>,
    /// API group of the resource, where the files do not say it (my-group.example, to be replaced)
    #[arg(long)]
    group: Option<String>,
    /// Plural of the resource, where the files do not say it (my-promises, to be replaced)
    #[arg(long)]
    resource: Option<String>,
    /// List the words of small sets as enum; they are values, such as Ready and Failed
    #[arg(long = "enum")]
    words: bool,
}

/// What was found in the files.
#[derive(Default)]
struct Found {
    seen: Seen,
    head: Head,
    statuses: usize,
    /// The schemas of a Promise, if one was among the files, by version.
    schemas: BTreeMap<String, Value>,
    /// Whether a Promise was among the files.
    is_of_promise: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let (mut found, mut names) = (Found::default(), Vec::new());
    for file in &arguments.files {
        let source = Source::open(file).map_err(Failure::bad_input)?;
        found.read(&source)?;
        names.push(source.name);
    }
    if found.is_nothing() {
        return Err(Failure::bad_input(anyhow!(
            "{}: holds no request, no status and no Promise; give requests as `kubectl get … -o json` prints them, a \
             status.yaml or a Promise",
            names.join(", ")
        )));
    }
    found.take(arguments);
    let text = if found.schemas.is_empty() {
        text::manifest(&found.head, &found.seen, arguments.words)
    } else {
        text::of_promise(&found.head, &found.schemas)
    };
    print::complain(&found.told(&names));
    print::result(&text).map_err(Failure::failed)
}

impl Found {
    fn read(&mut self, source: &Source) -> Result<(), Failure> {
        let stream = source.documents().map_err(Failure::bad_input)?;
        if let Some(fault) = stream.fault {
            return Err(Failure::bad_input(source.of_yaml(fault)));
        }
        for file in PromiseFile::all(source).map_err(Failure::bad_input)? {
            self.promise(source, &file)?;
        }
        for document in &stream.documents {
            self.document(source, &document.document)?;
        }
        Ok(())
    }

    fn document(&mut self, source: &Source, document: &Document) -> Result<(), Failure> {
        let value = document.value();
        if value.is_null() {
            return Ok(());
        }
        if !value.is_object() {
            let words = "this is no object; give requests, a status.yaml or a Promise";
            return Err(Failure::bad_input(source.at(document.start(), words)));
        }
        if !kinds::is_object(&value) {
            if let Some(words) = kinds::half_object(&value) {
                return Err(Failure::bad_input(source.at(document.start(), words)));
            }
            // A status.yaml is what the last pipeline writes.
            self.statuses += 1;
            self.seen.take_status(&value, Phase::Complete);
            return Ok(());
        }
        if is_promise(&value) {
            // It was read before.
            return Ok(());
        }
        let requests = input::requests(source, document, &value);
        for (object, _) in requests.map_err(Failure::bad_input)? {
            self.object(&object);
        }
        Ok(())
    }

    /// Takes the API of a Promise, and the schemas in it.
    fn promise(&mut self, source: &Source, file: &PromiseFile) -> Result<(), Failure> {
        file.policy()
            .map_err(|faults| Failure::bad_input(file.fault(source, faults)))?;
        if let Some(api) = &file.promise.api {
            self.head = Head {
                name: file.promise.name.clone(),
                group: api.group.clone(),
                resource: api.resource.clone(),
                ..Head::default()
            };
            self.schemas = api.as_json_schema();
            self.is_of_promise = true;
        }
        Ok(())
    }

    fn object(&mut self, object: &Value) {
        let identity = Identity::of(object);
        if self.head.group.is_empty() {
            let (group, _) = identity.api_version.rsplit_once('/').unwrap_or_default();
            let kind = identity.kind.to_ascii_lowercase();
            let promise = object.pointer("/metadata/labels/kratix.io~1promise-name");
            let promise = promise.and_then(Value::as_str);
            self.head = Head {
                name: promise.unwrap_or(&kind).to_owned(),
                has_guessed_name: promise.is_none(),
                has_guessed_resource: true,
                group: group.to_owned(),
                resource: if kind.ends_with('s') {
                    kind
                } else {
                    format!("{kind}s")
                },
            };
        }
        let Some(status) = object.get("status").filter(|status| status.is_object()) else {
            return;
        };
        self.statuses += 1;
        let text = status.to_string();
        let phase = match Reading::of(Json::read(&text).ok()) {
            Reading::Object(status) => status.phase(),
            Reading::Other(_) | Reading::Unreadable => Phase::Partial,
        };
        self.seen.take_status(status, phase);
    }

    /// Whether no object, no status and no Promise was found.
    fn is_nothing(&self) -> bool {
        self.head.group.is_empty() && self.statuses == 0
    }

    /// What was said at the call stands above what was found.
    fn take(&mut self, arguments: &Arguments) {
        let set = |place: &mut String, given: Option<&String>, default: &Placeholder| {
            if let Some(given) = given {
                given.clone_into(place);
            } else if place.is_empty() {
                default.word.clone_into(place);
            }
        };
        let head = &mut self.head;
        head.has_guessed_name &= arguments.name.is_none();
        head.has_guessed_resource &= arguments.resource.is_none();
        let [name, group, resource] = PLACEHOLDERS;
        set(&mut head.name, arguments.name.as_ref(), &name);
        set(&mut head.group, arguments.group.as_ref(), &group);
        set(&mut head.resource, arguments.resource.as_ref(), &resource);
    }

    /// What the author should know of how it was made.
    fn told(&self, names: &[String]) -> String {
        let mut text = if self.schemas.is_empty() && self.statuses == 0 {
            let what = if self.is_of_promise {
                "the Promise says nothing of the status"
            } else {
                "no status was found"
            };
            format!(
                "note: {what}, so nothing is described yet, and every key passes; describe what pipelines write, or give \
                 requests that have a status\n"
            )
        } else if self.schemas.is_empty() {
            let from = match self.statuses {
                1 => "made of one status: look at required above all".to_owned(),
                count => format!("made of {count} statuses"),
            };
            format!(
                "note: {from}; types and formats are what was seen, required is what every completed request had\n"
            )
        } else {
            let beside = match self.statuses {
                0 => "",
                _ => "; the statuses beside it were not looked at",
            };
            format!("note: made of the schema in the Promise{beside}\n")
        };
        let credentials = self.seen.credentials();
        if credentials > 0 && self.schemas.is_empty() {
            text.push_str(
                "note: what looks like a literal credential is not described, since it is refused whatever a schema says; \
                 comments name the keys\n",
            );
        }
        text + &self.left_to_say() + &self.next(names)
    }

    /// What of the head nobody has said.
    fn left_to_say(&self) -> String {
        let Head {
            name,
            group,
            resource,
            has_guessed_name,
            has_guessed_resource,
        } = &self.head;
        let words = [name, group, resource].into_iter().zip(PLACEHOLDERS);
        let left = words.filter(|(word, placeholder)| *word == placeholder.word);
        let left: Vec<&str> = left.map(|(word, _)| word.as_str()).collect();
        let guesses = [
            (*has_guessed_name, "name"),
            (*has_guessed_resource, "resource"),
        ];
        let guesses: Vec<&str> = guesses
            .iter()
            .filter(|one| one.0)
            .map(|one| one.1)
            .collect();
        let mut text = String::new();
        if !left.is_empty() {
            text = format!(
                "note: nothing says whose status it is: replace {}, or say --name, --group and --resource; until then it \
                 guards nothing\n",
                left.join(", ")
            );
        }
        if !guesses.is_empty() {
            let guesses = guesses.join(" and ");
            let _ = writeln!(
                text,
                "note: guessed from the kind: {guesses}; look at the comments, or give the Promise's file too"
            );
        }
        text
    }

    /// What to do with the schema, which goes wherever its author sends it.
    fn next(&self, names: &[String]) -> String {
        let try_it = if !self.schemas.is_empty() || self.statuses == 0 {
            format!(
                "statusguard explain --promise {} --schemas FILE",
                self.head.name
            )
        } else if names.iter().any(|name| name == STDIN) {
            "what was piped in once more, into statusguard check - --schemas FILE".to_owned()
        } else {
            format!("statusguard check {} --schemas FILE", names.join(" "))
        };
        format!(
            "note: next, where FILE is where you put this: statusguard lint FILE, then {try_it}\n"
        )
    }
}
