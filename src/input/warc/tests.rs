use std::io::Write as _;

use super::*;

fn warc(kind: &str, content_type: &str, block: &[u8]) -> Vec<u8> {
    let head = format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:1>\r\nWARC-Target-URI: <http://www.example.com.sa:80/a?b>\r\n\
         Content-Type: {content_type}\r\ncontent-length: {}\r\n\r\n",
        block.len()
    );
    [head.as_bytes(), block, b"\r\n\r\n"].concat()
}

fn response(head: &str, body: &[u8]) -> Vec<u8> {
    let block = [format!("HTTP/1.1 200 OK\r\n{head}\r\n").as_bytes(), body].concat();
    warc("response", "application/http; msgtype=response", &block)
}

fn text(record: &[u8]) -> Result<String, String> {
    let options = InputOptions { max_record_size: 4096, ..InputOptions::default() };
    super::record(record, &options).map(|(record, _)| record.text.into_owned()).map_err(|reason| reason.to_string())
}

#[test]
fn what_is_a_document_is_told_by_the_heads() {
    let passed = RecordClass::Passed;
    let html = "Content-Type: text/html\r\n";
    assert_eq!(classify(&response(html, b"x")), RecordClass::Document);
    assert_eq!(classify(&response("Content-Type: image/png\r\n", b"x")), passed("other content type"));
    assert_eq!(classify(&response("", b" <!doctype html>")), RecordClass::Document);
    assert_eq!(
        classify(&warc("response", "application/http", b"HTTP/1.1 404 No\r\n\r\n<html>")),
        passed("status other than 2xx")
    );
    assert_eq!(classify(&warc("conversion", "text/plain", b"x")), RecordClass::Document);
    assert_eq!(classify(&warc("resource", "text/css", b"x")), passed("other content type"));
    assert_eq!(classify(&warc("request", "application/http", b"GET / HTTP/1.0\r\n\r\n")), passed("request"));
    assert_eq!(classify(&warc("revisit", "application/http", b"")), passed("revisit"));
}

#[test]
fn bodies_are_read_as_they_were_before_they_were_sent() {
    let plain = "Content-Type: text/plain; charset=utf-8\r\n";
    let gzipped = |bytes: &[u8]| {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        writer.write_all(bytes).unwrap();
        writer.finish().unwrap()
    };
    let zlib = |bytes: &[u8]| {
        let mut writer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        writer.write_all(bytes).unwrap();
        writer.finish().unwrap()
    };
    let with = |head: &str, body: &[u8]| text(&response(&format!("{plain}{head}\r\n"), body));
    assert_eq!(with("Transfer-Encoding: chunked", b"4;x=y\r\nabcd\r\n2\r\nef\r\n0\r\n\r\n").unwrap(), "abcdef");
    assert_eq!(with("Transfer-Encoding: chunked", "نص".as_bytes()).unwrap(), "نص");
    assert_eq!(with("Content-Encoding: gzip", &gzipped("نص".as_bytes())).unwrap(), "نص");
    assert_eq!(with("Content-Encoding: gzip", b"plain").unwrap(), "plain");
    assert_eq!(with("Content-Encoding: deflate", &zlib(b"deflated")).unwrap(), "deflated");
    // Brotli of "نص " as `brotli` writes an uncompressed block: header, length, bytes, end.
    assert_eq!(with("Content-Encoding: br", b"\x0b\x02\x80\xd9\x86\xd8\xb5 \x03").unwrap(), "نص ");
    let chunked = format!("{:x}\r\n", gzipped(b"both").len()).into_bytes();
    let chunked = [chunked, gzipped(b"both"), b"\r\n0\r\n\r\n".to_vec()].concat();
    assert_eq!(with("Content-Encoding: gzip\r\nTransfer-Encoding: chunked", &chunked).unwrap(), "both");
    for (head, body, said) in [
        ("Transfer-Encoding: chunked", b"4\r\nabcd\r\n9\r\nef".to_vec(), "chunk at byte 9"),
        ("Content-Encoding: gzip", gzipped(b"cut")[..12].to_vec(), "gzip data is broken"),
        ("Content-Encoding: dcz", b"x".to_vec(), "\"dcz\" is not read"),
        ("Content-Encoding: gzip", gzipped(&[b'a'; 9999]), "more than 4096"),
    ] {
        let error = with(head, &body).unwrap_err();
        assert!(error.contains(said), "{error}");
    }
}

#[test]
fn the_host_gives_the_domain() {
    let domain = |uri| tld(uri).unwrap_or_default();
    assert_eq!(
        (domain("http://u@a.com.SA:80/x.eg"), domain("https://a.eg"), domain("urn:x")),
        ("sa".into(), "eg".into(), String::new())
    );
}
