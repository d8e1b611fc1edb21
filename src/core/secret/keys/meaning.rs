//! What each word means at the end of a key.
use super::{judge::Kind, shapes::Shapes};

/// What one word says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The value is a credential of this kind.
    Secret(Kind),
    /// A key, in the one sense or the other: the word before it decides.
    Key,
    /// A fact of one of these shapes.
    Fact(Shapes),
    /// It says how the value is written, or which of several it is: the word before it decides.
    Neutral,
    /// The value is for people to read, or a person: whatever stands above, it is no credential by its key if it has
    /// this shape.
    Plain(Shapes),
    /// Nothing.
    Nothing,
}

const NAME: Shapes = Shapes::NAME.and(Shapes::RESOURCE).and(Shapes::PATH);
const PLACE: Shapes = NAME.and(Shapes::LINK);
const TIME: Shapes = Shapes::TIME.and(Shapes::NUMBER).and(Shapes::SENTENCE);
const AMOUNT: Shapes = Shapes::NUMBER.and(Shapes::TIME).and(Shapes::NAME);
const STATE: Shapes = TIME.and(Shapes::NAME);
const MANNER: Shapes = PLACE.and(Shapes::NUMBER).and(Shapes::SENTENCE);
const ID: Shapes = NAME
    .and(Shapes::ID)
    .and(Shapes::OF_KIND)
    .and(Shapes::NUMBER);
const DIGEST: Shapes = Shapes::DIGEST.and(Shapes::NUMBER);
/// What was written of something and when, or what stands for it.
const RECORD: Shapes = TIME.and(Shapes::SPEECH).and(Shapes::MARK);

/// The meaning of `word`, which is in lower case and without digits at its end.
pub(super) fn meaning(word: &[u8]) -> Meaning {
    match secret(word).or_else(|| fact(word)) {
        Some(meaning) => meaning,
        None => joined(word),
    }
}

/// Words for credentials, in the languages of the people who write pipelines.
fn secret(word: &[u8]) -> Option<Meaning> {
    let kind =
        match word {
            b"password" | b"passwords" | b"pasword" | b"passowrd" | b"passwd" | b"passwds"
            | b"pwd" | b"pwds" | b"pw" | b"passphrase" | b"passphrases" | b"passcode"
            | b"passcodes" | b"pincode" | b"userpwd" | b"userpass" | b"htpasswd" | b"passwort"
            | b"passworte" | b"kennwort" | b"motdepasse" | b"contrasena" | b"contrasenas"
            | b"senha" | b"senhas" | b"wachtwoord" | b"wachtwoorden" | b"haslo" | b"heslo"
            | b"jelszo" | b"losenord" | b"passord" | b"adgangskode" | b"salasana" | b"lozinka"
            | b"parola" | b"sifre" | b"mnemonic" | b"pswd" | b"psw" | b"pword" | b"passw"
            | b"passwrd" | b"pswrd" | b"mdp" | b"motsdepasse" | b"passworter" | b"kennworter"
            | b"losenordet" | b"losen" | b"passordet" | b"adgangskoden" | b"kodeord"
            | b"salasanat" | b"tunnussana" | b"hesla" | b"hasla" | b"jelszavak" | b"sifresi"
            | b"sifreniz" | b"sifreler" | b"parool" | b"slaptazodis" | b"lozinke" | b"zaporka"
            | b"geslo" | b"contrasenya" | b"contrasenyas" | b"contrasenyes" | b"matkhau"
            | b"zugangscode" | b"psk" => Kind::Password,
            b"pass" => Kind::Pass,
            b"pin" | b"pins" | b"otp" => Kind::Pin,
            b"secret" | b"secrets" | b"clave" | b"claves" | b"geheimnis" | b"geheimnisse"
            | b"geheim" | b"segreto" => Kind::Secret,
            b"token" | b"tokens" | b"bearer" | b"jwt" | b"apikey" | b"apikeys" | b"jeton"
            | b"pat" => Kind::Token,
            b"credential" | b"credentials" | b"cred" | b"creds" | b"zugangsdaten"
            | b"credenciales" | b"credenciais" | b"credenziali" => Kind::Credential,
            b"authorization" | b"auth" | b"authentication" | b"cookie" | b"cookies" => Kind::Key,
            b"key" | b"keys" | b"schlussel" | b"schluessel" => return Some(Meaning::Key),
            _ if !word.is_ascii() => return foreign(word).map(Meaning::Secret),
            _ => return None,
        };
    Some(Meaning::Secret(kind))
}

/// Scripts that do not split words by case.
fn foreign(word: &[u8]) -> Option<Kind> {
    const PASSWORDS: [&str; 15] = [
        "密码",
        "密碼",
        "口令",
        "パスワード",
        "暗証番号",
        "暗号",
        "비밀번호",
        "비번",
        "패스워드",
        "암호",
        "\u{5e1}\u{5d9}\u{5e1}\u{5de}\u{5d4}",
        "\u{627}\u{644}\u{645}\u{631}\u{648}\u{631}",
        "\u{e23}\u{e2b}\u{e31}\u{e2a}\u{e1c}\u{e48}\u{e32}\u{e19}",
        "पासवर्ड",
        "κωδικος",
    ];
    const TOKENS: [&str; 10] = [
        "令牌",
        "トークン",
        "토큰",
        "密钥",
        "密鑰",
        "токены",
        "apiキー",
        "アクセスキー",
        "シークレットキー",
        "秘密鍵",
    ];
    // What declines has its endings behind these.
    const STEMS: [(&str, Kind); 5] = [
        ("парол", Kind::Password),
        ("пасворд", Kind::Password),
        ("лозинк", Kind::Password),
        ("токен", Kind::Token),
        ("секрет", Kind::Secret),
    ];
    let ends_with = |ends: &[&str]| ends.iter().any(|end| word.ends_with(end.as_bytes()));
    let stem = STEMS
        .iter()
        .find(|(stem, _)| word.starts_with(stem.as_bytes()));
    if let Some((_, kind)) = stem {
        return Some(*kind);
    }
    if ends_with(&PASSWORDS) {
        return Some(Kind::Password);
    }
    if ends_with(&["凭证", "凭据", "認証情報"]) {
        return Some(Kind::Credential);
    }
    ends_with(&TOKENS).then_some(Kind::Token)
}

/// Words for facts, for what is neutral, and for what is plain.
fn fact(word: &[u8]) -> Option<Meaning> {
    if is_neutral(word) {
        return Some(Meaning::Neutral);
    }
    let of_place = shapes_of_place(word).or_else(|| shapes_of_measure(word));
    match of_place.or_else(|| shapes_of_manner(word)) {
        Some(shapes) => Some(Meaning::Fact(shapes)),
        None => plain(word).map(Meaning::Plain),
    }
}

/// What says which or where something is.
fn shapes_of_place(word: &[u8]) -> Option<Shapes> {
    Some(match word {
        b"name" | b"names" | b"ref" | b"refs" | b"reference" | b"references" | b"namespace"
        | b"namespaces" | b"ns" | b"alias" | b"property" | b"field" | b"column" | b"attribute"
        | b"entry" | b"item" | b"param" | b"parameter" | b"variable" | b"var" | b"env"
        | b"header" | b"label" | b"labels" | b"selector" | b"prefix" | b"suffix" | b"arn"
        | b"arns" | b"resource" | b"resources" | b"tag" | b"tags" | b"dbname" | b"schema"
        | b"region" | b"zone" | b"context" | b"profile" => NAME,
        b"path" | b"paths" | b"file" | b"files" | b"filename" | b"dir" | b"directory"
        | b"location" | b"mount" | b"volume" | b"folder" | b"url" | b"urls" | b"uri" | b"uris"
        | b"endpoint" | b"endpoints" | b"link" | b"links" | b"host" | b"hostname" | b"hosts"
        | b"issuer" | b"address" | b"domain" | b"page" | b"portal" | b"console" | b"store"
        | b"stores" | b"backend" | b"engine" | b"source" | b"provider" | b"manager"
        | b"operator" | b"controller" | b"driver" | b"plugin" | b"generator" => PLACE,
        b"id" | b"ids" | b"sid" | b"sids" | b"uid" | b"identifier" | b"guid" | b"version"
        | b"versions" | b"revision" | b"generation" | b"serial" | b"index" => ID,
        _ => return None,
    })
}

/// What says how much or when.
fn shapes_of_measure(word: &[u8]) -> Option<Shapes> {
    Some(match word {
        b"hash" | b"hashes" | b"digest" | b"checksum" | b"sha" | b"sha256" | b"sha512"
        | b"sha1" | b"md" | b"fingerprint" | b"thumbprint" | b"etag" | b"hmac" | b"verifier" => {
            DIGEST
        }
        b"expiry" | b"expires" | b"expiration" | b"at" | b"time" | b"timestamp" | b"date"
        | b"until" | b"since" | b"age" | b"day" | b"expire" => TIME,
        b"ttl" | b"lifetime" | b"duration" | b"period" | b"interval" | b"seconds" | b"secs"
        | b"minutes" | b"minute" | b"hour" | b"hours" | b"days" | b"ms" | b"millis"
        | b"timeout" | b"lease" | b"validity" | b"length" | b"len" | b"size" | b"count"
        | b"counts" | b"total" | b"max" | b"min" | b"maximum" | b"minimum" | b"num" | b"number"
        | b"limit" | b"limits" | b"quota" | b"usage" | b"remaining" | b"bytes" | b"bits"
        | b"attempts" | b"retries" | b"budget" | b"rate" | b"cost" | b"price" | b"port"
        | b"ports" | b"replicas" | b"spent" | b"consumed" => AMOUNT,
        _ => return None,
    })
}

/// What says how something is, or how it is done.
fn shapes_of_manner(word: &[u8]) -> Option<Shapes> {
    Some(match word {
        b"rotation" | b"rotated" | b"enabled" | b"disabled" | b"required" | b"optional"
        | b"exists" | b"present" | b"valid" | b"invalid" | b"ready" | b"status" | b"state"
        | b"phase" | b"synced" | b"created" | b"updated" | b"changed" | b"generated" | b"set"
        | b"configured" | b"managed" | b"available" | b"needed" | b"used" | b"active"
        | b"expired" | b"stored" | b"provided" | b"supported" | b"protected" | b"sync"
        | b"refresh" | b"renewal" | b"reset" | b"update" | b"change" | b"creation" | b"health"
        | b"verified" | b"issued" | b"revoked" | b"request" | b"requests" | b"result"
        | b"check" => STATE,
        b"hashing" | b"hasher" | b"encoder" | b"policy" | b"policies" | b"rule" | b"rules"
        | b"requirements" | b"strength" | b"complexity" | b"strategy" | b"type" | b"types"
        | b"kind" | b"class" | b"format" | b"algorithm" | b"alg" | b"encoding" | b"encryption"
        | b"mode" | b"method" | b"methods" | b"role" | b"roles" | b"scope" | b"scopes"
        | b"permission" | b"permissions" | b"owner" | b"audience" | b"audiences" | b"subject"
        | b"purpose" | b"template" | b"review" | b"reviews" | b"binding" | b"bindings"
        | b"config" | b"settings" | b"options" => MANNER,
        b"history" => RECORD,
        _ => return None,
    })
}

/// What says how the value is written, or which of several it is.
fn is_neutral(word: &[u8]) -> bool {
    match word {
        b"value" | b"values" | b"val" | b"data" | b"stringdata" | b"content" | b"contents"
        | b"text" | b"plain" | b"plaintext" | b"cleartext" | b"clear" | b"raw" | b"literal"
        | b"string" | b"str" | b"current" | b"previous" | b"old" | b"new" | b"initial"
        | b"default" | b"temp" | b"temporary" | b"tmp" | b"actual" | b"encoded" | b"decoded"
        | b"base64" | b"b64" | b"b" | b"hex" | b"pem" | b"json" | b"yaml" | b"prod"
        | b"production" | b"dev" | b"development" | b"staging" | b"test" | b"live" | b"sandbox"
        | b"primary" | b"secondary" | b"code" | b"base" | b"sensitive" | b"private" => true,
        _ => word.iter().all(u8::is_ascii_digit),
    }
}

/// What people write and read.
fn plain(word: &[u8]) -> Option<Shapes> {
    Some(match word {
        b"username" | b"usernames" | b"user" | b"users" | b"login" | b"logins" | b"email"
        | b"mail" | b"identity" | b"by" => Shapes::PERSON,
        b"message" | b"messages" | b"reason" | b"description" | b"comment" | b"comments"
        | b"note" | b"notes" | b"hint" | b"help" | b"summary" | b"info" | b"example"
        | b"examples" | b"title" | b"titles" | b"caption" | b"instructions" | b"command"
        | b"commands" | b"cmd" | b"documentation" | b"docs" | b"metadata" | b"annotation"
        | b"annotations" => Shapes::SPEECH,
        b"log" | b"logs" => Shapes::SPEECH.and(Shapes::CODE),
        b"error" | b"errors" | b"warning" | b"warnings" => Shapes::FAULT,
        b"condition" | b"conditions" | b"event" | b"events" | b"pattern" | b"regex" | b"regexp"
        | b"charset" | b"kid" => Shapes::ANYTHING,
        _ => return None,
    })
}

/// Words for passwords at the end of words written together.
const PASSWORDS: [&[u8]; 12] = [
    b"password",
    b"passwords",
    b"passwd",
    b"passphrase",
    b"passcode",
    b"passwort",
    b"kennwort",
    b"userpwd",
    b"pincode",
    b"pwd",
    b"pswd",
    b"motdepasse",
];
/// The same, for tokens.
const TOKENS: [&[u8]; 13] = [
    b"token",
    b"pgpass",
    b"apikey",
    b"apikeys",
    b"secretkey",
    b"accesskey",
    b"privatekey",
    b"authkey",
    b"masterkey",
    b"signingkey",
    b"encryptionkey",
    b"sharedkey",
    b"accountkey",
];
/// The same, for secrets that two sides share.
const SECRETS: [&[u8]; 5] = [
    b"clientsecret",
    b"appsecret",
    b"apisecret",
    b"sharedsecret",
    b"consumersecret",
];
/// The same, for what names a secret.
const NAMES: [&[u8]; 6] = [
    b"secretname",
    b"secretref",
    b"passwordsecret",
    b"secretkeyref",
    b"keyid",
    b"tokenid",
];

/// Words written together: `dbpassword`, `PGPASSWORD`, `authtoken`, `clientsecret`.
fn joined(word: &[u8]) -> Meaning {
    let ends_with = |ends: &[&[u8]]| ends.iter().any(|end| word.ends_with(end));
    if word.len() < 4 {
        Meaning::Nothing
    } else if ends_with(&PASSWORDS) || is_pass_of(word) || is_password_and(word) {
        Meaning::Secret(Kind::Password)
    } else if ends_with(&TOKENS) {
        Meaning::Secret(Kind::Token)
    } else if ends_with(&SECRETS) {
        Meaning::Secret(Kind::SharedSecret)
    } else if ends_with(&[b"credentials", b"creds"]) {
        Meaning::Secret(Kind::Credential)
    } else if ends_with(&NAMES) {
        Meaning::Fact(ID)
    } else {
        Meaning::Nothing
    }
}

/// `SSHPASS`, `dbpass`, `sqlpw`: a password of something, but not `compass`.
fn is_pass_of(word: &[u8]) -> bool {
    const OWNERS: [&[u8]; 38] = [
        b"admin", b"auth", b"b", b"bind", b"bmc", b"db", b"ftp", b"http", b"imap", b"ipmi", b"key",
        b"ldap", b"login", b"mail", b"mongo", b"my", b"mysql", b"os", b"pg", b"proxy", b"psql",
        b"rdp", b"redis", b"require", b"root", b"sftp", b"smtp", b"snmp", b"sql", b"ssh", b"store",
        b"su", b"sudo", b"trust", b"user", b"vnc", b"vpn", b"wifi",
    ];
    let owner = [&b"pass"[..], b"pw", b"psw"]
        .iter()
        .find_map(|pass| word.strip_suffix(*pass));
    owner.is_some_and(|owner| OWNERS.contains(&owner)) || word == b"masterauth"
}

/// `passwordx`, `passwordvalue`: with a word behind that says nothing else.
fn is_password_and(word: &[u8]) -> bool {
    let rest = word.strip_prefix(b"password").unwrap_or_default();
    let is_form = [&b"less"[..], b"ed", b"s"].contains(&rest);
    let is_short = rest.len() <= 2 && rest.iter().all(u8::is_ascii_alphabetic);
    let is_neutral = || is_short || matches!(fact(rest), Some(Meaning::Neutral));
    !rest.is_empty() && !is_form && is_neutral()
}
