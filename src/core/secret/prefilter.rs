//! One pass over a text that finds every keyword of every rule and shape.
use std::{collections::BTreeMap, ops::Range, sync::LazyLock};

use aho_corasick::{AhoCorasick, AhoCorasickKind};

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
pub(super) struct Prefilter {
    automaton: AhoCorasick,
    /// By keyword, in the order of the automaton.
    targets: Vec<Vec<Target>>,
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
        let mut targets: BTreeMap<&'static str, Vec<Target>> = BTreeMap::new();
        for (keyword, target) in vendors.chain(shapes).chain(names) {
            targets.entry(keyword).or_default().push(target);
        }
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(Some(AhoCorasickKind::DFA))
            .build(targets.keys())
            .expect("some hundred short keywords make an automaton");
        Self {
            automaton,
            targets: targets.into_values().collect(),
        }
    }

    /// Where which keywords stand in the text, in the order of their ends.
    pub(super) fn hits<'t>(
        &'static self,
        text: &'t [u8],
    ) -> impl Iterator<Item = (Range<usize>, Target)> + 't {
        self.automaton
            .find_overlapping_iter(text)
            .flat_map(|found| {
                let targets = self.targets[found.pattern()].iter();
                targets.map(move |target| (found.range(), *target))
            })
    }
}
