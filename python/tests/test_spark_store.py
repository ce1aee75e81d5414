"""Spark reads rows from an object store, keeps finished stages there and writes rows to it, by pyarrow alone."""

import os
import sys

import pytest
from engine_rows import COLUMNS, ROWS, one_run
from s3_server import s3_server

import mukarrar

pytest.importorskip("pyspark", minversion="4", reason="needs pyspark (pip install 'mukarrar[spark]') and Java 17")
pytest.importorskip("moto.server", reason="needs moto[server]")

import pyarrow  # noqa: E402
import pyarrow.fs  # noqa: E402
import pyarrow.parquet  # noqa: E402
from pyspark.sql import SparkSession  # noqa: E402

from mukarrar import spark as engine  # noqa: E402

# Workers run in the environment of the test.
os.environ["PYSPARK_PYTHON"] = sys.executable


@pytest.fixture(scope="module")
def store():
    with s3_server() as port:
        store = pyarrow.fs.S3FileSystem(
            access_key="x", secret_key="x", region="us-east-1", endpoint_override=f"127.0.0.1:{port}", scheme="http", allow_bucket_creation=True
        )
        store.create_dir("news")
        schema = pyarrow.schema([(name, pyarrow.string()) for name in (*COLUMNS, "unread")])
        for number in range(3):
            table = pyarrow.Table.from_pylist(ROWS[number::3], schema)
            pyarrow.parquet.write_table(table, f"news/rows/day={number}/rows.parquet", filesystem=store, row_group_size=40)
        yield store


def started():
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    session = builder.config("spark.sql.shuffle.partitions", "2").config("spark.driver.host", "127.0.0.1").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


@pytest.fixture
def session():
    session = started()
    yield session
    session.stop()


@pytest.fixture
def another_session(session):
    """Starts a session after the first one was stopped."""
    made = []

    def start():
        session.stop()
        made.append(started())
        return made[0]

    yield start
    for one in made:
        one.stop()


def objects(store, path):
    found = store.get_file_info(pyarrow.fs.FileSelector(path, recursive=True))
    return {info.path: info.mtime_ns for info in found if info.is_file}


def content(store, path):
    with store.open_input_stream(path) as stream:
        return stream.read()


def put(store, path, content=b"torn"):
    with store.open_output_stream(path) as stream:
        stream.write(content)


def test_rows_and_stages_on_a_store_give_the_rows_of_one_run(session, another_session, store, tmp_path):
    frame = engine.read_parquet(session, "news/rows", filesystem=store, columns=COLUMNS)
    assert frame.columns == list(COLUMNS)
    rows = {tuple(row) for row in engine.clusters(frame, work_dir="news/work", filesystem=store).collect()}
    one = one_run(tmp_path, {})
    assert {row[:2] + row[2:6] for row in rows} == one

    # As if the driver was lost while it wrote a stage. Another session goes on.
    for path in objects(store, "news/work"):
        if path.split("/")[2] in ("links", "contained", "settled", "members"):
            store.delete_file(path)
    put(store, "news/work/links/part-00000-torn.parquet")
    before = objects(store, "news/work")
    frame = engine.read_parquet(another_session(), "news/rows", filesystem=store, columns=COLUMNS)
    assert {tuple(row) for row in engine.clusters(frame, work_dir="news/work", filesystem=store).collect()} == rows
    after = objects(store, "news/work")
    assert before.items() - after.items() == {("news/work/links/part-00000-torn.parquet", before["news/work/links/part-00000-torn.parquet"])}

    # What stays goes back to the store, from the finished stages.
    kept = engine.dedup(frame, work_dir="news/work", filesystem=store)
    gone = {id for id, _, relation, *_ in one if relation in ("exact", "near")}
    expected = sorted((row["id"], row["text"]) for row in ROWS if row["id"] not in gone)
    assert engine.write_parquet(kept, "news/clean", filesystem=store) == len(expected)
    clean = pyarrow.parquet.read_table("news/clean", filesystem=store).to_pylist()
    assert sorted((row["id"], row["text"]) for row in clean) == expected
    assert objects(store, "news/work") == after

    for options, part in [
        ({"threshold": 0.5, "work_dir": "news/work"}, "of the same run"),
        ({"work_dir": "news/rows"}, "a new or empty directory"),
        ({"work_dir": "s3://news/work"}, "work_dir cannot be s3://news/work: a path of the filesystem"),
        ({}, "filesystem cannot be S3FileSystem: given together with work_dir"),
    ]:
        with pytest.raises(mukarrar.ParameterError, match=part):
            engine.clusters(frame, filesystem=store, **options)
    with pytest.raises(mukarrar.ParameterError, match="filesystem cannot be str: one of pyarrow.fs"):
        engine.clusters(frame, work_dir="news/work", filesystem="s3")


def test_what_was_written_is_what_is_read(session, store):
    rows = session.range(1000).selectExpr("id", "repeat('نص ', 50) text", "timestamp_seconds(id) at", "if(id % 3 = 0, null, array(id)) numbers")
    assert engine.write_parquet(rows, "news/made", filesystem=store) == 1000
    # An object of a task that was lost, which the mark does not name.
    put(store, "news/made/part-00000-stray.parquet")
    read = engine.read_parquet(session, "news/made", filesystem=store)
    assert read.schema.simpleString() == rows.schema.simpleString()
    assert read.exceptAll(rows).count() == 0
    assert read.count() == 1000
    # Spark's own reader does not know the mark.
    store.delete_file("news/made/part-00000-stray.parquet")
    assert pyarrow.parquet.read_table("news/made", filesystem=store).num_rows == 1000

    one = next(path for path in objects(store, "news/made") if path.endswith(".parquet"))
    alone = engine.read_parquet(session, one, filesystem=store, columns=["text", "id"])
    assert alone.columns == ["text", "id"]
    assert alone.count() == pyarrow.parquet.read_table(one, filesystem=store).num_rows


def test_types_that_spark_lacks_are_read_as_those_that_it_has(session, store):
    import datetime

    when = datetime.datetime(2026, 11, 30, 8, 30)
    table = pyarrow.table(
        {
            "word": pyarrow.array(["a", None, "a"]).dictionary_encode(),
            "at": pyarrow.array([when] * 3, pyarrow.timestamp("ns")),
            "text": pyarrow.array(["x", "y", None], pyarrow.large_string()),
        }
    )
    pyarrow.parquet.write_table(table, "news/types/a.parquet", filesystem=store)
    read = engine.read_parquet(session, "news/types", filesystem=store)
    assert read.schema.simpleString() == "struct<word:string,at:timestamp_ntz,text:string>"
    assert [tuple(row) for row in read.collect()] == [("a", when, "x"), (None, when, "y"), ("a", when, None)]


def test_no_rows_write_only_the_mark(session, store):
    assert engine.write_parquet(session.range(0), "news/nothing", filesystem=store) == 0
    assert list(objects(store, "news/nothing")) == ["news/nothing/_SUCCESS"]
    assert content(store, "news/nothing/_SUCCESS") == b"[]"


def test_what_cannot_be_read_or_written_is_refused_by_name(session, store):
    def read(path, **options):
        return engine.read_parquet(session, path, filesystem=store, **options)

    put(store, "news/mixed/b.parquet", content(store, "news/rows/day=0/rows.parquet"))
    pyarrow.parquet.write_table(pyarrow.table({"id": ["1"], "more": [1]}), "news/mixed/a.parquet", filesystem=store)
    for call, part in [
        (lambda: read("news/none"), "path cannot be news/none: a folder with Parquet objects"),
        (lambda: read("s3://news/rows"), "path cannot be s3://news/rows: a path of the filesystem, such as bucket/folder"),
        (lambda: read(""), "path cannot be empty"),
        (lambda: read("news/rows", columns=["body"]), "columns cannot be body: names of columns, some of id, text"),
        (lambda: read("news/mixed"), "news/mixed/b.parquet lacks more"),
        (lambda: engine.write_parquet(session.range(1), "news/rows", filesystem=store), "a folder that has nothing yet"),
        (lambda: engine.read_parquet(session, "news/rows", filesystem="s3"), "filesystem cannot be str: one of pyarrow.fs"),
    ]:
        with pytest.raises(mukarrar.ParameterError, match=part):
            call()
    with pytest.raises(OSError, match="bucket"):
        engine.write_parquet(session.range(0), "lacking/made", filesystem=store)
