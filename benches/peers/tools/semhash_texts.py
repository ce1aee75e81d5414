"""semhash on texts of JSON Lines, with a static model of random vectors: what it takes, not what it finds.

Usage: semhash_texts.py IN.jsonl [THRESHOLD]

The model that semhash takes by itself must be downloaded. Its time does not depend on its numbers, so this one has as many (256 a
word), by chance. Prints seconds of wall clock and of CPU, without the reading of the file and the making of the model.
"""

import json
import sys
import time

import numpy as np
from model2vec import StaticModel
from semhash import SemHash
from tokenizers import Tokenizer, models, pre_tokenizers


def random_model(texts):
    words = sorted({word for text in texts for word in text.split()})
    vocabulary = {"[UNK]": 0, "[PAD]": 1, **{word: place for place, word in enumerate(words, 2)}}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    vectors = np.random.default_rng(1).normal(size=(len(vocabulary), 256)).astype(np.float32)
    return StaticModel(vectors, tokenizer)


def main(source, threshold="0.9"):
    with open(source, encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    model = random_model(texts)

    wall, cpu = time.perf_counter(), time.process_time()
    made = SemHash.from_records(records=texts, model=model).self_deduplicate(threshold=float(threshold))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{len(texts)} texts, {len(made.filtered)} filtered; {wall:.1f} s wall, {cpu:.1f} s CPU")


if __name__ == "__main__":
    main(*sys.argv[1:])
