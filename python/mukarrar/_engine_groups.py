"""Rows that belong together, cut from a stream of batches; those that are too many for the memory go to files."""

from __future__ import annotations

import json
import os
import tempfile
from array import array
from typing import TYPE_CHECKING, Any

import pyarrow
import pyarrow.compute

from ._engine_request import REFERENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

# Its functions are made when it is loaded, so type checkers do not see them.
compute: Any = pyarrow.compute

MOST_BYTES = 32 << 20
"""Bytes of rows that a task turns into strings at once."""


def whole_groups(
    batches: Iterable[pyarrow.RecordBatch], most: int, files: Callable[[], RecordFiles] | None
) -> Iterator[pyarrow.Table | RecordFiles]:
    """Cuts batches that are sorted by ``component`` so that no component is divided: tables of about ``most`` bytes. A component that is
    larger alone is given as files, which the caller closes; without ``files`` as a large table."""
    ready: list[pyarrow.RecordBatch] = []
    open_rows: list[pyarrow.RecordBatch] = []
    spooled: RecordFiles | None = None
    last: int | None = None

    def is_large(rows: list[pyarrow.RecordBatch]) -> bool:
        return sum(int(batch.nbytes) for batch in rows) > most

    for batch in batches:
        if batch.num_rows == 0:
            continue
        column = batch.column("component")
        borders = [place + 1 for place in compute.indices_nonzero(compute.not_equal(column[1:], column[:-1])).to_pylist()]
        if column[0].as_py() != last:
            borders.insert(0, 0)
        last = column[-1].as_py()

        ends = borders[0] if borders else batch.num_rows
        if ends:
            open_rows.append(batch.slice(0, ends))
        if borders:
            if spooled is not None:
                for rows in open_rows:
                    spooled.write(rows)
                yield spooled
                spooled = None
            else:
                ready.extend(open_rows)
            # What is complete in this batch, and what the next one may continue.
            if borders[0] < borders[-1]:
                ready.append(batch.slice(borders[0], borders[-1] - borders[0]))
            open_rows = [batch.slice(borders[-1])]
            if is_large(ready):
                yield pyarrow.Table.from_batches(ready)
                ready = []

        if files is not None and (spooled is not None or is_large(open_rows)):
            spooled = spooled or files()
            for rows in open_rows:
                spooled.write(rows)
            open_rows = []

    if spooled is not None:
        yield spooled
    ready.extend(open_rows)
    if ready:
        yield pyarrow.Table.from_batches(ready)


class RecordFiles:
    """Rows as JSON Lines in a temporary directory, which is removed in the end: references in one file, all others in another."""

    reading: dict[str, Any] = {"input_format": "jsonl", "encoding": "strict", "max_record_size": 2**32 - 1}
    """The options of reading by which the files say what the rows said."""

    def __init__(self, temp_dir: str | None) -> None:
        self._directory = tempfile.TemporaryDirectory(prefix="mukarrar-", dir=temp_dir)
        self.input_path = os.path.join(self._directory.name, "rows.jsonl")
        self._reference_path = os.path.join(self._directory.name, "references.jsonl")
        self._inputs = open(self.input_path, "wb")
        self._references = open(self._reference_path, "wb")
        self.nodes = array("q")
        self.taken: list[tuple[int, str]] = []
        self.titled: list[int] = []
        self.inputs = 0

    def __enter__(self) -> RecordFiles:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
        self._directory.cleanup()

    @property
    def reference_paths(self) -> list[str]:
        """The file of references, if there are any."""
        return [self._reference_path] if len(self.nodes) > self.inputs else []

    def write(self, rows: Any) -> None:
        """Appends rows, whose ``node`` ascends over all calls. References come first."""
        columns = (rows.column(name).to_pylist() for name in ("node", "id", "text", "fields", "taken", "titled"))
        for node, id, text, fields, code, is_titled in zip(*columns):
            is_reference = id[:1] == REFERENCE
            record = {**json.loads(fields or "{}"), "id": id[1:], "text": text}
            line = json.dumps(record, ensure_ascii=False).encode("utf-8") + b"\n"
            (self._references if is_reference else self._inputs).write(line)
            if code is not None:
                self.taken.append((len(self.nodes), code))
            if is_titled:
                self.titled.append(len(self.nodes))
            self.nodes.append(node)
            self.inputs += not is_reference

    def close(self) -> None:
        """Ends writing."""
        self._inputs.close()
        self._references.close()
