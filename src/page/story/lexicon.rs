//! The folded vocabulary: what each word may be, and which phrases stand for what.

use std::sync::LazyLock;

use ahash::AHashMap;

use super::words::{self, Calendar, Class, Form};
use crate::page::matcher::{Part, Tokens};

/// What a word may be: a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Word(u16);

impl Word {
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
    /// Whatever stands in a date.
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
    "الفرنسية",
    "أسوشيتد",
];

/// A folded phrase.
#[derive(Debug)]
pub(super) struct Phrase {
    part: Part,
    pub(super) class: Class,
    pub(super) form: Form,
}

/// The vocabulary, folded.
pub(super) struct Lexicon {
    words: AHashMap<Vec<u8>, Word>,
    phrases: AHashMap<Vec<u8>, Vec<Phrase>>,
    months: Vec<(Part, u8, Calendar)>,
}

/// The vocabulary of [`words`].
pub(super) static LEXICON: LazyLock<Lexicon> = LazyLock::new(Lexicon::new);

impl Lexicon {
    fn new() -> Self {
        let mut lexicon = Self { words: AHashMap::new(), phrases: AHashMap::new(), months: Vec::new() };
        for word in words::MENU_WORDS {
            for form in [(*word).to_owned(), format!("و{word}"), format!("ال{word}"), format!("وال{word}")] {
                lexicon.word(&form, Word::MENU);
            }
        }
        let lists = [
            (words::UI_WORDS, Word::UI),
            (words::WEEKDAYS, Word::WEEKDAY),
            (words::UNITS, Word::UNIT),
            (words::AGO, Word::AGO),
            (words::TIME_WORDS, Word::TIME),
            (words::RUNNING_WORDS, Word::RUNNING),
            (words::PRAYERS, Word::PRAYER),
            (PICTURES, Word::PICTURE),
            (ARCHIVES, Word::ARCHIVE),
            (words::AFTERNOON, Word::AFTERNOON),
            (words::FORENOON, Word::FORENOON),
        ];
        for (list, is) in lists {
            list.iter().for_each(|word| lexicon.word(word, is));
        }
        for (names, number, calendar) in words::MONTHS {
            for name in *names {
                lexicon.word(name, Word::MONTH);
                lexicon.months.push((Part::fold(name), *number, *calendar));
            }
        }
        for (class, form, phrases) in words::PHRASES {
            for phrase in *phrases {
                lexicon.phrase(phrase, *class, *form);
                if phrase.contains('\u{200C}') {
                    lexicon.phrase(&phrase.replace('\u{200C}', " "), *class, *form);
                }
            }
        }
        lexicon
    }

    /// Notes what each word of `words` may be.
    fn word(&mut self, words: &str, is: Word) {
        for word in Part::fold(words).into_words() {
            let known = self.words.entry(word).or_default();
            *known = known.and(is);
        }
    }

    fn phrase(&mut self, phrase: &str, class: Class, form: Form) {
        let part = Part::fold(phrase);
        if let Some(first) = part.clone().into_words().into_iter().next() {
            self.phrases.entry(first).or_default().push(Phrase { part, class, form });
        }
    }

    /// Whether a word says which half of the day it is.
    pub(super) fn is_half(&self, token: &[u8], half: Word) -> bool {
        self.words.get(token).is_some_and(|word| word.is(half))
    }

    /// What the token at `at` may be.
    pub(super) fn of(&self, tokens: &Tokens, at: usize) -> Word {
        tokens.get(at).and_then(|token| self.words.get(token)).copied().unwrap_or_default()
    }

    /// The phrases that stand at token `at`, each with where it ends.
    pub(super) fn phrases_at<'a>(&'a self, tokens: &'a Tokens, at: usize) -> impl Iterator<Item = (&'a Phrase, usize)> {
        let known = tokens.get(at).and_then(|first| self.phrases.get(first));
        known.into_iter().flatten().filter_map(move |phrase| tokens.end_of(&phrase.part, at).map(|end| (phrase, end)))
    }

    /// The month that stands at token `at`, and where its name ends.
    pub(super) fn month(&self, tokens: &Tokens, at: usize) -> Option<(u8, Calendar, usize)> {
        let found = self
            .months
            .iter()
            .filter_map(|(name, month, calendar)| tokens.end_of(name, at).map(|end| (*month, *calendar, end)));
        found.max_by_key(|(_, _, end)| *end)
    }
}
