//! The field or column that most likely holds the text, where the one that was asked for is missing.

use std::borrow::Cow;

use crate::error::Remedy;

/// Names that hold the text in widespread data, the likeliest first.
const USUAL: [&str; 22] = [
    "text",
    "content",
    "body",
    "article",
    "maintext",
    "main_text",
    "raw_content",
    "articlebody",
    "article_body",
    "full_text",
    "fulltext",
    "page_content",
    "contents",
    "document",
    "story",
    "post",
    "message",
    "النص",
    "نص",
    "المحتوى",
    "الخبر",
    "متن",
];

/// The name among `names` that most likely is what `wanted` means; `None` if none of them is likely.
pub(super) fn nearest<'n>(wanted: &str, names: &[&'n str]) -> Option<&'n str> {
    let wanted = wanted.to_lowercase();
    let lower = |name: &str| name.to_lowercase();

    // The same in other letters, then a slip of the keyboard, then a longer form: `text_ar`.
    let same = names.iter().find(|name| lower(name) == wanted);
    let slip = || {
        let near = names.iter().map(|name| (distance(&lower(name), &wanted), name));
        let most = wanted.chars().count() / 3;
        near.filter(|(distance, _)| *distance <= most.clamp(1, 2)).min_by_key(|(distance, _)| *distance).map(|(_, n)| n)
    };
    let longer = || names.iter().filter(|name| lower(name).contains(&wanted)).min_by_key(|name| name.len());
    // Of a nested field, `page.body`, the last name.
    let own = |name: &str| lower(name).rsplit('.').next().unwrap_or_default().to_owned();
    let usual = || USUAL.iter().find_map(|usual| names.iter().find(|name| own(name) == *usual));
    same.or_else(slip).or_else(longer).or_else(usual).copied()
}

/// Characters of one name that are shown, and of all of them.
const SHOWN: (usize, usize) = (40, 200);

/// The names of fields or columns as a message shows them: the first ones, long ones cut off.
pub(super) fn shown(names: &[&str]) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }

    let cut = |name: &&str| match name.char_indices().nth(SHOWN.0) {
        Some((end, _)) => format!("{}…", name.get(..end).unwrap_or(name)),
        None => (*name).to_owned(),
    };
    let mut length = 0;
    let shown: Vec<String> = names
        .iter()
        .map(cut)
        .take_while(|name| {
            length += name.chars().count() + 2;
            length <= SHOWN.1
        })
        .collect();
    match names.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// The remedy `otherwise`, with the first of `names` as the value to give.
pub(super) fn remedy(otherwise: Remedy, names: &[&str]) -> Remedy {
    match (otherwise, names.first()) {
        (Remedy::Choose { purpose, parameter }, Some(name)) => {
            Remedy::Give { purpose, setting: Box::new((parameter, shell_word(name).into_owned())) }
        }
        (otherwise, _) => otherwise,
    }
}

/// A name as one word of a command line.
fn shell_word(name: &str) -> Cow<'_, str> {
    if name.chars().all(|character| character.is_alphanumeric() || "_-.:@".contains(character)) {
        return Cow::Borrowed(name);
    }
    Cow::Owned(format!("'{}'", name.replace('\'', r"'\''")))
}

/// How many characters must be inserted, deleted, replaced or exchanged with their neighbour to make one of the other.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(64).collect(), b.chars().take(64).collect());

    let (mut before, mut last): (Vec<usize>, Vec<usize>) = (Vec::new(), (0..=b.len()).collect());
    for (i, from) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, to) in b.iter().enumerate() {
            let replaced = last[j] + usize::from(from != to);
            let exchanged = match (i.checked_sub(1), j.checked_sub(1)) {
                (Some(i), Some(j)) if a[i] == *to && b[j] == *from => before[j] + 1,
                _ => usize::MAX,
            };
            row.push(replaced.min(last[j + 1] + 1).min(row[j] + 1).min(exchanged));
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_a_slip_a_longer_form_or_a_usual_one() {
        assert_eq!(nearest("text", &["id", "content"]), Some("content"));
        assert_eq!(nearest("contnet", &["id", "content", "text"]), Some("content"));
        assert_eq!(nearest("text", &["id", "Text"]), Some("Text"));
        assert_eq!(nearest("text", &["url", "text_ar", "content"]), Some("text_ar"));
        assert_eq!(nearest("text", &["title", "النص"]), Some("النص"));
        assert_eq!(nearest("text", &["id", "url", "title"]), None);
        assert_eq!(nearest("text", &[]), None);
    }

    #[test]
    fn a_distance_counts_single_edits() {
        for (a, b, edits) in
            [("", "", 0), ("abc", "", 3), ("contnet", "content", 1), ("txt", "text", 1), ("ab", "cd", 2)]
        {
            assert_eq!(distance(a, b), edits, "{a} {b}");
        }
    }

    #[test]
    fn long_and_many_names_are_cut() {
        assert_eq!(shown(&[]), "none");
        assert_eq!(shown(&["id", "content"]), "id, content");
        assert_eq!(shown(&["id", &"س".repeat(300)]), format!("id, {}…", "س".repeat(40)));
        let many: Vec<String> = (0..3000).map(|number| format!("k{number}")).collect();
        let many = shown(&many.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(many.starts_with("k0, k1, ") && many.ends_with(" more") && many.len() < 230, "{many}");
    }

    #[test]
    fn a_name_with_blanks_is_quoted() {
        assert_eq!(shell_word("نص_الخبر"), "نص_الخبر");
        assert_eq!(shell_word("the text's"), r"'the text'\''s'");
    }
}
