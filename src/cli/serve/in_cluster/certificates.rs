//! The certificates of a server in a cluster: of its Secret, or of files that somebody else keeps.
use std::{path::Path, sync::Arc};

use tokio::sync::watch;

use super::flags::{ClusterArguments, Way};
use crate::{
    cli::serve::{Arguments, news},
    cluster::{
        Cluster, Trusted,
        certificates::{Pair, Plan},
    },
    core::pki::Names,
    server::certificates::{self, Certificates, Given, now},
};

/// Follows the files in `--certs`.
pub(super) fn of_files(
    arguments: &Arguments,
    certificates: &Arc<Certificates>,
    trusted: watch::Sender<Option<Trusted>>,
) -> certificates::Watch {
    let way = arguments.cluster.certificates;
    trusted.send_replace(Some(trusted_of(way, certificates)));
    let (own, certs) = (Arc::clone(certificates), arguments.certs.clone());
    certificates.watch(move |change| {
        trusted.send_replace(Some(trusted_of(way, &own)));
        news::tell_certificates(&certs, change);
    })
}

/// Waits for a pair in the Secret, and follows it from then on.
pub(super) async fn of_secret(
    flags: &ClusterArguments,
    cluster: &Cluster,
    names: Names,
    trusted: watch::Sender<Option<Trusted>>,
) -> Arc<Certificates> {
    let place = format!(
        "Secret {}/{}",
        cluster.namespace(),
        flags.certificates_secret
    );
    let plan = Plan {
        secret: flags.certificates_secret.clone(),
        names,
        lives: flags.certificate_lives.unwrap_or_default(),
    };
    let mut pairs = cluster.certificates(&flags.webhook, plan);
    let certificates = loop {
        let pair = pairs.borrow_and_update().clone();
        if let Some(pair) = pair {
            match Certificates::given(&place, given(&pair), now()) {
                Ok(certificates) => {
                    trusted.send_replace(Some(Trusted::Pem(pair.authorities.clone())));
                    break certificates;
                }
                Err(error) => tracing::warn!("{error}; waiting for another"),
            }
        }
        // The sender lives as long as the runtime.
        let _ = pairs.changed().await;
    };
    let shown = Arc::clone(&certificates);
    tokio::spawn(async move {
        while pairs.changed().await.is_ok() {
            let Some(pair) = pairs.borrow_and_update().clone() else {
                continue;
            };
            trusted.send_replace(Some(Trusted::Pem(pair.authorities.clone())));
            if let Some(change) = shown.offer(given(&pair), now()) {
                news::tell_certificates(Path::new(&place), &change);
            }
        }
    });
    certificates
}

fn given(pair: &Pair) -> Given {
    Given {
        authorities: pair.authorities.clone(),
        certificate: pair.certificate.clone(),
        key: pair.key.clone(),
    }
}

/// Whom the API server is to trust.
fn trusted_of(way: Way, certificates: &Certificates) -> Trusted {
    let pem = certificates
        .trusted()
        .and_then(|pem| String::from_utf8(pem).ok());
    match (way, pem) {
        (Way::CertManager, _) => Trusted::Elsewhere,
        (_, None) => Trusted::System,
        (_, Some(pem)) => Trusted::Pem(pem),
    }
}
