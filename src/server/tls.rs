//! TLS as the server speaks it, and the certificate that it shows.
use std::{fmt, sync::Arc};

use arc_swap::ArcSwap;
use rustls::{
    ServerConfig,
    crypto::{CryptoProvider, aws_lc_rs},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};

/// How HTTP/2 is named in a handshake.
pub(super) const HTTP2: &[u8] = b"h2";

/// How HTTP/1.1 is named in a handshake.
const HTTP1: &[u8] = b"http/1.1";

/// The certificate that new connections are shown; it can be changed while the server runs.
pub struct Shown(ArcSwap<CertifiedKey>);

impl Shown {
    /// Shows `certificate`.
    pub fn new(certificate: CertifiedKey) -> Self {
        Self(ArcSwap::from_pointee(certificate))
    }

    /// Shows `certificate` from now on.
    pub fn show(&self, certificate: CertifiedKey) {
        self.0.store(Arc::new(certificate));
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.load_full())
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Shown")
    }
}

/// The provider of all cryptography. It is named wherever one is needed, so that no other can slip in.
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

/// TLS 1.2 and 1.3 with the certificate that is `shown`, for HTTP/2 and HTTP/1.1. No client certificate is asked for.
#[expect(
    clippy::missing_panics_doc,
    reason = "the provider supports both versions"
)]
pub fn config(shown: Arc<Shown>) -> Arc<ServerConfig> {
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .expect("the provider supports TLS 1.2 and 1.3")
        .with_no_client_auth()
        .with_cert_resolver(shown);
    config.alpn_protocols = vec![HTTP2.to_vec(), HTTP1.to_vec()];
    Arc::new(config)
}
