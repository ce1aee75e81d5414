//! The actions: the bytes of a rule table that are no folded character.
//!
//! Actions lie below 0x30, except [`MARK`]. Every other byte of a rule table is the folded character itself: an ASCII
//! digit or letter, or a code of the compact alphabet.

/// Nothing: invisible to every rule.
pub(super) const DELETED: u8 = 0;
/// Ends a token.
pub(super) const SPACE: u8 = 1;
/// Ends a token; no rule looks across it.
pub(super) const BREAK: u8 = 2;
/// Ends a token, except between digits.
pub(super) const NUMBER_MARK: u8 = 3;
/// Deleted; a dash between digits.
pub(super) const TATWEEL: u8 = 4;
/// Deleted; a mark after it composes with nothing.
pub(super) const SMALL: u8 = 5;
/// A hamza or madda above or below: deleted; composes with the letter before it.
pub(super) const HAMZA: u8 = 6;
/// Teh marbuta: the letter heh; the word ends if another letter follows.
pub(super) const TEH: u8 = 7;
/// Central Kurdish heh: the vowel at the end of a word, the consonant before a letter.
pub(super) const KURDISH_HEH: u8 = 8;
/// Zero-width non-joiner in Central Kurdish: deleted; makes the heh before it a vowel.
pub(super) const KURDISH_JOINER: u8 = 9;
/// A letter that is dropped.
pub(super) const DROPPED: u8 = 10;
/// Anything else: its class decides.
pub(super) const RARE: u8 = 11;
/// An Arabic mark: deleted; part of the token's span. Just below the letters, so that one comparison finds the end of a
/// run of letters and marks.
pub(super) const MARK: u8 = 0x7F;
