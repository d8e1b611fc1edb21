//! The files of `accept/` and `reject/`: each is a case.
use std::{path::Path, sync::Arc};

use anyhow::anyhow;

use super::{
    case::{Case, Expected},
    expected::{self, Expectation},
};
use crate::{
    cli::{
        Failure,
        input::{self, Content, Manner},
        policies::Policies,
        replay::Replay,
        source::{InputFault, Source},
        subject::Subject,
    },
    core::{policy::Policy, yaml::Place},
};

/// Those of one suite.
pub(super) struct Folder<'a> {
    pub(super) policies: &'a Policies,
    /// The policy that the suite is named after, if it is.
    pub(super) policy: Option<Arc<Policy>>,
}

impl Folder<'_> {
    /// The case that a file is; what stands in `accept/` is good.
    pub(super) fn case(&self, file: &Path, is_good: bool) -> Result<Case, Failure> {
        let source = Source::open_regular(file).map_err(Failure::bad_input)?;
        let comments = expected::of_comments(&source).map_err(Failure::bad_input)?;
        let is_empty = is_empty(&source);
        let expected = expected(&source, comments, is_good, is_empty);
        let expected = expected.map_err(Failure::bad_input)?;
        let manner = Manner::default();
        let content = if is_empty {
            Ok(Content::StatusFile)
        } else {
            input::read(&source, &manner)
        };
        let subjects = match content.map_err(Failure::bad_input)? {
            Content::Subjects(subjects) if subjects.is_empty() => {
                let words = "holds no object, so there is nothing to expect of it; put one into it, or remove it";
                return Err(Failure::bad_input(source.at(Place::START, words)));
            }
            Content::Subjects(subjects) => subjects,
            Content::StatusFile => vec![self.status(&source, &manner)?],
        };
        Ok(Case {
            name: source.name.clone(),
            file: source.name,
            place: None,
            subjects,
            expected,
        })
    }

    /// What a file is as a status.yaml.
    fn status(&self, file: &Source, manner: &Manner) -> Result<Subject, Failure> {
        let policy = match &self.policy {
            Some(policy) => Some(Arc::clone(policy)),
            None => self.policies.only().map_err(|several| {
                Failure::bad_input(anyhow!(
                    "{}: {several}; put accept/ and reject/ into a folder that is called like their schema, or name one \
                     file with --schemas",
                    file.name
                ))
            })?,
        };
        let replay = Replay {
            file,
            request: None,
            policy,
        };
        replay.write(manner).map_err(Failure::bad_input)
    }
}

/// Whether a file is a status.yaml with nothing in it, such as one of comments alone.
fn is_empty(source: &Source) -> bool {
    source.documents().is_ok_and(|stream| {
        stream
            .documents
            .iter()
            .all(|one| one.document.value().is_null())
    })
}

/// What is expected of a file with these comments.
fn expected(
    source: &Source,
    comments: Vec<Expectation>,
    is_good: bool,
    is_empty: bool,
) -> Result<Expected, InputFault> {
    match (is_good, comments.first()) {
        (true, None) => Ok(Expected::Accepted),
        (true, Some(first)) => {
            let words = "what stands in accept/ is expected to be accepted; move the file into reject/, or remove this line";
            Err(source.at(first.place.unwrap_or(Place::START), words))
        }
        (false, None) if is_empty => {
            let words = "is empty, so it is refused for nothing in particular; write a status into it, or say what an empty \
                         one is refused for, such as `# expect: status.url schema/required`";
            Err(source.at(Place::START, words))
        }
        (false, None) => Ok(Expected::Refused),
        (false, Some(_)) => Ok(Expected::For(comments)),
    }
}
