//! Patterns: checked when a schema is compiled, built when first matched, and shared by all schemas that write the same.
//!
//! A built pattern takes some ten times the memory of the rest of a schema, and most are written again and again.
mod cost;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, OnceLock, PoisonError, Weak},
};

use jsonschema::{
    Draft, Keyword, PatternOptions, ValidationError, ValidationOptions, Validator, paths::Location,
};
use serde_json::{Map, Value, json};

pub(in crate::core::schema) use self::cost::TABLE_BYTES;
use self::cost::{Cost, Tables};

/// A pattern that cannot be used, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::core::schema) enum BadPattern {
    /// No regular expression.
    Syntax,
    /// It would take too much memory.
    Size,
    /// It looks around or back, which no linear engine can.
    Backtracking,
}

/// Bytes that a built pattern may take.
const MOST_BYTES: usize = 256 * 1024;

/// The pattern that `pattern` says.
///
/// # Errors
/// Why it cannot be used.
pub(in crate::core::schema) fn check(pattern: &str) -> Result<Arc<Pattern>, BadPattern> {
    if let Some(pattern) = shared(pattern) {
        return Ok(pattern);
    }
    let schema = json!({"pattern": pattern});
    let builds = |options: ValidationOptions<'_>| options.build(&schema).is_ok();
    let limited = PatternOptions::regex().size_limit(MOST_BYTES);
    if builds(base().with_pattern_options(limited)) {
        Ok(share(pattern))
    } else if !cost::looks_around(pattern) {
        Err(if cost::is_regular(pattern) {
            BadPattern::Size
        } else {
            BadPattern::Syntax
        })
    } else if builds(base()) {
        Err(BadPattern::Backtracking)
    } else {
        Err(BadPattern::Syntax)
    }
}

/// What is wrong with the syntax of `pattern`, and at which of its characters, from 1, if that is known.
pub(in crate::core::schema) fn fault(pattern: &str) -> Option<(String, usize)> {
    let error = regex_syntax::ast::parse::Parser::new()
        .parse(pattern)
        .err()?;
    let before = pattern.get(..error.span().start.offset)?;
    Some((error.kind().to_string(), before.chars().count() + 1))
}

fn base() -> ValidationOptions<'static> {
    jsonschema::options()
        .offline()
        .with_draft(Draft::Draft202012)
}

/// A pattern that was checked.
#[derive(Debug)]
pub(in crate::core::schema) struct Pattern {
    text: Box<str>,
    parts: OnceLock<u64>,
    tables: OnceLock<Tables>,
    built: OnceLock<Option<Validator>>,
}

impl Pattern {
    /// The most steps that it can take for each byte of a text, if no table of it fits.
    pub(in crate::core::schema) fn parts(&self) -> u64 {
        *self.parts.get_or_init(|| Cost::of(&self.text).parts())
    }

    /// Whether its tables fit, so that each byte takes one step; it can take 20 ms to find out.
    pub(in crate::core::schema) fn tables(&self) -> Tables {
        *self.tables.get_or_init(|| Cost::of(&self.text).tables())
    }

    /// Whether a key matches.
    pub(in crate::core::schema) fn matches(&self, key: &str) -> bool {
        self.is_match(&Value::String(key.to_owned()))
    }

    fn is_match(&self, value: &Value) -> bool {
        let built = self.built.get_or_init(|| {
            // Without a size limit, simple patterns need no engine at all; the limit was checked before.
            let options = base().with_pattern_options(PatternOptions::regex());
            options.build(&json!({"pattern": &*self.text})).ok()
        });
        built.as_ref().is_some_and(|built| built.is_valid(value))
    }
}

/// The patterns that some schema holds.
static SHARED: Mutex<BTreeMap<Box<str>, Weak<Pattern>>> = Mutex::new(BTreeMap::new());

fn shared(text: &str) -> Option<Arc<Pattern>> {
    let shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    shared.get(text)?.upgrade()
}

fn share(text: &str) -> Arc<Pattern> {
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(pattern) = shared.get(text).and_then(Weak::upgrade) {
        return pattern;
    }
    let pattern = Arc::new(Pattern {
        text: text.into(),
        parts: OnceLock::new(),
        tables: OnceLock::new(),
        built: OnceLock::new(),
    });
    shared.insert(text.into(), Arc::downgrade(&pattern));
    pattern
}

impl Drop for Pattern {
    fn drop(&mut self) {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        // Another of the same text may have taken its place meanwhile.
        if shared
            .get(&self.text)
            .is_some_and(|other| other.strong_count() == 0)
        {
            shared.remove(&self.text);
        }
    }
}

struct Matches(Arc<Pattern>);

impl<'i> Keyword<'i> for Matches {
    fn validate(&self, instance: &'i Value) -> Result<(), ValidationError<'i>> {
        if self.is_valid(instance) {
            Ok(())
        } else {
            Err(ValidationError::custom("no match"))
        }
    }

    fn is_valid(&self, instance: &'i Value) -> bool {
        !instance.is_string() || self.0.is_match(instance)
    }
}

/// The keyword `pattern`, for the engine.
#[expect(
    clippy::unnecessary_wraps,
    reason = "the engine asks for a factory that may fail"
)]
pub(super) fn keyword<'a>(
    _: &'a Map<String, Value>,
    pattern: &'a Value,
    _: Location,
) -> Result<Box<dyn for<'i> Keyword<'i>>, ValidationError<'a>> {
    Ok(Box::new(Matches(share(
        pattern.as_str().unwrap_or_default(),
    ))))
}

#[cfg(test)]
mod tests {
    use super::{SHARED, share};

    #[test]
    fn equal_patterns_are_one_and_leave_nothing_behind() {
        let text = "^only-this-test-has-it$";
        let (one, two) = (share(text), share(text));
        assert!(std::sync::Arc::ptr_eq(&one, &two));
        drop(one);
        assert!(
            SHARED
                .lock()
                .expect("no test panics with it")
                .contains_key(text)
        );
        drop(two);
        assert!(
            !SHARED
                .lock()
                .expect("no test panics with it")
                .contains_key(text)
        );
    }
}
