use proptest::prelude::*;

use super::*;
use crate::lsh::{BandBuckets, Buckets, Components, NO_NODE};
use crate::spill::SpillDir;

/// Keys of rows, the nodes of rows, pairs.
#[derive(Debug, Clone)]
struct Case {
    bands: usize,
    rows: Vec<Vec<u64>>,
    node_of_row: Vec<Node>,
    nodes: usize,
    extra: Vec<(Node, Node)>,
}

impl Case {
    /// `nodes` nodes of which so many in a hundred share some bands with an earlier one, in an order that is not
    /// the rows', and rows of no node among them.
    fn new(nodes: usize, bands: usize, copies: u64, seed: u64) -> Self {
        let mut case = Self { bands, rows: vec![], node_of_row: vec![], nodes, extra: vec![] };
        let mut random = seed;
        let mut next = move |below: u64| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 33) % below.max(1)
        };
        let mut free: Vec<Node> = (0..nodes as Node).collect();
        while !free.is_empty() {
            let earlier = next(case.rows.len() as u64) as usize;
            let copied = next(100) < copies && !case.rows.is_empty();
            let key = |band: usize, fresh: u64| match copied && fresh.is_multiple_of(3) {
                true => case.rows[earlier][band],
                false => crate::shingle::hash::finish(fresh << 8 | band as u64),
            };
            let row = (0..bands).map(|band| key(band, next(u64::MAX))).collect();
            let place = (next(8) as usize).min(free.len() - 1);
            let node = if next(10) == 0 { NO_NODE } else { free.remove(place) };
            case.rows.push(row);
            case.node_of_row.push(node);
        }
        case.extra = (0..nodes / 50).map(|_| (next(nodes as u64) as Node, next(nodes as u64) as Node)).collect();
        case
    }

    /// Components as the plain code has them: their nodes, and their buckets with the number of bands.
    fn plainly(&self) -> Vec<Treated> {
        let keyed = |band: usize| {
            let keys = self.rows.iter().map(|row| row[band]).zip(self.node_of_row.iter().copied());
            BandBuckets::new(keys.filter(|(_, node)| *node != NO_NODE).collect())
        };
        let mut bands: Vec<BandBuckets> = (0..self.bands).map(keyed).collect();
        bands.push(BandBuckets::of_pairs(self.extra.iter().copied().filter(|(a, b)| a != b)));
        let buckets = Buckets::assemble(&bands, self.nodes);
        let all: Vec<Node> = (0..self.nodes as Node).collect();
        treated(&all, &buckets, &buckets.components(self.nodes))
    }

    fn with<T>(
        &self,
        limit: Option<&MemoryLimit>,
        batch_bytes: u64,
        work: impl FnOnce(&CandidateSearch<'_>) -> T,
    ) -> T {
        let mut keys = KeyColumns::new(self.bands, limit.cloned());
        self.rows.iter().for_each(|row| keys.push(row).unwrap());
        let (node_of_row, extra) = (&self.node_of_row[..], &self.extra[..]);
        work(&CandidateSearch {
            keys: &keys,
            node_of_row,
            nodes: self.nodes,
            extra,
            held: &|_| 100,
            held_if_spilled: 100,
            batch_bytes,
        })
    }

    fn candidates(&self, limit: Option<&MemoryLimit>) -> Result<Candidates> {
        self.with(limit, u64::MAX, |search| search.candidates(limit))
    }

    /// Without a limit, in batches of about so many bytes.
    fn in_batches(&self, bytes: u64) -> Candidates {
        self.with(None, bytes, |search| search.candidates(None)).unwrap()
    }
}

/// Nodes of a component, and its buckets with the number of bands.
type Treated = (Vec<Node>, Vec<(Vec<Node>, u32)>);

fn treated(nodes: &[Node], buckets: &Buckets, components: &Components) -> Vec<Treated> {
    let global = |node: &Node| nodes[*node as usize];
    let of_component = |component: &crate::lsh::Component| {
        for (place, node) in component.nodes.iter().enumerate() {
            assert_eq!(components.place[*node as usize] as usize, place);
        }
        let bucket = |(place, bucket): (usize, &u32)| {
            assert_eq!(components.bucket_place[*bucket as usize] as usize, place);
            let members = buckets.members(*bucket);
            assert!(members.iter().all(|node| buckets.of(*node).contains(bucket)));
            (members.iter().map(global).collect(), buckets.bands_of(*bucket))
        };
        let nodes = component.nodes.iter().map(global).collect();
        (nodes, component.buckets.iter().enumerate().map(bucket).collect())
    };
    components.all.iter().map(of_component).collect()
}

fn all_batches(candidates: &Candidates) -> Vec<Treated> {
    let mut all = Vec::new();
    for number in 0..candidates.batches() {
        let batch = candidates.batch(number).unwrap();
        assert!(
            batch.nodes.is_sorted() && batch.nodes.iter().all(|node| candidates.nodes().any(|other| other == *node))
        );
        all.extend(treated(&batch.nodes, &batch.buckets, &batch.components));
    }
    let mut nodes: Vec<Node> = all.iter().flat_map(|(nodes, _)| nodes.clone()).collect();
    nodes.sort_unstable();
    assert_eq!(candidates.nodes().collect::<Vec<_>>(), nodes);
    all
}

fn limit(home: &tempfile::TempDir, memory: u64) -> MemoryLimit {
    MemoryLimit { memory, room: SpillDir::temporary(home.path()), name: "x".to_owned() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_the_memory_it_is_what_the_plain_code_finds(
        nodes in 0_usize..3_000, bands in 0_usize..6, copies in 0_u64..60, seed: u64, threads in 1_usize..4,
    ) {
        let case = Case::new(nodes, bands, copies, seed);
        let plain = case.plainly();
        let home = tempfile::tempdir().unwrap();
        let threads = if cfg!(feature = "parallel") { threads } else { 1 };
        parallel::with_threads(Some(threads), || {
            for bytes in [u64::MAX, 20_000, 1_000, 0] {
                assert_eq!(all_batches(&case.in_batches(bytes)), plain, "{bytes}");
            }
            for memory in [1 << 30, 1 << 21, 400_000, 200_000, 100_000] {
                // A component may be larger than that; then the error names a memory that is enough.
                let candidates = case.candidates(Some(&limit(&home, memory))).or_else(|error| match error.kind() {
                    ErrorKind::Memory { floor, .. } => case.candidates(Some(&limit(&home, *floor))),
                    _ => Err(error),
                });
                assert_eq!(all_batches(&candidates.unwrap()), plain, "{memory}");
            }
        }).unwrap();
    }
}

#[test]
fn without_a_limit_batches_are_small_and_a_large_component_is_one_of_its_own() {
    let mut case = Case::new(20_000, 6, 20, 7);
    // The first 2,000 nodes are one component.
    case.extra.extend((1..2_000).map(|node| (node - 1, node)));
    let bytes = 100_000;
    let candidates = case.in_batches(bytes);
    let sizes: Vec<(u64, usize)> = (0..candidates.batches())
        .map(|number| candidates.batch(number).unwrap())
        .map(|batch| (batch.bytes() + 100 * batch.nodes.len() as u64, batch.components.all.len()))
        .collect();

    assert!(sizes.len() > 5, "{sizes:?}");
    assert!(sizes.iter().all(|(size, components)| *size <= bytes || *components == 1), "{sizes:?}");
    assert!(sizes.iter().any(|(size, components)| *size > bytes && *components == 1), "{sizes:?}");
    assert_eq!(all_batches(&candidates), all_batches(&case.in_batches(u64::MAX)));
}

#[test]
fn little_memory_makes_many_batches_and_is_refused_when_too_little() {
    let case = Case::new(20_000, 6, 20, 7);
    let home = tempfile::tempdir().unwrap();
    let roomy = case.candidates(Some(&limit(&home, 1 << 30))).unwrap();
    let tight = case.candidates(Some(&limit(&home, 400_000))).unwrap();
    assert_eq!(roomy.batches(), 1);
    assert!(tight.batches() > 5, "{}", tight.batches());
    assert_eq!(all_batches(&tight), all_batches(&roomy));
    let error = case.candidates(Some(&limit(&home, 1_000))).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Memory { given: 1_000, floor, .. } if *floor > 100_000), "{error}");
}

/// All nodes share one key: the piece it makes needs all the memory, and so does the component.
#[test]
fn a_key_of_very_many_nodes_is_found_or_names_its_floor() {
    let mut case = Case::new(30_000, 3, 0, 1);
    case.rows.iter_mut().for_each(|row| row[1] = 5);
    let home = tempfile::tempdir().unwrap();
    let plain = case.plainly();
    let ErrorKind::Memory { floor, .. } = *case.candidates(Some(&limit(&home, 300_000))).unwrap_err().kind() else {
        panic!("it needs 4 bytes for each of 30,000 nodes several times");
    };
    let mut memory = floor;
    // The floor of the search may lie below that of the component, which is known only then.
    let candidates = loop {
        match case.candidates(Some(&limit(&home, memory))) {
            Ok(candidates) => break candidates,
            Err(error) => match *error.kind() {
                ErrorKind::Memory { floor, .. } if floor > memory => memory = floor,
                _ => panic!("{error}"),
            },
        }
    };
    assert_eq!(all_batches(&candidates), plain);
}

#[test]
fn saved_candidates_are_loaded_and_damaged_ones_are_not() {
    let case = Case::new(5_000, 6, 20, 3);
    let plain = case.plainly();
    let home = tempfile::tempdir().unwrap();
    let room = SpillDir::kept(home.path().join("work")).unwrap();
    assert!(Candidates::load(&room, "x").unwrap().is_none());
    case.in_batches(20_000).save(&room, "x").unwrap();
    assert_eq!(all_batches(&Candidates::load(&room, "x").unwrap().unwrap()), plain, "batches in memory");
    for memory in [None, Some(1 << 30), Some(300_000)] {
        let limit = memory.map(|memory| MemoryLimit { memory, room: room.clone(), name: "x".to_owned() });
        case.candidates(limit.as_ref()).unwrap().save(&room, "x").unwrap();
        let loaded = Candidates::load(&room, "x").unwrap().unwrap();
        assert_eq!(all_batches(&loaded), plain, "{memory:?}");
    }
    let path = room.directory().join("x");
    let header = std::fs::read(&path).unwrap();
    for length in [0, 7, 8, 40, header.len() - 1] {
        std::fs::write(&path, &header[..length]).unwrap();
        assert!(Candidates::load(&room, "x").unwrap().is_none(), "{length} bytes");
    }
    for place in (0..header.len()).step_by(97) {
        let mut damaged = header.clone();
        damaged[place] ^= 4;
        std::fs::write(&path, damaged).unwrap();
        assert!(Candidates::load(&room, "x").unwrap().is_none(), "byte {place}");
    }
    std::fs::write(&path, &header).unwrap();
    let buckets = room.directory().join("x.batches");
    let mut bytes = std::fs::read(&buckets).unwrap();
    bytes[5] ^= 1;
    std::fs::write(&buckets, &bytes).unwrap();
    let loaded = Candidates::load(&room, "x").unwrap().unwrap();
    let outcomes = (0..loaded.batches()).map(|number| loaded.batch(number).is_err());
    assert_eq!(outcomes.filter(|failed| *failed).count(), 1, "only the batch of the damaged block");
    std::fs::write(&buckets, &bytes[1..]).unwrap();
    assert!(Candidates::load(&room, "x").unwrap().is_none(), "the file is shorter");
}
