//! An installation from its first day to its last, in a cluster of its own: upgrade, two replicas and their certificates,
//! rights that are missing, uninstall.
use std::{
    collections::BTreeSet,
    fs,
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    thread,
};

use serde_json::{Value, json};

use crate::{
    chart::CHART,
    control_plane::ControlPlane,
    guard::{addresses, is_ready},
    installed::{CLUSTER_ROLE, Installed, ROLE, free_port},
    plain::{holds, url},
    promise::Promise,
    rolling::{self, Ends, PODS, WRITERS, write_until},
    until::until,
};

/// Seconds that a CA, a leaf and the wait before a new CA serves last.
const LIVES: (&str, &str) = ("STATUSGUARD_CERTIFICATE_LIVES", "24,9,2");

/// Leaves that the replicas change over to under load.
const ROTATIONS: usize = 10;

#[test]
fn an_installation_lives_and_leaves_nothing_behind() {
    let Some(plane) = ControlPlane::another("lifetime") else {
        return;
    };
    let Some(cluster) = Installed::with_helm(plane, &[]) else {
        return;
    };
    for name in ["statusguard", "statusguard-schemas"] {
        let configuration = cluster.configuration(name).expect("the chart brings it");
        assert!(configuration.get("webhooks").is_none(), "{configuration:#}");
    }
    each_right_is_needed(&cluster);
    cluster.run(&[LIVES]);
    let promise = cluster.promise("lived-cloud", &url());
    cluster
        .schema(
            "lived-cloud",
            &json!({"schema": {"type": "object", "properties": {"url": {"type": "string"}}}}),
        )
        .accepted();
    cluster.condition("lived-cloud", "Enforced", "True", "Enforced");
    no_write_is_lost_while_certificates_change(&cluster, &promise);
    an_upgrade_changes_only_what_it_says(&cluster, &promise);
    nothing_stays_after_an_uninstall(&cluster, &promise);
    the_commands_of_the_readme_run(&cluster);
}

/// What the README tells people to type in a cluster, in the order of a life.
fn the_commands_of_the_readme_run(cluster: &Installed) {
    let readme = fs::read_to_string("README.md").expect("there is a README");
    let section = readme.split("\n## In a cluster\n").nth(1);
    let section = section.and_then(|text| text.split("\n## ").next());
    let section = section.expect("there is that section").replace("\\\n", " ");
    let lines = section.lines().filter(|line| line.starts_with("helm "));
    let inline = section.split('`').skip(1).step_by(2);
    let commands: Vec<Vec<&str>> = lines
        .chain(inline.filter(|span| !span.contains('\n')))
        .map(|command| command.split_whitespace().collect())
        .filter(|words: &Vec<&str>| words.len() > 2)
        .collect();
    let command = |start: &str| {
        let mut found = commands
            .iter()
            .filter(|words| words.join(" ").starts_with(start));
        found
            .next()
            .unwrap_or_else(|| panic!("the README says nothing of {start}"))
    };
    for step in ["helm install", "helm upgrade", "helm uninstall"] {
        let (text, is_good) = cluster
            .helm(&command(step)[1..], &[])
            .expect("there is a helm");
        assert!(is_good, "{step}: {text}");
        let configuration = cluster.configuration("statusguard");
        assert_eq!(configuration.is_some(), step != "helm uninstall", "{step}");
        if step == "helm upgrade" {
            // As another version is installed.
            assert!(section.contains("`--reset-then-reuse-values`"));
            let mut another = command(step).clone();
            another.retain(|word| *word != "--reuse-values");
            another.push("--reset-then-reuse-values");
            let (text, is_good) = cluster.helm(&another[1..], &[]).expect("there is a helm");
            assert!(is_good, "{text}");
        }
    }
    for step in ["kubectl apply", "kubectl delete"] {
        let mut arguments = command(step)[1..].to_vec();
        if step == "kubectl delete" {
            // No controller runs here that would end the namespace.
            arguments.push("--wait=false");
        }
        cluster.kubectl(&arguments);
        let configuration = cluster.configuration("statusguard");
        assert_eq!(configuration.is_some(), step == "kubectl apply", "{step}");
    }
}

/// Takes each verb of each rule of the `ClusterRole` away, and then of the `Role`, and sees that just this is missed; the
/// README has a table of them.
fn each_right_is_needed(cluster: &Installed) {
    // What the API server asks about StatusSchemas ends at once there.
    cluster.port();
    // An Event is made of this, and counted on by whoever is started next.
    let broken = json!({"type": "object", "properties": {"url": {"pattern": "("}}});
    cluster.replace_promise("broken-cloud", &broken, None);
    let mut told = BTreeSet::new();
    for role in [CLUSTER_ROLE, ROLE] {
        let rules = cluster.rules(role);
        for (index, rule) in rules.iter().enumerate() {
            told.insert(right(rule));
            let resource = rule["resources"][0].as_str().expect("it names a resource");
            let verbs: Vec<&str> = texts(&rule["verbs"]).collect();
            for verb in &verbs {
                let mut fewer = rules.clone();
                let others: Vec<&&str> = verbs.iter().filter(|it| *it != verb).collect();
                if others.is_empty() {
                    fewer.remove(index);
                } else {
                    fewer[index]["verbs"] = json!(others);
                }
                cluster.replace_rules(role, &fewer);
                is_missed(cluster, resource, verb);
            }
        }
        cluster.replace_rules(role, &rules);
    }
    let readme = fs::read_to_string("README.md").expect("there is a README");
    let table = readme
        .lines()
        .skip_while(|line| !line.starts_with("| right |"));
    let rows = table.skip(2).take_while(|line| !line.is_empty());
    let rows: BTreeSet<String> = rows
        .filter_map(|row| Some(row.split('|').nth(1)?.trim().to_owned()))
        .collect();
    assert_eq!(rows, told);
}

/// Runs statusguard without a right, until it says so; and sees what the README says of that.
fn is_missed(cluster: &Installed, resource: &str, verb: &str) {
    let name = format!("without-{verb}-{}", resource.replace('/', "-"));
    // Something new to guard, and to write a status about.
    cluster.replace_promise(&name, &url(), None);
    cluster
        .schema("lonely-cloud", &json!({"promise": name}))
        .accepted();
    let (_process, log) = cluster.attempt(&name, &[LIVES]);
    let text = || fs::read_to_string(&log).unwrap_or_default();
    let told = format!("cannot {verb} resource \\\"{resource}\\\"");
    until(&format!("it is told: {told}"), || {
        let text = text();
        let is_told = text
            .lines()
            .any(|line| line.contains("is forbidden") && line.contains(&told));
        is_told.then_some(()).ok_or(text)
    });
    let readiness = || -> Result<bool, String> {
        let text = text();
        let addresses = text.lines().find_map(addresses).ok_or(text)?;
        Ok(is_ready(&addresses.admin).is_ok())
    };
    match (verb, resource) {
        ("watch", _) => until("it is ready all the same", || holds(readiness()?)),
        ("list", "promises" | "statusschemas") => {
            assert!(
                !until("it serves", readiness),
                "it is ready without {resource}"
            );
        }
        ("list" | "patch", "validatingwebhookconfigurations") => {
            let configuration = cluster.configuration("statusguard");
            let text = configuration.expect("it is there")["webhooks"].to_string();
            assert!(!text.contains(&name), "{text}");
        }
        _ => {}
    }
}

fn texts(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

/// A rule in the words of the README.
fn right(rule: &Value) -> String {
    let words = |key: &str| texts(&rule[key]).collect::<Vec<_>>().join(", ");
    let names = if rule["resourceNames"].is_array() {
        ", its own by name"
    } else {
        ""
    };
    format!("`{}`: {}{names}", words("resources"), words("verbs"))
}

/// Two replicas, leaves that last for seconds, and a stream of writes: each is judged. Each time that the Secret has
/// changed, the one that is not called is killed, in the middle of whatever it does about that, and another one takes its
/// place; each second time the Service is led to another one, so that each serves a leaf that was made before it was
/// started, and one that was made after.
fn no_write_is_lost_while_certificates_change(cluster: &Installed, promise: &Promise) {
    cluster.stop();
    let mut called = rolling::begin(cluster, promise, &[LIVES]);
    let port = free_port();
    let replica = || cluster.replica("log-of-the-second", port, &[LIVES]);
    let (is_over, count) = (AtomicBool::new(false), AtomicU32::new(0));
    let (mut leaves, mut authorities) = (BTreeSet::new(), BTreeSet::new());
    let mut last = Value::Null;
    let faults = thread::scope(|scope| {
        let writers =
            WRITERS.map(|name| scope.spawn(|| write_until(promise, name, &is_over, &count)));
        let ends = Ends(&is_over);
        while leaves.len() <= ROTATIONS {
            let second = replica();
            last = until("the certificates are others", || {
                let secret = cluster.certificates();
                (secret != last)
                    .then_some(secret)
                    .ok_or_else(|| "they are the same".to_owned())
            });
            // Its end is by SIGKILL.
            drop(second);
            let is_new = leaves.insert(last["tls.crt"].to_string());
            authorities.insert(last["ca.key"].to_string());
            if is_new && leaves.len() % 2 == 0 {
                let next = PODS[leaves.len() / 2 % PODS.len()];
                rolling::hand_over(cluster, &mut called, next, &[LIVES]);
            }
        }
        drop(ends);
        let faults = writers
            .into_iter()
            .map(|writer| writer.join().expect("it does not panic"));
        faults.flatten().collect::<Vec<String>>()
    });
    assert!(
        leaves.len() > ROTATIONS && authorities.len() > 2,
        "{} leaves, {} CAs",
        leaves.len(),
        authorities.len()
    );
    assert_eq!(
        faults,
        [""; 0],
        "of {} writes",
        count.load(Ordering::Relaxed)
    );
    assert!(count.load(Ordering::Relaxed) > 100);
    drop(called);
    cluster.run(&[LIVES]);
    cluster.lead_to("localhost");
    until("writes are judged", || {
        holds(promise.dry_run("example", &json!({"url": 1})).code == 422)
    });
}

fn an_upgrade_changes_only_what_it_says(cluster: &Installed, promise: &Promise) {
    let before = cluster.configuration("statusguard").expect("it is there")["webhooks"].take();
    let (text, is_good) = cluster
        .helm(&["upgrade", "statusguard", CHART], &["replicas=3"])
        .expect("there is a helm");
    assert!(is_good, "{text}");
    let after = cluster.configuration("statusguard").expect("it is there")["webhooks"].take();
    assert_eq!(after[0]["rules"], before[0]["rules"]);
    assert_eq!(
        after.as_array().map(Vec::len),
        before.as_array().map(Vec::len)
    );
    assert_eq!(promise.dry_run("example", &json!({"url": 1})).code, 422);
    assert!(cluster.certificates()["tls.crt"].is_string());
}

fn nothing_stays_after_an_uninstall(cluster: &Installed, promise: &Promise) {
    let (text, is_good) = cluster
        .helm(&["uninstall", "statusguard"], &[])
        .expect("there is a helm");
    assert!(is_good, "{text}");
    // The process has no rights any more, and would have every reason to add a Promise.
    until("statusguard is refused", || {
        holds(
            cluster
                .log()
                .contains("does not exist, so nothing is guarded"),
        )
    });
    cluster.replace_promise("lived-cloud", &json!({"type": "object"}), None);
    for name in ["statusguard", "statusguard-schemas"] {
        assert!(
            cluster.configuration(name).is_none(),
            "{name} is still there"
        );
    }
    promise
        .put("example", &json!({"password": "hunter2"}))
        .accepted();
    cluster.stop();
    let kept = cluster
        .plane
        .api
        .get("/apis/statusguard.dev/v1alpha1/statusschemas/lived-cloud");
    assert_eq!(
        kept.expect("the API server answers").code,
        200,
        "what people have written stays"
    );
}
