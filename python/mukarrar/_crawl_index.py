"""The index of a crawl of Scrapy, which the pipeline and the middlewares share, and the settings for it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, cast

from itemadapter import ItemAdapter
from scrapy import signals
from scrapy.exceptions import CloseSpider, NotConfigured

from ._errors import Error, ParameterError
from ._mukarrar import Index
from ._pages import Pages

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from ._options import UnitName

__all__ = ["CrawlIndex", "CrawlSettings", "logger"]

logger = logging.getLogger("mukarrar.scrapy")

#: The reason with which a crawl ends whose index cannot be opened.
CLOSE_REASON = "mukarrar_index"

#: Where a crawler keeps it.
_ATTRIBUTE = "_mukarrar_index"


class CrawlSettings:
    """What the settings ``MUKARRAR_…`` say; ``mukarrar.scrapy`` describes them."""

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self.path = str(settings.get("MUKARRAR_INDEX"))
        self.index: dict[str, Any] = settings.getdict("MUKARRAR_INDEX_SETTINGS")
        if settings.get("MUKARRAR_THRESHOLD") is not None:
            self.index["threshold"] = settings.getfloat("MUKARRAR_THRESHOLD")
        self.commit_every = settings.getint("MUKARRAR_COMMIT_EVERY", 100)
        unit = _one_of(settings.get("MUKARRAR_UNIT", "document"), "MUKARRAR_UNIT", "document", "story", "paragraph")
        self.unit: UnitName = cast("UnitName", unit)
        self.action = _one_of(settings.get("MUKARRAR_ACTION", "drop"), "MUKARRAR_ACTION", "drop", "mark")
        self.text_field: str = settings.get("MUKARRAR_TEXT_FIELD", "text")
        self.key_field: str = settings.get("MUKARRAR_KEY_FIELD", "url")
        self.source_field: str | None = settings.get("MUKARRAR_SOURCE_FIELD")
        self.mark_field: str = settings.get("MUKARRAR_MARK_FIELD", "mukarrar")


class CrawlIndex:
    """The index of one crawl. The part that is started first opens it; it is closed with the spider."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._settings: CrawlSettings | None = None
        self.index: Index | None = None
        self._pages: Pages | None = None
        self._failures: set[str] = set()

    @classmethod
    def of(cls, crawler: Crawler) -> CrawlIndex:
        """That of a crawl. ``NotConfigured`` if the crawl names none."""
        if not crawler.settings.get("MUKARRAR_INDEX"):
            raise NotConfigured("MUKARRAR_INDEX names no directory for the index")
        shared = getattr(crawler, _ATTRIBUTE, None)
        if not isinstance(shared, CrawlIndex):
            shared = cls(crawler)
            setattr(crawler, _ATTRIBUTE, shared)
            crawler.signals.connect(shared.open, signal=signals.spider_opened)
            crawler.signals.connect(shared.close, signal=signals.spider_closed)
        return shared

    @property
    def settings(self) -> CrawlSettings:
        """The settings, read when first asked for. Raises ``ParameterError``."""
        if self._settings is None:
            self._settings = CrawlSettings(self._crawler)
        return self._settings

    def open(self) -> Pages:
        """The pages of the index. Where it cannot be opened, a line in the log says why, and the crawl ends: it would keep every
        copy."""
        if self._pages is None:
            try:
                settings = self.settings
                self.index = Index.open(settings.path, **settings.index)
            except (Error, TypeError, ValueError) as error:
                logger.error("%s; the crawl ends", error)
                raise CloseSpider(CLOSE_REASON) from None
            self._pages = Pages(self.index, settings.unit)
            if self.index.recovery is not None:
                logger.warning("%s: %s", settings.path, self.index.recovery["message"])
        return self._pages

    def commit(self) -> None:
        """Makes the index durable once enough is stored."""
        if self.index is not None and self._pages is not None and self._pages.changes >= self.settings.commit_every:
            self.index.commit()
            self._pages.changes = 0

    def close(self) -> None:
        """Makes everything durable and closes the index; where that fails, a line in the log says so."""
        index, self.index, self._pages = self.index, None, None
        if index is None:
            return
        try:
            self.count("documents", len(index))
            index.close()
        except Error as error:
            logger.error("%s; what was stored since the last commit is forgotten", error)

    def count(self, name: str, by: int = 1) -> None:
        """Counts in the statistics of the crawl."""
        if self._crawler.stats is not None:
            self._crawler.stats.inc_value(f"mukarrar/{name}", by)

    def failed(self, error: Exception) -> None:
        """Says once in the log that something passes unchecked, and counts it."""
        self.count("unchecked")
        message = str(error)
        if message not in self._failures:
            self._failures.add(message)
            logger.error("%s; what cannot be checked passes, counted as mukarrar/unchecked", message)

    def key(self, item: Any) -> str | None:
        """What names the item's page."""
        key = ItemAdapter(item).get(self.settings.key_field) if ItemAdapter.is_item(item) else None
        return None if key is None or key == "" else str(key)

    def text(self, item: Any) -> str | None:
        """The item's text."""
        text = ItemAdapter(item).get(self.settings.text_field) if ItemAdapter.is_item(item) else None
        return text if isinstance(text, str) else None

    def source(self, item: Any) -> str | None:
        """The item's source, if a field has it."""
        field = self.settings.source_field
        source = ItemAdapter(item).get(field) if field else None
        return None if source is None else str(source)


def _one_of(value: Any, name: str, *words: str) -> str:
    if value not in words:
        expected = f"one of {', '.join(words)}"
        raise ParameterError._of(name, value, expected)
    return str(value)
