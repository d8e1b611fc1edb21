//! The secrets that a text tells, one by one, however they are written in it: enough to see that another text at the
//! same place tells nothing that this one does not.
use std::collections::BTreeSet;

use super::{
    Exceptions, encoded, fold,
    glance::Glance,
    harmless,
    hit::{Confidence, Hit},
    judge::mask,
    keys::{self, Literal},
    names::Names,
    prose,
    spot::Spot,
    text as shapes,
    walk::Walk,
};
use crate::core::finding::Rule;

/// How many secrets in one text are told one by one.
const MOST_IN_TEXT: usize = 16;

/// The secrets of a text, each with the rule that names it if JSON in the text does.
pub struct Told(BTreeSet<(Option<Rule>, String)>);

impl Told {
    /// Whether all of these are among others, and there are any.
    pub fn is_among(&self, others: &Self) -> bool {
        !self.0.is_empty() && self.0.is_subset(&others.0)
    }
}

/// What is found in a text as it is written; nothing else may be left when all of it is masked.
type Find = fn(&str, &Names<'_>) -> Option<Hit>;

/// All secrets that a text below these keys tells; none if it is one as a whole, tells too many, or looking for them
/// reads more than `left` bytes.
pub fn told(text: &str, keys: &[&str], left: &mut usize) -> Option<Told> {
    fn below(names: &Names<'_>, rest: &[&str], look: &mut Look<'_>) -> Option<()> {
        match rest {
            [] => look.all(names),
            [key, rest @ ..] => below(&names.below(key), rest, look),
        }
    }
    let (first, rest) = keys.split_first()?;
    let mut look = Look {
        text,
        left,
        told: BTreeSet::new(),
    };
    below(&Names::root(first), rest, &mut look)?;
    in_json(text, keys, &mut look)?;
    Some(Told(look.told))
}

/// What else than its letters a text is read as: without its disguises, and without one layer of what encodes it.
pub(super) fn readings(text: &str) -> Vec<String> {
    let glance = Glance::at(text);
    let mut readings: Vec<_> = encoded::readings(text, glance).collect();
    let read = glance
        .may_be_disguised()
        .then(|| fold::text(text))
        .flatten();
    if let Some(read) = read {
        readings.extend(encoded::readings(&read, Glance::at(&read)));
        readings.push(read);
    }
    readings
}

struct Look<'l> {
    text: &'l str,
    /// How many bytes may still be read.
    left: &'l mut usize,
    told: BTreeSet<(Option<Rule>, String)>,
}

impl Look<'_> {
    fn all(&mut self, names: &Names<'_>) -> Option<()> {
        let plain = self.text.to_owned();
        self.reading(plain, names, false)?;
        for reading in readings(self.text) {
            self.reading(reading, names, true)?;
        }
        Some(())
    }

    /// Tells what one reading holds, until nothing is found in what is left.
    fn reading(&mut self, mut text: String, names: &Names<'_>, may_be_whole: bool) -> Option<()> {
        const BOTH: [Find; 2] = [
            |text, names| shapes::find_plain(text, Glance::at(text), names),
            |text, names| prose::find(text, names),
        ];
        let mut count = 0;
        for find in BOTH {
            // Behind what was found the search goes on; at last all is read once more, for what lies around it.
            let mut at = 0;
            loop {
                let Some(hit) = find(&text[at..], names) else {
                    self.read(text.len() - at)?;
                    if at == 0 {
                        break;
                    }
                    at = 0;
                    continue;
                };
                let is_sure = hit.confidence == Confidence::High;
                self.read(if is_sure {
                    hit.span.end
                } else {
                    text.len() - at
                })?;
                let is_whole = hit.span.len() == text.len() && !may_be_whole;
                if is_whole || hit.span.is_empty() || count == MOST_IN_TEXT {
                    return None;
                }
                count += 1;
                let span = at + hit.span.start..at + hit.span.end;
                at = text.ceil_char_boundary(span.end);
                let secret = String::from_utf8_lossy(&text.as_bytes()[span.clone()]);
                self.told.insert((None, secret.into_owned()));
                mask(&mut text, span);
            }
        }
        let is_called =
            keys::tell(names, Literal::Text(&text)).is_some() && !harmless::is_inert(&text);
        (!is_called).then_some(())
    }

    fn read(&mut self, bytes: usize) -> Option<()> {
        *self.left = self.left.checked_sub(bytes)?;
        Some(())
    }
}

/// Tells what JSON in the text holds. A key is none that can be known again: nobody kept which it is.
fn in_json(text: &str, keys: &[&str], look: &mut Look<'_>) -> Option<()> {
    fn below(
        walk: &mut Walk<'_, '_>,
        spot: &Spot<'_>,
        keys: &[&str],
        look: &mut Look<'_>,
    ) -> Option<()> {
        if let [key, rest @ ..] = keys {
            let says = walk.says(key);
            return below(walk, &spot.member(key, says, None), rest, look);
        }
        for leak in walk.in_json(look.text, spot) {
            if leak.literal.is_empty() {
                return None;
            }
            look.told
                .insert((Some(leak.hit.rule), leak.literal.into_owned()));
        }
        Some(())
    }
    let glance = Glance::at(text);
    if !glance.may_hold_json() && !glance.may_hold_base64() && !text.starts_with('"') {
        return Some(());
    }
    look.read(text.len())?;
    below(
        &mut Walk::new(&Exceptions::NONE),
        &Spot::root(None),
        keys,
        look,
    )
}
