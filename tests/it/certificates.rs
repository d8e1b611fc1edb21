//! The directory of certificates: made, renewed, changed under a server that serves, and every way to be bad.
use std::{
    fs,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    os::unix::fs::{PermissionsExt as _, symlink},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::{Duration, Instant, UNIX_EPOCH},
};

use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use statusguard::{
    core::pki::{Moment, Names, SERVICE_NAME, Standing},
    server::{
        Limits,
        certificates::{CertificateError, Certificates, Change, Trust, now},
        drain::switch,
        listener::Listener,
    },
};
use tempfile::TempDir;

use crate::server::harness::{PATIENCE, client_config, connect, echo};

const DAY: Duration = Duration::from_hours(24);

fn names() -> Names {
    Names::of_server(Ipv4Addr::LOCALHOST.into())
}

fn open(directory: &Path, now: Moment) -> Result<Arc<Certificates>, CertificateError> {
    Certificates::open(directory, names(), now)
}

fn read(directory: &Path, name: &str) -> String {
    fs::read_to_string(directory.join(name)).unwrap()
}

/// A pair of somebody's own, valid for `days` from a day before now.
fn own_pair(days: u32) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let mut parameters = CertificateParams::new([SERVICE_NAME.to_owned()]).unwrap();
    parameters.not_before = (UNIX_EPOCH + now() - DAY).into();
    parameters.not_after = (UNIX_EPOCH + now() - DAY + DAY * days).into();
    let certificate = parameters.self_signed(&key).unwrap();
    (certificate.pem(), key.serialize_pem())
}

fn put(directory: &Path, (certificate, key): &(String, String)) {
    fs::write(directory.join("tls.crt"), certificate).unwrap();
    fs::write(directory.join("tls.key"), key).unwrap();
}

/// An error and its causes, with the directory called `certs`.
fn words(directory: &Path, error: CertificateError) -> String {
    let words = format!("{:#}", anyhow::Error::new(error));
    words.replace(&*directory.to_string_lossy(), "certs")
}

#[test]
fn throw_away_files_are_made_with_keys_that_only_their_owner_reads() {
    let root = TempDir::new().unwrap();
    let directory = root.path().join("not/yet/there");
    let certificates = open(&directory, now()).unwrap();
    let mode = |name: &str| {
        fs::metadata(directory.join(name))
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!(mode("ca.key"), 0o600);
    assert_eq!(mode("tls.key"), 0o600);
    assert_eq!(
        certificates.trusted().unwrap(),
        read(&directory, "ca.crt").into_bytes()
    );
    assert_eq!(
        certificates.trusted_file().unwrap(),
        directory.join("ca.crt")
    );
    let left: Vec<PathBuf> = fs::read_dir(&directory)
        .unwrap()
        .map(|it| it.unwrap().path())
        .collect();
    assert!(
        left.iter()
            .all(|path| path.extension() != Some("new".as_ref())),
        "{left:?}"
    );
}

#[test]
fn a_second_start_finds_what_the_first_has_made() {
    let directory = TempDir::new().unwrap();
    open(directory.path(), now()).unwrap();
    let before =
        ["ca.crt", "ca.key", "tls.crt", "tls.key"].map(|name| read(directory.path(), name));
    open(directory.path(), now() + DAY).unwrap();
    let after = ["ca.crt", "ca.key", "tls.crt", "tls.key"].map(|name| read(directory.path(), name));
    assert_eq!(before, after);
}

#[test]
fn a_throw_away_leaf_is_renewed_while_it_serves() {
    let directory = TempDir::new().unwrap();
    let certificates = open(directory.path(), now()).unwrap();
    let authority = read(directory.path(), "ca.crt");
    assert_eq!(certificates.refresh(now() + 59 * DAY), None);
    let later = now() + 61 * DAY;
    assert_eq!(
        trust(certificates.refresh(later)),
        Trust::Same,
        "nobody has to be told"
    );
    assert_eq!(
        certificates.state().validity.standing(later),
        Standing::Valid
    );
    assert_eq!(read(directory.path(), "ca.crt"), authority);
}

/// The first change that a watch tells which looks every `poll`, at the time that `clock` says.
fn first_change(
    directory: &Path,
    poll: Duration,
    clock: impl Fn() -> Moment + Send + 'static,
) -> Option<Change> {
    let certificates = open(directory, now()).unwrap();
    let (tell, told) = mpsc::channel();
    let _watch = certificates.watch_every(poll, clock, move |change| {
        let _ = tell.send(change.clone());
    });
    told.recv_timeout(PATIENCE).ok()
}

#[test]
fn what_is_due_is_renewed_although_no_file_changes() {
    let directory = TempDir::new().unwrap();
    let change = first_change(directory.path(), Duration::from_millis(20), || {
        now() + 61 * DAY
    });
    assert_eq!(trust(change), Trust::Same);
}

#[test]
fn a_directory_that_is_never_quiet_is_looked_at_all_the_same() {
    let directory = TempDir::new().unwrap();
    let noise = directory.path().join("noise");
    let (stop, stopped) = mpsc::channel::<()>();
    let writer = thread::spawn(move || {
        while stopped.recv_timeout(Duration::from_millis(20)) == Err(RecvTimeoutError::Timeout) {
            fs::write(&noise, "").unwrap();
        }
    });
    let hour = Duration::from_hours(1);
    let change = first_change(directory.path(), hour, || now() + 61 * DAY);
    drop(stop);
    writer.join().unwrap();
    assert_eq!(trust(change), Trust::Same);
}

#[test]
fn a_panic_while_looking_is_told_and_does_not_end_the_watch() {
    let directory = TempDir::new().unwrap();
    let certificates = open(directory.path(), now()).unwrap();
    let is_first = AtomicBool::new(true);
    let clock = move || {
        assert!(!is_first.swap(false, Ordering::Relaxed), "no time");
        now() + 61 * DAY
    };
    let (tell, told) = mpsc::channel();
    let _watch = certificates.watch_every(Duration::from_millis(20), clock, move |change| {
        let _ = tell.send(change.clone());
    });
    let first = told.recv_timeout(PATIENCE).unwrap();
    assert!(
        matches!(&first, Change::Refused(words) if words.contains("fault in statusguard itself")),
        "{first:?}"
    );
    assert_eq!(trust(told.recv_timeout(PATIENCE).ok()), Trust::Same);
}

/// What a change for other files means for those who trusted the ones before.
fn trust(change: Option<Change>) -> Trust {
    match change {
        Some(Change::InForce { trust, .. }) => trust,
        other => panic!("nothing else is in force: {other:?}"),
    }
}

#[test]
fn a_throw_away_authority_that_is_renewed_leaves_the_one_before_to_its_end() {
    let directory = TempDir::new().unwrap();
    let made = now();
    let certificates = open(directory.path(), made).unwrap();
    let Trust::Until(until) = trust(certificates.refresh(made + 300 * DAY)) else {
        panic!("the key is the same, so who trusted the one before trusts the new pair");
    };
    assert_eq!(until.as_secs(), (made + 365 * DAY).as_secs());
}

#[test]
fn another_authority_is_told_with_what_it_breaks() {
    let directory = TempDir::new().unwrap();
    let (one, other) = (own_pair(20), own_pair(30));
    put(directory.path(), &one);
    let certificates = open(directory.path(), now()).unwrap();
    put(directory.path(), &other);
    assert_eq!(trust(certificates.refresh(now())), Trust::Lost);
    // Both stand in ca.crt while a rotation lasts; who trusts the one that serves has until it ends.
    let both = [&*one.0, &*other.0].concat();
    fs::write(directory.path().join("ca.crt"), both).unwrap();
    let change = trust(certificates.refresh(now()));
    assert!(matches!(change, Trust::Until(_)), "{change:?}");
}

#[test]
fn an_end_that_comes_near_is_told_once_and_so_is_the_end() {
    let directory = TempDir::new().unwrap();
    put(directory.path(), &own_pair(20));
    let certificates = open(directory.path(), now()).unwrap();
    let told = |days| certificates.refresh(now() + DAY * days);
    assert_eq!(told(15), None);
    assert!(matches!(told(18), Some(Change::Ending(_))));
    assert_eq!(told(18), None);
    assert!(matches!(told(20), Some(Change::Ended(_))));
    assert_eq!(told(21), None);
    put(directory.path(), &own_pair(40));
    assert_eq!(trust(told(22)), Trust::Lost);
}

#[test]
fn an_expired_throw_away_pair_is_renewed_at_the_start() {
    let directory = TempDir::new().unwrap();
    open(directory.path(), now().saturating_sub(1000 * DAY)).unwrap();
    let certificates = open(directory.path(), now()).unwrap();
    assert_eq!(
        certificates.state().validity.standing(now()),
        Standing::Valid
    );
    let reasons = ["ca.crt had expired", "tls.crt had expired"];
    assert_eq!(certificates.reasons(), reasons);
    assert_eq!(open(directory.path(), now()).unwrap().renewed(), None);
}

#[test]
fn why_throw_away_files_were_made_anew_is_known() {
    let directory = TempDir::new().unwrap();
    let opened = |now| open(directory.path(), now).unwrap();
    assert_eq!(opened(now()).reasons(), ["there was none"]);
    let due = opened(now() + 61 * DAY);
    assert_eq!(due.reasons(), ["tls.crt was due to be renewed"]);
    assert!(!due.has_new_authority());
    let later = now() + 160 * DAY;
    assert_eq!(opened(later).reasons(), ["tls.crt had expired"]);
    fs::remove_file(directory.path().join("tls.key")).unwrap();
    fs::write(directory.path().join("ca.crt"), "nothing").unwrap();
    let reasons = ["ca.crt could not be read", "tls.key was missing"];
    assert_eq!(opened(later).reasons(), reasons);
    let other = Names::of_server(IpAddr::from([10, 0, 0, 7]));
    let other = Certificates::open(directory.path(), other, later).unwrap();
    let reasons = ["tls.crt did not name the address that is listened on"];
    assert_eq!(other.reasons(), reasons);
}

#[test]
fn a_directory_that_takes_no_file_leaves_a_valid_pair_in_force() {
    let directory = TempDir::new().unwrap();
    let certificates = open(directory.path(), now()).unwrap();
    // Nothing can be put into the place of a directory, whoever one is.
    for name in [".ca.crt.new/x", ".tls.crt.new/x"] {
        fs::create_dir_all(directory.path().join(name)).unwrap();
    }
    let due = now() + 70 * DAY;
    let change = certificates.refresh(due);
    assert!(
        matches!(&change, Some(Change::Refused(words)) if words.contains("cannot write")),
        "{change:?}"
    );
    assert_eq!(certificates.refresh(due), None, "it is told once");
    let again = open(directory.path(), due).unwrap();
    assert_eq!(again.state().validity.standing(due), Standing::Due);
    let problem = again.state().problem.unwrap();
    assert!(problem.words.contains("cannot write"), "{}", problem.words);
    let error = open(directory.path(), now() + 100 * DAY).unwrap_err();
    assert!(matches!(error, CertificateError::Write { .. }), "{error:?}");
}

#[test]
fn a_renewal_that_broke_off_is_taken_up_wherever_it_was() {
    let steps = ["ca.key", "ca.crt", "tls.key", "tls.crt"];
    let (old, new) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    open(old.path(), now().saturating_sub(1000 * DAY)).unwrap();
    for name in steps {
        fs::copy(old.path().join(name), new.path().join(name)).unwrap();
    }
    open(new.path(), now()).unwrap();
    // What is there before a renewal, and before anything was made at all.
    for before in [Some(&old), None] {
        for done in 0..=steps.len() {
            let directory = TempDir::new().unwrap();
            for (step, name) in steps.iter().enumerate() {
                let from = if step < done { Some(&new) } else { before };
                if let Some(from) = from {
                    fs::copy(from.path().join(name), directory.path().join(name)).unwrap();
                }
            }
            fs::write(directory.path().join(".lock"), "").unwrap();
            if let Some(next) = steps.get(done) {
                let torn = directory.path().join(format!(".{next}.new"));
                fs::write(torn, "-----BEGIN CERT").unwrap();
            }
            let certificates = open(directory.path(), now()).unwrap();
            let state = certificates.state();
            assert_eq!(state.validity.standing(now()), Standing::Valid, "{done}");
            assert_eq!(state.problem, None, "{done}");
            let doubts = certificates.doubts("127.0.0.1", now());
            assert_eq!(doubts, [""; 0], "{done}");
        }
    }
}

#[tokio::test]
async fn who_trusted_an_authority_before_it_was_renewed_trusts_it_still() {
    let directory = TempDir::new().unwrap();
    open(directory.path(), now().saturating_sub(300 * DAY)).unwrap();
    let trusting = client_config(directory.path(), rustls::ALL_VERSIONS, "http/1.1");
    let authority = read(directory.path(), "ca.crt");
    let address = serve(&open(directory.path(), now()).unwrap()).await;
    assert_ne!(read(directory.path(), "ca.crt"), authority);
    connect(address, trusting).await.unwrap();
}

#[test]
fn servers_with_different_addresses_share_a_directory() {
    let directory = TempDir::new().unwrap();
    let other = Names::of_server(IpAddr::from([10, 0, 0, 7]));
    let certificates = open(directory.path(), now()).unwrap();
    Certificates::open(directory.path(), other, now()).unwrap();
    let change = certificates.refresh(now());
    assert!(matches!(change, Some(Change::InForce { .. })), "{change:?}");
    assert_eq!(certificates.refresh(now()), None);
}

#[test]
fn files_of_somebodys_own_are_never_written_to() {
    let directory = TempDir::new().unwrap();
    let pair = own_pair(20);
    put(directory.path(), &pair);
    let certificates = open(directory.path(), now()).unwrap();
    certificates.refresh(now() + 18 * DAY);
    assert_eq!(read(directory.path(), "tls.crt"), pair.0);
    assert_eq!(read(directory.path(), "tls.key"), pair.1);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2);
    // It has signed itself, so it is what clients must trust.
    assert_eq!(certificates.trusted().unwrap(), pair.0.into_bytes());
}

#[test]
fn a_pair_of_somebodys_own_beside_a_throw_away_authority_is_left_alone() {
    let directory = TempDir::new().unwrap();
    open(directory.path(), now()).unwrap();
    let pair = own_pair(20);
    put(directory.path(), &pair);
    open(directory.path(), now() + 18 * DAY).unwrap();
    assert_eq!(read(directory.path(), "tls.crt"), pair.0);
    assert_eq!(read(directory.path(), "tls.key"), pair.1);
}

#[test]
fn what_cannot_be_served_with_is_said_with_its_remedy() {
    let mut said = Vec::new();
    let mut refused = |prepare: &dyn Fn(&Path)| {
        let directory = TempDir::new().unwrap();
        prepare(directory.path());
        said.push(words(
            directory.path(),
            open(directory.path(), now()).unwrap_err(),
        ));
    };
    refused(&|it| put(it, &(own_pair(20).0, own_pair(20).1)));
    refused(&|it| fs::write(it.join("tls.crt"), own_pair(20).0).unwrap());
    refused(&|it| fs::write(it.join("tls.key"), own_pair(20).1).unwrap());
    refused(&|it| fs::write(it.join("ca.crt"), own_pair(20).0).unwrap());
    refused(&|it| put(it, &("no certificate".to_owned(), own_pair(20).1)));
    refused(&|it| put(it, &(own_pair(20).0, "no key".to_owned())));
    refused(&|it| fs::create_dir(it.join("tls.crt")).unwrap());
    refused(&|it| {
        open(it, now()).unwrap();
        fs::write(it.join("tls.key"), own_pair(20).1).unwrap();
    });
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn an_expired_pair_is_said_with_its_moment() {
    let directory = TempDir::new().unwrap();
    put(directory.path(), &own_pair(20));
    for (now, said) in [
        (now() + 30 * DAY, "certs/tls.crt expired at 20"),
        (
            now().saturating_sub(30 * DAY),
            "certs/tls.crt is not valid before 20",
        ),
    ] {
        let words = words(directory.path(), open(directory.path(), now).unwrap_err());
        assert!(words.starts_with(said), "{words}");
        assert!(words.contains("; put in a valid certificate"), "{words}");
    }
}

#[test]
fn a_bad_pair_leaves_the_last_good_one_in_force_and_is_told_once() {
    let directory = TempDir::new().unwrap();
    put(directory.path(), &own_pair(20));
    let certificates = open(directory.path(), now()).unwrap();
    let good = certificates.state().validity;
    put(directory.path(), &(own_pair(30).0, own_pair(30).1));
    let change = certificates.refresh(now());
    assert!(
        matches!(&change, Some(Change::Refused(words)) if words.contains("does not match its key")),
        "{change:?}"
    );
    assert_eq!(certificates.refresh(now()), None);
    let state = certificates.state();
    assert_eq!(state.validity, good);
    assert!(state.problem.is_some());
    put(directory.path(), &own_pair(40));
    assert!(matches!(
        certificates.refresh(now()),
        Some(Change::InForce { .. })
    ));
    assert_eq!(certificates.state().problem, None);
}

#[test]
fn a_directory_that_disappears_is_told_and_comes_back() {
    let root = TempDir::new().unwrap();
    let (directory, elsewhere) = (root.path().join("certs"), root.path().join("elsewhere"));
    fs::create_dir(&directory).unwrap();
    put(&directory, &own_pair(20));
    let certificates = open(&directory, now()).unwrap();
    fs::rename(&directory, &elsewhere).unwrap();
    let change = certificates.refresh(now());
    assert!(matches!(change, Some(Change::Refused(_))), "{change:?}");
    assert!(
        !directory.exists(),
        "nothing is made in the place of what was somebody's own"
    );
    fs::rename(&elsewhere, &directory).unwrap();
    assert_eq!(certificates.refresh(now()), Some(Change::Mended));
}

#[tokio::test]
async fn a_rotated_secret_is_served_within_half_a_second_while_connections_go_on() {
    let root = TempDir::new().unwrap();
    let pairs = [own_pair(20), own_pair(30)];
    // As the kubelet mounts a Secret: the files are links through `..data`, which is swapped whole.
    for (generation, pair) in ["..1", "..2"].iter().zip(&pairs) {
        fs::create_dir(root.path().join(generation)).unwrap();
        put(&root.path().join(generation), pair);
    }
    symlink("..1", root.path().join("..data")).unwrap();
    for file in ["tls.crt", "tls.key"] {
        symlink(Path::new("..data").join(file), root.path().join(file)).unwrap();
    }
    fs::write(
        root.path().join("ca.crt"),
        [&*pairs[0].0, &*pairs[1].0].concat(),
    )
    .unwrap();

    let certificates = open(root.path(), now()).unwrap();
    let _watch = certificates.watch(|_| {});
    let address = serve(&certificates).await;
    assert_eq!(shown(address, &pairs[0].0).await, der(&pairs[0].0));

    symlink("..2", root.path().join("..data_tmp")).unwrap();
    fs::rename(root.path().join("..data_tmp"), root.path().join("..data")).unwrap();
    let swapped = Instant::now();
    while shown(address, &pairs[1].0).await != der(&pairs[1].0) {
        assert!(
            swapped.elapsed() < PATIENCE,
            "the new certificate is never shown"
        );
    }
    let took = swapped.elapsed();
    assert!(took < Duration::from_millis(500), "{took:?}");
}

async fn serve(certificates: &Certificates) -> SocketAddr {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let listener = Listener::bind(any, certificates.tls(), echo, Limits::default())
        .await
        .unwrap();
    let address = listener.address();
    let (switch, drain) = switch();
    tokio::spawn(async move {
        listener.serve(drain).await;
        drop(switch);
    });
    address
}

fn der(pem: &str) -> Vec<u8> {
    CertificateDer::from_pem_slice(pem.as_bytes())
        .unwrap()
        .to_vec()
}

/// The certificate that a new connection to `address` is shown; empty if it is not `trusted`.
async fn shown(address: SocketAddr, trusted: &str) -> Vec<u8> {
    let directory = TempDir::new().unwrap();
    fs::write(directory.path().join("ca.crt"), trusted).unwrap();
    let config = client_config(directory.path(), rustls::ALL_VERSIONS, "http/1.1");
    let Ok(stream) = connect(address, config).await else {
        return Vec::new();
    };
    let chain = stream.get_ref().1.peer_certificates().unwrap();
    chain[0].to_vec()
}
