//! Who may ask: the bearer token, and the host that a browser believes it talks to.

use std::fmt;
use std::net::IpAddr;
use std::path::Path;

use axum::http::{HeaderMap, header};

use super::problem::{Problem, ProblemKind};
use mukarrar::error::{Error, Result};

/// A bearer token. It is kept as its hash alone, and tokens are compared by their hashes in constant time, so that neither
/// its letters nor its length can be measured from outside.
#[derive(Clone)]
pub struct BearerToken(blake3::Hash);

impl fmt::Debug for BearerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

impl BearerToken {
    /// Fewest characters of a token.
    pub const SHORTEST: usize = 16;

    /// A token of visible ASCII characters.
    ///
    /// # Errors
    ///
    /// It has fewer than [`BearerToken::SHORTEST`] characters, or others than visible ASCII, which no header can carry.
    pub fn new(token: &str) -> Result<Self> {
        let fits = token.len() >= Self::SHORTEST && token.bytes().all(|byte| byte.is_ascii_graphic());
        if fits {
            return Ok(Self(blake3::hash(token.as_bytes())));
        }
        let shown = format!("{} characters", token.chars().count());
        let expected =
            format!("at least {} visible ASCII characters; `openssl rand -hex 32` makes one", Self::SHORTEST);
        Err(Error::parameter("token", shown, expected))
    }

    /// The token that a file holds; white space around it does not count.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or holds no [token](Self::new).
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path).map_err(|source| Error::io("read", path, source))?;
        Self::new(text.trim())
    }

    fn is(&self, given: &[u8]) -> bool {
        // The comparison of two `blake3::Hash` takes constant time.
        self.0 == blake3::hash(given)
    }
}

/// Whether a request may go on. With a token it must carry it. Without one, it must not come from a page that has its own
/// name point to this machine.
pub(super) fn admit(token: Option<&BearerToken>, headers: &HeaderMap) -> std::result::Result<(), Problem> {
    match token {
        Some(token) if bearer(headers).is_some_and(|given| token.is(given)) => Ok(()),
        Some(_) => Err(Problem::new(ProblemKind::Unauthorized, "send the header Authorization: Bearer TOKEN")),
        None if is_local(headers) => Ok(()),
        None => Err(Problem::new(
            ProblemKind::ForeignHost,
            "without a token the host may be localhost or an address alone; run the server with a token for other names",
        )),
    }
}

fn bearer(headers: &HeaderMap) -> Option<&[u8]> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.as_bytes().split_at_checked(7)?;
    scheme.eq_ignore_ascii_case(b"bearer ").then(|| token.trim_ascii())
}

fn is_local(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST) else { return true };
    let Ok(host) = host.to_str() else { return false };
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name.is_empty() || name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(name: header::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn only_the_very_token_is_admitted() {
        let token = BearerToken::new("0123456789abcdef").unwrap();
        for (given, admitted) in [
            ("Bearer 0123456789abcdef", true),
            ("bearer  0123456789abcdef", true),
            ("Bearer 0123456789abcdeF", false),
            ("Bearer 0123456789abcde", false),
            ("Bearer", false),
            ("Basic 0123456789abcdef", false),
            ("0123456789abcdef", false),
        ] {
            assert_eq!(admit(Some(&token), &headers(header::AUTHORIZATION, given)).is_ok(), admitted, "{given}");
        }
        assert!(admit(Some(&token), &HeaderMap::new()).is_err());
        for wrong in ["", "short", "0123456789abcde ", "الرمزالسريالطويل"] {
            assert!(BearerToken::new(wrong).is_err(), "{wrong}");
        }
        assert_eq!(format!("{token:?}"), "Token");
    }

    #[test]
    fn names_that_a_page_may_have_bent_are_refused_without_a_token() {
        for (host, admitted) in [
            ("localhost:8077", true),
            ("127.0.0.1:8077", true),
            ("[::1]:8077", true),
            ("evil.example:8077", false),
            ("localhost.evil.example", false),
        ] {
            assert_eq!(admit(None, &headers(header::HOST, host)).is_ok(), admitted, "{host}");
        }
    }
}
