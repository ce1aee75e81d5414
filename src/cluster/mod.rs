//! Forms clusters from verified pairs: keepers, their copies, and attached members.

mod attach;
mod clusters;
mod component_contents;
mod gather;
mod keep_policy;
mod keeper_search;
mod node_times;
mod settle;
mod verifier;

pub(crate) use attach::{attach, variants};
pub use clusters::{Cluster, Member, Removal};
pub(crate) use component_contents::{ComponentContents, ContentsBuilder, LARGE, RARE};
pub(crate) use gather::gather;
pub use keep_policy::Keep;
pub(crate) use keeper_search::assign;
pub(crate) use node_times::NodeTimes;
pub(crate) use settle::{ContainmentPair, settle, shown};
pub(crate) use verifier::{NodeVerdict, PairVerifier, VerifiedLink};
