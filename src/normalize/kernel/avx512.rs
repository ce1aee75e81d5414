//! The kernel for AVX-512 with VBMI2: 64 bytes a step, tables in registers, deleted bytes squeezed out by one
//! instruction.

use std::arch::x86_64::{
    __m512i, _mm512_add_epi16, _mm512_and_si512, _mm512_castsi512_si256, _mm512_cmpeq_epi8_mask,
    _mm512_cmpge_epu8_mask, _mm512_cmpgt_epu8_mask, _mm512_cmplt_epu8_mask, _mm512_cvtepu8_epi16,
    _mm512_extracti64x4_epi64, _mm512_loadu_si512, _mm512_mask_blend_epi8, _mm512_mask_cmpeq_epi8_mask,
    _mm512_mask_mov_epi8, _mm512_mask_permutexvar_epi8, _mm512_maskz_compress_epi8, _mm512_maskz_mov_epi8,
    _mm512_movepi8_mask, _mm512_or_si512, _mm512_permutex2var_epi8, _mm512_set1_epi8, _mm512_set1_epi16,
    _mm512_slli_epi16, _mm512_storeu_si512, _mm512_sub_epi8, _mm512_ternarylogic_epi64, _mm512_test_epi8_mask,
};

use super::stream::{BLOCK, FRONT, Stream};
use super::tables::{Tables, code};
use super::words::{Masks, Words};
use super::{HAMZA, HEH, Scan, WAW, YEH};

/// Three looks at a block: its bytes, and the bytes one and two places before each.
struct Look {
    here: __m512i,
    before: __m512i,
    second: __m512i,
}

/// The tables in registers.
struct Lookup {
    ascii: [__m512i; 2],
    arabic: [__m512i; 4],
    latin: __m512i,
    punctuation: __m512i,
}

/// Folds `source` into compact bytes.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,popcnt,bmi1,bmi2,lzcnt")]
pub(super) fn compact(tables: &Tables, source: &[u8], stream: &mut Stream) -> Scan {
    let lookup = Lookup::of(tables);
    let mut len = 0;
    let mut suspicious = 0;
    let mut rare = 0;
    for (block, at) in (0..source.len()).step_by(BLOCK).enumerate() {
        let look = look(source, at);
        suspicious |= suspicion(&look);
        let codes = lookup.codes(&look);
        let valid = u64::MAX >> (BLOCK - (source.len() - at).min(BLOCK));
        let mut keep = _mm512_test_epi8_mask(codes, codes) & valid;
        rare += (_mm512_cmpeq_epi8_mask(codes, byte(code::RARE)) & valid).count_ones();
        let tatweels = _mm512_cmpeq_epi8_mask(codes, byte(code::TATWEEL));
        if tatweels != 0 {
            keep &= !super::plain_tatweels(tables, source, at, tatweels);
        }
        stream.keeps[block] = keep;
        stream.offsets[block] = len as u16;
        if let Some(room) = stream.bytes[FRONT + len..].first_chunk_mut() {
            store(room, _mm512_maskz_compress_epi8(keep, codes));
        }
        len += keep.count_ones() as usize;
    }
    stream.close(len);
    Scan { suspicious: suspicious != 0, rare: rare as usize }
}

/// Finds the words of the compact bytes.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,popcnt,bmi1,bmi2,lzcnt")]
pub(super) fn words(mut words: Words, stream: &mut Stream) {
    let end = stream.len + 1;
    let mut count = 0;
    for at in (0..end).step_by(BLOCK) {
        let [Some(before), Some(here)] = [FRONT + at - 1, FRONT + at].map(|at| stream.bytes[at..].first_chunk()) else {
            break;
        };
        let (before, here) = (load(before), load(here));
        let teh = _mm512_cmpeq_epi8_mask(here, byte(code::TEH));
        let here = _mm512_mask_mov_epi8(here, teh, byte(HEH));
        let masks = Masks {
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
            super::words::flag(&found, at, count, &mut stream.flags);
        }
        flatten(found.starts, at, &mut stream.starts[count..]);
        flatten(found.ends, at, &mut stream.ends[words.ended()..]);
        count += found.starts.count_ones() as usize;
        words.end(found.ends);
    }
    stream.words = words.ended();
}

impl Lookup {
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
    fn of(tables: &Tables) -> Self {
        let part = |bytes: &[u8], part: usize| match bytes[part * 64..].first_chunk() {
            Some(chunk) => load(chunk),
            None => byte(0),
        };
        Self {
            ascii: [part(&tables.ascii, 0), part(&tables.ascii, 1)],
            arabic: [0, 1, 2, 3].map(|place| part(&tables.arabic, place)),
            latin: part(&tables.latin, 0),
            punctuation: part(&tables.punctuation, 0),
        }
    }

    /// The code of each character at its last byte; 0 at the others; [`code::RARE`] at the first byte of a character
    /// without a table.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
    fn codes(&self, look: &Look) -> __m512i {
        let Look { here, before, second } = *look;
        // The two low bits of the lead above the six of the trail.
        let index = _mm512_ternarylogic_epi64::<0xE4>(_mm512_slli_epi16::<6>(before), here, byte(0xC0));
        let low = _mm512_permutex2var_epi8(self.arabic[0], index, self.arabic[1]);
        let high = _mm512_permutex2var_epi8(self.arabic[2], index, self.arabic[3]);
        let arabic = _mm512_mask_blend_epi8(_mm512_movepi8_mask(index), low, high);
        let pairs = _mm512_cmpeq_epi8_mask(_mm512_and_si512(before, byte(0xFC)), byte(0xD8));
        let ascii = !_mm512_movepi8_mask(here);
        let codes = _mm512_maskz_mov_epi8(pairs, arabic);
        let single = _mm512_permutex2var_epi8(self.ascii[0], here, self.ascii[1]);
        let codes = _mm512_mask_mov_epi8(codes, ascii, single);
        let leads = _mm512_cmpge_epu8_mask(here, byte(0xC0));
        let arabic_leads = _mm512_cmpeq_epi8_mask(_mm512_and_si512(here, byte(0xFC)), byte(0xD8));
        let narrow = _mm512_cmpeq_epi8_mask(before, byte(0xC2));
        let codes = _mm512_mask_permutexvar_epi8(codes, narrow, here, self.latin);
        let wide = _mm512_cmpeq_epi8_mask(before, byte(0xE2));
        let other_leads = leads & !arabic_leads;
        let third = _mm512_cmpeq_epi8_mask(second, byte(0xE2));
        let general = _mm512_mask_cmpeq_epi8_mask(third, before, byte(0x80));
        let codes = _mm512_mask_permutexvar_epi8(codes, general, here, self.punctuation);
        let known = _mm512_cmpeq_epi8_mask(here, byte(0xC2)) | _mm512_cmpeq_epi8_mask(here, byte(0xE2));
        let odd = wide & !_mm512_cmpeq_epi8_mask(here, byte(0x80));
        _mm512_mask_mov_epi8(codes, (other_leads & !known) | odd, byte(code::RARE))
    }
}

/// The block at `at` and what stands before it; zeros where there is nothing.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn look(source: &[u8], at: usize) -> Look {
    let chunk = |from: usize| source.get(from..).and_then(|rest| rest.first_chunk::<BLOCK>());
    if at >= 2
        && let (Some(here), Some(before), Some(second)) = (chunk(at), chunk(at - 1), chunk(at - 2))
    {
        return Look { here: load(here), before: load(before), second: load(second) };
    }
    let padded = super::padded(source, at);
    let part = |from: usize| padded[from..].first_chunk().map_or(byte(0), |chunk| load(chunk));
    Look { here: part(2), before: part(1), second: part(0) }
}

/// Where an entity, a URL or an address may be: `&`, `@`, `:/` or `ww`.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn suspicion(look: &Look) -> u64 {
    let Look { here, before, .. } = *look;
    let lower = |bytes| _mm512_or_si512(bytes, byte(0x20));
    let w = _mm512_cmpeq_epi8_mask(lower(here), byte(b'w'));
    let slash = _mm512_cmpeq_epi8_mask(here, byte(b'/'));
    _mm512_cmpeq_epi8_mask(here, byte(b'&'))
        | _mm512_cmpeq_epi8_mask(here, byte(b'@'))
        | _mm512_mask_cmpeq_epi8_mask(slash, before, byte(b':'))
        | _mm512_mask_cmpeq_epi8_mask(w, lower(before), byte(b'w'))
}

/// Writes the places of the set bits of `mask`, counted from `at`, to the beginning of `out`.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi2,popcnt")]
fn flatten(mask: u64, at: usize, out: &mut [u16]) {
    let places = _mm512_maskz_compress_epi8(mask, load(&IOTA));
    let base = _mm512_set1_epi16(at as i16);
    let Some(room) = out.first_chunk_mut::<64>() else { return };
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
