//! A first look at the bytes of a line: whether words may run together in it. It has no false negatives.

use super::lines::{GLUE_POINTS, LineEnding, ending};

/// Whether a line without white space at its ends may be [`LineRole::Glued`](super::lines::LineRole::Glued). Reads its bytes, and no characters.
pub(super) fn may_be_glued(line: &str) -> bool {
    if ending(line) != LineEnding::Open {
        return false;
    }

    // ة before a letter or mark; and ا before which stand ا, ى or a mark, of which these are the last bytes. Direction and
    // byte order marks have three bytes.
    let (mut places, mut has_wide) = (0_usize, false);
    for three in line.as_bytes().windows(3) {
        let behind_teh = three[0] == 0xD8 && three[1] == 0xA9 && three[2] >= 0x80;
        let may_precede = matches!(three[0], 0x80 | 0x89 | 0x8B..=0x9F | 0xA7 | 0xB0);
        let behind_alef = three[1] == 0xD8 && three[2] == 0xA7 && may_precede;
        places += usize::from(behind_teh | behind_alef);
        has_wide |= matches!(three[0], 0xE2 | 0xEF);
    }
    has_wide || places >= GLUE_POINTS as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::page::lines::{LineRole, measure};

    proptest! {
        #[test]
        fn no_glued_line_is_passed_over(line in "([ا-ي]{1,5}|[ةاىل]{1,4}|[ ًَُّـ\u{200F}]|[.:؟] ){1,60}") {
            let line = line.trim();
            let is_glued = measure(line, 0..line.len()).is_some_and(|line| line.role == LineRole::Glued);
            prop_assert!(!is_glued || may_be_glued(line), "{}", line);
        }
    }

    #[test]
    fn few_lines_of_sentences_are_measured() {
        assert!(!may_be_glued("افتتح الوزير صباح اليوم مركزا صحيا جديدا في المدينة القديمة"));
        assert!(!may_be_glued("الحرارة تنخفض في الجبال العاليةمدير المدرسة يكرم كلياتهاالبلدية ويزورها."));
        assert!(may_be_glued("الحرارة تنخفض في الجبال العاليةمدير المدرسة يكرم كلياتهاالبلدية ويزورها"));
    }
}
