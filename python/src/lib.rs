//! The Python package: what `mukarrar` does, for Python. No algorithm stands here: each function turns arguments into
//! those of the library, lets go of the interpreter's lock, and turns the answer back.

use pyo3::prelude::*;

mod arrow;
mod corpus;
mod errors;
mod index;
mod item;
mod options;
mod sketch;
mod text;
mod verdict;

/// What `mukarrar` is made of; import `mukarrar`.
#[pymodule]
mod _mukarrar {
    use super::*;

    #[pymodule_export]
    use arrow::{ArrowBatch, sketch_batch};
    #[pymodule_export]
    use corpus::{clusters, compare, dedup};
    #[pymodule_export]
    use index::PyIndex;
    #[pymodule_export]
    use sketch::{PyEstimate, PyMinHasher, PySignature};
    #[pymodule_export]
    use text::{PyToken, PyUnit, detect_language, normalize, tokens, units};
    #[pymodule_export]
    use verdict::{PyMatch, PyVerdict};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
