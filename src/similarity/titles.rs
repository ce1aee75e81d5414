//! Titles as evidence: two records of one source whose titles tell different things are two articles, however much of
//! their texts is equal.
//!
//! A site prints the background of a story, a form or a price list below a title that says what is new. Its own titles
//! tell two such articles apart better than their texts do. Papers give one agency report different titles, so titles
//! count only within a source, and records of one address are one page that was read twice.
//!
//! A title is evidence by its *own* words, which the other title has in no form: a number or an initial on both sides;
//! words that the text below the title repeats and the other text lacks; words that the whole other record lacks. Days
//! that the texts name at their beginnings count too: under two titles the reports of two days are two articles.

use foldhash::HashSet;

use super::facts;
use super::headings::HeadedText;
use super::lacking_words::lacks;
use super::title_parts::are_other_parts;
use super::word_forms::{CONTENT, is_content, letters, stem, words};
use crate::normalize::alphabet;

/// First tokens of a title that are compared. What is longer is no title.
pub(crate) const MOST_TOKENS: usize = 64;

/// Own words of one title that its text tells and the other record lacks. A single one can be a synonym.
const TOLD: usize = 2;

/// The same where both texts have fewer tokens than this: the names of things. Neither has words enough for a synonym.
const TOLD_IN_NAMES: (usize, usize) = (1, 16);

/// The same if both titles have them.
const TOLD_ON_BOTH: usize = 1;

/// Own words of both titles that the other record lacks, told by their texts or not.
const ELSEWHERE_ON_BOTH: usize = 3;

/// The same where both texts have fewer tokens than this: forms and advertisements.
const ELSEWHERE_IN_SHORT: (usize, usize) = (2, 160);

/// The same where each text also has a number that the other lacks.
const ELSEWHERE_WITH_NUMBERS: usize = 1;

/// First tokens of a text among which a day counts: the lead of a report. Later days are background.
const LEAD: usize = 100;

/// من in the compact alphabet, which Arabic writes between the day and the month.
const OF: [u8; 2] = [alphabet::code('م' as u32), alphabet::code('ن' as u32)];

/// Most days of a month.
const LAST_DAY: u8 = 31;

/// Fewest tokens of both texts, and the least Jaccard, of one long text: under new words in its title it is still one article.
const ONE_LONG_TEXT: (usize, f64) = (500, 0.9);

/// Whether two texts, of so many tokens at least and with this Jaccard, are one long text.
pub(crate) fn are_one_long_text(tokens: usize, jaccard: f64) -> bool {
    let (long, equal) = ONE_LONG_TEXT;
    tokens >= long && jaccard >= equal
}

/// Whether the titles of two similar texts say that they are two articles. Symmetric. O(n) for n bytes. `are_one_long_text`: then only
/// numbers, days, initials and parts of one work count.
pub(crate) fn tell_different_things(a: HeadedText<'_>, b: HeadedText<'_>, are_one_long_text: bool) -> bool {
    if !a.heading.has_other_title(b.heading) {
        return false;
    }
    if !a.heading.may_be_told_apart(b.heading) {
        // A page that was read twice may have got another title, but not the number of another part.
        let [of_a, of_b] = [a, b].map(|text| words(&text.heading.title).take(MOST_TOKENS).collect::<Vec<_>>());
        return a.heading.is_of_one_page(b.heading) && are_parts_of_one_work((&of_a, a.folded), (&of_b, b.folded));
    }

    let titles = [a, b].map(|text| TitleWords::new(&text.heading.title));
    let [of_a, of_b] = &titles;
    if has_more(&of_a.initials, &of_b.initials) && has_more(&of_b.initials, &of_a.initials) {
        return true;
    }
    if have_other_numbers((of_a, a.folded), (of_b, b.folded)) || are_of_other_days(a.folded, b.folded) {
        return true;
    }
    if are_parts_of_one_work((&of_a.words, a.folded), (&of_b.words, b.folded)) {
        return true;
    }

    let own = [of_a.lacking_in(of_b), of_b.lacking_in(of_a)];
    if own.iter().all(Vec::is_empty) {
        return false;
    }

    let known = [a, b].map(|text| words(text.folded).map(stem).collect::<HashSet<_>>());
    let side = |own: &[&[u8]], known: &HashSet<&[u8]>, other: &HashSet<&[u8]>| {
        let elsewhere = own.iter().filter(|word| !other.contains(stem(word)));
        let told = elsewhere.clone().filter(|word| known.contains(stem(word))).count();
        (told, elsewhere.count())
    };
    let (told_a, elsewhere_a) = side(&own[0], &known[0], &known[1]);
    let (told_b, elsewhere_b) = side(&own[1], &known[1], &known[0]);

    if are_one_long_text {
        return told_a >= TOLD_ON_BOTH && has_own_passage(a.folded, b.folded)
            || told_b >= TOLD_ON_BOTH && has_own_passage(b.folded, a.folded);
    }

    let (in_names, tokens) = TOLD_IN_NAMES;
    let are_names = || [a, b].into_iter().all(|text| words(text.folded).nth(tokens - 1).is_none());
    told_a.min(told_b) >= TOLD_ON_BOTH
        || told_a.max(told_b) >= TOLD
        || told_a.max(told_b) >= in_names && are_names()
        || are_told_elsewhere(elsewhere_a.min(elsewhere_b), [a, b])
}

/// Fewest words of an article that the rest of its page is longer than.
const OWN_PASSAGE: usize = 30;

/// Whether a text has a passage that the other lacks: the article that its title tells, above what a site puts below each.
fn has_own_passage(text: &[u8], other: &[u8]) -> bool {
    lacks(words(text).filter(|word| is_content(word)), text, other, OWN_PASSAGE)
}

/// Whether two titles, as words, name two parts of one work, and the texts have other words.
fn are_parts_of_one_work((of_a, text_a): (&[&[u8]], &[u8]), (of_b, text_b): (&[&[u8]], &[u8])) -> bool {
    are_other_parts(of_a, of_b) && have_other_words(text_a, text_b)
}

/// Whether each of two texts has a content word that the other lacks in every form, or one has several. A note with a small word
/// more is one note: «this part was repealed».
fn have_other_words(text_a: &[u8], text_b: &[u8]) -> bool {
    let has = |text, other, least| lacks(words(text).filter(|word| is_content(word)), text, other, least);
    has(text_a, text_b, 1) && has(text_b, text_a, 1) || has(text_a, text_b, TOLD) || has(text_b, text_a, TOLD)
}

/// Whether so many own words on each side, which the other record lacks, are enough for two texts.
fn are_told_elsewhere(elsewhere: usize, [a, b]: [HeadedText<'_>; 2]) -> bool {
    let (in_short, tokens) = ELSEWHERE_IN_SHORT;
    let is_short = |text: HeadedText<'_>| words(text.folded).nth(tokens - 1).is_none();
    elsewhere >= ELSEWHERE_ON_BOTH
        || elsewhere >= in_short && is_short(a) && is_short(b)
        || elsewhere >= ELSEWHERE_WITH_NUMBERS && have_own_numbers(a.folded, b.folded)
}

/// Whether each text has a number that the other lacks.
fn have_own_numbers(text_a: &[u8], text_b: &[u8]) -> bool {
    let numbers = |text| words(text).filter(|word| alphabet::is_number(word)).collect::<HashSet<_>>();
    let (of_a, of_b) = (numbers(text_a), numbers(text_b));
    !of_a.is_subset(&of_b) && !of_b.is_subset(&of_a)
}

/// Whether each title has a number that the other title lacks, and one of these is nowhere in the other text.
fn have_other_numbers((of_a, text_a): (&TitleWords<'_>, &[u8]), (of_b, text_b): (&TitleWords<'_>, &[u8])) -> bool {
    let own_of_a = lacking(&of_a.numbers, &of_b.numbers);
    let own_of_b = lacking(&of_b.numbers, &of_a.numbers);
    if own_of_a.is_empty() || own_of_b.is_empty() {
        return false;
    }

    let is_elsewhere = |own: &[TitleNumber<'_>], text: &[u8]| !lacking(own, &numbers_in(words(text))).is_empty();
    is_elsewhere(&own_of_a, text_b) || is_elsewhere(&own_of_b, text_a)
}

/// Whether both texts name days of one calendar at their beginnings, and none in common.
fn are_of_other_days(text_a: &[u8], text_b: &[u8]) -> bool {
    let of_a = days_in(text_a);
    if of_a.is_empty() {
        return false;
    }

    let of_b = days_in(text_b);
    let have_a_calendar = of_a.iter().any(|a| of_b.iter().any(|b| a.calendar == b.calendar));
    have_a_calendar && !of_a.iter().any(|day| of_b.contains(day))
}

/// A day that a text names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct NamedDay {
    calendar: facts::DateCalendar,
    month: u8,
    day: u8,
}

/// The days among the first tokens: `21 يوليو`, `٤ من شوال`, `21 July`, `July 21`.
fn days_in(text: &[u8]) -> Vec<NamedDay> {
    let first: Vec<&[u8]> = words(text).take(LEAD).collect();
    let day_at = |place: Option<usize>| {
        let word = *first.get(place?)?;
        let day = std::str::from_utf8(word).ok()?.parse::<u8>().ok()?;
        (1..=LAST_DAY).contains(&day).then_some(day)
    };

    let mut days = Vec::new();
    for (place, word) in first.iter().enumerate() {
        let Some((calendar, month)) = facts::month(word) else { continue };

        let follows_of = place.checked_sub(1).is_some_and(|before| first[before] == OF);
        let before = place.checked_sub(1 + usize::from(follows_of));
        // Only English names the day after the month; elsewhere a number there is another one.
        let after = word.first().is_some_and(u8::is_ascii_lowercase).then_some(place + 1);
        let day = day_at(before).or_else(|| day_at(after));
        days.extend(day.map(|day| NamedDay { calendar, month, day }));
    }
    days
}

/// The numbers of `some` that `others` lack.
pub(super) fn lacking<'t>(some: &[TitleNumber<'t>], others: &[TitleNumber<'_>]) -> Vec<TitleNumber<'t>> {
    some.iter().filter(|number| !others.contains(number)).copied().collect()
}

/// Whether a letter is more often in `a` than in `b`.
fn has_more(a: &[&[u8]], b: &[&[u8]]) -> bool {
    let count = |letters: &[&[u8]], letter: &[u8]| letters.iter().filter(|other| **other == letter).count();
    a.iter().any(|letter| count(a, letter) > count(b, letter))
}

/// A number of a title.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TitleNumber<'t> {
    /// In digits, without leading zeros.
    Digits(&'t [u8]),
    /// First to twentieth, from 0.
    Ordinal(u8),
}

/// The words of one title.
pub(super) struct TitleWords<'t> {
    words: Vec<&'t [u8]>,
    pub(super) numbers: Vec<TitleNumber<'t>>,
    /// The letters that stand alone, as the initials of a name do.
    initials: Vec<&'t [u8]>,
}

impl<'t> TitleWords<'t> {
    pub(super) fn new(title: &'t [u8]) -> Self {
        let words: Vec<&[u8]> = words(title).take(MOST_TOKENS).collect();

        let numbers = numbers_in(words.iter().copied());
        let is_initial = |word: &&&[u8]| letters(word) == 1 && !alphabet::is_number(word);
        let initials = words.iter().filter(is_initial).copied().collect();
        Self { words, numbers, initials }
    }

    /// The distinct content words and numbers of this title that the other lacks in every form and spelling.
    pub(super) fn lacking_in(&self, other: &Self) -> Vec<&'t [u8]> {
        // A title may be nothing but a code: the name of a domain, of a chemical element.
        let is_code = |title: &Self| title.words.iter().all(|word| letters(word) < CONTENT);
        let least = if is_code(self) && is_code(other) { 1 } else { CONTENT };

        let mut own: Vec<&[u8]> = Vec::new();
        for word in &self.words {
            let is_number = alphabet::is_number(word);
            if own.contains(word) || !is_number && letters(word) < least {
                continue;
            }

            // A word that both titles have is no spelling of another word.
            let is_spelling = |known: &[u8]| {
                !is_number
                    && !alphabet::is_number(known)
                    && facts::are_spellings(word, known)
                    && !self.words.contains(&known)
            };
            let is_known = |known: &&[u8]| stem(known) == stem(word) || is_spelling(known);
            if !other.words.iter().any(is_known) {
                own.push(word);
            }
        }
        own
    }
}

/// The numbers in words: ordinals, and all runs of digits.
pub(super) fn numbers_in<'t>(words: impl Iterator<Item = &'t [u8]>) -> Vec<TitleNumber<'t>> {
    let mut numbers = Vec::new();
    for word in words {
        numbers.extend(facts::ordinal(word).map(TitleNumber::Ordinal));
        for run in word.split(|byte| !byte.is_ascii_digit()).filter(|run| !run.is_empty()) {
            let zeros = run.iter().take_while(|digit| **digit == b'0').count();
            // Zero itself keeps one.
            numbers.push(TitleNumber::Digits(&run[zeros.min(run.len() - 1)..]));
        }
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::similarity::headings::{RecordHeading, RecordPlace};

    fn heading(title: &str, source: u64, address: u64) -> RecordHeading {
        let is_titled = !title.is_empty();
        let place = RecordPlace { source, address, is_named: source != 0, is_titled, published: None };
        RecordHeading { title: alphabet::to_compact(title).into(), place }
    }

    /// Whether titles tell apart two records of one source, each with a text.
    fn differ(a: (&str, &str), b: (&str, &str)) -> bool {
        of_headings((&heading(a.0, 1, 0), a.1), (&heading(b.0, 1, 0), b.1))
    }

    fn of_headings(a: (&RecordHeading, &str), b: (&RecordHeading, &str)) -> bool {
        let [text_a, text_b] = [a.1, b.1].map(alphabet::to_compact);
        let a = HeadedText { folded: &text_a, heading: a.0 };
        let b = HeadedText { folded: &text_b, heading: b.0 };
        let found = tell_different_things(a, b, false);
        assert_eq!(found, tell_different_things(b, a, false), "symmetric");
        found
    }

    const TEXT: &str = "تنشر الوزاره تفاصيل الخدمه الجديده للمواطنين في جميع المناطق";

    #[test]
    fn numbers_ordinals_and_initials_on_both_sides_tell_articles_apart() {
        for (a, b) in [
            ("قرار رقم 12", "قرار رقم 13"),
            ("سعر الدولار 2031", "سعر الدولار 2032"),
            ("الحلقه الثانيه من المسلسل", "الحلقه الرابعه من المسلسل"),
            ("الجلسه الحاديه عشره", "الجلسه الثالثه عشره"),
            ("پانزدهمین جلسه دادگاه", "چهاردهمین جلسه دادگاه"),
            ("گیارہویں اجلاس", "بارہویں اجلاس"),
            ("the nineteenth session", "the twentieth session"),
            ("محاكمه م ر امام القاضي", "محاكمه ع ر امام القاضي"),
        ] {
            assert!(differ((a, TEXT), (b, TEXT)), "{a} / {b}");
        }
    }

    #[test]
    fn one_number_more_or_another_spelling_of_it_is_the_same_article() {
        for (a, b) in [
            ("مقتل 12 شخصا في فيضان", "مقتل اشخاص في فيضان"),
            ("القرار 07 لسنه 2015", "القرار 7 لسنه 2015"),
            ("الحلقه 2", "الحلقه 2"),
        ] {
            assert!(!differ((a, TEXT), (b, TEXT)), "{a} / {b}");
        }
    }

    #[test]
    fn words_that_each_text_tells_and_the_other_record_lacks_tell_articles_apart() {
        let bank = format!("اعلن البنك نتائجه {TEXT}");
        let port = format!("افتتح الميناء رصيفه {TEXT}");
        assert!(differ(("البنك يعلن نتائجه", &bank), ("الميناء يفتتح رصيفه", &port)));
        assert!(differ(("نتائج البنك", &format!("البنك {TEXT}")), ("رصيف الميناء", &format!("الميناء {TEXT}"))));
    }

    #[test]
    fn one_title_with_two_told_words_is_enough_and_with_one_is_not() {
        let long = [TEXT; 3].join(" ");
        let plain = ("الوزاره تنشر التفاصيل", long.as_str());
        assert!(differ(("الزلزال يضرب الساحل", &format!("الزلزال ضرب الساحل {long}")), plain));
        assert!(!differ(("الزلزال والوزاره", &format!("الزلزال {long}")), plain));
    }

    #[test]
    fn one_told_word_is_enough_between_the_names_of_two_things() {
        let funds = ("لايحه صناديق الاستثمار", "لايحه صناديق الاستثمار المعدله");
        assert!(differ(("لايحه صناديق الاستثمار العقاري", "لايحه صناديق الاستثمار العقاري المعدله"), funds));
        assert!(!differ(("لايحه صناديق الاستثمار الجديده", "لايحه صناديق الاستثمار المعدله"), funds), "not told");
    }

    #[test]
    fn words_that_no_text_tells_need_three_on_both_sides_and_two_in_short_texts() {
        let long = [TEXT; 20].join(" ");
        let quake = ("زلزال عنيف ليلا", long.as_str());
        assert!(differ(quake, ("ميناء واسع قديم", &long)));
        assert!(!differ(quake, ("ميناء واسع", &long)));
        assert!(differ(("زلزال عنيف ليلا", TEXT), ("ميناء واسع", TEXT)));
        assert!(!differ(("زلزال عنيف ليلا", TEXT), ("ميناء", TEXT)));
        assert!(!differ(("زلزال عنيف ليلا", TEXT), ("الوزاره تنشر الخدمه", TEXT)), "the other words are in both texts");
    }

    #[test]
    fn one_word_on_both_sides_is_enough_where_each_text_has_a_number_of_its_own() {
        let [first, second] = [70, 90].map(|area| format!("مساحه {area} مترا {TEXT}"));
        assert!(differ(("شقه مطله علي زلزال", &first), ("شقه مطله علي ميناء", &second)));
        assert!(!differ(("شقه مطله علي زلزال", &first), ("شقه مطله علي ميناء", &first)), "one number");
        assert!(!differ(("شقه مطله علي زلزال", &first), ("شقه مطله", &second)), "one title has no own word");
    }

    #[test]
    fn a_title_that_is_a_code_is_told_by_its_text() {
        let of_domain = |domain: &str, country: &str| format!("{domain} امتداد المواقع التي تنتمي الي {country}");
        assert!(differ(("in", &of_domain("in", "الهند")), ("nl", &of_domain("nl", "هولندا"))));
        assert!(!differ(("in", &of_domain("نطاق", "الهند")), ("nl", &of_domain("نطاق", "الهند"))), "not told");
    }

    #[test]
    fn numbers_that_both_texts_have_tell_nothing() {
        let text = format!("12 قتيلا و 13 جريحا {TEXT}");
        assert!(!differ(("مقتل 12", &text), ("اصابه 13", &text)));
    }

    /// Whether texts that begin so are told apart under two titles whose words tell nothing.
    fn begin_on_other_days(a: &str, b: &str) -> bool {
        let [text_a, text_b] = [a, b].map(|begin| format!("{begin} {TEXT}"));
        differ(("تفاصيل الخدمه", &text_a), ("الخدمه الجديده", &text_b))
    }

    #[test]
    fn two_days_of_one_calendar_under_two_titles_are_two_reports() {
        assert!(begin_on_other_days("في 21 يوليو", "في 22 يوليو"));
        assert!(begin_on_other_days("في 4 من شوال", "في 4 من رجب"));
        assert!(begin_on_other_days("12 نومبر کو", "پیر 11 نومبر"));
        assert!(begin_on_other_days("on july 21 2015", "on 20 july 2015"));

        let text = format!("21 يوليو {TEXT}");
        assert!(!differ(("تفاصيل الخدمه", &text), ("تفاصيل الخدمه", &format!("22 يوليو {TEXT}"))), "one title");
    }

    #[test]
    fn a_day_in_common_or_on_one_side_is_one_report() {
        assert!(!begin_on_other_days("21 يوليو", "22 يوليو بعد 21 يوليو"));
        assert!(!begin_on_other_days("21 يوليو", "امس"));
        assert!(!begin_on_other_days("21 يوليو", "5 شوال"), "one day in two calendars");
        assert!(!begin_on_other_days("21 يوليو", "يوليو 22"), "a number that is no day");
        assert!(!begin_on_other_days("21 يوليو", "يوليو 2015"));
        assert!(!begin_on_other_days("21 يوليو", "45 يوليو"));
    }

    #[test]
    fn a_day_below_the_beginning_is_background() {
        let long = format!("{} في 22 يوليو", vec!["كلمه"; LEAD].join(" "));
        assert!(!begin_on_other_days("21 يوليو", &long));
    }

    #[test]
    fn forms_and_spellings_of_a_word_are_no_own_words() {
        assert!(!differ(
            ("وقف الاستقدام من بنجلاديش والمكاتب", &format!("بنجلاديش مكاتب {TEXT}")),
            ("مكاتب الاستقدام من بنغلاديش وقف", &format!("بنغلاديش مكاتب {TEXT}"))
        ));
    }

    #[test]
    fn a_word_of_both_titles_is_no_spelling_of_another_word() {
        let heritage = ("لايحه التراخيص هييه التراث", format!("هييه التراث {TEXT}"));
        let fashion = ("لايحه التراخيص هييه الازياء", format!("هييه الازياء {TEXT}"));
        assert!(differ((heritage.0, &heritage.1), (fashion.0, &fashion.1)));
    }

    #[test]
    fn only_two_pages_of_one_source_are_told_apart() {
        let [first, second] = ["قرار رقم 12", "قرار رقم 13"];
        let told = |a: RecordHeading, b: RecordHeading| of_headings((&a, TEXT), (&b, TEXT));

        assert!(told(heading(first, 1, 5), heading(second, 1, 6)));
        assert!(told(heading(first, 0, 0), heading(second, 0, 0)), "no source is named");
        assert!(!told(heading(first, 1, 5), heading(second, 2, 6)), "two sources");
        assert!(!told(heading(first, 1, 5), heading(second, 1, 5)), "one address");
        let [tenth, eleventh] = ["نظام الافلاس الماده العاشره", "نظام الافلاس الماده الحاديه عشره"];
        let told_of = |a: &str, b: &str| of_headings((&heading(tenth, 1, 5), a), (&heading(eleventh, 1, 5), b));
        assert!(told_of(&format!("الرهن {TEXT}"), &format!("البيع {TEXT}")), "two parts at one address");
        assert!(!told_of(&format!("هذا {TEXT}"), TEXT), "one note at two parts");
        assert!(!told(heading(first, 1, 5), heading("", 1, 6)), "no title");
    }
}
