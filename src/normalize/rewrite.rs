//! Rewrites a text before the walk: HTML entities become their characters, URLs and addresses one space; under
//! `aggressive`, Uthmani spelling becomes everyday spelling.
//!
//! About 2 % of news documents hold any. Their text is copied, with a list of [`RewritePatch`]es that maps every place
//! back to the original. A scan for the bytes that every entity and URL contains recognises all other documents.

use memchr::{memchr, memchr2, memchr2_iter, memmem};

use crate::document::Span;

use super::rules::FoldRules;
use super::sink::TokenSink;
use super::{entities, quran, urls};

/// Most rounds of decoding, for entities inside entities (`&amp;quot;`).
const ROUNDS: usize = 3;

/// A place where the rewritten text differs from the original. Between patches both are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct RewritePatch {
    /// First byte of the character in the rewritten text.
    start: usize,
    /// The byte after it.
    end: usize,
    /// The bytes it replaces in the original.
    original: Span,
}

/// A rewritten text and its patches, ascending. Reused from document to document.
#[derive(Debug, Default)]
pub(super) struct RewrittenText {
    text: String,
    patches: Vec<RewritePatch>,
    /// The text and patches that a pass is writing.
    next_text: String,
    next_patches: Vec<RewritePatch>,
}

/// Whether `text` may hold an entity, a URL or an address, or what the rules respell. Never says no wrongly.
pub(super) fn may_differ(rules: &FoldRules, text: &str) -> bool {
    if rules.quran && quran::may_apply(text) {
        return true;
    }

    let bytes = text.as_bytes();
    memchr2(b'&', b'@', bytes).is_some()
        || memmem::find(bytes, b"://").is_some()
        || memchr2_iter(b'w', b'W', bytes)
            .any(|at| bytes[at..].get(..4).is_some_and(|w| w.eq_ignore_ascii_case(b"www.")))
}

impl RewrittenText {
    /// Rewrites `text` under the rules of a profile that folds. False if nothing changed.
    pub(super) fn rewrite(&mut self, rules: &FoldRules, text: &str) -> bool {
        self.patches.clear();
        self.text.clear();
        self.text.push_str(text);

        // Entities first: one may stand for a character of a URL.
        for _ in 0..ROUNDS {
            if !self
                .pass(|text, at| next_entity(text, at).map(|(start, end, character)| (start, end, character, false)))
            {
                break;
            }
        }

        let mut finder = urls::UrlFinder::default();
        self.pass(|text, at| finder.next(text, at).map(|(start, end)| (start, end, ' ', false)));

        if rules.quran && quran::may_apply(&self.text) {
            let mut found = quran::respellings(rules, &self.text).into_iter();
            self.pass(|_, _| found.next().map(|place| (place.start, place.end, place.letter, place.spaced)));
        }

        !self.patches.is_empty()
    }

    /// The rewritten text.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Replaces every place that `find` finds by its character, and a space if it says so. False if there is none.
    fn pass(&mut self, mut find: impl FnMut(&str, usize) -> Option<(usize, usize, char, bool)>) -> bool {
        self.next_text.clear();
        self.next_patches.clear();
        let (mut at, mut old) = (0, 0);
        let mut back = PlaceMap::default();
        let mut changed = false;

        while let Some((start, end, character, spaced)) = find(&self.text, at) {
            self.copy_until(start, at, &mut old);

            // Through the patches of earlier passes back to the original.
            let original = Span::new(back.start(&self.patches, start), back.end(&self.patches, end));
            let begin = self.next_text.len();
            self.next_text.push(character);
            self.next_text.push_str(if spaced { " " } else { "" });
            self.next_patches.push(RewritePatch { start: begin, end: self.next_text.len(), original });

            // The new patch replaces the patches inside it.
            while self.patches.get(old).is_some_and(|patch| patch.end <= end) {
                old += 1;
            }

            at = end;
            changed = true;
        }

        if changed {
            self.copy_until(self.text.len(), at, &mut old);
            std::mem::swap(&mut self.text, &mut self.next_text);
            std::mem::swap(&mut self.patches, &mut self.next_patches);
        }

        changed
    }

    /// Copies the text from `at` to `until` and its patches; `old` is the first patch not yet copied.
    fn copy_until(&mut self, until: usize, at: usize, old: &mut usize) {
        let shift = |place: usize, begin: usize| place - at + begin;
        let begin = self.next_text.len();

        while let Some(patch) = self.patches.get(*old).filter(|patch| patch.end <= until) {
            // A patch moves with the text around it; its original span stays.
            let moved = RewritePatch { start: shift(patch.start, begin), end: shift(patch.end, begin), ..*patch };
            self.next_patches.push(moved);
            *old += 1;
        }

        self.next_text.push_str(&self.text[at..until]);
    }
}

/// The first entity at `at` or later: first byte, the byte after it, and its character.
fn next_entity(text: &str, mut at: usize) -> Option<(usize, usize, char)> {
    let bytes = text.as_bytes();
    while let Some(found) = memchr(b'&', &bytes[at..]) {
        let start = at + found;
        if let Some((character, len)) = entities::entity(&bytes[start..]) {
            return Some((start, start + len, character));
        }
        at = start + 1;
    }

    None
}

/// Maps places of the rewritten text to the original, asked for in ascending order. Linear over all calls.
#[derive(Debug, Default, Clone, Copy)]
struct PlaceMap {
    /// Patches that end at or before the last place asked for.
    passed: usize,
}

impl PlaceMap {
    /// Where the character that begins at `place` begins in the original.
    fn start(&mut self, patches: &[RewritePatch], place: usize) -> usize {
        self.seek(patches, place);
        match patches.get(self.passed) {
            Some(patch) if patch.start <= place => patch.original.start,
            _ => self.between(patches, place),
        }
    }

    /// Where the character that ends at `place` ends in the original.
    fn end(&mut self, patches: &[RewritePatch], place: usize) -> usize {
        self.seek(patches, place);
        match patches.get(self.passed) {
            // Inside a patch of several characters.
            Some(patch) if patch.start < place => patch.original.end,
            _ => self.between(patches, place),
        }
    }

    /// A place between patches, counted from the patch before it.
    fn between(self, patches: &[RewritePatch], place: usize) -> usize {
        match self.passed.checked_sub(1).and_then(|last| patches.get(last)) {
            Some(patch) => patch.original.end + (place - patch.end),
            None => place,
        }
    }

    /// Moves to the first patch that ends after `place`. Tokens of one character (ﷺ) may ask for a place before the
    /// last one; each of them moves back over a patch at most once.
    fn seek(&mut self, patches: &[RewritePatch], place: usize) {
        while self.passed > 0 && patches[self.passed - 1].end > place {
            self.passed -= 1;
        }
        while patches.get(self.passed).is_some_and(|patch| patch.end <= place) {
            self.passed += 1;
        }
    }
}

/// Passes tokens of a rewritten text on, with their spans in the original.
pub(super) struct OriginalSpans<'r> {
    rewrite: &'r [RewritePatch],
    back: PlaceMap,
    sink: &'r mut dyn TokenSink,
}

impl<'r> OriginalSpans<'r> {
    pub(super) fn new(rewrite: &'r RewrittenText, sink: &'r mut dyn TokenSink) -> Self {
        Self { rewrite: &rewrite.patches, back: PlaceMap::default(), sink }
    }
}

impl TokenSink for OriginalSpans<'_> {
    fn token(&mut self, token: &[u8], span: Span) {
        let start = self.back.start(self.rewrite, span.start);
        let end = self.back.end(self.rewrite, span.end);
        self.sink.token(token, Span::new(start, end));
    }
}
