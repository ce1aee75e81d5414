"""The work on batches that engines hand out: how they cut the rows does not show."""

import random

import pytest
from engine_rows import WORDS

pyarrow = pytest.importorskip("pyarrow", reason="needs pyarrow (pip install 'mukarrar[arrow]')")

from mukarrar import _engine_stages as stages  # noqa: E402


def components():
    """Components of copies, among them a large one; the first node of every third one is a reference."""
    chance = random.Random(3)
    rows = []
    for component, size in enumerate([2, 3, 40, 2, 5, 2]):
        words = [chance.choice(WORDS) + str(chance.randrange(99)) for _ in range(80)]
        for member in range(size):
            edited = [word if chance.random() > 0.01 else chance.choice(WORDS) for word in words]
            edited.append(f"نسخة{member}")
            kind = "0" if component % 3 == 0 and member == 0 else "1"
            node = len(rows) - (1000 if kind == "0" else 0)
            rows.append((component, node, f"{kind}id{len(rows)}", " ".join(edited), '{"title": "خبر"}', "fa" if component == 4 else None, False))
    names = ("component", "node", "id", "text", "fields", "taken", "titled")
    return pyarrow.table({name: list(column) for name, column in zip(names, zip(*rows))})


def linked(batches, most):
    found = [batch.to_pylist() for batch in stages.linked({"threads": 1}, lambda: None, most)(batches)]
    rows = [tuple(row.items()) for batch in found for row in batch]
    return sorted(rows, key=str)


@pytest.mark.parametrize("rows", [1, 3, 7, 100])
@pytest.mark.parametrize("most", [0, 3_000, 20_000])
def test_components_are_whole_however_rows_come(rows, most, tmp_path):
    table = components().combine_chunks()
    table = table.set_column(5, "taken", table.column("taken").cast(pyarrow.string()))
    whole = linked(table.to_batches(), 1 << 30)
    assert len(whole) > 40
    assert linked(table.to_batches(max_chunksize=rows), most) == whole


def test_a_component_of_references_has_no_pairs():
    table = components().slice(0, 2)
    table = table.set_column(2, "id", pyarrow.array(["0a", "0b"]))
    assert linked(table.to_batches(), 1 << 30) == []
    assert linked(table.to_batches(), 0) == []


def test_large_components_go_to_the_temporary_directory_and_leave_nothing(tmp_path):
    table = components()
    work = stages.linked({"threads": 1, "temp_dir": str(tmp_path)}, lambda: None, 0)(table.to_batches())
    next(work)
    assert list(tmp_path.iterdir())
    for _ in work:
        pass
    assert not list(tmp_path.iterdir())

    absent = tmp_path / "absent"
    with pytest.raises(OSError, match="absent"):
        list(stages.linked({"threads": 1, "temp_dir": str(absent)}, lambda: None, 0)(table.to_batches()))
