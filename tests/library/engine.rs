//! An engine that moves records itself, task by task, finds the members of one run.

use std::collections::{BTreeMap, BTreeSet};

use crate::common;
use crate::common::text::{self, Random};
use crate::same_titles::{REPORT, RETOLD, SHORTENED};
use mukarrar::document::DocId;
use mukarrar::input::Corpus;
use mukarrar::normalize::Language;
use mukarrar::page::UnitLevel;
use mukarrar::pipeline::engine::{self, ContainedText, CorpusFrequencies, EngineLink, RecordSketch, SettledRecords};
use mukarrar::pipeline::{Options, Pipeline};
use mukarrar::similarity::Relation;
use serde_json::{Value, json};

/// A member by place: itself, its keeper, its relation, and whether it is only attached.
type Member = (usize, usize, Relation, bool);

/// Families of copies, with longer texts around some, forms with other numbers, and equal texts.
fn texts() -> Vec<String> {
    let mut random = Random::new(31);
    let mut texts = Vec::new();
    for family in 0..150 {
        let original = text::words(&mut random, 3_000, 60 + family % 70);
        texts.push(text::spelled(&original));
        for copy in 0..family % 4 {
            texts.push(text::spelled(&text::edited(&mut random, 3_000, &original, 0.01 * copy as f64)));
        }
        if family % 5 == 0 {
            let mut longer = text::words(&mut random, 3_000, 120);
            longer.extend(&original);
            texts.push(text::spelled(&longer));
        }
        texts.push(format!(
            "سجلت محطة الرصد رقم {family} في هذا اليوم درجة حرارة بلغت {} وسرعة رياح قدرها {} وفق نشرة المركز الوطني للأرصاد",
            family * 3,
            family % 13
        ));
    }
    text::shuffle(&mut random, &mut texts);
    texts
}

fn of(texts: &[&str]) -> Corpus {
    let ids: Vec<String> = (0..texts.len()).map(|place| place.to_string()).collect();
    Corpus::from_texts(ids.iter().map(String::as_str).zip(texts.iter().copied()))
}

/// The members that one run finds.
fn one_run(pipeline: &Pipeline, texts: &[&str]) -> BTreeSet<Member> {
    let corpus = of(texts);
    let found = pipeline.clusters(&corpus, &()).unwrap();
    let place = |unit| found.units.document(unit).index();
    let members = found.clusters.iter().flat_map(|cluster| {
        let of_cluster = cluster.members.iter().filter(|member| member.unit != cluster.keeper);
        of_cluster.filter_map(move |member| {
            Some((place(member.unit), place(cluster.keeper), member.relation?, member.attached))
        })
    });
    members.collect()
}

/// What an engine does with the parts: groups, buckets, components, frequencies, tasks.
struct TinyEngine<'t> {
    pipeline: Pipeline,
    texts: Vec<&'t str>,
    sketches: Vec<RecordSketch>,
    /// The places of each node, ascending; nodes by their first places.
    nodes: BTreeMap<usize, Vec<usize>>,
    frequencies: CorpusFrequencies,
}

impl<'t> TinyEngine<'t> {
    fn new(options: Options, texts: &[&'t str]) -> Self {
        let pipeline = Pipeline::new(options).unwrap();
        // In tasks of a few records each.
        let sketches: Vec<RecordSketch> = texts
            .chunks(37)
            .flat_map(|task| pipeline.sketch_records(&of(task)).unwrap())
            .map(|sketch| sketch.expect("a text can be read"))
            .collect();
        let digests: Vec<_> = texts.chunks(50).flat_map(|task| pipeline.digests(&of(task), &[]).unwrap()).collect();

        let mut of_digest: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (place, digest) in digests.into_iter().enumerate() {
            of_digest.entry(digest).or_default().push(place);
        }
        let nodes: BTreeMap<usize, Vec<usize>> = of_digest.into_values().map(|places| (places[0], places)).collect();

        let sample = sketches.iter().map(|sketch| (sketch.fingerprint, sketch.words.clone())).collect();
        let entries = sketches.iter().map(|sketch| sketch.entries).sum();
        let trigrams = pipeline.trigram_bound(entries).map(|bound| {
            let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
            for hash in nodes.keys().flat_map(|node| &sketches[*node].sample).filter(|hash| **hash < bound) {
                *counts.entry(*hash).or_default() += 1;
            }
            (bound, counts.into_iter().filter(|(_, texts)| *texts >= Pipeline::TRIGRAM_TEXTS).collect())
        });
        let made = CorpusFrequencies::new(nodes.len(), sample, trigrams, pipeline.options().seed);
        // As another process gets them.
        let frequencies = CorpusFrequencies::from_bytes(made.as_bytes(), pipeline.options().seed).unwrap();
        Self { pipeline, texts: texts.to_vec(), sketches, nodes, frequencies }
    }

    /// The nodes of each component, ascending.
    fn components(&self) -> Vec<Vec<usize>> {
        let mut root: BTreeMap<usize, usize> = self.nodes.keys().map(|node| (*node, *node)).collect();
        let mut first_of_key = BTreeMap::new();
        for node in self.nodes.keys() {
            for key in self.sketches[*node].keys.iter().enumerate() {
                let first = *first_of_key.entry(key).or_insert(*node);
                let (a, b) = (root[&first], root[node]);
                root.values_mut().filter(|root| **root == a.max(b)).for_each(|root| *root = a.min(b));
            }
        }
        let mut components: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        root.into_iter().for_each(|(node, root)| components.entry(root).or_default().push(node));
        components.into_values().filter(|component| component.len() > 1).collect()
    }

    fn links(&self) -> Vec<EngineLink> {
        let mut all = Vec::new();
        for component in self.components() {
            let texts: Vec<&str> = component.iter().map(|node| self.texts[*node]).collect();
            let (links, lost) =
                self.pipeline.links(&of(&texts), SettledRecords::default(), Some(&self.frequencies)).unwrap();
            assert_eq!(lost, 0);
            let of_run =
                |link: EngineLink| EngineLink { keeper: component[link.keeper], node: component[link.node], ..link };
            all.extend(links.into_iter().map(of_run));
        }
        all
    }

    /// The contained pairs among nodes that no keeper took: a run asks for fewer pairs, but the others verify as nothing.
    fn contained(&self, links: &[EngineLink]) -> Vec<ContainedText> {
        let taken: BTreeSet<usize> =
            links.iter().filter(|link| link.relation.is_copy()).map(|link| link.node).collect();
        let left: Vec<usize> = self.nodes.keys().copied().filter(|node| !taken.contains(node)).collect();
        let shares = |a: usize, b: usize| {
            let probes = &self.sketches[a].sample;
            let found = probes.iter().filter(|hash| self.sketches[b].sample.binary_search(hash).is_ok()).count();
            found * 2 >= probes.len() && found > 0
        };
        let mut pairs = Vec::new();
        for (place, a) in left.iter().enumerate() {
            pairs.extend(left[place + 1..].iter().filter(|b| shares(*a, **b) || shares(**b, *a)).map(|b| [*a, *b]));
        }

        let mut all = Vec::new();
        for task in pairs.chunks(11) {
            let places: Vec<usize> = task.iter().flatten().copied().collect();
            let texts: Vec<&str> = places.iter().map(|node| self.texts[*node]).collect();
            let found =
                self.pipeline.contained(&of(&texts), SettledRecords::default(), Some(&self.frequencies)).unwrap();
            let of_run =
                |pair: ContainedText| ContainedText { small: places[pair.small], large: places[pair.large], ..pair };
            all.extend(found.into_iter().flatten().map(of_run));
        }
        all
    }

    fn members(&self) -> BTreeSet<Member> {
        let links = self.links();
        let contained = self.contained(&links);
        let mut is_single = vec![false; self.texts.len()];
        self.nodes.iter().for_each(|(node, places)| is_single[*node] = places.len() == 1);

        let settled = engine::settled(&is_single, &links, &contained);
        let taken: BTreeSet<usize> = settled.iter().filter(|node| !node.attached).map(|node| node.link.node).collect();
        let mut members = BTreeSet::new();
        for node in settled {
            let EngineLink { keeper, node: own, relation, .. } = node.link;
            let places = if node.attached { vec![own] } else { self.nodes[&own].clone() };
            members.extend(places.into_iter().map(|place| (place, keeper, relation, node.attached)));
        }
        for (node, places) in self.nodes.iter().filter(|(node, _)| !taken.contains(node)) {
            members.extend(places[1..].iter().map(|place| (*place, *node, Relation::Exact, false)));
        }
        members
    }
}

#[test]
fn tasks_find_the_members_of_one_run() {
    let texts = texts();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let changes: [fn(&mut Options); 4] = [
        |_| (),
        |options| options.facts = mukarrar::similarity::facts::Facts::Off,
        |options| options.containment = None,
        |options| (options.threshold, options.seed) = (0.4, 7),
    ];
    for change in changes {
        let mut options = Options::default();
        change(&mut options);
        let one = one_run(&Pipeline::new(options.clone()).unwrap(), &texts);
        let engine = TinyEngine::new(options.clone(), &texts);
        assert_eq!(engine.members(), one);
        let has = |relation: fn(Relation) -> bool| one.iter().any(|member| relation(member.2));
        assert!(has(|relation| relation == Relation::Exact) && has(|relation| relation == Relation::Near));
        assert_eq!(has(|relation| relation == Relation::Contained), options.containment.is_some());
    }
}

#[test]
fn languages_are_those_that_are_given() {
    let pipeline = Pipeline::new(Options::default()).unwrap();
    let corpus = of(&["آموزش آغاز آزمون آرامش", "اموزش اغاز ازمون ارامش"]);
    let arabic = pipeline.digests(&corpus, &[]).unwrap();
    assert_eq!(arabic[0], arabic[1], "Arabic folds a long alef");
    let given = [(DocId::new(0), Language::Fa), (DocId::new(1), Language::Fa)];
    let persian = pipeline.digests(&corpus, &given).unwrap();
    assert_ne!(persian[0], persian[1], "Persian does not");
}

#[test]
fn what_tasks_cannot_do_is_refused() {
    let corpus = of(&["خبر أول قصير", "خبر أول قصير", "خبر آخر"]);
    let pipeline = Pipeline::new(Options::default()).unwrap();
    let error = pipeline.links(&corpus, SettledRecords::default(), None).unwrap_err().to_string();
    assert!(error.contains("each text once"), "{error}");
    let error = pipeline.contained(&corpus, SettledRecords::default(), None).unwrap_err().to_string();
    assert!(error.contains("pairs of readable records"), "{error}");
    let mut options = Options::default();
    options.unit = UnitLevel::Line;
    let error = Pipeline::new(options).unwrap().sketch_records(&corpus).unwrap_err().to_string();
    assert!(error.contains("an engine moves whole records"), "{error}");
    assert!(CorpusFrequencies::from_bytes(b"no frequencies", 1).is_err());
}

/// Records of two sources under one title, whose fields are those that a run reads.
fn titled(pipeline: &Pipeline, texts: [&str; 2]) -> Corpus {
    let record = |(text, source): (&str, &str)| json!({ "id": source, "text": text, "title": "أمانة المدينة تنهي تطوير الحديقة", "source": source });
    let records: Vec<Value> = texts.into_iter().zip(["a", "b"]).map(record).collect();
    common::of_records(&records, pipeline.options())
}

#[test]
fn twins_are_found_where_the_engine_says_that_their_title_is_evidence() {
    let pipeline = Pipeline::new(Options::default()).unwrap();
    let corpus = titled(&pipeline, [REPORT, RETOLD]);
    let sketches = pipeline.sketch_records(&corpus).unwrap();
    let [a, b] = [0, 1].map(|place| sketches[place].as_ref().unwrap().title);
    assert!(a[0] != 0 && a[0] == b[0] && a[1] != b[1], "one title in two sources");
    assert!(engine::is_title_evidence(2, 2) && !engine::is_title_evidence(2, 1) && !engine::is_title_evidence(5, 2));

    let frequencies = CorpusFrequencies::new(2, Vec::new(), None, pipeline.options().seed);
    let links = |corpus: &Corpus, titled: &[DocId]| {
        let settled = SettledRecords { titled, ..SettledRecords::default() };
        let (links, _) = pipeline.links(corpus, settled, Some(&frequencies)).unwrap();
        links.into_iter().map(|link| (link.keeper, link.node, link.relation)).collect::<Vec<_>>()
    };
    let both = [DocId::new(0), DocId::new(1)];
    assert_eq!(links(&corpus, &both), [(0, 1, Relation::Near)]);
    assert_eq!(links(&corpus, &both[..1]), []);
    assert_eq!(links(&corpus, &[]), []);

    let corpus = titled(&pipeline, [REPORT, SHORTENED]);
    let contained = |titled: &[DocId]| {
        let settled = SettledRecords { titled, ..SettledRecords::default() };
        let found = pipeline.contained(&corpus, settled, Some(&frequencies)).unwrap();
        found.into_iter().flatten().map(|pair| (pair.small, pair.large)).collect::<Vec<_>>()
    };
    assert_eq!(contained(&both), [(1, 0)]);
    assert_eq!(contained(&[]), []);
}
