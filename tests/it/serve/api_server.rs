//! An API server that is not one: it holds a few objects, and fails in ways that a real one does not show on demand.
use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex, MutexGuard},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

pub(super) const PROMISES: &str = "/apis/platform.kratix.io/v1alpha1/promises";
pub(super) const SCHEMAS: &str = "/apis/statusguard.dev/v1alpha1/statusschemas";
pub(super) const CONFIGURATIONS: &str =
    "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
pub(super) const SECRETS: &str = "/api/v1/namespaces/default/secrets";

/// A path under which everything stands as well, for requests that are to be told apart.
pub(super) const SECOND: &str = "/second";

/// What a watch tells when it cannot go on.
pub(super) const EXPIRED: &str =
    r#"{"type": "ERROR", "object": {"kind": "Status", "code": 410, "reason": "Expired"}}"#;

/// How a request is answered that is not answered well.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fault {
    /// With a `Status` of this code and reason; seconds after which to ask again, if they are not 0.
    Status(u16, &'static str, u64),
    /// With this text, as if all were well.
    Text(&'static str),
    /// As a watch that tells of this and goes on.
    Event(&'static str),
    /// With a list that holds nothing.
    Empty,
    /// The connection ends.
    Cut,
    /// There is no answer.
    Silence,
}

/// A request that was made.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) at: Instant,
    /// The method, and the path with its query.
    pub(super) line: String,
    pub(super) body: Value,
}

#[derive(Clone)]
pub(super) struct ApiServer {
    pub(super) address: SocketAddr,
    shared: Arc<(Mutex<Held>, Condvar)>,
}

/// What it holds.
#[derive(Default)]
struct Held {
    version: u64,
    objects: BTreeMap<String, Value>,
    /// What watches tell of: the path of the collection, and the event.
    events: Vec<(u64, String, Value)>,
    /// What fails: requests whose line holds all of these words.
    fault: Option<(&'static [&'static str], Fault)>,
    /// How often watches were cut off.
    cuts: u64,
    calls: Vec<Call>,
}

impl ApiServer {
    /// One at a port that is free.
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        Self::at(listener)
    }

    /// One behind a socket that is bound already.
    pub(super) fn at(listener: TcpListener) -> Self {
        let server = Self {
            address: listener.local_addr().unwrap(),
            shared: Arc::default(),
        };
        server.install();
        let shared = server.clone();
        // It ends with the process.
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let server = shared.clone();
                // A client that has gone is none of its business.
                thread::spawn(move || server.answer(stream).ok());
            }
        });
        server
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Makes or replaces an object.
    pub(super) fn put(&self, collection: &str, object: Value) {
        self.change(collection, object);
    }

    /// Fails all requests whose line holds all of `words`, from now on, and ends the watches that there are.
    pub(super) fn fail(&self, words: &'static [&'static str], fault: Fault) {
        let mut held = self.held();
        held.fault = Some((words, fault));
        held.cuts += 1;
        self.shared.1.notify_all();
    }

    /// Holds nothing any more, as one whose storage was lost, and ends the watches that there are.
    pub(super) fn forget(&self) {
        let mut held = self.held();
        held.objects.clear();
        held.events.clear();
        held.cuts += 1;
        self.shared.1.notify_all();
    }

    /// Brings the webhook configurations, as an installation does.
    pub(super) fn install(&self) {
        for name in ["statusguard", "statusguard-schemas"] {
            self.put(CONFIGURATIONS, json!({"metadata": {"name": name}}));
        }
    }

    /// Answers well again.
    pub(super) fn mend(&self) {
        self.held().fault = None;
    }

    /// The requests since `since` whose line holds all of `words`.
    pub(super) fn calls(&self, words: &[&str], since: Instant) -> Vec<Call> {
        let calls = self.held().calls.clone();
        let is_one = |call: &Call| call.at >= since && holds(&call.line, words);
        calls.into_iter().filter(is_one).collect()
    }

    pub(super) fn object(&self, collection: &str, name: &str) -> Value {
        let held = self.held();
        let object = held.objects.get(&format!("{collection}/{name}"));
        object.cloned().unwrap_or_default()
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.shared.0.lock().unwrap()
    }

    fn change(&self, collection: &str, mut object: Value) -> Value {
        let mut held = self.held();
        held.version += 1;
        let version = held.version;
        let name = object["metadata"]["name"].as_str().unwrap().to_owned();
        // It grows with what is wanted, not with how things stand.
        let before = held.objects.get(&format!("{collection}/{name}"));
        let generation = before
            .filter(|before| before["spec"] == object["spec"])
            .map_or_else(|| version.into(), |it| it["metadata"]["generation"].clone());
        let metadata = &mut object["metadata"];
        metadata["resourceVersion"] = version.to_string().into();
        metadata["generation"] = generation;
        metadata["uid"] = format!("uid-of-{name}").into();
        metadata["creationTimestamp"] = "2026-11-23T00:00:00Z".into();
        let kind = held
            .objects
            .insert(format!("{collection}/{name}"), object.clone())
            .map_or("ADDED", |_| "MODIFIED");
        let event = json!({"type": kind, "object": object});
        held.events.push((version, collection.to_owned(), event));
        self.shared.1.notify_all();
        object
    }

    fn answer(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let mut reader = BufReader::new(stream.try_clone()?);
        let mut first = String::new();
        reader.read_line(&mut first)?;
        let mut length = 0;
        loop {
            let mut header = String::new();
            reader.read_line(&mut header)?;
            if header.trim().is_empty() {
                break;
            }
            if let Some(value) = header.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let line = first.trim_end_matches(" HTTP/1.1\r\n").to_owned();
        let body = serde_json::from_slice(&body).unwrap_or_default();
        let call = Call {
            at: Instant::now(),
            line: line.clone(),
            body,
        };
        let fault = {
            let mut held = self.held();
            held.calls.push(call.clone());
            held.fault.filter(|(words, _)| holds(&line, words))
        };
        match fault {
            Some((_, fault)) => self.fault(&mut stream, &line, fault),
            None => self.serve(&mut stream, &call),
        }
    }

    fn fault(&self, stream: &mut TcpStream, line: &str, fault: Fault) -> std::io::Result<()> {
        match fault {
            Fault::Status(code, reason, seconds) => {
                let status = json!({
                    "kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "reason": reason,
                    "message": format!("{line} is {reason}"), "details": {"retryAfterSeconds": seconds},
                });
                reply(stream, code, &status.to_string())
            }
            Fault::Text(text) => reply(stream, 200, text),
            Fault::Event(event) => {
                begin(stream)?;
                writeln!(stream, "{event}")?;
                self.hold();
                Ok(())
            }
            Fault::Empty => reply(stream, 200, &list(self.held().version, &[]).to_string()),
            Fault::Cut => Ok(()),
            Fault::Silence => {
                self.hold();
                Ok(())
            }
        }
    }

    /// Says nothing, as long as the fault lasts.
    fn hold(&self) {
        while self.held().fault.is_some() {
            thread::sleep(Duration::from_millis(50));
        }
    }

    fn serve(&self, stream: &mut TcpStream, call: &Call) -> std::io::Result<()> {
        let (method, target) = call.line.split_once(' ').unwrap();
        let target = target.strip_prefix(SECOND).unwrap_or(target);
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let value = |key: &str| {
            let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            let mut found = pairs.filter(|(name, _)| *name == key);
            found.next().map(|(_, value)| value.to_owned())
        };
        let only = value("fieldSelector").map(|it| it.replace("metadata.name%3D", ""));
        match method {
            "GET" if value("watch").is_some() => {
                let from = value("resourceVersion").unwrap().parse().unwrap();
                self.watch(stream, path, only.as_deref(), from)
            }
            "GET" => {
                let (version, objects) = self.listed(path, only.as_deref());
                reply(stream, 200, &list(version, &objects).to_string())
            }
            "POST" if path.ends_with("/events") => {
                let name = call.body["metadata"]["name"].as_str().unwrap();
                if self.object(path, name).is_null() {
                    reply(
                        stream,
                        201,
                        &self.change(path, call.body.clone()).to_string(),
                    )
                } else {
                    self.fault(stream, &call.line, Fault::Status(409, "AlreadyExists", 0))
                }
            }
            "POST" => reply(stream, 201, &call.body.to_string()),
            "PATCH" if path.ends_with("/status") => {
                let path = path.trim_end_matches("/status");
                let (collection, name) = path.rsplit_once('/').unwrap();
                let mut object = self.object(collection, name);
                if object.is_null() {
                    return self.fault(stream, &call.line, Fault::Status(404, "NotFound", 0));
                }
                object["status"] = call.body["status"].clone();
                reply(stream, 200, &self.change(collection, object).to_string())
            }
            "PATCH" if path.contains("/events/") => {
                let (collection, name) = path.rsplit_once('/').unwrap();
                let mut event = self.object(collection, name);
                if event.is_null() {
                    return self.fault(stream, &call.line, Fault::Status(404, "NotFound", 0));
                }
                for (key, value) in call.body.as_object().unwrap() {
                    event[key.as_str()] = value.clone();
                }
                reply(stream, 200, &self.change(collection, event).to_string())
            }
            // An apply replaces what it names; so does a PUT.
            _ => {
                let (collection, _) = path.rsplit_once('/').unwrap();
                let object = self.change(collection, call.body.clone());
                reply(stream, 200, &object.to_string())
            }
        }
    }

    fn listed(&self, collection: &str, only: Option<&str>) -> (u64, Vec<Value>) {
        let held = self.held();
        let is_one = |path: &&String| {
            let (in_what, name) = path.rsplit_once('/').unwrap();
            in_what == collection && only.is_none_or(|only| only == name)
        };
        let found = held.objects.keys().filter(is_one);
        let found = found.map(|path| held.objects[path].clone()).collect();
        (held.version, found)
    }

    fn watch(
        &self,
        stream: &mut TcpStream,
        collection: &str,
        only: Option<&str>,
        mut from: u64,
    ) -> std::io::Result<()> {
        begin(stream)?;
        let mut held = self.held();
        let cuts = held.cuts;
        while held.cuts == cuts {
            let news: Vec<_> = held
                .events
                .iter()
                .filter(|it| it.0 > from)
                .cloned()
                .collect();
            drop(held);
            for (version, in_what, event) in news {
                from = version;
                let is_one = only.is_none_or(|only| event["object"]["metadata"]["name"] == only);
                if in_what == collection && is_one {
                    writeln!(stream, "{event}")?;
                }
            }
            held = self.held();
            if held.version == from && held.cuts == cuts {
                held = self.shared.1.wait(held).unwrap();
            }
        }
        drop(held);
        // So that everything is listed anew.
        writeln!(stream, "{EXPIRED}")
    }
}

fn holds(line: &str, words: &[&str]) -> bool {
    words.iter().all(|word| match word.strip_prefix('!') {
        Some(word) => !line.contains(word),
        None => line.contains(word),
    })
}

fn list(version: u64, items: &[Value]) -> Value {
    json!({"kind": "List", "apiVersion": "v1", "metadata": {"resourceVersion": version.to_string()}, "items": items})
}

fn begin(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.write_all(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n",
    )
}

fn reply(stream: &mut TcpStream, code: u16, body: &str) -> std::io::Result<()> {
    write!(
        stream,
        "HTTP/1.1 {code} -\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}
