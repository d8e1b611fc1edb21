//! The keys that a schema names: they stand in nearly every status of its Promise, so what each says is read once.
use std::fmt;

use super::{judge, names::Says};

/// Keys, sorted, each with what it says. None of them is a secret.
#[derive(Default)]
pub struct Vocabulary(Box<[(Box<str>, Says)]>);

/// The longest key that is kept, in bytes.
const LONGEST: usize = 64;
/// How many are kept.
const MOST: usize = 1_000;

impl Vocabulary {
    /// What is known of these keys.
    pub fn of<'k>(keys: impl Iterator<Item = &'k str>) -> Self {
        let mut keys: Vec<_> = keys.filter(|key| key.len() <= LONGEST).collect();
        keys.sort_unstable();
        keys.dedup();
        let harmless = keys.into_iter().filter(|key| judge::key(key).is_none());
        let known = harmless.map(|key| (key.into(), Says::of(key).harmless()));
        Self(known.take(MOST).collect())
    }

    /// What `key` says, if it is known.
    pub(super) fn find(&self, key: &str) -> Option<Says> {
        let found = self.0.binary_search_by(|(known, _)| (**known).cmp(key));
        Some(self.0[found.ok()?].1)
    }
}

impl fmt::Debug for Vocabulary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Vocabulary({} keys)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::Vocabulary;

    #[test]
    fn what_is_a_secret_itself_is_not_known() {
        let secret = ["ghp", "_", "A1b2C3d4E5f6G7h8I9j0A1b2C3d4E5f6G7h8"].concat();
        let keys = ["username", &secret, "host", "username"];
        let vocabulary = Vocabulary::of(keys.into_iter());
        assert_eq!(vocabulary.0.len(), 2);
        assert!(vocabulary.find("host").is_some() && vocabulary.find("username").is_some());
        assert!(vocabulary.find(&secret).is_none() && vocabulary.find("hosts").is_none());
    }
}
