//! Texts that are lists of fields: the cards of a page of results, as vacancies or products. Each line is one value: a name, a firm,
//! a town. Such a text has no sentences, and nobody signs it.

/// Fewest lines.
const LINES: usize = 5;

/// Most words of a value.
const VALUE: usize = 8;

/// One of this many lines may be longer: a value that is a list of things.
const LONGER: usize = 4;

/// What ends a sentence.
const SENTENCE_ENDS: [char; 6] = ['.', '!', '?', '؟', '…', '۔'];

/// Whether the pieces of a text are the lines of a list of fields. O(n) for n bytes.
pub(crate) fn is_field_list<'t>(pieces: impl Iterator<Item = &'t str>) -> bool {
    let (mut lines, mut longer) = (0, 0);
    for line in pieces.flat_map(str::lines).map(str::trim).filter(|line| !line.is_empty()) {
        if line.ends_with(SENTENCE_ENDS) {
            return false;
        }
        lines += 1;
        longer += usize::from(line.split_whitespace().nth(VALUE).is_some());
    }
    lines >= LINES && longer * LONGER <= lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_a_list_of_fields_and_a_report_is_none() {
        let card = "برنامه نویس ارشد\nهمکاران سیستم\nتهران - ونک\nتمام وقت\nکارشناس ارشد\nتفاوتی ندارد";
        assert!(is_field_list([card].into_iter()));
        assert!(is_field_list(card.split_inclusive('\n')), "a text in pieces");
        assert!(!is_field_list(card.lines().take(4)), "too few lines");
        assert!(!is_field_list([card, "\nنحن نبحث عن مبرمج."].into_iter()), "a sentence");

        let report = "أعلنت الوزارة اليوم عن افتتاح ثلاثة مراكز جديدة في المدينة\n".repeat(3);
        assert!(!is_field_list([card, "\n", &report].into_iter()), "three lines of nine are long");
    }
}
