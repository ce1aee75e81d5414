"""Progress, and the end of a run that is interrupted."""

import io
import os
import signal
import threading

import pytest

import mukarrar
from mukarrar._progress import Bar

TEXT = "أعلنت وزارة الصحة عن افتتاح ثلاثة مراكز جديدة في المدينة أمس"


@pytest.fixture
def interrupts():
    """Ctrl-C raises, also where the tests were started in the background, which ignores it."""
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, handler)


def test_a_function_is_told_the_progress():
    told = []
    mukarrar.clusters([f"{TEXT} {number}" for number in range(50)], progress=lambda *state: told.append(state))
    stage, done, total = told[-1]
    assert isinstance(stage, str) and stage and done <= total


def test_what_the_function_raises_ends_the_run(tmp_path):
    news, clean = tmp_path / "news.txt", tmp_path / "clean.txt"
    news.write_text(TEXT, "utf-8")

    def fail(*state):
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        mukarrar.dedup([TEXT, TEXT], progress=fail)
    with pytest.raises(TypeError, match="progress is a function"):
        mukarrar.dedup(news, output=clean, progress="yes")
    assert not clean.exists()


def test_a_bar_shows_stage_share_and_time():
    out, now = io.StringIO(), iter([0.0, 10.0, 20.0])
    bar = Bar(out, lambda: next(now))
    bar("read", 0, 0)
    bar("read", 500, 1000)
    bar("verify", 1, 4)
    bar.close()
    lines = out.getvalue().split("\r")
    assert lines[1] == "read: 0 [00:00, 0/s]"
    assert lines[2] == "read:  50%|████████████            | 500/1000 [00:10<00:10, 50/s]"
    assert lines[3].startswith("verify:  25%|██████") and "1/4 [00:00<?, 0/s]" in lines[3]


def test_the_bar_is_written_to_standard_error(capsys):
    mukarrar.dedup([TEXT, TEXT], progress=True)
    shown = capsys.readouterr()
    assert shown.out == "" and "\r" in shown.err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_an_interrupt_ends_a_run_that_waits(tmp_path, interrupts):
    """The run waits for a line that never comes; the interrupt comes while it waits."""
    pipe, clean = tmp_path / "news.jsonl", tmp_path / "clean.jsonl"
    os.mkfifo(pipe)
    opened = threading.Event()

    def interrupt():
        with open(pipe, "w", encoding="utf-8") as out:
            os.kill(os.getpid(), signal.SIGINT)
            opened.wait()
            out.write('{"id": 1, "text": "قال الوزير إن الأمر انتهى"}\n')

    writer = threading.Thread(target=interrupt)
    writer.start()
    with pytest.raises(KeyboardInterrupt):
        mukarrar.dedup(pipe, output=clean, input_format="jsonl")
    opened.set()
    writer.join()
    assert not clean.exists()


def test_an_interrupt_between_batches_keeps_what_was_answered(interrupts):
    seen = mukarrar.Index()

    def items():
        for number in range(5000):
            yield str(number), f"{TEXT} {number} {number * 7} {number * 13} {number * 17} {number * 19}"
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        seen.insert_all(items())
    assert len(seen) == 0, "the iterable was interrupted"

    handler = signal.signal(signal.SIGALRM, lambda *_: signal.default_int_handler(signal.SIGINT, None))
    try:
        with pytest.raises(KeyboardInterrupt):
            # Within, since the signal may come at once.
            signal.setitimer(signal.ITIMER_REAL, 0.001)
            for number in range(1_000_000):
                seen.insert_all([(f"{number} {part}", f"{TEXT} {number} {part}") for part in range(10)])
    finally:
        signal.signal(signal.SIGALRM, handler)
    assert seen.check_and_insert("last", "نص آخر لا يشبه غيره").kind == "new"
