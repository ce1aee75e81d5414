//! Encodes scanned blocks for the journal of a work directory.

use std::collections::BTreeMap;

use super::kept_spans::{KeptSpan, KeptSpans};
use super::route::RouteId;
use super::scanned_block::{ScannedBlock, ScannedRecord, ScannedUnit, ShortPair};
use super::title_marks::TitleMark;
use super::word_sample::{SampledText, WordSample};
use crate::document::{Date, Span, Unit, UnitKind};
use crate::input::{FieldValue, IdHashes};
use crate::normalize::Language;
use crate::page::SourceNumbers;
use crate::passage::FoldedWords;
use crate::shingle::Fingerprint;
use crate::similarity::Score;
use crate::spill::{ByteDecoder, ByteEncoder};

/// Marks a missing language or route.
const NONE: u8 = u8::MAX;
/// The bit of a language that the text does not tell.
const UNSURE: u8 = 1 << 6;
/// Marks a missing title.
const NO_TITLE: u32 = u32::MAX;
/// Marks a missing date.
const NO_DATE: u64 = i64::MIN as u64;

impl ScannedBlock {
    /// Appends the block to `out`. The order of the fields is the format; [`decode`](Self::decode) reads them in the same
    /// order, and a change of it raises `FORMAT` of the run identity. Words are left out: runs over passages have no work
    /// directory.
    pub(super) fn encode(&self, out: &mut ByteEncoder) {
        debug_assert_eq!(self.words, FoldedWords::default(), "runs over passages have no work directory");

        out.u64(self.records.len() as u64);
        for record in &self.records {
            let unsure = if record.is_sure { 0 } else { UNSURE };
            out.byte(record.language.map_or(NONE, |language| language as u8 | unsure));
            out.u32(record.units);
        }

        out.u64s(self.ids.as_slice());
        out.u64(self.ranks.len() as u64);
        self.ranks.iter().for_each(|rank| FieldValue::encode(rank.as_ref(), out));
        out.u64(self.dates.len() as u64);
        self.dates.iter().for_each(|date| out.u64(date.map_or(NO_DATE, |date| date.seconds() as u64)));

        out.u64s(&self.sources);
        out.u64s(&self.origins);
        out.u64(self.titles.len() as u64);
        self.titles.iter().for_each(|mark| [mark.title, mark.source].into_iter().for_each(|key| out.u64(key)));
        encode_sources(&self.noted_sources, out);
        out.u64(self.units.len() as u64);
        self.units.iter().for_each(|unit| encode_unit(unit, out));
        out.u64(self.kept.as_slice().len() as u64);
        for span in self.kept.as_slice() {
            [span.unit, span.start, span.end].into_iter().for_each(|number| out.u32(number));
        }
        self.keys.iter().for_each(|keys| out.u64s(keys));
        out.u64(self.samples.len() as u64);
        self.samples.iter().for_each(|word| out.u32(*word));
        encode_sampled(&self.sampled, out);

        out.u64(self.resemblances.len() as u64);
        for pair in &self.resemblances {
            out.u32(pair.a);
            out.u32(pair.b);
            out.f64(pair.score.jaccard);
            out.f64(pair.score.containment);
            out.byte(pair.same_numbers.into());
        }

        out.u64(self.lost.len() as u64);
        for (place, count) in &self.lost {
            out.u32(*place);
            out.u64(*count);
        }

        encode_counts(&self.rejected, out);
        out.u64(self.crowded.len() as u64);
        self.crowded.iter().for_each(|place| out.u32(*place));
        out.u64(self.decoded.len() as u64);
        self.decoded.iter().for_each(|place| out.u32(*place));
        encode_counts(&self.noted, out);
    }

    /// Reads what [`encode`](Self::encode) wrote; `None` if the bytes are anything else.
    pub(super) fn decode(from: &mut ByteDecoder<'_>) -> Option<Self> {
        Some(Self {
            records: list(from, 5, |from| {
                let (language, is_sure) = match from.byte()? {
                    NONE => (None, true),
                    code => (Some(*Language::ALL.get(usize::from(code & !UNSURE))?), code & UNSURE == 0),
                };
                Some(ScannedRecord { language, is_sure, units: from.u32()? })
            })?,
            ids: IdHashes::from_vec(from.u64s()?),
            ranks: list(from, 1, FieldValue::decode)?,
            dates: list(from, 8, |from| {
                let seconds = from.u64()?;
                Some((seconds != NO_DATE).then_some(Date::from_seconds(seconds as i64)))
            })?,
            sources: from.u64s()?,
            origins: from.u64s()?,
            titles: list(from, 16, |from| Some(TitleMark { title: from.u64()?, source: from.u64()? }))?,
            noted_sources: decode_sources(from)?,
            units: list(from, 34, decode_unit)?,
            kept: KeptSpans::from_vec(list(from, 12, |from| {
                Some(KeptSpan { unit: from.u32()?, start: from.u32()?, end: from.u32()? })
            })?),
            keys: [from.u64s()?, from.u64s()?],
            samples: list(from, 4, |from| from.u32())?,
            sampled: decode_sampled(from)?,
            resemblances: list(from, 25, |from| {
                Some(ShortPair {
                    a: from.u32()?,
                    b: from.u32()?,
                    score: Score { jaccard: from.f64()?, containment: from.f64()? },
                    same_numbers: from.byte()? != 0,
                })
            })?,
            lost: list(from, 12, |from| Some((from.u32()?, from.u64()?)))?,
            rejected: decode_counts(from)?,
            crowded: list(from, 4, |from| from.u32())?,
            decoded: list(from, 4, |from| from.u32())?,
            noted: decode_counts(from)?,
            // Runs over passages have no work directory.
            words: FoldedWords::default(),
        })
    }
}

/// Reads a length, then as many items of at least `least` bytes each.
fn list<T>(
    from: &mut ByteDecoder<'_>,
    least: usize,
    mut one: impl FnMut(&mut ByteDecoder<'_>) -> Option<T>,
) -> Option<Vec<T>> {
    let count = from.count(least)?;
    (0..count).map(|_| one(from)).collect()
}

fn encode_sources(sources: &SourceNumbers, out: &mut ByteEncoder) {
    out.u64(sources.names().len() as u64);
    sources.names().iter().for_each(|name| out.bytes(name.as_bytes()));
    out.u64(sources.of_records().len() as u64);
    sources.of_records().iter().for_each(|number| out.u32(*number));
}

fn decode_sources(from: &mut ByteDecoder<'_>) -> Option<SourceNumbers> {
    let names = list(from, 8, |from| String::from_utf8(from.bytes()?.to_vec()).ok())?;
    SourceNumbers::of_parts(names, list(from, 4, |from| from.u32())?)
}

fn encode_counts(counts: &BTreeMap<String, u64>, out: &mut ByteEncoder) {
    out.u64(counts.len() as u64);
    for (code, count) in counts {
        out.bytes(code.as_bytes());
        out.u64(*count);
    }
}

fn decode_counts(from: &mut ByteDecoder<'_>) -> Option<BTreeMap<String, u64>> {
    let counts = list(from, 16, |from| Some((String::from_utf8(from.bytes()?.to_vec()).ok()?, from.u64()?)))?;
    Some(BTreeMap::from_iter(counts))
}

pub(super) fn encode_sampled(sample: &WordSample, out: &mut ByteEncoder) {
    out.u64(sample.texts.len() as u64);
    for SampledText { fingerprint, words } in &sample.texts {
        out.u64(fingerprint.0);
        out.u64(fingerprint.1);
        out.u64(words.len() as u64);
        words.iter().for_each(|word| out.u32(*word));
    }
}

pub(super) fn decode_sampled(from: &mut ByteDecoder<'_>) -> Option<WordSample> {
    let mut sample = WordSample::default();
    // A fingerprint and a length.
    for _ in 0..from.count(24)? {
        let fingerprint = Fingerprint(from.u64()?, from.u64()?);
        let words: Vec<u32> = list(from, 4, |from| from.u32())?;
        sample.push(SampledText { fingerprint, words: words.into() });
    }
    Some(sample)
}

fn encode_unit(unit: &ScannedUnit, out: &mut ByteEncoder) {
    out.byte(unit.unit.kind as u8);
    out.u32(unit.unit.span.start as u32);
    out.u32(unit.unit.span.end as u32);
    out.u32(unit.unit.title.map_or(NO_TITLE, |title| title as u32));
    out.u32(unit.tokens as u32);
    out.byte(unit.route.map_or(NONE, |route| route as u8));
    out.u64(unit.fingerprint.0);
    out.u64(unit.fingerprint.1);
}

fn decode_unit(from: &mut ByteDecoder<'_>) -> Option<ScannedUnit> {
    let kind = *UnitKind::ALL.get(usize::from(from.byte()?))?;
    let span = Span::new(from.u32()? as usize, from.u32()? as usize);
    let title = from.u32()?;
    let unit = Unit { kind, span, title: (title != NO_TITLE).then_some(title as usize) };
    let tokens = from.u32()? as usize;
    let route = match from.byte()? {
        NONE => None,
        code => Some(*RouteId::ALL.get(usize::from(code))?),
    };
    Some(ScannedUnit { unit, tokens, route, fingerprint: Fingerprint(from.u64()?, from.u64()?) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_reads_back_and_a_cut_one_does_not() {
        let unit = |kind, route| ScannedUnit {
            unit: Unit { kind, span: Span::new(3, 99), title: (kind == UnitKind::Story).then_some(0) },
            tokens: 12,
            route,
            fingerprint: Fingerprint(1, u64::MAX),
        };
        let mut ids = IdHashes::default();
        [Some("a"), None, Some("")].into_iter().for_each(|id| ids.push(id));
        let record = |language, units| ScannedRecord { language, is_sure: language != Some(Language::Ar), units };
        let mut sampled = WordSample::default();
        sampled.push(SampledText { fingerprint: Fingerprint(5, 6), words: [1, u32::MAX].into() });
        sampled.push(SampledText { fingerprint: Fingerprint(7, 0), words: [].into() });
        let mut noted_sources = SourceNumbers::default();
        ["okaz.com", "", "okaz.com"].into_iter().for_each(|name| noted_sources.push(name));
        let block = ScannedBlock {
            records: vec![record(Some(Language::Ug), 2), record(None, 0), record(Some(Language::Ar), 1)],
            ids,
            ranks: vec![None, Some(FieldValue::Number(-0.5)), Some(FieldValue::Text("خبر".to_owned()))],
            units: vec![
                unit(UnitKind::Story, Some(RouteId::Main)),
                unit(UnitKind::Boilerplate, None),
                unit(UnitKind::Line, Some(RouteId::Short)),
            ],
            sources: vec![7, 0, u64::MAX],
            origins: vec![1, 0, 9],
            titles: vec![TitleMark { title: 3, source: 1 }, TitleMark::default(), TitleMark { title: 3, source: 9 }],
            noted_sources,
            dates: vec![None, Some(Date::from_seconds(-7)), None],
            kept: KeptSpans::from_vec(vec![
                KeptSpan { unit: 0, start: 4, end: 9 },
                KeptSpan { unit: 2, start: 0, end: 7 },
            ]),
            keys: [vec![1, 2], vec![u64::MAX]],
            samples: vec![1, 77],
            sampled,
            resemblances: vec![ShortPair { a: 0, b: 2, score: Score::SAME, same_numbers: true }],
            lost: vec![(2, 9)],
            rejected: BTreeMap::from([("invalid_json".to_owned(), 1)]),
            crowded: vec![2],
            decoded: vec![0, 2],
            noted: BTreeMap::from([("encoding/windows-1256".to_owned(), 2)]),
            words: FoldedWords::default(),
        };
        let mut out = ByteEncoder::default();
        block.encode(&mut out);
        let bytes = out.finish();
        assert_eq!(ScannedBlock::decode(&mut ByteDecoder::new(&bytes)), Some(block));
        for end in 0..bytes.len() {
            assert_eq!(ScannedBlock::decode(&mut ByteDecoder::new(&bytes[..end])), None, "{end}");
        }
    }
}
