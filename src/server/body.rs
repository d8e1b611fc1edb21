//! Reads the body of a request: never too much, never for too long, and never too many at once.
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::body::{Body, Bytes, Incoming};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};

use crate::server::Limits;

/// Bytes that one permit of the room stands for.
const GRAIN: usize = 1024;

/// Reads bodies, and keeps what all of them hold at once within bounds.
#[derive(Debug)]
pub(super) struct Bodies {
    room: Semaphore,
    largest: usize,
    free: usize,
    deadline: Duration,
    wait: Duration,
}

/// A body, and the room that it takes.
#[derive(Debug)]
pub(super) struct Whole<'a> {
    pub(super) bytes: Bytes,
    _room: Option<SemaphorePermit<'a>>,
}

/// Why a body was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum BodyError {
    #[error("the body is larger than {0} bytes")]
    TooLarge(usize),
    #[error("the body did not arrive within {} ms", .0.as_millis())]
    TooSlow(Duration),
    #[error("too many large requests at once; try again in a second")]
    NoRoom,
    #[error("the body broke off")]
    Broken,
}

impl Bodies {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            room: Semaphore::new(limits.all_bodies_bytes / GRAIN),
            largest: limits.body_bytes,
            free: limits.small_body,
            deadline: limits.body,
            wait: limits.wait,
        }
    }

    /// The whole of `body`, or why there is none.
    pub(super) async fn read(&self, body: &mut Incoming) -> Result<Whole<'_>, BodyError> {
        if body.size_hint().lower() > self.largest as u64 {
            return Err(BodyError::TooLarge(self.largest));
        }
        timeout(self.deadline, self.collect(body))
            .await
            .unwrap_or(Err(BodyError::TooSlow(self.deadline)))
    }

    /// Reads `body` to its end and forgets it; says whether the end was reached. What is larger than any body may be,
    /// or too slow, is left unread.
    pub(super) async fn discard(&self, mut body: Incoming) -> bool {
        let mut left = self.largest;
        let all = async {
            while let Ok(Some(data)) = next(&mut body).await {
                let Some(rest) = left.checked_sub(data.len()) else {
                    return;
                };
                left = rest;
            }
        };
        timeout(self.deadline, all).await.is_ok() && body.is_end_stream()
    }

    async fn collect(&self, body: &mut Incoming) -> Result<Whole<'_>, BodyError> {
        let first = next(body).await?.unwrap_or_default();
        if body.is_end_stream() && first.len() <= self.free {
            return Ok(Whole {
                bytes: first,
                _room: None,
            });
        }
        self.collect_rest(first, body).await
    }

    async fn collect_rest(
        &self,
        first: Bytes,
        body: &mut Incoming,
    ) -> Result<Whole<'_>, BodyError> {
        let mut bytes = Vec::from(first);
        let mut room = None;
        self.make_room(&mut room, bytes.len()).await?;
        while let Some(data) = next(body).await? {
            if bytes.len() + data.len() > self.largest {
                return Err(BodyError::TooLarge(self.largest));
            }
            self.make_room(&mut room, bytes.len() + data.len()).await?;
            bytes.extend_from_slice(&data);
        }
        Ok(Whole {
            bytes: bytes.into(),
            _room: room,
        })
    }

    /// Makes `room` large enough for a body of `length` bytes. Room is taken as bytes arrive, so that a length that is
    /// only announced takes none.
    async fn make_room<'a>(
        &'a self,
        room: &mut Option<SemaphorePermit<'a>>,
        length: usize,
    ) -> Result<(), BodyError> {
        let needed = length.saturating_sub(self.free).div_ceil(GRAIN);
        let held = room.as_ref().map_or(0, SemaphorePermit::num_permits);
        let Ok(more @ 1..) = u32::try_from(needed.saturating_sub(held)) else {
            return Ok(());
        };
        let permit = timeout(self.wait, self.room.acquire_many(more))
            .await
            .ok()
            .and_then(Result::ok)
            .ok_or(BodyError::NoRoom)?;
        match room {
            Some(room) => room.merge(permit),
            None => *room = Some(permit),
        }
        Ok(())
    }
}

/// The next bytes of a body; trailers are passed over.
async fn next(body: &mut Incoming) -> Result<Option<Bytes>, BodyError> {
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| BodyError::Broken)?;
        if let Ok(data) = frame.into_data() {
            return Ok(Some(data));
        }
    }
    Ok(None)
}
