//! Which branch of `anyOf` or `oneOf` a value came nearest to.
use super::engine::{Broken, How};

/// The index of the branch that `at` came nearest to: not another type, then not another kind, then least to mend.
pub(super) fn nearest(branches: &[Vec<Broken>], at: &str) -> Option<usize> {
    branches
        .iter()
        .enumerate()
        .min_by_key(|(_, branch)| distance(branch, at))
        .map(|(index, _)| index)
}

fn distance(branch: &[Broken], at: &str) -> (bool, usize, usize) {
    let is_other_type = branch.iter().any(|broken| is_type_at(broken, at));
    let other_kinds = branch.iter().filter(|broken| says_kind(broken)).count();
    (is_other_type, other_kinds, branch.iter().map(size).sum())
}

/// Whether a branch fails because the value itself is of another type, or nothing may be there.
pub(super) fn is_type_at(broken: &Broken, at: &str) -> bool {
    broken.at == at && (broken.place.ends_with("/type") || matches!(broken.how, How::Forbidden))
}

/// Whether a branch fails because a value that often names the kind of the whole is another one.
fn says_kind(broken: &Broken) -> bool {
    broken.place.ends_with("/const") || broken.place.ends_with("/enum")
}

fn size(broken: &Broken) -> usize {
    match &broken.how {
        How::Unexpected(keys) => keys.len(),
        How::NoBranch(branches) => branches
            .iter()
            .map(|branch| branch.iter().map(size).sum())
            .min()
            .unwrap_or(1),
        _ => 1,
    }
}
