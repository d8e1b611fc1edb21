//! Flags that are given as variables of the environment.
use crate::program::Folder;

#[test]
fn an_empty_variable_says_nothing() {
    let mut folder = Folder::new();
    folder.write("status.yaml", "url: a\n");
    for name in [
        "SCHEMAS", "PROMISE", "AS", "FORMAT", "PHASE", "OLD", "STRICT", "MODE", "CLUSTER",
    ] {
        folder.set(&format!("STATUSGUARD_{name}"), "");
    }
    let ran = folder.run("check status.yaml");
    assert_eq!(ran.code, 0, "{}", ran.shown());
}

#[test]
fn a_bad_variable_is_told_as_one() {
    let mut folder = Folder::new();
    folder.set("STATUSGUARD_FORMAT", "zq7");
    let ran = folder.run("check status.yaml");
    let refusal = ran.refusal("format");
    assert!(
        refusal.ends_with("note: nobody typed --format: the variable STATUSGUARD_FORMAT says it\n"),
        "{refusal}"
    );
    let ran = folder.run("check status.yaml --format xml");
    let refusal = ran.refusal("format");
    assert!(!refusal.contains("nobody typed"), "{refusal}");
}

#[test]
fn tips_about_flags_lead_to_what_was_meant() {
    let folder = Folder::new();
    for wrong in [
        "check --verbose",
        "check --out x.json",
        "init --kind Db",
        "lint schemas --schemas schemas",
    ] {
        let ran = folder.run(wrong);
        assert!(!ran.refusal(wrong).contains("tip"), "{}", ran.shown());
    }
    let ran = folder.run("check --schema a");
    assert!(
        ran.refusal("a slip").contains("'--schemas'"),
        "{}",
        ran.shown()
    );
}
