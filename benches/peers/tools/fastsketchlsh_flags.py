"""FastSketchLSH, its fastest way: one pass that says which documents have copies, not of what.

Usage: fastsketchlsh_flags.py IN.jsonl OUT.txt BANDS ROWS
"""

import sys
from itertools import islice

import numpy
from FastSketchLSH import LSH, FastSimilaritySketch

from common import VALUES, records, shingles


def main(source, target, bands, _rows):
    sketch = FastSimilaritySketch(size=VALUES, seed=42)
    names, signed = [], []
    texts = ((name, text) for name, text in records(source) if text.split())
    while batch := list(islice(texts, 4000)):
        names.extend(name for name, _ in batch)
        signed.append(numpy.asarray(sketch.batch([list(set(shingles(text))) for _, text in batch]), dtype=numpy.uint64))
    index = LSH(num_perm=VALUES, num_bands=int(bands))
    print(f"bands {index.num_bands}x{index.band_size}", file=sys.stderr)
    flags = index.insert_and_query_duplicates(numpy.concatenate(signed))
    with open(target, "w", encoding="utf-8") as out:
        out.writelines(f"{name}\n" for name, flag in zip(names, flags) if flag)


if __name__ == "__main__":
    main(*sys.argv[1:])
