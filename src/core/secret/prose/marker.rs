//! Words that announce a credential, and what they announce.
use std::ops::Range;

use super::kinds::Kinds;
use crate::core::secret::keys::Kind;

/// Parts of words, each followed by what only a look at the whole word can tell.
pub(in crate::core::secret) const WORDS: [&str; 84] = [
    "identified by ",
    "securestring",
    "alias set ",
    "heslem",
    "snmpwalk",
    "snmpget",
    "mosquitto_",
    "parool",
    "slapta\u{17e}odis",
    "m\u{1ead}t kh\u{1ea9}u",
    "kata sandi",
    "kata laluan",
    "\u{e23}\u{e2b}\u{e31}\u{e2a}\u{e1c}\u{e48}\u{e32}\u{e19}",
    "\u{92a}\u{93e}\u{938}\u{935}\u{930}\u{94d}\u{921}",
    "palavra-passe",
    "mdp",
    "kodeord",
    "АРОЛ",
    "\u{15f}ifre",
    "\u{15e}ifre",
    "暗号",
    "pass",
    "pwd",
    "pw",
    "token",
    "secret",
    "key",
    "cred",
    "login",
    "log in",
    "logged in",
    "sign in",
    "pin",
    "otp",
    "bearer",
    "signature",
    "sig=",
    "user",
    "account",
    "auth",
    "-u",
    "sshpass",
    "redis-cli",
    "mysql",
    "ipmitool",
    "mariadb",
    "ldapsearch",
    " / ",
    " as ",
    "kennwort",
    "contrase",
    "senha",
    "clave",
    "wachtwoord",
    "zugangsdaten",
    "identifiants",
    "parola",
    "арол",
    "senord",
    "haslo",
    "has\u{142}",
    "has\u{141}",
    "\u{15e}\u{130}FRE",
    "schl\u{fc}ssel",
    "токен",
    "κωδικ",
    "\u{5e1}\u{5d9}\u{5e1}\u{5de}",
    "\u{627}\u{644}\u{645}\u{631}\u{648}\u{631}",
    "令牌",
    "密钥",
    "密鑰",
    "トークン",
    "heslo",
    "jelsz",
    "salasana",
    "adgangskode",
    "lozinka",
    "sifre",
    "密码",
    "密碼",
    "口令",
    "パスワード",
    "暗証番号",
    "비밀번호",
];

/// A word that announces a credential.
pub(super) struct Marker {
    /// Where the word begins.
    pub(super) start: usize,
    /// Where the word ends.
    pub(super) end: usize,
    /// What it announces.
    pub(super) says: Says,
    /// How it is written.
    pub(super) form: Form,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Says {
    /// A value of this kind.
    Secret(Kind),
    /// A user and a password.
    Pair,
    /// A user, and a password only behind a slash.
    User,
    /// The option of a command that takes a user and a password joined by a colon.
    Account,
    /// A command that takes a password as one of these options, which its value may follow at once.
    Command(&'static str),
    /// The same, of an option that its value follows at once, or else asks for it.
    Attached(&'static str),
    /// The same, of an option that nothing else is behind.
    Argument(&'static str),
    /// What OpenSSL takes a password from.
    Openssl,
    /// A command that reads a password, or a user and one, from what is printed into it.
    Piped,
    /// A command whose last argument is a password.
    Last,
    /// A command whose fourth argument is a key.
    Alias,
    /// A slash: the password of the user before it.
    Slash,
    /// "as": the value stood before, "use … as the password".
    Before,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A word of a sentence: "password".
    Word,
    /// A name: `DB_PASSWORD`, `spring.datasource.password`. Its value stands behind a sign.
    Name,
    /// An option of a command: `--password`. Its value may stand behind a space.
    Option,
    /// A parameter in the query of a link. Its value ends at the next one.
    Query,
    /// A word in a script that is written without spaces.
    Unspaced,
}

/// How far back and ahead a name is followed.
const LONGEST: usize = 64;

/// The marker around the part of a word at `start..end`.
pub(super) fn at<'t>(
    text: &'t str,
    start: usize,
    end: usize,
    kinds: &mut Kinds<'t>,
) -> Option<Marker> {
    if let Some((says, form)) = alone(text, start, end) {
        // A blank behind it is not part of it.
        let is_option = form == Form::Option;
        return Some(Marker {
            start,
            end: end - usize::from(is_option),
            says,
            form,
        });
    }
    let mut name = name_around(text.as_bytes(), start, end);
    // Alone it is any code.
    let of_access = || text.get(name.end..).and_then(of_access);
    if let Some(length) = text[start..].starts_with("κωδικ").then(of_access).flatten() {
        name.end += length;
        return Some(Marker {
            start: name.start,
            end: name.end,
            says: Says::Secret(Kind::Password),
            form: Form::Word,
        });
    }
    let word = text.get(name.clone())?;
    let form = form(text.as_bytes(), name.start, word);
    let says = says((text, name.start), word, form, kinds)?;
    Some(Marker {
        start: name.start,
        end: name.end - usize::from(word.ends_with('=')),
        says,
        form,
    })
}

/// What a part says that is no part of a name: in scripts without spaces, of SQL, between blanks.
fn alone(text: &str, start: usize, end: usize) -> Option<(Says, Form)> {
    let bytes = text.as_bytes();
    let part = &text[start..end];
    // The scripts of Chinese, Japanese and Korean.
    if bytes[start] >= 0xe3 {
        let is_drawn = ["令牌", "密钥", "密鑰", "トークン"].contains(&part);
        let kind = if is_drawn {
            Kind::Token
        } else {
            Kind::Password
        };
        return Some((Says::Secret(kind), Form::Unspaced));
    }
    if is_of_two_parts(part) {
        return Some((Says::Secret(Kind::Password), Form::Word));
    }
    if bytes[end - 1] != b' ' {
        return None;
    }
    // In SQL a password stands behind it.
    if bytes[start].eq_ignore_ascii_case(&b'i') {
        return Some((Says::Secret(Kind::Password), Form::Option));
    }
    if part.eq_ignore_ascii_case("alias set ") {
        return is_behind(text, start, "mc ").then_some((Says::Alias, Form::Word));
    }
    match part {
        " / " => Some((Says::Slash, Form::Word)),
        " as " | " AS " => Some((Says::Before, Form::Word)),
        _ => None,
    }
}

/// The length of what makes a code in Greek a password.
fn of_access(behind: &str) -> Option<usize> {
    const OF_ACCESS: &str = " πρόσβασης";
    behind.starts_with(OF_ACCESS).then_some(OF_ACCESS.len())
}

/// Whether a part is a word for a password that has two parts, or letters that no name around it would.
fn is_of_two_parts(part: &str) -> bool {
    const PASSWORDS: [&str; 8] = [
        "heslem",
        "slapta\u{17e}odis",
        "m\u{1ead}t kh\u{1ea9}u",
        "kata sandi",
        "kata laluan",
        "\u{e23}\u{e2b}\u{e31}\u{e2a}\u{e1c}\u{e48}\u{e32}\u{e19}",
        "\u{92a}\u{93e}\u{938}\u{935}\u{930}\u{94d}\u{921}",
        "palavra-passe",
    ];
    part.len() > 5 && PASSWORDS.iter().any(|word| part.eq_ignore_ascii_case(word))
}

/// The name that the part at `start..end` is in.
fn name_around(bytes: &[u8], start: usize, end: usize) -> Range<usize> {
    let back = &bytes[start.saturating_sub(LONGEST)..start];
    let before = back.iter().rev();
    let before = before.take_while(|byte| is_of_name(**byte)).count();
    let ahead = match bytes[end - 1] {
        b'=' => 0,
        _ => name_length(&bytes[end..]),
    };
    // A point or a hyphen ends a sentence or an option more often than a name.
    let behind = bytes[end..end + ahead].iter().rev();
    let points = behind.take_while(|byte| b".-".contains(byte)).count();
    start - before..end + ahead - points
}

fn name_length(bytes: &[u8]) -> usize {
    let name = bytes.iter().take(LONGEST);
    name.take_while(|byte| is_of_name(**byte)).count()
}

const fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.') || !byte.is_ascii()
}

fn form(bytes: &[u8], from: usize, word: &str) -> Form {
    let before = from.checked_sub(1).map(|at| bytes[at]);
    if matches!(before, Some(b'?' | b'&')) {
        return Form::Query;
    }
    if word.starts_with('-') || is_secured(word) {
        return Form::Option;
    }
    // Most are.
    if word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return Form::Word;
    }
    let letters = || word.bytes().filter(|byte| byte.is_ascii() && *byte != b' ');
    let is_word = letters().all(|byte| byte.is_ascii_lowercase())
        || letters().all(|byte| byte.is_ascii_uppercase())
        || letters().skip(1).all(|byte| byte.is_ascii_lowercase());
    if is_word { Form::Word } else { Form::Name }
}

/// What PowerShell makes a password of: `ConvertTo-SecureString "…"`.
fn is_secured(word: &str) -> bool {
    word.eq_ignore_ascii_case("ConvertTo-SecureString")
}

/// What the word `word` at `from` announces.
fn says<'t>(
    (text, from): (&'t str, usize),
    word: &'t str,
    form: Form,
    kinds: &mut Kinds<'t>,
) -> Option<Says> {
    let name = word.trim_start_matches(['-', '.', '_']);
    if is_secured(name) {
        return Some(Says::Secret(Kind::Password));
    }
    if name.eq_ignore_ascii_case("login") && is_of_registry(text, from) {
        return Some(Says::Command("-p"));
    }
    if form == Form::Word && name.eq_ignore_ascii_case("pass") && is_of_openssl(text, from) {
        return Some(Says::Openssl);
    }
    // In sentences it is what one logs in with.
    if form == Form::Word && name.eq_ignore_ascii_case("clave") {
        return Some(Says::Secret(Kind::Password));
    }
    if form == Form::Word && name.eq_ignore_ascii_case("passe") {
        return is_behind(text, from, " de ").then_some(Says::Secret(Kind::Password));
    }
    if let Some(says) = listed(name, form) {
        return Some(says);
    }
    // "API key" and "client secret" are two words.
    let two = matches!(form, Form::Word)
        .then(|| with_word_before(text, from, from + word.len()))
        .flatten();
    match kinds.of(two, name)? {
        Kind::Credential => Some(Says::Pair),
        kind => Some(Says::Secret(kind)),
    }
}

/// Whether what stands before `from` is an option of OpenSSL that says how a password is given.
fn is_of_openssl(text: &str, from: usize) -> bool {
    ["-passin ", "-passout ", "-pass "]
        .iter()
        .any(|option| is_behind(text, from, option))
}

/// Names that say more than what they name, in this form or in any.
const LISTED: [(&str, Option<Form>, Says); 35] = [
    ("u", Some(Form::Option), Says::Account),
    ("user", Some(Form::Option), Says::Account),
    ("proxy-user", Some(Form::Option), Says::Account),
    ("sig=", Some(Form::Query), Says::Secret(Kind::Key)),
    ("signature", Some(Form::Query), Says::Secret(Kind::Key)),
    (
        "x-amz-signature",
        Some(Form::Query),
        Says::Secret(Kind::Key),
    ),
    (
        "x-goog-signature",
        Some(Form::Query),
        Says::Secret(Kind::Key),
    ),
    ("password-stdin", Some(Form::Option), Says::Piped),
    ("chpasswd", None, Says::Piped),
    ("htpasswd", None, Says::Last),
    ("snmpwalk", None, Says::Argument("-A")),
    ("snmpget", None, Says::Argument("-A")),
    ("mosquitto_pub", None, Says::Argument("-P")),
    ("mosquitto_sub", None, Says::Argument("-P")),
    ("sshpass", None, Says::Argument("-p")),
    ("ipmitool", None, Says::Argument("-P")),
    ("redis-cli", None, Says::Argument("-a")),
    ("mysql", None, Says::Attached("-p")),
    ("mysqldump", None, Says::Attached("-p")),
    ("mysqladmin", None, Says::Attached("-p")),
    ("mariadb", None, Says::Attached("-p")),
    ("ldapsearch", None, Says::Argument("-w")),
    ("ldapadd", None, Says::Argument("-w")),
    ("ldapmodify", None, Says::Argument("-w")),
    ("user", Some(Form::Word), Says::User),
    ("username", Some(Form::Word), Says::User),
    ("account", Some(Form::Word), Says::User),
    ("superuser", Some(Form::Word), Says::User),
    ("login", Some(Form::Word), Says::Pair),
    ("log in", Some(Form::Word), Says::Pair),
    ("logged in", Some(Form::Word), Says::Pair),
    ("sign in", Some(Form::Word), Says::Pair),
    ("zugangsdaten", Some(Form::Word), Says::Pair),
    ("identifiants", Some(Form::Word), Says::Pair),
    ("auth", Some(Form::Word), Says::Pair),
];

/// What `name` says, in any case, if it is listed.
fn listed(name: &str, form: Form) -> Option<Says> {
    /// By the first byte of a name in lower case, how long those are that begin with it, as bits.
    static LENGTHS: [u32; 256] = {
        let mut lengths = [0; 256];
        let mut number = 0;
        while number < LISTED.len() {
            let name = LISTED[number].0.as_bytes();
            lengths[name[0] as usize] |= 1 << name.len();
            number += 1;
        }
        lengths
    };
    let first = name.as_bytes().first()?.to_ascii_lowercase();
    let length = u32::try_from(name.len()).ok()?;
    // Most are not.
    let lengths = LENGTHS[usize::from(first)].checked_shr(length)?;
    if lengths & 1 == 0 {
        return None;
    }
    let is_there = |(listed, of, _): &&(&str, Option<Form>, Says)| {
        of.is_none_or(|of| of == form) && name.eq_ignore_ascii_case(listed)
    };
    LISTED.iter().find(is_there).map(|(_, _, says)| *says)
}

/// Whether a command that logs in to a registry stands before `from`: `docker login -u … -p …`.
fn is_of_registry(text: &str, from: usize) -> bool {
    [
        "docker ",
        "podman ",
        "nerdctl ",
        "buildah ",
        "skopeo ",
        "oras ",
        "crane auth ",
        "helm registry ",
    ]
    .iter()
    .any(|command| is_behind(text, from, command))
}

fn is_behind(text: &str, from: usize, words: &str) -> bool {
    let start = from.checked_sub(words.len());
    start
        .and_then(|start| text.get(start..from))
        .is_some_and(|before| before.eq_ignore_ascii_case(words))
}

/// The name at `from..to` with the word before it, one space away.
fn with_word_before(text: &str, from: usize, to: usize) -> Option<&str> {
    let before = text.get(..from)?.strip_suffix(' ')?;
    let letters = before
        .bytes()
        .rev()
        .take(LONGEST)
        .take_while(u8::is_ascii_alphabetic)
        .count();
    (letters > 0).then(|| &text[before.len() - letters..to])
}
