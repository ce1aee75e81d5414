//! AVX2: eight shingles per step.
//!
//! As [`avx512`](super::avx512), with two differences. AVX2 has no 64-bit product, so one register holds the low and
//! one the high halves of eight hashes, and only the high half of the product, which gives the place, is computed. It
//! has no compression, so a table of 256 rows lists the lanes of each mask of eight bits.

#![allow(unsafe_code, reason = "vector loads and stores, and the call of a function that needs the instructions")]

use std::arch::x86_64::*;

use super::step::{EmptyHits, MANY, at_least, lanes, steps, take};
use super::{EMPTY, HashConstants, Rounds};

/// Places whose bits fit a register.
const OF_REGISTER: usize = 256;

/// Registers of the bitmap of a long signature, such as the 640 values of short units.
const REGISTERS: usize = 3;

/// Longest signature whose places fit the bitmap.
pub(super) const LONGEST: usize = REGISTERS * OF_REGISTER;

/// Shingles of one step: the 32-bit lanes of a register.
const STEP: usize = 8;

/// The odd one of each two 32-bit lanes.
const ODD: i32 = 0xAA;

/// Rounds 0 to t − 1, until no place is empty. Returns whether none is.
pub(super) fn minima(rounds: &Rounds, hashes: &[u64], places: &mut [u32]) -> bool {
    // SAFETY: an `InstructionSet` of AVX2 or AVX-512 exists only where the processor has these instructions, and
    // `Rounds::minima` calls this with such a set alone.
    unsafe { all_rounds(rounds, hashes, places) }
}

#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
fn all_rounds(rounds: &Rounds, hashes: &[u64], places: &mut [u32]) -> bool {
    let mut few = [0; STEP];
    let hashes = at_least(hashes, &mut few);

    // Round 0 may reach any place; later rounds only matter for empty ones.
    first(rounds, hashes, places);

    if rounds.length as usize <= OF_REGISTER {
        later_rounds::<1>(rounds, hashes, places)
    } else {
        later_rounds::<REGISTERS>(rounds, hashes, places)
    }
}

/// The rounds after the first, with a bitmap of `N` registers. Returns whether no place is empty.
#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
fn later_rounds<const N: usize>(rounds: &Rounds, hashes: &[u64], places: &mut [u32]) -> bool {
    let mut empty = empty_places::<N>(places);
    for round in 1..rounds.length as usize {
        if empty == [[0; 8]; N] {
            return true;
        }
        later(rounds, round, hashes, &mut empty, places);
    }

    empty == [[0; 8]; N]
}

/// Round 0.
#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
fn first(rounds: &Rounds, hashes: &[u64], places: &mut [u32]) {
    let length = _mm256_set1_epi32(rounds.length as i32);
    let shift = _mm_cvtsi32_si128(rounds.bits as i32);
    let (mut at, mut scores) = ([[0; STEP]; MANY / STEP], [[0; STEP]; MANY / STEP]);
    let mut filled = 0;

    for (_, step) in steps(hashes) {
        let (lows, highs) = load(step);
        store(&mut at[filled], high_product(highs, length));
        store(&mut scores[filled], _mm256_srl_epi32(_mm256_xor_si256(lows, highs), shift));
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
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
fn later<const N: usize>(rounds: &Rounds, round: usize, hashes: &[u64], empty: &mut [[u32; 8]; N], places: &mut [u32]) {
    let HashConstants { xor, multiplier } = rounds.constants[round];
    let halves = |word: u64| (_mm256_set1_epi32(word as i32), _mm256_set1_epi32((word >> 32) as i32));
    let ((xor_low, xor_high), (low, high)) = (halves(xor), halves(multiplier));
    let t = _mm256_set1_epi32(rounds.length as i32);
    // The places that were empty before this round: all its scores count for them.
    let mut before = [_mm256_setzero_si256(); N];
    for (register, words) in before.iter_mut().zip(&*empty) {
        // SAFETY: a register is as long as the array.
        *register = unsafe { _mm256_loadu_si256(words.as_ptr().cast()) };
    }
    let empty = empty.as_flattened_mut();

    // `length` is a local variable so that it stays in a register.
    let (mut hits, mut length) = (EmptyHits::new(rounds, round, hashes), 0);
    for (start, step) in steps(hashes) {
        let (lows, highs) = load(step);
        let (lows, highs) = (_mm256_xor_si256(lows, xor_low), _mm256_xor_si256(highs, xor_high));
        let cross = _mm256_add_epi32(_mm256_mullo_epi32(lows, high), _mm256_mullo_epi32(highs, low));
        let at = high_product(_mm256_add_epi32(high_product(lows, low), cross), t);

        // The word of the bitmap that holds the place's bit: of each register the one at its place, then that of the right one.
        let number = _mm256_srli_epi32::<5>(at);
        let mut word = _mm256_permutevar8x32_epi32(before[0], number);
        for (register, words) in before.iter().enumerate().skip(1) {
            let is_behind = _mm256_cmpgt_epi32(number, _mm256_set1_epi32(8 * register as i32 - 1));
            word = _mm256_blendv_epi8(word, _mm256_permutevar8x32_epi32(*words, number), is_behind);
        }
        // Shifted so that the place's bit is the sign.
        let sign = _mm256_sllv_epi32(word, _mm256_andnot_si256(at, _mm256_set1_epi32(31)));
        let counts = _mm256_movemask_ps(_mm256_castsi256_ps(sign)) as u8;
        let offsets = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128(LANES[usize::from(counts)] as i64));

        let numbers = _mm256_add_epi32(offsets, _mm256_set1_epi32(start as i32));
        if let Some(room) = hits.room(length) {
            store(room, numbers);
        }
        length = hits.make_room(length + counts.count_ones() as usize, places, empty);
    }

    hits.take(length, places, empty);
}

/// The hashes of the lanes of a mask, in the order of [`load`].
static LANES: [u64; 256] = lanes([0, 1, 4, 5, 2, 3, 6, 7]);

/// The empty places as bits.
#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
fn empty_places<const N: usize>(places: &[u32]) -> [[u32; 8]; N] {
    let mut empty = [[0; 8]; N];
    for (word, places) in empty.as_flattened_mut().iter_mut().zip(places.as_chunks::<32>().0) {
        for (part, places) in places.as_chunks::<8>().0.iter().enumerate() {
            // SAFETY: a register is as long as the array.
            let values = unsafe { _mm256_loadu_si256(places.as_ptr().cast()) };
            let equal = _mm256_cmpeq_epi32(values, _mm256_set1_epi32(EMPTY as i32));
            *word |= (_mm256_movemask_ps(_mm256_castsi256_ps(equal)) as u32) << (8 * part);
        }
    }
    empty
}

/// The high halves of the 64-bit products of 32-bit lanes.
#[inline]
#[target_feature(enable = "avx2")]
fn high_product(a: __m256i, b: __m256i) -> __m256i {
    let even = _mm256_srli_epi64::<32>(_mm256_mul_epu32(a, b));
    let odd = _mm256_mul_epu32(_mm256_srli_epi64::<32>(a), b);
    _mm256_blend_epi32::<ODD>(even, odd)
}

/// The low and the high halves of eight hashes, in the order 0, 1, 4, 5, 2, 3, 6, 7.
#[inline]
#[target_feature(enable = "avx2")]
fn load(step: &[u64; STEP]) -> (__m256i, __m256i) {
    let step = step.as_ptr();
    // SAFETY: two registers are as long as the array, and the second begins after its first half.
    let (left, right) = unsafe { (_mm256_loadu_si256(step.cast()), _mm256_loadu_si256(step.add(STEP / 2).cast())) };
    let (left, right) = (_mm256_castsi256_ps(left), _mm256_castsi256_ps(right));
    (
        _mm256_castps_si256(_mm256_shuffle_ps::<0x88>(left, right)),
        _mm256_castps_si256(_mm256_shuffle_ps::<0xDD>(left, right)),
    )
}

#[inline]
#[target_feature(enable = "avx2")]
fn store(words: &mut [u32; STEP], lanes: __m256i) {
    // SAFETY: a register is as long as the array.
    unsafe { _mm256_storeu_si256(words.as_mut_ptr().cast(), lanes) }
}
