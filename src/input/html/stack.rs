//! The open elements of a page, and those that a tag closes.

use html5ever::LocalName;

use super::line::LineContext;

/// Most levels that are told apart. Pages have some dozens; browsers stop at 512.
pub(super) const DEEPEST: usize = 512;

#[derive(Debug)]
struct OpenElement {
    name: LocalName,
    block: bool,
    context: LineContext,
}

/// The open elements, outermost first.
#[derive(Debug, Default)]
pub(super) struct ElementStack {
    open: Vec<OpenElement>,
    /// Number of open elements beyond [`DEEPEST`], of which nothing else is known.
    beyond: usize,
}

impl ElementStack {
    /// The context of the innermost open element.
    pub(super) fn context(&self) -> LineContext {
        self.open.last().map_or_else(LineContext::default, |open| open.context)
    }

    /// Number of open elements.
    pub(super) fn depth(&self) -> usize {
        self.open.len() + self.beyond
    }

    pub(super) fn push(&mut self, name: LocalName, block: bool, context: LineContext) {
        if self.open.len() < DEEPEST {
            self.open.push(OpenElement { name, block, context });
        } else {
            self.beyond += 1;
        }
    }

    /// Closes the elements that a start tag of this name implies closed: a paragraph at any block, an item at the next
    /// item.
    pub(super) fn close_implied(&mut self, name: &str) {
        if self.beyond > 0 {
            return;
        }

        match name {
            "li" => self.close_within(&["li"], &["ul", "ol", "menu", "dir"]),
            "dd" | "dt" => self.close_within(&["dd", "dt"], &["dl"]),
            "td" | "th" => self.close_within(&["td", "th"], &["tr", "table"]),
            "tr" => self.close_within(&["tr"], &["tbody", "thead", "tfoot", "table"]),
            "tbody" | "thead" | "tfoot" => self.close_within(&["tbody", "thead", "tfoot", "caption"], &["table"]),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.close_paragraph();
                self.close_heading();
            }
            name if super::walk::is_block(name) => self.close_paragraph(),
            _ => {}
        }
    }

    /// Whether the innermost block is not part of a table, so that text before the next cell is a line of its own.
    pub(super) fn is_in_block(&self) -> bool {
        let inner = self.open.iter().rev().find(|open| open.block);
        inner.is_some_and(|open| !matches!(&*open.name, "td" | "th" | "tr" | "tbody" | "thead" | "tfoot" | "table"))
    }

    fn close_heading(&mut self) {
        if self.open.last().is_some_and(|open| matches!(&*open.name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")) {
            self.open.pop();
        }
    }

    /// Closes the innermost block if it is a paragraph.
    fn close_paragraph(&mut self) {
        let last = self.open.iter().rposition(|open| open.block || is_barrier(&open.name));

        if let Some(at) = last.filter(|at| self.open.get(*at).is_some_and(|open| &*open.name == "p")) {
            self.open.truncate(at);
        }
    }

    /// Closes the innermost element of `names`, unless one of `borders` is further in.
    fn close_within(&mut self, names: &[&str], borders: &[&str]) {
        let found = self.open.iter().rposition(|open| names.contains(&&*open.name) || borders.contains(&&*open.name));

        if let Some(at) = found.filter(|at| self.open.get(*at).is_some_and(|open| names.contains(&&*open.name))) {
            self.open.truncate(at);
        }
    }

    /// Closes the innermost element of this name with all inside it; `false` if none is in reach. An end tag inside a
    /// cell does not close what holds the table, and an inline element does not close a block.
    pub(super) fn close(&mut self, name: &LocalName, block: bool) -> bool {
        if self.beyond > 0 {
            self.beyond -= 1;
            return false;
        }

        // Tags of a table reach to the innermost table; others to the innermost cell, inline ones to the innermost
        // block.
        let in_table = matches!(&**name, "table" | "tbody" | "thead" | "tfoot" | "tr" | "td" | "th" | "caption");
        let reach = |open: &&OpenElement| {
            if in_table { &*open.name == "table" } else { is_barrier(&open.name) || !block && open.block }
        };

        // A border may itself be closed.
        let border = self.open.iter().rposition(|open| reach(&open));
        let found = self.open.iter().rposition(|open| open.name == *name);
        let found = found.filter(|at| border.is_none_or(|border| *at >= border));
        if let Some(at) = found {
            self.open.truncate(at);
        }
        found.is_some()
    }
}

/// Whether end tags of other elements do not reach beyond this one.
fn is_barrier(name: &str) -> bool {
    matches!(name, "td" | "th" | "caption" | "table" | "template" | "html")
}
