//! The indexes among the paths of `dedup --against`.

use std::path::{Path, PathBuf};

use mukarrar::error::Result;
use mukarrar::pipeline::{KnownTexts, Pipeline};
use mukarrar::similarity::Relation;

#[cfg(feature = "persistent")]
use mukarrar::index::IndexedTexts;

/// What `--against` names.
pub(super) struct References {
    /// Directories of indexes.
    indexes: Vec<PathBuf>,
    /// Files, and directories of files.
    pub(super) files: Vec<PathBuf>,
}

impl References {
    /// Tells indexes from other paths. A build without indexes takes all of them for files, which refuses indexes.
    pub(super) fn of(paths: &[PathBuf]) -> Self {
        #[cfg(feature = "persistent")]
        let (indexes, files) = paths.iter().cloned().partition(|path| IndexedTexts::is_index(path));
        #[cfg(not(feature = "persistent"))]
        let (indexes, files) = (Vec::new(), paths.to_vec());
        Self { indexes, files }
    }

    /// The first index, if there is one.
    pub(super) fn first_index(&self) -> Option<&Path> {
        self.indexes.first().map(PathBuf::as_path)
    }

    /// The fields that records need for the indexes, in addition to those of the run.
    pub(super) fn fields(&self, pipeline: &Pipeline) -> Vec<String> {
        if self.indexes.is_empty() {
            return Vec::new();
        }
        #[cfg(feature = "persistent")]
        return IndexedTexts::fields(pipeline.options()).collect();
        #[cfg(not(feature = "persistent"))]
        {
            let _ = pipeline;
            Vec::new()
        }
    }

    /// Opens the indexes; `None` if there are none. `relations` are those that count as copies.
    pub(super) fn open(&self, pipeline: &Pipeline, relations: &[Relation]) -> Result<Option<Box<dyn KnownTexts>>> {
        if self.indexes.is_empty() {
            return Ok(None);
        }
        #[cfg(feature = "persistent")]
        return Ok(Some(Box::new(IndexedTexts::open(&self.indexes, pipeline, relations)?)));
        #[cfg(not(feature = "persistent"))]
        {
            let _ = (pipeline, relations);
            Ok(None)
        }
    }
}
