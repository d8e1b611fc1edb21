//! The keys that were met in a status, each read once: most objects in a list have the keys of the others.
use super::names::Says;

/// Keys, each where its place is; of two that have one place the last.
#[derive(Default)]
pub(super) struct Seen(Option<Box<[Option<Key>; PLACES]>>);

struct Key {
    text: [u8; LONGEST],
    length: usize,
    says: Says,
}

/// More than an object has members, mostly.
const PLACES: usize = 32;
/// The longest key that is kept, in bytes; few are longer.
const LONGEST: usize = 24;

impl Seen {
    /// What `key` says.
    pub(super) fn says(&mut self, key: &str) -> Says {
        let Some(place) = place(key) else {
            return Says::of(key);
        };
        let keys = self
            .0
            .get_or_insert_with(|| Box::new([const { None }; PLACES]));
        match &keys[place] {
            Some(known) if known.text[..known.length] == *key.as_bytes() => known.says,
            _ => {
                let says = Says::in_full(key);
                keys[place] = Some(Key::new(key, says));
                says
            }
        }
    }
}

impl Key {
    fn new(key: &str, says: Says) -> Self {
        let mut text = [0; LONGEST];
        for (to, from) in text.iter_mut().zip(key.bytes()) {
            *to = from;
        }
        Self {
            text,
            length: key.len(),
            says,
        }
    }
}

/// Where a key has its place; none for a long or an empty one.
fn place(key: &str) -> Option<usize> {
    let bytes = key.as_bytes();
    let (first, last) = (usize::from(*bytes.first()?), usize::from(*bytes.last()?));
    let middle = usize::from(bytes[bytes.len() / 2]);
    let hash = bytes.len() * 7 + first * 31 + middle * 3 + last * 17;
    (bytes.len() <= LONGEST).then_some(hash % PLACES)
}

#[cfg(test)]
mod tests {
    use super::Seen;

    #[test]
    fn each_key_says_what_it_says_however_often_it_is_asked_for() {
        let mut seen = Seen::default();
        let secret = ["ghp", "_", "A1b2C3d4E5f6G7h8I9"].concat();
        for _ in 0..2 {
            for index in 0..100 {
                let says = seen.says(&format!("key{index}"));
                assert!(says.is_harmless());
            }
            assert!(!seen.says("password is hunter2").is_harmless());
            assert!(!seen.says(&secret.repeat(2)).is_harmless());
        }
    }
}
