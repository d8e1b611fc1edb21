//! What a key says of the value under it: that it is a secret, that it only speaks of one, or nothing.
//!
//! A key is read as the words it is made of, from the last one backwards, since names in English end with what they
//! name: `dbPassword` is a password, `passwordSecretName` is a name. A word that states a fact lifts what a telling
//! word before it says, but only if the value has the shape of such a fact: `passwordSecretName: Tr0ub4dor&3` is a
//! password all the same. Where a key says nothing, the key of the map or list around it is asked.
use crate::core::{
    finding::Rule,
    secret::{
        harmless::is_inert,
        hit::{Confidence, Hit},
        names::Names,
        prose,
        shapes::is_pair_in_base64,
    },
};

mod compound;
mod entries;
mod judge;
mod meaning;
mod pointer;
mod shapes;
pub(super) mod words;

use compound::{Key, is_of_encryption, is_of_owner, is_share, is_value, read};
pub use judge::Kind;
pub(in crate::core::secret) use judge::judge;
use shapes::Shapes;
use words::Words;

/// The rule of a literal under the key of a credential.
const RULE: Rule = Rule::new("secret/credential-key");

/// A value that could be a credential, as it was written.
#[derive(Clone, Copy)]
pub enum Literal<'a> {
    /// A string.
    Text(&'a str),
    /// A number, with its digits: in YAML an unquoted password of digits is one.
    Number(&'a str),
}

impl<'a> Literal<'a> {
    /// The value as written, without quotes.
    pub const fn text(self) -> &'a str {
        match self {
            Self::Text(text) | Self::Number(text) => text,
        }
    }
}

/// The hit in `literal` if the names above it say that it is a credential.
pub fn tell(names: &Names<'_>, literal: Literal<'_>) -> Option<Hit> {
    let text = literal.text();
    if is_registry_login(names, text) {
        return Some(login(text));
    }
    let told = told(names)?;
    let fact = told.fact.map(|shapes| shapes.of(told.kind));
    let fits = |shapes: Shapes| {
        if told.is_of_owner {
            shapes.fit_unless_made_up(text)
        } else {
            shapes.fit(text)
        }
    };
    if is_inert(text) || fact.is_some_and(fits) || is_publishable(names, text) {
        return None;
    }
    let by = |kind| judge(kind, literal).map(|confidence| hit(kind, confidence, text));
    by(told.kind).or_else(|| {
        let is_password = told.kind.says_little() && is_among_passwords(names, text);
        is_password.then(|| by(Kind::Password)).flatten()
    })
}

/// Whether it is Stripe's key for browsers, under a name that says that they get it: `NEXT_PUBLIC_STRIPE_KEY`.
fn is_publishable(names: &Names<'_>, text: &str) -> bool {
    let is_public = |word: &[u8]| {
        [&b"public"[..], b"publishable"]
            .iter()
            .any(|public| word.eq_ignore_ascii_case(public))
    };
    (text.starts_with("pk_live_") || text.starts_with("pk_test_"))
        && Words::of(names.own()).any(is_public)
}

/// Whether a name further above says that passwords stand there, and the text looks like one: `passwords: {cookie: …}`.
fn is_among_passwords(names: &Names<'_>, text: &str) -> bool {
    let mut above = names.outwards().skip(1);
    above.any(|names| match names.reading().0 {
        Key::Secret(Kind::Password) => !Shapes::SPEECH.fit(text),
        // `pass: {…}` is a map of checks, too.
        Key::Secret(Kind::Pass) => !Shapes::PERSON.fit(text),
        _ => false,
    })
}

const fn hit(kind: Kind, confidence: Confidence, text: &str) -> Hit {
    Hit {
        rule: RULE,
        confidence,
        what: kind.what(),
        remedy: None,
        encoding: None,
        span: 0..text.len(),
    }
}

/// Whether it is a login of a `.dockerconfigjson` that stands in the status as an object: `auths: {…: {auth: …}}`.
fn is_registry_login(names: &Names<'_>, text: &str) -> bool {
    names.own() == "auth"
        && names.iter().nth(2) == Some("auths")
        && is_pair_in_base64(text.as_bytes())
}

/// Whether the names above a value say that it could be a credential, whatever it is: what is inert unless a key
/// tells is not inert then.
pub fn tells(names: &Names<'_>) -> bool {
    told(names).is_some()
}

/// Whether these names, nearest first, say that what stands under them is a credential, or about one.
pub fn tell_of_credential<'n>(names: impl Iterator<Item = &'n str>) -> bool {
    let mut told = names.map(read);
    told.any(|key| match key {
        Key::Secret(_) => true,
        Key::About(kind, _) => !kind.says_little(),
        Key::Plain(_) | Key::Fact(_) | Key::Nothing => false,
    })
}

/// Whether the nearest name says that people stand under it.
pub(super) fn is_of_people(names: &Names<'_>) -> bool {
    matches!(names.reading().0, Key::Plain(Shapes::PERSON))
}

/// The hit in a text that is a user and a password.
pub(super) const fn login(text: &str) -> Hit {
    hit(Kind::Credential, Confidence::High, text)
}

/// Whether `key` says that its value is a credential, where that word has no other sense.
pub fn is_of_literals(key: &str) -> bool {
    kind_of(key).is_some_and(|kind| !kind.says_little())
}

/// The words that a key is made of, the last first.
pub(super) fn words(key: &str) -> impl Iterator<Item = &str> {
    Words::of(key).filter_map(|word| std::str::from_utf8(word).ok())
}

/// Whether `key` says that its value is a fact about a credential, if it has the shape of one.
pub fn is_about(key: &str) -> bool {
    matches!(read(key), Key::About(..))
}

/// Whether `text` has the shape of the fact that `key` says it is.
pub fn is_fact(key: &str, text: &str) -> bool {
    matches!(read(key), Key::About(_, shapes) if shapes.fit(text))
}

/// What `key` says that its value is, if that is a credential.
pub fn kind_of(key: &str) -> Option<Kind> {
    match read(key) {
        Key::Secret(kind) => Some(kind),
        _ => None,
    }
}

/// Whether it is the token of a challenge of ACME, which the server that asks reads in the open: cert-manager writes
/// `authorizations: [{challenges: [{token: …}]}]`.
fn is_challenge(names: &Names<'_>) -> bool {
    names.own() == "token" && matches!(names.iter().nth(1), Some("challenge" | "challenges"))
}

/// What the names above a value say of it.
#[derive(Clone, Copy)]
struct Told {
    kind: Kind,
    /// The shapes that make it a fact about a credential.
    fact: Option<Shapes>,
    /// Whether it stands where each of several credentials has the name of its owner.
    is_of_owner: bool,
}

impl Told {
    const fn of(kind: Kind, fact: Option<Shapes>) -> Self {
        Self {
            kind,
            fact,
            is_of_owner: false,
        }
    }
}

/// Whether it is what SNMP asks for in place of a password: `snmp: {community: …}`.
fn is_community(names: &Names<'_>) -> bool {
    let own = names.own();
    own.strip_prefix("community").is_some_and(|rest| {
        ["", "String", "_string", "-string"].contains(&rest)
            && names.iter().nth(1).is_some_and(names_snmp)
    })
}

fn names_snmp(name: &str) -> bool {
    Words::of(name).any(|word| {
        word.get(..4)
            .is_some_and(|word| word.eq_ignore_ascii_case(b"snmp"))
    })
}

/// Whether it is the half of a pair that is not to be told, though it is called an id: Consul and Nomad write it
/// `SecretID`, the logins of programs to Vault have it beside a `role_id`.
fn is_secret_id(names: &Names<'_>) -> bool {
    const OWNERS: [&str; 5] = ["approle", "consul", "nomad", "vault", "acl"];
    let is_named = |name: &str| {
        ["secretId", "secret_id", "secret-id"]
            .iter()
            .any(|id| name.eq_ignore_ascii_case(id))
    };
    let is_owner = |name: &str| {
        OWNERS.iter().any(|owner| {
            name.get(..owner.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(owner))
        })
    };
    names.own() == "SecretID"
        || (is_named(names.own()) && names.iter().skip(1).take(2).any(is_owner))
}

/// Whether the name of a value, or the one around it, says that it is encrypted: `encryptedData: {password: …}`.
fn is_sealed(names: &Names<'_>) -> bool {
    let is_sealing = |word: &[u8]| {
        [&b"encrypted"[..], b"sealed", b"wrapped", b"ciphertext"]
            .iter()
            .any(|sealing| word.eq_ignore_ascii_case(sealing))
    };
    names
        .iter()
        .take(2)
        .any(|name| Words::of(name).any(is_sealing))
}

fn told(names: &Names<'_>) -> Option<Told> {
    if is_challenge(names) {
        return None;
    }
    if is_community(names) {
        return Some(Told::of(Kind::Password, None));
    }
    // All of them: no wrapping hides what the outermost says.
    let mut above = names.outwards();
    match above.next()?.reading().0 {
        // What makes a request to AWS one that may be sent again; Vault calls its tokens `client_token`.
        Key::Secret(Kind::Token) if matches!(names.own(), "clientToken" | "ClientToken") => {
            let shapes = Shapes::UUID.and(Shapes::DIGEST).and(Shapes::NAME);
            Some(Told::of(Kind::Token, Some(shapes)))
        }
        Key::Secret(kind) => Some(Told::of(kind, fact_under_secret(names, above))),
        Key::About(..) if is_secret_id(names) => Some(Told::of(Kind::Token, None)),
        Key::About(kind, shapes) => Some(Told::of(kind, Some(shapes))),
        // `adminLogin: [admin, …]`: of a user and a password the one that no user is called.
        Key::Plain(Shapes::PERSON) if is_login(names) && told_above(names, None).is_none() => Some(
            Told::of(Kind::Password, Some(Shapes::PERSON.and(Shapes::LINK))),
        ),
        // Beside a credential stands who has it, or a word about it.
        Key::Plain(shapes) => told_above(names, Some(shapes))
            .filter(|told| told.kind == Kind::Secret || !told.kind.says_little()),
        Key::Fact(shapes) => told_above(names, Some(shapes)),
        Key::Nothing => told_above(names, None),
    }
}

/// The shapes that make what stands directly under a secret's key a fact.
fn fact_under_secret<'n, 'k: 'n>(
    names: &Names<'_>,
    mut above: impl Iterator<Item = &'n Names<'k>>,
) -> Option<Shapes> {
    // The entries of a Secret that a reference names: `secretReference: {keys: {password: admin-password}}`,
    // `passwordSecret: {secretName: app-db, password: password}`.
    let is_reference = |names: &Names<'_>| match names.reading().0 {
        Key::About(_, shapes) => !shapes.is_speech(),
        Key::Secret(Kind::Secret) => Words::of(names.own()).nth(1).is_some(),
        _ => false,
    };
    let nearest = above.next();
    // The digests of several, or when they end: `secretHashes: {auth-jwt: …}`.
    let of_map = match nearest.map(|names| names.reading().0) {
        Some(Key::About(_, shapes)) => shapes.of_members(),
        _ => None,
    };
    let is_of_reference = nearest.into_iter().chain(above).take(2).any(is_reference);
    let shapes = [
        (of_map.is_some(), of_map.unwrap_or(Shapes::ENTRY)),
        (is_of_reference, Shapes::ENTRY),
        (is_of_encryption(names.own()), Shapes::UUID),
        (is_sealed(names), Shapes::SEALED),
    ];
    let said = shapes.into_iter().filter(|(is_said, _)| *is_said);
    said.map(|(_, shape)| shape).reduce(Shapes::and)
}

/// What the nearest telling name above the nearest says, where that says at most of which shapes facts are.
fn told_above(names: &Names<'_>, fact: Option<Shapes>) -> Option<Told> {
    let mut around = Around {
        fact,
        is_of_people: false,
        is_spoken: false,
    };
    for (distance, above) in names.outwards().skip(1).enumerate() {
        match above.reading().0 {
            Key::Secret(kind) => return around.told(names, above, kind, distance),
            // A map that is a reference, or a policy, holds no secret, `secretKeyRef: {name, key}`, unless it says of
            // something that it is the value.
            Key::About(kind, shapes) => {
                let is_held = !kind.says_little() || (kind.is_held() && shapes.is_speech());
                let is_value = !around.is_spoken && is_value(names.own()) && is_held;
                let fact = around.and(shapes.of_map());
                return is_value.then_some(Told::of(kind, Some(fact)));
            }
            // Whose they are: `passwords: {users: {…}}`.
            Key::Plain(Shapes::PERSON) if distance == 0 => {
                around.is_of_people = true;
                if above.is_of_element() && is_field(names) {
                    around.fact = Some(around.and(OF_PERSON));
                }
            }
            Key::Plain(shapes) if shapes == Shapes::PERSON || shapes.is_speech() => {
                around.is_spoken = true;
                around.fact = Some(around.and(OF_PERSON));
            }
            Key::Plain(_) => return None,
            Key::Fact(_) | Key::Nothing => {}
        }
    }
    None
}

/// Whether a value is called a login, and not who logs in.
fn is_login(names: &Names<'_>) -> bool {
    let last = words(names.own()).next();
    last.is_some_and(|last| {
        last.eq_ignore_ascii_case("login") || last.eq_ignore_ascii_case("logins")
    })
}

/// What is written in words and signs of people, beside who they are.
const OF_PERSON: Shapes = Shapes::SPEECH
    .and(Shapes::MARK)
    .and(Shapes::NUMBER)
    .and(Shapes::TIME)
    .and(Shapes::LINK)
    .and(Shapes::RESOURCE);

/// Whether a name may be that of a field of an element: no user that systems come with.
fn is_field(names: &Names<'_>) -> bool {
    let own = names.own();
    !names.is_called() && !is_value(own) && !prose::is_known_user(own)
}

/// What the names between a value and the one that tells say of it.
struct Around {
    fact: Option<Shapes>,
    /// Whether people stand there.
    is_of_people: bool,
    /// Whether it is a part of what people write.
    is_spoken: bool,
}

impl Around {
    const fn and(&self, shapes: Shapes) -> Shapes {
        match self.fact {
            Some(fact) => fact.and(shapes),
            None => shapes,
        }
    }

    /// What the name of a credential says, so far above.
    fn told(
        &self,
        names: &Names<'_>,
        above: &Names<'_>,
        kind: Kind,
        distance: usize,
    ) -> Option<Told> {
        let is_password = kind == Kind::Password;
        // `auth: {users: […]}` is about people, `token: {metadata: {…}}` about the token.
        if (self.is_of_people && kind.says_little()) || (self.is_spoken && !is_password) {
            return None;
        }
        let own = names.own();
        let fact = match kind {
            // `pins: {nixpkgs: …}` are commits.
            Kind::Pin => self.fact.or(Some(Shapes::DIGEST)),
            // `passwords: {reused: 104}`
            Kind::Password if is_share(own) => Some(self.and(Shapes::COUNT)),
            _ => self.fact,
        };
        let is_of_several = || above.own().ends_with(['s', 'S']);
        Some(Told {
            kind: kind.of_members(),
            fact,
            is_of_owner: is_password && distance == 0 && is_of_owner(own) && is_of_several(),
        })
    }
}

/// What a key says of what stands under it.
#[derive(Clone, Copy)]
pub(super) struct Reading(Key);

impl Reading {
    /// What no key says.
    pub(super) const NOTHING: Self = Self(Key::Nothing);

    pub(super) fn of(key: &str) -> Self {
        Self(read(key))
    }
}

#[cfg(test)]
mod tests;
