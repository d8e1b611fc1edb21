//! A user and a password beside each other: "login with elastic / …", "Default credentials: admin:…".
use super::{
    candidate::Found,
    head, is_made_up,
    look::{Look, look},
};
use crate::core::secret::{
    harmless::{self, facts, placeholder},
    hit::Confidence,
    keys::Kind,
    language::is_word,
    names::Names,
};

/// The longest name of a user that is read.
const LONGEST_USER: usize = 64;
/// The longest pair before what it is for, in characters.
const LONGEST_PAIR: usize = 128;
/// The longest password that is read.
const LONGEST_PASSWORD: usize = 256;

/// The pair behind a word that announces one.
pub(super) fn after(text: &str, end: usize) -> Option<Found> {
    let (at, is_explicit) = led_to(text, end);
    let pair = read(text, at).or_else(|| is_explicit.then(|| read_beside(text, at))?)?;
    let confidence = if is_explicit {
        Confidence::High
    } else {
        Confidence::Medium
    };
    let is_same = || is_explicit && (pair.is_same(text) || pair.is_capital(text));
    (pair.is_credible(text) || is_same()).then(|| pair.found(confidence))
}

/// A user that many systems have, and a password behind a comma, a blank or "with": "creds are elastic …".
fn read_beside(text: &str, at: usize) -> Option<Pair> {
    let rest = &text[at..];
    let length = rest
        .bytes()
        .take(LONGEST_USER)
        .take_while(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
        .count();
    // "Log in as 'temp-admin' with …"
    let is_quoted = text[..at].ends_with('\'') && rest[length..].starts_with('\'');
    let is_known = is_known_user(&rest[..length]);
    if length == 0 {
        return None;
    }
    let behind = &rest[length + usize::from(is_quoted)..];
    let behind = behind.strip_prefix(',').unwrap_or(behind);
    let behind = behind.strip_prefix(' ')?;
    let led = ["with ", "using ", "and "]
        .iter()
        .find_map(|word| behind.strip_prefix(word));
    let is_led = led.is_some();
    let behind = led.unwrap_or(behind);
    let near = head(behind, LONGEST_PASSWORD);
    let word = near.split_whitespace().next()?;
    let word = word.trim_end_matches(['.', ',', ';', '"', '\'']);
    let word = word.trim_start_matches(['"', '\'', '`']);
    let start = word.as_ptr() as usize - text.as_ptr() as usize;
    let is_one = match (is_known, is_quoted) {
        (true, _) => is_made_up(word),
        (false, true) => super::is_typed(word),
        // "log in as default_user_k2 with …"
        (false, false) => is_led && is_of_all_kinds(word),
    };
    is_one.then(|| Pair {
        user: at..at + length,
        password: start..start + word.len(),
        sign: Sign::Apart,
    })
}

/// Ten characters or more, drawn from capitals, small letters and digits.
fn is_of_all_kinds(word: &str) -> bool {
    let has = |is: fn(&u8) -> bool| word.bytes().any(|byte| is(&byte));
    word.len() >= 10
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && word.bytes().filter(u8::is_ascii_digit).count() >= 2
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && super::is_drawn(word)
}

/// The pair behind a word for a user, where only a slash or bar with blanks around it makes one.
pub(super) fn after_user(text: &str, end: usize) -> Option<Found> {
    let (at, _) = led_to(text, end);
    let pair = read(text, at).filter(|pair| pair.sign == Sign::Apart)?;
    pair.is_credible(text).then(|| pair.found(Confidence::High))
}

/// The pair around a slash at `at`, if the user is one that many systems have.
pub(super) fn around(text: &str, at: usize) -> Option<Found> {
    let before = text[..at].trim_end_matches(['"', '\'', '`', '*']);
    let user = before
        .bytes()
        .rev()
        .take(LONGEST_USER)
        .take_while(|byte| byte.is_ascii_alphanumeric() || b"._-@".contains(byte))
        .count();
    let pair = read(text, before.len() - user)?;
    let is_credible = is_known_user(&text[pair.user.clone()]) && pair.is_credible(text);
    is_credible.then(|| pair.found(Confidence::High))
}

/// The pair before a word that says what it is for: "use admin/… to log in".
pub(super) fn before(text: &str, at: usize) -> Option<Found> {
    let before = text[..at]
        .strip_suffix(" to ")
        .or_else(|| text[..at].strip_suffix(" for "))?;
    let bare = before.trim_end_matches(['"', '\'', '`', '*']);
    let near = bare.char_indices().rev().take(LONGEST_PAIR);
    let start = near
        .take_while(|(_, character)| !character.is_whitespace() && !"\"'`*".contains(*character))
        .last()?
        .0;
    let pair = read(text, start).filter(|pair| pair.password.end == bare.len())?;
    let is_credible = is_known_user(&text[pair.user.clone()]) && pair.is_credible(text);
    is_credible.then(|| pair.found(Confidence::High))
}

/// A text that is nothing but a pair, under a key that speaks of a login or by a name that many systems have.
pub(super) fn under_names(text: &str, names: &Names<'_>) -> Option<Found> {
    let trimmed = text.trim();
    if trimmed.len() > 128
        || !trimmed.contains(['/', ':'])
        || trimmed.contains("://")
        || facts::is_time(trimmed)
    {
        return None;
    }
    let start = text.len() - text.trim_start().len();
    let pair = read(text, start)?;
    let is_whole = pair.password.end == start + trimmed.len();
    let own = names.own().to_ascii_lowercase();
    let is_told = [
        "login", "access", "user", "admin", "account", "auth", "signin",
    ]
    .iter()
    .any(|word| own.ends_with(word));
    let is_known = pair.sign == Sign::Apart && is_known_user(&text[pair.user.clone()]);
    let is_credible = pair.is_credible(text) || (is_told && pair.is_of_mail(text));
    (is_whole && (is_told || is_known) && is_credible).then(|| {
        pair.found(if is_told {
            Confidence::High
        } else {
            Confidence::Medium
        })
    })
}

/// Words that lead from what announces a pair to the pair.
const LEADING: [&str; 25] = [
    "with",
    "as",
    "using",
    "use",
    "by",
    "are",
    "is",
    "the",
    "user",
    "username",
    "mit",
    "avec",
    "con",
    "com",
    "met",
    "sind",
    "sont",
    "son",
    "zijn",
    "default",
    "credentials",
    "following",
    "account",
    "into",
    "via",
];
/// How many signs, asides and words lead to a pair.
const MOST_LEADING: usize = 8;

/// Where the pair begins that is announced before `end`, and whether a sign or a word leads to it.
fn led_to(text: &str, end: usize) -> (usize, bool) {
    let mut rest = &text[end..];
    let mut is_explicit = false;
    for _ in 0..MOST_LEADING {
        rest = rest.trim_start_matches([' ', '\t', '\u{a0}', '*', '"', '`', '\n', '\'']);
        let Some((length, leads)) = leading(rest) else {
            break;
        };
        is_explicit |= leads;
        rest = &rest[length..];
    }
    (text.len() - rest.len(), is_explicit)
}

/// The length of the sign, aside or word that `rest` begins with, if a pair may follow, and whether it leads to one.
fn leading(rest: &str) -> Option<(usize, bool)> {
    if rest.starts_with([':', '=']) {
        return Some((1, true));
    }
    if rest.starts_with('(') {
        return head(rest, 41).find(')').map(|end| (end + 1, false));
    }
    let length = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
    let word = &rest[..length];
    let is_one_of = |words: &[&str]| words.iter().any(|known| word.eq_ignore_ascii_case(known));
    if is_one_of(&["for", "of", "to"]) {
        return whose(&rest[length..]).map(|end| (length + end, false));
    }
    // "user: elastic", but "admin/…" is the pair itself.
    (is_one_of(&LEADING) && !rest[length..].starts_with('/')).then_some((length, true))
}

/// The end of the words that say whose they are: "for app are".
fn whose(rest: &str) -> Option<usize> {
    let whose = head(rest, LONGEST_USER);
    let ends = [" are ", " is ", ": "].iter();
    let end = ends.filter_map(|word| whose.find(word)).min()?;
    (!whose[..end].contains(['.', '\n', '/'])).then_some(end)
}

/// How the two are joined.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// `a:b`
    Colon,
    /// `a/b`
    Slash,
    /// `a / b`, `a | b`
    Apart,
}

struct Pair {
    user: std::ops::Range<usize>,
    password: std::ops::Range<usize>,
    sign: Sign,
}

fn read(text: &str, at: usize) -> Option<Pair> {
    let rest = text[at..].trim_start_matches(['"', '\'', '`']);
    let at = text.len() - rest.len();
    let length = rest
        .bytes()
        .take(LONGEST_USER)
        .take_while(|byte| byte.is_ascii_alphanumeric() || b"._-@+\\".contains(byte))
        .count();
    // `.username .password | b64enc` in a template.
    if length == 0 || rest.starts_with('.') {
        return None;
    }
    let behind = rest[length..].trim_start_matches(['"', '\'', '`', '*']);
    let blank = behind.trim_start_matches(' ');
    let is_apart = blank.len() < behind.len();
    let (sign, password) = if let Some(password) = blank.strip_prefix(['/', '|']) {
        let is_apart = is_apart && password.starts_with(' ');
        (if is_apart { Sign::Apart } else { Sign::Slash }, password)
    } else {
        (Sign::Colon, behind.strip_prefix(':')?)
    };
    let password = password.trim_start_matches([' ', '"', '\'', '`', '*']);
    let start = text.len() - password.len();
    let ends = |character: char| {
        matches!(
            character,
            ',' | ';' | '"' | '\'' | '`' | ')' | ']' | '}' | '<' | '>' | '|'
        ) || character.is_whitespace()
    };
    let read = head(password, LONGEST_PASSWORD + 1);
    let end = read.find(ends).unwrap_or(read.len());
    let word = password[..end].trim_end_matches(['.', '*']);
    let mut span = start..start + word.len();
    if word.is_empty() && sign == Sign::Apart {
        let end = read.find(char::is_whitespace).unwrap_or(read.len());
        let frame = read[..end].trim_end_matches(['.', ',', ';']);
        let inner = harmless::made_up_in_frame(frame)?;
        span = start + inner.start..start + inner.end;
    }
    (!span.is_empty() && end <= LONGEST_PASSWORD).then_some(Pair {
        user: at..at + length,
        password: span,
        sign,
    })
}

impl Pair {
    /// Whether the second looks like a password. `team/app1` is a path and `app:v2` an image: words with digits behind
    /// them are believed only behind a slash between blanks, or behind a user that many systems have.
    fn is_credible(&self, text: &str) -> bool {
        let (user, password) = (&text[self.user.clone()], &text[self.password.clone()]);
        if placeholder::says_so(password) || !user.bytes().any(|byte| byte.is_ascii_alphabetic()) {
            return false;
        }
        // "using mysql / mariadb": products, and no pair.
        if is_product(password) && user != password {
            return false;
        }
        // `guest:guest`, as many systems begin with.
        if user == password && self.sign == Sign::Colon && user.len() >= 4 {
            return !is_word(user) || is_known_user(user);
        }
        let is_sure = self.sign == Sign::Apart || is_known_user(user);
        match look(password) {
            Look::Drawn => true,
            // "user alice / session42": a word, and which of them.
            Look::Numbered => {
                password.len() >= 6 && is_sure && (is_known_user(user) || is_made_up(password))
            }
            Look::Joined => is_known_user(user) && self.sign == Sign::Apart,
            Look::Unknown => is_known_user(user) && password.is_ascii() && self.sign != Sign::Slash,
            Look::Digits => is_known_user(user) && password.len() >= 4 && self.sign != Sign::Colon,
            Look::Ordinary => password.eq_ignore_ascii_case("changeme") && is_known_user(user),
        }
    }

    /// Whether words with capitals and a number are joined behind a slash between blanks, as no name of an object.
    fn is_capital(&self, text: &str) -> bool {
        let password = &text[self.password.clone()];
        self.sign == Sign::Apart
            && look(password) == Look::Joined
            && password.bytes().any(|byte| byte.is_ascii_uppercase())
    }

    /// Whether both are the name of a user that many systems have: `admin/admin`.
    fn is_same(&self, text: &str) -> bool {
        let (user, password) = (&text[self.user.clone()], &text[self.password.clone()]);
        user == password && is_known_user(user) && user != "user"
    }

    /// Whether a word with digits in it stands behind an address: not a port, and no path of a repository.
    fn is_of_mail(&self, text: &str) -> bool {
        let (user, password) = (&text[self.user.clone()], &text[self.password.clone()]);
        self.sign == Sign::Colon
            && facts::is_email(user)
            && password.len() >= 6
            && password.bytes().any(|byte| byte.is_ascii_digit())
            && password.bytes().any(|byte| byte.is_ascii_alphabetic())
            && !password.contains('/')
            && !placeholder::says_so(password)
    }

    fn found(&self, confidence: Confidence) -> Found {
        Found {
            confidence,
            span: self.password.clone(),
            what: Kind::Password.what(),
        }
    }
}

/// Whether a word is a database or the like, of which many are users that systems come with as well.
fn is_product(word: &str) -> bool {
    const PRODUCTS: [&str; 18] = [
        "cassandra",
        "elasticsearch",
        "grafana",
        "jenkins",
        "keycloak",
        "kibana",
        "mariadb",
        "minio",
        "mongo",
        "mongodb",
        "mysql",
        "neo4j",
        "opensearch",
        "postgres",
        "postgresql",
        "rabbitmq",
        "redis",
        "valkey",
    ];
    PRODUCTS
        .iter()
        .any(|known| word.eq_ignore_ascii_case(known))
}

/// Users that systems come with.
pub(super) fn is_known_user(user: &str) -> bool {
    const USERS: [&str; 22] = [
        "admin",
        "administrator",
        "root",
        "user",
        "elastic",
        "postgres",
        "mysql",
        "mongo",
        "rabbitmq",
        "guest",
        "grafana",
        "kibana",
        "sa",
        "sysadmin",
        "superuser",
        "argocd",
        "minio",
        "jenkins",
        "redis",
        "neo4j",
        "cassandra",
        "keycloak",
    ];
    USERS.iter().any(|known| user.eq_ignore_ascii_case(known)) || user.contains('@')
}
