//! A client that posts recorded reviews over TLS 1.3 and connections that are kept, as the API server does.
use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use http_body_util::{BodyExt, Full};
use hyper::{
    Request, StatusCode,
    body::Bytes,
    client::conn::http1::{self, SendRequest},
    header::{CONTENT_TYPE, HOST},
};
use hyper_util::rt::TokioIo;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
    version::TLS13,
};
use serde::{Deserialize, Serialize};
use statusguard::server::tls;
use tokio::{net::TcpStream, runtime::Builder};
use tokio_rustls::TlsConnector;

use crate::{bodies, cpu::cpu_nanos, pace::Turns};

/// Requests of each connection before anything is measured.
const WARM_UP: usize = 20;

/// What to post, where, and for how long.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Plan {
    pub(crate) address: SocketAddr,
    /// The process that answers there.
    pub(crate) process: u32,
    /// PEM of the CA to trust.
    pub(crate) authority: PathBuf,
    /// Names of the recorded reviews, posted in turn.
    pub(crate) reviews: Vec<String>,
    pub(crate) connections: u32,
    pub(crate) seconds: f64,
    /// Reviews a second, by the clock; without it each connection posts as soon as it is answered.
    pub(crate) rate: Option<f64>,
}

/// What came of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Figures {
    pub(crate) reviews: u64,
    pub(crate) per_second: f64,
    /// CPU time of the process that answered, for each review.
    pub(crate) cpu_micros: f64,
    pub(crate) p50_micros: f64,
    pub(crate) p99_micros: f64,
}

type Connection = SendRequest<Full<Bytes>>;

/// A review, and what must be answered.
struct Asked {
    body: Bytes,
    is_allowed: bool,
}

impl Plan {
    /// Does what the plan says.
    pub(crate) fn run(&self) -> anyhow::Result<Figures> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()?;
        runtime.block_on(self.measure())
    }

    async fn measure(&self) -> anyhow::Result<Figures> {
        let asked = self.asked()?;
        let config = trusting(&self.authority)?;
        let mut connections = Vec::new();
        for _ in 0..self.connections {
            let mut connection = connect(self.address, Arc::clone(&config)).await?;
            for turn in 0..WARM_UP {
                post(&mut connection, &asked[turn % asked.len()]).await?;
            }
            connections.push(connection);
        }
        let (cpu, started) = (cpu_nanos(self.process)?, Instant::now());
        let turns = Turns::until(started + Duration::from_secs_f64(self.seconds), self.rate);
        let tasks: Vec<_> = connections
            .into_iter()
            .map(|connection| tokio::spawn(drive(connection, Arc::clone(&asked), turns.clone())))
            .collect();
        let mut latencies = Vec::new();
        for task in tasks {
            latencies.extend(task.await??);
        }
        let took = started.elapsed();
        let cpu = cpu_nanos(self.process)?.saturating_sub(cpu);
        Figures::of(latencies, took, cpu)
    }

    fn asked(&self) -> anyhow::Result<Arc<[Asked]>> {
        let recorded = bodies::recorded()?;
        let asked = |name: &String| {
            let found = recorded.iter().find(|(recorded, _)| recorded == name);
            let (_, body) = found.with_context(|| format!("no review is called {name}"))?;
            Ok(Asked {
                body: Bytes::from(body.clone()),
                is_allowed: !name.contains("leaks"),
            })
        };
        self.reviews.iter().map(asked).collect()
    }
}

/// Posts whenever it is its turn, and returns the latency of each request, in nanoseconds.
async fn drive(
    mut connection: Connection,
    asked: Arc<[Asked]>,
    turns: Turns,
) -> anyhow::Result<Vec<u64>> {
    let mut latencies = Vec::new();
    while let Some(from) = turns.next().await {
        post(&mut connection, &asked[latencies.len() % asked.len()]).await?;
        latencies.push(u64::try_from(from.elapsed().as_nanos())?);
    }
    Ok(latencies)
}

async fn post(connection: &mut Connection, asked: &Asked) -> anyhow::Result<()> {
    let request = Request::post("/validate")
        .header(HOST, "localhost")
        .header(CONTENT_TYPE, "application/json")
        .body(Full::new(asked.body.clone()))?;
    connection.ready().await?;
    let response = connection.send_request(request).await?;
    let status = response.status();
    let reply = response.into_body().collect().await?.to_bytes();
    let is_allowed = reply
        .windows(14)
        .any(|window| window == br#""allowed":true"#);
    ensure!(
        status == StatusCode::OK && is_allowed == asked.is_allowed,
        "a review was not answered as it should be: HTTP {status}, allowed: {is_allowed}"
    );
    Ok(())
}

async fn connect(address: SocketAddr, config: Arc<ClientConfig>) -> anyhow::Result<Connection> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let name = ServerName::from(address.ip());
    let stream = TlsConnector::from(config).connect(name, stream).await?;
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    Ok(sender)
}

fn trusting(authority: &Path) -> anyhow::Result<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(&fs::read(authority)?)?)?;
    let config = ClientConfig::builder_with_provider(tls::provider())
        .with_protocol_versions(&[&TLS13])?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

impl Figures {
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts and nanoseconds stay far below 2^52"
    )]
    fn of(mut latencies: Vec<u64>, took: Duration, cpu_nanos: u64) -> anyhow::Result<Self> {
        ensure!(!latencies.is_empty(), "nothing was answered in time");
        latencies.sort_unstable();
        let percentile =
            |percent: usize| latencies[(latencies.len() - 1) * percent / 100] as f64 / 1e3;
        let reviews = latencies.len() as u64;
        Ok(Self {
            reviews,
            per_second: reviews as f64 / took.as_secs_f64(),
            cpu_micros: cpu_nanos as f64 / 1e3 / reviews as f64,
            p50_micros: percentile(50),
            p99_micros: percentile(99),
        })
    }
}
