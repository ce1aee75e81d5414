"""Runs over files and frames: the keywords on their way in, the results on their way out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from . import _mukarrar
from ._errors import ParameterError
from ._frames import Frame, Rows, frame_of
from ._progress import told
from ._records import (
    Cluster,
    Clusters,
    Deduplicated,
    Member,
    Pair,
    Pairs,
    Passage,
    Passages,
    Rejected,
    Removed,
    _made,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

# Columns of frames and the options that name the same fields of files.
_FIELDS = {"text": "text_field", "id": "id_field", "date": "date_field", "source": "source_field"}


class Run:
    """One run of a function of the library: its results as rows of JSON, its rows, and how to name what it names."""

    def __init__(self, function: str, corpus: Any, options: dict[str, Any]) -> None:
        columns = {name: options.pop(name, None) for name in _FIELDS}
        frame = frame_of(corpus)
        if isinstance(frame, Frame):
            self.rows: Rows | None = Rows(frame, _columns_of(columns, options))
            source: Any = self.rows.records()
        else:
            self.rows, source = None, frame
            for name, field in _FIELDS.items():
                if columns[name] is not None:
                    if field in options:
                        raise ParameterError(f"{name} and {field} are the same; give one", name=name, value=str(columns[name]))
                    options[field] = columns[name]
        with told(options.pop("progress", None)) as tell:
            parts = getattr(_mukarrar, function)(source, **options, _progress=tell)
        results, self.kept, rejected, summary = parts
        self.results = [json.loads(line) for line in results.split(b"\n") if line]
        self.rejected = [_made(Rejected, json.loads(line)) for line in rejected.split(b"\n") if line]
        self.summary: dict[str, Any] = json.loads(summary)

    def name(self, shown: str) -> Any:
        return shown if self.rows is None else self.rows.name(shown)

    def row(self, shown: str) -> int | None:
        return None if self.rows is None else self.rows.row(shown)

    def named(self, fields: dict[str, Any], *names: str) -> dict[str, Any]:
        return {**fields, **{name: self.name(fields[name]) for name in names}}

    def left(self) -> Iterator[tuple[int, str]]:
        """The rows that stay, and their texts."""
        for line in (self.kept or b"").split(b"\n"):
            if line:
                record = json.loads(line)
                yield int(record["id"]), record["text"]

    @property
    def length(self) -> int | None:
        return None if self.rows is None else len(self.rows)


def _columns_of(columns: dict[str, str | None], options: dict[str, Any]) -> dict[str, str | None]:
    """The columns that a run reads of a frame. Options get the names that their fields have in the records of the run."""
    for name in ("date", "source"):
        field = options.pop(_FIELDS[name], None)
        if field is not None and columns[name] is None:
            columns = {**columns, name: field}
        if columns[name] is not None:
            options[_FIELDS[name]] = name
    keep = options.get("keep")
    if isinstance(keep, str) and keep.partition(":")[0] in ("min", "max") and ":" in keep:
        order, _, field = keep.partition(":")
        columns, options["keep"] = {**columns, "value": field}, f"{order}:value"
    return columns


def clusters(corpus: Any, options: dict[str, Any]) -> Clusters:
    run = Run("clusters", corpus, options)
    found, labels = [], _labels(run.length)
    for fields in run.results:
        members = fields["members"]
        for member in members:
            row = run.row(member["id"])
            if labels is not None and row is not None and member["relation"] in ("keeper", "exact", "near"):
                labels[row] = fields["cluster"]
        fields = run.named(fields, "keeper")
        fields["members"] = [_made(Member, run.named(member, "id")) for member in members]
        found.append(_made(Cluster, fields))
    return Clusters(found, run.rejected, run.summary, labels)


def pairs(corpus: Any, options: dict[str, Any]) -> Pairs:
    run = Run("pairs", corpus, options)
    found = [_made(Pair, run.named(fields, "id_a", "id_b")) for fields in run.results]
    return Pairs(found, run.rejected, run.summary)


def passages(corpus: Any, options: dict[str, Any]) -> Passages:
    run = Run("passages", corpus, options)
    found = [_made(Passage, run.named(fields, "a", "b")) for fields in run.results]
    return Passages(found, run.rejected, run.summary)


def dedup(corpus: Any, options: dict[str, Any]) -> Deduplicated:
    run = Run("dedup", corpus, options)
    # A keeper outside of the input has a name of its own.
    own = [fields.get("reference") is None for fields in run.results]
    names = [("id", "keeper") if is_own else ("id",) for is_own in own]
    removed = [_made(Removed, run.named(fields, *named)) for fields, named in zip(run.results, names)]
    if run.rows is None:
        return Deduplicated(None, removed, run.rejected, run.summary)
    kept = dict(run.left())
    row = run.rows.row
    copies = [
        None if fields["kind"] == "span" else (row(fields["id"]), row(fields["keeper"]) if is_own else None)
        for fields, is_own in zip(run.results, own)
    ]
    return Deduplicated(run.rows.taken(kept), removed, run.rejected, run.summary, run.rows, kept, copies)


def _labels(length: int | None) -> list[int] | None:
    return None if length is None else [-1] * length
