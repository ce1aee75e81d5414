//! The texts that a batch of nodes is verified by: all in memory, or in a temporary file with those in use in memory.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use super::record_headings::UnfoldedHeading;
use super::refolder::HeadedFolding;
use super::spilled_texts::SpilledTexts;
use crate::error::Result;
use crate::lsh::Node;
use crate::shingle::ShingleSet;
use crate::shingle::hash::HashKeys;
use crate::similarity::facts::FactsText;
use crate::similarity::headings::{HeadedText, RecordHeading, RecordPlace};
use crate::similarity::links::TextLink;
use crate::similarity::own_text::Wording;

/// The shingles and the folded text of a node, and what rules derive from the text once they need it.
#[derive(Debug, Default)]
pub(super) struct VerifiedText {
    pub(super) set: ShingleSet,
    /// Tokens in the compact alphabet, joined by one space; empty if no rule reads it.
    pub(super) folded: Box<[u8]>,
    /// The hash of each token; empty if no rule reads it.
    pub(super) words: Arc<[u64]>,
    /// The links of a short text.
    pub(super) links: Box<[TextLink]>,
    /// Whether the text is the fields of a card.
    pub(super) is_card: bool,
    /// `None` also if the heading came folded from a temporary file.
    unfolded: Option<Box<UnfoldedHeading>>,
    heading: OnceLock<Box<RecordHeading>>,
    wording: OnceLock<Box<Wording>>,
    facts: OnceLock<Box<FactsText>>,
}

impl VerifiedText {
    pub(super) fn new(set: ShingleSet, text: HeadedFolding) -> Self {
        let HeadedFolding { folded, words, heading, links, is_card } = text;
        Self { set, folded, words, links, is_card, unfolded: heading.map(Box::new), ..Self::default() }
    }

    /// The same with a heading that is folded.
    pub(super) fn with_heading(self, heading: Option<RecordHeading>) -> Self {
        Self { heading: heading.map(Box::new).map_or_else(OnceLock::new, OnceLock::from), ..self }
    }

    /// The hashed words and trigrams of the text.
    pub(super) fn wording(&self, keys: &HashKeys) -> &Wording {
        self.wording.get_or_init(|| Box::new(Wording::of_words(Arc::clone(&self.words), keys)))
    }

    /// The text as the facts guard compares it, made of the folded text and the hashes of its tokens.
    pub(super) fn facts(&self, make: impl FnOnce(&[u8], &[u64]) -> FactsText) -> &FactsText {
        self.facts.get_or_init(|| Box::new(make(&self.folded, &self.words)))
    }

    /// The heading with its title folded, if there is one.
    pub(super) fn heading(&self) -> Option<&RecordHeading> {
        let heading = match &self.unfolded {
            Some(unfolded) => Some(self.heading.get_or_init(|| Box::new(unfolded.folded()))),
            None => self.heading.get(),
        };
        heading.map(|heading| &**heading)
    }

    /// Whose record it is, if there is a heading. Folds no title.
    pub(super) fn place(&self) -> Option<RecordPlace> {
        match &self.unfolded {
            Some(unfolded) => Some(unfolded.place),
            None => self.heading.get().map(|heading| heading.place),
        }
    }

    /// The key of the source that the record names, if it names one.
    pub(super) fn named_source(&self) -> Option<u64> {
        self.place().filter(|place| place.is_named).map(|place| place.source)
    }

    /// The text with its heading, if there is one.
    pub(super) fn headed(&self) -> Option<HeadedText<'_>> {
        self.heading().map(|heading| HeadedText { folded: &self.folded, heading })
    }

    /// Number of tokens of the folded text.
    pub(super) fn tokens(&self) -> usize {
        match self.folded.is_empty() {
            true => 0,
            false => memchr::memchr_iter(b' ', &self.folded).count() + 1,
        }
    }
}

/// The texts of a batch, by place in the batch.
pub(super) enum VerifiedTexts {
    Held(Vec<VerifiedText>),
    Spilled(SpilledTexts),
}

impl VerifiedTexts {
    /// The text of a node.
    pub(super) fn of(&self, node: Node) -> TextRef<'_> {
        match self {
            Self::Held(texts) => TextRef::Held(&texts[node as usize]),
            Self::Spilled(texts) => TextRef::Loaded(texts.of(node)),
        }
    }

    /// The text of a node that is read once, in passes over whole components.
    pub(super) fn once(&self, node: Node) -> TextRef<'_> {
        match self {
            Self::Held(texts) => TextRef::Held(&texts[node as usize]),
            Self::Spilled(texts) => TextRef::Loaded(texts.once(node)),
        }
    }

    /// Number of shingles of a node.
    pub(super) fn shingles(&self, node: Node) -> usize {
        match self {
            Self::Held(texts) => texts[node as usize].set.len(),
            Self::Spilled(texts) => texts.shingles(node),
        }
    }

    /// The key of the source that the record of a node names, if it names one.
    pub(super) fn named_source(&self, node: Node) -> Option<u64> {
        match self {
            Self::Held(texts) => texts[node as usize].named_source(),
            Self::Spilled(texts) => texts.named_source(node),
        }
    }

    /// Bytes for passes over the texts of a component; `None` if all texts are in memory.
    pub(super) fn room(&self) -> Option<u64> {
        match self {
            Self::Held(_) => None,
            Self::Spilled(texts) => Some(texts.room()),
        }
    }

    /// Number of tokens of a node.
    pub(super) fn tokens(&self, node: Node) -> usize {
        match self {
            Self::Held(texts) => texts[node as usize].tokens(),
            Self::Spilled(texts) => texts.tokens(node),
        }
    }

    /// Ends the work with the texts.
    ///
    /// # Errors
    ///
    /// A text could not be read from the temporary file. What was verified since is worth nothing.
    pub(super) fn check(&self) -> Result<()> {
        match self {
            Self::Held(_) => Ok(()),
            Self::Spilled(texts) => texts.check(),
        }
    }
}

/// A text in use.
pub(super) enum TextRef<'t> {
    Held(&'t VerifiedText),
    Loaded(Arc<VerifiedText>),
}

impl Deref for TextRef<'_> {
    type Target = VerifiedText;

    fn deref(&self) -> &VerifiedText {
        match self {
            Self::Held(text) => text,
            Self::Loaded(text) => text,
        }
    }
}

/// The shingles of a text in use.
pub(super) struct SetRef<'t>(pub(super) TextRef<'t>);

impl Deref for SetRef<'_> {
    type Target = ShingleSet;

    fn deref(&self) -> &ShingleSet {
        &self.0.set
    }
}
