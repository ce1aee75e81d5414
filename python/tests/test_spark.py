"""Spark moves the rows; the rows that come out are those of one run."""

import json
import os
import random
import shutil
import sys

import pytest

import mukarrar

pytest.importorskip("pyspark", minversion="4", reason="needs pyspark (pip install 'mukarrar[spark]') and Java 17")

from pyspark.sql import SparkSession  # noqa: E402

from mukarrar import spark as engine  # noqa: E402

# Workers run in the environment of the test.
os.environ["PYSPARK_PYTHON"] = sys.executable

WORDS = """الوزير المدينة المجلس السوق الطريق المطار الجامعة المستشفى الشركة البنك الميناء الحديقة القرية النهر الجسر المصنع
العمال الطلاب الأطباء السكان الزوار التجار الخبراء اللاعبون الجمهور افتتح أعلن أكد زار ناقش وقع أطلق رحب شارك تابع بدأ انتهى
جديد كبير قديم سريع واسع مهم كثير قليل طويل قصير أمس اليوم غدا صباحا مساء خلال بعد قبل أمام خلف حول عند منذ حتى""".split()
PERSIAN = "آموزش آغاز آزمون آرامش آسمان آتش آهن آینده آواز آرزو آشنا آرام".split()
TELLING = "که این کار در هر شهر انجام شد و از همه خواست"


def rows():
    """Families of copies, longer texts around some, forms with other numbers, texts that do not tell their language."""
    chance = random.Random(5)
    made = []

    def add(text, title=None, site=None):
        number = len(made)
        day = 1 + number % 28
        site = site or f"site{number % 3}"
        made.append({"id": f"r{number:05}", "text": text, "title": title, "site": site, "date": f"2025-03-{day:02}T10:00:00Z"})

    for family in range(60):
        words = [chance.choice(WORDS) + str(chance.randrange(40)) for _ in range(70 + family)]
        add(" ".join(words), title=f"خبر {family}")
        for copy in range(family % 4):
            edited = [word if chance.random() > 0.01 * copy else chance.choice(WORDS) for word in words]
            add(" ".join(edited), title=f"خبر {family}")
        if family % 5 == 0:
            more = [chance.choice(WORDS) + str(chance.randrange(40)) for _ in range(120)]
            add(" ".join(more + words))
        add(f"سجلت محطة الرصد رقم {family} في هذا اليوم درجة حرارة بلغت {family % 13} درجة وفق نشرة المركز الوطني للأرصاد الجوية")
    for _ in range(15):
        words = [chance.choice(PERSIAN) for _ in range(40)]
        add(" ".join(words) + " " + TELLING, site="parsi")
        add(" ".join(words), site="parsi")
    add("")
    add("!!!")
    return made


ROWS = rows()


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
    schema = "id string, text string, title string, site string, date string"
    made = [tuple(row[name] for name in ("id", "text", "title", "site", "date")) for row in ROWS]
    return session.createDataFrame([*made, ("null", None, None, "site0", None)], schema).repartition(5)


def one_run(tmp_path, options):
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS), "utf-8")
    found = mukarrar.clusters(path, **options)
    return {
        (member.id, cluster.keeper, member.relation, member.reason, member.jaccard, member.containment)
        for cluster in found
        for member in cluster.members
        if member.relation != "keeper"
    }


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"keep": "latest", "date_field": "date", "window": "9d", "source_field": "site"},
        {"keep": "longest", "facts": "off", "threshold": 0.4},
        {"keep": "last", "containment": None, "seed": 7, "max_bucket": 2},
    ],
    ids=["defaults", "window and sources", "without facts", "without containment"],
)
def test_rows_are_those_of_one_run(frame, tmp_path, options):
    found = engine.clusters(frame, **options).collect()
    rows = {(row.id, row.keeper, row.relation, row.reason, row.jaccard, row.containment) for row in found}
    assert len(rows) == len(found)
    assert rows == one_run(tmp_path, options)
    relations = {row.relation for row in found}
    assert {"exact", "near"} <= relations
    assert ("contained" in relations) == ("containment" not in options)


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
        ({"lossless": True}, "lossless cannot be True"),
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
