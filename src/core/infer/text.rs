//! A `StatusSchema` of what was seen, as YAML with comments for its author.
use std::{collections::BTreeMap, fmt::Write as _};

use serde_json::Value;

use super::{Seen, written};
use crate::core::{
    policy::lint::{PLACEHOLDERS, Placeholder},
    yaml::Document,
};

/// What of the manifest is not the schema.
#[derive(Debug, Clone, Default)]
pub struct Head {
    /// Its name, and that of the Promise.
    pub name: String,
    /// The API group of the resource.
    pub group: String,
    /// The plural of the resource.
    pub resource: String,
    /// Whether the name was guessed from the kind.
    pub has_guessed_name: bool,
    /// Whether the plural was guessed from the kind.
    pub has_guessed_resource: bool,
}

/// The manifest of what was seen; `with_words` lists the words of small sets, which are values of the statuses.
pub fn manifest(head: &Head, seen: &Seen, with_words: bool) -> String {
    let mut text = started(head);
    text.push_str("  schema:\n");
    add(&mut text, seen, 4, true, with_words);
    text
}

/// The manifest of the schemas that a Promise has for its versions.
pub fn of_promise(head: &Head, schemas: &BTreeMap<String, Value>) -> String {
    let mut text = started(head);
    text.push_str(
        "  # As spec.api of the Promise has it; a key that Kubernetes would drop by it is refused here.\n",
    );
    let mut different = schemas.values();
    let first = different.next();
    if let Some(schema) = first.filter(|first| different.all(|other| other == *first)) {
        text.push_str("  schema:\n");
        written::add(&mut text, schema, 4);
        return text;
    }
    text.push_str("  versions:\n");
    for (version, schema) in schemas {
        let _ = writeln!(text, "    {}:\n      schema:", scalar(version));
        written::add(&mut text, schema, 8);
    }
    text
}

/// All of a manifest above its schema.
fn started(head: &Head) -> String {
    let [name, group, resource] = PLACEHOLDERS;
    format!(
        "# What pipelines may write into the status of a request. Read it, and describe what each key is for.\n\
         # Kratix's own keys are not listed: they are taken out before this is looked at.\n\
         apiVersion: statusguard.dev/v1alpha1\nkind: StatusSchema\nmetadata:\n  name: {}\nspec:\n  \
         enforcement: Warn   # Enforce once nothing is found any more\n  request:\n    group: {}\n    resource: {}\n",
        commented(&head.name, &name, head.has_guessed_name),
        commented(&head.group, &group, false),
        commented(&head.resource, &resource, head.has_guessed_resource)
    )
}

/// A word of the head, and what its author has to do about it.
fn commented(word: &str, placeholder: &Placeholder, is_guess: bool) -> String {
    let Placeholder { instead, .. } = placeholder;
    let comment = if word == placeholder.word {
        format!("   # replace this: {instead}")
    } else if is_guess {
        format!("   # guessed from the kind; it is {instead}")
    } else {
        String::new()
    };
    format!("{}{comment}", scalar(word))
}

fn add(text: &mut String, seen: &Seen, indent: usize, is_root: bool, with_words: bool) {
    let pad = " ".repeat(indent);
    let types = if seen.is_empty() && is_root {
        vec!["object"]
    } else {
        seen.types()
    };
    match types.as_slice() {
        [] => {}
        [one] => line(text, &pad, &format!("type: {}", quoted(one))),
        many => {
            let many: Vec<String> = many.iter().map(|one| quoted(one)).collect();
            line(text, &pad, &format!("type: [{}]", many.join(", ")));
        }
    }
    if let Some(format) = seen.format() {
        line(text, &pad, &format!("format: {format}"));
    }
    if let Some(words) = seen.words().filter(|_| with_words) {
        let words: Vec<String> = words.into_iter().map(scalar).collect();
        line(text, &pad, &format!("enum: [{}]", words.join(", ")));
    }
    add_members(text, seen, indent, is_root, with_words);
    if let Some(elements) = seen
        .elements
        .as_ref()
        .filter(|elements| !elements.is_empty())
    {
        line(text, &pad, "items:");
        add(text, elements, indent + 2, false, with_words);
    }
}

fn add_members(text: &mut String, seen: &Seen, indent: usize, is_root: bool, with_words: bool) {
    let pad = " ".repeat(indent);
    let required = seen.required();
    if !required.is_empty() {
        let why = if is_root {
            "   # all completed requests had them"
        } else {
            ""
        };
        let keys: Vec<String> = required.into_iter().map(scalar).collect();
        line(text, &pad, &format!("required: [{}]{why}", keys.join(", ")));
    }
    // Of an object in which nothing was ever seen nobody knows what belongs there.
    if seen.has_hidden {
        line(
            text,
            &pad,
            "# some keys are not listed: they are data, or look like secrets themselves",
        );
    } else if seen.is_empty() && is_root {
        line(
            text,
            &pad,
            "# describe here, under properties, what pipelines write; additionalProperties: false refuses all other keys",
        );
        return;
    } else if is_root || !seen.members.is_empty() {
        line(
            text,
            &pad,
            "additionalProperties: false   # a key that is not listed below is refused",
        );
    } else if seen.objects > 0 {
        line(
            text,
            &pad,
            "# only empty objects were seen: list what may stand here",
        );
    }
    let (credentials, described): (Vec<_>, Vec<_>) = seen
        .members
        .iter()
        .partition(|(_, seen)| seen.is_credential());
    for (key, _) in credentials {
        line(text, &pad, &credential(key));
    }
    if described.is_empty() {
        if is_root {
            line(
                text,
                &pad,
                "properties: {}   # describe here what pipelines write",
            );
        }
        return;
    }
    line(text, &pad, "properties:");
    for (key, member) in described {
        if member.types().is_empty() || member.types() == ["null"] {
            let _ = writeln!(text, "{pad}  {}: {{}}   # only null was seen", scalar(key));
            continue;
        }
        if let Some(comment) = leaking(key, member) {
            let _ = writeln!(text, "{pad}  {comment}");
        }
        let _ = writeln!(text, "{pad}  {}:", scalar(key));
        add(text, member, indent + 4, false, with_words);
    }
}

/// What is said of a key that is described, although one of the statuses had a literal credential there.
fn leaking(key: &str, seen: &Seen) -> Option<String> {
    let what = if seen.literals > 0 {
        "one of the statuses has a literal credential there"
    } else if seen.is_telling {
        "a text there tells a literal credential"
    } else {
        return None;
    };
    let key = scalar(key);
    Some(format!(
        "# {key}: {what}, which is refused; so it is not required"
    ))
}

/// What stands in the place of a key under which a literal credential was seen.
fn credential(key: &str) -> String {
    let key = scalar(key);
    format!(
        "# {key}: looks like a literal credential, which is refused here; describe the name of its Secret instead"
    )
}

fn line(text: &mut String, pad: &str, content: &str) {
    let _ = writeln!(text, "{pad}{content}");
}

/// `null` is a word of YAML, and the name of a type.
fn quoted(kind: &str) -> String {
    if kind == "null" {
        "'null'".to_owned()
    } else {
        kind.to_owned()
    }
}

/// A text that every reader of YAML reads as this text.
pub(super) fn scalar(text: &str) -> String {
    let is_plain = !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && Document::read(text.as_bytes()).is_ok_and(|read| read.value() == text);
    if is_plain {
        return text.to_owned();
    }
    let quoted = serde_json::Value::from(text).to_string();
    // JSON lets characters stand that YAML does not.
    let quoted = quoted.chars().map(|character| match character {
        '\u{7f}'..='\u{9f}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' | '\u{2028}' | '\u{2029}' => {
            format!("\\u{:04x}", u32::from(character))
        }
        other => other.to_string(),
    });
    quoted.collect()
}
