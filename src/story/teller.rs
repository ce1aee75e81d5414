//! Puts documents into stories, one after the other in order of time.
//!
//! A document is compared with the stories of the documents that share two of its keys. Its score is the cosine with the sum of
//! the story's documents, less .12 if the whole story is of its own outlet, less .3 · r for each day since the story began, where r
//! tells how much of the document, or of the first one of the story, is a form that returns ([`super::past_forms`]); a form joins no
//! story of another day. It joins the
//! story of the best score, if that reaches the threshold, and its cosine with the first document reaches a bound: a bound from
//! the first document keeps a story from wandering off. Otherwise it begins a story.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use foldhash::HashMap;

use super::embedding::TextEmbedding;
use super::key_index::{KeyHit, KeyIndex};
use super::open_story::{OpenStory, shared_stems};
use super::options::{StoryRules, WHOLE, share};
use super::past_forms::{PastForms, is_form};
use super::vector::{KeySet, StemKey, StemVector};

/// Stories that a document is compared with: those that share most.
const MOST_STORIES: usize = 20;

/// What a story of one outlet costs its own documents, what a returned form costs a day, and a day costs while the past tells nothing.
const OWN_OUTLET: i64 = WHOLE * 12 / 100;
const UNKNOWN_PAST: i64 = WHOLE * 5 / 100;

/// Stems that explain why a document is in its story.
pub(crate) const TERMS: usize = 5;

/// The number of a story. A story that begins later has a higher one.
pub(crate) type StoryNumber = u32;

/// The number of an outlet; 0 for a document whose outlet is unknown.
pub(crate) type OutletNumber = u32;

/// A document to tell.
#[derive(Debug, Clone)]
pub(super) struct ToldVector {
    pub(super) day: i64,
    pub(super) outlet: OutletNumber,
    pub(super) vector: Arc<StemVector>,
    pub(super) keys: KeySet,
    pub(super) embedding: Option<Arc<TextEmbedding>>,
}

/// Where a document was put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Telling {
    pub(super) story: StoryNumber,
    /// The score by which it joined; `None` for the first document of a story.
    pub(super) score: Option<i64>,
    /// How much of it is a form that returns.
    pub(super) recurrence: i64,
    /// The stems that tell most, heaviest first.
    pub(super) terms: Vec<StemKey>,
}

/// Where a document would be put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Foretelling {
    /// The score and the story that it would join; `None` if it would begin one.
    pub(super) best: Option<(i64, StoryNumber)>,
    pub(super) recurrence: i64,
    /// As of [`Telling`].
    pub(super) terms: Vec<StemKey>,
}

/// A document of the window.
#[derive(Debug)]
struct RecentDocument {
    day: i64,
    story: StoryNumber,
    vector: Arc<StemVector>,
}

/// Puts documents into stories. Holds what happened within the window, the open stories and the past.
#[derive(Debug)]
pub(super) struct StoryTeller {
    rules: StoryRules,
    index: KeyIndex,
    /// The number of the oldest document of the window.
    first: u32,
    recent: VecDeque<RecentDocument>,
    /// The stories that may still take documents, by number.
    open: HashMap<StoryNumber, OpenStory>,
    /// The number of the next story, where documents have no numbers of their own.
    next: StoryNumber,
    past: PastForms,
    /// Documents of an archive that are not past yet, by day.
    archive: VecDeque<ToldVector>,
    today: Option<i64>,
    hits: Vec<KeyHit>,
}

impl StoryTeller {
    pub(super) fn new(rules: StoryRules) -> Self {
        Self {
            rules,
            index: KeyIndex::new(),
            first: 0,
            recent: VecDeque::new(),
            open: HashMap::default(),
            next: 0,
            past: PastForms::new(),
            archive: VecDeque::new(),
            today: None,
            hits: Vec::new(),
        }
    }

    /// Takes the documents of an archive: those without a date, then the others by day. They are past once they are older than
    /// the window, and tell no story.
    pub(super) fn remember(&mut self, undated: Vec<ToldVector>, dated: Vec<ToldVector>) {
        debug_assert!(dated.is_sorted_by_key(|document| document.day), "an archive is in order of time");
        undated.into_iter().for_each(|ToldVector { keys, vector, .. }| self.past.insert(None, keys, vector));
        self.archive = dated.into();
    }

    /// Number of documents that long lists passed over.
    pub(super) const fn passed_over(&self) -> u64 {
        self.index.passed_over
    }

    /// Puts a document into a story. Days must not fall. Stories are numbered as they begin.
    pub(super) fn tell(&mut self, document: ToldVector) -> Telling {
        let telling = self.tell_as(self.next, document);
        self.next += StoryNumber::from(telling.story == self.next);
        telling
    }

    /// Puts a document into a story. Days must not fall. `number` is that of a story that it begins, and higher than all before.
    pub(super) fn tell_as(&mut self, number: StoryNumber, document: ToldVector) -> Telling {
        debug_assert!(self.today.is_none_or(|today| today <= document.day), "documents come in order of time");
        self.turn_to(document.day);

        let (best, recurrence) = self.weigh(&document);
        let (story, terms) = match best {
            Some((_, story)) => (story, self.join(story, &document)),
            None => {
                self.begin(number, &document, recurrence);
                (number, heaviest_stems(&document.vector))
            }
        };
        self.enter(document, story);
        Telling { story, score: best.map(|(score, _)| score), recurrence, terms }
    }

    /// Where a document of the last day or a later one would be put. Nothing changes.
    pub(super) fn foretell(&mut self, document: &ToldVector) -> Foretelling {
        debug_assert!(self.archive.is_empty(), "only a run has an archive, and it asks for nothing before it tells");
        let (best, recurrence) = self.weigh(document);
        let joined = best.and_then(|(_, story)| self.open.get(&story));
        let terms = match joined {
            Some(story) => shared_stems(&document.vector, story.middle()),
            None => heaviest_stems(&document.vector),
        };
        Foretelling { best, recurrence, terms }
    }

    /// Takes a document that was told before, as it was then: it began the story with its own `number`, or joined another.
    pub(super) fn restore(&mut self, number: StoryNumber, document: ToldVector, story: StoryNumber, recurrence: i64) {
        self.turn_to(document.day);
        if story == number {
            self.begin(number, &document, recurrence);
        } else if self.open.contains_key(&story) {
            self.join(story, &document);
        }
        self.enter(document, story);
    }

    /// Enters a document among those that others are compared with.
    fn enter(&mut self, document: ToldVector, story: StoryNumber) {
        self.index.insert(document.keys);
        self.recent.push_back(RecentDocument { day: document.day, story, vector: document.vector });
    }

    /// The day of the last document.
    pub(super) const fn today(&self) -> Option<i64> {
        self.today
    }

    /// Number of documents that it holds: those of the window and the past.
    pub(super) fn held(&self) -> usize {
        self.recent.len() + self.past.len()
    }

    /// The lowest number of a story that may still take documents.
    pub(super) fn first_open(&self) -> Option<StoryNumber> {
        self.open.keys().min().copied()
    }

    /// The score and the story that a document may join, and how much of it is a form that returns.
    fn weigh(&mut self, document: &ToldVector) -> (Option<(i64, StoryNumber)>, i64) {
        self.index.search(&document.keys, &mut self.hits);

        // Only of a document that is not told yet: what its day will make a part of the past.
        let window = self.rules.window;
        let is_over = |found: &RecentDocument| document.day - found.day > window;
        let found = |hit: &KeyHit| self.recent.get((hit.document - self.first) as usize);
        let over = self.hits.iter().filter_map(found).filter(|found| is_over(found));
        let over: Vec<(i64, u64)> = over.map(|found| (found.day, found.vector.product(&document.vector))).collect();
        let more_days = self.recent.iter().take_while(|found| is_over(found)).map(|found| found.day);
        let past_tells = self.past.tells_with(more_days);

        let recurrence = self.past.recurrence(&document.keys, &document.vector, &over) as i64;
        (self.best(document, recurrence, past_tells), recurrence)
    }

    /// Of the stories that were hit, the one with the best score that a document may join. Of equal ones, the one that began first.
    fn best(&self, document: &ToldVector, recurrence: i64, past_tells: bool) -> Option<(i64, StoryNumber)> {
        let mut shared: BTreeMap<StoryNumber, usize> = BTreeMap::new();
        for hit in &self.hits {
            let Some(found) = self.recent.get((hit.document - self.first) as usize) else { continue };
            if document.day - found.day > self.rules.window {
                continue;
            }
            *shared.entry(found.story).or_default() += hit.shared;
        }
        let mut stories: Vec<(StoryNumber, usize)> = shared.into_iter().collect();
        stories.sort_unstable_by_key(|(story, shared)| (std::cmp::Reverse(*shared), *story));
        stories.truncate(MOST_STORIES);

        let mut best: Option<(i64, StoryNumber)> = None;
        for (number, _) in stories {
            let Some(story) = self.open.get(&number) else { continue };
            let Some(score) = self.score(story, document, recurrence, past_tells) else { continue };
            if best.is_none_or(|(most, first)| score > most || (score == most && number < first)) {
                best = Some((score, number));
            }
        }
        best
    }

    /// The score of a document in a story; `None` if it cannot join.
    fn score(&self, story: &OpenStory, document: &ToldVector, recurrence: i64, past_tells: bool) -> Option<i64> {
        let StoryRules { threshold, leader, window, span, .. } = self.rules;
        let ToldVector { day, outlet, vector, embedding, .. } = document;
        let (day, outlet) = (*day, *outlet);
        let days = day - story.first;
        if day - story.last > window || days > span {
            return None;
        }
        let pair = || Some((embedding.as_ref()?, story.leader_embedding.as_ref()?));
        let with_leader = || pair().map(|(own, of_leader)| own.cosine(of_leader));
        if self.mixed(vector.product(&story.leader), with_leader) < leader {
            return None;
        }

        let mut score = match &story.middle {
            None => self.mixed(vector.product(&story.leader), with_leader),
            Some(middle) => self.mixed(vector.product(&middle.vector), || {
                embedding.as_ref().zip(middle.embedding.as_ref()).map(|(own, sum)| sum.cosine(own))
            }),
        };
        if outlet != 0 && story.outlet == Some(outlet) {
            score -= OWN_OUTLET;
        }
        // A form takes the reports of its own day only.
        let recurrence = recurrence.max(story.recurrence);
        if days > 0 && is_form(share(recurrence)) {
            return None;
        }
        let returned = recurrence * 3 / 10;
        let each_day = if past_tells { returned } else { returned.max(UNKNOWN_PAST) };
        score -= each_day * days;
        (score >= threshold).then_some(score)
    }

    /// The cosine of stems, with its share of that of the vectors, if both have one.
    fn mixed(&self, stems: u64, vectors: impl FnOnce() -> Option<i64>) -> i64 {
        let weight = self.rules.vector_weight;
        vectors().map_or(stems as i64, |vectors| (stems as i64 * (WHOLE - weight) + vectors * weight) / WHOLE)
    }

    /// Adds a document to a story. Returns the stems that tell most of why.
    fn join(&mut self, story: StoryNumber, document: &ToldVector) -> Vec<StemKey> {
        let ToldVector { day, outlet, vector, embedding, .. } = document;
        let Some(story) = self.open.get_mut(&story) else {
            debug_assert!(false, "a story that is over was joined");
            return Vec::new();
        };
        story.join(*day, *outlet, vector, embedding.as_deref())
    }

    fn begin(&mut self, number: StoryNumber, document: &ToldVector, recurrence: i64) {
        let ToldVector { day, outlet, vector, embedding, .. } = document;
        let story = OpenStory {
            leader: Arc::clone(vector),
            leader_embedding: embedding.clone(),
            recurrence,
            first: *day,
            last: *day,
            outlet: Some(*outlet),
            middle: None,
        };
        self.open.insert(number, story);
    }

    /// Ends what is over before `day`.
    fn turn_to(&mut self, day: i64) {
        if self.today == Some(day) {
            return;
        }
        self.today = Some(day);

        let StoryRules { window, span, .. } = self.rules;
        while self.archive.front().is_some_and(|document| day - document.day > window) {
            let Some(ToldVector { day, keys, vector, .. }) = self.archive.pop_front() else { break };
            self.past.insert(Some(day), keys, vector);
        }
        while self.recent.front().is_some_and(|document| day - document.day > window) {
            let (Some(document), Some(keys)) = (self.recent.pop_front(), self.index.leave()) else { break };
            self.first += 1;
            self.past.insert(Some(document.day), keys, document.vector);
        }
        self.index.sweep();
        self.past.sweep();

        self.open.retain(|_, open| day - open.last <= window && day - open.first <= span);
    }
}

/// The stems of a document that tell most, heaviest first.
fn heaviest_stems(vector: &StemVector) -> Vec<StemKey> {
    let mut stems = vector.stems().to_vec();
    stems.sort_unstable_by_key(|stem| (std::cmp::Reverse(stem.weight), stem.key));
    stems.into_iter().take(TERMS).map(|stem| stem.key).collect()
}

#[cfg(test)]
mod tests;
