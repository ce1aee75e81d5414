"""FastSketchLSH: FastSimilaritySketch in bulk, LSH in bulk, estimate at least .8. Its threads work inside the bulk calls.

Usage: fastsketchlsh_pairs.py IN.jsonl OUT.tsv BANDS ROWS
"""

import sys
from itertools import islice

import numpy
from FastSketchLSH import LSH, FastSimilaritySketch

from common import THRESHOLD, VALUES, records, shingles, write_pairs


def main(source, target, bands, _rows):
    sketch = FastSimilaritySketch(size=VALUES, seed=42)
    index = LSH(num_perm=VALUES, num_bands=int(bands))
    print(f"bands {index.num_bands}x{index.band_size}", file=sys.stderr)
    names, signed = [], []
    texts = ((name, text) for name, text in records(source) if text.split())
    while batch := list(islice(texts, 4000)):
        names.extend(name for name, _ in batch)
        # It takes sets: a shingle twice would count twice.
        signed.append(numpy.asarray(sketch.batch([list(set(shingles(text))) for _, text in batch]), dtype=numpy.uint64))
    signed = numpy.concatenate(signed)
    index.insert(signed)
    write_pairs(target, ((names[a], names[b]) for a, b in resembling(signed, index.query(signed))))


def resembling(signed, found):
    """The pairs whose sketches agree in .8 of their values."""
    for a, keys in enumerate(found):
        others = numpy.array(sorted({b for b in keys if a < b}), dtype=numpy.int64)
        if len(others):
            equal = (signed[others] == signed[a]).mean(axis=1)
            yield from ((a, int(b)) for b in others[equal >= THRESHOLD])


if __name__ == "__main__":
    main(*sys.argv[1:])
