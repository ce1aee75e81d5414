//! The decision: the evidence that makes two texts variants. Every bound was chosen on the labels of `docs/FACTS.md`.

use super::evidence::FactsEvidence;

/// In texts of fewer tokens a date, an ordinal or a name is a fact of the whole text, in longer ones of a sentence.
pub(super) const BRIEF: usize = 300;

/// In texts of fewer tokens a different year, different numbers with a different name, or a few long slots in an equal
/// frame are a different fact.
pub(super) const FORM: usize = 160;

/// Whether weekdays or ordinals tell different facts. Their lists know several languages.
pub(super) fn tells_other_time(evidence: &FactsEvidence) -> bool {
    evidence.tokens < BRIEF && evidence.weekdays + evidence.ordinals > 0
}

/// Whether names or words tell different facts. Shares are of 1,000 tokens of the shorter text.
pub(super) fn tells_other_facts(evidence: &FactsEvidence) -> bool {
    let &FactsEvidence { tokens, slots, replaced, rare_words, swaps, rare_swaps, numbers, .. } = evidence;
    let at_least = |count, share| is_share(count, share, tokens);

    // Names that a word announces.
    let introduced = tokens < BRIEF && evidence.introduced > 0 || evidence.introduced > 1;

    // Words for words: other names, or common nouns if they are many.
    let swapped = rare_swaps >= 2 && at_least(rare_swaps, 15) || rare_swaps > 0 && swaps >= 2 && at_least(swaps, 30);
    let named = swapped && (evidence.proper_swaps > 0 || is_reworded_form(evidence));
    let numbered = tokens < FORM && numbers > 0 && rare_swaps > 0;

    // Whole phrases for phrases.
    let rewritten = at_least(replaced, 120) && at_least(rare_words, 15);
    let framed =
        tokens < FORM && is_one_frame(evidence) && rare_words >= 2 && replaced >= 2 * slots && at_least(replaced, 70);

    introduced || evidence.series >= 2 || named || numbered || rewritten || framed
}

/// Whether numbers tell different facts. One updated number does not, nor do a few in a story.
pub(super) fn tells_other_numbers(evidence: &FactsEvidence) -> bool {
    let &FactsEvidence { tokens, told, figures, decimals, years, dates, .. } = evidence;
    let dated = tokens < BRIEF && dates > 0 || tokens < FORM && years > 0;
    let is_table = figures * 2 >= told && is_share(figures, 50, tokens);

    dated || is_table && (figures >= 3 || decimals >= 2)
}

/// Whether replaced common nouns are facts and not synonyms: they are many, the frame has one length, and a clause is
/// replaced, as in weather reports. Synonyms replace word for word.
fn is_reworded_form(evidence: &FactsEvidence) -> bool {
    const CLAUSE: usize = 5;
    let &FactsEvidence { tokens, replaced, rare_swaps, longest, .. } = evidence;
    rare_swaps >= 2 && longest >= CLAUSE && is_one_frame(evidence) && is_share(replaced, 50, tokens)
}

/// Whether the lengths of the texts differ by at most an eighth.
fn is_one_frame(evidence: &FactsEvidence) -> bool {
    (evidence.longer - evidence.tokens) * 8 <= evidence.longer
}

/// Whether `count` is at least `of_1000` of 1,000 tokens.
pub(super) fn is_share(count: usize, of_1000: usize, tokens: usize) -> bool {
    count * 1000 >= of_1000 * tokens
}
