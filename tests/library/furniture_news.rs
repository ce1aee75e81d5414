//! Promise: a report that begins with other news before the same background is no copy; a report with a rewritten, cut or
//! extended text is.

use crate::common::text::spelled;

use mukarrar::input::Corpus;
use mukarrar::pipeline::{Options, Pipeline, compare};
use mukarrar::similarity::{Relation, VariantReason};
use mukarrar::{Index, Verdict};

const OTHER_NEWS: Option<Relation> = Some(Relation::Variant(VariantReason::Replaced));

/// What two texts are to one another, from both sides.
fn relation(a: &str, b: &str) -> Option<Relation> {
    let options = Options::default();
    let found = compare(a, b, &options).relation;
    assert_eq!(found, compare(b, a, &options).relation, "both ways the same");
    found
}

/// How many of these texts go by default.
fn removed(texts: &[String]) -> usize {
    let named = texts.iter().enumerate().map(|(place, text)| (place.to_string(), text.clone()));
    let found = Pipeline::new(Options::default()).unwrap().clusters(&Corpus::from_texts(named), &()).unwrap();
    found.removals(&[Relation::Exact, Relation::Near]).len()
}

/// Passages of these lengths; no word occurs twice in them.
fn passages<const N: usize>(lengths: [usize; N]) -> [String; N] {
    let mut next = 1_000;
    lengths.map(|length| {
        let words: Vec<usize> = (next..next + length).collect();
        next += length;
        spelled(&words)
    })
}

#[test]
fn a_follow_up_stays_beside_the_report_that_it_repeats() {
    let [report, first, second] = passages([200, 40, 45]);
    let follow_ups = [first, second].map(|lead| format!("{lead} {report}"));
    assert_eq!(relation(&report, &follow_ups[0]), OTHER_NEWS);
    assert_eq!(relation(&follow_ups[0], &follow_ups[1]), OTHER_NEWS);

    let all: Vec<String> = [report].into_iter().chain(follow_ups).collect();
    assert_eq!(removed(&all), 0);
}

#[test]
fn a_report_that_only_goes_on_is_a_copy() {
    let [report, more] = passages([200, 40]);
    assert_eq!(relation(&report, &format!("{report} {more}")), Some(Relation::Near));
}

#[test]
fn a_short_new_beginning_is_a_copy() {
    let [report, source] = passages([200, 12]);
    assert_eq!(relation(&report, &format!("{source} {report}")), Some(Relation::Near));
}

#[test]
fn reports_of_two_months_have_other_figures_and_words_at_their_beginning() {
    let [form, background] = passages([4, 60]);
    let report = |month: &str, figure: &str| format!("{form} {month} {figure} {background}");
    let (mehr, aban) = (report("تحسنت الصادرات", "4500"), report("تعثرت الواردات", "5200"));
    assert_eq!(relation(&mehr, &aban), Some(Relation::Variant(VariantReason::Numbers)));

    let corrected = report("تحسنت الصادرات", "4700");
    assert_eq!(relation(&mehr, &corrected), Some(Relation::Near), "a corrected figure");
}

#[test]
fn the_menu_of_a_site_before_a_copied_article_is_no_other_news() {
    let [menu] = passages([60]);
    let article = |number: usize| spelled(&(2_000 + 200 * number..2_200 + 200 * number).collect::<Vec<_>>());
    let articles: Vec<String> = (0..30).map(article).collect();

    // One site has all articles below its menu, another has the first five without.
    let mut pages: Vec<String> = articles.iter().map(|article| format!("{menu} {article}")).collect();
    pages.extend_from_slice(&articles[..5]);
    assert_eq!(removed(&pages), 5);
}

#[test]
fn an_index_calls_a_follow_up_a_variant() {
    let [report, lead] = passages([200, 40]);
    let index = Index::builder().build().unwrap();
    assert_eq!(index.check_and_insert("report", &report).unwrap(), Verdict::New { certain: true });

    let verdict = index.check_and_insert("follow-up", &format!("{lead} {report}")).unwrap();
    assert!(
        matches!(&verdict, Verdict::Variant { found, .. } if found.reason == Some(VariantReason::Replaced)),
        "{verdict:?}"
    );
}
