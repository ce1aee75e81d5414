"""text-dedup: its own command line (python -m text_dedup.minhash), all cores; its clusters written as ids with a label.

Usage: text_dedup_pairs.py IN.jsonl OUT.tsv [BANDS ROWS]
"""

import json
import os
import pickle
import subprocess
import sys
import tempfile


def main(source, target, *params):
    from text_dedup.utils import optimal_param

    bands, rows = params or optimal_param(0.8, 128, 0.5, 0.5)
    print(f"bands {bands}x{rows}", file=sys.stderr)
    with tempfile.TemporaryDirectory(dir=os.path.dirname(os.path.abspath(target))) as scratch:
        output = os.path.join(scratch, "out")
        command = [sys.executable, "-m", "text_dedup.minhash", "--path", "json", "--data_files", source]
        command += ["--split", "train", "--column", "text", "--cache_dir", os.path.join(scratch, "cache")]
        command += ["--output", output, "--debug", "--num_perm", "128", "--ngram", "5", "--threshold", "0.8"]
        command += ["--hash_func", "xxh3", "--b", str(bands), "--r", str(rows)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=dict(os.environ, HF_HOME=scratch))
        write(source, os.path.join(output, "uf.pkl"), target)


def write(source, clusters, target):
    """Its union-find over line numbers, as ids with the label of their cluster."""
    with open(clusters, "rb") as stored:
        parent = pickle.load(stored)
    parent = getattr(parent, "parent", parent)

    def root(line):
        while parent.get(line, line) != line:
            line = parent[line]
        return line

    with open(source, "rb") as lines, open(target, "w", encoding="utf-8") as out:
        for number, line in enumerate(lines):
            if number in parent:
                out.write(f"{json.loads(line)['id']}\t{root(number)}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
