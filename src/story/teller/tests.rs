//! The teller against a plain one, which compares every document with every story and every document.

use super::*;
use crate::shingle::hash::SeedStream;
use crate::story::open_story::MIDDLE;
use crate::story::options::StoryOptions;
use crate::story::vector::STEMS;

/// A story, kept whole: all of its documents.
struct PlainStory {
    members: Vec<usize>,
    recurrence: i64,
}

/// Tells documents by the definition, without any index.
fn plain(documents: &[ToldVector], archive: &[ToldVector], rules: StoryRules) -> Vec<(StoryNumber, Option<i64>, i64)> {
    let mut stories: Vec<PlainStory> = Vec::new();
    let mut told: Vec<(StoryNumber, Option<i64>, i64)> = Vec::new();

    for (number, document) in documents.iter().enumerate() {
        let is_past = |other: &&ToldVector| document.day - other.day > rules.window;
        let past: Vec<&ToldVector> = archive.iter().chain(&documents[..number]).filter(is_past).collect();
        let mut of_days: BTreeMap<i64, i64> = BTreeMap::new();
        for other in past.iter().filter(|other| other.keys.shared(&document.keys) >= 2) {
            let best = of_days.entry(other.day).or_default();
            *best = (*best).max(other.vector.product(&document.vector) as i64);
        }
        let mut cosines: Vec<i64> = of_days.into_values().collect();
        cosines.sort_unstable_by_key(|cosine| std::cmp::Reverse(*cosine));
        let recurrence = cosines.get(2).copied().unwrap_or(0);
        let days: std::collections::BTreeSet<i64> = past.iter().map(|other| other.day).collect();

        let mut best: Option<(i64, usize)> = None;
        let mut candidates: Vec<(usize, usize)> = (0..stories.len())
            .map(|story| {
                let near =
                    stories[story].members.iter().filter(|other| document.day - documents[**other].day <= rules.window);
                let shared =
                    near.map(|other| documents[*other].keys.shared(&document.keys)).filter(|shared| *shared >= 2);
                (story, shared.sum())
            })
            .filter(|(_, shared)| *shared > 0)
            .collect();
        candidates.sort_by_key(|(story, shared)| (std::cmp::Reverse(*shared), *story));

        for (place, _) in candidates.into_iter().take(MOST_STORIES) {
            let story = &stories[place];
            let leader = &documents[story.members[0]];
            let last = &documents[*story.members.last().unwrap()];
            let age = document.day - leader.day;
            if document.day - last.day > rules.window || age > rules.span {
                continue;
            }
            if (leader.vector.product(&document.vector) as i64) < rules.leader {
                continue;
            }
            let mut sums: BTreeMap<StemKey, u64> = BTreeMap::new();
            for member in &story.members {
                documents[*member]
                    .vector
                    .stems()
                    .iter()
                    .for_each(|stem| *sums.entry(stem.key).or_default() += u64::from(stem.weight));
            }
            let middle = match story.members.len() {
                1 => (*leader.vector).clone(),
                _ => StemVector::scaled(&mut sums.into_iter().collect(), MIDDLE),
            };
            let mut score = middle.product(&document.vector) as i64;
            if document.outlet != 0 && story.members.iter().all(|member| documents[*member].outlet == document.outlet) {
                score -= OWN_OUTLET;
            }
            let returns = recurrence.max(story.recurrence);
            if age > 0 && 2 * returns >= WHOLE {
                continue;
            }
            let returned = returns * 3 / 10;
            score -= age * if days.len() >= 3 { returned } else { returned.max(UNKNOWN_PAST) };
            if score >= rules.threshold && best.is_none_or(|(most, _)| score > most) {
                best = Some((score, place));
            }
            // The first of equal ones began first, only if candidates are tried in order of beginning.
            if let Some((most, first)) = best
                && score == most
                && place < first
            {
                best = Some((score, place));
            }
        }

        match best {
            Some((score, story)) => {
                stories[story].members.push(number);
                told.push((story as StoryNumber, Some(score), recurrence));
            }
            None => {
                stories.push(PlainStory { members: vec![number], recurrence });
                told.push((stories.len() as StoryNumber - 1, None, recurrence));
            }
        }
    }
    told
}

/// Documents of `days` days: events with stems of their own, a form that comes every day, and single ones.
fn documents(days: i64, each_day: usize, seed: u64) -> Vec<ToldVector> {
    let mut stream = SeedStream::new(seed);
    let mut draw = move |below: u64| stream.draw() % below;
    let mut documents = Vec::new();

    for day in 0..days {
        for _ in 0..each_day {
            // An event lasts some days; event 0 is the form.
            let event = if draw(10) == 0 { 0 } else { 1 + (day as u64 / 3) * 7 + draw(7) };
            let mut weights: Vec<(StemKey, u64)> = Vec::new();
            for _ in 0..14 {
                weights.push((1000 + event as StemKey * 20 + draw(20) as StemKey, 400 + draw(600)));
            }
            for _ in 0..20 {
                let rank = draw(1000);
                weights.push(((rank * rank / 1000) as StemKey, 100 + draw(500)));
            }
            weights.sort_unstable();
            weights.dedup_by_key(|(key, _)| *key);
            let vector = StemVector::scaled(&mut weights, STEMS);
            let keys = vector.keys();
            documents.push(ToldVector {
                day,
                outlet: draw(5) as OutletNumber,
                vector: Arc::new(vector),
                keys,
                embedding: None,
            });
        }
    }
    documents
}

#[test]
fn stories_are_those_of_the_definition() {
    for (seed, archive_days) in [(1, 0), (2, 0), (3, 5)] {
        let all = documents(14, 25, seed);
        let (archive, told) = all.split_at(archive_days * 25);
        let options = StoryOptions { threshold: 0.3, leader: 0.25, ..StoryOptions::default() };
        let rules = StoryRules::new(&options);
        let expected = plain(told, archive, rules);

        let mut teller = StoryTeller::new(rules);
        teller.remember(Vec::new(), archive.to_vec());
        let found: Vec<_> = told
            .iter()
            .map(|document| teller.tell(document.clone()))
            .map(|telling| (telling.story, telling.score, telling.recurrence))
            .collect();
        assert_eq!(found, expected, "seed {seed}");

        // The trial is none if nothing joins, or nothing returns.
        assert!(found.iter().filter(|(_, score, _)| score.is_some()).count() > found.len() / 4);
        assert!(found.iter().any(|(_, _, recurrence)| *recurrence > WHOLE / 4));
    }
}

#[test]
fn a_story_is_over_after_its_window() {
    let document = |day, outlet| {
        let vector = StemVector::scaled(&mut (1..=12).map(|key| (key, 10)).collect(), STEMS);
        let keys = vector.keys();
        ToldVector { day, outlet, vector: Arc::new(vector), keys, embedding: None }
    };
    let mut teller = StoryTeller::new(StoryRules::new(&StoryOptions::default()));
    let stories: Vec<StoryNumber> = [(0, 1), (1, 2), (3, 3), (7, 4), (8, 4)]
        .into_iter()
        .map(|(day, outlet)| teller.tell(document(day, outlet)).story)
        .collect();
    // Four days after the last one it is over. By then the same has come three times, so it is a form, which takes its own day
    // only.
    assert_eq!(stories, [0, 0, 0, 1, 2]);
}
