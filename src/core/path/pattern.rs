//! Paths that a manifest names, in which `[*]` stands for the index of a list.
use super::{Path, Step};

/// A path such as `status.nodes[*]["odd key"].token`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    text: Box<str>,
    steps: Vec<PatternStep>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum PatternStep {
    Key(Box<str>),
    AnyIndex,
}

impl Pattern {
    /// Reads a pattern as a path prints, with `[*]` in the place of indexes; none if it is not one, or the status
    /// itself.
    pub fn parse(text: &str) -> Option<Self> {
        let mut rest = text.strip_prefix("status")?;
        let mut steps = Vec::new();
        while !rest.is_empty() {
            let (step, after) = step(rest)?;
            steps.push(step);
            rest = after;
        }
        (!steps.is_empty()).then(|| Self {
            text: text.into(),
            steps,
        })
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// A path that it names.
    pub fn example(&self) -> Path {
        let steps = self.steps.iter().map(|step| match step {
            PatternStep::Key(key) => Step::Key(key.as_ref().into()),
            PatternStep::AnyIndex => Step::Index(0),
        });
        steps.collect()
    }

    /// Whether it names `path`.
    pub fn matches(&self, path: &Path) -> bool {
        let is_same = |(pattern, step): (&PatternStep, &Step)| match (pattern, step) {
            (PatternStep::Key(one), Step::Key(other)) => one == other,
            (PatternStep::AnyIndex, Step::Index(_)) => true,
            _ => false,
        };
        let steps = path.steps();
        self.steps.len() == steps.len() && self.steps.iter().zip(steps).all(is_same)
    }
}

/// The step that `text` begins with, and what follows it.
fn step(text: &str) -> Option<(PatternStep, &str)> {
    if let Some(rest) = text.strip_prefix("[*]") {
        return Some((PatternStep::AnyIndex, rest));
    }
    if let Some(quoted) = text.strip_prefix('[') {
        let (key, rest) = json_string(quoted)?;
        return Some((PatternStep::Key(key.into()), rest.strip_prefix(']')?));
    }
    let key = text.strip_prefix('.')?;
    let (key, rest) = key.split_at(key.find(['.', '[']).unwrap_or(key.len()));
    super::is_plain(key).then(|| (PatternStep::Key(key.into()), rest))
}

fn json_string(text: &str) -> Option<(String, &str)> {
    let mut strings = serde_json::Deserializer::from_str(text).into_iter::<String>();
    let string = strings.next()?.ok()?;
    Some((string, text.get(strings.byte_offset()..)?))
}

#[cfg(test)]
mod tests {
    use super::Pattern;
    use crate::core::path::Path;

    fn matches(pattern: &str, path: &Path) -> bool {
        Pattern::parse(pattern).unwrap().matches(path)
    }

    #[test]
    fn a_pattern_names_the_paths_that_print_like_it() {
        let path = Path::root().key("nodes").index(3).key("odd \"key\".x");
        assert!(matches(r#"status.nodes[*]["odd \"key\".x"]"#, &path));
        assert!(matches(r#"status["nodes"][*]["odd \u0022key\".x"]"#, &path));
    }

    #[test]
    fn a_pattern_names_nothing_else() {
        let path = Path::root().key("nodes").index(3).key("token");
        for pattern in [
            "status.nodes[*]",
            "status.nodes[*].token.a",
            "status.nodes.token",
            r#"status.nodes["*"].token"#,
            "status.other[*].token",
        ] {
            assert!(!matches(pattern, &path), "{pattern}");
        }
        assert!(!matches(
            "status.nodes[*]",
            &Path::root().key("nodes").key("*")
        ));
    }
}
