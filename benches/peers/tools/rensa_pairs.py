"""rensa: RMinHash in bulk, RMinHashLSH in bulk, estimate at least .8. Its threads work inside the bulk calls.

Usage: rensa_pairs.py IN.jsonl OUT.tsv BANDS ROWS
"""

import sys
from itertools import islice

from rensa import RMinHash, RMinHashLSH

from common import THRESHOLD, VALUES, records, shingles, write_pairs


def main(source, target, bands, _rows):
    index = RMinHashLSH(threshold=THRESHOLD, num_perm=VALUES, num_bands=int(bands))
    print(f"bands {index.get_num_bands()}x{VALUES // index.get_num_bands()}", file=sys.stderr)
    names, signed = [], []
    texts = ((name, text) for name, text in records(source) if text.split())
    while batch := list(islice(texts, 4000)):
        names.extend(name for name, _ in batch)
        fresh = RMinHash.from_token_sets([shingles(text) for _, text in batch], VALUES, 42)
        index.insert_many(fresh, len(signed))
        signed.extend(fresh)
    found = index.query_all(signed)
    pairs = ((a, b) for a, keys in enumerate(found) for b in set(keys) if a < b)
    write_pairs(target, ((names[a], names[b]) for a, b in pairs if signed[a].jaccard(signed[b]) >= THRESHOLD))


if __name__ == "__main__":
    main(*sys.argv[1:])
