//! Every command of the README is run by a test, or there is a reason why none can.
use std::{collections::BTreeSet, fs};

const PROGRAMS: [&str; 7] = [
    "cargo",
    "curl",
    "docker",
    "helm",
    "kubectl",
    "source",
    "statusguard",
];

/// Who runs a command.
enum Run {
    /// A function, in a file.
    By(&'static str, &'static str),
    /// Nobody, for a reason.
    Never(&'static str),
}

const QUICK_START: Run = Run::By(
    "tests/cluster/readme.rs",
    "its_commands_run_as_they_stand_there",
);
const LIFE: Run = Run::By(
    "tests/cluster/lifetime.rs",
    "the_commands_of_the_readme_run",
);
const WALK: Run = Run::By("tests/cluster/walkthrough.rs", "the_table_is_as_shown");
const SESSION: Run = Run::By(
    "tests/it/authors.rs",
    "an_author_gets_from_a_status_to_green_tests_as_the_readme_says",
);
const SHOWN: Run = Run::By(
    "tests/it/authors.rs",
    "the_readme_shows_what_its_commands_print",
);
const FOR_MINUTES: Run = Run::Never("it measures for minutes; that it compiles is checked");

/// Commands by how they begin, the longest beginning first where there are two.
const COMMANDS: &[(&str, Run)] = &[
    ("cargo run -- serve", QUICK_START),
    ("cargo run -- explain", QUICK_START),
    ("cargo test --profile count", FOR_MINUTES),
    ("cargo test", Run::Never("it is what runs this")),
    ("curl --silent --show-error --cacert", QUICK_START),
    ("kubectl patch elastic-cloud", QUICK_START),
    ("kubectl get elastic-clouds", QUICK_START),
    ("kubectl delete validatingwebhookconfiguration", QUICK_START),
    (
        "docker build",
        Run::Never("it needs Docker, and a network to take the base from"),
    ),
    ("helm install", LIFE),
    ("helm upgrade", LIFE),
    ("helm uninstall", LIFE),
    ("kubectl delete -f", LIFE),
    ("kubectl apply -f deploy/statusguard.yaml", LIFE),
    ("kubectl get statusschemas", WALK),
    (
        "statusguard serve --cluster --listen 0.0.0.0:8443 --url",
        Run::Never(
            "the API server of the tests reaches it by its Service; what a url does is tested in the plan",
        ),
    ),
    (
        "statusguard lint --rules",
        Run::By(
            "tests/it/lint.rs",
            "the_rules_about_tokens_are_listed_with_their_sources",
        ),
    ),
    (
        "cargo install --path . --no-default-features",
        Run::Never("it builds all anew; that this half compiles is checked"),
    ),
    ("statusguard init status.yaml", SESSION),
    ("statusguard lint schemas", SESSION),
    ("statusguard test db", SESSION),
    ("statusguard check status.yaml", SHOWN),
    ("statusguard test elastic-cloud", SHOWN),
    (
        "statusguard test --help",
        Run::By("tests/it/authors.rs", "every_command_has_an_example"),
    ),
    (
        "source <(statusguard completions bash)",
        Run::By("tests/it/authors.rs", "bash_takes_its_completions"),
    ),
    (
        "statusguard explain condition/status",
        Run::By(
            "tests/it/authors.rs",
            "a_rule_is_explained_as_the_readme_says",
        ),
    ),
    (
        "kubectl apply -f deploy/monitoring/",
        Run::Never("its kinds are those of the Prometheus operator"),
    ),
    (
        "kubectl --namespace statusguard port-forward",
        Run::Never("no Pod runs beside the API server of the tests"),
    ),
    (
        "curl --silent --show-error --request PUT",
        Run::By(
            "tests/it/serve/running.rs",
            "what_is_logged_can_be_changed_as_the_readme_says",
        ),
    ),
    (
        "cargo bench --profile count --bench instructions",
        Run::By(".ci/run", "--bench instructions"),
    ),
    ("cargo bench", FOR_MINUTES),
    (
        "cargo run --",
        Run::Never("it stands for the name of the program; those that go on are above"),
    ),
];

/// The lines of fenced blocks, and the words between backticks, that call one of the programs; a mere name such as
/// `kubectl apply` is not there to be typed.
fn commands() -> BTreeSet<String> {
    let readme = fs::read_to_string("README.md").unwrap();
    let mut parts: [String; 2] = Default::default();
    let mut is_inside = false;
    for line in readme.lines() {
        if line.trim_start().starts_with("```") {
            is_inside = !is_inside;
            continue;
        }
        let line = line.strip_suffix('\\').unwrap_or(line).to_owned()
            + if line.ends_with('\\') { "" } else { "\n" };
        parts[usize::from(is_inside)].push_str(&line);
    }
    let [sentences, blocks] = parts;
    let typed = blocks.lines().map(|line| line.trim_start_matches("$ "));
    let named = sentences.split('`').skip(1).step_by(2);
    let named = named.filter(|words| words.split_whitespace().count() > 2);
    let commands = typed
        .chain(named)
        .map(|command| command.split_whitespace().collect::<Vec<_>>());
    commands
        .filter(|words| words.len() > 1 && PROGRAMS.contains(&words[0]))
        .map(|words| words.join(" "))
        .collect()
}

#[test]
fn every_command_of_the_readme_is_run_or_has_a_reason() {
    let mut unused: BTreeSet<&str> = COMMANDS.iter().map(|(start, _)| *start).collect();
    for command in commands() {
        let of = COMMANDS
            .iter()
            .find(|(start, _)| command.starts_with(start));
        let (start, _) = of.unwrap_or_else(|| panic!("no test is named that runs `{command}`"));
        unused.remove(start);
    }
    assert!(unused.is_empty(), "the README no longer says {unused:?}");
    for (start, run) in COMMANDS {
        match run {
            Run::By(file, name) => {
                let text = fs::read_to_string(file).unwrap();
                assert!(text.contains(name), "{start}: there is no {name} in {file}");
            }
            Run::Never(reason) => assert!(!reason.is_empty(), "{start}"),
        }
    }
}
