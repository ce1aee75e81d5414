//! The text of a field of a page: its form, and whether it can be a name.

/// `text` with single spaces.
pub(super) fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether `text` can be a name: no address, and at most [`NAME_WORDS`] words.
pub(super) fn is_name(text: &str) -> bool {
    !text.contains("://") && text.split_whitespace().count() <= NAME_WORDS
}

/// Most words of a name, or of the names of several authors.
const NAME_WORDS: usize = 12;

/// Words that introduce a name and never begin another line.
const INTRODUCTIONS: [&str; 8] =
    ["مرسلة بواسطة", "نشرت بواسطة", "نشر بواسطة", "كتب بواسطة", "بقلم", "به قلم", "written by", "posted by"];

/// Words that introduce a name where a name is expected; elsewhere they need a sign behind them: «كتب» may be books.
const IN_BYLINES: [&str; 8] = ["بواسطة", "كتبتها", "كتبها", "كتبت", "كتبه", "كتب", "by", "نویسنده"];

/// Words that introduce a name only with a sign behind them, since names begin with them.
#[rustfmt::skip]
const SIGNED: [&str; 18] = [
    "تحرير", "تحریر", "إعداد", "اعداد", "الكاتب", "الكاتبة", "المحرر", "الصحفي", "خبرنگار", "گزارشگر", "گزارش", "نگارنده",
    "مصنف", "رپورٹ", "رپورٹر", "author", "تصوير", "عکاس",
];

/// A name without the words and signs that introduce it: «كتبت - سلوى حداد», «تحریر: زبیر احمد».
pub(super) fn introduced(text: &str) -> &str {
    let name = introduction(text).or_else(|| behind(text, &IN_BYLINES)).unwrap_or(text);
    // Any words before a colon introduce the name.
    let rest = name.split_once([':', '：']).map(|(_, name)| name.trim()).filter(|name| !name.is_empty());
    rest.unwrap_or(name).trim_matches(is_sign)
}

/// What stands behind the words that introduce a name at the beginning of any line; `None` without such words.
pub(super) fn introduction(text: &str) -> Option<&str> {
    let signed = || {
        let rest = behind(text, &IN_BYLINES).or_else(|| behind(text, &SIGNED))?;
        rest.trim_start().starts_with([':', '：', '-', '–', '/', '|']).then_some(rest)
    };
    behind(text, &INTRODUCTIONS).or_else(signed).map(|rest| rest.trim_start_matches(is_sign))
}

/// What stands behind one of `words` at the beginning of a text.
fn behind<'t>(text: &'t str, words: &[&str]) -> Option<&'t str> {
    let text = text.trim_start();
    words.iter().find_map(|word| {
        let begin = text.get(..word.len()).filter(|begin| begin.eq_ignore_ascii_case(word));
        begin.and_then(|_| text.get(word.len()..)).filter(|rest| !rest.starts_with(char::is_alphanumeric))
    })
}

/// Whether a character stands between the words that introduce a name and the name.
fn is_sign(c: char) -> bool {
    c.is_whitespace() || matches!(c, ':' | '：' | '-' | '–' | '—' | '/' | '|' | '،' | ',')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_introduce_a_name_are_taken_off() {
        for text in [
            "كتب: سلوى حداد",
            "كتبت - سلوى حداد",
            "مرسلة بواسطة سلوى حداد",
            "بقلم سلوى حداد",
            "نویسنده: سلوى حداد",
            "تحریر: سلوى حداد",
            "By سلوى حداد",
            "سلوى حداد",
        ] {
            assert_eq!(introduced(text), "سلوى حداد", "{text}");
        }
        for text in ["كتبي الحلبي", "تحرير الشام", "تل الزهر - وكالات"] {
            assert_eq!(introduced(text), text);
        }
        assert_eq!(introduction("كتبت - سلوى حداد"), Some("سلوى حداد"));
        for text in ["كتب جديدة في معرض الرياض", "By the river", "تحرير الشام"] {
            assert_eq!(introduction(text), None, "{text}");
        }
    }
}
