//! Keys and texts that stand in nearly every status, since Kratix writes them: each is looked at once, and never again.
use std::sync::LazyLock;

use super::{glance::Glance, names::Says};
use crate::core::kratix;

/// What Kratix writes beside its keys, messages and types of conditions: what is left out here only takes longer.
const WORDS: [&str; 46] = [
    "A Configure Pipeline has failed: instance-configure",
    "All works associated with this resource are ready",
    "ConfigureWorkflowFailed",
    "Failed",
    "Failing",
    "False",
    "Paused",
    "Pipelines are still in progress",
    "Pipelines completed",
    "PipelineExecutedSuccessfully",
    "PipelinesExecutedSuccessfully",
    "PipelinesInProgress",
    "Ready",
    "Running",
    "Some works associated with this resource failed",
    "Some works associated with this resource are not ready",
    "Succeeded",
    "Suspended",
    "True",
    "Unknown",
    "WorkflowPending",
    "WorksFailing",
    "WorksPending",
    "degraded",
    "details",
    "healthRecords",
    "healthy",
    "instance-configure",
    "lastTransitionTime",
    "latest",
    "name",
    "namespace",
    "not-set",
    "observedGeneration",
    "phase",
    "pipelines",
    "ready",
    "reason",
    "resource-configure",
    "source",
    "state",
    "status",
    "suspendedGeneration",
    "type",
    "unhealthy",
    "unknown",
];

/// What is known of a word.
pub(super) struct Known {
    word: &'static str,
    /// What a first look at it tells.
    pub(super) glance: Glance,
    /// What it says as a key.
    pub(super) says: Says,
}

/// Words by a hash, each at the first free place from there on.
struct Table([Option<Known>; PLACES]);

/// Four times as many as words, so that most searches end where they begin.
const PLACES: usize = 256;

/// What is known of `word`.
pub(super) fn find(word: &str) -> Option<&'static Known> {
    static TABLE: LazyLock<Table> = LazyLock::new(Table::build);
    TABLE.find(word)
}

impl Table {
    fn build() -> Self {
        let mut table = Self([const { None }; PLACES]);
        let kratix = [&kratix::KEYS[..], &kratix::MESSAGES, &kratix::CONDITIONS];
        for word in kratix.into_iter().flatten().chain(&WORDS) {
            if table.find(word).is_none() {
                let free = places(word).find(|place| table.0[*place].is_none());
                let free = free.expect("there are more places than words");
                table.0[free] = Some(Known {
                    word,
                    glance: Glance::of(word),
                    says: Says::of(word).harmless(),
                });
            }
        }
        table
    }

    fn find(&self, word: &str) -> Option<&Known> {
        let mut known = places(word).map_while(|place| self.0[place].as_ref());
        known.find(|known| known.word == word)
    }
}

/// Where a word may be, in order.
fn places(word: &str) -> impl Iterator<Item = usize> {
    let bytes = word.as_bytes();
    let byte = |at: usize| bytes.get(at).copied().map_or(0, usize::from);
    let middle = byte(bytes.len() / 2);
    let hash = bytes.len() * 7 + byte(0) * 31 + middle * 3 + byte(bytes.len().wrapping_sub(2)) * 17;
    (0..PLACES).map(move |next| (hash + next) % PLACES)
}

/// Whether a text is a time as Kubernetes writes it, to the second: `2026-11-22T22:14:00Z`.
pub(super) fn is_time(text: &[u8]) -> bool {
    const FORM: &[u8; 20] = b"0000-00-00T00:00:00Z";
    text.len() == FORM.len()
        && text.iter().zip(FORM).all(|(byte, form)| match form {
            b'0' => byte.is_ascii_digit(),
            sign => byte == sign,
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Table, find, is_time, places};
    use crate::core::secret::{glance::Glance, judge};

    #[test]
    fn what_kratix_writes_holds_nothing_that_a_rule_begins_with() {
        let table = Table::build();
        for known in table.0.iter().flatten() {
            assert!(find(known.word).is_some());
            assert!(known.glance.tells_nothing(), "{}", known.word);
            assert!(judge::key(known.word).is_none(), "{}", known.word);
        }
    }

    #[test]
    fn most_words_are_found_at_once() {
        let table = Table::build();
        let known = || table.0.iter().flatten();
        let is_first = |word: &str| {
            let place = places(word).next();
            place
                .and_then(|place| table.0[place].as_ref())
                .is_some_and(|known| known.word == word)
        };
        let at_once = known().filter(|known| is_first(known.word)).count();
        assert!(
            at_once * 10 >= known().count() * 8,
            "{at_once} of {}",
            known().count()
        );
    }

    proptest! {
        #[test]
        fn no_rule_begins_in_a_time(time in "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z") {
            prop_assert!(is_time(time.as_bytes()));
            prop_assert!(Glance::of(&time).tells_nothing());
        }
    }
}
