//! Which four characters words begin with, so that one pass over a text finds the few places where one may stand.

/// The first characters of many words, in any case, as bits by their hash: what is not there is known for sure.
///
/// Small enough to stay near the processor while it does other things between two texts.
pub(super) struct Grams {
    /// The first four of each word.
    begun: Bits,
    /// The first four of each that is no longer than five.
    short: Bits,
    /// The first six of each other.
    long: Bits,
}

/// Bits by a hash.
struct Bits(Box<[u64; WORDS]>);

/// Six characters that follow each other, by their classes, the last in the lowest bits but those that are spare.
#[derive(Clone, Copy, Default)]
pub(super) struct Window(u32);

/// How many bits tell the class of a character.
const BITS: u32 = 5;
/// How many bits a window leaves.
const SPARE: u32 = u32::BITS - 6 * BITS;
/// The class of each byte, as it is put into a window: a letter in any case, a digit, `/`, a blank, `_`, `-`, `.`, and all
/// others. Rare letters share one.
static CLASSES: [u8; 256] = {
    let mut classes = [OTHERS; 256];
    let mut letter = 0;
    while letter < 26 {
        classes[(b'a' + letter) as usize] = letter << SPARE;
        classes[(b'A' + letter) as usize] = letter << SPARE;
        letter += 1;
    }
    classes[b'z' as usize] = classes[b'q' as usize];
    classes[b'Z' as usize] = classes[b'q' as usize];
    let mut digit = 0;
    while digit < 10 {
        classes[(b'0' + digit) as usize] = 25 << SPARE;
        digit += 1;
    }
    classes[b'/' as usize] = 26 << SPARE;
    classes[b' ' as usize] = 27 << SPARE;
    classes[b'_' as usize] = 28 << SPARE;
    classes[b'-' as usize] = 29 << SPARE;
    classes[b'.' as usize] = 30 << SPARE;
    classes
};
const OTHERS: u8 = 31 << SPARE;
/// How many bits a hash has.
const HASH: u32 = 16;
/// How many words hold the bits of all hashes.
const WORDS: usize = (1 << HASH) / 64;

/// How many characters a window has, and how many of them are looked at first.
const ALL: usize = 6;
const FIRST: usize = 4;

impl Window {
    /// How far before its last character a window begins.
    pub(super) const AHEAD: usize = ALL - 1;

    /// The characters at the start of a text, before the last of the first window is pushed.
    #[inline]
    pub(super) fn before(text: &[u8]) -> Self {
        (0..Self::AHEAD).fold(Self::default(), |window, at| window.push_at(text, at))
    }

    /// The characters of a text that has no more than a window.
    fn of(text: &[u8]) -> Self {
        let pushed = text
            .iter()
            .fold(Self::default(), |window, byte| window.push(class(*byte)));
        pushed.raised(text.len())
    }

    /// The same, where so many characters are all that were pushed: the first stands where that of a window does.
    const fn raised(self, pushed: usize) -> Self {
        let mut window = self;
        let mut left = ALL - pushed;
        while left > 0 {
            window = window.push(0);
            left -= 1;
        }
        window
    }

    /// The window one character further, with the one at `at`; behind the end of a text stand others.
    #[inline]
    pub(super) fn push_at(self, text: &[u8], at: usize) -> Self {
        self.push(text.get(at).map_or(OTHERS, |byte| class(*byte)))
    }

    /// The same; the first character falls off.
    #[inline]
    const fn push(self, class: u8) -> Self {
        Self(self.0 << BITS | class as u32)
    }

    #[inline]
    const fn first(self) -> Self {
        const LAST_TWO: u32 = SPARE + 2 * BITS;
        Self(self.0 >> LAST_TWO << LAST_TWO)
    }
}

#[inline]
fn class(byte: u8) -> u8 {
    CLASSES[usize::from(byte)]
}

impl Bits {
    fn none() -> Self {
        Self(Box::new([0; WORDS]))
    }

    /// From Knuth: the upper bits of the product depend on all that are hashed.
    #[inline]
    const fn hash(window: Window) -> usize {
        (window.0.wrapping_mul(0x9e37_79b1) >> (u32::BITS - HASH)) as usize
    }

    fn insert(&mut self, window: Window) {
        let hash = Self::hash(window);
        self.0[hash / 64] |= 1 << (hash % 64);
    }

    #[inline]
    fn may_hold(&self, window: Window) -> bool {
        let hash = Self::hash(window);
        self.0[hash / 64] >> (hash % 64) & 1 == 1
    }
}

impl Grams {
    pub(super) fn of<'w>(words: impl Iterator<Item = &'w [u8]>) -> Self {
        let mut grams = Self {
            begun: Bits::none(),
            short: Bits::none(),
            long: Bits::none(),
        };
        words.for_each(|word| grams.insert(word));
        grams
    }

    fn insert(&mut self, word: &[u8]) {
        if word.len() >= ALL {
            self.begun.insert(Window::of(&word[..FIRST]));
            self.long.insert(Window::of(&word[..ALL]));
            return;
        }
        for first in continued(&word[..word.len().min(FIRST)]) {
            self.begun.insert(first);
            self.short.insert(first);
        }
    }

    /// The next place in the text, from `start` on, where a word may begin. `window` is the one before that place.
    #[inline]
    pub(super) fn next(&self, text: &[u8], window: &mut Window, start: usize) -> Option<usize> {
        let mut at = start;
        let mut here = *window;
        for byte in text.get(start + Window::AHEAD..).unwrap_or_default() {
            here = here.push(class(*byte));
            if self.may_hold(here) {
                *window = here;
                return Some(at);
            }
            at += 1;
        }
        while at < text.len() {
            here = here.push(OTHERS);
            if self.may_hold(here) {
                *window = here;
                return Some(at);
            }
            at += 1;
        }
        None
    }

    /// Whether a word may begin with these.
    #[inline]
    pub(super) fn may_hold(&self, window: Window) -> bool {
        self.begun.may_hold(window.first())
            && (self.long.may_hold(window) || self.short.may_hold(window.first()))
    }
}

/// The first characters of what begins with `head`.
fn continued(head: &[u8]) -> Vec<Window> {
    let begun = head
        .iter()
        .fold(Window::default(), |window, byte| window.push(class(*byte)));
    let all = (head.len()..FIRST).fold(vec![begun], |windows, _| {
        let longer = |window: &Window| {
            let window = *window;
            (0..1 << BITS).map(move |class: u8| window.push(class << SPARE))
        };
        windows.iter().flat_map(longer).collect()
    });
    all.into_iter().map(|window| window.raised(FIRST)).collect()
}

#[cfg(test)]
mod tests {
    use super::{Grams, Window};

    #[test]
    fn each_word_is_there_in_any_case_and_up_to_the_end() {
        let words = ["pw", "key", "Pass", "token", "secret", "password"];
        let grams = Grams::of(words.iter().map(|word| word.as_bytes()));
        let may_hold = |text: &str| {
            let text = text.as_bytes();
            grams.next(text, &mut Window::before(text), 0) == Some(0)
        };
        for word in words {
            for before in [word.to_owned(), word.to_uppercase()] {
                for after in ["", " x", "zzzzzz"] {
                    let text = before.clone() + after;
                    assert!(may_hold(&text), "{text}");
                }
            }
        }
        assert!(!may_hold("past") && !may_hold("secondary"));
    }
}
