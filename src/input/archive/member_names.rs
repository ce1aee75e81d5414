//! The names of members: as they are shown, and unique within an archive.

use std::borrow::Cow;
use std::collections::HashSet;

use foldhash::fast::RandomState;

/// The names that were given in one archive. An archive to which files were added again has a name more than once.
#[derive(Default)]
pub(super) struct MemberNames {
    given: HashSet<Box<str>, RandomState>,
}

impl MemberNames {
    /// A name as it is shown: UTF-8, with `/` between folders, without the beginning that makes it absolute.
    pub(super) fn shown(name: &[u8]) -> String {
        let name = String::from_utf8_lossy(name);

        // Some programs of Windows write their own separators.
        let name: Cow<'_, str> =
            if name.contains('/') || !name.contains('\\') { name } else { name.replace('\\', "/").into() };
        let parts = name.split('/').filter(|part| !part.is_empty() && *part != ".");
        let mut shown = String::with_capacity(name.len());
        for part in parts {
            if !shown.is_empty() {
                shown.push('/');
            }
            shown.push_str(part);
        }
        shown
    }

    /// Whether a shown name leads out of the folder to which an archive is unpacked.
    pub(super) fn leads_out(name: &str) -> bool {
        // A part that ends in a colon is a drive on Windows; a backslash separates folders there.
        name.is_empty() || name.split(['/', '\\']).any(|part| part == "..") || name.contains('\0')
    }

    /// The name, if it is the first of its kind, else with a number before its extensions: `a~2.jsonl.gz`.
    pub(super) fn unique(&mut self, name: String) -> String {
        if self.given.insert(name.as_str().into()) {
            return name;
        }

        let (folder, file) = name.rsplit_once('/').map_or(("", name.as_str()), |(folder, file)| (folder, file));
        let (stem, extensions) = file.split_at(file.find('.').unwrap_or(file.len()));
        let separator = if folder.is_empty() { "" } else { "/" };
        let numbered = (2_u64..).map(|number| format!("{folder}{separator}{stem}~{number}{extensions}"));
        // One of them is new: there are more numbers than names.
        numbered.into_iter().find(|numbered| self.given.insert(numbered.as_str().into())).unwrap_or(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_in_one_form_and_told_apart() {
        assert_eq!(MemberNames::shown(b"./a//b/./c.txt"), "a/b/c.txt");
        assert_eq!(MemberNames::shown(b"/etc/passwd"), "etc/passwd");
        assert_eq!(MemberNames::shown("خبر\\ا.txt".as_bytes()), "خبر/ا.txt");
        assert_eq!(MemberNames::shown(b"a\xFFb"), "a\u{FFFD}b");
        assert!(MemberNames::leads_out("a/../b") && MemberNames::leads_out("..\\b") && MemberNames::leads_out(""));
        assert!(!MemberNames::leads_out("a/b..c"));

        let mut names = MemberNames::default();
        let given = ["x/a.jsonl.gz", "x/a.jsonl.gz", "x/a~2.jsonl.gz", "x/a.jsonl.gz", "b", "b"];
        let unique = given.map(|name| names.unique(name.to_owned()));
        assert_eq!(unique, ["x/a.jsonl.gz", "x/a~2.jsonl.gz", "x/a~2~2.jsonl.gz", "x/a~3.jsonl.gz", "b", "b~2"]);
    }
}
