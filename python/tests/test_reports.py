"""Results as pages, in files and in notebooks."""

import html
import json
import pickle
import subprocess
import sys

import pytest

import mukarrar

STORY = "أعلنت وزارة الصحة عن افتتاح ثلاثة مراكز جديدة في المدينة أمس وقالت إن العمل فيها يبدأ قريبا"
COPY = STORY.replace("ثلاثة", "أربعة")
OTHER = "فاز الفريق الأول بالمباراة النهائية أمام جمهور كبير بعد وقت إضافي طويل"
FRAME = [("a<b>", STORY), ("b", STORY + " بحضور الوزير"), ("c", OTHER)]


def results():
    return [mukarrar.clusters(FRAME), mukarrar.dedup(FRAME), mukarrar.pairs(FRAME), mukarrar.compare(STORY, COPY)]


def test_every_result_is_a_file_that_loads_nothing(tmp_path):
    for number, result in enumerate(results()):
        path = tmp_path / f"{number}.html"
        result.report(path)
        page = path.read_text("utf-8")
        assert page.startswith("<!doctype html>") and "default-src &#39;none&#39;" in page
        assert "الصحة" in page and "a<b>" not in page
        assert [other.name for other in sorted(tmp_path.iterdir())] == [f"{n}.html" for n in range(number + 1)]


def test_the_report_of_files_is_that_of_the_command(tmp_path):
    source = tmp_path / "news.jsonl"
    source.write_text("".join(json.dumps({"id": key, "text": text}) + "\n" for key, text in FRAME), "utf-8")
    mukarrar.clusters(source).report(tmp_path / "library.html")
    # In a process of its own: the command takes the signals of its process, and a worker forked later would not hear its end.
    command = ["-m", "mukarrar", "clusters", str(source), "-q", "-o", str(tmp_path / "o.json"), "--report", str(tmp_path / "command.html")]
    subprocess.run([sys.executable, *command], check=True)
    assert (tmp_path / "library.html").read_bytes() == (tmp_path / "command.html").read_bytes()


def test_notebooks_show_a_frame_of_its_own_without_rights():
    for result in results():
        shown = result._repr_html_()
        assert shown.startswith('<iframe sandbox="allow-scripts"')
        page = shown.partition('srcdoc="')[2].rpartition('"')[0]
        assert '"' not in page and html.unescape(page).startswith("<!doctype html>")


def test_results_have_a_short_repr():
    clusters, made, pairs, compared = results()
    assert repr(clusters) == "Clusters(1 cluster of 2 texts; 3 records read, 0 rejected)"
    assert repr(made) == "Deduplicated(3 records read, 2 kept, 1 removal, 0 rejected)"
    assert repr(pairs) == "Pairs(1 pair; 3 records read, 0 rejected)"
    assert repr(compared).startswith("Comparison(relation=") and len(repr(compared)) < 120


def test_a_pickled_result_has_no_texts_and_says_so(tmp_path):
    for result in results()[:3]:
        again = pickle.loads(pickle.dumps(result))
        assert again == result and again._repr_html_() is None
        with pytest.raises(mukarrar.ParameterError, match="run again"):
            again.report(tmp_path / "x.html")
    assert list(tmp_path.iterdir()) == []


def test_a_path_that_cannot_be_written_is_an_error_and_leaves_nothing(tmp_path):
    with pytest.raises(OSError):
        mukarrar.clusters(FRAME).report(tmp_path / "none" / "x.html")
    (tmp_path / "x.html").mkdir()
    with pytest.raises(OSError):
        mukarrar.clusters(FRAME).report(tmp_path / "x.html")
    assert [path.name for path in tmp_path.iterdir()] == ["x.html"]


def test_alarms_are_in_the_summary():
    made = mukarrar.dedup([(f"{number}", STORY) for number in range(40)])
    assert made.summary["alarms"][0]["alarm"] == "large_cluster"
    assert [alarm.alarm for alarm in made.alarms] == ["large_cluster"] and "takes 40 of 40 records" in str(made.alarms[0])
    assert made.alarms[0].fields["members"] == 40 and "--" not in made.alarms[0].message and "`report`" in made.alarms[0].message
    assert mukarrar.dedup(FRAME).alarms == [] and "alarms" not in mukarrar.dedup(FRAME).summary


def test_a_notebook_shows_a_bounded_page():
    long = " ".join(f"كلمة{number}" for number in range(5_000))
    many = [f"{long} {cluster} {copy}" for cluster in range(30) for copy in range(3)]
    shown = mukarrar.clusters(many, facts="off")._repr_html_()
    assert len(shown) < 2_000_000


def test_a_pickled_comparison_still_has_its_texts(tmp_path):
    again = pickle.loads(pickle.dumps(mukarrar.compare(STORY, COPY)))
    again.report(tmp_path / "x.html")
    assert "الصحة" in (tmp_path / "x.html").read_text("utf-8")
