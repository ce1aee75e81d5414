//! The kernel for AVX-512 with VBMI2: 64 bytes a step, tables in registers, deleted bytes removed by one instruction.

use std::arch::x86_64::{
    __m512i, _mm512_add_epi16, _mm512_and_si512, _mm512_castsi512_si256, _mm512_cmpeq_epi8_mask,
    _mm512_cmpge_epu8_mask, _mm512_cmpgt_epu8_mask, _mm512_cmplt_epu8_mask, _mm512_cvtepu8_epi16,
    _mm512_extracti64x4_epi64, _mm512_loadu_si512, _mm512_mask_blend_epi8, _mm512_mask_cmpeq_epi8_mask,
    _mm512_mask_mov_epi8, _mm512_mask_permutexvar_epi8, _mm512_maskz_compress_epi8, _mm512_maskz_mov_epi8,
    _mm512_min_epu8, _mm512_movepi8_mask, _mm512_or_si512, _mm512_permutex2var_epi8, _mm512_set1_epi8,
    _mm512_set1_epi16, _mm512_slli_epi16, _mm512_storeu_si512, _mm512_sub_epi8, _mm512_ternarylogic_epi64,
    _mm512_test_epi8_mask, _mm512_testn_epi8_mask, _mm512_xor_si512,
};

use super::super::compact_tables::{CompactTables, code};
use super::block::{HAMZA, HEH, WAW, YEH, part, plain_tatweels, surroundings};
use super::stream::{BLOCK, CompactScan, CompactStream, FRONT};
use super::word_masks::{self, BlockMasks, WordCarry};

/// A block: its bytes, and the bytes one and two places before each.
struct Avx512Look {
    here: __m512i,
    before: __m512i,
    second: __m512i,
}

/// The tables in registers.
struct Avx512Lookup {
    ascii: [__m512i; 2],
    arabic: [__m512i; 4],
    /// The code of a lead byte, by its low bits: [`LEADS`].
    leads: __m512i,
    latin: __m512i,
    punctuation: __m512i,
}

/// Folds `source` into compact bytes. If `watch`, `&` and `@` are [`code::SUSPICIOUS`].
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,popcnt,bmi1,bmi2,lzcnt")]
pub(super) fn compact(tables: &CompactTables, source: &[u8], watch: bool, stream: &mut CompactStream) -> CompactScan {
    let lookup = Avx512Lookup::of(tables, watch);
    let mut len = 0;
    let mut scan = CompactScan::default();
    let mut suspicious = 0;

    for (block, at) in (0..source.len()).step_by(BLOCK).enumerate() {
        let mut room = [0; BLOCK + 2];
        let bytes = surroundings(source, at, &mut room);
        let [second, before, here] = [part(bytes, 0), part(bytes, 1), part(bytes, 2)];
        let look = Avx512Look { here: load(here), before: load(before), second: load(second) };
        suspicious |= suspicion(&look);

        let codes = lookup.codes(&look);
        let valid = u64::MAX >> (BLOCK - (source.len() - at).min(BLOCK));
        let mut keep = _mm512_test_epi8_mask(codes, codes) & valid;

        // Tatweel, rare, suspicious: three neighbouring codes, tested at once since few blocks have one.
        let odd = _mm512_cmplt_epu8_mask(_mm512_sub_epi8(codes, byte(code::TATWEEL)), byte(3));
        if odd != 0 {
            let is = |value| _mm512_cmpeq_epi8_mask(codes, byte(value));
            suspicious |= is(code::SUSPICIOUS);
            scan.rare += (is(code::RARE) & valid).count_ones() as usize;
            keep &= !plain_tatweels(tables, source, at, is(code::TATWEEL));
        }

        stream.keeps[block] = keep;
        stream.offsets[block] = len as u16;
        if let Some(room) = stream.bytes[FRONT + len..].first_chunk_mut() {
            store(room, _mm512_maskz_compress_epi8(keep, codes));
        }
        len += keep.count_ones() as usize;
    }

    stream.close(len);
    scan.suspicious = suspicious != 0;
    scan
}

/// Finds the words of the compact bytes.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,popcnt,bmi1,bmi2,lzcnt")]
pub(super) fn words(mut words: WordCarry, stream: &mut CompactStream) {
    // One separator after the last byte, which ends the last word.
    let end = stream.len + 1;
    let mut count = 0;

    for at in (0..end).step_by(BLOCK) {
        let [before, here] = [&stream.bytes[FRONT + at - 1..], &stream.bytes[FRONT + at..]];
        let (Some(before), Some(here)) = (before.first_chunk(), here.first_chunk()) else {
            debug_assert!(false, "bytes surround the compact bytes");
            break;
        };
        let (before, here) = (load(before), load(here));

        // Teh marbuta is stored as heh; its mask keeps its places for the words.
        let teh = _mm512_cmpeq_epi8_mask(here, byte(code::TEH));
        let here = _mm512_mask_mov_epi8(here, teh, byte(HEH));
        let masks = BlockMasks {
            word: _mm512_cmpgt_epu8_mask(here, byte(code::NUMBER_MARK)),
            arabic: _mm512_movepi8_mask(here),
            teh,
            digits: _mm512_cmplt_epu8_mask(_mm512_sub_epi8(here, byte(b'0')), byte(10)),
            number_marks: _mm512_cmpeq_epi8_mask(here, byte(code::NUMBER_MARK)),
            rare: _mm512_cmplt_epu8_mask(here, byte(b'0')),
            repeated: _mm512_cmpeq_epi8_mask(here, before),
            hamza: _mm512_cmpeq_epi8_mask(here, byte(HAMZA)),
            yeh: _mm512_cmpeq_epi8_mask(here, byte(YEH)),
            waw: _mm512_cmpeq_epi8_mask(here, byte(WAW)),
            next: stream.bytes[FRONT + at + BLOCK],
        };
        if let Some(room) = stream.bytes[FRONT + at..].first_chunk_mut() {
            store(room, here);
        }

        let found = words.step(&masks);
        if found.flags != 0 {
            word_masks::flag(&found, at, count, &mut stream.flags);
        }

        flatten(found.starts, at, &mut stream.starts[count..]);
        flatten(found.ends, at, &mut stream.ends[words.ended()..]);
        count += found.starts.count_ones() as usize;
        words.end(found.ends);
    }

    stream.words = words.ended();
}

impl Avx512Lookup {
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
    fn of(tables: &CompactTables, watch: bool) -> Self {
        let watched = |row, character: u8| {
            let place = if watch { 1 << (character & 0x3F) } else { 0 };
            _mm512_mask_mov_epi8(row, place, byte(code::SUSPICIOUS))
        };
        Self {
            ascii: [watched(load(part(&tables.ascii, 0)), b'&'), watched(load(part(&tables.ascii, 64)), b'@')],
            arabic: [0, 64, 128, 192].map(|place| load(part(&tables.arabic, place))),
            leads: load(&LEADS),
            latin: load(part(&tables.latin, 0)),
            punctuation: load(part(&tables.punctuation, 0)),
        }
    }

    /// The code of each character at its last byte; 0 at the others. A character without a table may have its code at
    /// any of its bytes.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
    fn codes(&self, look: &Avx512Look) -> __m512i {
        let Avx512Look { here, before, second } = *look;

        // Arabic: the two low bits of the lead above the six of the trail are the index.
        let index = _mm512_ternarylogic_epi64::<0xE4>(_mm512_slli_epi16::<6>(before), here, byte(0xC0));
        let low = _mm512_permutex2var_epi8(self.arabic[0], index, self.arabic[1]);
        let high = _mm512_permutex2var_epi8(self.arabic[2], index, self.arabic[3]);
        let arabic = _mm512_mask_blend_epi8(_mm512_movepi8_mask(index), low, high);
        let pairs = _mm512_cmpeq_epi8_mask(_mm512_and_si512(before, byte(0xFC)), byte(0xD8));
        let codes = _mm512_maskz_mov_epi8(pairs, arabic);

        // ASCII, then the leads without a table.
        let single = _mm512_permutex2var_epi8(self.ascii[0], here, self.ascii[1]);
        let codes = _mm512_mask_mov_epi8(codes, !_mm512_movepi8_mask(here), single);
        let leads = _mm512_cmpge_epu8_mask(here, byte(0xC0));
        let codes = _mm512_mask_permutexvar_epi8(codes, leads, here, self.leads);

        // U+0080–U+00BF, then U+2000–U+203F; other characters with the lead 0xE2 are rare.
        let narrow = _mm512_cmpeq_epi8_mask(before, byte(0xC2));
        let codes = _mm512_mask_permutexvar_epi8(codes, narrow, here, self.latin);
        let wide = _mm512_cmpeq_epi8_mask(second, byte(0xE2));
        let codes = _mm512_mask_mov_epi8(codes, wide, byte(code::RARE));
        let general = _mm512_mask_cmpeq_epi8_mask(wide, before, byte(0x80));
        _mm512_mask_permutexvar_epi8(codes, general, here, self.punctuation)
    }
}

/// Bits of the bytes at which a URL may be: `:/` or `ww` in any case.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn suspicion(look: &Avx512Look) -> u64 {
    let Avx512Look { here, before, .. } = *look;

    // Zero where both bytes match.
    let slash = _mm512_xor_si512(here, byte(b'/'));
    let slash = _mm512_or_si512(slash, _mm512_xor_si512(before, byte(b':')));
    let w = _mm512_xor_si512(here, byte(b'w'));
    let w = _mm512_or_si512(w, _mm512_xor_si512(before, byte(b'w')));
    // The case bit is ignored.
    let w = _mm512_and_si512(w, byte(!0x20));

    let either = _mm512_min_epu8(slash, w);
    _mm512_testn_epi8_mask(either, either)
}

/// Writes the places of the set bits of `mask`, plus `at`, to the beginning of `out`. Writes up to 64 places.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi2,popcnt")]
fn flatten(mask: u64, at: usize, out: &mut [u16]) {
    let places = _mm512_maskz_compress_epi8(mask, load(&IOTA));
    let base = _mm512_set1_epi16(at as i16);
    let Some(room) = out.first_chunk_mut::<64>() else {
        debug_assert!(false, "the stream has room after its words");
        return;
    };

    let (low, high) = room.split_at_mut(32);
    if let Some(low) = low.first_chunk_mut() {
        store_places(low, _mm512_add_epi16(base, _mm512_cvtepu8_epi16(_mm512_castsi512_si256(places))));
    }
    if mask.count_ones() > 32
        && let Some(high) = high.first_chunk_mut()
    {
        store_places(high, _mm512_add_epi16(base, _mm512_cvtepu8_epi16(_mm512_extracti64x4_epi64::<1>(places))));
    }
}

/// [`code::DELETED`] for the leads 0xC2, 0xD8–0xDB and 0xE2, [`code::RARE`] for the others from 0xC0 on.
static LEADS: [u8; 64] = {
    let mut leads = [code::RARE; 64];
    leads[0x02] = code::DELETED;
    leads[0x22] = code::DELETED;
    let mut arabic = 0x18;
    while arabic < 0x1C {
        leads[arabic] = code::DELETED;
        arabic += 1;
    }
    leads
};

/// 0 to 63.
static IOTA: [u8; 64] = {
    let mut places = [0; 64];
    let mut place = 0;
    while place < 64 {
        places[place] = place as u8;
        place += 1;
    }
    places
};

#[inline]
#[target_feature(enable = "avx512f")]
fn byte(value: u8) -> __m512i {
    _mm512_set1_epi8(value as i8)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load(bytes: &[u8; 64]) -> __m512i {
    // SAFETY: the reference is to 64 readable bytes, and the instruction asks for no alignment.
    unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn store(room: &mut [u8; 64], value: __m512i) {
    // SAFETY: the reference is to 64 writable bytes, and the instruction asks for no alignment.
    unsafe { _mm512_storeu_si512(room.as_mut_ptr().cast(), value) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn store_places(room: &mut [u16; 32], value: __m512i) {
    // SAFETY: the reference is to 64 writable bytes, and the instruction asks for no alignment.
    unsafe { _mm512_storeu_si512(room.as_mut_ptr().cast(), value) }
}
