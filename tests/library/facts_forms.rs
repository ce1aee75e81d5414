//! The facts guard on texts of which two or three come alone, so that no frequency tells what their form is: what a reader would
//! call other facts, and what the same told otherwise.

use mukarrar::normalize::{Language, Normalizer, Profile};
use mukarrar::similarity::VariantReason as Reason;
use mukarrar::similarity::facts::{FactsGuard, WordFrequencies};

fn reason(a: &str, b: &str) -> Option<Reason> {
    let fold = |text: &str| Normalizer::new(Profile::Standard, Language::detect(text)).normalize(text);
    let guard = FactsGuard::new(WordFrequencies::default());
    let (a, b) = (fold(a), fold(b));
    assert_eq!(guard.reason(&a, &b), guard.reason(&b, &a), "both ways the same");
    guard.reason(&a, &b)
}

/// `form` with its holes filled in order.
fn fill(form: &str, values: &[&str]) -> String {
    let mut pieces = form.split("{}");
    let first = pieces.next().unwrap().to_owned();
    pieces.zip(values).fold(first, |text, (piece, value)| text + value + piece)
}

const GREETING: &str = "يسر إدارة النادي أن تهنئ منسوبيها بحلول العيد لعام {} سائلة المولى أن يعيده عليهم أعواما مديدة وهم في صحة \
    وعافية وأن يتقبل من الجميع صالح الأعمال";
const CHECK: &str = "تداول مستخدمون مقطعا قيل إنه من فيضان الوادي، وقد تحقق فريقنا من المقطع وتبين أنه قديم ونشر أول مرة في {} ولا صلة \
    له بالأحداث الجارية في البلاد كما يدعي ناشروه";
const VEGETABLES: &str = "أسعار الخضار في سوق الجملة اليوم: طماطم {} ريال، خيار {} ريال، بصل {} ريال، بطاطس {} ريال، كوسا {} ريال، \
    جزر {} ريال، فلفل {} ريال للصندوق الواحد";
const CURRENCIES: &str = "سعر صرف الدولار أمام العملة المحلية في نشرة المصرف {} للشراء و{} للبيع دون تغيير في بقية العملات الأجنبية \
    التي تتعامل بها مكاتب الصرافة";
const ENGLISH: &str = "weekly prices at the market: tomatoes {} onions {} potatoes {} carrots {} peppers {} all in local currency per \
    kilogram at opening";
const URDU: &str =
    "منڈی میں آج کے نرخ یہ ہیں: ٹماٹر {} روپے، پیاز {} روپے، آلو {} روپے، گاجر {} روپے اور مرچ {} روپے فی کلو رہے";

#[test]
fn forms_that_differ_in_dates_or_most_numbers_are_variants() {
    for (name, form, one, other) in [
        ("greetings of two years", GREETING, &["2041"][..], &["2042"][..]),
        ("greetings of two hijri years", GREETING, &["1451 هـ"], &["1452 هـ"]),
        ("days of a month", CHECK, &["14 أبريل 2029"], &["2 أبريل 2029"]),
        ("months of a year", CHECK, &["14 أبريل 2029"], &["14 أيار 2029"]),
        ("days in digits", CHECK, &["14/4/2029"], &["15/4/2029"]),
        ("prices", VEGETABLES, &["12", "18", "9", "14", "20", "11", "25"], &["13", "16", "9", "15", "22", "10", "27"]),
        ("two rates", CURRENCIES, &["17.45", "17.60"], &["17.52", "17.66"]),
        ("English", ENGLISH, &["1.20", "0.80", "0.65", "1.10", "2.40"], &["1.35", "0.75", "0.70", "1.05", "2.60"]),
        ("Urdu", URDU, &["120", "85", "70", "95", "240"], &["135", "80", "74", "98", "260"]),
    ] {
        assert_eq!(reason(&fill(form, one), &fill(form, other)), Some(Reason::Numbers), "{name}");
    }
}

const SESSION: &str = "{} جلسه رسیدگی به اتهامات متهمان پرونده بانک به ریاست قاضی دادگاه و با حضور نماینده دادستان و وکلای \
    مدافع در شعبه سوم دادگاه ویژه صبح {} آغاز شد و متهمان به بیان دفاعیات خود پرداختند";
const COURT: &str = "عدالت نے مقدمے کی {} سماعت کے دوران وکیل صفائی کو دلائل مکمل کرنے کی ہدایت کی اور ملزم کو {} کے روز دوبارہ پیش \
    کرنے کا حکم دیا جبکہ گواہوں کے بیانات بھی قلم بند کیے گئے";
const RATE: &str = "the inflation rate in the {} month of the year which ended on {} was published by the statistical centre of the \
    country and the report covers urban and rural households alike as it did before";

#[test]
fn weekdays_ordinals_and_months_of_other_languages_tell_other_facts() {
    for (name, form, one, other, expected) in [
        ("Persian ordinals", SESSION, &["امروز دومین", "امروز"][..], &["امروز پنجمین", "امروز"][..], Reason::Facts),
        ("Persian weekdays", SESSION, &["امروز دومین", "یکشنبه"], &["امروز دومین", "چهارشنبه"], Reason::Facts),
        ("Saturday in Persian", SESSION, &["امروز دومین", "شنبه"], &["امروز دومین", "پنجشنبه"], Reason::Facts),
        ("Persian months", SESSION, &["امروز دومین", "5 خرداد"], &["امروز دومین", "5 شهریور"], Reason::Numbers),
        ("Urdu ordinals", COURT, &["تیسری", "جمعرات"], &["پانچویں", "جمعرات"], Reason::Facts),
        ("Urdu weekdays", COURT, &["تیسری", "جمعرات"], &["تیسری", "منگل"], Reason::Facts),
        ("English ordinals", RATE, &["third", "june 20"], &["sixth", "june 20"], Reason::Facts),
        ("English dates", RATE, &["last", "june 20"], &["last", "september 21"], Reason::Numbers),
    ] {
        assert_eq!(reason(&fill(form, one), &fill(form, other)), Some(expected), "{name}");
        assert_eq!(reason(&fill(form, one), &fill(form, one)), None, "{name}");
    }
}

const CRASH: &str = "قتل {} شخصا وأصيب {} بجروح في تصادم حافلتين على الطريق الساحلي فجر اليوم، وقالت الشرطة إن الضباب حال دون رؤية \
    الحافلة القادمة من الاتجاه المعاكس وفتحت تحقيقا في الحادث";
const PORT: &str = "أعلنت الشركة المشغلة للميناء أنها استقبلت في الربع الأول {} سفينة حملت {} ألف حاوية بزيادة قدرها {} في المئة على الفترة \
    نفسها من العام الماضي، وأرجعت الزيادة إلى افتتاح الرصيف الجديد وإلى تحول خطوط ملاحية إليه بعد أن كانت ترسو في موانئ مجاورة";

#[test]
fn updated_numbers_and_numbers_written_otherwise_are_no_other_facts() {
    for (name, form, one, other) in [
        ("a toll that rose", CRASH, &["12", "30"][..], &["15", "30"][..]),
        ("two numbers that rose", CRASH, &["12", "30"], &["15", "41"]),
        ("a corrected figure", PORT, &["210", "88", "7.5"], &["210", "98", "7.5"]),
        ("digits of three scripts", PORT, &["210", "88", "7.5"], &["٢١٠", "۸۸", "٧٫٥"]),
        ("a fraction between words", PORT, &["210", "88.3", "7.5"], &["210", "3 ر 88", "5 ر 7"]),
        ("mirrored fractions", PORT, &["210", "88.3", "7.5"], &["210", "3.88", "5.7"]),
        ("rounded", PORT, &["210", "88.3", "7.5"], &["210", "88", "7"]),
        ("another calendar", CHECK, &["26 يوليو 2015"], &["10 شوال 1436"]),
        ("another name of the month", CHECK, &["14 أبريل 2029"], &["14 نيسان 2029"]),
        ("the month in digits", CHECK, &["14 أبريل 2029"], &["14/4/2029"]),
    ] {
        assert_eq!(reason(&fill(form, one), &fill(form, other)), None, "{name}");
    }
    let port = fill(PORT, &["210", "88", "7"]);
    let at = |time: &str| format!("نشر الساعة {time} {port}");
    assert_eq!(reason(&at("10:15"), &at("13:40")), None, "the time of publishing");
    let seen = |views: &str| format!("{port} عدد المشاهدات {views}");
    assert_eq!(reason(&seen("1520"), &seen("98344")), None, "a counter");
}

/// A cable to each of these, and one of the deputy to each: as agencies give them, in one text.
fn cables(states: &[(&str, &str)]) -> String {
    const OF_THE_KING: &str = "أرسل الملك برقية تهنئة إلى فخامة الرئيس {} رئيس {} بمناسبة عيد الاستقلال في بلاده. وتمنى الملك باسمه واسم \
        حكومة وشعب المملكة موفور الصحة والهناء لفخامته ولحكومة وشعب {} الصديق دوام الرقي والرخاء. ";
    const OF_THE_DEPUTY: &str = "ووجه نائب الملك برقية مماثلة إلى فخامة الرئيس {} رئيس {} بمناسبة عيد الاستقلال في بلاده. وعبر نائب الملك \
        عن أطيب أمنياته بالعمر المديد لفخامته وبمزيد من النماء لحكومة وشعب {} الصديق. ";
    let to = |form: &str| states.iter().map(|(name, state)| fill(form, &[name, state, state])).collect::<String>();
    to(OF_THE_KING) + &to(OF_THE_DEPUTY)
}

const A: (&str, &str) = ("سولا ماران", "جمهورية الاتحاد النوري");
const B: (&str, &str) = ("الدكتور بوني لاري", "جمهورية كيرانا");
const C: (&str, &str) = ("توني تالان", "جمهورية سنغافورة");
const D: (&str, &str) = ("هانز بريك", "جمهورية نورفاليا");
const E: (&str, &str) = ("ماريو كنت", "جمهورية بالمورا");

#[test]
fn cables_to_other_countries_are_variants_and_cables_in_a_list_are_not() {
    for (name, one, other, expected) in [
        ("one, and another", &[A][..], &[C][..], Some(Reason::Facts)),
        ("one, and two others", &[C], &[A, B], Some(Reason::Facts)),
        ("one, and four others", &[C], &[A, B, D, E], Some(Reason::Facts)),
        ("two, of which one is the same", &[A, B], &[A, C], Some(Reason::Facts)),
        ("four, of which three are the same", &[A, B, C, D], &[A, B, C, E], Some(Reason::Facts)),
        ("one of two", &[A], &[A, B], None),
        ("one of four", &[C], &[A, B, C, D], None),
        ("two of four", &[B, D], &[A, B, C, D], None),
        ("another order", &[A, B, C], &[C, A, B], None),
    ] {
        assert_eq!(reason(&cables(one), &cables(other)), expected, "{name}");
    }
}

/// One sentence for each of these, and nothing else.
fn embassies(states: &[(&str, &str)]) -> String {
    const FORM: &str = "أعلنت سفارة {} في العاصمة أن قسم الشؤون القنصلية سيغلق أبوابه غدا بمناسبة العيد الوطني وأن استقبال معاملات التأشيرات \
        يستأنف صباح اليوم التالي كالمعتاد، ودعت السفارة مواطني {} المقيمين إلى حضور الحفل الذي يقيمه السفير {} في مقر البعثة مساء، على أن \
        تؤكد المشاركة عبر الموقع الإلكتروني قبل نهاية الدوام. ";
    states.iter().map(|(state, name)| fill(FORM, &[state, state, name])).collect()
}

#[test]
fn a_sentence_stands_in_a_list_only_if_the_list_has_its_names() {
    let all = [
        ("البيرو", "مانويل كاستيو"),
        ("فنلندا", "يوكا هاكانن"),
        ("كينيا", "جوما أوديرو"),
        ("اليونان", "نيكوس بابادوس"),
        ("تايلاند", "سومشاي براسيت"),
    ];
    let (first, last) = (embassies(&all[..4]), embassies(&all[4..]));
    assert_eq!(reason(&last, &first), Some(Reason::Facts), "one, and four others");
    assert_eq!(reason(&first, &embassies(&all[1..])), Some(Reason::Facts), "another at the end for the first");
    assert_eq!(reason(&embassies(&all[2..3]), &first), None, "one of four");
    assert_eq!(reason(&first, &embassies(&all)), None, "four of five");
}

const RESCUE: &str = "عثر عمال البلدية على قط عالق تحت الرصيف بعد أن سمع المارة مواءه طوال الليل. واستخدم العمال {} لكسر الإسمنت ثم سحبوا القط \
    ووضعوه في {} ونقلوه إلى العيادة. وقال رئيس الفريق إن الأنبوب بطول {} وإن العملية استغرقت ساعتين. وتكفلت إحدى العائلات برعاية القط بعد \
    شفائه من الخدوش التي أصابته";
const BLAZE: &str = "شب حريق في {} للأثاث شرق المدينة مساء أمس وأتى على محتوياته كلها. وقال الدفاع المدني إن النيران امتدت إلى {} مجاور وإن {} \
    تضررت. واستمرت عملية الإطفاء أربع ساعات شاركت فيها ست فرق، ولم تسجل إصابات بين العمال الذين غادروا المكان قبل وصول اللهب إلى المخرج";
const HARVEST: &str = "ارتفع إنتاج المزرعة هذا الموسم إلى {} من التمور بعد أن أدخلت نظام الري بالتنقيط على مساحة {}. وقال صاحبها إن كلفة المتر \
    بلغت {} وإنه ينوي توسيع المشروع ليشمل الزيتون والرمان، وأضاف أن البلدية منحته قرضا ميسرا يسدد على خمس سنوات";

#[test]
fn synonyms_and_units_are_no_other_facts() {
    for (name, form, one, other) in [
        ("tools", RESCUE, &["المطرقة", "صندوق", "12 مترا"][..], &["المعول", "قفص", "12 م"][..]),
        ("things of one kind", BLAZE, &["مستودع", "منزل", "سيارتين"], &["مخزن", "مسكن", "مركبتين"]),
        ("units", HARVEST, &["40 طنا", "9 هكتارات", "3 دولارات"], &["40 طن", "9 هكتار", "3 دولار"]),
        ("lengths", RESCUE, &["المطرقة", "صندوق", "2 كيلومتر"], &["المطرقة", "صندوق", "2 كلم"]),
    ] {
        assert_eq!(reason(&fill(form, one), &fill(form, other)), None, "{name}");
    }
}

const OBITUARY: &str = "انتقل إلى رحمة الله تعالى المرحوم {} وستقام صلاة الجنازة عليه بعد صلاة العصر في مسجد {} ويوارى الثرى في مقبرة البلدة \
    ويقبل العزاء في منزل الأسرة بحي {} ثلاثة أيام";
const HOSPITAL: &str = "افتتح وزير الصحة مستشفى {} العام في محافظة {} بسعة {} سرير، وقال إن المستشفى يضم أقساما للطوارئ والجراحة والأطفال، \
    وإن الوزارة ماضية في خطتها لتوفير الرعاية لجميع المواطنين";
const PENALTY: &str = "نفذت وزارة العدل صباح اليوم حكم الإعدام في المدعو {} بعد إدانته بقتل {} عمدا، وكانت محكمة التمييز قد أيدت الحكم وصادق \
    عليه رئيس الدولة وجرى التنفيذ في السجن المركزي";

#[test]
fn other_names_in_a_form_are_other_facts() {
    for (name, form, one, other) in [
        (
            "obituaries",
            OBITUARY,
            ["مزيد بن عوض الطوالبي", "التقوى", "الزهور"],
            ["فرحان بن ناهض الدخيلي", "الرحمة", "المنار"],
        ),
        ("hospitals", HOSPITAL, ["الأمل", "بيشان", "120"], ["الشفاء", "رفحين", "200"]),
        ("executions", PENALTY, ["غازي الصمادي", "نزار البكري", ""], ["حمدان الرفاعي", "سمير الدباغ", ""]),
    ] {
        assert_eq!(reason(&fill(form, &one), &fill(form, &other)), Some(Reason::Facts), "{name}");
    }
    let obituary = fill(OBITUARY, &["مزيد بن عوض الطوالبي", "التقوى", "الزهور"]);
    let longer = format!(
        "{obituary}. وولد الراحل في قرية جبلية وعمل معلما أربعين عاما وتخرج على يديه مئات الطلاب وترك ثلاثة أبناء"
    );
    assert_eq!(reason(&obituary, &longer), None, "the short one stands in the long one");
    assert_eq!(reason(&obituary, obituary.split(" ويوارى").next().unwrap()), None, "a cut tail");
}
