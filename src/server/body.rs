//! Reads the body of a request: never too much, never for too long, and never too many at once.
use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

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

/// How long a body that takes room may send nothing while others wait for it. Who has room is somebody's turn lost.
const SILENCE: Duration = Duration::from_millis(250);

/// How long a body may take that has room, while others wait for it: not much less than the API server waits for all.
const TURN: Duration = Duration::from_secs(2);

/// Reads bodies, and keeps what all of them hold at once within bounds.
///
/// # Guarantees
/// Bodies that are not long share one room, which they take as they grow. A long one has a lane, in which there is room
/// for the largest that there may be: it never waits again, so that those which are half read cannot wait for one another
/// while all the room is theirs. A client that sends nothing, or hardly anything, makes way for those who wait.
#[derive(Debug)]
pub(super) struct Bodies {
    room: Places,
    lanes: Places,
    largest: usize,
    free: usize,
    deadline: Duration,
    wait: Duration,
}

/// Places, and how many wait for some.
#[derive(Debug)]
struct Places {
    free: Semaphore,
    waiting: AtomicUsize,
}

/// One who waits, until this is dropped.
struct Waits<'a>(&'a AtomicUsize);

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Places {
    fn new(count: usize) -> Self {
        Self {
            free: Semaphore::new(count),
            waiting: AtomicUsize::new(0),
        }
    }

    async fn take(&self, count: u32, wait: Duration) -> Result<SemaphorePermit<'_>, BodyError> {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waits = Waits(&self.waiting);
        let permit = timeout(wait, self.free.acquire_many(count)).await;
        permit.ok().and_then(Result::ok).ok_or(BodyError::NoRoom)
    }

    fn are_wanted(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }
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
            room: Places::new(limits.all_bodies_bytes / GRAIN),
            lanes: Places::new(limits.long_bodies),
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
        let mut since = Instant::now();
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
                since = Instant::now();
                bytes.reserve_exact(capacity - bytes.len());
            }
            bytes.extend_from_slice(&data);
            drop(data);
            arrived = self.next_in(&room, since, body).await?;
        }
        Ok(Whole {
            bytes: bytes.into(),
            _room: room,
        })
    }

    /// The next bytes of a body that has had `room` since that moment; it makes way where others wait and it is slow.
    async fn next_in(
        &self,
        room: &Room<'_>,
        since: Instant,
        body: &mut Incoming,
    ) -> Result<Option<Bytes>, BodyError> {
        let places = match room {
            Room::Free => return next(body).await,
            Room::Shared(_) => &self.room,
            Room::Lane { .. } => &self.lanes,
        };
        if since.elapsed() > TURN && places.are_wanted() {
            return Err(BodyError::NoRoom);
        }
        loop {
            match timeout(SILENCE, next(body)).await {
                Ok(arrived) => return arrived,
                Err(_) if places.are_wanted() => return Err(BodyError::NoRoom),
                Err(_) => {}
            }
        }
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
                let permit = self.lanes.take(1, self.wait).await?;
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
            (None, more) => self.room.take(more, self.wait).await?,
            (Some(mut held), more) => {
                held.merge(self.room.take(more, self.wait).await?);
                held
            }
        };
        Ok(Room::Shared(permit))
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
