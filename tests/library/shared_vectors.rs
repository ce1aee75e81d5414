//! Promise: the bindings give the same bytes and verdicts. `python/tests/test_vectors.py` reads the same vectors.

use mukarrar::lsh::{Banding, BandingOverrides};
use mukarrar::normalize::{Language, Normalizer, Profile};
use mukarrar::page::{Boilerplate, Sieve};
use mukarrar::shingle::{ShingleKind, Shingler};
use mukarrar::sketch::{MinHasher, SketchParams};
use mukarrar::{Index, Verdict};
use serde_json::{Value, json};

#[test]
fn folded_text_signatures_and_verdicts_are_those_of_the_vectors() {
    let index = Index::builder().build().unwrap();
    let overrides = BandingOverrides { num_hashes: Some(16), rows: Some(4), bands: None };
    let banding = Banding::choose(0.6, 0.99, overrides).unwrap();
    let params = SketchParams::new(banding.num_hashes(), 1, ShingleKind::default(), Profile::default()).unwrap();
    let hasher = MinHasher::new(params);
    let (mut sieve, mut shingler) = (Sieve::new(Boilerplate::default()), Shingler::new(ShingleKind::default(), 1));
    let mut verdicts = Vec::new();
    for line in include_str!("../data/shared_vectors.jsonl").lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let (key, text) = (row["key"].as_str().unwrap(), row["text"].as_str().unwrap());
        let normalizer = Normalizer::new(Profile::Standard, Language::detect(text));
        assert_eq!(row["normalized"], normalizer.normalize(text), "{key}");
        let tokens = normalizer.tokens(text);
        let tokens: Value = tokens.iter().map(|token| json!([token.text, token.span.start, token.span.end])).collect();
        assert_eq!(row["tokens"], tokens, "{key}");
        let signature = hasher.sketch(shingler.shingle_excerpt(&normalizer, sieve.sift(text)).hashes);
        let hex: String = signature.to_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(row["signature"], hex, "{key}");
        let mut keys = Vec::new();
        banding.keys(signature.values(), &mut keys);
        assert_eq!(row["band_keys"], json!(keys), "{key}");
        let (name, found) = match index.check_and_insert(key, text).unwrap() {
            Verdict::New { .. } => ("new", None),
            Verdict::Duplicate(found) => ("duplicate", Some(found)),
            Verdict::Variant { found, .. } => ("variant", Some(found)),
            _ => ("empty", None),
        };
        assert_eq!(row["verdict"], name, "{key}");
        // Scores stand as text, the shortest that reads back as the same number.
        let score = |score: f64| format!("{score:?}");
        let found = found.map(|m| json!([m.key, score(m.jaccard), score(m.containment), m.relation]));
        assert_eq!(row["match"], found.unwrap_or_default(), "{key}");
        verdicts.push(name);
    }
    for name in ["new", "duplicate", "variant", "empty"] {
        assert!(verdicts.contains(&name), "no vector is {name}");
    }
}
