//! Has an Event made of each write to a guarded request that is refused or warned about.
use serde::Deserialize;

use crate::{
    cluster::events::{Events, Notice},
    core::{
        denial,
        gate::{Outcome, Verdict},
        policy::Policy,
        review::Review,
    },
    server::admit::Witness,
};

/// Tells the cluster, of requests alone: anybody who reaches the port can send a review of anything, and must not have
/// Events made about other objects by the rights of statusguard.
pub(super) struct Reporter(pub(super) Events);

impl Witness for Reporter {
    fn decided(&self, review: &Review<'_>, verdict: &Verdict, body: &[u8]) {
        let Some(policy) = &verdict.policy else {
            return;
        };
        let Some(note) = denial::note(review, verdict).filter(|_| is_guarded(review, policy))
        else {
            return;
        };
        self.0.tell(|| Notice {
            api_version: format!("{}/{}", review.group, review.version),
            kind: review.kind.to_string(),
            namespace: review.namespace.to_string(),
            name: review.name.to_string(),
            uid: object_uid(body).unwrap_or_default(),
            promise: Some(policy.promise.clone()),
            is_warning: verdict.outcome == Outcome::Denied,
            reason: match verdict.outcome {
                Outcome::Denied => "StatusRejected",
                _ => "StatusWarned",
            },
            text: note.text,
            fingerprint: note.fingerprint,
        });
    }
}

/// Whether the review is about what a policy was made for, and not about what only the built-in one is left for.
fn is_guarded(review: &Review<'_>, policy: &Policy) -> bool {
    let is_of_kind = policy.kind.is_empty() || policy.kind == review.kind;
    policy.group == review.group && policy.resource == review.resource && is_of_kind
}

/// `metadata.uid` of the object of a review. It decides nothing, so it is read only for those that are told of.
fn object_uid(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Envelope {
        request: Request,
    }
    #[derive(Deserialize)]
    struct Request {
        object: Object,
    }
    #[derive(Deserialize)]
    struct Object {
        metadata: Metadata,
    }
    #[derive(Deserialize)]
    struct Metadata {
        uid: String,
    }
    let envelope: Envelope = serde_json::from_slice(body).ok()?;
    Some(envelope.request.object.metadata.uid)
}
