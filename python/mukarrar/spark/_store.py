"""Parquet on an object store, which the tasks read and write with ``pyarrow.fs``: no package of Hadoop is needed."""

from __future__ import annotations

import itertools
import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow
import pyarrow.compute
import pyarrow.fs
import pyarrow.parquet
from pyspark import TaskContext
from pyspark.sql.pandas.types import from_arrow_schema

from .._engine_groups import MOST_BYTES
from .._errors import ParameterError
from ._work_dir import refuse_others

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import StructType

# Its functions are made when it is loaded, so type checkers do not see them.
compute: Any = pyarrow.compute

MOST_ROWS = 4096
"""Rows of a batch that is read."""

MOST_READ = 128 << 20
"""Bytes, unpacked, that one task reads, if no row group is larger."""

OPENING = 4 << 20
"""Bytes that are read in the time that it takes to open an object, roughly."""

OPEN_AT_ONCE = 16
"""Objects whose footers the driver reads at the same time."""

MARK = "_SUCCESS"
"""The object that names the others of its folder. It is written last, and a store shows an object whole or not at all."""


class RowGroup(NamedTuple):
    """A part of an object that can be read alone."""

    path: str
    number: int
    rows: int
    size: int


def read_parquet(
    session: SparkSession, path: str, *, filesystem: pyarrow.fs.FileSystem, columns: Sequence[str] | None = None
) -> DataFrame:
    """The rows of the Parquet objects in the folder ``path`` of ``filesystem``, and in folders below, or of one object. ``columns`` names
    those that are read, all if it is left out: the objects are listed now, but each stage that wants rows reads them again.

    ``filesystem`` is one of ``pyarrow.fs``; the tasks get it with its credentials. All objects have the columns of the first one, by
    its types. Raises ``ParameterError`` if there are no objects or they lack a column, and the error of ``filesystem`` (an ``OSError``
    as a rule) if it cannot be read.
    """
    path = checked(path, "path", filesystem)
    paths = _objects(filesystem, path)
    if not paths:
        raise ParameterError._of("path", path, "a folder with Parquet objects")
    footers = _footers(filesystem, paths)
    own = _plain(footers[0].schema_arrow)
    for name in columns or ():
        if name not in own.names:
            raise ParameterError._of("columns", name, f"names of columns, some of {', '.join(own.names)}")
    if columns is not None:
        own = pyarrow.schema([own.field(name) for name in columns])
    for place, footer in zip(paths, footers):
        lacking = [name for name in own.names if name not in footer.schema_arrow.names]
        if lacking:
            raise ParameterError._of("path", path, f"a folder of objects with the same columns; {place} lacks {', '.join(lacking)}")
    schema = from_arrow_schema(own, prefer_timestamp_ntz=True)
    return _rows(session, filesystem, _row_groups(paths, footers), own, schema)


def write_parquet(df: DataFrame, path: str, *, filesystem: pyarrow.fs.FileSystem) -> int:
    """Writes the rows of ``df`` to ``filesystem`` as Parquet objects in the folder ``path``, one a task that has rows, and returns how
    many rows. The last object, ``_SUCCESS``, names the others as JSON; before it is there, the rows are not complete.

    ``filesystem`` is one of ``pyarrow.fs``; the tasks get it with its credentials. Objects that lost tasks left are removed in the end.
    Raises ``ParameterError`` if the folder has anything, and the error of ``filesystem`` (an ``OSError`` as a rule) if it cannot be
    written to; what was written until then stays there.
    """
    path = checked(path, "path", filesystem)
    if _infos(filesystem, path):
        raise ParameterError._of("path", path, "a folder that has nothing yet; remove what is there, or name another one")
    return _written(df, path, filesystem)


class StoreDir:
    """Finished stages on an object store: what ``WorkDir`` is for file systems of Hadoop."""

    def __init__(self, session: SparkSession, path: str, filesystem: pyarrow.fs.FileSystem) -> None:
        self.session = session
        self.path = checked(path, "work_dir", filesystem)
        self.filesystem = filesystem

    def claim(self, identity: dict[str, Any]) -> None:
        """Takes the directory for the run, or goes on with the same one."""
        place = f"{self.path}/run.json"
        if _is_there(self.filesystem, place):
            refuse_others(self.path, json.loads(_content(self.filesystem, place)), identity)
            return
        if _infos(self.filesystem, self.path):
            raise ParameterError._of("work_dir", self.path, "a new or empty directory, or that of the same run")
        _put(self.filesystem, place, json.dumps(identity, ensure_ascii=False, sort_keys=True))

    def is_finished(self, name: str) -> bool:
        """Whether the stage ``name`` is there."""
        return _is_there(self.filesystem, f"{self.path}/{name}/{MARK}")

    def kept(self, df: DataFrame, name: str) -> DataFrame:
        """The rows of the stage ``name``: those that are there, or those of ``df``, written first."""
        path = f"{self.path}/{name}"
        if not self.is_finished(name):
            _written(df, path, self.filesystem)
        paths = _objects(self.filesystem, path)
        if not paths:
            return self.session.createDataFrame([], df.schema)
        footers = _footers(self.filesystem, paths)
        return _rows(self.session, self.filesystem, _row_groups(paths, footers), footers[0].schema_arrow, df.schema)


def checked(path: str, name: str, filesystem: Any) -> str:
    """The ``path`` that the parameter ``name`` gave, if it can be one of ``filesystem``."""
    if not isinstance(filesystem, pyarrow.fs.FileSystem):
        expected = "one of pyarrow.fs; pass one of fsspec as PyFileSystem(FSSpecHandler(…))"
        raise ParameterError._of("filesystem", type(filesystem).__name__, expected)
    if "://" in path or not path.strip("/"):
        raise ParameterError._of(name, path or "empty", "a path of the filesystem, such as bucket/folder")
    return path.rstrip("/")


def _rows(session: SparkSession, filesystem: Any, groups: list[RowGroup], own: Any, schema: StructType) -> DataFrame:
    """The rows of row groups, which tasks read; ``schema`` is Spark's name of the columns ``own``."""
    if not groups:
        return session.createDataFrame([], schema)
    shares = _shares(groups, session.sparkContext.defaultParallelism)

    def work(batches: Iterable[Any]) -> Iterator[Any]:
        for batch in batches:
            for number in batch.column(0).to_pylist():
                for path, of_path in itertools.groupby(shares[number], key=itemgetter(0)):
                    yield from _read(filesystem, path, list(of_path), own)

    return session.range(0, len(shares), 1, len(shares)).mapInArrow(work, schema)


def _shares(groups: list[RowGroup], tasks: int) -> list[list[RowGroup]]:
    """The row groups that each task reads: about as many bytes each, for at least so many ``tasks`` if there are so many bytes."""
    sizes = [group.size + OPENING for group in groups]
    most = min(MOST_READ, sum(sizes) // tasks)
    shares: list[list[RowGroup]] = []
    held = most
    for group, size in zip(groups, sizes):
        if held + size > most:
            shares.append([])
            held = 0
        shares[-1].append(group)
        held += size
    return shares


def _read(filesystem: Any, path: str, groups: list[RowGroup], own: Any) -> Iterator[Any]:
    """The columns ``own`` of row groups of one object, in batches that are not large."""
    rows = min(max(1, min(MOST_ROWS, MOST_BYTES * group.rows // max(1, group.size))) for group in groups)
    with filesystem.open_input_file(path) as stream:
        opened = pyarrow.parquet.ParquetFile(stream, coerce_int96_timestamp_unit="us")
        numbers = [group.number for group in groups]
        for batch in opened.iter_batches(rows, row_groups=numbers, columns=own.names):
            casts = [(batch.column(field.name), compute.CastOptions(field.type, allow_time_truncate=True)) for field in own]
            yield pyarrow.RecordBatch.from_arrays([compute.cast(column, options=to) for column, to in casts], schema=own)


def _plain(schema: Any) -> Any:
    """The columns with types that Spark has: no dictionaries, and times in microseconds."""
    fields = []
    for field in schema.remove_metadata():
        kind = field.type
        if pyarrow.types.is_dictionary(kind):
            kind = kind.value_type
        if pyarrow.types.is_timestamp(kind):
            kind = pyarrow.timestamp("us", kind.tz)
        fields.append(field.with_type(kind))
    return pyarrow.schema(fields)


def _written(df: DataFrame, path: str, filesystem: Any) -> int:
    """Writes rows, and tells how many."""

    def work(batches: Iterable[Any]) -> Iterator[Any]:
        filled = (batch for batch in batches if batch.num_rows)
        first = next(filled, None)
        if first is None:
            return
        context = TaskContext.get()
        number = 0 if context is None else context.partitionId()
        # An object for each attempt: two attempts at one task never write to the same one.
        name = f"part-{number:05}-{uuid.uuid4().hex}.parquet"
        rows = 0
        _make_folder(filesystem, path)
        with filesystem.open_output_stream(f"{path}/{name}") as stream:
            with pyarrow.parquet.ParquetWriter(stream, first.schema, compression="zstd") as writer:
                for table in _tables(itertools.chain([first], filled)):
                    writer.write_table(table)
                    rows += table.num_rows
        yield pyarrow.RecordBatch.from_pydict({"name": [name], "rows": [rows]})

    told = df.mapInArrow(work, "name string, rows long").collect()
    names = sorted(row["name"] for row in told)
    for info in _infos(filesystem, path):
        if info.is_file and info.base_name not in names:
            filesystem.delete_file(info.path)
    _put(filesystem, f"{path}/{MARK}", json.dumps(names))
    return sum(row["rows"] for row in told)


def _tables(batches: Iterable[Any]) -> Iterator[Any]:
    """The rows in tables of the size of a row group."""
    held: list[Any] = []
    for batch in batches:
        held.append(batch)
        if sum(batch.nbytes for batch in held) > MOST_BYTES:
            yield pyarrow.Table.from_batches(held)
            held = []
    if held:
        yield pyarrow.Table.from_batches(held)


def _objects(filesystem: Any, path: str) -> list[str]:
    """The Parquet objects of a folder: those that its mark names, or all if it has none; or the one that has this path."""
    if _is_there(filesystem, path):
        return [path]
    mark = f"{path}/{MARK}"
    # The mark of Spark's own writer is empty.
    named = _content(filesystem, mark) if _is_there(filesystem, mark) else b""
    if named:
        return [f"{path}/{name}" for name in json.loads(named)]
    return sorted(info.path for info in _infos(filesystem, path) if info.is_file and info.path.endswith(".parquet"))


def _footers(filesystem: Any, paths: list[str]) -> list[Any]:
    """What the footers of objects say, ``schema_arrow`` and ``metadata``."""

    def footer(path: str) -> Any:
        with filesystem.open_input_file(path) as stream:
            return pyarrow.parquet.ParquetFile(stream)

    with ThreadPoolExecutor(OPEN_AT_ONCE) as pool:
        return list(pool.map(footer, paths))


def _row_groups(paths: list[str], footers: list[Any]) -> list[RowGroup]:
    found = []
    for path, footer in zip(paths, footers):
        for number in range(footer.metadata.num_row_groups):
            group = footer.metadata.row_group(number)
            found.append(RowGroup(path, number, group.num_rows, group.total_byte_size))
    return found


def _infos(filesystem: Any, path: str) -> list[Any]:
    return list(filesystem.get_file_info(pyarrow.fs.FileSelector(path, allow_not_found=True, recursive=True)))


def _is_there(filesystem: Any, path: str) -> bool:
    return bool(filesystem.get_file_info(path).type == pyarrow.fs.FileType.File)


def _content(filesystem: Any, path: str) -> bytes:
    with filesystem.open_input_stream(path) as stream:
        return bytes(stream.read())


def _put(filesystem: Any, path: str, content: str) -> None:
    _make_folder(filesystem, path.rsplit("/", 1)[0])
    with filesystem.open_output_stream(path) as stream:
        stream.write(content.encode())


def _make_folder(filesystem: Any, path: str) -> None:
    # Paths of objects need no folders.
    if filesystem.type_name not in ("s3", "gcs", "abfs"):
        filesystem.create_dir(path)
