//! Tells texts one by one, as they come, and can be restored from what it told.
//!
//! Each text has a number; a story has that of its first text. What is told of a text is a row ([`StoredTelling`]). The state
//! follows from the rows of the texts that it still holds, taken in order, so it is the same after a restart.

use std::collections::VecDeque;
use std::sync::Arc;

use super::options::{StoryOptions, StoryRules, share};
use super::past_forms::is_form;
use super::rarity::RarityTable;
use super::teller::{OutletNumber, StoryTeller, Telling, ToldVector};
use super::told::{StoryText, most_told};
use super::vector::{StemKey, StemVector, StoryWords, WeightedStem};
use crate::document::{Excerpt, UnitKind, head};
use crate::normalize::{FoldScratch, Language, Normalizer, Profile};
use crate::page::{Sieve, SourcedText, source_key};
use crate::spill::{ByteDecoder, ByteEncoder};

/// The profile of all stems, whatever the copies are folded with: tables of rarity hold the stems of one.
pub(crate) const STORY_PROFILE: Profile = Profile::Standard;

/// Bytes of a text that are read: the words that count are in them, also in the longest ones.
const MOST_BYTES: usize = 1 << 13;

/// Most bytes of a title that are read.
const MOST_TITLE: usize = 1 << 10;

/// The version of a row.
const ROW_VERSION: u8 = 1;

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
        title: &str,
        text: SourcedText<'_>,
        least: usize,
    ) -> Option<StoryText> {
        self.with_words(language, title, text, |words, title, body| {
            (words.tokens() >= least).then(|| StoryText::new(words, RarityTable::built_in(), title, body))
        })
    }
}

/// What is told of a text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StoredTelling {
    /// The key of the text, and of the first one of its story.
    pub(crate) key: Box<str>,
    pub(crate) leader_key: Box<str>,
    /// The number of that one.
    pub(crate) leader: u32,
    /// When it was published, in seconds.
    pub(crate) moment: i64,
    pub(crate) outlet: Box<str>,
    day: i64,
    /// The score by which it joined; `None` for the first text of a story.
    score: Option<i64>,
    recurrence: i64,
    terms: Box<[(StemKey, Box<str>)]>,
    vector: Arc<StemVector>,
}

impl StoredTelling {
    pub(crate) fn score(&self) -> Option<f64> {
        self.score.map(share)
    }

    pub(crate) fn is_form(&self) -> bool {
        is_form(share(self.recurrence))
    }

    pub(crate) fn terms(&self) -> Vec<String> {
        self.terms.iter().map(|(_, word)| word.to_string()).collect()
    }

    /// The row as bytes.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut out = ByteEncoder::default();
        out.byte(ROW_VERSION);
        for text in [&self.key, &self.leader_key, &self.outlet] {
            out.bytes(text.as_bytes());
        }
        out.u32(self.leader);
        for number in [self.moment, self.day, self.score.unwrap_or(-1), self.recurrence] {
            out.u64(number.cast_unsigned());
        }

        out.u32(self.terms.len() as u32);
        for (key, word) in &self.terms {
            out.u32(*key);
            out.bytes(word.as_bytes());
        }
        out.u32(self.vector.stems().len() as u32);
        for stem in self.vector.stems() {
            out.u32(stem.key);
            out.u32(stem.weight.into());
        }
        out.finish()
    }

    /// The row of these bytes; `None` if they are none.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut from = ByteDecoder::new(bytes);
        if from.byte()? != ROW_VERSION {
            return None;
        }
        let text =
            |from: &mut ByteDecoder<'_>| -> Option<Box<str>> { Some(std::str::from_utf8(from.bytes()?).ok()?.into()) };
        let (key, leader_key, outlet) = (text(&mut from)?, text(&mut from)?, text(&mut from)?);
        let leader = from.u32()?;
        let mut number = || from.u64().map(u64::cast_signed);
        let (moment, day, score, recurrence) = (number()?, number()?, number()?, number()?);

        let mut terms = Vec::new();
        for _ in 0..from.u32()? {
            terms.push((from.u32()?, text(&mut from)?));
        }
        let mut stems = Vec::new();
        for _ in 0..from.u32()? {
            stems.push(WeightedStem { key: from.u32()?, weight: u16::try_from(from.u32()?).ok()? });
        }
        Some(Self {
            key,
            leader_key,
            leader,
            moment,
            outlet,
            day,
            score: (score >= 0).then_some(score),
            recurrence,
            terms: terms.into(),
            vector: Arc::new(StemVector::restored(stems.into_iter())),
        })
    }
}

/// The words by which most texts of a story joined, those of most texts first.
pub(crate) fn listed_terms(rows: &[StoredTelling]) -> Vec<String> {
    most_told(rows.iter().flat_map(|row| &row.terms))
}

/// Tells texts as they come.
#[derive(Debug)]
pub(crate) struct RunningTeller {
    teller: StoryTeller,
    window: i64,
    /// The numbers of the texts that the teller holds, ascending.
    held: VecDeque<u32>,
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

    /// Takes a text that was told before. Texts come in the order of their numbers.
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
        self.held.front().copied().into_iter().chain(self.teller.first_open()).min()
    }
}

/// The number of an outlet: a hash of its name; 0 without one.
fn outlet_number(name: &str) -> OutletNumber {
    match name {
        "" => 0,
        name => ((source_key(name) >> 32) as OutletNumber).max(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_comes_back_from_its_bytes() {
        let stems = [WeightedStem { key: 3, weight: 20_000 }, WeightedStem { key: 9, weight: 25_000 }];
        let row = StoredTelling {
            key: "مفتاح".into(),
            leader_key: "أول".into(),
            leader: 7,
            moment: -5,
            outlet: "".into(),
            day: -1,
            score: Some(1 << 29),
            recurrence: 12,
            terms: Box::new([(3, "سوق".into())]),
            vector: Arc::new(StemVector::restored(stems.into_iter())),
        };
        let bytes = row.to_bytes();
        assert_eq!(StoredTelling::from_bytes(&bytes), Some(row.clone()));
        assert_eq!(StoredTelling::from_bytes(&StoredTelling { score: None, ..row }.to_bytes()).unwrap().score(), None);
        for length in 0..bytes.len() {
            assert_eq!(StoredTelling::from_bytes(&bytes[..length]), None, "{length}");
        }
    }
}
