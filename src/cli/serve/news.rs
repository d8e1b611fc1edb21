//! What changes while `serve` serves, as lines of the log.
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    cli::serve::inputs::Inputs,
    registry::{self, Level, Registry},
};

/// Tells what changes, and of which resources the API server does not know.
pub(super) struct News {
    registry: Arc<Registry>,
    known: Mutex<BTreeSet<String>>,
    print_webhook: String,
}

impl News {
    pub(super) fn since_start(inputs: &Inputs, print_webhook: String) -> Self {
        let registry = Arc::clone(&inputs.registry);
        Self {
            known: Mutex::new(guarded(&registry)),
            registry,
            print_webhook,
        }
    }

    pub(super) fn tell(&self, event: &registry::Event) {
        tell(event);
        // The set only grows, so a panic elsewhere leaves nothing half-done.
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        for name in guarded(&self.registry) {
            if known.contains(&name) {
                continue;
            }
            tracing::warn!(
                "{name} was not guarded when the server started: the API server does not ask about it until the webhook \
                 configuration is applied again: {} | kubectl apply -f -",
                self.print_webhook
            );
            known.insert(name);
        }
    }
}

fn guarded(registry: &Registry) -> BTreeSet<String> {
    let catalog = registry.catalog();
    let policies = catalog.policies();
    policies
        .map(|policy| format!("{}.{}", policy.resource, policy.group))
        .collect()
}

pub(super) fn tell(event: &registry::Event) {
    match event.level {
        Level::Info => tracing::info!("{event}"),
        Level::Warn => tracing::warn!("{event}"),
        Level::Error => tracing::error!("{event}"),
    }
}
