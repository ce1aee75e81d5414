//! Assigns the nodes of one component to keepers.
//!
//! In keeper order, the first free node becomes a keeper and takes every free node that verifies against it. It is compared
//! with its own candidates first, then with the candidates of each node it takes: a node that shares a bucket with a copy of
//! the keeper may be a copy of the keeper. It is compared with the keeper, never with the copy. So no chain joins a cluster,
//! and a copy that banding missed is still found if another copy leads to it.
//!
//! Each keeper scans each bucket that it reaches once, and taken nodes leave the bucket: a bucket of m copies costs m
//! comparisons, not m². All comparisons together are at most twice the candidate pairs, so components of any size are treated
//! exactly. A bucket of more than `max_bucket` nodes is searched by length and prefix filters, which lose nothing. If a list of
//! those is longer still, a node in it is compared only if it shares another band; the others are counted. A keeper of which too
//! many comparisons came to nothing looks into no further bucket, and all nodes of these are counted.
//!
//! In a large component whose pages share furniture, pages with content of their own meet only in rare text
//! ([`ComponentContents`]).
//!
//! Components are independent, and so are the comparisons of one keeper with a long bucket: all threads make them, then they
//! count in order, so that a large component is not the work of one thread.

use super::component_contents::ComponentContents;
use super::verifier::{NodeVerdict, PairVerifier, VerifiedLink};
use crate::lsh::{Buckets, CandidateLimits, Component, Components, Node};
use crate::parallel;

mod live_bucket;

use live_bucket::{LiveBucket, LiveMembers};

/// The links of one component.
#[derive(Debug, Default)]
pub(crate) struct ComponentOutcome {
    /// Copies that keepers took, and variants they met, in the order of the keepers.
    pub(crate) links: Vec<VerifiedLink>,
    /// Number of candidate pairs of a keeper that a cap left unverified.
    pub(crate) lost: u64,
    /// Number of candidate pairs that were looked at.
    pub(crate) looked: u64,
}

/// Assigns the nodes of one component to keepers.
pub(crate) fn assign<V: PairVerifier>(
    component: &Component,
    components: &Components,
    buckets: &Buckets,
    verifier: &V,
    limits: CandidateLimits,
) -> ComponentOutcome {
    assign_ahead(component, components, buckets, verifier, limits, AHEAD)
}

/// As [`assign`], with at most `ahead` comparisons made before their results count. The outcome does not depend on `ahead`.
fn assign_ahead<V: PairVerifier>(
    component: &Component,
    components: &Components,
    buckets: &Buckets,
    verifier: &V,
    limits: CandidateLimits,
    ahead: usize,
) -> ComponentOutcome {
    if let [a, b] = component.nodes[..] {
        // Most components are pairs; they need no search.
        let links = VerifiedLink::of(a, b, verifier.verify(a, b)).into_iter().collect();
        return ComponentOutcome { links, lost: 0, looked: 1 };
    }

    let contents = verifier.contents(component).unwrap_or_else(ComponentContents::none);
    let has_content = |node: &Node| contents.has_content(components.place[*node as usize]);
    let bucket = |bucket: &u32| LiveBucket::new(buckets.members(*bucket), has_content, verifier);
    let group = |group: &Vec<Node>| LiveBucket::new(group, |_| false, verifier);
    let live = component.buckets.iter().map(bucket).chain(contents.groups().iter().map(group)).collect();
    let first_group = component.buckets.len();

    let mut search = KeeperSearch {
        components,
        buckets,
        verifier,
        limits,
        ahead,
        refused: 0,
        most_refused: limits.refusals,
        live,
        contents,
        first_group,
        states: vec![NodeState::default(); component.nodes.len()],
        frontier: Vec::new(),
        passed_over: Vec::new(),
        outcome: ComponentOutcome::default(),
    };

    // Nodes ascend, and their order is the keeper order.
    for node in &component.nodes {
        search.keep(*node);
    }
    search.outcome
}

/// The progress of one node.
#[derive(Debug, Clone, Copy, Default)]
struct NodeState {
    /// Whether it is a keeper, or taken by one.
    settled: bool,
    /// The last keeper it was compared with.
    compared_with: Option<Node>,
    /// The last keeper that passed it over.
    passed_over_by: Option<Node>,
}

impl NodeState {
    /// Whether it is still to be compared with `keeper`.
    fn may_meet(self, keeper: Node) -> bool {
        !self.settled && self.compared_with != Some(keeper)
    }
}

/// The next comparisons of a keeper.
struct AheadQueue {
    /// Number of nodes of the bucket that they cover.
    nodes: usize,
    /// The verdicts on those that the keeper meets, in order.
    verdicts: std::vec::IntoIter<NodeVerdict>,
}

impl AheadQueue {
    /// The next verdict. There is one for each node that the keeper meets; another node would count as unlike.
    fn take(&mut self) -> NodeVerdict {
        let verdict = self.verdicts.next();
        debug_assert!(verdict.is_some(), "a node was met that was not compared");
        verdict.unwrap_or(NodeVerdict::Other)
    }
}

/// Most comparisons that are made before their results count.
const AHEAD: usize = 4096;

/// Most comparisons that may come to nothing, of a keeper without content in a large component.
const FORM_REFUSALS: usize = 250;

/// Fewest comparisons that are worth more than one thread.
const WORTH_SHARING: usize = 128;

/// The search for the keepers of one component.
struct KeeperSearch<'a, V> {
    components: &'a Components,
    buckets: &'a Buckets,
    verifier: &'a V,
    limits: CandidateLimits,
    /// Most comparisons that are made before their results count.
    ahead: usize,
    /// Number of comparisons of the current keeper that came to nothing, and how many may.
    refused: usize,
    most_refused: usize,
    /// The buckets of the component, then its groups.
    live: Vec<LiveBucket>,
    contents: ComponentContents,
    /// The place of the first group in `live`.
    first_group: usize,
    /// By place in the component.
    states: Vec<NodeState>,
    /// Nodes whose buckets the current keeper has not scanned yet.
    frontier: Vec<Node>,
    /// Nodes that the current keeper was not compared with when it met them in a list: the list is too long, or it was refused too
    /// often. Each stands once.
    passed_over: Vec<Node>,
    outcome: ComponentOutcome,
}

impl<V: PairVerifier> KeeperSearch<'_, V> {
    /// Makes a free node a keeper, which takes its copies.
    fn keep(&mut self, keeper: Node) {
        let state = self.state(keeper);
        if state.settled {
            return;
        }

        state.settled = true;
        self.refused = 0;
        self.most_refused = self.refusals_of(keeper);
        debug_assert!(self.frontier.is_empty(), "the last keeper has scanned all its buckets");
        self.frontier.push(keeper);
        // Buckets of the keeper first, then those of the copies it takes. Nodes that share rare text with it come before all
        // others, since most of those may be refused.
        while let Some(node) = self.frontier.pop() {
            for group in 0..self.groups_of(node).len() {
                self.scan(keeper, self.first_group + self.groups_of(node)[group] as usize);
            }
            let buckets = self.buckets;
            for bucket in buckets.of(node) {
                self.scan(keeper, self.components.bucket_place[*bucket as usize] as usize);
            }
        }

        self.count_lost(keeper);
    }

    /// How many comparisons of a keeper may come to nothing. In a large component, texts that differ in few words (one form with
    /// other numbers) would all be compared with each other and refused.
    fn refusals_of(&self, keeper: Node) -> usize {
        let is_form = self.contents.is_large() && !self.contents.has_content(self.place(keeper));
        if is_form { self.limits.refusals.min(FORM_REFUSALS) } else { self.limits.refusals }
    }

    fn place(&self, node: Node) -> u32 {
        self.components.place[node as usize]
    }

    fn groups_of(&self, node: Node) -> &[u32] {
        self.contents.groups_of(self.place(node))
    }

    fn state(&mut self, node: Node) -> &mut NodeState {
        &mut self.states[self.components.place[node as usize] as usize]
    }

    /// Compares a keeper with the members of a bucket or group, once.
    fn scan(&mut self, keeper: Node, bucket: usize) {
        if self.live[bucket].scanned_by.replace(keeper) == Some(keeper) {
            return;
        }

        // Taken out, as meeting them changes the rest of `self`.
        let mut members = std::mem::replace(&mut self.live[bucket].members, LiveMembers::Few(Vec::new()));
        self.meet_members(keeper, &mut members);
        self.live[bucket].members = members;

        if !self.contents.has_content(self.place(keeper)) {
            let mut members = std::mem::replace(&mut self.live[bucket].with_content, LiveMembers::Few(Vec::new()));
            self.meet_members(keeper, &mut members);
            self.live[bucket].with_content = members;
        }
    }

    fn meet_members(&mut self, keeper: Node, members: &mut LiveMembers) {
        let (states, components) = (&self.states, self.components);
        let is_free = |node: Node| !states[components.place[node as usize] as usize].settled;
        // A keeper that is refused soon needs no index.
        if self.most_refused == usize::MAX {
            members.prepare(is_free, self.verifier, self.limits.max_bucket);
        }

        match members {
            LiveMembers::Few(nodes) => self.meet_each(keeper, nodes),
            // Taken nodes are met again, and refused by their state.
            LiveMembers::Timed(nodes) => {
                let near = self.verifier.times().map(|times| times.near(keeper, nodes));
                for stretch in near.into_iter().flatten() {
                    let mut stretch = nodes[stretch].to_vec();
                    self.meet_each(keeper, &mut stretch);
                }
            }
            LiveMembers::Many(members) => {
                // Its lists are as long as the bucket, and nothing in them would be compared.
                if self.refused >= self.most_refused {
                    members.is_stale = true;
                    self.outcome.lost += members.index.sets();
                    return;
                }

                let set = self.verifier.set(keeper);
                // Taken nodes must not make a list seem too long.
                if members.is_stale {
                    members.index.purge(&set, self.limits.max_bucket, is_free);
                }
                members.index.probe_retain(&set, |node, length| self.meet_in_list(keeper, node, length));
            }
        }
    }

    /// Meets the nodes in order and removes settled ones, until too many comparisons came to nothing; the rest is lost. A pair
    /// that is lost in several buckets is counted in each.
    fn meet_each(&mut self, keeper: Node, nodes: &mut Vec<Node>) {
        let (mut next, mut kept) = (0, 0);

        while next < nodes.len() && self.refused < self.most_refused {
            let mut ahead = self.compare_ahead(keeper, &nodes[next..]);
            for place in next..next + ahead.nodes {
                let node = nodes[place];
                if self.meet(keeper, node, |_| ahead.take()) {
                    nodes[kept] = node;
                    kept += 1;
                }
            }
            debug_assert!(ahead.verdicts.len() == 0, "every verdict was met");
            next += ahead.nodes;
        }

        self.outcome.lost += (nodes.len() - next) as u64;
        nodes.drain(kept..next);
    }

    /// Makes the next comparisons of a keeper: at most as many as may still come to nothing, so that nothing is compared that
    /// would not be compared one by one.
    fn compare_ahead(&mut self, keeper: Node, nodes: &[Node]) -> AheadQueue {
        let most = (self.most_refused - self.refused).min(self.ahead);
        let mut meets = Vec::new();
        let mut seen = 0;
        while seen < nodes.len() && meets.len() < most {
            if self.state(nodes[seen]).may_meet(keeper) && self.verifier.are_compared(keeper, nodes[seen]) {
                meets.push(nodes[seen]);
            }
            seen += 1;
        }

        let verifier = self.verifier;
        let verdicts: Vec<NodeVerdict> = if meets.len() < WORTH_SHARING {
            meets.iter().map(|node| verifier.verify(keeper, *node)).collect()
        } else {
            parallel::map(&meets, || (), |(), node| verifier.verify(keeper, *node))
        };
        AheadQueue { nodes: seen, verdicts: verdicts.into_iter() }
    }

    /// Compares a node with the keeper, once. Gives whether the node is still free.
    fn meet(&mut self, keeper: Node, node: Node, verify: impl FnOnce(&V) -> NodeVerdict) -> bool {
        self.outcome.looked += 1;
        let state = self.state(node);
        if !state.may_meet(keeper) {
            return !state.settled;
        }

        state.compared_with = Some(keeper);
        // Such nodes stay free for other keepers, and do not count as refused.
        if !self.verifier.are_compared(keeper, node) {
            return true;
        }

        // Variants are linked too, but stay free for other keepers.
        let verdict = verify(self.verifier);
        self.outcome.links.extend(VerifiedLink::of(keeper, node, verdict));

        if let NodeVerdict::Same | NodeVerdict::Copy(_) = verdict {
            self.state(node).settled = true;
            self.frontier.push(node);
            return false;
        }
        self.refused += 1;
        true
    }

    /// As [`meet`](Self::meet), for a node from a list of the prefix filter with `length` entries.
    fn meet_in_list(&mut self, keeper: Node, node: Node, length: usize) -> bool {
        let free = !self.state(node).settled;
        let is_far = || length > self.limits.max_bucket && !self.buckets.share_two_bands(keeper, node);
        if free && (self.refused >= self.most_refused || is_far()) {
            self.outcome.looked += 1;
            if self.state(node).passed_over_by.replace(keeper) != Some(keeper) {
                self.passed_over.push(node);
            }
            return true;
        }

        self.meet(keeper, node, |verifier| verifier.verify(keeper, node))
    }

    /// Counts the nodes that were passed over and not met otherwise.
    fn count_lost(&mut self, keeper: Node) {
        let mut passed_over = std::mem::take(&mut self.passed_over);
        for node in &passed_over {
            let state = self.state(*node);
            // A node that was met through another bucket, or taken, is not lost.
            let lost = !state.settled && state.compared_with != Some(keeper);
            self.outcome.lost += u64::from(lost);
        }

        // The buffer is used again.
        passed_over.clear();
        self.passed_over = passed_over;
    }
}

#[cfg(test)]
mod tests;
