"""Which stored texts no kept item has yet, so that those of lost items can be taken out again."""

from __future__ import annotations

from typing import Any

# An item whose end is never told (later pipelines made another object with another key of it) is taken for kept in the end.
MOST_IN_FLIGHT = 10_000


class Flight:
    """One item on its way through later pipelines."""

    def __init__(self, of: InFlight, item: Any, key: str | None) -> None:
        self._of = of
        # Held, so that no other item gets its id.
        self.item = item
        self.key = key
        # Stored texts that this item has, and no kept one.
        self.names: set[str] = set()

    def stored(self, name: str) -> None:
        """The text now under ``name`` is that of this item."""
        self.removed(name)
        self._of.unkept[name] = [self]
        self.names.add(name)

    def shares(self, name: str) -> None:
        """This item has the text under ``name``, too."""
        flights = self._of.unkept.get(name)
        if flights is not None and self not in flights:
            flights.append(self)
            self.names.add(name)

    def removed(self, name: str) -> None:
        """The text under ``name`` is gone from the index."""
        self._of.settle(name)


class InFlight:
    """The items on their way. A stored text is kept with the first kept item that has it, and lost with the last lost one."""

    def __init__(self) -> None:
        # Stored texts that no kept item has, and the items that would keep them.
        self.unkept: dict[str, list[Flight]] = {}
        # In the order they came; one object can be on its way twice, and so can one key.
        self._by_item: dict[int, list[Flight]] = {}
        self._by_key: dict[str, list[Flight]] = {}

    def begin(self, item: Any, key: str | None) -> Flight:
        if len(self._by_item) >= MOST_IN_FLIGHT:
            self._keep(next(iter(self._by_item.values()))[0])
        flight = Flight(self, item, key)
        self._by_item.setdefault(id(item), []).append(flight)
        if key is not None:
            self._by_key.setdefault(key, []).append(flight)
        return flight

    def kept(self, item: Any, key: str | None) -> None:
        flight = self._find(item, key)
        if flight is not None:
            self._keep(flight)

    def lost(self, item: Any, key: str | None) -> list[str]:
        """The names of the texts that no item keeps any more."""
        flight = self._find(item, key)
        if flight is None:
            return []
        self.end(flight)
        for name in flight.names:
            self.unkept[name].remove(flight)
        free = sorted(name for name in flight.names if not self.unkept[name])
        for name in free:
            self.settle(name)
        return free

    def settle(self, name: str) -> None:
        """What becomes of the text under ``name`` is decided."""
        for flight in self.unkept.pop(name, []):
            flight.names.discard(name)

    def _find(self, item: Any, key: str | None) -> Flight | None:
        # By its key where another pipeline put a new object in the item's place. If that is the wrong item, a copy may be kept twice,
        # which is better than a text lost.
        flights = self._by_item.get(id(item)) or self._by_key.get(key or "")
        return flights[0] if flights else None

    def _keep(self, flight: Flight) -> None:
        self.end(flight)
        for name in tuple(flight.names):
            self.settle(name)

    def end(self, flight: Flight) -> None:
        """The item goes no further on its way."""
        _take(self._by_item, id(flight.item), flight)
        if flight.key is not None:
            _take(self._by_key, flight.key, flight)


def _take(flights: dict[Any, list[Flight]], name: Any, flight: Flight) -> None:
    flights[name].remove(flight)
    if not flights[name]:
        del flights[name]
