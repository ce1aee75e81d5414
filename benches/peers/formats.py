"""Runs mukarrar on the same texts in other formats and at other units, and compares the cost with plain JSON Lines."""

import gzip
import os
import shutil
import statistics
from dataclasses import dataclass, field
from typing import Callable

import peers
from measure import Failed, measure


@dataclass
class Row:
    """One way to run mukarrar, by default but for what its title says."""

    title: str
    input: str  # the file or directory that is read
    arguments: Callable  # (input, folder for outputs) -> arguments
    base: str = ""  # the title of the row that it is compared with
    costs: list = field(default_factory=list)
    error: str = ""


def rows(data):
    """All rows; `data` gives the inputs by name."""
    def dedup(output, *options):
        return lambda source, folder: ["dedup", source, "-q", "-o", os.path.join(folder, output), *options]

    def cleaned_pages(output, *options):
        return lambda source, folder: ["dedup", source, "-q", "-o", fresh(folder, output), *options]

    plain, pages = "JSON Lines", "pages of HTML"
    result = [Row(plain, data["jsonl"], dedup("plain.jsonl"))]
    result += [Row("JSON Lines, one thread", data["jsonl"], dedup("alone.jsonl", "--threads", "1"))]
    for ending, name in ((".gz", "gzip"), (".zst", "Zstandard")):
        result.append(Row(f"output in {name}", data["jsonl"], dedup(f"packed.jsonl{ending}"), plain))
        alone = dedup(f"alone.jsonl{ending}", "--threads", "1")
        result.append(Row(f"output in {name}, one thread", data["jsonl"], alone, "JSON Lines, one thread"))
    result += [
        Row("input in gzip, one member", data["gz"], dedup("of_gzip.jsonl"), plain),
        Row("Parquet", data["parquet"], dedup("out.parquet"), plain),
        Row("`--unit line`", data["jsonl"], dedup("lines.jsonl", "--unit", "line"), plain),
        Row("`index build`", data["jsonl"], lambda source, folder: ["index", "build", fresh(folder, "index"), source, "-q"], plain),
        Row(pages, data["pages"], cleaned_pages("pages_out")),
        Row(f"{pages}, one thread", data["pages"], cleaned_pages("pages_alone", "--threads", "1")),
        Row("the same pages in WARC", data["warc"], dedup("out.warc"), pages),
    ]
    return result


def fresh(folder, name):
    """The path, with a `/` at its end, of a directory that does not exist yet."""
    path = os.path.join(folder, name, "")
    shutil.rmtree(path, ignore_errors=True)
    return path


def inputs(jsonl, pages, mukarrar, folder):
    """The texts of `jsonl` in the other formats, and the pages of a directory as one archive."""
    packed = os.path.join(folder, "input.jsonl.gz")
    with open(jsonl, "rb") as source, gzip.open(packed, "wb", compresslevel=6) as out:
        shutil.copyfileobj(source, out)
    # Marked, so that every record is there.
    table = os.path.join(folder, "input.parquet")
    peers.run([mukarrar, "dedup", jsonl, "--mark", "-q", "-o", table])
    archive = os.path.join(folder, "input.warc")
    write_archive(pages, archive)
    return {"jsonl": jsonl, "gz": packed, "parquet": table, "pages": pages, "warc": archive}


def write_archive(pages, path):
    """Writes the pages of a directory as the responses of a crawl."""
    with open(path, "wb") as out:
        for number, name in enumerate(sorted(os.listdir(pages))):
            with open(os.path.join(pages, name), "rb") as page:
                content = page.read()
            head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(content)}\r\n\r\n"
            body = head.encode() + content
            out.write(
                f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://news.example/{name}\r\n"
                f"WARC-Date: 2026-01-01T00:00:00Z\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{number:012d}>\r\n"
                f"Content-Type: application/http;msgtype=response\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            )
            out.write(body + b"\r\n\r\n")


def run(found, mukarrar, folder, rounds, note):
    """Runs every row once a round."""
    log = os.path.join(folder, "formats.log")
    for number in range(rounds):
        for row in found:
            if row.error:
                continue
            note(f"round {number + 1}: {row.title}")
            try:
                row.costs.append(measure([mukarrar, *row.arguments(row.input, folder)], log))
            except (Failed, OSError) as error:
                row.error = f"failed: {error}"


def print_table(found):
    """MB/s is of the input as it is, for a second of CPU: what one core does."""
    print("### mukarrar by default, by format\n")
    print("| what | input MB | runs | wall s, least | CPU s | MB/s a core | wall × | CPU × | of |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|---|")
    by_title = {row.title: row for row in found}
    for row in found:
        if row.error or not row.costs:
            print(f"| {row.title} | | 0 | {row.error} | | | | | |")
            continue
        size, (wall, cpu), base = size_of(row.input) / 1e6, figures(row), by_title.get(row.base)
        ratios = ["", ""]
        if base and base.costs:
            ratios = [f"{own / other:.2f}" for own, other in zip((wall, cpu), figures(base))]
        cells = [f"{size:.1f}", str(len(row.costs)), f"{wall:.2f}", f"{cpu:.2f}", f"{size / cpu:.1f}", *ratios, row.base]
        print(f"| {row.title} | {' | '.join(cells)} |")
    print()


def figures(row):
    """The least wall time and the median CPU time."""
    return min(cost.wall for cost in row.costs), statistics.median(cost.cpu for cost in row.costs)


def size_of(path):
    """The bytes of a file, or of all files of a directory."""
    if os.path.isfile(path):
        return os.path.getsize(path)
    return sum(os.path.getsize(os.path.join(path, name)) for name in os.listdir(path))
