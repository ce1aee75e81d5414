//! Text in any encoding, and text that was decoded wrongly before, is read as what its author wrote.

use crate::common;
use std::fs;

use mukarrar::document::DocId;
use mukarrar::input::{Corpus, InputOptions, Record};
use mukarrar::normalize::{Language, Normalizer, Profile};
use mukarrar::pipeline::{Options, Pipeline};

const NEWS: &str = "أعلنت وزارة الصحة أمس عن افتتاح ثلاثة مراكز صحية جديدة في المدينة، وقالت إن العمل فيها يبدأ مطلع الأسبوع \
                    المقبل بعد أن اكتملت التجهيزات التي تأخرت من العام الماضي";

fn options(encoding: &str) -> InputOptions {
    let mut options = InputOptions::default();
    options.encoding = encoding.parse().unwrap();
    options
}

fn corpus(name: &str, bytes: Vec<u8>, encoding: &str) -> Corpus {
    Corpus::from_reader(name, bytes.as_slice(), options(encoding)).unwrap()
}

fn first(corpus: &Corpus) -> Record<'_> {
    corpus.read(DocId::new(0)).unwrap()
}

fn encoded(label: &str, text: &str) -> Vec<u8> {
    mukarrar::input::Encoding::for_label(label).unwrap().encode(text).unwrap()
}

fn tokens(text: &str) -> Vec<String> {
    let folded = Normalizer::new(Profile::Standard, Language::Ar).normalize(text);
    folded.split(' ').map(str::to_owned).collect()
}

/// Every sample that holds its bytes, whatever was done to them, gives the tokens of the UTF-8 one. Where an encoding lacks a
/// letter the sample has `?`: those places alone may differ.
#[cfg(feature = "gzip")]
#[test]
#[ignore = "needs the reference collections, which are not part of the project"]
fn the_samples_fold_to_the_same_tokens() {
    let folder = common::shared("arabic/encoding_samples");
    let page = fs::read_to_string(folder.join("seed.utf-8.bin")).unwrap();
    let mut read = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let corpus = corpus("page.txt", fs::read(&path).unwrap(), "auto");
        let record = first(&corpus);
        if name.contains("lossy") {
            assert!(record.decoding.lossy && record.text.contains('\u{FFFD}'), "{name}");
            continue;
        }
        // Nothing but question marks is left of the letters in this one.
        if name.contains("cp864") {
            continue;
        }
        read += 1;
        assert_eq!(record.text.chars().count(), page.chars().count(), "{name}: {:?}", record.decoding);
        let lost: String = record.text.chars().zip(page.chars()).map(|(a, b)| if a == '?' { '?' } else { b }).collect();
        assert_eq!(tokens(&record.text), tokens(&lost), "{name}");
        let questions = |text: &str| text.matches('?').count();
        assert!(questions(&lost) - questions(&page) <= 48, "{name}");
        println!("{name}: {:?}", record.decoding.notes().map(|note| note.to_string()).collect::<Vec<_>>());
    }
    assert_eq!(read, 14);
}

/// Clean text of many kinds is left as it is.
#[cfg(feature = "gzip")]
#[test]
#[ignore = "needs the reference collections, which are not part of the project"]
fn clean_corpora_show_no_repair() {
    for name in ["urdu_news", "saudinewsnet", "tehrantimes_en", "hespress_aljazeera", "almayadeen", "tashkeela_diac"] {
        let corpus = common::shared_corpus(name);
        let mut odd = Vec::new();
        corpus
            .each(|id, record| {
                if let Ok(record) = record
                    && !record.decoding.is_plain()
                {
                    odd.push((id, record.decoding, record.text.chars().take(200).collect::<String>()));
                }
            })
            .unwrap();
        assert!(odd.is_empty(), "{name}: {odd:?}");
    }
}

#[test]
fn the_choice_is_obeyed() {
    let bytes = encoded("windows-1256", NEWS);
    let found = corpus("a.txt", bytes.clone(), "auto");
    assert_eq!((&*first(&found).text, first(&found).decoding.encoding.name()), (NEWS, "windows-1256"));
    assert_eq!(first(&corpus("a.txt", bytes.clone(), "cp1256")).text, NEWS);
    assert_ne!(first(&corpus("a.txt", bytes.clone(), "iso-8859-6")).text, NEWS);
    let reject = corpus("a.txt", bytes, "strict").read(DocId::new(0)).unwrap_err();
    assert_eq!(reject.to_string(), "a.txt: invalid UTF-8 at byte 0; convert the input to UTF-8");
    // Nothing is repaired under `strict`.
    let mojibake = encoded(
        "utf-8",
        &String::from_utf8(encoded("utf-8", NEWS)).unwrap().bytes().map(char::from).collect::<String>(),
    );
    assert_eq!(first(&corpus("a.txt", mojibake.clone(), "auto")).text, NEWS);
    assert_eq!(first(&corpus("a.txt", mojibake, "strict")).decoding, mukarrar::input::RecordDecoding::default());
}

/// A run counts what was decoded, and finds the copy of a text in another encoding.
#[test]
fn a_run_tells_what_was_decoded() {
    let home = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| fs::write(home.path().join(name), bytes).unwrap();
    let misread: String = NEWS.bytes().map(char::from).collect();
    put("a.txt", NEWS.as_bytes());
    put("b.txt", &encoded("windows-1256", NEWS));
    put("c.jsonl", format!("{{\"id\":\"c\",\"text\":{}}}\n", serde_json::Value::from(misread)).as_bytes());
    put("d.txt", b"\x07\0\x07\xFF");
    let corpus = Corpus::open(&[home.path().to_owned()], InputOptions::default()).unwrap();
    let found = Pipeline::new(Options::default()).unwrap().clusters(&corpus, &()).unwrap();
    assert_eq!((found.clusters.len(), found.clusters[0].size()), (1, 3));
    let noted = serde_json::to_value(&found.summary.noted).unwrap();
    let expected = serde_json::json!({"encoding": {"windows-1256": 1}, "repaired": {"utf-8 as windows-1252": 1}});
    assert_eq!(noted, expected);
    assert_eq!(found.summary.decoded, [DocId::new(1), DocId::new(2)]);
    assert_eq!(found.summary.records.rejected.get("not_text"), Some(&1));
}

/// What is written back is in the encoding that was read, where that holds it.
#[test]
fn an_edited_text_keeps_its_encoding_where_it_can() {
    let rewritten = |bytes: &[u8], text: &str| {
        let corpus = corpus("a.txt", bytes.to_vec(), "auto");
        corpus.rewrite(DocId::new(0), text).unwrap()
    };
    let marked = [b"\xFF\xFE".as_slice(), &encoded("utf-16le", NEWS)].concat();
    for (bytes, label, mark) in [
        (encoded("windows-1256", NEWS), "windows-1256", &b""[..]),
        (marked, "utf-16le", b"\xFF\xFE"),
        (NEWS.as_bytes().to_vec(), "utf-8", b""),
    ] {
        let expected = [mark, encoded(label, "نص آخر").as_slice()].concat();
        assert_eq!(rewritten(&bytes, "نص آخر"), expected, "{label}");
    }
    assert_eq!(rewritten(&encoded("windows-1256", NEWS), "日本"), "日本".as_bytes());
    let misread: String = NEWS.bytes().map(char::from).collect();
    assert_eq!(rewritten(misread.as_bytes(), "نص"), "نص".as_bytes());
}
