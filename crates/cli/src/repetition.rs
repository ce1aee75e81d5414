//! The arguments of `mukarrar dedup` that use repetition as a signal: what kept records carry, which clusters stay, and what
//! removals may lose.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::finish;
use mukarrar::error::{Error, Result};
use mukarrar::input::Corpus;
use mukarrar::pipeline::{Clustering, Options};
use mukarrar::report::output::Outputs;
use mukarrar::report::output_name::OutputName;
use mukarrar::report::{self, Cleaning, RecordSources, RepetitionRules};

#[derive(Debug, Args)]
#[command(next_help_heading = "Repetition")]
pub(super) struct RepetitionArgs {
    /// Add a field to every kept record: its cluster, the size of the cluster, its sources, when it was first and last seen
    /// (with --date-field), its keeper, and a weight. The default name of the field is mukarrar; tables get a column for each
    /// value.
    #[arg(
        long,
        value_name = "FIELD",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "mukarrar",
        conflicts_with = "mark"
    )]
    pub(super) annotate: Option<String>,
    /// Keep only texts that at least this many sources have.
    #[arg(long, value_name = "N", conflicts_with = "mark")]
    min_sources: Option<usize>,
    /// Remove clusters of more records than this as a whole, keepers too: spam.
    #[arg(long, value_name = "N", conflicts_with = "mark")]
    max_size: Option<usize>,
    /// Keep this many records of each source in a cluster, instead of one record in all.
    #[arg(long, value_name = "N", conflicts_with = "mark")]
    keep_per_source: Option<usize>,
    /// Write how often each kept record should be repeated in training data, by the size of its cluster: .jsonl, .json, .tsv
    /// or .csv.
    #[arg(long, value_name = "FILE", conflicts_with = "mark")]
    weights: Option<PathBuf>,
    /// Write who repeats whom: .csv or .graphml.
    #[arg(long, value_name = "FILE")]
    source_graph: Option<PathBuf>,
    #[command(flatten)]
    pub(super) across: AcrossArgs,
    /// Remove a copy only if its keeper has all of it. Longer texts become keepers first; --keep decides among equally long
    /// ones.
    #[arg(long)]
    pub(super) lossless: bool,
    /// Write what copies have that their keeper lacks, with spans, so that they stay: .jsonl, .json, .tsv or .csv.
    #[arg(long, value_name = "FILE", requires = "lossless")]
    losses: Option<PathBuf>,
}

/// Which records are compared.
#[derive(Debug, Args)]
pub(super) struct AcrossArgs {
    /// Compare only records of different sources. Records without a source are compared with all.
    #[arg(long, value_enum, value_name = "WHAT", help_heading = "Matching", hide_possible_values = true)]
    across: Option<AcrossChoice>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum AcrossChoice {
    Source,
}

impl AcrossArgs {
    /// Enters the choice in the options of a run.
    pub(super) fn set(&self, options: &mut Options) {
        options.across_sources = self.across == Some(AcrossChoice::Source);
    }
}

impl RepetitionArgs {
    /// Enters the choices in the options of a run, and checks them.
    pub(super) fn set(&self, options: &mut Options) -> Result<()> {
        self.across.set(options);
        options.lossless = self.lossless;
        options.sources |= self.needs_sources();
        self.rules().validate(options)?;

        let of_records = [("annotate", self.annotate.is_some()), ("weights", self.weights.is_some())];
        match of_records.iter().find(|(_, is_given)| *is_given) {
            Some((name, _)) => Cleaning::check_documents(name, options),
            None => Ok(()),
        }
    }

    pub(super) const fn rules(&self) -> RepetitionRules {
        let Self { min_sources, max_size, keep_per_source, .. } = *self;
        RepetitionRules { max_size, min_sources, keep_per_source }
    }

    fn needs_sources(&self) -> bool {
        self.annotate.is_some() || self.source_graph.is_some() || self.rules().needs_sources()
    }

    /// The sources of all records, if something needs them.
    pub(super) fn sources(
        &self,
        found: &Clustering,
        corpus: &Corpus,
        options: &Options,
    ) -> Result<Option<RecordSources>> {
        self.needs_sources().then(|| RecordSources::read(found, corpus, options)).transpose()
    }

    /// The lists, which are files.
    pub(super) fn lists(&self) -> impl Iterator<Item = &PathBuf> {
        [&self.weights, &self.source_graph, &self.losses].into_iter().flatten()
    }

    /// Checks the names of the lists.
    pub(super) fn check_lists(&self) -> Result<()> {
        if let Some(name) = self.lists().find(|path| path.as_os_str() == "-") {
            return Err(Error::parameter("output", name.display(), "a file; only -o - writes to standard output"));
        }
        for path in [&self.weights, &self.losses].into_iter().flatten() {
            OutputName::of(path).list_format()?;
        }
        self.source_graph.as_ref().map_or(Ok(()), |path| OutputName::of(path).graph_format().map(drop))
    }

    /// Writes the graph of sources and the list of losses.
    pub(super) fn write(
        &self,
        found: &Clustering,
        corpus: &Corpus,
        options: &Options,
        sources: Option<&RecordSources>,
        outputs: &mut Outputs,
    ) -> Result<()> {
        if let (Some(path), Some(sources)) = (&self.source_graph, sources) {
            let format = OutputName::of(path).graph_format()?;
            finish::write_file(path, outputs, |out| report::source_graph(found, corpus, sources, format, out))?;
        }
        if let Some(path) = &self.losses {
            let format = OutputName::of(path).list_format()?;
            finish::write_file(path, outputs, |out| report::losses(found, corpus, options, format, out))?;
        }
        Ok(())
    }

    /// Writes the weights of the kept records.
    pub(super) fn write_weights(&self, cleaning: &Cleaning<'_>, outputs: &mut Outputs) -> Result<()> {
        let Some(path) = &self.weights else { return Ok(()) };
        let path: &Path = path;
        let format = OutputName::of(path).list_format()?;
        finish::write_file(path, outputs, |out| cleaning.write_weights(format, out))
    }
}
