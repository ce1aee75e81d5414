#!/usr/bin/env python3
"""Writes the pages of a site of one form: words that all pages share, and words of their own.

    benches/index/pages.py 100000 --form 100 --own 60 > pages.jsonl
    target/release/examples/index_load memory 100000 --texts pages.jsonl

Own words are drawn by Zipf's law from 200,000. Of 100 pages 5 repeat an earlier one with four of its own words changed; their ids begin
with "copy". The same arguments give the same bytes.
"""

import argparse
import bisect
import itertools
import json
import random
import sys

LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
WORDS = 200_000


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("pages", type=int)
    add("--form", type=int, default=100, help="words that all pages share [100]")
    add("--own", type=int, default=60, help="own words of a page [60]")
    add("--seed", type=int, default=1)
    args = parser.parse_args()

    chance = random.Random(args.seed)
    words = ["".join(chance.choices(LETTERS, k=chance.randint(3, 8))) for _ in range(WORDS)]
    sums = list(itertools.accumulate(1 / rank for rank in range(1, WORDS + 1)))
    draw = lambda: words[bisect.bisect(sums, chance.random() * sums[-1])]
    form = [draw() for _ in range(args.form)]
    half = args.form // 2

    # Of each earlier page its own words, as one string: many lists would take much memory.
    pages = []
    for number in range(args.pages):
        is_copy = bool(pages) and chance.random() < 0.05
        if is_copy:
            own = chance.choice(pages).split()
            for place in chance.sample(range(len(own)), min(4, len(own))):
                own[place] = draw()
        else:
            own = [draw() for _ in range(args.own)]
            pages.append(" ".join(own))
        text = " ".join([*form[:half], *own, *form[half:]])
        sys.stdout.write(json.dumps({"id": f"{'copy' if is_copy else 'page'}-{number}", "text": text}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
