//! What a whole key says, by its last words.
use crate::core::secret::{fold, language::is_word};

use super::{
    judge::Kind,
    meaning::{Meaning, meaning},
    shapes::Shapes,
    words::{Lower, Words},
};

/// What a key says of the value under it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    /// It is a credential of this kind, if it is a literal.
    Secret(Kind),
    /// It is a fact about a credential, if it has one of these shapes.
    About(Kind, Shapes),
    /// It is a fact, if it has one of these shapes; about what, the keys above say.
    Fact(Shapes),
    /// It is no credential by its key if it has this shape, whatever the keys above say.
    Plain(Shapes),
    /// Nothing, so that the keys above say what it is.
    Nothing,
}

/// How many words back a key is read. What a longer one begins with says whose the value is, not what.
const MOST_WORDS: usize = 16;

/// What things are called.
const NAMES: Shapes = Shapes::NAME.and(Shapes::PATH).and(Shapes::RESOURCE);

/// What anybody may see, however it was drawn.
const PUBLIC: Shapes = NAMES
    .and(Shapes::ID)
    .and(Shapes::NUMBER)
    .and(Shapes::OPAQUE);

/// Reads `key`.
pub(super) fn read(key: &str) -> Key {
    // What charts write so that Pods restart: `checksum/secret`.
    if key.starts_with("checksum/") {
        return Key::About(Kind::Secret, Shapes::DIGEST);
    }
    let key = fold::key(key);
    let mut words = Words::of(&key).take(MOST_WORDS);
    while let Some(word) = words.next() {
        let lower = Lower::of(word);
        let read = by_word(lower.as_bytes(), &mut words);
        if let Some(key) = read {
            return key;
        }
    }
    Key::Nothing
}

/// What `word` says at the end of a key, behind these words, last first; nothing if the one before it decides.
fn by_word<'a>(word: &[u8], words: &mut (impl Iterator<Item = &'a [u8]> + Clone)) -> Option<Key> {
    let before = || words.clone().next();
    Some(match meaning(word) {
        Meaning::Neutral => return None,
        Meaning::Plain(shapes) if is_by(before()) => {
            telling(words).map_or(Key::Plain(shapes), Key::Secret)
        }
        Meaning::Plain(shapes) => match telling(words) {
            Some(Kind::Password) => Key::About(Kind::Password, shapes),
            // A token's user may be called whatever a machine drew.
            Some(kind) if kind.is_held() && shapes.is_speech() => Key::About(kind, shapes),
            _ => Key::Plain(shapes),
        },
        Meaning::Secret(Kind::Token) if is_mark(before()) => Key::Plain(Shapes::ANYTHING),
        Meaning::Secret(Kind::Token) if is_public(words.clone()) => Key::Fact(PUBLIC),
        // What AWS hands out for a change is a UUID.
        Meaning::Secret(Kind::Token) if is_of_change(before()) => {
            Key::About(Kind::Token, Shapes::UUID)
        }
        Meaning::Secret(Kind::Key) if is_of_client(word, before()) => Key::Secret(Kind::Password),
        // `usersWithPassword: 187`
        Meaning::Secret(kind) if is_count(words.clone()) => Key::About(kind, Shapes::NUMBER),
        Meaning::Secret(kind) => Key::Secret(by_word_before(kind, words.next())),
        Meaning::Key => match key_of(words.next(), words) {
            // `secretKeys: [username, password]` are the entries of a Secret.
            Key::Secret(Kind::SecretKey) if word == b"keys" => Key::About(Kind::SecretKey, NAMES),
            key => key,
        },
        Meaning::Fact(_) if is_public_id(word, before()) => Key::Plain(Shapes::ANYTHING),
        Meaning::Fact(_) if matches!(word, b"name" | b"host" | b"env") && is_by(before()) => {
            telling(words).map_or(Key::Nothing, Key::Secret)
        }
        Meaning::Fact(shapes) => {
            let of_pair = is_id_of_pair(word, before()).then_some(Shapes::OPAQUE);
            let shapes = of_pair.map_or(shapes, |opaque| shapes.and(opaque));
            telling(words).map_or(Key::Fact(shapes), |kind| Key::About(kind, shapes))
        }
        Meaning::Nothing if is_split(word, before()) || is_passe(word, words) => {
            Key::Secret(Kind::Password)
        }
        // `licenseKeyPublic`
        Meaning::Nothing if word == b"public" && is_of_key(words.clone().next()) => {
            Key::Fact(PUBLIC)
        }
        // `passwordGrafana`, `tokenForCi`: which of several, if the word before it tells strongly.
        Meaning::Nothing => match telling(words) {
            Some(Kind::Password) => Key::Secret(Kind::Token),
            Some(Kind::Token) => Key::Secret(Kind::Key),
            _ => Key::Nothing,
        },
    })
}

/// The nearest telling word among `words`, which stand before a fact.
fn telling<'a>(words: impl Iterator<Item = &'a [u8]>) -> Option<Kind> {
    let mut words = words;
    while let Some(word) = words.next() {
        match meaning(Lower::of(word).as_bytes()) {
            Meaning::Secret(kind) => return Some(by_word_before(kind, words.next())),
            Meaning::Key => {
                return match key_of(words.next(), words) {
                    Key::Secret(kind) | Key::About(kind, _) => Some(kind),
                    _ => None,
                };
            }
            Meaning::Fact(_) | Meaning::Neutral | Meaning::Plain(_) | Meaning::Nothing => {}
        }
    }
    None
}

/// `clientSecret` is a value that two sides share, `tlsSecret` an object of Kubernetes.
fn by_word_before(kind: Kind, before: Option<&[u8]>) -> Kind {
    // `bindCredential`
    if kind == Kind::Credential
        && before.is_some_and(|before| Lower::of(before).as_bytes() == b"bind")
    {
        return Kind::SharedSecret;
    }
    // `erlangCookie`
    if kind == Kind::Key && before.is_some_and(|before| Lower::of(before).as_bytes() == b"erlang") {
        return Kind::SharedSecret;
    }
    let Some(before) = before.filter(|_| kind == Kind::Secret) else {
        return kind;
    };
    match Lower::of(before).as_bytes() {
        b"client" | b"shared" | b"app" | b"application" | b"api" | b"consumer" | b"jwt"
        | b"session" | b"cookie" | b"hmac" | b"signing" | b"oauth" | b"oidc" | b"encryption"
        | b"channel" | b"agent" | b"totp" | b"otp" | b"mfa" | b"bot" | b"pre" | b"webhook"
        | b"master" | b"access" | b"super" => Kind::SharedSecret,
        _ => kind,
    }
}

/// What a key is that ends with "key": one to an API, one that anybody may see, or the name of an entry.
fn key_of<'a>(before: Option<&[u8]>, words: impl Iterator<Item = &'a [u8]>) -> Key {
    let Some(before) = before else {
        return Key::Fact(NAMES);
    };
    let before = Lower::of(before);
    match before.as_bytes() {
        b"secret" => Key::Secret(Kind::SecretKey),
        b"api" | b"access" | b"private" | b"priv" | b"signing" | b"encryption" | b"master"
        | b"auth" | b"account" | b"shared" | b"symmetric" | b"hmac" | b"deploy" | b"service"
        | b"root" | b"admin" | b"license" | b"licence" | b"activation" | b"registration"
        | b"join" | b"setup" | b"enrollment" | b"provisioning" | b"pairing" | b"sdk"
        | b"bootstrap" | b"unseal" | b"recovery" | b"session" | b"webhook" | b"integration"
        | b"write" | b"server" | b"app" | b"application" | b"consumer" | b"developer"
        | b"storage" | b"sas" | b"ssh" | b"tls" | b"ingest" | b"ingestion" | b"subscription"
        | b"functions" | b"jwt" | b"oauth" | b"client" | b"user" | b"host" | b"rsa" | b"agent"
        | b"instrumentation" | b"encrypt" | b"cipher" | b"decryption" | b"aes" | b"preshared"
        | b"psk" | b"wireguard" => Key::Secret(Kind::Token),
        b"public" | b"pub" | b"publishable" | b"site" | b"signature" | b"foreign"
        | b"partition" | b"sort" | b"cache" | b"object" | b"config" | b"map" | b"group"
        | b"dedup" | b"idempotency" | b"hash" | b"label" | b"annotation" | b"issue" | b"row"
        | b"index" | b"lock" | b"range" | b"shard" | b"topology" | b"state" | b"lookup"
        | b"unique" | b"natural" | b"search" | b"order" | b"item" | b"ticket" | b"project"
        | b"resource" | b"feature" | b"tag" | b"translation" | b"kms" | b"file" | b"s"
        | b"backup" | b"build" | b"by" | b"context" | b"correlation" | b"request" | b"record"
        | b"policy" | b"event" | b"alert" | b"data" | b"property" | b"trace" => Key::Fact(
            NAMES
                .and(Shapes::ID)
                .and(Shapes::NUMBER)
                .and(Shapes::DIGEST),
        ),
        other => match meaning(other) {
            // The entry of a Secret that holds it: `passwordKey: admin-password`.
            Meaning::Secret(kind) => Key::About(kind, NAMES),
            Meaning::Fact(_) | Meaning::Plain(_) => match telling(words) {
                Some(kind) => Key::About(kind, NAMES),
                None => Key::Secret(Kind::Key),
            },
            _ => Key::Secret(Kind::Key),
        },
    }
}

/// `clientId`, `APP_ID`: what OAuth and the vendors of apps call public, however it was drawn.
fn is_public_id(word: &[u8], before: Option<&[u8]>) -> bool {
    word == b"id"
        && before.is_some_and(|before| {
            let before = Lower::of(before);
            matches!(
                before.as_bytes(),
                b"client" | b"app" | b"application" | b"tenant"
            )
        })
}

/// `apiKeyId`, `tokenID`: the half of a pair that tells which it is, and that vendors draw as they draw the other half.
fn is_id_of_pair(word: &[u8], before: Option<&[u8]>) -> bool {
    let is_credential =
        || before.is_some_and(|before| Lower::of(before).as_bytes() == b"credential");
    matches!(word, b"id" | b"ids" | b"sid" | b"sids") && (is_of_key(before) || is_credential())
}

/// `passwordsByUser`, `tokensPerHost`: many, by whom or what they are for.
fn is_by(before: Option<&[u8]>) -> bool {
    before.is_some_and(|before| matches!(Lower::of(before).as_bytes(), b"by" | b"per"))
}

/// Whether a key is a word for how many of several are in a state: `reused`, `expiring`, `weak`.
pub(super) fn is_share(key: &str) -> bool {
    let Some(word) = Words::of(key)
        .next()
        .and_then(|word| std::str::from_utf8(word).ok())
    else {
        return false;
    };
    let is_state = || {
        word.ends_with("ed")
            || word.ends_with("ing")
            || ["weak", "strong", "unique"].contains(&word)
    };
    word.bytes().all(|byte| byte.is_ascii_lowercase()) && is_state() && is_word(word)
}

/// Whether a key that is no word for a person is one for a system, or for what a person is to it, so that a password
/// may stand under it: `passwords: {console: …}`, `passwords: {app-user: …}`.
pub(super) fn is_of_owner(key: &str) -> bool {
    let mut words = Words::of(key);
    let last = words.next().map(Lower::of);
    last.is_some_and(|last| match last.as_bytes() {
        b"host" | b"console" | b"portal" | b"manager" | b"operator" | b"controller" => true,
        b"user" | b"login" => words.next().is_some(),
        _ => false,
    })
}

/// `pass word`, `PassPhrase`, `recoveryCodes`, `securityAnswer`.
fn is_split(word: &[u8], before: Option<&[u8]>) -> bool {
    let Some(before) = before.map(Lower::of) else {
        return false;
    };
    let before = before.as_bytes();
    match word {
        b"word" | b"words" => matches!(before, b"pass" | b"seed"),
        b"phrase" | b"phrases" => matches!(before, b"pass" | b"seed" | b"recovery" | b"mnemonic"),
        b"codes" => matches!(before, b"recovery" | b"backup" | b"scratch" | b"mfa"),
        b"answer" | b"answers" => before == b"security",
        b"community" | b"communities" => before == b"snmp",
        b"khau" => before == b"mat",
        _ => false,
    }
}

/// `publicToken`, `publicClientToken`: what a vendor draws for pages that everybody may look into; `publicKeyToken`: the
/// digest of a public key. In `publicZoneToken` something else is public.
fn is_public<'a>(words: impl Iterator<Item = &'a [u8]>) -> bool {
    let mut words = words.map(Lower::of);
    let before = words.next();
    let before = match before.as_ref().map(Lower::as_bytes) {
        Some(b"client" | b"key") => words.next(),
        _ => before,
    };
    before.is_some_and(|word| matches!(word.as_bytes(), b"public" | b"publishable"))
}

/// `changeToken`.
fn is_of_change(before: Option<&[u8]>) -> bool {
    before.is_some_and(|before| Lower::of(before).as_bytes() == b"change")
}

fn is_of_key(before: Option<&[u8]>) -> bool {
    before.is_some_and(|before| matches!(Lower::of(before).as_bytes(), b"key" | b"token"))
}

/// `continueToken`, `pageToken`, `idempotencyToken`: marks of a place in a list or of a request, and no credentials.
fn is_mark(before: Option<&[u8]>) -> bool {
    before.is_some_and(|before| {
        matches!(
            Lower::of(before).as_bytes(),
            b"continue"
                | b"continuation"
                | b"next"
                | b"page"
                | b"pagination"
                | b"idempotency"
                | b"sync"
                | b"delta"
                | b"lock"
                | b"resume"
                | b"watch"
                | b"cursor"
                | b"fencing"
                | b"dedup"
                | b"deduplication"
                | b"scroll"
                | b"request"
                | b"starting"
                | b"forward"
                | b"backward"
        )
    })
}

/// Whether the words before one for a credential make it what some have and others have not; but not how one logs in.
fn is_count<'a>(mut words: impl Iterator<Item = &'a [u8]>) -> bool {
    let is_with = words.next().is_some_and(|before| {
        matches!(
            Lower::of(before).as_bytes(),
            b"with" | b"without" | b"having" | b"needing" | b"lacking"
        )
    });
    is_with && words.next().is_none_or(|who| who.ends_with(b"s"))
}

/// `REDISCLI_AUTH`.
fn is_of_client(word: &[u8], before: Option<&[u8]>) -> bool {
    word == b"auth" && before.is_some_and(|before| Lower::of(before).as_bytes() == b"rediscli")
}

/// Whether a key says no more than that its value is one, or which of several.
pub(super) fn is_value(key: &str) -> bool {
    Words::of(key).all(|word| meaning(Lower::of(word).as_bytes()) == Meaning::Neutral)
}

/// Whether a key is one that a service encrypts with, which it names by a UUID.
pub(super) fn is_of_encryption(key: &str) -> bool {
    let mut words = Words::of(key);
    let is_key = words
        .next()
        .is_some_and(|word| Lower::of(word).as_bytes() == b"key");
    let before = words.next().map(Lower::of);
    is_key
        && before.is_some_and(|before| {
            matches!(
                before.as_bytes(),
                b"encryption" | b"kms" | b"sse" | b"cmk" | b"master"
            )
        })
}

/// `motDePasse`, `MOT_DE_PASSE`.
fn is_passe<'a>(word: &[u8], words: &mut impl Iterator<Item = &'a [u8]>) -> bool {
    word == b"passe"
        && words
            .next()
            .is_some_and(|before| matches!(Lower::of(before).as_bytes(), b"de" | b"palavra"))
}
