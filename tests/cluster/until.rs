//! Waiting for something to become so.
use std::{
    thread,
    time::{Duration, Instant},
};

/// How long anything in these tests may take on a slow machine.
const DEADLINE: Duration = Duration::from_mins(1);

/// Tries until there is a value, and returns it; panics at the deadline.
#[track_caller]
pub fn until<T>(what: &str, attempt: impl FnMut() -> Result<T, String>) -> T {
    match wait(what, attempt) {
        Ok(value) => value,
        Err(reason) => panic!("{reason}"),
    }
}

/// Tries until there is a value; at the deadline the error says what was waited for, and the last reason.
pub fn wait<T>(what: &str, mut attempt: impl FnMut() -> Result<T, String>) -> Result<T, String> {
    let start = Instant::now();
    loop {
        match attempt() {
            Ok(value) => return Ok(value),
            Err(reason) if start.elapsed() > DEADLINE => {
                return Err(format!(
                    "waited {DEADLINE:?} in vain until {what}: {reason}"
                ));
            }
            Err(_) => thread::sleep(Duration::from_millis(20)),
        }
    }
}
