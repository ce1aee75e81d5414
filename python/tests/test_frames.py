"""Frames in, frames out: every kind with every function, with the packages themselves."""

import pickle
from datetime import datetime

import datasets
import numpy
import pandas
import polars
import pyarrow
import pytest

import mukarrar

HEALTH = "أعلنت الوزارة أمس عن افتتاح ثلاثة مراكز صحية جديدة في المدينة"
AGAIN = "أعلنت الوزارة امس عن إفتتاح ثلاثة مراكز صحيّة جديدة في المدينه"
MATCH = "فاز الفريق الأول بالمباراة النهائية بعد وقت إضافي طويل"
SAID = "قال الوزير إن المراكز الجديدة تخدم سكان المدينة وما حولها من القرى"

TEXTS = [HEALTH, None, AGAIN, MATCH, f"{MATCH}. {SAID}", f"وفي الختام {SAID} كذلك كما جاء في بيان رسمي صدر مساء اليوم عن مكتبه"]
IDS = [10, 11, 12, 13, 14, 15]
ROWS = {"number": IDS, "body": TEXTS, "day": [f"2024-01-0{n}" for n in range(1, 7)], "paper": ["أ", "ب", "أ", "ب", "أ", "ب"]}
DICTS = [dict(zip(ROWS, values)) for values in zip(*ROWS.values())]
COLUMNS = {"text": "body", "id": "number", "date": "day", "source": "paper"}

FRAMES = {
    "pandas": lambda: pandas.DataFrame(ROWS, index=list("uvwxyz")),
    "polars": lambda: polars.DataFrame(ROWS),
    "polars lazy": lambda: polars.LazyFrame(ROWS),
    "pyarrow": lambda: pyarrow.table(ROWS),
    "pyarrow batch": lambda: pyarrow.RecordBatch.from_pydict(ROWS),
    "pyarrow reader": lambda: pyarrow.table(ROWS).to_reader(max_chunksize=2),
    "datasets": lambda: datasets.Dataset.from_dict(ROWS),
    "dicts": lambda: [dict(row) for row in DICTS],
}


class OnlyAStream:
    """A frame of a package that mukarrar has never heard of."""

    def __init__(self, table):
        self.table = table

    def __arrow_c_stream__(self, requested_schema=None):
        return self.table.__arrow_c_stream__(requested_schema)


def rows_of(frame):
    if isinstance(frame, list):
        return frame
    if isinstance(frame, pandas.DataFrame):
        return [{name: None if value is numpy.nan else value for name, value in row.items()} for row in frame.to_dict("records")]
    if isinstance(frame, polars.LazyFrame):
        frame = frame.collect()
    if isinstance(frame, polars.DataFrame):
        return frame.to_dicts()
    if isinstance(frame, pyarrow.RecordBatchReader):
        frame = frame.read_all()
    return frame.to_pylist() if hasattr(frame, "to_pylist") else frame.to_list()


def missing_is_none(rows):
    return [{name: None if value != value else value for name, value in row.items()} for row in rows]


@pytest.mark.parametrize("kind", FRAMES)
def test_dedup_gives_the_same_kind_back(kind):
    given = FRAMES[kind]()
    made = mukarrar.dedup(given, **COLUMNS)
    assert type(made.kept) is type(given) or kind == "pyarrow reader" and isinstance(made.kept, pyarrow.RecordBatchReader)
    assert missing_is_none(rows_of(made.kept)) == [DICTS[row] for row in (0, 1, 3, 4, 5)]
    assert [(removed.id, removed.keeper, removed.relation) for removed in made.removed] == [(12, 10, "exact")]
    assert made.mask.tolist() == [True, True, False, True, True, True] and made.mask.dtype == bool
    assert made.labels.tolist() == [0, -1, 0, -1, -1, -1] and made.labels.dtype == numpy.int64
    assert made.ratio == 1 / 6


@pytest.mark.parametrize("kind", FRAMES)
def test_clusters_pairs_and_passages_take_every_kind(kind):
    found = mukarrar.clusters(FRAMES[kind](), keep="latest", **COLUMNS)
    assert [(c.keeper, [(m.id, m.relation, m.date) for m in c.members]) for c in found if c.size > 1] == [
        (12, [(10, "exact", "2024-01-01T00:00:00Z"), (12, "keeper", "2024-01-03T00:00:00Z")])
    ]
    assert found.labels[0] == found.labels[2] >= 0 and found.labels[1] == -1
    assert [(p.id_a, p.id_b, p.relation) for p in mukarrar.pairs(FRAMES[kind](), text="body", id="number", containment=None)] == [(10, 12, "exact")]
    passages = mukarrar.passages(FRAMES[kind](), text="body", min_tokens=10)
    assert (4, 5) in [(p.a, p.b) for p in passages], "without a column of ids, they are the numbers of rows"


BARE = {
    "texts": lambda path: TEXTS,
    "pairs": lambda path: list(zip(IDS, TEXTS)),
    "pandas series": lambda path: pandas.Series(TEXTS, index=list("uvwxyz")),
    "polars series": lambda path: polars.Series("news", TEXTS),
    "stream": lambda path: OnlyAStream(pyarrow.table({"id": IDS, "text": TEXTS})),
    "path": lambda path: path,
    "paths": lambda path: [str(path)],
}


@pytest.mark.parametrize("kind", BARE)
def test_every_function_takes_texts_without_columns_and_paths(kind, tmp_path):
    path = tmp_path / "news.jsonl"
    pandas.DataFrame({"id": IDS, "text": TEXTS}).dropna().to_json(path, orient="records", lines=True, force_ascii=False)
    given, is_path = (lambda: BARE[kind](path)), kind in ("path", "paths")
    # Files have ids of text, and their records without text are left out here.
    ids = [str(number) for number in IDS] if is_path else IDS if kind in ("pairs", "stream") else list(range(6))

    assert [(gone.id, gone.keeper) for gone in mukarrar.dedup(given()).removed] == [(ids[2], ids[0])]
    assert [c.keeper for c in mukarrar.clusters(given()) if c.size > 1] == [ids[0]]
    assert [(p.id_a, p.id_b) for p in mukarrar.pairs(given(), containment=None)] == [(ids[0], ids[2])]
    found = [(p.a, p.b) for p in mukarrar.passages(given(), min_tokens=10)]
    assert (ids[4], ids[5]) in found, "with the ids of the other functions"


def test_other_streams_come_back_as_a_table():
    made = mukarrar.dedup(OnlyAStream(pyarrow.table(ROWS)), text="body")
    assert isinstance(made.kept, pyarrow.Table) and made.kept["number"].to_pylist() == [10, 11, 13, 14, 15]


def test_texts_and_pairs():
    made = mukarrar.dedup([HEALTH, AGAIN, None, MATCH])
    assert made.kept == [HEALTH, None, MATCH] and [(gone.id, gone.keeper) for gone in made.removed] == [(1, 0)]
    made = mukarrar.dedup([("a", HEALTH), (2, AGAIN), (("any", "id"), MATCH), ("b", float("nan"))])
    assert [key for key, _ in made.kept] == ["a", ("any", "id"), "b"] and made.removed[0].id == 2
    series = pandas.Series([HEALTH, AGAIN, MATCH], index=list("xyz"), name="news")
    assert mukarrar.dedup(series).kept.index.tolist() == ["x", "z"]
    assert mukarrar.dedup(polars.Series("news", [HEALTH, AGAIN, MATCH])).kept.to_list() == [HEALTH, MATCH]


@pytest.mark.parametrize("value", [None, float("nan"), pandas.NA, pandas.NaT])
def test_missing_texts_resemble_nothing(value):
    made = mukarrar.dedup(pandas.DataFrame({"text": pandas.Series([value, value, HEALTH], dtype=object)}))
    assert len(made.kept) == 3 and made.removed == []


def test_stories_are_cut_out_of_their_rows():
    page = f"{HEALTH} وقالت الوزارة إن العمل فيها يبدأ غدا.\n\n{MATCH} أمام جمهور كبير.\n\n{HEALTH} وقالت الوزارة إن العمل فيها يبدأ غدا.\n"
    for kind in (pandas.DataFrame, polars.DataFrame, pyarrow.table, datasets.Dataset.from_dict):
        given = {"n": [1, 2], "text": [page, SAID]}
        made = mukarrar.dedup(kind(given), unit="paragraph")
        texts = list(made.kept["text"].to_pylist() if hasattr(made.kept, "schema") and hasattr(made.kept["text"], "to_pylist") else made.kept["text"])
        assert texts[0].count(HEALTH) == 1 and texts[1] == SAID
        assert [removed.kind for removed in made.removed] == ["span"]


def test_dates_of_every_kind_are_read():
    days = [datetime(2024, 1, 1), datetime(2024, 1, 2)]
    for dates in (days, [day.date() for day in days], [day.isoformat() for day in days], pandas.to_datetime(days)):
        frame = pandas.DataFrame({"text": [HEALTH, AGAIN], "when": dates})
        assert mukarrar.clusters(frame, date="when", keep="latest")[0].keeper == 1
    assert mukarrar.clusters(polars.DataFrame({"text": [HEALTH, AGAIN], "when": days}), date="when", keep="latest")[0].keeper == 1
    frame = pandas.DataFrame({"text": [HEALTH, AGAIN], "clicks": [3, 30]})
    assert mukarrar.clusters(frame, keep="max:clicks")[0].keeper == 1


def test_flash_news_of_two_days_stays():
    text = ["عاجل صفارات الإنذار تدوي في بلدات الساحل الشمالي كلها", "صفارات الإنذار تدوي في بلدات الساحل الشمالي"]
    frame = pandas.DataFrame({"text": text, "source": ["garden", "garden"]})
    assert len(mukarrar.dedup(frame).removed) == 1
    assert not mukarrar.dedup(frame.assign(date=pandas.to_datetime(["2026-05-11", "2026-05-16"]))).removed


def test_a_result_can_be_pickled_and_asked_again():
    made = mukarrar.dedup([HEALTH, AGAIN, f"{HEALTH} بحضور عدد كبير من السكان"], threshold=0.5)
    assert len(made.removed) == 2 and made.least_similar(1)[0].id == 2
    stricter = pickle.loads(pickle.dumps(made)).rethreshold(0.95)
    assert stricter.kept == [HEALTH, f"{HEALTH} بحضور عدد كبير من السكان"] and [gone.id for gone in stricter.removed] == [1]
    assert stricter.mask.tolist() == [True, False, True] and stricter.ratio == 1 / 3
    assert made.rethreshold(0.5) == made
    with pytest.raises(mukarrar.ParameterError, match="threshold cannot be 0.4: from 0.5"):
        made.rethreshold(0.4)


def test_what_cannot_work_is_told_in_words_of_frames(tmp_path):
    frame = pandas.DataFrame({"title": ["أ"], "body": [HEALTH]})
    with pytest.raises(mukarrar.ParameterError, match="text cannot be text: the name of a column, one of title, body"):
        mukarrar.dedup(frame)
    with pytest.raises(mukarrar.ParameterError, match="id cannot be key: the name of a column"):
        mukarrar.dedup(frame, text="body", id="key")
    with pytest.raises(TypeError, match="row 1: its text is int, not a string"):
        mukarrar.clusters(polars.DataFrame({"text": [1, 2]}).with_row_index().to_pandas().assign(text=[HEALTH, 2]))
    with pytest.raises(TypeError, match="several splits"):
        mukarrar.clusters(datasets.DatasetDict({"train": datasets.Dataset.from_dict({"text": [HEALTH]})}))
    with pytest.raises(TypeError, match="a dict is no list of records"):
        mukarrar.clusters({"text": [HEALTH]})
    with pytest.raises(TypeError, match="int: not paths"):
        mukarrar.clusters(7)
    with pytest.raises(mukarrar.ParameterError, match="text and text_field are the same"):
        mukarrar.clusters(tmp_path, text="a", text_field="b")
    with pytest.raises(mukarrar.ParameterError, match="text_field cannot be body: left out"):
        mukarrar.clusters(frame, text="body", text_field="body")


def test_columns_name_fields_of_files_too(tmp_path):
    path = tmp_path / "news.jsonl"
    pandas.DataFrame(ROWS).dropna().to_json(path, orient="records", lines=True, force_ascii=False)
    found = mukarrar.clusters(path, keep="latest", **COLUMNS)
    assert [(c.keeper, c.size) for c in found if c.size > 1] == [("12", 2)]


def test_what_an_index_knows_goes(tmp_path):
    with mukarrar.Index.open(tmp_path / "seen") as seen:
        seen.insert("https://news.example/1", HEALTH)
    made = mukarrar.dedup(pandas.DataFrame(ROWS), text="body", against=tmp_path / "seen")
    assert made.kept["number"].tolist() == [11, 13, 14, 15]
    assert {(removed.id, removed.keeper) for removed in made.removed} == {(0, "https://news.example/1"), (2, "https://news.example/1")}
    assert made.removed[0].reference and made.labels.tolist() == [-1] * 6
    with pytest.raises(mukarrar.ParameterError, match="against cannot be .*: the directory of an index"):
        mukarrar.dedup([HEALTH], against=tmp_path / "old.jsonl")


OLD = {"number": [1, 2, 3], "body": [MATCH, AGAIN, None], "day": ["2024-01-01"] * 3, "paper": ["ج"] * 3}
OLD_FRAMES = {
    "pandas": lambda: pandas.DataFrame(OLD, index=list("xyz")),
    "polars": lambda: polars.DataFrame(OLD),
    "polars lazy": lambda: polars.LazyFrame(OLD),
    "pyarrow": lambda: pyarrow.table(OLD),
    "pyarrow batch": lambda: pyarrow.RecordBatch.from_pydict(OLD),
    "pyarrow reader": lambda: pyarrow.table(OLD).to_reader(max_chunksize=2),
    "datasets": lambda: datasets.Dataset.from_dict(OLD),
    "dicts": lambda: [dict(zip(OLD, values)) for values in zip(*OLD.values())],
    "stream": lambda: OnlyAStream(pyarrow.table(OLD)),
}


@pytest.mark.parametrize("old", OLD_FRAMES)
@pytest.mark.parametrize("kind", FRAMES)
def test_what_another_frame_holds_goes(kind, old):
    made = mukarrar.dedup(FRAMES[kind](), against=OLD_FRAMES[old](), **COLUMNS)
    assert [row["number"] for row in rows_of(made.kept)] == [11, 14, 15]
    told = [(removed.id, removed.keeper, removed.reference) for removed in made.removed]
    assert told == [(10, 2, "against.jsonl:2"), (12, 2, "against.jsonl:2"), (13, 1, "against.jsonl:1")]
    assert made.mask.tolist() == [False, True, False, False, True, True]
    assert made.summary["records"]["read"] == 6, "what is compared with is not read as input"


@pytest.mark.parametrize("old", [kind for kind in BARE if not kind.startswith("path")])
def test_what_texts_without_columns_hold_goes(old, tmp_path):
    given = [HEALTH, SAID, f"{SAID} كما جاء في بيان رسمي صدر مساء أمس عن مكتبه في العاصمة بعد اجتماع طويل"]
    made = mukarrar.dedup(given, against=BARE[old](tmp_path))
    assert [gone.id for gone in made.removed] == [0]
    assert made.removed[0].keeper == (10 if old in ("pairs", "stream") else 0)


def test_texts_and_pairs_are_compared_with_a_frame_too(tmp_path):
    texts = [text for text in TEXTS if text]
    assert mukarrar.dedup(texts, against=[AGAIN, MATCH]).kept == texts[3:]
    pairs = list(zip("abcde", texts))
    made = mukarrar.dedup(pairs, against=[("new", HEALTH)])
    assert [id for id, text in made.kept] == ["c", "d", "e"]
    assert {removed.keeper for removed in made.removed} == {"new"}
    # A frame of other columns: its ids are the numbers of its rows.
    made = mukarrar.dedup(pandas.DataFrame(ROWS), against=pandas.DataFrame({"body": [MATCH]}), text="body", id="number")
    assert [(removed.id, removed.keeper) for removed in made.removed] == [(12, 10), (13, 0)]
    marked = mukarrar.dedup(polars.DataFrame(ROWS), against=polars.DataFrame(OLD), mark="copy", **COLUMNS).kept
    assert marked.get_column("copy_keeper").to_list() == [2, None, 2, 1, None, None]

    # Files, by the names of their fields.
    path, clean = tmp_path / "news.jsonl", tmp_path / "clean.jsonl"
    pandas.DataFrame(ROWS).dropna().to_json(path, orient="records", lines=True, force_ascii=False)
    made = mukarrar.dedup(path, against=polars.DataFrame(OLD), text_field="body", id="number", output=clean)
    assert [(removed.id, removed.keeper) for removed in made.removed] == [("10", 2), ("12", 2), ("13", 1)]
    assert len(clean.read_bytes().splitlines()) == 2

    frame = pandas.DataFrame(ROWS)
    with pytest.raises(mukarrar.ParameterError, match="a copy of itself"):
        mukarrar.dedup(frame, against=frame, **COLUMNS)
    with pytest.raises(mukarrar.ParameterError, match="text cannot be body"):
        mukarrar.dedup(frame, against=pandas.DataFrame({"text": [MATCH]}), text="body")
    with pytest.raises(mukarrar.ParameterError, match="input_format cannot be csv"):
        mukarrar.dedup(path, against=frame, input_format="csv")
    with pytest.raises(mukarrar.ParameterError, match="unit cannot be passage"):
        mukarrar.dedup(texts, against=[MATCH], unit="passage")


def test_frames_of_nothing():
    with pytest.raises(mukarrar.NothingReadError):
        mukarrar.dedup(pandas.DataFrame({"text": []}))
