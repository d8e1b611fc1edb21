//! Plain requests and their answers: what a client sees, with nothing interpreted.
use std::{error::Error, sync::OnceLock};

use hyper::{Method, Request, Uri, header::CONTENT_TYPE};
use kube::{
    Client, Config,
    client::Body,
    config::{KubeConfigOptions, Kubeconfig},
};
use serde_json::Value;
use tokio::runtime::Runtime;

/// A server to talk to.
#[derive(Clone)]
pub struct Http(Client);

/// What it answered.
#[derive(Debug)]
pub struct Answer {
    pub code: u16,
    /// Null where the body is not JSON.
    pub body: Value,
    /// The `Warning` headers, as kubectl prints them.
    pub warnings: Vec<String>,
}

impl Http {
    fn new(config: Config) -> Result<Self, kube::Error> {
        let _runtime = runtime().enter();
        Client::try_from(config).map(Self)
    }

    /// A server with the credentials of a kubeconfig.
    pub fn from_kubeconfig(kubeconfig: Kubeconfig) -> Result<Self, Box<dyn Error>> {
        let options = KubeConfigOptions::default();
        let config = Config::from_custom_kubeconfig(kubeconfig, &options);
        Ok(Self::new(runtime().block_on(config)?)?)
    }

    /// A server without credentials; its certificate must come from one of `authorities`, which are DER.
    pub fn anonymous(address: &str, authorities: Vec<Vec<u8>>) -> Self {
        let uri: Uri = address.parse().expect("an address is a URI");
        let mut config = Config::new(uri);
        config.root_cert = Some(authorities);
        config.default_retry = false;
        Self::new(config).expect("a certificate is all that is needed")
    }

    pub fn get(&self, path: &str) -> Result<Answer, String> {
        self.call(Method::GET, path, "", Vec::new())
    }

    /// The error is that there was no answer.
    pub fn call(
        &self,
        method: Method,
        path: &str,
        content: &str,
        body: Vec<u8>,
    ) -> Result<Answer, String> {
        let request = Request::builder().method(method).uri(path);
        let request = if content.is_empty() {
            request
        } else {
            request.header(CONTENT_TYPE, content)
        };
        let request = request
            .body(Body::from(body))
            .expect("paths and headers here are valid");
        let answer = runtime().block_on(async {
            let response = self.0.send(request).await?;
            let code = response.status().as_u16();
            let warnings = response.headers().get_all("warning").iter();
            let warnings = warnings
                .filter_map(|header| warning(&String::from_utf8_lossy(header.as_bytes())))
                .collect();
            let bytes = response.into_body().collect_bytes().await?;
            let body = serde_json::from_slice(&bytes).unwrap_or_default();
            Ok(Answer {
                code,
                body,
                warnings,
            })
        });
        answer.map_err(|error: kube::Error| format!("{error:?}"))
    }
}

impl Answer {
    /// The object that was accepted.
    #[track_caller]
    pub fn accepted(self) -> Value {
        assert!(
            (200..300).contains(&self.code),
            "refused with {}: {:#}",
            self.code,
            self.body
        );
        self.body
    }

    /// The ids of the rules by which statusguard refused.
    #[track_caller]
    pub fn refused(&self) -> Vec<&str> {
        assert_eq!(self.code, 422, "not refused as invalid: {:#}", self.body);
        let message = self.body["message"].as_str().unwrap_or_default();
        assert!(
            message.starts_with("admission webhook "),
            "not refused by a webhook: {message}"
        );
        let causes = self.body["details"]["causes"]
            .as_array()
            .expect("a refusal has causes");
        causes
            .iter()
            .filter_map(|cause| rule(cause["message"].as_str()?))
            .collect()
    }
}

/// The id in the brackets that a line about a finding ends with.
fn rule(line: &str) -> Option<&str> {
    Some(line.strip_suffix(']')?.rsplit_once('[')?.1)
}

/// The text of `299 - "text"`.
fn warning(header: &str) -> Option<String> {
    let text = header.split_once('"')?.1.strip_suffix('"')?;
    Some(text.replace("\\\"", "\"").replace("\\\\", "\\"))
}

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Runtime::new().expect("a runtime can be started"))
}
