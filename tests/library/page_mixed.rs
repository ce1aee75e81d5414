//! Shapes that one feature alone misreads: headlines with numbers, lists and tables within a text, the page's own voice.
//!
//! The pages are written as in `page_shapes`.

use crate::page_shapes::wrong;

/// Pages of lines, each with its kind.
const PAGES: &[(&str, &str)] = &[
    (
        "the bullet that all headlines of a list share makes no table of those with numbers",
        "\
B محليات
H • توزيع 300 شتلة زيتون على المزارعين
H • ترميم 12 بيتا قديما في حارة النحاسين
H • افتتاح معرض الخط في قاعة البلدية
B اتصل بنا",
    ),
    (
        "a headline that announces pictures in brackets is no caption",
        "\
B آخر الأخبار
H افتتاح معرض الخط في قاعة البلدية (صور)
H قافلة الجمال تصل إلى سوق الخميس (7 صور)
H عاصفة رملية تغلق المطار ساعتين (فيديو وصور)
H رونمایی از کتاب تازه شاعر جنوب (تصاویر)",
    ),
    (
        "the question of an interview behind a list is part of the text, not a headline below one",
        "\
H صانع العود الأخير في حارة النحاسين يفتح ورشته
 
S يفتح صانع العود الأخير في حارة النحاسين ورشته للزوار كل خميس، ويعلم من أراد كيف يشد الوتر ويصقل الخشب.
 
B ذات صلة
H ترميم سوق النحاسين يبدأ الشهر المقبل
H معرض الخط يستقبل ألف زائر
 
S س: ما نصيحتك لمن يبدأ تعلم هذه الحرفة اليوم؟
S ج: الصبر، فالخشب يجف ببطء، والعود الذي يصنع على عجل يفقد صوته قبل أن ينقضي شتاء واحد عليه.
 
S س: ومن يأتي إليك؟
S ج: يأتي العازفون من القرى البعيدة، ويأتي أطفال الحارة ليسمعوا، وأنا أفرح بهم أكثر مما أفرح بغيرهم.",
    ),
    (
        "the name of the site in a byline makes no author of a later line",
        "\
H انطلاق موسم قطاف الزيتون في القرى الجبلية
B إذاعة السهل - وكالات
B الأحد 12 أكتوبر 2025
S انطلق موسم قطاف الزيتون في القرى الجبلية صباح اليوم بمشاركة مئات العائلات، وسط توقعات بمحصول أوفر من العام الماضي.
B اقرؤوا أيضا من إذاعة السهل:
H المعاصر تخفض أجرة عصر الزيتون

S وقال مدير التعاونية إن المعاصر تعمل ليلا ونهارا حتى نهاية الموسم، وإن كمية الزيت المتوقعة تبلغ مئتي طن.",
    ),
    (
        "signs at the beginning of lines are those of a list, whatever their shape",
        "\
B موضوعات متعلقة
H ◄ البلدية تحدد شروط الأكشاك الصيفية
H ◄ حملة نظافة
H ◄ افتتاح معرض الخط في قاعة البلدية
B اتصل بنا",
    ),
    (
        "numbers of a headline and of the time behind it make no row of a table",
        "\
B مرئيات
H إخراج جمل من بئر عمقها 9 أمتار 02:15
H عمال المخابز يدخلون إضرابهم الثاني 03:40
B محليات
H تقرير التعليم: 12 مدرسة تنال 90 نقطة من 100
H خفض رسوم الماء 5% من 4 إلى 3 دراهم
H مدير المدرسة يكرم الطلاب المتفوقين
B جدول الترتيب
B الوحدة 21 48
B الرعد 21 15 3 3",
    ),
    (
        "a headline with its date behind it is no line of names and a date",
        "\
B أخبار
H رحيل شاعر البادية ناصر العلي 15 أبريل 2026
H الليرة تتراجع أمام العملات الأجنبية - 16/4/2026
H استاد پیشکسوت موسیقی درگذشت ۲۰ فروردین ۱۴۰۵
H أسعار الخضار في الأسواق اليوم الأحد 12-4-2026
H قطاف الزيتون يبدأ في القرى [14/04]
B وكالة أنباء السهل الشمالي 12 أبريل 2026",
    ),
];

#[test]
fn lines_with_mixed_signs_are_what_they_are_among() {
    let failed: Vec<String> = PAGES
        .iter()
        .flat_map(|(name, page)| wrong(page).into_iter().map(move |line| format!("{name}: {line}")))
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
