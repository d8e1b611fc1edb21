//! Reads a certificate and its key from PEM, and what of them matters here.
use rustls::{
    InconsistentKeys, RootCertStore,
    client::{verify_server_cert_signed_by_trust_anchor, verify_server_name},
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem::PemObject},
    server::ParsedCertificate,
    sign::CertifiedKey,
};
use x509_parser::parse_x509_certificate;

use crate::{
    core::pki::{Moment, facts},
    server::tls,
};

/// Why PEM files are no pair to serve with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PairFault {
    NoCertificate,
    BadCertificate,
    NoKey,
    Mismatch,
}

/// What a client at `host` that trusts `trusted` (PEM) would hold against the chain of `certificate` (PEM) at `now`.
pub(super) fn doubts(
    certificate: &[u8],
    trusted: Option<&[u8]>,
    host: &str,
    now: Moment,
) -> Vec<&'static str> {
    let mut doubts = Vec::new();
    if !is_for(certificate, host) {
        doubts.push("is not valid for the address that the webhook configuration names");
    }
    let Some(trusted) = trusted else {
        return doubts;
    };
    match trusted_until(certificate, trusted, now) {
        None => doubts.push("is not signed by ca.crt"),
        Some(until) if until < now => doubts.push("is signed by a ca.crt that has expired"),
        Some(_) => {}
    }
    doubts
}

fn is_for(certificate: &[u8], host: &str) -> bool {
    let Ok(host) = ServerName::try_from(host) else {
        return false;
    };
    CertificateDer::from_pem_slice(certificate).is_ok_and(|leaf| {
        ParsedCertificate::try_from(&leaf)
            .is_ok_and(|leaf| verify_server_name(&leaf, &host).is_ok())
    })
}

/// Until when a client that trusts `trusted` (PEM) trusts the chain of `certificate` (PEM), as far as that depends on
/// `trusted`: the end of the authority that signed it, or of the last of several. Nothing if none did.
pub(super) fn trusted_until(certificate: &[u8], trusted: &[u8], now: Moment) -> Option<Moment> {
    let chain: Vec<_> = CertificateDer::pem_slice_iter(certificate)
        .flatten()
        .collect();
    let (leaf, intermediates) = chain.split_first()?;
    let parsed = ParsedCertificate::try_from(leaf).ok()?;
    let has_signed = |authority: &CertificateDer<'_>| {
        let mut roots = RootCertStore::empty();
        let _ = roots.add(authority.clone().into_owned());
        let verified = verify_server_cert_signed_by_trust_anchor(
            &parsed,
            &roots,
            intermediates,
            UnixTime::since_unix_epoch(now),
            tls::provider().signature_verification_algorithms.all,
        );
        // A certificate that is itself what clients trust needs nobody's signature.
        verified.is_ok() || authority == leaf
    };
    CertificateDer::pem_slice_iter(trusted)
        .flatten()
        .filter(has_signed)
        .filter_map(|authority| end(&authority))
        .max()
}

fn end(der: &CertificateDer<'_>) -> Option<Moment> {
    let (_, certificate) = parse_x509_certificate(der).ok()?;
    Some(facts::time(certificate.validity().not_after))
}

/// A chain and its key, ready to serve with.
pub(super) fn certified(certificate: &[u8], key: &[u8]) -> Result<CertifiedKey, PairFault> {
    let chain: Vec<_> = CertificateDer::pem_slice_iter(certificate)
        .collect::<Result<_, _>>()
        .map_err(|_| PairFault::BadCertificate)?;
    if chain.is_empty() {
        return Err(PairFault::NoCertificate);
    }
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| PairFault::NoKey)?;
    let key = tls::provider()
        .key_provider
        .load_private_key(key)
        .map_err(|_| PairFault::NoKey)?;
    let certified = CertifiedKey::new(chain, key);
    match certified.keys_match() {
        Ok(()) | Err(rustls::Error::InconsistentKeys(InconsistentKeys::Unknown)) => Ok(certified),
        Err(rustls::Error::InconsistentKeys(_)) => Err(PairFault::Mismatch),
        Err(_) => Err(PairFault::BadCertificate),
    }
}
