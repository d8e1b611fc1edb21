//! One connection: HTTP/1.1 or HTTP/2 over it, and the deadlines of a client that falls silent.
use std::{
    future::Future,
    io,
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use http_body_util::Full;
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
    header::{CONNECTION, HeaderValue},
    server::conn::{http1, http2},
    service::service_fn,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::graceful::GracefulConnection,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::Instant,
};

use crate::server::{
    Limits,
    drain::{Drain, Stage},
};

/// Bytes that HTTP/1.1 buffers of what it reads: the head of a request must fit in.
const BUFFER: usize = 64 << 10;

/// Bytes of a request's head.
const HEAD: u32 = 16 << 10;

/// Bytes that HTTP/2 lets a client send ahead of what is read, on one stream and in all.
const STREAM_WINDOW: u32 = 64 << 10;
const CONNECTION_WINDOW: u32 = 256 << 10;

/// What a connection speaks, as TLS has settled it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    Http1,
    Http2,
}

/// Serves requests on `io` with `answer` until the client leaves, a deadline passes or the server stops.
pub(super) async fn serve<IO, F, A>(
    io: IO,
    protocol: Protocol,
    answer: F,
    limits: &Limits,
    drain: Drain,
) where
    IO: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    F: Fn(Request<Incoming>) -> A,
    A: Future<Output = Response<Full<Bytes>>> + Send + 'static,
{
    let activity = Arc::new(Activity::new(protocol));
    let io = TokioIo::new(Watched {
        io,
        activity: Arc::clone(&activity),
    });
    let service = service_fn(|request| {
        let in_flight = InFlight::new(&activity);
        let answer = answer(request);
        let drain = drain.clone();
        async move {
            let mut response = answer.await;
            if protocol == Protocol::Http1 && drain.stage() != Stage::Serving {
                let close = HeaderValue::from_static("close");
                response.headers_mut().insert(CONNECTION, close);
            }
            drop(in_flight);
            Ok::<_, std::convert::Infallible>(response)
        }
    });
    match protocol {
        Protocol::Http1 => {
            // A head of its own write would wait for the client's acknowledgement; flattened, both are one TLS record.
            let connection = http1::Builder::new()
                .header_read_timeout(None)
                .max_buf_size(BUFFER)
                .max_header_size(HEAD as usize)
                .writev(false)
                .serve_connection(io, service);
            run(connection, &activity, limits, drain.clone()).await;
        }
        Protocol::Http2 => {
            let connection = http2::Builder::new(TokioExecutor::new())
                .max_concurrent_streams(limits.streams)
                .max_header_list_size(HEAD)
                .initial_stream_window_size(STREAM_WINDOW)
                .initial_connection_window_size(CONNECTION_WINDOW)
                .serve_connection(io, service);
            run(connection, &activity, limits, drain.clone()).await;
        }
    }
}

/// Drives a connection to its end, or lets go of it when a deadline has passed.
async fn run<C: GracefulConnection>(
    connection: C,
    activity: &Activity,
    limits: &Limits,
    mut drain: Drain,
) {
    let mut connection = pin!(connection);
    let mut alarm = pin!(tokio::time::sleep(limits.header.min(limits.idle)));
    let mut is_stopping = false;
    loop {
        tokio::select! {
            biased;
            _ = connection.as_mut() => return,
            () = alarm.as_mut() => {
                let deadline = activity.deadline(limits, is_stopping);
                if deadline <= Instant::now() {
                    tracing::debug!("a silent connection was closed");
                    return;
                }
                alarm.as_mut().reset(deadline);
            }
            () = drain.stopping(), if !is_stopping => {
                is_stopping = true;
                connection.as_mut().graceful_shutdown();
                alarm.as_mut().reset(Instant::now() + limits.linger);
            }
        }
    }
}

/// What a connection is doing, and since when; read only when its alarm rings.
#[derive(Debug)]
struct Activity {
    opened: Instant,
    protocol: Protocol,
    in_flight: AtomicU32,
    is_in_head: AtomicBool,
    /// When the last request ended or the first byte of the next one came, in milliseconds from `opened`.
    since: AtomicU64,
}

impl Activity {
    fn new(protocol: Protocol) -> Self {
        Self {
            opened: Instant::now(),
            protocol,
            in_flight: AtomicU32::new(0),
            is_in_head: AtomicBool::new(false),
            since: AtomicU64::new(0),
        }
    }

    /// When the connection is to be closed if nothing happens until then. It is asked for when the alarm rings, so the
    /// answer is never further away than the next thing that may have to be noticed.
    fn deadline(&self, limits: &Limits, is_stopping: bool) -> Instant {
        if self.in_flight.load(Ordering::Acquire) > 0 {
            // The request has deadlines of its own.
            return Instant::now()
                + if is_stopping {
                    limits.linger
                } else {
                    limits.header
                };
        }
        let since = self.opened + Duration::from_millis(self.since.load(Ordering::Relaxed));
        if is_stopping {
            since.min(Instant::now())
        } else if self.is_in_head.load(Ordering::Relaxed) {
            since + limits.header
        } else {
            // A head may begin at any time and must then be noticed in time.
            let idle = since + limits.idle;
            let soon = Instant::now() + limits.header;
            if idle <= Instant::now() {
                idle
            } else {
                idle.min(soon)
            }
        }
    }

    /// Bytes came. In HTTP/1.1, with no request in flight, they begin a head; in HTTP/2 they may be anything. A head
    /// that begins in the same breath as the request before it goes unnoticed, and has the idle limit as its deadline.
    fn read(&self) {
        let begins_head = self.protocol == Protocol::Http1
            && self.in_flight.load(Ordering::Acquire) == 0
            && !self.is_in_head.load(Ordering::Relaxed);
        if begins_head {
            self.is_in_head.store(true, Ordering::Relaxed);
            self.mark();
        }
    }

    fn mark(&self) {
        let since = u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.since.store(since, Ordering::Relaxed);
    }
}

/// A request between its head and its response.
struct InFlight(Arc<Activity>);

impl InFlight {
    fn new(activity: &Arc<Activity>) -> Self {
        activity.in_flight.fetch_add(1, Ordering::AcqRel);
        activity.is_in_head.store(false, Ordering::Relaxed);
        Self(Arc::clone(activity))
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.mark();
        self.0.in_flight.fetch_sub(1, Ordering::AcqRel);
    }
}

/// A stream that tells when bytes come.
struct Watched<IO> {
    io: IO,
    activity: Arc<Activity>,
}

impl<IO: AsyncRead + Unpin> AsyncRead for Watched<IO> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let poll = Pin::new(&mut self.io).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.activity.read();
        }
        poll
    }
}

impl<IO: AsyncWrite + Unpin> AsyncWrite for Watched<IO> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(context)
    }
}
