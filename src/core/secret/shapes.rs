//! What is a secret by its shape, whoever issued it: private keys, tokens that say so, links and headers with a
//! credential in them, and the files of clients.
use std::ops::Range;

use regex::bytes::{Regex, RegexBuilder};

use super::hit::{Confidence, Hit};
use crate::core::finding::Rule;

mod client;
mod header;
mod jwt;
mod private_key;
#[cfg(test)]
mod tests;
pub(super) mod url;

pub(super) use header::is_pair_in_base64;

const AUTHORIZATION: Rule = Rule::new("secret/authorization");
const JWT: Rule = Rule::new("secret/jwt");
const KUBECONFIG: Rule = Rule::new("secret/kubeconfig");
const PRIVATE_KEY: Rule = Rule::new("secret/private-key");
const URL_PASSWORD: Rule = Rule::new("secret/url-password");

/// A shape that is looked for where one of its keywords stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Pem,
    Putty,
    Jwk,
    Jwt,
    Kubeconfig,
    DockerLogin,
    Netrc,
    Url,
    GoDsn,
    OracleUrl,
    Port,
    Header,
    Bearer,
    Basic,
    Cookie,
    Curl,
    Presigned,
}

/// The texts that lead to a shape, in lower case.
pub(super) const KEYWORDS: [(&str, Shape); 56] = [
    ("---- begin ", Shape::Pem),
    ("-----begin ", Shape::Pem),
    ("private-lines:", Shape::Putty),
    ("\"kty\"", Shape::Jwk),
    ("eyj", Shape::Jwt),
    ("client-key-data", Shape::Kubeconfig),
    ("current-context", Shape::Kubeconfig),
    ("\"auths\"", Shape::DockerLogin),
    ("machine ", Shape::Netrc),
    ("://", Shape::Url),
    (":\\/\\/", Shape::Url),
    (":5432", Shape::Port),
    (":3306", Shape::Port),
    (":27017", Shape::Port),
    (":6379", Shape::Port),
    (":1433", Shape::Port),
    (":5672", Shape::Port),
    (":9200", Shape::Port),
    ("@tcp(", Shape::GoDsn),
    ("@unix(", Shape::GoDsn),
    ("jdbc:oracle:thin:", Shape::OracleUrl),
    ("jdbc:oracle:oci:", Shape::OracleUrl),
    ("jdbc:oracle:oci8:", Shape::OracleUrl),
    ("sqlplus ", Shape::OracleUrl),
    ("authorization", Shape::Header),
    ("bearer", Shape::Bearer),
    ("basic ", Shape::Basic),
    ("session=", Shape::Cookie),
    ("sessionid=", Shape::Cookie),
    ("session_id=", Shape::Cookie),
    ("sessid=", Shape::Cookie),
    ("connect.sid=", Shape::Cookie),
    ("aspxauth=", Shape::Cookie),
    ("session-token=", Shape::Cookie),
    ("remember_token=", Shape::Cookie),
    ("remember_me=", Shape::Cookie),
    ("oauth2_proxy=", Shape::Cookie),
    ("curl ", Shape::Curl),
    ("curl\t", Shape::Curl),
    ("wget ", Shape::Curl),
    ("http ", Shape::Curl),
    ("x-amz-signature=", Shape::Presigned),
    ("x-amz-security-token=", Shape::Presigned),
    ("x-goog-signature=", Shape::Presigned),
    ("&signature=", Shape::Presigned),
    ("?signature=", Shape::Presigned),
    ("&sig=", Shape::Presigned),
    ("?sig=", Shape::Presigned),
    ("?token=", Shape::Presigned),
    ("&token=", Shape::Presigned),
    ("?key=", Shape::Presigned),
    ("&key=", Shape::Presigned),
    ("?code=", Shape::Presigned),
    ("&code=", Shape::Presigned),
    ("?auth=", Shape::Presigned),
    ("&auth=", Shape::Presigned),
];

impl Shape {
    /// The secret that the keyword at `keyword` leads to.
    ///
    /// `passed` is how far the options of commands have been read.
    pub(super) fn find(
        self,
        text: &[u8],
        keyword: &Range<usize>,
        passed: &mut usize,
    ) -> Option<Hit> {
        match self {
            Self::Pem => private_key::pem(text, keyword),
            Self::Putty => private_key::putty(text, keyword),
            Self::Jwk => private_key::jwk(text, keyword),
            Self::Jwt => jwt::find(text, keyword.start),
            Self::Kubeconfig => client::kubeconfig(text, keyword),
            Self::DockerLogin => client::docker_login(text, keyword),
            Self::Netrc => client::netrc(text, keyword),
            Self::Url => url::with_password(text, keyword),
            Self::GoDsn => url::go_dsn(text, keyword),
            Self::Port => url::before_port(text, keyword),
            Self::OracleUrl => url::oracle(text, keyword),
            Self::Header => header::authorization(text, keyword),
            Self::Bearer => header::bearer(text, keyword),
            Self::Basic => header::basic(text, keyword),
            Self::Cookie => header::cookie(text, keyword),
            Self::Curl => client::command(text, keyword, passed),
            Self::Presigned => url::query(text, keyword),
        }
    }

    /// Whether one look at the text is enough, however often the keywords stand in it.
    pub(super) const fn is_of_whole_text(self) -> bool {
        matches!(self, Self::Kubeconfig | Self::DockerLogin | Self::Jwk)
    }
}

/// A hit of high confidence.
fn sure(rule: Rule, what: &'static str, span: Range<usize>) -> Hit {
    Hit {
        rule,
        confidence: Confidence::High,
        what,
        remedy: None,
        encoding: None,
        span,
    }
}

/// A pattern of bytes.
fn pattern(pattern: &str) -> Regex {
    RegexBuilder::new(pattern)
        .unicode(false)
        .build()
        .expect("patterns in the program are built by a test")
}

/// The end of the run of bytes from `start` that are of a kind.
pub(super) fn run_end(text: &[u8], start: usize, is_of_kind: impl Fn(u8) -> bool) -> usize {
    let run = text[start..].iter().take_while(|byte| is_of_kind(**byte));
    start + run.count()
}

/// The start of the run of bytes before `end` that are of a kind, at most `most` of them.
pub(super) fn run_start(
    text: &[u8],
    end: usize,
    most: usize,
    is_of_kind: impl Fn(u8) -> bool,
) -> usize {
    let run = text[end.saturating_sub(most)..end].iter().rev();
    end - run.take_while(|byte| is_of_kind(**byte)).count()
}

const fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

/// What may stand in a token.
const fn is_token(byte: u8) -> bool {
    is_base64(byte) || matches!(byte, b'.' | b'~' | b'=' | b':' | b'%' | b'|')
}
