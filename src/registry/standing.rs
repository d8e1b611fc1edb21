//! How each file of a directory stands: which policies are in force, and which files are refused.
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::Arc,
    time::SystemTime,
};

use super::cores;
use crate::{
    core::policy::Policy,
    disk::{self, Accepted, FileFault, Refused, SchemaFile},
};

/// API group and plural.
pub(super) type Resource = (String, String);

/// One file.
#[derive(Debug, Clone)]
pub(super) struct Standing {
    pub(super) file: PathBuf,
    fingerprint: u64,
    said: Result<Accepted, Refused>,
    /// The policy of this file that was in force before.
    last: Option<Arc<Policy>>,
    /// Why it does not count although it says nothing wrong: another file guards the same resource.
    conflict: Option<FileFault>,
    /// Since when it is accepted or refused as it is now.
    pub(super) since: SystemTime,
}

impl Standing {
    /// What is wrong with the file; empty if it is accepted.
    pub(super) fn faults(&self) -> &[FileFault] {
        match (&self.conflict, &self.said) {
            (Some(conflict), _) => std::slice::from_ref(conflict),
            (None, Err(refused)) => &refused.faults,
            (None, Ok(_)) => &[],
        }
    }

    pub(super) fn notes(&self) -> &[FileFault] {
        match &self.said {
            Ok(accepted) if self.conflict.is_none() => &accepted.notes,
            _ => &[],
        }
    }

    /// The policy of this file that is in force.
    pub(super) fn in_force(&self) -> Option<&Arc<Policy>> {
        match &self.said {
            Ok(accepted) if self.conflict.is_none() => Some(&accepted.policy),
            _ => self.last.as_ref(),
        }
    }

    /// The resource that the file means to guard, as far as that is known.
    pub(super) fn resource(&self) -> Option<Resource> {
        match &self.said {
            Ok(accepted) => Some(resource(&accepted.policy)),
            Err(refused) => refused.resource.clone(),
        }
    }

    /// Whether the file says the same as `other`, which it was before, and with the same effect.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.fingerprint == other.fingerprint && self.faults() == other.faults()
    }
}

fn resource(policy: &Policy) -> Resource {
    (policy.group.clone(), policy.resource.clone())
}

/// How the files that were read now stand, when `before` is how they stood.
///
/// A refused file keeps the policy that it had in force. Of several files for one resource the one in force stays and
/// the others are refused; where none is in force, all are.
pub(super) fn settle(files: &[SchemaFile], before: &[Standing], now: SystemTime) -> Vec<Standing> {
    let before: BTreeMap<&PathBuf, &Standing> = before
        .iter()
        .map(|standing| (&standing.file, standing))
        .collect();
    let mut standings = cores::on_all(files, |file| {
        let old = before.get(&file.path).copied();
        understand(file, old, now)
    });
    while refuse_conflicts(&mut standings) {}
    for standing in &mut standings {
        if let Some(old) = before
            .get(&standing.file)
            .filter(|old| standing.is_same(old))
        {
            standing.since = old.since;
        }
    }
    standings
}

fn understand(file: &SchemaFile, old: Option<&Standing>, now: SystemTime) -> Standing {
    let fingerprint = file.fingerprint();
    let said = match old.filter(|old| old.fingerprint == fingerprint) {
        Some(old) => old.said.clone(),
        None => file.understand(),
    };
    Standing {
        file: file.path.clone(),
        fingerprint,
        said,
        last: old.and_then(Standing::in_force).cloned(),
        conflict: None,
        since: now,
    }
}

/// Refuses files that are in conflict, and says whether there were any: their last good policies may be in conflict
/// with others again.
fn refuse_conflicts(standings: &mut [Standing]) -> bool {
    let mut claims: BTreeMap<Resource, Vec<usize>> = BTreeMap::new();
    for (index, standing) in standings.iter().enumerate() {
        if let Some(policy) = standing.in_force() {
            claims.entry(resource(policy)).or_default().push(index);
        }
    }
    let mut any = false;
    for claimants in claims.values().filter(|claimants| claimants.len() > 1) {
        let stays = claimants
            .iter()
            .copied()
            .find(|index| standings[*index].was_in_force());
        for index in claimants
            .iter()
            .copied()
            .filter(|index| Some(*index) != stays)
        {
            let other = stays.or_else(|| claimants.iter().copied().find(|other| *other != index));
            let other = other.map(|other| standings[other].file.clone());
            any |= standings[index].refuse_for(other);
        }
    }
    any
}

impl Standing {
    /// Whether what is in force of this file guards the same as before.
    fn was_in_force(&self) -> bool {
        self.in_force()
            .zip(self.last.as_ref())
            .is_some_and(|(policy, last)| disk::is_for_same(policy, last))
    }

    fn refuse_for(&mut self, other: Option<PathBuf>) -> bool {
        let (Ok(accepted), Some(other), None) = (&self.said, other, &self.conflict) else {
            return false;
        };
        self.conflict = Some(disk::conflict(&self.file, &other, accepted));
        true
    }
}

/// All that is in force: the files' policies, and the built-in one for the resource of each refused file that has no
/// policy in force, so that it is guarded none the less.
pub(super) fn in_force(standings: &[Standing]) -> Vec<Arc<Policy>> {
    let mut policies: Vec<Arc<Policy>> = standings
        .iter()
        .filter_map(Standing::in_force)
        .cloned()
        .collect();
    let guarded: BTreeSet<Resource> = policies.iter().map(|policy| resource(policy)).collect();
    let bare: BTreeSet<Resource> = standings
        .iter()
        .filter_map(Standing::resource)
        .filter(|resource| !guarded.contains(resource))
        .collect();
    policies.extend(bare.into_iter().map(|(group, resource)| {
        Arc::new(Policy {
            group,
            resource,
            ..Policy::built_in()
        })
    }));
    policies
}
