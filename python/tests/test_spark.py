"""Spark moves the rows; the rows that come out are those of one run."""

import os
import shutil
import sys

import pytest
from engine_rows import COLUMNS, ROWS, one_run, one_run_against

import mukarrar

pytest.importorskip("pyspark", minversion="4", reason="needs pyspark (pip install 'mukarrar[spark]') and Java 17")

from pyspark.sql import SparkSession  # noqa: E402

from mukarrar import spark as engine  # noqa: E402

# Workers run in the environment of the test.
os.environ["PYSPARK_PYTHON"] = sys.executable
SCHEMA = ", ".join(f"{name} string" for name in COLUMNS)

@pytest.fixture(scope="module")
def session(tmp_path_factory):
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    session = builder.config("spark.sql.shuffle.partitions", "3").config("spark.driver.host", "127.0.0.1").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    session.sparkContext.setCheckpointDir(str(tmp_path_factory.mktemp("checkpoints")))
    yield session
    session.stop()


@pytest.fixture(scope="module")
def frame(session):
    made = [tuple(row.values()) for row in ROWS]
    return session.createDataFrame([*made, ("null", None, None, "site0", None, None)], SCHEMA).repartition(5)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"keep": "latest", "date_field": "date", "window": "9d", "source_field": "site"},
        {"keep": "longest", "facts": "off", "threshold": 0.4},
        {"keep": "last", "containment": None, "seed": 7, "max_bucket": 2},
        {"lossless": True, "across_sources": True, "source_field": "site"},
    ],
    ids=["defaults", "window and sources", "without facts", "without containment", "without loss, across sources"],
)
def test_rows_are_those_of_one_run(frame, tmp_path, options):
    found = engine.clusters(frame, **options).collect()
    rows = {(row.id, row.keeper, row.relation, row.reason, row.jaccard, row.containment) for row in found}
    assert len(rows) == len(found)
    assert rows == one_run(tmp_path, options)
    relations = {row.relation for row in found}
    assert "exact" in relations
    assert ("near" in relations) == ("lossless" not in options)
    assert ("contained" in relations) == ("containment" not in options)


def test_lost_pairs_are_warned_of_as_by_one_run(frame):
    told = mukarrar.clusters(ROWS, max_bucket=2).summary
    assert told["lost_pairs"] > 0
    with pytest.warns(UserWarning, match="not verified") as caught:
        engine.clusters(frame, max_bucket=2)
    assert [str(warning.message) for warning in caught if "not verified" in str(warning.message)] == told["warnings"]


def test_references_are_only_keepers(session, frame, tmp_path):
    against = [{**row, "id": f"r{place:05}"} for place, row in enumerate(ROWS[::3])]
    one = one_run_against(tmp_path, against)
    there = session.createDataFrame([tuple(row.values()) for row in against], SCHEMA)
    found = engine.clusters(frame, against=there).filter("relation in ('exact', 'near')").collect()
    assert {(row.id, row.keeper, row.relation, row.jaccard, row.reference) for row in found} == one
    assert sum(row.reference for row in found) > len(against) / 2


def test_dedup_leaves_the_rows_that_one_run_keeps(frame, tmp_path):
    kept = [row.id for row in engine.dedup(frame).select("id").collect()]
    gone = {id for id, _, relation, *_ in one_run(tmp_path, {}) if relation in ("exact", "near")}
    assert sorted(kept) == sorted(row["id"] for row in ROWS if row["id"] not in gone)
    only_exact = engine.dedup(frame, remove=["exact"]).count()
    assert len(kept) < only_exact < len(ROWS)


def test_many_copies_of_one_text_are_one_node(session, frame):
    many = session.range(20_000).selectExpr("concat('m', id) id", f"'{ROWS[0]['text']}' text")
    found = engine.clusters(many.union(frame.select("id", "text")), order="id", containment=None)
    keepers = {row.keeper: row["count"] for row in found.filter("relation = 'exact'").groupBy("keeper").count().collect()}
    assert keepers["m0"] == 20_000


def test_rows_without_copies_and_no_rows_give_no_members(session):
    rows = session.createDataFrame([(1, "نص أول لا يشبه غيره"), (2, "خبر آخر عن شيء مختلف تماما")], "id int, text string")
    assert engine.clusters(rows).count() == 0
    assert engine.dedup(rows).count() == 2
    assert engine.clusters(rows.limit(0)).count() == 0


def test_the_same_call_goes_on_from_finished_stages(frame, tmp_path):
    work = tmp_path / "work"
    rows = {tuple(row) for row in engine.clusters(frame, work_dir=str(work)).collect()}
    assert {row[:2] + row[2:6] for row in rows} == one_run(tmp_path, {})

    # As if the driver was lost while it wrote a stage.
    for stage in ("links", "contained", "settled", "members"):
        shutil.rmtree(work / stage)
    (work / "links").mkdir()
    (work / "links" / "part-torn.parquet").write_bytes(b"torn")
    before = (work / "ranked" / "_SUCCESS").stat().st_mtime_ns
    assert {tuple(row) for row in engine.clusters(frame, work_dir=str(work)).collect()} == rows
    assert (work / "ranked" / "_SUCCESS").stat().st_mtime_ns == before

    for other, options in [(frame, {"threshold": 0.5}), (frame.filter("id <> 'r00003'"), {})]:
        with pytest.raises(mukarrar.ParameterError, match="of the same run"):
            engine.clusters(other, work_dir=str(work), **options)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter").write_text("keep me")
    with pytest.raises(mukarrar.ParameterError, match="a new or empty directory"):
        engine.clusters(frame, work_dir=str(tmp_path / "mine"))


def test_what_is_not_supported_is_refused_by_name(session, frame):
    for options, part in [
        ({"across_sources": True}, "together with source_field"),
        ({"keep": "max:size"}, "one of first, last"),
        ({"keep": "latest"}, "together with date_field"),
        ({"unit": "line"}, "unit cannot be line"),
        ({"text": "body"}, "text cannot be body"),
        ({"source_field": "nothing"}, "source_field cannot be nothing"),
        ({"treshold": 1}, "treshold"),
    ]:
        with pytest.raises((mukarrar.ParameterError, TypeError), match=part):
            engine.clusters(frame, **options)
    with pytest.raises(mukarrar.ParameterError, match="some of exact, near"):
        engine.dedup(frame, remove=["contained"])
    twice = frame.union(frame.limit(1))
    with pytest.raises(mukarrar.ParameterError, match="unique"):
        engine.clusters(twice)


def test_frequencies_move_between_processes():
    import pickle

    from mukarrar import _mukarrar

    made = _mukarrar.Frequencies(10, [((1, 2), [3, 4])], (100, [(5, 6)]), 1)
    again = pickle.loads(pickle.dumps(made))
    assert again.__reduce__() == made.__reduce__()
    with pytest.raises(mukarrar.CorruptError):
        _mukarrar.Frequencies._of_bytes(b"nothing", 1)
