//! `mukarrar estimate`.

use std::path::PathBuf;

use clap::Args;

use super::args::groups::OutputArgs;
use super::console::Console;
use super::exit::Exit;
use super::{finish, inputs};
use mukarrar::error::{Error, Result};
use mukarrar::labels::{LabelFile, ListedPairs, estimate};
use mukarrar::report;

pub(super) const EXAMPLES: &str =
    "Right is: a copy for exact and near, a copy or a part for contained, no copy for variant and related. Intervals have 95 % \
confidence: Wilson's for each stratum, combined by the numbers of pairs. Recall is the share of the copies in the list, so list \
pairs at a lower threshold (pairs -t 0.4) than the one that is judged.

Examples:
  mukarrar estimate pairs.jsonl --labels labels.tsv
  mukarrar estimate pairs.jsonl --labels labels.tsv --format json -o estimate.json";

#[derive(Debug, Args)]
pub(super) struct EstimateArgs {
    /// The list of pairs that label drew its sample from.
    pairs: PathBuf,
    /// The file of labels that label wrote.
    #[arg(long, value_name = "FILE")]
    labels: PathBuf,
    #[command(flatten)]
    output: OutputArgs,
}

pub(super) fn run(arguments: &EstimateArgs, console: &Console) -> Result<Exit> {
    let EstimateArgs { pairs, labels, output } = arguments;
    inputs::refuse_over_files(&output.output, [pairs, labels].into_iter().map(|path| &**path))?;

    let list = ListedPairs::open(pairs)?;
    let labels = LabelFile::open(labels)?;
    if labels.labels().is_empty() {
        let given = labels.path().display();
        return Err(Error::parameter("labels", given, "a file with labels; `mukarrar label` writes one"));
    }

    let found = estimate(&list, &labels);
    let mut outputs = output.compression.outputs(None);
    finish::write_results(output, &mut outputs, console, |style, out| report::pair_estimate(&found, style, out))?;
    outputs.commit()?;
    Ok(Exit::Done)
}
