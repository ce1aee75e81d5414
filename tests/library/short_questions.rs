//! Promise: two questions about different things are no copies, even if only one word differs and the two words are alike. A
//! question and its opposite are no copies. A question in another spelling is a copy.

use mukarrar::pipeline::Options;
use mukarrar::similarity::{Relation, VariantReason};
use serde_json::json;

use crate::common;

/// The relation of two texts of which nothing else is known.
fn relation(texts: [&str; 2]) -> Option<Relation> {
    let record = |place: usize| json!({ "id": place.to_string(), "text": texts[place] });
    common::relations(&[record(0), record(1)], &Options::default()).first().copied()
}

/// Checks that two texts are `expected`, in either order.
fn check(pairs: &[[&str; 2]], expected: Relation) {
    for [one, other] in pairs {
        assert_eq!(relation([one, other]), Some(expected), "{one} / {other}");
        assert_eq!(relation([other, one]), Some(expected), "{other} / {one}");
    }
}

#[test]
fn a_word_that_is_only_alike_asks_about_another_thing() {
    let pairs = [
        ["ما هو المناخ العام في أستراليا؟", "ما هو المناخ العام في إسبانيا؟"],
        ["كم يصل عدد السكان في آيسلندا؟", "كم يصل عدد السكان في بولندا؟"],
        ["ما هي أكبر مدينة في روسيا؟", "ما هي أكبر مدينة في فرنسا؟"],
        ["ما هي اللغة الرسمية في نيجيريا؟", "ما هي اللغة الرسمية في بلجيكيا؟"],
        ["ما تأثير المخترعات في مجال الاتصالات؟", "ما تأثير المخترعات في مجال المواصلات؟"],
        ["متضاد کلمات مورد سؤال چیست؟ کدر", "متضاد کلمات مورد سؤال چیست؟ بدرقه"],
    ];
    check(&pairs, Relation::Variant(VariantReason::Facts));
}

#[test]
fn a_persian_verb_that_is_negated_says_the_opposite() {
    let pairs = [
        ["در ماه های اول بارداری چه چیزهایی بخوریم؟", "در ماه های اول بارداری چه چیزهایی نخوریم؟"],
        ["چرا در قرآن به کلمه برف اشاره شده؟", "چرا در قرآن به کلمه برف اشاره نشده؟"],
        ["یارانه معیشتی به چه کسانی تعلق می گیرد؟", "یارانه معیشتی به چه کسانی تعلق نمی گیرد؟"],
        ["آیا رئیس جمهور امروز در تهران است؟", "آیا رئیس جمهور امروز در تهران نیست؟"],
    ];
    check(&pairs, Relation::Variant(VariantReason::Facts));
}

#[test]
fn another_spelling_or_form_of_a_word_is_the_same_word() {
    let pairs = [
        ["كم دولة يوجد في قارة أفريقيا؟", "كم دولة يوجد في قارة أريقيا؟"],
        ["لانو المطبوعات إلها تأثير أقوى من التوزيع الإلكتروني", "لان المطبوعات الها تاثير اقوى من التوزيع الالكتروني"],
        ["اللي بطلت تبيع قصب لعصام السحري", "الي بطلت تبيع قصب لعصام السحري"],
        ["کجا باید برم که یک شب فکرتو منو راحت بزاره؟", "کجا باید برم که یک شب فکرتو منو راحت بذاره؟"],
        ["راه های آسان برای کسب درآمد آنلاین چیست؟", "راه آسان برای کسب درآمد آنلاین چیست؟"],
        ["چرا مرغ عشق به جوجه اش غذا نمیدهد؟", "چرا مرغ عشق به جوجه اش غذا نمیده؟"],
    ];
    check(&pairs, Relation::Near);
}
