//! What the shapes find and what they do not. `~` stands for five dashes and `{alphabet:length}` for what is made up,
//! so that nothing here looks live.
use base64::{Engine, engine::general_purpose::STANDARD};

use crate::core::secret::{hit::Encoding, names::Names, rules::made, text::find};

fn text(template: &str) -> String {
    made(template, 7).replace('~', "-----")
}

fn rule_of(template: &str) -> Option<String> {
    let text = text(template);
    find(&text, &Names::root("message")).map(|hit| hit.rule.id().to_owned())
}

fn jwt(header: &str, payload: &str) -> String {
    let part = |text: &str| STANDARD.encode(text).trim_end_matches('=').to_owned();
    [&part(header), ".", &part(payload), ".{url:43}"].concat()
}

fn login(pair: &str) -> String {
    STANDARD.encode(pair)
}

fn assert_rules(cases: &[(&str, &str)]) {
    for (template, rule) in cases {
        assert_eq!(rule_of(template).as_deref(), Some(*rule), "{template}");
    }
}

fn assert_clean(cases: &[&str]) {
    for template in cases {
        assert_eq!(rule_of(template), None, "{template}");
    }
}

#[test]
fn private_keys_are_found_however_they_are_written() {
    const RULE: &str = "secret/private-key";
    assert_rules(&[
        (
            "~BEGIN RSA PRIVATE KEY~\n{base64:64}\n{base64:64}\n~END RSA PRIVATE KEY~",
            RULE,
        ),
        (
            "key: ~BEGIN PRIVATE KEY~\\n{base64:64}\\n~END PRIVATE KEY~\\n",
            RULE,
        ),
        (
            "~BEGIN EC PRIVATE KEY~ {base64:64} {base64:64} ~END EC PRIVATE KEY~",
            RULE,
        ),
        ("~BEGIN OPENSSH PRIVATE KEY~\n{base64:70}\n", RULE),
        (
            "~BEGIN RSA PRIVATE KEY~\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,{HEX:32}\n\n{base64:64}",
            RULE,
        ),
        (
            "~BEGIN PGP PRIVATE KEY BLOCK~\nVersion: GnuPG v2\n\n{base64:64}\n{base64:64}",
            RULE,
        ),
        (
            "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nPrivate-Lines: 1\n{base64:48}\n",
            RULE,
        ),
        (
            "{\"kty\": \"EC\", \"crv\": \"P-256\", \"d\": \"{url:43}\"}",
            RULE,
        ),
    ]);
}

#[test]
fn public_keys_and_words_about_private_ones_are_not() {
    assert_clean(&[
        "~BEGIN CERTIFICATE~\n{base64:64}\n~END CERTIFICATE~",
        "~BEGIN PUBLIC KEY~\n{base64:64}\n~END PUBLIC KEY~",
        "the file must start with ~BEGIN PRIVATE KEY~ and end with the footer",
        "~BEGIN RSA PRIVATE KEY~\n...\n~END RSA PRIVATE KEY~",
        "{\"kty\": \"EC\", \"crv\": \"P-256\", \"x\": \"{url:43}\"}",
    ]);
}

#[test]
fn tokens_that_say_so_are_found() {
    const RULE: &str = "secret/jwt";
    let token = jwt("{\"alg\":\"HS256\",\"typ\":\"JWT\"}", "{\"sub\":\"1\"}");
    let encrypted = jwt("{\"alg\":\"dir\",\"enc\":\"A256GCM\"}", "{\"sub\":\"1\"}");
    assert_rules(&[
        (&token, RULE),
        (&format!("logged in with {token}, done"), RULE),
        (&format!("token={token}"), RULE),
        (&encrypted, RULE),
    ]);
    let account = jwt(
        "{\"alg\":\"RS256\",\"kid\":\"a\"}",
        "{\"iss\":\"kubernetes/serviceaccount\"}",
    );
    let account = text(&account);
    let hit = find(&account, &Names::root("a")).unwrap();
    assert_eq!(hit.what, "Kubernetes service account token");
    assert_eq!(hit.span, 0..account.len());
}

#[test]
fn json_in_base64_and_tokens_without_a_signature_are_not() {
    assert_clean(&[
        &login("{\"name\": \"example\", \"namespace\": \"default\"}"),
        &jwt("{\"alg\":\"HS256\"}", "{\"sub\":\"1\"}").replace(".{url:43}", ""),
        &jwt("{\"name\":\"a\"}", "{\"sub\":\"1\"}"),
    ]);
}

#[test]
fn links_with_a_password_are_found() {
    const RULE: &str = "secret/url-password";
    assert_rules(&[
        ("postgres://app:{alnum:12}@db.svc:5432/app", RULE),
        ("postgres://postgres:postgres@db/app", RULE),
        ("redis://:pw@host", RULE),
        ("redis://:{alnum:8}@cache:6379/0", RULE),
        ("amqps://app:pa/{alnum:6}@mq/vhost", RULE),
        ("postgres://app:s{alnum:4}@r{alnum:3}@db/app", RULE),
        (
            "mongodb+srv://app:{alnum:12}@cluster0.mongodb.net/?retryWrites=true",
            RULE,
        ),
        ("see (https://bot:{alnum:20}@git.example.com/a.git).", RULE),
        ("smtp://mailer%40example.com:{alnum:10}@mail:587", RULE),
        ("ldaps://cn=admin,dc=example:{alnum:10}@ldap", RULE),
        ("app:{alnum:10}@tcp(db:3306)/app?parseTime=true", RULE),
        ("jdbc:oracle:thin:app/{alnum:10}@//db:1521/x", RULE),
        (
            "https://x.blob.core.windows.net/c/b?sv=2022-11-02&sp=r&sig={alnum:43}%3D",
            RULE,
        ),
        (
            "https://b.s3.amazonaws.com/k?X-Amz-Expires=3600&X-Amz-Signature={hex:64}",
            RULE,
        ),
        (
            "https://storage.googleapis.com/b/o?X-Goog-Signature={hex:128}",
            RULE,
        ),
        ("https://ci.example.com/build?token={alnum:24}", RULE),
        ("https://{hex:40}@git.example.com/a.git", RULE),
    ]);
}

#[test]
fn links_without_one_are_not() {
    assert_clean(&[
        "postgres://db-x.svc:5432",
        "https://user@example.com/path",
        "https://example.com:8080/path@1.2.3",
        "https://example.com/users/a:b@c",
        "mongodb://$USER:$PASSWORD@db/app",
        "mongodb://{{ .Values.user }}:{{ .Values.password }}@db/app",
        "postgres://user:password@host:5432/database",
        "postgres://app:***@db/app",
        "postgres://app:<password>@db/app",
        "postgres://app:${DB_PASSWORD}@db/app",
        "git@github.com:org/repo.git",
        "ssh://git@example.com:22/org/repo.git",
        "https://github.com/org/repo/pull/7?token=abc",
        "https://example.com/?key=name&code=200",
        "oci://ghcr.io/org/chart:1.2.3@sha256:{hex:64}",
        "docker://registry.local:5000/app@sha256:{hex:64}",
    ]);
}

#[test]
fn headers_and_sessions_are_found() {
    const RULE: &str = "secret/authorization";
    let basic = format!("Authorization: Basic {}", login("app:correct-horse-9"));
    let alone = format!("Basic {}", login("app:correct-horse-9"));
    assert_rules(&[
        ("Authorization: Bearer {alnum:32}", RULE),
        ("-H 'authorization: token {hex:40}'", RULE),
        ("{\"Authorization\": \"Bearer {alnum:40}\"}", RULE),
        ("Authorization: {alnum:32}", RULE),
        ("uses Bearer {alnum:32} for now", RULE),
        (&basic, RULE),
        (&alone, RULE),
        ("Set-Cookie: JSESSIONID={HEX:32}; Path=/", RULE),
        ("curl -u app:{alnum:12} https://example.com", RULE),
        (
            "curl --silent --user 'app:{alnum:12}' https://example.com",
            RULE,
        ),
        (
            "machine git.example.com\n  login bot\n  password {alnum:12}",
            RULE,
        ),
        (
            "machine git.example.com login bot password {alnum:12}",
            RULE,
        ),
    ]);
    let docker = format!(
        "{{\"auths\": {{\"ghcr.io\": {{\"auth\": \"{}\"}}}}}}",
        login("bot:correct-horse-9")
    );
    assert_rules(&[(&docker, RULE)]);
}

#[test]
fn words_about_headers_and_templates_are_not() {
    assert_clean(&[
        "Authorization: Bearer $TOKEN",
        "Authorization: Bearer <token>",
        "Authorization: Bearer XXXXXXXXXXXX",
        "Authorization: Basic ...",
        "authorization: enabled by policy",
        "authorization failed: RBAC denied access",
        "basic authentication is switched off",
        "the bearer token is stored in Vault",
        "curl -u user:password https://example.com",
        "curl -u \"${USER}:${PASSWORD}\" https://example.com",
        "curl -u myname https://example.com",
        "{\"auths\": {\"ghcr.io\": {}}}",
    ]);
}

#[test]
fn kubeconfigs_are_found() {
    const RULE: &str = "secret/kubeconfig";
    assert_rules(&[
        (
            "users:\n- name: a\n  user:\n    client-key-data: {base64:120}\n",
            RULE,
        ),
        (
            "apiVersion: v1\nkind: Config\ncurrent-context: a\nusers:\n- user:\n    token: {alnum:40}\n",
            RULE,
        ),
        (
            "current-context: a\nusers:\n- user:\n    username: admin\n    password: {alnum:10}\n",
            RULE,
        ),
    ]);
    assert_clean(&[
        "current-context: a\nclusters:\n- cluster: {certificate-authority-data: abc}\nusers:\n- user: {exec: {command: aws}}",
    ]);
}

#[test]
fn one_layer_of_encoding_is_looked_into() {
    let link = text("postgres://app:{alnum:12}@db.svc:5432/app");
    let percent: String = link
        .chars()
        .map(|character| match character {
            ':' => "%3A".to_owned(),
            '/' => "%2F".to_owned(),
            '@' => "%40".to_owned(),
            other => other.to_string(),
        })
        .collect();
    let wrapped = [
        (STANDARD.encode(&link), Encoding::Base64),
        (
            format!("it is {} in base64", STANDARD.encode(&link)),
            Encoding::Base64,
        ),
        (percent, Encoding::Percent),
    ];
    for (text, encoding) in wrapped {
        let hit = find(&text, &Names::root("a"));
        assert_eq!(hit.and_then(|hit| hit.encoding), Some(encoding), "{text}");
    }
    let certificate = STANDARD.encode(text("~BEGIN CERTIFICATE~\n{base64:64}\n~END CERTIFICATE~"));
    assert_eq!(find(&certificate, &Names::root("a")), None);
}
