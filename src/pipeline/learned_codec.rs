//! The frequencies of a run as bytes: the sample of words and the counts of trigrams, from which they are made again.

use super::learn_frequencies;
use super::learned_frequencies::LearnedFrequencies;
use super::scanned_block_codec::{decode_sampled, encode_sampled};
use super::word_sample::WordSample;
use crate::lsh::containment::HashCounts;
use crate::spill::{ByteDecoder, ByteEncoder};

/// The bytes of the frequencies of `texts` distinct texts.
pub(super) fn encoded(texts: usize, sampled: &WordSample, trigrams: Option<&HashCounts>) -> Vec<u8> {
    let mut entry = ByteEncoder::default();
    entry.u64(texts as u64);
    encode_sampled(sampled, &mut entry);
    entry.byte(trigrams.is_some().into());

    if let Some(HashCounts { held, bound }) = trigrams {
        entry.u32(*bound);
        entry.u64(held.len() as u64);
        for (hash, count) in held {
            entry.u32(*hash);
            entry.u32(*count);
        }
    }
    entry.finish()
}

/// The frequencies of these bytes, with words hashed with the keys of `seed`; `None` if they are anything else.
pub(super) fn decoded(bytes: &[u8], seed: u64) -> Option<LearnedFrequencies> {
    let mut from = ByteDecoder::new(bytes);
    let texts = usize::try_from(from.u64()?).ok()?;
    let sampled = decode_sampled(&mut from)?;
    let trigrams = match from.byte()? {
        0 => None,
        _ => {
            let bound = from.u32()?;
            let count = from.count(8)?;
            let held = (0..count).map(|_| Some((from.u32()?, from.u32()?))).collect::<Option<Vec<_>>>()?;
            Some(HashCounts { held, bound })
        }
    };
    from.is_empty().then(|| learn_frequencies::frequencies(&sampled, seed, texts, trigrams))
}
