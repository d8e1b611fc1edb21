//! Whether letters are words: a small dictionary, and which letters follow each other in words.
//!
//! Both were counted in the comments and documentation of some 36,000 files of software for clusters. The dictionary
//! (`words.txt`) holds what stands in one file of 600 or more and what statuses are written with, without the forms that
//! [`is_word`] finds by their endings. It tells the "stored" of "password is stored in …" from a password. The letters
//! (`trigrams.txt`: two letters, then those that follow them in two words or more) are one in six of all that could
//! be: of random letters eight in a row pass less than once in a hundred, names of products and in other languages do.
use std::sync::LazyLock;

/// Sorted, one word a line, in lower case.
const WORDS: &str = include_str!("language/words.txt");
const TRIGRAMS: &str = include_str!("language/trigrams.txt");

/// The longest word that is looked up, in bytes.
const LONGEST: usize = 24;

/// Whether `word` is an ordinary word of documentation or of messages, in any case and in the usual forms.
pub fn is_word(word: &str) -> bool {
    let mut lower = [0; LONGEST];
    let Some(lower) = lower.get_mut(..word.len()) else {
        return false;
    };
    lower.copy_from_slice(word.as_bytes());
    lower.make_ascii_lowercase();
    let lower = &*lower;
    is_listed(lower) || ENDINGS.iter().any(|ending| ending.leads_to_listed(lower))
}

/// An ending, and what stands in its place in the listed word.
struct Ending(&'static [u8], &'static [&'static [u8]]);

const ENDINGS: [Ending; 8] = [
    Ending(b"ies", &[b"y"]),
    Ending(b"ied", &[b"y"]),
    Ending(b"es", &[b""]),
    Ending(b"s", &[b""]),
    Ending(b"ed", &[b"", b"e"]),
    Ending(b"ing", &[b"", b"e"]),
    Ending(b"ly", &[b""]),
    Ending(b"er", &[b"", b"e"]),
];

impl Ending {
    fn leads_to_listed(&self, word: &[u8]) -> bool {
        let Some(stem) = word.strip_suffix(self.0).filter(|stem| stem.len() >= 2) else {
            return false;
        };
        let is_doubled = stem.len() >= 4 && stem[stem.len() - 1] == stem[stem.len() - 2];
        (is_doubled && is_listed(&stem[..stem.len() - 1]))
            || self.1.iter().any(|other| {
                let mut base = [0; LONGEST];
                base[..stem.len()].copy_from_slice(stem);
                let length = stem.len() + other.len();
                base[stem.len()..length].copy_from_slice(other);
                is_listed(&base[..length])
            })
    }
}

/// Whether the dictionary lists `word`, found by halving the text of those that begin with its first two letters.
fn is_listed(word: &[u8]) -> bool {
    static STARTS: LazyLock<Box<[u16]>> = LazyLock::new(starts);
    let Some(pair) = pair(word) else {
        return false;
    };
    let text = WORDS.as_bytes();
    let (mut low, mut high) = (usize::from(STARTS[pair]), usize::from(STARTS[pair + 1]));
    while low < high {
        let middle = low.midpoint(high);
        let start = text[low..middle]
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(low, |at| low + at + 1);
        let length = text[start..]
            .iter()
            .position(|byte| *byte == b'\n')
            .unwrap_or(text.len() - start);
        match text[start..start + length].cmp(word) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => low = start + length + 1,
            std::cmp::Ordering::Greater => high = start,
        }
    }
    false
}

/// Where in the dictionary the words of each pair of first letters begin, and where the last of them end.
fn starts() -> Box<[u16]> {
    let mut starts = vec![0; 26 * 26 + 1].into_boxed_slice();
    for word in WORDS.lines() {
        if let Some(pair) = pair(word.as_bytes()) {
            starts[pair + 1] += u16::try_from(word.len() + 1).unwrap_or_default();
        }
    }
    for pair in 1..starts.len() {
        starts[pair] += starts[pair - 1];
    }
    starts
}

/// The number of the first two letters of a word.
fn pair(word: &[u8]) -> Option<usize> {
    let [one, two, ..] = word else {
        return None;
    };
    Some(index(*one)? * 26 + index(*two)?)
}

/// Whether `letters`, all of them ASCII letters, follow each other as in words. Up to five say too little either way,
/// and count as words: abbreviations are that long.
pub fn reads_well(letters: &[u8]) -> bool {
    if letters.len() <= 5 {
        return true;
    }
    let usual = letters.windows(3).filter(|three| is_usual(three)).count();
    is_enough(usual, letters.len() - 2)
}

/// Of a hundred steps of three letters those that are usual: random letters come to sixteen, words in other languages
/// and words joined to seventy.
const LEAST_USUAL: usize = 55;

/// Whether of `all` steps enough are usual. In longer texts chance has less to say, and more is asked for.
const fn is_enough(usual: usize, all: usize) -> bool {
    usual * 100
        >= all
            * if all > 10 {
                LEAST_USUAL + 12
            } else {
                LEAST_USUAL
            }
}

/// How usual the letters of several words are that stand in one: usual steps, and all steps. A word too short for a
/// step counts as an unusual one.
#[derive(Default)]
pub struct Steps {
    usual: usize,
    all: usize,
}

impl Steps {
    /// Counts those of one word; of none for what breaks words up, such as a digit.
    pub fn add(&mut self, letters: &[u8]) {
        self.usual += letters.windows(3).filter(|three| is_usual(three)).count();
        self.all += letters.len().saturating_sub(2).max(1);
    }

    /// Whether the words together read as words.
    pub const fn read_well(&self) -> bool {
        is_enough(self.usual, self.all)
    }
}

fn is_usual(three: &[u8]) -> bool {
    static FOLLOWING: LazyLock<Box<[u32]>> = LazyLock::new(following);
    let [one, two, last] = three else {
        return false;
    };
    match (index(*one), index(*two), index(*last)) {
        (Some(one), Some(two), Some(last)) => FOLLOWING[one * 26 + two] & (1 << last) != 0,
        _ => false,
    }
}

/// For each two letters a bit for each letter that follows them.
fn following() -> Box<[u32]> {
    let mut table = vec![0; 26 * 26].into_boxed_slice();
    for line in TRIGRAMS.lines() {
        let [one, two, b' ', letters @ ..] = line.as_bytes() else {
            continue;
        };
        if let (Some(one), Some(two)) = (index(*one), index(*two)) {
            for last in letters.iter().filter_map(|letter| index(*letter)) {
                table[one * 26 + two] |= 1 << last;
            }
        }
    }
    table
}

fn index(letter: u8) -> Option<usize> {
    letter
        .is_ascii_alphabetic()
        .then(|| usize::from(letter.to_ascii_lowercase() - b'a'))
}

#[cfg(test)]
mod tests {
    use super::{TRIGRAMS, WORDS, is_word, reads_well};

    #[test]
    fn the_data_is_whole() {
        let words: Vec<_> = WORDS.lines().collect();
        assert!(words.is_sorted() && WORDS.ends_with('\n'));
        assert!(words.iter().all(|word| super::is_listed(word.as_bytes())));
        assert!(
            words
                .iter()
                .all(|word| word.bytes().all(|byte| byte.is_ascii_lowercase()))
        );
        assert!(
            TRIGRAMS
                .lines()
                .all(|line| line.as_bytes().get(2) == Some(&b' '))
        );
    }

    #[test]
    fn words_are_found_in_their_forms() {
        for word in [
            "stored",
            "The",
            "is",
            "rotating",
            "policies",
            "refused",
            "running",
            "Secrets",
            "required",
            "ROTATED",
            "accounts",
            "successfully",
            "retries",
        ] {
            assert!(is_word(word), "{word}");
        }
        for text in ["hunter2", "letmein", "swordfish", "qwerty", "xk9mp", ""] {
            assert!(!is_word(text), "{text}");
        }
    }

    #[test]
    fn letters_of_words_follow_each_other() {
        for word in [
            "postgresql",
            "Elasticsearch",
            "passwort",
            "swordfish",
            "kubeconfig",
            "AWSCURRENT",
            "tls",
        ] {
            assert!(reads_well(word.as_bytes()), "{word}");
        }
        for text in ["obhpbmxawppunmuflnwt", "wjalrxutnfemik", "qxzvbnkd"] {
            assert!(!reads_well(text.as_bytes()), "{text}");
        }
    }
}
