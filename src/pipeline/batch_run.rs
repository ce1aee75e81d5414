//! The orchestrator of runs over units: calls the stages in order, and adds up what they return.
//!
//! A [`BatchRun`] owns the state of a run (tables, learned frequencies, accounts). Stages are functions that read it through a
//! [`RunContext`] and change nothing.

mod warnings;

use super::accounts::RunAccounts;
use super::band::{self, BandedNodes};
use super::clustering::{Clustering, HeldBackCopy};
use super::component_sample::JoinedBytes;
use super::contained_keepers::{self, ContainedKeepers};
use super::containment;
use super::context::{RunContext, RunSetup, RunStart};
use super::exact_verifier::ExactVerifier;
use super::keeper_clusters;
use super::keeper_order;
use super::kept_texts::KeptTexts;
use super::known_copies::{KnownCopy, KnownCounts, KnownTexts};
use super::learn_frequencies;
use super::learned_frequencies::LearnedFrequencies;
use super::node_table::NodeTable;
use super::page_cutter::PageCutter;
use super::pair_candidates;
use super::pair_list::{PairList, RoutePairs};
use super::related_units::{self, ResemblingPairs};
use super::route::{Route, RouteId};
use super::run_tables::RunTables;
use super::shard::MergedRun;
use super::verify_batches;
use super::word_sample::WordSample;
use crate::cluster::{Cluster, ContainmentPair, VerifiedLink};
use crate::document::DocId;
use crate::error::Result;
use crate::input::RepeatedIds;
use crate::lsh::{BYTES_PER_KEY, ComponentBatch, Node};
use crate::page::SourceResolver;
use crate::parallel;
use crate::wording::counted;

/// Bytes of a cluster member: itself, its share of the cluster, and the notes of `dedup` on it.
const BYTES_PER_MEMBER: u64 = 200;

/// Bytes of a member while its cluster is written. All members of one cluster are written together.
const BYTES_PER_ROW: u64 = 1000;

/// A run over one corpus, after the first pass.
pub(super) struct BatchRun<'a> {
    setup: RunSetup<'a>,
    tables: RunTables,
    names: RepeatedIds,
    /// Made when the first pair needs a judge.
    learned: Option<LearnedFrequencies>,
    accounts: RunAccounts,
    /// Copies of texts that are kept elsewhere.
    known: Vec<KnownCopy>,
    /// Copies that stay because their keeper lacks a part of them.
    held_back: Vec<HeldBackCopy>,
    /// What other processes found already.
    merged: Option<MergedRun>,
    /// Texts of verified candidates, for the search for contained ones.
    kept: Option<KeptTexts>,
}

impl<'a> BatchRun<'a> {
    /// Enters the first pass in the accounts.
    pub(super) fn new(start: RunStart<'a>) -> Self {
        let RunStart { setup, tables, names, clock } = start;
        let accounts = RunAccounts::new(setup, &tables, &names, clock);
        let (known, held_back) = (Vec::new(), Vec::new());
        Self { setup, tables, names, learned: None, accounts, known, held_back, merged: None, kept: None }
    }

    /// Takes nodes and verified pairs from other processes, instead of looking for them.
    pub(super) fn after(self, merged: MergedRun) -> Self {
        Self { merged: Some(merged), ..self }
    }

    /// Judges by frequencies that were learned before; `None` learns them.
    pub(super) fn knowing(self, learned: Option<LearnedFrequencies>) -> Self {
        Self { learned, ..self }
    }

    /// Takes copies of texts elsewhere, which are whole documents, out of what is compared.
    pub(super) fn beside(mut self, texts: &dyn KnownTexts, mut copies: Vec<KnownCopy>) -> Self {
        // An id that was there before makes a record a reject after it was read.
        copies.retain(|copy| self.tables.languages[copy.document.index()].is_some());
        let documents: Vec<DocId> = copies.iter().map(|copy| copy.document).collect();
        self.tables.take_back(&documents);

        self.accounts.summary.known = Some(KnownCounts::new(texts.len(), &copies));
        if let Some(warning) = texts.warning() {
            self.accounts.warn(warning);
        }
        self.accounts.lap("ask", 0);
        Self { known: copies, ..self }
    }

    fn context(&self) -> RunContext<'_> {
        RunContext::new(self.setup, &self.tables, self.learned.as_ref())
    }

    /// Groups, bands, verifies and gathers: first the main route, then the short one.
    ///
    /// # Errors
    ///
    /// A record cannot be read again, the memory limit is too low, or the disk fails.
    pub(super) fn clusters(mut self) -> Result<Clustering> {
        let ranks = self.keeper_ranks();
        let mut clusters = Vec::new();

        for (id, route) in self.setup.routes.iter() {
            let banded = self.band(id, &ranks)?;
            // `related` units are attached after all copies of the route are known: a copy is never only related.
            let mut found = self.keeper_clusters(id, route, &banded)?;
            if id == RouteId::Short {
                found = self.attach_related(route, &banded.nodes, found)?;
            }
            clusters.extend(found);
            self.accounts.lap("verify", 0);
        }

        // The stages give members and clusters in no order; the report order must not depend on them.
        for cluster in &mut clusters {
            cluster.members.sort_unstable_by_key(|member| member.unit);
        }
        clusters.sort_unstable_by(Cluster::report_order);
        self.held_back.sort_unstable_by_key(|copy| copy.unit);

        self.require_room_for(&clusters)?;
        self.accounts.summary.clusters = clusters.len() as u64;
        self.accounts.close(self.setup.plan.spill_dir().written());
        Ok(self.into_clustering(clusters))
    }

    /// Groups, bands and verifies: first the main route, then the short one.
    ///
    /// # Errors
    ///
    /// As [`clusters`](Self::clusters).
    pub(super) fn pairs(mut self) -> Result<PairList> {
        // Pairs know no keepers: nodes are in input order.
        let ranks: Vec<u32> = (0..self.tables.units.len() as u32).collect();
        self.warn_undated();

        let mut found = Vec::new();
        for (id, route) in self.setup.routes.iter() {
            let banded = self.band(id, &ranks)?;
            let pairs = self.route_pairs(id, route, banded)?;
            found.push(pairs);
            self.accounts.lap("verify", 0);
        }

        self.accounts.close(self.setup.plan.spill_dir().written());
        let RunTables { units, rejects, dates, languages, returning, .. } = self.tables;
        let RunSetup { options, corpus, .. } = self.setup;
        let returning = PageCutter::new(corpus, returning, options.source_field.as_deref());
        let (names, summary, threads) = (self.names, self.accounts.summary, parallel::threads());
        let mut list = PairList { units, names, rejects, dates, languages, returning, threads, summary, found };
        list.summary.pairs = Some(list.count());
        Ok(list)
    }

    /// The place of each unit in keeper order. Warns of records that have no place of their own.
    fn keeper_ranks(&mut self) -> Vec<u32> {
        let keep = &self.setup.options.keep;
        let (ranks, lacking) = keeper_order::ranks(self.setup.options, &self.tables, self.setup.corpus.references());

        if let (Some(field), true) = (keep.field(), lacking > 0) {
            let records = counted(lacking, "record has", "records have");
            let last = if lacking == 1 { "it becomes a keeper last" } else { "they become keepers last" };
            self.accounts.warn(format!("{records} no readable field `{field}`; {last}"));
        }
        self.warn_undated();
        self.warn_unnamed();
        ranks
    }

    /// Groups and bands the units of one route.
    fn band(&mut self, id: RouteId, ranks: &[u32]) -> Result<BandedNodes> {
        let banded = match &mut self.merged {
            Some(merged) => merged.banded(id)?,
            None => band::band(&self.context(), id, ranks)?,
        };

        let keys = &self.tables.rows(id).keys;
        let key_bytes = (keys.len() * keys.bands()) as u64 * BYTES_PER_KEY;
        // The sample of words has a bound of its own, however large the input.
        let tables = self.tables.bytes() - self.tables.sampled.bytes();
        let joined = JoinedBytes::of(&self.context(), id, &banded.nodes, &banded.candidates);
        let held = &mut self.accounts.summary.held;
        held.keys += key_bytes;
        held.tables = held.tables.max(tables + banded.bytes());
        held.joined.add(joined);

        // Candidates are known: the band keys and fingerprints of the route are no longer needed.
        self.tables.rows_mut(id).forget();
        self.accounts.lap("band", 0);
        Ok(banded)
    }

    /// Learns what pairs are judged by, unless it is known already.
    fn learn(&mut self, route: &Route, banded: &BandedNodes) -> Result<()> {
        if self.learned.is_none() {
            self.learned = learn_frequencies::learn(&self.context(), route, banded)?;
            // Its words are counted.
            self.tables.sampled = WordSample::default();
        }
        Ok(())
    }

    /// Verifies the candidates of one route with `verify_batch`, which gives links and how many pairs a cap lost.
    fn verify(
        &mut self,
        id: RouteId,
        route: &Route,
        banded: &BandedNodes,
        verify_batch: impl Fn(&ComponentBatch, &ExactVerifier<'_>) -> (Vec<VerifiedLink>, u64),
    ) -> Result<Vec<VerifiedLink>> {
        if let Some(merged) = &mut self.merged {
            let verified = merged.verified(id)?;
            self.accounts.summary.lost_pairs += verified.lost;
            return Ok(verified.links);
        }

        // The short route has no judge, and without candidates nothing is judged.
        if id == RouteId::Main && banded.candidates.batches() > 0 {
            self.learn(route, banded)?;
        }

        let verified = verify_batches::verify(&self.context(), id, route, banded, verify_batch)?;
        self.kept = verified.kept.filter(|_| id == RouteId::Main && route.containment.is_some());

        self.accounts.summary.lost_pairs += verified.lost;
        self.accounts.lap("verify", 0);
        Ok(verified.links)
    }

    /// The clusters of one route, in no order.
    fn keeper_clusters(&mut self, id: RouteId, route: &Route, banded: &BandedNodes) -> Result<Vec<Cluster>> {
        let progress = self.setup.progress;
        let links = self.verify(id, route, banded, |batch, exact| {
            keeper_clusters::verify_batch(batch, exact, route.limits, progress)
        })?;
        let (taken, mut variants): (Vec<VerifiedLink>, Vec<VerifiedLink>) =
            links.into_iter().partition(|link| link.relation.is_copy());

        // Containment sees only what keepers left over, so it comes after the copies.
        let contained = self.contained_keepers(route, banded, taken)?;
        variants.extend(contained.variants);
        self.accounts.summary.count_variants(variants.iter().map(|link| link.relation));

        let ContainedKeepers { taken, shown, .. } = contained;
        self.held_back.extend(keeper_clusters::held_back(&banded.nodes, route.shingle, &taken, &variants));
        Ok(keeper_clusters::gather(&self.context(), route, &banded.nodes, &taken, shown, &variants))
    }

    /// Searches for keepers inside other keepers. `taken` is what keepers took, sorted.
    fn contained_keepers(
        &mut self,
        route: &Route,
        banded: &BandedNodes,
        taken: Vec<VerifiedLink>,
    ) -> Result<ContainedKeepers> {
        let mut is_taken = vec![false; banded.nodes.len()];
        for link in &taken {
            is_taken[link.node as usize] = true;
        }

        let pairs = self.containment_pairs(route, banded, &|node| !is_taken[node as usize])?;
        contained_keepers::settle(&self.context(), route, banded, taken, &pairs)
    }

    /// All pairs of nodes of which one is inside the other, sorted by the small and the large one. Only nodes for which
    /// `takes_part` holds are searched.
    fn containment_pairs(
        &mut self,
        route: &Route,
        banded: &BandedNodes,
        takes_part: &(dyn Fn(Node) -> bool + Sync),
    ) -> Result<Vec<ContainmentPair>> {
        let Some(rule) = route.containment else { return Ok(Vec::new()) };
        self.setup.progress.begin("contain", 0);

        let kept_bytes = self.kept.as_ref().map_or(0, |kept| kept.bytes);
        let candidates = containment::search(&self.context(), rule, banded, kept_bytes, takes_part)?;
        // Banding may have found no candidates, so frequencies may not be learned yet.
        if !candidates.pairs.is_empty() {
            self.learn(route, banded)?;
        }
        let kept = self.kept.take();
        let pairs = containment::verify(&self.context(), route, rule, banded, &candidates.pairs, kept)?;

        let counts = &mut self.accounts.summary.containment;
        counts.candidates += candidates.pairs.len() as u64;
        counts.pairs += pairs.len() as u64;
        counts.unseen_units += candidates.unseen;
        self.accounts.lap("contain", 0);
        Ok(pairs)
    }

    /// Attaches short units without a copy to the keepers they resemble.
    fn attach_related(&mut self, route: &Route, nodes: &NodeTable, clusters: Vec<Cluster>) -> Result<Vec<Cluster>> {
        let resembling = self.resembling_pairs(route, nodes)?;
        related_units::attach(&self.context(), route, nodes, &resembling, clusters)
    }

    /// Pairs of short nodes that resemble each other. Takes those that the first pass found out of the tables.
    fn resembling_pairs(&mut self, route: &Route, nodes: &NodeTable) -> Result<ResemblingPairs> {
        // Taken, not borrowed: the search adds to them, and no later stage reads them.
        let within_documents = std::mem::take(&mut self.tables.resemblances);
        let lost: u64 = self.tables.lost.iter().map(|(_, count)| count).sum();
        let found = related_units::resembling(&self.context(), route, nodes, within_documents)?;

        self.accounts.summary.lost_pairs += found.lost + lost;
        if let Some(warning) = found.warning {
            self.accounts.warn(warning);
        }
        Ok(found.pairs)
    }

    /// The verified pairs of one route.
    fn route_pairs(&mut self, id: RouteId, route: &Route, banded: BandedNodes) -> Result<RoutePairs> {
        let progress = self.setup.progress;
        let mut links = self.verify(id, route, &banded, |batch, exact| {
            pair_candidates::verify_all(batch, exact, route.limits, progress)
        })?;

        // Without keepers every node takes part.
        let contained = self.containment_pairs(route, &banded, &|_| true)?;
        // An edited copy that banding found is no part as well.
        let place = |link: &VerifiedLink| (link.keeper, link.node);
        let is_known = |link: &VerifiedLink| links.binary_search_by_key(&place(link), place).is_ok();
        let contained: Vec<VerifiedLink> =
            contained.iter().map(containment::link).filter(|link| !is_known(link)).collect();
        links.extend(contained);
        parallel::sort_by_key(&mut links, |link| (link.keeper, link.node));
        self.accounts.summary.count_variants(links.iter().map(|link| link.relation));

        // Pairs that are linked already are not listed as related again.
        let mut related = Vec::new();
        if id == RouteId::Short {
            let resembling = self.resembling_pairs(route, &banded.nodes)?;
            related = related_units::pairs(resembling, &links);
        }
        Ok(RoutePairs::new(route.shingle, banded.nodes, self.tables.units.len(), &links, related))
    }

    /// Checks that the clusters can be held and written within the memory limit.
    fn require_room_for(&self, clusters: &[Cluster]) -> Result<()> {
        let members = clusters.iter().map(|cluster| cluster.members.len() as u64);
        let (mut sum, mut largest) = (self.known.len() as u64, 0);
        for count in members {
            sum += count;
            largest = count.max(largest);
        }

        // The largest cluster is written while all are held.
        let held = sum * BYTES_PER_MEMBER + largest * BYTES_PER_ROW;
        self.setup.plan.require(self.tables.bytes() + held, "a result with this many copies")
    }

    fn into_clustering(self, clusters: Vec<Cluster>) -> Clustering {
        let Self { setup: RunSetup { options, corpus, .. }, tables, names, accounts, known, held_back, .. } = self;
        let RunTables { units, rejects, dates, languages, noted_sources, returning, .. } = tables;

        let source_field = options.source_field.as_deref();
        let returning = PageCutter::new(corpus, returning, source_field);
        // Sources are named only where outputs show them; the resolver would name them in any run.
        let sources = match options.names_sources() {
            true => SourceResolver::new(corpus.options(), source_field),
            false => SourceResolver::default(),
        };

        // Blocks of other processes come without.
        let is_noted = options.note_sources && noted_sources.of_records().len() == languages.len();
        let noted = is_noted.then_some(noted_sources);

        let threads = parallel::threads();
        let summary = accounts.summary;
        Clustering {
            units,
            names,
            clusters,
            known,
            held_back,
            rejects,
            dates,
            languages,
            sources,
            noted,
            returning,
            summary,
            threads,
        }
    }
}
