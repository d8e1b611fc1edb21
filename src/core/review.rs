//! An admission review as the API server sends it, read without copying what does not decide.
use std::{borrow::Cow, fmt};

use serde::Deserialize;
use serde_json::value::RawValue;

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
    pub status: Option<&'a RawValue>,
    /// JSON of the old status, if there is one.
    pub old_status: Option<&'a RawValue>,
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

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<'a> {
    #[serde(borrow, default)]
    api_version: Cow<'a, str>,
    #[serde(borrow, default)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    request: Option<Request<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    #[serde(borrow)]
    uid: Cow<'a, str>,
    #[serde(borrow, default)]
    kind: Kind<'a>,
    #[serde(borrow)]
    resource: Resource<'a>,
    #[serde(borrow, default)]
    sub_resource: Cow<'a, str>,
    #[serde(borrow, default)]
    name: Cow<'a, str>,
    #[serde(borrow, default)]
    namespace: Cow<'a, str>,
    #[serde(borrow)]
    operation: Cow<'a, str>,
    #[serde(default)]
    dry_run: Option<bool>,
    #[serde(borrow, default)]
    user_info: User<'a>,
    #[serde(borrow, default)]
    object: Option<Object<'a>>,
    #[serde(borrow, default)]
    old_object: Option<OldObject<'a>>,
}

#[derive(Deserialize, Default)]
struct Kind<'a> {
    #[serde(borrow, default)]
    kind: Cow<'a, str>,
}

#[derive(Deserialize)]
#[expect(
    clippy::struct_field_names,
    reason = "the field is called so in the API"
)]
struct Resource<'a> {
    #[serde(borrow, default)]
    group: Cow<'a, str>,
    #[serde(borrow, default)]
    version: Cow<'a, str>,
    #[serde(borrow, default)]
    resource: Cow<'a, str>,
}

#[derive(Deserialize, Default)]
struct User<'a> {
    #[serde(borrow, default)]
    username: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Object<'a> {
    #[serde(borrow, default)]
    metadata: Option<Metadata<'a>>,
    #[serde(borrow, default)]
    status: Option<&'a RawValue>,
}

/// Of the old object nothing counts but its status.
#[derive(Deserialize)]
struct OldObject<'a> {
    #[serde(borrow, default)]
    status: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata<'a> {
    #[serde(borrow, default)]
    deletion_timestamp: Option<&'a RawValue>,
}

impl<'a> Review<'a> {
    /// Reads a review from the bytes of a request's body.
    ///
    /// # Errors
    /// [`ReviewError`], whose texts hold no data of the body.
    pub fn parse(body: &'a [u8]) -> Result<Self, ReviewError> {
        // Checked once as a whole, which costs less than to check each string.
        let body =
            std::str::from_utf8(body).map_err(|error| ReviewError::not_utf8(body, &error))?;
        let envelope: Envelope<'a> =
            serde_json::from_str(body).map_err(|error| ReviewError::unreadable(&error))?;
        if envelope.kind != "AdmissionReview" || envelope.api_version != API_VERSION {
            return Err(ReviewError::WrongVersion);
        }
        envelope
            .request
            .map(Self::from)
            .ok_or(ReviewError::NoRequest)
    }

    /// Whether this is a status write: an `UPDATE` of the subresource `status`.
    pub fn is_status_write(&self) -> bool {
        self.operation == "UPDATE" && self.subresource == "status"
    }
}

impl<'a> From<Request<'a>> for Review<'a> {
    fn from(request: Request<'a>) -> Self {
        let deleting = request
            .object
            .as_ref()
            .and_then(|object| object.metadata.as_ref())
            .and_then(|metadata| metadata.deletion_timestamp)
            .is_some_and(|timestamp| timestamp.get() != "null");
        Self {
            uid: request.uid,
            group: request.resource.group,
            version: request.resource.version,
            resource: request.resource.resource,
            subresource: request.sub_resource,
            kind: request.kind.kind,
            namespace: request.namespace,
            name: request.name,
            operation: request.operation,
            dry_run: request.dry_run.unwrap_or(false),
            deleting,
            status: request.object.and_then(|object| object.status),
            old_status: request.old_object.and_then(|object| object.status),
            user: request.user_info.username,
        }
    }
}

impl ReviewError {
    fn not_utf8(body: &[u8], error: &std::str::Utf8Error) -> Self {
        let before = &body[..error.valid_up_to()];
        let lines = before.split(|byte| *byte == b'\n');
        let last = lines.clone().next_back().map_or(0, <[u8]>::len);
        Self::Unreadable {
            kind: "bytes that are not UTF-8",
            line: lines.count(),
            column: last + 1,
        }
    }

    fn unreadable(error: &serde_json::Error) -> Self {
        let kind = match error.classify() {
            serde_json::error::Category::Syntax => "a syntax error",
            serde_json::error::Category::Data => "a value of a wrong type",
            serde_json::error::Category::Eof => "an early end",
            serde_json::error::Category::Io => "a read error",
        };
        Self::Unreadable {
            kind,
            line: error.line(),
            column: error.column(),
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
