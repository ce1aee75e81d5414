"""The command that the package installs is the program that Cargo builds: same output, same files, same exit code."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CORPUS = Path(__file__).resolve().parents[2] / "corpus"
INSTALLED = [str(Path(sys.executable).with_name("mukarrar"))]
AS_MODULE = [sys.executable, "-m", "mukarrar"]


@pytest.fixture
def program():
    path = os.environ.get("MUKARRAR_PROGRAM")
    assert path, "MUKARRAR_PROGRAM names the program that Cargo built; python/test sets it"
    return [path]


def run(command, *arguments, stdin=b""):
    done = subprocess.run([*command, *map(str, arguments)], input=stdin, capture_output=True)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("command", [INSTALLED, AS_MODULE], ids=["installed", "module"])
@pytest.mark.parametrize(
    "arguments",
    [
        ["clusters", CORPUS, "--format", "jsonl", "-q"],
        ["units", CORPUS / "pages", "--format", "jsonl", "-q"],
        ["pairs", CORPUS, "--threads", "2", "-q"],
        ["clusters", CORPUS / "stories.jsonl", "--check", "-q"],
        ["clusters", CORPUS / "absent.jsonl"],
        ["clusters", CORPUS, "--threshold", "7"],
        ["--version"],
        ["--help"],
        ["index", "--help"],
        ["serve", "--help"],
    ],
    ids=lambda arguments: " ".join(Path(argument).name for argument in map(str, arguments)),
)
def test_output_and_exit_code_are_those_of_the_program(program, command, arguments):
    assert run(command, *arguments) == run(program, *arguments)


def test_texts_of_standard_input_are_read(program):
    text = "قالَ الـرئيس".encode()
    assert run(INSTALLED, "normalize", stdin=text) == run(program, "normalize", stdin=text)
    assert run(INSTALLED, "normalize", stdin=text)[1].decode().strip() == "قال الرءيس"


def test_files_are_those_of_the_program(program, tmp_path):
    source = shutil.copy(CORPUS / "stories.jsonl", tmp_path / "stories.jsonl")
    written = {}
    for name, command in [("installed", INSTALLED), ("program", program)]:
        clean, removed = tmp_path / f"{name}.jsonl.gz", tmp_path / f"{name}.removed.jsonl"
        code, _, message = run(command, "dedup", source, "-o", clean, "--removed", removed, "-q")
        assert code == 0, message
        written[name] = clean.read_bytes(), removed.read_bytes()

    assert written["installed"] == written["program"]
    assert written["installed"][1]


def test_parquet_is_read(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    pyarrow = pytest.importorskip("pyarrow")
    text = "أعلنت وزارة الصحة عن افتتاح ثلاثة مراكز جديدة في المدينة"
    parquet.write_table(pyarrow.table({"id": ["a", "b"], "text": [text, text]}), tmp_path / "two.parquet")

    code, _, message = run(INSTALLED, "dedup", tmp_path / "two.parquet", "-o", tmp_path / "one.parquet")

    assert code == 0, message
    assert parquet.read_table(tmp_path / "one.parquet")["id"].to_pylist() == ["a"]
