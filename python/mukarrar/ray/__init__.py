"""Near-duplicates of Ray datasets: Ray moves the rows, the library does the work, and the rows that come out are those of one run of
``mukarrar dedup`` over the same records.

::

    from mukarrar import ray as clean

    clean.dedup(ray.data.read_parquet("s3://…"), id="id", text="text").write_parquet("s3://…")

Needs ``pip install "mukarrar[ray]"`` on every node. The blocks of the dataset are held in the object store of Ray, which puts on the
disk what the memory does not hold. From there on rows move as numbers, and texts only to the tasks that compare them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._engine_request import removed_relations
from ._run import RayRun

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ray.data import Dataset

__all__ = ["clusters", "dedup"]


def clusters(
    dataset: Dataset,
    *,
    id: str = "id",
    text: str = "text",
    order: str | None = None,
    against: Dataset | None = None,
    parts: int | None = None,
    **options: Any,
) -> Dataset:
    """The members of all clusters but their keepers: ``id``, ``keeper``, ``relation`` (``exact``, ``near``; attached are ``contained``,
    ``contains`` and ``variant``, the last with a ``reason``), ``jaccard``, ``containment``, ``attached``, ``reference`` (whether the
    keeper is a row of ``against``).

    ``id`` and ``text`` name columns; ids are unique and are strings in the result. ``order`` names the column by whose values rows
    stand in the input, ``id`` if it is left out. Other columns are read where options or rules ask for them: titles, addresses, dates,
    sources. Rows without a text count as rejected. ``against`` are rows that are kept elsewhere, with the same columns; their copies
    are members, they are only keepers. ``parts`` is the number of tasks into which rows are divided; left out, twice the processors of
    the cluster, at most 200. Options are those of :func:`mukarrar.clusters`, except that ``keep`` is one of ``first``, ``last``,
    ``longest``, ``shortest``, ``earliest`` and ``latest``, and that ``across_sources`` needs ``source_field``; what is not supported
    is refused by name.

    A part, and so a component of texts that resemble each other, must fit in the memory of one task.
    """
    return RayRun((dataset, against), (id, text, order or id), parts, options).clusters()


def dedup(
    dataset: Dataset,
    *,
    id: str = "id",
    text: str = "text",
    order: str | None = None,
    against: Dataset | None = None,
    parts: int | None = None,
    remove: Iterable[str] = ("exact", "near"),
    **options: Any,
) -> Dataset:
    """The rows of ``dataset`` that stay, in its order: without copies whose relation is in ``remove``, and without rows that have no
    text. Arguments are those of :func:`clusters`."""
    removed = removed_relations(remove)
    return RayRun((dataset, against), (id, text, order or id), parts, options).deduplicated(removed)
