//! Later passes: the units that matter are read and folded again, each document once.

use super::Options;
use super::parallel;
use crate::document::{DocId, UnitId, Units};
use crate::input::Corpus;
use crate::normalize::{Language, Normalizer, Scratch};
use crate::shingle::{ShingleKind, ShingleSet, Shingler};

/// Reads units again.
pub(super) struct Refold<'a> {
    pub(super) corpus: &'a Corpus,
    pub(super) options: &'a Options,
    pub(super) units: &'a Units,
    /// The language that the gate chose for each record; `None` for rejected ones.
    pub(super) languages: &'a [Option<Language>],
}

/// What one thread folds with.
#[derive(Debug, Default)]
pub(super) struct Folder {
    pub(super) scratch: Scratch,
}

impl Refold<'_> {
    /// `work` for the text of each of `wanted`, which ascend; results in the same order. Documents in parallel.
    pub(super) fn each<T: Send + Sync + Clone>(
        &self,
        wanted: &[UnitId],
        work: impl Fn(&mut Folder, &Normalizer, &str) -> T + Sync + Send,
    ) -> Vec<T> {
        self.each_with(wanted, Folder::default, work)
    }

    /// The shingle sets of `wanted`, which ascend.
    pub(super) fn sets(&self, wanted: &[UnitId], shingle: ShingleKind) -> Vec<ShingleSet> {
        let shingler = || Shingler::new(shingle, self.options.seed);
        self.each_with(wanted, shingler, |shingler, normalizer, text| shingler.shingle(normalizer, text).set())
    }

    /// The folded texts of `wanted`, which ascend.
    pub(super) fn texts(&self, wanted: &[UnitId]) -> Vec<String> {
        self.each(wanted, |_, normalizer, text| normalizer.normalize(text))
    }

    fn each_with<W, T: Send>(
        &self,
        wanted: &[UnitId],
        worker: impl Fn() -> W + Sync + Send,
        work: impl Fn(&mut W, &Normalizer, &str) -> T + Sync + Send,
    ) -> Vec<T> {
        let documents: Vec<&[UnitId]> =
            wanted.chunk_by(|a, b| self.units.document(*a) == self.units.document(*b)).collect();
        let done = parallel::map(&documents, worker, |worker, units| {
            let document = self.units.document(units[0]);
            self.document(document, |normalizer, text| {
                units.iter().map(|unit| work(worker, normalizer, self.units.span(*unit).of(text))).collect::<Vec<T>>()
            })
        });
        done.into_iter().flatten().collect()
    }

    /// Reads a document again, as it was read before.
    fn document<T>(&self, id: DocId, work: impl FnOnce(&Normalizer, &str) -> T) -> T {
        let language = self.languages[id.index()].unwrap_or(Language::Other);
        let normalizer = Normalizer::new(self.options.profile, language);
        match self.corpus.read(id) {
            Ok(record) => work(&normalizer, &record.text),
            // The corpus holds its bytes, so what could be read once can be read again.
            Err(_) => work(&normalizer, ""),
        }
    }
}
