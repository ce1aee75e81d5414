"""What is said of an input, of a run before it happens, and of its results: descriptions, previews, scores."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import _mukarrar
from ._errors import ParameterError
from ._frames import is_path
from ._pairs import file_of, labelled, listed
from ._records import Alarm, BorderlinePair, ThresholdCounts, made
from ._reports import Reported, write_whole
from ._results import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ._options import Path


@dataclass(frozen=True, repr=False)
class Description(Reported):
    """What an input is made of: counts of files, records, languages, lengths (``words`` and ``characters`` of a record), sources, dates, what
    was ``noted`` of encodings, and texts that stand several times (``repeats``). Names are those of the JSON of ``mukarrar describe``."""

    files: int
    skipped_files: dict[str, int]
    records: dict[str, Any]
    languages: dict[str, int]
    words: dict[str, Any]
    characters: dict[str, Any]
    sources: list[dict[str, Any]]
    noted: dict[str, dict[str, int]]
    repeats: dict[str, Any]
    dates: dict[str, Any] | None = None
    _source: Any = field(default=None, compare=False)

    def __repr__(self) -> str:
        read, rejected = counted(self.records["read"], "record"), sum(self.records["rejected"].values())
        sources = counted(len(self.sources), "source")
        return f"Description({read} of {sources}; {rejected:,} rejected, {self.records['empty']:,} empty, {self.repeats['records']:,} repeats)"


@dataclass(frozen=True, repr=False)
class Preview(Reported):
    """What a run would remove: counts by threshold, alarms, pairs on the border; of a sample also what the run is expected to take."""

    records: dict[str, int]
    threshold: float
    thresholds: list[ThresholdCounts]
    alarms: list[Alarm]
    borderline: list[BorderlinePair]
    sample: dict[str, Any] | None = None
    expected: dict[str, Any] | None = None
    _source: Any = field(default=None, compare=False)

    def __repr__(self) -> str:
        at = next(counts for counts in self.thresholds if counts.threshold == self.threshold)
        about = "" if self.sample is None else "about "
        removed, read = counted(sum(at.removed.values()), "record"), f"{self.records['read']:,}"
        return f"Preview({about}{removed} of {read} would go at {self.threshold}; {counted(len(self.alarms), 'alarm')})"

    def at(self, threshold: float) -> ThresholdCounts:
        """What would go at one of the thresholds; ``ParameterError`` for another one."""
        for counts in self.thresholds:
            if abs(counts.threshold - threshold) < 1e-9:
                return counts
        known = ", ".join(str(counts.threshold) for counts in self.thresholds)
        expected = f"one of {known}"
        raise ParameterError._of("threshold", threshold, expected)


@dataclass(frozen=True)
class Rates:
    """Precision, recall and their harmonic mean."""

    precision: float
    recall: float
    f1: float


@dataclass(frozen=True)
class Evaluation:
    """The scores of clusters against gold: of pairs, and with labels of B-cubed and the adjusted Rand index. ``summary`` is that of the run."""

    pairs: Rates
    ids: int
    gold_pairs: int
    found_pairs: int
    b_cubed: Rates | None
    ari: float | None
    summary: dict[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Interval:
    """An estimate and its interval of 95 %."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True)
class ThresholdEstimate:
    """What a threshold gives: the number of its pairs, how many of them are right, and how many of the right ones it finds."""

    threshold: float
    pairs: int
    precision: Interval | None
    recall: Interval | None


@dataclass(frozen=True)
class PairEstimate:
    """What labels tell of a list of pairs: ``precision`` over all of them, and by ``thresholds``, ``relations`` and ``strata``. ``foreign``
    counts labels of pairs that are not in the list."""

    pairs: int
    labelled: int
    foreign: int
    precision: Interval | None
    thresholds: list[ThresholdEstimate]
    relations: list[dict[str, Any]]
    strata: list[dict[str, Any]] = field(repr=False)


@dataclass(frozen=True, repr=False)
class BoilerplateRules:
    """Lines that return on the pages of a source, learned from a corpus: for ``boilerplate_rules=`` of runs and of ``Index``, on the pages of
    the same sources. A sequence of dicts; it can be pickled.

    >>> import mukarrar
    >>> again = [(f"https://news.example/{n}", f"خبر {n} لا يشبه غيره\\nاشترك في نشرتنا اليومية مجانا") for n in range(300)]
    >>> rules = mukarrar.learn_boilerplate(again)
    >>> [rule["sample"] for rule in rules]
    ['اشترك في نشرتنا اليومية مجانا']
    """

    _file: bytes

    @classmethod
    def open(cls, path: Path) -> BoilerplateRules:
        """The rules in a file. They are checked where they are used."""
        with open(path, "rb") as file:
            return cls(file.read())

    def save(self, path: Path) -> None:
        """Writes a rules file, which the command reads too. It appears only when complete."""
        write_whole(path, self._file)

    def _rules(self) -> list[dict[str, Any]]:
        # The first line is the header.
        return [json.loads(line) for line in self._file.split(b"\n")[1:] if line]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self._rules())

    def __len__(self) -> int:
        return len(self._rules())

    def __getitem__(self, place: int) -> dict[str, Any]:
        return self._rules()[place]

    def __repr__(self) -> str:
        sources = {rule["source"] for rule in self}
        return f"BoilerplateRules({counted(len(self), 'rule')} of {counted(len(sources), 'source')})"


def preview(result: bytes, alarms: list[Alarm], ids: Any, source: Any) -> Preview:
    """The preview in an object of JSON. ``ids`` gives the caller's id for a shown one."""
    found = json.loads(result)
    thresholds = [made(ThresholdCounts, counts) for counts in found["thresholds"]]
    rows = [{**row, "id_a": ids(row["id_a"]), "id_b": ids(row["id_b"])} for row in found["borderline"]]
    borderline = [made(BorderlinePair, row) for row in rows]
    whole = found["records"], found["threshold"], thresholds, alarms, borderline
    return Preview(*whole, found.get("sample"), found.get("expected"), source)


def evaluation(result: bytes, summary: dict[str, Any]) -> Evaluation:
    """The scores in an object of JSON."""
    found = json.loads(result)
    b_cubed = None if found.get("b_cubed") is None else made(Rates, found["b_cubed"])
    counts = found["ids"], found["gold_pairs"], found["found_pairs"]
    return Evaluation(made(Rates, found["pairs"]), *counts, b_cubed, found.get("ari"), summary)


def estimate(pairs: Any, labels: Any) -> PairEstimate:
    """See ``mukarrar.estimate``."""
    rows = None if is_path(pairs) else listed(pairs)
    lines = None if is_path(labels) else labelled(labels)
    with file_of(pairs, rows, "pairs.jsonl") as list_path, file_of(labels, lines, "labels.tsv") as label_path:
        found = json.loads(_mukarrar.pair_estimate(list_path, label_path))

    def interval(fields: dict[str, Any] | None) -> Interval | None:
        return None if fields is None else made(Interval, fields)

    thresholds = [
        ThresholdEstimate(at["threshold"], at["pairs"], interval(at.get("precision")), interval(at.get("recall")))
        for at in found["thresholds"]
    ]
    counts = found["pairs"], found["labelled"], found["foreign"]
    return PairEstimate(*counts, interval(found.get("precision")), thresholds, found["relations"], found["strata"])
