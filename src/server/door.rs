//! The door: binds a socket, and accepts connections as long as there are places for them.
use std::{future::Future, io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::net::{TcpListener, TcpStream};

use crate::{
    server::{
        Limits,
        activity::Activity,
        drain::Drain,
        places::{Place, Places},
    },
    telemetry::clients::Clients,
};

/// How long accepting pauses when the system has run out of something, such as file descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// An address can not be listened on.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}")]
pub struct BindError {
    /// The address.
    pub address: SocketAddr,
    /// What the system said.
    #[source]
    pub source: io::Error,
}

/// A new connection, for as long as it has its place.
#[derive(Debug)]
pub(super) struct Caller {
    pub(super) stream: TcpStream,
    pub(super) peer: SocketAddr,
    pub(super) activity: Arc<Activity>,
}

/// A bound socket and the address that it got.
pub(super) async fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), BindError> {
    let failed = |source| BindError { address, source };
    let socket = TcpListener::bind(address).await.map_err(failed)?;
    let bound = socket.local_addr().map_err(failed)?;
    Ok((socket, bound))
}

/// Accepts connections, at most so many at once, and runs `serve` on each, until the server stops; returns when all
/// have ended. Where all places are taken, the next client waits for one, and those behind it in the system's backlog.
/// What there is to tell of `clients` is told meanwhile.
pub(super) async fn accept<S, F>(
    socket: TcpListener,
    limits: &Limits,
    drain: Drain,
    clients: Arc<Clients>,
    serve: S,
) where
    S: Fn(Caller) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let places = Places::new(limits, Arc::clone(&clients));
    tokio::select! {
        () = let_in(socket, &places, drain, serve) => {}
        () = clients.keep_telling() => {}
    }
    places.all_free().await;
    clients.tell_repeats();
}

async fn let_in<S, F>(socket: TcpListener, places: &Arc<Places>, mut drain: Drain, serve: S)
where
    S: Fn(Caller) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    loop {
        let ((stream, peer), place) = tokio::select! {
            biased;
            () = drain.stopping() => return,
            entered = enter(&socket, places) => entered,
        };
        let connection = serve(Caller {
            stream,
            peer,
            activity: Arc::clone(place.activity()),
        });
        tokio::spawn(async move {
            connection.await;
            drop(place);
        });
    }
}

async fn enter(socket: &TcpListener, places: &Arc<Places>) -> ((TcpStream, SocketAddr), Place) {
    let (stream, peer) = next(socket, places).await;
    // Otherwise a reply in two segments waits for an acknowledgement: some 40 ms a write.
    let _ = stream.set_nodelay(true);
    ((stream, peer), places.take().await)
}

async fn next(socket: &TcpListener, places: &Places) -> (TcpStream, SocketAddr) {
    let mut is_told = false;
    loop {
        match socket.accept().await {
            Ok(accepted) => return accepted,
            Err(error) if is_of_client(&error) => {}
            Err(error) => {
                if !is_told {
                    tracing::warn!(%error, "no connection can be accepted; trying again");
                    is_told = true;
                }
                // Most likely there are no more file descriptors, and an idle connection has one.
                places.make_way();
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// Whether the error is about the one client that was to be accepted.
fn is_of_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
    )
}
