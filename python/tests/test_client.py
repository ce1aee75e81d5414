"""The client against a real server: the same answers as an index, turns under load, and errors in Python's words."""

import pickle
import re
import subprocess
import sys
import threading
from collections import Counter
from contextlib import contextmanager
from datetime import date, datetime, timezone
from multiprocessing import get_context

import pytest

import mukarrar

from site_of_copies import story

STORY = "أعلنت وزارة الصحة عن افتتاح ثلاثة مراكز صحية جديدة في المدينة أمس بحضور عدد من المسؤولين"
COPY = "اعلنت وزاره الصحة عن إفتتاح ثلاثة مراكز صحيّة جديدة في المدينة أمس بحضور عدد من المسئولين"
OTHER = "فاز الفريق الأول بالمباراة النهائية بعد وقت إضافي طويل أمام جمهور كبير في الملعب"
TOKEN = "0123456789abcdef0123456789abcdef"


@contextmanager
def served(directory, *options, listen="127.0.0.1:0"):
    """The address of a server of its own."""
    command = [sys.executable, "-m", "mukarrar", "serve", str(directory), "--listen", listen, *options]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        line = server.stderr.readline()
        found = re.search(r"https?://[^ ]+", line)
        assert found, line + server.stderr.read()
        yield found[0]
    finally:
        server.terminate()
        _, rest = server.communicate(timeout=60)
    assert server.returncode == 0, rest


@pytest.fixture
def server(tmp_path):
    with served(tmp_path / "seen", "--create") as address:
        yield address


def test_answers_are_those_of_an_index(server):
    index = mukarrar.Index()
    seen = datetime(2015, 7, 21, 2, 51, 32, tzinfo=timezone.utc)
    with mukarrar.Client(server) as client:
        assert repr(client) == f"Client({server!r})"
        for asked in (index, client):
            assert asked.check_and_insert("a", STORY, seen=seen, date=date(2015, 7, 20), source="صحيفة").kind == "new"
        assert client.check(COPY) == index.check(COPY)
        assert client.check(COPY).match.seen == seen
        assert client.query(COPY, top=3) == index.query(COPY, top=3)
        entries = [("b", COPY), ("c", OTHER, {"seen": 1_437_447_092}), ("d", "…"), ("e", OTHER)]
        assert client.check_and_insert_all(entries) == index.check_and_insert_all(entries)
        assert client.top(1) == index.top(1)
        texts = [STORY, (OTHER, {"source": "موقع"}), ""]
        assert [verdict.kind for verdict in client.check_all(texts)] == [verdict.kind for verdict in index.check_all(texts)]
        assert client.insert("f", STORY) is None
        assert client.remove("f") is True


def test_what_fails_is_told_in_its_place(server):
    client = mukarrar.Client(server)
    client.insert("a/ب?", STORY)
    with pytest.raises(mukarrar.KeyExistsError) as error:
        client.insert("a/ب?", OTHER)
    assert error.value.key == "a/ب?"
    answers = client.insert_all([("b", OTHER), ("a/ب?", OTHER), ("", OTHER), ("c", OTHER)], return_errors=True)
    assert [type(answer) for answer in answers] == [type(None), mukarrar.KeyExistsError, mukarrar.ServerError, type(None)]
    assert answers[2].reason == "bad-item" and "the key is empty" in str(answers[2])
    with pytest.raises(mukarrar.KeyExistsError):
        client.check_and_insert_all([("d", STORY), ("b", OTHER)])
    assert client.remove("d") is False, "a duplicate was not stored"
    assert client.remove("a/ب?") is True
    assert client.remove("a/ب?") is False
    with pytest.raises(mukarrar.ServerError, match="top cannot be 0") as error:
        client.query(STORY, top=0)
    assert (error.value.status, error.value.reason) == (400, "bad-item")


def test_batches_larger_than_the_server_takes_are_sent_in_parts(server):
    client = mukarrar.Client(server, compress=True)
    # Every fifth text has been there before.
    entries = [(str(n), " ".join(story(n - n % 5 // 4))) for n in range(2500)]
    answers = client.check_and_insert_all(entries)
    expected = mukarrar.Index().check_and_insert_all(entries)
    assert [(answer.kind, answer.match and answer.match.key) for answer in answers] == [
        (answer.kind, answer.match and answer.match.key) for answer in expected
    ]
    assert Counter(answer.kind for answer in answers) == {"new": 2000, "duplicate": 500}
    assert client.check_all([]) == []


def test_a_token_is_sent_and_a_wrong_one_is_refused(tmp_path, monkeypatch):
    token = tmp_path / "token"
    token.touch(mode=0o600)
    token.write_text(TOKEN)
    monkeypatch.delenv("MUKARRAR_TOKEN", raising=False)
    with served(tmp_path / "seen", "--create", "--token-file", str(token)) as address:
        with pytest.raises(mukarrar.ServerError) as error:
            mukarrar.Client(address).check(STORY)
        assert (error.value.status, error.value.reason) == (401, "unauthorized")
        assert mukarrar.Client(address).is_ready(), "health needs no token"
        assert mukarrar.Client(address, token=TOKEN).check(STORY).kind == "new"
        monkeypatch.setenv("MUKARRAR_TOKEN", TOKEN)
        assert mukarrar.Client(address, durable=True).check_and_insert("a", STORY).kind == "new"


def test_a_server_that_reads_refuses_to_write(tmp_path):
    with mukarrar.Index.open(tmp_path / "seen") as index:
        index.insert("a", STORY)
    with served(tmp_path / "seen", "--read-only") as address:
        client = mukarrar.Client(address)
        assert client.check(COPY).match.key == "a"
        with pytest.raises(mukarrar.ReadOnlyError):
            client.insert("b", OTHER)


def test_under_load_every_client_gets_its_turn(tmp_path):
    """One request at a time, eight threads: the others are told to come back, and do."""
    with served(tmp_path / "seen", "--create", "--max-requests", "1") as address:
        client = mukarrar.Client(address)
        verdicts, failures = Counter(), []

        def crawl(number):
            try:
                for n in range(30):
                    verdicts[client.check_and_insert(f"{number}/{n}", f"{OTHER} {n} {n * n}" * 40).kind] += 1
            except Exception as error:
                failures.append(error)

        threads = [threading.Thread(target=crawl, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failures
        assert sum(verdicts.values()) == 240
        assert verdicts["new"] + verdicts["variant"] <= 60, "equal texts of eight threads are stored once each"


def test_a_server_that_is_started_again_is_found_again(tmp_path):
    with served(tmp_path / "seen", "--create") as address:
        client = mukarrar.Client(address)
        client.insert("a", STORY)
    assert not client.is_ready()
    with served(tmp_path / "seen", listen=address.removeprefix("http://")):
        # The connection of before is closed by now.
        assert client.check(COPY).match.key == "a"


def test_a_server_out_of_reach_is_an_error_after_the_patience(tmp_path):
    with served(tmp_path / "seen", "--create") as address:
        pass
    with pytest.raises(mukarrar.ServerError, match="cannot be reached") as error:
        mukarrar.Client(address, patience=0.2).check(STORY)
    assert (error.value.status, error.value.reason) == (None, "unreachable")
    assert isinstance(error.value, ConnectionError)


def _check_in_child(client, results):
    results.put([client.check(COPY).match.key for _ in range(20)])


def test_a_forked_child_has_a_connection_of_its_own(server):
    client = mukarrar.Client(server)
    client.insert("a", STORY)
    fork = get_context("fork")
    results = fork.SimpleQueue()
    child = fork.Process(target=_check_in_child, args=(client, results))
    child.start()
    assert [client.check(OTHER).kind for _ in range(20)] == ["new"] * 20
    assert results.get() == ["a"] * 20
    child.join()
    assert child.exitcode == 0


def test_functions_that_are_sent_to_processes_take_it_along(server):
    import datasets

    texts = [" ".join(story(n % 30)) for n in range(60)]
    dataset = datasets.Dataset.from_dict({"id": list(map(str, range(60))), "text": texts})
    client = mukarrar.Client(server)
    kept = dataset.filter(lambda row: not client.check_and_insert(row["id"], row["text"]), num_proc=2, load_from_cache_file=False)
    assert sorted(kept["text"]) == sorted(texts[:30]), "one of each, whichever process came first"


def test_a_token_is_never_in_a_pickle(server, monkeypatch):
    with pytest.raises(TypeError, match="MUKARRAR_TOKEN"):
        pickle.dumps(mukarrar.Client(server, token=TOKEN))
    monkeypatch.setenv("MUKARRAR_TOKEN", TOKEN)
    pickled = pickle.dumps(mukarrar.Client(server, durable=True))
    assert TOKEN.encode() not in pickled
    assert pickle.loads(pickled).check_and_insert("a", STORY).kind == "new"


@pytest.mark.parametrize("address", ["ftp://a", "http://", "http://a/path", "http://a?b"])
def test_addresses_that_cannot_work_say_what_would(address):
    with pytest.raises(mukarrar.ParameterError, match="address cannot be .*http://HOST:PORT"):
        mukarrar.Client(address)
