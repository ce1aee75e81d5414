"""A crawl of the local site, as a user would write it; runs in a process of its own.

Takes one JSON object: `start`, `output` (kept items are appended), `dropped` (reasons are appended), `settings`, and `kill_after`, the
number of kept items after which the process kills itself.
"""

import json
import os
import signal
import sys

import scrapy
from scrapy import signals
from scrapy.crawler import CrawlerProcess
from scrapy.exceptions import DropItem

GIVEN = json.loads(sys.argv[1])


class Site(scrapy.Spider):
    name = "site"
    start_urls = [GIVEN["start"]]

    @classmethod
    def from_crawler(cls, crawler, *args, **kwargs):
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.dropped, signal=signals.item_dropped)
        return spider

    def dropped(self, item, exception):
        append(GIVEN["dropped"], {"url": item["url"], "reason": str(exception)})

    def parse(self, response):
        yield from response.follow_all(css="nav a")
        if GIVEN.get("more"):
            yield from response.follow_all(css="a.more")
        for article in response.css("article"):
            text = "\n".join(article.css("p::text").getall())
            yield {"url": response.url, "text": text, "site": article.attrib["data-site"]}


class Choosy:
    """A later pipeline that does not like some pages."""

    def process_item(self, item):
        if any(word in item["url"] for word in GIVEN.get("refuse", [])):
            raise DropItem("refused")
        return item


class Store:
    """Writes what is kept, at once."""

    kept = 0

    def process_item(self, item):
        append(GIVEN["output"], item)
        Store.kept += 1
        if Store.kept == GIVEN.get("kill_after"):
            os.kill(os.getpid(), signal.SIGKILL)
        return item


def append(path, row):
    with open(path, "a", encoding="utf-8") as out:
        out.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    process = CrawlerProcess(
        {
            "ITEM_PIPELINES": {"mukarrar.scrapy.DedupPipeline": 300, Choosy: 400, Store: 500},
            "LOG_LEVEL": "WARNING",
            "TELNETCONSOLE_ENABLED": False,
            "DOWNLOAD_DELAY": 0,
            "CONCURRENT_REQUESTS": 8,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
            **GIVEN["settings"],
        }
    )
    crawler = process.create_crawler(Site)
    process.crawl(crawler)
    process.start()
    print(json.dumps(crawler.stats.get_stats(), default=str))
