//! The words for alternatives: one fault, with what the nearest of them lacks.
use serde_json::Value;

use super::{
    Words,
    phrases::{LISTED, join_or, text, type_names, type_of, with_article},
};
use crate::core::schema::{engine::Broken, faults, nearest, rules::keyword};

/// Faults of the nearest branch that are told.
const TOLD: usize = 3;
impl Words<'_> {
    pub(super) fn no_branch(&self, broken: &Broken, branches: &[Vec<Broken>]) -> String {
        if branches.is_empty() {
            let count = self.limit(broken).as_array().map_or(0, Vec::len);
            let or_several = if keyword(broken) == "oneOf" {
                ", or more than one"
            } else {
                ""
            };
            return format!("fits none of {count} alternatives{or_several}");
        }
        if let Some(types) = self.only_types(broken, branches) {
            return format!("must be {types}, is {}", type_of(self.value(broken)));
        }
        let Some(index) = nearest::nearest(branches, &broken.at) else {
            return "must not be here; remove it".to_owned();
        };
        let lacks = self.lacks(broken, &branches[index]);
        if branches.len() == 1 {
            return lacks;
        }
        format!(
            "fits none of {} alternatives; nearest is {}: {lacks}",
            branches.len(),
            self.branch(broken, index)
        )
    }

    /// The types that the branches want, if all fail by type alone.
    fn only_types(&self, broken: &Broken, branches: &[Vec<Broken>]) -> Option<String> {
        let mut wanted: Vec<&str> = Vec::new();
        for branch in branches {
            let mut own = branch
                .iter()
                .filter(|inner| nearest::is_type_at(inner, &broken.at));
            let own = own.next().filter(|own| keyword(own) == "type")?;
            for name in type_names(self.schema(own)) {
                if !wanted.contains(&name) {
                    wanted.push(name);
                }
            }
        }
        Some(join_or(wanted.into_iter().map(with_article)))
    }

    fn branch(&self, broken: &Broken, index: usize) -> String {
        let title = self
            .limit(broken)
            .get(index)
            .and_then(|branch| branch.get("title"));
        match title.and_then(Value::as_str) {
            Some(title) => format!("alternative {} ({})", index + 1, text(title)),
            None => format!("alternative {}", index + 1),
        }
    }

    /// What is to mend for a branch to hold, relative to the value that it judges.
    fn lacks(&self, broken: &Broken, branch: &[Broken]) -> String {
        let base = self.path(broken).steps().len();
        let mut inner: Vec<_> = branch
            .iter()
            .flat_map(|inner| faults::of_broken(self, inner))
            .collect();
        inner.sort_by(|one, other| (&one.path, one.keyword).cmp(&(&other.path, other.keyword)));
        let mut told = Vec::new();
        for fault in inner.iter().take(TOLD) {
            let relative = fault.path.below(base);
            told.push(if relative.is_empty() {
                fault.words.clone()
            } else {
                format!("{relative}: {}", fault.words)
            });
        }
        if inner.len() > TOLD {
            told.push(format!("and {} more", inner.len() - TOLD));
        }
        told.join("; ")
    }

    pub(super) fn several_branches(&self, broken: &Broken, fitting: &[usize]) -> String {
        let names = fitting.iter().map(|index| self.branch(broken, *index));
        let names: Vec<_> = names.take(LISTED).collect();
        format!("fits {}, but must fit exactly one", names.join(" and "))
    }
}
