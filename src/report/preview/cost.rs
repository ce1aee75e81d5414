//! What a run over all texts would take: what was counted over all of them, and a sample of its verification.

use serde::Serialize;

use crate::input::Corpus;
use crate::lsh::BYTES_PER_KEY;
use crate::pipeline::{BATCH_OF_TEXTS, GrownBytes, JoinedBytes, Options, Summary, WholeWork, expected_bytes};

/// What a run takes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RunCost {
    /// Seconds, without writing: those of the stages that went over all texts, and those of the sample for the others.
    pub seconds: f64,
    /// About how many bytes of memory the run takes at its largest, the mapped or held input included; at most its limit.
    pub memory: u64,
    /// Bytes of tables, which must fit in memory.
    pub tables: u64,
    /// Bytes of band keys, in memory or on disk.
    pub keys: u64,
    /// Bytes of the texts that are compared, if all are held at once.
    pub compared: u64,
    /// About how many bytes of temporary files are written; 0 if everything fits in memory.
    pub disk: u64,
}

impl RunCost {
    /// The cost of a run with `options` over `corpus`. `work` was done over all of it at the lowest threshold of a preview;
    /// `sampled` are the summaries of the sample at that threshold and at the one of the run, `bands` their numbers of bands.
    pub(super) fn expected(
        corpus: &Corpus,
        work: &WholeWork,
        [lowest, run]: [&Summary; 2],
        bands: [usize; 2],
        options: &Options,
    ) -> Self {
        let ratio = |part: u64, whole: u64| if whole == 0 { 1.0 } else { part as f64 / whole as f64 };
        let scaled = |bytes: u64, by: f64| (bytes as f64 * by).round() as u64;

        // Another threshold has other candidates; how many, the sample tells.
        let (of_lowest, of_run) = (lowest.held.joined, run.held.joined);
        let joined = JoinedBytes {
            buckets: scaled(work.joined.buckets, ratio(of_run.buckets, of_lowest.buckets)),
            texts: scaled(work.joined.texts, ratio(of_run.texts, of_lowest.texts)),
        };
        let [lowest_bands, run_bands] = bands.map(|bands| bands as u64);
        let keys = work.rows * run_bands * BYTES_PER_KEY;

        let stage =
            |name: &str| run.stages.iter().filter(|stage| stage.name == name).map(|stage| stage.seconds).sum::<f64>();
        let whole_of_sample = ratio(work.joined.texts, of_lowest.texts);
        let pairs = run.containment.candidates;
        let contained = if pairs == 0 { 0.0 } else { work.contained_apart as f64 / pairs as f64 };
        let seconds =
            work.seconds + stage("verify") * whole_of_sample + stage("contain") * (whole_of_sample + contained);

        let [first_pass, banding, others] = work.spilled;
        let disk = corpus.spilled_bytes()
            + scaled(first_pass, ratio(run_bands, lowest_bands))
            + scaled(banding, ratio(joined.buckets, work.joined.buckets))
            + others;
        let threads = options.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
        let grown = GrownBytes {
            input: corpus.bytes(),
            read: work.tables + keys + work.words,
            compared: work.tables + joined.buckets + joined.texts.min(work.largest.max(BATCH_OF_TEXTS)),
        };

        Self {
            seconds,
            memory: expected_bytes(options.memory, threads, grown),
            tables: work.tables,
            keys,
            compared: joined.texts,
            disk,
        }
    }
}
