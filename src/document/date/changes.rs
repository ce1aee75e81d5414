//! Words by which a date is that of the last change of a text, not of its publication.

/// Words before the date of a change, as [`folded`] has them.
const CHANGES: [&str; 10] =
    ["تحديث", "تعديل", "حدث في", "بروزرساني", "به روزرساني", "ويرايش", "اپ ڈيٹ", "ترميم", "updated", "modified"];

/// Words before that of publication.
const PUBLICATIONS: [&str; 6] = ["نشر", "انتشار", "اشاعت", "شائع", "published", "posted"];

/// Whether the last words of a text that speak of a date tell that it is that of a change.
pub(crate) fn is_of_change(text: &str) -> bool {
    let text = folded(text);
    let last = |words: &[&str]| words.iter().filter_map(|word| text.rfind(word)).max();
    last(&CHANGES).is_some_and(|at| last(&PUBLICATIONS).is_none_or(|published| published < at))
}

/// The part of a text before the first words that speak of a change, folded.
pub(crate) fn before_change(text: &str) -> String {
    let mut text = folded(text);
    let first = CHANGES.iter().filter_map(|word| text.find(word)).min();
    text.truncate(first.unwrap_or(text.len()));
    text
}

/// A text with the letters of [`CHANGES`], and ASCII digits.
fn folded(text: &str) -> String {
    let letter = |c: char| match super::to_ascii_digit(c) {
        'ی' | 'ى' => Some('ي'),
        'أ' | 'إ' => Some('ا'),
        '\u{200C}' | '\u{A0}' => Some(' '),
        '\u{64B}'..='\u{652}' | 'ـ' => None,
        other => Some(other.to_ascii_lowercase()),
    };
    text.chars().filter_map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_words_that_speak_of_a_date_count() {
        for text in ["آخر تحديث: 6 نوفمبر", "نشر في 5 نوفمبر، آخر تحديث", "به‌روزرسانی", "Last Updated"]
        {
            assert!(is_of_change(text), "{text}");
        }
        for text in ["نشر في 5 نوفمبر", "آخر تحديث 6 نوفمبر، نشر في", "5 نوفمبر", ""]
        {
            assert!(!is_of_change(text), "{text}");
        }
        assert_eq!(before_change("٥ نوفمبر آخر تحديث: ٦ نوفمبر"), "5 نوفمبر آخر ");
    }
}
