"""A client of ``mukarrar serve``: the calls of an ``Index``, over HTTP."""

from __future__ import annotations

import gzip
import http.client
import json
import os
import random
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Literal, overload
from urllib.parse import quote, urlencode, urlsplit

from ._errors import Error, KeyExistsError, ParameterError, ReadOnlyError, ServerError
from ._mukarrar import Match, Verdict

if TYPE_CHECKING:
    from typing_extensions import Self, Unpack

    from ._options import About, Asked, Entry, Moment, Path

__all__ = ["Client"]

#: An idle connection is opened anew after so many seconds: the server closes it after 30.
_IDLE = 20.0
#: The longest pause between two attempts, in seconds.
_LONGEST_PAUSE = 10.0
#: Bodies of this many bytes or more are worth compressing.
_COMPRESSED_FROM = 1024
#: The largest body of one batch in bytes, before compression; the server takes 16 MiB unless told otherwise.
_BATCH_BYTES = 8 << 20
#: The refusals after which nothing was done, so that any request may be sent again.
_UNTOUCHED = frozenset({"overloaded", "unready", "body-timeout"})


class _Problem(Exception):
    """An answer with an error status, as problem details (RFC 9457)."""

    def __init__(self, status: int, body: bytes, retry_after: str | None) -> None:
        try:
            problem = json.loads(body)
            self.reason = str(problem["type"]).rpartition(":")[2]
            self.detail = f"{problem['title']}: {problem['detail']}"
        except (ValueError, KeyError, TypeError):
            # A proxy between answers with a page of its own.
            self.reason = "overloaded" if status in (429, 503) else "unknown"
            self.detail = body[:200].decode("utf-8", "replace")
        self.status = status
        self.retry_after = float(retry_after) if retry_after and retry_after.isdecimal() else 0.0

    def error(self, key: str | None = None) -> Error:
        if self.reason == "key-exists":
            return KeyExistsError(self.detail, key=key)
        if self.reason == "read-only":
            return ReadOnlyError(self.detail)
        return ServerError(self.detail, status=self.status, reason=self.reason)


class Client:
    """The calls of an ``Index``, answered by ``mukarrar serve`` at ``address``.

    >>> import mukarrar
    >>> seen = mukarrar.Client("http://127.0.0.1:8077", token="…")  # doctest: +SKIP
    >>> seen.check_and_insert("https://a.example/1", "أعلنت وزارة الصحة عن افتتاح ثلاثة مراكز جديدة")  # doctest: +SKIP
    Verdict('new')

    - ``token``: what the server was given as ``--token-file``; the environment variable ``MUKARRAR_TOKEN`` unless given.
    - ``durable``: writing calls return after a commit, so that what they answered survives a crash (False: within a second).
    - ``timeout``: seconds that one attempt may take (90).
    - ``patience``: seconds for which a call is tried again where the server is busy or cannot be reached (60), with pauses that grow.
      Several clients of a server that is full so get their turns.
    - ``batch``: the largest number of items in one request (1,000, the server's own limit unless it was told otherwise).
    - ``compress``: bodies are sent with gzip (True beyond loopback).
    - ``certificates``: a PEM file with the certificates that are trusted in place of the system's, for ``https``.

    A client may be used by several threads, each on a connection of its own, in forked processes, and by functions that are sent to other
    processes: a pickled client opens connections of its own there. A token is never in a pickle; processes inherit ``MUKARRAR_TOKEN``.

    **Sent twice.** Where a connection breaks before an answer came, the call is made again. A writing call whose first attempt was done
    all the same then raises ``KeyExistsError``, as calling twice would.

    Calls raise ``ServerError`` where the server refuses them or stays out of reach, ``KeyExistsError`` and ``ReadOnlyError`` as an ``Index`` does.
    """

    def __init__(
        self,
        address: str = "http://127.0.0.1:8077",
        *,
        token: str | None = None,
        durable: bool = False,
        timeout: float = 90.0,
        patience: float = 60.0,
        batch: int = 1000,
        compress: bool | None = None,
        certificates: Path | None = None,
    ) -> None:
        parts = urlsplit(address if "://" in address else f"http://{address}")
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
            raise ParameterError._of("address", address, "http://HOST:PORT or https://HOST:PORT")
        if batch < 1:
            raise ParameterError._of("batch", batch, "a whole number from 1")
        self.address = f"{parts.scheme}://{parts.netloc}"
        self._host = parts.hostname
        self._port = parts.port or (443 if parts.scheme == "https" else 80)
        self._tls: ssl.SSLContext | None = None
        if parts.scheme == "https":
            self._tls = ssl.create_default_context(cafile=os.fspath(certificates) if certificates else None)
        self._token_is_given = token is not None
        self._token = os.environ.get("MUKARRAR_TOKEN") if token is None else token
        self._settings = {
            "durable": durable,
            "timeout": timeout,
            "patience": patience,
            "batch": batch,
            "compress": compress,
            "certificates": certificates,
        }
        self._durable = durable
        self._timeout = timeout
        self._patience = patience
        self._batch = batch
        self._compress = self._host not in ("localhost", "127.0.0.1", "::1") if compress is None else compress
        self._threads = threading.local()

    def check(self, text: str, **about: Unpack[About]) -> Verdict:
        """Whether a stored text is repeated; stores nothing."""
        return _verdict(self._one("check", _item(text, about)))

    def insert(self, key: str, text: str, **about: Unpack[About]) -> None:
        """Stores a text, whether it repeats another or not."""
        self._one("insert", {"key": key, **_item(text, about)})

    def check_and_insert(self, key: str, text: str, **about: Unpack[About]) -> Verdict:
        """Whether a stored text is repeated; stores the text if none is."""
        return _verdict(self._one("check-and-insert", {"key": key, **_item(text, about)}))

    def stories(self, *, since: Moment | None = None) -> list[dict[str, Any]]:
        """The stories of an index that tells them, as ``Index.stories``."""
        query = "" if since is None else f"?{urlencode({'since': _written(since)}, safe=':')}"
        try:
            found: list[dict[str, Any]] = json.loads(self._request("GET", f"/v1/stories{query}", None, None))["stories"]
        except _Problem as problem:
            raise problem.error(None) from None
        return found

    def query(self, text: str, top: int = 10, by: Literal["jaccard", "containment"] = "jaccard", **about: Unpack[About]) -> list[Match]:
        """The stored texts most like a text, best first."""
        found = self._one("query", {**_item(text, about), "top": top, "by": by})
        return [_match(match) for match in found["matches"]]

    def check_all(self, texts: Iterable[Asked]) -> list[Verdict]:
        """``check`` of each text, in order: a text, or ``(text, about)`` with a dict of the keywords."""
        items = (_item(*asked) if isinstance(asked, tuple) else _item(asked) for asked in texts)
        answers = list(self._many("check", items))
        _raise_first(answers)
        return [_verdict(answer) for answer in answers]

    @overload
    def insert_all(self, items: Iterable[Entry], *, return_errors: Literal[False] = False) -> list[None]: ...
    @overload
    def insert_all(self, items: Iterable[Entry], *, return_errors: bool) -> list[Error | None]: ...
    def insert_all(self, items: Iterable[Entry], *, return_errors: bool = False) -> Any:
        """``insert`` of each ``(key, text)`` or ``(key, text, about)``, in order. The others are stored where one fails; the first error is raised
        then, unless ``return_errors`` puts each in its place."""
        answers = list(self._many("insert", map(_keyed, items)))
        if not return_errors:
            _raise_first(answers)
        return [answer if isinstance(answer, Error) else None for answer in answers]

    @overload
    def check_and_insert_all(self, items: Iterable[Entry], *, return_errors: Literal[False] = False) -> list[Verdict]: ...
    @overload
    def check_and_insert_all(self, items: Iterable[Entry], *, return_errors: bool) -> list[Verdict | Error]: ...
    def check_and_insert_all(self, items: Iterable[Entry], *, return_errors: bool = False) -> Any:
        """``check_and_insert`` of each ``(key, text)`` or ``(key, text, about)``, in order. Errors as of ``insert_all``."""
        answers = list(self._many("check-and-insert", map(_keyed, items)))
        if not return_errors:
            _raise_first(answers)
        return [answer if isinstance(answer, Error) else _verdict(answer) for answer in answers]

    def remove(self, key: str) -> bool:
        """Removes the text of a key; whether there was one."""
        try:
            self._request("DELETE", f"/v1/documents/{quote(key, safe='')}{self._query(True)}", None, None)
        except _Problem as problem:
            if problem.status == 404:
                return False
            raise problem.error(key) from None
        return True

    def top(self, top: int = 10) -> dict[str, Any]:
        """What the index holds most of, as ``Index.top``; at most 1,000 texts and forms."""
        try:
            answer = self._request("GET", f"/v1/top?top={top:d}", None, None)
        except _Problem as problem:
            raise problem.error() from None
        found: dict[str, Any] = json.loads(answer)
        return found

    def is_ready(self) -> bool:
        """Whether the server can be reached and takes requests. Asks once."""
        try:
            self._attempt("GET", "/readyz", None, {})
        except (_Problem, OSError, http.client.HTTPException):
            return False
        return True

    def close(self) -> None:
        """Closes the connection of this thread. Those of other threads close with their threads."""
        self._drop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Client({self.address!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        # A pickle may end in a file, so a token is never in it.
        if self._token_is_given:
            raise TypeError("a client that was given a token cannot be pickled; set MUKARRAR_TOKEN instead, which processes inherit")
        return _unpickled, (self.address, self._settings)

    def _one(self, route: str, item: dict[str, Any]) -> Any:
        body = json.dumps(item).encode()
        path = f"/v1/{route}{self._query(route.endswith('insert'))}"
        try:
            return json.loads(self._request("POST", path, "application/json", body))
        except _Problem as problem:
            raise problem.error(item.get("key")) from None

    def _many(self, route: str, items: Iterable[dict[str, Any]]) -> Iterator[Any]:
        """The answers to items, batch by batch; an ``Error`` for each that failed."""
        path = f"/v1/{route}{self._query(route.endswith('insert'))}"
        for keys, body in self._batches(items):
            try:
                answers = self._request("POST", path, "application/x-ndjson", body).splitlines()
            except _Problem as problem:
                raise problem.error() from None
            if len(answers) != len(keys):
                raise ServerError(f"{len(answers)} answers to {len(keys)} items", status=200, reason="unknown")
            for key, line in zip(keys, answers):
                answer = json.loads(line)
                failed = answer.get("error")
                yield answer if failed is None else _Problem(failed["status"], json.dumps(failed).encode(), None).error(key)

    def _batches(self, items: Iterable[dict[str, Any]]) -> Iterator[tuple[list[str | None], bytes]]:
        """The bodies of the batches, each with the keys of its items."""
        keys: list[str | None] = []
        lines: list[bytes] = []
        size = 0
        for item in items:
            line = json.dumps(item).encode()
            if lines and (len(lines) == self._batch or size + len(line) > _BATCH_BYTES):
                yield keys, b"\n".join(lines)
                keys, lines, size = [], [], 0
            keys.append(item.get("key"))
            lines.append(line)
            size += len(line) + 1
        if lines:
            yield keys, b"\n".join(lines)

    def _query(self, writes: bool) -> str:
        return "?durable=true" if writes and self._durable else ""

    def _request(self, method: str, path: str, media: str | None, body: bytes | None) -> bytes:
        """One call: tried again while the server is busy or out of reach, for as long as ``patience`` says."""
        headers: dict[str, str] = {}
        if media is not None:
            headers["Content-Type"] = media
        if body is not None and self._compress and len(body) >= _COMPRESSED_FROM:
            body = gzip.compress(body, compresslevel=1)
            headers["Content-Encoding"] = "gzip"

        end = time.monotonic() + self._patience
        pause = 0.05
        while True:
            try:
                return self._attempt(method, path, body, headers)
            except _Problem as problem:
                if problem.reason not in _UNTOUCHED:
                    raise
                least, failure = problem.retry_after, problem.error()
            except ssl.SSLCertVerificationError as error:
                raise ServerError(f"{self.address}: {error}; give its certificate as certificates=", status=None, reason="untrusted") from error
            except (OSError, http.client.HTTPException) as error:
                least = 0.0
                failure = ServerError(f"{self.address} cannot be reached: {error or type(error).__name__}", status=None, reason="unreachable")

            # Pauses differ, so that clients that were refused at one time do not come back at one time.
            wait = max(least * random.uniform(0.5, 1.0), random.uniform(pause / 2, pause))
            if time.monotonic() + wait > end:
                raise failure
            time.sleep(wait)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _attempt(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> bytes:
        connection = self._connection()
        if self._token:
            headers = {"Authorization": f"Bearer {self._token}", **headers}
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
        except BaseException:
            # What comes next on this connection would be taken for the answer to another call.
            self._drop()
            raise
        if answer.will_close:
            self._drop()
        else:
            self._threads.used = time.monotonic()
        if not 200 <= answer.status < 300:
            raise _Problem(answer.status, content, answer.getheader("Retry-After"))
        return content

    def _connection(self) -> http.client.HTTPConnection:
        """The connection of this thread. A child process opens its own: the one that it inherits is its parent's."""
        mine = self._threads
        if getattr(mine, "connection", None) is not None:
            if mine.process == os.getpid() and time.monotonic() - mine.used < _IDLE:
                connection: http.client.HTTPConnection = mine.connection
                return connection
            self._drop()
        if self._tls is None:
            mine.connection = http.client.HTTPConnection(self._host, self._port, timeout=self._timeout)
        else:
            mine.connection = http.client.HTTPSConnection(self._host, self._port, timeout=self._timeout, context=self._tls)
        mine.process, mine.used = os.getpid(), time.monotonic()
        opened: http.client.HTTPConnection = mine.connection
        return opened

    def _drop(self) -> None:
        connection = getattr(self._threads, "connection", None)
        if connection is not None:
            self._threads.connection = None
            connection.close()


def _unpickled(address: str, settings: dict[str, Any]) -> Client:
    return Client(address, **settings)


def _written(moment: Any) -> Any:
    """A moment as a query has it."""
    return moment.isoformat() if hasattr(moment, "isoformat") else moment


def _item(text: str, about: Any = None) -> dict[str, Any]:
    item: dict[str, Any] = {"text": text}
    for name, value in (about or {}).items():
        if value is not None:
            item[name] = value.isoformat() if hasattr(value, "isoformat") else value
    return item


def _keyed(entry: Entry) -> dict[str, Any]:
    key, text = entry[0], entry[1]
    return {"key": key, **_item(text, entry[2] if len(entry) == 3 else None)}


def _raise_first(answers: list[Any]) -> None:
    """Raises the first error among answers, if there is one."""
    for answer in answers:
        if isinstance(answer, Error):
            raise answer


def _verdict(answer: dict[str, Any]) -> Verdict:
    found = answer.get("match")
    story = None if answer.get("story") is None else json.dumps(answer["story"], ensure_ascii=False)
    return Verdict._of(answer["verdict"], answer.get("certain", True), None if found is None else _match(found), story)


def _match(found: dict[str, Any]) -> Match:
    seen = datetime.fromisoformat(found["seen"].replace("Z", "+00:00")).astimezone(timezone.utc)
    return Match._of(
        found["key"],
        found["jaccard"],
        found["containment"],
        found["relation"],
        found.get("reason"),
        int(seen.timestamp()),
        found.get("standard_error"),
    )
