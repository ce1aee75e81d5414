//! The truth, computed slowly: shingles are words written out, never hashed to 64 bits; every pair that shares one is
//! counted. Of the library it uses the folding, and the
//! sieve that leaves boilerplate out.

use std::collections::HashMap;

use mukarrar::input::Corpus;
use mukarrar::normalize::{Language, Normalizer, Profile};
use mukarrar::page::{Boilerplate, Sieve};

/// The shingle set of each text, each distinct shingle under a number of its own.
pub struct Sets {
    /// By place, ascending and distinct; empty for a text without words.
    pub sets: Vec<Vec<u32>>,
    /// Folded texts by place.
    pub folded: Vec<String>,
    shingles: u32,
}

/// Two texts, by place, with what their sets share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Truth {
    pub a: usize,
    pub b: usize,
    pub jaccard: f64,
    pub containment: f64,
    /// Whether the folded texts are equal.
    pub exact: bool,
}

impl Sets {
    /// Word n-grams of whole documents; a text of fewer words has one shingle, all of it.
    pub fn of_words(folded: Vec<String>, n: usize) -> Self {
        let mut numbers: HashMap<Vec<u32>, u32> = HashMap::new();
        let mut words: HashMap<String, u32> = HashMap::new();
        let mut sets = Vec::new();
        for text in &folded {
            let tokens: Vec<u32> = text
                .split(' ')
                .filter(|word| !word.is_empty())
                .map(|word| {
                    let next = words.len() as u32;
                    *words.entry(word.to_owned()).or_insert(next)
                })
                .collect();
            let shingles: Vec<&[u32]> = if tokens.len() < n { vec![&tokens[..]] } else { tokens.windows(n).collect() };
            let mut set = Vec::new();
            for shingle in shingles.into_iter().filter(|shingle| !shingle.is_empty()) {
                let next = numbers.len() as u32;
                set.push(*numbers.entry(shingle.to_vec()).or_insert(next));
            }
            set.sort_unstable();
            set.dedup();
            sets.push(set);
        }
        Self { sets, folded, shingles: numbers.len() as u32 }
    }

    /// The pair of two places.
    pub fn pair(&self, a: usize, b: usize) -> Truth {
        let shared = self.sets[a].iter().filter(|shingle| self.sets[b].binary_search(shingle).is_ok()).count();
        self.truth(a, b, shared)
    }

    fn truth(&self, a: usize, b: usize, shared: usize) -> Truth {
        let (x, y) = (self.sets[a].len(), self.sets[b].len());
        let jaccard = shared as f64 / (x + y - shared) as f64;
        Truth { a, b, jaccard, containment: shared as f64 / x.min(y) as f64, exact: self.folded[a] == self.folded[b] }
    }

    /// Every pair of Jaccard ≥ `threshold`, `a` before `b`, sorted.
    pub fn all_pairs(&self, threshold: f64) -> Vec<Truth> {
        self.all_pairs_where(|truth| truth.jaccard >= threshold)
    }

    /// Every pair of Jaccard < `threshold` of which one text of `shingles` or more stands in the other: containment ≥
    /// `containment`.
    pub fn all_contained(&self, containment: f64, threshold: f64, shingles: usize) -> Vec<Truth> {
        self.all_pairs_where(|truth| {
            truth.containment >= containment
                && truth.jaccard < threshold
                && self.sets[truth.a].len().min(self.sets[truth.b].len()) >= shingles
        })
    }

    /// Every pair that is `wanted`, `a` before `b`, sorted: all pairs that share a shingle are counted.
    fn all_pairs_where(&self, wanted: impl Fn(&Truth) -> bool) -> Vec<Truth> {
        let mut holders: Vec<Vec<u32>> = vec![Vec::new(); self.shingles as usize];
        let mut pairs = Vec::new();
        let mut shared = vec![0_u32; self.sets.len()];
        for (b, set) in self.sets.iter().enumerate() {
            let mut met = Vec::new();
            for shingle in set {
                for a in &holders[*shingle as usize] {
                    if shared[*a as usize] == 0 {
                        met.push(*a as usize);
                    }
                    shared[*a as usize] += 1;
                }
                holders[*shingle as usize].push(b as u32);
            }
            for a in met {
                let truth = self.truth(a, b, shared[a] as usize);
                shared[a] = 0;
                if wanted(&truth) {
                    pairs.push(truth);
                }
            }
        }
        pairs.sort_unstable_by_key(|pair| (pair.a, pair.b));
        pairs
    }
}

/// Every document folded, by place; rejected records are empty.
pub fn folded(corpus: &Corpus, profile: Profile, language: Option<Language>) -> Vec<String> {
    let mut sieve = Sieve::new(Boilerplate::default());
    corpus
        .ids()
        .map(|id| match corpus.read(id) {
            Ok(record) => {
                let language = language.unwrap_or_else(|| Language::detect(&record.text));
                Normalizer::new(profile, language).normalize_excerpt(sieve.sift(&*record.text))
            }
            Err(_) => String::new(),
        })
        .collect()
}
