//! The spelling of the Quran, for the profile `aggressive`: Uthmani words are written as everyday Arabic writes them.
//!
//! Uthmani writes many an alef as a small one over the line (dagger alef), or as و or ى with a dagger alef (الصلوٰة), joins
//! the vocative يا to its word, and puts a hamza without a seat on the line. The rules look at the marks of each letter and
//! at its neighbours. Words that everyday Arabic writes without the alef (هٰذا, الرحمٰن) are a list. Under `aggressive` hamza
//! and its seats are one, so the rules need not see a hamza on a letter.

use crate::static_table::StaticTable;

use foldhash::HashSet;
use memchr::memmem;

use super::class::{CharClass, class};
use super::rules::FoldRules;

/// A place of the text that is written otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Respelling {
    pub(super) start: usize,
    pub(super) end: usize,
    /// The letter in its place.
    pub(super) letter: char,
    /// A word ends after the letter.
    pub(super) spaced: bool,
}

/// Whether a text may hold Uthmani spelling. Never says no wrongly.
pub(super) fn may_apply(text: &str) -> bool {
    let holds = |mark: &str| memmem::find(text.as_bytes(), mark.as_bytes()).is_some();
    ["\u{670}", "\u{671}", "\u{654}", "\u{6E5}", "\u{6E6}", "\u{6E7}"].into_iter().any(holds)
}

/// Words, without prefixes and hamza, whose dagger alef everyday Arabic does not write.
const WITHOUT_ALEF: &str = "ذلك ذلكم ذلكما ذلكن كذلك هذا هذه هذان هذين هولا هكذا اوليك اوليكم الرحمن رحمن لرحمن لكن لكنا لكني \
                            لكنه لكنها لكنهم لكنكم لكننا اله الها الهين الهكم الهنا الهه الهك الهي الههم الله لله اللهم ههنا";

static EVERYDAY: StaticTable<HashSet<&str>> = StaticTable::new(|| WITHOUT_ALEF.split_ascii_whitespace().collect());

/// A letter, or a tatweel, with its marks.
#[derive(Debug, Clone, Copy)]
struct Cluster {
    /// The letter without its hamza.
    letter: char,
    start: usize,
    /// The end of the letter, and of its marks.
    letter_end: usize,
    end: usize,
    hamza: bool,
    fatha: bool,
    kasra: bool,
    sukun: bool,
    /// Any short vowel.
    vowel: bool,
    /// The small round zero: the letter is silent.
    silent: bool,
    shadda: Option<usize>,
    dagger: Option<usize>,
    /// A small letter after it: high or low yeh, waw.
    small: Option<(char, usize)>,
}

impl Cluster {
    fn new(character: char, start: usize) -> Self {
        let (letter, hamza) = match character {
            'أ' | 'إ' | 'آ' => ('ا', true),
            'ؤ' => ('و', true),
            'ئ' => ('ي', true),
            other => (other, false),
        };
        let end = start + character.len_utf8();
        Self {
            letter,
            start,
            letter_end: end,
            end,
            hamza,
            fatha: false,
            kasra: false,
            sukun: false,
            vowel: false,
            silent: false,
            shadda: None,
            dagger: None,
            small: None,
        }
    }

    /// Adds a mark at byte `at`.
    fn add(&mut self, mark: char, at: usize) {
        self.end = at + mark.len_utf8();
        self.vowel |= matches!(mark, '\u{64B}'..='\u{650}');

        match mark {
            '\u{64E}' => self.fatha = true,
            '\u{650}' => self.kasra = true,
            '\u{652}' | '\u{6E1}' => self.sukun = true,
            '\u{651}' => self.shadda = Some(at),
            '\u{654}' => self.hamza = true,
            '\u{670}' => self.dagger = Some(at),
            '\u{6DF}' => self.silent = true,
            '\u{6E5}'..='\u{6E7}' => self.small = Some((mark, at)),
            _ => {}
        }
    }

    fn is_tatweel(&self) -> bool {
        self.letter == '\u{640}'
    }

    fn is_yeh(&self) -> bool {
        matches!(self.letter, 'ي' | 'ى' | 'ی')
    }

    /// Another letter in the place of the whole cluster.
    fn replaced(&self, letter: char) -> Respelling {
        Respelling { start: self.start, end: self.end, letter, spaced: false }
    }
}

/// The places of `text` that are respelt, ascending. Linear.
pub(super) fn respellings(rules: &FoldRules, text: &str) -> Vec<Respelling> {
    let mut found = Vec::new();
    let mut word: Vec<Cluster> = Vec::new();
    // Marks of other scripts may stand anywhere among those of the letter, so a word with one is left as it is. So is one
    // with a presentation form.
    let mut foreign = false;

    for (at, character) in text.char_indices() {
        match class(u32::from(character)) {
            CharClass::Arabic | CharClass::Tatweel => {
                // A word ends after teh marbuta.
                if word.last().is_some_and(|last| matches!(last.letter, 'ة' | 'ۃ')) && character != '\u{640}' {
                    end_word(rules, &mut word, &mut foreign, &mut found);
                }
                word.push(Cluster::new(character, at));
            }
            CharClass::Mark | CharClass::Small => {
                if let Some(last) = word.last_mut() {
                    last.add(character, at);
                }
            }
            CharClass::Deleted => {}
            CharClass::Combining => foreign |= !word.is_empty(),
            CharClass::Expands(parts) => {
                let is_arabic = |part: &u32| matches!(class(*part), CharClass::Arabic);
                let is_word =
                    |part: &u32| is_arabic(part) || matches!(class(*part), CharClass::Mark | CharClass::Small);
                // A presentation form; a word ends after teh marbuta, and at a phrase or sign.
                foreign |= !word.is_empty() || parts.iter().any(is_arabic);
                if !parts.iter().all(is_word) || parts.last() == Some(&0x629) {
                    end_word(rules, &mut word, &mut foreign, &mut found);
                }
            }
            _ => end_word(rules, &mut word, &mut foreign, &mut found),
        }
    }

    end_word(rules, &mut word, &mut foreign, &mut found);
    found
}

/// Appends the respellings of a word, and forgets the word.
fn end_word(rules: &FoldRules, word: &mut Vec<Cluster>, foreign: &mut bool, found: &mut Vec<Respelling>) {
    if !*foreign && !word.is_empty() {
        respell(rules, word, found);
    }
    word.clear();
    *foreign = false;
}

fn respell(rules: &FoldRules, word: &[Cluster], found: &mut Vec<Respelling>) {
    let letters: String = word
        .iter()
        .filter(|cluster| !cluster.is_tatweel())
        .filter_map(|cluster| rules.letter(u32::from(cluster.letter)).and_then(char::from_u32))
        .collect();
    let bare = without_prefixes(&letters);
    let everyday = bare.iter().any(|word| EVERYDAY.contains(word));
    let has_dagger = word.iter().any(|cluster| cluster.dagger.is_some());
    let one_lam = bare.iter().any(|word| *word == "اليل" || (*word == "التي" && has_dagger));

    let mut skip = 0;
    for (place, cluster) in word.iter().enumerate() {
        if place < skip {
            continue;
        }
        let (before, next) = (place.checked_sub(1).map(|place| &word[place]), word.get(place + 1));

        if let Some(end) = vocative(word, place) {
            found.push(Respelling { start: cluster.letter_end, end, letter: 'ا', spaced: true });
            skip = place + 2;
            // Its dagger may be its own; then the next cluster is read as usual.
            if cluster.dagger.is_some() {
                skip = place + 1;
            }
            continue;
        }

        if cluster.is_tatweel() && cluster.hamza {
            found.extend(seat(cluster, before, next).map(|letter| cluster.replaced(letter)));
            continue;
        }

        match (cluster.letter, cluster.dagger) {
            ('و', Some(_)) if place > 0 && !cluster.vowel && !cluster.hamza => {
                // ربوٰا: the silent alef goes too.
                let silent = next.filter(|next| next.letter == 'ا' && next.silent && !next.hamza);
                found.push(Respelling { end: silent.map_or(cluster.end, |next| next.end), ..cluster.replaced('ا') });
                skip = place + 1 + usize::from(silent.is_some());
            }
            ('ى', Some(_)) if !cluster.hamza => {
                // At the end of a word the letter is written as it is.
                found.extend(next.map(|_| cluster.replaced('ا')));
            }
            ('ا', Some(_)) => {}
            (_, dagger) => marks(cluster, dagger.filter(|_| !everyday), one_lam, found),
        }
    }
}

/// Appends what the marks of a letter stand for.
fn marks(cluster: &Cluster, dagger: Option<usize>, one_lam: bool, found: &mut Vec<Respelling>) {
    let mark = |start, letter| Respelling { start, end: start + 2, letter, spaced: false };

    if let (true, 'ل', Some(shadda)) = (one_lam, cluster.letter, cluster.shadda) {
        found.push(mark(shadda, 'ل'));
    }

    if let Some(dagger) = dagger {
        found.push(mark(dagger, 'ا'));
    } else if cluster.dagger.is_none() {
        let small = match cluster.small {
            Some(('\u{6E7}', at)) => Some((at, 'ي')),
            Some(('\u{6E6}', at)) if cluster.is_yeh() => Some((at, 'ي')),
            Some(('\u{6E5}', at)) if cluster.letter == 'و' => Some((at, 'و')),
            _ => None,
        };
        found.extend(small.map(|(at, letter)| mark(at, letter)));
    }
}

/// The end of the vocative يٰ whose yeh is at `place`: of the cluster with the dagger alef. It begins a word, or follows و.
fn vocative(word: &[Cluster], place: usize) -> Option<usize> {
    let first = place == 0 || (place == 1 && word[0].letter == 'و' && !word[0].hamza && word[0].dagger.is_none());
    let yeh = &word[place];
    if !first || yeh.letter != 'ي' || !yeh.fatha || yeh.hamza {
        return None;
    }

    let carries = |cluster: &&Cluster| cluster.dagger.is_some();
    let next = word.get(place + 1).filter(|next| next.is_tatweel() && !next.hamza);
    if carries(&yeh) { Some(yeh.end) } else { next.filter(carries).map(|next| next.end) }
}

/// The letter of a hamza on a tatweel, if it has a seat in everyday spelling.
fn seat(hamza: &Cluster, before: Option<&Cluster>, next: Option<&Cluster>) -> Option<char> {
    if hamza.dagger.is_some() {
        return None;
    }

    let before_alef = next.is_some_and(|next| next.letter == 'ا');
    if hamza.kasra || before.is_some_and(Cluster::is_yeh) {
        Some('ي')
    } else {
        (hamza.fatha && before.is_some_and(|before| before.sukun) && !before_alef).then_some('ا')
    }
}

/// A word, and what is left without each of its prefixes.
fn without_prefixes(word: &str) -> [&str; 4] {
    let joined = word.strip_prefix(['و', 'ف']).unwrap_or(word);
    let asked = joined.strip_prefix('ا').unwrap_or(joined);
    [word, joined, asked, joined.strip_prefix(['ب', 'ل', 'ك']).unwrap_or(joined)]
}

#[cfg(test)]
mod tests {
    use crate::normalize::{Language, Normalizer, Profile};

    #[test]
    fn uthmani_and_everyday_spelling_meet() {
        let normalizer = Normalizer::new(Profile::Aggressive, Language::Ar);
        for (uthmani, everyday) in [
            ("يَٰٓأَيُّهَا ٱلَّذِينَ ءَامَنُوا۟", "يا أيها الذين آمنوا"),
            ("وَيَـٰقَوْمِ يَـٰمُوسَىٰ", "ويا قوم يا موسى"),
            ("ٱلصَّلَوٰةَ ٱلزَّكَوٰةَ ٱلْحَيَوٰةِ ٱلرِّبَوٰا۟", "الصلاة الزكاة الحياة الربا"),
            ("ٱلْكِتَـٰبِ ٱلْعَٰلَمِينَ ٱلسَّمَـٰوَٰتِ", "الكتاب العالمين السماوات"),
            ("ذَٰلِكَ هَـٰذَا ٱلرَّحْمَـٰنِ أُو۟لَـٰٓئِكَ وَلَـٰكِن إِلَـٰهَ", "ذلك هذا الرحمن أولئك ولكن إله"),
            ("ٱلتَّوْرَىٰةَ هُدَىٰهُمْ عِيسَى", "التوراة هداهم عيسى"),
            ("إِبْرَٰهِـۧمَ ٱلنَّبِيِّـۧنَ يُحْىِۦ بِهِۦ دَاوُۥدَ", "إبراهيم النبيين يحيي به داوود"),
            ("ٱلْأَفْـِٔدَةَ شَيْـًٔا يَسْـَٔلُونَ ٱلْمَـَٔابِ", "الأفئدة شيئا يسألون المآب"),
            ("ٱلَّيْلِ بِٱلَّيْلِ ٱلَّـٰتِى ٱلَّتِى", "الليل بالليل اللاتي التي"),
        ] {
            assert_eq!(normalizer.normalize(uthmani), normalizer.normalize(everyday), "{uthmani}");
        }
    }

    #[test]
    fn only_the_profile_aggressive_respells() {
        let normalizer = Normalizer::new(Profile::Standard, Language::Ar);
        assert_eq!(normalizer.normalize("ٱلصَّلَوٰةَ هٰذا"), "الصلوه هذا");
    }
}
