//! What is secret in a text by its shape, wherever the text stands.
use std::ops::Range;

use super::{
    assign::Assignments,
    encoded,
    glance::{self, Glance},
    hit::{Confidence, Hit},
    names::Names,
    prefilter::{Prefilter, Target},
    shapes::{Shape, url},
    vendor::{self, Attempts},
};
/// The best hit in the text: of the most confident the first.
///
/// The names above the text count as context: `ovh: {applicationKey: …}`. One layer of base64 or percent-encoding
/// is looked into.
pub fn find(text: &str, names: &Names<'_>) -> Option<Hit> {
    find_glanced(text, Glance::at(text), names)
}

/// The same, of a text that has been glanced at.
pub(super) fn find_glanced(text: &str, glance: Glance, names: &Names<'_>) -> Option<Hit> {
    if text.len() < glance::SHORTEST {
        return None;
    }
    let mut best = Best {
        hit: find_plain(text, glance, names),
    };
    if best.is_open() {
        encoded::find(text, glance, names, &mut best);
    }
    best.hit
}

/// The best hit in the text as it stands.
pub(super) fn find_plain(text: &str, glance: Glance, names: &Names<'_>) -> Option<Hit> {
    let mut best = Best::default();
    if glance.has_keyword {
        Scan {
            text: text.as_bytes(),
            names,
        }
        .run(&mut best);
    }
    if best.is_open() {
        vendor::under_names(text, names, &mut best);
    }
    if best.is_open() {
        vendor::alone(text, &mut best);
    }
    if best.is_open()
        && glance.may_hold_host()
        && let Some(hit) = url::alone(text)
    {
        best.offer(hit);
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

/// One text that is looked through.
struct Scan<'t, 'n> {
    text: &'t [u8],
    names: &'t Names<'n>,
}

impl Scan<'_, '_> {
    fn run(&self, best: &mut Best) {
        let mut done: Vec<Shape> = Vec::new();
        let mut assignments = Assignments::default();
        let mut assigned = None;
        let mut passed = 0;
        let mut attempts = Attempts::of(self.text);
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
            } else if let Some(hit) = self.target_at(target, &keyword, &mut passed, &mut attempts) {
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
    fn target_at(
        &self,
        target: Target,
        keyword: &Range<usize>,
        passed: &mut usize,
        attempts: &mut Attempts,
    ) -> Option<Hit> {
        match target {
            Target::Part(rule) => vendor::around(self.text, self.names, rule, keyword),
            Target::Vendor(rule) => vendor::behind(self.text, self.names, rule, keyword, attempts),
            Target::Shape(shape) => shape.find(self.text, keyword, passed),
            Target::Name => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        Attempts, Best, Prefilter, Scan, Target,
        vendor::{alone, under_names},
    };
    use crate::core::secret::{
        names::Names,
        rules::{self, VendorRule, made},
    };

    /// Whether this rule finds something in the text.
    fn finds(rule: &VendorRule, text: &str) -> bool {
        let scan = Scan {
            text: text.as_bytes(),
            names: &Names::NONE,
        };
        Prefilter::get()
            .hits(text.as_bytes())
            .filter(|(_, target)| match target {
                Target::Part(target) | Target::Vendor(target) => std::ptr::eq(*target, rule),
                Target::Shape(_) | Target::Name => false,
            })
            .any(|(keyword, target)| {
                let mut attempts = Attempts::of(scan.text);
                let hit = scan.target_at(target, &keyword, &mut 0, &mut attempts);
                hit.is_some()
            })
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
                if (1..6).any(|seed| finds(rule, &made(text, seed)) != expected) {
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
    fn a_peculiar_token_is_known_where_it_stands_alone() {
        for rule in rules::all().iter().filter(|rule| rule.whole) {
            for hit in rule.examples(1) {
                let token = hit.split(['=', ' ']).next_back().expect("a last part");
                let mut best = Best::default();
                alone(token, &mut best);
                assert!(best.hit.is_some(), "{}", rule.id);
            }
        }
        let mut best = Best::default();
        alone(
            "ghcr.io/org/discord-bot-with-a-long-name:v1.2.3-rc1.amd64",
            &mut best,
        );
        assert!(best.hit.is_none());
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
