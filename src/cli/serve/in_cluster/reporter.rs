//! Has an Event made of each write that is refused or warned about.
use serde::Deserialize;

use crate::{
    cluster::events::{Events, Notice},
    core::{
        denial,
        gate::{Outcome, Verdict},
        review::Review,
    },
    server::admit::Witness,
};

/// Tells the cluster.
pub(super) struct Reporter(pub(super) Events);

impl Witness for Reporter {
    fn decided(&self, review: &Review<'_>, verdict: &Verdict, body: &[u8]) {
        let Some(note) = denial::note(review, verdict) else {
            return;
        };
        self.0.tell(|| Notice {
            api_version: format!("{}/{}", review.group, review.version),
            kind: review.kind.to_string(),
            namespace: review.namespace.to_string(),
            name: review.name.to_string(),
            uid: object_uid(body).unwrap_or_default(),
            promise: verdict.policy.as_ref().map(|policy| policy.promise.clone()),
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
