//! Credentials for tests, put together when a test runs, so that no file holds one that looks live.
use base64::{Engine as _, engine::general_purpose::STANDARD};

/// The text with each `«name»` in it replaced by the credential that the name stands for, and each `«base64 …»` and
/// `«percent …»` by its text, encoded.
pub(crate) fn planted(text: &str) -> String {
    let mut text = text.to_owned();
    // The last that begins has no other inside.
    while let Some((before, after)) = text.rsplit_once('«') {
        let (name, behind) = after
            .split_once('»')
            .expect("what begins with « ends with »");
        text = format!("{before}{}{behind}", credential(name));
    }
    text
}

fn credential(name: &str) -> String {
    match name.split_once(' ') {
        Some(("base64", text)) => STANDARD.encode(text),
        Some(("percent", text)) => {
            let bytes: Vec<_> = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
            bytes.concat()
        }
        _ => whole(name),
    }
}

fn whole(name: &str) -> String {
    match name {
        "access key" => ["AK", "IA", "4QUX7LMNTZ2WPK3D"].concat(),
        "slack" => [
            "xo",
            "xb-",
            "263594206564-2343594206574-FGqddMF8t08v8N7Oq4i57vs1",
        ]
        .concat(),
        "private key" => format!(
            "-----BEGIN {kind}-----\\n{line}\\n{line}\\n-----END {kind}-----\\n",
            kind = ["PRIVATE", "KEY"].join(" "),
            line = "MIIBVgIBADANBgkqhkiG9w0BAQEFAASCAUAwggE8AgEAAkEAq7BFUpkGp3",
        ),
        "jwt" => {
            let part = |json: &str| STANDARD.encode(json).replace('=', "");
            let signature = "dBjftJeZ4CVPmB92K27uhbUJU1p1r-wW1gFWFOEjXk8".replace("dBj", "qT4");
            [
                part(r#"{"alg":"HS256","typ":"JWT"}"#),
                part(r#"{"sub":"1234567890","name":"Jo"}"#),
                signature,
            ]
            .join(".")
        }
        "link" => ["postgres://app:", "s3cr3tpw", "@db-x.svc:5432/app"].concat(),
        "kubeconfig" => [
            "apiVersion: v1",
            "kind: Config",
            "clusters:",
            "- name: home",
            "  cluster: {server: https://k8s.example.com}",
            "current-context: home",
            "users:",
            "- name: admin",
            "  user: {token: kq3v9zt7x1m5p8w2}",
        ]
        .join("\n"),
        _ => panic!("no credential is called {name}"),
    }
}
