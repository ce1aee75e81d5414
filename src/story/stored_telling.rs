//! What is told of a text: a row that stories are restored from, as bytes in an index and as JSON in an export.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::options::{WHOLE, share};
use super::past_forms::is_form;
use super::teller::TERMS;
use super::told::most_told;
use super::vector::{STEMS, StemKey, StemVector, WeightedStem};
use crate::spill::{ByteDecoder, ByteEncoder};

/// The version of a row.
const ROW_VERSION: u8 = 1;

/// Most days before and after 1970: ten thousand years. Differences of such days are far from any overflow.
const MOST_DAYS: i64 = 3_652_425;

/// What is told of a text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StoredTelling {
    /// The key of the text, and of the first one of its story.
    pub(crate) key: Box<str>,
    pub(crate) leader_key: Box<str>,
    /// The number of that one.
    pub(crate) leader: u32,
    /// When it was published, in seconds.
    pub(crate) moment: i64,
    pub(crate) outlet: Box<str>,
    pub(super) day: i64,
    /// The score by which it joined; `None` for the first text of a story.
    pub(super) score: Option<i64>,
    pub(super) recurrence: i64,
    pub(super) terms: Box<[(StemKey, Box<str>)]>,
    pub(super) vector: Arc<StemVector>,
}

impl StoredTelling {
    /// The day as of which it was told.
    pub(crate) const fn day(&self) -> i64 {
        self.day
    }

    pub(crate) fn score(&self) -> Option<f64> {
        self.score.map(share)
    }

    pub(crate) fn is_form(&self) -> bool {
        is_form(share(self.recurrence))
    }

    pub(crate) fn terms(&self) -> Vec<String> {
        self.terms.iter().map(|(_, word)| word.to_string()).collect()
    }

    /// The same in the story of another first text: its number, and its key where that is another too.
    pub(crate) fn led_by(self, leader: u32, key: Option<Box<str>>) -> Self {
        Self { leader, leader_key: key.unwrap_or(self.leader_key), ..self }
    }

    /// The row as bytes.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut out = ByteEncoder::default();
        out.byte(ROW_VERSION);
        for text in [&self.key, &self.leader_key, &self.outlet] {
            out.bytes(text.as_bytes());
        }
        out.u32(self.leader);
        for number in [self.moment, self.day, self.score.unwrap_or(-1), self.recurrence] {
            out.u64(number.cast_unsigned());
        }

        out.u32(self.terms.len() as u32);
        for (key, word) in &self.terms {
            out.u32(*key);
            out.bytes(word.as_bytes());
        }
        out.u32(self.vector.stems().len() as u32);
        for stem in self.vector.stems() {
            out.u32(stem.key);
            out.u32(stem.weight.into());
        }
        out.finish()
    }

    /// The row of these bytes; `None` if they are none.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut from = ByteDecoder::new(bytes);
        if from.byte()? != ROW_VERSION {
            return None;
        }
        let text =
            |from: &mut ByteDecoder<'_>| -> Option<Box<str>> { Some(std::str::from_utf8(from.bytes()?).ok()?.into()) };
        let (key, leader_key, outlet) = (text(&mut from)?, text(&mut from)?, text(&mut from)?);
        let leader = from.u32()?;
        let mut number = || from.u64().map(u64::cast_signed);
        let (moment, day, score, recurrence) = (number()?, number()?, number()?, number()?);

        let mut terms = Vec::new();
        for _ in 0..from.u32()? {
            terms.push((from.u32()?, text(&mut from)?));
        }
        let mut stems = Vec::new();
        for _ in 0..from.u32()? {
            stems.push(WeightedStem { key: from.u32()?, weight: u16::try_from(from.u32()?).ok()? });
        }
        Some(Self {
            key,
            leader_key,
            leader,
            moment,
            outlet,
            day,
            score: (score >= 0).then_some(score),
            recurrence,
            terms: terms.into(),
            vector: Arc::new(StemVector::restored(stems.into_iter())),
        })
    }
}

/// The words by which most texts of a story joined, those of most texts first.
pub(crate) fn listed_terms(rows: &[StoredTelling]) -> Vec<String> {
    most_told(rows.iter().flat_map(|row| &row.terms))
}

/// A row in an export. Scores are in units of 2⁻³⁰, weights in units of 2⁻¹⁵.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExportedTelling {
    /// The number of the text in the index that it was exported from, and that of the first text of its story.
    pub(crate) number: u32,
    pub(crate) leader: u32,
    leader_key: Box<str>,
    moment: i64,
    day: i64,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    outlet: Box<str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    score: Option<i64>,
    recurrence: i64,
    terms: Vec<(StemKey, Box<str>)>,
    stems: Vec<(StemKey, u16)>,
}

impl ExportedTelling {
    /// What is told of the text `number`.
    pub(crate) fn of(number: u32, row: &StoredTelling) -> Self {
        Self {
            number,
            leader: row.leader,
            leader_key: row.leader_key.clone(),
            moment: row.moment,
            day: row.day,
            outlet: row.outlet.clone(),
            score: row.score,
            recurrence: row.recurrence,
            terms: row.terms.to_vec(),
            stems: row.vector.stems().iter().map(|stem| (stem.key, stem.weight)).collect(),
        }
    }

    /// The row of the text with this key.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub(crate) fn into_row(self, key: &str) -> Result<StoredTelling, &'static str> {
        let Self { number, leader, leader_key, moment, day, outlet, score, recurrence, terms, stems } = self;
        let is_share = |score: &i64| (0..=WHOLE).contains(score);
        if leader > number || score.is_none() != (leader == number) {
            return Err("a text that joined a later story, or none");
        }
        if !score.iter().chain([&recurrence]).all(is_share) {
            return Err("a score that is not from 0 to 1");
        }
        if day.abs() > MOST_DAYS || moment.div_euclid(86_400).abs() > MOST_DAYS {
            return Err("a day that no text can have");
        }
        if terms.len() > TERMS || stems.len() > STEMS || !stems.is_sorted_by(|(a, _), (b, _)| a < b) {
            return Err("stems that are too many or out of order");
        }
        let stems = stems.into_iter().map(|(key, weight)| WeightedStem { key, weight });
        Ok(StoredTelling {
            key: key.into(),
            leader_key,
            leader,
            moment,
            outlet,
            day,
            score,
            recurrence,
            terms: terms.into(),
            vector: Arc::new(StemVector::restored(stems)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> StoredTelling {
        let stems = [WeightedStem { key: 3, weight: 20_000 }, WeightedStem { key: 9, weight: 25_000 }];
        StoredTelling {
            key: "مفتاح".into(),
            leader_key: "أول".into(),
            leader: 7,
            moment: -5,
            outlet: "".into(),
            day: -1,
            score: Some(1 << 29),
            recurrence: 12,
            terms: Box::new([(3, "سوق".into())]),
            vector: Arc::new(StemVector::restored(stems.into_iter())),
        }
    }

    #[test]
    fn a_row_comes_back_from_its_bytes() {
        let row = row();
        let bytes = row.to_bytes();
        assert_eq!(StoredTelling::from_bytes(&bytes), Some(row.clone()));
        assert_eq!(StoredTelling::from_bytes(&StoredTelling { score: None, ..row }.to_bytes()).unwrap().score(), None);
        for length in 0..bytes.len() {
            assert_eq!(StoredTelling::from_bytes(&bytes[..length]), None, "{length}");
        }
    }

    #[test]
    fn a_row_comes_back_from_an_export_and_a_wrong_one_is_refused() {
        let row = row();
        let exported = ExportedTelling::of(9, &row);
        let json = serde_json::to_string(&exported).unwrap();
        let back: ExportedTelling = serde_json::from_str(&json).unwrap();
        assert_eq!(back.into_row("مفتاح"), Ok(row));

        let wrong = |change: fn(&mut ExportedTelling)| {
            let mut exported = exported.clone();
            change(&mut exported);
            exported.into_row("مفتاح").unwrap_err()
        };
        assert!(wrong(|row| row.leader = 10).contains("later story"));
        assert!(wrong(|row| row.score = None).contains("none"));
        assert!(wrong(|row| row.recurrence = WHOLE + 1).contains("score"));
        assert!(wrong(|row| row.day = i64::MIN + 1).contains("day"));
        assert!(wrong(|row| row.stems.reverse()).contains("order"));
    }
}
