"""Frames as the input of a run, and results of the same kind.

Each kind of frame gives its columns as lists and is filtered by its own methods, so that no package is needed but the one that the
frame is of.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from ._errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def is_missing(value: Any) -> bool:
    """Whether a value is missing: ``None``, a NaN, or the missing values of pandas."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, float) and value != value


# New columns by their names.
Added = dict[str, list[Any]]


class Frame:
    """Rows with columns. ``source`` is the object that the caller gave."""

    # The column of texts where it is not named.
    text = "text"
    # Whether columns can be added.
    takes_columns = True

    def __init__(self, source: Any) -> None:
        self.source = source

    def columns(self) -> list[str]:
        raise NotImplementedError

    def column(self, name: str) -> list[Any]:
        raise NotImplementedError

    def taken(self, rows: list[int], text: str, texts: Mapping[int, str], added: Added) -> Any:
        """The frame of some rows in the kind that was given, with new ``texts`` for some, and with columns ``added``."""
        raise NotImplementedError

    def _new_column(self, rows: list[int], text: str, texts: Mapping[int, str]) -> list[Any]:
        old = self.column(text)
        return [texts.get(row, old[row]) for row in rows]


class Pandas(Frame):
    def columns(self) -> list[str]:
        return [str(name) for name in self.source.columns]

    def column(self, name: str) -> list[Any]:
        column = self.source[name]
        if column.ndim != 1:
            raise ParameterError(f"there are several columns {name!r}; rename them", name="text", value=name)
        return list(column.tolist())

    def taken(self, rows: list[int], text: str, texts: Mapping[int, str], added: Added) -> Any:
        frame = self.source.iloc[rows]
        if texts:
            frame = frame.assign(**{text: self._new_column(rows, text, texts)})
        return frame.assign(**{name: _pandas_column(values) for name, values in added.items()}) if added else frame


class Polars(Frame):
    def columns(self) -> list[str]:
        return list(self.source.columns)

    def column(self, name: str) -> list[Any]:
        return list(self.source.get_column(name).to_list())

    def taken(self, rows: list[int], text: str, texts: Mapping[int, str], added: Added) -> Any:
        frame = self.source.filter(_mask(rows, self.source.height))
        if texts:
            column = type(self.source.get_column(text))(text, self._new_column(rows, text, texts))
            frame = frame.with_columns(column)
        series = type(self.source.get_column(text))
        return frame.with_columns([series(name, values) for name, values in added.items()]) if added else frame


class LazyPolars(Polars):
    """A query. It is run once."""

    def __init__(self, source: Any) -> None:
        super().__init__(source.collect())

    def taken(self, rows: list[int], text: str, texts: Mapping[int, str], added: Added) -> Any:
        return super().taken(rows, text, texts, added).lazy()


class ArrowTable(Frame):
    """A table of pyarrow."""

    def columns(self) -> list[str]:
        return list(self.source.schema.names)

    def column(self, name: str) -> list[Any]:
        return list(self.source.column(name).to_pylist())

    def taken(self, rows: list[int], text: str, texts: Mapping[int, str], added: Added) -> Any:
        import pyarrow  # type: ignore[import-untyped, unused-ignore]

        table = self.source.filter(pyarrow.array(_mask(rows, self.source.num_rows), pyarrow.bool_()))
        if texts:
            place = table.schema.get_field_index(text)
            field = table.schema.field(place)
            table = table.set_column(place, field, pyarrow.array(self._new_column(rows, text, texts), field.type))
        for name, values in added.items():
            # A batch has another name for the same.
            append = table.append_column if hasattr(table, "append_column") else None
            table = append(name, pyarrow.array(values)) if append else _batch_with(table, name, pyarrow.array(values))
        return table


class ArrowReader(ArrowTable):
    """A reader of pyarrow. It is read to its end."""

    def __init__(self, source: Any) -> None:
        super().__init__(source.read_all())

    def taken(self, rows: list[int], text: str, texts: Mapping[int, str], added: Added) -> Any:
        return super().taken(rows, text, texts, added).to_reader()


class ArrowStream(ArrowTable):
    """Any other object with the Arrow C stream interface. A table of pyarrow comes back."""

    def __init__(self, source: Any) -> None:
        try:
            import pyarrow  # type: ignore[import-untyped, unused-ignore]
        except ImportError:
            name = type(source).__name__
            raise TypeError(f"{name} is read through the Arrow C stream interface, which needs pyarrow: install it") from None
        super().__init__(pyarrow.table(source))


class HuggingFace(Frame):
    """A ``datasets.Dataset``."""

    def columns(self) -> list[str]:
        return list(self.source.column_names)

    def column(self, name: str) -> list[Any]:
        return list(self.source.with_format(None)[name])

    def taken(self, rows: list[int], text: str, texts: Mapping[int, str], added: Added) -> Any:
        kept = self.source.select(rows)
        if texts:
            names, column = kept.column_names, self._new_column(rows, text, texts)
            kept = kept.remove_columns(text).add_column(text, column).select_columns(names)
        for name, values in added.items():
            kept = kept.add_column(name, values)
        return kept


class Dicts(Frame):
    def columns(self) -> list[str]:
        return [str(name) for name in dict.fromkeys(name for row in self.source for name in row)]

    def column(self, name: str) -> list[Any]:
        return [row.get(name) for row in self.source]

    def taken(self, rows: list[int], text: str, texts: Mapping[int, str], added: Added) -> Any:
        kept = [{**self.source[row], text: texts[row]} if row in texts else self.source[row] for row in rows]
        return [{**row, **dict(zip(added, values))} for row, values in zip(kept, zip(*added.values()))] if added else kept


class Texts(Frame):
    """A list of texts, or a column of pandas or Polars."""

    takes_columns = False

    def columns(self) -> list[str]:
        return ["text"]

    def column(self, name: str) -> list[Any]:
        return list(self.source)

    def taken(self, rows: list[int], text: str, texts: Mapping[int, str], added: Added) -> Any:
        return [texts.get(row, self.source[row]) for row in rows]


class Series(Texts):
    """A column of pandas or Polars."""

    def column(self, name: str) -> list[Any]:
        return list(self.source.to_list())

    def taken(self, rows: list[int], text: str, texts: Mapping[int, str], added: Added) -> Any:
        column = self.source.iloc[rows] if hasattr(self.source, "iloc") else self.source.filter(self._kept(rows))
        if not texts:
            return column
        values = self._new_column(rows, text, texts)
        if hasattr(column, "iloc"):
            return type(column)(values, index=column.index, name=column.name)
        return type(column)(column.name, values)

    def _kept(self, rows: list[int]) -> Any:
        return type(self.source)(_mask(rows, len(self.source)))


class Pairs(Frame):
    """``(id, text)`` pairs."""

    takes_columns = False

    def columns(self) -> list[str]:
        return ["id", "text"]

    def column(self, name: str) -> list[Any]:
        place = 0 if name == "id" else 1
        return [pair[place] for pair in self.source]

    def taken(self, rows: list[int], text: str, texts: Mapping[int, str], added: Added) -> Any:
        return [(self.source[row][0], texts[row]) if row in texts else self.source[row] for row in rows]


def _pandas_column(values: list[Any]) -> Any:
    """A column of pandas. Whole numbers stay whole, also if some values are missing."""
    import pandas  # type: ignore[import-untyped, unused-ignore]

    kinds = {type(value) for value in values if value is not None}
    return pandas.array(values, dtype="Int64") if kinds == {int} else pandas.array(values, dtype=object)


def _batch_with(batch: Any, name: str, values: Any) -> Any:
    """A batch of pyarrow with one more column."""
    return type(batch).from_arrays([*batch.columns, values], names=[*batch.schema.names, name])


def _mask(rows: list[int], length: int) -> list[bool]:
    mask = [False] * length
    for row in rows:
        mask[row] = True
    return mask


def _family(source: Any) -> str:
    """The package of an object and its class, such as ``pandas.DataFrame``."""
    for kind in type(source).__mro__:
        package = kind.__module__.partition(".")[0]
        if package in ("pandas", "polars", "pyarrow", "datasets"):
            return f"{package}.{kind.__name__}"
    return ""


_KINDS: dict[str, Callable[[Any], Frame]] = {
    "pandas.DataFrame": Pandas,
    "pandas.Series": Series,
    "polars.DataFrame": Polars,
    "polars.LazyFrame": LazyPolars,
    "polars.Series": Series,
    "pyarrow.Table": ArrowTable,
    "pyarrow.RecordBatch": ArrowTable,
    "pyarrow.RecordBatchReader": ArrowReader,
    "datasets.Dataset": HuggingFace,
}

_REFUSED = {
    "datasets.DatasetDict": "a DatasetDict holds several splits; give one of them",
    "datasets.IterableDatasetDict": "an IterableDatasetDict holds several splits; give one of them",
}


def is_path(value: Any) -> bool:
    """Whether a value is the path of a file."""
    return isinstance(value, (str, os.PathLike))


def frame_of(source: Any) -> Frame | list[Any]:
    """The frame that ``source`` is, or the paths."""
    if isinstance(source, Frame):
        return source
    if is_path(source):
        return [source]
    family = _family(source)
    if family in _REFUSED:
        raise TypeError(_REFUSED[family])
    if family in _KINDS:
        return _KINDS[family](source)
    if hasattr(source, "__arrow_c_stream__"):
        return ArrowStream(source)
    if isinstance(source, dict) or not hasattr(source, "__iter__"):
        what = "a dict is no list of records; give a list of dicts" if isinstance(source, dict) else type(source).__name__
        raise TypeError(f"{what}: not paths, (id, text) pairs, texts, dicts or a frame")
    return _of_items(list(source))


def _of_items(items: list[Any]) -> Frame | list[Any]:
    """The frame of a list: of its first item's kind, which all others must have. Paths stay as they are."""
    first = next((item for item in items if not is_missing(item)), None)
    if isinstance(first, dict):
        kind: type[Frame] = Dicts
        fits: Callable[[Any], bool] = lambda item: isinstance(item, dict)  # noqa: E731
        what = "a dict"
    elif isinstance(first, str) and not _are_files(items):
        kind, fits, what = Texts, lambda item: isinstance(item, str) or is_missing(item), "a text"
    elif is_path(first):
        if not all(is_path(item) for item in items):
            raise TypeError("paths and records are mixed; give one kind")
        return items
    else:
        kind, fits, what = Pairs, _is_pair, "an (id, text) pair of a string or int and a string"
    for place, item in enumerate(items):
        if not fits(item):
            if is_path(item):
                raise TypeError("paths and records are mixed; give one kind")
            raise TypeError(f"item {place} is no {what.removeprefix('a ').removeprefix('an ')}")
    return kind(items)


def _is_pair(item: Any) -> bool:
    return isinstance(item, (tuple, list)) and len(item) == 2


def _are_files(items: list[Any]) -> bool:
    """Whether strings are paths: one of them exists, or none of them has a space."""
    strings = [item for item in items if isinstance(item, str)]
    return not any(" " in item or "\n" in item for item in strings) or any(_exists(item) for item in strings)


def _exists(item: str) -> bool:
    try:
        return os.path.exists(item)
    except ValueError:
        return False
