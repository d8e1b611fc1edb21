//! The ways to a certificate that are not statusguard's own: files that somebody changes, and cert-manager.
use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use hyper::Method;
use k8s_openapi::ByteString;
use rustls_pki_types::{CertificateDer, pem::PemObject as _};
use serde_json::{Value, json};
use statusguard::core::pki::{Names, Validity, authority};

use crate::{
    http::Http,
    installed::Installed,
    plain::{holds, url},
    promise::Promise,
    until::until,
};

const CONFIGURATIONS: &str =
    "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";

/// Makes a CA and a leaf of it for the Service, puts them into a directory, and returns the CA.
pub fn issue(directory: &Path) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.expect("it is after 1970");
    let names = Names {
        dns: BTreeSet::from([
            "statusguard.statusguard.svc".to_owned(),
            "localhost".to_owned(),
        ]),
        addresses: BTreeSet::from(["127.0.0.1".parse().expect("it is an address")]),
    };
    let keys = [(); 2].map(|()| authority::key().expect("a key can be made"));
    let validity = Validity::of_authority(now);
    let ca = authority::authority(&keys[0], validity, now).expect("a CA can be made");
    let leaf = Validity::of_leaf(now, &validity);
    let leaf = authority::leaf(&keys[1], &names, leaf, &keys[0], now).expect("a leaf can be made");
    for (name, text) in [("ca.crt", &ca), ("tls.key", &keys[1]), ("tls.crt", &leaf)] {
        fs::write(directory.join(name), text).expect("the directory can be written");
    }
    ca
}

pub fn each_way_serves(cluster: &Installed, promise: &Promise) {
    let directory = cluster.directory.join("files");
    fs::create_dir(&directory).expect("it is made once");
    let certs = directory.to_str().expect("it is text");
    let first = issue(&directory);
    files_that_change_are_served(cluster, promise, &directory, &first);
    cluster.stop();
    let authority = issue(&directory);
    cluster.run(&[("--certificates", "cert-manager"), ("--certs", certs)]);
    nothing_is_refused_before_the_injector_has_come_by(cluster, promise);
    the_bundle_of_cert_manager_is_left_alone(cluster, promise, authority.as_bytes());
    cluster.stop();
}

fn is_judged(promise: &Promise) -> Result<(), String> {
    let answer = promise.dry_run("example", &json!({"url": 1}));
    match answer.code {
        422 => Ok(()),
        code => Err(format!("{code}: {}", answer.body["message"])),
    }
}

fn files_that_change_are_served(
    cluster: &Installed,
    promise: &Promise,
    directory: &Path,
    first: &str,
) {
    let certs = directory.to_str().expect("it is text");
    cluster.run(&[("--certificates", "files"), ("--certs", certs)]);
    until("a write is judged", || is_judged(promise));
    assert!(bundle(cluster).contains(first.trim()));
    let second = issue(directory);
    until("the caBundle follows", || {
        holds(bundle(cluster).contains(second.trim()))
    });
    until("a write is judged", || is_judged(promise));
    let address = format!("https://localhost:{}", cluster.port());
    let trusting = |pem: &str| {
        let der = CertificateDer::from_pem_slice(pem.as_bytes()).expect("it is PEM");
        Http::anonymous(&address, vec![der.to_vec()]).call(
            Method::POST,
            "/validate",
            "application/json",
            b"{}".to_vec(),
        )
    };
    assert!(trusting(&second).is_ok(), "the new one is not served");
    assert!(trusting(first).is_err(), "the old one is still served");
    assert_eq!(
        cluster.log().matches("\"serving\"").count(),
        1,
        "it was started once"
    );
}

/// The webhooks are written anew, by someone who does not know whom to trust.
fn nothing_is_refused_before_the_injector_has_come_by(cluster: &Installed, promise: &Promise) {
    replace(cluster, |object| {
        object["webhooks"] = json!([]);
        Ok(())
    });
    until("it is guarded", || holds(cluster.guards(promise)));
    assert_eq!(bundle(cluster), "");
    let told = "the caBundle of the webhook configuration statusguard: there is none yet";
    until("it is told", || holds(cluster.log().contains(told)));
    let spec = json!({"schema": {"properties": {"url": {"type": "string"}}}});
    cluster.schema(promise.name, &spec).accepted();
    cluster.condition(promise.name, "Enforced", "False", "NoCaBundle");
    for _ in 0..20 {
        promise.dry_run("example", &json!({"url": 1})).accepted();
    }
}

/// cert-manager's injector is played by a client that writes the caBundle, as it does, by an update of the object.
fn the_bundle_of_cert_manager_is_left_alone(
    cluster: &Installed,
    promise: &Promise,
    authority: &[u8],
) {
    inject(cluster, authority);
    until("a write is judged", || {
        // Neither before nor after the injector a write fails because nothing is trusted.
        let answer = promise.dry_run("example", &json!({"url": 1}));
        assert!([200, 422].contains(&answer.code), "{answer:?}");
        holds(answer.code == 422)
    });
    until("it is refused where nobody can be asked", || {
        let configuration = cluster.configuration("statusguard").expect("it is there");
        holds(configuration["webhooks"][0]["failurePolicy"] == "Fail")
    });
    cluster.condition(promise.name, "Enforced", "True", "Enforced");
    cluster.delete_schema(promise.name);
    let applies = applies(cluster);
    let other = cluster.promise("injected-cloud", &url());
    until("it is guarded", || holds(cluster.guards(&other)));
    until("it is judged", || {
        holds(
            other
                .dry_run("example", &json!({"password": "hunter2"}))
                .code
                == 422,
        )
    });
    assert_ne!(self::applies(cluster), applies, "statusguard has applied");
    assert_eq!(
        bundle(cluster).as_bytes(),
        authority,
        "and left the caBundle as it was"
    );
}

/// The caBundle of the first webhook.
fn bundle(cluster: &Installed) -> String {
    let configuration = cluster.configuration("statusguard").expect("it is there");
    let bundle = configuration["webhooks"][0]["clientConfig"]["caBundle"].clone();
    let bundle: Option<ByteString> = serde_json::from_value(bundle).expect("it is base64");
    String::from_utf8(bundle.unwrap_or_default().0).expect("it is PEM")
}

fn applies(cluster: &Installed) -> Value {
    let configuration = cluster.configuration("statusguard").expect("it is there");
    configuration["metadata"]["generation"].clone()
}

fn inject(cluster: &Installed, authority: &[u8]) {
    replace(cluster, |object| {
        let webhooks = object["webhooks"].as_array_mut();
        for webhook in webhooks.ok_or("nothing is guarded")? {
            webhook["clientConfig"]["caBundle"] = json!(ByteString(authority.to_vec()));
        }
        Ok(())
    });
}

/// Updates the webhook configuration as somebody else.
fn replace(cluster: &Installed, change: impl Fn(&mut Value) -> Result<(), String>) {
    let path = format!("{CONFIGURATIONS}/statusguard?fieldManager=cert-manager-cainjector");
    until("the webhook configuration is updated", || {
        let mut object = cluster.configuration("statusguard").expect("it is there");
        change(&mut object)?;
        let body = object.to_string().into_bytes();
        let answer = cluster
            .plane
            .api
            .call(Method::PUT, &path, "application/json", body)?;
        (answer.code == 200)
            .then_some(())
            .ok_or_else(|| answer.body.to_string())
    });
}
