"""What runs find, as objects. Field names are those of the command line's JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

_T = TypeVar("_T")


@dataclass(frozen=True)
class Member:
    """One member of a cluster: its id, what kind of unit it is, its relation to the keeper (``"keeper"``, ``"exact"``, ``"near"``,
    ``"contained"``, ``"contains"``, ``"variant"``, ``"related"``), its exact scores against the keeper and what they were measured on,
    its place, and the beginning of its original text. ``reason`` says why a variant is
    no copy: ``"furniture"``, ``"replaced"``, ``"numbers"``, ``"facts"`` or ``"titles"``."""

    id: str
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
    keeper: str
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
    id: str
    keeper: str
    relation: str
    jaccard: float
    containment: float
    start: int | None = None
    end: int | None = None
    keeper_start: int | None = None
    keeper_end: int | None = None
    reference: str | None = None


@dataclass(frozen=True)
class Clusters:
    """The clusters of a run, largest first; a sequence of them, with the ``rejected`` records and the ``summary``."""

    clusters: list[Cluster]
    rejected: list[Rejected]
    summary: dict[str, Any]

    def __iter__(self) -> Iterator[Cluster]:
        return iter(self.clusters)

    def __len__(self) -> int:
        return len(self.clusters)

    def __getitem__(self, place: int) -> Cluster:
        return self.clusters[place]


@dataclass(frozen=True)
class Deduplicated:
    """A corpus without its copies. ``kept`` holds the pairs that stay, as ``(id, text)``, and is ``None`` where files were read."""

    kept: list[tuple[str, str]] | None
    removed: list[Removed]
    rejected: list[Rejected]
    summary: dict[str, Any]


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


def _lines(kind: type[_T], lines: bytes) -> list[_T]:
    return [_made(kind, json.loads(line)) for line in lines.split(b"\n") if line]


def _clusters(results: bytes, _kept: None, rejected: bytes, summary: bytes) -> Clusters:
    found = []
    for line in results.split(b"\n"):
        if line:
            fields = json.loads(line)
            fields["members"] = [_made(Member, member) for member in fields["members"]]
            found.append(_made(Cluster, fields))
    return Clusters(found, _lines(Rejected, rejected), json.loads(summary))


def _deduplicated(results: bytes, kept: bytes | None, rejected: bytes, summary: bytes) -> Deduplicated:
    pairs = None
    if kept is not None:
        records = (json.loads(line) for line in kept.split(b"\n") if line)
        pairs = [(record["id"], record["text"]) for record in records]
    return Deduplicated(pairs, _lines(Removed, results), _lines(Rejected, rejected), json.loads(summary))


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
