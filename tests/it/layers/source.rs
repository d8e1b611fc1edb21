//! Just enough Rust to see which paths a source names.

/// `text` without comments, string and character literals, and without the tests at its end.
pub(super) fn code(text: &str) -> String {
    let text = match text.find("#[cfg(test)]\nmod ") {
        Some(end) => &text[..end],
        None => text,
    };
    let mut code = String::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let skipped = literal_or_comment(rest);
        if skipped > 0 {
            code.push(' ');
            rest = &rest[skipped..];
        } else {
            code.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    code
}

/// Bytes of the comment or literal that `text` begins with, or 0.
fn literal_or_comment(text: &str) -> usize {
    let to_end = |end: Option<usize>| end.unwrap_or(text.len());
    if text.starts_with("//") {
        return to_end(text.find('\n'));
    }
    if text.starts_with("/*") {
        return to_end(text.find("*/").map(|end| end + 2));
    }
    if text.starts_with("r\"") || text.starts_with("r#") {
        let hashes = text[1..].bytes().take_while(|byte| *byte == b'#').count();
        let is_raw = text[1 + hashes..].starts_with('"');
        let close = format!("\"{}", "#".repeat(hashes));
        let start = hashes + 2;
        return if is_raw {
            to_end(
                text[start..]
                    .find(&close)
                    .map(|end| start + end + close.len()),
            )
        } else {
            0
        };
    }
    match text.as_bytes() {
        [b'"', ..] => escaped(text, b'"'),
        // A lifetime has no quote at its end.
        [b'\'', b'\\', ..] => escaped(text, b'\''),
        [b'\'', ..] => match text.char_indices().nth(2) {
            Some((end, '\'')) => end + 1,
            _ => 0,
        },
        _ => 0,
    }
}

fn escaped(text: &str, quote: u8) -> usize {
    let mut is_escaped = false;
    for (index, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            _ if byte == quote => return index + 1,
            _ => {}
        }
    }
    text.len()
}

/// All paths in `code`, with the groups of `use` written out; what follows a `.` is no path.
pub(super) fn paths(code: &str) -> Vec<Vec<String>> {
    let tokens = tokens(code);
    let mut paths = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let is_start =
            is_word(&tokens[at]) && (at == 0 || !["::", "."].contains(&tokens[at - 1].as_str()));
        if is_start {
            at = tree(&tokens, at, &[], &mut paths);
        } else {
            at += 1;
        }
    }
    paths
}

/// Adds the paths of the tree that begins at `at`, each below `prefix`, and returns where it ends.
fn tree(
    tokens: &[String],
    mut at: usize,
    prefix: &[String],
    paths: &mut Vec<Vec<String>>,
) -> usize {
    let mut path = prefix.to_vec();
    let token = |at: usize| tokens.get(at).map_or("", String::as_str);
    while is_word(token(at)) || token(at) == "*" {
        path.push(tokens[at].clone());
        at += 1;
        if token(at) != "::" {
            break;
        }
        at += 1;
        if token(at) == "{" {
            at += 1;
            while !["}", ""].contains(&token(at)) {
                let next = tree(tokens, at, &path, paths);
                at = next.max(at + 1);
            }
            return at + 1;
        }
    }
    if path.len() > prefix.len() {
        // `self` in a group stands for the group's own path.
        if path.last().is_some_and(|last| last == "self") && path.len() > 1 {
            path.pop();
        }
        paths.push(path);
    }
    at
}

fn is_word(token: &str) -> bool {
    token.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

fn tokens(code: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = code.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if is_word(rest) {
            rest.find(|next: char| !next.is_alphanumeric() && next != '_')
                .unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        tokens.push(rest[..length].to_owned());
        rest = rest[length..].trim_start();
    }
    tokens
}
