"""The stubs say what the module is, and the package is typed."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def run(*command):
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_stubs_and_module_agree():
    run("mypy.stubtest", "mukarrar._mukarrar", "--mypy-config-file", "pyproject.toml")


def test_the_package_type_checks():
    run("mypy")


def test_another_checker_agrees():
    run("pyright", "--pythonpath", sys.executable, "mukarrar")


def test_a_program_that_uses_it_type_checks(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        "import mukarrar\n"
        "with mukarrar.Index.open('seen', threshold=0.6) as seen:\n"
        "    verdict = seen.check_and_insert('key', 'text', source=None)\n"
        "    if verdict.match is not None:\n"
        "        name: str = verdict.match.key\n"
        "scores: list[float] = [m.jaccard for c in mukarrar.clusters([(1, 'a')], keep='last') for m in c.members]\n"
        "rows: list[dict[str, object]] = []\n"
        "pair: mukarrar.Pair = mukarrar.pairs(rows, text='body', progress=True, memory=None)[0]\n"
        "passages: list[mukarrar.Passage] = mukarrar.passages(['a b', None], min_tokens=3)[1:]\n"
        "import polars\n"
        "mukarrar.dedup(polars.LazyFrame({'text': ['a']}), progress=lambda stage, done, total: None)\n"
        "mukarrar.dedup(polars.DataFrame({'text': ['a']}), unit='story')\n"
        "made = mukarrar.dedup(rows, unit='passage', min_tokens=9, annotate=True, strict=True)\n"
        "alarms: list[str] = [alarm.message for alarm in made.alarms]\n"
        "removed: dict[str, int] = mukarrar.preview(rows, sample=0.1, remove=['exact']).at(0.6).removed\n"
        "rules: mukarrar.BoilerplateRules = mukarrar.learn_boilerplate('x', source='site')\n"
        "found = mukarrar.clusters('x', boilerplate_rules=rules).rethreshold(0.9)\n"
        "found.report('x.html', most=10)\n"
        "hits: list[mukarrar.Hit] = mukarrar.contaminated('x', rows, ngram=8, test_text='q')[:3]\n"
        "f1: float = mukarrar.evaluate('x', {'a': 1}, gold_kind='labels').pairs.f1\n"
        "drawn = mukarrar.pairs('x').sample(10, seed=2)\n"
        "told = mukarrar.estimate(drawn, [(1, 2, 'copy')])\n",
        "utf-8",
    )
    run("mypy", "--strict", str(program))
    run("pyright", "--pythonpath", sys.executable, str(program))
    program.write_text("import mukarrar\nmukarrar.clusters('x', treshold=1)\n", "utf-8")
    done = subprocess.run([sys.executable, "-m", "mypy", str(program)], cwd=ROOT, capture_output=True, text=True)
    assert "treshold" in done.stdout
    program.write_text("import mukarrar\nmukarrar.clusters('x', profile='strong')\n", "utf-8")
    done = subprocess.run([sys.executable, "-m", "mypy", str(program)], cwd=ROOT, capture_output=True, text=True)
    assert "incompatible type" in done.stdout
