//! A listener with throw-away certificates, and clients of every manner.
use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use http_body_util::{BodyExt, Full};
use hyper::{
    HeaderMap, Request, Response, StatusCode,
    body::Bytes,
    client::conn::{http1, http2},
    header::{CONTENT_TYPE, HOST},
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use prometheus_client::registry::Registry;
use rustls::{
    ClientConfig, RootCertStore, SupportedProtocolVersion,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use statusguard::{
    core::pki::Names,
    server::{
        Limits,
        certificates::{Certificates, now},
        drain::{Drain, Stage, Switch, switch},
        judge::{Judge, Reply},
        listener::Listener,
        tls,
    },
    telemetry::metrics::Metrics,
};
use tempfile::TempDir;
use tokio::{io::AsyncReadExt as _, net::TcpStream, task::JoinHandle, time::timeout};
use tokio_rustls::{TlsConnector, client::TlsStream};

/// Far more than anything takes; only a test that fails waits for as long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A review that is as small as one can be.
pub(crate) const REVIEW: &str = r#"{"request": {"uid": "u-1"}}"#;

/// A listener that runs.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) switch: Switch,
    pub(crate) drain: Drain,
    pub(crate) serving: JoinHandle<()>,
    pub(crate) metrics: Arc<Metrics>,
    directory: TempDir,
}

impl Server {
    /// What it has counted so far, as Prometheus reads it.
    pub(crate) fn counted(&self) -> String {
        self.metrics.render(&Registry::default()).unwrap()
    }

    pub(crate) async fn start(judge: impl Judge, limits: Limits) -> Self {
        let directory = TempDir::new().unwrap();
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let names = Names::of_server(any.ip());
        let certificates = Certificates::open(directory.path(), names, now()).unwrap();
        let listener = Listener::bind(any, certificates.tls(), judge, limits)
            .await
            .unwrap();
        let metrics = Arc::<Metrics>::default();
        let listener = listener.counting_in(Arc::clone(&metrics));
        let (switch, drain) = switch();
        Self {
            address: listener.address(),
            switch,
            serving: tokio::spawn(listener.serve(drain.clone())),
            drain,
            metrics,
            directory,
        }
    }

    pub(crate) async fn tcp(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    pub(crate) async fn tls(&self, protocol: &str) -> TlsStream<TcpStream> {
        let config = client_config(self.directory.path(), rustls::ALL_VERSIONS, protocol);
        connect(self.address, config).await.unwrap()
    }

    pub(crate) async fn http1(&self) -> http1::SendRequest<Full<Bytes>> {
        let io = TokioIo::new(self.tls("http/1.1").await);
        let (sender, connection) = http1::handshake(io).await.unwrap();
        tokio::spawn(connection);
        sender
    }

    pub(crate) async fn http2(&self) -> http2::SendRequest<Full<Bytes>> {
        let io = TokioIo::new(self.tls("h2").await);
        let (sender, connection) = http2::handshake(TokioExecutor::new(), io).await.unwrap();
        tokio::spawn(connection);
        sender
    }

    /// What a new connection is told about `body`.
    pub(crate) async fn post(&self, body: impl Into<Bytes>) -> Answer {
        let mut sender = self.http1().await;
        answer(sender.send_request(review(body)).await.unwrap()).await
    }

    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Stops the server, and waits until it has.
    pub(crate) async fn stop(self) {
        self.switch.set(Stage::Stopping);
        timeout(PATIENCE, self.serving).await.unwrap().unwrap();
    }
}

/// A response, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

pub(crate) async fn answer(response: Response<hyper::body::Incoming>) -> Answer {
    let (head, body) = response.into_parts();
    let body = timeout(PATIENCE, body.collect()).await.unwrap().unwrap();
    Answer {
        status: head.status,
        headers: head.headers,
        body: String::from_utf8(body.to_bytes().to_vec()).unwrap(),
    }
}

/// A `POST /validate` of `body`, as the API server sends it.
pub(crate) fn review(body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    Request::post("/validate?timeout=3s")
        .header(HOST, "localhost")
        .header(CONTENT_TYPE, "application/json")
        .body(Full::new(body.into()))
        .unwrap()
}

/// A judge that repeats what it hears.
pub(crate) fn echo(body: &[u8]) -> Reply {
    Reply::review(body.to_vec())
}

pub(crate) fn client_config(
    directory: &Path,
    versions: &[&'static SupportedProtocolVersion],
    protocol: &str,
) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    let authority = CertificateDer::from_pem_file(directory.join("ca.crt")).unwrap();
    roots.add(authority).unwrap();
    let mut config = ClientConfig::builder_with_provider(tls::provider())
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
    Arc::new(config)
}

/// A TLS connection under the name that a cluster uses.
pub(crate) async fn connect(
    address: SocketAddr,
    config: Arc<ClientConfig>,
) -> std::io::Result<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(address).await?;
    let name = ServerName::try_from(statusguard::core::pki::SERVICE_NAME).unwrap();
    TlsConnector::from(config).connect(name, stream).await
}

/// Everything that is still to come on a stream that the server closes, with or without a word.
pub(crate) async fn rest(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> String {
    let mut bytes = Vec::new();
    let read = timeout(PATIENCE, stream.read_to_end(&mut bytes)).await;
    // Without a close_notify it is an error, and the end all the same.
    let _ = read.expect("the server closes the connection");
    String::from_utf8_lossy(&bytes).into_owned()
}
