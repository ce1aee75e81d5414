//! AVX-512 F and DQ: sixteen shingles per step.
//!
//! Round 0 computes places and scores in vectors and takes the minima one by one, since two lanes may hold the same
//! place. A later round looks each place up in a bitmap of the empty places, one register of 512 bits, and compresses
//! the indices of the shingles that count; those few are scored without vectors, and the bits of their places are cleared
//! for the next round. The bitmap of a long signature takes two registers, which one instruction reads. The last step
//! overlaps the one before, and fewer than sixteen shingles are repeated: repeats change nothing.

#![allow(unsafe_code, reason = "vector loads and stores, and the call of a function that needs the instructions")]

use std::arch::x86_64::*;

use super::step::{EmptyHits, MANY, at_least, steps, take};
use super::{EMPTY, HashConstants, Rounds};

/// Places whose bits fit a register.
const OF_REGISTER: usize = 512;

/// Longest signature whose places fit the bitmap, such as the 640 values of short units: two registers.
pub(super) const LONGEST: usize = 2 * OF_REGISTER;

/// Shingles of one step: the 64-bit lanes of two registers, and the 32-bit lanes of one.
const STEP: usize = 16;

/// The odd one of each two 32-bit lanes.
const ODD: u16 = 0xAAAA;

/// Rounds 0 to t − 1, until no place is empty. Returns whether none is.
pub(super) fn minima(rounds: &Rounds, hashes: &[u64], places: &mut [u32]) -> bool {
    // SAFETY: a `Kernel` of AVX-512 exists only where the processor has these instructions, and `Rounds::minima` calls this
    // with such a kernel alone.
    unsafe { all_rounds(rounds, hashes, places) }
}

#[target_feature(enable = "avx512f,avx512dq,avx2,bmi1,bmi2,popcnt")]
fn all_rounds(rounds: &Rounds, hashes: &[u64], places: &mut [u32]) -> bool {
    let mut few = [0; STEP];
    let hashes = at_least(hashes, &mut few);

    // Round 0 may reach any place; later rounds only matter for empty ones.
    first(rounds, hashes, places);

    if rounds.length as usize <= OF_REGISTER {
        later_rounds::<1>(rounds, hashes, places)
    } else {
        later_rounds::<2>(rounds, hashes, places)
    }
}

/// The rounds after the first, with a bitmap of `N` registers. Returns whether no place is empty.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx2,bmi1,bmi2,popcnt")]
fn later_rounds<const N: usize>(rounds: &Rounds, hashes: &[u64], places: &mut [u32]) -> bool {
    let mut empty = empty_places::<N>(places);
    for round in 1..rounds.length as usize {
        if empty == [[0; 16]; N] {
            return true;
        }
        later(rounds, round, hashes, &mut empty, places);
    }

    empty == [[0; 16]; N]
}

/// Round 0.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx2,bmi1,bmi2,popcnt")]
fn first(rounds: &Rounds, hashes: &[u64], places: &mut [u32]) {
    let length = _mm512_set1_epi64(rounds.length.into());
    let shift = _mm_cvtsi32_si128(rounds.bits as i32);
    let (mut at, mut scores) = ([[0; STEP]; MANY / STEP], [[0; STEP]; MANY / STEP]);
    let mut filled = 0;

    for (_, step) in steps(hashes) {
        let (left, right) = load(step);
        let high = _mm512_srli_epi64::<32>(left);
        let lows = _mm512_mask_blend_epi32(ODD, left, _mm512_slli_epi64::<32>(right));
        let highs = _mm512_mask_blend_epi32(ODD, high, right);
        store(&mut scores[filled], _mm512_srl_epi32(_mm512_xor_si512(lows, highs), shift));
        let right = _mm512_mul_epu32(_mm512_srli_epi64::<32>(right), length);
        store(&mut at[filled], odd_lanes(_mm512_mul_epu32(high, length), right));
        filled += 1;

        // Two lanes may hold the same place, so minima are taken one by one.
        if filled == at.len() {
            take(at.as_flattened(), scores.as_flattened(), places);
            filled = 0;
        }
    }

    take(at[..filled].as_flattened(), scores[..filled].as_flattened(), places);
}

/// A round after the first.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx2,bmi1,bmi2,popcnt")]
fn later<const N: usize>(
    rounds: &Rounds,
    round: usize,
    hashes: &[u64],
    empty: &mut [[u32; 16]; N],
    places: &mut [u32],
) {
    // The places that were empty before this round: all its scores count for them.
    let mut before = [_mm512_setzero_si512(); N];
    for (register, words) in before.iter_mut().zip(&*empty) {
        // SAFETY: a register is as long as the array.
        *register = unsafe { _mm512_loadu_si512(words.as_ptr().cast()) };
    }
    let empty = empty.as_flattened_mut();
    let HashConstants { xor, multiplier } = rounds.constants[round];
    let (xor, multiplier) = (_mm512_set1_epi64(xor as i64), _mm512_set1_epi64(multiplier as i64));
    let t = _mm512_set1_epi64(rounds.length.into());
    let product = |hashes| {
        let bits = _mm512_mullo_epi64(_mm512_xor_si512(hashes, xor), multiplier);
        _mm512_mul_epu32(_mm512_srli_epi64::<32>(bits), t)
    };
    // In the order of `odd_lanes`.
    let numbers = _mm512_set_epi32(15, 7, 14, 6, 13, 5, 12, 4, 11, 3, 10, 2, 9, 1, 8, 0);

    // `length` is a local variable so that it stays in a register.
    let (mut hits, mut length) = (EmptyHits::new(rounds, round, hashes), 0);
    for (start, step) in steps(hashes) {
        let (left, right) = load(step);
        let at = odd_lanes(product(left), product(right));

        // The word of the bitmap that holds the place, rotated so that the place's bit is the lowest.
        let number = _mm512_srli_epi32::<5>(at);
        let word = match N {
            1 => _mm512_permutexvar_epi32(number, before[0]),
            _ => _mm512_permutex2var_epi32(before[0], number, before[N - 1]),
        };
        let counts = _mm512_test_epi32_mask(_mm512_rorv_epi32(word, at), _mm512_set1_epi32(1));
        let numbers = _mm512_add_epi32(numbers, _mm512_set1_epi32(start as i32));
        let numbers = _mm512_maskz_compress_epi32(counts, numbers);
        if let Some(room) = hits.room(length) {
            store(room, numbers);
        }
        length = hits.make_room(length + counts.count_ones() as usize, places, empty);
    }

    hits.take(length, places, empty);
}

/// The empty places as bits.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx2,bmi1,bmi2,popcnt")]
fn empty_places<const N: usize>(places: &[u32]) -> [[u32; 16]; N] {
    let mut empty = [[0; 16]; N];
    for (word, places) in empty.as_flattened_mut().iter_mut().zip(places.as_chunks::<32>().0) {
        for (part, places) in places.as_chunks::<16>().0.iter().enumerate() {
            // SAFETY: a register is as long as the array.
            let values = unsafe { _mm512_loadu_si512(places.as_ptr().cast()) };
            let equal = _mm512_cmpeq_epi32_mask(values, _mm512_set1_epi32(EMPTY as i32));
            *word |= u32::from(equal) << (16 * part);
        }
    }
    empty
}

/// The odd 32-bit lanes of both: of `left` in the even, of `right` in the odd lanes.
#[inline]
#[target_feature(enable = "avx512f")]
fn odd_lanes(left: __m512i, right: __m512i) -> __m512i {
    _mm512_mask_blend_epi32(ODD, _mm512_srli_epi64::<32>(left), right)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load(step: &[u64; STEP]) -> (__m512i, __m512i) {
    let step = step.as_ptr();
    // SAFETY: two registers are as long as the array, and the second begins after its first half.
    unsafe { (_mm512_loadu_si512(step.cast()), _mm512_loadu_si512(step.add(STEP / 2).cast())) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn store(words: &mut [u32; STEP], lanes: __m512i) {
    // SAFETY: a register is as long as the array.
    unsafe { _mm512_storeu_si512(words.as_mut_ptr().cast(), lanes) }
}
