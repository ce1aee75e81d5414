//! The commands of the tool and their help.

use std::path::PathBuf;

use clap::{CommandFactory, Parser, Subcommand};

use super::args::values::AutoChoice;
use super::boilerplate::{self, LearnArgs};
use super::clusters::{self, ClustersArgs};
use super::compare::CompareArgs;
use super::contaminated::{self, ContaminatedArgs};
use super::dedup::{self, DedupArgs};
use super::describe::{self, DescribeArgs};
use super::estimate::{self, EstimateArgs};
use super::eval::{self, EvalArgs};
use super::generate::ManArgs;
use super::idf::{self, IdfArgs};
use super::normalize::{self, NormalizeArgs};
use super::pairs::PairsArgs;
use super::passages::{self, PassagesArgs};
use super::preview::{self, PreviewArgs};
use super::shard::{self, ShardCommand};
use super::stories::{self, StoriesArgs};
use super::units::UnitsArgs;

const EXAMPLES: &str = "Examples:
  mukarrar clusters news.jsonl                         list clusters of near-duplicates
  mukarrar dedup crawl/ -o clean/ --removed gone.jsonl write a folder without its copies
  mukarrar clusters page.txt --unit story              find repeated stories and headlines of pages
  mukarrar compare a.txt b.txt                         show how similar two texts are, and why

Exit codes: 0 done; 1 only with --check, when copies were found; 2 error; 130 interrupted.";

/// Finds near-duplicates in Arabic-script text, and removes them.
#[derive(Debug, Parser)]
#[command(name = "mukarrar", version, long_version = super::version::long(), after_help = EXAMPLES, max_term_width = 100)]
pub struct Arguments {
    /// Use colour; auto: only on a terminal, and not if NO_COLOR is set.
    #[arg(long, global = true, value_enum, default_value_t = AutoChoice::Auto, value_name = "WHEN")]
    pub(super) color: AutoChoice,
    /// Read options from this file: TOML (threshold = 0.7), or a file of --summary. Options on the command line and
    /// environment variables (MUKARRAR_THRESHOLD) come first.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    pub(super) command: ToolCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum ToolCommand {
    /// List near-duplicate clusters.
    #[command(after_help = clusters::EXAMPLES)]
    Clusters(ClustersArgs),
    /// Write the corpus without its copies.
    #[command(after_help = dedup::EXAMPLES)]
    Dedup(Box<DedupArgs>),
    /// Run dedup in parts, in processes of their own: on several machines, by any scheduler.
    #[command(after_help = shard::EXAMPLES)]
    Shard {
        /// The stage.
        #[command(subcommand)]
        command: ShardCommand,
    },
    /// List verified pairs.
    Pairs(PairsArgs),
    /// List passages that occur in several places.
    #[command(after_help = passages::EXAMPLES)]
    Passages(PassagesArgs),
    /// Find documents that tell one story in words of their own.
    #[command(after_help = stories::EXAMPLES)]
    Stories(Box<StoriesArgs>),
    /// Find test items in a corpus, and remove the documents with them.
    #[command(after_help = contaminated::EXAMPLES)]
    Contaminated(ContaminatedArgs),
    /// Show how similar two texts are, and why.
    Compare(CompareArgs),
    /// Describe an input: records, languages, lengths, sources and dates.
    #[command(after_help = describe::EXAMPLES)]
    Describe(DescribeArgs),
    /// Show what dedup would remove at several thresholds, and what looks wrong.
    #[command(after_help = preview::EXAMPLES)]
    Preview(Box<PreviewArgs>),
    /// Show the stories, headlines, paragraphs and boilerplate that pages are cut into.
    Units(UnitsArgs),
    /// Fold text, line by line (a filter).
    #[command(after_help = normalize::EXAMPLES)]
    Normalize(NormalizeArgs),
    /// Score clusters, or the cutting of pages, against gold.
    #[command(after_help = eval::EXAMPLES, override_usage = eval::USAGE)]
    Eval(EvalArgs),
    /// Label a sample of pairs on a page of this machine.
    #[cfg(feature = "server")]
    #[command(after_help = super::label::EXAMPLES)]
    Label(Box<super::label::LabelArgs>),
    /// Estimate precision and recall of a list of pairs from labels.
    #[command(after_help = estimate::EXAMPLES)]
    Estimate(EstimateArgs),
    /// Learn the boilerplate of each source, and write it as a rules file.
    #[command(after_help = boilerplate::EXAMPLES)]
    Boilerplate(LearnArgs),
    /// Count how rare words are, as a table for stories.
    #[command(after_help = idf::EXAMPLES)]
    Idf(IdfArgs),
    /// Keep an index of known texts: build, add, check, query and more.
    #[cfg(feature = "persistent")]
    #[command(after_help = super::index::EXAMPLES)]
    Index {
        /// The operation.
        #[command(subcommand)]
        command: super::index::IndexCommand,
    },
    /// Answer crawlers over HTTP from an index.
    #[cfg(feature = "server")]
    #[command(after_help = super::serve::EXAMPLES)]
    Serve(super::serve::ServeArgs),
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Print the manual: all pages, or that of a command.
    Man(ManArgs),
}

/// The clap command of the whole tool. Help, completions and the manual page are generated from it.
#[must_use]
pub fn command() -> clap::Command {
    super::environment::with_environment(Arguments::command())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_is_consistent() {
        command().debug_assert();
    }
}
