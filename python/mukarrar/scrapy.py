"""Parts for Scrapy that know which texts a crawl has seen before.

.. code-block:: python

    ITEM_PIPELINES = {"mukarrar.scrapy.DedupPipeline": 300}
    MUKARRAR_INDEX = "crawl/seen"

``DedupPipeline`` drops, or marks, items whose text repeats one seen before. Two more parts save requests, if they are wanted:

.. code-block:: python

    SPIDER_MIDDLEWARES = {"mukarrar.scrapy.DuplicateLinksMiddleware": 50}
    DOWNLOADER_MIDDLEWARES = {"mukarrar.scrapy.KnownPagesMiddleware": 50}

``DuplicateLinksMiddleware`` does not follow the links of a page whose items all repeat other pages; ``KnownPagesMiddleware`` does not fetch
pages again whose texts are in the index. The parts of one crawl share the index.

Settings:

``MUKARRAR_INDEX``
    The directory of the index; made if it is not there. Without it the pipeline is disabled.
``MUKARRAR_THRESHOLD``
    Smallest Jaccard of a duplicate; .6, or what the index was made with.
``MUKARRAR_INDEX_SETTINGS``
    A dict of all other settings of ``mukarrar.Index.open``: ``{"profile": "aggressive", "window": "7d", "verify": "estimate"}``.
``MUKARRAR_UNIT``
    ``document`` (default): the text is compared whole. ``story`` or ``paragraph``: the page is cut first, and repeats only if all
    of its stories or paragraphs do.
``MUKARRAR_ACTION``
    ``drop`` (default): a repeated item is dropped, with the keeper and the Jaccard in the reason. ``mark``: every item stays, and
    says in ``MUKARRAR_MARK_FIELD`` what it is.
``MUKARRAR_TEXT_FIELD``, ``MUKARRAR_KEY_FIELD``, ``MUKARRAR_SOURCE_FIELD``
    The fields with the text (``text``), with what names the page (``url``), and with its source (none). An item without text or without
    a key passes unchecked; after 20 items in a row without text, a warning names the fields that there are.
``MUKARRAR_MARK_FIELD``
    The field that ``mark`` writes (``mukarrar``); a ``scrapy.Item`` must declare it.
``MUKARRAR_COMMIT_EVERY``
    After so many stored texts the index is made durable (100), before the item goes on, and when the spider closes. With 1 no kill
    can make a kept page unseen; it costs a write to the disk for each.

Items are processed one at a time, in Scrapy's own thread: an answer takes well under a millisecond, less than handing it to
another thread and back would, so nothing waits, and answers depend on the order of the items alone.

**Errors** are one line each. Where the index cannot be opened, the crawl ends with the reason ``mukarrar_index``; where it fails later, items
pass unchecked (``mukarrar/unchecked``).

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

from collections.abc import AsyncIterator, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from itemadapter import ItemAdapter
from scrapy import Request, signals
from scrapy.exceptions import DropItem, IgnoreRequest

from ._crawl_index import CrawlIndex, logger
from ._errors import Error
from ._in_flight import InFlight
from ._mukarrar import Index, Match
from ._pages import Answer

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from typing_extensions import Self

__all__ = ["DedupPipeline", "DuplicateItem", "DuplicateLinksMiddleware", "KnownPagesMiddleware"]

#: So many items in a row without text are taken for a field of another name.
WITHOUT_TEXT = 20


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
        self.crawler = crawler
        self._shared = CrawlIndex.of(crawler)
        self._in_flight = InFlight()
        self._without_text = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        pipeline = cls(crawler)
        crawler.signals.connect(pipeline._scraped, signal=signals.item_scraped)
        crawler.signals.connect(pipeline._lost, signal=signals.item_dropped)
        crawler.signals.connect(pipeline._lost, signal=signals.item_error)
        return pipeline

    @property
    def index(self) -> Index | None:
        """The index, while the spider is open."""
        return self._shared.index

    def open_spider(self, spider: Any = None) -> None:
        self._shared.open()

    def close_spider(self, spider: Any = None) -> None:
        self._shared.close()

    def process_item(self, item: Any, spider: Any = None) -> Any:
        shared = self._shared
        key, text = shared.key(item), shared.text(item)
        flight = self._in_flight.begin(item, key)
        if text is None:
            # Told apart from another item of its page, should it be lost.
            shared.count("no_text")
            self._miss_text(item)
            return item
        self._without_text = 0
        if key is None:
            field = shared.settings.key_field
            shared.failed(ValueError(f"the item has no field {field!r} to be known by; set MUKARRAR_KEY_FIELD to one it has"))
            return item

        try:
            answer = shared.open().check_and_store(key, text, shared.source(item), flight)
            # Before the item goes on: with MUKARRAR_COMMIT_EVERY=1 nothing passes that a kill could make unseen.
            shared.commit()
        except Error as error:
            shared.failed(error)
            return item
        shared.count(answer.kind)
        if answer.kind == "duplicate" and answer.match is not None:
            shared.count(f"duplicate/{answer.match.relation}")
            if shared.settings.action == "drop":
                self._in_flight.end(flight)
                raise DuplicateItem(key, answer.match)
        if shared.settings.action == "mark":
            self._mark(item, answer)
        return item

    def _miss_text(self, item: Any) -> None:
        self._without_text += 1
        if self._without_text == WITHOUT_TEXT:
            fields = ", ".join(sorted(map(str, ItemAdapter(item).keys()))) if ItemAdapter.is_item(item) else "none"
            logger.warning(
                "%d items in a row have no text in the field %r, and pass unchecked; the fields of the last: %s. Set MUKARRAR_TEXT_FIELD to the one "
                "with the text",
                WITHOUT_TEXT,
                self._shared.settings.text_field,
                fields,
            )

    def _mark(self, item: Any, answer: Answer) -> None:
        mark: dict[str, Any] = {"verdict": answer.kind}
        if answer.match is not None:
            match = answer.match
            mark.update(key=match.key, jaccard=match.jaccard, containment=match.containment, relation=match.relation)
        field = self._shared.settings.mark_field
        try:
            ItemAdapter(item)[field] = mark
        except KeyError:
            self._shared.failed(ValueError(f"{type(item).__name__} has no field {field!r} for the mark; declare it, or set MUKARRAR_MARK_FIELD"))

    def _scraped(self, item: Any) -> None:
        self._in_flight.kept(item, self._shared.key(item))

    def _lost(self, item: Any, exception: BaseException | None = None) -> None:
        """A later pipeline dropped the item, or failed on it."""
        index = self._shared.index
        if isinstance(exception, DuplicateItem) or index is None:
            return
        for name in self._in_flight.lost(item, self._shared.key(item)):
            try:
                index.remove(name)
            except Error as error:
                self._shared.failed(error)
            else:
                self._shared.count("given_back")


class DuplicateLinksMiddleware:
    """A spider middleware that does not follow the links of a page whose items all repeat other pages.

    The requests of a callback wait until its items are known; a page without items with text, such as a list, is followed. What is not
    followed is counted as ``mukarrar/links_not_followed``.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._shared = CrawlIndex.of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_spider_output(self, response: Response, result: Iterable[Any], spider: Any = None) -> Iterator[Any]:
        links = _PageLinks(self._shared)
        for thing in result:
            if not links.hold(thing):
                yield thing
        yield from links.followed()

    async def process_spider_output_async(self, response: Response, result: AsyncIterator[Any], spider: Any = None) -> AsyncIterator[Any]:
        links = _PageLinks(self._shared)
        async for thing in result:
            if not links.hold(thing):
                yield thing
        for request in links.followed():
            yield request


class _PageLinks:
    """The requests of one page, held until its items are known."""

    def __init__(self, shared: CrawlIndex) -> None:
        self._shared = shared
        self._requests: list[Request] = []
        self._is_fresh = self._has_text = False

    def hold(self, thing: Any) -> bool:
        """Keeps a request back; looks at an item."""
        if isinstance(thing, Request):
            self._requests.append(thing)
            return True
        key, text = self._shared.key(thing), self._shared.text(thing)
        if key is not None and text is not None and not self._is_fresh:
            try:
                self._is_fresh = not self._shared.open().repeats(key, text, self._shared.source(thing))
            except Error as error:
                self._shared.failed(error)
                self._is_fresh = True
            self._has_text = True
        return False

    def followed(self) -> list[Request]:
        if self._is_fresh or not self._has_text:
            return self._requests
        self._shared.count("links_not_followed", len(self._requests))
        return []


class KnownPagesMiddleware:
    """A downloader middleware that does not fetch pages whose texts are in the index under their URLs.

    Pages that were dropped as duplicates are not in the index, and are fetched again. A request with ``meta={"mukarrar_fetch": True}`` is made
    in any case, for pages that change. What is not fetched is counted as ``mukarrar/known_requests``.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._shared = CrawlIndex.of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_request(self, request: Request, spider: Any = None) -> None:
        if request.method != "GET" or request.meta.get("mukarrar_fetch"):
            return
        try:
            is_known = self._shared.open().holds(request.url)
        except Error as error:
            return self._shared.failed(error)
        if is_known:
            self._shared.count("known_requests")
            raise IgnoreRequest(f"the text of {request.url} is in the index")
