//! The words of two texts side by side: what a member shares with its keeper, what only one of them has, and what was left
//! out of the comparison. Texts are original; words are equal if they fold to the same token.

use std::ops::Range;

use foldhash::{HashMap, HashMapExt};
use serde::{Serialize, Serializer};

use super::markup::visible;
use crate::document::Span;
use crate::normalize::Token;
use crate::similarity::align::{RunSide, align};

/// Most tokens of a side that are aligned; of a longer text the part around the first shared words.
const MOST_TOKENS: usize = 2_500;

/// How a piece of text is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DiffMark {
    /// In both texts, or between words.
    Shared,
    /// Only in the keeper.
    KeeperOnly,
    /// Only in this text.
    MemberOnly,
    /// Boilerplate, which was not compared.
    LeftOut,
    /// A number that only the keeper has here.
    KeeperNumber,
    /// A number that only this text has here.
    MemberNumber,
    /// Words that are not shown; the text is their number.
    Gap,
}

/// A piece of text with its mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DiffPiece {
    pub(super) mark: DiffMark,
    pub(super) text: String,
}

impl Serialize for DiffPiece {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.mark as u8, &*visible(&self.text)).serialize(serializer)
    }
}

/// One of two texts, folded.
#[derive(Debug, Clone, Copy)]
pub(super) struct DiffSide<'t> {
    pub(super) text: &'t str,
    pub(super) tokens: &'t [Token],
    /// Ascending parts that are not compared.
    pub(super) left_out: &'t [Span],
}

/// How much of a text is shown, in characters.
#[derive(Debug, Clone, Copy)]
pub(super) struct ShownLengths {
    /// Of all pieces together.
    pub(super) all: usize,
    /// Of the head, and of the tail, of a shared piece.
    pub(super) shared: usize,
    /// The same for a piece that only one text has.
    pub(super) own: usize,
}

/// The pieces of a text that is compared with no other: all of it shared, apart from boilerplate.
pub(super) fn plain_pieces(side: DiffSide<'_>, lengths: ShownLengths) -> Vec<DiffPiece> {
    let mut painter = Painter::new(side);
    painter.paint_to(side.text.len(), DiffMark::Shared);
    cut_to(painter.pieces, lengths.all)
}

/// The pieces of `member` against `keeper`, in the order of the member's text.
pub(super) fn member_pieces(keeper: DiffSide<'_>, member: DiffSide<'_>, lengths: ShownLengths) -> Vec<DiffPiece> {
    let (of_keeper, of_member) = windows(keeper.tokens, member.tokens);
    let (all, keeper_tokens, member_tokens) =
        (member.tokens.len(), tokens(keeper.tokens, &of_keeper), tokens(member.tokens, &of_member));
    let mut painter = Painter::new(member);
    painter.skip_to(member_tokens.first().map_or(0, |token| token.span.start), of_member.start);

    for run in align(keeper_tokens, member_tokens) {
        match run.side {
            RunSide::Both => painter.paint_tokens(tokens(member_tokens, &run.b), DiffMark::Shared, DiffMark::Shared),
            RunSide::OnlyB => {
                painter.paint_tokens(tokens(member_tokens, &run.b), DiffMark::MemberOnly, DiffMark::MemberNumber);
            }
            RunSide::OnlyA => painter.insert(keeper.text, tokens(keeper_tokens, &run.a)),
        }
    }

    // Behind the window only the number of words is shown.
    if of_member.end < all {
        painter.push(DiffMark::Gap, &(all - of_member.end).to_string());
    } else {
        painter.paint_to(member.text.len(), DiffMark::Shared);
    }
    let pieces = painter.pieces.into_iter().flat_map(|piece| shortened(piece, lengths)).collect();
    cut_to(pieces, lengths.all)
}

/// The ranges of tokens that are aligned: all, or a part of each around the first words that both have.
fn windows(keeper: &[Token], member: &[Token]) -> (Range<usize>, Range<usize>) {
    let window = |start: usize, length: usize| start..length.min(start + MOST_TOKENS);
    if keeper.len().max(member.len()) <= MOST_TOKENS {
        return (0..keeper.len(), 0..member.len());
    }

    let (k, m) = first_shared(keeper, member);
    // Of both the same number of tokens before the shared ones.
    let before = k.min(m).min(MOST_TOKENS / 4);
    (window(k - before, keeper.len()), window(m - before, member.len()))
}

/// The places of the first three tokens of `member` that `keeper` has too; both 0 if there are none.
fn first_shared(keeper: &[Token], member: &[Token]) -> (usize, usize) {
    let mut places: HashMap<[&str; 3], usize> = HashMap::with_capacity(keeper.len());
    for (place, three) in keeper.windows(3).enumerate() {
        places.entry(key(three)).or_insert(place);
    }
    let mut shared = member.windows(3).enumerate().filter_map(|(m, three)| Some((*places.get(&key(three))?, m)));
    shared.next().unwrap_or((0, 0))
}

fn key(three: &[Token]) -> [&str; 3] {
    let mut key = [""; 3];
    for (slot, token) in key.iter_mut().zip(three) {
        *slot = &token.text;
    }
    key
}

fn tokens<'t>(all: &'t [Token], range: &Range<usize>) -> &'t [Token] {
    debug_assert!(range.end <= all.len(), "a range of other tokens");
    all.get(range.clone()).unwrap_or(&[])
}

fn is_number(token: &Token) -> bool {
    token.text.starts_with(|c: char| c.is_ascii_digit())
}

/// Cuts a text into pieces from its start to its end.
struct Painter<'t> {
    side: DiffSide<'t>,
    at: usize,
    pieces: Vec<DiffPiece>,
}

impl<'t> Painter<'t> {
    fn new(side: DiffSide<'t>) -> Self {
        Self { side, at: 0, pieces: Vec::new() }
    }

    /// Appends a piece, or joins it to the last one.
    fn push(&mut self, mark: DiffMark, text: &str) {
        match self.pieces.last_mut() {
            _ if text.is_empty() => {}
            Some(last) if last.mark == mark && mark != DiffMark::Gap => last.text.push_str(text),
            _ => self.pieces.push(DiffPiece { mark, text: text.to_owned() }),
        }
    }

    /// Passes over the text before `start`, which has `words` words.
    fn skip_to(&mut self, start: usize, words: usize) {
        if words > 0 {
            self.push(DiffMark::Gap, &words.to_string());
            self.at = start;
        }
    }

    /// Paints the text up to `end`; what was left out has its own mark.
    fn paint_to(&mut self, end: usize, mark: DiffMark) {
        let side = self.side;
        for span in side.left_out.iter().filter(|span| span.end > self.at && span.start < end).collect::<Vec<_>>() {
            self.paint(span.start, mark);
            self.paint(span.end, DiffMark::LeftOut);
        }
        self.paint(end, mark);
    }

    fn paint(&mut self, end: usize, mark: DiffMark) {
        let text = self.side.text;
        // Tokens of one character share a span, so the next may end before this place.
        if end > self.at {
            self.push(mark, text.get(self.at..end).unwrap_or(""));
            self.at = end;
        }
    }

    /// Paints a run of tokens, and its numbers in another mark.
    fn paint_tokens(&mut self, run: &[Token], mark: DiffMark, of_numbers: DiffMark) {
        let Some(first) = run.first() else { return };
        self.paint_to(first.span.start, DiffMark::Shared);
        for token in run {
            self.paint_to(token.span.start, mark);
            self.paint_to(token.span.end, if is_number(token) { of_numbers } else { mark });
        }
    }

    /// Inserts a run of tokens of the keeper.
    fn insert(&mut self, text: &str, run: &[Token]) {
        let Some(first) = run.first() else { return };

        // Words of the two texts must not touch.
        if self.pieces.last().is_some_and(|last| !last.text.ends_with(char::is_whitespace)) {
            self.push(DiffMark::Shared, " ");
        }
        let mut at = first.span.start;
        for token in run {
            let mark = if is_number(token) { DiffMark::KeeperNumber } else { DiffMark::KeeperOnly };
            self.push(DiffMark::KeeperOnly, text.get(at..token.span.start).unwrap_or(""));
            self.push(mark, text.get(token.span.start.max(at)..token.span.end).unwrap_or(""));
            at = at.max(token.span.end);
        }
    }
}

/// A long piece as its head, a gap and its tail.
fn shortened(piece: DiffPiece, lengths: ShownLengths) -> Vec<DiffPiece> {
    let end = match piece.mark {
        DiffMark::Shared => lengths.shared,
        _ => lengths.own,
    };
    let Some((head, gap, tail)) = elided(&piece.text, end) else { return vec![piece] };

    let part = |mark: DiffMark, text: &str| DiffPiece { mark, text: text.to_owned() };
    vec![part(piece.mark, head), part(DiffMark::Gap, &gap.to_string()), part(piece.mark, tail)]
}

/// About `end` characters of the head and of the tail of a text, and the number of words between them; `None` for a text
/// that is not much longer than both.
fn elided(text: &str, end: usize) -> Option<(&str, usize, &str)> {
    let characters = text.chars().count();
    if characters < 3 * end {
        return None;
    }

    let byte = |place: usize| text.char_indices().nth(place).map_or(text.len(), |(byte, _)| byte);
    let (head, rest) = text.split_at(byte(end));
    let (middle, tail) = rest.split_at(byte(characters - end) - head.len());
    // Whole words on both sides.
    let begin = middle.find(char::is_whitespace)?;
    let finish = middle.rfind(char::is_whitespace).filter(|finish| *finish > begin)?;
    let words = middle.get(begin..finish)?.split_whitespace().count();
    let tail_start = text.len() - tail.len() - (middle.len() - finish);
    Some((text.get(..head.len() + begin)?, words, text.get(tail_start..)?))
}

/// The first pieces, together of at most `most` characters; a gap tells how many words follow.
fn cut_to(pieces: Vec<DiffPiece>, most: usize) -> Vec<DiffPiece> {
    let (mut left, mut out, mut behind) = (most, Vec::new(), 0);
    for piece in pieces {
        let count = piece.text.chars().count();
        if behind == 0 && count <= left {
            left -= count;
            out.push(piece);
            continue;
        }

        // The first piece that does not fit is cut, the others are counted.
        let end = if behind == 0 { piece.text.char_indices().nth(left).map_or(0, |(byte, _)| byte) } else { 0 };
        let (shown, rest) = piece.text.split_at(end);
        if !shown.is_empty() {
            out.push(DiffPiece { mark: piece.mark, text: shown.to_owned() });
        }
        behind += match piece.mark {
            DiffMark::Gap => rest.parse().unwrap_or(0),
            DiffMark::KeeperOnly | DiffMark::KeeperNumber => 0,
            _ => rest.split_whitespace().count(),
        };
        left = 0;
        behind = behind.max(1);
    }

    if behind > 0 {
        out.push(DiffPiece { mark: DiffMark::Gap, text: behind.to_string() });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalize::{Language, Normalizer, Profile};
    use DiffMark::{Gap, KeeperNumber, KeeperOnly, LeftOut, MemberNumber, MemberOnly, Shared};

    const LENGTHS: ShownLengths = ShownLengths { all: 4000, shared: 100, own: 200 };

    fn pieces(keeper: &str, member: &str, lengths: ShownLengths) -> Vec<(DiffMark, String)> {
        let normalizer = Normalizer::new(Profile::Standard, Language::Ar);
        let (a, b) = (normalizer.tokens(keeper), normalizer.tokens(member));
        let side = |text, tokens| DiffSide { text, tokens, left_out: &[] };
        let pieces = member_pieces(side(keeper, &a), side(member, &b), lengths);
        pieces.into_iter().map(|piece| (piece.mark, piece.text)).collect()
    }

    #[test]
    fn words_that_differ_are_marked_and_spelling_is_not() {
        let found = pieces("قال الوزيرُ إن الأمر انتهى أمس.", "قال الوزير ان الامر بدأ أمس.", LENGTHS);
        let expected = [
            (Shared, "قال الوزير ان الامر "),
            (KeeperOnly, "انتهى"),
            (Shared, " "),
            (MemberOnly, "بدأ"),
            (Shared, " أمس."),
        ];
        let found: Vec<(DiffMark, &str)> = found.iter().map(|(mark, text)| (*mark, &**text)).collect();
        // The words of the keeper stand before those of the member, with one space on each side.
        assert_eq!(found.iter().filter(|(mark, _)| *mark != Shared).count(), 2, "{found:?}");
        assert_eq!(found.first(), expected.first());
        assert_eq!(found.last(), expected.last());
    }

    #[test]
    fn numbers_have_marks_of_their_own() {
        let found = pieces("أصيب 12 شخصا في الحادث", "أصيب ١٥ شخصا في الحادث", LENGTHS);
        assert!(found.contains(&(KeeperNumber, "12".to_owned())), "{found:?}");
        assert!(found.contains(&(MemberNumber, "١٥".to_owned())), "{found:?}");
    }

    #[test]
    fn boilerplate_is_left_out_of_both() {
        let text = "المصدر: وكالة\nخبر اليوم";
        let end = "المصدر: وكالة".len();
        let left_out = [Span::new(0, end)];
        let side = DiffSide { text, tokens: &[], left_out: &left_out };
        let found = plain_pieces(side, LENGTHS);
        assert_eq!(found[0], DiffPiece { mark: LeftOut, text: "المصدر: وكالة".to_owned() });
        assert_eq!(found[1], DiffPiece { mark: Shared, text: "\nخبر اليوم".to_owned() });
    }

    #[test]
    fn long_texts_are_bounded_and_the_words_left_are_counted() {
        // Numbers spelled in letters, as a word with digits is several tokens.
        let spelled = |n: usize| {
            n.to_string()
                .bytes()
                .map(|digit| ['ب', 'ت', 'ج', 'د', 'ر', 'س', 'ص', 'ع', 'ف', 'ق'][usize::from(digit - b'0')])
                .collect::<String>()
        };
        let words = |from: usize, to: usize| (from..to).map(spelled).collect::<Vec<_>>().join(" ");
        let long = words(0, 9000);
        let found = pieces(&long, &words(100, 9000), LENGTHS);
        let shown: usize = found.iter().map(|(_, text)| text.chars().count()).sum();
        assert!(shown < 1000, "{shown}");
        let gaps: usize = found.iter().filter(|(mark, _)| *mark == Gap).map(|(_, n)| n.parse::<usize>().unwrap()).sum();
        assert!((8800..=9000).contains(&gaps), "{gaps}");
        let found = pieces(&words(0, 60), &words(60, 120), ShownLengths { all: 50, shared: 100, own: 1000 });
        assert_eq!(found.last().map(|(mark, _)| *mark), Some(Gap));
    }

    #[test]
    fn pieces_of_a_member_give_its_text_back() {
        let (keeper, member) = ("واحد اثنان ثلاثة «أربعة» خمسة", "واحد، ثلاثة أربعة؛ ستة خمسة!");
        let own = |mark: &DiffMark| !matches!(mark, KeeperOnly | KeeperNumber);
        let text: String =
            pieces(keeper, member, LENGTHS).into_iter().filter(|(m, _)| own(m)).map(|(_, t)| t).collect();
        let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(plain(&text.replace(" ،", "،")), plain(member));
    }
}
