//! `mukarrar label`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::args::groups::{BoilerplateArgs, FoldingArgs, ReadingArgs, ShingleArgs};
use super::console::Console;
use super::exit::{self, Exit};
use super::remedies::parse;
use super::text_finder::{FoundText, TextFinder};
use super::{inputs, run_options};
use mukarrar::error::{Error, Result};
use mukarrar::input::Corpus;
use mukarrar::labels::{LabelFile, ListedPair, ListedPairs, sample};
use mukarrar::page::UnitLevel;
use mukarrar::pipeline::{Options, Pipeline};
use mukarrar::report::{NamedText, html_pair};
use mukarrar_server::{LabelServer, LabelSession, PairRenderer};

pub(super) const EXAMPLES: &str =
    "A sample of the pairs is drawn: as many of each relation and tenth of the score. The program prints an address; the page \
shows one pair at a time and takes keys: c copy, p part, f same form with other facts, o other. Each answer is in the file at \
once, and the next run goes on where this one ended. Only this machine, and who has the address, reaches the page.

Examples:
  mukarrar pairs news.jsonl -t 0.4 -o pairs.jsonl
  mukarrar label pairs.jsonl news.jsonl --labels labels.tsv
  mukarrar estimate pairs.jsonl --labels labels.tsv
  mukarrar eval news.jsonl --gold labels.tsv --gold-kind pairs";

#[derive(Debug, Args)]
pub(super) struct LabelArgs {
    /// The pairs: a list that pairs wrote (JSON Lines, TSV, CSV), or one of dedup --removed.
    pairs: PathBuf,
    /// The records of the pairs: the same files and directories as in the run.
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// File of the answers: a line of id, id and label, with tabs between, for each pair. It is made if it is missing.
    #[arg(long, value_name = "FILE")]
    labels: PathBuf,
    /// Number of pairs to label.
    #[arg(long, value_name = "N", default_value_t = 200)]
    sample: usize,
    /// Seed of the sample. One seed draws the same pairs again.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Port of the page on this machine. If not given, any that is free.
    #[arg(long, value_name = "PORT", default_value_t = 0, hide_default_value = true)]
    port: u16,
    /// Unit of the run that found the pairs: document, story, paragraph or line.
    #[arg(long, value_name = "UNIT", default_value_t = UnitLevel::Document, value_parser = parse::<UnitLevel>)]
    unit: UnitLevel,
    #[command(flatten)]
    reading: ReadingArgs,
    #[command(flatten)]
    folding: FoldingArgs,
    #[command(flatten)]
    boilerplate: BoilerplateArgs,
    #[command(flatten)]
    shingle: ShingleArgs,
}

pub(super) fn run(arguments: &LabelArgs, console: &Console) -> Result<Exit> {
    let LabelArgs { sample: most, seed, folding, boilerplate, shingle, .. } = arguments;
    let pipeline = Pipeline::new(run_options::of_comparison(folding, boilerplate, shingle)?)?;

    let corpus = inputs::open_with_sources(&arguments.inputs, &arguments.reading, arguments.unit, boilerplate)?;
    let read = corpus.files().iter().map(|file| &*file.path).chain([&*arguments.pairs]);
    inputs::refuse_over_files(&arguments.labels, read)?;
    let labels = LabelFile::open(&arguments.labels)?;
    let list = ListedPairs::open(&arguments.pairs)?;
    let drawn: Vec<ListedPair> =
        sample(list.pairs(), *most, *seed).into_iter().map(|place| list.pairs()[place].clone()).collect();

    let render = renderer(&corpus, arguments.unit, &drawn, pipeline.options())?;
    // The texts of the sample are held; the rest is not needed.
    drop(corpus);
    let session = Arc::new(LabelSession::new(drawn, labels, render));
    let server = LabelServer::bind(arguments.port, Arc::clone(&session))?;
    let handle = server.handle();
    exit::on_first_interrupt(move || handle.stop());

    console.note(&format!("{} of {} pairs have a label", session.labelled(), session.pairs()));
    console.note(&format!("open {} in a browser on this machine; Ctrl-C ends", server.url()));
    server.run()?;

    let path = arguments.labels.display();
    console.note(&format!("{} of {} pairs have a label in {path}", session.labelled(), session.pairs()));
    Ok(Exit::Done)
}

/// Shows pairs whose texts were all found. The texts of the sample are held in memory.
fn renderer(corpus: &Corpus, unit: UnitLevel, drawn: &[ListedPair], options: &Options) -> Result<PairRenderer> {
    let ids = || drawn.iter().flat_map(|pair| [&*pair.id_a, &*pair.id_b]);
    let finder = TextFinder::new(corpus, unit, options, ids())?;

    let mut texts: HashMap<String, FoundText> = HashMap::new();
    for id in ids() {
        if !texts.contains_key(id) {
            texts.insert(id.to_owned(), finder.find(id)?);
        }
    }

    let options = options.clone();
    Ok(Box::new(move |pair| {
        let text = |id: &str| texts.get(id).ok_or_else(|| Error::parameter("id", id, "an id of the sample"));
        let (a, b) = (text(&pair.id_a)?, text(&pair.id_b)?);
        let found = a.compare(b, &options);

        let mut html = Vec::new();
        let (a, b) = (NamedText { id: &pair.id_a, text: &a.text }, NamedText { id: &pair.id_b, text: &b.text });
        html_pair(&found, a, b, &mut html).map_err(|error| Error::io("write", Path::new("the page"), error))?;
        Ok(String::from_utf8_lossy(&html).into_owned())
    }))
}
