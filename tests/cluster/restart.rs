//! The API server is killed, and comes back with what it had stored, and then with nothing: what was in force stays in
//! force, and statusguard finds everything again by itself.
use std::fs;

use hyper::Method;
use k8s_openapi::ByteString;
use rustls_pki_types::{CertificateDer, pem::PemObject as _};
use serde_json::{Value, json};

use crate::{
    control_plane::ControlPlane,
    guard::{addresses, is_ready},
    http::Http,
    installed::Installed,
    plain::{holds, url},
    promise::{Promise, custom_resource_definition},
    reviews::recordings,
    until::{until, wait},
};

const NAME: &str = "killed-cloud";

/// statusguard as one who is not the API server finds it.
struct Seen<'a> {
    cluster: &'a Installed,
    http: Http,
    review: Vec<u8>,
}

impl<'a> Seen<'a> {
    fn of(cluster: &'a Installed) -> Self {
        let authorities: ByteString =
            serde_json::from_value(cluster.certificates()["ca.crt"].take())
                .expect("the Secret holds base64");
        let authorities = CertificateDer::pem_slice_iter(&authorities.0);
        let authorities = authorities.map(|one| one.expect("it is PEM").to_vec());
        let address = format!("https://127.0.0.1:{}", cluster.port());
        let (_, mut review) = recordings(&format!("{NAME}s")).swap_remove(3);
        review["request"]["object"]["status"] = json!({"url": 1});
        Self {
            cluster,
            http: Http::anonymous(&address, authorities.collect()),
            review: review.to_string().into_bytes(),
        }
    }

    /// It judges by what it knew last, and says that it is ready.
    #[track_caller]
    fn goes_on(&self) {
        let json = "application/json";
        let answer = self
            .http
            .call(Method::POST, "/validate", json, self.review.clone());
        let response = answer.expect("statusguard answers").accepted()["response"].take();
        assert_eq!(response["allowed"], false, "{response:#}");
        let cause = &response["status"]["details"]["causes"][0];
        assert_eq!(cause["field"], "status.url", "{response:#}");
        let log = self.cluster.log();
        let admin = log.lines().filter_map(addresses).next_back();
        is_ready(&admin.expect("it serves").admin).expect("it is ready");
    }

    /// Waits until the log says something that it has not said before, and sees that all goes on meanwhile.
    #[track_caller]
    fn tells(&self, already: &str, told: &str) {
        until(told, || {
            self.goes_on();
            holds(self.cluster.log()[already.len()..].contains(told))
        });
    }
}

#[test]
fn an_api_server_that_is_killed_finds_all_guarded_when_it_is_back_even_with_nothing_stored() {
    let Some(plane) = ControlPlane::another("killed") else {
        return;
    };
    let Some(cluster) = Installed::with_helm(plane, &[]) else {
        return;
    };
    let kubeconfig = with_token_in_a_file(&cluster);
    cluster.run(&[("KUBECONFIG", &kubeconfig)]);
    let promise = cluster.promise(NAME, &url());
    cluster.replace_promise(NAME, &url(), Some("Enforce"));
    until("a bad write is refused", || is_refused(&promise));
    with_what_it_had_stored(&cluster, &promise);
    with_nothing(&cluster, &promise);
}

fn with_what_it_had_stored(cluster: &Installed, promise: &Promise) {
    let seen = Seen::of(cluster);
    let before = cluster.configuration("statusguard").expect("it is there");
    let log = cluster.log();
    cluster.plane.kill();
    seen.tells(&log, "the API server cannot be reached");
    cluster.plane.start_again(false);
    until("a bad write is refused", || {
        let refused = is_refused(promise);
        let passes = |words: &String| words.starts_with("200");
        assert!(!refused.as_ref().is_err_and(passes), "a bad write passes");
        refused
    });
    let after = cluster.configuration("statusguard").expect("it is there");
    assert_eq!(after["webhooks"], before["webhooks"]);
    seen.tells(&log, "the watch of Promises: well again");
    let late = cluster.promise("late-cloud", &url());
    until("a new Promise is guarded", || holds(cluster.guards(&late)));
}

fn with_nothing(cluster: &Installed, promise: &Promise) {
    let seen = Seen::of(cluster);
    let log = cluster.log();
    cluster.plane.kill();
    cluster.plane.start_again(true);
    // Its ServiceAccount is gone with everything else.
    seen.tells(&log, "the API server does not know who asks");
    assert!(cluster.configuration("statusguard").is_none());
    cluster.install_again();
    promise.install_again(&custom_resource_definition(NAME));
    promise.request("example");
    cluster.replace_promise(NAME, &url(), Some("Enforce"));
    seen.goes_on();
    // As the kubelet does, who would have made the Pod anew as well.
    with_token_in_a_file(cluster);
    // A token in a file is read again once a minute, and a watch pauses for half a minute at most.
    let filled = || holds(cluster.guards(promise));
    let what = "the configuration is filled in again";
    if wait(what, filled).is_err() {
        until(what, filled);
    }
    until("a bad write is refused", || is_refused(promise));
    let good = promise.dry_run("example", &json!({"url": "https://example.com"}));
    assert_eq!(good.code, 200, "{:#}", good.body);
    let starts = cluster.log().matches("\"serving\"").count();
    assert_eq!(starts, 1, "it was started once");
}

/// Whether a write is refused that the schema of the Promise refuses; else the code of the answer, and what it says.
fn is_refused(promise: &Promise) -> Result<(), String> {
    let answer = promise.dry_run("example", &json!({"url": 1}));
    match answer.code {
        422 => Ok(()),
        code => Err(format!("{code}: {}", answer.body["message"])),
    }
}

/// A kubeconfig that names a file with a token of the ServiceAccount, as a Pod has one; the token is a new one each time.
fn with_token_in_a_file(cluster: &Installed) -> String {
    let made = fs::read_to_string(cluster.kubeconfig("statusguard")).expect("it was written");
    let mut kubeconfig: Value = serde_json::from_str(&made).expect("it is JSON");
    let user = &mut kubeconfig["users"][0]["user"];
    let token = user["token"].as_str().expect("it has one").to_owned();
    let [file, new, named] =
        ["token", "new-token", "kubeconfig-with-file"].map(|name| cluster.directory.join(name));
    fs::write(&new, token).expect("the directory can be written");
    fs::rename(&new, &file).expect("a file can be moved inside a directory");
    *user = json!({"tokenFile": file});
    fs::write(&named, kubeconfig.to_string()).expect("the directory can be written");
    named.to_str().expect("it is text").to_owned()
}
