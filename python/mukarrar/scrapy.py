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
processed twice is no copy of itself: it is known, and it passes, as it did the first time, also where its stories have moved on the page or
``MUKARRAR_UNIT`` is another one now. If its text has changed, the new text takes the place of the old one, and stories that it no longer has are
forgotten; unless all it has now repeats other pages: then it goes as any copy.

**Kills.** An index that was not closed opens at its last commit, which a warning in the log tells: of what came after, the answers are forgotten, so that at most
``MUKARRAR_COMMIT_EVERY`` stories can be kept a second time; none is lost by that. What Scrapy itself loses in a kill (requests on the way, items
that its exports had not written yet) the index cannot bring back: the texts of items that never reached your storage may stand in it. If that matters,
begin again with a new index, or take their keys out with ``Index.remove``.

**Other pipelines.** An item that a later pipeline drops, or fails on, gives its text free again, so that a copy of it may stay; a page that has changed,
its new text. A text stays as soon as one item with it is kept.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, cast

from itemadapter import ItemAdapter
from scrapy import signals
from scrapy.exceptions import DropItem, NotConfigured

from ._errors import ParameterError
from ._in_flight import InFlight
from ._mukarrar import Index, Match
from ._pages import Answer, Pages

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from ._options import UnitName
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
        unit = _one_of(settings.get("MUKARRAR_UNIT", "document"), "MUKARRAR_UNIT", "document", "story", "paragraph")
        self.unit: UnitName = cast("UnitName", unit)
        self.action = _one_of(settings.get("MUKARRAR_ACTION", "drop"), "MUKARRAR_ACTION", "drop", "mark")
        self.text_field = settings.get("MUKARRAR_TEXT_FIELD", "text")
        self.key_field = settings.get("MUKARRAR_KEY_FIELD", "url")
        self.source_field = settings.get("MUKARRAR_SOURCE_FIELD")
        self.mark_field = settings.get("MUKARRAR_MARK_FIELD", "mukarrar")
        self.index: Index | None = None
        self._pages: Pages | None = None
        self._in_flight = InFlight()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        pipeline = cls(crawler)
        crawler.signals.connect(pipeline._scraped, signal=signals.item_scraped)
        crawler.signals.connect(pipeline._lost, signal=signals.item_dropped)
        crawler.signals.connect(pipeline._lost, signal=signals.item_error)
        return pipeline

    def open_spider(self, spider: Any = None) -> None:
        self.index = Index.open(self.path, threshold=self.threshold)
        self._pages = Pages(self.index, self.unit)
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
            # Told apart from another item of its page, should it be lost.
            self._in_flight.begin(item, self._name(item))
            self._count("no_text")
            return item
        key, source = self._key(adapter), None
        if self.source_field and adapter.get(self.source_field) is not None:
            source = str(adapter[self.source_field])
        assert self._pages is not None, "items come between open_spider and close_spider"
        flight = self._in_flight.begin(item, key)
        answer = self._pages.check_and_store(key, text, source, flight)
        self._commit()
        self._count(answer.kind)
        if answer.kind == "duplicate" and answer.match is not None:
            self._count(f"duplicate/{answer.match.relation}")
            if self.action == "drop":
                self._in_flight.end(flight)
                raise DuplicateItem(key, answer.match)
        if self.action == "mark":
            self._mark(adapter, answer)
        return item

    def _commit(self) -> None:
        """Makes the index durable once enough is stored, before the item goes on: with 1 nothing passes that a kill could make
        unseen."""
        if self.index is not None and self._pages is not None and self._pages.changes >= self.commit_every:
            self.index.commit()
            self._pages.changes = 0

    def _key(self, adapter: ItemAdapter) -> str:
        key = self._name(adapter.item)
        if key is None:
            raise ValueError(f"the item has no field {self.key_field!r} to be known by; set MUKARRAR_KEY_FIELD to one it has")
        return key

    def _mark(self, adapter: ItemAdapter, answer: Answer) -> None:
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
        self._in_flight.kept(item, self._name(item))

    def _lost(self, item: Any, exception: BaseException | None = None) -> None:
        """A later pipeline dropped the item, or failed on it."""
        if isinstance(exception, DuplicateItem) or self.index is None:
            return
        for name in self._in_flight.lost(item, self._name(item)):
            self.index.remove(name)
            self._count("given_back")

    def _name(self, item: Any) -> str | None:
        key = ItemAdapter(item).get(self.key_field) if ItemAdapter.is_item(item) else None
        return None if key is None or key == "" else str(key)

    def _count(self, name: str, by: int = 1) -> None:
        if self.crawler.stats is not None:
            self.crawler.stats.inc_value(f"mukarrar/{name}", by)


def _one_of(value: Any, name: str, *words: str) -> str:
    if value not in words:
        expected = f"one of {', '.join(words)}"
        raise ParameterError(f"{name} cannot be {value}: {expected}", name=name, value=str(value), expected=expected)
    return str(value)
