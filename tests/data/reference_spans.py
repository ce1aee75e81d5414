"""Writes reference_spans.tsv: tricky random strings with the oracle's tokens and byte spans under every profile.

    python3 reference_spans.py > reference_spans.tsv
"""
import random

import reference_normalizer as reference

PROFILES = ("none", "light", "standard", "aggressive")
PIECES = (
    list("اأإآٱبةتثجحخدسشعفقكلمنهويىئؤءپگچکیےەہھۃۀۂۓې")
    + list("ووويهاا    \n\n..,,،٫٬'’؛:-_/@&;#")
    + list("0123456789٠١٢٣۴۵")
    + list("\u064b\u064e\u0651\u0652\u0653\u0654\u0655\u0670\u06e5\u06e6\u0674\u0640\u0640")
    + list("\u200c\u200d\u200b\u200f\ufeff\u00ad\u034f\u06dd\u06de\u0301\u0307")
    + list("abzXYİıſKéÉ²①½ⅣΩßŒ𝟙𞸀가中🔴")
    + list("ﷲﷺﷻ﷼﷽﵁﷿ﻻﻷﻵﺀﺓﹶﹷﱠﳲﮥﯾﺉﭻ\u0675\u0676\u0677\u0678\u0870\u0883\u08c9\u0897\u08a8\u077f\u06fd\u08c0")
    + list("\u2028\u2026\u2025\u2024\u2017\u3000\xa0\x00\x0b\x1c\x85\u1369\u0e33\u28c0")
    + ["&amp;", "&nbsp;", "&nbsp", "&#1607;", "&amp;amp;", "&#1611;", "&zwnj;", "&#x20;", "&quot;", "&lt;", "&#10;"]
    + ["http://", "https://", "www.", "a@b.c", "://", " و ", "و ", "ة", "ةا", "1.", ".5", "٬٠٠٠", ",000", "ييء", "ىء"]
)


def escape(text):
    """Letters, digits and Arabic-script letters as they are; everything else as an escape."""
    def one(char):
        code = ord(char)
        if char.isascii() and char.isalnum() or 0x620 <= code <= 0x64A and code != 0x640:
            return char
        return f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"
    return "".join(map(one, text))


def row(text):
    offsets = [0]
    for char in text:
        offsets.append(offsets[-1] + len(char.encode()))
    cells = [escape(text)]
    for profile in PROFILES:
        found = reference.tokens(text, profile)
        cells.append(" ".join(f"{escape(token)}:{offsets[start]}:{offsets[end]}" for token, start, end in found))
    return "\t".join(cells)


def main():
    rng = random.Random(1436)
    print("\t".join(("input",) + PROFILES))
    for _ in range(600):
        print(row("".join(rng.choice(PIECES) for _ in range(rng.randint(1, rng.choice((4, 12, 30)))))))


if __name__ == "__main__":
    main()
