"""What the tasks of a run on Ray do with rows: their first reading, and what becomes of them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy
import pyarrow
import ray

from .. import _engine_stages as stages
from .. import _engine_tables as tables
from .._engine_groups import compute
from .._engine_request import INPUT, REFERENCE, EngineRequest
from .._errors import ParameterError
from ._shuffle import each

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ._shuffle import Tables


def bases(rows: Tables, references: Tables, named: dict[str, str], request: EngineRequest) -> Tables:
    """What a run reads of each block, those of references behind those of rows."""
    fields, source = request.fields, request.source

    def made(kind: str) -> Any:
        def base(table: Any) -> Any:
            lacking = [name for name in [*fields, *([source] if source else [])] if name not in table.column_names]
            if kind == REFERENCE and table.num_rows:
                for name in lacking:
                    table = table.append_column(name, pyarrow.nulls(table.num_rows, pyarrow.string()))
                for name in named.values():
                    if name not in table.column_names:
                        raise ParameterError._of("against", ", ".join(table.column_names), f"rows with the column {name}")
            return tables.base_rows(table, named, fields, source, kind)

        return base

    read = [*each(made(INPUT), rows), *each(made(REFERENCE), references)]
    # An empty block may lack its columns.
    types = ray.get(each(lambda base: None if base is None else base.schema, read))
    schema = next((schema for schema in types if schema is not None), None) or tables.base_schema()
    return each(lambda base: schema.empty_table() if base is None else base.cast(schema), read)


def counted(sketches: Any) -> tuple[int, Counter[tuple[str | None, str]], list[str | None]]:
    """The entries of a block, how many of its texts tell their language, by source and language, and the sources of the others."""
    entries = compute.sum(sketches.column("entries")).as_py() or 0
    is_sure = sketches.column("sure")
    sure = sketches.filter(is_sure)
    unsure = sketches.filter(compute.invert(is_sure)).column("source").unique().to_pylist()
    return entries, Counter(zip(sure.column("source").to_pylist(), sure.column("language").to_pylist())), unsure


def folded_again(base: Any, sketches: Any, taken: dict[str | None, str], options: dict[str, Any], through: Sequence[str]) -> Any:
    """The sketches of a block, with those rows made again that take the language of their source."""
    sources, is_sure = sketches.column("source").to_pylist(), sketches.column("sure").to_pylist()
    codes = [None if sure else taken.get(source) for source, sure in zip(sources, is_sure)]
    marked = sketches.append_column("taken", pyarrow.array(codes, pyarrow.string()))
    made = [marked.filter(compute.is_null(marked.column("taken")))]
    for language in sorted({code for code in codes if code is not None}):
        rows = marked.filter(compute.fill_null(compute.equal(marked.column("taken"), language), False))
        wanted = tables.joined(rows.select(["row"]), "row", base, "row", ["id", "place", "text", "fields", "source"])
        stage = stages.sketched({**options, "language": language}, *through)
        folded = pyarrow.Table.from_batches(list(stage(tables.batches_of(wanted))), sketches.schema)
        made.append(folded.append_column("taken", pyarrow.array([language] * folded.num_rows, pyarrow.string())))
    return pyarrow.concat_tables(made)


_MEMBER = ["keeper", "relation", "reason", "jaccard", "containment", "attached"]


def members_of(rows: Any, settled: Any) -> Any:
    """The members among some nodes. ``rows`` are all rows of the nodes, ``settled`` what became of nodes."""
    own = rows.select(["id", "rank", "node", "is_reference", "origin", "block", "row"])
    is_first = numpy.asarray(tables.numbers(own, "rank") == tables.numbers(own, "node"), bool)
    is_attached = settled.column("attached")
    taken, shown = settled.filter(compute.invert(is_attached)), settled.filter(is_attached)

    columns = ["id", "block", "row", *_MEMBER]
    copies = tables.joined(own, "node", taken, "node", _MEMBER).select(columns)
    # A node may be shown with more than one keeper.
    attached = tables.joined(shown, "node", own.filter(pyarrow.array(is_first)), "node", ["id", "block", "row"]).select(columns)

    # Further rows of a node that no keeper took are exact copies of its first one. Across sources, rows of one source were not compared.
    is_taken, _ = tables.found(tables.numbers(own, "node"), tables.numbers(taken, "node"))
    is_input = ~numpy.asarray(own.column("is_reference").to_numpy(), bool)
    equal = own.filter(pyarrow.array(~is_first & ~is_taken & is_input & (tables.numbers(own, "origin") == 0)))
    count = equal.num_rows
    ones = pyarrow.array(numpy.ones(count))
    equal = pyarrow.table(
        {
            **{name: equal.column(name) for name in ("id", "block", "row")},
            "keeper": equal.column("node"),
            "relation": pyarrow.array(["exact"] * count, pyarrow.string()),
            "reason": pyarrow.nulls(count, pyarrow.string()),
            "jaccard": ones,
            "containment": ones,
            "attached": pyarrow.array([False] * count, pyarrow.bool_()),
        }
    )
    return pyarrow.concat_tables([copies, attached, equal])


def with_kinds(groups: Any, nodes: Any, links: Any, contained: Any) -> Any:
    """The rows that settle some nodes, as :func:`_engine_stages.placed` takes them."""
    word, number, flag = pyarrow.string(), pyarrow.float64(), pyarrow.bool_()
    kinds = {"relation": word, "reason": word, "jaccard": number, "containment": number, "size": pyarrow.int64()}
    kinds.update(single=flag, is_reference=flag)

    def of_kind(kind: str, rows: Any, a: str, b: str) -> Any:
        count = rows.num_rows
        own = {"component": rows.column("component"), "kind": pyarrow.array([kind] * count, word), "a": rows.column(a), "b": rows.column(b)}
        rest = {name: rows.column(name) if name in rows.column_names else pyarrow.nulls(count, of) for name, of in kinds.items()}
        return pyarrow.table({**own, **rest})

    of_nodes = tables.joined(groups, "node", nodes, "node", ["copies", "is_reference"])
    is_single = compute.and_not(compute.equal(of_nodes.column("copies"), 1), of_nodes.column("is_reference"))
    of_nodes = of_nodes.append_column("single", is_single)
    of_links = tables.joined(links, "node", groups, "node", ["component"])
    of_pairs = tables.joined(contained, "small", groups, "node", ["component"])
    made = [of_kind("node", of_nodes, "node", "node"), of_kind("link", of_links, "keeper", "node"), of_kind("pair", of_pairs, "small", "large")]
    return pyarrow.concat_tables(made)
