"""The keywords that functions take, for type checkers. The functions describe them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal, Protocol, TypedDict, Union


class ArrowStreamed(Protocol):
    """A table of Polars, pyarrow, DuckDB and others."""

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any: ...


class LazyTable(Protocol):
    """A query of Polars."""

    def collect(self, *arguments: Any, **options: Any) -> Any: ...


class ColumnFrame(Protocol):
    """A frame of pandas, or a Hugging Face ``Dataset``."""

    def __len__(self) -> int: ...
    def __getitem__(self, name: Any, /) -> Any: ...


Path = Union[str, "os.PathLike[str]"]
Record = Union[Path, "tuple[Any, str | None]", "Mapping[str, Any]", None, float]
Corpus = Union[Path, Iterable[Record], ArrowStreamed, LazyTable, ColumnFrame]
Moment = Union[datetime, date, str, float]
Told = Union[bool, Callable[[str, int, int], object], None]

ProfileName = Literal["none", "light", "standard", "aggressive"]
LanguageCode = Literal["ar", "fa", "ur", "ckb", "ps", "ug", "other", "auto"]
BoilerplateChoice = Literal["keep", "ignore", "strip"]
FactsChoice = Literal["guard", "off"]
VerifyChoice = Literal["exact", "estimate"]
UnitName = Literal["document", "story", "paragraph", "line"]
DateOrder = Literal["dmy", "mdy"]
Removable = Literal["exact", "near", "contained"]


class Folding(TypedDict, total=False):
    profile: ProfileName
    language: LanguageCode | None


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
    profile: ProfileName
    language: LanguageCode | None
    boilerplate: BoilerplateChoice
    shingle: str
    seed: int


class IndexSettings(TypedDict, total=False):
    threshold: float | None
    recall: float | None
    num_hashes: int | None
    bands: int | None
    rows: int | None
    profile: ProfileName | None
    language: LanguageCode | None
    boilerplate: BoilerplateChoice | None
    boilerplate_rules: Path | None
    shingle: str | None
    facts: FactsChoice | None
    seed: int | None
    verify: VerifyChoice | None
    window: timedelta | str | None


class OpenSettings(IndexSettings, total=False):
    commit_every: int | None
    cache_size: int | None


class CompareOptions(TypedDict, total=False):
    profile: ProfileName
    language: LanguageCode | None
    boilerplate: BoilerplateChoice
    shingle: str
    seed: int
    threshold: float
    containment: float | None
    facts: FactsChoice


class FieldOptions(TypedDict, total=False):
    text: str | None
    id: str | None
    date: str | None
    source: str | None
    id_field: str
    text_field: str
    input_format: str | None
    encoding: str
    html_raw: bool
    html_lines: bool
    max_record_size: int
    unique_ids: bool
    threads: int | None
    memory: int | None
    temp_dir: Path | None
    progress: Told


class MatchingOptions(CompareOptions, FieldOptions, total=False):
    edited: bool
    unit: UnitName
    short: bool
    recall: float
    num_hashes: int | None
    bands: int | None
    rows: int | None
    related: bool
    max_bucket: int
    date_field: str | None
    date_order: DateOrder | None
    source_field: str | None
    title_field: str | None
    window: timedelta | str | None
    work_dir: Path | None


class RunOptions(MatchingOptions, total=False):
    keep: str
    across_sources: bool
    lossless: bool


class PairsOptions(MatchingOptions, total=False):
    expand_exact: bool


class PassagesOptions(FieldOptions, total=False):
    min_tokens: int
    max_gap: int
    profile: ProfileName
    language: LanguageCode | None
    seed: int


class DedupOptions(RunOptions, total=False):
    output: Path | None
    against: Path | Sequence[Path]
    remove: Iterable[Removable]
