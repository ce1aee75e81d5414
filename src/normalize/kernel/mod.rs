//! The vector kernels: the walk's equals in wide registers, for sinks that need no spans.
//!
//! The walk in `fold` is the definition; every kernel gives the same tokens. A kernel treats a window of text in three
//! passes:
//!
//! 1. *Compact*: each character becomes one byte by the tables of the profile and language; deleted ones become
//!    nothing.
//! 2. *Words*: bit masks mark where words begin and end.
//! 3. *Delivery*: the words go to the sink in batches.
//!
//! A kernel only flags what it does not implement: characters without a byte of their own, marks inside numbers, letter
//! runs, a lone waw, a hamza at the end. The walk folds the source text around each flag, from one separator to the
//! next. So each rare rule exists once, and a kernel that flags too much is slow but never wrong.
//!
//! A document with an entity or URL is rewritten first, as for the walk. The compact pass watches for the bytes that
//! every entity or URL contains; if it finds some after the sink has taken tokens, the sink restarts.
//!
//! Files: [`stream`] the output of the two passes, [`batch`] the delivery, `word_masks` the mask arithmetic, `avx512`
//! and `avx2` the two passes in wide registers, `block` their shared helpers. The unsafe code of this folder is calls
//! of functions that need a CPU feature, and loads and stores of whole arrays.
#![allow(unsafe_code, reason = "wide registers are loaded and stored by pointer, and CPU features are checked by hand")]
#![allow(clippy::cast_possible_truncation, reason = "places in a window fit 16 bits")]
#![cfg_attr(not(target_arch = "x86_64"), allow(dead_code, unused_imports, reason = "the walk alone folds there"))]

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod batch;
#[cfg(target_arch = "x86_64")]
mod block;
mod stream;
#[cfg(test)]
mod tests;
mod word_masks;

use crate::static_table::StaticTable;

use batch::SpanlessSink;
pub use batch::{BatchSink, TokenBatch};
pub(super) use stream::CompactStream;

use super::fold::{self, WalkBuffers};
use super::quran;
use super::rewrite::{self, RewrittenText};
use super::rules::FoldRules;
use stream::{CompactScan, WINDOW};
#[cfg(target_arch = "x86_64")]
use word_masks::WordCarry;

/// A way to fold: the walk or a kernel. A value exists only if the CPU can run it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FoldPath(FoldRoute);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FoldRoute {
    /// The walk alone.
    Walk,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

/// The reused buffers of one thread.
pub(super) struct PathBuffers<'s> {
    pub(super) walk: &'s mut WalkBuffers,
    pub(super) rewrite: &'s mut RewrittenText,
    pub(super) stream: &'s mut CompactStream,
}

impl FoldPath {
    /// The walk alone, which every kernel equals.
    pub const WALK: Self = Self(FoldRoute::Walk);

    /// The paths that this CPU can run, the slowest first.
    #[must_use]
    pub fn available() -> Vec<Self> {
        let mut kernels = vec![Self::WALK];

        #[cfg(target_arch = "x86_64")]
        {
            let bits = is_x86_feature_detected!("popcnt")
                && is_x86_feature_detected!("bmi1")
                && is_x86_feature_detected!("bmi2")
                && is_x86_feature_detected!("lzcnt");
            if bits && is_x86_feature_detected!("avx2") {
                kernels.push(Self(FoldRoute::Avx2));
            }
            if bits
                && is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512vbmi")
                && is_x86_feature_detected!("avx512vbmi2")
            {
                kernels.push(Self(FoldRoute::Avx512));
            }
        }

        kernels
    }

    /// The fastest path of this CPU, detected once.
    pub(super) fn best() -> Self {
        static BEST: StaticTable<FoldPath> =
            StaticTable::new(|| FoldPath::available().last().copied().unwrap_or(FoldPath::WALK));
        *BEST
    }

    /// A name for benches and messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.0 {
            FoldRoute::Walk => "walk",
            #[cfg(target_arch = "x86_64")]
            FoldRoute::Avx2 => "avx2",
            #[cfg(target_arch = "x86_64")]
            FoldRoute::Avx512 => "avx512",
        }
    }

    /// Folds `source` into the compact bytes of `stream` and finds its words. If `watch` and the scan is suspicious,
    /// the stream must not be used.
    fn run(self, rules: &FoldRules, source: &[u8], watch: bool, stream: &mut CompactStream) -> CompactScan {
        stream.clear(source.len());

        match self.0 {
            FoldRoute::Walk => CompactScan::default(),
            #[cfg(target_arch = "x86_64")]
            FoldRoute::Avx2 => {
                // SAFETY: this kernel exists only where `available` has seen every feature that these functions name.
                unsafe {
                    let scan = avx2::compact(&rules.compact, source, stream);
                    avx2::words(WordCarry::new(rules), stream);
                    scan
                }
            }
            #[cfg(target_arch = "x86_64")]
            FoldRoute::Avx512 => {
                // SAFETY: this kernel exists only where `available` has seen every feature that these functions name.
                unsafe {
                    let scan = avx512::compact(&rules.compact, source, watch, stream);
                    avx512::words(WordCarry::new(rules), stream);
                    scan
                }
            }
        }
    }

    /// Pushes the tokens of `text` into `sink`, equal to those of the walk.
    pub(super) fn fold<S: BatchSink>(
        self,
        rules: &'static FoldRules,
        text: &str,
        buffers: PathBuffers<'_>,
        sink: &mut S,
    ) {
        let PathBuffers { walk, rewrite, stream } = buffers;

        // Affixes join words across the windows of a kernel, and no kernel watches for Uthmani spelling.
        let walks = rules.affixes || (rules.quran && quran::may_apply(text));
        if self.0 == FoldRoute::Walk || walks {
            let changed = rules.folds && rewrite::may_differ(rules, text) && rewrite.rewrite(rules, text);
            fold::walk(rules, if changed { rewrite.text() } else { text }, walk, &mut SpanlessSink(sink));
            return;
        }

        let mut pass = KernelPass { kernel: self, rules, text, walk, sink, stream };
        let Err(suspicious) = pass.windows(0, rules.folds) else { return };

        // Once the whole text has been examined, no window needs to be watched.
        let rest = if rewrite::may_differ(rules, text) && rewrite.rewrite(rules, text) {
            pass.sink.restart();
            pass.text = rewrite.text();
            pass.windows(0, false)
        } else {
            pass.windows(suspicious, false)
        };
        debug_assert!(rest.is_ok(), "only a watched pass ends early");
    }
}

/// One document that a kernel folds window by window.
struct KernelPass<'t, S> {
    kernel: FoldPath,
    rules: &'static FoldRules,
    text: &'t str,
    walk: &'t mut WalkBuffers,
    sink: &'t mut S,
    stream: &'t mut CompactStream,
}

impl<S: BatchSink> KernelPass<'_, S> {
    /// Folds the text from `from` on. If `watch`, it stops at the first window that may hold an entity, URL or address;
    /// the error is the place where that window begins.
    fn windows(&mut self, from: usize, watch: bool) -> Result<(), usize> {
        let mut at = from;

        while at < self.text.len() {
            let window = self.window(at);

            // No separator within reach: the walk needs none.
            if window == 0 {
                if watch && rewrite::may_differ(self.rules, &self.text[at..]) {
                    return Err(at);
                }
                at = self.fold_by_walk(at, at + WINDOW);
                continue;
            }

            let source = &self.text.as_bytes()[at..at + window];
            let scan = self.kernel.run(self.rules, source, watch, self.stream);
            if watch && scan.suspicious {
                return Err(at);
            }

            // In a text in another script, one walk over the window is faster than a walk for each word.
            at = if scan.rare > window / 16 { self.fold_by_walk(at, at + window) } else { self.deliver(at, window) };
        }

        Ok(())
    }

    /// The length of the window at `at`: the rest of the text, or [`WINDOW`] bytes up to the last ASCII separator; 0
    /// without a separator.
    fn window(&self, at: usize) -> usize {
        match self.text.as_bytes()[at..].get(..WINDOW) {
            None => self.text.len() - at,
            Some(window) => {
                window.iter().rposition(|&byte| fold::is_separator(self.rules, byte)).map_or(0, |at| at + 1)
            }
        }
    }

    /// Folds the text from `from` by the walk, to a place at or after `until`, which is returned.
    fn fold_by_walk(&mut self, from: usize, until: usize) -> usize {
        fold::walk_piece(self.rules, self.text, (from, until), self.walk, &mut SpanlessSink(self.sink))
    }

    /// Delivers the words of the window at `at`, the flagged stretches by the walk. Returns where the next window
    /// begins.
    fn deliver(&mut self, at: usize, window: usize) -> usize {
        // The first word and compact byte not delivered yet, and the block of the last place in the source.
        let (mut word, mut done, mut block) = (0, 0, 0);

        for place in 0..self.stream.flags.len() {
            let flag = self.stream.flags[place];
            if usize::from(flag.place) < done {
                continue;
            }

            // The words before the stretch.
            let (from, until) = self.stream.piece(flag.place.into());
            let first = self.stream.first_word(flag.word.into(), from);
            self.sink.batch(&self.stream.batch(word..first));

            // The stretch itself, which the walk may extend.
            let begin =
                from.checked_sub(1).map_or(0, |separator| self.stream.source_after(separator, window, &mut block));
            let end = self.fold_by_walk(at + begin, at + self.stream.source_after(until, window, &mut block));
            if end >= at + window {
                return end;
            }

            done = self.stream.compact_before(end - at);
            word = self.stream.next_word(flag.word.into(), done);
        }

        self.sink.batch(&self.stream.batch(word..self.stream.words));
        at + window
    }
}
