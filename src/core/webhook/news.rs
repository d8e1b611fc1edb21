//! What the API server does not know before a webhook configuration is applied again.
use std::collections::{BTreeMap, BTreeSet};

use crate::core::webhook::{Configuration, ENFORCE};

/// How the API server asks about one resource: by which webhook, and in which versions.
type Guard<'a> = (&'static str, &'a [String]);

impl Configuration {
    /// What is in this configuration and was not in `before`, or the other way round: a phrase for each resource, by
    /// name. Each says what holds until this one is applied.
    pub fn news_since(&self, before: &Self) -> Vec<String> {
        let (old, new) = (before.guards(), self.guards());
        let resources: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        resources
            .into_iter()
            .filter_map(|name| phrase(name, old.get(name), new.get(name)))
            .collect()
    }

    fn guards(&self) -> BTreeMap<String, Guard<'_>> {
        let rules = self
            .webhooks
            .iter()
            .flat_map(|webhook| webhook.rules.iter().map(|rule| (webhook.name, rule)));
        rules
            .flat_map(|(webhook, rule)| {
                rule.resources.iter().map(move |resource| {
                    let resource = resource.trim_end_matches("/status");
                    let name = format!("{resource}.{}", rule.api_groups[0]);
                    (name, (webhook, &rule.api_versions[..]))
                })
            })
            .collect()
    }
}

fn phrase(name: &str, old: Option<&Guard<'_>>, new: Option<&Guard<'_>>) -> Option<String> {
    let words = match (old, new) {
        (None, Some(_)) => "is new, and until then its writes are judged only if the API server asks about it already".to_owned(),
        (Some(_), None) => "is guarded no more, and its writes are sent here until then".to_owned(),
        (Some((before, _)), Some((webhook, _))) if before != webhook => {
            if *webhook == ENFORCE {
                "can be refused now, and until then its writes pass while statusguard is down"
                    .to_owned()
            } else {
                "is only watched now, and until then its writes fail while statusguard is down"
                    .to_owned()
            }
        }
        (Some((_, before)), Some((_, versions))) if before != versions => format!(
            "is guarded in {} now, and until then its writes are judged in {}",
            named(versions),
            named(before)
        ),
        _ => return None,
    };
    Some(format!("{name} {words}"))
}

/// Versions as people say them.
fn named(versions: &[String]) -> String {
    match versions {
        [all] if all == "*" => "all versions".to_owned(),
        versions => versions.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use crate::core::{
        catalog::Catalog,
        policy::Enforcement::{self, Audit, Enforce},
        webhook::{
            Configuration,
            tests::{desired, policy, with_versions},
        },
    };

    fn configuration(policies: &[(&str, Enforcement, &[&str])]) -> Configuration {
        let policies: Vec<_> = policies
            .iter()
            .map(|(resource, enforcement, versions)| {
                with_versions(&policy(resource, *enforcement, *enforcement), versions)
            })
            .collect();
        desired(&policies, Enforce)
    }

    #[test]
    fn each_resource_that_differs_has_its_phrase() {
        let before = configuration(&[
            ("as", Enforce, &[]),
            ("bs", Enforce, &[]),
            ("cs", Enforce, &["v1"]),
            ("ds", Audit, &["v1"]),
            ("es", Enforce, &["v1"]),
            ("gs", Enforce, &["v1"]),
        ]);
        let now = configuration(&[
            ("as", Enforce, &[]),
            ("bs", Audit, &[]),
            ("cs", Enforce, &["v1", "v2"]),
            ("ds", Enforce, &["v1"]),
            ("es", Enforce, &[]),
            ("fs", Audit, &[]),
        ]);
        insta::assert_snapshot!(now.news_since(&before).join("\n"), @r"
        bs.workshop.kratix.io is only watched now, and until then its writes fail while statusguard is down
        cs.workshop.kratix.io is guarded in v1, v2 now, and until then its writes are judged in v1
        ds.workshop.kratix.io can be refused now, and until then its writes pass while statusguard is down
        es.workshop.kratix.io is guarded in all versions now, and until then its writes are judged in v1
        fs.workshop.kratix.io is new, and until then its writes are judged only if the API server asks about it already
        gs.workshop.kratix.io is guarded no more, and its writes are sent here until then
        ");
        assert!(now.news_since(&now).is_empty());
    }

    #[test]
    fn a_catalog_that_is_empty_has_lost_everything() {
        let before = configuration(&[("as", Enforce, &[])]);
        let client = before.webhooks[0].client_config.clone();
        let empty = Configuration::desired(&Catalog::empty(Enforce), &client);
        assert_eq!(empty.news_since(&before).len(), 1);
        assert_eq!(before.news_since(&empty).len(), 1);
    }
}
