//! The table of cues: the words that mark a line of a news page as boilerplate, in their usual spelling.
//!
//! This is the only such list. [`super::matcher`] folds it with the Arabic `standard` table, and lines too, in any
//! language: إقرأ أيضاً, اقرأ ايضا and their presentation forms are one entry, and Persian and Urdu entries match with any
//! yeh and kaf.
//!
//! In a phrase of several words, a last word that ends in `*` matches words that begin with it (تعليق* matches تعليقك, and
//! للكاتب* matches with a headline glued to it), and `…` matches any words between two parts.

use CueFamily::{Agency, Comments, Legal, Ranking, ReadAlso, Related, Share, Source, Tags, Terminator, Watch};
use CueForm::{Label, Line, Open, Weak, WeakLabel, WeakLine};

/// The kind of a cue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum CueFamily {
    /// "Read also".
    ReadAlso,
    /// "Watch also".
    Watch,
    /// "Related articles".
    Related,
    /// "Most read".
    Ranking,
    /// "Keywords".
    Tags,
    /// "Source".
    Source,
    /// A line that is only an agency's mark, or a dateline with one.
    Agency,
    /// Follow, share, print and other controls of the page.
    Share,
    /// "All rights reserved".
    Legal,
    /// "Comments".
    Comments,
    /// "The end", "to be continued", "more…".
    Terminator,
}

/// Where a phrase counts. It always begins the line, bullets, slashes and numbers before it not counted, and ends at the end
/// of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CueForm {
    /// Nothing follows, or the line begins with `//`.
    Line,
    /// Nothing follows, or a colon, slash, bar or dash and text; the line has at most this many words.
    Label(u32),
    /// Anything follows; the line has at most this many words and no full stop at its end.
    Open(u32),
    /// As [`CueForm::Line`], next to another cue or at the end of the page only.
    WeakLine,
    /// As [`CueForm::Label`], with the same neighbours.
    WeakLabel(u32),
    /// As [`CueForm::Open`], with the same neighbours.
    Weak(u32),
}

/// Most words of a cue line without a headline.
const SHORT: u32 = 12;
/// Most words of a cue line with one headline: 99 % of 26,294 titles of 17 papers have at most 15 words.
const TITLED: u32 = 20;
/// No bound: keyword lists have any length.
const ANY: u32 = u32::MAX;

/// The cues, but for those of [`RELATED_HEADS`].
pub(super) const CUES: &[(CueFamily, CueForm, &[&str])] = &[
    (ReadAlso, Label(TITLED), &["اقرأ أيضا", "اقرأوا أيضا", "اقرؤوا أيضا", "اقرئي أيضا", "إقرأوا أيضا", "اقرأ كذلك"]),
    (
        ReadAlso,
        Open(SHORT),
        &["اقرأ أيضا", "اقرأ أيضا على", "لقراءة المزيد", "طالع أيضا", "طالعوا أيضا", "اقرأ المزيد"],
    ),
    (
        ReadAlso,
        Label(TITLED),
        &["طالع أيضا", "اقرأ المزيد", "اقرأ أكثر", "لمزيد من التفاصيل", "للمزيد", "للمزيد من المعلومات"],
    ),
    (ReadAlso, Open(SHORT), &["قد يهمك أيضا", "قد يعجبك أيضا", "ربما يعجبك", "ربما يهمك", "قد تهمك"]),
    (ReadAlso, Label(TITLED), &["قد يهمك", "قد يعجبك", "وقد يهمك", "يهمك أيضا"]),
    (
        ReadAlso,
        Label(TITLED),
        &["Read also", "Also read", "Read more", "See also", "You may also like", "More on this story"],
    ),
    (ReadAlso, Label(TITLED), &["بیشتر بخوانید", "بخوانید", "مزید پڑھیں", "یہ بھی پڑھیں", "همچنین بخوانید"]),
    (Watch, Label(TITLED), &["شاهد أيضا", "شاهدوا أيضا", "شاهد كذلك", "شاهد الفيديو", "شاهدوا الفيديو"]),
    (Watch, Line, &["شاهد", "شاهدوا", "بالفيديو", "فيديو", "الفيديو", "بالصور", "Watch also"]),
    (Related, Open(ANY), &["مقالات أخرى للكاتب*", "مواضيع أخرى للكاتب*"]),
    (Related, Line, &["ذات صلة", "متعلقات", "موضوعات متعلقة بالخبر", "أخبار ذات صلة بالموضوع"]),
    (
        Related,
        Label(SHORT),
        &["Related articles", "Related news", "Related stories", "Related topics", "Related posts"],
    ),
    (Related, Label(SHORT), &["مطالب مرتبط", "اخبار مرتبط", "خبرهای مرتبط", "متعلقہ خبریں", "متعلقہ مضامین"]),
    (Ranking, Label(SHORT), &["الأكثر قراءة", "الأكثر مشاهدة", "الأكثر تعليقا", "الأكثر مشاركة", "الأكثر تداولا"]),
    (Ranking, Label(SHORT), &["الأكثر مطالعة", "الأخبار الأكثر قراءة", "المقالات الأكثر قراءة", "المواضيع الأكثر قراءة"]),
    (Ranking, Label(SHORT), &["اختيارات المحرر", "اختيار المحرر", "اختيارات المحررين", "الأكثر رواجا"]),
    (
        Ranking,
        Label(SHORT),
        &["Most read", "Most viewed", "Most popular", "Editor's picks", "پربازدیدترین", "پربیننده‌ترین"],
    ),
    (Tags, Label(ANY), &["كلمات دلالية", "كلمات مفتاحية", "الكلمات الدلالية", "الكلمات المفتاحية", "الكلمات الدالة"]),
    (
        Tags,
        Label(ANY),
        &["كلمات البحث", "وسوم", "الوسوم", "سمات", "تاغات", "هاشتاغات", "برچسب‌ها", "کلیدواژه‌ها", "Tags", "Keywords"],
    ),
    (Tags, Label(SHORT), &["تاغ", "التاغ", "هاشتاج", "هاشتاغ", "التصنيف", "التصنيفات", "تصنيف", "تصنيفات"]),
    // تاج is also a crown, and a name.
    (Tags, WeakLabel(SHORT), &["الكلمات", "علامات", "القسم", "تاج"]),
    (Tags, Weak(SHORT), &["سمات", "وسوم", "الوسوم", "كلمات دلالية"]),
    (Source, Label(SHORT), &["المصدر", "المصادر", "مصدر الخبر", "منبع", "ماخذ", "Source", "Sources"]),
    (Source, Open(TITLED), &["رابط الخبر", "رابط الموضوع", "رابط المصدر"]),
    (Source, WeakLabel(5), &["مصدر", "المصدر الأصلي"]),
    (Source, Weak(8), &["نقلا عن", "المصدر"]),
    (
        Share,
        Open(SHORT),
        &["تابعونا", "تابعنا على", "تابعوا آخر", "تابعوا صفحتنا", "تابع آخر الأخبار", "لمتابعة آخر الأخبار"],
    ),
    (
        Share,
        Open(SHORT),
        &["اشترك الآن", "اشترك في قناتنا", "اشترك في قناة", "اشترك في النشرة*", "اشترك في نشرتنا", "اشترك في خدمة"],
    ),
    (
        Share,
        Open(SHORT),
        &["اشتركوا في", "انضم إلى قناتنا", "انضم إلى قناة", "انضموا إلى", "انضم إلينا", "حمل تطبيق", "حملوا تطبيق"],
    ),
    (
        Share,
        Open(SHORT),
        &["شارك على", "شارك الخبر", "شارك المقال", "شارك هذا", "شارك عبر", "شاركها", "شاركوا الخبر", "شارك برأيك"],
    ),
    (
        Share,
        Open(SHORT),
        &["نسخ الرابط", "انسخ الرابط", "أرسل إلى صديق", "ارسال لصديق", "اطبع الخبر", "اطبع المقال", "طباعة الخبر"],
    ),
    (Share, Open(TITLED), &["للتواصل أرسل", "للتواصل مع الكاتب", "Next Previous"]),
    (Share, Line, &["اطبع", "طباعة", "شارك", "مشاركة", "حفظ", "إعلان", "إعلانات", "Advertisement", "Share", "Print"]),
    (Share, Open(SHORT), &["Follow us", "Share this", "Subscribe to our", "Sign up for our"]),
    (Share, WeakLine, &["التالي", "السابق", "الرئيسية", "الصفحة الرئيسية"]),
    (
        Legal,
        Open(ANY),
        &["جميع الحقوق محفوظة", "كافة الحقوق محفوظة", "كل الحقوق محفوظة", "حقوق النشر محفوظة", "حقوق الطبع محفوظة"],
    ),
    (
        Legal,
        Open(ANY),
        &["لا يجوز نقل … دون", "لا يجوز إعادة نشر", "All rights reserved", "Copyright", "تمامی حقوق", "جملہ حقوق"],
    ),
    (Legal, Open(ANY), &["الآراء الواردة … لا تعبر", "الآراء … لا تعبر بالضرورة", "المقالات المنشورة … لا تعبر"]),
    (Legal, Open(ANY), &["الآراء الواردة … تعبر عن", "هذا المقال لا يعبر"]),
    (
        Comments,
        Open(SHORT),
        &["أضف تعليق*", "اضافة تعليق*", "اترك تعليق*", "اكتب تعليق*", "اترك ردا", "لا توجد تعليقات", "لا يوجد تعليق*"],
    ),
    (
        Comments,
        Label(6),
        &["التعليقات", "تعليقات", "تعليق", "تعليقات القراء", "Comments", "Leave a comment", "نظرات", "تبصرے"],
    ),
    (Terminator, Line, &["انتهى", "يتبع", "المزيد", "التتمة", "انتهى الخبر", "انتهت الرسالة"]),
];

/// Heads and tails of the related family: each head with each tail is a [`CueForm::Label`] of [`RELATED_WORDS`].
pub(super) const RELATED_HEADS: &[&str] =
    &["أخبار", "مقالات", "مواضيع", "موضوعات", "مواد", "تقارير", "روابط", "قصص", "محتوى"];
/// See [`RELATED_HEADS`].
pub(super) const RELATED_TAILS: &[&str] =
    &["ذات صلة", "ذات علاقة", "مشابهة", "متعلقة", "مرتبطة", "أخرى", "مختارة", "قد تهمك"];
/// The same with the article.
pub(super) const RELATED_HEADS_DEFINITE: &[&str] =
    &["الأخبار", "المقالات", "المواضيع", "الموضوعات", "المواد", "التقارير", "الروابط"];
/// See [`RELATED_HEADS_DEFINITE`].
pub(super) const RELATED_TAILS_DEFINITE: &[&str] =
    &["ذات الصلة", "ذات صلة", "ذات العلاقة", "المشابهة", "المتعلقة", "المرتبطة", "الأخرى"];
/// Most words of a line of the related family.
pub(super) const RELATED_WORDS: u32 = SHORT;

/// Marks of news agencies. A line is boilerplate if it is such marks alone, or a dateline that ends with one.
pub(super) const AGENCIES: &[&str] = &[
    "أ ف ب",
    "أ.ف.ب",
    "أف ب",
    "فرانس برس",
    "رويترز",
    "د ب أ",
    "د.ب.أ",
    "أ ب",
    "أ.ب",
    "أسوشيتد برس",
    "أسوشييتد برس",
    "واس",
    "وام",
    "قنا",
    "كونا",
    "بترا",
    "بنا",
    "وفا",
    "سانا",
    "أ ش أ",
    "أ.ش.أ",
    "الأناضول",
    "شينخوا",
    "سبوتنيك",
    "وكالات",
    "الوكالات",
    "متابعات",
    "AFP",
    "Reuters",
    "AP",
];

/// A word that only datelines hold before their agency, as folded: «1436 هـ الموافق 11 أغسطس 2015 م».
pub(super) const DATELINE_WORD: &str = "الموافق";

/// The family of [`AGENCIES`].
pub(super) const AGENCY: CueFamily = Agency;

/// Places of datelines, with a dash or colon behind them: «القاهرة - أعلن …». Only the heads of the first lines of a text are
/// matched.
#[rustfmt::skip]
pub(super) const PLACES: &[&str] = &[
    "الرياض", "جدة", "مكة المكرمة", "مكة", "المدينة المنورة", "الدمام", "الظهران", "الخبر", "الأحساء", "الطائف", "تبوك",
    "أبها", "حائل", "نجران", "جازان", "الباحة", "بريدة", "عنيزة", "ينبع", "عرعر", "سكاكا", "الجبيل", "القطيف", "القاهرة",
    "الإسكندرية", "بيروت", "دمشق", "حلب", "بغداد", "البصرة", "الموصل", "أربيل", "عمان", "عمّان", "الدوحة", "دبي", "أبوظبي",
    "أبو ظبي", "الشارقة", "الكويت", "المنامة", "مسقط", "صنعاء", "عدن", "تعز", "تونس", "الجزائر", "الرباط", "الدار البيضاء",
    "طرابلس", "بنغازي", "الخرطوم", "نواكشوط", "مقديشو", "القدس", "القدس المحتلة", "غزة", "رام الله", "لندن", "واشنطن",
    "نيويورك", "باريس", "موسكو", "بكين", "طوكيو", "سيول", "نيودلهي", "نيو دلهي", "إسلام آباد", "كابول", "أنقرة", "إسطنبول",
    "اسطنبول", "طهران", "جنيف", "فيينا", "برلين", "روما", "مدريد", "بروكسل", "أثينا", "كييف", "سيدني", "لوس انجليس",
];

/// Words of sentences, which no dateline or byline holds. على is missing: it folds like the name علي.
#[rustfmt::skip]
pub(super) const SENTENCE_WORDS: &[&str] = &[
    "قال", "قالت", "يقول", "تقول", "وقال", "أكد", "أكدت", "أعلن", "أعلنت", "ذكر", "ذكرت", "أضاف", "أوضح", "أوضحت", "كشف",
    "كشفت", "طالب", "دعا", "نفى", "شدد", "أفاد", "أفادت", "أن", "إن", "في", "من", "إلى", "عن", "مع", "بعد", "قبل",
    "هل", "ما", "لا", "لم", "لن", "هذا", "هذه", "ذلك", "التي", "الذي", "هو", "هي", "كان", "كانت", "كيف", "لماذا", "ضد",
    "وفي", "وهو", "وهي", "أو", "ثم", "حيث", "بين", "خلال", "أول", "سؤال", "جواب",
];

/// Labels of bylines. A short line that begins with one and a sign is a byline.
pub(super) const BYLINE_LABELS: &[&str] =
    &["كتب", "كتبت", "بقلم", "تقرير", "تصوير", "حوار", "تحرير", "متابعة", "ترجمة"];

/// Phrases behind the last sentence of a line that belong to the page: they and all that follows is boilerplate.
pub(super) const TAILS: &[&str] = &[
    "رابط الخبر بصحيفة",
    "للتواصل مع الكاتب ارسل",
    "للتواصل ارسل رسالة",
    "للتواصل ارسل sms",
    "مقالات أخرى للكاتب*",
    "مواضيع أخرى للكاتب*",
];

/// The same behind the end of a sentence, with only keywords after them, at the end of a text.
pub(super) const TAG_TAILS: &[&str] = &["سمات", "وسوم", "الوسوم", "كلمات دلالية", "الكلمات الدلالية", "كلمات مفتاحية"];

/// The same behind `//`.
pub(super) const END_TAILS: &[&str] = &["انتهى", "يتبع"];
