//! Sentences, logs and commands, with and without a credential in them.
use super::find;
use crate::core::secret::{leak_in_field, names::Names};

fn is_hit(text: &str) -> bool {
    find(text, &Names::root("message")).is_some()
}

#[test]
fn credentials_in_sentences_are_hits() {
    let texts = [
        "password is hunter2",
        "password: hunter2",
        "the password has been set to hunter2",
        "The password for user elastic is hunter2.",
        "login with elastic / changeme123",
        "Created user admin with password hunter2",
        "Default credentials: admin:Winter2026!",
        "login: ada, password: hunter2",
        "use token q9V7nB2K4xL8zR3tW6yP to log in",
        "API key = q9V7nB2K4xL8zR3t",
        "pin code 1234",
        "PIN: 4711",
        "user: elastic\npassword: hunter2\n",
        "Passwort lautet hunter2",
        "le mot de passe est hunter2",
        "Mot de passe : Soleil2026",
        "la contraseña es hunter2",
        "a senha é hunter2",
        "la password è hunter2",
        "het wachtwoord is hunter2",
        "パスワードは hunter2 です",
        "密码：hunter2",
        "密码是hunter2。",
        "PGPASSWORD=hunter2 psql -h db",
        "mysql --password=hunter2",
        "curl -u admin:hunter2 https://db.example.com",
        "{\"username\": \"elastic\", \"password\": \"hunter2\"}",
        "{\\\"password\\\":\\\"hunter2\\\"}",
        "<password>hunter2</password>",
        "level=info msg=created db.password=hunter2",
        "spec.adminPassword: Invalid value: \"hunter2\": too short",
        "https://files.example.com/a?sig=q9V7nB2K4xL8zR3tW6yPq9V7nB2K4xL8%3D",
        "initial password (change it): Winter2026!",
        "password:\n  hunter2\n",
        "Password \"tr0ub4dor\" was set",
        "password is 12345678",
        "client secret: q9V7nB2K4xL8zR3tW6yP",
    ];
    let missed: Vec<_> = texts.into_iter().filter(|text| !is_hit(text)).collect();
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn sentences_about_credentials_are_none() {
    let texts = [
        "password is stored in secret foo",
        "the password is required",
        "password: see Secret example-es-elastic-user",
        "password rotated",
        "token expired at 2026-11-03T10:00:00Z",
        "wrong password",
        "password policy: at least 12 characters",
        "login with your SSO account",
        "passwords must match",
        "run 'vault kv list kv/team' to see the secrets",
        "kubectl get secret x -o jsonpath='{.data.password}' | base64 -d",
        "The password for user elastic can be read with kubectl get secret pg-user1",
        "credentials: ready",
        "credentials: healthy",
        "Basic auth enabled",
        "token: refreshed",
        "secret/foo created",
        "key: value pairs",
        "password: ${DB_PASSWORD}",
        "password: <password>",
        "password: ********",
        "password=[REDACTED]",
        "password is at least 12 characters long",
        "password: 12 characters",
        "tokens: 4096 used, 100 left",
        "token bucket refilled at 100/s",
        "user / password authentication is on",
        "login at https://grafana.example.com/login",
        "log in with GitHub",
        "credentials: team-a/db-creds1",
        "password is md5 hashed",
        "password: sha256",
        "pinned to 1.31",
        "telegram_api_token = \"telegram_api_token = \"q9V7nB2K4xL8zR3tW6yP\"\"",
        "String password = \"password\";",
        "char *password = NULL;",
        "curl -u \"${USER}:${PASS}\" https://db.example.com",
        "curl -u user:pass https://db.example.com",
        "Password=\"YOUR_PASSWORD_HERE\"",
        "the pin 1.2.3 was moved",
        "tests pass: 12, fail: 0",
        "secret default/app-x7k2p updated",
        "stored at arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-xK9mQ2",
        "failed to parse private key as PKCS#8 or SEC1",
        "waiting for tokens: got=%d, want=2",
        "kubectl create quota q --hard=secrets=5,persistentvolumeclaims=10",
        "invalid UTF-8 token: \"\\xc3xy\"",
    ];
    let hit: Vec<_> = texts.into_iter().filter(|text| is_hit(text)).collect();
    assert!(hit.is_empty(), "{hit:#?}");
}

/// Whatever stands around a word that announces a credential, in whatever script and however long, is read without a
/// fault.
#[test]
fn no_text_stops_the_reading() {
    const PARTS: [&str; 52] = [
        "password",
        "Passwort",
        "token",
        "key",
        "pin",
        "login",
        "user",
        "-u ",
        "-p ",
        "密码",
        "パスワード",
        "пароль",
        "contraseña",
        "hasło",
        "mysql",
        " as ",
        " / ",
        "sig=",
        "?",
        "&",
        ":",
        "=",
        " ",
        "\"",
        "'",
        "`",
        "\\\"",
        "**",
        "(",
        ")",
        "<",
        ">",
        "{",
        "é",
        "\u{3000}",
        "\n",
        "is",
        "for",
        "hunter2",
        "a",
        "😀",
        "、",
        "identified by ",
        "&#58;",
        "&quot;",
        "<b>",
        "\u{200b}",
        "ｐ",
        "p\u{430}",
        "....",
        "arn:",
        "checksum/secret: ",
    ];
    let mut state = 11_u64;
    let mut draw = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(state >> 33).unwrap() % below
    };
    for _ in 0..2_000 {
        let count = 1 + draw(12);
        let text: String = (0..count)
            .map(|_| {
                let part = PARTS[draw(PARTS.len())];
                // Now and then as long as what is read no further.
                let is_long = draw(40) == 0;
                let times = [41, 64, 128, 256, 700][draw(5)];
                part.repeat(if is_long { times } else { 1 })
            })
            .collect();
        for key in ["login", text.get(..40).unwrap_or(&text)] {
            if let Some(hit) = leak_in_field(key, &text) {
                assert!(text.get(hit.span).is_some(), "a span cuts a character");
            }
        }
    }
}
