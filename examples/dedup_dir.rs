//! Lists the copies in a directory (or any inputs) and what they are copies of.
//!
//! ```text
//! cargo run --release --example dedup_dir -- corpus
//! ```

use std::io::{self, Write};
use std::path::PathBuf;

use mukarrar::document::UnitId;
use mukarrar::input::{Input, InputOptions};
use mukarrar::pipeline::{Options, Pipeline};
use mukarrar::similarity::Relation;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let paths: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let input = Input::open(&paths, InputOptions::default())?;
    let (corpus, found) = Pipeline::new(Options::default())?.read_clusters(input, &())?;
    let name = |unit: UnitId| -> mukarrar::Result<String> {
        let document = found.units.document(unit);
        let record = corpus.read(document)?;
        Ok(found.units.shown_id(unit, &found.names.shown(document, &record.id)))
    };
    let mut out = io::stdout().lock();
    let removals = found.removals(&[Relation::Exact, Relation::Near]);
    for removal in &removals {
        let (copy, keeper) = (name(removal.unit)?, name(removal.keeper)?);
        writeln!(out, "{copy}: {} of {keeper} (J {:.2})", removal.relation, removal.score.jaccard)?;
    }
    writeln!(out, "{} of {} records are copies", removals.len(), found.summary.records.read)?;
    Ok(())
}
