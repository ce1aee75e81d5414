//! Pairs of repeated items: those that groups of the gold make, and those that clusters make.

use ahash::{AHashMap, AHashSet};

use super::cut_page::{CutPage, SAME_HEADLINE};
use super::gold_pages::GoldPages;
use super::scores::ShareTally;
use crate::cluster::{Cluster, Member};
use crate::document::{UnitId, Units};
use crate::similarity::Relation;

/// A unit is of a story if so much of it is that story's.
const OF_STORY: f64 = 0.8;
/// It stands for the story if it holds so much of it, and is a scrap otherwise.
const STANDS_FOR: f64 = 0.3;
/// A unit that is of more than one story stands for one that shares so much of their union.
const MIXED: f64 = 0.5;

/// An item of a page: places of page and item.
type ItemPlace = (usize, usize);
/// Two of them, the smaller first.
type ItemPair = (ItemPlace, ItemPlace);

/// What a unit is in the gold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum GoldRole {
    Item(ItemPlace),
    /// None: a pair with it is wrong.
    Nothing,
    /// Not scored.
    Free,
}

/// The pairs of each page, and of all pages: a pair across two pages counts on both, and once in all.
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
    for pair in &wanted {
        let hit = f64::from(u8::from(found.hits.contains(pair)));
        tallies.add((pair.0.0, pair.1.0), ShareTally { gold: 1.0, gold_right: hit, found: hit, found_right: hit });
    }
    for pages in found.wrong {
        tallies.add(pages, ShareTally { found: 1.0, ..ShareTally::default() });
    }
    (tallies.pages, tallies.all)
}

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

/// Every pair of items of one group: headlines and titles among themselves, stories among themselves.
fn wanted(gold: &GoldPages) -> Vec<ItemPair> {
    let mut groups: AHashMap<(bool, &str), Vec<ItemPlace>> = AHashMap::new();
    let mut pairs = Vec::new();
    for (page, gold) in gold.pages.iter().enumerate() {
        for (number, item) in gold.items.iter().enumerate() {
            let group = groups.entry((item.is_story(), &item.group)).or_default();
            pairs.extend(group.iter().map(|earlier| (*earlier, (page, number))));
            group.push((page, number));
        }
    }
    pairs
}

/// What clusters say.
struct FoundPairs<'a> {
    cuts: &'a [CutPage<'a>],
    units: &'a Units,
    known: &'a AHashSet<ItemPair>,
    hits: AHashSet<ItemPair>,
    /// The pages of each wrong pair.
    wrong: Vec<(usize, usize)>,
}

impl FoundPairs<'_> {
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
        match (self.is(a), self.is(b)) {
            (GoldRole::Free, _) | (_, GoldRole::Free) => {}
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

    fn is(&self, unit: UnitId) -> GoldRole {
        let cut = &self.cuts[self.page(unit)];
        let Some(piece) = self.units.number(unit).and_then(|number| cut.pieces.get(number)) else {
            return GoldRole::Nothing;
        };
        let letters = &piece.letters;
        if letters.is_empty() || cut.page.is_either(letters) {
            return GoldRole::Free;
        }
        let (Some(number), shared) = cut.page.main_item(letters) else { return GoldRole::Nothing };
        let (item, shared) = (&cut.page.items[number], shared as f64);
        let of_story = item.is_story() && shared / letters.len() as f64 >= OF_STORY;
        if of_story && shared / (item.letters.len() as f64) < STANDS_FOR {
            return GoldRole::Free;
        }
        let enough = if item.is_story() { MIXED } else { SAME_HEADLINE };
        if of_story || item.overlap(letters) >= enough {
            GoldRole::Item((self.page(unit), number))
        } else {
            GoldRole::Nothing
        }
    }
}
