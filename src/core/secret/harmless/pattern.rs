//! Regular expressions, where they stand instead of what they describe.

/// Longer than what describes a credential.
const LONGEST: usize = 256;
/// Classes of which one stands in what describes a credential.
const CLASSES: [&str; 5] = ["a-z", "A-Z", "0-9", "a-f", "A-F"];
/// What stands between the parts of a class.
const BETWEEN: [char; 6] = ['-', '_', '.', '+', '/', '\\'];
/// The most letters in a row that an expression says itself.
const MOST_NAMED: usize = 4;

/// Whether `text` is a regular expression that says what a value may look like, and holds no word of its own:
/// `^[A-Za-z0-9]{16,64}$`. The end may have been cut off.
pub(super) fn is_pattern(text: &str) -> bool {
    if !text.starts_with(['^', '[', '(', '\\', '.']) || text.len() > LONGEST {
        return false;
    }
    let (mut rest, mut classes, mut named) = (text, 0, 0);
    while let Some(first) = rest.chars().next() {
        let behind = &rest[first.len_utf8()..];
        rest = match first {
            '[' => {
                let (class, behind) = behind.split_once(']').unwrap_or((behind, ""));
                if class.split(BETWEEN).any(|part| part.len() > MOST_NAMED) {
                    return false;
                }
                classes += usize::from(CLASSES.iter().any(|known| class.contains(known)));
                behind
            }
            '{' => {
                let (count, behind) = behind.split_once('}').unwrap_or((behind, ""));
                let is_of_count = |byte: u8| byte.is_ascii_digit() || byte == b',';
                if !count.bytes().all(is_of_count) {
                    return false;
                }
                behind
            }
            '\\' => {
                classes += usize::from(behind.starts_with(['d', 'w', 'S']));
                let mut escaped = behind.chars();
                escaped.next();
                escaped.as_str()
            }
            _ if first.is_alphanumeric() => {
                let behind = rest.trim_start_matches(char::is_alphanumeric);
                let length = rest.len() - behind.len();
                named += length;
                if length > MOST_NAMED {
                    return false;
                }
                behind
            }
            '!' | '@' | '#' | '%' | '&' => return false,
            _ => behind,
        };
    }
    classes > 0 && named * 3 <= text.len()
}

#[cfg(test)]
mod tests {
    use super::is_pattern;

    #[test]
    fn an_expression_has_classes_and_no_word() {
        for text in [
            "^[A-Za-z0-9]{16,64}$",
            "\\d{6}",
            "[a-zA-Z0-9",
            "^(?:[A-Z]{3}-)?[0-9]+$",
            "[a-f0-9]{40}ä",
        ] {
            assert!(is_pattern(text), "{text}");
        }
        for text in [
            "",
            "[",
            "[ä",
            "^",
            "{",
            "\\",
            "^hunter2$",
            "[a-z]hunter2",
            "[hunter2a-z]",
            "^[^]",
            "[a-z]{hunter2}",
            "^\\w9k-2m7Q!p4",
            "\\d9k2m-7Qp4",
        ] {
            assert!(!is_pattern(text), "{text}");
        }
    }
}
