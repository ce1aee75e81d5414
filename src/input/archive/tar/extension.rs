//! What headers of their own say of the next member: a long name, a large size.

/// The extensions of the next member.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Extensions {
    pub(super) name: Option<Vec<u8>>,
    pub(super) size: Option<u64>,
    /// Whether holes of the member are left out of the archive.
    pub(super) is_sparse: bool,
}

impl Extensions {
    /// Adds the data of an extension of this kind: `L`, a name of GNU tar, or a pax header.
    pub(super) fn add(&mut self, kind: u8, data: &[u8]) {
        if kind == b'L' {
            let end = data.iter().position(|byte| *byte == 0).unwrap_or(data.len());
            self.name = Some(data[..end].to_vec());
            return;
        }

        for (key, value) in pax_records(data) {
            match key {
                b"path" => self.name = Some(value.to_vec()),
                b"size" => self.size = std::str::from_utf8(value).ok().and_then(|size| size.parse().ok()),
                _ => self.is_sparse |= key.starts_with(b"GNU.sparse."),
            }
        }
    }
}

/// The records of a pax header, each `LENGTH KEY=VALUE\n`. Values may hold any byte, so only the length tells where one
/// ends. What follows a broken record is left out.
fn pax_records(data: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = data;
    std::iter::from_fn(move || {
        let space = rest.iter().position(|byte| *byte == b' ')?;
        let length: usize = std::str::from_utf8(&rest[..space]).ok()?.parse().ok()?;

        let record = rest.get(space + 1..length)?.strip_suffix(b"\n")?;
        rest = &rest[length..];
        let equals = record.iter().position(|byte| *byte == b'=')?;
        Some((&record[..equals], &record[equals + 1..]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pax_header_gives_name_and_size() {
        let name = "أخبار/الخبر.jsonl";
        let path = format!("path={name}\n");
        let length = path.len() + 3;
        let data = format!("20 comment=a\nb=c d \n{length} {path}11 size=99\nx");
        let mut extensions = Extensions::default();
        extensions.add(b'x', data.as_bytes());
        assert_eq!(extensions.name.as_deref(), Some(name.as_bytes()));
        assert_eq!(extensions.size, Some(99));
    }

    #[test]
    fn a_broken_pax_header_gives_what_precedes_the_damage() {
        let mut extensions = Extensions::default();
        extensions.add(b'x', b"11 size=99\n99999999999999999999 path=a\n");
        assert_eq!(extensions, Extensions { size: Some(99), ..Extensions::default() });
        extensions.add(b'x', b"0 =\n");
        extensions.add(b'x', b" path=a\n");
        assert_eq!(extensions.name, None);
    }
}
