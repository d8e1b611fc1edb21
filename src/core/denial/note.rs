//! What an Event on a resource request says of a write: as the denial does, but shorter.
use std::hash::{DefaultHasher, Hash, Hasher};

use super::{message, secrets_first};
use crate::core::{
    finding::Finding,
    gate::{Outcome, Verdict},
    review::Review,
};

/// The most bytes of a note; Kubernetes takes 1,024.
const LONGEST: usize = 1_000;

/// What is told of a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The words: whole findings, as many as there is room for.
    pub text: String,
    /// The same for writes with the same findings, whatever else they write.
    pub fingerprint: u64,
}

/// What is told of a write that was refused or warned about; `None` of any other.
pub fn note(review: &Review<'_>, verdict: &Verdict) -> Option<Note> {
    let policy = verdict.policy.as_deref()?;
    let findings: Vec<&Finding> = match verdict.outcome {
        Outcome::Allowed => return None,
        Outcome::Warned => verdict.findings.iter().filter(|it| it.is_told).collect(),
        Outcome::Denied => secrets_first(verdict.denials()),
    };
    let mut hasher = DefaultHasher::new();
    for finding in &findings {
        (finding.path.to_string(), finding.rule.id()).hash(&mut hasher);
    }
    Some(Note {
        text: cut(&message(review, policy, &findings), findings.len()),
        fingerprint: hasher.finish(),
    })
}

/// The lines of a message that there is room for, and how many findings there are more.
fn cut(message: &str, findings: usize) -> String {
    if message.len() <= LONGEST {
        return message.to_owned();
    }
    let mut lines = message.lines();
    let mut text = lines.next().unwrap_or_default().to_owned();
    text.truncate(text.floor_char_boundary(LONGEST / 2));
    let mut shown = 0;
    let more = |shown: usize| format!("\n* and {} more", findings - shown);
    for line in lines.take(findings) {
        if text.len() + 1 + line.len() + more(shown).len() > LONGEST {
            break;
        }
        text.push('\n');
        text.push_str(line);
        shown += 1;
    }
    text + &more(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_cut_at_a_finding() {
        let short =
            "elastic-cloud default/example: 1 problem in status\n* status.a: wrong [schema/type]";
        assert_eq!(cut(short, 1), short);
        let lines: Vec<String> = (0..30)
            .map(|index| format!("\n* status.a{index}: {} [schema/type]", "w".repeat(80)))
            .collect();
        let text = cut(&("head".to_owned() + &lines.concat()), 30);
        assert!(text.len() <= LONGEST);
        assert_eq!(text.lines().count(), 11, "{text}");
        assert!(text.ends_with("[schema/type]\n* and 21 more"), "{text}");
    }
}
