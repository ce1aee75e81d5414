//! The frame of every page: head, security policy, style, script and foot.

use std::io::{self, Write};

use super::markup::Markup;

/// The style sheet of all pages that the library writes.
pub const STYLE: &str = include_str!("report.css");
const SCRIPT: &str = include_str!("report.js");

/// What the page may load and run: its own style and its own script, known by their SHA-256, and nothing else. A test
/// compares both with the files.
const POLICY: &str = concat!(
    "default-src 'none'; ",
    "style-src 'sha256-NhJ2Qj6xGwgwIqpQu9Qe/Ubr3RecdSF6gcJ1k8s//Ig='; ",
    "script-src 'sha256-ZfdlWSLe+bZIODN8qnxVXkbaz1j6PVIRWD6X9X7e3/c='; ",
    "base-uri 'none'; form-action 'none'"
);

/// Writes a page: the frame, and what `body` writes into it. Only a page with clusters has a script.
///
/// # Errors
///
/// The writer fails, or `body` does.
pub(super) fn write(
    title: &str,
    has_script: bool,
    out: &mut dyn Write,
    body: impl FnOnce(&mut Markup<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let mut page = Markup::new(out);
    page.fixed("<!doctype html>\n<html lang=\"en\" dir=\"ltr\">\n<head>\n<meta charset=\"utf-8\">\n")?;
    page.open("meta", &[("http-equiv", "Content-Security-Policy"), ("content", POLICY)])?;
    page.fixed("\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")?;
    page.fixed(
        "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n",
    )?;
    page.element("title", &[], title)?;
    page.fixed("\n<style>")?;
    page.fixed(STYLE)?;
    page.fixed("</style>\n</head>\n<body>\n<main>\n<header>")?;
    page.element("h1", &[], title)?;
    page.fixed("</header>\n")?;

    body(&mut page)?;

    page.fixed("</main>\n<footer><p>")?;
    page.text(concat!("mukarrar ", env!("CARGO_PKG_VERSION"), ". This file loads nothing from elsewhere."))?;
    page.fixed("</p></footer>\n")?;
    if has_script {
        page.fixed("<script>")?;
        page.fixed(SCRIPT)?;
        page.fixed("</script>\n")?;
    }
    page.fixed("</body>\n</html>\n")
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn the_policy_allows_the_style_and_the_script_of_the_page_and_nothing_else() {
        let of = |text: &str| STANDARD.encode(Sha256::digest(text.as_bytes()));
        assert!(POLICY.contains(&format!("style-src 'sha256-{}'", of(STYLE))), "report.css: {}", of(STYLE));
        assert!(POLICY.contains(&format!("script-src 'sha256-{}'", of(SCRIPT))), "report.js: {}", of(SCRIPT));
        assert!(POLICY.starts_with("default-src 'none'") && !POLICY.contains("unsafe"));
        // Else a browser would see another text than the one that was hashed.
        assert!(!SCRIPT.contains("</script") && !STYLE.contains("</style") && !SCRIPT.contains("<!--"));
        assert!(!SCRIPT.contains('\r') && !STYLE.contains('\r'));
    }
}
