//! `PUT /log`: what is logged from now on, as whoever is on this machine says.
use std::{net::SocketAddr, time::Duration};

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{
    Response, StatusCode,
    body::{Bytes, Incoming},
};
use tokio::time::timeout;

use super::text;
use crate::telemetry::filter::LogFilter;

/// Bytes of a filter at most.
const LONGEST: usize = 1_024;

/// How long a filter may take to arrive.
const PATIENCE: Duration = Duration::from_secs(2);

/// Changes what is logged to what `body` says, if `peer` is on this machine.
pub(super) async fn change(
    log: &LogFilter,
    peer: SocketAddr,
    body: Incoming,
) -> Response<Full<Bytes>> {
    if !peer.ip().to_canonical().is_loopback() {
        let words = "what is logged is changed only from the machine or the Pod itself, such as through kubectl port-forward\n";
        return text(StatusCode::FORBIDDEN, words);
    }
    let Ok(Ok(body)) = timeout(PATIENCE, Limited::new(body, LONGEST).collect()).await else {
        let words = format!("the filter did not arrive, or has more than {LONGEST} bytes\n");
        return text(StatusCode::BAD_REQUEST, words);
    };
    let body = body.to_bytes();
    let is_plain = |byte: &u8| byte.is_ascii_graphic() || *byte == b' ';
    let filter = str::from_utf8(&body).map(str::trim).unwrap_or_default();
    if !filter.as_bytes().iter().all(is_plain) {
        let words = "the filter is one line of plain letters, such as info,statusguard=debug\n";
        return text(StatusCode::BAD_REQUEST, words);
    }
    match log.change(filter) {
        Ok(()) => text(StatusCode::OK, format!("{filter}\n")),
        Err(error) => text(StatusCode::BAD_REQUEST, format!("{error}\n")),
    }
}
