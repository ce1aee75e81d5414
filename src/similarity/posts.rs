//! Short posts of other days: flash news of a few words, which the same words tell again when the event comes again.
//!
//! A post of a channel or feed has no title. What is in it can be in a few words («صفارات الإنذار تدوي في الجليل»), and the
//! event of another day is told in nearly the same ones. So two short posts of one source are copies only if they appeared
//! within some hours, or if all of their words are equal.

use super::headings::RecordPlace;

/// Most tokens of the longer one of two short posts.
pub(crate) const MOST_TOKENS: usize = 32;

/// Fewest seconds between posts of other days. Posts that are repeated with an edit follow within six hours, most of them.
const APART: u64 = 12 * 3600;

/// Whether two records are posts of one source, and appeared at least [`APART`] from each other. Symmetric.
pub(crate) fn are_of_other_days(a: RecordPlace, b: RecordPlace) -> bool {
    let are_posts = !a.is_titled && !b.is_titled && a.is_named && a.may_be_told_apart(b);
    let seconds = || Some(a.published?.seconds().abs_diff(b.published?.seconds()));
    are_posts && seconds().is_some_and(|apart| apart >= APART)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Date;

    fn post(hours: i64) -> RecordPlace {
        let published = Some(Date::from_seconds(hours * 3600));
        RecordPlace { source: 1, address: 0, is_named: true, is_titled: false, published }
    }

    fn differ(a: RecordPlace, b: RecordPlace) -> bool {
        let found = are_of_other_days(a, b);
        assert_eq!(found, are_of_other_days(b, a), "symmetric");
        found
    }

    #[test]
    fn posts_of_one_source_half_a_day_apart_are_of_other_days() {
        assert!(differ(post(0), post(12)) && differ(post(-5), post(700)));
        assert!(!differ(post(0), post(11)) && !differ(post(3), post(3)));
    }

    #[test]
    fn titles_other_sources_and_lacking_dates_tell_nothing_and_one_address_is_one_post() {
        let (a, b) = (post(0), post(48));
        for other in
            [RecordPlace { is_titled: true, ..b }, RecordPlace { source: 2, ..b }, RecordPlace { published: None, ..b }]
        {
            assert!(!differ(a, other), "{other:?}");
        }

        let at = |place, address| RecordPlace { address, ..place };
        assert!(differ(at(a, 7), at(b, 8)) && differ(a, at(b, 8)) && !differ(at(a, 7), at(b, 7)));

        let unnamed = |place| RecordPlace { is_named: false, ..place };
        assert!(!differ(unnamed(a), unnamed(b)));
    }
}
