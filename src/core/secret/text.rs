//! What is secret in a text by its shape, wherever the text stands.
use std::ops::Range;

use super::{
    assign::Assignments,
    encoded,
    hit::{Confidence, Hit},
    names::Names,
    prefilter::{Prefilter, Target},
    rules::{Match, REACH, VendorRule},
    shapes::Shape,
};
use crate::core::finding::Rule;

/// The shortest text that is looked at, in bytes: nothing shorter is secret by its shape alone.
const SHORTEST: usize = 8;
/// The longest value that its names can make a vendor's token.
const LONGEST_NAMED: usize = 512;

const VENDOR_TOKEN: Rule = Rule::new("secret/vendor-token");

/// Words of which one stands in the name of a credential, or beside it.
const TELLING: [&str; 13] = [
    "key", "token", "secret", "pass", "pwd", "auth", "cred", "pat", "access", "private", "licen",
    "sig", "login",
];

/// The best hit in the text: of the most confident the first.
///
/// The names above the text count as context: `ovh: {applicationKey: …}`. One layer of base64, percent-encoding or
/// JSON is looked into.
pub fn find(text: &str, names: &Names<'_>) -> Option<Hit> {
    if text.len() < SHORTEST {
        return None;
    }
    let mut best = Best {
        hit: find_plain(text, names),
    };
    if best.is_open() {
        encoded::find(text, names, &mut best);
    }
    best.hit
}

/// The best hit in the text as it stands.
pub(super) fn find_plain(text: &str, names: &Names<'_>) -> Option<Hit> {
    let mut best = Best::default();
    Scan {
        text: text.as_bytes(),
    }
    .run(&mut best);
    if best.is_open() {
        under_names(text, names, &mut best);
    }
    best.hit
}

/// The best hit so far.
#[derive(Default)]
pub(super) struct Best {
    hit: Option<Hit>,
}

impl Best {
    /// Whether there can be a better one.
    pub(super) fn is_open(&self) -> bool {
        self.hit
            .as_ref()
            .is_none_or(|hit| hit.confidence < Confidence::High)
    }

    pub(super) fn offer(&mut self, hit: Hit) {
        if self
            .hit
            .as_ref()
            .is_none_or(|best| best.confidence < hit.confidence)
        {
            self.hit = Some(hit);
        }
    }
}

fn vendor_hit(rule: &VendorRule, found: Match) -> Hit {
    Hit {
        rule: VENDOR_TOKEN,
        confidence: found.confidence,
        what: rule.what,
        remedy: rule.remedy,
        encoding: None,
        span: found.span,
    }
}

/// One text that is looked through.
struct Scan<'t> {
    text: &'t [u8],
}

impl Scan<'_> {
    fn run(&self, best: &mut Best) {
        let mut done: Vec<Shape> = Vec::new();
        let mut assignments = Assignments::default();
        let mut assigned = None;
        for (keyword, target) in Prefilter::get().hits(self.text) {
            if let Target::Shape(shape) = target
                && shape.is_of_whole_text()
            {
                if done.contains(&shape) {
                    continue;
                }
                done.push(shape);
            }
            if let Target::Name = target {
                // What a more telling rule finds later goes before it.
                assigned = assigned.or_else(|| assignments.find(self.text, &keyword));
            } else if let Some(hit) = self.target_at(target, &keyword) {
                best.offer(hit);
                if !best.is_open() {
                    return;
                }
            }
        }
        if let Some(hit) = assigned {
            best.offer(hit);
        }
    }

    /// What the keyword leads to, where it stands.
    fn target_at(&self, target: Target, keyword: &Range<usize>) -> Option<Hit> {
        match target {
            Target::Part(rule) => self.token_around(rule, keyword),
            Target::Vendor(rule) => self.token_behind(rule, keyword),
            Target::Shape(shape) => shape.find(self.text, keyword),
            Target::Name => None,
        }
    }

    /// A token that the keyword is a part of.
    fn token_around(&self, rule: &VendorRule, keyword: &Range<usize>) -> Option<Hit> {
        let start = self.back_from(keyword.start, rule.before);
        let found = self
            .may_begin(rule, start)
            .then(|| rule.match_at(self.text, start))??;
        Some(vendor_hit(rule, found))
    }

    /// A token behind the vendor's name.
    fn token_behind(&self, rule: &VendorRule, keyword: &Range<usize>) -> Option<Hit> {
        let end = self.text.len().min(keyword.end + REACH);
        let told = keyword.start.saturating_sub(TOLD_BEFORE);
        (keyword.end..end)
            .filter(|start| self.is_start(*start))
            .filter(|start| !rule.told || tells(&self.text[told..*start]))
            .find_map(|start| rule.match_at(self.text, start))
            .map(|found| vendor_hit(rule, found))
    }

    /// Up to so many bytes before this one, as far as they can be of one token.
    fn back_from(&self, end: usize, before: usize) -> usize {
        let start = end.saturating_sub(before);
        let joined = self.text[start..end]
            .iter()
            .rev()
            .take_while(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
            .count();
        end - joined
    }

    /// Whether a token of this rule may begin here: not inside a word, nor inside base64, nor where another of the
    /// same alphabet began, which keeps the time linear.
    fn may_begin(&self, rule: &VendorRule, start: usize) -> bool {
        let before = &self.text[..start];
        match before {
            // A line end or tab as it is written in JSON and in code, and a percent-encoded character.
            [] | [.., b'\\', b'n' | b'r' | b't'] => true,
            [.., b'%', high, low] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => true,
            [.., b'+'] => false,
            [.., last] => !rule.goes_on(*last),
        }
    }

    /// Whether a word begins here that is no longer the name before it.
    fn is_start(&self, start: usize) -> bool {
        let word = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.+/".contains(&byte);
        word(self.text[start]) && !word(self.text[start - 1])
    }
}

/// How far before the vendor's name a telling word may stand, in bytes.
const TOLD_BEFORE: usize = 32;

/// Whether the text holds the part, letters in any case.
fn holds_in_any_case(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len())
        .any(|window| window.eq_ignore_ascii_case(part))
}

fn tells(text: &[u8]) -> bool {
    TELLING
        .iter()
        .any(|word| holds_in_any_case(text, word.as_bytes()))
}

/// A value that is a vendor's token because of the names that it stands under.
fn under_names(text: &str, names: &Names<'_>, best: &mut Best) {
    let value = text.trim_ascii();
    if value.len() > LONGEST_NAMED || !value.bytes().all(|byte| byte.is_ascii_graphic()) {
        return;
    }
    let start = text.len() - text.trim_ascii_start().len();
    let is_told = names.iter().any(|name| tells(name.as_bytes()));
    for name in names.iter() {
        for (_, target) in Prefilter::get().hits(name.as_bytes()) {
            let Target::Vendor(rule) = target else {
                continue;
            };
            let found = (is_told || !rule.told)
                .then(|| rule.match_at(value.as_bytes(), 0))
                .flatten();
            if let Some(mut found) = found.filter(|found| found.span == (0..value.len())) {
                found.span = start..start + value.len();
                best.offer(vendor_hit(rule, found));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Best, Prefilter, Scan, Target, under_names};
    use crate::core::secret::{
        names::Names,
        rules::{self, VendorRule, made},
    };

    /// Whether this rule finds something in the text.
    fn finds(rule: &VendorRule, text: &str) -> bool {
        let scan = Scan {
            text: text.as_bytes(),
        };
        Prefilter::get()
            .hits(text.as_bytes())
            .filter(|(_, target)| match target {
                Target::Part(target) | Target::Vendor(target) => std::ptr::eq(*target, rule),
                Target::Shape(_) | Target::Name => false,
            })
            .any(|(keyword, target)| scan.target_at(target, &keyword).is_some())
    }

    #[test]
    fn every_rule_finds_its_hits_and_not_its_misses() {
        let mut wrong = Vec::new();
        for rule in rules::all() {
            assert!(
                !rule.hits.is_empty() && !rule.misses.is_empty(),
                "{}",
                rule.id
            );
            let hits = rule.hits.iter().map(|text| (text, true));
            for (text, expected) in hits.chain(rule.misses.iter().map(|text| (text, false))) {
                if (1..20).any(|seed| finds(rule, &made(text, seed)) != expected) {
                    wrong.push((rule.id, *text, expected));
                }
            }
        }
        assert_eq!(wrong, [], "(rule, text, whether it is to be found)");
    }

    #[test]
    fn a_vendor_that_is_named_above_the_value_is_named() {
        for rule in rules::all().iter().filter(|rule| rule.near) {
            let hit = made(rule.hits[0], 1);
            let (name, value) = hit.split_once('=').expect("the first hit is name=value");
            let mut best = Best::default();
            under_names(value, &Names::root(name), &mut best);
            assert!(best.hit.is_some(), "{}", rule.id);
        }
    }

    #[test]
    fn every_keyword_stands_in_a_hit() {
        for rule in rules::all() {
            for keyword in &rule.keywords {
                assert_eq!(*keyword, keyword.to_ascii_lowercase(), "{}", rule.id);
                let stands = |hit: &&str| made(hit, 1).to_ascii_lowercase().contains(keyword);
                assert!(
                    rule.hits.iter().any(stands),
                    "{}: no hit for {keyword}",
                    rule.id
                );
            }
        }
    }
}
