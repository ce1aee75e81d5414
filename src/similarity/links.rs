//! Links as evidence: two short records that lead to other pages of one site are two records.
//!
//! Folding leaves links out, since papers add their own to a report. But the content of a short post can be a link alone:
//! a file to load, a proxy, a video. Such posts repeat the words around it.
//!
//! A link of each record that the other lacks tells the two apart if both lead to one host. So the link of a channel
//! to itself, which each channel writes below what it copies, tells nothing. Neither do links to a whole site or a
//! profile, nor a link that was cut.

use memchr::memmem;

use crate::page::source_key;

/// Most tokens of a text whose content can be a link.
pub(crate) const MOST_TOKENS: usize = 80;

/// Most links of a text that are compared; bounds the time that a hostile text can cost.
pub(crate) const MOST_LINKS: usize = 16;

/// What stands between the scheme and the host.
const SEPARATOR: &str = "://";

/// Sites where the first part of a path names a profile or a channel.
const OF_PROFILES: [&str; 9] = [
    "t.me",
    "telegram.me",
    "instagram.com",
    "twitter.com",
    "x.com",
    "facebook.com",
    "youtube.com",
    "tiktok.com",
    "threads.net",
];

/// A link to a page, hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TextLink {
    /// The host; for links of other schemes than the web the scheme, since each names its own server.
    pub(crate) host: u64,
    /// The whole link without its fragment.
    pub(crate) page: u64,
}

/// The links to pages in the pieces of a text, ascending. O(n) for n bytes, next to nothing for a text without links.
pub(crate) fn links_in<'t>(pieces: impl Iterator<Item = &'t str>) -> Box<[TextLink]> {
    let of_piece = |piece: &'t str| {
        let separators = memmem::find_iter(piece.as_bytes(), SEPARATOR);
        separators.filter_map(move |at| link_at(piece, at))
    };
    let mut links: Vec<TextLink> = pieces.flat_map(of_piece).take(MOST_LINKS).collect();
    links.sort_unstable();
    links.dedup();
    links.into()
}

/// Whether each of two texts has a link that the other lacks, to one host. Symmetric.
pub(crate) fn lead_elsewhere(a: &[TextLink], b: &[TextLink]) -> bool {
    let lacks = |links: &[TextLink], link: &TextLink| links.binary_search(link).is_err();
    let own_of_b = |host: u64| b.iter().any(|link| link.host == host && lacks(a, link));
    a.iter().any(|link| lacks(b, link) && own_of_b(link.host))
}

/// The link whose scheme ends at byte `at`, if it leads to a page.
fn link_at(text: &str, at: usize) -> Option<TextLink> {
    // The separator is ASCII, so both cuts are character boundaries.
    let (before, after) = (text.get(..at)?, text.get(at + SEPARATOR.len()..)?);
    let of_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    let scheme = &before[before.trim_end_matches(of_scheme).len()..];
    if scheme.is_empty() {
        return None;
    }

    let is_of_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let rest = &after[..after.find(ends_link).unwrap_or(after.len())];
    let rest = match (rest.ends_with('…'), rest.split_once('?')) {
        (false, _) => rest,
        // A proxy is told by its key and its server, which stand before its settings.
        (true, Some((server, _))) if !is_of_web => server,
        (true, _) => return None,
    };
    let without_name = rest.split('#').next().unwrap_or_default();
    let page = without_name.trim_end_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '=' | '-' | '_'));
    if page.is_empty() {
        return None;
    }

    if !is_of_web {
        let host = source_key(&scheme.to_ascii_lowercase());
        return Some(TextLink { host, page: source_key(page) });
    }
    let host_end = page.find(['/', '?', ':']).unwrap_or(page.len());
    let (host, path) = page.split_at(host_end);
    let host = host.to_ascii_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host);
    let is_page = leads_to_a_page(host, path);
    is_page.then(|| TextLink { host: source_key(host), page: source_key(&format!("{host}{path}")) })
}

/// Whether a link leads to a page, not to a whole site or a profile.
fn leads_to_a_page(host: &str, path: &str) -> bool {
    let parts = path.split(['/', '?']).filter(|part| !part.is_empty()).count();
    let least = if OF_PROFILES.contains(&host) { 2 } else { 1 };
    parts >= least
}

/// White space, brackets and quotation marks around a link.
fn ends_link(c: char) -> bool {
    c.is_whitespace() || matches!(c, '<' | '>' | '"' | '«' | '»' | '،' | '`')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether two texts lead to other pages of one site.
    fn differ(a: &str, b: &str) -> bool {
        let [of_a, of_b] = [a, b].map(|text| links_in([text].into_iter()));
        let found = lead_elsewhere(&of_a, &of_b);
        assert_eq!(found, lead_elsewhere(&of_b, &of_a), "symmetric");
        found
    }

    #[test]
    fn other_pages_of_one_host_and_other_servers_of_one_scheme_differ() {
        for (a, b) in [
            ("حمل https://files.example.org/a1", "حمل https://files.example.org/b2"),
            ("حمل https://files.example.org/get?id=1", "حمل http://www.files.example.org/get?id=2"),
            ("https://t.me/proxy?server=one", "https://t.me/proxy?server=two"),
            ("https://t.me/somebody/17", "https://t.me/somebody/18"),
            ("vpn://first@example.org:80", "vpn://second@example.net:80"),
            ("(https://example.org/a)", "(https://example.org/b)"),
        ] {
            assert!(differ(a, b), "{a} / {b}");
        }
    }

    #[test]
    fn proxies_are_told_by_what_stands_before_their_settings_where_these_were_cut() {
        assert!(differ("vpn://first@example.org?mode=auto…", "vpn://second@example.org?mode=auto…"));
    }

    #[test]
    fn one_page_in_two_spellings_is_no_other_page() {
        for (a, b) in [
            ("https://Example.org/a", "http://www.example.org/a/"),
            ("https://example.org/a.", "https://example.org/a"),
            ("vpn://server@example.org#first", "vpn://server@example.org#second"),
            ("https://example.org/a https://example.org/b", "https://example.org/b\nhttps://example.org/a"),
        ] {
            assert!(!differ(a, b), "{a} / {b}");
        }
    }

    #[test]
    fn sites_profiles_cut_links_and_links_on_one_side_tell_nothing() {
        for (a, b) in [
            ("https://t.me/first", "https://t.me/second"),
            ("https://first.example.org", "https://second.example.org"),
            ("https://first.example.org/a", "https://second.example.org/b"),
            ("https://example.org/a", "https://example.org/b…"),
            ("https://example.org/a", "رابط"),
            ("https://example.org/a", "https://example.org/a https://example.org/b"),
            ("vpn://key@example.org?mode=auto…", "vpn://key@example.org?type=raw&mode…"),
            ("://example.org/a", "://example.org/b"),
            ("://", "https://"),
        ] {
            assert!(!differ(a, b), "{a} / {b}");
        }
    }
}
