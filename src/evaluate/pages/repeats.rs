//! Pairs of repeated items: those of the groups of the gold, and those of the clusters.

use ahash::{AHashMap, AHashSet};

use super::cut_page::{CutPage, SAME_HEADLINE};
use super::gold_pages::GoldPages;
use super::scores::ShareTally;
use crate::cluster::{Cluster, Member};
use crate::document::{UnitId, Units};
use crate::similarity::Relation;

/// The least share of a unit that belongs to one story, for a unit of that story.
const OF_STORY: f64 = 0.8;
/// The least share of a story in a unit of it; with less the unit is a scrap.
const SCRAP: f64 = 0.3;
/// The least share of their union that a unit of several stories and one of them have in common, to count as that one.
const MIXED: f64 = 0.5;

/// An item: the numbers of its page and, on the page, of the item.
type ItemPlace = (usize, usize);
/// Two items, the smaller first.
type ItemPair = (ItemPlace, ItemPlace);

/// The role of a unit in the gold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum GoldRole {
    Item(ItemPlace),
    /// No item: a pair with it is wrong.
    Nothing,
    /// Not scored.
    Free,
}

/// The pairs of each page, and of all pages. A pair across two pages counts on both, and once in all.
pub(super) fn count(
    gold: &GoldPages,
    cuts: &[CutPage],
    units: &Units,
    clusters: &[Cluster],
) -> (Vec<ShareTally>, ShareTally) {
    let wanted = wanted(gold);
    let known: AHashSet<ItemPair> = wanted.iter().copied().collect();
    let mut found = FoundPairs { cuts, units, known: &known, hits: AHashSet::new(), wrong: Vec::new() };
    clusters.iter().for_each(|cluster| found.cluster(cluster));

    let mut tallies = PairTallies { pages: vec![ShareTally::default(); cuts.len()], all: ShareTally::default() };
    // A pair that was found counts once, however many clusters hold it.
    for pair in &wanted {
        let hit = f64::from(u8::from(found.hits.contains(pair)));
        tallies.add((pair.0.0, pair.1.0), ShareTally { gold: 1.0, gold_right: hit, found: hit, found_right: hit });
    }
    for pages in found.wrong {
        tallies.add(pages, ShareTally { found: 1.0, ..ShareTally::default() });
    }
    (tallies.pages, tallies.all)
}

/// The tallies of each page, and of all.
struct PairTallies {
    pages: Vec<ShareTally>,
    all: ShareTally,
}

impl PairTallies {
    fn add(&mut self, (a, b): (usize, usize), tally: ShareTally) {
        self.all += tally;
        self.pages[a] += tally;
        if b != a {
            self.pages[b] += tally;
        }
    }
}

/// All pairs of items of one group: headlines and titles among themselves, stories among themselves.
fn wanted(gold: &GoldPages) -> Vec<ItemPair> {
    let mut groups: AHashMap<(bool, &str), Vec<ItemPlace>> = AHashMap::new();
    let mut pairs = Vec::new();
    // In page order, so that the earlier item of a pair is the smaller one.
    for (page, gold) in gold.pages.iter().enumerate() {
        for (number, item) in gold.items.iter().enumerate() {
            let group = groups.entry((item.is_story(), &item.group)).or_default();
            pairs.extend(group.iter().map(|earlier| (*earlier, (page, number))));
            group.push((page, number));
        }
    }
    pairs
}

/// The pairs of the clusters.
struct FoundPairs<'a> {
    cuts: &'a [CutPage<'a>],
    units: &'a Units,
    known: &'a AHashSet<ItemPair>,
    hits: AHashSet<ItemPair>,
    /// The pages of each wrong pair.
    wrong: Vec<(usize, usize)>,
}

impl FoundPairs<'_> {
    /// Adds the pairs of a cluster: its copies among themselves, and related units with the keeper.
    fn cluster(&mut self, cluster: &Cluster) {
        let is_copy = |member: &&Member| matches!(member.relation, None | Some(Relation::Exact | Relation::Near));
        let copies: Vec<UnitId> = cluster.members.iter().filter(is_copy).map(|member| member.unit).collect();
        for (place, a) in copies.iter().enumerate() {
            copies[place + 1..].iter().for_each(|b| self.pair(*a, *b));
        }

        let related = cluster.members.iter().filter(|member| member.relation == Some(Relation::Related));
        related.for_each(|member| self.pair(cluster.keeper, member.unit));
    }

    fn pair(&mut self, a: UnitId, b: UnitId) {
        match (self.role(a), self.role(b)) {
            (GoldRole::Free, _) | (_, GoldRole::Free) => {}
            // Two units of one story, cut apart.
            (GoldRole::Item(a), GoldRole::Item(b)) if a == b => {}
            (GoldRole::Item(a), GoldRole::Item(b)) if self.known.contains(&(a.min(b), a.max(b))) => {
                self.hits.insert((a.min(b), a.max(b)));
            }
            _ => self.wrong.push((self.page(a), self.page(b))),
        }
    }

    fn page(&self, unit: UnitId) -> usize {
        self.units.document(unit).index()
    }

    /// The role of a unit by the letters that it has in common with items.
    fn role(&self, unit: UnitId) -> GoldRole {
        let cut = &self.cuts[self.page(unit)];
        let Some(piece) = self.units.number(unit).and_then(|number| cut.pieces.get(number)) else {
            return GoldRole::Nothing;
        };

        // Nothing scored, or nothing that is surely an item.
        let letters = &piece.letters;
        if letters.is_empty() || cut.page.is_either(letters) {
            return GoldRole::Free;
        }

        let (Some(number), shared) = cut.page.main_item(letters) else { return GoldRole::Nothing };
        let (item, shared) = (&cut.page.items[number], shared as f64);
        let of_story = item.is_story() && shared / letters.len() as f64 >= OF_STORY;
        if of_story && shared / (item.letters.len() as f64) < SCRAP {
            return GoldRole::Free;
        }

        // A part of one story counts as that story; a unit of several must hold most of it.
        let enough = if item.is_story() { MIXED } else { SAME_HEADLINE };
        if of_story || item.overlap(letters) >= enough {
            GoldRole::Item((self.page(unit), number))
        } else {
            GoldRole::Nothing
        }
    }
}
