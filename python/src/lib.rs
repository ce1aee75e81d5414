//! The Python package. It contains no algorithm: each function converts its arguments, releases the interpreter's lock, calls
//! the library and converts the result.

use pyo3::prelude::*;

mod arrow;
mod arrow_table;
mod arrow_verify;
mod cleaning;
mod command;
mod comparison;
mod corpus;
mod engine;
mod errors;
mod index;
mod index_access;
mod index_settings;
mod inspection;
mod interruptible;
mod item;
mod options;
mod report_source;
mod run_output;
mod run_request;
mod scoring;
mod sketch;
mod telling;
mod text;
mod threads;
mod verdict;

/// The compiled part of the package. Import `mukarrar` instead.
#[pymodule]
mod _mukarrar {
    use super::*;

    #[pymodule_export]
    use arrow::{ArrowBatch, sketch_batch};
    #[pymodule_export]
    use arrow_table::ArrowTable;
    #[pymodule_export]
    use arrow_verify::verify_batch;
    #[pymodule_export]
    use cleaning::dedup;
    #[pymodule_export]
    use command::run_command;
    #[pymodule_export]
    use comparison::{compare, compare_html};
    #[pymodule_export]
    use corpus::{clusters, corpus_units, describe, pairs, passages};
    #[pymodule_export]
    use engine::{
        PyFrequencies, engine_contained, engine_digests, engine_fields, engine_language, engine_links, engine_settled,
        engine_sketch, engine_title_evidence, engine_trigram_bound,
    };
    #[pymodule_export]
    use index::PyIndex;
    #[pymodule_export]
    use inspection::{contaminated, learn_boilerplate, preview};
    #[pymodule_export]
    use report_source::ReportSource;
    #[pymodule_export]
    use scoring::{evaluate, evaluate_pages, pair_estimate, sample_pairs};
    #[pymodule_export]
    use sketch::{PyEstimate, PyMinHasher, PySignature};
    #[pymodule_export]
    use text::{PyToken, PyUnit, detect_language, normalize, tokens, units};
    #[pymodule_export]
    use threads::{after_fork, before_fork};
    #[pymodule_export]
    use verdict::{PyMatch, PyVerdict};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
