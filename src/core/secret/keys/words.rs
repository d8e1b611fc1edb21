//! The words that a key is made of, from the last one backwards.

/// The words of a key in camel, snake, kebab, dotted or upper case, last first, as written.
///
/// Acronyms are words (`DBPassword`, `accessKeyID`, `apiKeyIDs`), digits belong to the word before them (`oauth2`), and
/// what is not ASCII is a letter.
#[derive(Clone)]
pub(in crate::core::secret) struct Words<'a> {
    rest: &'a [u8],
}

impl<'a> Words<'a> {
    pub(in crate::core::secret) const fn of(key: &'a str) -> Self {
        Self {
            rest: key.as_bytes(),
        }
    }
}

impl<'a> Iterator for Words<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let end = self.rest.iter().rposition(|byte| is_of_word(*byte))? + 1;
        let bytes = &self.rest[..end];
        let mut start = end - 1;
        while start > 0 && !is_border(bytes, start) {
            start -= 1;
        }
        self.rest = &bytes[..start];
        Some(&bytes[start..])
    }
}

const fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || !byte.is_ascii()
}

/// Whether a word begins at `at`, which is not 0.
fn is_border(bytes: &[u8], at: usize) -> bool {
    let (before, here) = (bytes[at - 1], bytes[at]);
    if !is_of_word(before) {
        return true;
    }
    // After a letter that is not ASCII its case is not known: `CONTRASEÑA` is one word.
    if !here.is_ascii_uppercase() || !before.is_ascii() {
        return false;
    }
    let next_is_lower = || {
        let after = bytes.get(at + 1..).unwrap_or_default();
        match after {
            // The plural of an acronym: `IDs`.
            [b's'] | [] => false,
            [b's', next, ..] if !next.is_ascii_lowercase() => false,
            [next, ..] => next.is_ascii_lowercase(),
        }
    };
    !before.is_ascii_uppercase() || next_is_lower()
}

/// A word in lower case, without digits at its end unless it is all digits; of a longer one the end.
pub(in crate::core::secret) struct Lower {
    bytes: [u8; LONGEST],
    length: usize,
}

/// Longer than any word of the vocabulary. Words that are longer are joined ones, whose end says what they are.
const LONGEST: usize = 24;

impl Lower {
    pub(in crate::core::secret) fn of(word: &[u8]) -> Self {
        let digits = word
            .iter()
            .rev()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        // `base64`, `sha256` and `md5` are words of their own.
        let is_numbered = digits > 0
            && digits < word.len()
            && !matches!(
                word,
                [b'b' | b's' | b'B' | b'S', b'a' | b'h' | b'A' | b'H', ..]
            );
        let word = if is_numbered {
            &word[..word.len() - digits]
        } else {
            word
        };
        let word = &word[word.len().saturating_sub(LONGEST)..];
        let mut bytes = [0; LONGEST];
        let mut before = 0;
        for (to, from) in bytes.iter_mut().zip(word) {
            // In UTF-8 the capitals of Latin-1 stand 0x20 before the small letters.
            *to = match from {
                0x80..=0x9e if before == 0xc3 => from + 0x20,
                _ => from.to_ascii_lowercase(),
            };
            before = *from;
        }
        Self {
            bytes,
            length: word.len(),
        }
    }

    pub(in crate::core::secret) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

#[cfg(test)]
mod tests {
    use super::{Lower, Words};

    fn words(key: &str) -> String {
        let words: Vec<_> = Words::of(key)
            .map(|word| String::from_utf8(Lower::of(word).as_bytes().to_vec()).unwrap())
            .collect();
        words.join(" ")
    }

    #[test]
    fn keys_are_split_in_every_case() {
        for (key, expected) in [
            ("dbPassword", "password db"),
            ("DB_PASSWORD", "password db"),
            ("db-password", "password db"),
            ("db.password", "password db"),
            ("DBPassword", "password db"),
            ("APIKey", "key api"),
            ("accessKeyID", "id key access"),
            ("apiKeyIDs", "ids key api"),
            ("oauth2Token", "token oauth"),
            ("password2", "password"),
            ("PASSWORD_2", "2 password"),
            ("passwordBase64", "base64 password"),
            ("_password_", "password"),
            ("CONTRASEÑA", "contraseña"),
            ("密码", "密码"),
            ("x", "x"),
            ("", ""),
            ("--", ""),
        ] {
            assert_eq!(words(key), expected, "{key}");
        }
    }
}
