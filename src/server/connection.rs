//! One connection: HTTP/1.1 or HTTP/2 over it, and the deadlines of a client that falls silent.
use std::{
    fmt,
    future::Future,
    io,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll},
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
    activity::{Activity, Arriving, InFlight},
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

/// Serves requests on `io` with `answer` until the client leaves, a deadline passes, another needs its place or the
/// server stops.
pub(super) async fn serve<IO, F, A>(
    io: IO,
    protocol: Protocol,
    activity: &Arc<Activity>,
    answer: F,
    limits: &Limits,
    drain: Drain,
) where
    IO: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    F: Fn(Request<Incoming>) -> A,
    A: Future<Output = Response<Full<Bytes>>> + Send + 'static,
{
    let io = TokioIo::new(Watched {
        io,
        protocol,
        activity: Arc::clone(activity),
    });
    let service = service_fn(|mut request: Request<Incoming>| {
        let in_flight = InFlight::new(activity);
        request.extensions_mut().insert(Arriving::new(activity));
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
            run(connection, activity, limits, drain.clone()).await;
        }
        Protocol::Http2 => {
            let connection = http2::Builder::new(TokioExecutor::new())
                .max_concurrent_streams(limits.streams)
                .max_header_list_size(HEAD)
                .initial_stream_window_size(STREAM_WINDOW)
                .initial_connection_window_size(CONNECTION_WINDOW)
                .serve_connection(io, service);
            run(connection, activity, limits, drain.clone()).await;
        }
    }
}

/// Drives a connection to its end, or lets go of it when a deadline has passed.
async fn run<C: GracefulConnection>(
    connection: C,
    activity: &Activity,
    limits: &Limits,
    mut drain: Drain,
) where
    C::Error: fmt::Display,
{
    let mut connection = pin!(connection);
    let mut alarm = pin!(tokio::time::sleep(limits.header.min(limits.idle)));
    let mut is_stopping = false;
    loop {
        tokio::select! {
            biased;
            ended = connection.as_mut() => {
                // Such as a head that is not HTTP, which hyper has answered.
                if let Err(error) = ended {
                    tracing::debug!(%error, "a connection was given up");
                }
                return;
            }
            () = alarm.as_mut() => {
                let deadline = activity.deadline(limits, is_stopping);
                if deadline <= Instant::now() {
                    tracing::debug!("a silent connection was closed");
                    return;
                }
                alarm.as_mut().reset(deadline);
            }
            () = activity.must_leave(limits.spare) => return,
            () = drain.stopping(), if !is_stopping => {
                is_stopping = true;
                connection.as_mut().graceful_shutdown();
                alarm.as_mut().reset(Instant::now() + limits.linger);
            }
        }
    }
}

/// A stream that tells when bytes come. Those of HTTP/1.1 are requests; those of HTTP/2 may be anything.
struct Watched<IO> {
    io: IO,
    protocol: Protocol,
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
        if self.protocol == Protocol::Http1 && buffer.filled().len() > before {
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
