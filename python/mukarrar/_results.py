"""What runs find: sequences of rows that can be asked again, and shown as pages."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from . import _mukarrar
from ._errors import ParameterError
from ._pairs import sampled
from ._records import (
    Alarm,
    Cluster,
    Hit,
    ListedUnit,
    Loss,
    Member,
    Pair,
    Passage,
    Piece,
    Rejected,
    Removed,
    Run,
    Side,
)
from ._reports import Reported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ._rows import Rows

_T = TypeVar("_T")

# Relations of members that count in the size of a cluster.
COUNTED = ("keeper", "exact", "near")


def counted(count: int, one: str, many: str = "") -> str:
    """A number with its noun."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _checked_threshold(threshold: float, summary: dict[str, Any]) -> None:
    ran_with = summary["parameters"]["threshold"]
    if not ran_with <= threshold <= 1:
        expected = f"from {ran_with}, that of the run, to 1"
        raise ParameterError._of("threshold", threshold, expected)


class Results(Generic[_T]):
    """What a run found: a sequence."""

    def _found(self) -> list[_T]:
        raise NotImplementedError

    def __iter__(self) -> Iterator[_T]:
        return iter(self._found())

    def __len__(self) -> int:
        return len(self._found())

    @overload
    def __getitem__(self, place: int) -> _T: ...
    @overload
    def __getitem__(self, place: slice) -> list[_T]: ...
    def __getitem__(self, place: int | slice) -> _T | list[_T]:
        return self._found()[place]


@dataclass(frozen=True, repr=False)
class Clusters(Reported, Results[Cluster]):
    """The clusters of a run, largest first; a sequence of them, with the ``rejected`` records and the ``summary``."""

    clusters: list[Cluster]
    rejected: list[Rejected]
    summary: dict[str, Any]
    _labels: list[int] | None = field(default=None)
    # For each cluster, the rows of its members; of a frame.
    _places: list[list[int]] | None = field(default=None, compare=False)
    _source: Any = field(default=None, compare=False)

    def _found(self) -> list[Cluster]:
        return self.clusters

    def __repr__(self) -> str:
        copies = sum(cluster.size for cluster in self.clusters)
        read = counted(self.summary["records"]["read"], "record")
        return f"Clusters({counted(len(self), 'cluster')} of {counted(copies, 'text')}; {read} read, {len(self.rejected):,} rejected)"

    @property
    def labels(self) -> Any:
        """The number of the cluster of each row of a frame, -1 for none; an array of numpy if it is installed. ``None`` for files.

        Rows that are only attached to a keeper are in no cluster. With units below the document, a row has the number of its last
        cluster."""
        return None if self._labels is None else as_array(self._labels, "int64")

    @property
    def ratio(self) -> float:
        """The share of the units compared that repeat a keeper."""
        units = self.summary["units"]
        copies = sum(cluster.size - 1 for cluster in self.clusters if cluster.size > 1)
        return copies / units if units else 0.0

    def least_similar(self, count: int = 10) -> list[tuple[Any, Member]]:
        """The near copies with the lowest scores, lowest first, each with the id of its keeper: where to look whether the threshold is
        right."""
        near = [(cluster.keeper, member) for cluster in self.clusters for member in cluster.members if member.relation == "near"]
        return sorted(near, key=lambda pair: pair[1].jaccard)[:count]

    def rethreshold(self, threshold: float) -> Clusters:
        """The same without the near copies below a higher threshold, and without the clusters of which nothing is left but the keeper.
        Nothing is compared again, so no cluster is split in two.

        The summary stays that of the run, and there is no report.
        """
        _checked_threshold(threshold, self.summary)
        labels = None if self._labels is None else [-1] * len(self._labels)
        clusters: list[Cluster] = []
        places: list[list[int]] = []
        for number, cluster in enumerate(self.clusters):
            stay = [place for place, member in enumerate(cluster.members) if member.relation != "near" or member.jaccard >= threshold]
            if len(stay) < 2:
                continue
            members = [cluster.members[place] for place in stay]
            size = sum(member.relation in COUNTED for member in members)
            rows = [] if self._places is None else [self._places[number][place] for place in stay]
            for row, member in zip(rows, members):
                if labels is not None and member.relation in COUNTED:
                    labels[row] = len(clusters)
            clusters.append(replace(cluster, cluster=len(clusters), size=size, members=members))
            places.append(rows)
        kept_places = None if self._places is None else places
        return replace(self, clusters=clusters, _labels=labels, _places=kept_places, _source=None)


@dataclass(frozen=True, repr=False)
class Pairs(Reported, Results[Pair]):
    """The pairs of a run, in the order of the input; a sequence of them."""

    pairs: list[Pair]
    rejected: list[Rejected]
    summary: dict[str, Any]
    _source: Any = field(default=None, compare=False)

    def _found(self) -> list[Pair]:
        return self.pairs

    def __repr__(self) -> str:
        read = counted(self.summary["records"]["read"], "record")
        return f"Pairs({counted(len(self), 'pair')}; {read} read, {len(self.rejected):,} rejected)"

    def least_similar(self, count: int = 10) -> list[Pair]:
        """The near copies with the lowest scores, lowest first."""
        return sorted((pair for pair in self.pairs if pair.relation == "near"), key=lambda pair: pair.jaccard)[:count]

    def rethreshold(self, threshold: float) -> Pairs:
        """The same result without the near copies whose Jaccard is below ``threshold``, which is at least that of the run. The summary is still that
        of the run. The new result has no report."""
        _checked_threshold(threshold, self.summary)
        pairs = [pair for pair in self.pairs if pair.relation != "near" or pair.jaccard >= threshold]
        return replace(self, pairs=pairs, _source=None)

    def sample(self, count: int = 200, seed: int = 1) -> list[Pair]:
        """Pairs to be labelled for ``estimate``: as many of each relation and tenth of the score, in the order in which to label them, so
        that labelling may stop at any pair. One seed draws the same pairs again, and a larger sample begins with the smaller one."""
        return sampled(self.pairs, count, seed)


@dataclass(frozen=True, repr=False)
class Passages(Results[Passage]):
    """The repeated passages of a run, in the order of the later place; a sequence of them."""

    passages: list[Passage]
    rejected: list[Rejected]
    summary: dict[str, Any]

    def _found(self) -> list[Passage]:
        return self.passages

    def __repr__(self) -> str:
        read = counted(self.summary["records"]["read"], "record")
        return f"Passages({counted(len(self), 'passage')}; {read} read, {len(self.rejected):,} rejected)"


@dataclass(frozen=True, repr=False)
class UnitList(Results[ListedUnit]):
    """The units of a corpus, in the order of the input; a sequence of them."""

    units: list[ListedUnit]
    rejected: list[Rejected]

    def _found(self) -> list[ListedUnit]:
        return self.units

    def __repr__(self) -> str:
        return f"UnitList({counted(len(self), 'unit')}; {counted(len(self.rejected), 'record')} rejected)"


@dataclass(frozen=True, repr=False)
class Deduplicated(Reported):
    """A corpus without its copies.

    ``kept`` is what stays, in the kind that was given: a frame of the same package, a list of the same dicts, texts or pairs. It is
    ``None`` where files were read. ``removed`` tells what went, and for which keeper; ``alarms`` what looks as if more than copies
    went; ``losses`` what would have gone without ``lossless``.
    """

    kept: Any
    removed: list[Removed]
    rejected: list[Rejected]
    summary: dict[str, Any]
    alarms: list[Alarm] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)
    _rows: Rows | None = field(default=None, compare=False)
    _left: dict[int, str] = field(default_factory=dict)
    # For each of ``removed``, its row and that of its keeper (None outside of the frame); None for a part of a row.
    _copies: list[tuple[int, int | None] | None] = field(default_factory=list)
    # What was added to each row; None if nothing was.
    _added: dict[int, dict[str, Any]] | None = field(default=None)
    _source: Any = field(default=None, compare=False)

    def __repr__(self) -> str:
        records = self.summary["records"]
        read, removals = counted(records["read"], "record"), counted(len(self.removed), "removal")
        alarms = f", {counted(len(self.alarms), 'alarm')}" if self.alarms else ""
        return f"Deduplicated({read} read, {records['kept']:,} kept, {removals}, {len(self.rejected):,} rejected{alarms})"

    @property
    def mask(self) -> Any:
        """Whether each row of a frame stays; an array of numpy if it is installed. ``None`` for files."""
        if self._rows is None:
            return None
        return as_array([row in self._left for row in range(len(self._rows))], "bool")

    @property
    def labels(self) -> Any:
        """A number for each row of a frame, the same for a keeper and what was removed for it, -1 for a row that nothing was removed for;
        an array of numpy if it is installed. ``None`` for files."""
        if self._rows is None:
            return None
        pairs = sorted((keeper, row) for row, keeper in filter(None, self._copies) if keeper is not None)
        numbers: dict[int, int] = {}
        labels = [-1] * len(self._rows)
        for keeper, row in pairs:
            labels[keeper] = labels[row] = numbers.setdefault(keeper, len(numbers))
        return as_array(labels, "int64")

    @property
    def ratio(self) -> float:
        """The share of the records read that were removed whole."""
        records = self.summary["records"]["read"]
        return sum(removed.kind != "span" for removed in self.removed) / records if records else 0.0

    def least_similar(self, count: int = 10) -> list[Removed]:
        """The removed copies with the lowest scores, lowest first: where to look whether the threshold is right."""
        return sorted((removed for removed in self.removed if removed.rule is None), key=lambda removed: removed.jaccard)[:count]

    def rethreshold(self, threshold: float) -> Deduplicated:
        """The same without the removals below a higher threshold: their rows stay, too. Nothing is compared again, so a copy of
        a text that stays now is still removed if its own keeper is near enough.

        Of frames and whole records. The summary stays that of the run, and there is no report.
        """
        if self._rows is None:
            raise ParameterError("the result of files has no rows; run again with another threshold=", name="threshold", value=str(threshold))
        if any(copy is None for copy in self._copies):
            raise ParameterError("parts of records were removed; run again with another threshold=", name="threshold", value=str(threshold))
        if self._added is not None or any(removed.rule for removed in self.removed):
            what = "rows carry what their clusters tell, or rules on repetition removed some"
            raise ParameterError(f"{what}; run again with another threshold=", name="threshold", value=str(threshold))
        _checked_threshold(threshold, self.summary)
        still = [place for place, removed in enumerate(self.removed) if removed.jaccard >= threshold or removed.relation == "contained"]
        copies = [self._copies[place] for place in still]
        gone = {copy[0] for copy in copies if copy}
        back = {copy[0] for copy in self._copies if copy} - gone
        left = {**self._left, **{row: self._rows.texts[row] for row in back}}
        removed = [self.removed[place] for place in still]
        # The report would be that of the run.
        return replace(self, kept=self._rows.taken(left), removed=removed, alarms=[], _left=left, _copies=copies, _source=None)


@dataclass(frozen=True, repr=False)
class Contamination(Results[Hit]):
    """The test items that a corpus contains, by document and place; a sequence of them. ``kept`` is the corpus without the documents that
    contain one, in the kind that was given, and ``None`` where files were read. ``summary["contaminated"]`` counts the items."""

    hits: list[Hit]
    kept: Any
    rejected: list[Rejected]
    summary: dict[str, Any]

    def _found(self) -> list[Hit]:
        return self.hits

    def __repr__(self) -> str:
        counts = self.summary["contaminated"]
        documents = counted(counts["documents"], "document")
        return f"Contamination({counts['found']:,} of {counted(counts['items'], 'item')} in {documents}; {len(self.rejected):,} rejected)"


def as_array(values: list[Any], kind: str) -> Any:
    """``values`` as an array of numpy, or as they are where numpy is not installed."""
    try:
        import numpy
    except ImportError:
        return values
    return numpy.array(values, dtype=kind)


@dataclass(frozen=True, repr=False)
class Comparison(Reported):
    """How alike two texts are, and why. ``relation`` is what a run would call the pair, ``None`` for nothing;
    ``reason`` says why a variant does not count as a copy."""

    a: Side
    b: Side
    shared: int
    jaccard: float
    containment: float
    relation: str | None
    measure: str
    runs: list[Run]
    reason: str | None = None
    _source: Any = field(default=None, compare=False)

    def __repr__(self) -> str:
        reason = "" if self.reason is None else f", reason={self.reason!r}"
        scores = f"jaccard={self.jaccard:.4f}, containment={self.containment:.4f}, shared={self.shared}"
        return f"Comparison(relation={self.relation!r}, {scores}{reason})"

    def __getstate__(self) -> dict[str, Any]:
        # The two texts go along.
        return dict(self.__dict__)


class ComparedTexts:
    """Two texts and the options of their comparison, which give its page."""

    def __init__(self, a: str, b: str, options: dict[str, Any]) -> None:
        self._compared = a, b, options

    def html(self, most: int) -> bytes:
        a, b, options = self._compared
        return _mukarrar.compare_html(a, b, **options)


def comparison(result: bytes, source: Any) -> Comparison:
    """The comparison in an object of JSON; ``source`` gives its page."""

    def piece(fields: dict[str, Any] | None) -> Piece | None:
        return None if fields is None else Piece(**fields)

    def side(fields: dict[str, Any]) -> Side:
        left_out = [Piece(**left_out) for left_out in fields.get("left_out", [])]
        return Side(fields["language"], fields["tokens"], fields["shingles"], left_out)

    found = json.loads(result)
    runs = [Run(run["side"], run["tokens"], piece(run.get("a")), piece(run.get("b"))) for run in found["runs"]]
    relation = None if found["relation"] == "none" else found["relation"]
    scores = found["shared"], found["jaccard"], found["containment"]
    return Comparison(side(found["a"]), side(found["b"]), *scores, relation, found["measure"], runs, found.get("reason"), source)
