"""Functions of Arrow batches, tables and streams."""

import json
from pathlib import Path

import polars
import pyarrow
import pytest

import mukarrar

STORIES = Path(__file__).resolve().parents[2] / "corpus" / "stories.jsonl"
ROWS = [json.loads(line) for line in STORIES.read_text("utf-8").split("\n") if line]
TABLE = pyarrow.table({"id": [row["id"] for row in ROWS], "text": [row["text"] for row in ROWS]})


def test_tables_and_readers_are_sketched_as_their_batches_are():
    hasher = mukarrar.MinHasher()
    whole = pyarrow.table(mukarrar.sketch_batch(TABLE, hasher))
    batches = [pyarrow.record_batch(mukarrar.sketch_batch(batch, hasher)) for batch in TABLE.to_batches(max_chunksize=7)]
    assert len(batches) > 2 and whole.equals(pyarrow.Table.from_batches(batches).combine_chunks())
    in_parts = mukarrar.sketch_batch(TABLE.to_reader(max_chunksize=7), hasher)
    assert len(in_parts) == len(ROWS) and pyarrow.table(in_parts).combine_chunks().equals(whole)
    assert polars.DataFrame(mukarrar.sketch_batch(polars.DataFrame(TABLE), hasher)).height == len(ROWS)
    assert whole["signature"][3].as_py() == hasher.sketch(ROWS[3]["text"]).values
    assert pyarrow.table(mukarrar.sketch_batch(TABLE.slice(0, 0), hasher)).schema == whole.schema


def test_pairs_are_verified_as_compare_does():
    pairs = [(a, b) for a in range(6) for b in range(a + 1, 12)]
    columns = {"a": [a for a, _ in pairs], "text_a": [ROWS[a]["text"] for a, _ in pairs], "text_b": [ROWS[b]["text"] for _, b in pairs]}
    found = pyarrow.table(mukarrar.verify_batch(pyarrow.table(columns), threshold=0.5))
    assert found.column_names == ["a", "jaccard", "containment", "relation", "reason"]
    for (a, b), row in zip(pairs, found.to_pylist()):
        told = mukarrar.compare(ROWS[a]["text"], ROWS[b]["text"], threshold=0.5)
        assert (row["a"], row["jaccard"], row["containment"]) == (a, told.jaccard, told.containment)
        assert (row["relation"], row["reason"]) == (told.relation, told.reason)
    assert {"near", "exact"} & set(found["relation"].to_pylist())


def test_nulls_stay_nulls_and_columns_have_names():
    batch = pyarrow.record_batch({"left": ["نص الخبر كامل هنا", None], "right": ["نص الخبر كامل هنا", "نص"]})
    found = pyarrow.record_batch(mukarrar.verify_batch(batch, text_a="left", text_b="right"))
    assert found["jaccard"].to_pylist() == [1.0, None] and found["relation"].to_pylist() == ["exact", None]
    with pytest.raises(mukarrar.ParameterError, match="text_a cannot be text_a: the name of a column, one of left, right"):
        mukarrar.verify_batch(batch)
    with pytest.raises(mukarrar.ParameterError, match="text_b cannot be n: a column of strings"):
        mukarrar.verify_batch(pyarrow.record_batch({"n": [1], "t": ["نص"]}), text_a="t", text_b="n")
    with pytest.raises(TypeError, match="list has neither __arrow_c_array__ nor __arrow_c_stream__"):
        mukarrar.verify_batch([])
    with pytest.raises(TypeError, match="unexpected keyword argument 'keep'"):
        mukarrar.verify_batch(batch, keep="first")
