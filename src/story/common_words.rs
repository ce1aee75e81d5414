//! Words of Persian that nearly every text has, for inputs that are too small to show it.
//!
//! With a table of the user's own that has no Persian, rare words are counted in the input, and a small one does not tell function
//! words from names. These words count as frequent ones there.

/// Function words and words of reporting, folded as any text is.
pub(crate) const PERSIAN: &str = "و در به از که این را با است برای آن یک خود تا کرد بر هم نیز گفت می شود شد شده ما اما یا باید دارد \
بود همه اگر آنها بین پس وی هر های ها نه کند کنند کرده داشت داشته بوده هستند نیست دیگر هیچ چه چند چرا چون حتی روی زیر پیش بعد قبل \
طی توسط درباره مورد بخش سال ماه روز امروز دیروز فردا هفته ساعت گذشته آینده جدید بزرگ مهم نخست اول دوم افزود اعلام اظهار بیان تاکید \
تأکید خبر گزارش اشاره ادامه انجام همچنین بنابراین زیرا بسیار بیش کمتر بیشتر تنها فقط همین همان چنین اینکه آنچه هنوز البته شاید من تو \
او شما ایشان یکی دو سه برخی بعضی تمام کل جمله عنوان دلیل نظر وجود حال حالی صورت طور گونه باشد باشند نمی خواهد خواهند شوند شدند کردند \
گفته دهد داد دارند بودند توان تواند";
