//! What stands before the word that announces a credential: who it is for, what was done to it, who is asked for it.
use super::sentence::word;

/// The words before a text, last first, as far as a sentence is read back.
fn words_before(before: &str) -> impl Iterator<Item = &[u8]> {
    let near = &before[before.ceil_char_boundary(before.len().saturating_sub(LONGEST_BACK))..];
    near.as_bytes()
        .rsplit(|byte| b" \t\n".contains(byte))
        .filter(|word| !word.is_empty())
}

/// How far a sentence is read back, in bytes.
const LONGEST_BACK: usize = 96;

/// Words that stand between a verb and what it is about.
const DETERMINERS: [&str; 14] = [
    "a",
    "an",
    "the",
    "your",
    "its",
    "their",
    "my",
    "new",
    "initial",
    "temporary",
    "default",
    "current",
    "admin",
    "root",
];

fn is_one_of(word: &[u8], words: &[&str]) -> bool {
    words
        .iter()
        .any(|known| word.eq_ignore_ascii_case(known.as_bytes()))
}

/// "reset the password", "changed your admin password": "to" behind it leads to the value.
pub(super) fn is_changed(before: &str) -> bool {
    const VERBS: [&str; 12] = [
        "set",
        "sets",
        "setting",
        "reset",
        "resetting",
        "change",
        "changed",
        "changing",
        "update",
        "updated",
        "rotate",
        "rotated",
    ];
    let mut words = words_before(before).take(4);
    words
        .find(|word| !is_one_of(word, &DETERMINERS))
        .is_some_and(|word| is_one_of(word, &VERBS))
}

/// "user elastic pass …": the name of a user stands before it.
pub(super) fn is_behind_user(before: &str) -> bool {
    let mut words = words_before(before);
    words.next().is_some()
        && words.next().is_some_and(|word| {
            let signs = word.iter().rev().take_while(|byte| b":=".contains(byte));
            is_one_of(
                &word[..word.len() - signs.count()],
                &[
                    "user",
                    "username",
                    "login",
                    "account",
                    "benutzer",
                    "bruker",
                    "gebruiker",
                    "utente",
                    "utilisateur",
                    "utilizador",
                    "usuario",
                ],
            )
        })
}

/// "when prompted for the password": what to type comes next.
pub(super) fn is_asked_for(before: &str) -> bool {
    let mut words = words_before(before)
        .take(6)
        .skip_while(|word| is_one_of(word, &DETERMINERS));
    words.next().is_some_and(|word| word == b"for")
        && words.any(|word| is_one_of(word, &["prompted", "asked", "prompts", "asks"]))
}

/// Where what is to be typed begins: ", type …".
pub(super) fn asked(rest: &str) -> Option<usize> {
    let verb = rest.trim_start_matches([',', ' ']);
    // Most words are none.
    if !verb.starts_with([
        't', 'e', 'u', 'g', 's', 'i', 'p', 'T', 'E', 'U', 'G', 'S', 'I', 'P',
    ]) {
        return None;
    }
    let word = word(verb);
    let is_verb = is_one_of(
        word.as_bytes(),
        &["type", "enter", "use", "give", "supply", "input", "paste"],
    );
    let value = verb[word.len()..].trim_start_matches([' ', ':']);
    is_verb.then(|| rest.len() - value.len())
}

/// "with password …", "using token …", "and password …": the value follows at once.
pub(super) fn is_led_in(text: &str, start: usize) -> bool {
    let before = text[..start].trim_end_matches([' ', '"', '\'', '`', '*']);
    let mut before = before;
    // "the temporary admin"
    for _ in 0..3 {
        before = articles(before)
            .iter()
            .find_map(|word| before.strip_suffix(word))
            .map_or(before, str::trim_end);
    }
    leading(before).iter().any(|word| {
        before.strip_suffix(word).is_some_and(|rest| {
            rest.is_empty() || !rest.ends_with(|last: char| last.is_alphanumeric())
        })
    })
}

/// Words that may stand between what leads in and the credential, of those that end as `before` does.
fn articles(before: &str) -> &'static [&'static str] {
    match before.as_bytes().last() {
        Some(b'a') => &[" a", " la"],
        Some(b'e') => &["the", " le", " de"],
        Some(b'l') => &["initial", " il", " el"],
        Some(b'm') => &[" dem"],
        Some(b'n') => &[" an", " den"],
        Some(b'o') => &[" o"],
        Some(b'r') => &["your", " der"],
        Some(b's') => &["this", " das"],
        Some(b't') => &["default", " het"],
        Some(b'w') => &["new"],
        Some(b'y') => &["temporary"],
        _ => &[],
    }
}

/// Words and signs that lead in, of those that end as `before` does.
fn leading(before: &str) -> &'static [&'static str] {
    match before.as_bytes().last() {
        Some(b',') => &[","],
        Some(b'/') => &["/"],
        Some(b'c') => &["avec"],
        Some(b'd') => &["and", "und"],
        Some(b'e') => &["use", "e"],
        Some(b'g') => &["using"],
        Some(b'h') => &["with"],
        Some(b'm') => &["com"],
        Some(b'n') => &["con", "en", "dengan"],
        Some(b's') => &["s"],
        Some(b't') => &["mit", "et", "met"],
        Some(b'y') => &["y"],
        _ => &[],
    }
}
