//! Boilerplate says who printed a story, not what it says: it is left out of what is compared, everywhere alike.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop where it fails")]

use std::path::Path;

use mukarrar::input::{Corpus, InputOptions};
use mukarrar::page::{Boilerplate, Sieve, Text, UnitLevel};
use mukarrar::pipeline::{Clustering, Options, Pipeline, compare};
use mukarrar::report::output::Outputs;
use mukarrar::report::{Cleaning, Destination};
use mukarrar::similarity::Relation;
use mukarrar::{Index, Verdict};

const BODY: &str = "أعلنت وزارة الصحة عن افتتاح ثلاثة مراكز جديدة في المدينة بحضور عدد من المسؤولين والأهالي\n\
    وقالت إن العمل فيها يبدأ مطلع الأسبوع المقبل";

/// One report as five papers print it.
fn printed() -> Vec<String> {
    vec![
        BODY.to_owned(),
        format!("الرياض - واس: {BODY}"),
        format!("عين اليوم – جدة\n{BODY}. سمات الصحة المدينة مراكز صحية"),
        format!("سبق- الرياض: {BODY}\nجميع الحقوق محفوظة لصحيفة المدينة"),
        format!("{BODY} . رابط الخبر بصحيفة المدينة: الصحة تفتتح ثلاثة مراكز\nالمصدر: وكالات\nاقرأ أيضا: مراكز جديدة"),
        format!("الرياض 26 شوال 1436 هـ الموافق 11 أغسطس 2015 م واس {BODY}\n// انتهى //"),
    ]
}

fn options(boilerplate: Boilerplate) -> Options {
    let mut options = Options::default();
    options.boilerplate = boilerplate;
    options
}

fn corpus(texts: &[String]) -> Corpus {
    Corpus::from_texts(texts.iter().enumerate().map(|(place, text)| (place.to_string(), text.clone())))
}

fn clusters(texts: &[String], boilerplate: Boilerplate) -> Clustering {
    Pipeline::new(options(boilerplate)).unwrap().clusters(&corpus(texts), &()).unwrap()
}

#[test]
fn a_report_is_the_same_whoever_prints_it() {
    let found = clusters(&printed(), Boilerplate::Ignore);
    assert_eq!(found.clusters.len(), 1);
    assert_eq!(found.clusters[0].size(), printed().len());
    let relations = found.clusters[0].members.iter().filter_map(|member| member.relation);
    assert!(relations.clone().all(|relation| relation == Relation::Exact), "{:?}", relations.collect::<Vec<_>>());
    let kept = clusters(&printed(), Boilerplate::Keep);
    let exact = |found: &Clustering| found.removals(&[Relation::Exact]).len();
    assert_eq!((exact(&found), exact(&kept)), (5, 0));
}

#[test]
fn runs_compare_and_index_decide_alike() {
    let seen = Index::builder().build().unwrap();
    assert_eq!(seen.check_and_insert("0", BODY).unwrap(), Verdict::New);
    for text in printed() {
        let found = compare(BODY, &text, &Options::default());
        assert_eq!((found.relation, found.score.jaccard), (Some(Relation::Exact), 1.0), "{text}");
        match seen.check(&text).unwrap() {
            Verdict::Duplicate(found) => assert_eq!(found.relation, Some(Relation::Exact), "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
    let keeps = Index::builder().boilerplate(Boilerplate::Keep).build().unwrap();
    keeps.insert("0", BODY).unwrap();
    match keeps.check(&printed()[1]).unwrap() {
        Verdict::Duplicate(found) => assert!(found.jaccard < 1.0),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_text_of_boilerplate_alone_stays_whole() {
    let texts = [
        "جميع الحقوق محفوظة لصحيفة المدينة",
        "المصدر: صحيفة المدينة\nوكالات",
        "صورة\nرابط الخبر بصحيفة المدينة: الوزير يفتتح المراكز",
        "",
        " \n",
    ];
    let mut sieve = Sieve::new(Boilerplate::Ignore);
    for text in texts {
        assert!(sieve.sift(text).is_whole(), "{text}");
    }
    let pages = ["جميع الحقوق محفوظة لصحيفة المدينة", "جميع الحقوق محفوظة لجريدة العرب الدولية 2015"].map(String::from);
    assert!(clusters(&pages, Boilerplate::Ignore).clusters.is_empty());
}

#[test]
fn headlines_and_lines_stay_whole() {
    let text = &printed()[1];
    let mut sieve = Sieve::new(Boilerplate::Ignore);
    assert!(!sieve.sift(text).is_whole());
    for kind in [mukarrar::document::Kind::Headline, mukarrar::document::Kind::Line] {
        assert!(sieve.sift(Text::new(text).kind(kind)).is_whole());
    }
}

/// What `dedup` leaves of a file of JSON Lines.
fn cleaned(lines: &str, unit: UnitLevel, boilerplate: Boilerplate) -> (String, mukarrar::pipeline::Summary) {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("in.jsonl");
    std::fs::write(&path, lines).unwrap();
    let corpus = Corpus::open(&[path], InputOptions::default()).unwrap();
    let mut options = options(boilerplate);
    options.unit = unit;
    let found = Pipeline::new(options.clone()).unwrap().clusters(&corpus, &()).unwrap();
    let cleaning = Cleaning::plan(&found, &corpus, &[Relation::Exact, Relation::Near], &options).unwrap();
    let mut out = Vec::new();
    cleaning.write(&Destination::Stream, &mut Outputs::new(), &mut out).unwrap();
    let mut summary = found.summary.clone();
    cleaning.account(&mut summary);
    assert!(!Path::new("-").exists());
    (String::from_utf8(out).unwrap(), summary)
}

fn line(id: &str, text: &str) -> String {
    format!("{}\n", serde_json::json!({ "id": id, "text": text, "n": 1 }))
}

#[test]
fn stripping_edits_what_stays_and_counts_it() {
    let other = "فاز الفريق الأول بالمباراة النهائية بعد وقت إضافي طويل وتسلم القائد الكأس";
    let alone = "جميع الحقوق محفوظة";
    let input = [line("a", &printed()[3]), line("b", BODY), line("c", other), line("d", alone)].concat();
    let (out, summary) = cleaned(&input, UnitLevel::Document, Boilerplate::Strip);
    let expected = [line("a", &format!("{BODY}\n")), line("c", other), line("d", alone)].concat();
    let read = |text: &str| -> Vec<serde_json::Value> {
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    assert_eq!(read(&out), read(&expected));
    let records = &summary.records;
    assert_eq!((records.read, records.kept, records.edited, summary.stripped_spans), (4, 3, 1, Some(2)));
    assert_eq!(records.kept + records.removed.values().sum::<u64>(), records.read);
    let (out, summary) = cleaned(&input, UnitLevel::Document, Boilerplate::Ignore);
    assert_eq!(out, [line("a", &printed()[3]), line("c", other), line("d", alone)].concat());
    assert_eq!(summary.stripped_spans, None);
}

#[test]
fn stripping_pages_takes_their_boilerplate_units() {
    let page = format!("{BODY}\nالمصدر: صحيفة المدينة\nكلمات دلالية: صحة مدينة مراكز");
    let input = [line("a", &page), line("b", &page)].concat();
    let (out, summary) = cleaned(&input, UnitLevel::Story, Boilerplate::Strip);
    let first: serde_json::Value = serde_json::from_str(out.lines().next().unwrap()).unwrap();
    assert_eq!(first["text"], format!("{BODY}\n"));
    assert!(summary.stripped_spans.unwrap() >= 2);
}
