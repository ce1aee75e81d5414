//! Promise: hashes that reach a file are the same on every machine and in every version.

use mukarrar::ErrorKind;
use mukarrar::normalize::{Language, Normalizer, Profile};
use mukarrar::shingle::{ShingleKind, Shingler};
use mukarrar::sketch::{MinHasher, Signature, SketchParams};

const TEXT: &str = "أعلنت الوزارة أمس عن افتتاح ٣ مراكز صحية جديدة في المدينة، وقال المسؤول: «الأمر مهم» BBC café 3.5";

fn signature(kind: ShingleKind, length: usize) -> Signature {
    let normalizer = Normalizer::new(Profile::Standard, Language::Ar);
    let mut shingler = Shingler::new(kind, 1);
    let params = SketchParams::new(length, 1, kind, Profile::Standard).unwrap();
    MinHasher::new(params).sketch(shingler.shingle(&normalizer, TEXT).hashes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_signature_has_the_bytes_it_always_had() {
    let stored = include_str!("../data/signatures.txt");
    assert_eq!(stored.lines().count(), 3);
    for (line, (kind, length)) in stored.lines().zip([("word:3", 16), ("char:3", 16), ("char:8", 7)]) {
        let signature = signature(kind.parse().unwrap(), length);
        assert_eq!(hex(&signature.to_bytes()), line, "{kind}");
    }
}

#[test]
fn bytes_read_back_and_damage_is_named() {
    let signature = signature(ShingleKind::Word(3), 16);
    let bytes = signature.to_bytes();
    assert_eq!(Signature::from_bytes(&bytes).unwrap(), signature);
    for (place, value, expected) in
        [(0, b'X', 0), (4, 9, 4), (5, 9, 4), (6, 7, 6), (7, 0, 6), (8, 9, 8), (15, 0xFF, 12)]
    {
        let mut damaged = bytes.clone();
        damaged[place] = value;
        let error = Signature::from_bytes(&damaged).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Corrupt { offset, .. } if *offset == expected), "{place}: {error}");
    }
    for length in 0..bytes.len() {
        assert!(Signature::from_bytes(&bytes[..length]).is_err(), "{length} bytes");
    }
}

#[test]
fn unlike_signatures_refuse_comparison() {
    let error = signature(ShingleKind::Word(3), 16).jaccard(&signature(ShingleKind::Char(3), 16)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "signatures differ in shingle: word:3 and char:3; make both with the same parameters"
    );
}
