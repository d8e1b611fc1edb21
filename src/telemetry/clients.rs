//! The log lines about clients that get nothing: the first of a kind is told, and its repeats are counted and told once
//! a minute, so that nobody can flood the log.
use std::{
    collections::BTreeMap,
    fmt,
    net::SocketAddr,
    sync::{Mutex, OnceLock, PoisonError},
    time::Duration,
};

use crate::core::{path, secret};

/// How long repeats are counted before they are told.
pub const MINUTE: Duration = Duration::from_mins(1);

/// Characters of a path or a method that a line shows.
const LONGEST: usize = 64;

/// A request that was answered with an HTTP error.
#[derive(Debug, Clone, Copy)]
pub struct Refusal<'a> {
    /// Who asked.
    pub peer: SocketAddr,
    /// The HTTP status.
    pub status: u16,
    /// What the client was told, in one line; nothing of a body is in it.
    pub reason: &'a str,
    /// How it asked. An API server always posts; what others are told is for them, and is logged for who debugs.
    pub method: &'a str,
    /// What it asked for, if that was wrong.
    pub path: Option<&'a str>,
}

/// What is told of clients, and how often it was not told again. The set of kinds is bounded: no client can add one.
#[derive(Debug, Default)]
pub struct Clients {
    /// What was told of each kind, and how often it was not told again.
    seen: Mutex<BTreeMap<Kind, (String, u64)>>,
    apply: OnceLock<String>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Refused {
        status: u16,
        /// Without numbers, so that each line and column of a body is not a kind of its own.
        reason: String,
        is_post: bool,
    },
    Distrust,
    Crowd,
}

impl Clients {
    /// Names the command that applies the webhook configuration, for clients that do not trust the certificate.
    pub fn advise(&self, apply: String) {
        // What was named first stays.
        let _ = self.apply.set(apply);
    }

    /// Tells of a refused request: as a warning if an API server may have sent it.
    pub fn refused(&self, refusal: &Refusal<'_>) {
        let is_post = refusal.method == "POST";
        let kind = Kind::Refused {
            status: refusal.status,
            reason: without_numbers(refusal.reason),
            is_post,
        };
        let is_first = self.is_first(kind, refusal.reason);
        let Refusal {
            peer,
            status,
            reason,
            ..
        } = refusal;
        let (method, path) = (Shown(refusal.method), refusal.path.map(Shown));
        let path = path.map(tracing::field::display);
        match (is_first, is_post) {
            (true, true) => {
                tracing::warn!(status, reason, %peer, %method, path, "a request was refused");
            }
            (true, false) => {
                tracing::debug!(status, reason, %peer, %method, path, "a request was refused");
            }
            (false, _) => {}
        }
    }

    /// Tells of a client that refused our certificate.
    pub fn distrusted(&self, peer: SocketAddr, error: &dyn fmt::Display) {
        if self.is_first(Kind::Distrust, "") {
            tracing::warn!(
                %error,
                %peer,
                "a client does not trust our certificate; if it is the API server, apply the webhook configuration \
                 again: {}",
                self.apply()
            );
        }
    }

    /// Tells of a client that found all `places` taken.
    pub fn crowded(&self, places: u32) {
        if self.is_first(Kind::Crowd, "") {
            tracing::warn!(
                "all {places} places for connections are taken; the connections that have nothing in flight are closed \
                 to make way for new ones"
            );
        }
    }

    /// Tells of repeats once a minute, for as long as it is awaited.
    pub async fn keep_telling(&self) {
        loop {
            tokio::time::sleep(MINUTE).await;
            self.tell_repeats();
        }
    }

    /// Tells how often each kind was seen and not told; what is seen next is told again.
    pub fn tell_repeats(&self) {
        for (kind, (reason, more)) in std::mem::take(&mut *self.seen()) {
            if more > 0 {
                kind.tell_repeats(&reason, more);
            }
        }
    }

    fn apply(&self) -> &str {
        let named = self.apply.get().map(String::as_str);
        named.unwrap_or("statusguard serve --print-webhook | kubectl apply -f -")
    }

    fn is_first(&self, kind: Kind, reason: &str) -> bool {
        let mut seen = self.seen();
        let more = seen.get_mut(&kind).map(|(_, more)| *more += 1);
        if more.is_none() {
            seen.insert(kind, (reason.to_owned(), 0));
        }
        more.is_none()
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, BTreeMap<Kind, (String, u64)>> {
        // Each change is whole before the lock is let go, so a panic elsewhere leaves nothing half-done.
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kind {
    /// `reason` is that of the first.
    fn tell_repeats(&self, reason: &str, more: u64) {
        match self {
            Self::Refused {
                status,
                is_post: true,
                ..
            } => {
                tracing::warn!(
                    status,
                    reason,
                    more,
                    "more requests were refused since, for the same reason"
                );
            }
            Self::Refused { status, .. } => {
                tracing::debug!(
                    status,
                    reason,
                    more,
                    "more requests were refused since, for the same reason"
                );
            }
            Self::Distrust => {
                tracing::warn!(more, "more clients did not trust our certificate since");
            }
            Self::Crowd => {
                tracing::warn!(
                    more,
                    "more clients have found all places for connections taken since"
                );
            }
        }
    }
}

/// `reason` with `…` for each number.
fn without_numbers(reason: &str) -> String {
    let mut words = String::with_capacity(reason.len());
    for character in reason.chars() {
        if !character.is_ascii_digit() {
            words.push(character);
        } else if !words.ends_with('…') {
            words.push('…');
        }
    }
    words
}

/// What a client wrote, cut, escaped, and masked where it looks like a secret.
struct Shown<'a>(&'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if secret::looks_secret(self.0) {
            return formatter.write_str("<secret>");
        }
        let is_cut = self.0.chars().nth(LONGEST).is_some();
        let shown = if is_cut { LONGEST - 1 } else { LONGEST };
        self.0
            .chars()
            .take(shown)
            .try_for_each(|character| path::write_plain(formatter, character))?;
        formatter.write_str(if is_cut { "…" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_client_wrote_is_cut_escaped_and_masked() {
        let shown = |text: &str| Shown(text).to_string();
        assert_eq!(shown("/admit"), "/admit");
        assert_eq!(shown("/\u{1b}[2J\n\u{202e}"), r"/\u001b[2J\u000a\u202e");
        assert_eq!(shown(&"/é".repeat(40)), format!("{}/…", "/é".repeat(31)));
        assert_eq!(
            shown(&["/", "A1b2C3d4E5f6", "G7h8I9j0"].concat()),
            "<secret>"
        );
    }

    #[test]
    fn the_first_of_a_kind_is_told_and_again_after_its_repeats_were() {
        let clients = Clients::default();
        let kind = |reason: &str| Kind::Refused {
            status: 400,
            reason: without_numbers(reason),
            is_post: true,
        };
        assert!(clients.is_first(kind("unreadable at line 1 column 20"), ""));
        assert!(!clients.is_first(kind("unreadable at line 300 column 4"), ""));
        assert!(clients.is_first(kind("unreadable"), ""));
        clients.tell_repeats();
        assert!(clients.is_first(kind("unreadable at line 1 column 20"), ""));
    }
}
