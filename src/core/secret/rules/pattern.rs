//! What the tokens of a vendor look like, matched at one place of a text: steps of some hundred bytes, made at once, where
//! an automaton would take a hundred times the memory, and there are thousands of patterns.
use std::ops::Range;

use regex_syntax::{
    ParserBuilder,
    hir::{Class, Hir, HirKind, Repetition},
};

/// A regular expression over bytes, with one group at most.
#[derive(Debug)]
pub(super) struct Pattern(Box<[Step]>);

/// Where a pattern matched: its end, and what is in its group, if that took part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) end: usize,
    pub(super) group: Option<Range<usize>>,
}

#[derive(Debug)]
enum Step {
    /// These bytes.
    Bytes(Box<[u8]>),
    /// So many bytes of a set.
    Run(Run),
    /// What follows at the first of these steps from where all the rest matches.
    Either(Box<[u16]>),
    /// What follows at this step.
    Jump(u16),
    /// The group begins.
    Open,
    /// The group ends.
    Close,
    /// All of it has matched.
    End,
}

#[derive(Debug)]
struct Run {
    /// The bytes of ASCII, as bits.
    ascii: [u64; 2],
    /// Whether all other bytes belong to it.
    has_others: bool,
    /// Whether a long run is tried before a short one.
    is_greedy: bool,
    least: u32,
    most: u32,
}

/// More steps than any pattern that is written by hand has.
const MOST_STEPS: usize = 4_000;

/// The places that are tried before it is noted which of them led nowhere; few patterns try more.
const FEW_TRIES: usize = 256;

impl Pattern {
    /// Reads a pattern; none if it is no regular expression, or one with more in it than those of tokens have: looks around,
    /// several groups, a group without a limit, or a part of the bytes beyond ASCII.
    pub(super) fn read(pattern: &str) -> Option<Self> {
        let mut parser = ParserBuilder::new().unicode(false).utf8(false).build();
        let mut steps = Vec::new();
        write(&parser.parse(pattern).ok()?, &mut steps)?;
        steps.push(Step::End);
        (steps.len() <= MOST_STEPS).then(|| Self(steps.into()))
    }

    /// What it matches at the start of `text`: of several ways the one that comes first, as Perl tries them.
    pub(super) fn at_start(&self, text: &[u8]) -> Option<Found> {
        let mut attempt = Attempt {
            steps: &self.0,
            text,
            tries: 0,
            failed: Vec::new(),
        };
        attempt.go_on(Place::default())
    }
}

fn write(hir: &Hir, steps: &mut Vec<Step>) -> Option<()> {
    if steps.len() > MOST_STEPS {
        return None;
    }
    match hir.kind() {
        HirKind::Empty => {}
        HirKind::Literal(literal) => steps.push(Step::Bytes(literal.0.clone())),
        HirKind::Class(class) => steps.push(Step::Run(Run::of(class)?)),
        HirKind::Repetition(repetition) => write_repetition(repetition, steps)?,
        HirKind::Capture(group) if group.index == 1 => {
            steps.push(Step::Open);
            write(&group.sub, steps)?;
            steps.push(Step::Close);
        }
        HirKind::Concat(parts) => parts.iter().try_for_each(|part| write(part, steps))?,
        HirKind::Alternation(branches) => write_either(branches, steps)?,
        HirKind::Capture(_) | HirKind::Look(_) => return None,
    }
    Some(())
}

fn write_repetition(repetition: &Repetition, steps: &mut Vec<Step>) -> Option<()> {
    let one = match repetition.sub.kind() {
        HirKind::Class(class) => Some(Run::of(class)?),
        HirKind::Literal(literal) => match *literal.0 {
            [byte] => Some(Run::of_byte(byte)?),
            _ => None,
        },
        _ => None,
    };
    if let Some(one) = one {
        steps.push(Step::Run(Run {
            least: repetition.min,
            most: repetition.max.unwrap_or(u32::MAX),
            is_greedy: repetition.greedy,
            ..one
        }));
        return Some(());
    }
    for _ in 0..repetition.min {
        write(&repetition.sub, steps)?;
    }
    let mut choices = Vec::new();
    for _ in repetition.min..repetition.max? {
        choices.push(steps.len());
        steps.push(Step::Jump(0));
        write(&repetition.sub, steps)?;
    }
    let end = here(steps)?;
    for choice in choices {
        let once_more = u16::try_from(choice + 1).ok()?;
        let order = if repetition.greedy {
            [once_more, end]
        } else {
            [end, once_more]
        };
        steps[choice] = Step::Either(order.into());
    }
    Some(())
}

fn write_either(branches: &[Hir], steps: &mut Vec<Step>) -> Option<()> {
    let choice = steps.len();
    steps.push(Step::Jump(0));
    let (mut starts, mut ends) = (Vec::new(), Vec::new());
    for branch in branches {
        starts.push(here(steps)?);
        write(branch, steps)?;
        ends.push(steps.len());
        steps.push(Step::Jump(0));
    }
    let end = here(steps)?;
    for jump in ends {
        steps[jump] = Step::Jump(end);
    }
    steps[choice] = Step::Either(starts.into());
    Some(())
}

fn here(steps: &[Step]) -> Option<u16> {
    u16::try_from(steps.len()).ok()
}

impl Run {
    fn of(class: &Class) -> Option<Self> {
        let class = match class {
            Class::Bytes(class) => class.clone(),
            // What is written as a choice between letters is read as one of these.
            Class::Unicode(class) => class.to_byte_class()?,
        };
        let mut run = Self::none();
        let mut others = 0;
        for range in class.ranges() {
            for byte in range.start()..=range.end() {
                match run.ascii.get_mut(usize::from(byte / 64)) {
                    Some(bits) => *bits |= 1 << (byte % 64),
                    None => others += 1,
                }
            }
        }
        run.has_others = others == 128;
        (others == 0 || run.has_others).then_some(run)
    }

    fn of_byte(byte: u8) -> Option<Self> {
        let mut run = Self::none();
        *run.ascii.get_mut(usize::from(byte / 64))? |= 1 << (byte % 64);
        Some(run)
    }

    /// One byte of no set.
    const fn none() -> Self {
        Self {
            ascii: [0; 2],
            has_others: false,
            is_greedy: true,
            least: 1,
            most: 1,
        }
    }

    fn has(&self, byte: u8) -> bool {
        let bits = self.ascii.get(usize::from(byte / 64));
        bits.map_or(self.has_others, |bits| bits >> (byte % 64) & 1 == 1)
    }
}

/// One search for a match.
struct Attempt<'p, 't> {
    steps: &'p [Step],
    text: &'t [u8],
    tries: usize,
    /// The steps at places of the text from where nothing matches, as bits, so that none is tried twice.
    failed: Vec<u64>,
}

/// How far a search has come.
#[derive(Clone, Default)]
struct Place {
    step: usize,
    at: usize,
    open: usize,
    group: Option<Range<usize>>,
}

impl Attempt<'_, '_> {
    /// The match that begins as far as `place` says. It calls itself once for each choice on the way, and there is no loop
    /// among the steps, so never deeper than there are steps.
    fn go_on(&mut self, mut place: Place) -> Option<Found> {
        let steps = self.steps;
        loop {
            match &steps[place.step] {
                Step::End => {
                    return Some(Found {
                        end: place.at,
                        group: place.group,
                    });
                }
                Step::Bytes(bytes) => {
                    self.text[place.at..].starts_with(bytes).then_some(())?;
                    place.at += bytes.len();
                }
                Step::Open => place.open = place.at,
                Step::Close => place.group = Some(place.open..place.at),
                Step::Jump(to) => {
                    place.step = usize::from(*to);
                    continue;
                }
                Step::Either(starts) => return self.either(starts, &place),
                Step::Run(run) if run.least < run.most => return self.run(run, &place),
                Step::Run(run) => place.at += self.length(run, place.at)?,
            }
            place.step += 1;
        }
    }

    /// How many bytes of a run are there, if they are enough.
    fn length(&self, run: &Run, at: usize) -> Option<usize> {
        let most = run.most as usize;
        let bytes = self.text[at..].iter().take(most);
        let length = bytes.take_while(|byte| run.has(**byte)).count();
        (length >= run.least as usize).then_some(length)
    }

    fn either(&mut self, starts: &[u16], place: &Place) -> Option<Found> {
        self.try_at(place, |attempt| {
            starts.iter().find_map(|start| {
                attempt.go_on(Place {
                    step: usize::from(*start),
                    ..place.clone()
                })
            })
        })
    }

    fn run(&mut self, run: &Run, place: &Place) -> Option<Found> {
        self.try_at(place, |attempt| {
            let longest = attempt.length(run, place.at)?;
            let shortest = run.least as usize;
            let mut steps = 0..=longest - shortest;
            steps.find_map(|step| {
                let length = if run.is_greedy {
                    longest - step
                } else {
                    shortest + step
                };
                attempt.go_on(Place {
                    step: place.step + 1,
                    at: place.at + length,
                    ..place.clone()
                })
            })
        })
    }

    /// Tries what begins at a place, unless that led nowhere before: what follows does not depend on what came before it.
    fn try_at(
        &mut self,
        place: &Place,
        tried: impl FnOnce(&mut Self) -> Option<Found>,
    ) -> Option<Found> {
        let bit = place.step * (self.text.len() + 1) + place.at;
        let bits = self.failed.get(bit / 64);
        if bits.is_some_and(|bits| bits >> (bit % 64) & 1 == 1) {
            return None;
        }
        self.tries += 1;
        let found = tried(self);
        if found.is_none() && self.tries > FEW_TRIES {
            let all = self.steps.len() * (self.text.len() + 1);
            self.failed.resize(all.div_ceil(64), 0);
            self.failed[bit / 64] |= 1 << (bit % 64);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use regex::bytes::{Regex, RegexBuilder};

    use super::{Found, Pattern};
    use crate::core::secret::rules;

    fn regex(pattern: &str) -> Regex {
        RegexBuilder::new(&format!("^(?:{pattern})"))
            .unicode(false)
            .build()
            .unwrap()
    }

    fn by_regex(regex: &Regex, text: &[u8]) -> Option<Found> {
        let captures = regex.captures(text)?;
        Some(Found {
            end: captures.get(0)?.end(),
            group: captures.get(1).map(|group| group.range()),
        })
    }

    #[test]
    fn it_finds_what_a_regular_expression_does() {
        for rule in rules::all() {
            let pattern = Pattern::read(rule.pattern).expect(rule.id);
            let regex = regex(rule.pattern);
            for hit in rule.examples(1) {
                let mut starts = (0..hit.len()).map(|start| &hit.as_bytes()[start..]);
                let at_token = starts.find(|text| pattern.at_start(text).is_some());
                let text = at_token.expect(rule.id);
                let cut = &text[..text.len() - 1];
                let longer = [text, b"-a_0/"].concat();
                for text in [text, cut, &text[1..], &longer] {
                    let found = pattern.at_start(text);
                    assert_eq!(found, by_regex(&regex, text), "{}", rule.id);
                }
            }
        }
    }

    #[test]
    fn ways_are_tried_in_the_order_in_which_they_are_written() {
        for (pattern, texts) in [
            ("a|ab", ["ab", "b", ""]),
            ("(a|ab)(?:c|bcd)", ["abcd", "ac", "abc"]),
            ("a{1,3}?b?", ["aaab", "ab", "b"]),
            ("(?:x[0-9]{2,3}){1,2}(y)?", ["x12x345y", "x123", "x1"]),
            ("(?:(a)|b){2}", ["ab", "ba", "aab"]),
            ("[^\\s=]{2,}=(.*)", ["a\u{e9}=b", "a=", "ab=\n"]),
        ] {
            let regex = regex(pattern);
            for text in texts.map(str::as_bytes) {
                let found = Pattern::read(pattern).unwrap().at_start(text);
                assert_eq!(found, by_regex(&regex, text), "{pattern} {text:?}");
            }
        }
    }

    #[test]
    fn what_could_be_tried_in_endless_ways_is_not() {
        let pattern = Pattern::read(&("[a-z]{1,400}[a-y]{1,400}".repeat(4) + "z!")).unwrap();
        let started = Instant::now();
        assert_eq!(pattern.at_start(&[b'a'; 500]), None);
        assert!(started.elapsed().as_secs() < 20);
    }

    #[test]
    fn what_no_token_needs_is_not_read() {
        for pattern in ["a$", "\\ba", "(a)(b)", "(?:ab)*", "[\\x80-\\x90]", "a("] {
            assert!(Pattern::read(pattern).is_none(), "{pattern}");
        }
    }
}
