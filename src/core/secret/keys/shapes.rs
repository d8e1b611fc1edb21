//! The shapes that a value must have for a key to be believed that says it is only a fact.
use base64::Engine;

use super::Kind;
use crate::core::secret::{
    encoded::BASE64,
    harmless::{facts, is_state, names},
    language::is_word,
    made_key, prose,
};

/// A set of shapes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Shapes(u32);

impl Shapes {
    /// A name that is words.
    pub(super) const NAME: Self = Self(1);
    /// A path, with steps that are words.
    pub(super) const PATH: Self = Self(1 << 1);
    /// A link, or an address of a host.
    pub(super) const LINK: Self = Self(1 << 2);
    /// A resource of a cloud.
    pub(super) const RESOURCE: Self = Self(1 << 3);
    /// A point in time or a span of it.
    pub(super) const TIME: Self = Self(1 << 4);
    /// A number.
    pub(super) const NUMBER: Self = Self(1 << 5);
    /// A digest, or what a system stores of a password.
    pub(super) const DIGEST: Self = Self(1 << 6);
    /// What machines give to things to tell them apart.
    pub(super) const ID: Self = Self(1 << 7);
    /// Several words.
    pub(super) const SENTENCE: Self = Self(1 << 8);

    /// What the entries of Secrets are called.
    pub(super) const ENTRY: Self = Self(1 << 9);

    /// What people write for people to read: anything but one word that somebody made up for a password.
    pub(super) const SPEECH: Self = Self(1 << 10);
    /// Who somebody is: anything but letters, digits and signs as in no name, and no password beside it.
    pub(super) const PERSON: Self = Self(1 << 11);
    /// Anything.
    pub(super) const ANYTHING: Self = Self(1 << 12);
    /// A UUID.
    pub(super) const UUID: Self = Self(1 << 13);
    /// Letters and digits in any order.
    pub(super) const OPAQUE: Self = Self(1 << 14);
    /// What a key or a service has encrypted.
    pub(super) const SEALED: Self = Self(1 << 15);
    /// A kind, and letters and digits in any order.
    pub(super) const OF_KIND: Self = Self(1 << 16);

    /// Anything but what a machine drew.
    pub(super) const UNDRAWN: Self = Self(1 << 17);
    /// What a program calls an error: `E11000`.
    pub(super) const CODE: Self = Self(1 << 18);
    /// What programs say of an error: anything but one word of small letters with digits behind them as in none, or
    /// with signs of a password.
    pub(super) const FAULT: Self = Self(1 << 19);
    /// A number of few digits, as of how many there are.
    pub(super) const COUNT: Self = Self(1 << 20);
    /// What stands for something by its form: a digest, a UUID, a code.
    pub(super) const MARK: Self = Self::DIGEST.and(Self::UUID).and(Self::CODE);

    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// These shapes of something that is called this.
    pub(super) const fn of(self, kind: Kind) -> Self {
        match kind {
            // Nobody calls the half of a pair so that may be seen.
            Kind::Password => self.without(Self::OPAQUE.and(Self::OF_KIND)),
            Kind::Token | Kind::SecretKey => self
                .replace(Self::PERSON, Self::UNDRAWN.and(Self::ID).and(Self::OF_KIND))
                .replace(Self::SPEECH, Self::UNDRAWN)
                .replace(Self::FAULT, Self::ANYTHING),
            _ => self
                .replace(Self::PERSON, Self::UNDRAWN.and(Self::ID).and(Self::OF_KIND))
                .replace(Self::FAULT, Self::ANYTHING),
        }
    }

    /// Whether they are of what people write for people to read.
    pub(super) const fn is_speech(self) -> bool {
        self.has(Self::SPEECH)
    }

    /// Whether a text has one of these shapes, where names stand that may be those of systems and people, and their
    /// passwords behind them: nothing that people make up is a name there.
    pub(super) fn fit_unless_made_up(self, text: &str) -> bool {
        let others = self.without(Self::NAME.and(Self::PATH).and(Self::PERSON));
        let text = text.trim();
        let is_made_up = || prose::is_made_up_alone(text) || made_key::is_grown(text);
        self.fit(text) && (!is_made_up() || others.fit(text))
    }

    const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    const fn replace(self, from: Self, to: Self) -> Self {
        if self.has(from) {
            self.without(from).and(to)
        } else {
            self
        }
    }

    /// What the members of a map are that is called so, if it holds digests or times of secrets by their names.
    pub(super) const fn of_members(self) -> Option<Self> {
        let of_members = Self(self.0 & (Self::DIGEST.0 | Self::TIME.0));
        if of_members.0 == 0 || self.has(Self::NAME) {
            return None;
        }
        Some(of_members)
    }

    /// What else than a secret may stand as the value in a map that is called so: what people write, but no name.
    pub(super) const fn of_map(self) -> Self {
        self.without(Self::NAME.and(Self::PATH).and(Self::PERSON))
            .and(Self::SPEECH)
    }

    const fn has(self, shape: Self) -> bool {
        self.0 & shape.0 != 0
    }

    /// Whether `text` has one of these shapes, or says in which state something is.
    ///
    /// A name may be put together from templates: `${NAME}-credentials`.
    pub(super) fn fit(self, text: &str) -> bool {
        let text = text.trim();
        // An entity tag.
        let text = match text
            .strip_prefix('"')
            .and_then(|text| text.strip_suffix('"'))
        {
            Some(tag) if tag.bytes().all(|byte| byte.is_ascii_digit()) => tag,
            _ => text,
        };
        if let Some(literals) = between_templates(text) {
            return literals
                .iter()
                .all(|literal| self.fit_literal(literal.trim_matches(['-', '_', '.', '/', ':'])));
        }
        if let Some(literal) = without_templates(text) {
            return self.fit_literal(literal.trim_matches(['-', '_', '.', '/', ':']));
        }
        self.fit_literal(text)
    }

    fn fit_literal(self, text: &str) -> bool {
        is_state(text)
            || text.is_empty()
            || (self.has(Self::NAME) && is_name(text))
            || (self.has(Self::PATH) && is_path(text))
            || (self.has(Self::LINK) && is_place(text))
            || (self.has(Self::RESOURCE) && is_resource(text))
            || (self.has(Self::TIME) && (facts::is_time(text) || facts::is_duration(text)))
            || (self.has(Self::NUMBER) && facts::is_number(text))
            || (self.has(Self::DIGEST) && is_digest(text))
            || (self.has(Self::ID) && is_id(text))
            || (self.has(Self::ENTRY) && super::entries::is_entry(text))
            || (self.has(Self::SENTENCE) && text.contains(' '))
            || (self.has(Self::SPEECH)
                && !prose::is_made_up_alone(text)
                && !is_usual(text)
                && !made_key::holds_pair(text))
            || (self.has(Self::PERSON) && !prose::is_typed(text) && !made_key::holds_pair(text))
            || self.has(Self::ANYTHING)
            || (self.has(Self::UUID) && (facts::is_uuid(text) || facts::is_okta_id(text)))
            || (self.has(Self::FAULT) && is_fault(text))
            || (self.has(Self::COUNT) && is_count(text))
            || (self.has(Self::OPAQUE) && is_opaque(text))
            || (self.has(Self::OF_KIND) && is_of_kind(text))
            || (self.has(Self::CODE) && is_code(text))
            || (self.has(Self::UNDRAWN) && !is_drawn(text))
            || (self.has(Self::SEALED) && is_encrypted(text))
            // Parts of a platform and which versions of them run: `versions: {password-manager: 1.2.3}`.
            || (self.has(Self::NAME) && facts::is_version(text))
    }
}

/// What stands between two or more names in brackets: `{username}.{cluster}.credentials`.
fn between_templates(text: &str) -> Option<Vec<&str>> {
    if !text.contains('}') || text.len() > LONGEST_TEMPLATE {
        return None;
    }
    let (mut rest, mut literals, mut templates) = (text, Vec::new(), 0);
    while let Some((before, behind)) = rest.split_once('{') {
        let (name, behind) = behind.split_once('}')?;
        let is_name = |byte: u8| byte.is_ascii_alphabetic() || b"_.".contains(&byte);
        if !name.bytes().all(is_name) {
            return None;
        }
        templates += 1;
        literals.push(before.trim_end_matches('$'));
        rest = behind;
    }
    literals.push(rest);
    (templates > 1).then_some(literals)
}

/// The longest of these, in bytes.
const LONGEST_TEMPLATE: usize = 256;

/// The rest of a text that begins or ends with a template.
pub(super) fn without_templates(text: &str) -> Option<&str> {
    let (open, close) = if text.contains("{{") {
        ("{{", "}}")
    } else {
        ("${", "}")
    };
    if let Some(rest) = text.strip_prefix(open) {
        return rest.split_once(close).map(|(_, rest)| rest);
    }
    let (literal, rest) = text.split_once(open)?;
    rest.ends_with(close).then_some(literal)
}

/// Words, of which the first may begin with a digit as the names of products do: `1Password`.
fn is_name(text: &str) -> bool {
    let is_product = || {
        let rest = text.trim_start_matches(|first: char| first.is_ascii_digit());
        text.len() - rest.len() == 1 && is_word(rest)
    };
    // `name=app-credentials,key=password`
    let is_list = || {
        text.contains('=')
            && text.split(',').all(|part| {
                part.split_once('=').is_some_and(|(what, name)| {
                    ["name", "key", "namespace"].contains(&what) && names::is_wordy(name)
                })
            })
    };
    // `k8s-eu`
    let is_label = || {
        text.len() <= 12
            && text.contains('-')
            && text
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && text.split('-').all(|part| (1..=4).contains(&part.len()))
    };
    // `vmware-prod`
    let is_of_letters = || {
        text.contains('-')
            && text
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
            && text.split('-').all(|part| (2..=10).contains(&part.len()))
            && (text.split('-').any(is_word) || text.len() <= 12)
    };
    (names::is_wordy(text) && !text.contains("://"))
        || is_of_letters()
        || is_product()
        || is_list()
        || is_label()
}

/// A link, or the address of a host or of a contract on a chain: `tokenAddress: 0x…`.
fn is_place(text: &str) -> bool {
    let is_contract = || {
        let digits = text.strip_prefix("0x").unwrap_or_default();
        digits.len() == 40 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    facts::is_plain_url(text) || facts::is_address(text) || is_contract()
}

fn is_path(text: &str) -> bool {
    let text = text
        .strip_prefix("~/.")
        .or_else(|| text.strip_prefix("~/"))
        .unwrap_or(text);
    if let Some(place) = text.get(1..).and_then(|place| place.strip_prefix(":\\")) {
        return text.starts_with(|drive: char| drive.is_ascii_alphabetic())
            && place.split('\\').all(names::is_step);
    }
    text.split('/')
        .all(|step| step.is_empty() || names::is_step(step))
}

fn is_resource(text: &str) -> bool {
    facts::is_arn(text)
        || (text.contains('/') && !text.contains([' ', '@']) && is_path(text))
        || (text.starts_with("/subscriptions/") || text.starts_with("projects/"))
}

fn is_digest(text: &str) -> bool {
    facts::is_digest(text)
        || facts::is_hash(text)
        // Digests are shown cut, and in base64.
        || (text.len() >= 6
            && text
                .bytes()
                .all(|byte| byte.is_ascii_hexdigit() || byte == b':'))
        || ([24, 28, 44, 88].contains(&text.len()) && text.ends_with('='))
        || text.starts_with("SHA256:")
}

/// Capitals, and a number behind them.
fn is_code(text: &str) -> bool {
    let name = text.trim_end_matches(|last: char| last.is_ascii_digit());
    let letters = name.trim_end_matches(['-', '_']);
    name.len() < text.len()
        && !letters.is_empty()
        && letters.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// One of the passwords that systems come with and nobody mistakes for a word.
fn is_usual(text: &str) -> bool {
    const USUAL: [&str; 6] = [
        "changeme", "letmein", "passw0rd", "p@ssw0rd", "qwerty", "iloveyou",
    ];
    USUAL.iter().any(|usual| text.eq_ignore_ascii_case(usual))
}

fn is_fault(text: &str) -> bool {
    let stem = text.trim_end_matches(|last: char| last.is_ascii_digit());
    let is_one = || {
        text.starts_with(|first: char| first.is_ascii_lowercase())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && !is_word(stem)
    };
    !(prose::is_typed(text) || (is_one() && prose::is_made_up_alone(text)))
}

fn is_count(text: &str) -> bool {
    text.len() <= 5 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Letters and digits in any order, at least as many as machines draw, or with signs; no digest and no name that has a
/// number in it: `gitlab+deploy-token-12`.
fn is_drawn(text: &str) -> bool {
    const SHORTEST: usize = 12;
    let mut runs = text.split(|sign: char| !sign.is_ascii_alphanumeric());
    prose::is_drawn(text)
        && (runs.any(|run| run.len() >= SHORTEST) || prose::is_typed(text))
        && !facts::is_digest(text)
}

fn is_opaque(text: &str) -> bool {
    text.len() <= 64
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// Base64 of so many bytes that are no text and no key in DER: a nonce, a tag and what was encrypted.
fn is_encrypted(text: &str) -> bool {
    const SHORTEST: usize = 64;
    let body = text.trim_end_matches('=').as_bytes();
    // What is left of four characters says nothing of how the bytes begin.
    let Ok(bytes) = BASE64.decode(&body[..body.len() - body.len() % 4]) else {
        return false;
    };
    let texts = bytes
        .iter()
        .filter(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace());
    text.len() >= SHORTEST && bytes.first() != Some(&0x30) && texts.count() * 4 < bytes.len() * 3
}

/// What a vendor calls a thing of a kind: `at-` and some letters and digits, where the kind is no word for a secret.
fn is_of_kind(text: &str) -> bool {
    text.split_once(['-', '_']).is_some_and(|(kind, drawn)| {
        (2..=8).contains(&kind.len())
            && kind.bytes().all(|byte| byte.is_ascii_lowercase())
            && ![
                "sk", "rk", "pk", "pat", "key", "pw", "pass", "token", "secret",
            ]
            .contains(&kind)
            && (8..=24).contains(&drawn.len())
            && drawn.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

/// A UUID, or letters and digits of one case: a secret of a cloud that is called an id looks no other, so callers name
/// the keys for which an id is a secret.
fn is_id(text: &str) -> bool {
    // `keyid:4AEE18F8`, `auth0|5f7c8ec7`
    let text = text.rsplit([':', '|']).next().unwrap_or(text);
    let is_one_case = |is_other: fn(&u8) -> bool| {
        text.bytes().all(|byte| {
            byte.is_ascii_digit()
                || is_other(&byte)
                || matches!(byte, b'-' | b'_' | b':' | b'.' | b'/')
        })
    };
    facts::is_uuid(text)
        || facts::is_okta_id(text)
        || facts::is_of_store(text)
        || (text.len() <= 64
            && (is_one_case(u8::is_ascii_lowercase) || is_one_case(u8::is_ascii_uppercase)))
}
