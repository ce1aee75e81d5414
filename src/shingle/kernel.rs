//! Token hashes → shingle hashes and fingerprint, in the instruction set of the processor.
//!
//! Both are polynomials modulo 2⁶⁴, so sums may be taken in any order. The loops are written once, without intrinsics,
//! in a form that the compiler vectorises for each instruction set: independent windows, and for the fingerprint 32
//! interleaved polynomials, where a single one in Horner's form would wait for each product.

#![allow(unsafe_code, reason = "the call of a function that needs instructions the processor was seen to have")]

use super::Fingerprint;
use super::hash::{HashKeys, MULTIPLIER, finish};
use crate::kernel::{InstructionSet, in_kernel};

/// Multiplier of the second polynomial of a fingerprint.
const OTHER: u64 = 0xD6E8_FEB8_6659_FD93;

/// Writes to `shingles` the hashes of all windows of `n` tokens, or of all tokens if they are fewer than `n`.
pub fn word_shingles(kernel: InstructionSet, tokens: &[u64], n: usize, keys: &HashKeys, shingles: &mut Vec<u64>) {
    let n = n.min(tokens.len());
    // Old hashes need not be cleared: all are overwritten.
    shingles.resize(if n == 0 { 0 } else { tokens.len() - n + 1 }, 0);

    let (start, shingles) = (keys.start(n), shingles.as_mut_slice());
    in_kernel!(kernel, windows(tokens: &[u64], n: usize, start: u64, shingles: &mut [u64]));
}

/// A 128-bit hash of a token sequence: two polynomials with different odd multipliers.
#[must_use]
pub fn fingerprint(kernel: InstructionSet, tokens: &[u64]) -> Fingerprint {
    in_kernel!(kernel, polynomials(tokens: &[u64]) -> Fingerprint)
}

/// The hashes of all windows of `n` tokens. Small lengths are constants, so that the inner loop is unrolled.
#[inline(always)]
fn windows(tokens: &[u64], n: usize, start: u64, shingles: &mut [u64]) {
    match n {
        1 => windows_of::<1>(tokens, start, shingles),
        2 => windows_of::<2>(tokens, start, shingles),
        3 => windows_of::<3>(tokens, start, shingles),
        4 => windows_of::<4>(tokens, start, shingles),
        5 => windows_of::<5>(tokens, start, shingles),
        0 => (),
        _ => tokens.windows(n).zip(shingles).for_each(|(window, out)| *out = hash(window, start)),
    }
}

#[inline(always)]
fn windows_of<const N: usize>(tokens: &[u64], start: u64, shingles: &mut [u64]) {
    tokens.windows(N).zip(shingles).for_each(|(window, out)| {
        if let Some(window) = window.first_chunk::<N>() {
            *out = hash(window, start);
        }
    });
}

#[inline(always)]
fn hash(window: &[u64], start: u64) -> u64 {
    finish(window.iter().fold(start, |sum, part| sum.wrapping_mul(MULTIPLIER).wrapping_add(*part)))
}

/// Interleaved polynomials: enough to hide the latency of a vector product.
const CHAINS: usize = 32;

/// Each chain takes every 32nd number of the sequence `length, tokens…`. The first block is padded with zeros in front.
#[inline(always)]
fn polynomials(tokens: &[u64]) -> Fingerprint {
    let (rest, blocks) = tokens.as_rchunks::<CHAINS>();
    let length = tokens.len() as u64;
    let (mut a, mut b) = ([0; CHAINS], [0; CHAINS]);

    // The incomplete block comes first, so that all others are whole. It has room for the length: it holds at most 31
    // tokens.
    let from = CHAINS - rest.len();
    a[from..].copy_from_slice(rest);
    a[from - 1] = length;
    b[from..].iter_mut().zip(rest).for_each(|(b, token)| *b = token.rotate_left(32));
    b[from - 1] = !length;

    for block in blocks {
        for ((a, b), token) in a.iter_mut().zip(&mut b).zip(block) {
            *a = a.wrapping_mul(const { power(MULTIPLIER, CHAINS) }).wrapping_add(*token);
            *b = b.wrapping_mul(const { power(OTHER, CHAINS) }).wrapping_add(token.rotate_left(32));
        }
    }

    Fingerprint(finish(joined(&a, &const { powers(MULTIPLIER) })), finish(joined(&b, &const { powers(OTHER) })))
}

/// The value of the whole polynomial from those of its chains.
#[inline(always)]
fn joined(chains: &[u64; CHAINS], powers: &[u64; CHAINS]) -> u64 {
    chains.iter().zip(powers).fold(0, |sum: u64, (chain, power)| sum.wrapping_add(chain.wrapping_mul(*power)))
}

const fn power(base: u64, exponent: usize) -> u64 {
    let (mut power, mut i) = (1_u64, 0);
    while i < exponent {
        power = power.wrapping_mul(base);
        i += 1;
    }

    power
}

/// The power with which each chain enters the sum: the last one with 1.
const fn powers(base: u64) -> [u64; CHAINS] {
    let (mut powers, mut i) = ([1_u64; CHAINS], CHAINS - 1);
    while i > 0 {
        powers[i - 1] = powers[i].wrapping_mul(base);
        i -= 1;
    }

    powers
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Horner's rule, as the fingerprint is defined.
    fn plain_fingerprint(tokens: &[u64]) -> Fingerprint {
        let start = tokens.len() as u64;
        let (a, b) = tokens.iter().fold((start, !start), |(a, b), token| {
            (a.wrapping_mul(MULTIPLIER).wrapping_add(*token), b.wrapping_mul(OTHER).wrapping_add(token.rotate_left(32)))
        });
        Fingerprint(finish(a), finish(b))
    }

    fn plain_shingles(tokens: &[u64], n: usize, keys: &HashKeys) -> Vec<u64> {
        match tokens.len() {
            0 => Vec::new(),
            length if length < n => vec![keys.shingle(tokens)],
            _ => tokens.windows(n).map(|window| keys.shingle(window)).collect(),
        }
    }

    fn tokens(count: usize) -> Vec<u64> {
        (0..count as u64).map(|i| finish(i ^ 0xABCD)).collect()
    }

    #[test]
    fn every_kernel_gives_the_shingles_of_the_definition() {
        let (keys, mut out) = (HashKeys::new(3), vec![7; 9]);
        for count in (0..70).chain([200, 1000]) {
            for n in [1, 2, 3, 4, 5, 6, 13, 32] {
                let tokens = tokens(count);
                for kernel in InstructionSet::all() {
                    word_shingles(kernel, &tokens, n, &keys, &mut out);
                    assert_eq!(out, plain_shingles(&tokens, n, &keys), "{} {count} tokens n {n}", kernel.name());
                }
            }
        }
    }

    #[test]
    fn every_kernel_gives_the_fingerprint_of_the_definition() {
        for count in (0..140).chain([1000]) {
            let tokens = tokens(count);
            for kernel in InstructionSet::all() {
                assert_eq!(fingerprint(kernel, &tokens), plain_fingerprint(&tokens), "{} {count}", kernel.name());
            }
        }
    }
}
