//! Reviews that an API server sent, judged as the server judges them.
use super::{Decision, Identity, MARK, Origin, types};
use crate::{
    cli::{policies::Policies, source::InputFault},
    core::{
        gate,
        review::{Review, ReviewError},
        yaml::Place,
    },
};

/// A review with what is known of where it came from.
#[derive(Clone)]
pub(in crate::cli) struct Recorded {
    pub(in crate::cli) json: String,
    /// Whether that is the text of the file as it stands.
    pub(in crate::cli) is_verbatim: bool,
    pub(in crate::cli) file: String,
    /// Where its status stands, if its places can be told.
    pub(in crate::cli) origin: Option<Origin>,
    pub(in crate::cli) identity: Identity,
}

impl Recorded {
    pub(super) fn decide(self, policies: &Policies) -> Result<Decision, InputFault> {
        let review = Review::parse(self.json.as_bytes()).map_err(|error| self.unreadable(error))?;
        let status = review
            .status
            .and_then(|json| serde_json::from_str(json.get()).ok());
        Ok(Decision {
            unjudged: if review.is_status_write() {
                "its status does not change"
            } else {
                "this is no write of a status"
            },
            verdict: gate::decide(&policies.catalog, &review),
            types: types(status.as_ref()),
            resource: (review.group.to_string(), review.resource.to_string()),
            identity: self.identity,
            extra: Vec::new(),
            origins: self.origin.into_iter().collect(),
            file: self.file,
        })
    }

    fn unreadable(&self, error: ReviewError) -> InputFault {
        let start = self.origin.as_ref();
        let start = start.map(|origin| origin.text.document.start());
        let own = self.is_verbatim.then(|| place(error, &self.json)).flatten();
        InputFault {
            name: self.file.clone(),
            place: own.or(start),
            words: refused(error, &self.json),
        }
    }
}

/// Where in the text of a review the fault is, in characters.
fn place(error: ReviewError, json: &str) -> Option<Place> {
    let ReviewError::Unreadable { line, column, .. } = error else {
        return None;
    };
    let before = json.split('\n').nth(line - 1)?.bytes().take(column - 1);
    let is_first = |byte: &u8| byte & 0xc0 != 0x80;
    Some(Place {
        line: line as u64,
        column: 1 + before.filter(is_first).count() as u64,
    })
}

/// Why the server refuses a review without judging it.
fn refused(error: ReviewError, json: &str) -> String {
    match error {
        ReviewError::Unreadable { .. } if json.starts_with(MARK) => {
            "the AdmissionReview cannot be read: it begins with a byte order mark, which the server refuses; save it \
             as UTF-8 without one"
                .to_owned()
        }
        // Its place is one in the JSON, and the text may be YAML.
        ReviewError::Unreadable { kind, .. } => {
            format!("the AdmissionReview cannot be read: {kind}")
        }
        other => other.to_string(),
    }
}
