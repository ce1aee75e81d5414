//! The crawler's index: verdicts, keys, removal, several threads.

use std::sync::atomic::{AtomicUsize, Ordering};

use mukarrar::index::Rank;
use mukarrar::similarity::Relation;
use mukarrar::{ErrorKind, Index, Verdict};

const STORY: &str = "أعلنت وزارة الصحة عن افتتاح ثلاثة مراكز صحية جديدة في المدينة أمس بحضور عدد من المسؤولين والأهالي";
const COPY: &str = "اعلنت وزاره الصحة عن إفتتاح ثلاثة مراكز صحيّة جديدة في المدينة أمس بحضور عدد من المسئولين والأهالي";
const LONGER: &str =
    "أعلنت وزارة الصحة عن افتتاح ثلاثة مراكز صحية جديدة في المدينة أمس بحضور عدد من المسؤولين والأهالي ووسائل الإعلام";
const OTHER: &str = "فاز الفريق الأول بالمباراة النهائية بعد وقت إضافي طويل أمام جمهور كبير ملأ المدرجات";

fn duplicate(verdict: &Verdict) -> &mukarrar::Match {
    match verdict {
        Verdict::Duplicate(found) => found,
        other => panic!("{other:?}"),
    }
}

#[test]
fn copies_are_found_with_their_score_and_relation() {
    let seen = Index::builder().build().unwrap();
    assert_eq!(seen.check_and_insert("a", STORY).unwrap(), Verdict::New { certain: true });
    assert_eq!(seen.check_and_insert("b", OTHER).unwrap(), Verdict::New { certain: true });
    let exact = seen.check(COPY).unwrap();
    let exact = duplicate(&exact);
    assert_eq!((&*exact.key, exact.jaccard, exact.relation), ("a", 1.0, Some(Relation::Exact)));
    let near = seen.check_and_insert("c", LONGER).unwrap();
    let near = duplicate(&near);
    assert_eq!((&*near.key, near.containment, near.relation), ("a", 1.0, Some(Relation::Near)));
    assert!(near.jaccard < 1.0);
    assert_eq!(seen.len(), 2, "a duplicate is not stored");
    assert!(!seen.contains("c").unwrap());
}

#[test]
fn a_key_is_taken_once_and_can_be_freed() {
    let seen = Index::builder().build().unwrap();
    seen.insert("a", STORY).unwrap();
    for error in [seen.insert("a", OTHER).unwrap_err(), seen.check_and_insert("a", OTHER).unwrap_err()] {
        assert!(matches!(error.kind(), ErrorKind::KeyExists { key } if key == "a"), "{error}");
    }
    assert!(seen.remove("a").unwrap());
    assert!(!seen.remove("a").unwrap());
    assert_eq!(seen.check(COPY).unwrap(), Verdict::New { certain: true });
    seen.insert("a", OTHER).unwrap();
    assert!(matches!(seen.check(OTHER).unwrap(), Verdict::Duplicate(_)));
}

#[test]
fn empty_text_is_told_apart_and_never_stored() {
    let seen = Index::builder().build().unwrap();
    for text in ["", " \n", "،؛ «»", "\u{64E}\u{640}"] {
        assert_eq!(seen.check_and_insert("e", text).unwrap(), Verdict::Empty, "{text:?}");
        assert_eq!(seen.check(text).unwrap(), Verdict::Empty);
    }
    assert!(seen.is_empty());
}

#[test]
fn the_best_match_wins_and_ties_go_to_the_earliest() {
    let seen = Index::builder().build().unwrap();
    seen.insert("longer", LONGER).unwrap();
    seen.insert("first", STORY).unwrap();
    seen.insert("second", COPY).unwrap();
    assert_eq!(duplicate(&seen.check(STORY).unwrap()).key, "first");
    let keys: Vec<String> = seen.query(STORY, 10, Rank::Jaccard).unwrap().into_iter().map(|found| found.key).collect();
    assert_eq!(keys, ["first", "second", "longer"]);
    assert_eq!(seen.query(STORY, 1, Rank::Jaccard).unwrap().len(), 1);
    // A freed place is used again, but its new text is the youngest.
    seen.remove("first").unwrap();
    seen.insert("third", STORY).unwrap();
    assert_eq!(duplicate(&seen.check(STORY).unwrap()).key, "second");
}

#[test]
fn of_equal_texts_inserted_at_once_exactly_one_is_new() {
    let seen = Index::builder().build().unwrap();
    let new = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (seen, new) = (&seen, &new);
            scope.spawn(move || {
                for story in 0..50 {
                    let words: Vec<String> = (0..20).map(|word| format!("w{story}n{word}")).collect();
                    let text = words.join(" ");
                    let verdict = seen.check_and_insert(&format!("{thread}/{story}"), &text).unwrap();
                    new.fetch_add(usize::from(verdict == Verdict::New { certain: true }), Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!((new.into_inner(), seen.len()), (50, 50));
}

#[test]
fn settings_that_cannot_work_are_refused() {
    let error = Index::builder().threshold(1.5).build().unwrap_err();
    assert_eq!(error.to_string(), "threshold cannot be 1.5: a number above 0 and at most 1");
}

#[test]
fn it_can_be_shared_between_threads() {
    fn assert_shared<T: Send + Sync>() {}
    assert_shared::<Index>();
}

/// A Persian text without a word or letter of Persian alone, and the same with an end that tells the language.
const UNSURE: &str =
    "آموزش آغاز آزمون آرامش آسمان آتش آهن آینده آواز آرزو آشنا آرام آبان آذر آبی آب آیین آینه آستان آمار";
const TELLING: &str = "آموزش آغاز آزمون آرامش آسمان آتش آهن آینده آواز آرزو آشنا آرام آبان آذر آبی آب آیین آینه آستان آمار که \
                       این کار در شهر شد";

#[test]
fn a_text_that_does_not_tell_its_language_has_that_of_its_source() {
    let item = |text, source| mukarrar::index::Item::new(text).source(source);
    let seen = Index::builder().build().unwrap();
    assert_eq!(seen.check_and_insert("fa", item(TELLING, Some("isna"))).unwrap(), Verdict::New { certain: true });
    assert_eq!(seen.check_and_insert("ar", item(STORY, Some("spa"))).unwrap(), Verdict::New { certain: true });
    assert_eq!(duplicate(&seen.check(item(UNSURE, Some("isna"))).unwrap()).key, "fa");
    // An Arabic source decides for Arabic, and so do an index and a source that are mixed.
    for source in [Some("spa"), Some("unknown"), None] {
        assert_eq!(seen.check(item(UNSURE, source)).unwrap(), Verdict::New { certain: true }, "{source:?}");
    }
    let fixed = Index::builder().language(mukarrar::normalize::Language::Ar).build().unwrap();
    fixed.insert("fa", item(TELLING, None)).unwrap();
    assert!(matches!(fixed.check(item(UNSURE, None)).unwrap(), Verdict::Duplicate(_)), "both are folded as Arabic");
}

#[test]
fn languages_of_sources_give_batches_the_answers_of_one_after_the_other() {
    let texts: Vec<(String, &str)> =
        (0..40).map(|n| (n.to_string(), if n % 8 == 3 { TELLING } else { UNSURE })).collect();
    let items: Vec<(&str, mukarrar::index::Item<'_>)> =
        texts.iter().map(|(key, text)| (key.as_str(), (*text).into())).collect();
    let (single, batch) = (Index::builder().build().unwrap(), Index::builder().build().unwrap());
    let one_by_one: Vec<String> =
        items.iter().map(|(key, item)| format!("{:?}", single.check_and_insert(key, *item).unwrap().name())).collect();
    let at_once: Vec<String> =
        batch.check_and_insert_all(&items).into_iter().map(|found| format!("{:?}", found.unwrap().name())).collect();
    assert_eq!(at_once, one_by_one);
    // The first is folded as Arabic; from the first text on that tells the language the others are Persian.
    assert_eq!(at_once.iter().filter(|name| *name == "\"new\"").count(), 2, "{at_once:?}");
}
