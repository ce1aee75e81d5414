"""Lists of pairs and their labels, as files that the library reads."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import _mukarrar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ._options import PairLabel, Path as AnyPath
    from ._records import Pair


@contextmanager
def file_of(given: AnyPath | Iterable[Any], lines: Iterable[str] | None, name: str) -> Iterator[Path]:
    """The path that was given, or that of a temporary file with ``lines``."""
    if lines is None:
        yield Path(os.fspath(given))  # type: ignore[arg-type]
        return
    with tempfile.TemporaryDirectory(prefix="mukarrar-") as place:
        path = Path(place) / name
        path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
        yield path


def listed(pairs: Iterable[Pair]) -> Iterator[str]:
    """Pairs as lines of JSON."""
    for pair in pairs:
        row = {"id_a": str(pair.id_a), "id_b": str(pair.id_b), "relation": pair.relation}
        yield json.dumps({**row, "jaccard": pair.jaccard, "containment": pair.containment}, ensure_ascii=False)


def labelled(labels: Iterable[tuple[Any, Any, PairLabel]] | Mapping[tuple[Any, Any], PairLabel]) -> Iterator[str]:
    """Labels as lines of a file of labels."""
    rows = ((*ids, label) for ids, label in labels.items()) if isinstance(labels, Mapping) else labels
    for row in rows:
        yield tabbed(row)


def tabbed(cells: Iterable[Any]) -> str:
    """Cells with tabs between them, as the library escapes them."""
    escaped = (str(cell).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r") for cell in cells)
    return "\t".join(escaped)


def sampled(pairs: Sequence[Pair], count: int, seed: int) -> list[Pair]:
    """A sample of pairs for labelling."""
    if not pairs:
        return []
    with file_of((), listed(pairs), "pairs.jsonl") as path:
        return [pairs[place] for place in _mukarrar.sample_pairs(path, count, seed)]
