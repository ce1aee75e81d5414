"""Tests of the oracle and the measuring: `python3 -m unittest discover benches/peers`."""

import os
import random
import sys
import tempfile
import unittest
from itertools import combinations

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

import formats
import measure
import scoring


class Oracle(unittest.TestCase):
    def test_prefix_filter_loses_nothing(self):
        """Against plain comparison of everything with everything."""
        draw = random.Random(5)
        for threshold in (0.3, 0.5, 0.8, 1.0):
            texts = [[str(draw.randrange(9)) for _ in range(draw.randrange(12))] for _ in range(60)]
            for _ in range(60):
                text = list(draw.choice(texts))
                if text:
                    text[draw.randrange(len(text))] = str(draw.randrange(9))
                texts.append(text)
            sets = scoring.sets_of((f"{at:03}", words) for at, words in enumerate(texts))
            plain = {
                (a, b): scoring.jaccard(sets[a], sets[b])
                for a, b in combinations(sets, 2)
                if scoring.jaccard(sets[a], sets[b]) >= threshold
            }
            self.assertTrue(plain)
            self.assertEqual(scoring.all_pairs(sets, threshold), plain)

    def test_short_and_empty_texts(self):
        sets = scoring.sets_of([("a", []), ("b", []), ("c", ["x"]), ("d", ["x"]), ("e", ["x", "y"])])
        self.assertEqual(list(scoring.all_pairs(sets, 0.1)), [("c", "d")])

    def test_families_hold_all_pairs_of_copies(self):
        sets = scoring.sets_of([("a", list("abcdefgh")), ("b", list("abcdefgh")), ("c", list("abcdefgh")), ("z", ["z"])])
        pairs = scoring.family_pairs([("a", "b"), ("a", "c")], sets, 0.8)
        self.assertEqual(set(pairs), {("a", "b"), ("a", "c"), ("b", "c")})

    def test_score(self):
        sets = {"a": [1, 2], "b": [1, 2], "c": [3], "d": [3]}
        truth = {("a", "b"): 1.0, ("c", "d"): 1.0}
        self.assertEqual(scoring.score({("a", "b"), ("a", "c")}, truth, sets, 0.8), (0.5, 0.5))


class Formats(unittest.TestCase):
    def test_an_archive_holds_each_page_as_it_is(self):
        page = "<p>نص</p>\r\n".encode()
        with tempfile.TemporaryDirectory() as home:
            pages = os.path.join(home, "pages")
            os.mkdir(pages)
            with open(os.path.join(pages, "a.html"), "wb") as out:
                out.write(page)
            formats.write_archive(pages, os.path.join(home, "a.warc"))
            with open(os.path.join(home, "a.warc"), "rb") as archive:
                head, _, rest = archive.read().partition(b"\r\n\r\n")
        length = int(head.rpartition(b"Content-Length: ")[2])
        self.assertEqual(rest[length:], b"\r\n\r\n")
        self.assertTrue(rest[:length].endswith(b"\r\n\r\n" + page))

    def test_a_row_is_compared_with_its_base(self):
        found = formats.rows(dict.fromkeys(("jsonl", "gz", "parquet", "pages", "warc"), __file__))
        titles = [row.title for row in found]
        self.assertTrue(all(row.base in titles for row in found if row.base))


class Measuring(unittest.TestCase):
    def test_cpu_of_children_counts(self):
        work = "sum(range(3_000_000))"
        nested = f"import subprocess, sys; subprocess.run([sys.executable, '-c', '{work}'])"
        with tempfile.NamedTemporaryFile() as log:
            cost = measure.measure([sys.executable, "-c", nested], log.name)
            start = measure.measure([sys.executable, "-c", "import subprocess"], log.name)
        self.assertGreater(cost.cpu, start.cpu)
        self.assertGreater(cost.memory, 1 << 20)

    def test_memory_of_this_process_does_not_count(self):
        held = bytearray(200 << 20)
        with tempfile.NamedTemporaryFile() as log:
            cost = measure.measure([sys.executable, "-c", ""], log.name)
        self.assertLess(cost.memory, len(held) // 2)

    def test_failure_tells_its_last_line(self):
        with tempfile.NamedTemporaryFile() as log, self.assertRaisesRegex(measure.Failed, "ValueError: no"):
            measure.measure([sys.executable, "-c", "raise ValueError('no')"], log.name)

    def test_a_program_that_is_not_there(self):
        with tempfile.NamedTemporaryFile() as log, self.assertRaisesRegex(measure.Failed, "No such file"):
            measure.measure(["/nowhere/tool"], log.name)

    def test_time_limit(self):
        with tempfile.NamedTemporaryFile() as log, self.assertRaisesRegex(measure.Failed, "killed"):
            measure.measure([sys.executable, "-c", "while True: pass"], log.name, limit=0.2)


if __name__ == "__main__":
    unittest.main()
