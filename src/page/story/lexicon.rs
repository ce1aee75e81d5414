//! The folded vocabulary: the senses of words, the classes of phrases, and the months.

use crate::static_table::StaticTable;

use foldhash::HashMap;

use super::vocabulary::{self, PhraseForm, WordingClass};
use crate::document::{MONTHS, MonthCalendar};
use crate::page::matcher::{PhrasePart, TokenBuffer};

/// The senses of a word, as a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct WordSenses(u32);

impl WordSenses {
    pub(super) const MENU: Self = Self(1);
    pub(super) const UI: Self = Self(1 << 1);
    pub(super) const MONTH: Self = Self(1 << 2);
    pub(super) const WEEKDAY: Self = Self(1 << 3);
    pub(super) const UNIT: Self = Self(1 << 4);
    pub(super) const AGO: Self = Self(1 << 5);
    pub(super) const TIME: Self = Self(1 << 6);
    pub(super) const RUNNING: Self = Self(1 << 7);
    pub(super) const PRAYER: Self = Self(1 << 8);
    pub(super) const PICTURE: Self = Self(1 << 9);
    pub(super) const ARCHIVE: Self = Self(1 << 10);
    pub(super) const AFTERNOON: Self = Self(1 << 11);
    pub(super) const FORENOON: Self = Self(1 << 12);
    pub(super) const LEADING: Self = Self(1 << 13);
    pub(super) const ENDING: Self = Self(1 << 14);
    pub(super) const KIND: Self = Self(1 << 15);
    pub(super) const COUNT: Self = Self(1 << 16);
    pub(super) const READ: Self = Self(1 << 17);
    pub(super) const ALSO: Self = Self(1 << 18);
    pub(super) const HOME: Self = Self(1 << 19);
    /// The senses of words in dates and times.
    const TIMELY: Self = Self(Self::MONTH.0 | Self::WEEKDAY.0 | Self::UNIT.0 | Self::AGO.0 | Self::TIME.0);

    pub(super) const fn is(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) const fn is_timely(self) -> bool {
        self.is(Self::TIMELY)
    }

    const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Words of lines that count pictures.
const PICTURES: &[&str] =
    &["صورة", "صور", "الصورة", "عرض", "من", "عكس", "عکس", "تصویر", "از", "of", "photo", "image", "اسلاید", "شريحة"];
/// Words that end captions.
const ARCHIVES: &[&str] = &[
    "أرشيفية",
    "ارشيفية",
    "أرشيف",
    "الأرشيف",
    "أرشيفي",
    "تعبيرية",
    "توضيحية",
    "آرشیو",
    "آرشیوی",
    "تزئینی",
    "رويترز",
    "غيتي",
    "جيتي",
    "getty",
    "afp",
    "reuters",
    "فوٹو",
    "گریب",
    "الفرنسية",
    "أسوشيتد",
];

/// Words that lead to a name or date.
const LEADING: &[&str] = &[
    "من", "في", "على", "إلى", "حتى", "بعد", "منذ", "از", "در", "تا", "به", "سے", "تک", "کو", "from", "in", "on", "to",
];

/// Words behind the head of a list that mark its end, for readers who hear the page.
const ENDINGS: &[&str] = &["نهاية", "پایان", "اختتام"];

/// What a page asks its readers to do with another story.
const READS: &[&str] = &[
    "اقرأ",
    "إقرأ",
    "اقرؤوا",
    "اقرأوا",
    "طالع",
    "طالعوا",
    "شاهد",
    "شاهدوا",
    "تابع",
    "تابعوا",
    "تصفح",
    "راجع",
    "بخوانید",
    "بخوان",
    "ببینید",
    "بشنوید",
    "مطالعه",
    "پڑھیں",
    "پڑھیے",
    "پڑھئے",
    "پڑھیئے",
    "دیکھیں",
    "دیکھیے",
    "دیکھئے",
    "جانیے",
    "جانئے",
    "جانیں",
    "سنیں",
];
/// Words for «also» and «more» beside them.
const ALSO: &[&str] = &["أيضا", "كذلك", "المزيد", "همچنین", "نیز", "هم", "بیشتر", "بھی", "مزید"];

/// Names of the home page, the first entry of a menu.
const HOMES: &[&str] = &["الرئيسية", "الاستقبال", "الصفحة", "خانه", "صفحه", "سرورق", "ہوم", "سەرەتا", "Home"];

/// What headlines begin with, before a colon; with a name behind them they are bylines or sources.
const KINDS: &[&str] = &["تقرير", "تحقيق", "مصدر", "مصادر", "گزارش", "رپورٹ", "ذرائع", "report"];

/// A folded phrase.
#[derive(Debug)]
pub(super) struct LexiconPhrase {
    part: PhrasePart,
    pub(super) class: WordingClass,
    pub(super) form: PhraseForm,
}

/// The vocabulary, folded.
pub(super) struct Lexicon {
    words: HashMap<Vec<u8>, WordSenses>,
    phrases: HashMap<Vec<u8>, Vec<LexiconPhrase>>,
    /// By the first word of a name.
    months: HashMap<Vec<u8>, Vec<(PhrasePart, u8, MonthCalendar)>>,
}

/// The vocabulary of [`vocabulary`].
pub(super) static LEXICON: StaticTable<Lexicon> = StaticTable::new(Lexicon::new);

impl Lexicon {
    fn new() -> Self {
        let mut lexicon = Self { words: HashMap::default(), phrases: HashMap::default(), months: HashMap::default() };

        // With «and», the article, or both.
        for word in vocabulary::MENU_WORDS {
            for form in [(*word).to_owned(), format!("و{word}"), format!("ال{word}"), format!("وال{word}")] {
                lexicon.word(&form, WordSenses::MENU);
            }
        }

        let lists = [
            (vocabulary::UI_WORDS, WordSenses::UI),
            (vocabulary::WEEKDAYS, WordSenses::WEEKDAY),
            (vocabulary::UNITS, WordSenses::UNIT),
            (vocabulary::AGO, WordSenses::AGO),
            (vocabulary::TIME_WORDS, WordSenses::TIME),
            (vocabulary::RUNNING_WORDS, WordSenses::RUNNING),
            (vocabulary::PRAYERS, WordSenses::PRAYER),
            (PICTURES, WordSenses::PICTURE),
            (ARCHIVES, WordSenses::ARCHIVE),
            (LEADING, WordSenses::LEADING),
            (ENDINGS, WordSenses::ENDING),
            (KINDS, WordSenses::KIND),
            (vocabulary::COUNTS, WordSenses::COUNT),
            (READS, WordSenses::READ),
            (ALSO, WordSenses::ALSO),
            (HOMES, WordSenses::HOME),
            (vocabulary::AFTERNOON, WordSenses::AFTERNOON),
            (vocabulary::FORENOON, WordSenses::FORENOON),
        ];
        for (list, is) in lists {
            list.iter().for_each(|word| lexicon.word(word, is));
        }

        for (names, number, calendar) in MONTHS {
            for name in *names {
                lexicon.word(name, WordSenses::MONTH);
                let part = PhrasePart::fold(name);
                if let Some(first) = part.first() {
                    lexicon.months.entry(first.to_vec()).or_default().push((part, *number, *calendar));
                }
            }
        }

        // Many pages write a space for the zero-width non-joiner.
        for (class, form, phrases) in vocabulary::PHRASES {
            for phrase in *phrases {
                lexicon.phrase(phrase, *class, *form);
                if phrase.contains('\u{200C}') {
                    lexicon.phrase(&phrase.replace('\u{200C}', " "), *class, *form);
                }
            }
        }
        lexicon
    }

    /// Adds a sense to each word of `words`.
    fn word(&mut self, words: &str, is: WordSenses) {
        for word in PhrasePart::fold(words).into_words() {
            let known = self.words.entry(word).or_default();
            *known = known.and(is);
        }
    }

    /// Adds a phrase under its first word.
    fn phrase(&mut self, phrase: &str, class: WordingClass, form: PhraseForm) {
        let part = PhrasePart::fold(phrase);
        if let Some(first) = part.first() {
            self.phrases.entry(first.to_vec()).or_default().push(LexiconPhrase { part, class, form });
        }
    }

    /// Whether a word names this half of the day.
    pub(super) fn is_half(&self, token: &[u8], half: WordSenses) -> bool {
        self.words.get(token).is_some_and(|word| word.is(half))
    }

    /// The senses of the token at `at`; none behind the last token and of unknown words.
    pub(super) fn of(&self, tokens: &TokenBuffer, at: usize) -> WordSenses {
        tokens.get(at).and_then(|token| self.words.get(token)).copied().unwrap_or_default()
    }

    /// The phrases that begin at token `at`, each with its end.
    pub(super) fn phrases_at<'a>(
        &'a self,
        tokens: &'a TokenBuffer,
        at: usize,
    ) -> impl Iterator<Item = (&'a LexiconPhrase, usize)> {
        let known = tokens.get(at).and_then(|first| self.phrases.get(first));
        known.into_iter().flatten().filter_map(move |phrase| tokens.end_of(&phrase.part, at).map(|end| (phrase, end)))
    }

    /// The month whose name begins at token `at`, and the end of the name; the longest name wins.
    pub(super) fn month(&self, tokens: &TokenBuffer, at: usize) -> Option<(u8, MonthCalendar, usize)> {
        let known = self.months.get(tokens.get(at)?)?.iter();
        let named =
            known.filter_map(|(name, month, calendar)| tokens.end_of(name, at).map(|end| (*month, *calendar, end)));
        named.max_by_key(|(_, _, end)| *end)
    }
}
