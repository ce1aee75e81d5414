//! Answers to failed requests: `application/problem+json` (RFC 9457).

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::coding;
use super::phrasing::ApiPhrasing;
use mukarrar::error::{Error, ErrorKind};

/// Why a request, or one of its items, failed.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    pub(super) kind: ProblemKind,
    detail: String,
}

/// The kinds of [`Problem`], each with a status, a name and a title.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ProblemKind {
    BadJson,
    BadCoding,
    BadItem,
    BadOption,
    BadKey,
    Unauthorized,
    ReadOnly,
    ForeignHost,
    NotFound,
    MethodNotAllowed,
    BodyTimeout,
    KeyExists,
    NoStories,
    BodyTooLarge,
    BatchTooLarge,
    MediaType,
    ContentCoding,
    Failed,
    Overloaded,
    AnswerTimeout,
    Unready,
}

impl ProblemKind {
    const fn parts(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::BadJson => (StatusCode::BAD_REQUEST, "bad-json", "The body is not valid JSON"),
            Self::BadCoding => (StatusCode::BAD_REQUEST, "bad-coding", "The compressed body cannot be decoded"),
            Self::BadItem => (StatusCode::BAD_REQUEST, "bad-item", "An item is not what this route takes"),
            Self::BadOption => (StatusCode::BAD_REQUEST, "bad-option", "The query string holds an unknown option"),
            Self::BadKey => (StatusCode::BAD_REQUEST, "bad-key", "The key in the path cannot be read"),
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, "unauthorized", "The bearer token is missing or wrong"),
            Self::ReadOnly => (StatusCode::FORBIDDEN, "read-only", "This server only reads"),
            Self::ForeignHost => (StatusCode::FORBIDDEN, "foreign-host", "The host is not this machine's"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not-found", "Nothing is there"),
            Self::MethodNotAllowed => {
                (StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "The route does not take this method")
            }
            Self::BodyTimeout => (StatusCode::REQUEST_TIMEOUT, "body-timeout", "The body took too long to arrive"),
            Self::KeyExists => (StatusCode::CONFLICT, "key-exists", "The key is in the index already"),
            Self::NoStories => (StatusCode::CONFLICT, "no-stories", "The index was made without stories"),
            Self::BodyTooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", "The body is too large"),
            Self::BatchTooLarge => {
                (StatusCode::PAYLOAD_TOO_LARGE, "batch-too-large", "The batch, or its answer, is too large")
            }
            Self::MediaType => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", "The content type is not one that is taken")
            }
            Self::ContentCoding => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "content-coding", "The content coding is not one that is taken")
            }
            Self::Failed => (StatusCode::INTERNAL_SERVER_ERROR, "failed", "The index failed"),
            Self::Overloaded => (StatusCode::SERVICE_UNAVAILABLE, "overloaded", "The server is busy"),
            Self::AnswerTimeout => (StatusCode::SERVICE_UNAVAILABLE, "answer-timeout", "The answer took too long"),
            Self::Unready => (StatusCode::SERVICE_UNAVAILABLE, "unready", "The server is not ready"),
        }
    }

    /// The name in the field `type` and in metrics.
    pub(super) const fn name(self) -> &'static str {
        self.parts().1
    }

    const fn status(self) -> StatusCode {
        self.parts().0
    }
}

impl Problem {
    pub(super) fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into() }
    }

    /// The same problem with the place of an item before its detail.
    pub(super) fn at(mut self, place: impl std::fmt::Display) -> Self {
        self.detail = format!("{place}: {}", self.detail);
        self
    }

    /// The document as bytes.
    fn to_json(&self) -> Vec<u8> {
        // Strings and a number cannot fail to serialize; an empty body still has its status.
        let document = serde_json::to_vec(self);
        debug_assert!(document.is_ok());
        document.unwrap_or_default()
    }

    /// The whole answer as bytes, for a connection that is refused before HTTP is served on it.
    pub(super) fn to_http(&self) -> Vec<u8> {
        let (status, body) = (self.kind.status(), self.to_json());
        // HTTP allows an empty reason; all statuses in use have one.
        let reason = status.canonical_reason().unwrap_or("");

        let head = format!(
            "HTTP/1.1 {} {reason}\r\ncontent-type: application/problem+json\r\ncontent-length: {}\r\nretry-after: 1\r\n\
             connection: close\r\n\r\n",
            status.as_u16(),
            body.len()
        );
        [head.into_bytes(), body].concat()
    }
}

impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (status, name, title) = self.kind.parts();
        let mut document = serializer.serialize_struct("Problem", 4)?;
        document.serialize_field("type", &format_args!("urn:mukarrar:problem:{name}"))?;
        document.serialize_field("title", title)?;
        document.serialize_field("status", &status.as_u16())?;
        document.serialize_field("detail", &self.detail)?;
        document.end()
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let kind = match error.kind() {
            ErrorKind::KeyExists { .. } => ProblemKind::KeyExists,
            ErrorKind::ReadOnly => ProblemKind::ReadOnly,
            _ => ProblemKind::Failed,
        };
        Self::new(kind, error.message(&ApiPhrasing))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.to_json()));
        *response.status_mut() = self.kind.status();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));

        if self.kind.status() == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if self.kind == ProblemKind::Unauthorized {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }

        if self.kind.status() == StatusCode::UNSUPPORTED_MEDIA_TYPE {
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(coding::ACCEPTED));
        }

        // The middleware that counts requests reads the kind.
        response.extensions_mut().insert(self.kind);
        response
    }
}
