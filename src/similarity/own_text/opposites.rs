//! Words and their opposites in reports of markets and of forms: «ارتفع» and «انخفض». An editor puts a synonym in the place of a
//! word, never its opposite.

use foldhash::HashMap;

use crate::similarity::listed_words::listed_word;
use crate::similarity::word_forms::stem;
use crate::static_table::StaticTable;

/// Rows of words and of their opposites, as they are folded. Only words that mean one thing; Arabic, Persian, Urdu.
const ROWS: [(&str, &str); 15] = [
    (
        "ارتفع ارتفعت يرتفع ترتفع ارتفاع ارتفاعا مرتفع مرتفعه مرتفعا صعد صعدت صعود صعودا صاعد",
        "انخفض انخفضت ينخفض تنخفض انخفاض انخفاضا منخفض منخفضه منخفضا هبط هبطت هبوط هبوطا هابط تراجع تراجعت يتراجع تتراجع تراجعا",
    ),
    ("بيع مبيع", "شراء"),
    ("مكاسب", "خساير"),
    ("رابح رابحه رابحا", "خاسر خاسره خاسرا"),
    ("شمال شمالي شماليه", "جنوب جنوبي جنوبيه"),
    ("شرق شرقي شرقيه", "غرب غربي غربيه"),
    ("افزایش", "کاهش"),
    ("خرید", "فروش"),
    ("رشد صعودی", "افت نزول نزولی"),
    ("گران گرانتر", "ارزان ارزانتر"),
    ("اضافہ", "کمی"),
    ("مہنگا مہنگی مہنگے", "سستا سستی سستے"),
    ("شمالی", "جنوبی"),
    ("شرقی", "غربی"),
    ("مشرقی", "مغربی"),
];

/// The row of a stem, and the side of the row.
static SIDES: StaticTable<HashMap<Vec<u8>, (usize, bool)>> = StaticTable::new(|| {
    let mut sides = HashMap::default();
    for (row, (words, opposites)) in ROWS.iter().enumerate() {
        for (listed, side) in [(words, false), (opposites, true)] {
            for word in listed.split(' ') {
                sides.insert(stem(&listed_word(word)).to_vec(), (row, side));
            }
        }
    }
    sides
});

/// Whether one of two words, in the compact alphabet, means the opposite of the other. Symmetric.
pub(super) fn are_opposite(a: &[u8], b: &[u8]) -> bool {
    let side = |word: &[u8]| SIDES.get(stem(word)).copied();
    let Some((row, of_a)) = side(a) else { return false };
    side(b) == Some((row, !of_a))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalize::alphabet;

    fn opposite(a: &str, b: &str) -> bool {
        let [a, b] = [a, b].map(alphabet::to_compact);
        assert_eq!(are_opposite(&a, &b), are_opposite(&b, &a), "symmetric");
        are_opposite(&a, &b)
    }

    #[test]
    fn opposites_are_known_in_their_forms() {
        assert!(opposite("ارتفع", "انخفض"));
        assert!(opposite("مرتفعا", "منخفضا"));
        assert!(opposite("والبيع", "الشراء"));
        assert!(opposite("بمكاسب", "بخساير"));
        assert!(opposite("ارتفع", "تراجعت"));
        assert!(opposite("گرانتر", "ارزانتر"));
        assert!(opposite("شرقی", "غربی"));
        assert!(opposite("رشد", "افت"));
        assert!(!opposite("ارتفع", "صعد"), "of one side");
        assert!(!opposite("ارتفع", "شراء"), "not of one row");
        assert!(!opposite("ارتفع", "ارتفعت"));
        assert!(!opposite("ارتفع", "المءشر"));
    }
}
