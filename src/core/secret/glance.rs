//! A first look at a text, in one pass: most texts hold nothing that any rule begins with.
use std::sync::LazyLock;

use super::{
    encoded, fold,
    grams::{Grams, Window},
    known,
    prefilter::Prefilter,
    prose,
};

/// What one pass over a text tells.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Glance {
    /// Whether a keyword of a rule or shape stands in it.
    pub(super) has_keyword: bool,
    /// Whether a word that announces a credential stands in it.
    pub(super) has_marker: bool,
    seen: u8,
    longest_run: usize,
}

/// The shortest text in which rules and shapes are looked for, and what announces a credential, in bytes: nothing shorter
/// holds one.
pub(super) const SHORTEST: usize = 8;

/// A character of base64 in either alphabet, or of its padding.
const BASE64: u8 = 1;
const PERCENT: u8 = 2;
/// What may stand for another character.
const MARKUP: u8 = 4;
const NOT_ASCII: u8 = 8;
/// What parts a user from a password, or from a host.
const PARTS: u8 = 16;
/// What stands before a host.
const AT: u8 = 32;
/// What JSON begins with.
const OPENS: u8 = 64;

/// What each byte says of a text that it stands in.
static SEEN: [u8; 256] = {
    let mut seen = [0; 256];
    let mut byte: u8 = 0;
    loop {
        seen[byte as usize] = match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'+' | b'-' | b'_' | b'=' => BASE64,
            b'/' => BASE64 | PARTS,
            b':' => PARTS,
            b'@' => AT,
            b'{' | b'[' => OPENS,
            b'%' => PERCENT,
            0x80.. => NOT_ASCII,
            _ if !fold::is_as_read(byte) => MARKUP,
            _ => 0,
        };
        if byte == u8::MAX {
            break seen;
        }
        byte += 1;
    }
};

/// What of that which rules begin with was met.
#[derive(Clone, Copy, Default)]
struct Begun {
    has_keyword: bool,
    has_marker: bool,
}

/// What the words begin with that are looked for.
struct Wanted {
    all: Grams,
    markers: Grams,
}

impl Wanted {
    fn get() -> &'static Self {
        static WANTED: LazyLock<Wanted> = LazyLock::new(|| {
            let markers = || prose::MARKERS.iter().map(|marker| marker.as_bytes());
            Wanted {
                all: Grams::of(Prefilter::get().keywords().chain(markers())),
                markers: Grams::of(markers()),
            }
        });
        &WANTED
    }

    /// Those that are still looked for when some have been met.
    fn left(&'static self, begun: Begun) -> Option<&'static Grams> {
        match (begun.has_keyword, begun.has_marker) {
            (false, false) => Some(&self.all),
            (true, false) => Some(&self.markers),
            (false, true) => Some(Prefilter::get().grams()),
            (true, true) => None,
        }
    }
}

impl Begun {
    /// The same, with what begins at `at`.
    #[inline(never)]
    fn and_at(self, text: &[u8], at: usize) -> Self {
        Self {
            has_keyword: self.has_keyword || Prefilter::get().has_keyword_at(text, at),
            has_marker: self.has_marker || prose::has_marker_at(text, at),
        }
    }
}

impl Glance {
    /// Looks at `text`.
    pub(super) fn at(text: &str) -> Self {
        if known::is_time(text.as_bytes()) {
            return Self::default();
        }
        known::find(text).map_or_else(|| Self::of(text), |known| known.glance)
    }

    /// Looks at a value, of which nothing but how it looks counts if it is too short.
    pub(super) fn at_value(text: &str) -> Self {
        if text.len() >= SHORTEST {
            return Self::at(text);
        }
        let seen = text.bytes().map(|byte| SEEN[usize::from(byte)]);
        Self {
            seen: seen.fold(0, |seen, of_byte| seen | of_byte) & !BASE64,
            ..Self::default()
        }
    }

    /// Looks at `text`, whether it is known or not.
    pub(super) fn of(text: &str) -> Self {
        let mut glance = Self::first(text);
        // Most of what looks like base64 is none, and then nobody needs to look again.
        if glance.may_hold_base64() && encoded::texts(text).next().is_none() {
            glance.longest_run = 0;
        }
        glance
    }

    fn first(text: &str) -> Self {
        let wanted = Wanted::get();
        let bytes = text.as_bytes();
        // Apart until the end, so that they stay in registers.
        let (mut seen, mut run, mut longest_run) = (0, 0, 0);
        let mut begun = Begun::default();
        let mut window = Window::before(bytes);
        let mut next = 0;
        while next < bytes.len() {
            let left = wanted.left(begun);
            while let Some(byte) = bytes.get(next) {
                let of_byte = SEEN[usize::from(*byte)];
                seen |= of_byte;
                run = if of_byte & BASE64 == 0 { 0 } else { run + 1 };
                longest_run = longest_run.max(run);
                window = window.push_at(bytes, next + Window::AHEAD);
                next += 1;
                if left.is_some_and(|left| left.may_hold(window)) {
                    begun = begun.and_at(bytes, next - 1);
                    break;
                }
            }
        }
        Self {
            has_keyword: begun.has_keyword,
            has_marker: begun.has_marker,
            seen: seen & !BASE64,
            longest_run,
        }
    }

    /// Whether base64 may stand in it that is long enough to be decoded.
    pub(super) const fn may_hold_base64(self) -> bool {
        self.longest_run >= encoded::SHORTEST
    }

    /// Whether it may be percent-encoded.
    pub(super) const fn may_be_percent_encoded(self) -> bool {
        self.seen & PERCENT != 0
    }

    /// Whether it may be a user and a password.
    pub(super) const fn may_be_pair(self) -> bool {
        self.seen & PARTS != 0
    }

    /// Whether it may be a link without its scheme.
    pub(super) const fn may_hold_host(self) -> bool {
        self.seen & AT != 0
    }

    /// Whether JSON may begin in it.
    pub(super) const fn may_hold_json(self) -> bool {
        self.seen & OPENS != 0
    }

    /// Whether nothing in it is what any rule begins with.
    #[cfg(test)]
    pub(super) const fn tells_nothing(self) -> bool {
        let is_plain = !self.may_be_percent_encoded() && !self.may_be_disguised();
        is_plain && !self.has_keyword && !self.has_marker && !self.may_hold_base64()
    }

    /// Whether it may be read as something else than what is written.
    pub(super) const fn may_be_disguised(self) -> bool {
        self.seen & (MARKUP | NOT_ASCII) != 0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Glance;
    use crate::core::secret::{fold, prefilter::Prefilter, prose};

    #[test]
    fn base64_is_seen_where_it_is_long() {
        assert!(Glance::at("x aHVudGVyMmh1bnRlcjIz y").may_hold_base64());
        assert!(!Glance::at("aHVudGVyMmh1 bnRlcjIz").may_hold_base64());
        assert!(Glance::at("a%20b").may_be_percent_encoded());
    }

    proptest! {
        #[test]
        fn what_is_not_seen_is_not_there(
            text in "(pass|PWD|pw|-u| as |ghp_|eyJ|key|://|[a-z]|[a-z]|\\\\u0077|[A-Za-z0-9 _.%&<é\u{430}-]){0,12}",
        ) {
            let glance = Glance::at(&text);
            let has_keyword = Prefilter::get().hits(text.as_bytes()).next().is_some();
            prop_assert_eq!(glance.has_keyword, has_keyword);
            prop_assert_eq!(glance.has_marker, prose::has_marker(&text));
            prop_assert!(glance.may_be_disguised() || fold::text(&text).is_none());
        }
    }
}
