"""daft: its minhash expression, one table row a band, a group-by over all bands; the estimate verifies the candidates.

Its minhash cuts at single spaces, so white space is made one space first, as daft's documentation advises.

Usage: daft_pairs.py IN.jsonl OUT.tsv BANDS ROWS
"""

import sys
from itertools import combinations

import daft
import numpy as np
from daft import col, lit

from common import THRESHOLD, VALUES, WORDS, write_pairs


def main(source, target, bands, rows):
    bands, rows = int(bands), int(rows)
    print(f"bands {bands}x{rows}", file=sys.stderr)
    frame = daft.read_json(source).select("id", col("text").normalize(white_space=True)).where(col("text") != "")
    values = col("text").minhash(num_hashes=VALUES, ngram_size=WORDS, hash_function="xxhash")
    signed = frame.select("id", values.alias("values")).collect()
    banded = signed.select("id", col("values").chunk(rows).alias("band"), lit(list(range(bands))).alias("place"))
    groups = banded.explode("band", "place").groupby("place", "band").agg(col("id").list_agg())
    groups = groups.where(col("id").list_count() > 1).select("id").distinct().to_pydict()["id"]
    candidates = {pair for group in groups for pair in combinations(sorted(group), 2)}
    table = signed.to_arrow()
    place = {name: number for number, name in enumerate(table["id"].to_pylist())}
    values = table["values"].combine_chunks().flatten().to_numpy().reshape(-1, VALUES)
    alike = ((a, b) for a, b in candidates if (values[place[a]] == values[place[b]]).mean() >= THRESHOLD)
    write_pairs(target, alike)


if __name__ == "__main__":
    main(*sys.argv[1:])
