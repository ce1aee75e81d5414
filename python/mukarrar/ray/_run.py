"""The stages of a run on Ray."""

from __future__ import annotations

import warnings
from bisect import bisect_right
from typing import TYPE_CHECKING, Any

import numpy
import pyarrow
import ray

from .. import _engine_stages as stages
from .. import _engine_tables as tables
from .._engine_groups import compute
from .._engine_request import REFERENCE, SAMPLED_TEXTS, EngineRequest, lost_pairs_warning, taken_languages
from .._errors import ParameterError
from ._rows import bases, counted, folded_again, members_of, with_kinds
from ._shuffle import collected, each, exchange

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ray.data import Dataset

    from ._shuffle import Tables

_ADDRESS = ("block", "row")
_SIDE = ("id", "taken", "titled", "text", "fields")
_MARK = ("title", "title_source")


class RayRun:
    """The stages of one run. ``datasets`` are the rows and the references, ``columns`` the names of id, text and order. Each row is
    known by the block that holds it, and its place there."""

    def __init__(
        self,
        datasets: tuple[Dataset, Dataset | None],
        columns: tuple[str, str, str],
        parts: int | None,
        options: dict[str, Any],
    ) -> None:
        dataset, against = datasets
        id, text, order = columns
        named = {"id": id, "text": text, "order": order}
        self.request = EngineRequest(dataset.columns() or list(columns), named, options)
        self.options = self.request.options
        if parts is not None and parts < 1:
            raise ParameterError._of("parts", str(parts), "1 or more")
        self.parts = parts or min(200, max(2, 2 * _processors()))

        self.text = text
        self.rows: Tables = dataset.materialize().to_arrow_refs()
        references: Tables = [] if against is None else against.materialize().to_arrow_refs()
        self.base = bases(self.rows, references, named, self.request)

    def clusters(self) -> Dataset:
        """The members of all clusters."""
        names = ("id", "keeper", "relation", "reason", "jaccard", "containment", "attached", "reference")
        return ray.data.from_arrow_refs(each(lambda table: table.select(names), self._members()))

    def deduplicated(self, removed: Sequence[str]) -> Dataset:
        """The rows that stay if members of these relations are removed."""
        text = self.text

        def gone(members: Any) -> Any:
            is_gone = compute.is_in(members.column("relation"), pyarrow.array(removed, pyarrow.string()))
            return members.filter(is_gone).select(_ADDRESS).rename_columns(["part", "row"])

        def left(_: int, rows: Any, removed_rows: Any) -> Any:
            if rows.num_rows == 0:
                return rows
            stays = numpy.asarray(rows.column(text).is_valid().to_numpy(), bool)
            stays[tables.numbers(removed_rows, "row")] = False
            return rows.filter(pyarrow.array(stays))

        of_blocks = [(each(gone, self._members()), None)]
        # References are behind the rows, and no member is one.
        return ray.data.from_arrow_refs(exchange(of_blocks, len(self.rows), left, [self.rows]) if self.rows else [])

    def _members(self) -> Tables:
        sketches = self._sketches()
        rows = self._nodes(self._ranked(sketches), sketches)
        nodes = self._noded(rows, sketches)
        self.titled = self._titled(nodes)
        frequencies = self._frequencies(nodes)

        edges = self._exchange([(each(tables.banded, nodes), "key")], lambda _, keyed: tables.band_edges(keyed))
        if self.has_titles:
            edges += self._exchange([(self.titled, "title")], lambda _, titled: tables.title_edges(titled))
        links = self._links(self._components(edges), nodes, frequencies)
        lost = sum(ray.get(each(lambda table: compute.sum(table.column("lost")).as_py() or 0, links)))
        if lost:
            warnings.warn(lost_pairs_warning(lost), stacklevel=4)
        links = each(lambda table: table.filter(table.column("relation").is_valid()), links)

        contained = self._contained(nodes, links, frequencies)
        settled = self._settled(nodes, links, contained)
        members = self._exchange([(rows, "node"), (settled, "node")], lambda _, rows, settled: members_of(rows, settled))
        keepers = each(lambda table: table.select(["node", "id"]), nodes)
        return self._exchange([(members, "keeper"), (keepers, "node")], _with_keepers)

    def _exchange(self, inputs: Sequence[tuple[Tables, str]], function: Callable[..., Any]) -> Tables:
        return exchange([(held, by) for held, by in inputs], self.parts, function)

    def _at_blocks(self, rows: Tables, function: Callable[..., Any], beside: Sequence[Tables]) -> Tables:
        """What ``function`` makes of the rows of each block, with the tables of that block."""
        return exchange([(each(_by_block, rows), None)], len(self.base), function, beside)

    def _sketches(self) -> Tables:
        """What is kept of each row, by block, with the language that it takes from its source in ``taken``."""
        options = self.options
        through = ("place", "source", "row")
        made = each(lambda base: _of_stage(stages.sketched(options, *through), base, _sketch_schema(base, through)), self.base)
        self.first_pass = made

        told = ray.get(each(counted, made))
        ids = self._exchange([(each(lambda table: table.select(["id"]), made), "id")], lambda _, table: table)
        repeated = sum(ray.get(each(lambda table: table.num_rows - table.column("id").combine_chunks().unique().__len__(), ids)))
        if repeated:
            raise ParameterError._of("id", f"that of {repeated} more rows", "unique: a result names rows by it")

        sure = [(source, language, count) for _, of_block, _ in told for (source, language), count in of_block.items()]
        unsure = {source for _, _, of_block in told for source in of_block}
        taken = taken_languages(sorted(sure, key=str), sorted(unsure, key=str))
        again = each(lambda base, table: folded_again(base, table, taken, options, through), self.base, made)
        # Texts that are folded twice count twice, as in a run.
        self.entries = sum(entries for entries, _, _ in told)
        if taken:
            self.entries += sum(ray.get(each(lambda table: _entries_of_taken(table), again)))
        return again

    def _ranked(self, sketches: Tables) -> Tables:
        """Rows with tokens, with their place in keeper order: numbers that ascend, with gaps."""
        order, parts = self.request.order, self.parts
        names = ["id", "place", "tokens", "date", "origin", "high", "low", "row"]

        def slim(table: Any, block: int) -> Any:
            kept = table.filter(compute.greater(table.column("tokens"), 0)).select(names)
            return kept.append_column("block", pyarrow.array(numpy.full(kept.num_rows, block, numpy.int64)))

        rows = each(slim, sketches, list(range(len(sketches))))
        # About 100 rows of a part tell where it begins.
        drawn = ray.get(each(lambda table: tables.order_keys(table.take(_spread(table.num_rows, 100 * parts)), order), rows))
        keys = sorted(key for of_table in drawn for key in of_table)
        borders = [keys[place * len(keys) // parts] for place in range(1, parts)] if keys else []

        def with_part(table: Any) -> Any:
            part = [bisect_right(borders, key) for key in tables.order_keys(table, order)]
            return table.append_column("part", pyarrow.array(part, pyarrow.int64()))

        return exchange([(each(with_part, rows), None)], parts, lambda part, table: tables.ranked(table, order, part))

    def _nodes(self, ranked: Tables, sketches: Tables) -> Tables:
        """Rows with their node: the rank of the first row with the same text, and with the same date and source where those count."""
        options, apart = self.options, self.request.apart
        grouped = self._exchange([(ranked, "high")], lambda _, table: tables.with_nodes(table, apart, False))
        alone = each(lambda table: table.filter(compute.not_equal(table.column("node"), -1)), grouped)
        proposed = each(
            lambda table: table.filter(compute.equal(table.column("node"), -1)).drop_columns(["node", "copies"]), grouped
        )

        def digested(_: int, base: Any, sketches: Any, rows: Any) -> Any:
            wanted = tables.joined(tables.joined(rows, "row", sketches, "row", ["taken"]), "row", base, "row", ["text", "fields"])
            digests = _of_stage(stages.digested(options), wanted, pyarrow.schema(stages.DIGEST))
            return wanted.drop_columns(["taken", "text", "fields"]).append_column("digest", digests.column("digest"))

        told = self._at_blocks(proposed, digested, [self.base, sketches])
        together = self._exchange(
            [(told, "high")], lambda _, table: tables.with_nodes(table, apart, True).drop_columns("digest")
        )
        return alone + together

    def _noded(self, rows: Tables, sketches: Tables) -> Tables:
        """Nodes with what is kept of their first row, by block."""

        def noded(_: int, sketches: Any, rows: Any) -> Any:
            return tables.joined(rows, "row", sketches, "row", ["taken", "keys", "sample", *_MARK])

        first = each(lambda table: table.filter(compute.equal(table.column("node"), table.column("rank"))), rows)
        return self._at_blocks(first, noded, [sketches])

    def _titled(self, nodes: Tables) -> Tables:
        """The nodes whose titles are evidence, with the keys of title and source."""
        # Of all rows, as in a run.
        marks = each(lambda table: tables.title_marks(table).select(_MARK), self.first_pass)
        self.has_titles = any(ray.get(each(lambda table: table.num_rows, marks)))
        if not self.has_titles:
            return [ray.put(pyarrow.schema([(name, pyarrow.int64()) for name in ("node", *_MARK)]).empty_table())]
        of_nodes = each(lambda table: tables.title_marks(table).select(["node", *_MARK]), nodes)
        return self._exchange([(marks, "title"), (of_nodes, "title")], lambda _, marks, nodes: tables.titled(marks, nodes))

    def _frequencies(self, nodes: Tables) -> Callable[[], Any]:
        """What pairs are judged by; ``None`` if the facts guard is off."""
        if not self.request.is_judged:
            return lambda: None

        options = self.options

        def smallest(table: Any, block: int) -> Any:
            kept = table.filter(compute.greater(table.column("tokens"), 0)).select(["high", "low", "row"])
            kept = kept.append_column("block", pyarrow.array(numpy.full(kept.num_rows, block, numpy.int64)))
            return tables.smallest([kept], SAMPLED_TEXTS)

        drawn = each(smallest, self.first_pass, list(range(len(self.first_pass))))
        chosen = tables.smallest(ray.get(drawn), SAMPLED_TEXTS)

        def worded(_: int, base: Any, rows: Any) -> Any:
            wanted = tables.joined(rows, "row", base, "row", ["id", "text", "fields"])
            return _of_stage(stages.worded(options), wanted, pyarrow.schema(stages.WORDS))

        words = collected(self._at_blocks([ray.put(chosen)], worded, [self.base]))
        bound, fewest = self.request.counted(self.entries)
        trigrams = None
        if bound is not None:
            below: int = bound

            def hashes(table: Any) -> Any:
                value, _, _ = tables.exploded(table, "sample", [])
                return tables.of_arrays(value=value[value < below].astype(numpy.int64))

            of_hashes = self._exchange(
                [(each(hashes, nodes), "value")], lambda _, table: tables.counts(tables.numbers(table, "value"), fewest)
            )
            trigrams = [(row["value"], row["count"]) for row in collected(of_hashes).to_pylist()]
        rows = [(row["high"], row["low"], row["words"]) for row in words.to_pylist()]
        texts = sum(ray.get(each(lambda table: table.num_rows, nodes)))
        held = ray.put(self.request.frequencies(texts, self.entries, rows, trigrams))
        return lambda: ray.get(held)

    def _components(self, edges: Tables) -> Tables:
        """The smallest node of the component of each node: large-star and small-star in turn until nothing changes."""
        before = None
        while True:
            both = self._exchange([(each(tables.both_ways, edges), "u")], lambda _, table: tables.large_star(tables.edges_of(table)))
            down = self._exchange([(each(tables.downwards, both), "u")], lambda _, table: tables.small_star(tables.edges_of(table)))
            edges = self._exchange([(down, "u")], lambda _, table: tables.edges_of(table))
            after = [sum(column) for column in zip(*ray.get(each(tables.checksum, edges)))]
            if after == before:
                break
            before = after
        roots = self._exchange([(edges, "v")], lambda _, table: tables.roots(table))
        return each(lambda table: table.rename_columns(["node", "component"]), edges) + roots

    def _fetched(self, rows: Tables) -> Tables:
        """Rows with the texts at their addresses."""

        def fetched(_: int, base: Any, rows: Any) -> Any:
            return tables.joined(rows, "row", base, "row", ["text", "fields"])

        return self._at_blocks(rows, fetched, [self.base])

    def _links(self, joined: Tables, nodes: Tables, frequencies: Callable[[], Any]) -> Tables:
        """The verified pairs of all components."""
        options = self.options
        addressed = each(lambda table: table.select(["node", "id", "taken", *_ADDRESS]), nodes)

        def of_nodes(_: int, joined: Any, nodes: Any, titled: Any) -> Any:
            found = tables.joined(joined, "node", nodes, "node", ["id", "taken", *_ADDRESS])
            return tables.with_titled(found, titled)

        texts = self._fetched(self._exchange([(joined, "node"), (addressed, "node"), (self.titled, "node")], of_nodes))

        def linked(_: int, table: Any) -> Any:
            ordered = table.sort_by([("component", "ascending"), ("node", "ascending")])
            return _of_stage(stages.linked(options, frequencies), ordered, pyarrow.schema(stages.LINKS))

        return self._exchange([(texts, "component")], linked)

    def _contained(self, nodes: Tables, links: Tables, frequencies: Callable[[], Any]) -> Tables:
        """The pairs of nodes that no keeper took of which one is inside the other."""
        schema = pyarrow.schema(stages.CONTAINED)
        if not self.request.finds_contained:
            return [ray.put(schema.empty_table())]

        def taken(table: Any) -> Any:
            is_copy = compute.is_in(table.column("relation"), pyarrow.array(["exact", "near"]))
            return table.filter(is_copy).select(["node"])

        def free(nodes: Any, taken: Any) -> Any:
            is_taken, _ = tables.found(tables.numbers(nodes, "node"), numpy.unique(tables.numbers(taken, "node")))
            return nodes.filter(pyarrow.array(~is_taken))

        def free_nodes(_: int, nodes: Any, taken: Any, titled: Any) -> Any:
            return tables.with_titled(free(nodes.select(["node", "id", "taken", *_ADDRESS, "sample"]), taken), titled)

        copies = each(taken, links)
        left = self._exchange([(nodes, "node"), (copies, "node"), (self.titled, "node")], free_nodes)
        matched = self._exchange([(each(tables.sampled, left), "hash")], lambda _, table: tables.matches(table))
        sizes = each(tables.sample_sizes, left)
        pairs = self._exchange([(matched, "small"), (sizes, "node")], lambda _, matched, sizes: tables.likely_pairs(matched, sizes))
        if self.has_titles:
            titled = self._exchange([(self.titled, "node"), (copies, "node")], lambda _, titled, taken: free(titled, taken))
            twins = self._exchange([(titled, "title")], lambda _, titled: tables.twins(titled))
            pairs = self._exchange([(pairs + twins, "a")], lambda _, pairs: tables.each_pair_once(pairs))

        addressed = each(lambda table: table.drop_columns("sample"), left)
        for name in ("a", "b"):
            side = f"_{name}"

            def with_address(_: int, pairs: Any, nodes: Any, name: str = name) -> Any:
                return tables.joined(pairs, name, nodes, "node", ["id", "taken", "titled", *_ADDRESS])

            def with_side(table: Any, side: str = side) -> Any:
                own = [f"{column}{side}" if column in _SIDE else column for column in table.column_names]
                return table.rename_columns(own).drop_columns([*_ADDRESS])

            pairs = each(with_side, self._fetched(self._exchange([(pairs, name), (addressed, "node")], with_address)))

        options = self.options
        return each(lambda table: _of_stage(stages.contained(options, frequencies), tables.without_references(table), schema), pairs)

    def _settled(self, nodes: Tables, links: Tables, contained: Tables) -> Tables:
        """What becomes of the nodes that pairs connect."""
        of_links = each(lambda table: tables.edges(tables.numbers(table, "node"), tables.numbers(table, "keeper")), links)
        of_pairs = each(lambda table: tables.edges(tables.numbers(table, "small"), tables.numbers(table, "large")), contained)
        groups = self._components(of_links + of_pairs)
        singles = each(lambda table: table.select(["node", "copies", "is_reference"]), nodes)
        inputs = [(groups, "node"), (singles, "node"), (links, "node"), (contained, "small")]
        rows = self._exchange(inputs, lambda _, *given: with_kinds(*given))

        def placed(_: int, table: Any) -> Any:
            return _of_stage(stages.placed, table.sort_by("component"), pyarrow.schema(stages.SETTLED))

        return self._exchange([(rows, "component")], placed)


def _processors() -> int:
    resources: Any = ray.cluster_resources
    return int(resources().get("CPU", 1))


def _of_stage(stage: Any, rows: Any, schema: Any) -> Any:
    return pyarrow.Table.from_batches(list(stage(tables.batches_of(rows))), schema)


def _sketch_schema(base: Any, through: Sequence[str]) -> Any:
    return pyarrow.schema([*stages.SKETCH, *((name, base.schema.field(name).type) for name in through)])


def _by_block(table: Any) -> Any:
    return table.append_column("part", table.column("block"))


def _entries_of_taken(table: Any) -> int:
    entries: int = compute.sum(table.filter(table.column("taken").is_valid()).column("entries")).as_py() or 0
    return entries


def _spread(rows: int, most: int) -> Any:
    """Some places of rows, spread evenly."""
    return pyarrow.array(numpy.unique(numpy.linspace(0, max(rows - 1, 0), min(rows, most)).astype(numpy.int64)))


def _with_keepers(_: int, members: Any, keepers: Any) -> Any:
    renamed = keepers.rename_columns(["node", "keeper_id"])
    found = tables.joined(members, "keeper", renamed, "node", ["keeper_id"])
    ids, own = found.column("keeper_id").to_pylist(), found.column("id").to_pylist()
    word = pyarrow.string()
    replaced = {
        "id": pyarrow.array([id[1:] for id in own], word),
        "keeper": pyarrow.array([id[1:] for id in ids], word),
        "reference": pyarrow.array([id[:1] == REFERENCE for id in ids], pyarrow.bool_()),
    }
    kept = {name: found.column(name) for name in found.column_names if name not in ("id", "keeper", "keeper_id")}
    return pyarrow.table({**replaced, **kept})
