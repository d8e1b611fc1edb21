//! Keys with values under them, and whether they are credentials.
use super::{Literal, tell};
use crate::core::secret::names::Names;

/// Whether `value` is told under `path`, whose names are joined by `>`, outermost first.
fn is_told(path: &str, literal: Literal<'_>) -> bool {
    fn below(names: &Names<'_>, rest: &[&str], literal: Literal<'_>) -> bool {
        match rest {
            [] => tell(names, literal).is_some(),
            [name, rest @ ..] => below(&names.below(name), rest, literal),
        }
    }
    let path: Vec<_> = path.split('>').collect();
    below(&Names::root(path[0]), &path[1..], literal)
}

#[test]
fn literals_under_telling_keys_are_hits() {
    for (path, value) in [
        ("password", "hunter2"),
        ("password", "changeme"),
        ("password", "correct horse battery staple"),
        ("password", "0b2c9f6e-7d7c-4a54-9f0e-5f8e7a6b1c2d"),
        ("password", "${X}hunter2"),
        ("dbPassword", "x7"),
        ("DB_PASSWD", "hunter2"),
        ("pass", "hunter2"),
        ("pgpassword", "letmein"),
        ("passwordBase64", "aHVudGVyMg=="),
        ("motDePasse", "soleil"),
        ("Kennwort", "geheim1"),
        ("contraseña", "hola"),
        ("密码", "hunter2"),
        ("passwordSecretName", "Tr0ub4dor&3"),
        ("passwordHash", "hunter2 hunter"),
        ("passwords", "hunter2"),
        ("passwords>grafana", "hunter2"),
        ("secret", "hunter2"),
        ("secrets>db", "hunter2"),
        ("credentials>value", "hunter2"),
        ("credentials", "admin:hunter2"),
        ("adminUserCredentials>password", "hunter2"),
        ("clientSecret", "hunter2"),
        ("secretKey", "minioadmin"),
        ("apiKey", "q9V7nB2K4xL8zR3t"),
        ("token", "0b2c9f6e-7d7c-4a54-9f0e-5f8e7a6b1c2d"),
        ("accessToken", "q9V7nB2K4xL8zR3t"),
        ("vendor_key", "q9V7nB2K4xL8zR3tW6yP"),
    ] {
        assert!(is_told(path, Literal::Text(value)), "{path}: {value}");
    }
    for (path, value) in [("password", "12345678"), ("pin", "1234")] {
        assert!(is_told(path, Literal::Number(value)), "{path}: {value}");
    }
}

#[test]
fn references_and_facts_are_none() {
    for (path, value) in [
        ("passwordSecretName", "example-es-elastic-user"),
        ("passwordSecretRef>name", "example-es-elastic-user"),
        ("secretKeyRef>key", "password"),
        ("passwordKey", "admin-password"),
        ("secretKey", "password"),
        ("adminUserCredentials>name", "example-admin"),
        ("adminUserCredentials>namespace", "default"),
        ("credentials>username", "elastic"),
        ("credentials>host", "db.example.com"),
        ("credentials", "run 'vault kv get kv/team/db'"),
        ("credentials", "ready"),
        ("password", "<vault-ref>"),
        ("password", ""),
        ("password", "see Secret example-es-elastic-user"),
        ("passwordPolicy", "at least 12 characters"),
        (
            "passwordHash",
            "$2y$10$abcdefghijklmnopqrstuuAbCdEfGhIjKlMnOpQrStUvWxYz01234",
        ),
        ("passwordRotatedAt", "2026-11-03T10:00:00Z"),
        ("secret", "my-app-tls"),
        ("secret", "regcred"),
        ("secretVersion", "AWSCURRENT"),
        (
            "secretArn",
            "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf",
        ),
        ("secrets>db", "example-db"),
        ("tokenUrl", "https://login.example.com/oauth2/token"),
        ("tokenType", "Bearer"),
        ("token", "refreshed"),
        ("keyName", "deploy-key"),
        (
            "publicKey",
            "MCowBQYDK2VwAyEAq9V7nB2K4xL8zR3tW6yPq9V7nB2K4xL8zR3tW6yP",
        ),
        ("cacheKey", "d41d8cd98f00b204e9800998ecf8427e"),
        (
            "vault-secrets",
            "run 'vault kv list kv/team' to see the secrets",
        ),
        ("pass", "passed"),
        ("pin", "v1.2.3"),
        ("connectionDetails>host", "db.example.com"),
    ] {
        assert!(!is_told(path, Literal::Text(value)), "{path}: {value}");
    }
    for (path, value) in [
        ("token", "3600"),
        ("maxTokens", "4096"),
        ("tokenCount", "12"),
        ("passwordLength", "24"),
        ("summary>pass", "12"),
        ("passwordVersion", "3"),
        ("credentials>port", "5432"),
    ] {
        assert!(!is_told(path, Literal::Number(value)), "{path}: {value}");
    }
}
