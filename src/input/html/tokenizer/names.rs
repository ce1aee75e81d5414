//! Names of tags and attributes as atoms.

use html5ever::LocalName;

/// An atom of at most this length holds its text; a longer one is sought in a table of all programs' names.
const INLINE: usize = 7;

/// Number of longer names that are kept.
const KEPT: usize = 64;

/// The longer names of a page, found without that table.
#[derive(Default)]
pub(super) struct Names {
    /// Empty until the first longer name.
    kept: Vec<LocalName>,
}

impl Names {
    /// The atom of a name in lower case.
    pub(super) fn atom(&mut self, name: &str) -> LocalName {
        if name.len() <= INLINE {
            return LocalName::from(name);
        }
        if self.kept.is_empty() {
            self.kept.resize(KEPT, LocalName::default());
        }

        // Two names of one place only push each other out.
        let kept = &mut self.kept[place(name.as_bytes())];
        if **kept != *name {
            *kept = LocalName::from(name);
        }
        kept.clone()
    }
}

fn place(name: &[u8]) -> usize {
    let byte = |at: usize| usize::from(name.get(at).copied().unwrap_or(0));
    // Many names begin alike, as those with `data-` do.
    (name.len() ^ byte(0) ^ (byte(5) << 1) ^ (byte(name.len() - 1) << 2) ^ (byte(name.len() / 2) << 3)) % KEPT
}
