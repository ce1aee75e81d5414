//! Scores two texts and explains the score, for `mukarrar compare`.

use crate::document::Span;
use crate::lsh::containment::SamplePlan;
use crate::normalize::{Language, LanguageTally, Normalizer, Token, alphabet};
use crate::page::{Sieve, SourcedText};
use crate::shingle::hash::HashKeys;
use crate::shingle::{ShingleKind, ShingleSet, Shingler};
use crate::similarity::align::{RunSide, TokenRun, align, span_of};
use crate::similarity::cards;
use crate::similarity::facts::{self, Facts, FactsGuard, WordFrequencies};
use crate::similarity::own_text::{self, CorpusEvidence, PairWording, TextEvidence, Wording};
use crate::similarity::{Relation, Score, VariantReason};

use super::options::Options;

/// The similarity of two texts, and its explanation.
#[derive(Debug)]
pub struct Comparison {
    /// The first text.
    pub a: ComparedText,
    /// The second text.
    pub b: ComparedText,
    /// Number of shingles that both have.
    pub shared: usize,
    /// Exact scores.
    pub score: Score,
    /// The relation that a run gives the pair; `None` if it does not list it. Word frequencies are those of the built-in list.
    pub relation: Option<Relation>,
    /// The shingles that the scores were measured on.
    pub measure: ShingleKind,
    /// Runs of tokens in text order. They cover both texts.
    pub runs: Vec<TokenRun>,
}

/// One of two compared texts.
#[derive(Debug)]
pub struct ComparedText {
    /// The language whose table folded it.
    pub language: Language,
    /// Its folded tokens with their original bytes.
    pub tokens: Vec<Token>,
    /// Its boilerplate, which is not compared.
    pub left_out: Vec<Span>,
    /// Number of distinct shingles.
    pub shingles: usize,
    /// Whether it is the fields of a card.
    is_card: bool,
}

impl Comparison {
    /// The folded tokens of a run, and its bytes in the first and in the second text. No tokens if the run is not one of this
    /// comparison.
    #[must_use]
    pub fn explain(&self, run: &TokenRun) -> (&[Token], Option<Span>, Option<Span>) {
        let (tokens, range) =
            if run.side == RunSide::OnlyB { (&self.b.tokens, &run.b) } else { (&self.a.tokens, &run.a) };
        let tokens = tokens.get(range.clone()).unwrap_or(&[]);
        (tokens, span_of(&self.a.tokens, &run.a), span_of(&self.b.tokens, &run.b))
    }
}

/// Compares two texts as a run does: with the same boilerplate left out, the same folding and shingles, and exact scores.
///
/// Of `options`, only profile, language, boilerplate, rules, shingle, seed, threshold, containment and facts are used. Texts are
/// whole documents unless [`SourcedText`] says otherwise. Two texts without tokens have the score 0 and no relation.
///
/// If the options fix no language, the pair counts as a run of two documents: a text that does not tell its language has that
/// of the other.
#[must_use]
pub fn compare<'t>(a: impl Into<SourcedText<'t>>, b: impl Into<SourcedText<'t>>, options: &Options) -> Comparison {
    let (a, b) = (a.into(), b.into());
    let languages = options.language.map_or_else(|| languages_of_pair([a.text, b.text]), |language| [language; 2]);
    compare_as([a, b], languages, options)
}

/// The languages of two texts that are a run of their own.
fn languages_of_pair(texts: [&str; 2]) -> [Language; 2] {
    let evident = texts.map(Language::evident);
    let mut tally = LanguageTally::default();
    evident.iter().for_each(|evident| tally.add(*evident));
    evident.map(|evident| evident.unwrap_or_else(|| tally.of_unsure(&tally)))
}

/// [`compare`] for two texts whose languages are known, as those of records of one input are
/// ([`CorpusLanguages`](super::CorpusLanguages)). The language of the options is not used.
#[must_use]
pub fn compare_as(texts: [SourcedText<'_>; 2], languages: [Language; 2], options: &Options) -> Comparison {
    let ([a, b], [language_a, language_b]) = (texts, languages);
    // Of two sources only what holds between sources is known.
    let may_be_of_one_source = options.takes_headings() && a.source == b.source;
    let mut shingler = Shingler::new(options.shingle, options.seed);
    let mut sieve = options.sieve();
    let (a, a_set) = fold(a, &Normalizer::new(options.profile, language_a), &mut sieve, &mut shingler);
    let (b, b_set) = fold(b, &Normalizer::new(options.profile, language_b), &mut sieve, &mut shingler);
    let score = Score::of(&a_set, &b_set);

    // By tokens, not by shingle sets: two texts of equal sets may differ.
    let same = a.tokens.iter().map(|token| &token.text).eq(b.tokens.iter().map(|token| &token.text));
    let relation = if a.tokens.is_empty() || b.tokens.is_empty() {
        None
    } else if same {
        Some(Relation::Exact)
    } else {
        let near = (score.jaccard >= options.threshold).then_some(Relation::Near);
        let alike = near.or_else(|| inside(&a, &b, score, options));
        alike.map(|relation| {
            let form = may_be_of_one_source && relation == Relation::Near;
            reason(&a, &b, score, (relation, form), options).map_or(relation, Relation::Variant)
        })
    };

    let runs = align(&a.tokens, &b.tokens);
    Comparison { shared: a_set.shared(&b_set), a, b, score, relation, measure: options.shingle, runs }
}

/// Which of two texts that are no copies is inside the other, if one is.
fn inside(a: &ComparedText, b: &ComparedText, score: Score, options: &Options) -> Option<Relation> {
    let least = options.containment?;
    let is_inside =
        score.containment >= least && a.shingles.min(b.shingles) >= SamplePlan::new(options.shingle).least();
    is_inside.then_some(if b.shingles <= a.shingles { Relation::Contained } else { Relation::Contains })
}

/// Why two similar texts are no copies, as far as two texts show it: the rules in the order of a run. Furniture shows only
/// in a corpus. `may_be_form`: whether the texts are records of which nothing is known but that their sources may be one.
fn reason(
    a: &ComparedText,
    b: &ComparedText,
    score: Score,
    (relation, may_be_form): (Relation, bool),
    options: &Options,
) -> Option<VariantReason> {
    if options.facts == Facts::Off {
        return None;
    }

    let keys = HashKeys::new(options.seed);
    let [folded_a, folded_b] = [a, b].map(folded);
    let [compact_a, compact_b] = [&folded_a, &folded_b].map(|folded| alphabet::to_compact(folded));
    let [wording_a, wording_b] = [&compact_a, &compact_b].map(|compact| Wording::new(compact, &keys));
    let text_a = TextEvidence { folded: &compact_a, wording: &wording_a };
    let text_b = TextEvidence { folded: &compact_b, wording: &wording_b };

    // Without a corpus word frequencies are those of the built-in list.
    let words = WordFrequencies::default();
    let evidence = CorpusEvidence { near: None, run: None, words: &words, are_two_pages: false };
    let by_facts = || {
        let is_asked = score.jaccard < facts::CERTAIN;
        is_asked.then(|| FactsGuard::new(words.clone()).reason(&folded_a, &folded_b)).flatten()
    };
    let texts = PairWording::new(text_a, text_b);
    let by_news = || (relation == Relation::Near).then(|| own_text::other_news(&texts, evidence)).flatten();

    let by_form = || {
        let are_two = || {
            a.is_card && b.is_card && cards::have_other_fields(&compact_a, &compact_b)
                || own_text::are_short_and_other(&texts)
                || own_text::exchanges_words(&texts, own_text::ExchangedWords::Rare, &words)
        };
        (may_be_form && are_two()).then_some(VariantReason::Facts)
    };

    own_text::judge(&texts, evidence).or_else(by_facts).or_else(by_news).or_else(by_form)
}

/// The folded text of a side, tokens joined by one space.
fn folded(side: &ComparedText) -> String {
    side.tokens.iter().map(|token| token.text.as_str()).collect::<Vec<_>>().join(" ")
}

/// Folds one text and makes its shingle set.
fn fold(
    text: SourcedText<'_>,
    normalizer: &Normalizer,
    sieve: &mut Sieve,
    shingler: &mut Shingler,
) -> (ComparedText, ShingleSet) {
    let kept = sieve.sift(text);
    let set = shingler.shingle_excerpt(normalizer, kept).set();
    let left_out = kept.left_out().collect();
    let (language, tokens) = (normalizer.language(), normalizer.tokens_of(kept));
    let is_card = cards::is_card(kept, tokens.len());
    (ComparedText { language, tokens, left_out, shingles: set.len(), is_card }, set)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_named_with_its_original_text() {
        let (a, b) = ("قال الوزيرُ إن الأمر انتهى أمس", "قال الوزير إن الأمر بدأ أمس");
        let found = compare(a, b, &Options::default());
        let sides: Vec<RunSide> = found.runs.iter().map(|run| run.side).collect();
        assert_eq!(sides, [RunSide::Both, RunSide::OnlyA, RunSide::OnlyB, RunSide::Both]);
        assert_eq!(found.explain(&found.runs[0]).1.map(|span| span.of(a)), Some("قال الوزيرُ إن الأمر"));
        assert_eq!(found.explain(&found.runs[2]).2.map(|span| span.of(b)), Some("بدأ"));
        assert_eq!(found.relation, None);
        assert_eq!((found.shared, found.a.shingles), (2, 4));
    }

    #[test]
    fn what_stands_inside_and_what_tells_other_facts_is_called_so() {
        let story = (0..80).map(|n| format!("كلمة{n}x")).collect::<Vec<_>>().join(" ");
        let page = (0..300).map(|n| format!("لفظ{n}y")).collect::<Vec<_>>().join(" ") + " " + &story;
        assert_eq!(compare(&*page, &*story, &Options::default()).relation, Some(Relation::Contained));
        assert_eq!(compare(&*story, &*page, &Options::default()).relation, Some(Relation::Contains));
        let report = |day: &str| {
            format!("أعلنت وزارة الصحة اليوم {day} عدم تسجيل أي حالات جديدة بالفيروس في جميع المناطق والمدن")
        };
        let found = compare(&*report("الجمعة"), &*report("السبت"), &Options::default());
        assert_eq!(found.relation, Some(Relation::Variant(VariantReason::Facts)), "{:?}", found.score);
    }

    #[test]
    fn two_texts_of_one_form_are_told_apart_as_in_a_run() {
        let variant = Some(Relation::Variant(VariantReason::Facts));
        let card = |town: &str| {
            format!(
                "مهندس برمجيات\nشركة النسيم\n{town}\nدوام كامل\nخبرة متوسطة أو عالية\nتقنية المعلومات / البرمجيات والأجهزة\nتأمين صحي وتذاكر سفر سنوية"
            )
        };
        assert_eq!(compare(&*card("الدمام"), &*card("تبوك"), &Options::default()).relation, variant, "cards");
        let names = compare("سماعة بلوتوث طراز نسيم برو", "سماعة بلوتوث طراز نسيم برو خضراء", &Options::default());
        assert_eq!(names.relation, variant, "{:?}", names.score);

        // The name is exchanged in two places, each time with other words beside it.
        let order = |first: &str, second: &str| {
            let body = "يتولى المجلس رسم السياسة العامة والإشراف على تنفيذها ومتابعة أعمال اللجان الفرعية وإقرار الميزانية السنوية";
            format!(
                "تنشأ هيئة تطوير {first} وترتبط برئيس المجلس {body} وتعمل الهيئة في {second} وفق هذا الترتيب ولها مكتب دائم"
            )
        };
        let (a, b) = (order("قرطبوش الشرقية", "قرطبوش"), order("سلنمار", "سلنمار وجوارها"));
        let orders = compare(&*a, &*b, &Options::default());
        assert_eq!(orders.relation, variant, "{:?}", orders.score);

        let of = |text, source| SourcedText::new(text).source(Some(source));
        let papers = compare(of(&a, "first.example"), of(&b, "second.example"), &Options::default());
        assert_ne!(papers.relation, variant, "two papers");
    }

    #[test]
    fn a_text_that_does_not_tell_its_language_has_that_of_the_other() {
        let (persian, unsure) = ("آینده روشن است و همه می دانند که کار باید کرد", "آینده روشن");
        for (a, b) in [(persian, unsure), (unsure, persian)] {
            let found = compare(a, b, &Options::default());
            assert_eq!([found.a.language, found.b.language], [Language::Fa; 2]);
            let arabic = compare(unsure, "قال الوزير إن المدينة آمنة", &Options::default());
            assert_eq!(arabic.a.language, Language::Ar);
        }
        let fixed = Options { language: Some(Language::Ur), ..Options::default() };
        assert_eq!(compare(persian, unsure, &fixed).b.language, Language::Ur);
    }

    #[test]
    fn copies_are_exact_and_empty_texts_are_nothing() {
        assert_eq!(compare("مسؤول كبير", "مسئول كبير", &Options::default()).relation, Some(Relation::Exact));
        let empty = compare("", "…", &Options::default());
        assert_eq!((empty.relation, empty.score.jaccard), (None, 0.0));
    }
}
