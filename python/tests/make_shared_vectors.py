"""Writes ../../tests/data/shared_vectors.jsonl, which a test of Rust and a test of Python read. For new cases: a line that is
there already never changes."""

import json
from pathlib import Path

import mukarrar

ROOT = Path(__file__).resolve().parents[2]

TEMPLATE = "أعلنت وزارة الصحة اليوم {} عدم تسجيل أي حالات جديدة بالفيروس في جميع المناطق والمدن"


def texts():
    stories = [json.loads(line) for line in (ROOT / "corpus/stories.jsonl").read_text("utf-8").splitlines()]
    yield from ((story["id"], story["text"]) for story in stories[:6])
    yield "page", (ROOT / "corpus/pages/page-1.txt").read_text("utf-8")
    yield "friday", TEMPLATE.format("الجمعة")
    yield "saturday", TEMPLATE.format("السبت")
    yield "friday again", TEMPLATE.format("الجُمُعة") + " BBC café ٣٫٥٪ 😀"
    yield "persian", "وزیر امور خارجه ایران امروز در گفت\u200cوگو با خبرنگاران اعلام کرد که مذاکرات پیش رو ادامه خواهد یافت."
    yield "english", "The minister said on Wednesday that the agreement had been signed in Geneva."
    yield "short", "مرحبا"
    yield "empty", " … "


def main():
    index, hasher = mukarrar.Index(), mukarrar.MinHasher(num_hashes=16, rows=4)
    lines = []
    for key, text in texts():
        verdict = index.check_and_insert(key, text)
        signature = hasher.sketch(text)
        match = verdict.match
        row = {
            "key": key,
            "text": text,
            "normalized": mukarrar.normalize(text),
            "tokens": [[token.text, token.start, token.end] for token in mukarrar.tokens(text)],
            "signature": bytes(signature).hex(),
            "band_keys": hasher.band_keys(signature),
            "verdict": verdict.kind,
            # Scores as text: not every reader of JSON reads numbers to the last bit.
            "match": match and [match.key, repr(match.jaccard), repr(match.containment), match.relation],
        }
        lines.append(json.dumps(row, ensure_ascii=False) + "\n")
    (ROOT / "tests/data/shared_vectors.jsonl").write_text("".join(lines), "utf-8")


if __name__ == "__main__":
    main()
