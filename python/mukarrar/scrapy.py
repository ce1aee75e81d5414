"""An item pipeline for Scrapy that drops, or marks, items whose text repeats one seen before.

.. code-block:: python

    ITEM_PIPELINES = {"mukarrar.scrapy.DedupPipeline": 300}
    MUKARRAR_INDEX = "crawl/seen"

Settings:

``MUKARRAR_INDEX``
    The directory of the index; made if it is not there. Without it the pipeline is disabled.
``MUKARRAR_THRESHOLD``
    Smallest Jaccard of a duplicate; .6, or what the index was made with.
``MUKARRAR_UNIT``
    ``document`` (default): the text is compared whole. ``story`` or ``paragraph``: the page is cut first, and repeats only if all
    of its stories or paragraphs do.
``MUKARRAR_ACTION``
    ``drop`` (default): a repeated item is dropped, with the keeper and the Jaccard in the reason. ``mark``: every item stays, and
    says in ``MUKARRAR_MARK_FIELD`` what it is.
``MUKARRAR_TEXT_FIELD``, ``MUKARRAR_KEY_FIELD``, ``MUKARRAR_SOURCE_FIELD``
    The fields with the text (``text``), with what names the page (``url``), and with its source (none).
``MUKARRAR_MARK_FIELD``
    The field that ``mark`` writes (``mukarrar``); a ``scrapy.Item`` must declare it.
``MUKARRAR_COMMIT_EVERY``
    After so many stored texts the index is made durable (100), before the item goes on, and when the spider closes. With 1 no kill
    can make a kept page unseen; it costs a write to the disk for each.

Items are processed one at a time, in Scrapy's own thread: an answer takes well under a millisecond, less than handing it to
another thread and back would, so nothing waits, and answers depend on the order of the items alone.

**Pausing and resuming** (``JOBDIR``). The spider's end commits the index, and the next run opens it again. A page that is
processed twice is no copy of itself: its key is known, and it passes, as it did the first time. If its text has changed, the new text takes the
place of the old one, unless it repeats another page; then it goes as any copy.

**Kills.** An index that was not closed opens at its last commit, which a warning in the log tells: of what came after, the answers are forgotten, so that at most
``MUKARRAR_COMMIT_EVERY`` stories can be kept a second time; none is lost by that. What Scrapy itself loses in a kill (requests on the way, items
that its exports had not written yet) the index cannot bring back: the texts of items that never reached your storage may stand in it. If that matters,
begin again with a new index, or take their keys out with ``Index.remove``.

**Other pipelines.** An item that a later pipeline drops, or fails on, gives its text free again, so that a copy of it may stay.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from itemadapter import ItemAdapter
from scrapy import signals
from scrapy.exceptions import DropItem, NotConfigured

from . import Index, Match, Verdict, units
from ._errors import KeyExistsError, ParameterError

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from typing_extensions import Self

__all__ = ["DedupPipeline", "DuplicateItem"]

logger = logging.getLogger(__name__)


class DuplicateItem(DropItem):
    """An item whose text repeats one seen before: ``key`` and ``keeper`` name the two, ``jaccard`` and ``relation`` say how
    alike they are."""

    def __init__(self, key: str, found: Match) -> None:
        super().__init__(f"duplicate: {key} repeats {found.key} (J {found.jaccard:.4f}, {found.relation})")
        self.key = key
        self.keeper = found.key
        self.jaccard = found.jaccard
        self.relation = found.relation


class _Answer:
    """What is said of a page: a word for the statistics, and the stored text that decided it."""

    def __init__(self, kind: str, match: Match | None = None) -> None:
        self.kind = kind
        self.match = match


class DedupPipeline:
    """Drops or marks items whose text repeats one seen before. The module says which settings there are."""

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        path = settings.get("MUKARRAR_INDEX")
        if not path:
            raise NotConfigured("MUKARRAR_INDEX names no directory for the index")
        self.crawler = crawler
        self.path = str(path)
        self.threshold: float | None = None
        if settings.get("MUKARRAR_THRESHOLD") is not None:
            self.threshold = settings.getfloat("MUKARRAR_THRESHOLD")
        self.commit_every = settings.getint("MUKARRAR_COMMIT_EVERY", 100)
        self.unit = _one_of(settings.get("MUKARRAR_UNIT", "document"), "MUKARRAR_UNIT", "document", "story", "paragraph")
        self.action = _one_of(settings.get("MUKARRAR_ACTION", "drop"), "MUKARRAR_ACTION", "drop", "mark")
        self.text_field = settings.get("MUKARRAR_TEXT_FIELD", "text")
        self.key_field = settings.get("MUKARRAR_KEY_FIELD", "url")
        self.source_field = settings.get("MUKARRAR_SOURCE_FIELD")
        self.mark_field = settings.get("MUKARRAR_MARK_FIELD", "mukarrar")
        self.index: Index | None = None
        # Keys stored for items that are still on their way through later pipelines.
        self._on_their_way: dict[str, list[str]] = {}
        # Texts stored since the index was made durable.
        self._uncommitted = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        pipeline = cls(crawler)
        crawler.signals.connect(pipeline._scraped, signal=signals.item_scraped)
        crawler.signals.connect(pipeline._lost, signal=signals.item_dropped)
        crawler.signals.connect(pipeline._lost, signal=signals.item_error)
        return pipeline

    def open_spider(self, spider: Any = None) -> None:
        self.index = Index.open(self.path, threshold=self.threshold)
        if self.index.recovery is not None:
            logger.warning("%s: %s", self.path, self.index.recovery["message"])

    def close_spider(self, spider: Any = None) -> None:
        if self.index is not None:
            self._count("documents", len(self.index))
            self.index.close()
            self.index = None

    def process_item(self, item: Any, spider: Any = None) -> Any:
        adapter = ItemAdapter(item)
        text = adapter.get(self.text_field)
        if not isinstance(text, str):
            self._count("no_text")
            return item
        key, source = self._key(adapter), None
        if self.source_field and adapter.get(self.source_field) is not None:
            source = str(adapter[self.source_field])
        answer = self._page(key, text, source)
        self._commit()
        self._count(answer.kind)
        if answer.kind == "duplicate" and answer.match is not None:
            self._count(f"duplicate/{answer.match.relation}")
            if self.action == "drop":
                raise DuplicateItem(key, answer.match)
        if self.action == "mark":
            self._mark(adapter, answer)
        return item

    def _page(self, key: str, text: str, source: str | None) -> _Answer:
        parts = [(key, text, "document")]
        if self.unit != "document":
            wanted = (unit for unit in units(text, self.unit) if unit.kind == self.unit)
            # A page without a single story is compared whole.
            parts = [(f"{key}#{unit.number}", unit.text, unit.kind) for unit in wanted] or parts
        answers = [self._part(name, text, kind, source, key) for name, text, kind in parts]
        answers = [answer for answer in answers if answer.kind != "empty"] or answers
        # A page repeats others only if every part does.
        fresh = (answer for answer in answers if answer.kind != "duplicate")
        return next(fresh, None) or max(answers, key=lambda answer: answer.match.jaccard if answer.match else 0.0)

    def _part(self, name: str, text: str, kind: str, source: str | None, page: str) -> _Answer:
        assert self.index is not None, "items come between open_spider and close_spider"
        try:
            verdict = self.index.check_and_insert(name, text, source=source, kind=kind)
        except KeyExistsError:
            return self._again(name, text, kind, source)
        if verdict.kind in ("new", "variant"):
            self._uncommitted += 1
            self._on_their_way.setdefault(page, []).append(name)
        return _Answer(verdict.kind, verdict.match)

    def _again(self, name: str, text: str, kind: str, source: str | None) -> _Answer:
        """A page that was kept before: after a pause, or fetched anew."""
        assert self.index is not None
        verdict: Verdict = self.index.check(text, source=source, kind=kind)
        match = verdict.match
        if match is not None and match.key == name and match.relation == "exact":
            return _Answer("known")
        if verdict.is_duplicate and match is not None and match.key != name:
            return _Answer("duplicate", match)
        if verdict.kind == "empty":
            return _Answer("empty")
        self.index.replace(name, text, source=source, kind=kind)
        self._uncommitted += 1
        return _Answer("updated")

    def _commit(self) -> None:
        """Makes the index durable once enough is stored, before the item goes on: with 1 nothing passes that a kill could make
        unseen."""
        if self.index is not None and self._uncommitted >= self.commit_every:
            self.index.commit()
            self._uncommitted = 0

    def _key(self, adapter: ItemAdapter) -> str:
        key = adapter.get(self.key_field)
        if key is None or key == "":
            raise ValueError(f"the item has no field {self.key_field!r} to be known by; set MUKARRAR_KEY_FIELD to one it has")
        return str(key)

    def _mark(self, adapter: ItemAdapter, answer: _Answer) -> None:
        mark: dict[str, Any] = {"verdict": answer.kind}
        if answer.match is not None:
            match = answer.match
            mark.update(key=match.key, jaccard=match.jaccard, containment=match.containment, relation=match.relation)
        try:
            adapter[self.mark_field] = mark
        except KeyError:
            raise KeyError(
                f"{type(adapter.item).__name__} has no field {self.mark_field!r} for the mark; declare it, or set MUKARRAR_MARK_FIELD"
            ) from None

    def _scraped(self, item: Any) -> None:
        self._forget(item)

    def _lost(self, item: Any, exception: BaseException | None = None) -> None:
        """A later pipeline dropped the item, or failed on it."""
        if isinstance(exception, DuplicateItem) or self.index is None:
            return
        for name in self._forget(item):
            self.index.remove(name)
            self._count("given_back")

    def _forget(self, item: Any) -> list[str]:
        if not ItemAdapter.is_item(item):
            return []
        return self._on_their_way.pop(str(ItemAdapter(item).get(self.key_field)), [])

    def _count(self, name: str, by: int = 1) -> None:
        if self.crawler.stats is not None:
            self.crawler.stats.inc_value(f"mukarrar/{name}", by)


def _one_of(value: Any, name: str, *words: str) -> str:
    if value not in words:
        expected = f"one of {', '.join(words)}"
        raise ParameterError(f"{name} cannot be {value}: {expected}", name=name, value=str(value), expected=expected)
    return str(value)
