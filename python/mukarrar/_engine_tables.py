"""What a run does with tables of numbers, for engines that only move rows: each function sees all rows of its keys.

Tables are sorted by numpy, in memory: one part of the rows at a time.
"""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any

import numpy
import pyarrow

from ._engine_request import COMMON, PROBES, REFERENCE
from ._engine_stages import TITLES, evident_titles

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

PARTS_OF_RANKS = 40
"""Bits of the place of a row in its part, in its rank."""


def numbers(table: Any, name: str) -> Any:
    """A column without nulls as an array of numpy."""
    return table.column(name).to_numpy()


def of_arrays(**columns: Any) -> Any:
    """A table of arrays."""
    return pyarrow.table({name: pyarrow.array(column) for name, column in columns.items()})


def part_of_values(column: Any, parts: int) -> Any:
    """The part of each value: equal values have the same one, in every process."""
    if pyarrow.types.is_integer(column.type):
        mixed = column.to_numpy().astype(numpy.int64).view(numpy.uint64) * numpy.uint64(0x9E3779B97F4A7C15)
        return ((mixed >> numpy.uint64(33)) % numpy.uint64(parts)).astype(numpy.int64)
    return numpy.array([zlib.crc32(value.encode("utf-8", "surrogatepass")) % parts for value in column.to_pylist()], numpy.int64)


def split(table: Any, part: Any, parts: int) -> list[Any]:
    """The rows of each part."""
    order = numpy.argsort(part, kind="stable")
    ends = numpy.searchsorted(part[order], numpy.arange(parts + 1))
    sorted_rows = table.take(pyarrow.array(order))
    return [sorted_rows.slice(start, end - start) for start, end in _stretches(ends.tolist())]


def _stretches(ends: list[int]) -> Iterable[tuple[int, int]]:
    return zip(ends, ends[1:])


def found(needles: Any, haystack: Any) -> tuple[Any, Any]:
    """Which needles are in the haystack, whose values are distinct, and the place of each of those."""
    order = numpy.argsort(haystack, kind="stable")
    place = numpy.searchsorted(haystack, needles, sorter=order)
    place = order[numpy.minimum(place, len(order) - 1)] if len(order) else numpy.zeros(len(needles), numpy.int64)
    is_in = haystack[place] == needles if len(order) else numpy.zeros(len(needles), bool)
    return is_in, place[is_in]


def joined(left: Any, key: str, right: Any, right_key: str, columns: Sequence[str], suffix: str = "") -> Any:
    """The rows of ``left`` whose key is one of ``right``, whose keys are distinct, with ``columns`` of it."""
    is_in, place = found(numbers(left, key), numbers(right, right_key))
    rows, taken = left.filter(pyarrow.array(is_in)), right.take(pyarrow.array(place, pyarrow.int64()))
    for name in columns:
        rows = rows.append_column(f"{name}{suffix}", taken.column(name))
    return rows


def firsts(*columns: Any) -> tuple[Any, Any]:
    """The order that sorts rows by columns, the first one before all others, and the places in it where other values begin."""
    order = numpy.lexsort(columns[::-1])
    if len(order) == 0:
        return order, order
    differ = numpy.zeros(len(order) - 1, bool)
    for column in columns:
        differ |= column[order][1:] != column[order][:-1]
    return order, numpy.concatenate([[0], numpy.nonzero(differ)[0] + 1])


def base_rows(table: Any, named: dict[str, str], fields: Sequence[str], source: str | None, kind: str) -> Any:
    """What a run reads of the rows: id, place, text, source, the fields that rules read as JSON, and the row of the table."""
    if table.num_rows == 0:
        return None
    ids, texts = table.column(named["id"]).to_pylist(), table.column(named["text"]).to_pylist()
    there = [row for row, (id, text) in enumerate(zip(ids, texts)) if id is not None and text is not None]
    own = table.take(pyarrow.array(there, pyarrow.int64()))
    values = [own.column(name).to_pylist() for name in fields]
    objects = [{name: value for name, value in zip(fields, row) if value is not None} for row in zip(*values)] if fields else None
    sources = own.column(source).to_pylist() if source is not None else [None] * len(there)
    word = pyarrow.string()
    return pyarrow.table(
        {
            "id": pyarrow.array([f"{kind}{ids[row]}" for row in there], word),
            "place": own.column(named["order"]),
            "text": pyarrow.array([texts[row] for row in there], word),
            "fields": pyarrow.array(
                ["{}"] * len(there) if objects is None else [json.dumps(of, ensure_ascii=False, default=str) for of in objects], word
            ),
            "source": pyarrow.array([None if name is None else str(name) for name in sources], word),
            "row": pyarrow.array(there, pyarrow.int64()),
        }
    )


def base_schema() -> Any:
    """The columns of a run without rows."""
    word = pyarrow.string()
    return pyarrow.schema([*((name, word) for name in ("id", "place", "text", "fields", "source")), ("row", pyarrow.int64())])


class OrderKey:
    """The place of a row in an order of columns of which some descend. Rows that lack a value come last."""

    def __init__(self, values: Iterable[Any], order: Sequence[tuple[str, bool]]) -> None:
        self.values = tuple((value is None, value) for value in values)
        self.descends = [descends for _, descends in order]

    def __lt__(self, other: OrderKey) -> bool:
        for mine, theirs, descends in zip(self.values, other.values, self.descends):
            if mine != theirs:
                is_less: bool = mine[0] < theirs[0] if mine[0] != theirs[0] else (mine[1] < theirs[1]) != descends
                return is_less
        return False


def order_keys(table: Any, order: Sequence[tuple[str, bool]]) -> list[OrderKey]:
    """The place of each row in keeper order."""
    ids = table.column("id").to_pylist()
    columns = [
        [id[:1] == REFERENCE for id in ids] if name == "is_reference" else table.column(name).to_pylist() for name, _ in order
    ]
    return [OrderKey(values, order) for values in zip(*columns)]


def ranked(table: Any, order: Sequence[tuple[str, bool]], part: int) -> Any:
    """The rows of one part of the keeper order, with their numbers in ``rank``."""
    keys = order_keys(table, order)
    places = sorted(range(len(keys)), key=keys.__getitem__)
    rows = table.take(pyarrow.array(places, pyarrow.int64()))
    rank = (part << PARTS_OF_RANKS) + numpy.arange(len(places), dtype=numpy.int64)
    is_reference = [id[:1] == REFERENCE for id in rows.column("id").to_pylist()]
    rows = rows.append_column("rank", pyarrow.array(rank))
    return rows.append_column("is_reference", pyarrow.array(is_reference, pyarrow.bool_()))


def with_nodes(table: Any, apart: Sequence[str], is_told: bool) -> Any:
    """Rows with equal fingerprints, digests and traits as nodes: the smallest rank in ``node``, the number of rows in ``copies``. Without
    digests (``is_told`` is false) rows that share a fingerprint have no node: -1."""
    columns = [numbers(table, "high"), numbers(table, "low")]
    if is_told:
        columns.extend(_coded(table.column(name)) for name in ("digest", *apart))
    order, starts = firsts(*columns)
    sizes = numpy.diff([*starts, len(order)]).astype(numpy.int64)
    ranks = numbers(table, "rank")[order]
    least = numpy.minimum.reduceat(ranks, starts) if len(order) else ranks
    if not is_told:
        least = numpy.where(sizes == 1, least, -1)
    rows = table.take(pyarrow.array(order))
    rows = rows.append_column("node", pyarrow.array(numpy.repeat(least, sizes)))
    return rows.append_column("copies", pyarrow.array(numpy.repeat(sizes, sizes)))


def _coded(column: Any) -> Any:
    """Values as numbers, equal for equal ones; null is a value."""
    coded = column.combine_chunks().dictionary_encode(null_encoding="encode")
    return (coded.chunk(0) if isinstance(coded, pyarrow.ChunkedArray) else coded).indices.to_numpy(zero_copy_only=False)


def exploded(table: Any, name: str, repeated: Sequence[str]) -> tuple[Any, Any, list[Any]]:
    """The values of a column of lists, the place of each in its list, and the columns of numbers that go with them."""
    lists = table.column(name).combine_chunks()
    lists = lists.chunk(0) if isinstance(lists, pyarrow.ChunkedArray) else lists
    lengths = numpy.diff(lists.offsets.to_numpy())
    starts = numpy.repeat(numpy.cumsum(lengths) - lengths, lengths)
    values = lists.flatten().to_numpy()
    return values, numpy.arange(len(values)) - starts, [numpy.repeat(numbers(table, column), lengths) for column in repeated]


def banded(table: Any) -> Any:
    """The band keys of nodes."""
    key, band, (node,) = exploded(table, "keys", ["node"])
    return of_arrays(key=key.astype(numpy.int64), band=band.astype(numpy.int64), node=node)


def band_edges(table: Any) -> Any:
    """Each node with the first one that shares a band key with it."""
    columns = (numbers(table, "node"), numbers(table, "band"), numbers(table, "key"))
    order = numpy.lexsort(columns)
    node, band, key = (column[order] for column in columns)
    begins = _begins(key) | _begins(band)
    return edges(node[~begins], node[begins][numpy.cumsum(begins) - 1][~begins])


def _begins(column: Any) -> Any:
    """Where a sorted column has another value than before."""
    return numpy.concatenate([[True], column[1:] != column[:-1]]) if len(column) else numpy.zeros(0, bool)


def edges(u: Any, v: Any) -> Any:
    """Edges, each once."""
    u, v = numpy.asarray(u, numpy.int64), numpy.asarray(v, numpy.int64)
    order, starts = firsts(u, v)
    return of_arrays(u=u[order][starts], v=v[order][starts])


def edges_of(table: Any) -> Any:
    """The edges of a table, each once."""
    return edges(numbers(table, "u"), numbers(table, "v"))


def checksum(table: Any) -> tuple[int, int]:
    """The number of edges, and a number that changes with them."""
    u, v = numbers(table, "u").view(numpy.uint64), numbers(table, "v").view(numpy.uint64)
    mixed = (u * numpy.uint64(0x9E3779B97F4A7C15) ^ v) * numpy.uint64(0xD6E8FEB86659FD93)
    return len(u), int((mixed >> numpy.uint64(32)).sum())


def roots(table: Any) -> Any:
    """The components of their own smallest nodes."""
    root = numpy.unique(numbers(table, "v"))
    return of_arrays(node=root, component=root)


def large_star(table: Any) -> Any:
    """Each larger neighbour of a node with the smallest one. The edges of a node are there in both directions."""
    u, v, least = _least(table)
    least = numpy.minimum(least, u)
    return edges(v[v > u], least[v > u])


def small_star(table: Any) -> Any:
    """Each smaller neighbour of a node, and the node, with the smallest one."""
    u, v, least = _least(table)
    return edges(numpy.concatenate([v[v != least], u]), numpy.concatenate([least[v != least], least]))


def _least(table: Any) -> tuple[Any, Any, Any]:
    """Edges by their node, and the smallest neighbour of it."""
    order, _ = firsts(numbers(table, "u"), numbers(table, "v"))
    u, v = numbers(table, "u")[order], numbers(table, "v")[order]
    begins = _begins(u)
    return u, v, v[begins][numpy.cumsum(begins) - 1]


def both_ways(table: Any) -> Any:
    """Edges in both directions, each once."""
    u, v = numbers(table, "u"), numbers(table, "v")
    return edges(numpy.concatenate([u, v]), numpy.concatenate([v, u]))


def downwards(table: Any) -> Any:
    """Edges from the larger node to the smaller one."""
    u, v = numbers(table, "u"), numbers(table, "v")
    return edges(numpy.maximum(u, v)[u != v], numpy.minimum(u, v)[u != v])


def sampled(table: Any) -> Any:
    """The sampled shingles of nodes: which are probes, and how many there are of the node."""
    hashes, place, (node,) = exploded(table, "sample", ["node"])
    sizes = numpy.diff(table.column("sample").combine_chunks().offsets.to_numpy())
    size = numpy.repeat(sizes, sizes).astype(numpy.int64)
    return of_arrays(hash=hashes.astype(numpy.int64), node=node, size=size, is_probe=place < PROBES)


def title_marks(table: Any) -> Any:
    """The rows with a title that may be evidence."""
    return table.filter(pyarrow.array(numbers(table, "title") != 0))


def titled(marks: Any, nodes: Any) -> Any:
    """The ``nodes`` whose titles are evidence. ``marks`` are those of all rows with these titles."""
    titles, sources = numbers(marks, "title"), numbers(marks, "title_source")
    order, starts = firsts(titles, sources)
    titles, records, is_first = titles[order], numpy.ones(len(order), numpy.int64), numpy.zeros(len(order), numpy.int64)
    is_first[starts] = 1
    begins = numpy.nonzero(_begins(titles))[0]
    if len(begins) == 0:
        return nodes.slice(0, 0)
    counts = pyarrow.record_batch(
        {"title": titles[begins], "records": numpy.add.reduceat(records, begins), "sources": numpy.add.reduceat(is_first, begins)}
    )
    evident = pyarrow.Table.from_batches(list(evident_titles([counts])), pyarrow.schema(TITLES))
    is_evident, _ = found(numbers(nodes, "title"), numbers(evident, "title"))
    return nodes.filter(pyarrow.array(is_evident))


def title_edges(table: Any) -> Any:
    """Each node with the first one of its title, if two sources have it: each is a twin of some other."""
    titles, sources, nodes = numbers(table, "title"), numbers(table, "title_source"), numbers(table, "node")
    order, _ = firsts(titles, nodes)
    titles, sources, nodes = titles[order], sources[order], nodes[order]
    begins = _begins(titles)
    place = numpy.cumsum(begins) - 1
    starts = numpy.nonzero(begins)[0]
    if len(starts) == 0:
        return edges(nodes, nodes)
    is_twin = (numpy.minimum.reduceat(sources, starts) != numpy.maximum.reduceat(sources, starts))[place] & ~begins
    return edges(nodes[is_twin], nodes[starts][place][is_twin])


def twins(table: Any) -> Any:
    """Each two nodes with one title in two sources, the earlier one in ``a``."""
    order, _ = firsts(numbers(table, "title"), numbers(table, "node"))
    titles, sources, nodes = (numbers(table, name)[order] for name in ("title", "title_source", "node"))
    pairs = []
    for start, end in _stretches([*numpy.nonzero(_begins(titles))[0].tolist(), len(titles)]):
        # Few nodes have a title that is evidence.
        first, second = numpy.triu_indices(end - start, 1)
        is_twin = sources[start + first] != sources[start + second]
        pairs.append((nodes[start + first][is_twin], nodes[start + second][is_twin]))
    a, b = (numpy.concatenate([numpy.zeros(0, numpy.int64), *column]) for column in zip(*pairs)) if pairs else (nodes, nodes)
    return of_arrays(a=a, b=b)


def each_pair_once(table: Any) -> Any:
    """Pairs, each once."""
    order, starts = firsts(numbers(table, "a"), numbers(table, "b"))
    return table.take(pyarrow.array(order[starts]))


def with_titled(table: Any, titled_nodes: Any) -> Any:
    """Rows with a ``node``, and whether it is one of those whose titles are evidence, in ``titled``."""
    is_titled, _ = found(numbers(table, "node"), numbers(titled_nodes, "node"))
    return table.append_column("titled", pyarrow.array(is_titled, pyarrow.bool_()))


def sample_sizes(table: Any) -> Any:
    """How many sampled shingles nodes have."""
    return of_arrays(node=numbers(table, "node"), size=numpy.diff(table.column("sample").combine_chunks().offsets.to_numpy()).astype(numpy.int64))


def matches(table: Any) -> Any:
    """Pairs of nodes that share a sampled shingle which is a probe of the smaller one. A probe that too many texts have is a match
    with -1."""
    hashes = numbers(table, "hash")
    order, _ = firsts(hashes, numbers(table, "size"), numbers(table, "node"))
    hashes, node, is_probe = (column[order] for column in (hashes, numbers(table, "node"), numbers(table, "is_probe")))
    begins = numpy.nonzero(_begins(hashes))[0]
    small: list[int] = []
    large: list[int] = []
    for start, end in _stretches([*begins.tolist(), len(hashes)]):
        if end - start < 2:
            continue
        probes = [place for place in range(start, end) if is_probe[place]]
        if end - start > COMMON:
            small.extend(node[place] for place in probes)
            large.extend([-1] * len(probes))
            continue
        # Sorted by size and node, so all that follow are larger.
        for place in probes:
            small.extend([node[place]] * (end - place - 1))
            large.extend(node[place + 1 : end])
    return of_arrays(small=numpy.array(small, numpy.int64), large=numpy.array(large, numpy.int64))


def likely_pairs(table: Any, sizes: Any) -> Any:
    """The pairs in which half of the probes match that say anything; the earlier node in ``a``. ``sizes`` are those of the samples of
    the small nodes."""
    order, starts = firsts(numbers(table, "small"), numbers(table, "large"))
    if len(starts) == 0:
        return of_arrays(a=numpy.zeros(0, numpy.int64), b=numpy.zeros(0, numpy.int64))
    small, large = numbers(table, "small")[order][starts], numbers(table, "large")[order][starts]
    count = numpy.diff([*starts, len(order)])
    _, place = found(small, numbers(sizes, "node"))
    left = numpy.minimum(numbers(sizes, "size")[place], PROBES)
    is_common = large == -1
    has_common, of_common = found(small, small[is_common])
    left[has_common] -= count[is_common][of_common]
    is_pair = ~is_common & (2 * count >= left)
    small, large = small[is_pair], large[is_pair]
    return of_arrays(a=numpy.minimum(small, large), b=numpy.maximum(small, large))


def without_references(pairs: Any) -> Any:
    """Pairs of which the later text is no reference: references come first, and are not compared with each other."""
    return pairs.filter(pyarrow.array([id[:1] != REFERENCE for id in pairs.column("id_b").to_pylist()], pyarrow.bool_()))


def smallest(tables: Iterable[Any], most: int) -> Any:
    """The rows with the smallest fingerprints, each fingerprint once."""
    table = pyarrow.concat_tables(tables)
    order, starts = firsts(numbers(table, "high"), numbers(table, "low"))
    return table.take(pyarrow.array(order[starts][:most], pyarrow.int64()))


def counts(values: Any, fewest: int) -> Any:
    """How often values occur that occur at least ``fewest`` times."""
    value, count = numpy.unique(values, return_counts=True)
    return of_arrays(value=value[count >= fewest], count=count[count >= fewest])


def batches_of(table: Any) -> Iterator[Any]:
    """The rows as batches."""
    yield from table.combine_chunks().to_batches()
