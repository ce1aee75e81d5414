"""What runs find, as objects. Field names are those of the command line's JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ._frames import Rows

from ._errors import ParameterError

_T = TypeVar("_T")


@dataclass(frozen=True)
class Member:
    """One member of a cluster: its id (of a frame, the value of its column, or the number of its row), what kind of unit it is, its relation to the keeper (``"keeper"``, ``"exact"``, ``"near"``,
    ``"contained"``, ``"contains"``, ``"variant"``, ``"related"``), its exact scores against the keeper and what they were measured on,
    its place, and the beginning of its original text. ``reason`` says why a variant is
    no copy: ``"furniture"``, ``"replaced"``, ``"numbers"``, ``"facts"`` or ``"titles"``."""

    id: Any
    kind: str
    relation: str
    jaccard: float
    containment: float
    measure: str
    source: str
    preview: str
    date: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Cluster:
    """A keeper and its copies. ``size`` counts them; members that only hang on the keeper count in no size."""

    cluster: int
    size: int
    keeper: Any
    members: list[Member]
    first_date: str | None = None
    last_date: str | None = None
    sources: list[str] | None = None


@dataclass(frozen=True)
class Rejected:
    """A record that could not be read: its place, the reason under which it is counted, and the message."""

    source: str
    reason: str
    message: str


@dataclass(frozen=True)
class Removed:
    """A record or span that was removed: its keeper, its relation to the keeper, and the exact scores. ``start`` and ``end`` are UTF-8 bytes of a
    span."""

    kind: str
    id: Any
    keeper: Any
    relation: str
    jaccard: float
    containment: float
    start: int | None = None
    end: int | None = None
    keeper_start: int | None = None
    keeper_end: int | None = None
    reference: str | None = None


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


@dataclass(frozen=True)
class Clusters(Results[Cluster]):
    """The clusters of a run, largest first; a sequence of them, with the ``rejected`` records and the ``summary``."""

    clusters: list[Cluster]
    rejected: list[Rejected]
    summary: dict[str, Any]
    _labels: list[int] | None = field(default=None, repr=False)

    def _found(self) -> list[Cluster]:
        return self.clusters

    @property
    def labels(self) -> Any:
        """The number of the cluster of each row of a frame, -1 for none; an array of numpy if it is installed. ``None`` for files.

        Rows that are only attached to a keeper are in no cluster. With units below the document, a row has the number of its last
        cluster."""
        return None if self._labels is None else as_array(self._labels, "int64")


@dataclass(frozen=True)
class Pair:
    """Two near-duplicates: the first comes before the second. Scores and ``reason`` as of a ``Member``."""

    id_a: Any
    id_b: Any
    jaccard: float
    containment: float
    relation: str
    measure: str
    reason: str | None = None


@dataclass(frozen=True)
class Pairs(Results[Pair]):
    """The pairs of a run, in the order of the input; a sequence of them."""

    pairs: list[Pair]
    rejected: list[Rejected]
    summary: dict[str, Any]

    def _found(self) -> list[Pair]:
        return self.pairs


@dataclass(frozen=True)
class Passage:
    """A passage of ``b`` that ``a`` has before: places in UTF-8 bytes of the texts, the number of its ``tokens`` in ``b`` and of those that
    are ``shared``, and the beginning of its original text in ``b``."""

    a: Any
    a_start: int
    a_end: int
    b: Any
    b_start: int
    b_end: int
    tokens: int
    shared: int
    preview: str


@dataclass(frozen=True)
class Passages(Results[Passage]):
    """The repeated passages of a run, in the order of the later place; a sequence of them."""

    passages: list[Passage]
    rejected: list[Rejected]
    summary: dict[str, Any]

    def _found(self) -> list[Passage]:
        return self.passages


@dataclass(frozen=True)
class Deduplicated:
    """A corpus without its copies.

    ``kept`` is what stays, in the kind that was given: a frame of the same package, a list of the same dicts, texts or pairs. It is
    ``None`` where files were read. ``removed`` tells what went, and for which keeper.
    """

    kept: Any
    removed: list[Removed]
    rejected: list[Rejected]
    summary: dict[str, Any]
    _rows: Rows | None = field(default=None, repr=False, compare=False)
    _left: dict[int, str] = field(default_factory=dict, repr=False)
    # For each of ``removed``, its row and that of its keeper (None outside of the frame); None for a part of a row.
    _copies: list[tuple[int, int | None] | None] = field(default_factory=list, repr=False)

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
        return sorted(self.removed, key=lambda removed: removed.jaccard)[:count]

    def rethreshold(self, threshold: float) -> Deduplicated:
        """The same without the removals below a higher threshold: their rows stay, too. Nothing is compared again, so a copy of
        a text that stays now is still removed if its own keeper is near enough.

        Of frames and whole records. The summary stays that of the run.
        """
        if self._rows is None:
            raise ParameterError("the result of files has no rows; run again with another threshold=", name="threshold", value=str(threshold))
        if any(copy is None for copy in self._copies):
            raise ParameterError("parts of records were removed; run again with another threshold=", name="threshold", value=str(threshold))
        ran_with = self.summary["parameters"]["threshold"]
        if not ran_with <= threshold <= 1:
            expected = f"from {ran_with}, that of the run, to 1"
            raise ParameterError(f"threshold cannot be {threshold}: {expected}", name="threshold", value=str(threshold), expected=expected)
        still = [place for place, removed in enumerate(self.removed) if removed.jaccard >= threshold or removed.relation == "contained"]
        copies = [self._copies[place] for place in still]
        gone = {copy[0] for copy in copies if copy}
        back = {copy[0] for copy in self._copies if copy} - gone
        left = {**self._left, **{row: self._rows.texts[row] for row in back}}
        removed = [self.removed[place] for place in still]
        return replace(self, kept=self._rows.taken(left), removed=removed, _left=left, _copies=copies)


def as_array(values: list[Any], kind: str) -> Any:
    """``values`` as an array of numpy, or as they are where numpy is not installed."""
    try:
        import numpy
    except ImportError:
        return values
    return numpy.array(values, dtype=kind)


@dataclass(frozen=True)
class Piece:
    """A piece of one text: its original text, and its place in UTF-8 bytes."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Side:
    """One of two compared texts."""

    language: str
    tokens: int
    shingles: int
    left_out: list[Piece]


@dataclass(frozen=True)
class Run:
    """A run of folded tokens that ``"both"`` texts have, or ``"only_a"``, or ``"only_b"``, with the original pieces."""

    side: str
    tokens: str
    a: Piece | None = None
    b: Piece | None = None


@dataclass(frozen=True)
class Comparison:
    """How alike two texts are, and why. ``relation`` is what a run would call the pair, ``None`` for nothing;
    ``reason`` says why a variant is no copy."""

    a: Side
    b: Side
    shared: int
    jaccard: float
    containment: float
    relation: str | None
    measure: str
    runs: list[Run]
    reason: str | None = None


def _made(kind: type[_T], fields: dict[str, Any]) -> _T:
    # A field that a later version adds is none of ours.
    known = kind.__dataclass_fields__  # type: ignore[attr-defined]
    return kind(**{name: value for name, value in fields.items() if name in known})


def _comparison(result: bytes) -> Comparison:
    def piece(fields: dict[str, Any] | None) -> Piece | None:
        return None if fields is None else Piece(**fields)

    def side(fields: dict[str, Any]) -> Side:
        left_out = [Piece(**left_out) for left_out in fields.get("left_out", [])]
        return Side(fields["language"], fields["tokens"], fields["shingles"], left_out)

    found = json.loads(result)
    runs = [Run(run["side"], run["tokens"], piece(run.get("a")), piece(run.get("b"))) for run in found["runs"]]
    relation = None if found["relation"] == "none" else found["relation"]
    scores = found["shared"], found["jaccard"], found["containment"]
    return Comparison(side(found["a"]), side(found["b"]), *scores, relation, found["measure"], runs, found.get("reason"))
