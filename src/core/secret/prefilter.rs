//! One pass over a text that finds every keyword of every rule and shape.
use std::{collections::BTreeMap, ops::Range, sync::LazyLock};

use super::{
    assign,
    rules::{self, VendorRule},
    shapes::{self, Shape},
};

/// What one keyword stands for.
#[derive(Clone, Copy)]
pub(super) enum Target {
    /// A part of the tokens of a rule.
    Part(&'static VendorRule),
    /// The name of a vendor whose tokens have no tell-tale part.
    Vendor(&'static VendorRule),
    /// A part of a shape.
    Shape(Shape),
    /// A part of a name that may have a credential behind it.
    Name,
}

/// All keywords, in any case.
///
/// There are thousands, and a text is met by few of them. An automaton of all of them takes ten megabytes and thirty
/// milliseconds to build, more than a whole `check` may take; this table of their first characters takes a fifth of a
/// megabyte, is made at once, and is as fast.
pub(super) struct Prefilter {
    /// By the first three characters of keywords: which fourth ones there are, as bits.
    fourth: Box<[u32]>,
    /// By the first three characters: the first of the keywords that begin so; those of the next follow.
    first: Box<[u16]>,
    /// The first four bytes of each keyword, of a shorter one with [`NONE`] behind them.
    heads: Vec<[u8; 4]>,
    /// Sorted by their first three characters.
    keywords: Vec<(&'static [u8], Vec<Target>)>,
}

/// How many bits tell the class of a character.
const BITS: usize = 5;
/// How many triples of classes there are.
const TRIPLES: usize = 1 << (3 * BITS);
/// The class of each byte: a letter in any case, half of the digits, `_`, `-`, `.`, and all others.
static CLASSES: [u8; 256] = {
    let mut classes = [31; 256];
    let mut letter = 0;
    while letter < 26 {
        classes[(b'a' + letter) as usize] = letter;
        classes[(b'A' + letter) as usize] = letter;
        letter += 1;
    }
    let mut digit = 0;
    while digit < 10 {
        classes[(b'0' + digit) as usize] = 26 + digit / 5;
        digit += 1;
    }
    classes[b'_' as usize] = 28;
    classes[b'-' as usize] = 29;
    classes[b'.' as usize] = 30;
    classes
};

fn class(byte: u8) -> usize {
    usize::from(CLASSES[usize::from(byte)])
}

/// The triple of classes after this one.
fn next(triple: usize, byte: u8) -> usize {
    (triple << BITS | class(byte)) % TRIPLES
}

fn triple(keyword: &[u8]) -> usize {
    keyword
        .iter()
        .take(3)
        .fold(0, |triple, byte| next(triple, *byte))
}

/// What stands for no byte at the end of a head.
const NONE: u8 = 0;

/// The first four bytes, in lower case.
fn head(text: &[u8]) -> [u8; 4] {
    let mut head = [NONE; 4];
    for (to, from) in head.iter_mut().zip(text) {
        *to = from.to_ascii_lowercase();
    }
    head
}

impl Prefilter {
    pub(super) fn get() -> &'static Self {
        static PREFILTER: LazyLock<Prefilter> = LazyLock::new(Prefilter::build);
        &PREFILTER
    }

    fn build() -> Self {
        let vendors = rules::all().iter().flat_map(|rule| {
            let target = if rule.near {
                Target::Vendor(rule)
            } else {
                Target::Part(rule)
            };
            rule.keywords.iter().map(move |keyword| (*keyword, target))
        });
        let shapes = shapes::KEYWORDS.map(|(keyword, shape)| (keyword, Target::Shape(shape)));
        let names = assign::KEYWORDS.map(|keyword| (keyword, Target::Name));
        let mut targets: BTreeMap<&'static [u8], Vec<Target>> = BTreeMap::new();
        for (keyword, target) in vendors.chain(shapes).chain(names) {
            targets.entry(keyword.as_bytes()).or_default().push(target);
        }
        let mut keywords: Vec<_> = targets.into_iter().collect();
        keywords.sort_by_key(|(keyword, _)| triple(keyword));
        Self::of(keywords)
    }

    fn of(keywords: Vec<(&'static [u8], Vec<Target>)>) -> Self {
        let mut fourth = vec![0; TRIPLES].into_boxed_slice();
        let mut first = vec![0; TRIPLES + 1].into_boxed_slice();
        for (keyword, _) in &keywords {
            let triple = triple(keyword);
            fourth[triple] |= keyword.get(3).map_or(u32::MAX, |byte| 1 << class(*byte));
            first[triple + 1] += 1;
        }
        for triple in 0..TRIPLES {
            first[triple + 1] += first[triple];
        }
        Self {
            fourth,
            first,
            heads: keywords.iter().map(|(keyword, _)| head(keyword)).collect(),
            keywords,
        }
    }

    /// Where which keywords stand in the text, in the order of their starts.
    pub(super) fn hits<'t>(
        &'static self,
        text: &'t [u8],
    ) -> impl Iterator<Item = (Range<usize>, Target)> + 't {
        self.places(text)
            .flat_map(move |(start, triple)| self.keywords_at(text, start, triple))
    }

    /// Where a keyword may begin, and its first three characters.
    fn places<'t>(&'static self, text: &'t [u8]) -> impl Iterator<Item = (usize, usize)> + 't {
        let mut current = 0;
        text.iter().enumerate().filter_map(move |(end, byte)| {
            current = next(current, *byte);
            let fourths = self.fourth[current];
            let is_place = text
                .get(end + 1)
                .map_or(fourths != 0, |fourth| fourths >> class(*fourth) & 1 == 1);
            (is_place && end >= 2).then(|| (end - 2, current))
        })
    }

    fn keywords_at<'t>(
        &'static self,
        text: &'t [u8],
        start: usize,
        triple: usize,
    ) -> impl Iterator<Item = (Range<usize>, Target)> + 't {
        let range = usize::from(self.first[triple])..usize::from(self.first[triple + 1]);
        let there = head(&text[start..]);
        // Most keywords that begin with the same classes of characters begin with others of them.
        let is_begun =
            move |head: [u8; 4]| head == there || (head[3] == NONE && head[..3] == there[..3]);
        self.heads[range.clone()]
            .iter()
            .zip(&self.keywords[range])
            .filter(move |(head, _)| is_begun(**head))
            .filter_map(move |(_, (keyword, targets))| {
                let end = start + keyword.len();
                let is_there = text.get(start..end)?.eq_ignore_ascii_case(keyword);
                is_there.then_some((start..end, targets))
            })
            .flat_map(|(range, targets)| targets.iter().map(move |target| (range.clone(), *target)))
    }
}

#[cfg(test)]
mod tests {
    use super::Prefilter;

    #[test]
    fn every_keyword_is_found_in_any_case_and_anywhere() {
        let prefilter = Prefilter::get();
        for (keyword, targets) in &prefilter.keywords {
            assert!(
                keyword.len() >= 3,
                "shorter than what the table tells apart"
            );
            let upper = keyword.to_ascii_uppercase();
            for (before, after) in [("", ""), ("x", ""), ("", "x"), ("key ", " key")] {
                let text = [before.as_bytes(), &upper, after.as_bytes()].concat();
                let range = before.len()..before.len() + keyword.len();
                let found = prefilter.hits(&text).filter(|(at, _)| *at == range);
                assert_eq!(found.count(), targets.len());
            }
        }
    }

    #[test]
    fn what_is_no_keyword_is_not_found() {
        for text in ["", "a", "zz", "no more", "\u{e9}\u{e9}\u{e9}\u{e9}"] {
            assert_eq!(Prefilter::get().hits(text.as_bytes()).count(), 0, "{text}");
        }
    }
}
