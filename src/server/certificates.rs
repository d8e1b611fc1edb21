//! The directory of certificates: reads a pair to serve with, makes a throw-away one where there is none, and keeps up
//! with changes while the server runs.
mod change;
mod directory;
mod error;
mod watch;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use rustls::{ServerConfig, sign::CertifiedKey};

use crate::{
    core::pki::{Moment, Names, Standing, Validity, facts},
    server::{
        certificates::directory::{CA, CERTIFICATE, Contents, KEY},
        pair::{self, PairFault},
        tls::{self, Shown},
    },
    telemetry,
};

pub use change::{Change, Trust};
pub use error::CertificateError;
pub use watch::Watch;

/// The certificates of a directory, and how they stand.
///
/// # Guarantees
/// Once open, nothing that happens to the directory takes the certificate away: a bad pair leaves the last good one in
/// force. Files that are not this program's own are never written to; its own are those beside a `ca.key`, as long as
/// `tls.crt` comes from that CA.
#[derive(Debug)]
pub struct Certificates {
    directory: PathBuf,
    names: Names,
    has_new_authority: bool,
    /// Why throw-away files were made or renewed when it was opened.
    renewed: Vec<String>,
    shown: Arc<Shown>,
    standing: Mutex<Present>,
}

/// A pair to serve with, in PEM, and who vouches for it.
pub struct Given {
    /// The CAs.
    pub authorities: String,
    /// The certificate.
    pub certificate: String,
    /// Its key.
    pub key: String,
}

impl Given {
    fn contents(self) -> Contents {
        Contents {
            authority: Some(self.authorities.into_bytes()),
            certificate: Some(self.certificate.into_bytes()),
            key: Some(self.key.into_bytes()),
        }
    }
}

impl std::fmt::Debug for Given {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Given")
    }
}

/// What is in force, and what stands in its way.
#[derive(Debug)]
struct Present {
    contents: Contents,
    validity: Validity,
    problem: Option<Problem>,
    /// What was last told of the end of the certificate.
    end: Option<Change>,
}

/// Why the present files are not in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong and what to do, in one line.
    pub words: String,
    /// Since when.
    pub since: Moment,
}

/// How the certificates stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// From when to when the certificate in force is valid.
    pub validity: Validity,
    /// What is wrong with the files, if the last good pair had to stay in force.
    pub problem: Option<Problem>,
}

/// The present moment.
pub fn now() -> Moment {
    // A clock before 1970 finds every certificate not yet valid, which is then said.
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

/// A moment in UTC, for people.
pub fn timestamp(moment: Moment) -> String {
    telemetry::timestamp(UNIX_EPOCH + moment)
}

impl Certificates {
    /// Reads `directory`, after making throw-away certificates for `names` in it if it holds none, or if those that were
    /// made before are due. Where that fails, those that are there serve for as long as they are valid.
    ///
    /// # Errors
    /// [`CertificateError`] if there is no pair that can be served with at `now`.
    pub fn open(
        directory: &Path,
        names: Names,
        now: Moment,
    ) -> Result<Arc<Self>, CertificateError> {
        let before = Contents::read(directory)?.authority;
        let prepared = directory::prepare(directory, &names, now);
        let contents = Contents::read(directory)?;
        let has_new_authority = contents.authority != before;
        let certificates = Self::of(directory.to_owned(), contents, now);
        let (renewed, certificates) = match (prepared, certificates) {
            (Ok(renewed), certificates) => (renewed, certificates?),
            (Err(error), Ok(certificates)) => {
                certificates.refuse(&error, now);
                (Vec::new(), certificates)
            }
            (Err(error), Err(_)) => return Err(error),
        };
        Ok(Arc::new(Self {
            names,
            has_new_authority,
            renewed,
            ..certificates
        }))
    }

    /// A pair that is no file but was given, and may be replaced by [`Self::offer`]; `place` says in messages where it is
    /// from.
    ///
    /// # Errors
    /// [`CertificateError`] if it cannot be served with at `now`.
    pub fn given(place: &str, pair: Given, now: Moment) -> Result<Arc<Self>, CertificateError> {
        Self::of(PathBuf::from(place), pair.contents(), now).map(Arc::new)
    }

    /// What `contents` of `directory` say, made for no names and with no new CA.
    fn of(directory: PathBuf, contents: Contents, now: Moment) -> Result<Self, CertificateError> {
        let (certified, validity) = judge(&directory, &contents, now)?;
        Ok(Self {
            directory,
            names: Names::default(),
            has_new_authority: false,
            renewed: Vec::new(),
            shown: Arc::new(Shown::new(certified)),
            standing: Mutex::new(Present {
                contents,
                validity,
                problem: None,
                end: None,
            }),
        })
    }

    /// Puts a pair in force that was given, if it can be served with at `now`.
    pub fn offer(&self, pair: Given, now: Moment) -> Option<Change> {
        self.consider(pair.contents(), now)
            .or_else(|| self.end(now))
    }

    /// TLS with the certificate that is in force at each handshake.
    pub fn tls(&self) -> Arc<ServerConfig> {
        tls::config(Arc::clone(&self.shown))
    }

    /// The directory, from the root, if throw-away files were made or renewed in it when it was opened.
    pub fn renewed(&self) -> Option<PathBuf> {
        let absolute = || std::path::absolute(&self.directory);
        (!self.renewed.is_empty()).then(|| absolute().unwrap_or_else(|_| self.directory.clone()))
    }

    /// Why they were made or renewed, one reason a file.
    pub fn reasons(&self) -> &[String] {
        &self.renewed
    }

    /// Whether a throw-away CA is among them.
    pub const fn has_new_authority(&self) -> bool {
        self.has_new_authority
    }

    /// Why the API server would not trust the certificate at `host`, a name or an address, if it would not; each is the
    /// end of a sentence.
    pub fn doubts(&self, host: &str, now: Moment) -> Vec<&'static str> {
        let trusted = self.trusted();
        let present = self.present();
        let certificate = present.contents.certificate.as_deref().unwrap_or_default();
        pair::doubts(certificate, trusted.as_deref(), host, now)
    }

    /// How the certificates stand.
    pub fn state(&self) -> State {
        let present = self.present();
        State {
            validity: present.validity,
            problem: present.problem.clone(),
        }
    }

    /// PEM of what clients must trust: `ca.crt`, or a certificate that signed itself. Nothing where the CA is not here.
    pub fn trusted(&self) -> Option<Vec<u8>> {
        self.present().contents.trusted().map(<[u8]>::to_vec)
    }

    /// The file to trust, for people who call the server by hand.
    pub fn trusted_file(&self) -> Option<PathBuf> {
        let has_authority = self.present().contents.authority.is_some();
        let name = if has_authority { CA } else { CERTIFICATE };
        self.trusted().map(|_| self.directory.join(name))
    }

    /// Looks at the directory: renews throw-away certificates that are due at `now`, and puts a changed pair in force.
    ///
    /// The same trouble is told once.
    pub fn refresh(&self, now: Moment) -> Option<Change> {
        let prepared = directory::keep_up(&self.directory, &self.names, now);
        let change = match prepared.and_then(|()| Contents::read(&self.directory)) {
            Ok(contents) => self.consider(contents, now),
            Err(error) => self.refuse(&error, now),
        };
        change.or_else(|| self.end(now))
    }

    fn consider(&self, contents: Contents, now: Moment) -> Option<Change> {
        let mut present = self.present();
        if present.contents == contents {
            return present.problem.take().map(|_| Change::Mended);
        }
        match judge(&self.directory, &contents, now) {
            Ok((certified, validity)) => {
                self.shown.show(certified);
                let trust = Trust::between(&present.contents, &contents, now);
                *present = Present {
                    contents,
                    validity,
                    problem: None,
                    end: None,
                };
                Some(Change::InForce { validity, trust })
            }
            Err(error) => {
                drop(present);
                self.refuse(&error, now)
            }
        }
    }

    fn end(&self, now: Moment) -> Option<Change> {
        let mut present = self.present();
        let end = Change::of_end(&present.validity, now);
        let is_news = end.is_some() && end != present.end;
        present.end.clone_from(&end);
        end.filter(|_| is_news)
    }

    fn refuse(&self, error: &CertificateError, now: Moment) -> Option<Change> {
        self.trouble(with_sources(error), now)
    }

    /// Says what is wrong with the present files, unless it was said before.
    fn trouble(&self, words: String, now: Moment) -> Option<Change> {
        let mut present = self.present();
        if present
            .problem
            .as_ref()
            .is_some_and(|problem| problem.words == words)
        {
            return None;
        }
        present.problem = Some(Problem {
            words: words.clone(),
            since: now,
        });
        Some(Change::Refused(words))
    }

    fn present(&self) -> MutexGuard<'_, Present> {
        // Each change is whole before the lock is let go, so a panic elsewhere leaves nothing half-done.
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The pair that `contents` holds, if it can be served with at `now`.
fn judge(
    directory: &Path,
    contents: &Contents,
    now: Moment,
) -> Result<(CertifiedKey, Validity), CertificateError> {
    let (certificate_file, key_file) = (directory.join(CERTIFICATE), directory.join(KEY));
    let (certificate, key) = match (&contents.certificate, &contents.key) {
        (Some(certificate), Some(key)) => (certificate, key),
        (None, Some(_)) => {
            return Err(CertificateError::Missing {
                present: key_file,
                missing: certificate_file,
            });
        }
        (Some(_), None) => {
            return Err(CertificateError::Missing {
                present: certificate_file,
                missing: key_file,
            });
        }
        (None, None) if contents.authority.is_some() => {
            return Err(CertificateError::Missing {
                present: directory.join(CA),
                missing: certificate_file,
            });
        }
        (None, None) => {
            return Err(CertificateError::Gone {
                directory: directory.to_owned(),
            });
        }
    };
    let fault = |fault| match fault {
        PairFault::NoKey => CertificateError::NoKey {
            file: key_file.clone(),
        },
        PairFault::Mismatch => CertificateError::Mismatch {
            certificate: certificate_file.clone(),
            key: key_file.clone(),
        },
        PairFault::NoCertificate | PairFault::BadCertificate => CertificateError::NoCertificate {
            file: certificate_file.clone(),
        },
    };
    let facts = facts::read(certificate).map_err(|_| fault(PairFault::NoCertificate))?;
    let validity = facts.validity;
    let certified = pair::certified(certificate, key).map_err(fault)?;
    match validity.standing(now) {
        Standing::Valid | Standing::Due => Ok((certified, validity)),
        Standing::Expired => Err(CertificateError::Expired {
            file: certificate_file,
            at: validity.not_after,
        }),
        Standing::NotYetValid => Err(CertificateError::NotYetValid {
            file: certificate_file,
            at: validity.not_before,
        }),
    }
}

/// An error and its causes in one line.
fn with_sources(error: &dyn std::error::Error) -> String {
    std::iter::successors(error.source(), |error| error.source())
        .fold(error.to_string(), |words, source| {
            format!("{words}: {source}")
        })
}
