//! Videos of sites that are known, which stay beside the text.

use html5ever::ns;

use super::tags::Tag;
use super::tree::{NodeId, Tree};

const SITES: [&str; 10] = [
    "dailymotion.com",
    "youtube.com",
    "youtube-nocookie.com",
    "player.vimeo.com",
    "v.qq.com",
    "archive.org",
    "upload.wikimedia.org",
    "player.twitch.tv",
    "bilibili.com",
    "live.bilibili.com",
];

/// Whether an embedded element is a video of a known site.
pub(super) fn is_video(tree: &Tree, id: NodeId) -> bool {
    tree.element(id).attributes.iter().any(|attribute| names_site(&attribute.value))
        || tree.tag(id) == Tag::Object && names_site(&markup(tree, id))
}

/// Whether a text holds an address of a known site, where it first names it.
fn names_site(text: &str) -> bool {
    SITES.iter().any(|site| {
        text.split_once(site).is_some_and(|(before, _)| {
            let before = before.as_bytes();
            before.ends_with(b"//") || before.ends_with(b"//www.")
        })
    })
}

/// The content of an element as HTML: names, attributes and texts. That of a template belongs to it.
fn markup(tree: &Tree, id: NodeId) -> String {
    let mut markup = String::new();
    let mut open: Vec<_> = tree.node(id).first.into_iter().collect();
    while let Some(id) = open.pop() {
        let template = tree.element(id).template.and_then(|content| tree.node(content).first);
        open.extend([tree.node(id).next, tree.node(id).first, template].into_iter().flatten());
        match tree.tag(id) {
            Tag::Text => escape(tree.text_of(id), &mut markup),
            tag if tag.is_element() => {
                let element = tree.element(id);
                markup.push('<');
                markup.push_str(tag.name().unwrap_or(&element.name.local));
                for attribute in &element.attributes {
                    markup.push(' ');
                    if attribute.name.ns == ns!(xlink) {
                        markup.push_str("xlink:");
                    }
                    markup.push_str(&attribute.name.local);
                    markup.push_str("=\"");
                    escape(&attribute.value, &mut markup);
                    markup.push('"');
                }
                markup.push('>');
            }
            _ => {}
        }
    }
    markup
}

fn escape(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            _ => out.push(character),
        }
    }
}
