//! The null webhook: the same listener as the server's, with a judge that reads the uid and allows.
use std::{io, net::SocketAddr, path::Path, process, thread};

use statusguard::{
    core::pki::Names,
    server::{
        Limits,
        certificates::{Certificates, now},
        cores, drain,
        judge::{Reply, uid},
        listener::Listener,
    },
};
use tokio::runtime::Builder;

/// Serves with the certificates of a directory until standard input ends, on the address that it prints.
#[expect(
    clippy::print_stdout,
    reason = "whoever started this process waits for the address"
)]
pub(crate) fn serve(certs: &Path) -> anyhow::Result<()> {
    thread::spawn(|| {
        // An error ends the input as well.
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        process::exit(0);
    });
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let certificates = Certificates::open(certs, Names::of_server(any.ip()), now())?;
    // As many threads as the server has.
    let runtime = Builder::new_multi_thread()
        .worker_threads(cores() + 1)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let tls = certificates.tls();
        let listener = Listener::bind(any, tls, allow, Limits::default()).await?;
        println!("{}", listener.address());
        let (_switch, drain) = drain::switch();
        listener.serve(drain).await;
        Ok(())
    })
}

fn allow(body: &[u8]) -> Reply {
    let uid = uid(body).unwrap_or_default();
    let reply = format!(
        r#"{{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{{"uid":"{uid}","allowed":true}}}}"#
    );
    Reply::review(reply.into_bytes())
}
