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

/// Bytes beyond which a body is long: it goes on only once it has a lane.
const LONG: usize = 128 << 10;

/// Reads bodies, and keeps what all of them hold at once within bounds.
///
/// # Guarantees
/// Bodies that are not long share one room, which they take as they grow. A long one has a lane, in which there is room
/// for the largest that there may be: it never waits again, so that those which are half read cannot wait for one another
/// while all the room is theirs.
#[derive(Debug)]
pub(super) struct Bodies {
    room: Semaphore,
    lanes: Semaphore,
    largest: usize,
    free: usize,
    deadline: Duration,
    wait: Duration,
}

/// A body, and the room that it takes.
#[derive(Debug)]
pub(super) struct Whole<'a> {
    pub(super) bytes: Bytes,
    _room: Room<'a>,
}

/// What a body may take.
#[derive(Debug)]
enum Room<'a> {
    /// No more than is free for everybody.
    Free,
    /// So much of what all share.
    Shared(SemaphorePermit<'a>),
    /// As much as the largest.
    Lane { _permit: SemaphorePermit<'a> },
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
            lanes: Semaphore::new(limits.long_bodies),
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
                _room: Room::Free,
            });
        }
        self.collect_rest(first, body).await
    }

    async fn collect_rest(
        &self,
        first: Bytes,
        body: &mut Incoming,
    ) -> Result<Whole<'_>, BodyError> {
        let mut bytes = Vec::new();
        let mut room = Room::Free;
        let mut arrived = Some(first);
        while let Some(data) = arrived {
            let length = bytes.len() + data.len();
            if length > self.largest {
                return Err(BodyError::TooLarge(self.largest));
            }
            if length > bytes.capacity() {
                let left = body.size_hint().upper();
                let left = left.map(|left| usize::try_from(left).unwrap_or(self.largest));
                let capacity = self.capacity(length, left);
                room = self.make_room(room, capacity).await?;
                bytes.reserve_exact(capacity - bytes.len());
            }
            bytes.extend_from_slice(&data);
            drop(data);
            arrived = next(body).await?;
        }
        Ok(Whole {
            bytes: bytes.into(),
            _room: room,
        })
    }

    /// Bytes to make room for, where so many have arrived and so many are left, if that is said: twice as many as have
    /// arrived at most, until a body is long, which is moved no more then.
    fn capacity(&self, arrived: usize, left: Option<usize>) -> usize {
        let double = arrived.saturating_mul(2);
        let whole = left.map_or(double, |left| arrived.saturating_add(left));
        if arrived > LONG {
            whole.min(self.largest)
        } else {
            whole.min(double).min(LONG)
        }
    }

    /// Room for a body of `capacity` bytes.
    async fn make_room<'a>(
        &'a self,
        room: Room<'a>,
        capacity: usize,
    ) -> Result<Room<'a>, BodyError> {
        let held = match room {
            Room::Lane { .. } => return Ok(room),
            _ if capacity > LONG => {
                let permit = self.wait_for(&self.lanes, 1).await?;
                return Ok(Room::Lane { _permit: permit });
            }
            Room::Free => None,
            Room::Shared(permit) => Some(permit),
        };
        let needed = capacity.saturating_sub(self.free).div_ceil(GRAIN);
        let so_far = held.as_ref().map_or(0, SemaphorePermit::num_permits);
        let more = u32::try_from(needed.saturating_sub(so_far)).unwrap_or(u32::MAX);
        let permit = match (held, more) {
            (None, 0) => return Ok(Room::Free),
            (Some(held), 0) => held,
            (None, more) => self.wait_for(&self.room, more).await?,
            (Some(mut held), more) => {
                held.merge(self.wait_for(&self.room, more).await?);
                held
            }
        };
        Ok(Room::Shared(permit))
    }

    async fn wait_for<'a>(
        &self,
        places: &'a Semaphore,
        count: u32,
    ) -> Result<SemaphorePermit<'a>, BodyError> {
        let permit = timeout(self.wait, places.acquire_many(count)).await;
        permit.ok().and_then(Result::ok).ok_or(BodyError::NoRoom)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_takes_at_most_twice_what_has_arrived_until_it_is_long_and_is_moved_no_more_then() {
        let bodies = Bodies::new(&Limits::default());
        let kb = |number: usize| number << 10;
        assert_eq!(bodies.capacity(kb(16), Some(kb(4))), kb(20));
        assert_eq!(bodies.capacity(kb(16), Some(kb(8_000))), kb(32));
        assert_eq!(bodies.capacity(kb(16), None), kb(32));
        assert_eq!(bodies.capacity(kb(100), Some(kb(8_000))), LONG);
        assert_eq!(bodies.capacity(kb(129), Some(kb(8_000))), kb(8_129));
        assert_eq!(bodies.capacity(kb(129), None), kb(258));
        assert_eq!(bodies.capacity(kb(8_000), None), bodies.largest);
        assert_eq!(bodies.capacity(kb(129), Some(usize::MAX)), bodies.largest);
    }
}
