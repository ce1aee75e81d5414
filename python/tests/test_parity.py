"""What the command line does, functions do, with the same results, over files and frames."""

import csv
import json
import pickle

import datasets
import pandas
import polars
import pyarrow
import pytest

import mukarrar
from mukarrar import _mukarrar

STORY = "أعلنت وزارة الصحة عن افتتاح ثلاثة مراكز جديدة في المدينة أمس وقالت إن العمل فيها يبدأ قريبا"
AGAIN = "أعلنت وزارة الصحّة عن إفتتاح ثلاثة مراكز جديدة في المدينه أمس وقالت إن العمل فيها يبدأ قريبا"
LONGER = f"{STORY} بحضور عدد من الأطباء والممرضين وأهالي الحي"
OTHER = "فاز الفريق الأول بالمباراة النهائية أمام جمهور كبير بعد وقت إضافي طويل"

ROWS = [
    {"id": "a", "text": STORY, "site": "الصباح", "day": "2024-01-01"},
    {"id": "b", "text": AGAIN, "site": "المساء", "day": "2024-01-03"},
    {"id": "c", "text": LONGER, "site": "الصباح", "day": "2024-01-01"},
    {"id": "d", "text": OTHER, "site": "المساء", "day": "2024-01-04"},
]
NAMED = {"source": "site", "date": "day"}


@pytest.fixture
def news(tmp_path):
    path = tmp_path / "news.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS), "utf-8")
    return path


def command(*arguments):
    """The output of the command, in a process of its own."""
    import subprocess
    import sys

    done = subprocess.run([sys.executable, "-m", "mukarrar", *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


FRAMES = {
    "pandas": lambda: pandas.DataFrame(ROWS),
    "polars": lambda: polars.DataFrame(ROWS),
    "polars lazy": lambda: polars.LazyFrame(ROWS),
    "pyarrow": lambda: pyarrow.Table.from_pylist(ROWS),
    "pyarrow batch": lambda: pyarrow.RecordBatch.from_pylist(ROWS),
    "pyarrow reader": lambda: pyarrow.Table.from_pylist(ROWS).to_reader(),
    "datasets": lambda: datasets.Dataset.from_list(ROWS),
}


def rows_of(frame):
    if isinstance(frame, pandas.DataFrame):
        return frame.astype(object).where(frame.notna(), None).to_dict("records")
    if isinstance(frame, polars.LazyFrame):
        frame = frame.collect()
    if isinstance(frame, polars.DataFrame):
        return frame.to_dicts()
    if isinstance(frame, pyarrow.RecordBatchReader):
        frame = frame.read_all()
    return frame.to_pylist() if hasattr(frame, "to_pylist") else frame.to_list()


@pytest.mark.parametrize("kind", FRAMES)
def test_kept_rows_tell_of_their_cluster(kind):
    made = mukarrar.dedup(FRAMES[kind](), annotate=True, **NAMED)
    kept = rows_of(made.kept)
    assert [row["id"] for row in kept] == ["a", "d"]
    assert {name: value for name, value in kept[0].items() if name.startswith("mukarrar_")} == {
        "mukarrar_cluster": 0,
        "mukarrar_size": 3,
        "mukarrar_sources": 2,
        "mukarrar_first_seen": "2024-01-01T00:00:00Z",
        "mukarrar_last_seen": "2024-01-03T00:00:00Z",
        "mukarrar_keeper": "a",
        "mukarrar_weight": 3,
    }
    assert kept[1]["mukarrar_cluster"] is None and kept[1]["mukarrar_size"] == 1


@pytest.mark.parametrize("kind", FRAMES)
def test_marked_rows_all_stay(kind):
    made = mukarrar.dedup(FRAMES[kind](), mark="copy", **NAMED)
    marked = rows_of(made.kept)
    assert [(row["id"], row["copy_relation"], row["copy_keeper"]) for row in marked] == [
        ("a", "keeper", "a"), ("b", "exact", "a"), ("c", "near", "a"), ("d", None, None)
    ]
    assert made.removed == [] and made.mask.all()


def test_dicts_get_one_field_as_in_json(news, tmp_path):
    options = {"annotate": "seen", "source": "site", "date": "day"}
    [first, _] = mukarrar.dedup([dict(row) for row in ROWS], **options).kept
    mukarrar.dedup(news, output=tmp_path / "clean.jsonl", **options)
    clean = [json.loads(line) for line in (tmp_path / "clean.jsonl").read_text("utf-8").splitlines()]
    assert first == clean[0] and first["seen"]["sources"] == 2
    command("dedup", news, "-o", tmp_path / "command.jsonl", "--annotate=seen", "--source-field", "site", "--date-field", "day", "-q")
    assert (tmp_path / "command.jsonl").read_bytes() == (tmp_path / "clean.jsonl").read_bytes()


REPORTS = [
    {"id": "a", "day": "2024-03-05", "site": "x", "title": "حريق يلتهم سوق الأقمشة",
     "text": "اندلع حريق كبير فجر اليوم في سوق الأقمشة القديم بحي الزهور، وهرعت ست فرق من الدفاع المدني إلى المكان. وقال المقدم سالم الحربي "
             "إن النيران التهمت أربعين محلا قبل أن يسيطر عليها رجال الإطفاء، ولم تسجل إصابات بين التجار."},
    {"id": "b", "day": "2024-03-06", "site": "y", "title": "النيران تأتي على أربعين محلا في سوق الأقمشة",
     "text": "أتت النيران على أربعين محلا تجاريا في سوق الأقمشة بحي الزهور، بحسب المقدم سالم الحربي الناطق باسم الدفاع المدني. وأوضح الحربي "
             "أن ست فرق إطفاء شاركت في إخماد حريق السوق القديم، وأن التجار غادروا المكان سالمين دون إصابات."},
]  # fmt: skip


def test_kept_rows_tell_their_story(tmp_path):
    options = {"annotate": True, "stories": True, "source": "site", "date": "day"}
    made = mukarrar.dedup([dict(row) for row in REPORTS], **options)
    told = [row["mukarrar"] for row in made.kept]
    assert [(row["story"], row["recurring_form"]) for row in told] == [("a", False), ("a", False)]
    assert told[0]["story_score"] is None and told[1]["story_score"] >= 0.48 and "حريق" in told[1]["story_terms"]
    assert made.summary["stories"]["told"] == 2
    frame = mukarrar.dedup(pandas.DataFrame(REPORTS), **options).kept
    assert list(frame["mukarrar_story"]) == ["a", "a"]

    news, clean = tmp_path / "news.jsonl", tmp_path / "clean.jsonl"
    news.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in REPORTS), "utf-8")
    mukarrar.dedup(news, output=clean, story_threshold=0.5, **options)
    command("dedup", news, "-o", tmp_path / "command.jsonl", "--annotate", "--stories", "--story-threshold", "0.5",
            "--source-field", "site", "--date-field", "day", "-q")  # fmt: skip
    assert (tmp_path / "command.jsonl").read_bytes() == clean.read_bytes()

    with pytest.raises(mukarrar.ParameterError, match="together with annotate"):
        mukarrar.dedup(news, stories=True, date="day")
    with pytest.raises(mukarrar.ParameterError, match="together with stories=True"):
        mukarrar.dedup(news, annotate=True, story_window=2)


def test_an_index_tells_stories(tmp_path):
    with mukarrar.Index.open(tmp_path / "seen", stories=True) as seen:
        told = [
            seen.check_and_insert(row["id"], row["text"], title=row["title"], source=row["site"], date=row["day"], seen=row["day"]).story
            for row in REPORTS
        ]
        assert [(story["leader"], story["joined"]) for story in told] == [("a", False), ("a", True)]
        copy = pickle.loads(pickle.dumps(seen.check_and_insert_all([("c", REPORTS[0]["text"])])[0]))
        assert copy.is_duplicate and copy.story["leader"] == "a"
        about = {"title": REPORTS[1]["title"], "source": "w", "date": REPORTS[1]["day"]}
        other = REPORTS[1]["text"].replace("أوضح", "ذكر")
        assert seen.check(other, **about).story == seen.check_all([(other, about)])[0].story
        assert (seen.check(other, **about).story["leader"], seen.check(other, **about).story["joined"]) == ("a", True)
        assert len(seen) == 2
        assert seen.export_to(tmp_path / "seen.jsonl") == 2
    moved = mukarrar.Index(stories=True)
    moved.import_from(tmp_path / "seen.jsonl")
    merged = mukarrar.Index(stories=True, seed=moved.settings["seed"] and int(moved.settings["seed"]))
    assert merged.merge(moved)["inserted"] == 2
    assert [len(index.stories()) for index in (moved, merged)] == [1, 1]
    with mukarrar.Index.open(tmp_path / "seen", read_only=True) as seen:
        [story] = seen.stories(since="2024-03-06")
        assert (story["story"], story["size"], story["outlets"]) == ("a", 2, ["x", "y"])
        assert seen.stories(since="2024-03-07") == []
    with pytest.raises(mukarrar.ParameterError, match="made with stories"):
        mukarrar.Index().stories()
    assert mukarrar.Index().check_and_insert("1", "نص قصير").story is None


def test_an_index_takes_the_options_of_stories(tmp_path):
    news, table = tmp_path / "news.jsonl", tmp_path / "own.idf"
    news.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in REPORTS), "utf-8")
    command("idf", news, "-o", table, "-q")
    options = {"story_threshold": 0.6, "story_leader": 0.4, "story_window": 2, "story_span": 9, "least_words": 12}
    with mukarrar.Index.open(tmp_path / "seen", stories=True, idf=table, **options) as seen:
        assert seen.settings["stories"] == "0.6 0.4 2 9 12"
        own = seen.settings["idf"]
    table.unlink()
    with mukarrar.Index.open(tmp_path / "seen") as seen:
        assert seen.settings["idf"] == own != mukarrar.Index(stories=True).settings["idf"]
    with pytest.raises(mukarrar.Error, match="was made with stories 0.6"):
        mukarrar.Index.open(tmp_path / "seen", stories=True, story_threshold=0.7)
    with pytest.raises(mukarrar.ParameterError, match="together with stories=True"):
        mukarrar.Index(story_threshold=0.6)
    with pytest.raises(TypeError, match="undated"):
        mukarrar.Index(stories=True, undated="together")
    assert "stories" not in mukarrar.Index(stories=None, idf=None).settings


def test_vectors_count_in_stories():
    rows = [{**row, "v": [1.0, 2.0, float(place)]} for place, row in enumerate(REPORTS)]
    options = {"annotate": True, "stories": True, "source": "site", "date": "day"}
    plain = mukarrar.dedup(rows, **options).kept[1]["mukarrar"]["story_score"]
    scores = {mukarrar.dedup(kind(rows), vector="v", **options).summary["stories"]["told"] for kind in (list, pandas.DataFrame)}
    assert scores == {2}
    assert mukarrar.dedup(rows, vector="v", **options).kept[1]["mukarrar"]["story_score"] > plain
    with pytest.raises(mukarrar.Error, match="is no list of numbers"):
        mukarrar.dedup([{**row, "v": ["x"]} for row in rows], vector="v", **options)


def test_what_has_no_columns_takes_none():
    for given in ([STORY, AGAIN], [(1, STORY), (2, AGAIN)], pandas.Series([STORY, AGAIN])):
        with pytest.raises(mukarrar.ParameterError, match="annotate cannot be mukarrar: left out for texts and pairs"):
            mukarrar.dedup(given, annotate=True)
        with pytest.raises(mukarrar.ParameterError, match="mark cannot be m: left out for texts and pairs"):
            mukarrar.dedup(given, mark="m")
    with pytest.raises(mukarrar.ParameterError, match="there is a column 'm_size' already"):
        mukarrar.dedup(pandas.DataFrame(ROWS).assign(m_size=1), annotate="m")
    with pytest.raises(mukarrar.ParameterError, match="run again"):
        mukarrar.dedup(pandas.DataFrame(ROWS), annotate=True).rethreshold(0.9)


def test_rules_on_repetition():
    of_two = mukarrar.dedup(pandas.DataFrame(ROWS), min_sources=2, **NAMED)
    assert of_two.kept["id"].tolist() == ["a"]
    assert {(gone.id, gone.relation, gone.rule) for gone in of_two.removed if gone.rule} == {("d", "rule", "min_sources")}
    assert of_two.least_similar(1)[0].id == "c"
    spam = mukarrar.dedup(pandas.DataFrame(ROWS), max_size=2)
    assert spam.kept["id"].tolist() == ["d"]
    each = mukarrar.dedup(pandas.DataFrame(ROWS), keep_per_source=1, **NAMED)
    assert each.kept["id"].tolist() == ["a", "b", "d"]
    with pytest.raises(mukarrar.ParameterError, match="min_sources"):
        mukarrar.dedup(pandas.DataFrame(ROWS), min_sources=0)


def test_weights_and_graph_are_those_of_the_command(news, tmp_path):
    mukarrar.dedup(news, weights=tmp_path / "w.tsv", source_graph=tmp_path / "g.csv", source="site")
    command("dedup", news, "-n", "--weights", tmp_path / "w2.tsv", "--source-graph", tmp_path / "g2.csv", "--source-field", "site", "-q")
    assert (tmp_path / "w.tsv").read_bytes() == (tmp_path / "w2.tsv").read_bytes()
    assert (tmp_path / "g.csv").read_bytes() == (tmp_path / "g2.csv").read_bytes()
    with pytest.raises(mukarrar.OutputError, match="inputs are never changed"):
        mukarrar.dedup(news, weights=news)


def test_losses_are_told():
    made = mukarrar.dedup([("short", STORY), ("other", f"{STORY} بحضور الوزير"), ("third", f"{STORY} بحضور النائب")], lossless=True)
    assert [(loss.id, loss.keeper) for loss in made.losses] and all(loss.text for loss in made.losses)
    assert mukarrar.dedup([STORY, AGAIN]).losses == []


def test_repeated_passages_go():
    said = "قال الوزير إن المراكز الجديدة تخدم سكان المدينة وما حولها من القرى والبلدات"
    frame = pandas.DataFrame({"text": [f"افتتحت أمس المراكز. {said}", f"وفي الختام كما نقلت الصحف {said} كذلك"]})
    made = mukarrar.dedup(frame, unit="passage", min_tokens=8)
    assert said in made.kept["text"][0] and said not in made.kept["text"][1]
    assert [removed.kind for removed in made.removed] == ["span"]
    with pytest.raises(mukarrar.ParameterError, match="leave out threshold="):
        mukarrar.dedup(frame, unit="passage", threshold=0.5)
    with pytest.raises(mukarrar.ParameterError, match='only unit="passage" has a shortest passage'):
        mukarrar.dedup(frame, min_tokens=8)


def test_strict_runs_end_before_they_write(tmp_path):
    path, clean = tmp_path / "same.jsonl", tmp_path / "clean.jsonl"
    path.write_text("".join(json.dumps({"id": str(number), "text": STORY}) + "\n" for number in range(40)), "utf-8")
    with pytest.raises(mukarrar.AlarmError, match="takes 40 of 40 records") as raised:
        mukarrar.dedup(path, output=clean, strict=True)
    assert [alarm.alarm for alarm in raised.value.alarms] == ["large_cluster"] and not clean.exists()
    assert mukarrar.dedup(path, output=clean).alarms and clean.exists()


def site(number):
    return f"https://news.example/{number}", f"خبر رقم {number} عن أمر {number * 7} لا يشبه غيره\nمقهى الحي يقدم القهوة حتى منتصف الليل"


def test_boilerplate_rules_are_learned_saved_and_used(tmp_path):
    pages = [site(number) for number in range(300)]
    rules = mukarrar.learn_boilerplate(pages)
    assert [rule["sample"] for rule in rules] == ["مقهى الحي يقدم القهوة حتى منتصف الليل"] and len(rules) == 1
    rules.save(tmp_path / "rules.jsonl")
    assert mukarrar.BoilerplateRules.open(tmp_path / "rules.jsonl") == rules == pickle.loads(pickle.dumps(rules))
    assert repr(rules) == "BoilerplateRules(1 rule of 1 source)"

    source = tmp_path / "pages.jsonl"
    source.write_text("".join(json.dumps({"id": key, "text": text}) + "\n" for key, text in pages), "utf-8")
    assert command("boilerplate", source).encode() == (tmp_path / "rules.jsonl").read_bytes()

    story = "خبر جديد عن أمر مهم جرى أمس في المدينة القديمة"
    bare = [("https://news.example/x", story), ("https://news.example/y", f"{story}\nمقهى الحي يقدم القهوة حتى منتصف الليل")]
    assert [pair.relation for pair in mukarrar.pairs(bare, short=False)] != ["exact"]
    for given in (rules, tmp_path / "rules.jsonl", str(tmp_path / "rules.jsonl")):
        found = mukarrar.pairs(bare, boilerplate_rules=given, short=False)
        assert [pair.relation for pair in found] == ["exact"]
    assert mukarrar.clusters(pages, boilerplate_rules="learn").summary["parameters"]["boilerplate_rules"]
    seen = mukarrar.Index(boilerplate_rules=rules)
    seen.insert("1", "خبر جديد عن أمر مهم في المدينة", source="news.example")
    with pytest.raises(TypeError, match="boilerplate_rules is a path"):
        mukarrar.clusters(bare, boilerplate_rules=7)


def test_a_description_is_that_of_the_command(news, tmp_path):
    found = mukarrar.describe(news, source="site", date="day")
    told = json.loads(command("describe", news, "--format", "json", "--source-field", "site", "--date-field", "day", "-q"))
    assert (found.records, found.sources, found.dates["months"]) == (told["records"], told["sources"], told["dates"]["months"])
    assert mukarrar.describe(pandas.DataFrame(ROWS), source="site").sources == found.sources
    found.report(tmp_path / "d.html")
    assert "المساء" in (tmp_path / "d.html").read_text("utf-8") and found._repr_html_().startswith("<iframe")
    assert repr(found).startswith("Description(4 records of 2 sources; 0 rejected")
    assert pickle.loads(pickle.dumps(found)) == found


def test_a_preview_is_that_of_the_command(news, tmp_path):
    seen = mukarrar.preview(news, source="site")
    told = json.loads(command("preview", news, "--format", "json", "--source-field", "site", "-q"))
    assert [counts.removed for counts in seen.thresholds] == [counts["removed"] for counts in told["thresholds"]]
    assert seen.at(0.6).removed == {"exact": 1, "near": 1} and seen.at(0.9).removed == {"exact": 1}
    of_frame = mukarrar.preview(pandas.DataFrame(ROWS), source="site")
    assert [(pair.id_a, pair.id_b, pair.removed) for pair in of_frame.borderline] == [("a", "c", True)]
    seen.report(tmp_path / "p.html")
    assert (tmp_path / "p.html").stat().st_size > 10_000
    assert repr(seen) == "Preview(2 records of 4 would go at 0.6; 0 alarms)"
    sampled = mukarrar.preview(news, sample=1.0)
    # One of the four records is like no other, so it needs no look.
    assert sampled.expected and sampled.sample["records"] == sampled.sample["of"] == 3
    with pytest.raises(mukarrar.ParameterError, match="threshold cannot be 0.55: one of"):
        seen.at(0.55)


QUESTION = "ما عاصمة البلاد التي يجري فيها النهر"


def test_test_items_are_found_in_files_and_frames(news, tmp_path):
    corpus = [*ROWS, {"id": "e", "text": f"قال المعلم: {QUESTION}؟ ثم سكت"}]
    tests = tmp_path / "exam.jsonl"
    tests.write_text(json.dumps({"number": "q1", "question": QUESTION}) + "\n", "utf-8")
    for given in (tests, [{"number": "q1", "question": QUESTION}], pandas.DataFrame({"number": ["q1"], "question": [QUESTION]})):
        found = mukarrar.contaminated(pandas.DataFrame(corpus), given, test_text="question", test_id="number")
        assert [(hit.item, hit.document, hit.rule) for hit in found] == [("q1", "e", "item")]
        assert found.kept["id"].tolist() == ["a", "b", "c", "d"]
        assert repr(found) == "Contamination(1 of 1 item in 1 document; 0 rejected)"
    assert mukarrar.contaminated(news, tests, test_text="question", test_id="number").kept is None
    with pytest.raises(mukarrar.ParameterError, match="^ngram cannot be 1"):
        mukarrar.contaminated(news, tests, ngram=1)


def test_units_of_a_corpus(news):
    found = mukarrar.corpus_units(news, unit="document")
    assert [(unit.document, unit.unit, unit.kind) for unit in found] == [(row["id"], 0, "document") for row in ROWS]
    assert [unit.document for unit in mukarrar.corpus_units(pandas.DataFrame(ROWS), unit="line")] == ["a", "b", "c", "d"]


def test_scores_against_gold(news, tmp_path):
    gold = tmp_path / "gold.tsv"
    gold.write_text("a\tx\nb\tx\nc\tx\nd\ty\n", "utf-8")
    told = json.loads(command("eval", news, "--gold", gold, "--format", "json", "-q"))
    labels = {"a": "x", "b": "x", "c": "x", "d": "y"}
    for corpus in (news, pandas.DataFrame(ROWS)):
        for given in (gold, labels):
            found = mukarrar.evaluate(corpus, given)
            assert (found.pairs.f1, found.ids, found.ari) == (told["pairs"]["f1"], 4, told["ari"])
    listed = mukarrar.evaluate(news, [("a", "b"), ("a", "d", "other")])
    assert listed.pairs.precision == 1.0 and listed.b_cubed is None
    with pytest.raises(mukarrar.Error, match='id "z" is not in the input'):
        mukarrar.evaluate(news, {"z": "x", "a": "x"})


def test_labels_give_an_estimate(tmp_path, news):
    found = mukarrar.pairs(news, threshold=0.4)
    drawn = found.sample(2)
    assert len(drawn) == 2 and drawn == found.sample(3)[:2] and set(found.sample(100)) == set(found)
    labels = [(pair.id_a, pair.id_b, "copy") for pair in found]
    told = mukarrar.estimate(found, labels)
    assert told.labelled == len(found) and told.precision.estimate == told.precision.high == 1.0
    (tmp_path / "labels.tsv").write_text("".join("\t".join(row) + "\n" for row in labels), "utf-8")
    (tmp_path / "pairs.jsonl").write_text(command("pairs", news, "-t", "0.4", "--format", "jsonl", "-q"), "utf-8")
    assert mukarrar.estimate(tmp_path / "pairs.jsonl", tmp_path / "labels.tsv") == told
    assert mukarrar.estimate(found, {(a, b): label for a, b, label in labels}) == told
    with pytest.raises(mukarrar.ParameterError, match="labels"):
        mukarrar.estimate(found, [])


def test_results_can_be_asked_again(news):
    found = mukarrar.clusters(pandas.DataFrame(ROWS))
    assert found.ratio == 0.5 and [(keeper, member.id) for keeper, member in found.least_similar()] == [("a", "c")]
    stricter = found.rethreshold(0.95)
    assert [[member.id for member in cluster.members] for cluster in stricter] == [["a", "b"]]
    assert stricter[0].size == 2 and stricter.labels.tolist() == [0, 0, -1, -1] and found.labels.tolist() == [0, 0, 0, -1]
    assert mukarrar.pairs(news).rethreshold(0.95).pairs == [pair for pair in mukarrar.pairs(news) if pair.relation == "exact"]
    with pytest.raises(mukarrar.ParameterError, match="from 0.6, that of the run, to 1"):
        found.rethreshold(0.5)


def test_frames_read_what_files_read_without_being_told(tmp_path):
    """Titles that tell different things, and the hosts of addresses, count in a frame too."""
    form = "تقرير الطقس اليومي من محطة الأرصاد يعرض حالة الجو المتوقعة في المدينة وما حولها خلال ساعات النهار والليل"
    rows = [
        {"id": str(number), "text": form, "title": f"الطقس في {place}", "url": f"https://a.example/{number}"}
        for number, place in enumerate(["جدة", "مكة"])
    ]
    path = tmp_path / "forms.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    relations = [[member.relation for member in cluster.members] for cluster in mukarrar.clusters(path)]
    for kind in (pandas.DataFrame, polars.DataFrame, list):
        assert [[member.relation for member in cluster.members] for cluster in mukarrar.clusters(kind(rows))] == relations
    untitled = mukarrar.clusters(rows, title_field=None)
    assert [member.relation for member in untitled[0].members] == ["keeper", "exact"]


@pytest.mark.parametrize("ids", [["a#1", "a"], ["", "b"], [1, "1"], [1.5, 2.5], [None, "x"], ["a\n", "a"]])
def test_ids_that_could_be_mistaken_come_back_as_they_were(ids):
    made = mukarrar.dedup(list(zip(ids, [STORY, AGAIN])))
    assert (made.removed[0].keeper, made.removed[0].id) == tuple(ids)


def test_options_of_csv(tmp_path):
    path = tmp_path / "news.csv"
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter="|", quotechar="'").writerows([["id", "text"], ["1", STORY], ["2", AGAIN]])
    found = mukarrar.clusters(path, csv_delimiter="|", csv_quote="'", csv_escape="none")
    assert found[0].size == 2
    with pytest.raises(mukarrar.ParameterError, match="csv_delimiter cannot be ab: one character"):
        mukarrar.clusters(path, csv_delimiter="ab")


def test_keywords_of_no_use_are_refused():
    for function, keyword in [("describe", "threshold"), ("learn_boilerplate", "keep"), ("passages", "threshold"), ("corpus_units", "threads")]:
        with pytest.raises(TypeError, match=rf"{function}\(\) got an unexpected keyword argument '{keyword}'"):
            getattr(mukarrar, function)([STORY], **{keyword: 1})
    with pytest.raises(mukarrar.ParameterError, match="left out with annotate"):
        mukarrar.dedup(pandas.DataFrame(ROWS), mark=True, min_sources=2, **NAMED)


def test_compiled_functions_are_not_public():
    assert not hasattr(mukarrar, "pair_estimate") and hasattr(_mukarrar, "pair_estimate")
