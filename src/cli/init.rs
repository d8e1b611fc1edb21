//! `statusguard init`: a first schema, made of what there is already.
use std::path::PathBuf;

use serde_json::Value;

use super::{
    Failure,
    input::{is_object, unlisted},
    print,
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
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut found = Found::default();
    for file in &arguments.files {
        let source = Source::open(file).map_err(Failure::bad_input)?;
        found.read(&source)?;
    }
    found.take(arguments);
    let text = text::manifest(&found.head, &found.seen, arguments.words);
    print::complain(&found.told());
    print::result(&text).map_err(Failure::failed)
}

impl Found {
    fn read(&mut self, source: &Source) -> Result<(), Failure> {
        let stream = source.documents().map_err(Failure::bad_input)?;
        if let Some(fault) = stream.fault {
            return Err(Failure::bad_input(source.of_yaml(fault)));
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
        if value["kind"] == "Promise" {
            self.promise(&value);
            return Ok(());
        }
        for (object, _) in unlisted(&value) {
            self.object(&object);
        }
        Ok(())
    }

    fn promise(&mut self, promise: &Value) {
        let text = |pointer: &str| {
            let text = promise.pointer(pointer).and_then(Value::as_str);
            text.unwrap_or_default().to_owned()
        };
        self.head = Head {
            name: text("/metadata/name"),
            group: text("/spec/api/spec/group"),
            resource: text("/spec/api/spec/names/plural"),
            is_guess: false,
        };
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
        let from = match self.statuses {
            0 => "no status was found, so nothing is described yet".to_owned(),
            1 => "made of one status: look at required above all".to_owned(),
            count => format!("made of {count} statuses"),
        };
        format!(
            "note: {from}; types and formats are what was seen, required is what every completed request had\n\
             note: next: statusguard lint FILE, and statusguard check - --schemas FILE\n"
        )
    }
}
