//! The names of elements that the extractor asks for, as numbers.

use html5ever::{LocalName, local_name};

macro_rules! tags {
    ($($tag:ident $name:tt)*) => {
        /// What a node is: no element, or an element of one of the names that are asked for, or of another one.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub(super) enum Tag {
            /// The document, or the content of a `<template>`.
            Root,
            Text,
            Comment,
            /// A document type or a processing instruction.
            Declaration,
            Other,
            $($tag,)*
        }

        impl Tag {
            /// The tag of an element of this name, whatever its namespace.
            pub(super) fn of(name: &LocalName) -> Self {
                match *name {
                    $(local_name!($name) => Self::$tag,)*
                    _ => Self::Other,
                }
            }

            /// The name of an element; none of [`Tag::Other`] and of nodes that are no elements.
            pub(super) const fn name(self) -> Option<&'static str> {
                match self {
                    Self::Root | Self::Text | Self::Comment | Self::Declaration | Self::Other => None,
                    $(Self::$tag => Some($name),)*
                }
            }
        }
    };
}

tags! {
    A "a" Abbr "abbr" Address "address" Article "article" Aside "aside" Audio "audio" B "b" Bdo "bdo"
    Blockquote "blockquote" Body "body" Br "br" Button "button" Caption "caption" Cite "cite" Code "code" Col "col"
    Colgroup "colgroup" Data "data" Datalist "datalist" Dd "dd" Del "del" Dfn "dfn" Dialog "dialog" Div "div" Dl "dl"
    Dt "dt" Em "em" Embed "embed" Fieldset "fieldset" Figure "figure" Font "font" Footer "footer" Form "form" H1 "h1"
    H2 "h2" H3 "h3" H4 "h4" H5 "h5" H6 "h6" Head "head" Header "header" Hr "hr" Html "html" I "i" Iframe "iframe"
    Img "img" Input "input" Ins "ins" Kbd "kbd" Label "label" Li "li" Link "link" Mark "mark" Math "math" Meta "meta"
    Meter "meter" Noembed "noembed" Noframes "noframes" Noscript "noscript" Object "object" Ol "ol" Output "output"
    P "p" Picture "picture" Plaintext "plaintext" Pre "pre" Progress "progress" Q "q" Ruby "ruby" Samp "samp"
    Script "script" Section "section" Select "select" Small "small" Span "span" Strong "strong" Style "style" Sub "sub"
    Sup "sup" Svg "svg" Table "table" Tbody "tbody" Td "td" Textarea "textarea" Tfoot "tfoot" Th "th" Thead "thead"
    Time "time" Title "title" Tr "tr" Ul "ul" Var "var" Wbr "wbr" Xmp "xmp"
}

impl Tag {
    pub(super) const fn is_element(self) -> bool {
        self as u8 >= Self::Other as u8
    }
}

/// A set of tags.
#[derive(Debug, Clone, Copy)]
pub(super) struct TagSet(u128);

impl TagSet {
    pub(super) const fn of(tags: &[Tag]) -> Self {
        let (mut set, mut at) = (0, 0);
        while at < tags.len() {
            set |= 1 << tags[at] as u8;
            at += 1;
        }
        Self(set)
    }

    pub(super) const fn contains(self, tag: Tag) -> bool {
        self.0 >> tag as u8 & 1 == 1
    }
}
