//! The sources of consecutive records, as numbers.

use foldhash::HashMap;

/// The number of a source among the names of a [`SourceNumbers`].
pub(crate) type SourceNumber = u32;

/// The name of all sources beyond the most that are told apart.
const OTHERS: &str = "other sources";

/// The source of each record of a block or of a run: 4 bytes a record, and each name once.
#[derive(Debug, Clone)]
pub(crate) struct SourceNumbers {
    /// In the order in which they occur first. The empty name is that of records without a source.
    names: Vec<String>,
    numbers: HashMap<String, SourceNumber>,
    of_records: Vec<SourceNumber>,
    /// Bytes of all names.
    name_bytes: u64,
    /// Most sources that are told apart.
    most: usize,
}

impl Default for SourceNumbers {
    fn default() -> Self {
        Self::of_most(usize::MAX)
    }
}

/// Two are equal if they name the same sources of the same records.
impl PartialEq for SourceNumbers {
    fn eq(&self, other: &Self) -> bool {
        self.names == other.names && self.of_records == other.of_records
    }
}

impl SourceNumbers {
    /// Bytes of a name beside its letters: twice its string, and its place in the table.
    const BYTES_PER_NAME: usize = 96;

    /// No records yet. Sources beyond the first `most` share one name.
    pub(crate) fn of_most(most: usize) -> Self {
        Self { names: Vec::new(), numbers: HashMap::default(), of_records: Vec::new(), name_bytes: 0, most }
    }

    /// The sources of records by their numbers among `names`; `None` if a number has no name, or a name occurs twice.
    pub(crate) fn of_parts(names: Vec<String>, of_records: Vec<SourceNumber>) -> Option<Self> {
        let mut sources = Self::default();
        names.iter().for_each(|name| {
            sources.number(name);
        });

        let is_whole = sources.names == names && of_records.iter().all(|number| (*number as usize) < names.len());
        is_whole.then_some(Self { of_records, ..sources })
    }

    /// Appends a record with the name of its source; the empty name if it has none.
    pub(crate) fn push(&mut self, name: &str) {
        let number = self.number(name);
        self.of_records.push(number);
    }

    /// Appends the records of a block.
    pub(crate) fn append(&mut self, block: &Self) {
        let ours: Vec<SourceNumber> = block.names.iter().map(|name| self.number(name)).collect();
        self.of_records.extend(block.of_records.iter().map(|number| ours[*number as usize]));
    }

    /// The names, by number.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// The number of the source of each record.
    pub(crate) fn of_records(&self) -> &[SourceNumber] {
        &self.of_records
    }

    /// About how many bytes are held.
    pub(crate) fn bytes(&self) -> u64 {
        self.name_bytes + size_of_val(&self.of_records[..]) as u64
    }

    fn number(&mut self, name: &str) -> SourceNumber {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }

        let name = if self.names.len() < self.most { name } else { OTHERS };
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = self.names.len() as SourceNumber;
        self.numbers.insert(name.to_owned(), number);
        self.names.push(name.to_owned());
        self.name_bytes += (2 * name.len() + Self::BYTES_PER_NAME) as u64;
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_give_the_numbers_of_their_records_in_one_row() {
        let records = ["okaz.com", "", "sabq.org", "okaz.com", "alwatan.com", "sabq.org"];
        let mut whole = SourceNumbers::default();
        records.iter().for_each(|name| whole.push(name));
        assert_eq!(whole.of_records(), [0, 1, 2, 0, 3, 2]);

        for length in 1..=records.len() {
            let mut joined = SourceNumbers::default();
            for records in records.chunks(length) {
                let mut block = SourceNumbers::default();
                records.iter().for_each(|name| block.push(name));
                joined.append(&block);
            }
            assert_eq!(joined, whole, "blocks of {length}");
        }
    }

    #[test]
    fn sources_beyond_the_most_share_a_name() {
        let mut numbers = SourceNumbers::of_most(2);
        ["a", "b", "c", "d", "a"].iter().for_each(|name| numbers.push(name));
        assert_eq!(numbers.of_records(), [0, 1, 2, 2, 0]);
        assert_eq!(numbers.names(), ["a", "b", OTHERS]);
    }

    #[test]
    fn parts_that_do_not_fit_are_refused() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert!(SourceNumbers::of_parts(names(&["a", "b"]), vec![1, 0]).is_some());
        assert!(SourceNumbers::of_parts(names(&["a", "b"]), vec![2]).is_none());
        assert!(SourceNumbers::of_parts(names(&["a", "a"]), vec![0]).is_none());
    }
}
