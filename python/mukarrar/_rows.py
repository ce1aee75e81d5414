"""The rows of a frame as a run reads them, and the way back: ids go back as they came."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any

from ._errors import ParameterError
from ._frames import Added, Dicts, Pairs, Texts, is_missing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ._frames import Frame

# Columns that a run reads of files without being told: titles, what names a source, and dates.
USUAL = (
    "title", "headline", "heading", "Title", "Headline", "source", "Source",
    "url", "link", "URL", "Link", "source_url", "article_url",
    "date", "Date", "published", "published_at", "datetime", "timestamp",
)  # fmt: skip


class Rows:
    """The rows of a frame as a run reads them, and the way back.

    A run knows a row by its id if all ids are distinct strings or whole numbers that cannot be taken for a unit of another row, and
    else by its number.
    """

    def __init__(self, frame: Frame, names: dict[str, str | None]) -> None:
        self.frame = frame
        known = frame.columns()
        self.text = self._named("text", names.get("text") or frame.text, known)
        self.texts = frame.column(self.text)
        named = names.get("id")
        self.id = self._named("id", named, known) if named else ("id" if "id" in known else None)
        self.ids: Sequence[Any] = frame.column(self.id) if self.id else range(len(self.texts))
        taken = (self.text, self.id)
        self.fields = {name: frame.column(name) for name in USUAL if name in known and name not in taken}
        self.fields.update({name: frame.column(self._named(name, column, known)) for name, column in names.items()
                            if column and name not in ("text", "id")})
        self._names = _distinct_names(self.ids)
        self._rows = None if self._names is None else {name: row for row, name in enumerate(self._names)}
        for row, text in enumerate(self.texts):
            if not isinstance(text, str) and not is_missing(text):
                raise TypeError(f"{self._place(row)}: its text is {_kind(text)}, not a string")

    @staticmethod
    def _named(name: str, column: str, known: list[str]) -> str:
        if column not in known:
            expected = f"the name of a column, one of {', '.join(known)}"
            raise ParameterError._of(name, column, expected)
        return column

    def _place(self, row: int) -> str:
        return f"item {row}" if isinstance(self.frame, (Pairs, Texts, Dicts)) else f"row {row}"

    def __len__(self) -> int:
        return len(self.texts)

    def records(self, names: Mapping[str, str] | None = None) -> Iterator[tuple[Any, ...]]:
        """What the library reads: ids, texts, and fields as JSON. A missing text is an empty one. ``names`` are further names of what
        is given."""
        for row, text in enumerate(self.texts):
            text = text if isinstance(text, str) else ""
            name = row if self._names is None else self._names[row]
            fields = {name: _plain(values[row]) for name, values in self.fields.items()}
            if names:
                given = {**fields, "id": str(name), "text": text}
                fields.update({field: given[role] for role, field in names.items() if role in given})
            yield (name, text, json.dumps(fields, ensure_ascii=False)) if fields else (name, text)

    def name(self, shown: str) -> Any:
        """The id that a result calls ``shown``: of a unit in a text, a string with the number of the unit."""
        row, unit, number = shown.partition("#")
        name = self.ids[self.row(row)]
        return f"{name}{unit}{number}" if unit else name

    def row(self, shown: str) -> int:
        """The row that a result calls ``shown``, or the row of that unit."""
        name = shown.partition("#")[0]
        return int(name) if self._rows is None else self._rows[name]

    def shown(self, id: Any) -> str:
        """What a run calls the row with an id; the id itself if there is none."""
        if self._names is not None:
            return str(id)
        return next((str(row) for row, known in enumerate(self.ids) if known == id), str(id))

    def taken(self, kept: Mapping[int, str], added: Mapping[int, dict[str, Any]] | None = None, field: str = "") -> Any:
        """The frame of the rows that stay, with the texts that the run left of them, and with what is ``added`` to each row: in one
        ``field`` of dicts, and else in a column for each value, as in ``field_cluster``."""
        changed = {row: text for row, text in kept.items() if isinstance(self.texts[row], str) and text != self.texts[row]}
        rows = sorted(kept)
        columns = {} if added is None else self._columns([added[row] for row in rows], field)
        return self.frame.taken(rows, self.text, changed, columns)

    def _columns(self, added: list[dict[str, Any]], field: str) -> Added:
        if isinstance(self.frame, Dicts):
            columns: Added = {field: list(added)}
        else:
            names = list(dict.fromkeys(name for values in added for name in values))
            columns = {f"{field}_{name}": [values.get(name) for values in added] for name in names}
        taken = [name for name in columns if name in self.frame.columns()]
        if taken:
            expected = f"another name: there is a column {taken[0]!r} already"
            raise ParameterError(f"the new field cannot be {field}: {expected}", name="annotate", value=field, expected=expected)
        return columns


def _distinct_names(ids: Sequence[Any]) -> list[str] | None:
    """Ids as the names of records; ``None`` if two of them are equal as text, or one of them cannot be a name."""
    names = []
    for id in ids:
        if not isinstance(id, (str, int)) or isinstance(id, bool):
            return None
        name = str(id)
        if not name or name != name.strip() or not name.isprintable() or "#" in name:
            return None
        names.append(name)
    return names if len(set(names)) == len(names) else None


def _plain(value: Any) -> Any:
    """A value of a field as JSON has it."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    if isinstance(value, (bytes, bytearray)):
        return b64encode(value).decode("ascii")
    if is_missing(value):
        return None
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "item"):
        value = value.item()
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else str(value)


def _kind(value: Any) -> str:
    return type(value).__name__
