//! The 64-bit key of each band: a hash of the band's rows and of its number.

use super::banding::Banding;
use crate::shingle::hash::{MULTIPLIER, finish};

impl Banding {
    /// Appends the key of each band of a signature's values to `keys`: [`bands`](Self::bands) keys.
    ///
    /// Two signatures of one kind that share a key agree on all values of a band, up to hash collisions: they are
    /// candidates, to be verified. Keys are the same on every machine and may be stored with the signatures.
    pub fn keys(self, values: &[u32], keys: &mut Vec<u64>) {
        self.band_keys(values, 0, keys);
    }

    /// Appends the key of each band of `values` to `keys`. Equal rows in the same band give equal keys; signatures of
    /// different `partition`s share no key.
    pub(crate) fn band_keys(self, values: &[u32], partition: u64, keys: &mut Vec<u64>) {
        // The usual numbers of rows are compiled as constants, which is twice as fast.
        match self.rows() {
            3 => keys_of(values.as_chunks::<3>().0, partition, keys),
            4 => keys_of(values.as_chunks::<4>().0, partition, keys),
            5 => keys_of(values.as_chunks::<5>().0, partition, keys),
            6 => keys_of(values.as_chunks::<6>().0, partition, keys),
            7 => keys_of(values.as_chunks::<7>().0, partition, keys),
            8 => keys_of(values.as_chunks::<8>().0, partition, keys),
            rows => keys_of(values.chunks_exact(rows), partition, keys),
        }
    }
}

#[inline(always)]
fn keys_of<R: AsRef<[u32]>>(bands: impl IntoIterator<Item = R>, partition: u64, keys: &mut Vec<u64>) {
    keys.extend(bands.into_iter().zip(0..).map(|(rows, band)| {
        let polynomial = |key: u64, value: &u32| key.wrapping_mul(MULTIPLIER).wrapping_add((*value).into());
        finish(rows.as_ref().iter().fold(finish(partition ^ band), polynomial))
    }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lsh::BandingOverrides;

    /// The definition, one band and one row at a time.
    fn plain(values: &[u32], rows: usize, partition: u64) -> Vec<u64> {
        let mut keys = Vec::new();
        for band in 0..values.len() / rows {
            let mut key = finish(partition ^ band as u64);
            for value in &values[band * rows..(band + 1) * rows] {
                key = key.wrapping_mul(MULTIPLIER).wrapping_add(u64::from(*value));
            }
            keys.push(finish(key));
        }
        keys
    }

    #[test]
    fn a_key_is_the_polynomial_of_its_rows_whatever_their_number() {
        let values: Vec<u32> = (0..192_u64).map(|i| finish(i) as u32).collect();
        for rows in 1..=12 {
            let banding = Banding::choose(
                0.6,
                0.5,
                BandingOverrides { bands: Some(16), rows: Some(rows), ..BandingOverrides::default() },
            )
            .unwrap();
            for partition in [0, 0xFEED_0000_0000_0001] {
                let mut keys = vec![9];
                banding.band_keys(&values[..16 * rows], partition, &mut keys);
                assert_eq!(keys[0], 9, "what was there stays");
                assert_eq!(keys[1..], plain(&values[..16 * rows], rows, partition), "{rows} rows");
            }
        }
    }
}
