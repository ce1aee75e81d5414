"""Runs over files and frames: the keywords on their way in, the results on their way out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from . import _mukarrar, _scores
from ._errors import AlarmError, ParameterError
from ._frames import Frame, frame_of, is_path
from ._pairs import tabbed
from ._progress import told
from ._records import (
    Cluster,
    Hit,
    ListedUnit,
    Loss,
    Member,
    Pair,
    Passage,
    Rejected,
    Removed,
    alarms_of,
    made,
)
from ._results import COUNTED, Clusters, Contamination, Deduplicated, Pairs, Passages, UnitList
from ._rows import Rows

if TYPE_CHECKING:
    from collections.abc import Iterator

# Columns of frames and the options that name the same fields of files.
_FIELDS = {"text": "text_field", "id": "id_field", "date": "date_field", "source": "source_field", "vector": "vector_field"}

# The field of marks and annotations where it is not named.
_FIELD = "mukarrar"


class Run:
    """One run of a function of the library: its results as rows of JSON, its rows, and how to name what it names."""

    def __init__(self, function: str, corpus: Any, options: dict[str, Any], *arguments: Any) -> None:
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
        given = [argument(self.rows) if callable(argument) else argument for argument in arguments]
        with told(options.pop("progress", None)) as tell:
            parts = getattr(_mukarrar, function)(source, *given, **options, _progress=tell)
        self.object: bytes = parts["results"]
        self.kept: bytes | None = parts["kept"]
        self.rejected = [made(Rejected, row) for row in _rows(parts["rejected"])]
        self.summary: dict[str, Any] = json.loads(parts["summary"] or b"{}")
        self.alarms = alarms_of(parts["alarms"])
        self.losses = _rows(parts["losses"])
        self.report = parts["report"]

    @property
    def results(self) -> list[dict[str, Any]]:
        return _rows(self.object)

    def name(self, shown: str) -> Any:
        return shown if self.rows is None else self.rows.name(shown)

    def row(self, shown: str) -> int | None:
        return None if self.rows is None else self.rows.row(shown)

    def named(self, fields: dict[str, Any], *names: str) -> dict[str, Any]:
        return {**fields, **{name: self.name(fields[name]) for name in names if fields.get(name) is not None}}

    def left(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """The rows that stay, and their records."""
        for record in _rows(self.kept or b""):
            row = self.row(record["id"])
            if row is not None:
                yield row, record

    @property
    def length(self) -> int | None:
        return None if self.rows is None else len(self.rows)


def _rows(lines: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines.split(b"\n") if line]


def _columns_of(columns: dict[str, str | None], options: dict[str, Any]) -> dict[str, str | None]:
    """The columns that a run reads of a frame. Options get the names that their fields have in the records of the run."""
    for name in ("date", "source", "vector"):
        field = options.pop(_FIELDS[name], None)
        if field is not None and columns[name] is None:
            columns = {**columns, name: field}
        if columns[name] is not None:
            options[_FIELDS[name]] = name
    title = options.get("title_field")
    if isinstance(title, str) and title not in ("usual", "none"):
        columns, options["title_field"] = {**columns, "title": title}, "title"
    keep = options.get("keep")
    if isinstance(keep, str) and keep.partition(":")[0] in ("min", "max") and ":" in keep:
        order, _, field = keep.partition(":")
        columns, options["keep"] = {**columns, "value": field}, f"{order}:value"
    return columns


def clusters(corpus: Any, options: dict[str, Any]) -> Clusters:
    run = Run("clusters", corpus, options)
    labels = None if run.length is None else [-1] * run.length
    found: list[Cluster] = []
    places: list[list[int]] = []
    for fields in run.results:
        members = fields["members"]
        rows = [row for member in members if (row := run.row(member["id"])) is not None]
        for row, member in zip(rows, members):
            if labels is not None and member["relation"] in COUNTED:
                labels[row] = fields["cluster"]
        fields = run.named(fields, "keeper")
        fields["members"] = [made(Member, run.named(member, "id")) for member in members]
        found.append(made(Cluster, fields))
        places.append(rows)
    return Clusters(found, run.rejected, run.summary, labels, None if labels is None else places, run.report)


def pairs(corpus: Any, options: dict[str, Any]) -> Pairs:
    run = Run("pairs", corpus, options)
    found = [made(Pair, run.named(fields, "id_a", "id_b")) for fields in run.results]
    return Pairs(found, run.rejected, run.summary, run.report)


def passages(corpus: Any, options: dict[str, Any]) -> Passages:
    run = Run("passages", corpus, options)
    found = [made(Passage, run.named(fields, "a", "b")) for fields in run.results]
    return Passages(found, run.rejected, run.summary)


def corpus_units(corpus: Any, options: dict[str, Any]) -> UnitList:
    run = Run("corpus_units", corpus, options)
    return UnitList([made(ListedUnit, run.named(fields, "id", "document")) for fields in run.results], run.rejected)


def dedup(corpus: Any, options: dict[str, Any]) -> Deduplicated:
    for name in ("mark", "annotate"):
        if isinstance(options.get(name), bool):
            options[name] = _FIELD if options[name] else None
    field = options.get("mark") or options.get("annotate")
    strict = bool(options.get("strict"))
    frame = frame_of(corpus)
    if isinstance(frame, Frame):
        corpus = frame
        _check_columns(frame, options)

    references = _references(corpus, options)
    run = Run("dedup", corpus, options)
    if strict and run.alarms:
        raise AlarmError("\n".join(str(alarm) for alarm in run.alarms) + "\nnothing was written", alarms=run.alarms)
    results = run.results
    # A keeper outside of the input has a name of its own.
    own = [fields.get("reference") is None and "keeper" in fields for fields in results]

    def named(fields: dict[str, Any]) -> dict[str, Any]:
        if fields.get("reference") is None:
            return run.named(fields, "id", "keeper", "story")
        keeper = fields["keeper"] if references is None else references.name(fields["keeper"])
        return {**run.named(fields, "id", "story"), "keeper": keeper}

    removed = [made(Removed, {**_BY_RULE, **named(fields)}) for fields in results]
    lossy = [made(Loss, named(fields)) for fields in run.losses]
    told_of = removed, run.rejected, run.summary, run.alarms, lossy
    if run.rows is None:
        return Deduplicated(None, *told_of, _source=run.report)

    records = dict(run.left())
    left = {row: record["text"] for row, record in records.items()}
    added = None
    if field:
        added = {row: named(record[field]) for row, record in records.items()}
    row = run.rows.row
    copies = [
        None if fields["kind"] == "span" else (row(fields["id"]), row(fields["keeper"]) if is_own else None)
        for fields, is_own in zip(results, own)
    ]
    kept = run.rows.taken(left, added, field or "")
    return Deduplicated(kept, *told_of, run.rows, left, copies, added, run.report)


def _references(corpus: Any, options: dict[str, Any]) -> Rows | None:
    """The rows of ``against``, if it is a frame; ``options`` then have its records."""
    against = options.get("against")
    frame = None if against is None else frame_of(against)
    if not isinstance(frame, Frame):
        return None
    if frame.source is getattr(corpus, "source", corpus):
        expected = "another frame: each of these rows would be a copy of itself"
        raise ParameterError._of("against", type(against).__name__, expected)

    columns = {name: options.get(name) for name in _FIELDS}
    fields: dict[str, str] = {}
    if isinstance(corpus, Frame):
        columns = _columns_of(columns, dict(options))
    elif options.get("input_format") is not None:
        raise ParameterError._of("input_format", options["input_format"], "left out where against= is a frame")
    else:
        # Files are read by the names of their fields, and so are the records.
        columns = {name: options.get(field, columns[name]) for name, field in _FIELDS.items()}
        fields = {name: column for name, column in columns.items() if column is not None}
    known = frame.columns()
    columns = {name: column for name, column in columns.items() if name == "text" or column in known}
    rows = Rows(frame, columns)
    options["against"] = rows.records(fields)
    return rows


# What a removal by a rule on repetition lacks.
_BY_RULE: dict[str, Any] = {"keeper": None, "relation": "rule", "jaccard": 0.0, "containment": 0.0}


def _check_columns(frame: Frame, options: dict[str, Any]) -> None:
    for name in ("mark", "annotate"):
        if options.get(name) is not None and not frame.takes_columns:
            expected = "left out for texts and pairs, which have no columns; give dicts or a frame"
            raise ParameterError._of(name, options[name], expected)


def describe(corpus: Any, options: dict[str, Any]) -> _scores.Description:
    run = Run("describe", corpus, options)
    return made(_scores.Description, {**json.loads(run.object), "_source": run.report})


def preview(corpus: Any, options: dict[str, Any]) -> _scores.Preview:
    run = Run("preview", corpus, options)
    return _scores.preview(run.object, run.alarms, run.name, run.report)


def contaminated(corpus: Any, tests: Any, options: dict[str, Any]) -> Contamination:
    items = frame_of(tests)
    named = {"text": options.pop("test_text", None), "id": options.pop("test_id", None)}
    of_tests: Rows | None = None
    if isinstance(items, Frame):
        of_tests = Rows(items, named)
        source: Any = of_tests.records()
    else:
        source = items
        options.update({f"test_{name}_field": column for name, column in named.items() if column is not None})
    run = Run("contaminated", corpus, options, source)
    hits = []
    for fields in run.results:
        item = fields["item"] if of_tests is None else of_tests.name(fields["item"])
        hits.append(made(Hit, {**run.named(fields, "document"), "item": item}))
    kept = None
    if run.rows is not None:
        kept = run.rows.taken({row: record["text"] for row, record in run.left()})
    return Contamination(hits, kept, run.rejected, run.summary)


def learn_boilerplate(corpus: Any, options: dict[str, Any]) -> _scores.BoilerplateRules:
    return _scores.BoilerplateRules(Run("learn_boilerplate", corpus, options).object)


def evaluate(corpus: Any, gold: Any, options: dict[str, Any]) -> _scores.Evaluation:
    if is_path(gold):
        run = Run("evaluate", corpus, options, gold)
        return _scores.evaluation(run.object, run.summary)

    is_labels = hasattr(gold, "items")
    rows = list(gold.items() if is_labels else gold)
    options.setdefault("gold_kind", "labels" if is_labels else "pairs")
    ids = 1 if is_labels else 2

    def lines(of_corpus: Rows | None) -> bytes:
        shown = (lambda id: str(id)) if of_corpus is None else of_corpus.shown
        return "".join(f"{tabbed([*map(shown, row[:ids]), *row[ids:]])}\n" for row in rows).encode("utf-8")

    run = Run("evaluate", corpus, options, lines)
    return _scores.evaluation(run.object, run.summary)


def evaluate_pages(directory: Any, options: dict[str, Any]) -> dict[str, Any]:
    with told(options.pop("progress", None)) as tell:
        parts = _mukarrar.evaluate_pages(directory, **options, _progress=tell)
    found: dict[str, Any] = json.loads(parts["results"])
    return found
