//! Persian affixes: a sink that joins them to their word, in whatever way they are separated.
//!
//! One word has three spellings: کتاب‌ها with a zero-width non-joiner, کتاب ها with a space, and کتابها, as extractors that drop
//! the joiner leave it. The fold drops the joiner; this sink joins an affix over white space. An affix that is also a word of
//! its own is joined too: copies are joined at the same places, so nothing is lost.

use crate::static_table::StaticTable;

use foldhash::HashSet;

use super::class::{CharClass, class};
use super::rules::FoldRules;
use super::sink::TokenSink;
use super::{alphabet, word_rules};
use crate::document::Span;

/// Parts that are joined to the next word.
const PREFIXES: &str = "می نمی همی هم غیر";

/// Parts that are joined to the word before them: endings, and second parts of common compounds.
const SUFFIXES: &str = "ها های هایی هایم هایت هایش هایمان هایتان هایشان ای ی تر تری ترین ام ات اش ایم اید اند مان تان شان \
                        خانه خانهها خانههای نامه گاه گو گوی وگو وگوی گویی شناس شناسی کننده کنندگان آموز آموزان نویس نویسی ساز \
                        سازی پذیر پذیری گذار گذاری گیر گیری دار داری ساله ماهه روزه کلاسی المللی افتاده";

/// Words that are joined to a participle, which ends with heh: شده‌است.
const AUXILIARIES: &str = "است بود باشد";

struct Affixes {
    prefixes: HashSet<Vec<u8>>,
    suffixes: HashSet<Vec<u8>>,
    auxiliaries: HashSet<Vec<u8>>,
    heh: u8,
}

static AFFIXES: StaticTable<Affixes> = StaticTable::new(|| {
    // Folded one by one, so that none is joined to another.
    let folded = |words: &str| words.split_ascii_whitespace().map(compact).collect();
    Affixes {
        prefixes: folded(PREFIXES),
        suffixes: folded(SUFFIXES),
        auxiliaries: folded(AUXILIARIES),
        heh: alphabet::code(0x647),
    }
});

/// The compact bytes of a Persian word that is a single token.
fn compact(word: &str) -> Vec<u8> {
    let fold = |c: char| match alphabet::code(u32::from(c)) {
        0 => None,
        code => Some(code),
    };
    word.chars().filter_map(fold).collect()
}

/// Takes the tokens of a walk and passes them on, affixes joined.
pub(super) struct AffixJoiner<'s> {
    rules: &'static FoldRules,
    /// The text that the spans are of.
    text: &'s str,
    sink: &'s mut dyn TokenSink,
    /// The last token, until the next one shows that it is whole; empty if there is none.
    held: Vec<u8>,
    span: Span,
    /// The last part of the held token is a prefix.
    open: bool,
    /// The held token was joined from parts.
    joined: bool,
}

impl<'s> AffixJoiner<'s> {
    pub(super) fn new(rules: &'static FoldRules, text: &'s str, sink: &'s mut dyn TokenSink) -> Self {
        Self { rules, text, sink, held: Vec::new(), span: Span::new(0, 0), open: false, joined: false }
    }

    /// Passes the last token on.
    pub(super) fn finish(&mut self) {
        if !self.held.is_empty() {
            let mut held = std::mem::take(&mut self.held);
            // The walk has cut the runs of each part. Parts may make a run where they meet; numbers are never joined, and keep all
            // their digits.
            if self.joined && self.rules.runs {
                let len = word_rules::collapse_runs(&mut held, &self.rules.weak);
                held.truncate(len);
            }
            self.sink.token(&held, self.span);
            held.clear();
            self.held = held;
        }
    }

    /// Whether `token` continues the held one.
    fn joins(&self, token: &[u8], span: Span) -> bool {
        let affixes = &*AFFIXES;
        let wanted = self.open
            || affixes.suffixes.contains(token)
            || (self.held.last() == Some(&affixes.heh) && affixes.auxiliaries.contains(token));

        wanted && is_word(&self.held) && is_word(token) && self.are_apart_by_space(span)
    }

    /// Whether white space alone lies between the held token and one at `span`.
    fn are_apart_by_space(&self, span: Span) -> bool {
        let Some(gap) = self.text.get(self.span.end..span.start) else { return false };
        let mut spaces = 0;
        let mut all = gap.chars().map(|c| class(u32::from(c)));
        let only = all.all(|class| {
            spaces += usize::from(class == CharClass::Space);
            matches!(class, CharClass::Space | CharClass::Deleted | CharClass::Mark | CharClass::Small)
        });

        only && spaces > 0
    }
}

/// Whether all characters of a token are Arabic letters of one byte.
fn is_word(token: &[u8]) -> bool {
    !token.is_empty() && token.iter().all(|&byte| byte >= 0x80 && alphabet::width(byte) == 1)
}

impl TokenSink for AffixJoiner<'_> {
    fn token(&mut self, token: &[u8], span: Span) {
        if self.joins(token, span) {
            self.held.extend_from_slice(token);
            self.span.end = span.end;
            self.joined = true;
        } else {
            self.finish();
            self.held.extend_from_slice(token);
            self.span = span;
            self.joined = false;
        }

        self.open = AFFIXES.prefixes.contains(token);
    }
}

#[cfg(test)]
mod tests {
    use crate::normalize::{Language, Normalizer, Profile};

    #[test]
    fn numbers_and_latin_words_keep_their_runs() {
        for profile in [Profile::Light, Profile::Standard, Profile::Aggressive] {
            let normalizer = Normalizer::new(profile, Language::Fa);
            for text in ["2000 20000 200", "قیمت 100000 تومان", "basklb111 ftns11 www"] {
                assert_eq!(normalizer.normalize(text), text, "{profile:?}");
            }
        }
        let normalizer = Normalizer::new(Profile::Standard, Language::Fa);
        assert_eq!(normalizer.normalize("۵٬۲۲۲٬۰۰۰"), "5222000");
        // A run inside a word is cut, and one where parts meet.
        assert_eq!(normalizer.normalize("عاااالی"), "عالی");
        assert_eq!(normalizer.normalize("شیی ی"), normalizer.normalize("شییی"));
    }

    #[test]
    fn three_spellings_of_a_word_are_one() {
        let normalizer = Normalizer::new(Profile::Standard, Language::Fa);
        for (spellings, expected) in [
            (["کتاب\u{200C}های", "کتاب های", "کتابهای"], "کتابهای"),
            (["نمی\u{200C}شود", "نمی شود", "نمیشود"], "نمیشود"),
            (["خانه\u{200C}ای", "خانه ای", "خانهای"], "خانهای"),
            (["بزرگ\u{200C}ترین", "بزرگ ترین", "بزرگترین"], "بزرگترین"),
            (["شده\u{200C}است", "شده است", "شدهاست"], "شدهاست"),
            (["بین\u{200C}المللی", "بین المللی", "بینالمللی"], "بینالمللی"),
            (["می\u{200C}خوانند\u{200C}ها", "می خوانند ها", "میخوانندها"], "میخوانندها"),
        ] {
            for spelling in spellings {
                assert_eq!(normalizer.normalize(spelling), expected, "{spelling}");
            }
        }
    }

    #[test]
    fn nothing_is_joined_over_a_mark_or_a_line_break_or_to_another_script() {
        let normalizer = Normalizer::new(Profile::Standard, Language::Fa);
        for (text, expected) in [
            ("کتاب، ها", "کتاب ها"),
            ("کتاب\nها", "کتاب ها"),
            ("BBC ها", "bbc ها"),
            ("5 ام", "5 ام"),
            ("می.", "می"),
            ("کتاب است", "کتاب است"),
        ] {
            assert_eq!(normalizer.normalize(text), expected, "{text}");
        }
    }
}
