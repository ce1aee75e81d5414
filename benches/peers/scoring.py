"""The truth that all tools are scored by: exact Jaccard of word 5-grams, computed here, by none of the tools.

Two readings of "word": split at white space as the text stands (`raw`), and folded by `mukarrar normalize` (`folded`).
A text under five words has one shingle, all of it; a text without words has none and is like nothing. Shingles are kept
as 64-bit hashes: two of them fall together by chance about once in 10^6 corpora of this size.
"""

import json
import math
import subprocess
from array import array
from collections import Counter, defaultdict
from itertools import combinations

WORDS = 5


def texts(path):
    """Yields (id, text) of each line of a JSON Lines file."""
    with open(path, "rb") as lines:
        for line in lines:
            record = json.loads(line)
            yield record["id"], record["text"]


def raw_words(path):
    """Yields (id, words) as white space cuts them."""
    return ((name, text.split()) for name, text in texts(path))


def folded_words(path, mukarrar):
    """Yields (id, words) as mukarrar folds them: it prints a line for a line of each text."""
    command = [mukarrar, "normalize", path]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as folding:
        for name, text in texts(path):
            lines = text.count("\n") + (not text.endswith("\n") and text != "")
            yield name, b" ".join(folding.stdout.readline() for _ in range(lines)).split()
        if folding.stdout.readline() or folding.wait():
            raise RuntimeError("mukarrar normalize printed other lines than the texts have")


def shingles(words):
    """The distinct hashes of a text's runs of five words."""
    if len(words) < WORDS:
        return array("q", [hash(tuple(words))] if words else [])
    return array("q", {hash(run) for run in zip(*(words[at:] for at in range(WORDS)))})


def sets_of(words, wanted=None):
    """The shingles of each text by id; of the wanted ids only, if given."""
    return {name: shingles(found) for name, found in words if wanted is None or name in wanted}


def jaccard(a, b):
    """Exact Jaccard of two shingle arrays; nothing is like nothing."""
    shared = len(set(a).intersection(b))
    return shared / (len(a) + len(b) - shared) if shared else 0.0


def all_pairs(sets, threshold):
    """Every pair of ids whose Jaccard is at least the threshold, {(a, b): J} with a before b in the order of the sets.

    Two sets that alike share one of their rarest |A| - threshold * |A| + 1 shingles: only those are looked up.
    """
    often = Counter(shingle for found in sets.values() for shingle in found)
    place = {name: number for number, name in enumerate(sets)}
    having, pairs = defaultdict(list), {}
    for name, found in sets.items():
        rare = sorted(found, key=lambda shingle: (often[shingle], shingle))
        rare = [shingle for shingle in rare[: len(rare) - needed(len(rare), threshold) + 1] if often[shingle] > 1]
        for other in {other for shingle in rare for other in having[shingle]}:
            score = jaccard(found, sets[other])
            if score >= threshold:
                pairs[ordered(name, other, place)] = score
        for shingle in rare:
            having[shingle].append(name)
    return pairs


def needed(size, threshold):
    """The fewest shingles that a set of this size shares with any set that it is like: ceil(threshold * size)."""
    return max(1, math.ceil(threshold * size - 1e-9))


def ordered(a, b, place):
    """The pair in the order of the input."""
    return (a, b) if place[a] < place[b] else (b, a)


def family_pairs(truth, sets, threshold):
    """Every pair of one original's copies, and of the original with them, whose Jaccard is at least the threshold."""
    families = defaultdict(list)
    for original, copy in truth:
        families[original].append(copy)
    place = {name: number for number, name in enumerate(sets)}
    pairs = {}
    for original, copies in families.items():
        for a, b in combinations([original, *copies], 2):
            score = jaccard(sets[a], sets[b])
            if score >= threshold:
                pairs[ordered(a, b, place)] = score
    return pairs


def read_truth(path):
    """The (original, copy) pairs that the generator wrote."""
    with open(path, encoding="utf-8") as lines:
        return [tuple(line.split("\t")[:2]) for line in lines]


def read_pairs(path):
    """Pairs of ids, a line each, as a set of sorted pairs."""
    with open(path, encoding="utf-8") as lines:
        return {tuple(sorted(line.rstrip("\n").split("\t")[:2])) for line in lines}


def read_labels(path):
    """Pairs of ids that stand under one label, from lines of id and label."""
    groups = defaultdict(list)
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            name, label = line.rstrip("\n").split("\t")
            groups[label].append(name)
    return together(groups.values())


def read_clusters(path):
    """Pairs of ids that mukarrar puts into one cluster."""
    with open(path, encoding="utf-8") as lines:
        members = (json.loads(line)["members"] for line in lines)
        return together([m["id"] for m in found if m["relation"] not in ("related", "variant")] for found in members)


def together(groups):
    """All pairs inside each group."""
    return {tuple(sorted(pair)) for group in groups for pair in combinations(group, 2)}


def read_scored(path):
    """Pairs from the table of `mukarrar pairs`."""
    with open(path, encoding="utf-8") as lines:
        next(lines)
        return {tuple(sorted(line.split("\t")[:2])) for line in lines}


def score(found, truth, sets, threshold):
    """(recall, precision): of the true pairs those found; of the found pairs those that are exactly alike enough."""
    true = {tuple(sorted(pair)) for pair in truth}
    recall = len(found & true) / len(true) if true else 1.0
    right = sum(pair in true or jaccard(sets[pair[0]], sets[pair[1]]) >= threshold for pair in found)
    return recall, right / len(found) if found else 1.0
