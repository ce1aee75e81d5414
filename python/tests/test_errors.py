"""Errors name keywords and methods of the package, never options of the command line."""

from pathlib import Path

import pytest

import mukarrar

STORIES = Path(__file__).resolve().parents[2] / "corpus" / "stories.jsonl"


def refused(error, work):
    with pytest.raises(error) as raised:
        work()
    message = str(raised.value)
    assert "--" not in message and "`mukarrar index" not in message, message
    return message


def test_errors_name_keywords(tmp_path):
    table = tmp_path / "a.csv"
    table.write_text("id;body\n1;x\n", "utf-8")
    assert refused(mukarrar.UnreadableError, lambda: mukarrar.clusters(table)).endswith('with text_field="body"')
    latest = refused(mukarrar.ParameterError, lambda: mukarrar.clusters(STORIES, keep="latest"))
    assert latest.startswith("keep cannot be latest") and latest.endswith("with date_field=")
    edited = refused(mukarrar.ParameterError, lambda: mukarrar.clusters(STORIES, edited=True, facts="off"))
    assert edited.endswith('with facts="guard" and shingle="word:3"')
    memory = refused(mukarrar.MemoryLimitError, lambda: mukarrar.clusters(STORIES, memory=1))
    assert memory.startswith("memory cannot be 1 bytes") and "; give memory=" in memory


def test_names_in_errors_are_keywords():
    for keyword, value in [("max_bucket", 1), ("num_hashes", 0), ("language", "xx")]:
        with pytest.raises(mukarrar.ParameterError, match=f"^{keyword} cannot be {value}: ") as raised:
            mukarrar.clusters(STORIES, **{keyword: value})
        assert (raised.value.name, raised.value.value) == (keyword, str(value))


def test_rejected_records_name_keywords(tmp_path):
    lines = tmp_path / "a.jsonl"
    lines.write_text('{"id": "1", "body": "x"}\n{"id": "2", "text": "x"}\n', "utf-8")
    messages = [rejected.message for rejected in mukarrar.clusters(lines).rejected]
    assert [message.rpartition(" ")[2] for message in messages] == ["text_field="]


def test_an_index_that_is_missing_names_the_method(tmp_path):
    missing = refused(mukarrar.IndexOpenError, lambda: mukarrar.Index.open(tmp_path / "none", create=False))
    assert missing.endswith("with `Index.open`")
