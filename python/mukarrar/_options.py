"""The keywords that functions take, for type checkers. The functions describe them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import TypedDict, Union

Path = Union[str, "os.PathLike[str]"]
Corpus = Union[Path, Iterable[Path], Iterable["tuple[str | int, str]"]]
Moment = Union[datetime, date, str, float]


class Folding(TypedDict, total=False):
    profile: str
    language: str | None


class About(TypedDict, total=False):
    source: str | None
    date: Moment | None
    seen: Moment | None
    kind: str | None


Asked = Union[str, "tuple[str, About]"]
Entry = Union["tuple[str, str]", "tuple[str, str, About]"]


class HasherSettings(TypedDict, total=False):
    threshold: float
    recall: float
    num_hashes: int | None
    bands: int | None
    rows: int | None
    profile: str
    language: str | None
    boilerplate: str
    shingle: str
    seed: int


class IndexSettings(TypedDict, total=False):
    threshold: float | None
    recall: float | None
    num_hashes: int | None
    bands: int | None
    rows: int | None
    profile: str | None
    language: str | None
    boilerplate: str | None
    boilerplate_rules: Path | None
    shingle: str | None
    facts: str | None
    seed: int | None
    verify: str | None
    window: timedelta | str | None


class OpenSettings(IndexSettings, total=False):
    commit_every: int | None
    cache_size: int | None


class CompareOptions(TypedDict, total=False):
    profile: str
    language: str | None
    boilerplate: str
    shingle: str
    seed: int
    threshold: float
    containment: float | None
    facts: str


class RunOptions(CompareOptions, total=False):
    edited: bool
    unit: str
    short: bool
    recall: float
    num_hashes: int | None
    bands: int | None
    rows: int | None
    related: bool
    max_bucket: int
    date_field: str | None
    date_order: str | None
    source_field: str | None
    title_field: str | None
    window: timedelta | str | None
    keep: str
    across_sources: bool
    lossless: bool
    threads: int | None
    memory: int | None
    temp_dir: Path | None
    work_dir: Path | None
    id_field: str
    text_field: str
    input_format: str | None
    encoding: str
    html_raw: bool
    html_lines: bool
    max_record_size: int
    unique_ids: bool


class DedupOptions(RunOptions, total=False):
    output: Path | None
    against: Path | Sequence[Path]
    remove: Iterable[str]
