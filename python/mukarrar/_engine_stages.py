"""The work of a run on batches of Arrow, for engines that move rows themselves: each function takes rows of one task and gives rows.

Rows have an ``id`` that begins with :data:`REFERENCE` or :data:`INPUT`, ``text``, ``fields`` (an object of JSON), ``taken`` (the
language that a row takes from its source, if it takes one) and ``titled`` (whether its title is evidence). All numbers are signed,
with the bits of the library's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow

from . import _mukarrar as _native
from ._engine_groups import MOST_BYTES, RecordFiles, whole_groups
from ._engine_request import REFERENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Batches = Iterable[pyarrow.RecordBatch]
    Stage = Callable[[Batches], Iterator[pyarrow.RecordBatch]]
    Frequencies = Callable[[], "_native.Frequencies | None"]

_INTEGER, _NUMBER, _WORD, _FLAG = pyarrow.int64(), pyarrow.float64(), pyarrow.string(), pyarrow.bool_()
_HASHES = pyarrow.list_(pyarrow.int32())
_VERDICT = [("reason", _WORD), ("jaccard", _NUMBER), ("containment", _NUMBER)]

SKETCH = [
    *(("id", _WORD), ("language", _WORD), ("sure", _FLAG), ("tokens", _INTEGER), ("high", _INTEGER), ("low", _INTEGER)),
    *(("keys", pyarrow.list_(_INTEGER)), ("sample", _HASHES), ("entries", _INTEGER), ("date", _INTEGER), ("origin", _INTEGER)),
    *(("title", _INTEGER), ("title_source", _INTEGER)),
]
TITLES = [("title", _INTEGER)]
DIGEST = [("id", _WORD), ("digest", pyarrow.binary())]
WORDS = [("high", _INTEGER), ("low", _INTEGER), ("words", _HASHES)]
LINKS = [("keeper", _INTEGER), ("node", _INTEGER), ("relation", _WORD), *_VERDICT, ("lost", _INTEGER)]
CONTAINED = [("small", _INTEGER), ("large", _INTEGER), ("size", _INTEGER), ("jaccard", _NUMBER), ("containment", _NUMBER), _VERDICT[0]]
SETTLED = [("keeper", _INTEGER), ("node", _INTEGER), ("relation", _WORD), *_VERDICT, ("attached", _FLAG)]

MOST_PLACED = 4 << 20
"""Bytes of the rows of small groups that are settled together."""


def made(schema: list[tuple[str, Any]], rows: list[tuple[Any, ...]]) -> pyarrow.RecordBatch:
    """A batch of rows."""
    columns = list(zip(*rows)) if rows else [()] * len(schema)
    arrays = [pyarrow.array(column, kind) for column, (_, kind) in zip(columns, schema)]
    return pyarrow.RecordBatch.from_arrays(arrays, [name for name, _ in schema])


def pieces(batches: Batches) -> Iterator[pyarrow.RecordBatch]:
    """The rows in batches that are not much larger than a task should hold as strings."""
    for batch in batches:
        if batch.num_rows < 2 or batch.nbytes <= MOST_BYTES:
            yield batch
        else:
            half = batch.num_rows // 2
            yield from pieces([batch.slice(0, half), batch.slice(half)])


def sketched(options: dict[str, Any], *through: str) -> Stage:
    """What is kept of each row that can be read, with its columns ``through``."""

    def work(batches: Batches) -> Iterator[pyarrow.RecordBatch]:
        for batch in pieces(batches):
            all_made = _native.engine_sketch(_records(batch), **options)
            there = [place for place, sketch in enumerate(all_made) if sketch is not None]
            own = batch.take(pyarrow.array(there, _INTEGER))
            sketches = [sketch for sketch in all_made if sketch is not None]
            columns = list(zip(*sketches)) if sketches else [()] * 11
            language, sure, tokens, fingerprints, keys, sample, entries, _, dates, origins, marks = columns
            high, low = [pair[0] for pair in fingerprints], [pair[1] for pair in fingerprints]
            titles, title_sources = [mark[0] for mark in marks], [mark[1] for mark in marks]
            values = [language, sure, tokens, high, low, keys, sample, entries, dates, origins, titles, title_sources]
            arrays = [pyarrow.array(column, kind) for column, (_, kind) in zip(values, SKETCH[1:])]
            passed = [own.column(name) for name in through]
            yield pyarrow.RecordBatch.from_arrays(
                [own.column("id").cast(_WORD), *arrays, *passed], [*(name for name, _ in SKETCH), *through]
            )

    return work


def evident_titles(batches: Batches) -> Iterator[pyarrow.RecordBatch]:
    """The titles that are evidence, of rows that tell how many ``records`` and ``sources`` have a ``title``."""
    for batch in batches:
        counts = list(zip(batch.column("records").to_pylist(), batch.column("sources").to_pylist()))
        yield batch.select(["title"]).filter(pyarrow.array(_native.engine_title_evidence(counts), _FLAG))


def digested(options: dict[str, Any]) -> Stage:
    """The digest of the tokens of each row, by which equal texts are told."""

    def work(batches: Batches) -> Iterator[pyarrow.RecordBatch]:
        for batch in pieces(batches):
            digests = _native.engine_digests(_records(batch), _taken(batch), **options)
            yield made(DIGEST, list(zip(batch.column("id").to_pylist(), digests)))

    return work


def worded(options: dict[str, Any]) -> Stage:
    """The fingerprint and the words of each row."""

    def work(batches: Batches) -> Iterator[pyarrow.RecordBatch]:
        for batch in pieces(batches):
            sketches = _native.engine_sketch(_records(batch), True, **options)
            yield made(WORDS, [(*sketch[3], sketch[7]) for sketch in sketches if sketch is not None])

    return work


def linked(options: dict[str, Any], frequencies: Frequencies, most: int = MOST_BYTES, threads: int = 1) -> Stage:
    """The verified pairs of whole components. Rows have a ``component`` and a ``node``, and come sorted by both. Pairs that a cap lost
    are counted in rows of their own, which have no relation.

    A component of more than ``most`` bytes is written to a temporary file, and verified from there within the memory limit of
    ``options``, on so many ``threads``: no task holds its texts, and other cores do not wait for one.
    """
    of_large = {**options, "threads": max(threads, options.get("threads") or 1)}

    def work(batches: Batches) -> Iterator[pyarrow.RecordBatch]:
        for group in whole_groups(batches, most, lambda: RecordFiles(options.get("temp_dir"))):
            if isinstance(group, RecordFiles):
                with group:
                    yield _links_of_files(group, of_large, frequencies)
                continue

            # References come first in keeper order, and so do they in the numbers of nodes.
            batch = group.sort_by("node").combine_chunks()
            if batch.column("id")[0].as_py()[:1] == REFERENCE:
                with RecordFiles(options.get("temp_dir")) as files:
                    files.write(batch)
                    yield _links_of_files(files, options, frequencies)
                continue
            found = _native.engine_links(_records(batch), _taken(batch), _titled(batch), frequencies(), **options)
            yield _link_rows(batch.column("node").to_pylist(), *found)

    return work


def _links_of_files(files: RecordFiles, options: dict[str, Any], frequencies: Frequencies) -> pyarrow.RecordBatch:
    files.close()
    # References are not compared with each other.
    if files.inputs == 0:
        return made(LINKS, [])
    found = _native.engine_links(
        [files.input_path], files.taken, files.titled, frequencies(), files.reference_paths, **files.reading, **options
    )
    return _link_rows(files.nodes, *found)


def _link_rows(nodes: Any, links: list[Any], lost: int) -> pyarrow.RecordBatch:
    rows: list[tuple[Any, ...]] = [(nodes[keeper], nodes[node], *rest, 0) for keeper, node, *rest in links]
    if lost:
        rows.append((0, 0, None, None, None, None, lost))
    return made(LINKS, rows)


def contained(options: dict[str, Any], frequencies: Frequencies) -> Stage:
    """Which of two texts is inside the other, for rows with two of each column: ``id_a``, ``id_b`` and so on, and the nodes ``a`` and
    ``b``, the earlier one in keeper order first."""

    def work(batches: Batches) -> Iterator[pyarrow.RecordBatch]:
        for batch in pieces(batches):
            nodes = list(zip(batch.column("a").to_pylist(), batch.column("b").to_pylist()))
            records = [record for pair in zip(_records(batch, "_a"), _records(batch, "_b")) for record in pair]
            codes = zip(batch.column("taken_a").to_pylist(), batch.column("taken_b").to_pylist())
            languages = [code for pair in codes for code in pair]
            taken = [(place, code) for place, code in enumerate(languages) if code is not None]
            flags = zip(batch.column("titled_a").to_pylist(), batch.column("titled_b").to_pylist())
            titled = [place for place, flag in enumerate(flag for pair in flags for flag in pair) if flag]
            rows = []
            for pair in _native.engine_contained(records, taken, titled, frequencies(), **options):
                if pair is not None:
                    small, large, *rest = pair
                    rows.append((nodes[small // 2][small % 2], nodes[large // 2][large % 2], *rest))
            yield made(CONTAINED, rows)

    return work


def placed(batches: Batches) -> Iterator[pyarrow.RecordBatch]:
    """What becomes of the nodes of whole groups. Rows have a ``component``, come sorted by it, and are of three kinds: ``node`` with its
    number in ``a``, ``single`` (whether it may be attached to another: it is one row, and no reference) and ``is_reference``; ``link``
    with the columns of a link, keeper and node in ``a`` and ``b``; ``pair`` with those of a contained pair, small and large."""
    for group in whole_groups(batches, MOST_PLACED, None):
        if isinstance(group, RecordFiles):
            continue
        names = ("kind", "a", "b", "relation", "reason", "jaccard", "containment", "size", "single", "is_reference")
        rows = list(zip(*(group.column(name).to_pylist() for name in names)))
        of_nodes = {row[1]: row for row in rows if row[0] == "node"}
        nodes = sorted(of_nodes)
        place = {node: place for place, node in enumerate(nodes)}
        links = sorted((place[a], place[b], *rest[:4]) for kind, a, b, *rest in rows if kind == "link")
        pairs = [
            (place[a], place[b], size, jaccard, containment, reason)
            for kind, a, b, _, reason, jaccard, containment, size, *_ in rows
            if kind == "pair"
        ]
        settled = _native.engine_settled([of_nodes[node][8] for node in nodes], links, sorted(pairs, key=lambda pair: pair[:2]))
        # References are never members.
        is_member = [not of_nodes[node][9] for node in nodes]
        found = [(nodes[keeper], nodes[node], *rest, attached) for (keeper, node, *rest), attached in settled if is_member[node]]
        yield made(SETTLED, found)


def _records(batch: Any, side: str = "") -> list[tuple[str, str, str]]:
    """The records of a batch, under their own ids."""
    ids, texts, fields = (batch.column(f"{name}{side}").to_pylist() for name in ("id", "text", "fields"))
    return [(id[1:], text, of or "{}") for id, text, of in zip(ids, texts, fields)]


def _taken(batch: Any) -> list[tuple[int, str]]:
    """Rows by place that take the language of their source."""
    return [(place, code) for place, code in enumerate(batch.column("taken").to_pylist()) if code is not None]


def _titled(batch: Any) -> list[int]:
    """Rows by place whose titles are evidence."""
    return [place for place, is_titled in enumerate(batch.column("titled").to_pylist()) if is_titled]
