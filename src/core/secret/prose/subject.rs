//! The password that is said before its name: "… is the password for elastic", "… (password)".
use super::{
    candidate::Found,
    head, is_drawn, is_made_up,
    marker::{Form, Marker},
};
use crate::core::secret::{harmless::placeholder, hit::Confidence, keys::Kind};

/// How far back it may stand, in bytes.
const LONGEST: usize = 160;

/// The password that stands before the word that calls it one.
pub(super) fn before(text: &str, marker: &Marker) -> Option<Found> {
    if marker.form != Form::Word {
        return None;
    }
    let from = text.ceil_char_boundary(marker.start.saturating_sub(LONGEST));
    let (before, behind) = (&text[from..marker.start], &text[marker.end..]);
    let subject = if let Some(subject) = before.strip_suffix('(') {
        // `$(PGUSER):$(PGPASSWORD)`
        let is_aside = behind.starts_with(')') && subject.ends_with(' ');
        is_aside.then(|| subject.trim_end())?
    } else {
        ends_there(behind).then(|| subject_of(before))??
    };
    let subject = subject.trim_end_matches(['"', '\'', '`', '*', ',']);
    let word = subject
        .rsplit(|character: char| character.is_whitespace() || "\"'`*([".contains(character))
        .next()?;
    let is_in_brackets = before.ends_with('(');
    let is_credible = if is_in_brackets {
        is_drawn(word)
    } else {
        is_made_up(word)
    };
    let start = word.as_ptr() as usize - text.as_ptr() as usize;
    (is_credible && !placeholder::says_so(word)).then(|| Found {
        confidence: if is_drawn(word) {
            Confidence::High
        } else {
            Confidence::Medium
        },
        span: start..start + word.len(),
        what: Kind::Password.what(),
    })
}

/// What stands before "is the new admin".
fn subject_of(before: &str) -> Option<&str> {
    const DETERMINERS: [&str; 8] = ["the", "your", "a", "an", "its", "their", "my", "our"];
    const VERBS: [&str; 4] = ["is", "was", "as", "be"];
    let mut rest = before.trim_end();
    let mut is_determined = false;
    for _ in 0..5 {
        let word = rest.rsplit(' ').next()?;
        let behind = rest[..rest.len() - word.len()].trim_end();
        if is_determined {
            return VERBS
                .iter()
                .any(|verb| word.eq_ignore_ascii_case(verb))
                .then_some(behind);
        }
        if word.is_empty() || !word.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            return None;
        }
        is_determined = DETERMINERS
            .iter()
            .any(|determiner| word.eq_ignore_ascii_case(determiner));
        rest = behind;
    }
    None
}

/// Whether the word is the last of its name: "the password for …", and not "the password policy".
fn ends_there(behind: &str) -> bool {
    let next = head(behind, 16).trim_start_matches(['"', '\'', '`', '*']);
    let word = next.trim_start().split([' ', '.', ',', '\n']).next();
    next.is_empty()
        || next.starts_with(['.', ',', ';', '!', ')', '\n'])
        || word.is_some_and(|word| {
            ["for", "of", "to", "on", "and", "until", "now", "from"].contains(&word)
        })
}
