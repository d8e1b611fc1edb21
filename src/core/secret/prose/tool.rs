//! What tools print when they have made a password, in words of their own.
use super::{candidate::Found, command::is_argument, head};
use crate::core::secret::{hit::Confidence, keys::Kind};

/// What stands before the password, and what must stand before that: of `elasticsearch-reset-password`, and of a state of
/// Terraform as text.
const TOOLS: [(&str, &str); 2] = [
    ("New value: ", "assword for"),
    ("result", "\"random_password\""),
];
/// How far back the second stands, in bytes.
const LONGEST: usize = 512;

/// The first password that a tool printed, or is to read.
pub(super) fn find(text: &str) -> Option<Found> {
    printed(text).or_else(|| of_cloud_init(text))
}

/// A line of what cloud-init hands to `chpasswd`: a user and a password below `list: |`.
fn of_cloud_init(text: &str) -> Option<Found> {
    const MOST_LINES: usize = 8;
    let at = text.find("chpasswd:")?;
    let lines = head(&text[at..], LONGEST).lines().skip(1).take(MOST_LINES);
    lines.map(str::trim).find_map(|line| {
        let (user, password) = line.trim_start_matches("- ").split_once(':')?;
        let is_user = !user.is_empty()
            && user.bytes().all(|byte| {
                byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte)
            });
        let start = password.as_ptr() as usize - text.as_ptr() as usize;
        (is_user && is_argument(password) && !password.contains(' ')).then(|| Found {
            confidence: Confidence::High,
            span: start..start + password.len(),
            what: Kind::Password.what(),
        })
    })
}

fn printed(text: &str) -> Option<Found> {
    TOOLS.iter().find_map(|(before, first)| {
        let at = text.find(before)?;
        let start = text.ceil_char_boundary(at.saturating_sub(LONGEST));
        if !text[start..at].contains(first) {
            return None;
        }
        let rest = &text[at + before.len()..];
        let value = rest.trim_start_matches([' ', '=', ':', '"', '\\']);
        let value = head(value, LONGEST);
        let end = value.find(['\n', '\r', ' ', '"']).unwrap_or(value.len());
        let from = value.as_ptr() as usize - text.as_ptr() as usize;
        let word = &value[..end];
        let is_one = is_argument(word) || word.starts_with(['-', '.', '?', '&', '@', '%', ':']);
        (word.len() >= 8 && is_one).then(|| Found {
            confidence: Confidence::High,
            span: from..from + end,
            what: Kind::Password.what(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn what_tools_print_is_known() {
        for text in [
            "Password for user kibana_system successfully reset.\nNew value: =dZ4kq*L1oTnPq8sVb+c",
            "resource \"random_password\" \"this\" {\n    result  = \"h0Zp4WcT8uYr1NqSx6Lb\"\n}",
            "{\"type\": \"random_password\", \"attributes\": {\"result\": \"ZRLxiUzZoQO0FKZ4lF!e\"}}",
            "chpasswd:\n  list: |\n    ubuntu:Ubu-Heron-12\n  expire: false",
        ] {
            assert!(find(text).is_some(), "{text}");
        }
        for text in [
            "New value: blue-green",
            "Password for user app reset.\nNew value: (sensitive value)",
            "resource \"random_password\" \"this\" {\n result = (sensitive value)\n}",
            "resource \"random_pet\" \"this\" {\n result = \"h0Zp4WcT8uYr1NqSx6Lb\"\n}",
            "result",
            "chpasswd:\n  expire: false\n  list: |\n    ubuntu:$PASSWORD",
            "chpasswd:",
        ] {
            assert!(find(text).is_none(), "{text}");
        }
    }
}
