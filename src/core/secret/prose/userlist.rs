//! Users and passwords in quotes, a line each, as `PgBouncer` reads them: `"app" "…"`.
use super::{candidate::Found, is_made_up};
use crate::core::secret::{
    harmless::{facts, placeholder},
    hit::Confidence,
    keys::Kind,
};

/// The password of the first user, in a text that is nothing but such lines.
pub(super) fn find(text: &str) -> Option<Found> {
    if !text.trim_start().starts_with('"') {
        return None;
    }
    let mut found = None;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let password = password(line.trim())?;
        if found.is_none() && is_made_up(password) && !is_stored(password) {
            let start = password.as_ptr() as usize - text.as_ptr() as usize;
            found = Some(start..start + password.len());
        }
    }
    found.map(|span| Found {
        confidence: Confidence::High,
        span,
        what: Kind::Password.what(),
    })
}

/// The second of two words in quotes that a line is.
fn password(line: &str) -> Option<&str> {
    let (user, password) = line
        .strip_prefix('"')?
        .strip_suffix('"')?
        .split_once("\" \"")?;
    let is_one = |word: &str| !word.is_empty() && !word.contains(['"', ' ', '\t']);
    (is_one(user) && is_one(password)).then_some(password)
}

/// Whether it only shows what a password looks like, or is what a system stores of one.
fn is_stored(password: &str) -> bool {
    let digest = password.strip_prefix("md5").unwrap_or(password);
    placeholder::says_so(password) || facts::is_digest(digest) || facts::is_hash(password)
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn lines_of_users_and_passwords_are_told_from_other_lines() {
        let found = |text: &str| find(text).map(|found| text[found.span].to_owned());
        let list = "\"app\" \"SCRAM-SHA-256$4096:c2FsdA==$a2V5:a2V5\"\n\"svc\" \"Kx82mZq9tv\"\n";
        assert_eq!(found(list).as_deref(), Some("Kx82mZq9tv"));
        for text in [
            "\"app\" \"md5d41d8cd98f00b204e9800998ecf8427e\"\n",
            "\"app\" \"db\"\n\"region\" \"eu-west-1\"\n",
            "\"app\" \"Kx82mZq9tv\" is what the log said",
            "\"app\" \"<password>\"",
        ] {
            assert!(find(text).is_none(), "{text}");
        }
    }
}
