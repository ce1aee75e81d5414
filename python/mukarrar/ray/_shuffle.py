"""Tables in the object store of Ray, and the tasks that make others of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow
import ray

from .._engine_tables import part_of_values, split

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Tables = list[Any]
    """References to tables."""


@ray.remote
def _made(function: Any, *tables: Any) -> Any:
    return function(*tables)


@ray.remote
def _divided(table: Any, by: str | None, parts: int) -> Any:
    if by is not None:
        divided = split(table, part_of_values(table.column(by), parts), parts)
    else:
        divided = split(table.drop_columns("part"), table.column("part").to_numpy(), parts)
    return divided if parts > 1 else divided[0]


@ray.remote
def _gathered(function: Any, part: int, beside: int, counts: list[int], *tables: Any) -> Any:
    rest = list(tables[beside:])
    whole = []
    for count in counts:
        whole.append(pyarrow.concat_tables(rest[:count]))
        rest = rest[count:]
    return function(part, *tables[:beside], *whole)


def each(function: Callable[..., Any], *inputs: Tables) -> Tables:
    """What ``function`` makes of the tables of each place."""
    return [_made.remote(function, *tables) for tables in zip(*inputs)]


def exchange(
    inputs: Sequence[tuple[Tables, str | None]], parts: int, function: Callable[..., Any], beside: Sequence[Tables] = ()
) -> Tables:
    """What ``function`` makes of each part: its number, the tables ``beside`` of the same place, and of each input the rows whose value in
    a column belongs there. ``None`` stands for the column ``part``, which names the part itself and is dropped."""
    divided: list[list[Tables]] = []
    for tables, by in inputs:
        of_input: list[Any] = [_divided.options(num_returns=parts).remote(table, by, parts) for table in tables]
        divided.append([made if parts > 1 else [made] for made in of_input])
    counts = [len(of_input) for of_input in divided]
    return [
        _gathered.remote(
            function,
            part,
            len(beside),
            counts,
            *[tables[part] for tables in beside],
            *[made[part] for of_input in divided for made in of_input],
        )
        for part in range(parts)
    ]


def collected(tables: Tables) -> Any:
    """All rows, on the driver."""
    return pyarrow.concat_tables(ray.get(tables))
