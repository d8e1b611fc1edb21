//! What the words of one text name, each read once: a text that speaks of credentials says the same few words again.
use crate::core::secret::keys::{self, Kind};

/// Words, each where its place is; of two that have one place the last.
pub(super) struct Kinds<'t>([Option<Named<'t>>; PLACES]);

/// A word, with the one before it or alone, and what it names.
struct Named<'t> {
    both: Option<&'t str>,
    word: &'t str,
    kind: Option<Kind>,
}

/// More than most texts have of such words.
const PLACES: usize = 64;

impl<'t> Kinds<'t> {
    /// None yet.
    pub(super) const fn none() -> Self {
        Self([const { None }; PLACES])
    }

    /// What `word` names together with the one before it, with which it is `both`, or else alone.
    pub(super) fn of(&mut self, both: Option<&'t str>, word: &'t str) -> Option<Kind> {
        let named = &mut self.0[place(both.unwrap_or(word))];
        match named {
            Some(named) if named.both == both && named.word == word => named.kind,
            _ => {
                let kind = both.and_then(keys::kind_of).or_else(|| keys::kind_of(word));
                *named = Some(Named { both, word, kind });
                kind
            }
        }
    }
}

fn place(word: &str) -> usize {
    let bytes = word.as_bytes();
    let byte = |at: usize| bytes.get(at).copied().unwrap_or_default();
    let last = byte(bytes.len().wrapping_sub(1));
    let some = [
        byte(0),
        byte(bytes.len() / 2),
        last,
        word.len().to_le_bytes()[0],
    ];
    // From Knuth: the upper bits of the product depend on all that are hashed.
    (u32::from_le_bytes(some).wrapping_mul(0x9e37_79b1) >> (u32::BITS - PLACES.ilog2())) as usize
}

#[cfg(test)]
mod tests {
    use super::Kinds;
    use crate::core::secret::keys;

    #[test]
    fn each_word_names_what_it_names_however_often_it_is_asked_for() {
        let mut kinds = Kinds::none();
        for _ in 0..2 {
            for (both, word) in [
                (None, "key"),
                (Some("api key"), "key"),
                (Some("a key"), "key"),
                (None, "password"),
                (Some("the password"), "password"),
                (None, ""),
            ] {
                let kind = both.and_then(keys::kind_of).or_else(|| keys::kind_of(word));
                assert!(kinds.of(both, word) == kind, "{both:?} {word}");
            }
        }
    }
}
