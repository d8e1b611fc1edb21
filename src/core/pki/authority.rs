//! Makes throw-away certificates: a CA of its own, and leaves that it signs.
use std::time::UNIX_EPOCH;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, SanType, SerialNumber,
};

use crate::core::pki::{AUTHORITY_NAME, Moment, Names, Validity};

/// A new private key, as PEM.
///
/// # Errors
/// Those of the library.
pub fn key() -> Result<String, rcgen::Error> {
    Ok(KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?.serialize_pem())
}

/// The certificate of a CA with `key` (PEM), made at `now`, as PEM.
///
/// # Errors
/// Those of the library, of a key that cannot be read too.
///
/// Two of them with one key vouch for the same leaves, so that a caBundle lives on when the CA is renewed.
pub fn authority(key: &str, validity: Validity, now: Moment) -> Result<String, rcgen::Error> {
    let key = KeyPair::from_pem(key)?;
    let mut parameters = authority_parameters();
    set_validity(&mut parameters, validity, now);
    Ok(parameters.self_signed(&key)?.pem())
}

/// A serving certificate with `key` (PEM) for `names`, signed by the CA's key (PEM), made at `now`, as PEM.
///
/// # Errors
/// Those of the library, of a key or name that cannot be read too.
pub fn leaf(
    key: &str,
    names: &Names,
    validity: Validity,
    authority_key: &str,
    now: Moment,
) -> Result<String, rcgen::Error> {
    let authority_parameters = authority_parameters();
    let authority = Issuer::from_params(&authority_parameters, KeyPair::from_pem(authority_key)?);
    let key = KeyPair::from_pem(key)?;
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = common_name("statusguard");
    parameters.subject_alt_names = alternative_names(names)?;
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    parameters.use_authority_key_identifier_extension = true;
    set_validity(&mut parameters, validity, now);
    Ok(parameters.signed_by(&key, &authority)?.pem())
}

fn authority_parameters() -> CertificateParams {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = common_name(AUTHORITY_NAME);
    parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    parameters
}

fn common_name(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}

fn alternative_names(names: &Names) -> Result<Vec<SanType>, rcgen::Error> {
    let dns = names
        .dns
        .iter()
        .map(|name| Ok(SanType::DnsName(name.as_str().try_into()?)));
    let addresses = names
        .addresses
        .iter()
        .map(|address| Ok(SanType::IpAddress(*address)));
    dns.chain(addresses).collect()
}

fn set_validity(parameters: &mut CertificateParams, validity: Validity, now: Moment) {
    parameters.not_before = (UNIX_EPOCH + validity.not_before).into();
    parameters.not_after = (UNIX_EPOCH + validity.not_after).into();
    // By default it would be made of the key, and so be the same for each certificate of one key.
    let serial = u64::try_from(now.as_nanos()).unwrap_or(u64::MAX);
    parameters.serial_number = Some(SerialNumber::from(serial));
}
