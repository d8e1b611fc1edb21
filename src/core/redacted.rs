//! A wrapper for data that came from a cluster, so that no format string can print it by accident.
use std::fmt;

/// A value that must not be shown; its `Debug` says `<redacted>`, and it has no `Display`.
#[derive(Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(transparent)]
pub struct Redacted<T>(T);

impl<T> Redacted<T> {
    /// Wraps `value`.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself, for judging, never for showing.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// Unwraps the value, for judging, never for showing.
    pub fn into_exposed(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for Redacted<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("<redacted>")
    }
}

#[cfg(test)]
mod tests {
    use super::Redacted;

    #[test]
    fn debug_never_shows_the_value() {
        assert_eq!(
            format!("{:?} {:#?}", Redacted::new("canary"), Redacted::new(7)),
            "<redacted> <redacted>"
        );
    }
}
