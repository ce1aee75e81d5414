//! A client of a server: as plain as it can be, so that it can also misbehave.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::thread::JoinHandle;

use mukarrar::{Index, Result};
use mukarrar_server::{Handle, ServerBuilder};
use serde_json::Value;

/// A server in this process, stopped when it goes.
pub struct Served {
    pub address: SocketAddr,
    pub handle: Handle,
    thread: Option<JoinHandle<Result<()>>>,
}

impl Served {
    pub fn new(builder: ServerBuilder, index: Index) -> Self {
        let server = builder.listen("127.0.0.1:0").unwrap();
        let (address, handle) = (server.address(), server.handle());
        Self { address, handle, thread: Some(std::thread::spawn(|| server.run(index))) }
    }

    /// A server of an empty index in memory.
    pub fn empty(builder: ServerBuilder) -> Self {
        Self::new(builder, Index::builder().build().unwrap())
    }

    pub fn on_disk(builder: ServerBuilder, directory: &Path) -> Self {
        Self::new(builder, Index::open(directory).unwrap())
    }

    /// Waits until it is done.
    pub fn stop(mut self) -> Result<()> {
        self.handle.stop();
        self.thread.take().unwrap().join().unwrap()
    }

    pub fn connect(&self) -> Client {
        Client::new(self.address)
    }

    /// One request on a connection of its own.
    pub fn send(&self, method: &str, path: &str, headers: &[&str], body: &str) -> Answer {
        let mut client = self.connect();
        client.send(method, path, headers, body);
        client.answer()
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], "")
    }

    pub fn json(&self, path: &str, body: &str) -> Answer {
        self.send("POST", path, &["content-type: application/json"], body)
    }

    pub fn lines(&self, path: &str, body: &str) -> Answer {
        self.send("POST", path, &["content-type: application/x-ndjson"], body)
    }

    pub fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, &[], "")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.handle.stop();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A connection.
pub struct Client {
    stream: BufReader<TcpStream>,
}

impl Client {
    pub fn new(address: SocketAddr) -> Self {
        Self { stream: BufReader::new(TcpStream::connect(address).unwrap()) }
    }

    pub fn send(&mut self, method: &str, path: &str, headers: &[&str], body: &str) {
        self.send_bytes(method, path, headers, body.as_bytes());
    }

    pub fn send_bytes(&mut self, method: &str, path: &str, headers: &[&str], body: &[u8]) {
        let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
        let length = body.len();
        let head = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {length}\r\n{headers}\r\n");
        self.write(&head);
        self.try_write(body).unwrap();
    }

    pub fn write(&mut self, text: &str) {
        self.try_write(text.as_bytes()).unwrap();
    }

    pub fn try_write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.stream.get_mut().write_all(bytes)
    }

    /// Waits until the next answer begins.
    pub fn wait(&mut self) {
        assert!(!self.stream.fill_buf().unwrap().is_empty());
    }

    /// The next answer.
    pub fn answer(&mut self) -> Answer {
        self.try_answer().unwrap_or_else(|| panic!("the connection ended without an answer"))
    }

    /// The next answer; `None` if the connection ends before.
    pub fn try_answer(&mut self) -> Option<Answer> {
        let status = self.line()?.split(' ').nth(1)?.parse().ok()?;
        let mut headers = Vec::new();
        loop {
            let line = self.line()?;
            match line.split_once(": ") {
                Some((name, value)) => headers.push((name.to_owned(), value.to_owned())),
                None => break,
            }
        }
        let mut answer = Answer { status, headers, body: String::new() };
        let length = answer.header("content-length").map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).ok()?;
        answer.body = String::from_utf8(body).unwrap();
        Some(answer)
    }

    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        match self.stream.read_line(&mut line) {
            Ok(0) | Err(_) => None,
            Ok(_) => Some(line.trim_end().to_owned()),
        }
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| &**value)
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub fn lines(&self) -> Vec<Value> {
        self.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The last part of a problem's type, and its detail.
    pub fn problem(&self) -> (String, String) {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self:?}");
        let problem = self.json();
        assert_eq!(problem["status"], self.status);
        (kind(&problem), problem["detail"].as_str().unwrap().to_owned())
    }
}

/// The last part of a problem's type.
pub fn kind(problem: &Value) -> String {
    problem["type"].as_str().unwrap().strip_prefix("urn:mukarrar:problem:").unwrap().to_owned()
}
