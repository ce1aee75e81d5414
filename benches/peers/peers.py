"""The tools that are compared: how each is installed, called, and read."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Callable

import scoring
from measure import Failed

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
NATIVE = {"RUSTFLAGS": "-C target-cpu=native"}
# What mukarrar picks for 128 values and recall .99, given to the tools that have no choice of their own.
COMMON_BANDS = ["32", "4"]


@dataclass
class Tool:
    """One row of the table."""

    name: str
    version: str
    says: str  # what its output names
    command: Callable  # (input, output, bands or None) -> the command
    read: Callable  # output file -> set of sorted pairs; None: it names no pairs
    install: Callable = lambda: None
    costs: list = field(default_factory=list)
    bands: str = ""
    error: str = ""


def build(folder, cache, env=None):
    """Builds a Rust program of benches/peers with its own lock file; the folder of the binaries."""
    target = os.path.join(cache, "rust")
    command = ["cargo", "build", "--quiet", "--release", "--locked", "--manifest-path", os.path.join(folder, "Cargo.toml")]
    run(command, dict(os.environ, CARGO_TARGET_DIR=target, **(env or {})))
    return os.path.join(target, "release")


def environment(name, cache):
    """A Python environment with the pinned packages of requirements/NAME.txt; its interpreter."""
    folder = os.path.join(cache, "venvs", name)
    python = os.path.join(folder, "bin", "python")
    wanted = os.path.join(HERE, "requirements", f"{name}.txt")
    stamp = os.path.join(folder, "installed.txt")
    if not (os.path.exists(stamp) and open(stamp).read() == open(wanted).read()):
        run([sys.executable, "-m", "venv", "--clear", folder])
        run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", wanted])
        shutil.copy(wanted, stamp)
    return python


def run(command, env=None):
    """Runs a command of the preparation; Failed with its last line."""
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
        raise Failed(lines[-1][:200] if lines else f"{command[0]} ended with {done.returncode}")


def mukarrar_tools(binary, extra):
    """mukarrar on the task of all tools, as clusters and as every verified pair; and by default, which does more."""
    shape = ["--shingle", "word:5", "--threshold", "0.8", "--num-hashes", "128"]
    # What no peer does: leaving boilerplate out, looking for contained texts, telling variants from copies.
    shape += ["--boilerplate", "keep", "--containment", "off", "--facts", "off", *extra]

    def clusters(source, target, _bands):
        return [binary, "clusters", source, *shape, "--format", "jsonl", "-o", target, "--summary", f"{target}.summary"]

    def pairs(source, target, _bands):
        return [binary, "pairs", source, *shape, "--format", "tsv", "-o", target]

    def default(source, target, _bands):
        return [binary, "clusters", source, *extra, "--format", "jsonl", "-o", target]

    version = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout.split()[-1]
    return [
        Tool("mukarrar clusters", version, "clusters", clusters, scoring.read_clusters),
        Tool("mukarrar pairs", version, "pairs", pairs, scoring.read_scored),
        Tool("mukarrar by default", version, "clusters", default, None),
    ]


def gaoya_tools(cache):
    """gaoya as documented and as fast as its interface allows; built for this processor."""
    binary = os.path.join(cache, "rust", "release", "peer-gaoya")
    install = lambda: build(os.path.join(HERE, "gaoya"), cache, NATIVE)
    command = lambda mode: lambda source, target, bands: [binary, mode, source, target, *(bands or [])]
    return [
        Tool(f"gaoya {mode}", "0.2.2", "pairs", command(mode), scoring.read_pairs, install) for mode in ("tuned", "plain")
    ]


def python_tool(name, package, script, says, read, cache, own_bands):
    """A tool of the Python registry."""
    python = os.path.join(cache, "venvs", package, "bin", "python")
    script = os.path.join(HERE, "tools", script)

    def command(source, target, bands):
        return [python, script, source, target, *(bands or ([] if own_bands else COMMON_BANDS))]

    return Tool(name, pinned(package), says, command, read, lambda: environment(package, cache))


def pinned(package):
    """The version that the requirements pin."""
    with open(os.path.join(HERE, "requirements", f"{package}.txt"), encoding="utf-8") as lines:
        return dict(line.strip().split("==") for line in lines)[package]


def floor_tool(cache):
    """No tool: reading and parsing the file, and nothing else."""
    binary = os.path.join(cache, "rust", "release", "parse-floor")
    install = lambda: build(os.path.join(HERE, "parse_floor"), cache, NATIVE)
    return Tool("floor: parse only, sonic-rs", "0.5.10", "", lambda source, _t, _b: [binary, "once", source], None, install)


def all_tools(mukarrar, extra, cache):
    """Every tool, mukarrar first, then the floor."""
    pairs, labels = scoring.read_pairs, scoring.read_labels
    return [
        *mukarrar_tools(mukarrar, extra),
        floor_tool(cache),
        *gaoya_tools(cache),
        python_tool("rensa", "rensa", "rensa_pairs.py", "pairs", pairs, cache, False),
        python_tool("rensa rho flags", "rensa", "rensa_flags.py", "flags only", None, cache, False),
        python_tool("FastSketchLSH", "fastsketchlsh", "fastsketchlsh_pairs.py", "pairs", pairs, cache, False),
        python_tool("FastSketchLSH flags", "fastsketchlsh", "fastsketchlsh_flags.py", "flags only", None, cache, False),
        python_tool("daft", "daft", "daft_pairs.py", "pairs", pairs, cache, False),
        python_tool("datasketch", "datasketch", "datasketch_pairs.py", "pairs", pairs, cache, True),
        python_tool("text-dedup", "text-dedup", "text_dedup_pairs.py", "clusters", labels, cache, True),
    ]
