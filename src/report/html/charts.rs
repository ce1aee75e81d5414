//! Charts as inline SVG: bars, and the curve of the search. Colours are classes of the style; text is that of the page.

use std::io;

use super::markup::Markup;

/// A chart of bars, each made of parts on top of each other.
pub(super) struct BarChart<'a> {
    /// What the chart shows, for those who cannot see it.
    pub(super) title: &'a str,
    /// The names below the bars.
    pub(super) names: &'a [String],
    /// The parts: class of the style, name, and a value for each bar.
    pub(super) parts: &'a [(&'static str, &'static str, Vec<u64>)],
}

/// The size of a chart, in units of its drawing.
const WIDTH: usize = 720;
const HEIGHT: usize = 220;
const LEFT: usize = 80;
const TOP: usize = 18;
const BOTTOM: usize = 34;

/// Most names below the bars of one chart.
const MOST_NAMES: usize = 12;

/// The width of a letter on a narrow screen, where text is drawn largest.
const LETTER: usize = 12;

impl BarChart<'_> {
    /// Writes the chart and, folded, its numbers as a table.
    ///
    /// # Errors
    ///
    /// The writer fails.
    pub(super) fn write(&self, head: &str, page: &mut Markup<'_>) -> io::Result<()> {
        let sum = |place: usize| self.parts.iter().filter_map(|(_, _, values)| values.get(place)).sum::<u64>();
        let most = (0..self.names.len()).map(sum).max().unwrap_or(0);
        page.open("figure", &[])?;
        page.element("figcaption", &[], self.title)?;
        self.legend(page)?;
        if most > 0 {
            self.draw(most, page)?;
        }
        self.table(head, page)?;
        page.close("figure")
    }

    fn legend(&self, page: &mut Markup<'_>) -> io::Result<()> {
        if self.parts.len() < 2 {
            return Ok(());
        }
        page.open("p", &[("class", "legend")])?;
        for (class, name, _) in self.parts {
            page.element("span", &[("class", &format!("key {class}"))], "")?;
            page.text(&format!("{name} "))?;
        }
        page.close("p")
    }

    fn draw(&self, most: u64, page: &mut Markup<'_>) -> io::Result<()> {
        open_drawing(self.title, page)?;
        let top = nice(most);
        let y = |value: u64| (HEIGHT - BOTTOM) as f64 - (HEIGHT - BOTTOM - TOP) as f64 * value as f64 / top as f64;
        for line in [0, top / 2, top] {
            axis_line(y(line), &shortened(line), page)?;
        }

        let step = (WIDTH - LEFT) as f64 / self.names.len() as f64;
        let letters = self.names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
        let most_names = ((WIDTH - LEFT) / ((letters + 1) * LETTER)).clamp(1, MOST_NAMES);
        let every = self.names.len().div_ceil(most_names);
        for (place, name) in self.names.iter().enumerate() {
            let x = LEFT as f64 + step * place as f64;
            let mut below = 0;
            for (class, part, values) in self.parts {
                let value = values.get(place).copied().unwrap_or(0);
                if value == 0 {
                    continue;
                }
                let (from, to) = (y(below), y(below + value));
                below += value;

                // A value that is not zero can be seen.
                let height = (from - to).max(1.0);
                let (x, width) = (fixed(x + step * 0.1), fixed(step * 0.8));
                #[rustfmt::skip]
                page.open("rect", &[("class", class), ("x", &x), ("y", &fixed(from - height)), ("width", &width), ("height", &fixed(height))])?;
                page.element("title", &[], &format!("{name}: {} {part}", grouped(value)))?;
                page.close("rect")?;
            }
            if place % every == 0 {
                // The last one must not leave the drawing.
                let half = (name.chars().count() * LETTER) as f64 / 2.0;
                let middle = x + step / 2.0;
                let (x, class) = if middle + half > WIDTH as f64 { (WIDTH as f64, "end") } else { (middle, "middle") };
                let (x, y) = (fixed(x), (HEIGHT - BOTTOM + 18).to_string());
                page.element("text", &[("x", &x), ("y", &y), ("class", class)], name)?;
            }
        }
        page.close("svg")
    }

    fn table(&self, head: &str, page: &mut Markup<'_>) -> io::Result<()> {
        page.open("details", &[("class", "numbers")])?;
        page.element("summary", &[], "Numbers")?;
        page.fixed("<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Table\"><table><thead><tr>")?;
        page.element("th", &[("scope", "col")], head)?;
        for (_, name, _) in self.parts {
            page.element("th", &[("scope", "col"), ("class", "n")], name)?;
        }
        page.fixed("</tr></thead><tbody>")?;
        for (place, name) in self.names.iter().enumerate() {
            page.open("tr", &[])?;
            page.element("th", &[("scope", "row")], name)?;
            for (_, _, values) in self.parts {
                page.element("td", &[("class", "n")], &grouped(values.get(place).copied().unwrap_or(0)))?;
            }
            page.close("tr")?;
        }
        page.fixed("</tbody></table></div></details>")
    }
}

/// The curve of the search: the chance that a pair becomes a candidate, by its Jaccard, with the threshold on it.
///
/// # Errors
///
/// The writer fails.
pub(super) fn curve(chance: impl Fn(f64) -> f64, threshold: f64, page: &mut Markup<'_>) -> io::Result<()> {
    const TITLE: &str = "The S-curve: the chance that a pair becomes a candidate and is compared, by its Jaccard";
    page.open("figure", &[])?;
    page.element("figcaption", &[], TITLE)?;
    open_drawing(TITLE, page)?;

    let x = |jaccard: f64| LEFT as f64 + (WIDTH - LEFT - 12) as f64 * jaccard;
    let y = |chance: f64| (HEIGHT - BOTTOM) as f64 - (HEIGHT - BOTTOM - TOP) as f64 * chance;
    for line in [0.0, 0.5, 1.0] {
        axis_line(y(line), &format!("{:.0} %", line * 100.0), page)?;
    }
    for tenth in (0..=10).step_by(2) {
        let jaccard = f64::from(tenth) / 10.0;
        let below = (HEIGHT - BOTTOM + 18).to_string();
        page.element(
            "text",
            &[("x", &fixed(x(jaccard))), ("y", &below), ("class", "middle")],
            &format!("{jaccard:.1}"),
        )?;
    }

    let points: Vec<String> = (0..=100)
        .map(|percent| f64::from(percent) / 100.0)
        .map(|jaccard| format!("{},{}", fixed(x(jaccard)), fixed(y(chance(jaccard)))))
        .collect();
    page.element("polyline", &[("class", "curve"), ("points", &points.join(" "))], "")?;

    let at = fixed(x(threshold));
    let (bottom, top) = (fixed(y(0.0)), fixed(y(1.0)));
    page.element("line", &[("class", "threshold"), ("x1", &at), ("x2", &at), ("y1", &bottom), ("y2", &top)], "")?;
    page.element("circle", &[("class", "dot"), ("cx", &at), ("cy", &fixed(y(chance(threshold)))), ("r", "4")], "")?;
    let (label, class) = (format!("threshold {threshold}"), if threshold > 0.5 { "end" } else { "start" });
    let beside = fixed(x(threshold) + if threshold > 0.5 { -8.0 } else { 8.0 });
    page.element("text", &[("x", &beside), ("y", &fixed(y(0.3))), ("class", class)], &label)?;
    page.close("svg")?;

    page.open("p", &[])?;
    for jaccard in [0.3, 0.5, threshold] {
        page.text(&format!("At Jaccard {jaccard}: {:.2} %. ", chance(jaccard) * 100.0))?;
    }
    page.fixed("Every candidate is then compared exactly.</p></figure>")
}

/// A bar in a row of a table: a share of the largest.
///
/// # Errors
///
/// The writer fails.
pub(super) fn bar(parts: &[(&'static str, u64)], most: u64, page: &mut Markup<'_>) -> io::Result<()> {
    const LENGTH: f64 = 200.0;
    page.fixed("<svg class=\"bar\" viewBox=\"0 0 200 12\" preserveAspectRatio=\"none\" aria-hidden=\"true\">")?;
    let mut at = 0.0;
    for (class, value) in parts {
        let width = if most == 0 { 0.0 } else { LENGTH * *value as f64 / most as f64 };
        page.element(
            "rect",
            &[("class", class), ("x", &fixed(at)), ("y", "0"), ("width", &fixed(width)), ("height", "12")],
            "",
        )?;
        at += width;
    }
    page.fixed("</svg>")
}

fn open_drawing(title: &str, page: &mut Markup<'_>) -> io::Result<()> {
    page.open(
        "svg",
        &[("viewBox", &format!("0 0 {WIDTH} {HEIGHT}")), ("role", "img"), ("aria-label", title), ("class", "chart")],
    )
}

/// A line across the chart with its value at its left end.
fn axis_line(y: f64, label: &str, page: &mut Markup<'_>) -> io::Result<()> {
    let (y, left, right) = (fixed(y), LEFT.to_string(), WIDTH.to_string());
    page.element("line", &[("class", "grid"), ("x1", &left), ("x2", &right), ("y1", &y), ("y2", &y)], "")?;
    page.element("text", &[("x", &(LEFT - 6).to_string()), ("y", &y), ("class", "end axis")], label)
}

/// A number as an axis has room for it: from 10,000 on in thousands or millions, such as `16k`.
fn shortened(number: u64) -> String {
    match number {
        0..10_000 => grouped(number),
        10_000..10_000_000 => format!("{}k", grouped(number / 1000)),
        _ => format!("{}M", grouped(number / 1_000_000)),
    }
}

/// A length with one decimal.
fn fixed(length: f64) -> String {
    format!("{length:.1}")
}

/// The smallest even number of one or two digits and zeros that is not below `value`.
fn nice(value: u64) -> u64 {
    let mut unit = 1;
    while value > 20u64.saturating_mul(unit) {
        unit = unit.saturating_mul(10);
    }
    value.div_ceil(2 * unit).max(1).saturating_mul(2 * unit)
}

/// Writes counts side by side, each with its name.
pub(super) fn cards(counts: &[(&str, u64)], page: &mut Markup<'_>) -> io::Result<()> {
    page.fixed("<ul class=\"cards\">")?;
    for (name, count) in counts {
        page.open("li", &[])?;
        page.element("strong", &[], &grouped(*count))?;
        page.text(&format!(" {name}"))?;
        page.close("li")?;
    }
    page.fixed("</ul>")
}

/// A number with a comma at every third digit.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_axes_have_round_ends() {
        assert_eq!([0, 999, 1000, 1234567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([9_000, 16_000, 2_000_000, 40_000_000].map(shortened), ["9,000", "16k", "2,000k", "40M"]);
        assert_eq!([0, 1, 2, 3, 20, 21, 199, 15042].map(nice), [2, 2, 2, 4, 20, 40, 200, 16000]);
    }

    #[test]
    fn long_names_below_bars_have_room_and_stay_in_the_drawing() {
        let names: Vec<String> = (0..18).map(|n| format!("{}–{}", 1 << n, (2 << n) - 1)).collect();
        let parts = [("copy", "copies", vec![1; 18])];
        let mut out = Vec::new();
        BarChart { title: "Lengths", names: &names, parts: &parts }
            .write("length", &mut Markup::new(&mut out))
            .unwrap();
        let drawn = String::from_utf8(out).unwrap();
        let drawing = &drawn[..drawn.find("</svg>").unwrap()];
        assert!(drawing.contains(">1–1<") && !drawing.contains(">2–3<"), "{drawing}");
        let shown = drawing.matches("y=\"204\"").count();
        assert!((3..=4).contains(&shown), "{shown}: {drawing}");
    }

    #[test]
    fn names_are_escaped_and_empty_charts_have_no_drawing() {
        let chart = |values: Vec<u64>| {
            let mut out = Vec::new();
            let parts = [("copy", "copies", values)];
            let chart = BarChart { title: "Sizes", names: &["<b>".to_owned()], parts: &parts };
            chart.write("size", &mut Markup::new(&mut out)).unwrap();
            String::from_utf8(out).unwrap()
        };
        let drawn = chart(vec![3]);
        assert!(drawn.contains("<svg") && drawn.contains("&lt;b&gt;") && !drawn.contains("<b>"), "{drawn}");
        assert!(!chart(vec![0]).contains("<svg"));
    }
}
