"""datasketch: MinHash.generator over numpy in one process a core, MinHashLSH in the first, estimate at least .8.

Usage: datasketch_pairs.py IN.jsonl OUT.tsv [BANDS ROWS]
"""

import os
import sys
from multiprocessing import get_context

import numpy as np
from datasketch import LeanMinHash, MinHash, MinHashLSH

from common import THRESHOLD, VALUES, records, shingles, write_pairs


def signatures(texts):
    """The signatures of a batch of texts, one row each."""
    sets = ([shingle.encode() for shingle in shingles(text)] for text in texts)
    return np.stack([signed.hashvalues for signed in MinHash.generator(sets, num_perm=VALUES)])


def batches(path, names, size=500):
    """Batches of texts that have words; their ids go to names."""
    batch = []
    for name, text in records(path):
        if text.split():
            names.append(name)
            batch.append(text)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def main(source, target, *params):
    index = MinHashLSH(threshold=THRESHOLD, num_perm=VALUES, params=tuple(map(int, params)) or None)
    print(f"bands {index.b}x{index.r}", file=sys.stderr)
    names, signed = [], []
    with get_context("fork").Pool(os.cpu_count()) as pool:
        for rows in pool.imap(signatures, batches(source, names)):
            for row in rows:
                signed.append(LeanMinHash(seed=1, hashvalues=row, scheme="affine32"))
                index.insert(len(signed) - 1, signed[-1], check_duplication=False)
    pairs = ((a, b) for a, this in enumerate(signed) for b in index.query(this) if a < b)
    write_pairs(target, ((names[a], names[b]) for a, b in pairs if signed[a].jaccard(signed[b]) >= THRESHOLD))


if __name__ == "__main__":
    main(*sys.argv[1:])
