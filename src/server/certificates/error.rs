//! Why a directory of certificates can not be served with, and what to do about it.
use std::path::PathBuf;

use crate::{core::pki::Moment, server::certificates::timestamp};

/// Why certificates can not be used.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// A file or the directory can not be read.
    #[error("cannot read {}; name a directory with --certs that may be read", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A throw-away file can not be written.
    #[error(
        "cannot write {}; name a directory with --certs that can be written to, or that holds tls.crt and tls.key",
        file.display()
    )]
    Write {
        /// The file.
        file: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// One of two files is there without the other.
    #[error(
        "{} is there, but {} is missing; put it in, or remove the first to have throw-away ones made",
        present.display(),
        missing.display()
    )]
    Missing {
        /// The file that is there.
        present: PathBuf,
        /// The file that is not.
        missing: PathBuf,
    },
    /// Nothing is there any more.
    #[error(
        "{} holds no tls.crt and tls.key any more; put them back, or start anew to have throw-away ones made",
        directory.display()
    )]
    Gone {
        /// The directory.
        directory: PathBuf,
    },
    /// No certificate in a file.
    #[error("{} holds no readable certificate in PEM; put in the one that belongs to tls.key", file.display())]
    NoCertificate {
        /// The file.
        file: PathBuf,
    },
    /// No private key in a file.
    #[error(
        "{} holds no private key in PEM that can be used (ECDSA P-256 or P-384, RSA or Ed25519, not encrypted); put in \
         the one that belongs to tls.crt",
        file.display()
    )]
    NoKey {
        /// The file.
        file: PathBuf,
    },
    /// A certificate was issued for another key.
    #[error(
        "{} does not match its key {}; put in the pair that was issued together, or remove both to have throw-away \
         ones made",
        certificate.display(),
        key.display()
    )]
    Mismatch {
        /// The file of the certificate.
        certificate: PathBuf,
        /// The file of the key.
        key: PathBuf,
    },
    /// A certificate's time is over.
    #[error("{} expired at {}; put in a valid certificate with its key", file.display(), timestamp(*at))]
    Expired {
        /// The file.
        file: PathBuf,
        /// When.
        at: Moment,
    },
    /// A certificate's time is still to come.
    #[error("{} is not valid before {}; put in a valid certificate, or set the clock", file.display(), timestamp(*at))]
    NotYetValid {
        /// The file.
        file: PathBuf,
        /// When it will be.
        at: Moment,
    },
    /// A throw-away certificate could not be made.
    #[error("cannot make a throw-away certificate in {}", directory.display())]
    Make {
        /// The directory.
        directory: PathBuf,
        /// What the library said.
        #[source]
        source: rcgen::Error,
    },
}
