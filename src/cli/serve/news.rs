//! What changes while `serve` serves, as lines of the log: with the command to run where the API server must be told.
use std::{
    path::Path,
    sync::{Mutex, PoisonError},
};

use crate::{
    cli::serve::inputs::Inputs,
    core::webhook::{ClientConfig, Configuration, Target},
    registry::{self, Level},
    server::certificates::{Change, Trust, timestamp},
};

/// Resources that a line names before "and N more".
const MOST_NAMED: usize = 10;

/// Tells what changes.
pub(super) struct News {
    inputs: Inputs,
    /// The command that applies the webhook configuration.
    apply: String,
    /// The configuration that was last told of, or the one at the start.
    last: Mutex<Configuration>,
}

impl News {
    /// Tells what changes from now on; `apply` is the command that applies the webhook configuration.
    pub(super) fn from_now_on(inputs: &Inputs, apply: String) -> Self {
        Self {
            last: Mutex::new(configuration(inputs)),
            inputs: inputs.clone(),
            apply,
        }
    }

    /// Tells of changes in the directory of schemas, and then of what the API server does not know of them.
    pub(super) fn schemas_changed(&self, events: &[registry::Event]) {
        events.iter().for_each(tell);
        let now = configuration(&self.inputs);
        // It is replaced whole, so a panic elsewhere leaves nothing half-done.
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let mut news = now.news_since(&last);
        *last = now;
        if news.is_empty() {
            return;
        }
        if let Some(more) = news.len().checked_sub(MOST_NAMED).filter(|more| *more > 0) {
            news.truncate(MOST_NAMED);
            news.push(format!("and {more} more"));
        }
        tracing::warn!(
            "what is guarded has changed, and the API server hears of it once the webhook configuration is applied \
             again: {}; to apply it: {}",
            news.join("; "),
            self.apply
        );
    }

    /// Tells of a change of the certificates, and of what the API server does not know of it.
    pub(super) fn certificates_changed(&self, change: &Change) {
        tell_certificates(&self.inputs.certs, change);
        if let Change::InForce { trust, .. } = change {
            self.trust_changed(*trust);
            self.inputs.tell_doubts();
        }
    }

    fn trust_changed(&self, trust: Trust) {
        match trust {
            Trust::Same => {}
            Trust::Until(at) => tracing::warn!(
                "the CA is another one; the API server goes by the one before, which ends at {}, until the webhook \
                 configuration is applied again: {}",
                timestamp(at),
                self.apply
            ),
            Trust::Lost => tracing::warn!(
                "the CA is another one, and who trusts the one before does not trust tls.crt: the API server cannot \
                 call statusguard until the webhook configuration is applied again: {}",
                self.apply
            ),
        }
    }
}

/// What the API server is to ask about at present.
fn configuration(inputs: &Inputs) -> Configuration {
    let nobody = ClientConfig {
        target: Target::Url(String::new()),
        ca_bundle: None,
    };
    Configuration::desired(&inputs.registry.catalog(), &nobody)
}

/// Tells of a change of the certificates.
pub(super) fn tell_certificates(certs: &Path, change: &Change) {
    let certs = certs.display();
    match change {
        Change::InForce { validity, .. } => {
            let until = timestamp(validity.not_after);
            tracing::info!(until, "other certificate files are in force");
        }
        Change::Refused(words) => {
            tracing::error!("{words}; the last good certificate stays in force");
        }
        Change::Mended => tracing::info!("the certificate files are in order again"),
        Change::Ending(at) => tracing::warn!(
            "tls.crt ends at {}; put a new one into {certs} before then (no restart is needed)",
            timestamp(*at),
        ),
        Change::Ended(at) => tracing::error!(
            "tls.crt ended at {}, so the API server cannot call statusguard; put a new one into {certs} (no restart is \
             needed)",
            timestamp(*at),
        ),
    }
}

/// Tells of what was found in the directory of schemas.
pub(super) fn tell(event: &registry::Event) {
    match event.level {
        Level::Info => tracing::info!("{event}"),
        Level::Warn => tracing::warn!("{event}"),
        Level::Error => tracing::error!("{event}"),
    }
}
