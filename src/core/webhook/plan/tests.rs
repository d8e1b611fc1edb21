//! Replicas that know different things, and what each of them applies.
use super::*;
use crate::core::webhook::Target;

type Resources<'a> = &'a [(&'a str, bool, &'a [&'a str])];

const LATER: Moment = Duration::from_secs(1_000);

fn guards(resources: Resources<'_>) -> Guards {
    let guard = |(resource, can_deny, versions): &(&str, bool, &[&str])| {
        let versions = versions
            .iter()
            .map(|version| (*version).to_owned())
            .collect();
        let key = ("workshop.kratix.io".to_owned(), (*resource).to_owned());
        (
            key,
            Guard {
                can_deny: *can_deny,
                versions,
            },
        )
    };
    resources.iter().map(guard).collect()
}

fn pem(names: &[&str]) -> String {
    let one = |name: &&str| [BEGIN, "\n", name, "\n", END, "\n"].concat();
    names.iter().map(one).collect()
}

fn wanted(resources: Resources<'_>, authorities: &[&str]) -> Wanted {
    let client = ClientConfig {
        target: Target::Url("https://127.0.0.1/validate".to_owned()),
        ca_bundle: Some(pem(authorities)),
    };
    Wanted::of_guards(guards(resources), client, Settings::default())
}

/// What stands in the cluster after an apply, with a default that the API server adds.
fn stored(webhooks: &Value) -> Present {
    let mut webhooks = webhooks.clone();
    for webhook in webhooks.as_array_mut().into_iter().flatten() {
        for rule in webhook["rules"].as_array_mut().into_iter().flatten() {
            rule["scope"] = json!("*");
        }
    }
    Present::read(webhooks)
}

fn present(resources: Resources<'_>, authorities: &[&str]) -> Present {
    stored(&wanted(resources, authorities).webhooks())
}

/// A plan that has stood for a while.
fn settled(wanted: &Wanted) -> Plan {
    let mut plan = Plan::default();
    assert_eq!(
        plan.step(wanted, &stored(&wanted.webhooks()), LATER).apply,
        None
    );
    plan
}

#[test]
fn what_is_there_is_not_applied_again() {
    let some: Resources<'_> = &[("as", true, &["*"]), ("bs", false, &["v1"])];
    for resources in [&[], some] {
        settled(&wanted(resources, &["a"]));
    }
    assert_eq!(
        Plan::default()
            .step(&wanted(&[], &["a"]), &Present::read(Value::Null), LATER)
            .apply,
        None
    );
}

#[test]
fn what_is_new_is_added_at_once() {
    let mut plan = settled(&wanted(&[("as", true, &["*"])], &["a"]));
    let more = wanted(&[("as", true, &["*"]), ("bs", true, &["*"])], &["a"]);
    let step = plan.step(&more, &present(&[("as", true, &["*"])], &["a"]), LATER);
    assert_eq!(
        step,
        Step {
            apply: Some(more.webhooks()),
            again: None
        }
    );
}

#[test]
fn what_another_replica_knows_stays_for_thirty_seconds() {
    let own = wanted(&[("as", true, &["*"])], &["a"]);
    let both = present(&[("as", true, &["*"]), ("bs", true, &["*"])], &["a", "b"]);
    let mut plan = settled(&own);
    let step = plan.step(&own, &both, LATER);
    assert_eq!(
        step,
        Step {
            apply: None,
            again: Some(LATER + GRACE)
        }
    );
    let step = plan.step(&own, &both, LATER + GRACE);
    assert_eq!(step.apply, Some(own.webhooks()));
}

#[test]
fn an_addition_takes_nothing_of_another_replica_away() {
    let own = wanted(&[("as", true, &["*"]), ("cs", true, &["*"])], &["a"]);
    let step = Plan::default().step(&own, &present(&[("bs", false, &["v1"])], &["b"]), LATER);
    let all = wanted(
        &[
            ("as", true, &["*"]),
            ("bs", false, &["v1"]),
            ("cs", true, &["*"]),
        ],
        &["a", "b"],
    );
    assert_eq!(step.apply, Some(all.webhooks()));
}

#[test]
fn who_does_not_hear_everything_removes_nothing() {
    let wish = wanted(&[("as", true, &["*"])], &["A"]);
    let both = present(&[("as", true, &["*"]), ("bs", true, &["*"])], &["A"]);
    let mut plan = settled(&wish);
    assert_eq!(plan.step(&wish, &both, LATER).apply, None);
    for minute in 1..5 {
        let now = LATER + Duration::from_mins(minute);
        plan.doubt(now);
        let step = plan.step(&wish, &both, now);
        assert_eq!((step.apply, step.again), (None, Some(now + GRACE)));
    }
    let now = LATER + Duration::from_mins(5);
    assert!(plan.step(&wish, &both, now).apply.is_some());
}

#[test]
fn what_comes_back_waits_anew() {
    let own = wanted(&[], &["a"]);
    let other = present(&[("as", true, &["*"])], &["a"]);
    let mut plan = settled(&own);
    plan.step(&own, &other, LATER);
    plan.step(&own, &present(&[], &["a"]), LATER + GRACE);
    let again = LATER + GRACE * 2;
    assert_eq!(plan.step(&own, &other, again).again, Some(again + GRACE));
}

#[test]
fn a_guard_becomes_stronger_at_once_and_weaker_late() {
    let strong: Resources<'_> = &[("as", true, &["*"])];
    let weak: Resources<'_> = &[("as", false, &["v1"])];
    let step = Plan::default().step(&wanted(strong, &["a"]), &present(weak, &["a"]), LATER);
    assert_eq!(step.apply, Some(wanted(strong, &["a"]).webhooks()));
    let mut plan = settled(&wanted(strong, &["a"]));
    assert_eq!(
        plan.step(&wanted(weak, &["a"]), &present(strong, &["a"]), LATER)
            .apply,
        None
    );
    let step = plan.step(
        &wanted(weak, &["a"]),
        &present(strong, &["a"]),
        LATER + GRACE,
    );
    assert_eq!(step.apply, Some(wanted(weak, &["a"]).webhooks()));
}

#[test]
fn settings_are_applied_at_the_start_and_fought_over_only_slowly() {
    let own = Wanted {
        settings: Settings {
            timeout_seconds: 10,
            ..Settings::default()
        },
        ..wanted(&[("as", true, &["*"])], &["a"])
    };
    let other = present(&[("as", true, &["*"])], &["a"]);
    assert_eq!(
        Plan::default().step(&own, &other, LATER).apply,
        Some(own.webhooks())
    );
    let mut plan = settled(&own);
    assert_eq!(plan.step(&own, &other, LATER).apply, None);
    assert_eq!(
        plan.step(&own, &other, LATER + GRACE).apply,
        Some(own.webhooks())
    );
}

#[test]
fn the_webhook_about_schemas_is_applied_once() {
    let client = wanted(&[], &["a"]).client;
    let own = Wanted::of_schemas(client, Settings::default());
    let step = Plan::default().step(&own, &Present::default(), LATER);
    assert_eq!(step.apply.as_ref(), Some(&own.webhooks()));
    settled(&own);
}

#[test]
fn a_clock_that_is_set_back_delays_a_removal_by_no_more_than_the_grace() {
    let wanted = wanted(&[("redis", true, &["*"])], &["a"]);
    let more = present(&[("redis", true, &["*"]), ("gone", true, &["*"])], &["a"]);
    let mut plan = settled(&wanted);
    assert_eq!(plan.step(&wanted, &more, LATER).apply, None);
    let back = LATER.checked_sub(Duration::from_mins(15)).unwrap();
    let step = plan.step(&wanted, &more, back);
    assert_eq!((step.apply, step.again), (None, Some(back + GRACE)));
    assert!(plan.step(&wanted, &more, back + GRACE).apply.is_some());
}

#[test]
fn nothing_is_refused_until_somebody_else_has_said_whom_to_trust() {
    let all: Resources<'_> = &[("as", true, &["*"]), ("bs", false, &["*"])];
    let wish = |resources| {
        let mut wish = wanted(resources, &[]);
        wish.client.ca_bundle = None;
        wish.awaiting_authorities()
    };
    let policy = |step: &Step| step.apply.as_ref().map(|it| it[0]["failurePolicy"].clone());
    let mut plan = Plan::default();
    let step = plan.step(&wish(all), &present(&[], &[]), LATER);
    assert_eq!(policy(&step), Some(json!("Ignore")));
    assert!(plan.is_waiting());
    let mut webhooks = step.apply.unwrap();
    // It is heard of, and waits.
    assert_eq!(plan.step(&wish(all), &stored(&webhooks), LATER).apply, None);
    // The one that only observes is of no use.
    webhooks[1]["clientConfig"]["caBundle"] = json!(STANDARD.encode(pem(&["a"])));
    assert_eq!(plan.step(&wish(all), &stored(&webhooks), LATER).apply, None);
    webhooks[0]["clientConfig"]["caBundle"] = webhooks[1]["clientConfig"]["caBundle"].clone();
    let step = plan.step(&wish(all), &stored(&webhooks), LATER);
    assert_eq!(policy(&step), Some(json!("Fail")), "at once");
    assert!(!plan.is_waiting());
    webhooks[0]["failurePolicy"] = json!("Fail");
    assert_eq!(plan.step(&wish(all), &stored(&webhooks), LATER).apply, None);
    // Where nothing can deny, there is nothing to wait for.
    let mut plan = Plan::default();
    plan.step(&wish(&all[1..]), &present(&[], &[]), LATER);
    assert!(!plan.is_waiting());
}
