//! The language gate: detects the language of a whole document by the share of letters that only one language uses.
//!
//! A scan that the compiler vectorises recognises plain Arabic, as most documents are: no byte that another language
//! needs. All other documents are counted letter by letter, with one table entry for each pair of bytes. ی and ک are no
//! evidence, since Arabic is often typed with a Persian keyboard. `docs/NORMALIZATION.md` has the thresholds and their
//! measurements.

use memchr::{memchr, memmem};

use super::class::{CharClass, class};
use super::entities;
use super::language::Language;
use super::persian_words::WordCounts;

/// The letters that are evidence of a language, and how many of them a document needs.
struct LetterEvidence {
    language: Language,
    letters: &'static [char],
    /// Least share of all Arabic-script letters, in thousandths.
    share: u64,
    /// Least number of different letters: one letter alone comes from a keyboard (Arabic typed with ە for ه).
    different: u32,
    /// Letters of which one must occur, since the others alone come from a keyboard (Arabic typed with ہ and ۃ). Empty if
    /// there is no such condition.
    required: &'static [char],
}

/// The language with most evidence wins, the first of equal ones. The Persian letters occur in all of these languages,
/// so Persian comes last and is only considered if no other fits.
const EVIDENCE: [LetterEvidence; 6] = [
    LetterEvidence {
        language: Language::Ur,
        letters: &['ٹ', 'ڈ', 'ڑ', 'ں', 'ے', 'ہ', 'ھ', 'ۃ', 'ۂ', 'ۓ'],
        share: 30,
        different: 2,
        required: &['ٹ', 'ڈ', 'ڑ', 'ں', 'ے', 'ۓ'],
    },
    LetterEvidence {
        language: Language::Ckb,
        letters: &['ێ', 'ۆ', 'ڕ', 'ڵ', 'ە'],
        share: 30,
        different: 2,
        required: &[],
    },
    LetterEvidence {
        language: Language::Ps,
        letters: &['ښ', 'ځ', 'څ', 'ډ', 'ړ', 'ڼ', 'ږ', 'ۍ', 'ې', 'ټ', 'ګ'],
        share: 30,
        different: 2,
        required: &[],
    },
    LetterEvidence {
        language: Language::Ug,
        letters: &['ە', 'ۇ', 'ۆ', 'ۈ', 'ۋ', 'ڭ'],
        share: 30,
        different: 2,
        required: &[],
    },
    // Sindhi and other languages without a table.
    LetterEvidence {
        language: Language::Other,
        letters: &['ٺ', 'ٻ', 'ٽ', 'ٿ', 'ڀ', 'ڃ', 'ڄ', 'ڇ', 'ڊ', 'ڌ', 'ڍ', 'ڏ', 'ڙ', 'ڠ', 'ڦ', 'ڱ', 'ڳ', 'ڻ', 'ڽ', 'ۏ'],
        share: 30,
        different: 2,
        required: &[],
    },
    LetterEvidence {
        language: Language::Fa, letters: &['پ', 'چ', 'ژ', 'گ'], share: 12, different: 1, required: &[]
    },
];

/// Least number of letters of a language that is evidence of it, even in a short text.
const LEAST: u64 = 2;

/// Bits of a count in [`EvidenceEntry::counts`]: one for all letters, then one for each [`LetterEvidence`].
const COUNT_BITS: usize = 9;

/// Bytes counted before the packed counts are unpacked; each pair of bytes counts once.
const CHUNK: usize = 2 * ((1 << COUNT_BITS) - 1);

/// The place of Persian in [`EVIDENCE`].
const PERSIAN: usize = EVIDENCE.len() - 1;

/// The bit of the letters ی and ک in [`EvidenceEntry::seen`].
const KEYBOARD: u64 = 1 << 63;

/// The amounts that one letter adds to the counts.
#[derive(Clone, Copy)]
struct EvidenceEntry {
    /// Packed counts.
    counts: u64,
    /// A bit of its own for each letter that is evidence.
    seen: u64,
}

/// Entries of U+0600–U+06FF from place 256 on; the first 256 are empty, for bytes that are no such pair.
static ENTRIES: [EvidenceEntry; 512] = entries();

const fn entries() -> [EvidenceEntry; 512] {
    let mut table = [EvidenceEntry { counts: 0, seen: 0 }; 512];
    let mut place = 0;
    while place < 256 {
        if matches!(class(0x600 + place as u32), CharClass::Arabic) {
            table[256 + place].counts = 1;
        }
        place += 1;
    }

    // A letter may be evidence of several languages; it keeps the bit of the first.
    let (mut rank, mut bit) = (0, 0);
    while rank < EVIDENCE.len() {
        let mut at = 0;
        while at < EVIDENCE[rank].letters.len() {
            let entry = &mut table[256 + EVIDENCE[rank].letters[at] as usize - 0x600];
            entry.counts |= 1 << (COUNT_BITS * (rank + 1));
            if entry.seen == 0 {
                entry.seen = 1 << bit;
                bit += 1;
            }
            at += 1;
        }
        rank += 1;
    }

    // No evidence, but noted: the yeh and kaf of a Persian keyboard.
    table[256 + 'ی' as usize - 0x600].seen = KEYBOARD;
    table[256 + 'ک' as usize - 0x600].seen = KEYBOARD;

    table
}

/// The counts of one text.
#[derive(Default)]
struct EvidenceCounts {
    /// All Arabic-script letters.
    letters: u64,
    /// Letters of each [`EVIDENCE`].
    evidence: [u64; EVIDENCE.len()],
    /// Bits of the letters that occur.
    seen: u64,
}

impl EvidenceCounts {
    /// Adds packed counts.
    fn unpack(&mut self, packed: u64) {
        let count = |place: usize| packed >> (COUNT_BITS * place) & ((1 << COUNT_BITS) - 1);
        self.letters += count(0);
        for (rank, total) in self.evidence.iter_mut().enumerate() {
            *total += count(rank + 1);
        }
    }

    /// Counts the letters that UTF-8 writes with the lead bytes 0xD8–0xDB.
    fn add_text(&mut self, bytes: &[u8]) {
        let mut before = 0;

        // No packed count overflows within a chunk.
        for chunk in bytes.chunks(CHUNK) {
            let mut packed = 0;
            for &byte in chunk {
                // Bytes that are no pair of U+0600–U+06FF read an empty entry, without a branch.
                let pair = usize::from(before & 0xFC == 0xD8) << 8;
                let entry = &ENTRIES[pair | usize::from(before & 3) << 6 | usize::from(byte & 0x3F)];
                packed += entry.counts;
                self.seen |= entry.seen;
                before = byte;
            }

            self.unpack(packed);
        }
    }

    /// Counts one character, or its expansion.
    fn add_character(&mut self, character: char) {
        match class(u32::from(character)) {
            CharClass::Expands(parts) => parts.iter().for_each(|&part| self.add_code_point(part)),
            _ => self.add_code_point(u32::from(character)),
        }
    }

    fn add_code_point(&mut self, code_point: u32) {
        // No language is detected by letters of other blocks.
        if let 0x600..=0x6FF = code_point {
            let entry = &ENTRIES[256 + (code_point as usize - 0x600)];
            self.unpack(entry.counts);
            self.seen |= entry.seen;
        }
    }

    /// The language with most evidence; Arabic without any, `Other` without Arabic-script letters.
    fn language(&self) -> Language {
        if self.letters == 0 {
            return Language::Other;
        }

        let mut best = (0, Language::Ar);
        for (rank, evidence) in EVIDENCE.iter().enumerate() {
            // Persian letters occur in all of these languages.
            let asked = evidence.language != Language::Fa || best.0 == 0;
            if asked && self.evidence[rank] > best.0 && self.supports(rank, evidence) {
                best = (self.evidence[rank], evidence.language);
            }
        }
        best.1
    }

    /// Persian or Arabic, by the letters and the words of a text without evidence of another language; `None` if neither
    /// tells.
    fn by_words(&self, words: WordCounts) -> Option<Language> {
        let letters = self.language() == Language::Fa;
        let persian_keyboard = self.seen & KEYBOARD != 0;
        let few = self.evidence[PERSIAN] > 0;

        match words {
            // Dialects of Iraq and the Gulf write گ and چ too.
            WordCounts { persian: 0, arabic: 3.., .. } => Some(Language::Ar),
            _ if letters => Some(Language::Fa),
            WordCounts { persian, arabic, .. } if persian >= 2 && persian > arabic => Some(Language::Fa),
            WordCounts { persian, arabic: 0, .. } if persian_keyboard && (persian > 0 || few) => Some(Language::Fa),
            // As many words of each tell nothing; one word with the article may be a name in a Persian title.
            WordCounts { persian, arabic, .. } if persian == arabic => None,
            WordCounts { arabic: 0, .. } | WordCounts { arabic: 1, articles: 1, .. } => None,
            _ => Some(Language::Ar),
        }
    }

    /// Whether the counts reach every threshold of a language.
    fn supports(&self, rank: usize, evidence: &LetterEvidence) -> bool {
        let count = self.evidence[rank];
        let bits = |letters: &[char]| {
            letters.iter().fold(0, |bits, &letter| bits | ENTRIES[letter as usize - 0x600 + 256].seen)
        };
        let (seen, required) = (bits(evidence.letters), bits(evidence.required));

        count >= LEAST
            && count * 1000 >= self.letters * evidence.share
            && (self.seen & seen).count_ones() >= evidence.different
            && (required == 0 || self.seen & required != 0)
    }
}

impl Language {
    /// Detects the language of a whole document. Arabic letters without evidence of another language are Arabic; no
    /// Arabic letters is `Other`. `docs/NORMALIZATION.md` has the thresholds and their measurements. Linear; well above
    /// 1 GB/s.
    #[must_use]
    pub fn detect(text: &str) -> Self {
        Self::evident(text).unwrap_or(Self::Ar)
    }

    /// The same; `None` if the text has Arabic letters and neither its letters nor its words tell the language, as in
    /// many titles. Then the language of its source is a better guess than Arabic: see [`LanguageTally`].
    ///
    /// [`LanguageTally`]: super::LanguageTally
    #[must_use]
    pub fn evident(text: &str) -> Option<Self> {
        let leads = scan_leads(text.as_bytes());
        let plain = leads.arabic && !leads.foreign && has_letter_at_start(text);
        if plain && leads.teh {
            return Some(Self::Ar);
        }

        let mut counts = EvidenceCounts::default();
        if leads.arabic {
            counts.add_text(text.as_bytes());
        }

        // No letter of U+0600–U+06FF: the letters may be written in another way.
        if counts.letters == 0 {
            add_disguised(text, &mut counts);
        }

        match counts.language() {
            Self::Ar | Self::Fa => counts.by_words(WordCounts::of(text)),
            other => Some(other),
        }
    }
}

/// The lead bytes that a text holds.
#[derive(Debug, Default, Clone, Copy)]
struct LeadBytes {
    /// One of U+0600–U+06FF.
    arabic: bool,
    /// A character that Arabic does not need: U+0679–U+06FF.
    foreign: bool,
    /// Teh marbuta, which few Persian words have.
    teh: bool,
}

/// Scans the lead bytes of a text, up to a foreign character.
fn scan_leads(bytes: &[u8]) -> LeadBytes {
    let mut leads = LeadBytes::default();

    // No branch inside a chunk, so that the compiler vectorises it.
    for start in (0..bytes.len()).step_by(4096) {
        let chunk = &bytes[start..bytes.len().min(start + 4096)];
        let next = &bytes[(start + 1).min(bytes.len())..bytes.len().min(start + 4097)];

        let (mut arabic, mut foreign, mut teh) = (false, false, false);
        for (&byte, &after) in chunk.iter().zip(next) {
            arabic |= byte & 0xFC == 0xD8;
            foreign |= (byte & 0xFE == 0xDA) | ((byte == 0xD9) & (after >= 0xB9));
            teh |= (byte == 0xD8) & (after == 0xA9);
        }
        leads = LeadBytes { arabic: leads.arabic | arabic, foreign, teh: leads.teh | teh };

        if foreign {
            return LeadBytes { arabic: true, ..leads };
        }
    }

    leads
}

/// Whether one of the first 64 characters of U+0600–U+06FF is a letter: then the text need not be counted.
fn has_letter_at_start(text: &str) -> bool {
    text.as_bytes()
        .windows(2)
        .filter(|pair| pair[0] & 0xFC == 0xD8)
        .take(64)
        .any(|pair| ENTRIES[256 | usize::from(pair[0] & 3) << 6 | usize::from(pair[1] & 0x3F)].counts != 0)
}

/// Counts letters written as presentation forms (text extracted from PDF files) or, if there are none, as numeric
/// entities.
fn add_disguised(text: &str, counts: &mut EvidenceCounts) {
    if memchr(0xEF, text.as_bytes()).is_some() {
        text.chars().filter(|character| !character.is_ascii()).for_each(|character| counts.add_character(character));
    }

    if counts.letters == 0 {
        for at in memmem::find_iter(text.as_bytes(), b"&#") {
            if let Some((character, _)) = entities::entity(&text.as_bytes()[at..]) {
                counts.add_character(character);
            }
        }
    }
}
