"""Scrapy itself crawls a local site of Arabic pages with known copies, is stopped, goes on, and is killed."""

import json
import re
import shutil
import signal
import subprocess
import sys
import weakref
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from scrapy import signals
from scrapy.exceptions import CloseSpider, DropItem, NotConfigured
from scrapy.utils.test import get_crawler

import mukarrar
from mukarrar.scrapy import DedupPipeline, DuplicateItem

from site_of_copies import EXACT, NEAR, STORIES, TEMPLATES, Site

REASON = re.compile(r"duplicate: (\S+) repeats (\S+) \(J ([0-9.]+), (exact|near)\)")


@pytest.fixture(scope="module")
def site():
    with Site() as site:
        yield site


class Crawls:
    """Crawls of one site into one place."""

    def __init__(self, site, place):
        self.site, self.place = site, place

    def run(self, *, kill_after=None, refuse=(), more=False, expect=0, **settings):
        given = {
            "start": self.site.root + "/list/0",
            "output": str(self.place / "kept.jsonl"),
            "dropped": str(self.place / "dropped.jsonl"),
            "settings": {"MUKARRAR_INDEX": str(self.place / "index"), **settings},
            "kill_after": kill_after,
            "refuse": list(refuse),
            "more": more,
        }
        script = Path(__file__).with_name("crawl.py")
        done = subprocess.run([sys.executable, script, json.dumps(given)], capture_output=True, text=True, timeout=300)
        assert done.returncode == expect, done.stderr
        if expect:
            return None
        assert "Traceback" not in done.stderr, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def rows(self, name):
        path = self.place / f"{name}.jsonl"
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []

    def take(self):
        """What was kept and dropped since the last time."""
        taken = self.rows("kept"), self.rows("dropped")
        for name in ("kept", "dropped"):
            (self.place / f"{name}.jsonl").unlink(missing_ok=True)
        return taken


@pytest.fixture
def crawls(site, tmp_path):
    return Crawls(site, tmp_path)


def check_one_of_each(site, kept, dropped):
    urls = [item["url"] for item in kept]
    stories = Counter(site.story_of[url] for url in urls)
    assert set(stories) == set(site.story_of.values())
    assert max(stories.values()) == 1, [story for story, count in stories.items() if count > 1]
    for row in dropped:
        page, keeper, jaccard, _ = REASON.fullmatch(row["reason"]).groups()
        assert page == row["url"]
        assert keeper in urls
        assert site.story_of[keeper] == site.story_of[page]
        assert 0.6 <= float(jaccard) <= 1
    assert len(kept) + len({row["url"] for row in dropped}) == len(site.pages)


def test_a_crawl_that_is_stopped_half_way_and_resumed(site, crawls):
    assert len(site.pages) >= 300
    jobdir = str(crawls.place / "job")
    first = crawls.run(JOBDIR=jobdir, CLOSESPIDER_ITEMCOUNT=100)
    assert first["finish_reason"] == "closespider_itemcount"
    assert 100 <= first["mukarrar/documents"] < len(site.pages) / 2
    second = crawls.run(JOBDIR=jobdir)
    assert second["finish_reason"] == "finished"
    kept, dropped = crawls.take()
    check_one_of_each(site, kept, dropped)
    assert second["mukarrar/documents"] == STORIES + 2 * TEMPLATES == len(kept)
    assert first["mukarrar/duplicate"] + second["mukarrar/duplicate"] == EXACT + NEAR == len(dropped)
    counts = {name: first.get(f"mukarrar/{name}", 0) + second.get(f"mukarrar/{name}", 0) for name in ("new", "variant")}
    assert counts["variant"] == TEMPLATES, "the second report of a template tells other facts"
    assert counts["new"] == STORIES + TEMPLATES

    # The whole site again, into the same index: every page gets the answer that it had.
    again = crawls.run()
    kept_again, dropped_again = crawls.take()
    assert {item["url"] for item in kept_again} == {item["url"] for item in kept}
    assert {row["url"] for row in dropped_again} == {row["url"] for row in dropped}
    assert again["mukarrar/known"] == len(kept)
    assert again["mukarrar/documents"] == len(kept)


def test_a_crawl_that_is_killed_neither_loses_nor_doubles(site, crawls):
    crawls.run(kill_after=120, expect=-signal.SIGKILL, MUKARRAR_COMMIT_EVERY=1)
    assert len(crawls.rows("kept")) == 120
    stats = crawls.run(MUKARRAR_COMMIT_EVERY=1)
    assert stats["mukarrar/known"] >= 120
    kept, dropped = crawls.take()
    once = {item["url"]: item for item in kept}
    assert len(kept) == len(once) + 120, "what was kept before is kept again"
    check_one_of_each(site, list(once.values()), dropped)


def test_marking_drops_nothing(site, crawls):
    stats = crawls.run(MUKARRAR_ACTION="mark", MUKARRAR_SOURCE_FIELD="site")
    kept, dropped = crawls.take()
    assert not dropped
    assert len(kept) == len(site.pages)
    verdicts = Counter(item["mukarrar"]["verdict"] for item in kept)
    assert verdicts == {"new": STORIES + TEMPLATES, "duplicate": EXACT + NEAR, "variant": TEMPLATES}
    assert stats["mukarrar/duplicate/exact"] + stats["mukarrar/duplicate/near"] == EXACT + NEAR
    for item in kept:
        if item["mukarrar"]["verdict"] == "duplicate":
            assert site.story_of[item["mukarrar"]["key"]] == site.story_of[item["url"]]


def test_what_a_later_pipeline_drops_is_nobodys_keeper(site, crawls):
    crawls.run(refuse=["/story/"])
    kept, dropped = crawls.take()
    refused = [row["url"] for row in dropped if row["reason"] == "refused"]
    assert refused and all("/story/" in url for url in refused)
    stories = Counter(site.story_of[item["url"]] for item in kept)
    for n in range(40, EXACT):
        assert stories[f"story {n}"] == 1, "a copy stays in the place of the refused page"


def test_links_of_repeated_pages_are_not_followed(site, crawls):
    before = site.asked.copy()
    stats = crawls.run(more=True, CONCURRENT_REQUESTS=1, SPIDER_MIDDLEWARES={"mukarrar.scrapy.DuplicateLinksMiddleware": 50})
    kept, dropped = crawls.take()
    asked = {path for path in site.asked - before if path.startswith("/more/")}
    assert asked == {"/more" + item["url"].removeprefix(site.root) for item in kept}
    assert stats["mukarrar/links_not_followed"] == len(dropped) == EXACT + NEAR


def test_known_pages_are_not_fetched_again(site, crawls):
    crawls.run()
    kept, dropped = crawls.take()
    before = site.asked.copy()
    stats = crawls.run(DOWNLOADER_MIDDLEWARES={"mukarrar.scrapy.KnownPagesMiddleware": 50})
    fetched = {site.root + path for path in site.asked - before}
    assert not fetched & {item["url"] for item in kept}
    assert fetched >= {row["url"] for row in dropped}, "copies are not in the index"
    assert stats["mukarrar/known_requests"] == len(kept)
    assert crawls.take()[0] == [], "nothing is kept twice"


def test_an_index_that_cannot_be_opened_ends_the_crawl_with_one_line(site, crawls):
    (crawls.place / "index").write_text("no directory")
    stats = crawls.run()
    assert stats["finish_reason"] == "mukarrar_index"
    assert crawls.take() == ([], []), "nothing was fetched that could not be checked"


def pipeline(tmp_path, **settings):
    crawler = get_crawler(settings_dict={"MUKARRAR_INDEX": str(tmp_path / "index"), **settings})
    made = DedupPipeline.from_crawler(crawler)
    made.open_spider()
    return made


FIRST = "أعلنت وزارة الصحة عن افتتاح ثلاثة مراكز جديدة في المدينة أمس بحضور عدد من المسؤولين"
OTHER = "فاز الفريق الأول بالمباراة النهائية بعد وقت إضافي طويل أمام جمهور كبير في الملعب"


def test_a_page_that_changed_takes_the_place_of_its_old_text(tmp_path):
    made = pipeline(tmp_path)
    assert made.process_item({"url": "1", "text": FIRST})
    assert made.process_item({"url": "1", "text": FIRST})
    assert made.process_item({"url": "1", "text": OTHER})
    assert made.process_item({"url": "2", "text": FIRST}), "nothing has that text any more"
    with pytest.raises(DuplicateItem) as dropped:
        made.process_item({"url": "2", "text": OTHER})
    assert (dropped.value.key, dropped.value.keeper, dropped.value.relation) == ("2", "1", "exact")
    made.close_spider()


def test_a_page_of_stories_goes_only_if_all_of_them_repeat(tmp_path):
    made = pipeline(tmp_path, MUKARRAR_UNIT="paragraph")
    assert made.process_item({"url": "1", "text": FIRST + "\n" + OTHER})
    assert made.process_item({"url": "2", "text": OTHER + "\n" + THIRD})
    with pytest.raises(DuplicateItem):
        made.process_item({"url": "3", "text": THIRD + "\n" + FIRST})
    assert made.process_item({"url": "2", "text": OTHER + "\n" + THIRD}), "after a pause"
    made.close_spider()


THIRD = "وصلت السفينة إلى الميناء صباحا محملة بمئات الأطنان من القمح والزيتون بعد رحلة شاقة"
FOURTH = "افتتح المتحف الجديد أبوابه للزوار مساء الخميس بعد أعمال ترميم دامت عشر سنوات كاملة"


@dataclass
class Item:
    url: str
    text: "str | None"


def kinds(made):
    """What was counted so far, without what the crawl's end adds."""
    stats = made.crawler.stats.get_stats()
    return {name[len("mukarrar/") :]: count for name, count in stats.items() if name.startswith("mukarrar/") and "duplicate/" not in name}


def page(*paragraphs, url="u"):
    return {"url": url, "text": "\n".join(paragraphs)}


@pytest.mark.parametrize(
    ("first", "again", "kind"),
    [
        ((FIRST, OTHER), (FIRST, OTHER), "known"),
        ((FIRST, OTHER), (OTHER, FIRST), "known"),
        ((FIRST, OTHER, FIRST), (FIRST, OTHER, FIRST), "known"),
        ((FIRST, OTHER), (THIRD, FIRST, OTHER), "updated"),
        ((FIRST, OTHER), (OTHER,), "updated"),
        ((FIRST, OTHER, THIRD), (OTHER, THIRD, FOURTH), "updated"),
        ((FIRST,), (FIRST + " وقال الوزير إن العمل جار",), "updated"),
    ],
)
def test_a_page_whose_parts_move_is_no_copy_of_itself(tmp_path, first, again, kind):
    made = pipeline(tmp_path, MUKARRAR_UNIT="paragraph")
    assert made.process_item(page(*first))
    assert made.process_item(page(*again))
    assert kinds(made) == {"new": 1, kind: 1}
    assert made.process_item(page(*again))
    assert kinds(made)["known"] == (2 if kind == "known" else 1)
    # The index holds what the page has now, and nothing else of it.
    for paragraph in {*first, *again}:
        assert bool(made.index.check(paragraph)) == (paragraph in again or kind == "known" or len(first) == 1)
    assert len(made.index) == len(set(again))
    made.close_spider()


def test_a_page_is_known_by_whichever_unit_it_was_stored(tmp_path):
    for unit in ("document", "paragraph", "document", "story"):
        made = pipeline(tmp_path, MUKARRAR_UNIT=unit, MUKARRAR_THRESHOLD="0.3")
        assert made.process_item(page(FIRST, OTHER)), unit
        made.close_spider()


def test_a_fragment_names_another_page(tmp_path):
    made = pipeline(tmp_path)
    assert made.process_item({"url": "u", "text": FIRST})
    with pytest.raises(DuplicateItem):
        made.process_item({"url": "u#top", "text": FIRST})
    made.close_spider()


def test_a_page_that_became_a_copy_keeps_its_old_text(tmp_path):
    made = pipeline(tmp_path, MUKARRAR_UNIT="paragraph")
    assert made.process_item(page(FIRST, url="1"))
    assert made.process_item(page(OTHER, url="2"))
    with pytest.raises(DuplicateItem):
        made.process_item(page(FIRST, url="2"))
    with pytest.raises(DuplicateItem):
        made.process_item(page(OTHER, url="3"))
    made.close_spider()


def tell(made, signal, **told):
    made.crawler.signals.send_catch_log(signal, spider=None, response=None, **told)


def drop(made, item):
    tell(made, signals.item_dropped, item=item, exception=DropItem("a later pipeline"))


def fail(made, item):
    tell(made, signals.item_error, item=item, failure=None)


def keep(made, item):
    tell(made, signals.item_scraped, item=item)


@pytest.mark.parametrize("lose", [drop, fail])
@pytest.mark.parametrize("unit", ["document", "paragraph"])
def test_the_new_text_of_a_lost_page_is_given_back(tmp_path, lose, unit):
    made = pipeline(tmp_path, MUKARRAR_UNIT=unit)
    first = made.process_item(page(FIRST))
    keep(made, first)
    again = made.process_item(page(OTHER))
    lose(made, again)
    assert made.process_item(page(OTHER, url="copy")), "the text was never kept"
    made.close_spider()


def test_a_page_that_is_on_its_way_twice_is_lost_with_the_last(tmp_path):
    made = pipeline(tmp_path)
    waiting, failing = made.process_item(page(FIRST)), made.process_item(page(FIRST))
    fail(made, failing)
    with pytest.raises(DuplicateItem):
        made.process_item(page(FIRST, url="copy"))
    keep(made, waiting)
    late = made.process_item(page(FIRST))
    drop(made, late)
    with pytest.raises(DuplicateItem):
        made.process_item(page(FIRST, url="copy"))
    one, two = made.process_item(page(OTHER, url="2")), made.process_item(page(OTHER, url="2"))
    drop(made, one)
    drop(made, two)
    assert made.process_item(page(OTHER, url="copy"))
    assert kinds(made)["given_back"] == 1
    made.close_spider()


def test_a_kept_page_does_not_keep_the_lost_text_of_its_next_version(tmp_path):
    made = pipeline(tmp_path)
    old, new = made.process_item(page(FIRST)), made.process_item(page(OTHER))
    keep(made, old)
    drop(made, new)
    assert made.process_item(page(OTHER, url="copy"))
    made.close_spider()


def test_items_are_known_by_themselves_when_later_pipelines_change_their_keys(tmp_path):
    made = pipeline(tmp_path)
    item = made.process_item(page(FIRST))
    item["url"] = "changed"
    drop(made, item)
    assert made.process_item(page(FIRST, url="copy"))
    # Another object, with the key of the one that it stands for.
    keep(made, page(FIRST, url="copy"))
    drop(made, page(FIRST, url="copy"))
    with pytest.raises(DuplicateItem):
        made.process_item(page(FIRST, url="3"))
    made.close_spider()


def test_items_whose_end_is_never_told_do_not_pile_up(tmp_path, monkeypatch):
    monkeypatch.setattr("mukarrar._in_flight.MOST_IN_FLIGHT", 5)
    made = pipeline(tmp_path)
    gone = [weakref.ref(made.process_item(Item(url=str(n), text=FIRST if n == 0 else None))) for n in range(20)]
    assert sum(item() is not None for item in gone) <= 5
    with pytest.raises(DuplicateItem):
        made.process_item(page(FIRST, url="copy"))
    made.close_spider()


def test_items_without_text_or_key_pass_and_are_counted(tmp_path, caplog):
    made = pipeline(tmp_path)
    assert made.process_item({"url": "1"}) == {"url": "1"}
    assert made.process_item({"url": "1", "text": "…"})
    assert made.crawler.stats.get_value("mukarrar/no_text") == made.crawler.stats.get_value("mukarrar/empty") == 1
    for _ in range(2):
        assert made.process_item({"text": FIRST}) == {"text": FIRST}
    assert made.crawler.stats.get_value("mukarrar/unchecked") == 2
    [line] = [record.message for record in caplog.records if "MUKARRAR_KEY_FIELD" in record.message]
    assert "'url'" in line, "told once"
    made.close_spider()


def test_a_field_of_another_name_is_told_after_twenty_items(tmp_path, caplog):
    made = pipeline(tmp_path)
    for n in range(19):
        made.process_item({"url": str(n), "body": FIRST})
    made.process_item({"url": "text", "text": FIRST})
    assert not caplog.records
    for n in range(25):
        made.process_item({"url": str(n), "body": FIRST})
    [line] = [record.message for record in caplog.records]
    assert "'text'" in line and "body, url" in line and "MUKARRAR_TEXT_FIELD" in line
    made.close_spider()


def test_what_the_index_cannot_check_passes_and_is_told_once(tmp_path, caplog):
    made = pipeline(tmp_path)
    made.index.close()
    for n in range(3):
        assert made.process_item({"url": str(n), "text": FIRST})
    assert len(caplog.records) == 1 and "closed" in caplog.text
    assert made.crawler.stats.get_value("mukarrar/unchecked") == 3


def test_all_settings_of_an_index_can_be_given(tmp_path):
    made = pipeline(tmp_path, MUKARRAR_INDEX_SETTINGS={"profile": "aggressive", "window": "7d", "seed": 7}, MUKARRAR_THRESHOLD="0.7")
    settings = made.index.settings
    assert (settings["profile"], settings["threshold"], settings["seed"]) == ("aggressive", "0.7", "7")
    assert settings["window"] == "1w"
    made.close_spider()


def test_a_crash_is_told_in_the_log(tmp_path, caplog):
    made = pipeline(tmp_path / "crawl", MUKARRAR_COMMIT_EVERY=1)
    made.process_item({"url": "1", "text": FIRST})
    # As a machine leaves it that loses its power now.
    shutil.copytree(tmp_path / "crawl", tmp_path / "crashed")
    made.close_spider()
    assert not caplog.records
    pipeline(tmp_path / "crashed").close_spider()
    assert "the index was not closed" in caplog.text


def test_settings_that_cannot_work_say_what_would(tmp_path, caplog):
    with pytest.raises(NotConfigured, match="MUKARRAR_INDEX"):
        DedupPipeline.from_crawler(get_crawler())
    for settings, expected in [
        ({"MUKARRAR_ACTION": "keep"}, "MUKARRAR_ACTION cannot be keep: one of drop, mark"),
        ({"MUKARRAR_THRESHOLD": "3"}, "threshold cannot be 3"),
        ({"MUKARRAR_INDEX_SETTINGS": {"treshold": 0.5}}, "treshold"),
    ]:
        caplog.clear()
        with pytest.raises(CloseSpider):
            pipeline(tmp_path, **settings)
        [line] = [record.message for record in caplog.records]
        assert expected in line
