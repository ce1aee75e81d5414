"""The index, in memory and on disk."""

import multiprocessing
import os
import shutil
import subprocess
import sys
import threading
from datetime import date, datetime, timedelta, timezone

import pytest

import mukarrar

FIRST = "أعلنت وزارة الصحة عن افتتاح ثلاثة مراكز جديدة في المدينة أمس بحضور عدد من المسؤولين"
AGAIN = "اعلنت وزاره الصحة عن إفتتاح ثلاثة مراكز جديدة في المدينة أمس بحضور عدد من المسئولين"
OTHER = "فاز الفريق الأول بالمباراة النهائية بعد وقت إضافي طويل أمام جمهور كبير في الملعب"


@pytest.fixture(params=["memory", "disk"])
def index(request, tmp_path):
    # With a random seed, one pair in some hundred of Jaccard .65 is not found.
    made = mukarrar.Index() if request.param == "memory" else mukarrar.Index.open(tmp_path / "index", seed=1)
    yield made
    made.close()


def test_verdicts(index):
    assert index.check(FIRST).kind == "new"
    verdict = index.check_and_insert("1", FIRST)
    assert verdict.kind == "new" and not verdict and verdict.match is None
    repeated = index.check_and_insert("2", AGAIN)
    assert repeated and repeated.is_duplicate and repeated.kind == "duplicate"
    match = repeated.match
    assert (match.key, match.relation, match.jaccard, match.containment) == ("1", "exact", 1.0, 1.0)
    assert match.standard_error is None
    assert abs(datetime.now(timezone.utc) - match.seen) < timedelta(hours=1)
    assert index.check_and_insert("3", " … ").kind == "empty"
    assert len(index) == 1 and "1" in index and "2" not in index
    template = "أعلنت وزارة الصحة اليوم {} عدم تسجيل أي حالات جديدة بالفيروس في جميع المناطق والمدن"
    index.insert("friday", template.format("الجمعة"))
    variant = index.check_and_insert("saturday", template.format("السبت"))
    assert variant.kind == "variant" and not variant and variant.match.relation == "variant"


def test_a_key_stands_for_one_text(index):
    index.insert("1", FIRST)
    with pytest.raises(mukarrar.KeyExistsError, match="in the index already") as raised:
        index.check_and_insert("1", OTHER)
    assert isinstance(raised.value, KeyError) and raised.value.key == "1"
    assert index.replace("1", OTHER) is True
    assert index.replace("2", FIRST) is False
    assert index.check(OTHER).match.key == "1"
    assert index.remove("1") is True and index.remove("1") is False
    assert index.check(OTHER).kind == "new"


def test_batches_answer_as_if_one_by_one(index):
    items = [("1", FIRST), ("2", AGAIN), ("3", OTHER), ("4", ""), ("5", OTHER)]
    assert [verdict.kind for verdict in index.check_and_insert_all(items)] == [
        "new",
        "duplicate",
        "new",
        "empty",
        "duplicate",
    ]
    assert [verdict.kind for verdict in index.check_all([AGAIN, "نص آخر"])] == ["duplicate", "new"]
    answers = index.insert_all([("3", FIRST), ("6", FIRST)], return_errors=True)
    assert isinstance(answers[0], mukarrar.KeyExistsError) and answers[1] is None
    with pytest.raises(mukarrar.KeyExistsError):
        index.check_and_insert_all([("6", "نص آخر تماما"), ("7", "نص مختلف عن كل ما سبق")])
    assert "7" in index, "the others were answered"


def test_items_of_a_batch_may_tell_more(index):
    items = [("1", FIRST, {"seen": "2015-07-21T00:00:00Z", "source": "spa"}), ("2", OTHER)]
    assert [verdict.kind for verdict in index.check_and_insert_all(items)] == ["new", "new"]
    assert index.check_all([AGAIN, (AGAIN, {"kind": "story"})])[0].match.seen == datetime(2015, 7, 21, tzinfo=timezone.utc)
    assert index.insert_all(iter([("3", "نص ثالث يقول شيئا آخر", {"date": date(2015, 7, 21)})])) == [None]
    with pytest.raises(TypeError, match=r"item 1 is not \(key, text\) or \(key, text, about\)"):
        index.insert_all([("4", FIRST), ("5",)])
    with pytest.raises(TypeError, match="sauce"):
        index.insert_all([("4", FIRST, {"sauce": "spa"})])
    assert "4" not in index, "nothing of a batch that cannot be read is stored"


def test_queries(index):
    index.insert_all([("1", FIRST), ("2", FIRST + " وقال الوزير إن الأمر مهم جدا"), ("3", OTHER)])
    found = index.query(AGAIN)
    assert [match.key for match in found] == ["1", "2"]
    assert found[0].jaccard > found[1].jaccard
    assert len(index.query(AGAIN, top=1)) == 1
    assert index.query(AGAIN, by="containment")[0].containment == 1.0
    with pytest.raises(mukarrar.ParameterError, match="jaccard or containment"):
        index.query(AGAIN, by="length")


@pytest.mark.parametrize(
    "moment",
    [datetime(2015, 7, 21, 2, 51, 32, tzinfo=timezone.utc), "2015-07-21T05:51:32+03:00", 1437447092, datetime(2015, 7, 21, 2, 51, 32)],
)
def test_moments_and_expiry(index, moment):
    index.insert("1", FIRST, seen=moment)
    assert index.check(AGAIN).match.seen == datetime(2015, 7, 21, 2, 51, 32, tzinfo=timezone.utc)
    assert index.expire(before=date(2015, 7, 21)) == 0
    assert index.expire(before=date(2015, 7, 22)) == 1
    with pytest.raises(mukarrar.ParameterError, match="seen cannot be yesterday"):
        index.insert("2", FIRST, seen="yesterday")
    with pytest.raises(mukarrar.ParameterError, match="window"):
        index.expire()


def test_a_window_of_time():
    index = mukarrar.Index(window=timedelta(days=7))
    index.insert("1", FIRST, date="2025-01-01")
    assert index.check(AGAIN, date=date(2025, 1, 5))
    assert not index.check(AGAIN, date=date(2025, 2, 1))
    assert index.settings["window"] == "1w"


def test_estimates_say_how_good_they_are():
    index = mukarrar.Index(verify="estimate")
    index.insert("1", FIRST)
    assert index.check(AGAIN).match.standard_error is not None


def test_of_equal_texts_inserted_at_once_one_is_new(index):
    verdicts, begin = [], threading.Barrier(4)

    def insert(key):
        begin.wait()
        verdicts.append(index.check_and_insert(key, FIRST).kind)

    threads = [threading.Thread(target=insert, args=(str(n),)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(verdicts) == ["duplicate", "duplicate", "duplicate", "new"]


def test_what_is_closed_stays_closed(index):
    with index as same:
        assert same is index
        index.insert("1", FIRST)
    assert index.closed
    index.close()
    with pytest.raises(mukarrar.ClosedError, match="open it again"):
        index.check(FIRST)
    assert repr(index) == "Index(closed)"


def test_what_a_crash_left_is_told(tmp_path):
    with mukarrar.Index.open(tmp_path / "index") as index:
        index.insert("1", FIRST)
        index.commit()
        index.insert("2", OTHER)
        assert index.recovery is None
        # As a machine leaves it that loses its power now.
        shutil.copytree(tmp_path / "index", tmp_path / "crashed")
    with mukarrar.Index.open(tmp_path / "crashed") as index:
        recovery = index.recovery
        assert (recovery["documents"], recovery["lost_commits"]) == (1, 0)
        assert "the index was not closed" in recovery["message"]
        assert "1" in index and "2" not in index
    with mukarrar.Index.open(tmp_path / "crashed") as index:
        assert index.recovery is None


def test_what_was_answered_stays_after_an_exception(tmp_path):
    with pytest.raises(RuntimeError), mukarrar.Index.open(tmp_path / "index") as index:
        index.insert("1", FIRST)
        raise RuntimeError
    with mukarrar.Index.open(tmp_path / "index", create=False) as index:
        assert index.check(AGAIN).match.key == "1"


def test_one_writer_and_any_number_of_readers(tmp_path):
    path = str(tmp_path / "index")
    with mukarrar.Index.open(path, threshold=0.7) as writer:
        writer.insert("1", FIRST)
        writer.commit()
        with mukarrar.Index.open(path, read_only=True) as reader:
            assert reader.check(AGAIN).match.key == "1"
            writer.insert("2", OTHER)
            writer.commit()
            assert "2" in reader
            with pytest.raises(mukarrar.ReadOnlyError, match="for reading only"):
                reader.insert("3", FIRST)
        with pytest.raises(mukarrar.IndexOpenError) as raised:
            mukarrar.Index.open(path)
        assert str(path) in str(raised.value)
    with pytest.raises(mukarrar.IndexOpenError, match="threshold"):
        mukarrar.Index.open(path, threshold=0.8)
    with mukarrar.Index.open(path, threshold=None) as index:
        assert index.settings["threshold"] == "0.7"


def test_a_directory_that_is_no_index(tmp_path):
    with pytest.raises(mukarrar.IndexOpenError):
        mukarrar.Index.open(tmp_path / "none", create=False)
    with pytest.raises(mukarrar.IndexOpenError):
        mukarrar.Index.open(tmp_path / "none", read_only=True)


def test_other_threads_run_while_an_index_that_nobody_closed_is_committed(tmp_path):
    # With this interval a thread runs only where another lets go of the lock.
    interval, ran = sys.getswitchinterval(), []
    try:
        for attempt in range(30):
            index = mukarrar.Index.open(tmp_path / str(attempt))
            index.insert_all([(str(n), f"{FIRST} {n}") for n in range(500)])
            turn = threading.Lock()
            turn.acquire()
            other = threading.Thread(target=lambda: turn.acquire() and ran.append(attempt))
            sys.setswitchinterval(1000)
            other.start()
            turn.release()
            del index
            ran_meanwhile = attempt in ran
            sys.setswitchinterval(interval)
            other.join()
            if ran_meanwhile:
                break
        assert ran_meanwhile
    finally:
        sys.setswitchinterval(interval)
    with mukarrar.Index.open(tmp_path / str(attempt), create=False) as index:
        assert len(index) == 500 and index.recovery is None


def test_an_index_that_outlives_the_program_is_committed(tmp_path):
    program = (
        "import mukarrar, sys\n"
        "seen = mukarrar.Index.open(sys.argv[1])\n"
        "seen.insert('1', 'أعلنت وزارة الصحة عن افتتاح ثلاثة مراكز جديدة')\n"
        "sys.modules['held'] = [seen]\n"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "index")], check=True, timeout=60)
    with mukarrar.Index.open(tmp_path / "index", create=False) as index:
        assert len(index) == 1


def test_an_export_is_whole_or_not_there(tmp_path):
    path = tmp_path / "export.jsonl"
    path.write_text("yesterday's")
    program = (
        "import mukarrar, resource, sys\n"
        "seen = mukarrar.Index()\n"
        "seen.insert_all([(str(n), f'قال الوزير إن الأمر انتهى {n}') for n in range(1000)])\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))\n"
        "try:\n"
        "    seen.export_to(sys.argv[1])\n"
        "except mukarrar.InputOutputError as error:\n"
        "    assert isinstance(error, OSError)\n"
        "else:\n"
        "    raise AssertionError('there was room')\n"
    )
    subprocess.run([sys.executable, "-c", program, str(path)], check=True, timeout=60)
    assert path.read_text() == "yesterday's"
    assert [found.name for found in tmp_path.iterdir()] == ["export.jsonl"]


def test_an_export_is_never_written_into_its_index(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with mukarrar.Index.open("index") as index:
        index.insert("1", FIRST)
        index.commit()
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        monkeypatch.chdir(elsewhere)
        for path in ("../index/index.json", tmp_path / "index" / "new.jsonl"):
            with pytest.raises(mukarrar.OutputError, match="lies inside the index"):
                index.export_to(path)
        assert index.export_to("export.jsonl") == 1
    with mukarrar.Index.open(tmp_path / "index", create=False) as index:
        assert "1" in index


def test_export_import_merge_and_numbers(index, tmp_path):
    index.insert_all([("1", FIRST), ("2", OTHER)])
    assert index.export_to(tmp_path / "export.jsonl") == 2
    other = mukarrar.Index()
    assert other.import_from(tmp_path / "export.jsonl") == {"inserted": 2, "duplicates": 0, "keys_known": 0}
    other.insert("3", "وصلت السفينة إلى الميناء صباحا محملة بمئات الأطنان من القمح")
    assert index.merge(other)["inserted"] == 1
    assert index.stats()["documents"] == len(index) == 3
    assert index.top(1)["documents"] == 3
    index.remove("3")
    assert index.compact()["documents"] == 2
    with pytest.raises(mukarrar.ParameterError, match="another index"):
        index.merge(index)
    with pytest.raises(mukarrar.Error):
        mukarrar.Index(threshold=0.9).import_from(tmp_path / "export.jsonl")
    with pytest.raises(mukarrar.InputOutputError):
        index.import_from(tmp_path / "none")


def test_settings_that_cannot_work():
    with pytest.raises(mukarrar.ParameterError, match="recall"):
        mukarrar.Index(recall=1.0)
    with pytest.raises(mukarrar.ParameterError, match="facts"):
        mukarrar.Index(verify="estimate", facts="guard")
    with pytest.raises(TypeError, match="'path'"):
        mukarrar.Index(path="x")
    with pytest.raises(mukarrar.ParameterError, match="kind"):
        mukarrar.Index().check(FIRST, kind="page")


@pytest.mark.parametrize("value", [-1, 2**64])
def test_numbers_out_of_range_are_parameter_errors_that_name_the_keyword(tmp_path, value):
    index = mukarrar.Index()
    asks = {
        "seed": lambda: mukarrar.Index(seed=value),
        "bands": lambda: mukarrar.MinHasher(bands=value),
        "num_hashes": lambda: mukarrar.MinHasher(num_hashes=value),
        "commit_every": lambda: mukarrar.Index.open(tmp_path / "index", commit_every=value),
        "cache_size": lambda: mukarrar.Index.open(tmp_path / "index", cache_size=value),
        "top": lambda: index.query(FIRST, top=value),
        "threads": lambda: mukarrar.clusters([], threads=value),
        "memory": lambda: mukarrar.clusters([], memory=value),
        "max_bucket": lambda: mukarrar.dedup([], max_bucket=value),
        "max_record_size": lambda: mukarrar.clusters(tmp_path, max_record_size=value),
    }
    for name, ask in asks.items():
        with pytest.raises(mukarrar.ParameterError, match=f"{name} cannot be {value}: a whole number from 0") as raised:
            ask()
        assert raised.value.name == name
    assert not (tmp_path / "index").exists()
    for name, ask in {"threshold": lambda: mukarrar.Index(threshold=10**400), "seen": lambda: index.check(FIRST, seen=10**400)}.items():
        with pytest.raises(mukarrar.ParameterError, match=f"{name} cannot be 1000"):
            ask()


def test_values_of_the_wrong_kind_are_type_errors():
    for ask in (lambda: mukarrar.Index(window=7), lambda: mukarrar.clusters([("a", FIRST)], window=7)):
        with pytest.raises(TypeError, match="window is a timedelta or text such as 7d, not int"):
            ask()
    with pytest.raises(TypeError):
        mukarrar.Index(seed="1")
    with pytest.raises(TypeError):
        mukarrar.Index().query(FIRST, top=1.5)


def in_child(work):
    """What `work` answers in a forked child, which ends without clean-up as a worker does, and with it."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            answer = str(work())
        except mukarrar.ForkedError as error:
            answer = f"forked: {error.opened_by}"
        os.write(writer, answer.encode())
        os._exit(0)
    os.close(writer)
    answer = os.read(reader, 4096).decode()
    os.close(reader)
    os.waitpid(child, 0)
    return answer


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_a_forked_child_is_refused_and_the_parent_loses_nothing(index, tmp_path):
    texts = [f"نص الخبر رقم {number} عن مدينة {number * 7} وعن شارع {number * 13} وعن بيت {number * 17}" for number in range(300)]
    for place, text in enumerate(texts):
        index.insert(str(place), text)

    refused = f"forked: {os.getpid()}"
    for work in (
        lambda: index.check(FIRST),
        lambda: index.check_and_insert("new", FIRST),
        lambda: index.insert_all([("new", FIRST)]),
        lambda: index.commit(),
        lambda: len(index),
        lambda: "1" in index,
        lambda: index.stats(),
        lambda: index.top(),
    ):
        assert in_child(work) == refused
    assert in_child(lambda: index.close()) == refused

    assert len(index) == 300
    index.insert("last", OTHER)
    index.commit()
    assert "299" in index and "last" in index and "new" not in index


# An index cannot be pickled, so the children of a pool find it here.
inherited = []


def use_inherited(number):
    try:
        inherited[0].check_and_insert(str(number), OTHER)
    except mukarrar.Error as error:
        return type(error).__name__
    return "stored"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_a_directory_survives_its_forked_children(tmp_path):
    index = mukarrar.Index.open(tmp_path / "index")
    index.insert("1", FIRST)
    inherited.append(index)
    with multiprocessing.get_context("fork").Pool(2) as pool:
        answers = pool.map(use_inherited, range(4))
    assert inherited.pop() is index and answers == ["ForkedError"] * 4

    # The lock is still the parent's.
    with pytest.raises(mukarrar.IndexOpenError, match="being written"):
        mukarrar.Index.open(tmp_path / "index")
    index.close()
    with mukarrar.Index.open(tmp_path / "index") as again:
        assert len(again) == 1 and again.recovery is None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_a_child_that_ends_as_a_program_does_stores_nothing(tmp_path):
    # The end of the interpreter drops the index of the child, before the parent commits.
    script = f"""
import os, sys, mukarrar
index = mukarrar.Index.open({str(tmp_path / "index")!r})
for number in range(300):
    index.insert(str(number), f"نص {{number}} {{number * 7}} {{number * 13}} {{number * 17}}")
child = os.fork()
if child == 0:
    sys.exit(0)
assert os.waitpid(child, 0)[1] == 0
index.insert("last", {OTHER!r})
index.close()
"""
    subprocess.run([sys.executable, "-c", script], check=True)
    with mukarrar.Index.open(tmp_path / "index") as again:
        assert len(again) == 301 and again.recovery is None
