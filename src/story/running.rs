//! Tells texts one by one, as they come, and can be restored from what it told.
//!
//! Each text has a number; a story has that of its first text. What is told of a text is a row ([`StoredTelling`]). The state
//! follows from the rows of the texts that it still holds, taken in order, so it is the same after a restart.

use std::collections::VecDeque;
use std::sync::Arc;

use super::options::{StoryOptions, StoryRules, share};
use super::past_forms::is_form;
use super::rarity::RarityTable;
use super::stored_telling::StoredTelling;
use super::teller::{Foretelling, OutletNumber, StoryTeller, Telling, ToldVector};
use super::told::StoryText;
use super::vector::StoryWords;
use crate::document::{Excerpt, UnitKind, head};
use crate::normalize::{FoldScratch, Language, Normalizer, Profile};
use crate::page::{Sieve, SourcedText, source_key};

/// The profile of all stems, whatever the copies are folded with: tables of rarity hold the stems of one.
pub(crate) const STORY_PROFILE: Profile = Profile::Standard;

/// Bytes of a text that are read: the words that count are in them, also in the longest ones.
const MOST_BYTES: usize = 1 << 13;

/// Most bytes of a title that are read.
const MOST_TITLE: usize = 1 << 10;

/// Makes the words of documents. One for each thread.
#[derive(Debug)]
pub(crate) struct StoryTextMaker {
    sieve: Sieve,
    folding: FoldScratch,
    words: StoryWords,
}

impl StoryTextMaker {
    pub(crate) fn new(sieve: Sieve) -> Self {
        Self { sieve, folding: FoldScratch::default(), words: StoryWords::default() }
    }

    /// Gives the words of a title and a text to `take`, with the parts of both that are read.
    pub(crate) fn with_words<T>(
        &mut self,
        language: Language,
        title: &str,
        text: SourcedText<'_>,
        take: impl FnOnce(&StoryWords, &str, &str) -> T,
    ) -> T {
        let Self { sieve, folding, words } = self;
        let (title, body) = (head(title, MOST_TITLE), head(text.text, MOST_BYTES));
        let normalizer = Normalizer::new(STORY_PROFILE, language);
        words.begin(language);
        normalizer.fold_excerpt(Excerpt::whole(title), folding, words);
        words.end_title();

        let kept = sieve.sift(SourcedText::new(body).kind(UnitKind::Document).source(text.source));
        normalizer.fold_excerpt(kept, folding, words);
        take(words, title, body)
    }

    /// The document of a title and a text; `None` if it has fewer than `least` words.
    pub(crate) fn text(
        &mut self,
        language: Language,
        (title, text): (&str, SourcedText<'_>),
        table: &RarityTable,
        least: usize,
    ) -> Option<StoryText> {
        self.with_words(language, title, text, |words, title, body| {
            (words.tokens() >= least).then(|| StoryText::new(words, table, title, body))
        })
    }
}

/// Tells texts as they come.
#[derive(Debug)]
pub(crate) struct RunningTeller {
    teller: StoryTeller,
    window: i64,
    /// The numbers of the texts that the teller holds, by day.
    held: VecDeque<u32>,
}

/// What would be told of a text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ForetoldText {
    /// The number of the first text of the story that it would join; `None` if it would begin one.
    pub(crate) leader: Option<u32>,
    pub(crate) score: Option<f64>,
    pub(crate) terms: Vec<String>,
    pub(crate) is_form: bool,
}

/// When and where a text was published.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TextOrigin<'a> {
    pub(crate) key: &'a str,
    /// The day, counted from 1970, and the moment in seconds.
    pub(crate) day: i64,
    pub(crate) moment: i64,
    pub(crate) outlet: &'a str,
}

impl RunningTeller {
    pub(crate) fn new(options: &StoryOptions) -> Self {
        let rules = StoryRules::new(options);
        Self { teller: StoryTeller::new(rules), window: i64::from(options.window), held: VecDeque::new() }
    }

    /// Tells a text, whose number is higher than all before. One of an earlier day than the last one is told as of that day; one
    /// that is older than the window is not told. `leader_key` gives the key of the text with a number.
    ///
    /// # Errors
    ///
    /// Those of `leader_key`; the text is told all the same, so the caller must restore another teller.
    pub(crate) fn tell<E>(
        &mut self,
        number: u32,
        origin: TextOrigin<'_>,
        text: &StoryText,
        leader_key: impl FnOnce(u32) -> Result<Box<str>, E>,
    ) -> Result<Option<StoredTelling>, E> {
        let TextOrigin { key, day, moment, outlet } = origin;
        let today = self.teller.today().unwrap_or(day).max(day);
        if today - day > self.window {
            return Ok(None);
        }

        let document = text.on(today, outlet_number(outlet));
        let vector = Arc::clone(&document.vector);
        let Telling { story, score, recurrence, terms } = self.teller.tell_as(number, document);
        self.hold(number);
        Ok(Some(StoredTelling {
            key: key.into(),
            leader_key: if story == number { key.into() } else { leader_key(story)? },
            leader: story,
            moment,
            outlet: outlet.into(),
            day: today,
            score,
            recurrence,
            terms: terms.iter().filter_map(|key| text.term(*key)).collect(),
            vector,
        }))
    }

    /// What would be told of a text; nothing changes. `None` of one that is older than the window.
    pub(crate) fn foretell(&mut self, day: i64, outlet: &str, text: &StoryText) -> Option<ForetoldText> {
        let today = self.teller.today().unwrap_or(day).max(day);
        if today - day > self.window {
            return None;
        }
        let Foretelling { best, recurrence, terms } = self.teller.foretell(&text.on(today, outlet_number(outlet)));
        let words = terms.iter().filter_map(|key| text.term(*key)).map(|(_, word)| word.into()).collect();
        Some(ForetoldText {
            leader: best.map(|(_, story)| story),
            score: best.map(|(score, _)| share(score)),
            terms: words,
            is_form: is_form(share(recurrence)),
        })
    }

    /// The day of the last text.
    pub(crate) fn today(&self) -> Option<i64> {
        self.teller.today()
    }

    /// Takes a text that was told before. Texts come by day, then by number.
    pub(crate) fn restore(&mut self, number: u32, row: &StoredTelling) {
        let document = ToldVector {
            day: row.day,
            outlet: outlet_number(&row.outlet),
            vector: Arc::clone(&row.vector),
            keys: row.vector.keys(),
            embedding: None,
        };
        self.teller.restore(number, document, row.leader, row.recurrence);
        self.hold(number);
    }

    fn hold(&mut self, number: u32) {
        self.held.push_back(number);
        while self.held.len() > self.teller.held() {
            self.held.pop_front();
        }
    }

    /// The number of the first text that it would have to be restored from.
    pub(crate) fn needed_from(&self) -> Option<u32> {
        self.held.iter().copied().chain(self.teller.first_open()).min()
    }
}

/// The number of an outlet: a hash of its name; 0 without one.
fn outlet_number(name: &str) -> OutletNumber {
    match name {
        "" => 0,
        name => ((source_key(name) >> 32) as OutletNumber).max(1),
    }
}
