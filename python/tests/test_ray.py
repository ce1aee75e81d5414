"""Ray moves the rows; the rows that come out are those of one run."""

import pytest
from engine_rows import ROWS, one_run, one_run_against

import mukarrar

pytest.importorskip("ray.data", reason="needs ray (pip install 'mukarrar[ray]')")

import ray  # noqa: E402

from mukarrar import ray as engine  # noqa: E402


@pytest.fixture(scope="module")
def rows():
    ray.init(num_cpus=2, include_dashboard=False, object_store_memory=200 << 20, log_to_driver=False)
    ray.data.DataContext.get_current().enable_progress_bars = False
    yield ray.data.from_items([*ROWS, {"id": "null", "text": None}], override_num_blocks=3)
    ray.shutdown()


@pytest.mark.parametrize(
    "options",
    [
        {"parts": 2},
        {"keep": "latest", "date_field": "date", "window": "9d", "source_field": "site", "parts": 3},
        {"lossless": True, "facts": "off", "containment": None, "across_sources": True, "source_field": "site", "parts": 1},
    ],
    ids=["defaults", "window and sources", "without loss, across sources"],
)
def test_rows_are_those_of_one_run(rows, tmp_path, options):
    found = engine.clusters(rows, **options).take_all()
    names = ("id", "keeper", "relation", "reason", "jaccard", "containment")
    of_ray = {tuple(row[name] for name in names) for row in found}
    assert len(of_ray) == len(found)
    assert of_ray == one_run(tmp_path, {name: value for name, value in options.items() if name != "parts"})
    relations = {row["relation"] for row in found}
    assert "exact" in relations
    assert ("contained" in relations) == ("containment" not in options)


def test_dedup_leaves_the_rows_that_one_run_keeps(rows, tmp_path):
    kept = engine.dedup(rows, parts=2).take_all()
    gone = {id for id, _, relation, *_ in one_run(tmp_path, {}) if relation in ("exact", "near")}
    assert kept == [row for row in ROWS if row["id"] not in gone]


def test_references_are_only_keepers(rows, tmp_path):
    against = [{**row, "id": f"r{place:05}"} for place, row in enumerate(ROWS[::3])]
    found = engine.clusters(rows, against=ray.data.from_items(against, override_num_blocks=2), parts=2).take_all()
    copies = [row for row in found if row["relation"] in ("exact", "near")]
    names = ("id", "keeper", "relation", "jaccard", "reference")
    assert {tuple(row[name] for name in names) for row in copies} == one_run_against(tmp_path, against)


def test_nothing_gives_nothing_and_bad_input_is_named(rows):
    alone = ray.data.from_items([{"id": 1, "text": "نص أول لا يشبه غيره"}, {"id": 2, "text": "خبر آخر عن شيء مختلف تماما"}])
    assert engine.clusters(alone, parts=2).take_all() == []
    assert engine.dedup(alone, parts=2).count() == 2
    for options, part in [
        ({"keep": "max:size"}, "one of first, last"),
        ({"across_sources": True}, "together with source_field"),
        ({"text": "body"}, "text cannot be body"),
        ({"parts": 0}, "parts cannot be 0"),
        ({"treshold": 1}, "treshold"),
    ]:
        with pytest.raises((mukarrar.ParameterError, TypeError), match=part):
            engine.clusters(rows, **options)
    with pytest.raises(mukarrar.ParameterError, match="unique"):
        engine.clusters(alone.union(alone), parts=2)
