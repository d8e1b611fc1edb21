//! `statusguard init`: a first schema, made of what there is already.
use std::{collections::BTreeMap, path::PathBuf};

use serde_json::Value;

use super::{
    Failure,
    input::{is_object, unlisted},
    print,
    promise_file::{PromiseFile, is_promise},
    source::Source,
    subject::Identity,
};
use crate::core::{
    infer::{
        Seen,
        text::{self, Head},
    },
    json::Json,
    phase::Phase,
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
    /// Name of the schema and of its Promise, where the files do not say it
    #[arg(long)]
    name: Option<String>,
    /// API group of the resource, where the files do not say it
    #[arg(long)]
    group: Option<String>,
    /// Plural of the resource, where the files do not say it
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
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut found = Found::default();
    for file in &arguments.files {
        let source = Source::open(file).map_err(Failure::bad_input)?;
        found.read(&source)?;
    }
    found.take(arguments);
    let text = if found.schemas.is_empty() {
        text::manifest(&found.head, &found.seen, arguments.words)
    } else {
        text::of_promise(&found.head, &found.schemas)
    };
    print::complain(&found.told());
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
        if !is_object(&value) {
            // A status.yaml is what the last pipeline writes.
            self.statuses += 1;
            self.seen.take_status(&value, Phase::Complete);
            return Ok(());
        }
        if is_promise(&value) {
            // It was read before.
            return Ok(());
        }
        for (object, _) in unlisted(&value) {
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
                is_guess: false,
            };
            self.schemas = api.as_json_schema();
        }
        Ok(())
    }

    fn object(&mut self, object: &Value) {
        let identity = Identity::of(object);
        if self.head.group.is_empty() {
            let (group, _) = identity.api_version.rsplit_once('/').unwrap_or_default();
            let kind = identity.kind.to_ascii_lowercase();
            let promise = object.pointer("/metadata/labels/kratix.io~1promise-name");
            self.head = Head {
                name: promise.and_then(Value::as_str).unwrap_or(&kind).to_owned(),
                group: group.to_owned(),
                resource: if kind.ends_with('s') {
                    kind
                } else {
                    format!("{kind}s")
                },
                is_guess: true,
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

    /// What was said at the call stands above what was found.
    fn take(&mut self, arguments: &Arguments) {
        let set = |place: &mut String, given: Option<&String>, default: &str| {
            if let Some(given) = given {
                given.clone_into(place);
            } else if place.is_empty() {
                default.clone_into(place);
            }
        };
        let head = &mut self.head;
        head.is_guess &= arguments.resource.is_none();
        set(&mut head.name, arguments.name.as_ref(), "my-promise");
        set(&mut head.group, arguments.group.as_ref(), "example.org");
        set(
            &mut head.resource,
            arguments.resource.as_ref(),
            "my-promises",
        );
    }

    /// What the author should know of how it was made.
    fn told(&self) -> String {
        let mut text = if self.schemas.is_empty() {
            let from = match self.statuses {
                0 => "no status was found, so nothing is described yet".to_owned(),
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
        text + "note: next: statusguard lint FILE, and statusguard check - --schemas FILE\n"
    }
}
