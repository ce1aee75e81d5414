#!/usr/bin/env python3
"""One stream of texts, asked and remembered one by one, by mukarrar and by datasketch in Python.

    target/release/examples/generate --documents 20000 --tokens 150 --copies 0.05 -o stream.jsonl
    python benches/index/stream.py stream.jsonl TOOL [LIMIT]

`benches/index/run` builds all that is needed and runs every tool. TOOL: mukarrar (in memory), mukarrar-disk (in a directory), datasketch (in
memory), datasketch-redis (on loopback, port 6379 or $STREAM_REDIS_PORT).
Both use 34 bands of 4 rows over word 3-grams, cut from what each takes for words. datasketch says what may repeat, mukarrar verifies. The
time of a call counts everything from the text to the answer; reading the file does not count.
"""

import json
import os
import sys
import tempfile
import time


def mukarrar(index):
    def visit(key, text):
        return index.check_and_insert(key, text).is_duplicate

    return visit


def datasketch(lsh, MinHash):
    def visit(key, text):
        words = text.split()
        shingles = {" ".join(words[at : at + 3]) for at in range(max(1, len(words) - 2))}
        sketch = MinHash(num_perm=136)
        sketch.update_batch([shingle.encode() for shingle in shingles])
        if lsh.query(sketch):
            return True
        lsh.insert(key, sketch)
        return False

    return visit


def visitor(tool):
    if tool.startswith("mukarrar"):
        import mukarrar as package

        place = tempfile.mkdtemp(prefix="stream-")
        return mukarrar(package.Index() if tool == "mukarrar" else package.Index.open(place))
    from datasketch import MinHash, MinHashLSH

    redis = {"type": "redis", "basename": b"stream", "redis": {"host": "localhost", "port": int(os.environ.get("STREAM_REDIS_PORT", 6379))}}
    storage = {"storage_config": redis} if tool == "datasketch-redis" else {}
    return datasketch(MinHashLSH(params=(34, 4), num_perm=136, **storage), MinHash)


def main():
    path, tool = sys.argv[1:3]
    limit = int(sys.argv[3]) if len(sys.argv) > 3 else None
    with open(path, encoding="utf-8") as lines:
        records = [json.loads(line) for line, _ in zip(lines, range(limit or 10**9))]
    visit = visitor(tool)
    times, repeated = [], 0
    for record in records:
        start = time.perf_counter()
        repeated += visit(record["id"], record["text"])
        times.append(time.perf_counter() - start)
    times.sort()
    at = lambda share: round(times[int((len(times) - 1) * share)] * 1e6)
    rate = round(len(times) / sum(times))
    print(json.dumps({"tool": tool, "documents": len(times), "documents_per_second": rate, "p50_us": at(0.5), "p99_us": at(0.99), "repeated": repeated}))


main()
