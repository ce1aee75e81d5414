//! Promise: recall is asked for, not hoped for. At the threshold a pair becomes a candidate with at least the chance
//! that was asked for, for sets of 3 shingles as for sets of 300.

use mukarrar::lsh::{Banding, BandingOverrides};
use mukarrar::sketch::{MinHasher, Signature, SketchParams};

/// SplitMix64, so that the trials are the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

fn is_candidate(banding: Banding, a: &Signature, b: &Signature) -> bool {
    a.values().chunks(banding.rows()).zip(b.values().chunks(banding.rows())).any(|(a, b)| a == b)
}

/// Two sets of `size` shingles each, `shared` of them common, drawn anew for each trial: how often they are candidates.
fn share_found(banding: Banding, size: usize, shared: usize, trials: u32) -> f64 {
    let hasher = MinHasher::new(SketchParams::with_length(banding.num_hashes()).unwrap());
    let mut random = Random((size * 1000 + shared) as u64);
    let found = (0..trials).filter(|_| {
        let all: Vec<u64> = (0..2 * size - shared).map(|_| random.next()).collect();
        let other: Vec<u64> = [&all[..shared], &all[size..]].concat();
        is_candidate(banding, &hasher.sketch(&all[..size]), &hasher.sketch(&other))
    });
    found.count() as f64 / f64::from(trials)
}

#[test]
fn small_and_large_sets_keep_the_recall_that_was_asked_for() {
    // Set size and common shingles: Jaccard .5, .67, .67, .62, .6, .6.
    for (size, shared) in [(3, 2), (5, 4), (10, 8), (30, 23), (100, 75), (300, 225)] {
        let threshold = shared as f64 / (2 * size - shared) as f64;
        for recall in [0.9, 0.99] {
            let banding = Banding::choose(threshold, recall, BandingOverrides::default()).unwrap();
            let trials = 6000;
            let found = share_found(banding, size, shared, trials);
            let error = (recall * (1.0 - recall) / f64::from(trials)).sqrt();
            assert!(
                found >= recall - 3.0 * error,
                "{size} shingles at {threshold:.3}: asked {recall}, found {found} with {banding:?}"
            );
        }
    }
}

/// The other half of the S-curve: below the threshold, bands fire no more often than it says. (Rotation densification
/// fires 99.9 % of the time at 15 shingles and J = .6 where 18 % are due.)
#[test]
fn bands_do_not_fire_more_often_than_the_curve_says() {
    let banding =
        Banding::choose(0.9, 0.9, BandingOverrides { bands: Some(8), rows: Some(8), num_hashes: None }).unwrap();
    for (size, shared) in [(5, 3), (15, 11), (40, 30), (300, 225)] {
        let jaccard = shared as f64 / (2 * size - shared) as f64;
        let due = banding.probability(jaccard);
        let trials = 6000;
        let found = share_found(banding, size, shared, trials);
        let error = (due * (1.0 - due) / f64::from(trials)).sqrt();
        assert!(found <= due + 4.0 * error, "{size} shingles at {jaccard:.3}: due {due:.3}, found {found:.3}");
    }
}
