//! Pages of HTML are read as their text, whatever they were encoded in, and copied whole.

#![cfg(feature = "html")]
use crate::common;
use std::fs;
use std::path::Path;

use mukarrar::document::DocId;
use mukarrar::input::{Corpus, FieldValue, InputFormat, InputOptions};
use mukarrar::normalize::{Language, Normalizer, Profile};
use mukarrar::page::UnitLevel;
use mukarrar::pipeline::{Options, Pipeline};
use mukarrar::report::Cleaning;
use mukarrar::similarity::Relation;
use proptest::prelude::*;

const STORY: &str = "أعلنت وزارة الصحة أمس عن افتتاح ثلاثة مراكز صحية جديدة في المدينة، وقالت إن العمل فيها يبدأ مطلع الأسبوع المقبل، بعد أن \
                     اكتملت التجهيزات التي تأخرت من العام الماضي، وأضافت أن المراكز الجديدة ستخدم سكان الأحياء الشمالية كلها.";

fn page(story: &str, around: &str) -> String {
    format!(
        "<!DOCTYPE html><html><head><meta charset=utf-8><title>مراكز جديدة</title>\
         <meta property=\"article:published_time\" content=\"2026-01-02\"><link rel=canonical href=\"https://a.sa/1\"></head>\
         <body><div class=menu><a href=/>{around}</a></div><article><p>{story}</p><p>{story}</p><p>{story}</p></article></body></html>"
    )
}

fn open(name: &str, bytes: &[u8]) -> Corpus {
    let mut options = InputOptions::default();
    options.fields = ["title", "date", "url", "other"].map(str::to_owned).to_vec();
    Corpus::from_reader(name, bytes, options).unwrap()
}

fn tokens(text: &str) -> String {
    Normalizer::new(Profile::Standard, Language::Ar).normalize(text)
}

#[test]
fn a_page_is_its_main_text_and_its_fields() {
    let html = page(STORY, "الرئيسية");
    for name in ["a.html", "a.HTM", "a.xhtml", "-"] {
        let corpus = open(name, html.as_bytes());
        let record = corpus.read(DocId::new(0)).unwrap();
        assert_eq!((corpus.files()[0].format, corpus.len(), &*record.id), (InputFormat::Html, 1, name));
        assert_eq!(record.text, [STORY; 3].join("\n"));
        let text = |value: &str| Some(FieldValue::Text(value.to_owned()));
        assert_eq!(record.fields, [text("مراكز جديدة"), text("2026-01-02"), text("https://a.sa/1"), None]);
        assert_eq!(corpus.raw(DocId::new(0)).unwrap(), html.as_bytes());
    }
    let mut options = InputOptions::default();
    options.html_raw = true;
    let raw = Corpus::from_reader("a.html", html.as_bytes(), options).unwrap();
    assert!(raw.read(DocId::new(0)).unwrap().text.starts_with("الرئيسية\nأعلنت"));
}

#[test]
fn the_declared_encoding_decides() {
    let html = page(STORY, "x").replace("utf-8", "windows-1256");
    let bytes = mukarrar::input::Encoding::for_label("windows-1256").unwrap().encode(&html).unwrap();
    let corpus = open("a.html", &bytes);
    let record = corpus.read(DocId::new(0)).unwrap();
    assert_eq!((record.decoding.encoding.name(), &*record.text), ("windows-1256", &*[STORY; 3].join("\n")));
}

/// Pages that differ around the same story are copies; the one that stays is copied byte for byte.
#[test]
fn copies_among_pages_are_removed_whole() {
    let home = tempfile::tempdir().unwrap();
    let (input, clean) = (home.path().join("in"), home.path().join("clean"));
    fs::create_dir(&input).unwrap();
    fs::write(input.join("a.html"), page(STORY, "صحيفة")).unwrap();
    fs::write(input.join("b.html"), page(STORY, "موقع إخباري آخر")).unwrap();
    let paths = [input.clone()];
    let corpus = Corpus::open(&paths, InputOptions::default()).unwrap();
    let mut options = Options::default();
    let found = Pipeline::new(options.clone()).unwrap().clusters(&corpus, &()).unwrap();
    let cleaning = Cleaning::plan(&found, &corpus, &[Relation::Exact], &options).unwrap();
    let listed = mukarrar::input::Input::open(&paths, InputOptions::default()).unwrap();
    let destination = mukarrar::report::CleanDestination::new(&clean, &paths, &listed).unwrap();
    let mut outputs = mukarrar::report::output::Outputs::new();
    cleaning.write(&destination, &mut outputs, &mut Vec::new()).unwrap();
    outputs.commit().unwrap();
    assert_eq!(fs::read(clean.join("a.html")).unwrap(), fs::read(input.join("a.html")).unwrap());
    assert!(!clean.join("b.html").exists());
    // Parts of a page cannot be cut out of it.
    options.unit = UnitLevel::Paragraph;
    let found = Pipeline::new(options.clone()).unwrap().clusters(&corpus, &()).unwrap();
    let error = Cleaning::plan(&found, &corpus, &[Relation::Exact], &options).err().unwrap().to_string();
    assert!(error.contains("`unit` document"), "{error}");
}

/// Every shared sample is read as text of its language.
#[cfg(feature = "gzip")]
#[test]
#[ignore = "needs the reference collections, which are not part of the project"]
fn the_shared_samples_are_read() {
    let archive = common::shared("corpora/warc_html_enc_samples.tar.gz");
    let home = tempfile::tempdir().unwrap();
    let status =
        std::process::Command::new("tar").arg("xzf").arg(&archive).arg("-C").arg(home.path()).status().unwrap();
    assert!(status.success());
    let text = |name: &str| -> (String, String) {
        let path = home.path().join("html_enc").join(name);
        let corpus = Corpus::open(&[path], InputOptions::default()).unwrap();
        let record = corpus.read(DocId::new(0)).unwrap();
        println!("{name}: {:?} {:.60}", record.decoding, record.text.replace('\n', " "));
        (record.text.to_string(), record.decoding.encoding.name().to_owned())
    };
    let (expected, _) = text("uchardet_ar_utf-8.txt");
    for (name, encoding) in
        [("uchardet_ar_windows-1256.txt", "windows-1256"), ("uchardet_ar_iso-8859-6.txt", "ISO-8859-6")]
    {
        let (found, found_encoding) = text(name);
        assert_eq!((tokens(&found), found_encoding.as_str()), (tokens(&expected), encoding));
    }
    for (name, encoding) in [
        ("windows-1256-arabic.html", "windows-1256"),
        ("iso-8859-6-arabic.html", "ISO-8859-6"),
        ("assabah.com.tn.article.html", "UTF-8"),
        ("newspaper_arabic_article.html", "UTF-8"),
    ] {
        let (found, found_encoding) = text(name);
        let arabic = found.chars().filter(|character| ('\u{620}'..'\u{660}').contains(character)).count();
        assert!(arabic > 50 && found_encoding == encoding, "{name}: {found_encoding} {found}");
        assert!(!found.contains("</") && !found.contains("function"), "{name}");
    }
    // The text that the extractor of another project is tested by.
    let article = tokens(&text("newspaper_arabic_article.html").0);
    let expected = tokens(&text("newspaper_arabic_article.txt").0);
    let words: std::collections::BTreeSet<&str> = article.split(' ').collect();
    let found = expected.split(' ').filter(|word| words.contains(word)).count();
    assert!(found * 10 >= expected.split(' ').count() * 9, "{found}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever is done to a page, it is read or rejected, the same way each time.
    #[test]
    fn broken_pages_are_read_or_rejected(
        cuts in prop::collection::vec((0_usize..2000, 0_usize..2000), 0..4),
        pieces in prop::collection::vec((0_usize..2000, prop::sample::select(vec![
            "<div>", "</div>", "<!--", "-->", "<p", ">", "<b>", "</p></b>", "<table>", "<script>", "&#x0;", "\0", "'", "<svg><p>",
            "<template>", "<select><p>", "</html>", "<frameset>", "é", "\u{202e}",
        ])), 0..8),
        raw in any::<bool>(),
    ) {
        let mut html = page(STORY, "x").into_bytes();
        for (at, length) in cuts {
            let at = at.min(html.len());
            let end = (at + length).min(html.len());
            html.drain(at..end);
        }
        for (at, piece) in pieces {
            let at = at.min(html.len());
            html.splice(at..at, piece.bytes());
        }
        let mut options = InputOptions::default();
        options.format = Some(InputFormat::Html);
        options.html_raw = raw;
        let corpus = Corpus::from_reader(Path::new("a.html"), html.as_slice(), options).unwrap();
        prop_assert_eq!(corpus.len(), 1);
        let once = corpus.read(DocId::new(0)).map(|record| record.text.into_owned()).map_err(|reject| reject.to_string());
        let twice = corpus.read(DocId::new(0)).map(|record| record.text.into_owned()).map_err(|reject| reject.to_string());
        prop_assert_eq!(once, twice);
    }
}
