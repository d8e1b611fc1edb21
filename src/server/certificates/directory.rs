//! The four files of a directory of certificates, and how throw-away ones get into it.
use std::{
    fmt,
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, ErrorKind, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::Path,
};

use crate::{
    core::pki::{AUTHORITY_NAME, Moment, Names, Standing, Validity, authority, facts},
    server::certificates::CertificateError,
};

/// The certificate of the CA, to be trusted by clients.
pub(super) const CA: &str = "ca.crt";
/// The key of a throw-away CA.
const CA_KEY: &str = "ca.key";
/// The serving certificate, named as in a Secret of type `kubernetes.io/tls`.
pub(super) const CERTIFICATE: &str = "tls.crt";
/// The key of the serving certificate.
pub(super) const KEY: &str = "tls.key";
/// Held while throw-away files are made, so that two processes do not make them at once.
const LOCK: &str = ".lock";

/// What is in the files that matter to a server; absent files are `None`.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Contents {
    pub(super) authority: Option<Vec<u8>>,
    pub(super) certificate: Option<Vec<u8>>,
    pub(super) key: Option<Vec<u8>>,
}

impl Contents {
    pub(super) fn read(directory: &Path) -> Result<Self, CertificateError> {
        Ok(Self {
            authority: read(directory, CA)?,
            certificate: read(directory, CERTIFICATE)?,
            key: read(directory, KEY)?,
        })
    }

    /// PEM of what clients must trust: `ca.crt`, or a certificate that signed itself.
    pub(super) fn trusted(&self) -> Option<&[u8]> {
        let own = self.certificate.as_deref();
        let is_own_authority = |pem: &&[u8]| facts::read(pem).is_ok_and(|it| it.is_self_signed);
        self.authority
            .as_deref()
            .or_else(|| own.filter(is_own_authority))
    }
}

impl fmt::Debug for Contents {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Contents")
    }
}

/// Renews throw-away certificates that are due at `now`. Where there is no throw-away CA, nothing is made: what was in
/// the directory before is not ours to replace.
pub(super) fn keep_up(
    directory: &Path,
    names: &Names,
    now: Moment,
) -> Result<(), CertificateError> {
    match read(directory, CA_KEY)? {
        Some(_) => prepare(directory, names, now).map(drop),
        None => Ok(()),
    }
}

/// Makes throw-away certificates where there are none, and renews those that are due at `now`. Says why, in words for
/// each file; nothing where nothing had to be made.
pub(super) fn prepare(
    directory: &Path,
    names: &Names,
    now: Moment,
) -> Result<Vec<String>, CertificateError> {
    if !is_ours(directory)? || stale(directory, names, now)?.is_empty() {
        return Ok(Vec::new());
    }
    let written = |file: &Path| {
        let file = file.to_owned();
        move |source| CertificateError::Write { file, source }
    };
    DirBuilder::new()
        .recursive(true)
        .mode(0o755)
        .create(directory)
        .map_err(written(directory))?;
    let path = directory.join(LOCK);
    let lock = File::create(&path).map_err(written(&path))?;
    lock.lock().map_err(written(&path))?;
    // Another process may have been first.
    if !is_ours(directory)? {
        return Ok(Vec::new());
    }
    let reasons = stale(directory, names, now)?;
    if !reasons.is_empty() {
        renew(directory, names, now)?;
    }
    Ok(reasons)
}

/// Whether the files are this program's to write: there are none, or they come from a throw-away CA.
fn is_ours(directory: &Path) -> Result<bool, CertificateError> {
    let contents = Contents::read(directory)?;
    if read(directory, CA_KEY)?.is_none() {
        let files = [&contents.authority, &contents.certificate, &contents.key];
        return Ok(files.iter().all(|file| file.is_none()));
    }
    Ok(contents
        .certificate
        .is_none_or(|pem| facts::read(&pem).is_ok_and(|facts| facts.issuer == AUTHORITY_NAME)))
}

/// Why our files cannot stay as they are, one reason a file; nothing if they can.
fn stale(directory: &Path, names: &Names, now: Moment) -> Result<Vec<String>, CertificateError> {
    let contents = Contents::read(directory)?;
    let files = [&contents.authority, &contents.certificate, &contents.key];
    if files.iter().all(|file| file.is_none()) {
        return Ok(vec!["there was none".to_owned()]);
    }
    let reasons = [
        fault(contents.authority.as_deref(), &Names::default(), now).map(|words| (CA, words)),
        fault(contents.certificate.as_deref(), names, now).map(|words| (CERTIFICATE, words)),
        contents.key.is_none().then_some((KEY, "was missing")),
    ];
    let reasons = reasons.into_iter().flatten();
    Ok(reasons
        .map(|(file, words)| format!("{file} {words}"))
        .collect())
}

/// Why a certificate cannot stay as it is.
fn fault(pem: Option<&[u8]>, names: &Names, now: Moment) -> Option<&'static str> {
    let Some(pem) = pem else {
        return Some("was missing");
    };
    let Ok(facts) = facts::read(pem) else {
        return Some("could not be read");
    };
    match facts.validity.standing(now) {
        Standing::Expired => Some("had expired"),
        Standing::Due => Some("was due to be renewed"),
        Standing::NotYetValid => Some("was not valid yet, by this machine's clock"),
        Standing::Valid if !facts.names.cover(names) => {
            Some("did not name the address that is listened on")
        }
        Standing::Valid => None,
    }
}

/// Makes what is missing or due. Keys stay as they are: so a pair is never torn by a change of two files, and what was
/// trusted before is trusted still.
fn renew(directory: &Path, names: &Names, now: Moment) -> Result<(), CertificateError> {
    let made = |source| CertificateError::Make {
        directory: directory.to_owned(),
        source,
    };
    let authority_key = key(directory, CA_KEY)?;
    let authority = read(directory, CA)?.and_then(|pem| facts::read(&pem).ok());
    let validity = match authority {
        Some(facts) if facts.validity.standing(now) == Standing::Valid => facts.validity,
        _ => {
            let validity = Validity::of_authority(now);
            let pem = authority::authority(&authority_key, validity, now).map_err(made)?;
            write(directory, CA, &pem, 0o644)?;
            validity
        }
    };
    let leaf_key = key(directory, KEY)?;
    // Servers with several addresses may share the directory: none takes the names of another away.
    let mut names = names.clone();
    if let Some(facts) = read(directory, CERTIFICATE)?.and_then(|pem| facts::read(&pem).ok()) {
        names.dns.extend(facts.names.dns);
        names.addresses.extend(facts.names.addresses);
    }
    let validity = Validity::of_leaf(now, &validity);
    let pem = authority::leaf(&leaf_key, &names, validity, &authority_key, now).map_err(made)?;
    write(directory, CERTIFICATE, &pem, 0o644)
}

/// The key in the file `name`, which is made if there is none.
fn key(directory: &Path, name: &str) -> Result<String, CertificateError> {
    if let Some(bytes) = read(directory, name)? {
        return String::from_utf8(bytes).map_err(|_| CertificateError::NoKey {
            file: directory.join(name),
        });
    }
    let pem = authority::key().map_err(|source| CertificateError::Make {
        directory: directory.to_owned(),
        source,
    })?;
    write(directory, name, &pem, 0o600)?;
    Ok(pem)
}

fn read(directory: &Path, name: &str) -> Result<Option<Vec<u8>>, CertificateError> {
    let file = directory.join(name);
    match fs::read(&file) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(CertificateError::Read { file, source }),
    }
}

/// Writes a file whole or not at all; it has its mode from the first byte on.
fn write(directory: &Path, name: &str, text: &str, mode: u32) -> Result<(), CertificateError> {
    let file = directory.join(name);
    let temporary = directory.join(format!(".{name}.new"));
    let written = || -> io::Result<()> {
        // Only who holds the lock writes here: a file that is left was left by a process that has died.
        match fs::remove_file(&temporary) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut open = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(&temporary)?;
        open.write_all(text.as_bytes())?;
        open.sync_all()?;
        fs::rename(&temporary, &file)
    };
    written().map_err(|source| CertificateError::Write {
        file: file.clone(),
        source,
    })
}
