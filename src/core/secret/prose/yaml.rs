//! YAML in a text: what stands there behind a telling key is a value, however it looks.
use super::{candidate::Found, is_made_up};
use crate::core::secret::{
    harmless,
    hit::{Confidence, Hit},
    keys::{self, Literal},
    names::Names,
};

/// The longest line that is one of YAML, in bytes.
const LONGEST_LINE: usize = 512;
/// The longest key.
const LONGEST_KEY: usize = 64;
/// How many keys above a value are asked.
const DEEPEST: usize = 8;
/// A text with fewer lines that are a key and a value is a sentence with a colon.
const LEAST_MEMBERS: usize = 2;

/// The first credential in a text of which every line is one of YAML, and in which something is nested.
pub(super) fn find(text: &str) -> Option<Found> {
    let mut document = Document::default();
    for line in text.split('\n') {
        document.read(text, line.trim_end_matches('\r'))?;
    }
    let is_nested = document.members >= LEAST_MEMBERS && document.has_maps;
    document.found.filter(|_| is_nested)
}

/// A document as far as it has been read.
#[derive(Default)]
struct Document<'t> {
    /// The keys that what comes may stand under, each with how deep it stands.
    above: Vec<(usize, &'t str)>,
    /// How deep the key stands below which a text of several lines does.
    block: Option<usize>,
    members: usize,
    has_maps: bool,
    found: Option<Found>,
}

impl<'t> Document<'t> {
    /// Reads a line; nothing if it is none of YAML.
    fn read(&mut self, text: &str, line: &'t str) -> Option<()> {
        let item = line.trim_start_matches(' ');
        if line.len() > LONGEST_LINE {
            return None;
        }
        let is_in_block = self
            .block
            .is_some_and(|indent| line.len() - item.len() > indent);
        if item.is_empty() || item.starts_with(['#', '%']) || item == "---" || is_in_block {
            return Some(());
        }
        self.block = None;
        let bare = item.strip_prefix("- ").unwrap_or(item).trim_start();
        let indent = line.len() - bare.len();
        let Some((key, value)) = member(bare) else {
            // An element of a list.
            return (bare.len() < item.len() || item == "-").then_some(());
        };
        self.above.retain(|(above, _)| *above < indent);
        match value {
            "" => {
                self.has_maps = true;
                self.above.push((indent, key));
            }
            _ if value.starts_with(['|', '>']) => self.block = Some(indent),
            _ => {
                self.members += 1;
                self.value(text, key, value);
            }
        }
        Some(())
    }

    fn value(&mut self, text: &str, key: &str, value: &str) {
        let is_telling = self.found.is_none() && self.above.len() < DEEPEST;
        let bare = value.split(" #").next().unwrap_or_default().trim_end();
        let bare = bare.trim_matches(['"', '\'']);
        if !is_telling || bare.is_empty() || is_no_literal(bare) || keys::kind_of(key).is_none() {
            return;
        }
        let above: Vec<&str> = self.above.iter().map(|(_, key)| *key).collect();
        let start = bare.as_ptr() as usize - text.as_ptr() as usize;
        let sure = told(&above, key, bare).filter(|hit| hit.confidence == Confidence::High);
        self.found = sure.map(|hit| Found {
            confidence: hit.confidence,
            span: start..start + bare.len(),
            what: hit.what,
        });
    }
}

/// Whether a value is none of its own: nothing, what an anchor or a tag leads to, or a type, a state or a period.
fn is_no_literal(value: &str) -> bool {
    const WORDS: [&str; 24] = [
        "annually",
        "binary",
        "bool",
        "boolean",
        "bytes",
        "char",
        "daily",
        "done",
        "hourly",
        "int",
        "integer",
        "manual",
        "monthly",
        "number",
        "object",
        "quarterly",
        "secure",
        "string",
        "text",
        "todo",
        "uuid",
        "varchar",
        "weekly",
        "yearly",
    ];
    let is_alias = |name: &str| {
        let is_part = |byte: u8| byte.is_ascii_alphabetic() || b"_-".contains(&byte);
        !name.is_empty() && name.bytes().all(is_part)
    };
    WORDS.contains(&value)
        || ["~", "[]", "{}"].contains(&value)
        || value.strip_prefix('*').is_some_and(is_alias)
        || value.strip_prefix('!').is_some_and(is_tagged)
}

/// Whether a tag says that what stands behind it only names a value: `!Ref DbPassword`.
fn is_tagged(tagged: &str) -> bool {
    const NAMING: [&str; 7] = [
        "GetAtt",
        "ImportValue",
        "Ref",
        "env",
        "reference",
        "secret",
        "vault",
    ];
    let Some((tag, named)) = tagged.split_once(' ') else {
        return false;
    };
    let named = named.trim().trim_matches(['"', '\'']);
    if tag == "Sub" {
        return named.starts_with("{{resolve:") && named.ends_with("}}")
            || harmless::is_inert(named);
    }
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b" _-./,[]".contains(&byte);
    let mut words = named.split([' ', ',', '/', '.', '[', ']']);
    NAMING.contains(&tag)
        && named.bytes().all(is_part)
        && !words.any(|word| is_made_up(word) || word.bytes().any(|byte| byte.is_ascii_digit()))
}

/// The key and the value that a line is.
fn member(line: &str) -> Option<(&str, &str)> {
    let end = line.find(':').filter(|end| *end <= LONGEST_KEY)?;
    let (key, value) = (&line[..end], &line[end + 1..]);
    let is_key = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./\"'".contains(&byte);
    let is_apart = value.is_empty() || value.starts_with(' ');
    (!key.is_empty() && key.bytes().all(is_key) && is_apart)
        .then(|| (key.trim_matches(['"', '\'']), value.trim()))
}

/// What these keys, the outermost first, and its own say of a value.
fn told(above: &[&str], own: &str, value: &str) -> Option<Hit> {
    fn below(names: &Names<'_>, rest: &[&str], own: &str, value: &str) -> Option<Hit> {
        match rest {
            [] => keys::tell(&Names::in_text(own).under(names), Literal::Text(value)),
            [name, rest @ ..] => below(&Names::in_text(name).under(names), rest, own, value),
        }
    }
    below(&Names::NONE, above, own, value)
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn values_of_documents_are_told_from_lines_of_messages() {
        let found = |text: &str| find(text).map(|found| text[found.span].to_owned());
        let cloud = "#cloud-config\nchpasswd:\n  expire: false\n  users:\n  - name: a\n    password: lime-lime # x\n";
        assert_eq!(found(cloud).as_deref(), Some("lime-lime"));
        for (text, password) in [
            (
                "auth:\n  password: !Ref hunter2\n  user: app",
                "!Ref hunter2",
            ),
            ("auth:\n  password: *hunter2\n  user: app", "*hunter2"),
            ("auth:\n  password: lime\n  user: app", "lime"),
        ] {
            assert_eq!(found(text).as_deref(), Some(password), "{text}");
        }
        for text in [
            "user: elastic\npassword: see-the-secret\n",
            "Login:\n  user: elastic\n  password: in Secret app-db\n",
            "chpasswd:\n  expire: false\n  password: ${PASSWORD}\n",
            "env:\n- name: A\n  valueFrom:\n    secretKeyRef: {name: app-db, key: password}\n",
            "spec:\n  passwordSecretName: app-db\n  replicas: 3\n",
            "script:\n  run: |\n    password: lime-lime\n  after: none\n",
            "auth:\n  password: !Ref DbPassword\n  user: app",
            "auth:\n  password: !GetAtt Db.Password\n  user: app",
            "auth:\n  password: !Sub '{{resolve:secretsmanager:db}}'\n  user: app",
            "auth:\n  password: *pw\n  user: app",
            "auth:\n  password: ~\n  user: app",
            "auth:\n  password: []\n  user: app",
            "auth:\n  password: {}\n  user: app",
            "inputs:\n  user: string\n  password: string",
            "tasks:\n  create-user: done\n  set-password: done",
            "rotation:\n  password: weekly\n  cert: monthly",
            "Failed:\n  user: a\nthe password: was lime-lime\n",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
