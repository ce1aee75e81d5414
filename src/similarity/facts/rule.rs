//! When evidence makes two texts variants. Every bound was chosen on the labels of `docs/FACTS.md`.

use super::FactsEvidence;

/// Up to this many tokens a date, an ordinal, a name or a changed frame is a fact of the whole text; in longer ones of a sentence.
const BRIEF: usize = 300;

/// Up to this many tokens another year, other numbers beside another name, or a few heavy slots in an equal frame make
/// another fact.
const FORM: usize = 160;

/// Whether names, weekdays or words tell other facts.
pub(super) fn tells_other_facts(evidence: &FactsEvidence) -> bool {
    let &FactsEvidence { tokens, slots, replaced, rare_words, swaps, rare_swaps, numbers, .. } = evidence;
    let at_least = |count, share| is_share(count, share, tokens);
    let dated = tokens < BRIEF && evidence.weekdays + evidence.ordinals > 0;
    let introduced = tokens < BRIEF && evidence.introduced > 0 || evidence.introduced > 1;
    let swapped = rare_swaps >= 2 && at_least(rare_swaps, 15) || rare_swaps > 0 && swaps >= 2 && at_least(swaps, 30);
    let named = swapped && (evidence.proper_swaps > 0 || is_reworded_form(evidence));
    let numbered = tokens < FORM && numbers > 0 && rare_swaps > 0;
    let rewritten = at_least(replaced, 120) && at_least(rare_words, 15);
    let framed =
        tokens < FORM && is_one_frame(evidence) && rare_words >= 2 && replaced >= 2 * slots && at_least(replaced, 70);
    dated || introduced || evidence.series >= 2 || named || numbered || rewritten || framed
}

/// Whether numbers tell other facts. One updated number does not, nor a few in a story.
pub(super) fn tells_other_numbers(evidence: &FactsEvidence) -> bool {
    let &FactsEvidence { tokens, told, figures, decimals, years, dates, .. } = evidence;
    let dated = tokens < BRIEF && dates > 0 || tokens < FORM && years > 0;
    let is_table = figures * 2 >= told && is_share(figures, 50, tokens);
    dated || is_table && (figures >= 3 || decimals >= 2)
}

/// Common nouns alone stand against one another: synonyms, unless they are many in a frame of one length and a clause stands
/// against another, as in weather reports. Synonyms replace word for word.
fn is_reworded_form(evidence: &FactsEvidence) -> bool {
    const CLAUSE: usize = 5;
    let &FactsEvidence { tokens, replaced, rare_swaps, longest, .. } = evidence;
    rare_swaps >= 2 && longest >= CLAUSE && is_one_frame(evidence) && is_share(replaced, 50, tokens)
}

/// Whether the lengths are within an eighth.
fn is_one_frame(evidence: &FactsEvidence) -> bool {
    (evidence.longer - evidence.tokens) * 8 <= evidence.longer
}

/// Whether `count` is so many of 1000 tokens or more.
fn is_share(count: usize, of_1000: usize, tokens: usize) -> bool {
    count * 1000 >= of_1000 * tokens
}
