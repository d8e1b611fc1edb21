//! One pass over a text that finds every keyword of every rule and shape.
use std::{collections::BTreeMap, ops::Range, sync::LazyLock};

use super::{
    assign,
    grams::{Grams, Window},
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
/// milliseconds to build, more than a whole `check` may take; these tables of their first characters take a few
/// kilobytes, are made at once, and are as fast.
pub(super) struct Prefilter {
    grams: Grams,
    /// By the place of the first characters: the first of the keywords that have it; those of the next follow.
    first: Box<[u16]>,
    /// How each keyword begins.
    heads: Vec<Head>,
    /// Sorted by the place of their first characters.
    keywords: Vec<(&'static [u8], Vec<Target>)>,
}

const PLACES: usize = 4096;

/// The first eight bytes of something, in lower case, the first the lowest; behind its end there are zeros.
#[derive(Clone, Copy)]
struct Head(u64);

impl Head {
    #[inline]
    fn of(text: &[u8]) -> Self {
        let mut head = [0; 8];
        match text.first_chunk() {
            Some(whole) => head = *whole,
            None => head[..text.len()].copy_from_slice(text),
        }
        head.make_ascii_lowercase();
        Self(u64::from_le_bytes(head))
    }

    /// The place of what begins so; all keywords have at least three bytes, and only these count.
    const fn place(self) -> usize {
        let [one, two, three, ..] = self.0.to_le_bytes();
        let first = u32::from_le_bytes([one, two, three, 0]);
        (first.wrapping_mul(0x9e37_79b1) >> (u32::BITS - PLACES.ilog2())) as usize
    }

    /// Whether a keyword that begins so may stand where something begins like `there`.
    #[inline]
    const fn may_stand(self, there: Self) -> bool {
        // As many bytes as the keyword has.
        let counting = u64::MAX >> (self.0.leading_zeros() & !7);
        (self.0 ^ there.0) & counting == 0
    }
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
        keywords.sort_by_key(|(keyword, _)| Head::of(keyword).place());
        Self::of(keywords)
    }

    fn of(keywords: Vec<(&'static [u8], Vec<Target>)>) -> Self {
        let mut first = vec![0; PLACES + 1].into_boxed_slice();
        for (keyword, _) in &keywords {
            first[Head::of(keyword).place() + 1] += 1;
        }
        for place in 1..first.len() {
            first[place] += first[place - 1];
        }
        Self {
            grams: Grams::of(keywords.iter().map(|(keyword, _)| *keyword)),
            first,
            heads: keywords
                .iter()
                .map(|(keyword, _)| Head::of(keyword))
                .collect(),
            keywords,
        }
    }

    /// All keywords, in lower case.
    pub(super) fn keywords(&self) -> impl Iterator<Item = &'static [u8]> {
        self.keywords.iter().map(|(keyword, _)| *keyword)
    }

    /// What they begin with.
    pub(super) const fn grams(&self) -> &Grams {
        &self.grams
    }

    /// Whether a keyword begins at `start`.
    pub(super) fn has_keyword_at(&self, text: &[u8], start: usize) -> bool {
        let there = Head::of(&text[start..]);
        let mut numbers = self.begun_with(there);
        numbers.any(|number| self.end_of(number, text, start, there).is_some())
    }

    /// Where which keywords stand in the text, in the order of their starts.
    pub(super) fn hits<'t>(&'static self, text: &'t [u8]) -> Hits<'t> {
        Hits {
            prefilter: self,
            text,
            window: Window::before(text),
            next: 0,
            there: Head(0),
            numbers: 0..0,
            range: 0..0,
            targets: &[],
        }
    }

    /// The numbers of the keywords whose first characters are at the place of these.
    fn begun_with(&self, there: Head) -> Range<usize> {
        let place = there.place();
        usize::from(self.first[place])..usize::from(self.first[place + 1])
    }

    /// Where a keyword ends that begins at `start`, if it stands there.
    #[inline]
    fn end_of(&self, number: usize, text: &[u8], start: usize, there: Head) -> Option<usize> {
        let may_stand = self.heads[number].may_stand(there);
        may_stand.then(|| self.end_of_one(number, text, start))?
    }

    #[inline(never)]
    fn end_of_one(&self, number: usize, text: &[u8], start: usize) -> Option<usize> {
        let keyword = self.keywords[number].0;
        let end = start + keyword.len();
        let is_there = keyword.len() <= size_of::<Head>()
            || text.get(start..end)?.eq_ignore_ascii_case(keyword);
        is_there.then_some(end)
    }
}

/// The keywords in a text, as they are found.
///
/// One loop by hand: adapters of iterators take three times as long for each place that is none.
pub(super) struct Hits<'t> {
    prefilter: &'static Prefilter,
    text: &'t [u8],
    window: Window,
    /// Behind the place that is looked at.
    next: usize,
    /// What begins at that place.
    there: Head,
    /// The keywords that may stand there and have not been looked for.
    numbers: Range<usize>,
    /// Where the last keyword was found, and what else it stands for.
    range: Range<usize>,
    targets: &'static [Target],
}

impl Iterator for Hits<'_> {
    type Item = (Range<usize>, Target);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((target, others)) = self.targets.split_first() {
                self.targets = others;
                return Some((self.range.clone(), *target));
            }
            if let Some(number) = self.numbers.next() {
                let start = self.next - 1;
                let end = self.prefilter.end_of(number, self.text, start, self.there);
                if let Some(end) = end {
                    self.range = start..end;
                    self.targets = &self.prefilter.keywords[number].1;
                }
            } else {
                self.go_on()?;
            }
        }
    }
}

impl Hits<'_> {
    /// Goes on to the next place where a keyword may begin; none if there is no more.
    fn go_on(&mut self) -> Option<()> {
        let grams = &self.prefilter.grams;
        if let Some(start) = grams.next(self.text, &mut self.window, self.next) {
            self.next = start + 1;
            self.there = Head::of(&self.text[start..]);
            self.numbers = self.prefilter.begun_with(self.there);
            return Some(());
        }
        self.next = self.text.len();
        None
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
