//! What `serve` says of changes that the API server has to be told of, and the command that it names.
use std::{fs, path::Path};

use rcgen::{CertificateParams, KeyPair};
use tempfile::TempDir;

use super::process::Running;

/// A schema for `<plural>.example.org`, with more lines of its spec.
fn put(directory: &Path, plural: &str, spec: &str) {
    let text = format!(
        "apiVersion: statusguard.dev/v1alpha1\nkind: StatusSchema\nmetadata: {{name: {plural}}}\nspec:\n  \
         request: {{group: example.org, resource: {plural}}}\n{spec}"
    );
    fs::write(directory.join(plural).with_extension("yaml"), text).unwrap();
}

/// What stands in the log of the command to run, if the server was told to take any port.
fn command(server: &Running, schemas: &Path) -> String {
    format!(
        "serve --print-webhook --schemas {} --certs {} --listen {} | kubectl apply -f -",
        schemas.display(),
        server.directory.path().join("certs").display(),
        server.listen
    )
}

#[test]
fn what_the_api_server_does_not_know_of_new_schemas_is_told_with_the_command() {
    let schemas = TempDir::new().unwrap();
    put(schemas.path(), "as", "  enforcement: Enforce\n");
    put(schemas.path(), "bs", "  versions: {v1: {schema: {}}}\n");
    let arguments = ["--schemas", schemas.path().to_str().unwrap()];
    let mut server = Running::start(&arguments, "json");
    let command = command(&server, schemas.path());
    let mut told = |plural: &str, spec: &str, said: &str| {
        put(schemas.path(), plural, spec);
        let line = server.wait_for("the API server hears of it once the webhook configuration");
        assert!(line.contains(said), "{line}");
        assert!(line.contains(&command), "{line}");
    };
    told(
        "as",
        "  enforcement: Audit\n  secrets: {enforcement: Audit}\n",
        "as.example.org is only watched now",
    );
    told(
        "bs",
        "  versions: {v1: {schema: {}}, v2: {schema: {}}}\n",
        "bs.example.org is guarded in v1, v2 now",
    );
    told("cs", "  schema: {}\n", "cs.example.org is new");
    // A schema that changes in any other way is none of the API server's business.
    put(schemas.path(), "cs", "  schema: {type: object}\n");
    put(schemas.path(), "ds", "  schema: {}\n");
    let line = server.wait_for("the API server hears of it once the webhook configuration");
    assert!(line.contains("ds.example.org is new"), "{line}");
    assert!(!line.contains("cs.example.org"), "{line}");
}

/// A pair that signs itself, for an address.
fn pair(address: &str) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let parameters = CertificateParams::new([address.to_owned()]).unwrap();
    let certificate = parameters.self_signed(&key).unwrap();
    (certificate.pem(), key.serialize_pem())
}

#[test]
fn a_certificate_that_the_api_server_does_not_trust_yet_is_told_with_the_command() {
    let mut server = Running::start(&[], "json");
    let certs = server.directory.path().join("certs");
    let (certificate, key) = pair("10.9.9.9");
    // With the key first, nothing counts before the last file is there.
    fs::write(certs.join("tls.key"), key).unwrap();
    fs::write(certs.join("ca.crt"), &certificate).unwrap();
    fs::write(certs.join("tls.crt"), certificate).unwrap();
    let line = server.wait_for("the API server cannot call statusguard until");
    let arguments = format!("--certs {} --listen {}", certs.display(), server.listen);
    let command = format!("serve --print-webhook {arguments} | kubectl apply -f -");
    assert!(line.contains(&command), "{line}");
    server.wait_for("tls.crt is not valid for the address");
}
