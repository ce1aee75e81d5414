//! The routes of the page for labelling.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Request, State as Shared};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::{Deserialize, Serialize};

use super::{LabelSession, message};
use crate::auth::{self, BearerToken};
use crate::routes::typed;
use mukarrar::labels::{ListedPair, PairLabel};
use mukarrar::report::REPORT_STYLE;

const PAGE: &str = include_str!("label.html");
const SCRIPT: &str = include_str!("label.js");
const STYLE: &str = include_str!("label.css");

/// The page may run its own script and ask its own server; nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

/// Most bytes of an answer; it is one word.
const MOST_BYTES: usize = 1_000;

type SharedSession = Arc<LabelSession>;

pub(super) fn router(session: SharedSession, token: BearerToken) -> Router {
    let pairs = Router::new()
        .route("/pairs", get(progress))
        .route("/pairs/{number}", get(show).post(answer))
        .layer(middleware::from_fn_with_state(Arc::new(token), admit));

    Router::new()
        .route("/", get(async || typed("text/html; charset=utf-8", PAGE)))
        .route("/label.js", get(async || typed("text/javascript; charset=utf-8", SCRIPT)))
        .route("/label.css", get(async || typed("text/css; charset=utf-8", [REPORT_STYLE, STYLE].concat())))
        .merge(pairs)
        .fallback(async || problem(StatusCode::NOT_FOUND, "there is no such page"))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .layer(middleware::map_response(protect))
        .with_state(session)
}

/// Adds the headers that keep a page from doing anything else.
async fn protect(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

async fn admit(Shared(token): Shared<Arc<BearerToken>>, request: Request, next: Next) -> Response {
    match auth::admit(Some(&token), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(_) => {
            problem(StatusCode::UNAUTHORIZED, "open the address that the program printed, with all that follows #")
                .into_response()
        }
    }
}

/// How far the labelling is.
#[derive(Serialize)]
struct Progress {
    pairs: usize,
    labelled: usize,
    /// The next pair without a label; absent if all have one.
    next: Option<usize>,
}

impl Progress {
    fn of(session: &LabelSession, begin: usize) -> Self {
        Self { pairs: session.pairs(), labelled: session.labelled(), next: session.next(begin) }
    }
}

async fn progress(Shared(session): Shared<SharedSession>) -> Response {
    json(&Progress::of(&session, 0))
}

/// A pair as the page shows it.
#[derive(Serialize)]
struct ShownPair<'p> {
    id_a: &'p str,
    id_b: &'p str,
    relation: &'static str,
    jaccard: f64,
    containment: f64,
    label: Option<PairLabel>,
    /// The texts, escaped.
    html: String,
}

async fn show(Shared(session): Shared<SharedSession>, Path(number): Path<usize>) -> Response {
    // Two texts are aligned here, which takes time.
    let shown = tokio::task::spawn_blocking(move || {
        let pair = pair(&session, number)?;
        let html =
            (session.render)(pair).map_err(|error| problem(StatusCode::INTERNAL_SERVER_ERROR, message(&error)))?;
        let ListedPair { id_a, id_b, relation, jaccard, containment } = pair;
        let (relation, label) = (relation.name(), session.label(pair));
        Ok(json(&ShownPair { id_a, id_b, relation, jaccard: *jaccard, containment: *containment, label, html }))
    });
    done(shown.await)
}

/// What the page sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    label: String,
}

async fn answer(Shared(session): Shared<SharedSession>, Path(number): Path<usize>, body: Bytes) -> Response {
    // The disk confirms each answer.
    let stored = tokio::task::spawn_blocking(move || {
        let pair = pair(&session, number)?;
        let answer: Answer =
            serde_json::from_slice(&body).map_err(|error| problem(StatusCode::BAD_REQUEST, error.to_string()))?;
        let label: PairLabel =
            answer.label.parse().map_err(|error| problem(StatusCode::BAD_REQUEST, message(&error)))?;

        session.set(pair, label).map_err(|error| problem(StatusCode::INTERNAL_SERVER_ERROR, message(&error)))?;
        Ok(json(&Progress::of(&session, number + 1)))
    });
    done(stored.await)
}

fn pair(session: &LabelSession, number: usize) -> Result<&ListedPair, PageProblem> {
    session.pairs.get(number).ok_or_else(|| problem(StatusCode::NOT_FOUND, "there is no such pair"))
}

/// The response of a task. One that panicked ends with its request only.
fn done(response: Result<Result<Response, PageProblem>, tokio::task::JoinError>) -> Response {
    match response {
        Ok(response) => response.unwrap_or_else(IntoResponse::into_response),
        Err(_) => problem(StatusCode::INTERNAL_SERVER_ERROR, "the program failed at this pair; go on with another one")
            .into_response(),
    }
}

fn json(value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(bytes) => typed("application/json", bytes),
        Err(error) => problem(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

/// Why a request got nothing.
struct PageProblem {
    status: StatusCode,
    message: String,
}

impl IntoResponse for PageProblem {
    fn into_response(self) -> Response {
        let mut response = typed("text/plain; charset=utf-8", self.message);
        *response.status_mut() = self.status;
        response
    }
}

fn problem(status: StatusCode, message: impl Into<String>) -> PageProblem {
    PageProblem { status, message: message.into() }
}
