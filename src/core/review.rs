//! An admission review as the API server sends it, read without copying what does not decide.
use std::{borrow::Cow, fmt};

use crate::core::json::{Fault, Json, Reader};

mod read;

use read::Envelope;

/// The only version of `AdmissionReview` that is understood.
pub const API_VERSION: &str = "admission.k8s.io/v1";

/// What of an `AdmissionReview` can change the verdict or must stand in the reply, borrowed from its bytes.
#[derive(Clone)]
pub struct Review<'a> {
    /// The request's uid, which the reply must carry.
    pub uid: Cow<'a, str>,
    /// API group of the resource.
    pub group: Cow<'a, str>,
    /// Version of the resource that the request was sent to us in.
    pub version: Cow<'a, str>,
    /// Plural of the resource.
    pub resource: Cow<'a, str>,
    /// Subresource, empty for the main resource.
    pub subresource: Cow<'a, str>,
    /// Kind of the object.
    pub kind: Cow<'a, str>,
    /// Namespace of the object, empty where there is none.
    pub namespace: Cow<'a, str>,
    /// Name of the object.
    pub name: Cow<'a, str>,
    /// `CREATE`, `UPDATE`, `DELETE` or `CONNECT`.
    pub operation: Cow<'a, str>,
    /// Whether nothing will be stored.
    pub dry_run: bool,
    /// Whether the object is being deleted.
    pub deleting: bool,
    /// JSON of the new status, if there is one.
    pub status: Option<Json<'a>>,
    /// JSON of the old status, if there is one.
    pub old_status: Option<Json<'a>>,
    /// Who writes; never looked at by a decision.
    pub user: Cow<'a, str>,
}

/// Why a body is not a review that can be judged. None of its texts holds data of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReviewError {
    /// Not JSON, or not of the shape of a review.
    #[error("the body is not a readable AdmissionReview: {kind} at line {line} column {column}")]
    Unreadable {
        /// What kind of error it was.
        kind: &'static str,
        /// Line in the body, from 1.
        line: usize,
        /// Column in the body, from 1.
        column: usize,
    },
    /// A review of another version, or another kind.
    #[error("only kind AdmissionReview of apiVersion admission.k8s.io/v1 is understood")]
    WrongVersion,
    /// No `request`.
    #[error("the AdmissionReview holds no request")]
    NoRequest,
}

impl<'a> Review<'a> {
    /// Reads a review from the bytes of a request's body.
    ///
    /// # Errors
    /// [`ReviewError`], whose texts hold no data of the body.
    pub fn parse(body: &'a [u8]) -> Result<Self, ReviewError> {
        // Checked once as a whole, which costs less than to check each string.
        let text =
            std::str::from_utf8(body).map_err(|error| ReviewError::not_utf8(body, &error))?;
        let mut reader = Reader::new(text);
        let envelope = Envelope::read(&mut reader)
            .map_err(|fault| ReviewError::unreadable(body, reader.at(), fault))?;
        if envelope.kind.as_deref() != Some("AdmissionReview")
            || envelope.api_version.as_deref() != Some(API_VERSION)
        {
            return Err(ReviewError::WrongVersion);
        }
        envelope.request.ok_or(ReviewError::NoRequest)
    }

    /// Whether this is a status write: an `UPDATE` of the subresource `status`.
    pub fn is_status_write(&self) -> bool {
        self.operation == "UPDATE" && self.subresource == "status"
    }
}

impl ReviewError {
    fn not_utf8(body: &[u8], error: &std::str::Utf8Error) -> Self {
        Self::at(body, error.valid_up_to(), "bytes that are not UTF-8")
    }

    fn unreadable(body: &[u8], at: usize, fault: Fault) -> Self {
        let kind = match fault {
            Fault::Syntax => "a syntax error",
            Fault::End => "an early end",
            Fault::Type => "a value of a wrong type",
            Fault::Twice => "a key that stands twice",
            Fault::Missing => "a request without uid, resource or operation",
        };
        Self::at(body, at, kind)
    }

    fn at(body: &[u8], at: usize, kind: &'static str) -> Self {
        let lines = body[..at].split(|byte| *byte == b'\n');
        let last = lines.clone().next_back().map_or(0, <[u8]>::len);
        Self::Unreadable {
            kind,
            line: lines.count(),
            column: last + 1,
        }
    }
}

impl fmt::Debug for Review<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Review")
            .field("uid", &self.uid)
            .field(
                "resource",
                &format_args!("{}/{}/{}", self.group, self.version, self.resource),
            )
            .field("object", &format_args!("{}/{}", self.namespace, self.name))
            .field("operation", &self.operation)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{Review, ReviewError};

    #[test]
    fn what_cannot_be_read_is_named_by_its_place_alone() {
        let error = |body: &[u8]| {
            Review::parse(body)
                .expect_err("it is no review")
                .to_string()
        };
        assert_eq!(
            error(b"{\n \"canary\": \xff}"),
            "the body is not a readable AdmissionReview: bytes that are not UTF-8 at line 2 column 12"
        );
        assert_eq!(
            error(b"{\"kind\": \"canary\",\n canary}"),
            "the body is not a readable AdmissionReview: a syntax error at line 2 column 2"
        );
        assert_eq!(Review::parse(b"{}").err(), Some(ReviewError::WrongVersion));
    }
}
