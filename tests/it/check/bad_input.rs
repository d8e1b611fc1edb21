//! What `statusguard check` cannot use is told with its place and a remedy, and never shown.
use crate::program::Folder;

pub(crate) fn inputs() -> Vec<(&'static str, Vec<u8>)> {
    let bomb = "a: &a [zq7canary,zq7canary,zq7canary,zq7canary]\n".to_owned()
        + &(b'b'..=b'p').fold(String::new(), |text, letter| {
            let (one, other) = (letter as char, (letter - 1) as char);
            format!("{text}{one}: &{one} [*{other},*{other},*{other},*{other}]\n")
        });
    let deep = format!("a: {}zq7canary", "[".repeat(5000));
    let deep_json = format!("{}\"zq7canary\"{}", "{\"a\":".repeat(200), "}".repeat(200));
    vec![
        ("empty.yaml", b"".to_vec()),
        ("comment.yaml", b"# zq7canary\n---\n".to_vec()),
        ("list.yaml", b"- zq7canary\n".to_vec()),
        ("text.yaml", b"zq7canary\n".to_vec()),
        ("binary.yaml", b"\x7fELF\x00\xff\xfezq7canary".to_vec()),
        ("nul.yaml", b"a: zq7canary\0\n".to_vec()),
        ("latin1.yaml", b"a: zq7canary\nb: \xe9\n".to_vec()),
        ("utf16.yaml", b"\xff\xfea\0:\0 \x001\0".to_vec()),
        ("bomb.yaml", bomb.into_bytes()),
        ("deep.yaml", deep.into_bytes()),
        ("deep.json", deep_json.into_bytes()),
        ("open.yaml", b"a: [zq7canary\n".to_vec()),
        ("infinite.yaml", b"a: zq7canary\nb: .inf\n".to_vec()),
        ("tag.yaml", b"a: !!binary zq7canary\n".to_vec()),
        ("null-key.yaml", b"~: zq7canary\n".to_vec()),
        (
            "cut.json",
            b"{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [{\"a\": \"zq7canary\""
                .to_vec(),
        ),
        (
            "kinds.yaml",
            b"apiVersion: example.org/v1\nkind: A\n---\npassword: zq7canary\n".to_vec(),
        ),
        (
            "broken-second.yaml",
            b"apiVersion: example.org/v1\nkind: A\n---\na: [zq7canary\n".to_vec(),
        ),
        (
            "schema.yaml",
            b"apiVersion: statusguard.dev/v1alpha1\nkind: StatusSchema\n".to_vec(),
        ),
        (
            "promise.yaml",
            b"apiVersion: platform.kratix.io/v1alpha1\nkind: Promise\n".to_vec(),
        ),
        (
            "review.yaml",
            b"apiVersion: admission.k8s.io/v1\nkind: AdmissionReview\nrequest: {uid: zq7canary}\n"
                .to_vec(),
        ),
        (
            "review.json",
            b"{\"apiVersion\": \"admission.k8s.io/v1beta1\", \"kind\": \"AdmissionReview\"}"
                .to_vec(),
        ),
    ]
}

#[test]
fn what_cannot_be_read_is_told_with_its_place() {
    let folder = Folder::new().with_schemas();
    let mut shown = String::new();
    for (name, content) in inputs() {
        folder.write(name, content);
        let ran = folder.run(&format!(
            "check {name} --schemas schemas/elastic-cloud.yaml"
        ));
        shown.push_str(ran.refusal(name.as_ref()));
    }
    let arguments = [
        "check none.yaml",
        "check schemas",
        "check status.yaml --schemas none",
        "check status.yaml --schemas text.yaml",
        "check status.yaml",
        "check",
        "check --request good.yaml",
        "check --request status.yaml --status status.yaml",
        "check --request two.yaml --status status.yaml",
        "check --request odd.yaml --status status.yaml",
        "check status.yaml --old list.yaml",
        "check status.yaml --phase done",
        "check status.yaml --format xml",
        "check status.yaml --as enforced",
    ];
    folder.write("status.yaml", "a: zq7canary\n");
    folder.write(
        "two.yaml",
        "apiVersion: example.org/v1\nkind: A\n---\napiVersion: example.org/v1\nkind: A\n",
    );
    folder.write(
        "odd.yaml",
        "apiVersion: example.org/v1\nkind: A\nstatus: zq7canary\n",
    );
    for arguments in arguments {
        let ran = folder.run(arguments);
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (2, ""),
            "{arguments}: {}",
            ran.shown()
        );
        shown = format!("{shown}$ statusguard {arguments}\n{}", ran.stderr);
    }
    assert!(!shown.contains("zq7canary"), "{shown}");
    insta::assert_snapshot!(shown);
}

#[test]
fn a_file_that_is_too_large_is_not_read() {
    let folder = Folder::new();
    let file = std::fs::File::create(folder.path().join("large.yaml")).unwrap();
    file.set_len(100 << 20).unwrap();
    let ran = folder.run("check large.yaml");
    assert_eq!(ran.code, 2);
    assert_eq!(
        ran.stderr,
        "error: large.yaml: is larger than 64 MB, the most that is read; split it\n"
    );
}

#[test]
fn texts_of_all_editors_are_read() {
    let folder = Folder::new();
    folder.write(
        "status.yaml",
        "\u{feff}message: x\r\nport: 1\r\n# end\r\n...\r\n",
    );
    let ran = folder.run("check status.yaml");
    assert_eq!(ran.code, 0, "{}", ran.shown());
}
