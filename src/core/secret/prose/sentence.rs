//! The way from "password" to the value in a sentence.
use super::{
    before::{asked, is_asked_for, is_behind_user, is_changed, is_led_in},
    gap::{Gap, How, sign},
    head,
    marker::Marker,
    step::{Step, step},
};
use crate::core::secret::{harmless::facts::ends_in_arn, language::is_word};

/// How much of a word is read, in bytes: longer ones stand in no sentence.
const LONGEST_WORD: usize = 256;
/// How many words of a sentence are read: "the password for the user … of the database … has been set to".
const MOST_WORDS: usize = 16;

/// The value in a sentence.
pub(super) fn in_sentence(text: &str, marker: &Marker) -> Option<Gap> {
    // "password" in quotes, in bold, as code.
    let behind = &text[marker.end..];
    let closed = if behind.starts_with(' ') {
        behind
    } else {
        behind.trim_start_matches(['"', '\'', '`', '*', '\\', '_', ']', '”', '»', '」'])
    };
    // "Password.......: x"
    let dots = closed.len() - closed.trim_start_matches('.').len();
    let closed = if dots > 2 { &closed[dots..] } else { closed };
    // Percent-encoding is read as what it stands for, and elsewhere.
    if matches!(closed.as_bytes(), [b'%', high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit())
    {
        return None;
    }
    let before = before(text, marker);
    if let Some(at) = asked(closed).filter(|_| is_asked_for(before)) {
        return Some(Gap {
            at: text.len() - closed.len() + at,
            how: How::Explicit,
            is_element: false,
        });
    }
    // `CREATE USER app WITH PASSWORD '…'`
    let is_sql = text[marker.start..marker.end] == *"PASSWORD" && closed.starts_with(" '");
    let led_in = if is_sql { How::Explicit } else { How::Beside };
    let at = text.len() - closed.len();
    let mut sentence = Sentence::behind((text, at), marker, before, led_in);
    if closed.starts_with(':') && ends_in_arn(&text.as_bytes()[..marker.start]) {
        return None;
    }
    if let Some(at) = sentence.element(marker) {
        return Some(Gap {
            at,
            how: How::Explicit,
            is_element: true,
        });
    }
    for _ in 0..MOST_WORDS {
        match sentence.go_on() {
            Going::On => {}
            Going::Nowhere => return None,
            Going::There => {
                let is_led_in = || is_led_in(text, marker.start) || is_behind_user(before);
                let how = match sentence.how {
                    How::Beside if is_led_in() => How::With,
                    how => how,
                };
                return Some(Gap {
                    at: sentence.at,
                    how,
                    is_element: false,
                });
            }
        }
    }
    None
}

/// What stands before the word, without the quotes around it.
fn before<'t>(text: &'t str, marker: &Marker) -> &'t str {
    text[..marker.start].trim_end_matches([' ', '"', '\'', '`', '*'])
}

/// A sentence while it is read.
struct Sentence<'t> {
    text: &'t str,
    at: usize,
    /// As far as the sentence says; what leads it in is asked at its end.
    how: How,
    /// How it was announced before any word was read.
    led_in: How,
    /// Where "on" is "is".
    is_finnish: bool,
    /// The step before.
    before: Step,
    /// Within the words that say whose the credential is.
    is_whose: bool,
    /// Within the words that say what it was before a change.
    is_change: bool,
    /// What stands before the marker.
    led_by: &'t str,
}

/// Whether a sentence leads to a value.
enum Going {
    On,
    There,
    Nowhere,
}

impl<'t> Sentence<'t> {
    /// The sentence behind `marker`, from `at` on.
    fn behind((text, at): (&'t str, usize), marker: &Marker, led_by: &'t str, led_in: How) -> Self {
        let word = &text[marker.start..marker.end];
        let head = word.get(..3).unwrap_or_default();
        // In Polish "to" is "is".
        let is_polish = head.eq_ignore_ascii_case("has");
        Self {
            text,
            at,
            how: led_in,
            led_in,
            is_finnish: word.eq_ignore_ascii_case("salasana"),
            before: if is_polish { Step::Set } else { Step::Other },
            is_whose: false,
            is_change: false,
            led_by,
        }
    }

    /// Where the text of an element of XML begins, if the marker is its name.
    fn element(&self, marker: &Marker) -> Option<usize> {
        let rest = self.text[self.at..].strip_prefix('>')?;
        let is_element = self.at == marker.end && self.text[..marker.start].ends_with('<');
        is_element.then(|| self.text.len() - rest.trim_start().len())
    }

    /// Reads a sign, an aside or a word.
    fn go_on(&mut self) -> Going {
        let is_below = self.how == How::Explicit && self.before == Step::Is;
        let rest = blanks(&self.text[self.at..], is_below);
        self.at = self.text.len() - rest.len();
        if rest.starts_with('>') {
            return Going::Nowhere;
        }
        if is_within_time(&self.text.as_bytes()[..self.at], rest.as_bytes()) {
            return Going::Nowhere;
        }
        if let Some(length) = sign(rest).or_else(|| dash(rest)) {
            self.at += length;
            self.skip_bold();
            (self.how, self.before, self.is_whose) = (How::Explicit, Step::Is, false);
            return Going::On;
        }
        if let Some(inside) = rest
            .strip_prefix('(')
            .filter(|inside| holds_made_up(inside))
        {
            self.at = self.text.len() - inside.len();
            return Going::There;
        }
        if rest.starts_with(['(', '[']) && self.how != How::Explicit {
            if rest.starts_with('[') && holds_made_up(&rest[1..]) {
                return Going::There;
            }
            let Some(length) = aside(rest) else {
                return Going::Nowhere;
            };
            self.at += length;
            return Going::On;
        }
        self.word(rest)
    }

    /// Whether it says what the credential was before a change, or what was changed stands before it.
    fn is_of_change(&self) -> bool {
        self.is_change || is_changed(self.led_by)
    }

    /// Reads the word that `rest` begins with.
    fn word(&mut self, rest: &str) -> Going {
        let word = word(rest);
        let this = match step(word) {
            Step::To if self.before == Step::Set || self.is_of_change() => Step::Is,
            Step::To => Step::Whose,
            Step::From if self.before != Step::Set && !self.is_of_change() => Step::Other,
            Step::Whose if self.before == Step::Set && word == "para" => Step::Is,
            Step::Whose if self.is_finnish && word == "on" => Step::Is,
            this => this,
        };
        let mut length = word.len();
        match this {
            Step::Is => (self.how, self.is_whose) = (How::Explicit, false),
            Step::From => (self.is_whose, self.is_change) = (true, true),
            Step::Has => self.is_whose = false,
            Step::Whose if self.how != How::Explicit => self.is_whose = true,
            Step::Other if self.how != How::Explicit && elided(rest, word).is_some() => {
                self.is_whose = true;
                length += 1;
            }
            _ if self.is_whose => match skipped(rest, word) {
                Some(skipped) => length = skipped,
                None => return Going::Nowhere,
            },
            // "is generated for": what it is comes later.
            Step::Set if self.before == Step::Is => self.how = self.led_in,
            Step::Set | Step::Aside => {}
            // "Contraseña temporal: …": a word of another language before the sign.
            Step::Other
                if self.how != How::Explicit
                    && rest[length..].starts_with(": ")
                    && word.bytes().all(|byte| byte.is_ascii_alphabetic())
                    && !is_word(word) => {}
            _ if self.how == How::Explicit && is_heading(word, &rest[length..]) => {}
            _ if rest.is_empty() => return Going::Nowhere,
            _ => return Going::There,
        }
        self.before = this;
        self.at += length;
        if length == 0 {
            Going::Nowhere
        } else {
            Going::On
        }
    }

    /// The end of "**Password:**", and the tags that make a value bold.
    fn skip_bold(&mut self) {
        const TAGS: [&str; 7] = ["<b>", "<strong>", "<code>", "<tt>", "<em>", "<i>", "<pre>"];
        let rest = self.text[self.at..].trim_start_matches(' ');
        if let Some(tag) = TAGS.iter().find(|tag| rest.starts_with(**tag)) {
            self.at = self.text.len() - rest.len() + tag.len();
            return;
        }
        // An anchor or a tag of YAML.
        if rest.starts_with(['&', '!']) {
            let end = word(rest).len();
            if rest[end..].starts_with(' ')
                && !rest[..end].bytes().any(|byte| byte.is_ascii_digit())
            {
                self.at = self.text.len() - rest.len() + end;
                return;
            }
        }
        let rest = &self.text[self.at..];
        let closed = rest.trim_start_matches('*');
        if closed.starts_with(' ') {
            self.at += rest.len() - closed.len();
        }
    }
}

/// Whether the colon that `rest` begins with is one of a time of day: "rotated at 2026-11-20T04:00:00Z".
fn is_within_time(before: &[u8], rest: &[u8]) -> bool {
    let is_end =
        |next: Option<&u8>| next.is_none_or(|next| !next.is_ascii_alphanumeric() || *next == b'Z');
    matches!(rest, [b':', tens, ones, ..] if tens.is_ascii_digit() && ones.is_ascii_digit())
        && is_end(rest.get(3))
        && matches!(before, [.., tens, ones] if tens.is_ascii_digit() && ones.is_ascii_digit())
}

/// Whether one word stands in the brackets that have just been opened, and looks like one that somebody made up.
fn holds_made_up(inside: &str) -> bool {
    const LONGEST: usize = 64;
    let end = inside
        .bytes()
        .take(LONGEST)
        .position(|byte| b")]".contains(&byte));
    end.is_some_and(|end| super::is_made_up(&inside[..end]) && !inside[..end].contains(' '))
}

/// The length of a dash between blanks.
fn dash(rest: &str) -> Option<usize> {
    ["- ", "– ", "— "]
        .iter()
        .find(|dash| rest.starts_with(**dash))
        .map(|dash| dash.len())
}

/// "Invalid value: …": words of the dictionary with a colon of their own.
fn is_heading(word: &str, rest: &str) -> bool {
    rest.starts_with(": ") && is_word(word)
}

/// How much of a sentence is skipped that says whose a credential is: a word, or what stands in quotes.
fn skipped(rest: &str, word: &str) -> Option<usize> {
    if let Some(elided) = elided(rest, word) {
        return Some(elided);
    }
    if !word.is_empty() {
        // Where the sentence ends, so does what is said of the credential.
        return (!word.ends_with('.')).then_some(word.len());
    }
    let quote = rest
        .chars()
        .next()
        .filter(|quote| "\"'`".contains(*quote))?;
    let inner = &rest[1..];
    head(inner, 65).find(quote).map(|end| end + 2)
}

/// How much of an article is skipped that has lost its vowel: `l'utilisateur`, `dell'utente`.
fn elided(rest: &str, word: &str) -> Option<usize> {
    const ARTICLES: [&str; 8] = ["l", "d", "dell", "all", "nell", "sull", "dall", "un"];
    let noun = rest[word.len()..].strip_prefix('\'')?;
    let is_article = ARTICLES
        .iter()
        .any(|article| article.eq_ignore_ascii_case(word));
    (is_article && noun.starts_with(char::is_alphabetic)).then_some(word.len() + 1)
}

/// The length of the brackets that `rest` begins with, if they hold an aside, such as "(initial)".
fn aside(rest: &str) -> Option<usize> {
    head(rest, 41)
        .find([')', ']', '\n'])
        .filter(|end| rest.as_bytes()[*end] != b'\n')
        .map(|end| end + 1)
}

/// `rest` without the blanks it begins with; behind a colon the value may stand on the next line.
fn blanks(rest: &str, may_be_below: bool) -> &str {
    if let [b' ', b'a'..=b'z' | b'A'..=b'Z', ..] = rest.as_bytes() {
        return &rest[1..];
    }
    let next = rest.trim_start_matches([' ', '\t', '\u{a0}', '\u{202f}', '\u{3000}']);
    if !may_be_below || !next.starts_with(['\n', '\r']) {
        return next;
    }
    let below = next.trim_start();
    let line = head(below, LONGEST_WORD).lines().next().unwrap_or_default();
    // Alone on its line: otherwise it is the next entry or sentence.
    if line.trim_end().contains([' ', ':', '=']) {
        next
    } else {
        below
    }
}

/// The word that `rest` begins with, up to a blank or a sign.
pub(super) fn word(rest: &str) -> &str {
    let rest = head(rest, LONGEST_WORD);
    let letters = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
    if let Some(b' ' | b'\n' | b',' | b':') = rest.as_bytes().get(letters) {
        return &rest[..letters];
    }
    let ends = |character: char| {
        matches!(
            character,
            ':' | '=' | ',' | ';' | '(' | ')' | '"' | '\'' | '`' | '<' | '>' | '|' | '：'
        ) || character.is_whitespace()
    };
    let end = rest.find(ends).unwrap_or(rest.len());
    &rest[..end]
}
