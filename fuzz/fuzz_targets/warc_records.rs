//! WARC: the cutter, headers, and bodies, in memory and streamed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mukarrar::input::{EncodingChoice, InputFormat};
use mukarrar_fuzz::{read_both_ways, strict};

fuzz_target!(|data: &[u8]| {
    let [mode, rest @ ..] = data else { return };
    let mut options = strict(InputFormat::Warc);
    options.encoding = EncodingChoice::Auto;
    options.html_raw = mode & 1 == 1;

    // A head of a record with the right length lets the data reach the body.
    let bytes = match mode & 6 {
        0 | 2 => rest.to_vec(),
        4 => record(rest),
        _ => [record(rest), record(rest)].concat(),
    };
    let _ = read_both_ways("a.warc", &bytes, &options);
});

/// A response whose HTTP message is `message`.
fn record(message: &[u8]) -> Vec<u8> {
    let head = format!(
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.example/\r\nContent-Type: application/http; \
         msgtype=response\r\nContent-Length: {}\r\n\r\n",
        message.len()
    );
    [head.as_bytes(), message, b"\r\n\r\n"].concat()
}
