//! A server on loopback that plays an object store, a web server and the Hugging Face Hub, with faults on demand.
//!
//! It knows what the command line asks of them, and no more: objects by path (`/bucket/key`), ranges, `If-Match`, lists, parts.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

/// The keys that the server accepts.
pub const KEY: (&str, &str) = ("stub-key", "stub-secret");

/// What goes wrong with a request.
#[derive(Clone)]
pub enum Fault {
    /// An answer with this status, and this code in its body.
    Status(u16, &'static str),
    /// The connection is cut behind this many bytes of the body.
    Cut(usize),
    /// The connection stays open without an answer; the other end is told of it.
    Stall(Sender<()>),
}

/// A fault of the requests whose first line begins with a text, so many times.
struct Planned {
    line: String,
    fault: Fault,
    times: usize,
}

#[derive(Default)]
struct State {
    objects: BTreeMap<String, Vec<u8>>,
    uploads: BTreeMap<String, BTreeMap<usize, Vec<u8>>>,
    begun: usize,
    planned: Vec<Planned>,
    log: Vec<String>,
    /// Requests for a range that begins like this fail; none if it is empty.
    failing_range: String,
}

/// The running server. It ends with the test process.
#[derive(Clone)]
pub struct StubStore {
    state: Arc<Mutex<State>>,
    pub address: String,
}

/// A request: method, path, query, headers in lower case, body.
struct Request {
    method: String,
    path: String,
    query: BTreeMap<String, String>,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

/// An answer.
struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Answer {
    fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    fn error(status: u16, code: &str) -> Self {
        Self::new(status, format!("<Error><Code>{code}</Code><Message>no</Message></Error>"))
    }
}

impl StubStore {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let store = Self { state: Arc::default(), address };
        let serving = store.clone();
        thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                let serving = serving.clone();
                thread::spawn(move || serving.serve(connection));
            }
        });
        store
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Puts an object: `bucket/key`.
    pub fn put(&self, name: &str, bytes: impl Into<Vec<u8>>) {
        self.state().objects.insert(name.to_owned(), bytes.into());
    }

    pub fn get(&self, name: &str) -> Option<Vec<u8>> {
        self.state().objects.get(name).cloned()
    }

    pub fn names(&self) -> Vec<String> {
        self.state().objects.keys().cloned().collect()
    }

    /// Plans a fault of the requests whose first line begins with `line`, such as `GET /bucket/key`.
    pub fn plan(&self, line: &str, fault: Fault, times: usize) {
        self.state().planned.push(Planned { line: line.to_owned(), fault, times });
    }

    /// Lets all requests fail whose range begins like this; none if it is empty.
    pub fn fail_range(&self, range: &str) {
        self.state().failing_range = range.to_owned();
    }

    /// The first lines of all requests, with their range.
    pub fn take_log(&self) -> Vec<String> {
        std::mem::take(&mut self.state().log)
    }

    /// Uploads that were begun and neither completed nor given up, and how many were begun at all.
    pub fn uploads(&self) -> (usize, usize) {
        let state = self.state();
        (state.uploads.len(), state.begun)
    }

    fn serve(&self, connection: TcpStream) {
        let mut reader = BufReader::new(connection.try_clone().unwrap());
        let mut writer = connection;
        while let Some(request) = read(&mut reader) {
            let fault = self.note(&request);
            let answer = match &fault {
                Some(Fault::Status(status, code)) => Answer::error(*status, code),
                Some(Fault::Stall(told)) => {
                    // The test may be over already.
                    let _ = told.send(());
                    loop {
                        thread::park();
                    }
                }
                _ => self.answer(&request),
            };
            let cut = match fault {
                Some(Fault::Cut(length)) => Some(length),
                _ => None,
            };
            if write(&mut writer, &request, &answer, cut).is_err() || cut.is_some() {
                return;
            }
        }
    }

    /// Logs a request; returns its fault.
    fn note(&self, request: &Request) -> Option<Fault> {
        let line = format!("{} {}", request.method, request.path);
        let mut state = self.state();
        let range = request.headers.get("range").map_or("", String::as_str);
        state.log.push(format!("{line} {range}").trim_end().to_owned());
        if !state.failing_range.is_empty() && range.starts_with(&state.failing_range) {
            return Some(Fault::Status(503, "SlowDown"));
        }
        let planned = state.planned.iter_mut().find(|planned| planned.times > 0 && line.starts_with(&planned.line))?;
        planned.times -= 1;
        Some(planned.fault.clone())
    }

    fn answer(&self, request: &Request) -> Answer {
        if let Some(rest) = request.path.strip_prefix("/api/datasets/o/n/") {
            return self.hub(rest);
        }
        if let Some(path) = request.path.strip_prefix("/datasets/o/n/resolve/c0ffee/") {
            return self.object(&format!("hub/{path}"), request);
        }

        let name = request.path.trim_start_matches('/').to_owned();
        let is_web = name.starts_with("web/");
        if !is_web && !request.headers.get("authorization").is_some_and(|value| value.contains(KEY.0)) {
            return Answer::error(403, "InvalidAccessKeyId");
        }
        if name.starts_with("none") {
            return Answer::error(404, "NoSuchBucket");
        }
        match (request.method.as_str(), request.query.get("uploadId")) {
            ("GET", _) if request.query.contains_key("list-type") => self.list(&name, &request.query),
            ("GET" | "HEAD", _) => self.object(&name, request),
            ("PUT", Some(id)) => {
                let number = request.query["partNumber"].parse().unwrap();
                // A part can arrive after its upload was ended.
                let mut state = self.state();
                let Some(parts) = state.uploads.get_mut(id) else { return Answer::error(404, "NoSuchUpload") };
                parts.insert(number, request.body.clone());
                Answer { headers: vec![("ETag", tag(&request.body))], ..Answer::new(200, "") }
            }
            ("PUT", None) => {
                self.put(&name, request.body.clone());
                Answer { headers: vec![("ETag", tag(&request.body))], ..Answer::new(200, "") }
            }
            ("POST", None) => self.begin(),
            ("POST", Some(id)) => {
                let removed = self.state().uploads.remove(id);
                let Some(parts) = removed else { return Answer::error(404, "NoSuchUpload") };
                let bytes: Vec<u8> = parts.into_values().flatten().collect();
                self.put(&name, bytes);
                let body = "<CompleteMultipartUploadResult><ETag>x</ETag></CompleteMultipartUploadResult>";
                Answer::new(200, body)
            }
            ("DELETE", Some(id)) => {
                self.state().uploads.remove(id);
                Answer::new(204, "")
            }
            _ => Answer::error(405, "MethodNotAllowed"),
        }
    }

    fn begin(&self) -> Answer {
        let mut state = self.state();
        state.begun += 1;
        let id = format!("upload{}", state.begun);
        state.uploads.insert(id.clone(), BTreeMap::new());
        let body = format!("<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>");
        Answer::new(200, body)
    }

    fn list(&self, bucket: &str, query: &BTreeMap<String, String>) -> Answer {
        let prefix = format!("{bucket}/{}", query.get("prefix").map_or("", String::as_str));
        let mut contents = String::new();
        for (name, bytes) in self.state().objects.iter().filter(|(name, _)| name.starts_with(&prefix)) {
            let key = &name[bucket.len() + 1..];
            contents.push_str(&format!(
                "<Contents><Key>{key}</Key><Size>{}</Size><LastModified>2025-01-02T03:04:05.000Z</LastModified>\
                 <ETag>{}</ETag></Contents>",
                bytes.len(),
                tag(bytes).replace('"', "&quot;")
            ));
        }
        Answer::new(200, format!("<ListBucketResult><IsTruncated>false</IsTruncated>{contents}</ListBucketResult>"))
    }

    fn object(&self, name: &str, request: &Request) -> Answer {
        let Some(bytes) = self.get(name) else { return Answer::error(404, "NoSuchKey") };
        if request.headers.get("if-match").is_some_and(|asked| *asked != tag(&bytes)) {
            return Answer::error(412, "PreconditionFailed");
        }

        let mut headers = vec![("ETag", tag(&bytes)), ("Last-Modified", "Thu, 02 Jan 2025 03:04:05 GMT".to_owned())];
        let has_ranges = !name.ends_with(".norange");
        let range = request.headers.get("range").and_then(|range| range.strip_prefix("bytes=")).filter(|_| has_ranges);
        let Some((begin, end)) = range.and_then(|range| range.split_once('-')) else {
            return Answer { headers, ..Answer::new(200, bytes) };
        };
        let (begin, end): (usize, usize) = (begin.parse().unwrap(), end.parse().unwrap());
        if begin >= bytes.len() {
            return Answer::error(416, "InvalidRange");
        }
        let end = (end + 1).min(bytes.len());
        headers.push(("Content-Range", format!("bytes {begin}-{}/{}", end - 1, bytes.len())));
        Answer { headers, ..Answer::new(206, &bytes[begin..end]) }
    }

    /// What the Hub says of the dataset `o/n`, whose files are the objects of the bucket `hub`.
    fn hub(&self, rest: &str) -> Answer {
        if rest == "revision/main" {
            return Answer::new(200, "{\"sha\": \"c0ffee\"}");
        }
        let Some(directory) = rest.strip_prefix("tree/c0ffee") else { return Answer::error(404, "") };
        let prefix = format!("hub{directory}/");
        let names = self.names();
        let entries = names.iter().filter(|name| name.starts_with(&prefix));
        let entries: Vec<String> =
            entries.map(|name| format!("{{\"type\": \"file\", \"path\": \"{}\"}}", &name[4..])).collect();
        Answer::new(200, format!("[{{\"type\": \"directory\", \"path\": \"d\"}}, {}]", entries.join(", ")))
    }
}

/// The entity tag of some bytes.
fn tag(bytes: &[u8]) -> String {
    let sum = bytes.iter().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)));
    format!("\"{sum:x}\"")
}

fn read(reader: &mut impl BufRead) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());

    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;

    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let query = pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (name.to_owned(), decoded(value)));
    let query = query.collect();
    Some(Request { method, path: decoded(path), query, headers, body })
}

/// Percent signs and what follows them as characters.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let code = after.get(..2).filter(|_| first == b'%').and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => (bytes.push(byte), rest = &after[2..]).1,
            None => (bytes.push(first), rest = after).1,
        }
    }
    String::from_utf8(bytes).unwrap()
}

fn write(writer: &mut impl Write, request: &Request, answer: &Answer, cut: Option<usize>) -> std::io::Result<()> {
    let mut head = format!("HTTP/1.1 {} x\r\nContent-Length: {}\r\n", answer.status, answer.body.len());
    for (name, value) in &answer.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    writer.write_all(format!("{head}\r\n").as_bytes())?;
    if request.method != "HEAD" {
        writer.write_all(answer.body.get(..cut.unwrap_or(usize::MAX)).unwrap_or(&answer.body))?;
    }
    writer.flush()
}
