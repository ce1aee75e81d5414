"""What is asked of a run in an engine: the options that its tasks get, the keeper order, the columns that it reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import _mukarrar as _native
from ._errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SAMPLED_TEXTS = 4096
"""Texts in which words are counted."""

PROBES = 16
"""Sampled shingles of a text by which others are searched for it."""

COMMON = 50
"""A sampled shingle of more texts is evidence for no pair."""

REFERENCE, INPUT = "0", "1"
"""What ids begin with while a run lasts: references may have the ids of rows."""

_REFUSED = {
    "output": "left out: rows come back",
    "unit": "left out: rows are whole documents",
    "boilerplate_rules": "left out: rules are files, which workers need not have",
}

_KEEPS = ("first", "last", "longest", "shortest", "earliest", "latest")

_ORDERS: dict[str, list[tuple[str, bool]]] = {
    "first": [],
    "last": [("place", True), ("id", True)],
    "longest": [("tokens", True)],
    "shortest": [("tokens", False)],
    "earliest": [("date", False)],
    "latest": [("date", True)],
}


class EngineRequest:
    """The options of a run, checked. ``columns`` are those of the rows, ``named`` tells which of them are id, text and order."""

    def __init__(self, columns: Sequence[str], named: dict[str, str], options: dict[str, Any]) -> None:
        for name, expected in _REFUSED.items():
            if options.get(name) not in (None, False):
                raise ParameterError._of(name, str(options[name]), expected)
        self.keep: str = options.pop("keep", "first")
        if self.keep not in _KEEPS:
            raise ParameterError._of("keep", str(self.keep), f"one of {', '.join(_KEEPS)}")
        if self.keep in ("earliest", "latest") and not options.get("date_field"):
            raise ParameterError._of("keep", self.keep, "together with date_field")
        self.across = bool(options.get("across_sources"))
        if self.across and not options.get("source_field"):
            raise ParameterError._of("across_sources", "True", "together with source_field")
        for name, column in named.items():
            if column not in columns:
                raise ParameterError._of(name, column, f"the name of a column, one of {', '.join(columns)}")
        self.source: str | None = options.get("source_field")
        if self.source is not None and self.source not in columns:
            raise ParameterError._of("source_field", self.source, f"the name of a column, one of {', '.join(columns)}")

        # Tasks run beside each other already.
        self.options: dict[str, Any] = {"threads": 1, **options}
        own = (named["id"], named["text"])
        self.fields = [name for name in _native.engine_fields(**self.options) if name in columns and name not in own]

    @property
    def identity(self) -> dict[str, Any]:
        """What must be the same for a run to go on."""
        options = {name: str(value) for name, value in sorted(self.options.items()) if name not in ("threads", "memory", "temp_dir")}
        return {"version": _native.__version__, "keep": self.keep, "options": options}

    @property
    def order(self) -> list[tuple[str, bool]]:
        """The columns by which rows are put into keeper order, and whether each descends. Rows that lack a value come last."""
        policy = [*_ORDERS[self.keep], ("place", False), ("id", False)]
        # A text that has all of another is no shorter.
        longest = [("tokens", True)] if self.options.get("lossless") else []
        return [("is_reference", True), *longest, *policy]

    @property
    def apart(self) -> list[str]:
        """The columns by which equal texts are different nodes."""
        dates = ["date"] if self.options.get("window") is not None else []
        return [*dates, *(["origin"] if self.across else [])]

    @property
    def is_judged(self) -> bool:
        """Whether pairs are judged by the frequencies of the corpus."""
        return self.options.get("facts", "guard") not in ("off", False)

    @property
    def finds_contained(self) -> bool:
        """Whether texts are searched for inside others."""
        return self.options.get("containment", 0.8) is not None

    def frequencies(
        self, texts: int, entries: int, words: Iterable[tuple[int, int, list[int]]], trigrams: Iterable[tuple[int, int]] | None
    ) -> _native.Frequencies:
        """The frequencies in a corpus of ``texts`` distinct texts. ``words`` are rows of :func:`_engine_stages.worded`."""
        sample = [((high + 2**63, low + 2**63), [word % 2**32 for word in hashes]) for high, low, hashes in words]
        bound, _ = self.counted(entries)
        counted = None if bound is None or trigrams is None else (bound, list(trigrams))
        return _native.Frequencies(texts, sample, counted, self.options.get("seed", 1))

    def counted(self, entries: int) -> tuple[int | None, int]:
        """Below which bound sampled shingles are counted, if they are, and the fewest texts of one that counts."""
        return _native.engine_trigram_bound(entries, **self.options)


def lost_pairs_warning(lost: int) -> str:
    """What a run says that verified ``lost`` pairs of candidates less than it found."""
    counted = "candidate pair was" if lost == 1 else "candidate pairs were"
    limits = "lines of one template beyond the nearest, or lists longer than the largest bucket (max_bucket)"
    return f"up to {lost} {counted} not verified: {limits}"


def removed_relations(remove: Iterable[str]) -> list[str]:
    """The relations of members that are removed."""
    removed = list(remove)
    for relation in removed:
        if relation not in ("exact", "near"):
            raise ParameterError._of("remove", relation, "some of exact, near")
    return removed


def taken_languages(sure: Iterable[tuple[str | None, str, int]], unsure: Iterable[str | None]) -> dict[str | None, str]:
    """The languages that texts which do not tell theirs take from their source. ``sure`` counts texts that do, by source and
    language, ``unsure`` are the sources of the others. Sources whose texts stay what they were taken for are left out."""
    everything: list[tuple[str, int]] = []
    of_source: dict[str | None, list[tuple[str, int]]] = {}
    for source, language, count in sure:
        everything.append((language, count))
        of_source.setdefault(source, []).append((language, count))
    taken = {source: _native.engine_language(of_source.get(source, []), everything) for source in unsure}
    return {source: language for source, language in taken.items() if language != "ar"}
