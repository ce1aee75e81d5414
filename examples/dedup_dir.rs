//! Lists the copies in a directory (or any inputs) and what they are copies of.
//!
//! ```text
//! cargo run --release --example dedup_dir -- corpus
//! ```

use std::io::{self, Write};
use std::path::PathBuf;

use mukarrar::document::UnitId;
use mukarrar::input::{Corpus, InputOptions};
use mukarrar::pipeline::{Options, Pipeline};
use mukarrar::similarity::Relation;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let paths: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let corpus = Corpus::open(&paths, InputOptions::default())?;
    let found = Pipeline::new(Options::default())?.clusters(&corpus, &())?;
    let name = |unit: UnitId| {
        let document = found.units.document(unit);
        found.units.shown_id(unit, found.names[document.index()].as_deref().unwrap_or_default())
    };
    let mut out = io::stdout().lock();
    let removals = found.removals(&[Relation::Exact, Relation::Near]);
    for removal in &removals {
        let (copy, keeper) = (name(removal.unit), name(removal.keeper));
        writeln!(out, "{copy}: {} of {keeper} (J {:.2})", removal.relation, removal.score.jaccard)?;
    }
    writeln!(out, "{} of {} records are copies", removals.len(), found.summary.records.read)?;
    Ok(())
}
