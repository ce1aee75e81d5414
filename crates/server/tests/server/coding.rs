//! Compressed bodies: decoded within the limits, refused by name if they cannot be.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use mukarrar_server::{Server, ServerLimits};
use serde_json::json;

use crate::http::{Answer, Served};

const STORY: &str = "أعلنت وزارة الصحة عن افتتاح ثلاثة مراكز صحية جديدة في المدينة أمس بحضور عدد من المسؤولين والأهالي";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

fn send(served: &Served, coding: &str, body: &[u8]) -> Answer {
    let mut client = served.connect();
    let coding = format!("content-encoding: {coding}");
    client.send_bytes("POST", "/v1/check-and-insert", &["content-type: application/x-ndjson", &coding], body);
    client.answer()
}

fn line(key: &str) -> Vec<u8> {
    let mut line = json!({ "key": key, "text": STORY }).to_string().into_bytes();
    line.push(b'\n');
    line
}

#[test]
fn bodies_are_decoded_as_they_were_encoded() {
    let plain = [line("a"), line("b")].concat();
    let members = [gzip(&line("a")), gzip(&line("b"))].concat();
    let frames = [zstd(&line("a")), zstd(&line("b"))].concat();
    for (coding, body) in [
        ("gzip", gzip(&plain)),
        ("GZIP", gzip(&plain)),
        ("x-gzip", members),
        ("zstd", zstd(&plain)),
        ("zstd", frames),
        ("identity", plain.clone()),
    ] {
        let answer = send(&Served::empty(Server::builder()), coding, &body);
        assert_eq!(answer.status, 200, "{coding}: {answer:?}");
        let verdicts: Vec<_> = answer.lines().iter().map(|line| line["verdict"].clone()).collect();
        assert_eq!(verdicts, ["new", "duplicate"], "{coding}");
    }
}

#[test]
fn codings_that_are_not_taken_are_answered_with_those_that_are() {
    let served = Served::empty(Server::builder());
    for coding in ["br", "deflate", "gzip, zstd", "gzip\r\ncontent-encoding: gzip"] {
        let answer = send(&served, coding, &gzip(&line("a")));
        assert_eq!((answer.status, &*answer.problem().0), (415, "content-coding"), "{coding}");
        assert_eq!(answer.header("accept-encoding"), Some("gzip, zstd"));
    }
}

#[test]
fn bodies_that_do_not_decode_are_refused_whole() {
    let served = Served::empty(Server::builder());
    let (gzipped, framed) = (gzip(&line("a")), zstd(&line("a")));
    let mut flipped = gzipped.clone();
    let checksum = flipped.len() - 6;
    flipped[checksum] ^= 1;

    for (coding, body) in [
        ("gzip", &gzipped[..gzipped.len() - 9]),
        ("gzip", &flipped),
        ("gzip", b"{}"),
        ("gzip", b""),
        ("zstd", &framed[..framed.len() - 1]),
        ("zstd", &gzipped),
    ] {
        let answer = send(&served, coding, body);
        assert_eq!((answer.status, &*answer.problem().0), (400, "bad-coding"), "{coding}: {body:?}");
    }
    let check = served.json("/v1/check", &json!({ "text": STORY }).to_string());
    assert_eq!(check.json()["verdict"], "new", "nothing of a refused body was stored");
}

#[test]
fn a_small_body_that_decodes_to_a_large_one_meets_the_same_limits() {
    let mut limits = ServerLimits::default();
    (limits.body, limits.bodies) = (100_000, 150_000);
    let served = Served::empty(Server::builder().limits(limits));

    // White space between lines is passed over: the body is large, and holds one item.
    let padded = |length: usize| [vec![b'\n'; length], line("a")].concat();
    for encode in [gzip, zstd] {
        let coding = if encode(b"")[0] == 0x1f { "gzip" } else { "zstd" };
        let answer = send(&served, coding, &encode(&padded(30_000_000)));
        assert_eq!((answer.status, &*answer.problem().0), (413, "body-too-large"), "{coding}");
        assert_eq!(send(&served, coding, &encode(&padded(50_000))).status, 200, "{coding}: the memory is free again");
    }
}

#[test]
fn a_window_larger_than_http_allows_is_refused() {
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    encoder.window_log(27).unwrap();
    encoder.write_all(&line("a")).unwrap();
    let answer = send(&Served::empty(Server::builder()), "zstd", &encoder.finish().unwrap());
    assert_eq!(answer.problem().0, "bad-coding");
}
