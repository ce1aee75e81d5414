//! NEON, which every aarch64 processor has: eight shingles per step.
//!
//! As [`avx2`](super::avx2): one register for each half of four hashes, the high half of the product alone, and a table
//! for the lanes of a mask. Places are bytes, and the bitmap of the empty places is a table of bytes in two registers.

#![allow(unsafe_code, reason = "vector loads and stores, and the call of a function that needs the instructions")]

use std::arch::aarch64::*;

use super::step::{EmptyHits, MANY, at_least, lanes, steps, take};
use super::{EMPTY, HashConstants, Rounds};

/// Longest signature whose places fit the bitmap.
pub(super) const LONGEST: usize = 256;

/// Shingles of one step: the 32-bit lanes of two registers, the bytes of half a one.
const STEP: usize = 8;

/// Rounds 0 to t − 1, until no place is empty. Returns whether none is.
pub(super) fn minima(rounds: &Rounds, hashes: &[u64], places: &mut [u32]) -> bool {
    // SAFETY: every processor of this architecture has these instructions.
    unsafe { all_rounds(rounds, hashes, places) }
}

#[target_feature(enable = "neon")]
fn all_rounds(rounds: &Rounds, hashes: &[u64], places: &mut [u32]) -> bool {
    let mut few = [0; STEP];
    let hashes = at_least(hashes, &mut few);

    // Round 0 may reach any place; later rounds only matter for empty ones.
    first(rounds, hashes, places);
    for round in 1..rounds.length as usize {
        let empty = empty_places(places);
        if empty == [0; 32] {
            return true;
        }
        later(rounds, round, hashes, &empty, places);
    }

    !places.contains(&EMPTY)
}

/// Round 0.
#[inline]
#[target_feature(enable = "neon")]
fn first(rounds: &Rounds, hashes: &[u64], places: &mut [u32]) {
    let t = vdupq_n_u32(rounds.length);
    let shift = vdupq_n_s32(-(rounds.bits as i32));
    let (mut at, mut scores) = ([[0; 4]; MANY / 4], [[0; 4]; MANY / 4]);
    let mut filled = 0;

    for (_, step) in steps::<STEP>(hashes) {
        for four in step.as_chunks::<4>().0 {
            let (lows, highs) = load(four);
            store(&mut at[filled], high_product(highs, t));
            store(&mut scores[filled], vshlq_u32(veorq_u32(lows, highs), shift));
            filled += 1;
        }

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
#[target_feature(enable = "neon")]
fn later(rounds: &Rounds, round: usize, hashes: &[u64], empty: &[u8; 32], places: &mut [u32]) {
    let HashConstants { xor, multiplier } = rounds.constants[round];
    let halves = |word: u64| (vdupq_n_u32(word as u32), vdupq_n_u32((word >> 32) as u32));
    let ((xor_low, xor_high), (low, high)) = (halves(xor), halves(multiplier));
    let t = vdupq_n_u32(rounds.length);
    let places_of = |four: &[u64; 4]| {
        let (lows, highs) = load(four);
        let (lows, highs) = (veorq_u32(lows, xor_low), veorq_u32(highs, xor_high));
        let cross = vmlaq_u32(vmulq_u32(lows, high), highs, low);
        high_product(vaddq_u32(high_product(lows, low), cross), t)
    };
    // SAFETY: two registers are as long as the array, and the second begins after its first half.
    let empty = unsafe { uint8x16x2_t(vld1q_u8(empty.as_ptr()), vld1q_u8(empty.as_ptr().add(16))) };

    // `length` is a local variable so that it stays in a register.
    let (mut hits, mut length) = (EmptyHits::new(rounds, round, hashes), 0);
    for (start, step) in steps::<STEP>(hashes) {
        let [front, back] = step.as_chunks::<4>().0 else { continue };
        // Places fit a byte each.
        let at = vmovn_u16(vcombine_u16(vmovn_u32(places_of(front)), vmovn_u32(places_of(back))));
        // A place's byte is looked up in the table, then its bit is tested.
        let bit = vshl_u8(vdup_n_u8(1), vreinterpret_s8_u8(vand_u8(at, vdup_n_u8(7))));
        let counts = vtst_u8(vqtbl2_u8(empty, vshr_n_u8::<3>(at)), bit);
        let mask = vaddv_u8(vand_u8(counts, vcreate_u8(ONE_BIT_EACH)));
        let offsets = vmovl_u8(vcreate_u8(LANES[usize::from(mask)]));
        if let Some(room) = hits.room::<STEP>(length) {
            let start = vdupq_n_u32(start as u32);
            let [front, back] = room.as_chunks_mut::<4>().0 else { continue };
            store(front, vaddw_u16(start, vget_low_u16(offsets)));
            store(back, vaddw_u16(start, vget_high_u16(offsets)));
        }
        length = hits.make_room(length + mask.count_ones() as usize, places, &mut []);
    }

    hits.take(length, places, &mut []);
}

/// The hashes of the lanes of a mask.
static LANES: [u64; 256] = lanes([0, 1, 2, 3, 4, 5, 6, 7]);

/// Bytes that hold the bits of a byte.
const ONE_BIT_EACH: u64 = 0x8040_2010_0804_0201;

/// The empty places as bits.
#[inline]
#[target_feature(enable = "neon")]
fn empty_places(places: &[u32]) -> [u8; 32] {
    let one_bit_each = vreinterpretq_u8_u64(vdupq_n_u64(ONE_BIT_EACH));
    let mut empty = [0; 32];
    for ([left, right], places) in empty.as_chunks_mut::<2>().0.iter_mut().zip(places.as_chunks::<16>().0) {
        let [a, b, c, d] = places.as_chunks::<4>().0 else { continue };
        let equal = |lanes| vreinterpretq_u16_u32(vceqq_u32(load_lanes(lanes), vdupq_n_u32(EMPTY)));
        let (front, back) = (vuzp1q_u16(equal(a), equal(b)), vuzp1q_u16(equal(c), equal(d)));
        let bytes = vuzp1q_u8(vreinterpretq_u8_u16(front), vreinterpretq_u8_u16(back));
        let bits = vandq_u8(bytes, one_bit_each);
        (*left, *right) = (vaddv_u8(vget_low_u8(bits)), vaddv_u8(vget_high_u8(bits)));
    }
    empty
}

/// The high halves of the 64-bit products of 32-bit lanes.
#[inline]
#[target_feature(enable = "neon")]
fn high_product(a: uint32x4_t, b: uint32x4_t) -> uint32x4_t {
    let front = vmull_u32(vget_low_u32(a), vget_low_u32(b));
    vuzp2q_u32(vreinterpretq_u32_u64(front), vreinterpretq_u32_u64(vmull_high_u32(a, b)))
}

/// The low and the high halves of four hashes.
#[inline]
#[target_feature(enable = "neon")]
fn load(four: &[u64; 4]) -> (uint32x4_t, uint32x4_t) {
    let four = four.as_ptr();
    // SAFETY: two registers are as long as the array, and the second begins after its first half.
    let (left, right) = unsafe { (vld1q_u64(four), vld1q_u64(four.add(2))) };
    let (left, right) = (vreinterpretq_u32_u64(left), vreinterpretq_u32_u64(right));
    (vuzp1q_u32(left, right), vuzp2q_u32(left, right))
}

#[inline]
#[target_feature(enable = "neon")]
fn load_lanes(words: &[u32; 4]) -> uint32x4_t {
    // SAFETY: a register is as long as the array.
    unsafe { vld1q_u32(words.as_ptr()) }
}

#[inline]
#[target_feature(enable = "neon")]
fn store(words: &mut [u32; 4], lanes: uint32x4_t) {
    // SAFETY: a register is as long as the array.
    unsafe { vst1q_u32(words.as_mut_ptr(), lanes) }
}
