//! Decides only if that cannot take long, which is known from sizes and from the schema before it does.
use std::sync::Arc;

use super::{Verdict, judge};
use crate::core::{
    catalog::Catalog, json::Json, policy::Policy, review::Review, schema::effort::ONE_FAULT,
};

/// It could take more steps than there may be.
#[derive(Debug)]
pub(super) struct Beyond;

impl Beyond {
    /// Whether so many faults are few enough to be compared with those of the old status, and told.
    pub(super) const fn check(faults: usize, most: u64) -> Result<(), Self> {
        if (faults as u64).saturating_mul(ONE_FAULT) > most {
            return Err(Self);
        }
        Ok(())
    }
}

/// Decides as [`super::decide`] does, if that cannot take more than so many steps, of some 20 ns each.
///
/// # Errors
/// The policy under which it could take more.
pub fn decide_within(
    catalog: &Catalog,
    review: &Review<'_>,
    most: u64,
) -> Result<Verdict, Arc<Policy>> {
    if !review.is_status_write() || review.status == review.old_status {
        return Ok(Verdict::not_judged());
    }
    let policy = catalog.policy(&review.group, &review.resource);
    let bytes = |status: Option<Json<'_>>| status.map_or(0, |status| status.get().len() as u64);
    let bytes = bytes(review.status) + bytes(review.old_status);
    let schema = policy.schema(&review.version);
    if schema.is_some_and(|schema| schema.may_take_more(bytes, most)) {
        return Err(Arc::clone(policy));
    }
    judge(catalog.mode(), policy, review, most).map_err(|Beyond| Arc::clone(policy))
}
