//! Why a member is where it is, in a sentence.

use crate::cluster::Member;
use crate::pipeline::Options;
use crate::shingle::ShingleKind;
use crate::similarity::{Relation, Score};

/// Why a member belongs to its keeper, or why it does not.
pub(super) fn why(member: &Member, options: &Options) -> String {
    let Score { jaccard, containment } = member.score;
    let (alike, inside) = (shared(jaccard, member.measure), covered(containment, member.measure));
    let attached = if member.attached { " It is shown, not removed." } else { "" };

    match member.relation {
        None => "Keeper: this text stays.".to_owned(),
        Some(Relation::Exact) => "Exact copy: after folding, it has the same words in the same order.".to_owned(),
        Some(Relation::Near) if is_below_the_threshold(member, options) => {
            let of_run = if options.edited { ", or the run accepts copies edited throughout" } else { "" };
            format!(
                "Near copy, edited: {alike}, below the threshold {}, but most words of both are in one order, and another \
                 source prints it under the same title{of_run}.",
                options.threshold
            )
        }
        Some(Relation::Near) => format!("Near copy: {alike}{}.", threshold(member.measure, options)),
        Some(Relation::Contained) => format!("Contained: {inside}, and this text is inside the keeper.{attached}"),
        Some(Relation::Contains) => {
            format!("Contains: {inside}, and the keeper is inside this text. It is never removed.")
        }
        Some(Relation::Variant(reason)) => {
            format!("No copy, although {alike}: {}. It is never removed.", reason.sentence())
        }
        Some(Relation::Related) => format!("Only similar, no copy: {alike}. It is never removed."),
    }
}

/// How many words of a copy its removal loses, as a sentence; `is_removed` says whether it goes.
pub(super) fn loss(words: usize, is_removed: bool) -> String {
    let loses = if is_removed { "loses" } else { "would lose" };
    match words {
        0 => format!(" Its removal {loses} no word."),
        1 => format!(" Its removal {loses} 1 word that the keeper lacks."),
        words => format!(" Its removal {loses} {words} words that the keeper lacks."),
    }
}

/// The sentence of a comparison whose texts no run would list together.
pub(super) fn unrelated(score: Score, measure: ShingleKind, options: &Options) -> String {
    let alike = shared(score.jaccard, measure);
    format!("No copies: {alike}, below the threshold {}.", options.threshold)
}

fn is_below_the_threshold(member: &Member, options: &Options) -> bool {
    member.measure == options.shingle && member.score.jaccard < options.threshold
}

/// The threshold of a near copy. Short texts have one of their own, which the score passed.
fn threshold(measure: ShingleKind, options: &Options) -> String {
    if measure == options.shingle { format!(", not below the threshold {}", options.threshold) } else { String::new() }
}

fn shared(jaccard: f64, measure: ShingleKind) -> String {
    format!("{} % of all {} are in both texts (Jaccard {jaccard:.4})", percent(jaccard), sequences(measure))
}

fn covered(containment: f64, measure: ShingleKind) -> String {
    let percent = percent(containment);
    format!(
        "{percent} % of the {} of the smaller text are in the larger (containment {containment:.4})",
        sequences(measure)
    )
}

fn sequences(measure: ShingleKind) -> String {
    match measure {
        ShingleKind::Word(1) => "words".to_owned(),
        ShingleKind::Word(n) => format!("{n}-word sequences"),
        ShingleKind::Char(n) => format!("{n}-character sequences"),
    }
}

/// A share in percent; 100 only for all.
fn percent(share: f64) -> String {
    let percent = (share * 1000.0).floor() / 10.0;
    if percent.fract() == 0.0 { format!("{percent:.0}") } else { format!("{percent:.1}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::UnitId;
    use crate::similarity::VariantReason;

    fn member(relation: Option<Relation>, jaccard: f64) -> Member {
        let score = Score { jaccard, containment: 0.9666 };
        Member { unit: UnitId(1), relation, score, measure: ShingleKind::Word(3), attached: true }
    }

    #[test]
    fn each_relation_has_its_reason() {
        let why = |relation, jaccard| why(&member(relation, jaccard), &Options::default());
        assert_eq!(why(None, 1.0), "Keeper: this text stays.");
        assert!(why(Some(Relation::Exact), 1.0).contains("same words in the same order"));
        let near = "Near copy: 92.7 % of all 3-word sequences are in both texts (Jaccard 0.9272), not below the threshold 0.6.";
        assert_eq!(why(Some(Relation::Near), 0.9272), near);
        assert!(why(Some(Relation::Contained), 0.2).contains("96.6 % of the 3-word sequences of the smaller"));
        assert!(why(Some(Relation::Contains), 0.2).contains("the keeper is inside this text"));
        for reason in VariantReason::ALL {
            assert!(why(Some(Relation::Variant(reason)), 0.7).contains(reason.sentence()));
        }
        assert!(why(Some(Relation::Related), 0.7).contains("no copy"));
        assert_eq!(
            (percent(0.9999), percent(1.0), percent(0.5)),
            ("99.9".to_owned(), "100".to_owned(), "50".to_owned())
        );
    }
}
