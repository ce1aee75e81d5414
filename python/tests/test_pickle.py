"""What can be pickled, and what an index is in another process."""

import multiprocessing
import os
import pickle

import datasets
import pytest

import mukarrar

FIRST = "أعلنت وزارة الصحة عن افتتاح ثلاثة مراكز جديدة في المدينة أمس"
OTHER = "فاز الفريق الأول بالمباراة النهائية أمام جمهور كبير"


def again(thing):
    return pickle.loads(pickle.dumps(thing))


def test_answers_and_results_come_back_as_they_were():
    seen = mukarrar.Index()
    seen.insert("1", FIRST)
    for verdict in (seen.check(FIRST), seen.check(OTHER), seen.check("")):
        assert again(verdict) == verdict and repr(again(verdict)) == repr(verdict)
    match = seen.check(FIRST).match
    assert again(match) == match and again(match).seen == match.seen
    assert again(mukarrar.tokens(FIRST)) == mukarrar.tokens(FIRST)
    assert again(mukarrar.units(FIRST)) == mukarrar.units(FIRST)
    hasher = mukarrar.MinHasher()
    estimate = hasher.sketch(FIRST).jaccard(hasher.sketch(OTHER))
    assert again(estimate) == estimate
    for result in (mukarrar.clusters([FIRST, FIRST]), mukarrar.pairs([FIRST, FIRST]), mukarrar.dedup([FIRST, FIRST]), mukarrar.compare(FIRST, OTHER)):
        assert again(result) == result


def test_an_index_in_a_directory_comes_back_to_read(tmp_path):
    with mukarrar.Index.open(tmp_path / "seen") as seen:
        seen.insert("1", FIRST)
        reader = again(seen)
        assert reader.check(FIRST).match.key == "1"
        with pytest.raises(mukarrar.ReadOnlyError):
            reader.insert("2", OTHER)
        seen.insert("2", OTHER)
        seen.commit()
        assert reader.check(OTHER).match.key == "2"
        assert again(reader).check(OTHER).match.key == "2"
    with pytest.raises(TypeError, match="a closed index"):
        pickle.dumps(seen)


def test_an_index_in_memory_says_why_it_cannot_be_pickled():
    with pytest.raises(TypeError, match="in memory cannot be pickled.*Index.open"):
        pickle.dumps(mukarrar.Index())


def keys_of(work):
    index, texts = work
    return [verdict.match and verdict.match.key for verdict in index.check_all(texts)]


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_workers_of_every_kind_read_the_index_that_they_are_given(method, tmp_path):
    with mukarrar.Index.open(tmp_path / "seen") as seen:
        # Its threads exist in this process, and in no forked child.
        seen.insert_all([("1", FIRST), ("2", OTHER)])
        with multiprocessing.get_context(method).Pool(2) as pool:
            assert pool.map(keys_of, [(seen, [FIRST, OTHER])] * 4) == [["1", "2"]] * 4
        assert seen.check_and_insert("3", FIRST).is_duplicate


def test_datasets_filter_in_several_processes(tmp_path):
    """Each process reads one index; nothing is split among them."""
    rows = datasets.Dataset.from_dict({"text": [FIRST, OTHER, FIRST, OTHER]})
    with mukarrar.Index.open(tmp_path / "seen") as seen:
        seen.insert("1", FIRST)
        left = rows.filter(lambda row: not seen.check(row["text"]).is_duplicate, num_proc=2)
        assert left["text"][:] == [OTHER, OTHER]
        marked = rows.map(lambda row: {"known": bool(seen.check(row["text"]))}, num_proc=2)
        assert marked["known"][:] == [True, False, True, False]
    memory = mukarrar.Index()
    with pytest.raises(TypeError, match="in memory cannot be pickled"):
        rows.filter(lambda row: memory.check_and_insert(row["text"], row["text"]).kind == "new", num_proc=2)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_a_forked_child_has_threads_and_runs_of_its_own(tmp_path):
    mukarrar.Index().check_all([FIRST, OTHER])
    mukarrar.clusters([FIRST, OTHER])
    child = os.fork()
    if child == 0:
        fine = False
        try:
            own = mukarrar.Index()
            own.insert_all([("1", FIRST), ("2", OTHER)])
            fine = len(own) == 2 and len(mukarrar.dedup([FIRST, FIRST]).kept) == 1
        finally:
            os._exit(0 if fine else 1)
    assert os.waitpid(child, 0)[1] == 0
