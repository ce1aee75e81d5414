"""What runs find, row by row. Field names are those of the command line's JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Callable, TypeVar

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
    span. What a rule on repetition removed has no keeper and no scores: its relation is ``"rule"``, and ``rule`` names it."""

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
    rule: str | None = None


@dataclass(frozen=True)
class Loss:
    """A span of a text (``start`` and ``end`` in UTF-8 bytes) that its keeper lacks, so that a run without loss keeps the text."""

    id: Any
    start: int
    end: int
    keeper: Any
    jaccard: float
    containment: float
    text: str
    reference: str | None = None


@dataclass(frozen=True)
class Alarm:
    """A sign that a run removes more than copies: its kind (``"large_cluster"``, ``"lost_source"``, ``"shared_block"``,
    ``"little_own_text"``), a sentence with what to do about it, and its numbers by name."""

    alarm: str
    message: str
    fields: dict[str, Any]

    def __str__(self) -> str:
        return self.message


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
class ListedUnit:
    """A unit of a record: its id, its ``document`` and its number in it, its kind and place (UTF-8 bytes), the number of a story's title,
    and the beginning of its original text."""

    id: Any
    document: Any
    unit: int
    kind: str
    start: int
    end: int
    preview: str
    title: int | None = None


@dataclass(frozen=True)
class Hit:
    """A test item, or a part of it, in a document: by which ``rule`` (``"ngram"``, ``"item"``, ``"line"``), where in the document and in the
    item (UTF-8 bytes), how many ``tokens`` and which ``share`` of the item, and the beginning of the place. ``test`` is the item's place
    in the tests."""

    item: Any
    test: str
    document: Any
    rule: str
    start: int
    end: int
    item_start: int
    item_end: int
    tokens: int
    share: float
    preview: str


@dataclass(frozen=True)
class ThresholdCounts:
    """What would go at a threshold: records that stay (``edited`` ones included), records removed by relation, and what each source
    would lose. ``error`` is the standard error of all removed records, of a sample."""

    threshold: float
    kept: int
    edited: int
    removed: dict[str, int]
    sources: list[dict[str, Any]]
    error: int | None = None


@dataclass(frozen=True)
class BorderlinePair:
    """Two texts whose score is near the threshold, and whether the second would be removed."""

    id_a: Any
    id_b: Any
    jaccard: float
    containment: float
    removed: bool
    source_a: str
    source_b: str
    text_a: str
    text_b: str


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


def made(kind: Callable[..., _T], fields: dict[str, Any]) -> _T:
    """A row of a kind. A field that a later version adds is none of ours."""
    known = kind.__dataclass_fields__  # type: ignore[attr-defined]
    return kind(**{name: value for name, value in fields.items() if name in known})


def alarms_of(lines: bytes) -> list[Alarm]:
    """Alarms from lines of JSON."""
    rows = [json.loads(line) for line in lines.split(b"\n") if line]
    return [Alarm(row.pop("alarm"), row.pop("message"), row) for row in rows]
