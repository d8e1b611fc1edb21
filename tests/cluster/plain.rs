//! An installation by the plain manifests, in a cluster of its own: each way to certificates, replicas that know less than
//! others, the annotation that takes secrets out, a rolling update, and the end of it.
use std::{
    fs, thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use statusguard::core::webhook::plan::GRACE;

use crate::{
    certificates,
    chart::PLAIN,
    control_plane::ControlPlane,
    installed::{CLUSTER_ROLE, Installed, NAMESPACE},
    promise::Promise,
    rolling,
    until::until,
};

pub fn url() -> Value {
    json!({"type": "object", "properties": {"url": {"type": "string"}}})
}

pub fn holds(is_so: bool) -> Result<(), String> {
    is_so.then_some(()).ok_or_else(|| "not so".to_owned())
}

#[test]
fn the_plain_manifests_are_all_that_is_needed_and_leave_nothing_behind() {
    let Some(plane) = ControlPlane::another("plain") else {
        return;
    };
    let cluster = Installed::with_kubectl(plane);
    let promise = cluster.promise("plain-cloud", &url());
    cluster.replace_promise("plain-cloud", &url(), Some("Enforce"));
    certificates::each_way_serves(&cluster, &promise);
    rolling::an_update_loses_no_write(&cluster, &promise);
    an_event_goes_on_after_a_restart(&cluster, &promise);
    a_promise_can_be_taken_out_where_that_is_allowed(&cluster);
    who_knows_less_takes_nothing_away(&cluster);
    what_is_killed_is_taken_up(&cluster);
    nothing_stays(&cluster, &promise);
}

/// Who has just been started remembers no Event; the API server does.
fn an_event_goes_on_after_a_restart(cluster: &Installed, promise: &Promise) {
    let leak = json!({"password": "hunter2"});
    let series = || -> Result<Value, String> {
        let printed = promise
            .kubectl(&["get", "events.events.k8s.io", "--output=json"])
            .stdout;
        let events: Value = serde_json::from_str(&printed).map_err(|error| error.to_string())?;
        let events = events["items"].as_array().into_iter().flatten();
        let events: Vec<&Value> = events
            .filter(|it| it["regarding"]["name"] == "example")
            .collect();
        match events.as_slice() {
            [event] => Ok(event["series"].clone()),
            _ => Err(printed),
        }
    };
    for count in [Value::Null, json!(2), json!(3)] {
        cluster.run(&[]);
        until("it is refused", || {
            holds(promise.dry_run("example", &leak).code == 422)
        });
        promise.put("example", &leak).refused();
        until(&format!("one Event has counted {count}"), || {
            let series = series()?;
            (series["count"] == count)
                .then_some(())
                .ok_or_else(|| series.to_string())
        });
        cluster.stop();
    }
}

fn a_promise_can_be_taken_out_where_that_is_allowed(cluster: &Installed) {
    let promise = cluster.promise("opted-cloud", &url());
    let leak = json!({"password": "hunter2"});
    cluster.run(&[("--allow-opt-out", "")]);
    until("it is refused", || {
        holds(promise.dry_run("example", &leak).code == 422)
    });
    cluster.replace_promise("opted-cloud", &url(), Some("Off"));
    until("it passes", || {
        holds(promise.dry_run("example", &leak).code == 200)
    });
    until("nobody asks about it", || holds(!cluster.guards(&promise)));
    cluster.stop();
}

/// A second replica may list everything but Promises, so it has never been ready; then it may list them too.
fn who_knows_less_takes_nothing_away(cluster: &Installed) {
    cluster.run(&[]);
    let all = cluster.rules(CLUSTER_ROLE);
    let fewer: Vec<&Value> = all
        .iter()
        .filter(|rule| rule["resources"][0] != "promises")
        .collect();
    grant(cluster, &json!(fewer));
    let kubeconfig = cluster.kubeconfig("default");
    let (_second, log) = cluster.attempt(
        "held-back",
        &[("KUBECONFIG", kubeconfig.to_str().expect("it is text"))],
    );
    let said = |words: &str| fs::read_to_string(&log).is_ok_and(|text| text.contains(words));
    until("it is held back", || {
        holds(said("cannot list resource \\\"promises\\\""))
    });
    let first = cluster.promise("first-cloud", &url());
    until("the first replica adds it", || {
        holds(cluster.guards(&first))
    });
    let began = Instant::now();
    while began.elapsed() < GRACE + Duration::from_secs(5) {
        assert!(cluster.guards(&first), "somebody took it away");
    }
    grant(cluster, &json!(all));
    until("it knows as much", || holds(said("policies in force")));
    let second = cluster.promise("second-cloud", &url());
    until("it is added", || {
        holds(cluster.guards(&first) && cluster.guards(&second))
    });
    cluster.stop();
}

/// Gives rights to the ServiceAccount `default`.
fn grant(cluster: &Installed, rules: &Value) {
    let kind = |kind: &str| json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": {"name": "held-back"}});
    let path = "/apis/rbac.authorization.k8s.io/v1/";
    let mut role = kind("ClusterRole");
    role["rules"] = rules.clone();
    // The Secret of the certificates is in no rule for the whole cluster.
    let secrets =
        json!({"apiGroups": [""], "resources": ["secrets"], "verbs": ["list", "watch", "update"]});
    role["rules"]
        .as_array_mut()
        .expect("it is a list")
        .push(secrets);
    cluster
        .apply(&format!("{path}clusterroles"), &role)
        .accepted();
    let mut binding = kind("ClusterRoleBinding");
    binding["roleRef"] = json!({"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "held-back"});
    binding["subjects"] =
        json!([{"kind": "ServiceAccount", "name": "default", "namespace": NAMESPACE}]);
    cluster
        .apply(&format!("{path}clusterrolebindings"), &binding)
        .accepted();
    let account =
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}});
    cluster
        .apply(
            &format!("/api/v1/namespaces/{NAMESPACE}/serviceaccounts"),
            &account,
        )
        .accepted();
}

/// Killed while Promises come and are applied, after another one of them each time: what stands in the cluster is whole,
/// and the next one goes on from there.
fn what_is_killed_is_taken_up(cluster: &Installed) {
    const ROUNDS: usize = 6;
    const EACH: usize = 10;
    let name = |round: usize, number: usize| format!("killed-{round}-{number}");
    let guarded = || {
        let configuration = cluster.configuration("statusguard").expect("it is there");
        configuration["webhooks"].to_string()
    };
    let names = |text: &str, name: &str| text.contains(&format!("\"{name}s/status\""));
    for round in 0..ROUNDS {
        cluster.run(&[]);
        thread::scope(|scope| {
            scope.spawn(|| {
                for number in 0..EACH {
                    cluster.replace_promise(&name(round, number), &url(), None);
                }
            });
            until("some of them are guarded", || {
                holds(names(&guarded(), &name(round, round)))
            });
            cluster.stop();
        });
        let configuration = cluster.configuration("statusguard").expect("it is there");
        for webhook in configuration["webhooks"].as_array().into_iter().flatten() {
            assert!(
                webhook["clientConfig"]["caBundle"].is_string(),
                "{webhook:#}"
            );
            assert!(webhook["rules"].is_array(), "{webhook:#}");
        }
    }
    cluster.run(&[]);
    until("all are guarded", || {
        let text = guarded();
        let all = (0..ROUNDS).flat_map(|round| (0..EACH).map(move |number| name(round, number)));
        let missing: Vec<String> = all.filter(|name| !names(&text, name)).collect();
        if missing.is_empty() {
            Ok(())
        } else {
            Err(missing.join(", "))
        }
    });
    cluster.stop();
}

fn nothing_stays(cluster: &Installed, promise: &Promise) {
    cluster.run(&[]);
    until("it is guarded", || {
        holds(promise.dry_run("example", &json!({"url": 1})).code == 422)
    });
    // To apply them again changes nothing, and shows nothing that would.
    let webhooks =
        || cluster.configuration("statusguard").expect("it is there")["webhooks"].clone();
    let filled_in = webhooks();
    cluster.kubectl(&["apply", "--filename", PLAIN]);
    cluster.kubectl(&["diff", "--filename", PLAIN]);
    assert_eq!(webhooks(), filled_in);
    let deleted = cluster.kubectl(&["delete", "--wait=false", "--filename", PLAIN]);
    assert!(
        deleted.contains("validatingwebhookconfiguration"),
        "{deleted}"
    );
    // The process is still there, and has every reason to add a Promise.
    until("statusguard knows", || {
        holds(
            cluster
                .log()
                .contains("does not exist, so nothing is guarded"),
        )
    });
    cluster.replace_promise("late-cloud", &url(), None);
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(5) {
        for name in ["statusguard", "statusguard-schemas"] {
            assert!(cluster.configuration(name).is_none(), "{name} came back");
        }
        promise
            .dry_run("example", &json!({"password": "hunter2"}))
            .accepted();
    }
    cluster.stop();
    let left = cluster.kubectl(&[
        "get",
        "clusterroles,clusterrolebindings,crds",
        "--output=name",
    ]);
    assert!(
        !left
            .lines()
            .any(|line| line.ends_with("/statusguard") || line.contains("statusguard.dev")),
        "{left}"
    );
}
