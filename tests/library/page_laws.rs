//! Whatever the text: units are ordered, disjoint, on character borders, trimmed, and leave no line out.

use mukarrar::document::{Unit, UnitKind};
use mukarrar::page::{Cutter, UnitLevel};
use proptest::prelude::*;

const LINE_ENDS: [char; 5] = ['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'];

/// Pieces that the rules look at, so that random pages reach every rule.
fn piece() -> impl Strategy<Value = String> {
    let fixed = prop::sample::select(vec![
        "\n",
        "\n",
        "\r\n",
        "\r",
        "\u{2028}",
        "\u{85}",
        " ",
        " ",
        "\u{a0}",
        "\u{200f}",
        "\u{feff}",
        "إقرأ أيضاً:",
        "إقرأ أيضاً",
        "المصدر:",
        "كلمات دلالية",
        "مقالات مشابهة",
        "سمات",
        "// انتهى //",
        "واس",
        "الموافق",
        "#وسم",
        "• ",
        "- ",
        "1- ",
        "«",
        "»",
        ".",
        "..",
        "؟",
        ":",
        "،",
        "***",
        "حساسةتوتر",
        "فرنساالرئاسة",
        " ..الجزائر",
        "وزير",
        "الخارجية",
        "يعلن",
        "موعد",
        "الافتتاح",
        "a",
        "1٬000",
        "&nbsp;",
        "ـ",
        "قال وزير الخارجية إن العمل يسير كما خطط له وإن الرصيف الجديد سيستقبل السفن قبل نهاية العام الحالي. ",
        "الميناء يستقبل أول سفينة سياحية",
        "    ",
        " | ",
        " - ",
        "10:49 ",
        "المزيد",
        "قبل 3 ساعات",
        "شبكة الميناء",
    ]);
    prop_oneof![8 => fixed.prop_map(str::to_owned), 1 => any::<char>().prop_map(String::from), 1 => "\\PC{0,12}"]
}

fn page() -> impl Strategy<Value = String> {
    prop::collection::vec(piece(), 0..60).prop_map(|pieces| pieces.concat())
}

fn check(text: &str, level: UnitLevel, units: &[Unit]) -> Result<(), TestCaseError> {
    let mut end = 0;
    for (number, unit) in units.iter().enumerate() {
        prop_assert!(unit.span.start >= end && unit.span.start < unit.span.end, "unit {} at {:?}", number, unit.span);
        let inside = text.get(unit.span.start..unit.span.end);
        prop_assert!(inside.is_some_and(|inside| inside == inside.trim()), "unit {} is not trimmed", number);
        prop_assert!(text[end..unit.span.start].trim().is_empty(), "text before unit {} is in none", number);
        end = unit.span.end;
        if let Some(title) = unit.title {
            prop_assert!(title < number && units[title].kind == UnitKind::Headline && unit.kind == UnitKind::Story);
        }
    }
    prop_assert!(text[end..].trim().is_empty(), "text at the end is in no unit");
    if level != UnitLevel::Story {
        let lines = text.split(LINE_ENDS).map(str::trim).filter(|line| !line.is_empty());
        prop_assert!(lines.eq(units.iter().map(|unit| unit.span.of(text))), "a unit for each line");
    }
    Ok(())
}

proptest! {
    #[test]
    fn units_partition_a_page(text in page()) {
        let mut cutter = Cutter::new();
        let mut units = Vec::new();
        for level in [UnitLevel::Story, UnitLevel::Paragraph, UnitLevel::Line] {
            cutter.cut(&text, level, &mut units);
            check(&text, level, &units)?;
        }
    }

    #[test]
    fn units_partition_any_text(text in any::<String>()) {
        let mut units = Vec::new();
        for level in [UnitLevel::Story, UnitLevel::Paragraph, UnitLevel::Line] {
            Cutter::new().cut(&text, level, &mut units);
            check(&text, level, &units)?;
        }
    }

    #[test]
    fn a_used_cutter_cuts_as_a_new_one(first in page(), second in page()) {
        let (mut used, mut units, mut fresh) = (Cutter::new(), Vec::new(), Vec::new());
        used.cut(&first, UnitLevel::Story, &mut units);
        used.cut(&second, UnitLevel::Story, &mut units);
        Cutter::new().cut(&second, UnitLevel::Story, &mut fresh);
        prop_assert_eq!(units, fresh);
    }
}
