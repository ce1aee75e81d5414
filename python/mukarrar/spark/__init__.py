"""Near-duplicates of Spark DataFrames: the engine moves the rows, the library does the work, and the rows that come out are those of
one run of ``mukarrar dedup`` over the same records.

::

    from mukarrar import spark

    clean = spark.dedup(df, id="id", text="text", checkpoint_dir="hdfs:///tmp/checkpoints")

Needs Spark 4 with its classic (not Connect) session, and ``pip install "mukarrar[spark]"`` on every worker. Rows move as numbers:
sketches, band keys and pairs. Texts move to the tasks that compare them: those of components, and of pairs that may contain each
other; all of them if the ids of these are too many to broadcast. Equal texts are grouped first, so a million copies of one text are
one node.

Without ``hadoop-aws``, :func:`read_parquet` and :func:`write_parquet` read from and write to an object store, and ``filesystem`` keeps
finished stages there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyspark.sql import functions as F

from .._engine_request import removed_relations
from ._run import SparkRun
from ._store import read_parquet, write_parquet

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow.fs
    from pyspark.sql import DataFrame

__all__ = ["clusters", "dedup", "read_parquet", "write_parquet"]


def clusters(
    df: DataFrame,
    *,
    id: str = "id",
    text: str = "text",
    order: str | None = None,
    against: DataFrame | None = None,
    checkpoint_dir: str | None = None,
    work_dir: str | None = None,
    filesystem: pyarrow.fs.FileSystem | None = None,
    **options: Any,
) -> DataFrame:
    """The members of all clusters but their keepers: ``id``, ``keeper``, ``relation`` (``exact``, ``near``; attached are ``contained``,
    ``contains`` and ``variant``, the last with a ``reason``), ``jaccard``, ``containment``, ``attached``, ``reference`` (whether the
    keeper is a row of ``against``).

    ``id`` and ``text`` name columns; ids are unique and are strings in the result. ``order`` names the column by whose values rows
    stand in the input, ``id`` if it is left out. Other columns are read where options or rules ask for them: titles, addresses, dates,
    sources. Rows without a text count as rejected. ``against`` are rows that are kept elsewhere, with the same columns; their copies
    are members, they are only keepers. ``checkpoint_dir`` is for checkpoints, on a file system that all workers see;
    left out, that of the session. With ``work_dir`` finished stages are kept there instead, and the same call with the same rows goes
    on from them after the driver was lost; remove the directory in the end. With ``filesystem``, one of ``pyarrow.fs``, ``work_dir`` is
    a path on it, such as ``bucket/folder``, and no file system is shared by workers: its credentials go to the tasks. Options are those of :func:`mukarrar.clusters`, except
    that ``keep`` is one of ``first``, ``last``, ``longest``, ``shortest``, ``earliest`` and ``latest``, and that ``across_sources``
    needs ``source_field``; what is not supported is refused by name.

    A component of texts that resemble each other is verified by one task, from a temporary file in ``temp_dir`` if it is large.
    """
    return SparkRun((df, against), (id, text, order or id), (checkpoint_dir, work_dir), filesystem, options).members()


def dedup(
    df: DataFrame,
    *,
    id: str = "id",
    text: str = "text",
    order: str | None = None,
    against: DataFrame | None = None,
    checkpoint_dir: str | None = None,
    work_dir: str | None = None,
    filesystem: pyarrow.fs.FileSystem | None = None,
    remove: Iterable[str] = ("exact", "near"),
    **options: Any,
) -> DataFrame:
    """The rows of ``df`` that stay: without copies whose relation is in ``remove``, and without rows that have no text. Arguments are
    those of :func:`clusters`."""
    removed = removed_relations(remove)
    run = SparkRun((df, against), (id, text, order or id), (checkpoint_dir, work_dir), filesystem, options)
    gone = run.members().filter(F.col("relation").isin(removed)).select(F.col("id").alias("_mukarrar_id"))
    is_there = F.col(id).cast("string") == F.col("_mukarrar_id")
    return df.filter(F.col(text).isNotNull()).join(gone, is_there, "left_anti")
