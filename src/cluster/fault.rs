//! Words for what goes wrong between the API server and here, without any data of an object.
use kube::runtime::watcher;

/// A trouble that may last: told when it begins, when it becomes another one, and when it is over.
pub(super) struct Trouble {
    what: String,
    last: Option<String>,
}

impl Trouble {
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            last: None,
        }
    }

    pub(super) fn tell(&mut self, words: &str) {
        if self.last.as_deref() != Some(words) {
            tracing::warn!("{}: {words}; it is tried again", self.what);
            self.last = Some(words.to_owned());
        }
    }

    pub(super) fn is_over(&mut self) {
        if self.last.take().is_some() {
            tracing::info!("{}: well again", self.what);
        }
    }
}

/// Whether the API server does not know the kind at all.
pub(super) fn is_unknown_kind(error: &watcher::Error) -> bool {
    matches!(error, watcher::Error::InitialListFailed(kube::Error::Api(status)) if status.code == 404)
}

/// What to say of a watch that failed.
pub(super) fn of_watch(error: &watcher::Error) -> String {
    match error {
        watcher::Error::InitialListFailed(error)
        | watcher::Error::WatchStartFailed(error)
        | watcher::Error::WatchFailed(error) => of(error),
        watcher::Error::WatchError(status) => of_status(status),
        watcher::Error::NoResourceVersion => {
            "the API server sent a list without resourceVersion".to_owned()
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

fn of_status(status: &kube::core::Status) -> String {
    match status.code {
        // The message names the user, the verb and the kind.
        401 | 403 => format!(
            "the API server refused ({}); give the ServiceAccount the rights in deploy/",
            status.message
        ),
        410 => {
            "the API server no longer has what was seen last; everything is listed anew".to_owned()
        }
        429 => "the API server is busy".to_owned(),
        code => format!("the API server answered {code} {}", status.reason),
    }
}
