//! Commands to paste: as this program was called, with the flags that it was given.
use std::{
    env,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use crate::cli::serve::{
    Arguments,
    arguments::{CERTS, LISTEN, SCHEMAS},
};

/// The command that prints the configuration of the server that `listen`s.
pub(super) fn print_webhook(arguments: &Arguments, listen: SocketAddr) -> String {
    format!(
        "{} serve --print-webhook{}",
        program(),
        flags(arguments, listen)
    )
}

/// The command that applies it.
pub(super) fn apply_webhook(arguments: &Arguments, listen: SocketAddr) -> String {
    format!("{} | kubectl apply -f -", print_webhook(arguments, listen))
}

/// `address` as a client on this machine reaches it.
pub(super) fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// How this program was called: `cargo run --`, or by its name.
fn program() -> String {
    if env::var_os("CARGO_MANIFEST_DIR").is_some() {
        return "cargo run --".to_owned();
    }
    env::args()
        .next()
        .map_or_else(|| "statusguard".to_owned(), |path| quoted(&path))
}

/// The flags that must be given again for the same result.
fn flags(arguments: &Arguments, listen: SocketAddr) -> String {
    let listen = listen.to_string();
    let given = [
        ("--schemas", arguments.schemas.to_string_lossy(), SCHEMAS),
        ("--certs", arguments.certs.to_string_lossy(), CERTS),
        ("--listen", listen.into(), LISTEN),
        ("--mode", arguments.mode.as_str().into(), "Enforce"),
    ];
    given
        .iter()
        .filter(|(_, value, default)| value != default)
        .fold(String::new(), |flags, (flag, value, _)| {
            format!("{flags} {flag} {}", quoted(value))
        })
}

/// `text` as one word of a shell.
pub(super) fn quoted(text: &str) -> String {
    let is_plain =
        |character: char| character.is_ascii_alphanumeric() || "/._-:@".contains(character);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_shell_stay_one_word() {
        assert_eq!(quoted("certs/ca.crt"), "certs/ca.crt");
        assert_eq!(quoted("my certs"), "'my certs'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }
}
