"""The filter in pipelines of datatrove itself."""

import gzip
import json
from collections import Counter

import pytest

pytest.importorskip("datatrove", reason="datatrove needs Python 3.10")

from datatrove.data import Document  # noqa: E402
from datatrove.executor import LocalPipelineExecutor  # noqa: E402
from datatrove.pipeline.readers import JsonlReader  # noqa: E402
from datatrove.pipeline.writers import JsonlWriter  # noqa: E402

import mukarrar  # noqa: E402
from mukarrar.datatrove import DedupFilter  # noqa: E402

from site_of_copies import respelled, story  # noqa: E402
from test_client import served  # noqa: E402


@pytest.fixture
def raw(tmp_path):
    """40 stories, of which 10 come again respelled and 5 as they were; in four files."""
    documents = [(f"story/{n}", story(n)) for n in range(40)]
    documents += [(f"near/{n}", respelled(story(n))) for n in range(10)] + [(f"exact/{n}", story(n)) for n in range(5)]
    folder = tmp_path / "raw"
    folder.mkdir()
    for part in range(4):
        rows = [{"id": id, "text": "\n".join(text), "site": id.split("/")[0]} for id, text in documents[part::4]]
        (folder / f"{part}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return folder


def rows(folder):
    for path in sorted(folder.glob("*.jsonl.gz")):
        for line in gzip.decompress(path.read_bytes()).decode("utf-8").splitlines():
            yield json.loads(line)


def run(tmp_path, raw, filter, name="", **executor):
    clean, removed = tmp_path / f"clean{name}", tmp_path / f"removed{name}"
    filter.exclusion_writer = JsonlWriter(str(removed))
    pipeline = [JsonlReader(str(raw)), filter, JsonlWriter(str(clean))]
    LocalPipelineExecutor(pipeline, logging_dir=str(tmp_path / f"logs{name}"), **executor).run()
    return list(rows(clean)), list(rows(removed))


def test_copies_are_dropped_and_say_what_they_repeat(tmp_path, raw):
    kept, removed = run(tmp_path, raw, DedupFilter(str(tmp_path / "seen"), source_key="site", batch_size=7), tasks=1)
    assert (len(kept), len(removed)) == (40, 15)
    numbers = [row["id"].split("/")[1] for row in kept]
    assert sorted(map(int, numbers)) == list(range(40))
    ids = {row["id"] for row in kept}
    for row in removed:
        found = row["metadata"]["mukarrar"]
        assert found["keeper"] in ids and found["keeper"].split("/")[1] == row["id"].split("/")[1]
        assert row["metadata"]["filter_reason"] == f"mukarrar_{found['relation']}"
        assert 0.6 <= found["jaccard"] <= 1

    # What an interrupted run had kept is kept again.
    again, _ = run(tmp_path, raw, DedupFilter(str(tmp_path / "seen"), source_key="site"), name="again", tasks=1)
    assert {row["id"] for row in again} == ids


def test_several_tasks_ask_one_server(tmp_path, raw):
    with served(tmp_path / "seen", "--create") as address:
        kept, removed = run(tmp_path, raw, DedupFilter(address), tasks=4, workers=2)
    assert Counter(row["id"].split("/")[1] for row in kept) == {str(n): 1 for n in range(40)}
    assert len(removed) == 15


def test_what_cannot_work_is_refused_with_the_remedy(tmp_path):
    with pytest.raises(mukarrar.ParameterError, match="mukarrar serve"):
        list(DedupFilter(str(tmp_path / "seen")).run(iter([]), rank=1, world_size=4))
    assert not (tmp_path / "seen").exists()
    with pytest.raises(mukarrar.ParameterError, match="threshold cannot be given"):
        DedupFilter("http://127.0.0.1:8077", threshold=0.7)
    with pytest.raises(mukarrar.ParameterError, match="threshold cannot be 3"):
        list(DedupFilter(str(tmp_path / "seen"), threshold=3).run(iter([Document(text="a", id="1")])))
