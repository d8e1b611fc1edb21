//! A password in brackets behind who or what it is for, without any word for it: "ssh deploy@10.0.0.4 (…)".
use memchr::memchr_iter;

use super::{candidate::Found, is_typed};
use crate::core::secret::{harmless::placeholder, hit::Confidence, keys::Kind};

/// How long a word is that is read.
const LENGTHS: std::ops::RangeInclusive<usize> = 8..=40;

/// The first word in brackets that has a capital, a small letter, a digit and a sign that people put in passwords, and
/// no sign of code, links or measures.
pub(super) fn find(text: &str) -> Option<Found> {
    memchr_iter(b'(', text.as_bytes()).find_map(|at| {
        let inner = &text.as_bytes()[at + 1..];
        let end = inner
            .iter()
            .take(LENGTHS.end() + 1)
            .position(|byte| *byte == b')' || !byte.is_ascii_graphic())?;
        let word = text.get(at + 1..at + 1 + end)?;
        let is_behind_blank = text[..at].ends_with(' ');
        let is_closed = inner[end] == b')'
            && matches!(
                inner.get(end + 1),
                None | Some(b' ' | b'.' | b',' | b';' | b'\n')
            );
        (is_behind_blank && is_closed && (is_password(word) || is_pair(word))).then(|| Found {
            confidence: Confidence::Medium,
            span: at + 1..at + 1 + end,
            what: Kind::Password.what(),
        })
    })
}

fn is_password(word: &str) -> bool {
    let has = |is: fn(&u8) -> bool| word.bytes().any(|byte| is(&byte));
    LENGTHS.contains(&word.len())
        && word.starts_with(|first: char| first.is_ascii_alphabetic())
        && word
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!&@#".contains(&byte))
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && (is_typed(word) || (word.ends_with('!') && has(u8::is_ascii_digit)))
        && !is_reference(word)
        && !placeholder::says_so(word)
}

/// Whether it is a user that systems come with and a word with a number behind it: `admin/admin123`.
fn is_pair(word: &str) -> bool {
    const USERS: [&str; 7] = [
        "admin",
        "administrator",
        "root",
        "guest",
        "sa",
        "superuser",
        "elastic",
    ];
    let Some((user, password)) = word.split_once('/') else {
        return false;
    };
    let stem = password.trim_end_matches(|last: char| last.is_ascii_digit());
    USERS.contains(&user)
        && password.len() - stem.len() >= 3
        && stem.len() >= 4
        && password.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Whether it is what a forge calls a change or an issue by: `Orders!1234`, `team#77`.
fn is_reference(word: &str) -> bool {
    word.split_once(['!', '#', '&'])
        .is_some_and(|(name, number)| {
            !number.is_empty()
                && number.bytes().all(|byte| byte.is_ascii_digit())
                && !name.bytes().any(|byte| byte.is_ascii_digit())
        })
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn only_what_people_type_for_a_password_is_one() {
        for text in [
            "ssh deploy@10.0.3.19 (Barcelona92!)",
            "owner orders (Tr0ub4dor&3), ready",
            "Nexus is ready (admin/admin123)",
        ] {
            assert!(find(text).is_some(), "{text}");
        }
        for text in [
            "ready (3 of 3)",
            "role (admin/reader)",
            "pod (redis/redis-0)",
            "port (postgres:5432)",
            "(root/disk1)",
            "snapshot (postgres/orders2026)",
            "stack (R&D-Team1)",
            "took (50%)",
            "f(a*B2+c)",
            "see (AT&T5)",
            "x (https://a.b/?c=D1&e=2)",
            "(",
            "a (",
            "a (b",
            "a (Aä1!aaaaa)",
            "merged (!1234)",
            "call (Foo*)",
            "lambda (OrderController$$Lambda$512) failed",
            "request (Orders!1234) merged",
            "matched (Report_*2026)",
        ] {
            assert!(find(text).is_none(), "{text}");
        }
    }
}
