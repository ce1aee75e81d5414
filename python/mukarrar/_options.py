"""The keywords that functions take, for type checkers. The functions describe them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypedDict, Union

if TYPE_CHECKING:
    from ._scores import BoilerplateRules


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
DedupUnitName = Literal["document", "story", "paragraph", "line", "passage"]
DateOrder = Literal["dmy", "mdy"]
UndatedName = Literal["apart", "together"]
Removable = Literal["exact", "near", "contained"]
InputFormat = Literal["jsonl", "json", "lines", "text", "csv", "tsv", "parquet", "html", "warc", "arrow"]
GoldKind = Literal["labels", "pairs"]
PairLabel = Literal["copy", "part", "form", "other"]


class Folding(TypedDict, total=False):
    profile: ProfileName
    language: LanguageCode | None


class About(TypedDict, total=False):
    source: str | None
    title: str | None
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
    boilerplate_rules: Path | BoilerplateRules | None
    shingle: str | None
    facts: FactsChoice | None
    seed: int | None
    verify: VerifyChoice | None
    window: timedelta | str | None
    stories: bool | None
    idf: Path | None
    story_threshold: float | None
    story_leader: float | None
    story_window: int | None
    story_span: int | None
    least_words: int | None


class OpenSettings(IndexSettings, total=False):
    commit_every: int | None
    cache_size: int | None


class VerifyOptions(TypedDict, total=False):
    profile: ProfileName
    language: LanguageCode | None
    boilerplate: BoilerplateChoice
    shingle: str
    seed: int
    threshold: float
    containment: float | None
    facts: FactsChoice


class CompareOptions(VerifyOptions, total=False):
    boilerplate_rules: Path | BoilerplateRules | None
    source: str | tuple[str | None, str | None] | None


class ReadingOptions(TypedDict, total=False):
    text: str | None
    id: str | None
    id_field: str
    text_field: str
    input_format: InputFormat | None
    encoding: str
    csv_delimiter: str | None
    csv_quote: str
    csv_escape: str
    html_raw: bool
    html_lines: bool
    max_record_size: int
    unique_ids: bool
    progress: Told


class FieldOptions(ReadingOptions, total=False):
    date: str | None
    source: str | None
    threads: int | None
    memory: int | None
    temp_dir: Path | None


class SourceOptions(ReadingOptions, total=False):
    source: str | None
    source_field: str | None


class UnitOptions(SourceOptions, total=False):
    unit: UnitName


class DescribeOptions(SourceOptions, total=False):
    date: str | None
    date_field: str | None
    date_order: DateOrder | None
    threads: int | None


class LearnOptions(SourceOptions, total=False):
    threads: int | None
    memory: int | None
    temp_dir: Path | None


class ContaminationOptions(ReadingOptions, total=False):
    test_text: str | None
    test_id: str | None
    ngram: int
    least_tokens: int
    whole: bool
    output: Path | None
    profile: ProfileName
    language: LanguageCode | None
    threads: int | None
    memory: int | None
    temp_dir: Path | None


class MatchingOptions(VerifyOptions, FieldOptions, total=False):
    boilerplate_rules: Path | BoilerplateRules | None
    edited: bool
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


class PairsOptions(MatchingOptions, total=False):
    unit: UnitName
    work_dir: Path | None
    expand_exact: bool


class KeepingOptions(MatchingOptions, total=False):
    keep: str
    across_sources: bool
    lossless: bool


class RunOptions(KeepingOptions, total=False):
    unit: UnitName
    work_dir: Path | None


class EvaluateOptions(RunOptions, total=False):
    gold_kind: GoldKind


class PreviewOptions(KeepingOptions, total=False):
    unit: UnitName
    remove: Iterable[Removable]
    thresholds: Iterable[float]
    sample: float | None


class PassagesOptions(FieldOptions, total=False):
    min_tokens: int
    max_gap: int
    profile: ProfileName
    language: LanguageCode | None
    seed: int


class DedupOptions(KeepingOptions, total=False):
    unit: DedupUnitName
    work_dir: Path | None
    output: Path | None
    against: Corpus
    remove: Iterable[Removable]
    min_tokens: int
    mark: bool | str | None
    annotate: bool | str | None
    stories: bool
    archive: Path | Sequence[Path]
    idf: Path | None
    story_threshold: float
    story_leader: float
    story_window: int
    story_span: int
    least_words: int
    undated: UndatedName
    vector: str | None
    vector_field: str | None
    vector_weight: float
    min_sources: int | None
    max_size: int | None
    keep_per_source: int | None
    weights: Path | None
    source_graph: Path | None
    strict: bool
