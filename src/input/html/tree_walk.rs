//! A walk over a page that builds its tree from the same tokens.
//!
//! The walk knows no tree, so it may take content for markup that a tree does not, as in a `<title>` inside `<svg>`. As
//! long as both answer each token alike, both see the tokens that they would see alone. At the first difference the
//! tree is given up; it is then built apart, where it decides itself.

use std::cell::{Cell, RefCell};

use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{Token, TokenSink, TokenSinkResult};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts};

use super::main_text::{NodeId, TreeBuilding};
use super::metadata::PageMetadata;
use super::tokenizer;
use super::tokens::{self, TokenReader};
use super::walk::PageWalk;

/// The tree of a page.
pub(super) enum PageTree {
    /// It was built with the walk.
    Built(TreeBuilding),
    /// It must be built apart.
    Apart,
    /// The page is beyond the limits of a tree.
    None,
}

/// Walks over a page for its metadata, and builds its tree.
pub(super) fn walk(html: &str) -> (PageMetadata, PageTree) {
    let walk = RefCell::new(PageWalk::of_metadata());
    let sink = TreeWalkSink { walk, builder: builder(), growth: Cell::new(TreeGrowth::Grows) };

    let TreeWalkSink { walk, builder, growth } = tokenizer::tokenize(html, sink);
    let walked = walk.into_inner().finish();
    let tree = match growth.get() {
        _ if !walked.is_parsable() => PageTree::None,
        TreeGrowth::Grows => PageTree::Built(builder.sink),
        TreeGrowth::Parted | TreeGrowth::Stopped => PageTree::Apart,
    };
    (walked.metadata, tree)
}

/// Builds the tree of a page alone.
pub(super) fn build(html: &str) -> TreeBuilding {
    tokenizer::tokenize(html, builder()).sink
}

fn builder() -> TreeBuilder<NodeId, TreeBuilding> {
    // Without scripts the content of `<noscript>` is shown.
    let options = TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() };
    TreeBuilder::new(TreeBuilding::default(), options)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TreeGrowth {
    Grows,
    /// Walk and tree differed.
    Parted,
    /// The page is beyond the limits of a tree.
    Stopped,
}

struct TreeWalkSink {
    walk: RefCell<PageWalk>,
    builder: TreeBuilder<NodeId, TreeBuilding>,
    growth: Cell<TreeGrowth>,
}

impl TreeWalkSink {
    fn grows(&self) -> bool {
        self.growth.get() == TreeGrowth::Grows
    }
}

impl TokenSink for TreeWalkSink {
    type Handle = NodeId;

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<NodeId> {
        let mut walk = self.walk.borrow_mut();
        let raw = walk.token(&token);
        // The limits hold at every token, so a crafted page builds no large tree.
        if self.grows() && walk.is_too_large() {
            self.growth.set(TreeGrowth::Stopped);
        }

        if self.grows() && !is_same(raw, &self.builder.process_token(token, line)) {
            self.growth.set(TreeGrowth::Parted);
        }
        tokens::go_on(raw)
    }

    fn end(&self) {
        if self.grows() {
            self.builder.end();
        }
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        // Asked only where `<![CDATA[` may follow, which is text in `<svg>` and a comment elsewhere.
        if self.grows() && self.builder.adjusted_current_node_present_but_not_in_html_namespace() {
            self.growth.set(TreeGrowth::Parted);
        }
        false
    }
}

/// Whether the tree goes on after a token as the walk does. Pauses for scripts and encodings change no token.
fn is_same(raw: Option<RawKind>, result: &TokenSinkResult<NodeId>) -> bool {
    match result {
        TokenSinkResult::Plaintext => false,
        TokenSinkResult::RawData(kind) => raw == Some(*kind),
        TokenSinkResult::Continue | TokenSinkResult::Script(_) | TokenSinkResult::EncodingIndicator(_) => raw.is_none(),
    }
}
