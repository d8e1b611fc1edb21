//! Words for what goes wrong between the API server and here, without any data of an object.
use kube::config::KubeconfigError;

use crate::telemetry::troubles::Troubles;

/// What is said of a request that is not answered.
pub(super) const SLOW: &str = "the API server takes too long";

/// A trouble that may last: told when it begins, when it becomes another one, and when it is over.
pub(super) struct Trouble {
    what: String,
    board: Troubles,
}

impl Trouble {
    pub(super) fn new(what: impl Into<String>, board: &Troubles) -> Self {
        Self {
            what: what.into(),
            board: board.clone(),
        }
    }

    pub(super) fn tell(&self, words: &str) {
        if self.board.begin(&self.what, words) {
            tracing::warn!("{}: {words}", self.what);
        }
    }

    /// What is watched under this name was heard of.
    pub(super) fn heard(&self, kind: &'static str) {
        self.board.heard(kind);
    }

    /// What is watched under this name is to be listed anew.
    pub(super) fn restarted(&self, kind: &'static str) {
        self.board.restarted(kind);
    }

    pub(super) fn is_told(&self) -> bool {
        self.board.present().contains_key(&self.what)
    }

    /// What it was about is gone.
    pub(super) fn is_forgotten(&self) {
        self.board.end(&self.what);
    }

    pub(super) fn is_over(&self) {
        if self.board.end(&self.what) {
            tracing::info!("{}: well again", self.what);
        }
    }
}

/// What to say of a request that failed.
pub(super) fn of(error: &kube::Error) -> String {
    match error {
        kube::Error::Api(status) => of_status(status),
        // What cannot be read may stand in the words for it.
        kube::Error::SerdeError(_) | kube::Error::FromUtf8(_) => {
            "the API server sent an answer that cannot be read".to_owned()
        }
        error => {
            let error: &dyn std::error::Error = error;
            let causes = std::iter::successors(error.source(), |error| error.source());
            let last = causes.last().map(ToString::to_string);
            format!(
                "the API server cannot be reached ({})",
                last.unwrap_or_else(|| error.to_string())
            )
        }
    }
}

/// What to say of what the API server said.
pub(super) fn of_status(status: &kube::core::Status) -> String {
    match status.code {
        // The message names the user, the verb and the kind.
        401 => "the API server does not know who asks (401 Unauthorized); see whether the ServiceAccount and its token, or \
                the user of the kubeconfig, are still there"
            .to_owned(),
        403 => format!(
            "the API server refused ({}); give the ServiceAccount the rights in deploy/",
            status.message
        ),
        410 => {
            "the API server no longer has what was seen last; everything is listed anew".to_owned()
        }
        429 => "the API server is busy".to_owned(),
        code if status.reason.is_empty() => format!("the API server answered {code}"),
        code => format!("the API server answered {code} {}", status.reason),
    }
}

/// What is wrong with a kubeconfig, without anything that stands in it.
pub(super) fn of_config(error: Option<&(dyn std::error::Error + 'static)>) -> String {
    match error.and_then(|error| error.downcast_ref::<KubeconfigError>()) {
        Some(KubeconfigError::Parse(_)) => "the kubeconfig is not YAML of its kind".to_owned(),
        // A path is given in quotes of its own.
        Some(error) => error.to_string().replace("'\"", "'").replace("\"'", "'"),
        None => "neither a kubeconfig nor a ServiceAccount's files can be read".to_owned(),
    }
}
