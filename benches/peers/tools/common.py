"""What the Python peers share: reading records, word 5-grams, writing pairs. Runs inside their environments."""

import json

VALUES, WORDS, THRESHOLD = 128, 5, 0.8


def records(path):
    """Yields (id, text) of each line."""
    with open(path, "rb") as lines:
        for line in lines:
            record = json.loads(line)
            yield record["id"], record["text"]


def shingles(text):
    """Runs of five words, cut at white space; fewer words are one run."""
    words = text.split()
    if len(words) < WORDS:
        return [" ".join(words)] if words else []
    return [" ".join(words[at : at + WORDS]) for at in range(len(words) - WORDS + 1)]


def write_pairs(path, pairs):
    """Writes pairs of ids, a line each."""
    with open(path, "w", encoding="utf-8") as out:
        for a, b in pairs:
            out.write(f"{a}\t{b}\n")
