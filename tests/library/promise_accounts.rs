//! Promise: nothing is lost silently, and what is short or empty is treated apart.

use crate::common;
use std::collections::BTreeSet;

use crate::common::text;
use mukarrar::cluster::Cluster;
use mukarrar::document::{DocId, UnitId};
use mukarrar::input::{Corpus, InputOptions};
use mukarrar::page::UnitLevel;
use mukarrar::pipeline::{Clustering, Options, Pipeline};
use mukarrar::similarity::Relation;

fn options(change: impl FnOnce(&mut Options)) -> Options {
    let mut options = Options::default();
    change(&mut options);
    options
}

fn clusters(corpus: &Corpus, options: Options) -> Clustering {
    Pipeline::new(options).unwrap().clusters(corpus, &()).unwrap()
}

fn lines(change: impl FnOnce(&mut Options)) -> Options {
    let mut options = options(|o| o.unit = UnitLevel::Line);
    change(&mut options);
    options
}

fn text_of(corpus: &Corpus, found: &Clustering, unit: UnitId) -> String {
    let record = corpus.read(found.units.document(unit)).unwrap();
    found.units.span(unit).of(&record.text).to_owned()
}

/// Each cluster as its members' texts with their relations.
fn shown(corpus: &Corpus, found: &Clustering) -> Vec<Vec<(Option<Relation>, String)>> {
    let members = |cluster: &Cluster| {
        cluster.members.iter().map(|member| (member.relation, text_of(corpus, found, member.unit))).collect()
    };
    found.clusters.iter().map(members).collect()
}

#[test]
fn kept_and_rejected_make_up_what_was_read() {
    let input = "{\"id\":\"a\",\"text\":\"خبر\"}\nno JSON\n{\"id\":\"b\"}\n{\"id\":\"c\",\"text\":null}\n{\"id\":\"d\",\"text\":\"\"}\n\
                 {\"id\":\"a\",\"text\":\"خبر\"}\n";
    let corpus = Corpus::from_reader("in.jsonl", input.as_bytes(), InputOptions::default()).unwrap();
    let found = clusters(&corpus, Options::default());
    let records = &found.summary.records;
    assert_eq!((records.read, records.kept, found.rejects.len()), (6, 3, 3));
    assert_eq!(records.kept + records.rejected.values().sum::<u64>(), records.read);
    assert_eq!((found.summary.empty_units, found.summary.repeated_ids), (1, 1));
    assert_eq!(found.clusters.len(), 1, "one word, twice, is an exact copy");
    assert_eq!(found.clusters[0].members[1].relation, Some(Relation::Exact));
    assert_eq!(found.rejects, [1, 2, 3].map(DocId::new));
    assert_eq!(found.names.shown(DocId::new(5), "a"), "a~2");
}

#[test]
fn with_unique_ids_a_repeat_is_rejected_and_counted() {
    let input = "{\"id\":\"a\",\"text\":\"خبر عاجل\"}\n{\"id\":\"a\",\"text\":\"خبر عاجل\"}\n{\"id\":\"b\",\"text\":\"خبر عاجل\"}\n";
    let mut reading = InputOptions::default();
    reading.unique_ids = true;
    let corpus = Corpus::from_reader("in.jsonl", input.as_bytes(), reading).unwrap();
    let found = clusters(&corpus, Options::default());
    assert_eq!(found.rejects, [DocId::new(1)]);
    let records = &found.summary.records;
    assert_eq!((records.read, records.kept, records.rejected["repeated_id"]), (3, 2, 1));
    assert_eq!((found.clusters.len(), found.clusters[0].size()), (1, 2), "the repeat counts nowhere");
}

#[test]
fn empty_units_are_counted_and_never_clustered() {
    let texts = ["", " ", "\u{a0}\n", "،؛ «»", "\u{64E}\u{640}", "&nbsp;", "خبر", "نبأ"].map(str::to_owned);
    let corpus = common::numbered(&texts);
    for unit in [UnitLevel::Document, UnitLevel::Story, UnitLevel::Paragraph, UnitLevel::Line] {
        let found = clusters(&corpus, options(|o| o.unit = unit));
        assert!(found.clusters.is_empty(), "{unit}: {:?}", found.clusters);
        if unit == UnitLevel::Document {
            assert_eq!(found.summary.empty_units, 6);
        }
    }
}

const HEADLINE: &str = "جوازات الرياض تضبط 35 مخالفا لأنظمة الإقامة والعمل خلال أسبوع";

#[test]
fn a_headline_with_other_numbers_or_another_name_is_no_copy() {
    for other in [HEADLINE.replace("35", "53"), HEADLINE.replace("الرياض", "حائل")] {
        let corpus = common::numbered(&[HEADLINE.to_owned(), other.clone()]);
        assert!(clusters(&corpus, lines(|_| ())).clusters.is_empty(), "{other}");
        let list = Pipeline::new(lines(|_| ())).unwrap().pairs(&corpus, &()).unwrap();
        assert_eq!(list.iter(true).count(), 0, "{other}");
    }
    let respelled = HEADLINE.replace("الإقامة", "الاقامه").replace("35", "٣٥");
    let found = clusters(&common::numbered(&[HEADLINE.to_owned(), respelled]), lines(|_| ()));
    assert_eq!(found.clusters[0].members[1].relation, Some(Relation::Exact));
}

#[test]
fn what_resembles_is_related_in_one_document_and_across_documents_where_asked() {
    let other = HEADLINE.replace("الرياض", "حائل");
    let together = common::numbered(&[format!("{HEADLINE}\n{other}")]);
    let apart = common::numbered(&[HEADLINE.to_owned(), other.clone()]);
    let related = vec![vec![(None, HEADLINE.to_owned()), (Some(Relation::Related), other)]];
    let found = clusters(&together, lines(|_| ()));
    assert_eq!(shown(&together, &found), related);
    assert_eq!(found.clusters[0].size(), 1);
    assert!(found.removals(&[Relation::Exact, Relation::Near]).is_empty(), "what is related is never removed");
    assert!(clusters(&apart, lines(|_| ())).clusters.is_empty());
    assert_eq!(shown(&apart, &clusters(&apart, lines(|o| o.related = true))), related);
}

#[test]
fn without_the_short_path_lines_are_compared_by_words() {
    let other = HEADLINE.replace("أسبوع", "يومين");
    let corpus = common::numbered(&[HEADLINE.to_owned(), other]);
    let found = clusters(&corpus, lines(|o| o.short = false));
    assert_eq!(found.clusters.len(), 1);
    assert_eq!(found.clusters[0].members[1].measure.to_string(), "word:3");
    assert_eq!(found.clusters[0].members[1].relation, Some(Relation::Near));
}

/// The headline, its twin among the links and the reworded link: one cluster of size 2 with three members.
fn assert_repeated_headline(page: &std::path::Path, begins: &str) {
    let corpus = common::open(page);
    let found = clusters(&corpus, options(|o| o.unit = UnitLevel::Story));
    let shown = shown(&corpus, &found);
    assert_eq!(shown.len(), 1, "nothing else repeats: {shown:?}");
    assert_eq!(found.clusters[0].size(), 2);
    let mut relations: Vec<_> = shown[0].iter().map(|(relation, _)| *relation).collect();
    relations.sort_unstable();
    assert_eq!(relations, [None, Some(Relation::Exact), Some(Relation::Related)]);
    assert!(shown[0].iter().all(|(_, text)| text.trim_start_matches("• ").starts_with(begins)), "{shown:?}");
}

#[test]
fn the_repeated_headline_of_a_page_stands_in_one_cluster() {
    assert_repeated_headline(&common::own("corpus/pages/page-1.txt"), "باريس: الصدام العسكري مع إيران");
}

#[test]
#[ignore = "needs the reference collections, which are not part of the project"]
fn the_repeated_headline_of_the_seed_page_stands_in_one_cluster() {
    assert_repeated_headline(&common::shared("seed/page.txt"), "فرنسا: المواجهة العسكرية مع إيران");
}

/// A template in which hundreds share most shingles, and copies of some.
fn crowded() -> Vec<String> {
    let mut random = text::Random::new(5);
    let template: Vec<usize> = (0..40).collect();
    let fill = |random: &mut text::Random| {
        let mut words = template.clone();
        words.extend(text::words(random, 5000, 8));
        text::spelled(&words)
    };
    let mut texts: Vec<String> = (0..150).map(|_| fill(&mut random)).collect();
    texts.extend(text::families(6, 60, 4));
    texts
}

#[test]
fn a_cap_on_buckets_loses_nothing_or_counts_it() {
    let corpus = common::numbered(&crowded());
    let run = |threshold: f64, max_bucket: usize| {
        let pipeline = Pipeline::new(options(|o| (o.threshold, o.max_bucket) = (threshold, max_bucket))).unwrap();
        let (found, list) = (pipeline.clusters(&corpus, &()).unwrap(), pipeline.pairs(&corpus, &()).unwrap());
        let pairs: BTreeSet<(usize, usize)> = list.iter(true).map(|pair| (pair.a.index(), pair.b.index())).collect();
        (found, pairs, list.summary.lost_pairs)
    };
    for threshold in [0.6, 0.85] {
        let (free, all, lost) = run(threshold, 10_000);
        assert_eq!((free.summary.lost_pairs, lost), (0, 0));
        for max_bucket in [2, 3, 20] {
            let (capped, pairs, lost) = run(threshold, max_bucket);
            assert!(pairs.is_subset(&all), "a cap adds no pair");
            assert!(all.len() - pairs.len() <= lost as usize, "cap {max_bucket}: {lost} counted");
            assert!(capped.clusters == free.clusters || capped.summary.lost_pairs > 0, "cap {max_bucket}: silent loss");
            let warned = capped.summary.warnings.iter().any(|warning| warning.contains("max_bucket"));
            assert_eq!(warned, capped.summary.lost_pairs > 0);
        }
    }
}
