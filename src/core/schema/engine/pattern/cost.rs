//! What a pattern costs at most: the steps that its engine takes for each byte of a text.
//!
//! The engine, `regex`, is linear in the text, but not in the pattern: to each byte it may have to look at every part of
//! the pattern at which some match could stand, some 10 to 25 ns a part. It need not where a table of all sets of such
//! parts (a lazy DFA) fits its cache; then a byte is one look-up of 2 to 12 ns, however large the pattern is written.
//!
//! Two facts of `regex` 1 are relied upon. A pattern that begins with `^` runs forward alone; any other may run backward
//! too, and the parts of one that run backward by themselves need no more sets than the whole does. Where a table does
//! not fit, the number of parts is what is left to bound the steps.
use jsonschema_regex::{Search, analyze_pattern, search_form, to_rust_regex};
use regex_automata::{
    Anchored, MatchKind,
    hybrid::{
        LazyStateID,
        dfa::{Cache, DFA},
    },
    nfa::thompson::{NFA, WhichCaptures},
    util::start,
};
use regex_syntax::hir::{Hir, HirKind, Look, Repetition};

/// Bytes of a table that is sure to fit: a quarter of the cache that `regex` gives each pattern.
pub(in crate::core::schema) const TABLE_BYTES: usize = 512 * 1024;

/// How a pattern is run.
#[derive(Debug)]
pub(super) enum Cost {
    /// By comparing or counting characters.
    Plain,
    /// By the engine, as this.
    Engine(Box<Hir>),
}

/// Whether the tables of a pattern fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::core::schema) struct Tables {
    pub(in crate::core::schema) fit: bool,
    /// Bytes that finding out took, as a measure of the work.
    pub(in crate::core::schema) bytes: usize,
}

impl Cost {
    /// How a pattern is run that is known to be a good one.
    pub(super) fn of(pattern: &str) -> Self {
        let is_literal = analyze_pattern(pattern).is_some();
        let hir = (!is_literal).then(|| hir(pattern)).flatten();
        hir.map_or(Self::Plain, |hir| Self::Engine(Box::new(hir)))
    }

    /// Steps for each byte if no table fits.
    pub(super) fn parts(&self) -> u64 {
        match self {
            Self::Plain => 1,
            Self::Engine(hir) => parts(hir).max(1),
        }
    }

    /// Whether the tables of all that may run fit.
    pub(super) fn tables(&self) -> Tables {
        let Self::Engine(hir) = self else {
            return Tables {
                fit: true,
                bytes: 0,
            };
        };
        let forward = table(hir, false);
        let begins_with_start = hir.properties().look_set_prefix().contains(Look::Start);
        if begins_with_start || !forward.fit {
            return forward;
        }
        let backward = table(hir, true);
        Tables {
            fit: backward.fit,
            bytes: forward.bytes + backward.bytes,
        }
    }
}

/// Whether a pattern is a regular expression that a linear engine can run, given memory.
pub(super) fn is_regular(pattern: &str) -> bool {
    to_rust_regex(pattern).is_ok_and(|text| regex_syntax::parse(&text).is_ok())
}

/// Whether a pattern, as far as it can be read, looks around or back.
pub(super) fn looks_around(pattern: &str) -> bool {
    use regex_syntax::ast::{ErrorKind, parse::Parser};
    let text = to_rust_regex(pattern);
    let error = text.ok().and_then(|text| Parser::new().parse(&text).err());
    error.is_some_and(|error| {
        matches!(
            error.kind(),
            ErrorKind::UnsupportedLookAround | ErrorKind::UnsupportedBackreference
        )
    })
}

/// What the engine runs; `None` where it counts characters instead.
fn hir(pattern: &str) -> Option<Hir> {
    let translated = to_rust_regex(pattern).ok()?;
    let text = match search_form(pattern, &translated) {
        Some(Search::RepeatedClass(_)) => return None,
        Some(Search::Collapsed(text)) => text.into(),
        None => translated,
    };
    regex_syntax::parse(&text).ok()
}

/// The parts at which a match can stand, and the forks between them, with repetitions written out.
fn parts(hir: &Hir) -> u64 {
    match hir.kind() {
        HirKind::Empty => 0,
        HirKind::Look(_) | HirKind::Class(_) => 1,
        HirKind::Literal(literal) => literal.0.len() as u64,
        HirKind::Repetition(repetition) => repeated(repetition),
        HirKind::Capture(capture) => parts(&capture.sub).saturating_add(2),
        HirKind::Concat(all) => all.iter().map(parts).fold(0, u64::saturating_add),
        HirKind::Alternation(all) => all.iter().map(parts).fold(1, u64::saturating_add),
    }
}

fn repeated(repetition: &Repetition) -> u64 {
    let one = parts(&repetition.sub);
    let least = u64::from(repetition.min);
    let demanded = one.saturating_mul(least);
    match repetition.max {
        Some(most) => {
            let more = u64::from(most) - least;
            demanded.saturating_add(one.saturating_add(1).saturating_mul(more))
        }
        None => demanded.max(one).saturating_add(1),
    }
}

/// Whether the table of a pattern fits, with all that any text can ask of it.
fn table(hir: &Hir, is_backward: bool) -> Tables {
    match dfa(hir, is_backward) {
        Some(dfa) => explore(&dfa, is_backward),
        None => Tables {
            fit: false,
            bytes: 0,
        },
    }
}

/// The table before anything is in it; `None` if there can be none, such as with `\b`, which is more than one byte can
/// tell.
fn dfa(hir: &Hir, is_backward: bool) -> Option<DFA> {
    let nfa = NFA::config()
        .reverse(is_backward)
        .which_captures(WhichCaptures::None)
        .nfa_size_limit(Some(TABLE_BYTES));
    let nfa = NFA::compiler().configure(nfa).build_from_hir(hir).ok()?;
    let kind = if is_backward {
        MatchKind::All
    } else {
        MatchKind::LeftmostFirst
    };
    let config = DFA::config()
        .match_kind(kind)
        .cache_capacity(TABLE_BYTES)
        .minimum_cache_clear_count(Some(0));
    DFA::builder().configure(config).build_from_nfa(nfa).ok()
}

/// Fills the table: from each start, every byte again and again until nothing new comes.
fn explore(dfa: &DFA, is_backward: bool) -> Tables {
    let mut cache = dfa.create_cache();
    let fit = fill(dfa, &mut cache, is_backward).is_some();
    Tables {
        fit,
        bytes: if fit {
            cache.memory_usage()
        } else {
            TABLE_BYTES
        },
    }
}

fn fill(dfa: &DFA, cache: &mut Cache, is_backward: bool) -> Option<()> {
    let anchored = if is_backward {
        Anchored::Yes
    } else {
        Anchored::No
    };
    let mut found = Found::default();
    // What may stand before the start, or behind the end: nothing, the ends of a line, letters, and all else.
    for beside in [None, Some(b'\n'), Some(b'\r'), Some(b'a'), Some(b' ')] {
        let start = start::Config::new().anchored(anchored).look_behind(beside);
        found.add(dfa.start_state(cache, &start).ok()?);
    }
    let bytes: Vec<_> = dfa.byte_classes().representatives(..).collect();
    while let Some(state) = found.waiting.pop() {
        for byte in &bytes {
            let next = match byte.as_u8() {
                Some(byte) => dfa.next_state(cache, state, byte),
                None => dfa.next_eoi_state(cache, state),
            };
            found.add(next.ok()?);
        }
    }
    // A full table is emptied, or was never large enough.
    (cache.clear_count() == 0).then_some(())
}

/// The states of a table.
#[derive(Default)]
struct Found {
    seen: std::collections::HashSet<LazyStateID>,
    waiting: Vec<LazyStateID>,
}

impl Found {
    fn add(&mut self, state: LazyStateID) {
        let is_end = state.is_dead() || state.is_quit();
        if !is_end && self.seen.insert(state) {
            self.waiting.push(state);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cost, TABLE_BYTES};

    #[test]
    fn parts_are_counted_with_repetitions_written_out() {
        for (pattern, parts) in [
            ("^abc", 1),
            ("^(a|b)$", 1),
            ("^.{1,262144}$", 1),
            ("[ab]c", 2),
            ("^[ab]{3}c", 5),
            ("^[ab]{2,4}c", 2 + 2 + 4),
            ("^[ab]*c", 4),
            ("^[ab]+c", 4),
            ("^[ab]{2,}c", 2 + 2 + 1),
            ("^(?:[ab]c|[cd]e)x", 1 + 5 + 1),
            ("^([ab]c)x", 1 + 4 + 1),
            ("foo[0-9]{1,9}", 4),
            ("^[ab]*a[ab]{900}[^ab]", 905),
        ] {
            assert_eq!(Cost::of(pattern).parts(), parts, "{pattern}");
        }
    }

    #[test]
    fn tables_fit_where_few_sets_of_parts_are_possible() {
        for pattern in [
            r"^[^@\s]+@[^@\s]+\.[^@\s]+$",
            r"^\p{L}+$",
            r"\p{L}+",
            r"^[a-z].{0,250}$",
            r"^[\w.+-]{1,64}@[\w-]{1,63}(\.[\w-]{1,63}){1,8}$",
        ] {
            let tables = Cost::of(pattern).tables();
            assert!(
                tables.fit && tables.bytes <= 2 * TABLE_BYTES,
                "{pattern}: {tables:?}"
            );
        }
        for pattern in [
            "^[ab]*a[ab]{30}[^ab]",
            "[^ab][ab]{60}a[ab]*$",
            r"\bword\b",
            "a.{0,10}b.{0,10}c",
        ] {
            assert!(!Cost::of(pattern).tables().fit, "{pattern}");
        }
    }
}
