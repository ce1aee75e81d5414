//! Boilerplate says who printed a story, not what it says: it is left out of what is compared, everywhere alike.

use std::path::Path;
use std::sync::Arc;

use mukarrar::input::{Corpus, InputOptions};
use mukarrar::page::{Boilerplate, BoilerplateRules, RuleKind, Sieve, SourceResolver, SourcedText, UnitLevel};
use mukarrar::pipeline::{Clustering, Options, Pipeline, compare, learn};
use mukarrar::report::output::Outputs;
use mukarrar::report::{CleanDestination, Cleaning};
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
    assert_eq!(seen.check_and_insert("0", BODY).unwrap(), Verdict::New { certain: true });
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
    for kind in [mukarrar::document::UnitKind::Headline, mukarrar::document::UnitKind::Line] {
        assert!(sieve.sift(SourcedText::new(text).kind(kind)).is_whole());
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
    cleaning.write(&CleanDestination::Stream, &mut Outputs::new(), &mut out).unwrap();
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

#[test]
fn with_a_headline_goes_the_time_beside_it() {
    let list = |hours: [u8; 3]| {
        let [a, b, c] = hours;
        format!(
            "{BODY}\nافتتاح مكتبة عامة في الحي الغربي - قبل {a} ساعات\nالبلدية تزرع ألف شجرة في الشوارع - قبل {b} ساعات\n\
             انقطاع الماء عن الحي الشرقي غدا - قبل {c} ساعات"
        )
    };
    let other = "فاز الفريق الأول بالمباراة النهائية بعد وقت إضافي طويل وتسلم القائد الكأس أمام الجمهور";
    let second = list([4, 9, 11]).replace(BODY, other);
    let input = [line("a", &list([3, 5, 8])), line("b", &second)].concat();
    let (out, _) = cleaned(&input, UnitLevel::Story, Boilerplate::Ignore);
    assert_eq!(out.matches("ساعات").count(), 3, "{out}");
    assert!(out.lines().nth(1).is_some_and(|line| line.contains(other)), "{out}");
}

/// Articles of two sites: each of the first ends with a line of its own kind, a wire's paragraph stands in both.
fn crawl() -> String {
    let wire = "ونشرت الوكالة الخبر كاملا على موقعها";
    let body = |n: usize| {
        let words = ["افتتاح", "إغلاق", "توسعة", "صيانة", "تأجيل", "تمويل", "تشغيل"];
        let pick = |k: usize| words[(n / 7_usize.pow(k as u32)) % 7];
        let (a, b, c, d) = (pick(0), pick(1), pick(2), pick(3));
        format!("{n} {a} {b} {c} {d} طريق المدينة {a}{n} بعد {b}{n} ثم {c}{n} وقبل {d}{n} في موعد {a}{b} من عام {c}{d}")
    };
    let mut lines = String::new();
    for n in 0..260 {
        let own = if n % 2 == 0 { "\nزوروا متجرنا لأفضل العروض الصيفية" } else { "" };
        let text = format!("{}{own}", body(n));
        let url = format!("https://www.first.example/{n}");
        lines += &format!("{}\n", serde_json::json!({ "id": format!("f{n}"), "url": url, "text": text }));
    }
    for n in 0..260 {
        // The same document again and again: it counts once.
        let text = if n < 100 { format!("{}\n{wire}", body(7)) } else { body(1000 + n) };
        let url = format!("http://second.example/{n}");
        lines += &format!("{}\n", serde_json::json!({ "id": format!("s{n}"), "url": url, "text": text }));
    }
    lines
}

fn crawled() -> Corpus {
    let mut options = InputOptions::default();
    options.fields = SourceResolver::fields(None).collect();
    Corpus::from_reader("crawl.jsonl", crawl().as_bytes(), options).unwrap()
}

#[test]
fn what_many_unlike_documents_of_a_source_share_is_learned() {
    let corpus = crawled();
    let rules = learn(&corpus, None, Some(1), &()).unwrap();
    let shown: Vec<_> =
        rules.list().iter().map(|rule| (&*rule.source, rule.kind, &*rule.sample, rule.count, rule.documents)).collect();
    assert_eq!(shown, [("first.example", RuleKind::Line, "زوروا متجرنا لأفضل العروض الصيفية", 130, 260)]);
    let mut written = Vec::new();
    rules.write(&mut written).unwrap();
    for threads in [2, 5] {
        let mut again = Vec::new();
        learn(&corpus, None, Some(threads), &()).unwrap().write(&mut again).unwrap();
        assert_eq!(again, written, "{threads} threads");
    }
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("rules.jsonl");
    std::fs::write(&path, &written).unwrap();
    let read = BoilerplateRules::open(&path).unwrap();
    assert_eq!((read.digest(), read.list()), (rules.digest(), rules.list()));
}

#[test]
fn learned_rules_hold_for_their_source_in_runs_and_index_alike() {
    let rules = Arc::new(learn(&crawled(), None, None, &()).unwrap());
    let body = "وصل الوفد التجاري إلى الميناء الشرقي صباح اليوم والتقى رجال الأعمال في غرفة المدينة";
    let printed = format!("{body}\nزوروا متجرنا لأفضل العروض الصيفية");
    let line = |id: &str, host: &str, text: &str| {
        format!("{}\n", serde_json::json!({ "id": id, "url": format!("https://{host}/{id}"), "text": text }))
    };
    for (host, exact) in [("first.example", true), ("second.example", false)] {
        let input = [line("a", host, body), line("b", host, &printed)].concat();
        let mut reading = InputOptions::default();
        reading.fields = SourceResolver::fields(None).collect();
        let corpus = Corpus::from_reader("in.jsonl", input.as_bytes(), reading).unwrap();
        let mut options = Options::default();
        options.rules = Some(rules.clone());
        let found = Pipeline::new(options.clone()).unwrap().clusters(&corpus, &()).unwrap();
        let relation = found.clusters[0].members.iter().find_map(|member| member.relation);
        let expected = if exact { Relation::Exact } else { Relation::Near };
        assert_eq!(relation, Some(expected), "{host}");
        let index = Index::builder().boilerplate_rules(rules.clone()).build().unwrap();
        let text = |text| SourcedText::new(text).source(Some(host));
        index.insert("a", text(body)).unwrap();
        match index.check(text(&printed)).unwrap() {
            Verdict::Duplicate(found) => assert_eq!(found.relation, Some(expected), "{host}"),
            other => panic!("{host}: {other:?}"),
        }
        assert_eq!(compare(text(body), text(&printed), &options).relation, Some(expected), "{host}");
    }
}

#[test]
fn a_rules_file_that_is_none_is_refused_with_its_line() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("rules.jsonl");
    let header = r#"{"format":"mukarrar-boilerplate","version":1,"fold":"ar-standard-3"}"#;
    let table = [
        (String::new(), "line 1: no boilerplate rules; write it with `pipeline::learn`"),
        (header.replace('1', "9"), "learn them again"),
        (format!("{header}\n{{\"source\":\"a\"}}\n"), "line 2: missing field"),
        (format!("{header}\n\n{}\n", r#"{"source":"a","kind":"head","text":"واحد"}"#), "line 3: "),
    ];
    for (text, expected) in table {
        std::fs::write(&path, &text).unwrap();
        let error = BoilerplateRules::open(&path).unwrap_err().to_string();
        assert!(error.contains(expected) && error.contains("rules.jsonl"), "{error}");
    }
}

#[test]
fn the_name_of_a_speaker_is_no_list_of_keywords() {
    let kept = |text: &str| {
        let mut sieve = Sieve::new(Boilerplate::Ignore);
        sieve.sift(text).pieces().map(|(_, piece)| piece.trim()).collect::<Vec<_>>().join("\n").trim_end().to_owned()
    };

    let told = format!("تاج: نسعى إلى مباراة ودية قبل نهاية العام\n{BODY}");
    assert_eq!(kept(&told), told);
    let listed = format!("{BODY}\nتاج: رياضة، مباراة\nالمصدر: وكالات");
    assert_eq!(kept(&listed), BODY);
}
