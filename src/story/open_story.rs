//! A story that may still take documents.

use std::sync::Arc;

use super::embedding::{EmbeddingSum, TextEmbedding};
use super::teller::{OutletNumber, TERMS};
use super::vector::{StemKey, StemVector};

/// Stems of the middle of a story, and of the sum that it is made of.
pub(super) const MIDDLE: usize = 48;
const SUM: usize = 256;

/// A story that may still take documents.
#[derive(Debug, Clone)]
pub(super) struct OpenStory {
    pub(super) leader: Arc<StemVector>,
    pub(super) leader_embedding: Option<Arc<TextEmbedding>>,
    pub(super) recurrence: i64,
    pub(super) first: i64,
    pub(super) last: i64,
    /// The outlet of all its documents; `None` if there are several.
    pub(super) outlet: Option<OutletNumber>,
    /// Sum and middle; `None` while it has one document, which is both.
    pub(super) middle: Option<Box<StoryMiddle>>,
}

#[derive(Debug, Clone)]
pub(super) struct StoryMiddle {
    sums: Vec<(StemKey, u64)>,
    pub(super) vector: StemVector,
    pub(super) embedding: Option<EmbeddingSum>,
}

impl OpenStory {
    /// What documents are compared with.
    pub(super) fn middle(&self) -> &StemVector {
        self.middle.as_ref().map_or(&*self.leader, |middle| &middle.vector)
    }

    /// Adds a document. Returns the stems that tell most of why.
    pub(super) fn join(
        &mut self,
        day: i64,
        outlet: OutletNumber,
        vector: &StemVector,
        embedding: Option<&TextEmbedding>,
    ) -> Vec<StemKey> {
        self.last = day;
        self.outlet = self.outlet.filter(|only| *only == outlet);

        let (leader, of_leader) = (&self.leader, &self.leader_embedding);
        let middle = self.middle.get_or_insert_with(|| {
            let sums = leader.stems().iter().map(|stem| (stem.key, u64::from(stem.weight))).collect();
            let embedding = of_leader.as_deref().map(EmbeddingSum::of);
            Box::new(StoryMiddle { sums, vector: (**leader).clone(), embedding })
        });
        let terms = shared_stems(vector, &middle.vector);
        middle.add(vector);
        if let Some(embedding) = embedding {
            match &mut middle.embedding {
                Some(sum) => sum.add(embedding),
                none => *none = Some(EmbeddingSum::of(embedding)),
            }
        }
        terms
    }
}

impl StoryMiddle {
    /// Adds a document.
    fn add(&mut self, vector: &StemVector) {
        for stem in vector.stems() {
            match self.sums.binary_search_by_key(&stem.key, |(key, _)| *key) {
                Ok(place) => self.sums[place].1 += u64::from(stem.weight),
                Err(place) => self.sums.insert(place, (stem.key, u64::from(stem.weight))),
            }
        }
        if self.sums.len() > SUM {
            self.sums.sort_unstable_by_key(|(key, sum)| (std::cmp::Reverse(*sum), *key));
            self.sums.truncate(SUM);
            self.sums.sort_unstable_by_key(|(key, _)| *key);
        }
        self.vector = StemVector::scaled(&mut self.sums.clone(), MIDDLE);
    }
}

/// The stems that a document shares most with a story, at most [`TERMS`].
pub(super) fn shared_stems(vector: &StemVector, middle: &StemVector) -> Vec<StemKey> {
    let mut shared: Vec<(StemKey, u64)> = vector.shared(middle).collect();
    shared.sort_unstable_by_key(|(key, product)| (std::cmp::Reverse(*product), *key));
    shared.into_iter().take(TERMS).map(|(key, _)| key).collect()
}
