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

/// The first password that a tool printed.
pub(super) fn find(text: &str) -> Option<Found> {
    TOOLS.iter().find_map(|(before, first)| {
        let at = text.find(before)?;
        let start = text.ceil_char_boundary(at.saturating_sub(LONGEST));
        if !text[start..at].contains(first) {
            return None;
        }
        let rest = &text[at + before.len()..];
        let value = rest.trim_start_matches([' ', '=']);
        let value = value.strip_prefix('"').unwrap_or(value);
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
        ] {
            assert!(find(text).is_some(), "{text}");
        }
        for text in [
            "New value: blue-green",
            "Password for user app reset.\nNew value: (sensitive value)",
            "resource \"random_password\" \"this\" {\n result = (sensitive value)\n}",
            "resource \"random_pet\" \"this\" {\n result = \"h0Zp4WcT8uYr1NqSx6Lb\"\n}",
            "result",
        ] {
            assert!(find(text).is_none(), "{text}");
        }
    }
}
