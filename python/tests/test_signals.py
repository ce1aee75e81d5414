"""Ctrl-C ends every long function within a second and leaves nothing half done. A forked child can use all locks."""

import json
import os
import signal
import subprocess
import sys
import threading

import pytest

import mukarrar

STORY = "أعلنت وزارة الصحة عن افتتاح ثلاثة مراكز جديدة في المدينة أمس"
WORDS = [f"{chr(0x628 + first)}{chr(0x628 + second)}{chr(0x628 + third)}" for first in range(19) for second in range(19) for third in range(19)]

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="the system has no timers that signal")


def text(number, words=60):
    return " ".join(WORDS[(number * 7919 + place * place * 31 + place * number) % len(WORDS)] for place in range(words))


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """An index of some size, with removed texts."""
    path = tmp_path_factory.mktemp("full") / "seen"
    with mukarrar.Index.open(path, seed=1) as seen:
        seen.insert_all([(str(number), text(number)) for number in range(6_000)])
        for number in range(0, 6_000, 3):
            seen.remove(str(number))
    return path


@pytest.fixture
def interrupted():
    """Does work again and again until a signal interrupts it."""

    def on_alarm(*_):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, on_alarm)

    def run(work, after=0.05):
        try:
            with pytest.raises(KeyboardInterrupt):
                # Within, since the signal may come at once.
                signal.setitimer(signal.ITIMER_REAL, after)
                while True:
                    work()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    yield run
    signal.signal(signal.SIGALRM, before)


def test_upkeep_of_an_index_is_interrupted_and_leaves_it_whole(full, tmp_path, interrupted):
    out = tmp_path / "export.jsonl"
    with mukarrar.Index.open(full) as seen:
        count = len(seen)
        interrupted(lambda: seen.export_to(out), after=0.02)
        assert not out.exists() or len(out.read_text("utf-8").splitlines()) == count + 1
        assert [path.name for path in tmp_path.iterdir() if path != out] == []
        seen.export_to(out)

        interrupted(lambda: seen.expire(before="1990-01-01"), after=0.02)
        interrupted(seen.compact, after=0.02)
        assert len(seen) == count and seen.compact()["documents"] == count
        assert seen.check(text(1)).match.key == "1" and seen.check(text(0)).kind == "new"
    with mukarrar.Index.open(full) as seen:
        assert seen.recovery is None and len(seen) == count

        # As if nobody had interrupted; a merge leaves out what repeats another text.
        whole, other = mukarrar.Index(seed=1), mukarrar.Index(seed=1)
        whole.merge(seen)
        interrupted(lambda: other.merge(seen), after=0.1)
        other.merge(seen)
        assert len(other) == len(whole) > count * 0.9
    whole, other = mukarrar.Index(seed=1), mukarrar.Index(seed=1)
    whole.import_from(out)
    interrupted(lambda: other.import_from(out), after=0.1)
    other.import_from(out)
    assert len(other) == len(whole) > count * 0.9


def test_long_texts_are_answered_in_small_batches(interrupted):
    seen = mukarrar.Index()
    long = [" ".join(text(number + part) for part in range(300)) for number in range(40)]
    interrupted(lambda: seen.check_all(long * 50), after=0.3)


def test_tables_are_verified_in_parts(interrupted):
    import pyarrow

    table = pyarrow.table({"text_a": [text(number, 400) for number in range(4_000)], "text_b": [text(number + 1, 400) for number in range(4_000)]})
    interrupted(lambda: mukarrar.verify_batch(table), after=0.3)


def test_reports_and_comparisons_are_interrupted(tmp_path, interrupted):
    many = [f"{text(cluster, 200)} {copy}" for cluster in range(400) for copy in range(3)]
    found = mukarrar.clusters(many)
    interrupted(lambda: found.report(tmp_path / "x.html"), after=0.05)
    assert [path.name for path in tmp_path.iterdir() if path.name != "x.html"] == []
    a, b = text(1, 60_000), text(2, 60_000)
    interrupted(lambda: mukarrar.compare(a, b), after=0.2)


FORKING = """
import os, sys, threading, mukarrar
texts = ["%s", "نص آخر"]
seen = mukarrar.Index()
ended = threading.Event()

def ask():
    while not ended.is_set():
        seen.check_all(texts)

threads = [threading.Thread(target=ask) for _ in range(4)]
for thread in threads:
    thread.start()
failed = 0
for _ in range(60):
    child = os.fork()
    if child == 0:
        mukarrar.Index().check_all(texts)
        os._exit(0)
    failed += os.waitpid(child, 0)[1] != 0
ended.set()
for thread in threads:
    thread.join()
sys.exit(failed)
""" % STORY


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_a_fork_beside_busy_threads_leaves_a_child_that_works():
    """Without the hooks a child could inherit a lock that a thread of its parent holds, and wait for ever."""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", FORKING], timeout=300, check=False)
    assert done.returncode == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_a_forked_child_is_told_by_upkeep_too(full):
    with mukarrar.Index.open(full, read_only=True) as seen:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            told = {}
            for name in ("compact", "expire"):
                try:
                    getattr(seen, name)()
                except mukarrar.ForkedError as error:
                    told[name] = error.opened_by
            os.write(writing, json.dumps(told).encode())
            os._exit(0)
        os.waitpid(child, 0)
        assert json.loads(os.read(reading, 1000)) == {"compact": str(os.getpid()), "expire": str(os.getpid())}


def test_threads_go_on_beside_upkeep(full):
    with mukarrar.Index.open(full, read_only=True) as seen:
        answers = []
        thread = threading.Thread(target=lambda: answers.append(seen.check(text(1)).kind))
        thread.start()
        seen.stats()
        thread.join()
        assert answers == ["duplicate"]
