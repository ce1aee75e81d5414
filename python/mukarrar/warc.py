"""Writes ``revisit`` records in place of pages whose text was archived before, for users of warcio.

.. code-block:: python

    import mukarrar
    from mukarrar.warc import RevisitWriter
    from warcio.warcwriter import WARCWriter

    with open("crawl.warc.gz", "wb") as out, mukarrar.Index.open("seen") as seen:
        writer = RevisitWriter(WARCWriter(out, warc_version="1.1"), seen, text=page_text)
        writer.write_record(record)
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

from ._errors import KeyExistsError
from ._mukarrar import Match, Verdict

if TYPE_CHECKING:
    from ._client import Client
    from ._mukarrar import Index

__all__ = ["NEAR_PROFILE", "RevisitWriter", "WarcPlace"]

#: The profile of a revisit whose page has the text of the one that it refers to, but not its bytes. WARC 1.1 (§6.7) leaves other
#: profiles than its own to those who define them.
NEAR_PROFILE = "urn:mukarrar:warc:revisit:near-duplicate-text"


class WarcPlace(NamedTuple):
    """The record that holds a page: what a revisit refers to. Its ``key`` names the page in the index."""

    record_id: str
    date: str
    digest: str
    uri: str

    @property
    def key(self) -> str:
        return " ".join(self)

    @classmethod
    def of_key(cls, key: str) -> WarcPlace | None:
        """The place that a key names; ``None`` for a key of another form."""
        parts = key.split(" ", 3)
        return cls(*parts) if len(parts) == 4 and parts[2].startswith("sha1:") else None


class RevisitWriter:
    """Writes records to a writer of warcio; a ``response`` whose text is in the index becomes a ``revisit``.

    - ``writer``: a ``WARCWriter`` with ``warc_version="1.1"``, or anything with its ``write_record`` and ``create_revisit_record``.
    - ``index``: an ``Index``, or a ``Client`` of a server. New texts are stored in it under the places of their records (``WarcPlace``).
    - ``text``: a function from a record to the text of its page, or ``None`` where it has none. It may read ``record.content_stream()``.
    - ``near``: pages whose text repeats but whose bytes differ become revisits too, with ``NEAR_PROFILE``. Their own bytes are not archived.
      Without it (False) only equal bytes make a revisit, with the profile ``identical-payload-digest``.

    A revisit has the HTTP headers of its page, ``WARC-Refers-To``, ``WARC-Refers-To-Target-URI`` and ``WARC-Refers-To-Date``; near ones have the
    verified score in ``X-Mukarrar-Jaccard``. ``written`` counts the records by what became of them: ``response``, ``identical``, ``near``, and
    ``other`` for those that are no responses or have no text.
    """

    def __init__(self, writer: Any, index: Index | Client, *, text: Callable[[Any], str | None], near: bool = False) -> None:
        self._writer = writer
        self._index = index
        self._text = text
        self._near = near
        self.written = {"response": 0, "identical": 0, "near": 0, "other": 0}

    def write_record(self, record: Any) -> str:
        """Writes a record. Returns what became of it, as a key of ``written``."""
        outcome = self._write(record)
        self.written[outcome] += 1
        return outcome

    def _write(self, record: Any) -> str:
        text, payload = (None, None) if record.rec_type != "response" else self._read(record)
        if payload is None or not text:
            self._writer.write_record(record)
            return "other"

        header = record.rec_headers.get_header
        place = WarcPlace(header("WARC-Record-ID"), header("WARC-Date"), _digest(payload), header("WARC-Target-URI"))
        found = self._ask(place, text)
        keeper = WarcPlace.of_key(found.key) if found is not None else None
        if found is None or keeper is None:
            self._writer.write_record(record)
            return "response"
        identical = keeper.digest == place.digest
        if not identical and not self._near:
            self._writer.write_record(record)
            return "response"
        self._writer.write_record(self._revisit(record, place, keeper, None if identical else found))
        return "identical" if identical else "near"

    def _read(self, record: Any) -> tuple[str | None, bytes]:
        """The text and the bytes of a page; afterwards the record can be read again."""
        payload = record.raw_stream.read()
        record.raw_stream = BytesIO(payload)
        text = self._text(record)
        record.raw_stream = BytesIO(payload)
        return text, payload

    def _ask(self, place: WarcPlace, text: str) -> Match | None:
        try:
            verdict: Verdict = self._index.check_and_insert(place.key, text)
        except KeyExistsError:
            # The same record again, after a crawl that was interrupted.
            return None
        return verdict.match if verdict.is_duplicate else None

    def _revisit(self, record: Any, place: WarcPlace, keeper: WarcPlace, found: Match | None) -> Any:
        headers = {"WARC-Record-ID": place.record_id, "WARC-Date": place.date, "WARC-Refers-To": keeper.record_id}
        for name in ("WARC-IP-Address", "WARC-Concurrent-To"):
            value = record.rec_headers.get_header(name)
            if value is not None:
                headers[name] = value
        if found is not None:
            headers["X-Mukarrar-Jaccard"] = f"{found.jaccard:.4f}"
        revisit = self._writer.create_revisit_record(
            place.uri, place.digest, keeper.uri, keeper.date, http_headers=record.http_headers, warc_headers_dict=headers
        )
        if found is not None:
            revisit.rec_headers.replace_header("WARC-Profile", NEAR_PROFILE)
        return revisit


def _digest(payload: bytes) -> str:
    """As warcio writes ``WARC-Payload-Digest``: SHA-1 in base 32."""
    return "sha1:" + base64.b32encode(hashlib.sha1(payload, usedforsecurity=False).digest()).decode("ascii")
