//! Tells documents in order of time and collects the stories.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::embedding::TextEmbedding;
use super::options::{StoryOptions, StoryRules, share};
use super::past_forms::is_form;
use super::rarity::RarityTable;
use super::teller::{OutletNumber, StoryNumber, StoryTeller, TERMS, Telling, ToldVector};
use super::vector::{KeySet, StemKey, StemVector, StoryWords};
use crate::document::{DocId, Span};

/// Characters of a shown word.
const MOST_CHARACTERS: usize = 40;

/// A document as its stems tell it.
#[derive(Debug, Clone)]
pub(crate) struct StoryText {
    vector: Arc<StemVector>,
    keys: KeySet,
    embedding: Option<Arc<TextEmbedding>>,
    /// The words of the stems as they stand in the document, ascending by key.
    surfaces: Vec<(StemKey, Box<str>)>,
}

impl StoryText {
    /// The document whose words were taken from `title` and `text`.
    pub(crate) fn new(words: &StoryWords, table: &RarityTable, title: &str, text: &str) -> Self {
        let (vector, surfaces) = words.vector(table);
        let shown = |span: Span, is_of_title: bool| -> Box<str> {
            let word = span.of(if is_of_title { title } else { text });
            word.chars().take(MOST_CHARACTERS).collect::<String>().into()
        };
        let surfaces = surfaces.iter().map(|surface| (surface.key, shown(surface.span, surface.is_of_title))).collect();
        let keys = vector.keys();
        Self { vector: Arc::new(vector), keys, embedding: None, surfaces }
    }

    /// The same with the direction that a model gave it.
    pub(crate) fn with_embedding(mut self, embedding: Option<TextEmbedding>) -> Self {
        self.embedding = embedding.map(Arc::new);
        self
    }

    /// The direction that a model gave it.
    pub(crate) fn embedding(&self) -> Option<&TextEmbedding> {
        self.embedding.as_deref()
    }

    /// The word of a stem as it stands in the document.
    pub(super) fn term(&self, key: StemKey) -> Option<(StemKey, Box<str>)> {
        let place = self.surfaces.binary_search_by_key(&key, |(key, _)| *key).ok()?;
        self.surfaces.get(place).cloned()
    }

    /// The same on a day, in an outlet.
    pub(super) fn on(&self, day: i64, outlet: OutletNumber) -> ToldVector {
        ToldVector { day, outlet, vector: Arc::clone(&self.vector), keys: self.keys, embedding: self.embedding.clone() }
    }
}

/// A document that was told.
#[derive(Debug, Clone)]
pub(crate) struct ToldDocument {
    pub(crate) document: DocId,
    pub(crate) story: StoryNumber,
    pub(crate) score: Option<f64>,
    pub(crate) recurrence: f64,
    /// The stems that tell most and their words, heaviest first.
    terms: Box<[(StemKey, Box<str>)]>,
}

impl ToldDocument {
    /// The words of its terms.
    pub(crate) fn terms(&self) -> Vec<String> {
        self.terms.iter().map(|(_, word)| word.to_string()).collect()
    }

    /// Whether it is a form that returns.
    pub(crate) fn is_form(&self) -> bool {
        is_form(self.recurrence)
    }
}

/// Tells documents, and keeps what was told.
#[derive(Debug)]
pub(crate) struct StoryBook {
    teller: StoryTeller,
    first_story: StoryNumber,
    next_story: StoryNumber,
    passed_over: u64,
    told: Vec<ToldDocument>,
    rules: StoryRules,
}

impl StoryBook {
    pub(crate) fn new(options: &StoryOptions) -> Self {
        let rules = StoryRules::new(options);
        Self { teller: StoryTeller::new(rules), first_story: 0, next_story: 0, passed_over: 0, told: Vec::new(), rules }
    }

    /// Takes the documents of an archive with their days, before the first document is told.
    pub(crate) fn remember(&mut self, archive: Vec<(Option<i64>, StoryText)>) {
        let (mut dated, mut undated) = (Vec::new(), Vec::new());
        for (day, text) in archive {
            match day {
                Some(day) => dated.push(text.on(day, 0)),
                None => undated.push(text.on(0, 0)),
            }
        }
        dated.sort_by_key(|document| document.day);
        self.teller.remember(undated, dated);
    }

    /// Tells a document. Days must not fall.
    pub(crate) fn tell(&mut self, document: DocId, day: i64, outlet: OutletNumber, text: &StoryText) {
        let Telling { story, score, recurrence, terms } = self.teller.tell(text.on(day, outlet));
        let story = self.first_story + story;
        self.next_story = self.next_story.max(story + 1);

        let terms = terms.iter().filter_map(|key| text.term(*key)).collect();
        self.told.push(ToldDocument { document, story, score: score.map(share), recurrence: share(recurrence), terms });
    }

    /// Begins anew: what follows has no day in common with what was told.
    pub(crate) fn turn_over(&mut self) {
        self.passed_over += self.teller.passed_over();
        self.first_story = self.next_story;
        self.teller = StoryTeller::new(self.rules);
    }

    /// The documents by story, in the order in which stories began and documents joined, and the number of candidates that were
    /// passed over.
    pub(crate) fn close(mut self) -> (Vec<Vec<ToldDocument>>, u64) {
        self.turn_over();
        let mut stories: Vec<Vec<ToldDocument>> = Vec::new();
        stories.resize_with(self.next_story as usize, Vec::new);
        for document in self.told {
            // Every told document has a story.
            if let Some(story) = stories.get_mut(document.story as usize) {
                story.push(document);
            }
        }
        (stories, self.passed_over)
    }
}

/// The words by which most documents of a story joined, at most [`TERMS`]: those of most documents first, then those that came first.
pub(crate) fn terms_of(documents: &[ToldDocument]) -> Vec<String> {
    most_told(documents.iter().flat_map(|document| &document.terms))
}

/// The words of the most frequent of some stems, at most [`TERMS`]; of equally frequent ones the first.
pub(super) fn most_told<'t>(terms: impl Iterator<Item = &'t (StemKey, Box<str>)>) -> Vec<String> {
    let mut counts: BTreeMap<StemKey, (usize, usize, &str)> = BTreeMap::new();
    for (place, (key, word)) in terms.enumerate() {
        counts.entry(*key).or_insert((0, place, word)).0 += 1;
    }

    let mut terms: Vec<(usize, usize, &str)> = counts.into_values().collect();
    terms.sort_unstable_by_key(|(count, place, _)| (std::cmp::Reverse(*count), *place));
    terms.into_iter().take(TERMS).map(|(_, _, word)| word.to_owned()).collect()
}
