"""Writes texts as JSON Lines: 100 to 200 words by Zipf's law, one in twenty a copy of an earlier text with four words changed.

Usage: news_texts.py DOCUMENTS OUT.jsonl

For tools that need no truth. Needs Python alone, and writes the same bytes in every run.
"""

import json
import random
import sys
from itertools import accumulate

LETTERS = "ابتجحدرسشصطعفقكلمنهوي"


def main(count, target):
    rng = random.Random(7)
    vocabulary = ["".join(rng.choice(LETTERS) for _ in range(rng.choice([3, 4, 5, 6]))) for _ in range(200_000)]
    weights = list(accumulate(1 / (rank + 2.7) for rank in range(200_000)))
    texts = []
    with open(target, "w", encoding="utf-8") as out:
        for number in range(int(count)):
            if number > 100 and rng.random() < 0.05:
                words = texts[rng.randrange(len(texts))].split()
                for _ in range(4):
                    words[rng.randrange(len(words))] = rng.choice(vocabulary)
            else:
                words = rng.choices(vocabulary, cum_weights=weights, k=rng.randrange(100, 201))
            texts.append(" ".join(words))
            out.write(json.dumps({"id": f"https://news.example/{number}", "text": texts[-1]}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
