//! The stories of an index that move to another one, or to a table of their own; what a check foretells; what expires.

use std::io::Cursor;

use mukarrar::document::{Date, Window};
use mukarrar::index::{Expiry, IndexBuilder, IndexStory, Item};
use mukarrar::story::{RarityTable, StoryOptions};
use mukarrar::{Index, Verdict};

use crate::index_stories::{Report, builder, news, stories_of, tell};
use crate::stories::{FIRE, FIRE_AGAIN, MATCH};

/// A builder of an index in memory.
fn in_memory() -> IndexBuilder {
    Index::builder().stories(StoryOptions::default()).seed(7)
}

fn exported(index: &Index) -> Vec<u8> {
    let mut bytes = Vec::new();
    index.export(&mut bytes).unwrap();
    bytes
}

fn item<'t>(text: &'t str, site: &'t str, day: &str) -> Item<'t> {
    Item::new(text).title("حريق سوق الأقمشة").source(Some(site)).date(Date::read(day)).seen(Date::read(day))
}

/// The text with its words the other way round: no copy of it, and of the same story.
fn backwards(text: &str) -> String {
    text.split_whitespace().rev().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_check_foretells_what_telling_tells() {
    let reports = news(3);
    let index = in_memory().build().unwrap();
    let mut joined = 0;
    for report in &reports {
        let told_by_check = index.foretell(report.item()).unwrap();
        assert!(!index.contains(&report.id).unwrap(), "a check stores nothing");

        let told = index.tell(&report.id, report.item()).unwrap();
        joined += usize::from(told.story.as_ref().unwrap().joined);
        let mut story = told.story.unwrap();
        story.leader = story.leader.filter(|_| story.joined);
        assert_eq!(told_by_check.story, Some(story), "{}", report.id);
        assert_eq!(told_by_check.verdict, told.verdict);
    }
    assert!(joined > 100, "the trial has stories: {joined}");

    // A copy has the story of its text; one that is too short, too old or empty has none.
    let (last, first) = (reports.last().unwrap(), &reports[0]);
    let copy = index.foretell(last.item()).unwrap();
    assert!(matches!(copy.verdict, Verdict::Duplicate(_)) && copy.story.unwrap().leader.is_some());
    let old = backwards(&first.text);
    let items = [Report { text: old, ..Report::like(first) }, Report { text: "قصير".to_owned(), ..Report::like(last) }];
    let items: Vec<Item<'_>> = items.iter().map(Report::item).collect();
    assert!(index.foretell_all(&items).into_iter().all(|told| told.unwrap().story.is_none()));
    assert_eq!(index.check(last.item()).unwrap(), index.foretell(last.item()).unwrap().verdict);

    // Those that only read foretell too.
    let home = tempfile::tempdir().unwrap();
    let disk = builder().seed(7).open(home.path()).unwrap();
    tell(&disk, &reports);
    disk.commit().unwrap();
    let reader = Index::builder().open_read_only(home.path()).unwrap();
    let later = Report { text: backwards(&last.text), ..Report::like(last) };
    assert_eq!(reader.foretell(later.item()).unwrap(), index.foretell(later.item()).unwrap());
    assert_eq!(index.foretell(FIRE).unwrap().story.unwrap().leader, None);
}

#[test]
fn an_export_brings_stories_and_the_past_of_removed_texts() {
    let reports = news(4);
    let (before, later) = reports.split_at(200);
    let index = in_memory().build().unwrap();
    tell(&index, before);
    // First texts of stories, and others.
    for report in before.iter().step_by(3) {
        assert!(index.remove(&report.id).unwrap());
    }
    let file = exported(&index);

    let memory = in_memory().build().unwrap();
    let merged = memory.import(&mut Cursor::new(&file)).unwrap();
    assert_eq!((merged.inserted, memory.len()), (index.len(), index.len()));
    let home = tempfile::tempdir().unwrap();
    let header = String::from_utf8(file.split(|byte| *byte == b'\n').next().unwrap().to_vec()).unwrap();
    let disk = IndexBuilder::of_export(&header).unwrap().seed(7).commit_every(50).open(home.path()).unwrap();
    disk.import(&mut Cursor::new(&file)).unwrap();
    disk.close().unwrap();
    let disk = builder().seed(7).open(home.path()).unwrap();
    assert_eq!((disk.len(), disk.settings().stories()), (index.len(), Some(&StoryOptions::default())));

    assert!(stories_of(&index).len() > 5);
    for other in [&memory, &disk] {
        assert_eq!(stories_of(other), stories_of(&index));
        assert_eq!(exported(other), file, "nothing is lost or changed");
    }
    // They go on alike, and so does one that was compacted.
    disk.compact().unwrap();
    let expected = tell(&index, later);
    assert_eq!(tell(&memory, later), expected);
    assert_eq!(tell(&disk, later), expected);

    // A line that is damaged is named.
    let text = String::from_utf8(file).unwrap();
    for (from, to, part) in
        [("\"day\":", "\"day\":9999", "line 2"), ("\"stems\":[[", "\"stems\":[[4294967295,1],[", "stems")]
    {
        let damaged = text.replacen(from, to, 1);
        let refused = in_memory().build().unwrap().import(&mut Cursor::new(damaged)).unwrap_err().to_string();
        assert!(refused.contains(part), "{refused}");
    }
}

#[test]
fn a_merge_keeps_the_stories_of_both_and_joins_those_whose_first_text_both_have() {
    let fill = |index: &Index, texts: &[(&str, &str, &str, &str)]| {
        for (key, text, site, day) in texts {
            index.tell(key, item(text, site, day)).unwrap();
        }
    };
    let (third, other) = (backwards(FIRE_AGAIN), backwards(MATCH));
    let ours = in_memory().build().unwrap();
    fill(&ours, &[("fire", FIRE, "a", "2024-03-06")]);
    // It tells of days before and after; its first text is a copy of ours.
    let theirs = in_memory().build().unwrap();
    fill(
        &theirs,
        &[
            ("first", FIRE, "b", "2024-03-05"),
            ("second", FIRE_AGAIN, "c", "2024-03-06"),
            ("match", MATCH, "b", "2024-03-06"),
            ("again", &other, "c", "2024-03-07"),
        ],
    );

    let merged = ours.merge(&theirs).unwrap();
    assert_eq!((merged.inserted, merged.duplicates), (3, 1));
    let stories = stories_of(&ours);
    let sizes: Vec<(&str, usize)> = stories.iter().map(|story: &IndexStory| (&*story.story, story.size)).collect();
    assert_eq!(sizes, [("fire", 2), ("match", 2)]);
    assert_eq!(stories[0].documents.iter().map(|text| &*text.id).collect::<Vec<_>>(), ["fire", "second"]);
    let told = ours.tell("third", item(&third, "d", "2024-03-07")).unwrap().story.unwrap();
    assert_eq!((told.leader.as_deref(), told.joined), (Some("fire"), true));
}

#[test]
fn a_merged_index_tells_the_same_after_a_restart() {
    let reports = news(5);
    let (before, later) = reports.split_at(210);
    let half = |parity: usize| {
        let index = in_memory().build().unwrap();
        let odd = |(place, _): &(usize, &Report)| place % 2 == parity;
        let reports = before.iter().enumerate().filter(odd);
        reports.for_each(|(_, report)| drop(index.tell(&report.id, report.item()).unwrap()));
        index
    };
    let other = half(1);
    let memory = half(0);
    memory.merge(&other).unwrap();

    let home = tempfile::tempdir().unwrap();
    let disk = builder().seed(7).open(home.path()).unwrap();
    disk.merge(&half(0)).unwrap();
    disk.merge(&other).unwrap();
    let reader = Index::builder().open_read_only(home.path()).unwrap();
    disk.commit().unwrap();
    assert_eq!(stories_of(&reader), stories_of(&memory));
    let both = [&half(0), &other].iter().map(|index| stories_of(index).len()).sum::<usize>();
    assert_eq!(stories_of(&memory).len(), both, "no story is lost, and none is merged with another");

    let expected = tell(&memory, later);
    assert!(expected.iter().filter(|told| told.story.as_ref().unwrap().joined).count() > 20);
    let (now, rest) = later.split_at(40);
    assert_eq!(tell(&disk, now), expected[..40]);
    disk.close().unwrap();
    let disk = builder().seed(7).open(home.path()).unwrap();
    assert_eq!(tell(&disk, rest), expected[40..]);
    disk.compact().unwrap();
    assert_eq!(stories_of(&disk), stories_of(&memory));
}

#[test]
fn indexes_with_stories_and_without_do_not_mix() {
    let (with, without) = (in_memory().build().unwrap(), Index::builder().seed(7).build().unwrap());
    with.tell("fire", item(FIRE, "a", "2024-03-05")).unwrap();
    for (into, from) in [(&with, &without), (&without, &with)] {
        let refused = into.merge(from).unwrap_err().to_string();
        assert!(refused.contains("stories") && refused.contains("nothing"), "{refused}");
        assert!(into.import(&mut Cursor::new(exported(from))).unwrap_err().to_string().contains("stories"));
    }
    assert!(without.is_empty());

    // Lines of the one under the settings of the other.
    let line = String::from_utf8(exported(&with)).unwrap().lines().nth(1).unwrap().to_owned();
    let mixed = String::from_utf8(exported(&without)).unwrap() + &line;
    let refused = without.import(&mut Cursor::new(mixed)).unwrap_err().to_string();
    assert!(refused.contains("line 2: a story"), "{refused}");
}

#[test]
fn a_table_of_its_own_stays_with_an_index() {
    let home = tempfile::tempdir().unwrap();
    let (seen, copy) = (home.path().join("seen"), home.path().join("copy"));
    let own = RarityTable::default();
    let index = builder().rarity(own.clone()).open(&seen).unwrap();
    tell(&index, &news(6)[..40]);
    let stories = stories_of(&index);
    let file = exported(&index);
    index.close().unwrap();
    let shipped = in_memory().build().unwrap();
    tell(&shipped, &news(6)[..40]);
    assert_ne!(exported(&shipped), file, "the table counts");

    // It opens with its table, named or not, and with no other.
    Index::snapshot(&seen, &copy).unwrap();
    for directory in [&seen, &copy] {
        for asked in [Index::builder(), builder().rarity(own.clone())] {
            let index = asked.open(directory).unwrap();
            assert_eq!(index.settings().rarity().unwrap().digest(), own.digest());
            assert_eq!(stories_of(&index), stories);
        }
        let refused = builder().rarity(RarityTable::built_in().clone()).open(directory).unwrap_err().to_string();
        assert!(refused.contains(&format!("was made with idf {}", own.digest())), "{refused}");
    }

    // The table is not in an export: an index with it takes the export, and no new one is made without it.
    let header = String::from_utf8(file.split(|byte| *byte == b'\n').next().unwrap().to_vec()).unwrap();
    let refused = IndexBuilder::of_export(&header).unwrap_err().to_string();
    assert!(refused.contains("idf") && refused.contains("empty index with that table"), "{refused}");
    let empty = in_memory().rarity(own).build().unwrap();
    assert_eq!(empty.import(&mut Cursor::new(&file)).unwrap().inserted, 40);
    assert_eq!(stories_of(&empty), stories);
    assert!(shipped.merge(&empty).unwrap_err().to_string().contains("idf"));

    // Without stories a table means nothing; a damaged one is no table.
    let refused = Index::builder().rarity(RarityTable::default()).build().unwrap_err().to_string();
    assert!(refused.contains("together with stories"), "{refused}");
    std::fs::write(seen.join("idf.bin"), b"MKRI").unwrap();
    let refused = Index::open(&seen).unwrap_err().to_string();
    assert!(refused.contains("idf.bin") && refused.contains("build it again"), "{refused}");
}

#[test]
fn what_expires_with_the_window_leaves_lists_and_still_tells_which_forms_return() {
    let reports = news(7);
    let window = || "3d".parse::<Window>().unwrap();
    let whole = in_memory().window(window()).build().unwrap();
    let expected = tell(&whole, &reports);

    let home = tempfile::tempdir().unwrap();
    let mut index = builder().seed(7).window(window()).open(home.path()).unwrap();
    let mut told = Vec::new();
    for day in reports.chunk_by(|a, b| a.date == b.date) {
        told.extend(tell(&index, day));
        index.expire(Expiry::OutsideWindow).unwrap();
        if day[0].date.ends_with("6") {
            index.compact().unwrap();
            index.close().unwrap();
            index = builder().seed(7).open(home.path()).unwrap();
        }
    }
    assert_eq!(told, expected, "stories do not depend on what expired");
    assert!(told.iter().filter(|told| told.story.as_ref().unwrap().recurring_form).count() > 3, "forms are known");

    let oldest = Date::read("2024-03-07").unwrap();
    let stories = stories_of(&index);
    assert!(!stories.is_empty() && stories.len() < stories_of(&whole).len());
    assert!(stories.iter().flat_map(|story| &story.documents).all(|text| text.date >= oldest));
}
