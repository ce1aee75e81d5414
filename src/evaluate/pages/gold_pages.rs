//! Reads pages and their gold, and checks every row and every letter.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use foldhash::HashMap;

use super::gold_page::{GoldPage, LetterLabel, PageItem, ScoredLetter, counts};
use super::gold_row::GoldRow;
use crate::error::{Error, ErrorKind, Result};
use crate::input::Corpus;

/// Pages with gold cuts, in the order of names.
///
/// A gold file is TSV: `start_line`, `end_line` (from 1, blank lines counted), `kind` (`headline`, `story`,
/// `boilerplate`), `group`, `flags` (with commas between them), and, for a row that is part of a line, `columns`
/// (`first-last`, characters from 1). Lines that begin with `#` are skipped. Each letter and digit of a page belongs to exactly
/// one row.
///
/// - Headlines and titles of one group are wordings of one item, also on other pages; so are the stories of one group.
/// - `title`: the title line of the next story of that group.
/// - `cont`: continues the last story of that group on the page.
/// - `glued`, `inline`: headlines joined without a space, or on a read-also line; correct as headline and as boilerplate.
/// - `free`, `teaser`: not scored.
#[derive(Debug)]
pub struct GoldPages {
    pub(super) pages: Vec<GoldPage>,
}

impl GoldPages {
    /// Reads `pages/NAME.txt` and `gold/NAME.tsv` of a directory, as UTF-8.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if a file cannot be read; [`ErrorKind::Gold`], with file and line, for an invalid row, a letter with no
    /// row or two, a title without a story, gold without a page; [`ErrorKind::Parameter`] without any page.
    pub fn open(directory: &Path) -> Result<Self> {
        let [pages, gold] = ["pages", "gold"].map(|name| directory.join(name));
        let names = names(&pages, "txt")?;

        // A page without gold fails below, when its file is read.
        if let Some(stray) = self::names(&gold, "tsv")?.difference(&names).next() {
            let reason = format!("has no page; write {}, or remove this file", file(&pages, stray, "txt").display());
            return Err(wrong(&file(&gold, stray, "tsv"), 1, reason));
        }
        if names.is_empty() {
            let expected = "a directory that holds pages/NAME.txt and gold/NAME.tsv";
            return Err(Error::parameter("pages", directory.display(), expected));
        }

        let read = |name: &String| page(name, &file(&pages, name, "txt"), &file(&gold, name, "tsv"));
        Ok(Self { pages: names.iter().map(read).collect::<Result<_>>()? })
    }

    /// Pages in memory: the name, text and gold rows of each.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Gold`] as [`open`](Self::open), with the files `NAME.txt` and `NAME.tsv`.
    pub fn from_pages<'a>(pages: impl IntoIterator<Item = (&'a str, &'a str, &'a str)>) -> Result<Self> {
        let here = Path::new("");
        let read = |(name, text, rows): (&str, &str, &str)| {
            let files = (file(here, name, "txt"), file(here, name, "tsv"));
            PageLabelling::new(text, &files.0, &files.1).read(name, rows)
        };
        Ok(Self { pages: pages.into_iter().map(read).collect::<Result<_>>()? })
    }

    /// The pages as documents, each under its name.
    #[must_use]
    pub fn corpus(&self) -> Corpus {
        Corpus::from_texts(self.pages.iter().map(|page| (page.name.as_str(), page.text.as_str())))
    }
}

fn file(directory: &Path, name: &str, extension: &str) -> PathBuf {
    directory.join(format!("{name}.{extension}"))
}

/// The names of the files of a directory with an extension, without that.
fn names(directory: &Path, extension: &str) -> Result<BTreeSet<String>> {
    let failed = |source| Error::io("read", directory, source);
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(directory).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension() == Some(OsStr::new(extension)) {
            names.extend(path.file_stem().map(|name| name.to_string_lossy().into_owned()));
        }
    }
    Ok(names)
}

fn page(name: &str, text: &Path, rows: &Path) -> Result<GoldPage> {
    let read = |path: &Path| fs::read_to_string(path).map_err(|source| Error::io("read", path, source));
    PageLabelling::new(&read(text)?, text, rows).read(name, &read(rows)?)
}

fn wrong(path: &Path, line: u64, reason: String) -> Error {
    ErrorKind::Gold { path: path.to_owned(), line, reason, remedy: None }.into()
}

/// A letter or digit of a page, with its label as soon as a row gives it one.
struct LetterMark {
    byte: usize,
    line: u64,
    column: usize,
    /// Its label, item and row.
    label: Option<(LetterLabel, Option<usize>, u64)>,
}

/// A page that is being labelled.
struct PageLabelling<'a> {
    text: &'a str,
    /// The files of the text and of the rows, for errors.
    files: (&'a Path, &'a Path),
    marks: Vec<LetterMark>,
    /// Characters of each line.
    widths: Vec<usize>,
    items: Vec<PageItem>,
    /// The last story of each group.
    last: HashMap<String, usize>,
}

impl<'a> PageLabelling<'a> {
    fn new(text: &'a str, page: &'a Path, rows: &'a Path) -> Self {
        let (mut marks, mut widths, mut start) = (Vec::new(), Vec::new(), 0);
        for (line, number) in text.split('\n').zip(1..) {
            for ((byte, c), column) in line.char_indices().zip(1..) {
                if counts(c) {
                    marks.push(LetterMark { byte: start + byte, line: number, column, label: None });
                }
            }
            // Columns are characters, for people; spans are bytes.
            widths.push(line.chars().count());
            start += line.len() + 1;
        }

        Self { text, files: (page, rows), marks, widths, items: Vec::new(), last: HashMap::default() }
    }

    /// Labels the page by all `rows`; afterwards each letter must have a label, and each title a story.
    fn read(mut self, name: &str, rows: &str) -> Result<GoldPage> {
        let rows = rows.strip_prefix('\u{feff}').unwrap_or(rows);
        for (line, number) in rows.lines().zip(1..).filter(|(line, _)| !line.is_empty() && !line.starts_with('#')) {
            let row = GoldRow::parse(line).map_err(|reason| wrong(self.files.1, number, reason))?;
            self.row(&row, number).map_err(|reason| wrong(self.files.1, number, reason))?;
        }

        self.check_all_labelled()?;
        let page = self.page(name);
        if let Some(title) = untold_title(&page) {
            let reason = format!("no story of group {:?} follows this title; give both one group", title.group);
            return Err(wrong(self.files.1, title.row, reason));
        }
        Ok(page)
    }

    /// Labels the letters of a row.
    fn row(&mut self, row: &GoldRow, number: u64) -> std::result::Result<(), String> {
        // Errors name what the page has, so that the row can be corrected.
        let (first, last) = row.lines;
        let lines = self.widths.len();
        let width = usize::try_from(first).ok().and_then(|line| self.widths.get(line - 1));
        let (Some(width), true) = (width, last <= lines as u64) else {
            return Err(format!("the page has {lines} lines; correct the lines of this row"));
        };
        if let Some((_, end)) = row.columns.filter(|(_, end)| end > width) {
            return Err(format!("the line has {width} characters, not {end}; correct the columns of this row"));
        }

        let start = self.marks.partition_point(|mark| mark.line < first);
        let end = self.marks.partition_point(|mark| mark.line <= last);
        let item = self.item(row, number)?;

        let inside = |mark: &&mut LetterMark| row.columns.is_none_or(|(x, y)| (x..=y).contains(&mark.column));
        let mut labelled = 0;
        for mark in self.marks[start..end].iter_mut().filter(inside) {
            if let Some((_, _, earlier)) = mark.label.replace((row.label, item, number)) {
                return Err(format!("line {} is labelled on row {earlier} too; remove one of the two", mark.line));
            }
            labelled += 1;
        }

        // Lines of signs alone may be listed as boilerplate.
        if labelled == 0 && row.label != LetterLabel::Boilerplate && row.label != LetterLabel::Free {
            return Err("nothing is labelled by this row; correct its lines, or remove it".to_owned());
        }
        Ok(())
    }

    /// The item of a row: a new one, the story that it continues, or none.
    fn item(&mut self, row: &GoldRow, number: u64) -> std::result::Result<Option<usize>, String> {
        if !matches!(row.label, LetterLabel::Headline | LetterLabel::Title | LetterLabel::Story) {
            return Ok(None);
        }

        if row.label == LetterLabel::Story && row.goes_on {
            let last = self.last.get(&row.group).copied();
            return last.map(Some).ok_or_else(|| {
                format!("no story of group {:?} stands above; remove cont, or correct the group", row.group)
            });
        }

        // Later rows of the group may continue a story, but no headline.
        let item = self.items.len();
        self.items.push(PageItem { label: row.label, group: row.group.clone(), row: number, letters: Vec::new() });
        if row.label == LetterLabel::Story {
            self.last.insert(row.group.clone(), item);
        }
        Ok(Some(item))
    }

    /// An error for the first letter without a label.
    fn check_all_labelled(&self) -> Result<()> {
        let Some(mark) = self.marks.iter().find(|mark| mark.label.is_none()) else { return Ok(()) };

        // A few words, so that the place is easy to find.
        let text: String = self.text[mark.byte..].chars().take_while(|c| *c != '\n').take(20).collect();
        let reason = format!("{:?} has no label; write a row for it into {}", text.trim_end(), self.files.1.display());
        Err(wrong(self.files.0, mark.line, reason))
    }

    /// The labelled page.
    fn page(&mut self, name: &str) -> GoldPage {
        let mut items = std::mem::take(&mut self.items);
        let (mut letters, mut free): (Vec<ScoredLetter>, Vec<usize>) = (Vec::new(), Vec::new());

        for mark in &self.marks {
            // Items refer to letters by their number among the scored ones.
            match mark.label {
                Some((label, item, _)) if label != LetterLabel::Free => {
                    if let Some(item) = item {
                        items[item].letters.push(letters.len());
                    }
                    letters.push(ScoredLetter { byte: mark.byte, line: mark.line, label, item });
                }
                _ => free.push(mark.byte),
            }
        }

        GoldPage { name: name.to_owned(), text: self.text.to_owned(), letters, free, items }
    }
}

/// The first title that no story of its group follows.
fn untold_title(page: &GoldPage) -> Option<&PageItem> {
    page.items.iter().find(|title| title.label == LetterLabel::Title && page.story_below(title).is_none())
}
