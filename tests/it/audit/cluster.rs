//! `statusguard audit` of a cluster that a test plays: what it asks for, and what it says when something goes wrong.
use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use serde_json::{Value, json};

use super::request;
use crate::program::{Folder, Ran};

/// Answers a path with a code and a body.
type Answers = Box<dyn FnMut(&str) -> (u16, Value) + Send>;

/// An API server of which only the answers are real; it ends with the process.
struct Played {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Played {
    fn new(mut answers: Answers) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                let path = asked_for(&stream);
                let (code, body) = answers(&path);
                log.lock().unwrap().push(path);
                answer(stream, code, &body);
            }
        });
        Self { address, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    /// Runs the program, to which this is the cluster.
    fn run(&self, arguments: &str) -> Ran {
        let mut folder = Folder::new();
        let kubeconfig = kubeconfig(&format!("http://{}", self.address));
        folder.write("kubeconfig", kubeconfig.to_string());
        folder.set("KUBECONFIG", "kubeconfig");
        let mut ran = folder.run(arguments);
        ran.stderr = ran.stderr.replace(&self.address.to_string(), "ADDRESS");
        ran
    }
}

fn asked_for(stream: &TcpStream) -> String {
    let mut lines = BufReader::new(stream).lines().map(Result::unwrap);
    let first = lines.next().unwrap_or_default();
    let _headers: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    first.split(' ').nth(1).unwrap_or_default().to_owned()
}

fn answer(mut stream: TcpStream, code: u16, body: &Value) {
    let body = body.to_string();
    let length = body.len();
    // Who has gone needs no answer.
    let _ = write!(
        stream,
        "HTTP/1.1 {code} X\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    );
}

fn kubeconfig(server: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "here",
        "clusters": [{"name": "here", "cluster": {"server": server}}],
        "users": [{"name": "here", "user": {"token": "zq7canary"}}],
        "contexts": [{"name": "here", "context": {"cluster": "here", "user": "here"}}],
    })
}

fn status(code: u16, message: &str) -> (u16, Value) {
    let status = json!({
        "apiVersion": "v1", "kind": "Status", "status": "Failure", "code": code, "message": message, "reason": "Odd",
    });
    (code, status)
}

/// A list of Promises with one in it, whose schema wants `url` to be a text.
fn promises() -> Value {
    let schema = json!({"openAPIV3Schema": {"type": "object", "properties": {
        "status": {"type": "object", "properties": {"url": {"type": "string"}}},
    }}});
    let version = |name: &str, is_stored: bool| json!({"name": name, "served": true, "storage": is_stored, "schema": schema});
    list(
        "Promise",
        &[json!({
            "apiVersion": "platform.kratix.io/v1alpha1", "kind": "Promise",
            "metadata": {"name": "runtime", "labels": {"kratix.io/promise-version": "v2.0.0"}},
            "spec": {"api": {"spec": {
                "group": "marketplace.kratix.io",
                "names": {"kind": "Runtime", "plural": "runtimes"},
                "versions": [version("v1beta1", false), version("v1alpha1", true)],
            }}},
        })],
        None,
    )
}

fn list(kind: &str, items: &[Value], next: Option<(&str, usize)>) -> Value {
    let mut metadata = json!({"resourceVersion": "1"});
    if let Some((token, remaining)) = next {
        metadata["continue"] = token.into();
        metadata["remainingItemCount"] = remaining.into();
    }
    json!({"apiVersion": "v1", "kind": format!("{kind}List"), "metadata": metadata, "items": items})
}

/// The requests from `first` on, each with a url that is a number.
fn requests(names: &[&str]) -> Vec<Value> {
    let names = names.iter();
    names
        .map(|name| request(name, &json!({"url": 7, "promiseVersion": "v1.0.0"})))
        .collect()
}

/// Answers as an API server with Kratix does, and about requests as `of_requests` says.
fn cluster(mut of_requests: impl FnMut(&str) -> (u16, Value) + Send + 'static) -> Played {
    Played::new(Box::new(move |path| {
        match path.split('?').next().unwrap() {
            "/apis/platform.kratix.io/v1alpha1/promises" => (200, promises()),
            "/apis/marketplace.kratix.io/v1alpha1/runtimes" => of_requests(path),
            _ => status(404, "not found"),
        }
    }))
}

#[test]
fn a_listing_that_takes_too_long_is_begun_anew_and_counts_nothing_twice() {
    let mut pages = vec![
        (
            200,
            list("Runtime", &requests(&["a", "b"]), Some(("one", 3))),
        ),
        status(410, "the token is too old"),
        (
            200,
            list("Runtime", &requests(&["a", "b", "c"]), Some(("two", 1))),
        ),
        (200, list("Runtime", &requests(&["d"]), None)),
    ]
    .into_iter();
    let played = cluster(move |_| pages.next().unwrap_or_else(|| status(500, "too often")));
    let ran = played.run("audit --format json");
    assert_eq!(ran.code, 1, "{}", ran.shown());
    let policy = &ran.json()["policies"][0];
    let finding = json!({
        "path": "status.url", "rule": "schema/type", "effect": "deny", "forgiven": false, "requests": 4,
        "examples": ["a", "b", "c"],
    });
    assert_eq!(policy["findings"], json!([finding]), "{}", ran.shown());
    let outdated = json!({"newest": "v2.0.0", "requests": 4, "examples": ["a", "b", "c"]});
    assert_eq!(policy["outdated"], outdated);
    // Nothing tells about itself where no terminal is.
    assert_eq!(ran.stderr, "");
    let asked = played.asked();
    let of_requests: Vec<&str> = asked
        .iter()
        .filter_map(|path| path.strip_prefix("/apis/marketplace.kratix.io/v1alpha1/runtimes?"))
        .collect();
    assert_eq!(
        of_requests,
        [
            "&limit=500",
            "&limit=500&continue=one",
            "&limit=500",
            "&limit=500&continue=two"
        ]
    );
}

#[test]
fn what_goes_wrong_is_told_with_a_remedy() {
    let refused = "runtimes.marketplace.kratix.io is forbidden: User \"jo\" cannot list resource \"runtimes\"";
    let without =
        |code: u16, words: &'static str| Played::new(Box::new(move |_| status(code, words)));
    let played = [
        (
            "no rights for requests",
            cluster(move |_| status(403, refused)),
        ),
        ("nobody knows who asks", without(401, "Unauthorized")),
        ("no Kratix", without(404, "not found")),
        ("out of order", without(500, "zq7canary")),
        ("too old for ever", cluster(|_| status(410, "too old"))),
        ("no list", cluster(|_| (200, json!([7])))),
        ("a text", cluster(|_| (200, "zq7canary".into()))),
        (
            "no request",
            cluster(|_| (200, list("Runtime", &[json!({"kind": "zq7canary"})], None))),
        ),
    ];
    let mut shown = String::new();
    for (name, played) in played {
        let ran = played.run("audit");
        shown = format!("{shown}{name}: {}", ran.refusal(name));
    }
    let ran = cluster(|_| (200, list("Runtime", &[], None))).run("audit --promise none");
    shown.push_str(ran.refusal("audit --promise none"));
    assert!(!shown.contains("zq7canary"), "{shown}");
    insta::assert_snapshot!(shown);
}

#[test]
fn a_definition_that_is_not_there_yet_is_a_note() {
    let ran = cluster(|_| status(404, "not found")).run("audit");
    assert_eq!(
        (ran.code, ran.stdout.as_str(), ran.stderr.as_str()),
        (
            0,
            "enforcing now would refuse 0 of 0 requests\n",
            "note: Promise runtime: runtimes.marketplace.kratix.io is not known to the API server yet\n"
        )
    );
}

#[test]
fn a_kubeconfig_that_does_not_work_is_told_with_a_remedy() {
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let without_user = {
        let mut config = kubeconfig("http://127.0.0.1:1");
        config["users"] = json!([]);
        config
    };
    let kubeconfigs = [
        (
            "closed",
            kubeconfig(&format!("https://{closed}")).to_string(),
            "",
        ),
        ("text", "zq7canary".to_owned(), ""),
        ("list", "- zq7canary\n".to_owned(), ""),
        ("no-user", without_user.to_string(), ""),
        ("address", kubeconfig("zq7 canary").to_string(), ""),
        ("binary", "\0zq7canary".to_owned(), ""),
        ("folder/file", "zq7canary".to_owned(), ""),
        (
            "context",
            kubeconfig("http://127.0.0.1:1").to_string(),
            " --context there",
        ),
    ];
    let mut shown = String::new();
    for (name, content, arguments) in kubeconfigs {
        let mut folder = Folder::new();
        folder.write(name, content);
        folder.set("KUBECONFIG", name.strip_suffix("/file").unwrap_or(name));
        for command in ["audit", "explain --promise db"] {
            let ran = folder.run(&format!("{command}{arguments}"));
            let told = ran.refusal(name).replace(&closed.to_string(), "ADDRESS");
            shown = format!("{shown}{name}, {command}: {told}");
        }
    }
    let mut folder = Folder::new();
    folder.set("KUBECONFIG", "none");
    shown.push_str(folder.run("audit").refusal("none"));
    assert!(!shown.contains("zq7canary"), "{shown}");
    insta::assert_snapshot!(shown);
}

#[test]
fn keys_that_are_secrets_are_masked_in_what_a_page_holds() {
    let cases = crate::masked::cases().into_iter().enumerate();
    let requests = cases.map(|(number, (status, _))| request(&format!("r{number}"), &status));
    let page = list("Runtime", &requests.collect::<Vec<_>>(), None);
    for format in crate::masked::FORMATS {
        let page = page.clone();
        let command = format!("audit --format {format}");
        let ran = cluster(move |_| (200, page.clone())).run(&command);
        assert_eq!(ran.code, 1, "{}", ran.shown());
        crate::masked::is_clean(&command, &ran);
    }
}
