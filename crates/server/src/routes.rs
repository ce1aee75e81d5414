//! The routes, and what every request passes on its way to one.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::rejection::PathRejection;
use axum::extract::{MatchedPath, Path, Request, State as Shared};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use mukarrar::document::Date;
use prometheus_client::metrics::gauge::Gauge;

use super::calls::{self, ApiCall};
use super::coding::BodyCoding;
use super::connections::Connection;
use super::items::BodyType;
use super::problem::{Problem, ProblemKind};
use super::replies::Reply;
use super::state::{ServerState, busy};
use super::{auth, body, metrics, top};

/// The OpenAPI document that the server serves.
pub const OPENAPI: &str = include_str!("openapi.json");

/// All methods and paths, with the paths of the OpenAPI document.
pub const ROUTES: [(&str, &str); 11] = [
    ("POST", CHECK),
    ("POST", INSERT),
    ("POST", CHECK_AND_INSERT),
    ("POST", QUERY),
    ("GET", TOP),
    ("GET", STORIES),
    ("DELETE", "/v1/documents/{key}"),
    ("GET", HEALTHZ),
    ("GET", READYZ),
    ("GET", METRICS),
    ("GET", OPENAPI_JSON),
];

const CHECK: &str = "/v1/check";
const INSERT: &str = "/v1/insert";
const CHECK_AND_INSERT: &str = "/v1/check-and-insert";
const QUERY: &str = "/v1/query";
const TOP: &str = "/v1/top";
const STORIES: &str = "/v1/stories";
/// The rest of the path is the key, slashes included.
const DOCUMENTS: &str = "/v1/documents/{*key}";
const HEALTHZ: &str = "/healthz";
const READYZ: &str = "/readyz";
const METRICS: &str = "/metrics";
const OPENAPI_JSON: &str = "/openapi.json";

type SharedState = Arc<ServerState>;

pub(super) fn router(state: SharedState) -> Router {
    Router::new()
        .route(CHECK, post(|state, request| call(state, request, ApiCall::Check)))
        .route(INSERT, post(|state, request| call(state, request, ApiCall::Insert)))
        .route(CHECK_AND_INSERT, post(|state, request| call(state, request, ApiCall::CheckAndInsert)))
        .route(QUERY, post(|state, request| call(state, request, ApiCall::Query)))
        .route(TOP, get(most))
        .route(STORIES, get(stories))
        .route(DOCUMENTS, delete(forget))
        .route(HEALTHZ, get(async || text("ok\n")))
        .route(READYZ, get(ready))
        .route(METRICS, get(scrape))
        .route(OPENAPI_JSON, get(async || typed("application/json", OPENAPI)))
        .method_not_allowed_fallback(async |method: Method| {
            Problem::new(ProblemKind::MethodNotAllowed, format!("not {method}; /openapi.json lists the routes"))
        })
        .fallback(async || Problem::new(ProblemKind::NotFound, "no such route; /openapi.json lists them"))
        .layer(middleware::from_fn_with_state(Arc::clone(&state), admit))
        .layer(middleware::from_fn_with_state(Arc::clone(&state), count))
        .with_state(state)
}

/// Counts and times a request.
async fn count(
    Shared(state): Shared<SharedState>,
    path: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    // Labels of metrics are known paths and methods only, so that clients cannot make the metrics grow.
    let path = path.as_ref().map_or("", MatchedPath::as_str);
    let path = if path == DOCUMENTS { "/v1/documents/{key}" } else { path };
    let (_, route) = ROUTES.into_iter().find(|(_, route)| *route == path).unwrap_or(("", "none"));
    let method = match *request.method() {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::DELETE => "DELETE",
        _ => "other",
    };

    let (begin, _in_flight) = (Instant::now(), InFlight::new(&state));
    let response = next.run(request).await;

    if let Some(kind) = response.extensions().get::<ProblemKind>() {
        state.metrics.rejected(kind.name());
    }
    state.metrics.answered(route, method, response.status().as_u16(), begin.elapsed());
    response
}

/// Counts a request as in progress until it is dropped, also if its connection ends before the answer.
struct InFlight(Gauge);

impl InFlight {
    fn new(state: &ServerState) -> Self {
        state.metrics.in_flight.inc();
        Self(state.metrics.in_flight.clone())
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// Refuses requests without authorization. The health routes need none.
async fn admit(Shared(state): Shared<SharedState>, request: Request, next: Next) -> Response {
    let is_open = matches!(request.uri().path(), HEALTHZ | READYZ);
    let admitted = if is_open { Ok(()) } else { auth::admit(state.token.as_ref(), request.headers()) };
    match admitted {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

async fn call(Shared(state): Shared<SharedState>, request: Request, call: ApiCall) -> Response {
    answer(state, request, call).await.unwrap_or_else(IntoResponse::into_response)
}

async fn answer(state: SharedState, request: Request, call: ApiCall) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    if call.writes() {
        writable(&state)?;
    }
    let durable = durable(parts.uri.query(), call.writes())?;
    let media = BodyType::of(&parts.headers)?;
    let coding = BodyCoding::of(&parts.headers)?;

    // Checked before the body is read: a busy server takes no memory for it.
    if state.is_busy() {
        return Err(busy());
    }
    let held = body::read(&parts.headers, body, &state.limits, &state.room).await?;

    // From here until the answer, the connection cannot be evicted.
    let _works = parts.extensions.get::<Arc<Connection>>().map(WorkGuard::new);
    let work = move |state: &ServerState| {
        let body = coding.decode(held, state.limits.body)?;
        calls::answer(state, call, media, body, durable)
    };
    let reply = state.work(work).await?;

    let Reply { media, body } = reply;
    let media = match media {
        BodyType::Json => "application/json",
        BodyType::Lines => "application/x-ndjson",
    };

    // The body keeps its share of the memory until it is written.
    Ok(typed(media, Bytes::from_owner(body)))
}

/// One at a time: it reads the whole index.
async fn most(Shared(state): Shared<SharedState>, request: Request) -> Result<Response, Problem> {
    let top = top::wanted(request.uri().query())?;

    let _works = request.extensions().get::<Arc<Connection>>().map(WorkGuard::new);
    let body = state.survey(move |state| top::answer(state, top)).await?;
    Ok(typed("application/json", Bytes::from_owner(body)))
}

async fn stories(Shared(state): Shared<SharedState>, request: Request) -> Result<Response, Problem> {
    let since = since(request.uri().query())?;
    if state.is_busy() {
        return Err(busy());
    }
    let _works = request.extensions().get::<Arc<Connection>>().map(WorkGuard::new);
    let Reply { body, .. } = state.work(move |state| calls::stories(state, since)).await?;
    Ok(typed("application/json", Bytes::from_owner(body)))
}

/// A number of this size or more does not count seconds. In seconds it would be a moment after the year 5138.
const MOST_SECONDS: f64 = 1e11;

/// Reads the query string of the list of stories. Its only option is `since`.
fn since(query: Option<&str>) -> Result<Option<Date>, Problem> {
    let wrong = |other: &str| {
        let detail =
            format!("{other:?}; since=DATE is the only one, such as 2015-07-21T02:51:32Z or seconds since 1970");
        Problem::new(ProblemKind::BadOption, detail)
    };
    let Some(query) = query.filter(|query| !query.is_empty()) else { return Ok(None) };
    let text = query.strip_prefix("since=").ok_or_else(|| wrong(query))?;
    let text = text.replace("%3A", ":").replace("%3a", ":").replace("%2B", "+").replace("%2b", "+");
    let date = match text.parse::<f64>() {
        // Larger numbers would be milliseconds: a slip, or an id.
        Ok(number) => Some(number).filter(|number| number.abs() < MOST_SECONDS).and_then(Date::from_number),
        Err(_) => Date::read(&text),
    };
    date.map(Some).ok_or_else(|| wrong(query))
}

async fn forget(
    Shared(state): Shared<SharedState>,
    key: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<StatusCode, Problem> {
    writable(&state)?;
    let durable = durable(request.uri().query(), true)?;
    let Path(key) =
        key.map_err(|error| Problem::new(ProblemKind::BadKey, format!("{error}; percent-encode it as UTF-8")))?;

    let _works = request.extensions().get::<Arc<Connection>>().map(WorkGuard::new);
    state.work(move |state| calls::delete(state, &key, durable)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Marks a connection as worked for until it is dropped.
struct WorkGuard<'c>(&'c Connection);

impl<'c> WorkGuard<'c> {
    fn new(connection: &'c Arc<Connection>) -> Self {
        connection.works();
        Self(connection)
    }
}

impl Drop for WorkGuard<'_> {
    fn drop(&mut self) {
        self.0.waits();
    }
}

fn writable(state: &ServerState) -> Result<(), Problem> {
    if !state.read_only {
        return Ok(());
    }
    Err(Problem::new(ProblemKind::ReadOnly, "it answers /v1/check, /v1/query and /v1/top; ask the server that writes"))
}

/// Reads the query string. Its only option is `durable`, of requests that write.
fn durable(query: Option<&str>, writes: bool) -> Result<bool, Problem> {
    match query {
        None | Some("") => Ok(false),
        Some("durable=true") if writes => Ok(true),
        Some("durable=false") if writes => Ok(false),
        Some(other) if writes => {
            Err(Problem::new(ProblemKind::BadOption, format!("{other:?}; durable=true is the only one")))
        }
        Some(other) => Err(Problem::new(ProblemKind::BadOption, format!("{other:?}; this route has none"))),
    }
}

async fn ready(Shared(state): Shared<SharedState>) -> Response {
    match state.unready() {
        None => text("ready\n"),
        Some(why) => Problem::new(ProblemKind::Unready, why).into_response(),
    }
}

async fn scrape(Shared(state): Shared<SharedState>) -> Result<Response, Problem> {
    let scraped = state.scrape(|state| {
        let stats = state.index.stats()?;
        state.metrics.text(&stats).map_err(|error| Problem::new(ProblemKind::Failed, error.to_string()))
    });
    Ok(typed(metrics::CONTENT_TYPE, scraped.await?))
}

fn text(text: &'static str) -> Response {
    typed("text/plain; charset=utf-8", text)
}

/// A response with this content type.
pub(super) fn typed(media: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    response
}
