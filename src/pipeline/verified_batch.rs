//! The result of verifying one batch, and its encoding in the journal of a work directory.

use crate::cluster::VerifiedLink;
use crate::similarity::{Relation, Score, VariantReason};
use crate::spill::{ByteDecoder, ByteEncoder};

/// The verified candidates of one batch.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct VerifiedBatch {
    /// The number of the batch.
    pub(super) batch: u32,
    /// Copies and variants.
    pub(super) links: Vec<VerifiedLink>,
    /// Number of pairs that a cap left unverified.
    pub(super) lost: u64,
}

impl VerifiedBatch {
    /// The bytes of a journal entry.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut encoder = ByteEncoder::default();
        encoder.u32(self.batch);
        encoder.u64(self.lost);
        encoder.u64(self.links.len() as u64);

        for VerifiedLink { keeper, node, relation, score } in &self.links {
            encoder.u32(*keeper);
            encoder.u32(*node);
            encoder.byte(code(*relation));
            encoder.f64(score.jaccard);
            encoder.f64(score.containment);
        }
        encoder.finish()
    }

    /// Reads a journal entry; `None` if the bytes are anything else.
    pub(super) fn decode(entry: &[u8]) -> Option<Self> {
        let mut decoder = ByteDecoder::new(entry);
        let (batch, lost) = (decoder.u32()?, decoder.u64()?);
        // Two nodes, a code and two scores.
        let count = decoder.count(25)?;

        let mut link = || {
            let (keeper, node) = (decoder.u32()?, decoder.u32()?);
            let relation = *VERIFIED.get(usize::from(decoder.byte()?))?;
            let score = Score { jaccard: decoder.f64()?, containment: decoder.f64()? };
            Some(VerifiedLink { keeper, node, relation, score })
        };
        let links = (0..count).map(|_| link()).collect::<Option<_>>()?;
        decoder.is_empty().then_some(Self { batch, links, lost })
    }
}

/// The relations of verified links. Their order is part of the format of work directories.
const VERIFIED: [Relation; 8] = [
    Relation::Exact,
    Relation::Near,
    Relation::Variant(VariantReason::Furniture),
    Relation::Variant(VariantReason::Replaced),
    Relation::Variant(VariantReason::Numbers),
    Relation::Variant(VariantReason::Facts),
    Relation::Variant(VariantReason::Titles),
    Relation::Variant(VariantReason::Lossy),
];

/// The code of a relation. A relation without one gets a code that [`VerifiedBatch::decode`] refuses, so that a resumed run
/// verifies the batch again.
fn code(relation: Relation) -> u8 {
    let place = VERIFIED.iter().position(|known| *known == relation);
    debug_assert!(place.is_some(), "verified links have no relation {relation:?}");
    place.unwrap_or(VERIFIED.len()) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verified_batches_read_back_and_cut_ones_do_not() {
        let score = Score { jaccard: 0.75, containment: 1.0 };
        let link = |keeper, node, relation| VerifiedLink { keeper, node, relation, score };
        let links = vec![
            link(0, 1, Relation::Near),
            link(4, 9, Relation::Variant(VariantReason::Numbers)),
            link(4, 7, Relation::Exact),
        ];
        let verified = VerifiedBatch { batch: 3, links, lost: 7 };
        let bytes = verified.encode();
        assert_eq!(VerifiedBatch::decode(&bytes), Some(verified));
        for end in 0..bytes.len() {
            assert_eq!(VerifiedBatch::decode(&bytes[..end]), None, "{end}");
        }
    }
}
