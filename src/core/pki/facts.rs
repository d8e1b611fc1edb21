//! Reads what matters here from a certificate in PEM.
use ::core::{net::IpAddr, time::Duration};

use rustls_pki_types::{CertificateDer, pem::PemObject};
use x509_parser::{
    certificate::X509Certificate, extensions::GeneralName, parse_x509_certificate, time::ASN1Time,
};

use crate::core::pki::{Moment, Names, Validity};

/// What a certificate says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// From when to when it is valid.
    pub validity: Validity,
    /// For whom it was made.
    pub names: Names,
    /// The common name of who issued it.
    pub issuer: String,
    /// Whether that is itself.
    pub is_self_signed: bool,
}

/// Why there is nothing to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FactsError {
    /// No PEM of a certificate.
    #[error("no certificate in PEM")]
    NoCertificate,
    /// What is in the PEM is no certificate.
    #[error("no readable certificate")]
    BadCertificate,
}

/// What the first certificate of `pem` says.
///
/// # Errors
/// [`FactsError`] if there is none.
pub fn read(pem: &[u8]) -> Result<Facts, FactsError> {
    let der = CertificateDer::from_pem_slice(pem).map_err(|_| FactsError::NoCertificate)?;
    let (_, certificate) = parse_x509_certificate(&der).map_err(|_| FactsError::BadCertificate)?;
    Ok(Facts {
        validity: Validity {
            not_before: time(certificate.validity().not_before),
            not_after: time(certificate.validity().not_after),
        },
        names: names(&certificate),
        issuer: common_name(&certificate).unwrap_or_default().to_owned(),
        is_self_signed: certificate.issuer() == certificate.subject(),
    })
}

fn names(certificate: &X509Certificate<'_>) -> Names {
    let mut names = Names::default();
    let extension = certificate.subject_alternative_name().ok().flatten();
    for name in extension.map_or(&[][..], |it| &it.value.general_names) {
        match name {
            GeneralName::DNSName(name) => {
                names.dns.insert((*name).to_owned());
            }
            GeneralName::IPAddress(bytes) => names.addresses.extend(address(bytes)),
            _ => {}
        }
    }
    names
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    <[u8; 4]>::try_from(bytes)
        .map(IpAddr::from)
        .or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from))
        .ok()
}

fn common_name<'a>(certificate: &'a X509Certificate<'_>) -> Option<&'a str> {
    certificate
        .issuer()
        .iter_common_name()
        .next()?
        .as_str()
        .ok()
}

/// A time of a certificate.
pub(crate) fn time(time: ASN1Time) -> Moment {
    Duration::from_secs(u64::try_from(time.timestamp()).unwrap_or(0))
}
