//! The fold core made faster with wide registers: an accelerated equal of the walk, for sinks that need no spans.
//!
//! The walk in `fold.rs` is the definition. A kernel takes a window of text in three passes. **Compact**: each character
//! becomes one byte by the tables of the profile and language, deleted ones nothing. **Words**: where words begin and
//! end, as masks. **Delivery**: the words go to the sink many at a time. What a kernel does not treat itself (characters
//! without a byte of their own, marks inside numbers, letter runs, a lone waw, a hamza at the end) it only flags; the
//! stretch of source text around a flag, from one separator to another, is given to the walk. So the rare rules are
//! written once, and a kernel that flags too much is slow but never wrong.
//!
//! A document with an entity or URL is rewritten first, as for the walk; the bytes that give them away are looked for
//! while compacting, and a sink that has taken tokens already starts again.
//!
//! Files: [`tables`] the rules as the kernels read them, [`stream`] what a kernel leaves, `words` the arithmetic on
//! masks, `avx512` and `avx2` the two passes in wide registers. This folder is the one place of the crate with unsafe
//! code: calls of functions that need a CPU feature, and loads and stores of whole arrays.
#![allow(unsafe_code, reason = "wide registers are loaded and stored by pointer, and CPU features promised by hand")]
#![allow(clippy::cast_possible_truncation, reason = "places in a window fit 16 bits")]
#![cfg_attr(not(target_arch = "x86_64"), allow(dead_code, unused_imports, reason = "the walk alone folds there"))]

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod batch;
mod stream;
mod tables;
#[cfg(test)]
mod tests;
mod words;

use std::sync::OnceLock;

use batch::SpanlessSink;
pub use batch::{BatchSink, TokenBatch};
pub(super) use stream::CompactStream;
pub(super) use tables::CompactTables;

use super::rules::{self, FoldRules};
use super::{FoldScratch, alphabet, fold, rewrite};
use stream::{BLOCK, WINDOW};

const HEH: u8 = alphabet::code(0x647);
const HAMZA: u8 = rules::HAMZA;
const WAW: u8 = rules::WAW;
const YEH: u8 = rules::YEH;

/// A way to fold. One that the CPU cannot run does not exist.
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

/// What a kernel saw while compacting.
#[derive(Debug, Default, Clone, Copy)]
struct CompactScan {
    /// An entity, URL or address may be there.
    suspicious: bool,
    /// Characters that only the walk knows.
    rare: usize,
}

impl FoldPath {
    /// The walk alone: what every kernel equals.
    pub const WALK: Self = Self(FoldRoute::Walk);

    /// The kernels that this CPU runs, the slowest first.
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

    /// The fastest kernel of this CPU; asked once.
    pub(super) fn best() -> Self {
        static BEST: OnceLock<FoldPath> = OnceLock::new();
        *BEST.get_or_init(|| Self::available().pop().unwrap_or(Self::WALK))
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

    /// Folds `source` into the compact bytes of `stream` and finds its words. If `watch`, what it found is of no use where
    /// something suspicious is.
    fn run(self, rules: &FoldRules, source: &[u8], watch: bool, stream: &mut CompactStream) -> CompactScan {
        stream.clear(source.len());
        match self.0 {
            FoldRoute::Walk => CompactScan::default(),
            #[cfg(target_arch = "x86_64")]
            FoldRoute::Avx2 => {
                // SAFETY: this kernel exists only where `available` has seen every feature that these functions name.
                unsafe {
                    let scan = avx2::compact(&rules.tables, source, stream);
                    avx2::words(words::WordCarry::new(rules), stream);
                    scan
                }
            }
            #[cfg(target_arch = "x86_64")]
            FoldRoute::Avx512 => {
                // SAFETY: this kernel exists only where `available` has seen every feature that these functions name.
                unsafe {
                    let scan = avx512::compact(&rules.tables, source, watch, stream);
                    avx512::words(words::WordCarry::new(rules), stream);
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
        scratch: &mut FoldScratch,
        sink: &mut S,
    ) {
        let mut rewrite = std::mem::take(&mut scratch.rewrite);
        if self.0 == FoldRoute::Walk {
            let changed = rules.folds && rewrite::may_differ(text) && rewrite.rewrite(text);
            fold::walk(rules, if changed { rewrite.text() } else { text }, scratch, &mut SpanlessSink(sink));
        } else {
            let mut stream = std::mem::take(&mut scratch.stream);
            let mut pass = KernelPass { kernel: self, rules, text, scratch, sink, stream: &mut stream };
            if let Err(suspicious) = pass.windows(0, rules.folds) {
                if rewrite::may_differ(text) && rewrite.rewrite(text) {
                    pass.sink.restart();
                    pass.text = rewrite.text();
                    let _ = pass.windows(0, false);
                } else {
                    let _ = pass.windows(suspicious, false);
                }
            }
            scratch.stream = stream;
        }
        scratch.rewrite = rewrite;
    }
}

/// One document on its way through a kernel.
struct KernelPass<'t, S> {
    kernel: FoldPath,
    rules: &'static FoldRules,
    text: &'t str,
    scratch: &'t mut FoldScratch,
    sink: &'t mut S,
    stream: &'t mut CompactStream,
}

impl<S: BatchSink> KernelPass<'_, S> {
    /// Takes the text from `from` on, window by window. An error is the beginning of a window that, if `watch`, may hold
    /// what must be rewritten.
    fn windows(&mut self, from: usize, watch: bool) -> Result<(), usize> {
        let mut at = from;
        while at < self.text.len() {
            let window = self.window(at);
            if window == 0 {
                if watch && rewrite::may_differ(&self.text[at..]) {
                    return Err(at);
                }
                at = self.walk(at, at + WINDOW);
                continue;
            }
            let source = &self.text.as_bytes()[at..at + window];
            let scan = self.kernel.run(self.rules, source, watch, self.stream);
            if watch && scan.suspicious {
                return Err(at);
            }
            // A text in another script: word by word the walk would be slower than at one go.
            at = if scan.rare > window / 16 { self.walk(at, at + window) } else { self.deliver(at, window) };
        }
        Ok(())
    }

    /// The length of the window at `at`: the rest of the text, or up to its last ASCII separator; 0 if there is none.
    fn window(&self, at: usize) -> usize {
        match self.text.as_bytes()[at..].get(..WINDOW) {
            None => self.text.len() - at,
            Some(window) => {
                window.iter().rposition(|&byte| fold::is_separator(self.rules, byte)).map_or(0, |at| at + 1)
            }
        }
    }

    /// Gives the text from `from` to the walk, up to the first resting place from `until` on, which is returned.
    fn walk(&mut self, from: usize, until: usize) -> usize {
        fold::walk_piece(self.rules, self.text, (from, until), self.scratch, &mut SpanlessSink(self.sink))
    }

    /// Delivers the words of the window at `at`, the flagged stretches by way of the walk. Returns where the next window
    /// begins.
    fn deliver(&mut self, at: usize, window: usize) -> usize {
        let (mut word, mut done, mut block) = (0, 0, 0);
        for place in 0..self.stream.flags.len() {
            let flag = self.stream.flags[place];
            if usize::from(flag.place) < done {
                continue;
            }
            let (from, until) = self.stream.piece(flag.place.into());
            let first = self.stream.first_word(flag.word.into(), from);
            self.sink.batch(&self.stream.batch(word..first));
            let begin =
                from.checked_sub(1).map_or(0, |separator| self.stream.source_after(separator, window, &mut block));
            let end = self.walk(at + begin, at + self.stream.source_after(until, window, &mut block));
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

/// The block at `at` after the two bytes before it; where the source does not hold them all, a copy in `room` with zeros.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn surroundings<'s>(source: &'s [u8], at: usize, room: &'s mut [u8; BLOCK + 2]) -> &'s [u8; BLOCK + 2] {
    let whole = at.checked_sub(2).and_then(|from| source.get(from..at + BLOCK)).and_then(|part| part.first_chunk());
    match whole {
        Some(whole) => whole,
        None => {
            pad(source, at, room);
            room
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[cold]
fn pad(source: &[u8], at: usize, room: &mut [u8; BLOCK + 2]) {
    room.fill(0);
    let from = at.saturating_sub(2);
    let part = &source[from..source.len().min(at + BLOCK)];
    let shift = 2 - (at - from);
    room[shift..shift + part.len()].copy_from_slice(part);
}

/// The `N` bytes of `bytes` from `from` on.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn part<const N: usize>(bytes: &[u8], from: usize) -> &[u8; N] {
    bytes.get(from..from + N).and_then(|part| part.first_chunk()).unwrap_or(&[0; N])
}

/// Which of the tatweels that end at the bits of `tatweels`, counted from `at`, cannot be dashes in a number.
#[cfg(target_arch = "x86_64")]
#[cold]
fn plain_tatweels(tables: &CompactTables, source: &[u8], at: usize, tatweels: u64) -> u64 {
    let mut plain = tatweels;
    let mut rest = tatweels;
    while rest != 0 {
        let bit = rest.trailing_zeros();
        rest &= rest - 1;
        if tables.may_follow_digit(source, at + bit as usize) {
            plain &= !(1 << bit);
        }
    }
    plain
}
