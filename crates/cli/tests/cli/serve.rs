//! `mukarrar serve` as a process: where its token comes from, and what is left when it is told to stop, or killed.

#![cfg(unix)]
use crate::common;
use std::fs::Permissions;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

use mukarrar::Index;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::http::{Answer, Client};

const JSON: &str = "content-type: application/json";
const STORY: &str = r#"{"key": "a", "text": "أعلنت وزارة الصحة عن افتتاح ثلاثة مراكز صحية جديدة في المدينة أمس"}"#;
const OTHER: &str = r#"{"key": "b", "text": "فاز الفريق الأول بالمباراة النهائية بعد وقت إضافي طويل أمام جمهور كبير"}"#;

/// A server that commits nothing by the clock while a test runs.
struct Process {
    child: Child,
    address: SocketAddr,
}

impl Process {
    fn new(directory: &Path, arguments: &[&str], token: Option<&str>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mukarrar"));
        command.arg("serve").arg(directory).args(["--listen", "127.0.0.1:0", "--commit-interval", "60m"]);
        command.args(arguments).env_remove("MUKARRAR_TOKEN");
        if !arguments.contains(&"--read-only") {
            command.arg("--create");
        }
        if let Some(token) = token {
            command.env("MUKARRAR_TOKEN", token);
        }
        Self::started(&mut command)
    }

    fn started(command: &mut Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
        let address =
            line.strip_prefix("http://").and_then(|rest| rest.split(' ').next()).unwrap_or_else(|| panic!("{line}"));
        Self { address: address.parse().unwrap(), child }
    }

    fn send(&self, method: &str, path: &str, headers: &[&str], body: &str) -> Answer {
        let mut client = Client::new(self.address);
        client.send(method, path, headers, body);
        client.answer()
    }

    fn post(&self, path: &str, headers: &[&str], body: &str) -> Answer {
        self.send("POST", path, &[&[JSON], headers].concat(), body)
    }

    fn end_by(mut self, signal: Signal) -> ExitStatus {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
        self.child.wait().unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn told_to_stop_it_commits_and_ends_with_0() {
    let directory = tempfile::tempdir().unwrap();
    let server = Process::new(directory.path(), &[], None);
    assert_eq!(server.post("/v1/check-and-insert", &[], STORY).json()["verdict"], "new");
    assert_eq!(server.end_by(Signal::TERM).code(), Some(0));
    let index = Index::open(directory.path()).unwrap();
    assert!(index.contains("a").unwrap());
    assert!(index.recovery().is_none(), "it was closed in order");
}

#[test]
fn killed_it_has_what_it_answered_to_be_durable() {
    let directory = tempfile::tempdir().unwrap();
    let server = Process::new(directory.path(), &[], None);
    assert_eq!(server.post("/v1/check-and-insert?durable=true", &[], STORY).status, 200);
    assert_eq!(server.post("/v1/check-and-insert", &[], OTHER).status, 200);
    assert_eq!(server.end_by(Signal::KILL).code(), None);
    let index = Index::open(directory.path()).unwrap();
    assert!(index.contains("a").unwrap());
    assert_eq!((index.len(), index.recovery().map(|found| found.documents)), (1, Some(1)));
}

/// A limit on the size of files stands for a disk that is full.
#[test]
fn a_full_disk_fails_what_had_to_be_durable_and_loses_nothing_that_was() {
    let directory = tempfile::tempdir().unwrap();
    let (program, index) = (env!("CARGO_BIN_EXE_mukarrar"), directory.path().display());
    let serve = format!(
        "trap '' XFSZ; ulimit -f 400; exec '{program}' serve '{index}' --create --listen 127.0.0.1:0 --commit-interval 60m"
    );
    let server = Process::started(Command::new("sh").args(["-c", &serve]).env_remove("MUKARRAR_TOKEN"));
    let mut durable = Vec::new();
    let failed = (0..500).find_map(|number| {
        let words: Vec<usize> = (0..2_000).map(|word| 2_000 * number + word).collect();
        let item = json!({ "key": number.to_string(), "text": common::text::spelled(&words) });
        let answer = server.post("/v1/insert?durable=true", &[], &item.to_string());
        if answer.status == 200 {
            durable.push(number.to_string());
            return None;
        }
        Some(answer)
    });
    let failed = failed.unwrap();
    assert_eq!((failed.status, &*failed.problem().0), (500, "failed"), "{}", failed.body);
    assert_eq!(server.send("GET", "/readyz", &[], "").status, 503);
    assert!(server.send("GET", "/metrics", &[], "").body.contains("mukarrar_commit_failures_total 1\n"));
    assert_eq!(server.post("/v1/check", &[], r#"{"text": "نص"}"#).status, 200, "it still answers");
    server.end_by(Signal::KILL);
    let index = Index::open(directory.path()).unwrap();
    assert!(durable.iter().all(|key| index.contains(key).unwrap()), "of {} documents", durable.len());
}

/// Of a large index many files are open, beside the connections.
#[cfg(target_os = "linux")]
#[test]
fn it_takes_the_open_files_that_the_system_grants() {
    let directory = tempfile::tempdir().unwrap();
    let (program, index) = (env!("CARGO_BIN_EXE_mukarrar"), directory.path().display());
    let server = Process::started(
        Command::new("sh")
            .args(["-c", &format!("ulimit -Sn 100; exec '{program}' serve '{index}' --create --listen 127.0.0.1:0")]),
    );
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.child.id())).unwrap();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files")).unwrap();
    assert_ne!(line.split_whitespace().next(), Some("100"), "{line}");
}

#[test]
fn a_token_that_others_can_read_starts_no_server() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("token.txt");
    std::fs::write(&file, "a-token-of-the-file").unwrap();
    std::fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_mukarrar"));
    command.args(["serve", "--create", "--token-file"]).arg(&file).arg(directory.path().join("index"));

    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.starts_with("error: --token-file cannot be ") && said.contains("chmod 600"), "{said}");
    assert!(!directory.path().join("index").exists());
}

#[test]
fn the_token_is_that_of_the_file_and_else_that_of_the_environment() {
    let directory = tempfile::tempdir().unwrap();
    let (index, file) = (directory.path().join("index"), directory.path().join("token.txt"));
    let (from_file, from_environment) = ("a-token-of-the-file", "a-token-of-the-environment");
    std::fs::write(&file, format!("{from_file}\n")).unwrap();
    std::fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    let cases: [(&[&str], Option<&str>, &str, &str); 3] = [
        (&["--token-file", file.to_str().unwrap()], None, from_file, from_environment),
        (&["--token-file", file.to_str().unwrap()], Some(from_environment), from_file, from_environment),
        (&[], Some(from_environment), from_environment, from_file),
    ];
    for (arguments, environment, right, wrong) in cases {
        let server = Process::new(&index, arguments, environment);
        let status = |token: &str| server.post("/v1/check", &[&format!("authorization: Bearer {token}")], STORY).status;
        // `check` takes no key: what is asked is whether it gets as far as that.
        assert_eq!((status(right), status(wrong)), (400, 401), "{arguments:?} {environment:?}");
        assert_eq!(server.post("/v1/check", &[], STORY).status, 401);
        assert_eq!(server.end_by(Signal::TERM).code(), Some(0));
    }
}
