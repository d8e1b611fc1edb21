//! Options of commands that take a user and a password in one: `curl -u admin:…`.
use super::{
    candidate::Found,
    head,
    look::{Look, look},
};
use crate::core::secret::{
    harmless::{self, facts, placeholder},
    hit::Confidence,
    keys::Kind,
};

/// The account behind such an option.
pub(super) fn account(text: &str, end: usize) -> Option<Found> {
    let rest = text[end..].trim_start_matches(['=', ' ', '"', '\'']);
    if rest.len() == text.len() - end {
        return None;
    }
    let at = text.len() - rest.len();
    let rest = head(rest, LONGEST_LINE);
    let word_end = rest
        .find(|character: char| character.is_whitespace() || "\"'`;|".contains(character))
        .unwrap_or(rest.len());
    let (user, password) = rest[..word_end].split_once(':')?;
    let start = at + user.len() + 1;
    let is_user = user.starts_with(|first: char| first.is_ascii_alphanumeric())
        && user.bytes().any(|byte| byte.is_ascii_alphabetic())
        && user
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-@+".contains(&byte));
    let is_literal =
        is_user && !password.contains(['$', '{', '<', '(']) && !placeholder::says_so(password);
    let confidence = match look(password) {
        Look::Drawn | Look::Numbered => Confidence::High,
        Look::Unknown | Look::Digits if password.len() >= 4 => Confidence::Medium,
        _ => return None,
    };
    is_literal.then(|| Found {
        confidence,
        span: start..start + password.len(),
        what: Kind::Password.what(),
    })
}

/// The password that is printed into a command: `echo root:… | chpasswd`, `echo … | docker login --password-stdin`.
pub(super) fn piped(text: &str, start: usize) -> Option<Found> {
    let from = text.ceil_char_boundary(start.saturating_sub(LONGEST_LINE));
    let line = text[from..start].rsplit('\n').next()?;
    let (printed, _) = line.rsplit_once('|')?;
    let printed = &printed[printed.rfind(['&', ';']).map_or(0, |at| at + 1)..];
    let at = ["echo ", "printf "]
        .iter()
        .find_map(|command| Some(printed.rfind(command)? + command.len()))?;
    let word = printed[at..]
        .split(' ')
        .find(|word| !word.is_empty() && !word.starts_with('-'))?
        .trim_matches(['"', '\'']);
    let word = word.strip_suffix("\\n").unwrap_or(word);
    let password = word.split_once(':').map_or(word, |(_, password)| password);
    let start = password.as_ptr() as usize - text.as_ptr() as usize;
    let is_one = is_argument(password) && !password.eq_ignore_ascii_case("echo");
    is_one.then(|| Found {
        confidence: Confidence::High,
        span: start..start + password.len(),
        what: Kind::Password.what(),
    })
}

/// The last argument of `htpasswd -bc file user …`.
pub(super) fn last(text: &str, end: usize) -> Option<Found> {
    let rest = head(&text[end..], LONGEST_LINE);
    let line = rest.split(['\n', '|', '>', ';', '&']).next()?;
    let is_given = line
        .split(' ')
        .any(|word| word.starts_with('-') && word.contains('b'));
    let word = line.split(' ').rfind(|word| !word.is_empty())?;
    let password = word.trim_matches(['"', '\'', '`', '.']);
    let start = password.as_ptr() as usize - text.as_ptr() as usize;
    found_made_up(password, start).filter(|_| is_given)
}

/// The fourth argument of `mc alias set store https://s3.example.svc user …`.
pub(super) fn fourth(text: &str, end: usize) -> Option<Found> {
    let rest = head(&text[end..], LONGEST_LINE);
    let line = rest.split(['\n', '|', '>', ';', '&']).next()?;
    let mut words = line
        .split(' ')
        .filter(|word| !word.is_empty() && !word.starts_with("--"));
    let password = words.nth(3)?.trim_matches(['"', '\'', '`', '.']);
    let start = password.as_ptr() as usize - text.as_ptr() as usize;
    found_made_up(password, start)
}

/// Whether what stands where a command takes a password is one, however plain: no variable, and nothing to be filled in.
pub(super) fn is_argument(word: &str) -> bool {
    const NAMES: [&str; 6] = ["pass", "pwd", "secret", "token", "your", "changeme"];
    let is_named = || {
        let lower = word.to_ascii_lowercase();
        NAMES.iter().any(|name| lower.contains(name))
    };
    let is_variable = || {
        word.bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
            && word.contains('_')
    };
    (3..=128).contains(&word.len())
        && !word.starts_with([
            '$', '<', '{', '(', '[', '%', ':', '@', '-', '?', '&', '|', '/', '.',
        ])
        && (super::is_made_up(word) || !is_named())
        && !is_variable()
        && !is_stored(word)
        && !harmless::is_inert(word)
        && !placeholder::says_so(word)
}

/// Whether it is what a database stores of a password, or an audit log shows of one.
pub(super) fn is_stored(word: &str) -> bool {
    const MASKS: [&str; 5] = ["filtered", "omitted", "sanitized", "redacted", "masked"];
    let lower = word.to_ascii_lowercase();
    let is_hex =
        |digits: &str| digits.len() >= 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    facts::is_hash(word)
        || ["*", "md5"]
            .iter()
            .any(|head| lower.strip_prefix(head).is_some_and(is_hex))
        || MASKS.contains(&lower.trim_matches(|sign: char| !sign.is_ascii_alphanumeric()))
}

/// The password behind an option that takes nothing else, however plain it is: `redis-cli -a …`, `sshpass -p '…'`. What
/// another command has behind it, or the one that `sshpass` runs, is none.
pub(super) fn argument(text: &str, end: usize, option: &str) -> Option<Found> {
    let rest = head(&text[end..], LONGEST_LINE);
    let line = rest.split(['\n', '|', '>', ';', '&']).next()?;
    let mut at = line.starts_with(' ').then_some(0)?;
    // Behind other options, and what they take.
    loop {
        let words = line[at..].trim_start_matches(' ');
        at = line.len() - words.len();
        let word = words.split(' ').next()?;
        if word == option {
            at += word.len();
            break;
        }
        let is_option = word.starts_with('-');
        let is_behind_one = || {
            line[..at]
                .trim_end()
                .rsplit(' ')
                .next()
                .is_some_and(|last| last.starts_with('-') && !ALONE.contains(&last))
        };
        if word.is_empty() || !(is_option || is_behind_one()) {
            return None;
        }
        at += word.len();
    }
    let value = line[at..].trim_start_matches(' ');
    let start = end + line.len() - value.len();
    let quote = value
        .chars()
        .next()
        .filter(|quote| matches!(quote, '"' | '\''));
    let (start, word) = match quote {
        Some(quote) => (start + 1, value[1..].split(quote).next()?),
        None => (start, value.split(' ').next()?),
    };
    (is_argument(word) && !is_about_option(word)).then(|| Found {
        confidence: Confidence::High,
        span: start..start + word.len(),
        what: Kind::Password.what(),
    })
}

/// Options that take nothing.
const ALONE: [&str; 8] = [
    "-e",
    "-v",
    "-x",
    "-n",
    "-Q",
    "-Z",
    "-ZZ",
    "--no-auth-warning",
];

/// Whether a word says something of the option before it: "option -a requires …".
fn is_about_option(word: &str) -> bool {
    const WORDS: [&str; 30] = [
        "and", "argument", "can", "exposes", "expects", "flag", "for", "has", "if", "in",
        "instead", "is", "leaks", "may", "must", "needs", "not", "on", "option", "or", "prompts",
        "requires", "should", "switch", "takes", "to", "was", "when", "will", "with",
    ];
    WORDS.contains(&word)
}

/// What OpenSSL reads a key with: `-passin pass:…`.
pub(super) fn openssl(text: &str, end: usize) -> Option<Found> {
    let value = text[end..].strip_prefix(':')?;
    let word = head(value, LONGEST_LINE)
        .split([' ', '\n', '"', '\''])
        .next()?;
    is_argument(word).then(|| Found {
        confidence: Confidence::High,
        span: end + 1..end + 1 + word.len(),
        what: Kind::Password.what(),
    })
}

fn found_made_up(password: &str, start: usize) -> Option<Found> {
    (super::is_made_up(password) && !placeholder::says_so(password)).then(|| Found {
        confidence: Confidence::High,
        span: start..start + password.len(),
        what: Kind::Password.what(),
    })
}

/// The longest command line that is read.
const LONGEST_LINE: usize = 256;

/// The password behind the user of a command whose password option is not known to be one: `-u app -p …`.
pub(super) fn password_option(text: &str, end: usize) -> Option<Found> {
    // Its clients ask for a password behind an option that stands alone, and what follows is a database.
    let from = text.ceil_char_boundary(end.saturating_sub(LONGEST_LINE));
    let before = text[from..end].rsplit('\n').next()?;
    if ["mysql", "mariadb"]
        .iter()
        .any(|client| before.contains(client))
    {
        return None;
    }
    let limit = text.floor_char_boundary(end + LONGEST_LINE);
    let line = text[end..limit.max(end)].lines().next()?;
    let found = [" -p ", " --p "]
        .iter()
        .find_map(|name| line.find(name).map(|at| at + name.len() - 4))?;
    option(text, end + found, "-p")
}

/// The password behind an option of one letter in the rest of a command line: `-p …`, `-p…`.
pub(super) fn option(text: &str, end: usize, option: &str) -> Option<Found> {
    // The option may stand at the end of what is read, and its value behind it.
    let rest = head(&text[end..], 2 * LONGEST_LINE);
    let line = rest.lines().next().unwrap_or_default();
    // Most lines have no option at all.
    memchr::memchr(b'-', line.as_bytes())?;
    memchr::memmem::find(line.as_bytes(), option.as_bytes())?;
    let mut words = line.split(' ').scan(end, |at, word| {
        let start = *at;
        *at += word.len() + 1;
        Some((start, word))
    });
    let (at, value) = loop {
        let (at, word) = words.next().filter(|(at, _)| at - end <= LONGEST_LINE)?;
        match word.strip_prefix(option) {
            Some("") => break words.next()?,
            Some(value) => break (at + option.len(), value),
            None => {}
        }
    };
    let value = value.trim_matches(['"', '\'']);
    let is_literal = matches!(look(value), Look::Drawn | Look::Numbered) && !value.starts_with('$');
    is_literal.then(|| Found {
        confidence: Confidence::High,
        span: at..at + value.len(),
        what: Kind::Password.what(),
    })
}
