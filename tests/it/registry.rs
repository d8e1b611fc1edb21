//! The registry of a server that serves already: whatever happens to its directory, it goes on.
use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, mpsc},
    time::{Duration, Instant},
};

use statusguard::{
    core::{
        catalog::Catalog,
        policy::{Enforcement, Policy, Source},
    },
    registry::{Event, Registry, Watch},
};
use tempfile::TempDir;

/// A directory of schemas that goes with the test.
struct Schemas {
    root: TempDir,
}

impl Schemas {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("schemas")).unwrap();
        Self { root }
    }

    fn path(&self) -> PathBuf {
        self.root.path().join("schemas")
    }

    /// Puts a file there at once, so that no look at the directory sees half of it.
    fn write(&self, file: &str, text: &str) {
        let unfinished = self.path().join(".unfinished");
        fs::write(&unfinished, text).unwrap();
        fs::rename(unfinished, self.path().join(file)).unwrap();
    }

    fn remove(&self, file: &str) {
        fs::remove_file(self.path().join(file)).unwrap();
    }

    fn open(&self) -> Arc<Registry> {
        Registry::open(&self.path(), Enforcement::Enforce).unwrap()
    }

    fn told(&self, events: &[Event]) -> String {
        let prefix = self.root.path().display().to_string() + "/";
        let lines = events
            .iter()
            .map(|event| format!("{:?} {event}", event.level));
        lines.collect::<Vec<_>>().join("\n").replace(&prefix, "")
    }
}

/// A manifest whose enforcement tells its states apart.
fn manifest(name: &str, resource: &str, enforcement: &str) -> String {
    format!(
        "apiVersion: statusguard.dev/v1alpha1\nkind: StatusSchema\nmetadata: {{name: {name}}}\nspec:\n  \
         request: {{group: example.org, resource: {resource}}}\n  enforcement: {enforcement}\n  \
         schema: {{type: object}}\n"
    )
}

fn policy(catalog: &Catalog, resource: &str) -> Arc<Policy> {
    Arc::clone(catalog.policy("example.org", resource))
}

fn in_force(registry: &Registry, resource: &str) -> (String, Enforcement) {
    let policy = policy(&registry.catalog(), resource);
    (policy.name.clone(), policy.enforcement)
}

fn enforces(registry: &Registry, resource: &str, enforcement: Enforcement) -> bool {
    let policy = policy(&registry.catalog(), resource);
    policy.source == Source::StatusSchema && policy.enforcement == enforcement
}

#[test]
fn the_life_of_a_file_is_told_once_a_step() {
    let schemas = Schemas::new();
    schemas.write("a.yaml", &manifest("a", "as", "Warn"));
    let registry = schemas.open();
    let mut story = vec![format!(
        "start\n{}",
        schemas.told(registry.state().events())
    )];
    let mut step = |what: &str| {
        let events = schemas.told(&registry.refresh());
        let stands = in_force(&registry, "as");
        story.push(format!(
            "{what}\n{events}\n-> {} {}",
            stands.0,
            stands.1.as_str()
        ));
    };
    step("nothing changed");
    schemas.write("a.yaml", &manifest("a", "as", "Audit"));
    step("it changed");
    schemas.write("a.yaml", &manifest("a", "as", "Block"));
    step("it has a fault");
    step("it still has it");
    schemas.write("a.yaml", "a: [\n");
    step("it has another");
    schemas.write("a.yaml", &manifest("a", "as", "Enforce"));
    step("it is mended");
    schemas.write("b.yaml", &manifest("b", "bs", "Block"));
    step("a new one has a fault");
    schemas.write("c.yaml", "no manifest");
    step("another, of unknown purpose");
    schemas.remove("b.yaml");
    schemas.remove("c.yaml");
    step("they are gone");
    schemas.write("b.yaml", &manifest("b", "bs", "Warn"));
    schemas.remove("a.yaml");
    step("the good one is gone, and another has come");
    insta::assert_snapshot!(story.join("\n\n"));
}

#[test]
fn a_file_that_turns_to_another_resource_is_told_to_have_left_the_first() {
    let schemas = Schemas::new();
    schemas.write("a.yaml", &manifest("a", "as", "Enforce"));
    let registry = schemas.open();
    schemas.write("a.yaml", &manifest("a", "bs", "Audit"));
    let told = schemas.told(&registry.refresh());
    assert!(
        told.contains("StatusSchema a no longer guards as."),
        "{told}"
    );
    assert!(
        told.ends_with(", and only counts, but refuses secrets"),
        "{told}"
    );
}

#[test]
fn a_bad_file_at_the_start_stops_nothing_and_leaves_its_resource_guarded() {
    let schemas = Schemas::new();
    schemas.write("bad.yaml", &manifest("bad", "bads", "Block"));
    schemas.write("good.yaml", &manifest("good", "goods", "Warn"));
    let registry = schemas.open();
    assert_eq!(in_force(&registry, "goods").0, "good");
    let catalog = registry.catalog();
    let guarded: Vec<&str> = catalog
        .policies()
        .map(|policy| policy.resource.as_str())
        .collect();
    assert_eq!(guarded, ["bads", "goods"]);
    assert_eq!(policy(&catalog, "bads").source, Source::BuiltIn);
    let state = registry.state();
    assert!(!state.files[0].is_accepted() && state.files[1].is_accepted());
    insta::assert_snapshot!(schemas.told(state.events()));
}

#[test]
fn how_a_file_stands_is_shown_with_its_faults() {
    let schemas = Schemas::new();
    schemas.write("bad.yaml", &manifest("bad", "bads", "Block"));
    schemas.write("good.yaml", &manifest("good", "goods", "Warn"));
    let state = schemas.open().state();
    let shown: Vec<String> = state.files.iter().map(ToString::to_string).collect();
    let prefix = schemas.root.path().display().to_string() + "/";
    let shown = shown.join("\n").replace(&prefix, "");
    assert_eq!(
        shown,
        "schemas/bad.yaml: refused 0 s ago; until it is mended nothing of it is in force, and bads.example.org has the \
         built-in policy or that of another file\n  schemas/bad.yaml:6:16: enforcement must be one of Enforce, Warn, \
         Audit\nschemas/good.yaml: accepted"
    );
}

#[test]
fn of_two_files_for_one_resource_the_one_in_force_stays() {
    let schemas = Schemas::new();
    schemas.write("b.yaml", &manifest("b", "things", "Warn"));
    let registry = schemas.open();
    schemas.write("a.yaml", &manifest("a", "things", "Audit"));
    let told = schemas.told(&registry.refresh());
    assert_eq!(
        told,
        "Error schemas/a.yaml:5:3: guards things.example.org, and so does schemas/b.yaml; keep one of the two files, or \
         join them\nError schemas/a.yaml: refused; until it is mended nothing of it is in force, and \
         things.example.org has the built-in policy or that of another file"
    );
    assert_eq!(in_force(&registry, "things").0, "b");
    // Neither a change nor a fault of the one in force hands the resource over.
    schemas.write("b.yaml", &manifest("b", "things", "Enforce"));
    registry.refresh();
    assert_eq!(
        in_force(&registry, "things"),
        ("b".to_owned(), Enforcement::Enforce)
    );
    schemas.write("b.yaml", "{");
    registry.refresh();
    assert_eq!(in_force(&registry, "things").0, "b");
    schemas.remove("b.yaml");
    registry.refresh();
    assert_eq!(in_force(&registry, "things").0, "a");
}

#[test]
fn of_two_files_for_one_resource_none_counts_at_the_start() {
    let schemas = Schemas::new();
    schemas.write("a.yaml", &manifest("a", "things", "Warn"));
    schemas.write("b.yaml", &manifest("b", "things", "Warn"));
    let registry = schemas.open();
    assert_eq!(
        policy(&registry.catalog(), "things").source,
        Source::BuiltIn
    );
    assert_eq!(
        registry.catalog().policies().count(),
        1,
        "the resource is guarded none the less"
    );
    schemas.remove("a.yaml");
    registry.refresh();
    assert_eq!(in_force(&registry, "things").0, "b");
}

#[test]
fn files_may_exchange_their_resources() {
    let schemas = Schemas::new();
    schemas.write("a.yaml", &manifest("a", "ones", "Warn"));
    schemas.write("b.yaml", &manifest("b", "twos", "Warn"));
    let registry = schemas.open();
    schemas.write("a.yaml", &manifest("a", "twos", "Warn"));
    schemas.write("b.yaml", &manifest("b", "ones", "Warn"));
    registry.refresh();
    assert_eq!(
        (in_force(&registry, "ones").0, in_force(&registry, "twos").0),
        ("b".into(), "a".into())
    );
}

#[test]
fn a_refused_change_never_takes_a_resource_from_another_file() {
    let schemas = Schemas::new();
    schemas.write("a.yaml", &manifest("a", "ones", "Warn"));
    schemas.write("b.yaml", &manifest("b", "twos", "Warn"));
    let registry = schemas.open();
    // a wants what b holds, and is refused; so it keeps what c wants.
    schemas.write("a.yaml", &manifest("a", "twos", "Warn"));
    schemas.write("c.yaml", &manifest("c", "ones", "Warn"));
    registry.refresh();
    assert_eq!(
        (in_force(&registry, "ones").0, in_force(&registry, "twos").0),
        ("a".into(), "b".into())
    );
    let refused = registry
        .state()
        .files
        .iter()
        .filter(|file| !file.is_accepted())
        .count();
    assert_eq!(refused, 2);
}

#[test]
fn a_directory_in_trouble_leaves_everything_in_force() {
    let schemas = Schemas::new();
    schemas.write("a.yaml", &manifest("a", "as", "Warn"));
    let registry = schemas.open();
    let mut story = Vec::new();
    let mut step = |what: &str| {
        story.push(format!("{what}\n{}", schemas.told(&registry.refresh())));
        assert_eq!(in_force(&registry, "as").0, "a");
    };
    schemas.remove("a.yaml");
    step("suddenly empty");
    step("still empty");
    fs::remove_dir(schemas.path()).unwrap();
    step("gone");
    step("still gone");
    fs::write(schemas.path(), "").unwrap();
    step("a file in its place");
    fs::remove_file(schemas.path()).unwrap();
    fs::create_dir(schemas.path()).unwrap();
    schemas.write("a.yaml", &manifest("a", "as", "Audit"));
    step("back, and changed");
    insta::assert_snapshot!(story.join("\n\n"));
}

#[test]
fn a_missing_directory_is_an_error_at_the_start_and_an_empty_one_a_warning() {
    let schemas = Schemas::new();
    let refused = |name: &str| {
        let directory = schemas.root.path().join(name);
        let error = Registry::open(&directory, Enforcement::Enforce).unwrap_err();
        let root = schemas.root.path().display().to_string();
        error.to_string().replace(&root, "")
    };
    assert_eq!(
        refused("missing"),
        "cannot read the schema directory /missing; create it, or name another with --schemas"
    );
    schemas.write("a.yaml", &manifest("a", "as", "Warn"));
    assert_eq!(
        refused("schemas/a.yaml"),
        "cannot read the schema directory /schemas/a.yaml; name the directory that the file is in with --schemas"
    );
    fs::remove_file(schemas.path().join("a.yaml")).unwrap();
    let relative = Registry::open("no/such".as_ref(), Enforcement::Enforce).unwrap_err();
    assert!(relative.directory.is_absolute());
    let registry = schemas.open();
    assert_eq!(
        schemas.told(registry.state().events()),
        "Warn schemas: holds no *.yaml, *.yml or *.json, so no resource is guarded; put a StatusSchema there"
    );
    schemas.write("a.yaml", &manifest("a", "as", "Warn"));
    registry.refresh();
    assert_eq!(in_force(&registry, "as").0, "a");
}

#[test]
fn every_bad_directory_of_the_fixtures_leaves_what_was_in_force() {
    for case in fs::read_dir("tests/fixtures/bad").unwrap() {
        let case = case.unwrap().path();
        let schemas = Schemas::new();
        schemas.write("good.yaml", &manifest("good", "goods", "Warn"));
        let files: Vec<PathBuf> = fs::read_dir(&case)
            .unwrap()
            .map(|file| file.unwrap().path())
            .collect();
        for (index, file) in files.iter().enumerate() {
            let resource = format!("r{index}");
            schemas.write(name(file), &manifest("before", &resource, "Audit"));
        }
        let registry = schemas.open();
        for file in &files {
            fs::copy(file, schemas.path().join(name(file))).unwrap();
        }
        registry.refresh();
        assert_eq!(in_force(&registry, "goods").0, "good", "{}", case.display());
        let refused = registry
            .state()
            .files
            .into_iter()
            .filter(|file| !file.is_accepted());
        for file in refused {
            assert_eq!(
                file.in_force.unwrap().name,
                "before",
                "{}",
                file.file.display()
            );
        }
    }
}

fn name(file: &Path) -> &str {
    file.file_name().and_then(|name| name.to_str()).unwrap()
}

/// A registry that is watched, and hears of changes only from the system.
struct Watched {
    registry: Arc<Registry>,
    events: mpsc::Receiver<Event>,
    _watch: Watch,
}

impl Watched {
    fn new(registry: Arc<Registry>) -> Self {
        Self::every(registry, Duration::from_hours(1))
    }

    fn every(registry: Arc<Registry>, poll: Duration) -> Self {
        let (tell, events) = mpsc::channel();
        let watch = registry.watch_every(poll, move |events| {
            for event in events {
                let _ = tell.send(event.clone());
            }
        });
        Self {
            registry,
            events,
            _watch: watch,
        }
    }

    /// Waits until something is told and `resource` has `enforcement`, and says how long that took.
    fn wait(&self, resource: &str, enforcement: Enforcement) -> Duration {
        let start = Instant::now();
        while !enforces(&self.registry, resource, enforcement) {
            let left = Duration::from_secs(20).saturating_sub(start.elapsed());
            self.events
                .recv_timeout(left)
                .expect("the change is heard in time");
        }
        start.elapsed()
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "the figure is for people")]
fn a_change_is_heard_and_enforced() {
    let schemas = Schemas::new();
    schemas.write("a.yaml", &manifest("a", "as", "Warn"));
    let watched = Watched::new(schemas.open());
    let mut took = Vec::new();
    for enforcement in Enforcement::ALL.iter().cycle().take(9) {
        schemas.write("a.yaml", &manifest("a", "as", enforcement.as_str()));
        took.push(watched.wait("as", *enforcement));
    }
    took.sort();
    println!(
        "change to enforced: median {:?}, longest {:?}",
        took[4], took[8]
    );
    assert!(took[4] < Duration::from_millis(500), "{took:?}");
}

#[test]
fn a_directory_that_is_named_from_where_one_stands_is_heard_too() {
    let schemas = Schemas::new();
    schemas.write("a.yaml", &manifest("a", "as", "Warn"));
    let here = std::env::current_dir().unwrap();
    let up = "../".repeat(here.components().count() - 1);
    let from_here = Path::new(&up).join(schemas.path().strip_prefix("/").unwrap());
    let watched = Watched::new(Registry::open(&from_here, Enforcement::Enforce).unwrap());
    schemas.write("a.yaml", &manifest("a", "as", "Audit"));
    watched.wait("as", Enforcement::Audit);
}

#[test]
fn what_an_author_should_know_is_told_with_its_place() {
    let schemas = Schemas::new();
    let schema = "{aditionalProperties: false, properties: {link: {format: url}, kratix: {}, message: {type: integer}}}";
    let manifest = manifest("a", "as", "Warn").replace("{type: object}", schema);
    schemas.write("a.yaml", &manifest);
    let registry = schemas.open();
    insta::assert_snapshot!(schemas.told(registry.state().events()), @r"
    Info schemas/a.yaml: StatusSchema a guards as.example.org, and only warns, but refuses secrets
    Warn schemas/a.yaml:7:33: aditionalProperties is no keyword and does nothing; did you mean additionalProperties?
    Warn schemas/a.yaml:7:68: url is a format that is not checked; did you mean uri?
    Warn schemas/a.yaml:7:82: kratix belongs to Kratix and is never checked against this; remove it
    Warn schemas/a.yaml:7:102: no status is of this type, since Kratix keeps message a text; write type: string
    ");
}

#[test]
fn a_mounted_config_map_is_followed_through_its_swap() {
    let schemas = Schemas::new();
    let version = |name: &str, enforcement| {
        let directory = schemas.path().join(name);
        fs::create_dir(&directory).unwrap();
        fs::write(directory.join("a.yaml"), manifest("a", "as", enforcement)).unwrap();
    };
    let link = |target: &str, name: &str| {
        std::os::unix::fs::symlink(target, schemas.path().join(name)).unwrap();
    };
    version("..2026_01_01", "Warn");
    link("..2026_01_01", "..data");
    link("..data/a.yaml", "a.yaml");
    let registry = schemas.open();
    assert_eq!(
        registry.state().files.len(),
        1,
        "only the visible file counts"
    );
    let watched = Watched::new(registry);
    version("..2026_01_02", "Audit");
    link("..2026_01_02", "..data_tmp");
    fs::rename(
        schemas.path().join("..data_tmp"),
        schemas.path().join("..data"),
    )
    .unwrap();
    fs::remove_dir_all(schemas.path().join("..2026_01_01")).unwrap();
    watched.wait("as", Enforcement::Audit);
}

#[test]
fn a_directory_that_is_made_again_is_heard_again() {
    let schemas = Schemas::new();
    schemas.write("a.yaml", &manifest("a", "as", "Warn"));
    let watched = Watched::new(schemas.open());
    fs::remove_dir_all(schemas.path()).unwrap();
    fs::create_dir(schemas.path()).unwrap();
    schemas.write("a.yaml", &manifest("a", "as", "Audit"));
    watched.wait("as", Enforcement::Audit);
    schemas.write("a.yaml", &manifest("a", "as", "Enforce"));
    watched.wait("as", Enforcement::Enforce);
    // Another one in its place, as a mount puts it there.
    let other = schemas.root.path().join("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("a.yaml"), manifest("a", "as", "Warn")).unwrap();
    fs::rename(schemas.path(), schemas.root.path().join("old")).unwrap();
    fs::rename(&other, schemas.path()).unwrap();
    watched.wait("as", Enforcement::Warn);
    schemas.write("a.yaml", &manifest("a", "as", "Audit"));
    watched.wait("as", Enforcement::Audit);
}

#[test]
fn what_the_system_does_not_tell_is_found_by_looking() {
    let schemas = Schemas::new();
    let elsewhere = tempfile::tempdir().unwrap();
    let target = elsewhere.path().join("a.yaml");
    fs::write(&target, manifest("a", "as", "Warn")).unwrap();
    std::os::unix::fs::symlink(&target, schemas.path().join("a.yaml")).unwrap();
    let watched = Watched::every(schemas.open(), Duration::from_millis(20));
    // Nothing in the directory itself changes.
    fs::write(&target, manifest("a", "as", "Audit")).unwrap();
    watched.wait("as", Enforcement::Audit);
}

#[test]
fn looking_makes_no_noise_and_a_watch_ends_when_it_is_dropped() {
    let schemas = Schemas::new();
    schemas.write("a.yaml", &manifest("a", "as", "Warn"));
    schemas.write("b.yaml", "{");
    let watched = Watched::every(schemas.open(), Duration::from_millis(1));
    // Many looks later, the change is the first that is told.
    schemas.write("a.yaml", &manifest("a", "as", "Audit"));
    let first = watched
        .events
        .recv_timeout(Duration::from_secs(20))
        .unwrap();
    assert_eq!(first.file, Some(schemas.path().join("a.yaml")));
    let Watched {
        registry,
        events,
        _watch: watch,
    } = watched;
    drop(watch);
    assert_eq!(
        events.iter().count(),
        0,
        "the channel is closed, and nothing else was told"
    );
    assert_eq!(Arc::strong_count(&registry), 1);
}
