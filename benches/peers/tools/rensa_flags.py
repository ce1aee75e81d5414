"""rensa's fastest way: the rho pipeline, one digest matrix, duplicate flags in one pass. It names no pairs.

What it writes is the ids it calls copies, a line each.
Usage: rensa_flags.py IN.jsonl OUT.tsv BANDS ROWS
"""

import sys
from array import array
from itertools import islice

from rensa import RMinHash, RMinHashLSH

from common import THRESHOLD, VALUES, records, shingles


def main(source, target, bands, _rows):
    names, hashes, offsets = [], array("Q"), array("Q", [0])
    texts = ((name, text) for name, text in records(source) if text.split())
    while batch := list(islice(texts, 4000)):
        names.extend(name for name, _ in batch)
        for hashed in RMinHash.hash_token_sets([shingles(text) for _, text in batch]):
            hashes.extend(hashed)
            offsets.append(len(hashes))
    matrix = RMinHash.digest_matrix_from_flat_token_hashes_rho(hashes, offsets, VALUES, 42)
    index = RMinHashLSH(threshold=THRESHOLD, num_perm=VALUES, num_bands=int(bands))
    print(f"bands {index.get_num_bands()}x{VALUES // index.get_num_bands()}", file=sys.stderr)
    flags = index.query_duplicate_flags_matrix_one_shot(matrix)
    with open(target, "w", encoding="utf-8") as out:
        out.writelines(f"{name}\n" for name, flag in zip(names, flags) if flag)


if __name__ == "__main__":
    main(*sys.argv[1:])
