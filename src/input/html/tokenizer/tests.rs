//! The tokens are those of the tokenizer of `html5ever`.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use proptest::prelude::*;

/// Keeps tokens: text in one piece, comments without content, no errors.
#[derive(Debug, Default)]
struct KeptTokens {
    tokens: RefCell<Vec<Token>>,
    /// Whether `<![CDATA[` begins text.
    foreign: bool,
}

impl TokenSink for KeptTokens {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut tokens = self.tokens.borrow_mut();
        let result = match &token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => match &*tag.name {
                "script" => TokenSinkResult::RawData(RawKind::ScriptData),
                "style" => TokenSinkResult::RawData(RawKind::Rawtext),
                "title" => TokenSinkResult::RawData(RawKind::Rcdata),
                "plaintext" => TokenSinkResult::Plaintext,
                _ => TokenSinkResult::Continue,
            },
            _ => TokenSinkResult::Continue,
        };
        match (token, tokens.last_mut()) {
            (Token::CharacterTokens(more), Some(Token::CharacterTokens(text))) => text.push_tendril(&more),
            (Token::CharacterTokens(text), _) if text.is_empty() => {}
            (Token::CommentToken(_), _) => tokens.push(Token::CommentToken(StrTendril::new())),
            (Token::ParseError(_), _) => {}
            (token, _) => tokens.push(token),
        }
        result
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.foreign
    }
}

fn expected(html: &str, foreign: bool) -> Vec<Token> {
    let tokenizer = Tokenizer::new(KeptTokens { foreign, ..KeptTokens::default() }, TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(html));
    while !input.is_empty() {
        let _ = tokenizer.feed(&input);
    }
    tokenizer.end();
    tokenizer.sink.tokens.into_inner()
}

fn assert_same(html: &str) {
    for foreign in [false, true] {
        let found = super::tokenize(html, KeptTokens { foreign, ..KeptTokens::default() }).tokens.into_inner();
        assert_eq!(found, expected(html, foreign), "{html:?}");
    }
}

#[test]
fn pages_of_all_kinds_have_the_tokens_of_the_model() {
    for entry in walkdir::WalkDir::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/html/pages")) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            assert_same(&std::fs::read_to_string(entry.path()).unwrap());
        }
    }
}

#[test]
fn every_beginning_of_an_odd_page_has_the_tokens_of_the_model() {
    let pages = [
        "\u{feff}<!DOCTYPE html PUBLIC \"-//W3C//DTD\" 'x'><!-- a <!-- b --!> c --><!--><!---><!----!>\r\n<p\r\nA=1 a=2 b>",
        "a<b</b><c/><d / e=/f/ g='&amp' h=\"&ampx&amp=&amp;\" i=&lt;></><//><?x?><!x><![CDATA[ ]]]> ]]><3 & &# &#x; &#xZ; &#0;",
        "<script><!-- <script> </script> --> </script ><script><!--<script></scripT/>--></script\t></script><script>&amp;",
        "<script><!--></script><script><!- </script><script><!--<scripty --></script x=1/><script></scriptx></script",
        "<title>&amp; </titles></title/><style><!-- </style></style\n><title>\0&notit;&notin;&unknown;&#1610;&#x80;&#x1F;</title>",
        "<p \0=\0 x=\"\0&lt;\" =y= z=> \0 <q\0><![CDATA[\0]]><plaintext>\0 </plaintext> &amp; <b>\0",
    ];
    for page in pages {
        for (end, _) in page.char_indices() {
            assert_same(&page[..end]);
        }
        assert_same(page);
    }
}

/// Pieces whose sequences reach every state of the model.
fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "<",
        "</",
        "<!",
        "<!-",
        "<!--",
        "--",
        "-",
        "-->",
        "--!>",
        ">",
        "/>",
        "/",
        "?",
        "!",
        "=",
        "'",
        "\"",
        "&",
        "&#",
        "&#x",
        ";",
        "#",
        " ",
        "\n",
        "\r",
        "\r\n",
        "\t",
        "\x0c",
        "\0",
        "\u{feff}",
        "p",
        "a",
        "B",
        "ü",
        "نص",
        "0",
        "amp",
        "amp;",
        "lt",
        "not",
        "in;",
        "&nbsp;",
        "&copy",
        "&#1610;",
        "&#x64a",
        "&#128;",
        "&#99999999999;",
        "&Aacute",
        "&ngE;",
        "script",
        "<script>",
        "</script",
        "</script>",
        "<SCRIPT ",
        "title",
        "<title>",
        "</title>",
        "style",
        "<style>",
        "</style ",
        "<plaintext>",
        "doctype",
        "<!DOCTYPE html>",
        "<!doctype",
        " public \"",
        "system",
        "<![CDATA[",
        "]]>",
        "]",
        " href=\"",
        " class=x",
        " data-longer-name='1'",
        " itemprop=",
        " itemprop",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn every_page_has_the_tokens_of_the_model(pieces in prop::collection::vec(piece(), 0..24)) {
        assert_same(&pieces.concat());
    }
}
