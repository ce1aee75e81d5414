//! The process that opened an index.

use crate::error::{Error, ErrorKind};

/// The process that opened an index. A forked child has a copy of its memory, but neither its threads nor its locks: what the
/// child stores would be lost, or would damage the files of the parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OwnProcess(u32);

impl OwnProcess {
    /// This process.
    pub(super) fn this() -> Self {
        Self(std::process::id())
    }

    /// Whether this process is the one that opened the index.
    pub(super) fn is_this(self) -> bool {
        self == Self::this()
    }

    /// The error of another process; `None` in the one that opened the index.
    pub(super) fn refusal(self) -> Option<Error> {
        (!self.is_this()).then(|| ErrorKind::Forked { opened_by: self.0 }.into())
    }

    /// Another process, for tests.
    #[cfg(test)]
    pub(super) const fn other() -> Self {
        Self(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Result;
    use crate::index::{Expiry, Index, Item, Rank};

    /// An index as a forked child of the process that opened it has it.
    fn inherited(mut index: Index) -> Index {
        index.process = OwnProcess::other();
        index
    }

    fn is_forked<T: std::fmt::Debug>(answer: Result<T>) -> bool {
        matches!(answer.unwrap_err().kind(), ErrorKind::Forked { opened_by: 0 })
    }

    #[test]
    fn a_forked_child_is_refused_by_every_operation() {
        let index = Index::builder().build().unwrap();
        index.insert("1", "قال الوزير إن الأمر انتهى").unwrap();
        let index = inherited(index);

        let text = "قال الوزير إن الأمر بدأ";
        assert!(is_forked(index.check(text)) && is_forked(index.check_and_insert("2", text)));
        assert!(is_forked(index.insert("2", text)) && is_forked(index.replace("1", text)));
        assert!(is_forked(index.remove("1")) && is_forked(index.contains("1")) && is_forked(index.stats()));
        assert!(is_forked(index.query(text, 1, Rank::Jaccard)) && is_forked(index.expire(Expiry::OutsideWindow)));
        assert!(is_forked(index.export(&mut Vec::new())) && is_forked(index.import(&mut &b"{}"[..])));
        assert!(is_forked(index.merge(&Index::builder().build().unwrap())) && is_forked(index.compact()));
        assert!(is_forked(Index::builder().build().unwrap().merge(&index)));

        let items = [("2", Item::from(text)), ("3", Item::from(text))];
        let texts = items.map(|(_, item)| item);
        assert!(index.check_all(&texts).into_iter().all(is_forked) && index.check_all(&texts).len() == 2);
        assert!(index.insert_all(&items).into_iter().all(is_forked) && index.insert_all(&items).len() == 2);
        assert!(index.check_and_insert_all(&items).into_iter().all(is_forked));
        assert!(is_forked(index.commit()) && index.len() == 1 && is_forked(index.close()));
    }
}
