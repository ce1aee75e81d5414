"""What an index says of pages that are fetched again and again, whole or in parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._in_flight import Flight
from ._mukarrar import Index, Match, units

if TYPE_CHECKING:
    from ._options import UnitName

# A page's names in the index have gaps, where a part was a copy or another kind of unit. A wider gap than this ends them.
WIDEST_GAP = 32


class Answer:
    """What is said of a page: a word for the statistics, and the stored text that decided it."""

    def __init__(self, kind: str, match: Match | None = None) -> None:
        self.kind = kind
        self.match = match


class _Part:
    """A text of a page, and the name that it gets in the index."""

    def __init__(self, name: str, text: str, kind: str) -> None:
        self.name = name
        self.text = text
        self.kind = kind


class Pages:
    """Asks an index about pages, and stores what they have that no other page has."""

    def __init__(self, index: Index, unit: UnitName) -> None:
        self.index = index
        self.unit: UnitName = unit
        # Texts stored or taken out so far.
        self.changes = 0

    def check_and_store(self, key: str, text: str, source: str | None, flight: Flight) -> Answer:
        parts = self._parts(key, text)
        held = self._held(key, parts)
        answers = self._again(key, held, parts, source, flight) if held else self._first(key, parts, source, flight)
        answers = [answer for answer in answers if answer.kind != "empty"] or answers
        # A page repeats others only if every part does; it has changed if one part has.
        fresh = [answer for answer in answers if answer.kind != "duplicate"]
        if fresh:
            return next((answer for answer in fresh if answer.kind == "updated"), fresh[0])
        return max(answers, key=lambda answer: answer.match.jaccard if answer.match else 0.0)

    def repeats(self, key: str, text: str, source: str | None) -> bool:
        """Whether a page has nothing but what other pages have. Stores nothing."""
        verdicts = [self.index.check(part.text, source=source, kind=part.kind) for part in self._parts(key, text)]
        told = [verdict for verdict in verdicts if verdict.kind != "empty"]
        return bool(told) and all(verdict.is_duplicate and not _is_own(verdict.match, key) for verdict in told)

    def holds(self, key: str) -> bool:
        """Whether a text of the page is in the index, whole or in parts."""
        return key in self.index or any(f"{key}#{number}" in self.index for number in range(WIDEST_GAP + 1))

    def _parts(self, key: str, text: str) -> list[_Part]:
        parts = []
        if self.unit != "document":
            wanted = (unit for unit in units(text, self.unit) if unit.kind == self.unit)
            parts = [_Part(f"{key}#{unit.number}", unit.text, unit.kind) for unit in wanted]
        # A page without a single story is compared whole.
        return parts or [_Part(key, text, "document")]

    def _held(self, key: str, parts: list[_Part]) -> set[str]:
        """The keys of all texts of the page in the index, of any unit."""
        held = {name for name in (key, *(part.name for part in parts)) if name in self.index}
        number = gap = 0
        while gap <= WIDEST_GAP:
            name = f"{key}#{number}"
            gap += 1
            if name in self.index:
                held.add(name)
                gap = 0
            number += 1
        return held

    def _first(self, key: str, parts: list[_Part], source: str | None, flight: Flight) -> list[Answer]:
        """A page that the index does not know."""
        answers: list[Answer] = []
        for part in parts:
            verdict = self.index.check_and_insert(part.name, part.text, source=source, kind=part.kind)
            if verdict.kind in ("new", "variant"):
                self._stored(part.name, flight)
            # What the page itself says twice is no copy.
            says_again = verdict.is_duplicate and _is_own(verdict.match, key)
            answers.append(Answer("known") if says_again else Answer(verdict.kind, verdict.match))
        return answers

    def _again(self, key: str, held: set[str], parts: list[_Part], source: str | None, flight: Flight) -> list[Answer]:
        """A page that was kept before: after a pause, or fetched anew. Parts move and change, so each is known by its text, not by its
        name. Afterwards the index holds what the page has now; a page that is nothing but copies changes nothing."""
        answers: list[Answer] = []
        changed: list[_Part] = []
        same: set[str] = set()
        for part in parts:
            verdict = self.index.check(part.text, source=source, kind=part.kind)
            match = verdict.match
            own = _is_own(match, key)
            if match is not None and own and match.relation == "exact":
                same.add(match.key)
                answers.append(Answer("known"))
            elif verdict.kind == "empty" or (verdict.is_duplicate and not own):
                answers.append(Answer(verdict.kind, match))
            else:
                changed.append(part)
                answers.append(Answer("updated"))
        if not same and not changed:
            return answers
        for name in sorted(same):
            flight.shares(name)
        for name in sorted(held - same):
            self.index.remove(name)
            flight.removed(name)
            self.changes += 1
            answers.append(Answer("updated"))
        for part in changed:
            name, number = part.name, len(parts)
            while name in self.index:
                # Another part, which moved, has the name.
                name, number = f"{key}#{number}", number + 1
            self.index.insert(name, part.text, source=source, kind=part.kind)
            self._stored(name, flight)
        return answers

    def _stored(self, name: str, flight: Flight) -> None:
        flight.stored(name)
        self.changes += 1


def _is_own(match: Match | None, key: str) -> bool:
    """Whether what matches is the page itself, or a part of it."""
    if match is None:
        return False
    page, mark, number = match.key.rpartition("#")
    return match.key == key or (mark == "#" and page == key and number.isdecimal())
