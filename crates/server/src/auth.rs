//! Decides which requests are admitted: by the bearer token, or without a token by the host that the request names.

use std::fmt;
use std::net::IpAddr;
use std::path::Path;

use axum::http::{HeaderMap, header};

use super::problem::{Problem, ProblemKind};
use super::secrets;
use mukarrar::error::{Error, Result};

/// A bearer token. Only its hash is kept, and hashes are compared in constant time, so that a client cannot measure its
/// characters or its length.
#[derive(Clone)]
pub struct BearerToken(blake3::Hash);

impl fmt::Debug for BearerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

impl BearerToken {
    /// Smallest number of characters of a token.
    pub const SHORTEST: usize = 16;

    /// Makes a token of visible ASCII characters.
    ///
    /// # Errors
    ///
    /// It has fewer than [`BearerToken::SHORTEST`] characters, or characters that a header cannot carry.
    pub fn new(token: &str) -> Result<Self> {
        let fits = token.len() >= Self::SHORTEST && token.bytes().all(|byte| byte.is_ascii_graphic());
        if fits {
            return Ok(Self(blake3::hash(token.as_bytes())));
        }

        // The message shows the length, never the token.
        let shown = format!("{} characters", token.chars().count());
        let expected =
            format!("at least {} visible ASCII characters; `openssl rand -hex 32` makes one", Self::SHORTEST);
        Err(Error::parameter("token", shown, expected))
    }

    /// Reads a token from a file. White space around it is ignored.
    ///
    /// # Errors
    ///
    /// The file cannot be read, other users may read it, or it does not contain a valid [token](Self::new).
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self> {
        Self::new(secrets::read("token_file", path.as_ref())?.trim())
    }

    fn is(&self, given: &[u8]) -> bool {
        // The comparison of two `blake3::Hash` takes constant time.
        self.0 == blake3::hash(given)
    }
}

/// Admits a request that carries the token. If the server has none, admits requests to a local name or an address: any other
/// name is that of a site which resolves to this machine to reach the server from a browser (DNS rebinding).
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
    // Browsers always send a host, and only they can be misled.
    let Some(host) = headers.get(header::HOST) else { return true };
    let Ok(host) = host.to_str() else { return false };

    // An IPv6 address is in brackets, because it contains colons itself.
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
