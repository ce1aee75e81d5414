//! The page for labelling: its address is its key, each answer is stored, and a wrong request changes nothing.

use std::sync::Arc;
use std::thread::JoinHandle;

use mukarrar::labels::{LabelFile, ListedPair, ListedRelation, PairLabel};
use mukarrar_server::{Handle, LabelServer, LabelSession};
use serde_json::json;

use crate::http::{Answer, Client};

/// A server over three pairs.
struct Served {
    directory: tempfile::TempDir,
    url: String,
    handle: Handle,
    thread: Option<JoinHandle<mukarrar::Result<()>>>,
}

impl Served {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let pair = |id: &str| ListedPair {
            id_a: "keeper".to_owned(),
            id_b: id.to_owned(),
            relation: ListedRelation::Near,
            jaccard: 0.75,
            containment: 0.9,
        };
        let labels = LabelFile::open(directory.path().join("labels.tsv")).unwrap();
        let render = Box::new(|pair: &ListedPair| Ok(format!("<p>{}</p>", pair.id_b)));
        let session = Arc::new(LabelSession::new(["x", "y", "z"].map(pair).to_vec(), labels, render));

        let server = LabelServer::bind(0, session).unwrap();
        let (url, handle) = (server.url(), server.handle());
        Self { directory, url, handle, thread: Some(std::thread::spawn(|| server.run())) }
    }

    fn send(&self, method: &str, path: &str, token: &str, body: &str) -> Answer {
        let address = self.url.strip_prefix("http://").unwrap().split('/').next().unwrap();
        let mut client = Client::new(address.parse().unwrap());
        let token = format!("authorization: Bearer {token}");
        client.send(method, path, &[&token], body);
        client.answer()
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> Answer {
        self.send(method, path, self.url.split_once('#').unwrap().1, body)
    }

    fn stored(&self) -> Vec<(String, PairLabel)> {
        let labels = LabelFile::open(self.directory.path().join("labels.tsv")).unwrap();
        labels.labels().iter().map(|labelled| (labelled.id_b.clone(), labelled.label)).collect()
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

#[test]
fn answers_are_stored_one_by_one_and_the_next_pair_follows() {
    let served = Served::new();
    assert_eq!(served.ask("GET", "/pairs", "").json(), json!({"pairs": 3, "labelled": 0, "next": 0}));

    let pair = served.ask("GET", "/pairs/1", "").json();
    assert_eq!((&pair["id_b"], &pair["relation"], &pair["label"]), (&json!("y"), &json!("near"), &json!(null)));
    assert_eq!(pair["html"], json!("<p>y</p>"));

    let next = served.ask("POST", "/pairs/1", r#"{"label": "form"}"#).json();
    assert_eq!(next, json!({"pairs": 3, "labelled": 1, "next": 2}));
    assert_eq!(served.stored(), [("y".to_owned(), PairLabel::Form)]);

    let next = served.ask("POST", "/pairs/2", r#"{"label": "copy"}"#).json();
    assert_eq!(next, json!({"pairs": 3, "labelled": 2, "next": 0}), "from the beginning again");
    let next = served.ask("POST", "/pairs/0", r#"{"label": "other"}"#).json();
    assert_eq!(next, json!({"pairs": 3, "labelled": 3, "next": null}));

    served.ask("POST", "/pairs/1", r#"{"label": "copy"}"#);
    assert_eq!(served.ask("GET", "/pairs/1", "").json()["label"], json!("copy"), "an answer may be changed");
    assert_eq!(served.stored().len(), 3);
}

#[test]
fn only_the_whole_address_reaches_the_pairs() {
    let served = Served::new();
    for token in ["", "0123456789abcdef0123456789abcdef"] {
        assert_eq!(served.send("GET", "/pairs", token, "").status, 401);
        assert_eq!(served.send("POST", "/pairs/0", token, r#"{"label": "copy"}"#).status, 401);
    }
    assert_eq!(served.stored(), []);

    // The page itself holds nothing of the input.
    let page = served.send("GET", "/", "", "");
    assert_eq!(page.status, 200);
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    for path in ["/label.js", "/label.css"] {
        assert_eq!(served.send("GET", path, "", "").status, 200, "{path}");
    }
}

#[test]
fn a_wrong_request_changes_nothing() {
    let served = Served::new();
    let large = format!(r#"{{"label": "{}"}}"#, "x".repeat(5_000));
    for (path, body, status) in [
        ("/pairs/3", r#"{"label": "copy"}"#, 404),
        ("/pairs/0", r#"{"label": "same"}"#, 400),
        ("/pairs/0", "copy", 400),
        ("/pairs/0", r#"{"label": "copy", "more": 1}"#, 400),
        ("/pairs/0", large.as_str(), 413),
        ("/pairs/-1", r#"{"label": "copy"}"#, 400),
        ("/else", "", 404),
    ] {
        assert_eq!(served.ask("POST", path, body).status, status, "{path} {body:.40}");
    }
    assert_eq!(served.stored(), []);
}
