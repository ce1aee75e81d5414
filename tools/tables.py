"""Writes src/normalize/unicode_tables.rs: the class of every code point.

    python3 tools/tables.py > src/normalize/unicode_tables.rs

The sets and the compatibility expansions are those of tests/data/reference_normalizer.py, the oracle of the tests; general
categories, case and NFKC come from the running Python's Unicode data, which must be 14.0.0 so that the output never moves.
"""
import pathlib
import sys
import unicodedata

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "data"))
import reference_normalizer as reference  # noqa: E402

assert unicodedata.unidata_version == "14.0.0", unicodedata.unidata_version

BLOCK = 128
# Low five bits of an entry; src/normalize/class.rs reads the same numbers.
BREAK, SPACE, NUMBER_MARK, LETTER, COMBINING, DIGIT, DELETED, MARK, SMALL, TATWEEL, ARABIC, DIGIT_LIKE = range(12)
KEPT = 0x20          # a letter, mark or number by its general category: what the profile `none` asks
FIRST_LOWER = 0x400  # entry - FIRST_LOWER indexes LOWER
FIRST_EXPANSION = 0x1000  # entry - FIRST_EXPANSION indexes EXPANSIONS


def is_kept(char):
    category = unicodedata.category(char)
    return category[0] in "LM" or category in ("Nd", "Nl", "No")


def plain(code):
    """The class of a code point that has neither an expansion nor a lower case."""
    char = chr(code)
    kept = KEPT if is_kept(char) else 0
    if code in reference.IGN:
        return DELETED | kept
    if code in reference.MARK:
        return MARK | kept
    if code in reference.SMALL:
        return SMALL | kept
    if code in reference.TATWEEL:
        return TATWEEL | kept
    if unicodedata.category(char) == "Nd":
        return DIGIT | kept | unicodedata.digit(char) << 6
    if kept and reference.is_ar(code):
        return ARABIC | kept
    if kept:
        if unicodedata.category(char)[0] == "M":
            return COMBINING | kept
        return (DIGIT_LIKE if char.isdigit() else LETTER) | kept
    if char in reference.DSEP:
        return NUMBER_MARK
    return SPACE if char in reference.LINE_SPACE else BREAK


def entries():
    lower, expansions, pool, out = [], [], [], []
    for code in range(0x110000):
        char = chr(code)
        if 0xD800 <= code <= 0xDFFF:
            out.append(BREAK)
            continue
        expansion = reference.compat(char)
        if expansion != char and char not in reference.LINE_SPACE:
            assert expansion and not any(reference.compat(c) != c for c in expansion if c != " "), hex(code)
            assert "\u0640" not in expansion, hex(code)
            out.append(FIRST_EXPANSION + len(expansions))
            expansions.append((len(pool), len(expansion), plain(code)))
            pool.extend(map(ord, expansion))
        elif char.lower() != char and plain(code) == LETTER | KEPT and code != 0x130:
            assert len(char.lower()) == 1, hex(code)
            out.append(FIRST_LOWER + len(lower))
            lower.append(ord(char.lower()))
        else:
            assert char.lower() == char or code == 0x130 or not plain(code) & KEPT, hex(code)
            out.append(plain(code))
    assert FIRST_LOWER + len(lower) <= FIRST_EXPANSION
    assert FIRST_EXPANSION + len(expansions) < 0x10000 and len(pool) < 0x10000
    return out, lower, expansions, pool


def blocks(values):
    index, seen, rows = [], {}, []
    for start in range(0, len(values), BLOCK):
        row = tuple(values[start:start + BLOCK])
        if row not in seen:
            seen[row] = len(rows)
            rows.append(row)
        index.append(seen[row])
    return index, [value for row in rows for value in row]


def table(name, doc, kind, values):
    print(f"\n/// {doc}\n#[rustfmt::skip]\npub(super) static {name}: [{kind}; {len(values)}] = [")
    line = "   "
    for value in values:
        word = f" {value},"
        if len(line) + len(word) > 118:
            print(line)
            line = "   "
        line += word
    print(f"{line}\n];")


def main():
    values, lower, expansions, pool = entries()
    index, data = blocks(values)
    print("//! The class of every code point: Unicode 14.0.0 and the sets of the Arabic rules.")
    print("//!")
    print("//! Written by `tools/tables.py`; do not edit. [`super::class`] reads it and defines the numbers.")
    table("BLOCK_OF", f"The block of each {BLOCK} code points.", "u16", index)
    table("ENTRIES", "The entries of all blocks.", "u16", data)
    table("LOWER", "Lower-case code points of the cased entries.", "u32", lower)
    table("EXPANSIONS", "First place in `EXPANSION_POOL`, length, and the entry for the profile that expands nothing.",
          "(u16, u8, u16)", [f"({a},{b},{c})" for a, b, c in expansions])
    table("EXPANSION_POOL", "The code points of all expansions.", "u32", pool)


if __name__ == "__main__":
    main()
