"""Clusters and dedup, over files and over pairs."""

import gzip
import json
import threading
from datetime import timedelta
from pathlib import Path

import pytest

import mukarrar

CORPUS = Path(__file__).resolve().parents[2] / "corpus"
STORIES = CORPUS / "stories.jsonl"


def pairs():
    records = [json.loads(line) for line in STORIES.read_text("utf-8").split("\n") if line]
    return [(record["id"], record["text"]) for record in records]


def shape(found):
    return [(c.keeper, c.size, [(m.id, m.relation, m.jaccard, m.containment, m.preview) for m in c.members]) for c in found]


def test_pairs_and_files_give_the_same_clusters():
    of_file, of_pairs = mukarrar.clusters(STORIES), mukarrar.clusters(pairs())
    assert len(of_file) > 10
    assert shape(of_file) == shape(of_pairs) == shape(mukarrar.clusters(iter(pairs()), threads=1))
    first = of_file[0]
    assert first.cluster == 0 and first.keeper == "ar-001"
    assert first.members[0].source.endswith("stories.jsonl:1")
    assert first.members[0].measure == "word:3"
    assert of_file.summary["records"]["read"] == len(pairs())
    assert shape(mukarrar.clusters([str(STORIES)])) == shape(of_file)


def test_dedup_of_pairs_gives_back_what_stays():
    given = pairs()
    made = mukarrar.dedup(given)
    assert len(made.kept) + len(made.removed) == len(given)
    assert set(made.kept) < set(given), "texts come back as they went in"
    gone = {removed.id for removed in made.removed}
    assert {removed.relation for removed in made.removed} == {"exact", "near"}
    assert all(removed.keeper not in gone and removed.jaccard >= 0.6 for removed in made.removed)
    exact = mukarrar.dedup(given, remove=["exact"])
    assert {removed.relation for removed in exact.removed} == {"exact"}
    records = made.summary["records"]
    assert records["kept"] == len(made.kept) and sum(records["removed"].values()) == len(made.removed)


def test_dedup_below_the_document_cuts_spans_out():
    page = (CORPUS / "pages/page-1.txt").read_text("utf-8")
    made = mukarrar.dedup([("page", page)], unit="story")
    [(key, text)] = made.kept
    assert key == "page" and len(text) < len(page)
    spans = [removed for removed in made.removed if removed.kind == "span"]
    assert spans and all(page.encode()[span.start : span.end].decode() in page for span in spans)


def test_dedup_of_files_writes_only_where_it_is_told(tmp_path):
    dry = mukarrar.dedup(STORIES)
    assert dry.kept is None and list(tmp_path.iterdir()) == []
    clean = tmp_path / "clean.jsonl.gz"
    made = mukarrar.dedup(STORIES, output=clean)
    assert made.removed == dry.removed
    lines = gzip.decompress(clean.read_bytes()).splitlines()
    assert len(lines) == made.summary["records"]["kept"]
    assert set(lines) < set(STORIES.read_bytes().splitlines()), "records are copied byte for byte"
    with pytest.raises(mukarrar.OutputError, match="inputs are never changed"):
        mukarrar.dedup(clean, output=clean)
    against = mukarrar.dedup(STORIES, against=clean)
    assert against.summary["records"]["kept"] == against.summary["empty_units"] / 2, "only empty texts repeat nothing"
    assert all(removed.reference for removed in against.removed)


def test_records_that_cannot_be_read_are_told(tmp_path):
    path = tmp_path / "news.jsonl"
    path.write_text('{"id": 1, "text": "قال الوزير إن الأمر انتهى"}\nnot JSON\n', "utf-8")
    found = mukarrar.clusters(path)
    assert [(rejected.reason, rejected.source.rpartition(":")[2]) for rejected in found.rejected] == [("invalid_json", "2")]
    assert found.summary["records"]["rejected"] == {"invalid_json": 1}


def test_options_are_those_of_the_command_line():
    found = mukarrar.clusters(CORPUS, unit="story", keep="longest", threshold=0.5, containment=None, related=True)
    parameters = found.summary["parameters"]
    assert (parameters["unit"], parameters["keep"], parameters["threshold"]) == ("story", "longest", 0.5)
    assert parameters["containment"] is None
    dated = mukarrar.clusters(STORIES, date_field="date", source_field="source", window=timedelta(days=2), keep="earliest")
    assert dated.summary["parameters"]["window"] == "2d"
    assert dated[0].first_date and dated[0].sources


def test_a_run_without_loss_keeps_what_no_keeper_has():
    story = "أعلنت وزارة الصحة أمس عن افتتاح ثلاثة مراكز صحية جديدة في المدينة، وقالت إن العمل فيها يبدأ قريبا"
    texts = [("short", story), ("long", story + " وحضر الافتتاح عدد من الأطباء")]
    assert [removed.id for removed in mukarrar.dedup(texts).removed] == ["long"]
    assert [removed.id for removed in mukarrar.dedup(texts, lossless=True).removed] == ["short"]
    dated = mukarrar.clusters(STORIES, source_field="source", across_sources=True)
    assert dated.summary["parameters"]["across"] == "source"
    with pytest.raises(mukarrar.ParameterError, match="lossless"):
        mukarrar.pairs(texts, lossless=True)


def test_what_cannot_work():
    with pytest.raises(mukarrar.ParameterError, match="threshold"):
        mukarrar.clusters(pairs(), threshold=0)
    with pytest.raises(TypeError, match="clusters.. got an unexpected keyword argument 'output'"):
        mukarrar.clusters(pairs(), output="x")
    with pytest.raises(TypeError, match="item 1 is no .id, text. pair"):
        mukarrar.clusters([("a", "نص"), ("b",)])
    with pytest.raises(TypeError, match="item 1: its text is int"):
        mukarrar.clusters([("a", "نص"), ("b", 7)])
    with pytest.raises(TypeError, match="are mixed"):
        mukarrar.clusters([("a", "نص"), "b.jsonl"])
    with pytest.raises(mukarrar.ParameterError, match="output"):
        mukarrar.dedup(pairs(), output="x")
    with pytest.raises(mukarrar.ParameterError, match="id_field"):
        mukarrar.dedup(pairs(), id_field="x")
    with pytest.raises(mukarrar.ParameterError, match="exact, near, contained"):
        mukarrar.dedup(pairs(), remove=["variant"])
    with pytest.raises(mukarrar.InputOutputError) as raised:
        mukarrar.clusters("no such file")
    assert isinstance(raised.value, OSError) and raised.value.path == "no such file"


def test_a_run_over_nothing_is_an_error(tmp_path):
    with pytest.raises(mukarrar.NothingReadError, match="the input has no record"):
        mukarrar.clusters([])
    with pytest.raises(mukarrar.NothingReadError, match="the input has no record"):
        mukarrar.dedup(iter([]))
    with pytest.raises(mukarrar.NothingReadError, match="there is no file in the input"):
        mukarrar.clusters(tmp_path)
    bodies, clean = tmp_path / "bodies.jsonl", tmp_path / "clean.jsonl"
    bodies.write_text('{"id": 1, "body": "قال الوزير إن الأمر انتهى"}\n', "utf-8")
    with pytest.raises(mukarrar.NothingReadError, match=r"no field \"text\" among its fields \(id, body\).*text_field=") as raised:
        mukarrar.dedup(bodies, output=clean)
    assert isinstance(raised.value, ValueError) and not clean.exists()
    assert mukarrar.dedup(bodies, output=clean, text_field="body").summary["records"]["kept"] == 1


def test_half_a_character_is_told_with_its_item():
    for ask in (
        lambda: mukarrar.clusters([("a", "نص"), ("b", "\ud800")]),
        lambda: mukarrar.dedup(["نص أول", "نص \ud800"]),
        lambda: mukarrar.Index().check_all(["نص", "\ud800"]),
        lambda: mukarrar.Index().insert_all([("a", "نص"), ("b", "\ud800")]),
    ):
        with pytest.raises(UnicodeEncodeError, match=r"surrogates not allowed, in item 1"):
            ask()


def test_an_iterable_that_fails_says_so_itself():
    def failing():
        yield "a", "نص"
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        mukarrar.clusters(failing())


def test_other_threads_run_meanwhile():
    """The reader waits for a line that only another thread of Python can write."""
    import os
    import tempfile

    with tempfile.TemporaryDirectory() as place:
        pipe = os.path.join(place, "news.jsonl")
        os.mkfifo(pipe)

        def write():
            with open(pipe, "w", encoding="utf-8") as out:
                out.write('{"id": 1, "text": "قال الوزير إن الأمر انتهى"}\n')

        writer = threading.Thread(target=write)
        writer.start()
        assert mukarrar.clusters(pipe, input_format="jsonl").summary["records"]["read"] == 1
        writer.join()
