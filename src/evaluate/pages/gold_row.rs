//! A row of a gold file: a part of a page and its label.

use super::gold_page::LetterLabel;

/// A row that is valid by itself.
#[derive(Debug)]
pub(super) struct GoldRow {
    /// First and last line, from 1.
    pub lines: (u64, u64),
    /// First and last character, from 1, of a row that is part of a line.
    pub columns: Option<(usize, usize)>,
    pub label: LetterLabel,
    pub group: String,
    /// Whether it continues the last story of its group.
    pub goes_on: bool,
}

/// The shape of a row, for errors.
const SHAPE: &str = "a row is start_line, end_line, kind, group, flags, columns, with tabs between them";

impl GoldRow {
    /// Reads a line. An error names the fault and the remedy.
    pub(super) fn parse(line: &str) -> Result<Self, String> {
        let fields: Vec<&str> = line.split('\t').collect();
        let [start, end, kind, rest @ ..] = &fields[..] else { return Err(format!("too few columns; {SHAPE}")) };
        // The last columns may be left out.
        let [group, flags, columns] = [0, 1, 2].map(|place| rest.get(place).map_or("", |field| *field));
        let flags = RowFlags::parse(flags)?;
        let lines =
            pair(start, end).ok_or_else(|| format!("lines {start:?} to {end:?} are no range of lines; {SHAPE}"))?;

        let label = flags.label(kind)?;
        if *kind != "boilerplate" && group.is_empty() {
            return Err(format!("a {kind} needs a group: a name that all wordings of this item share"));
        }

        // Columns count within one line.
        let columns = match columns {
            "" => None,
            _ if lines.0 != lines.1 => {
                return Err("columns need a row of one line; split it into a row a line".to_owned());
            }
            text => Some(range(text).ok_or_else(|| format!("columns {text:?}; write first-last, from 1, as 3-56"))?),
        };
        Ok(Self { lines, columns, label, group: group.to_owned(), goes_on: flags.goes_on })
    }
}

/// A range from 1 whose end is not before its start.
fn pair<T: std::str::FromStr + PartialOrd + From<u8>>(start: &str, end: &str) -> Option<(T, T)> {
    let (start, end) = (start.trim().parse::<T>().ok()?, end.trim().parse::<T>().ok()?);
    (T::from(1) <= start && start <= end).then_some((start, end))
}

fn range(columns: &str) -> Option<(usize, usize)> {
    let (first, last) = columns.split_once('-')?;
    pair(first, last)
}

/// The flags of a row.
#[derive(Debug, Default)]
struct RowFlags {
    title: bool,
    goes_on: bool,
    either: bool,
    free: bool,
}

impl RowFlags {
    fn parse(flags: &str) -> Result<Self, String> {
        let mut known = Self::default();
        for flag in flags.split(',').map(str::trim).filter(|flag| !flag.is_empty()) {
            match flag {
                "title" => known.title = true,
                "cont" => known.goes_on = true,
                "glued" | "inline" => known.either = true,
                "free" | "teaser" => known.free = true,
                _ => return Err(format!("flag {flag:?}; flags are title, cont, free, teaser, glued, inline")),
            }
        }
        Ok(known)
    }

    /// The label of a row of `kind` with these flags.
    fn label(&self, kind: &str) -> Result<LetterLabel, String> {
        let label = match kind {
            "headline" => LetterLabel::Headline,
            "story" => LetterLabel::Story,
            "boilerplate" => LetterLabel::Boilerplate,
            _ => return Err(format!("kind {kind:?}; kinds are headline, story, boilerplate")),
        };

        // A flag outweighs the kind, and one that excludes more outweighs others.
        Ok(match self {
            Self { free: true, .. } => LetterLabel::Free,
            Self { either: true, .. } => LetterLabel::Either,
            Self { title: true, .. } => LetterLabel::Title,
            _ => label,
        })
    }
}
