//! The kernel for AVX2: 64 bytes a step in two halves, with table lookups of sixteen entries.
//!
//! A table of several rows of 16 entries is looked up without selecting a row: each row is stored as its XOR with the
//! row before, and is XORed into every byte whose index lies in it or in a later row (as in Muła and Lemire, "Faster
//! base64 encoding and decoding using AVX2 instructions", 2018). Rows that no byte of a block needs are skipped.

use std::arch::x86_64::{
    __m128i, __m256i, _mm_cvtsi128_si64, _mm_extract_epi64, _mm_loadu_si128, _mm_set_epi64x, _mm_shuffle_epi8,
    _mm256_and_si256, _mm256_andnot_si256, _mm256_blendv_epi8, _mm256_broadcastsi128_si256, _mm256_castsi256_si128,
    _mm256_cmpeq_epi8, _mm256_cmpgt_epi8, _mm256_extracti128_si256, _mm256_loadu_si256, _mm256_max_epu8,
    _mm256_movemask_epi8, _mm256_or_si256, _mm256_set1_epi8, _mm256_setzero_si256, _mm256_shuffle_epi8,
    _mm256_slli_epi16, _mm256_storeu_si256, _mm256_subs_epi8, _mm256_xor_si256,
};

use super::super::compact_tables::{CompactTables, code};
use super::block::{HAMZA, HEH, WAW, YEH, part, plain_tatweels, surroundings};
use super::stream::{BLOCK, CompactScan, CompactStream, FRONT};
use super::word_masks::{self, BlockMasks, WordCarry};

/// The tables, each row as its XOR with the one before.
struct Avx2Lookup {
    /// U+0000–U+003F and U+0040–U+007F.
    ascii: [__m256i; 8],
    /// U+0600–U+067F and U+0680–U+06FF.
    arabic: [[__m256i; 8]; 2],
    latin: [__m256i; 4],
    punctuation: [__m256i; 4],
}

/// Half a block: its bytes, and the bytes one and two places before each.
struct Avx2Look {
    here: __m256i,
    before: __m256i,
    second: __m256i,
}

/// The compact form of half a block.
struct HalfBlock {
    codes: __m256i,
    /// All bits of bytes at which an entity, URL or address may be.
    suspicious: __m256i,
    /// It holds a character that is neither ASCII nor Arabic.
    other: bool,
}

/// Folds `source` into compact bytes.
#[target_feature(enable = "avx2,popcnt,bmi1,bmi2,lzcnt")]
pub(super) fn compact(tables: &CompactTables, source: &[u8], stream: &mut CompactStream) -> CompactScan {
    let lookup = Avx2Lookup::of(tables);
    let mut len = 0;
    let mut suspicious = _mm256_setzero_si256();
    let mut rare = 0;

    for (block, at) in (0..source.len()).step_by(BLOCK).enumerate() {
        let valid = u64::MAX >> (BLOCK - (source.len() - at).min(BLOCK));
        let mut room = [0; BLOCK + 2];
        let bytes = surroundings(source, at, &mut room);
        let mut codes = [_mm256_setzero_si256(); 2];
        let mut other = false;

        for (half, codes) in codes.iter_mut().enumerate() {
            let at = 32 * half;
            let look = Avx2Look {
                here: load(part(bytes, at + 2)),
                before: load(part(bytes, at + 1)),
                second: load(part(bytes, at)),
            };
            let found = lookup.half(&look);
            *codes = found.codes;
            other |= found.other;
            suspicious = _mm256_or_si256(suspicious, found.suspicious);
        }

        let mut keep = !equal(codes, code::DELETED) & valid;
        // Only characters outside ASCII and U+0600–U+06FF can be counted as rare.
        if other {
            rare += (equal(codes, code::RARE) & valid).count_ones();
        }
        let tatweels = equal(codes, code::TATWEEL);
        if tatweels != 0 {
            keep &= !plain_tatweels(tables, source, at, tatweels);
        }

        stream.keeps[block] = keep;
        stream.offsets[block] = len as u16;
        squeeze(codes, keep, &mut stream.bytes[FRONT + len..]);
        len += keep.count_ones() as usize;
    }

    stream.close(len);
    CompactScan { suspicious: _mm256_movemask_epi8(suspicious) != 0, rare: rare as usize }
}

/// Finds the words of the compact bytes.
#[target_feature(enable = "avx2,popcnt,bmi1,bmi2,lzcnt")]
pub(super) fn words(mut words: WordCarry, stream: &mut CompactStream) {
    // One separator after the last byte, which ends the last word.
    let end = stream.len + 1;
    let mut count = 0;

    for at in (0..end).step_by(BLOCK) {
        let next = stream.bytes[FRONT + at + BLOCK];
        let [before, here] = [&stream.bytes[FRONT + at - 1..], &stream.bytes[FRONT + at..]];
        let (Some(before), Some(here)) = (before.first_chunk(), here.first_chunk()) else {
            debug_assert!(false, "bytes surround the compact bytes");
            break;
        };
        let (before, here) = (load_block(before), load_block(here));

        // Teh marbuta is stored as heh; its mask keeps its places for the words.
        let is_teh = equal_bytes(here, [byte(code::TEH); 2]);
        let here =
            [_mm256_blendv_epi8(here[0], byte(HEH), is_teh[0]), _mm256_blendv_epi8(here[1], byte(HEH), is_teh[1])];
        if let Some(room) = stream.bytes[FRONT + at..].first_chunk_mut() {
            store_block(room, here);
        }

        let found = words.step(&masks(before, here, is_teh, next));
        if found.flags != 0 {
            word_masks::flag(&found, at, count, &mut stream.flags);
        }

        let ended = words.ended();
        for (mask, out) in [(found.starts, &mut stream.starts[count..]), (found.ends, &mut stream.ends[ended..])] {
            flatten(mask, at, out);
        }
        count += found.starts.count_ones() as usize;
        words.end(found.ends);
    }

    stream.words = words.ended();
}

/// The properties of 64 compact bytes.
#[inline]
#[target_feature(enable = "avx2")]
fn masks(before: [__m256i; 2], here: [__m256i; 2], is_teh: [__m256i; 2], next: u8) -> BlockMasks {
    // Arabic letters are negative as signed bytes.
    let arabic = mask(here);
    let (marks, low, digits) = (above(here, code::NUMBER_MARK), above(here, b'0' - 1), above(here, b'9'));

    BlockMasks {
        word: marks | arabic,
        arabic,
        teh: mask(is_teh),
        digits: low & !digits,
        number_marks: equal(here, code::NUMBER_MARK),
        rare: !(low | arabic),
        repeated: mask(equal_bytes(here, before)),
        hamza: equal(here, HAMZA),
        yeh: equal(here, YEH),
        waw: equal(here, WAW),
        next,
    }
}

impl Avx2Lookup {
    #[inline]
    #[target_feature(enable = "avx2")]
    fn of(tables: &CompactTables) -> Self {
        Self {
            ascii: rows(&tables.ascii),
            arabic: [rows(&tables.arabic[..128]), rows(&tables.arabic[128..])],
            latin: rows(&tables.latin),
            punctuation: rows(&tables.punctuation),
        }
    }

    /// The code of each character at its last byte; 0 at the others; [`code::RARE`] at the first byte of a character
    /// without a table.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn half(&self, look: &Avx2Look) -> HalfBlock {
        let Avx2Look { here, before, .. } = *look;
        let lead_bits = byte(0xFC);

        // Second bytes of U+0600–U+06FF: the two low bits of the lead above the six of the trail are the index.
        let pairs = _mm256_cmpeq_epi8(_mm256_and_si256(before, lead_bits), byte(0xD8));
        let shifted = _mm256_and_si256(_mm256_slli_epi16::<6>(before), byte(0xC0));
        let index = _mm256_or_si256(shifted, _mm256_andnot_si256(byte(0xC0), here));
        let mut arabic = look_up(&self.arabic[0], index);
        // Negative: U+0680 and above.
        if _mm256_movemask_epi8(_mm256_and_si256(pairs, index)) != 0 {
            arabic = _mm256_or_si256(arabic, look_up(&self.arabic[1], _mm256_xor_si256(index, byte(0x80))));
        }

        // ASCII: the upper half of the table holds letters, and few blocks have any.
        let [a, b, c, d, e, f, g, h] = self.ascii;
        let (low, high) = ([a, b, c, d], [e, f, g, h]);
        let mut single = look_up(&low, here);
        let letters = _mm256_cmpgt_epi8(here, byte(0x3F));
        if _mm256_movemask_epi8(letters) != 0 {
            let rest = look_up(&high, _mm256_subs_epi8(here, byte(0x40)));
            single = _mm256_xor_si256(single, rest);
        }
        let codes = _mm256_or_si256(single, _mm256_and_si256(pairs, arabic));

        // Leads from 0xC0 on that are not 0xD8–0xDB, and bytes that the last half may have led.
        let leads = _mm256_cmpeq_epi8(_mm256_max_epu8(here, byte(0xC0)), here);
        let arabic_leads = _mm256_cmpeq_epi8(_mm256_and_si256(here, lead_bits), byte(0xD8));
        let others = _mm256_andnot_si256(arabic_leads, leads);
        let reaching = _mm256_or_si256(is(before, 0xC2), _mm256_or_si256(is(before, 0xE2), is(look.second, 0xE2)));
        let other = _mm256_movemask_epi8(_mm256_or_si256(others, reaching)) != 0;
        let codes = if other { self.others(look, codes, others) } else { codes };

        HalfBlock { codes, suspicious: suspicion(look), other }
    }

    /// Adds the codes of characters that are neither ASCII nor Arabic, whose first bytes are `others`.
    #[inline(never)]
    #[target_feature(enable = "avx2")]
    fn others(&self, look: &Avx2Look, codes: __m256i, others: __m256i) -> __m256i {
        let Avx2Look { here, before, second } = *look;
        let index = _mm256_and_si256(here, byte(0x3F));

        let latin = _mm256_and_si256(is(before, 0xC2), look_up(&self.latin, index));
        let general = _mm256_and_si256(is(second, 0xE2), is(before, 0x80));
        let punctuation = _mm256_and_si256(general, look_up(&self.punctuation, index));
        let codes = _mm256_or_si256(codes, _mm256_or_si256(latin, punctuation));

        // Without a table: other leads, and 0xE2 before anything but 0x80.
        let known = _mm256_or_si256(is(here, 0xC2), is(here, 0xE2));
        let odd = _mm256_andnot_si256(is(here, 0x80), is(before, 0xE2));
        let rare = _mm256_or_si256(_mm256_andnot_si256(known, others), odd);
        _mm256_blendv_epi8(codes, byte(code::RARE), rare)
    }
}

/// The rows of a table, each as its XOR with the row before.
#[inline]
#[target_feature(enable = "avx2")]
fn rows<const N: usize>(table: &[u8]) -> [__m256i; N] {
    let mut rows = [_mm256_setzero_si256(); N];
    let mut last = _mm256_setzero_si256();

    for (row, entries) in rows.iter_mut().zip(table.as_chunks::<16>().0) {
        let entries = _mm256_broadcastsi128_si256(load_row(entries));
        *row = _mm256_xor_si256(entries, last);
        last = entries;
    }

    rows
}

/// The entries for the bytes of `index`; 0 for those from 0x80 on.
#[inline]
#[target_feature(enable = "avx2")]
fn look_up<const N: usize>(rows: &[__m256i; N], index: __m256i) -> __m256i {
    let mut found = _mm256_shuffle_epi8(rows[0], index);
    let mut rest = index;

    // An index below the row is negative after the subtraction, and the shuffle gives 0 for it.
    for row in &rows[1..] {
        rest = _mm256_subs_epi8(rest, byte(16));
        found = _mm256_xor_si256(found, _mm256_shuffle_epi8(*row, rest));
    }

    found
}

/// All bits of bytes at which an entity, URL or address may be: `&`, `@`, `:/` or `ww`.
#[inline]
#[target_feature(enable = "avx2")]
fn suspicion(look: &Avx2Look) -> __m256i {
    let Avx2Look { here, before, .. } = *look;
    let lower = |bytes| _mm256_or_si256(bytes, byte(0x20));
    let w = _mm256_and_si256(is(lower(here), b'w'), is(lower(before), b'w'));
    let slashes = _mm256_and_si256(is(here, b'/'), is(before, b':'));

    _mm256_or_si256(_mm256_or_si256(w, slashes), _mm256_or_si256(is(here, b'&'), is(here, b'@')))
}

/// Writes the codes whose bits in `keep` are set to the beginning of `out`, without gaps. Writes up to 80 bytes.
#[inline]
#[target_feature(enable = "avx2,popcnt")]
fn squeeze(codes: [__m256i; 2], keep: u64, out: &mut [u8]) {
    let Some(room) = out.first_chunk_mut::<{ BLOCK + 16 }>() else {
        debug_assert!(false, "the stream has room after its bytes");
        return;
    };
    let mut at = 0;

    for (part, codes) in quarters(codes).into_iter().enumerate() {
        // Eight bytes at a time; the gaps at their ends are overwritten by the next eight.
        let bits = keep >> (16 * part);
        let [low, high] = [bits as u8, (bits >> 8) as u8];
        let (order_low, order_high) = (PLACES[usize::from(low)], PLACES[usize::from(high)]);
        let order_high = u64::from_le_bytes(order_high) | 0x0808_0808_0808_0808;
        let order = _mm_set_epi64x(order_high as i64, i64::from_le_bytes(order_low));
        let packed = _mm_shuffle_epi8(codes, order);
        let halves = lanes(packed);

        for (half, bits) in halves.into_iter().zip([low, high]) {
            if let Some(slot) = room[at..].first_chunk_mut() {
                *slot = half.to_le_bytes();
            }
            at += bits.count_ones() as usize;
        }
    }
}

/// Writes the places of the set bits of `mask`, plus `at`, to the beginning of `out`. Writes up to 64 places.
#[inline]
#[target_feature(enable = "bmi1,popcnt")]
fn flatten(mut mask: u64, at: usize, out: &mut [u16]) {
    let count = mask.count_ones() as usize;
    let Some(room) = out.first_chunk_mut::<64>() else {
        debug_assert!(false, "the stream has room after its words");
        return;
    };

    let mut write = |slots: std::ops::Range<usize>| {
        for slot in &mut room[slots] {
            *slot = (at as u16).wrapping_add(mask.trailing_zeros() as u16);
            mask &= mask.wrapping_sub(1);
        }
    };

    // Most blocks have at most eight words; fixed lengths let the compiler unroll.
    write(0..8);
    if count > 8 {
        write(8..16);
        if count > 16 {
            write(16..64);
        }
    }
}

/// The places of the set bits of each byte.
static PLACES: [[u8; 8]; 256] = {
    let mut all = [[0; 8]; 256];
    let mut bits = 0;
    while bits < 256 {
        let (mut bit, mut count) = (0, 0);
        while bit < 8 {
            if bits >> bit & 1 == 1 {
                all[bits][count] = bit as u8;
                count += 1;
            }
            bit += 1;
        }
        bits += 1;
    }
    all
};

#[inline]
#[target_feature(enable = "avx2")]
fn byte(value: u8) -> __m256i {
    _mm256_set1_epi8(value as i8)
}

/// All bits of the bytes that are `value`.
#[inline]
#[target_feature(enable = "avx2")]
fn is(bytes: __m256i, value: u8) -> __m256i {
    _mm256_cmpeq_epi8(bytes, byte(value))
}

/// The top bits of the bytes of both halves.
#[inline]
#[target_feature(enable = "avx2")]
fn mask(halves: [__m256i; 2]) -> u64 {
    let [low, high] = halves;
    let (low, high) = (_mm256_movemask_epi8(low) as u32, _mm256_movemask_epi8(high) as u32);
    u64::from(low) | u64::from(high) << 32
}

#[inline]
#[target_feature(enable = "avx2")]
fn equal(halves: [__m256i; 2], value: u8) -> u64 {
    mask(equal_bytes(halves, [byte(value); 2]))
}

/// All bits of the bytes that are the same in both.
#[inline]
#[target_feature(enable = "avx2")]
fn equal_bytes([a_low, a_high]: [__m256i; 2], [b_low, b_high]: [__m256i; 2]) -> [__m256i; 2] {
    [_mm256_cmpeq_epi8(a_low, b_low), _mm256_cmpeq_epi8(a_high, b_high)]
}

/// The bytes that are above `value` as signed bytes: no Arabic letters, which are negative.
#[inline]
#[target_feature(enable = "avx2")]
fn above([low, high]: [__m256i; 2], value: u8) -> u64 {
    mask([_mm256_cmpgt_epi8(low, byte(value)), _mm256_cmpgt_epi8(high, byte(value))])
}

#[inline]
#[target_feature(enable = "avx2")]
fn quarters([low, high]: [__m256i; 2]) -> [__m128i; 4] {
    [
        _mm256_castsi256_si128(low),
        _mm256_extracti128_si256::<1>(low),
        _mm256_castsi256_si128(high),
        _mm256_extracti128_si256::<1>(high),
    ]
}

#[inline]
#[target_feature(enable = "avx2")]
fn lanes(quarter: __m128i) -> [u64; 2] {
    [_mm_cvtsi128_si64(quarter) as u64, _mm_extract_epi64::<1>(quarter) as u64]
}

#[inline]
#[target_feature(enable = "avx2")]
fn load_row(bytes: &[u8; 16]) -> __m128i {
    // SAFETY: the reference is to 16 readable bytes, and the instruction asks for no alignment.
    unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx2")]
fn load(bytes: &[u8; 32]) -> __m256i {
    // SAFETY: the reference is to 32 readable bytes, and the instruction asks for no alignment.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx2")]
fn load_block(bytes: &[u8; BLOCK]) -> [__m256i; 2] {
    [load(part(bytes, 0)), load(part(bytes, 32))]
}

#[inline]
#[target_feature(enable = "avx2")]
fn store_block(room: &mut [u8; BLOCK], halves: [__m256i; 2]) {
    let slots = room.as_chunks_mut::<32>().0;
    for (slot, half) in slots.iter_mut().zip(halves) {
        // SAFETY: the reference is to 32 writable bytes, and the instruction asks for no alignment.
        unsafe { _mm256_storeu_si256(slot.as_mut_ptr().cast(), half) }
    }
}
