"""Near-duplicate detection and similarity for Arabic-script text.

``Index`` answers a crawler: have I seen this story? ``Client`` asks a server the same. ``describe`` and ``preview`` look at a corpus,
``clusters`` and ``dedup`` clean it, ``compare`` explains two texts,
``normalize`` and ``tokens`` show what is compared, ``MinHasher`` and ``sketch_batch`` make signatures for engines of your own.
All of it is the Rust library, with the same answers and the same bytes; nothing is computed here.

>>> import mukarrar
>>> seen = mukarrar.Index()
>>> seen.check_and_insert("1", "أعلنت وزارة الصحة عن افتتاح ثلاثة مراكز جديدة")
Verdict('new')
>>> bool(seen.check("اعلنت وزارة الصحة عن إفتتاح ثلاثة مراكز جديده"))
True
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from . import _mukarrar, _runs, _scores
from ._client import Client
from ._errors import (
    AlarmError,
    ClosedError,
    CorruptError,
    DamagedError,
    Error,
    ForkedError,
    IncompatibleError,
    IndexOpenError,
    InputOutputError,
    InternalError,
    KeyExistsError,
    MemoryLimitError,
    NothingReadError,
    OutputError,
    ParameterError,
    ReadOnlyError,
    ServerError,
    SpaceError,
    UnreadableError,
)
from ._mukarrar import (
    ArrowBatch,
    ArrowTable,
    Estimate,
    Index,
    Match,
    MinHasher,
    Signature,
    Token,
    Unit,
    Verdict,
    __version__,
    detect_language,
    normalize,
    sketch_batch,
    tokens,
    units,
    verify_batch,
)
from ._records import (
    Alarm,
    BorderlinePair,
    Cluster,
    Hit,
    ListedUnit,
    Loss,
    Member,
    Pair,
    Passage,
    Piece,
    Rejected,
    Removed,
    Run,
    Side,
    ThresholdCounts,
)
from ._results import (
    Clusters,
    ComparedTexts,
    Comparison,
    Contamination,
    Deduplicated,
    Pairs,
    Passages,
    UnitList,
    comparison,
)
from ._scores import (
    BoilerplateRules,
    Description,
    Evaluation,
    Interval,
    PairEstimate,
    Preview,
    Rates,
    ThresholdEstimate,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from typing_extensions import Unpack

    from ._options import (
        CompareOptions,
        ContaminationOptions,
        Corpus,
        DedupOptions,
        DescribeOptions,
        EvaluateOptions,
        LearnOptions,
        PairLabel,
        PairsOptions,
        PassagesOptions,
        Path,
        PreviewOptions,
        RunOptions,
        UnitOptions,
    )

__all__ = [
    "Alarm",
    "AlarmError",
    "ArrowBatch",
    "ArrowTable",
    "BoilerplateRules",
    "BorderlinePair",
    "Client",
    "ClosedError",
    "Cluster",
    "Clusters",
    "Comparison",
    "Contamination",
    "CorruptError",
    "DamagedError",
    "Deduplicated",
    "Description",
    "Error",
    "Estimate",
    "Evaluation",
    "ForkedError",
    "Hit",
    "IncompatibleError",
    "Index",
    "IndexOpenError",
    "InputOutputError",
    "InternalError",
    "Interval",
    "KeyExistsError",
    "ListedUnit",
    "Loss",
    "Match",
    "Member",
    "MemoryLimitError",
    "MinHasher",
    "NothingReadError",
    "OutputError",
    "Pair",
    "PairEstimate",
    "Pairs",
    "ParameterError",
    "Passage",
    "Passages",
    "Piece",
    "Preview",
    "Rates",
    "ReadOnlyError",
    "Rejected",
    "Removed",
    "Run",
    "ServerError",
    "Side",
    "Signature",
    "SpaceError",
    "ThresholdCounts",
    "ThresholdEstimate",
    "Token",
    "Unit",
    "UnitList",
    "UnreadableError",
    "Verdict",
    "__version__",
    "clusters",
    "compare",
    "contaminated",
    "corpus_units",
    "dedup",
    "describe",
    "detect_language",
    "estimate",
    "evaluate",
    "evaluate_pages",
    "learn_boilerplate",
    "normalize",
    "pairs",
    "passages",
    "preview",
    "sketch_batch",
    "tokens",
    "units",
    "verify_batch",
]

if hasattr(os, "register_at_fork"):
    # A child has neither the threads of its parent nor what they do to the lock of the threads.
    os.register_at_fork(before=_mukarrar.before_fork, after_in_parent=_mukarrar.after_fork, after_in_child=_mukarrar.after_fork)


def clusters(corpus: Corpus, /, **options: Unpack[RunOptions]) -> Clusters:
    """The clusters of near-duplicates in files, directories or a frame.

    ``corpus`` is a path or several; or a frame: ``(id, text)`` pairs, texts, dicts, a ``DataFrame`` of pandas or Polars, a table or reader
    of pyarrow, anything else with the Arrow C stream interface, or a Hugging Face ``Dataset``. ``text``, ``id``, ``date`` and ``source`` name its
    columns; texts are in ``"text"`` unless told otherwise, ids in ``"id"`` if there is one, else they are the numbers of rows. ``None`` and NaN are
    missing texts, which resemble nothing. Strings in a list are paths if one of them exists or none has a space, and texts otherwise.
    Options are those of ``mukarrar clusters``:

    - what is compared: ``unit`` (``"document"``; ``"story"``, ``"paragraph"``, ``"line"``), ``profile`` (``"standard"``), ``language``
      (found in each text), ``boilerplate`` (``"ignore"``), ``boilerplate_rules`` (a file, ``BoilerplateRules``, or ``"learn"`` to learn them
      from the input first), ``shingle`` (``"word:3"``), ``short`` (True)
    - what is alike: ``threshold`` (.6), ``edited`` (False), ``recall`` (.99), ``containment`` (.8 or None), ``facts`` (``"guard"``), ``num_hashes``, ``bands``,
      ``rows``, ``seed`` (1), ``related`` (False), ``max_bucket`` (10,000), ``window`` (a ``timedelta`` or text such as ``"7d"``)
    - who stays: ``keep`` (``"first"``; ``"last"``, ``"longest"``, ``"shortest"``, ``"earliest"``, ``"latest"``, ``"min:FIELD"``, …);
      ``lossless`` (False: True removes a copy only if its keeper has all of it), ``across_sources`` (False: True compares
      only records of different sources; not for ``pairs``)
    - files: ``id_field``, ``text_field``, ``date_field``, ``date_order`` (``dmy`` or ``mdy``, for 3/4/2015), ``source_field``, ``title_field`` (``"usual"``: title or headline; None), ``input_format``, ``encoding``, ``csv_delimiter``, ``csv_quote``, ``csv_escape``, ``html_raw``, ``html_lines``
      (all that a page shows, with its markup; the default with ``unit="story"``),
      ``max_record_size``; also ``unique_ids``
    - the machine: ``threads``, ``memory`` (bytes; 70 % of the free memory unless given, ``None`` for no limit), ``temp_dir``, ``work_dir``
    - ``progress``: True for a bar on standard error, or a function that is called with ``(stage, done, total)``, some ten times a second

    Ctrl-C ends a run within a fraction of a second; outputs stay as they were.

    >>> import mukarrar
    >>> found = mukarrar.clusters([
    ...     ("a", "أعلنت الوزارة أمس عن افتتاح ثلاثة مراكز صحية جديدة في المدينة"),
    ...     ("b", "أعلنت الوزارة امس عن إفتتاح ثلاثة مراكز صحيّة جديدة في المدينه"),
    ...     ("c", "فاز الفريق الأول بالمباراة النهائية بعد وقت إضافي طويل"),
    ... ])
    >>> [(member.id, member.relation, member.jaccard) for member in found[0].members]
    [('a', 'keeper', 1.0), ('b', 'exact', 1.0)]
    >>> len(found), found.summary["records"]["read"]
    (1, 3)
    """
    return _runs.clusters(corpus, dict(options))


def pairs(corpus: Corpus, /, **options: Unpack[PairsOptions]) -> Pairs:
    """The pairs of near-duplicates in a corpus.

    Options as of ``clusters``, but for ``keep``; and ``expand_exact`` (True; False pairs an exact copy with the first of its group alone).

    >>> import mukarrar
    >>> found = mukarrar.pairs([
    ...     "أعلنت الوزارة أمس عن افتتاح ثلاثة مراكز صحية جديدة في المدينة",
    ...     "أعلنت الوزارة امس عن إفتتاح ثلاثة مراكز صحيّة جديدة في المدينه",
    ... ])
    >>> [(pair.id_a, pair.id_b, pair.relation) for pair in found]
    [(0, 1, 'exact')]
    """
    return _runs.pairs(corpus, dict(options))


def passages(corpus: Corpus, /, **options: Unpack[PassagesOptions]) -> Passages:
    """The passages that occur twice in a corpus: in two texts, or in one.

    Options: ``min_tokens``, ``max_gap``, ``profile``, ``language``, ``seed``; those of files, of the machine and ``progress`` as of ``clusters``.

    >>> import mukarrar
    >>> said = "قال الوزير إن المراكز الجديدة تخدم سكان المدينة وما حولها"
    >>> found = mukarrar.passages([f"افتتحت أمس. {said}", f"وفي الختام {said} كذلك"], min_tokens=8)
    >>> [(passage.a, passage.b, passage.tokens) for passage in found]
    [(0, 1, 10)]
    """
    return _runs.passages(corpus, dict(options))


def dedup(corpus: Corpus, /, **options: Unpack[DedupOptions]) -> Deduplicated:
    """A corpus without its copies.

    A frame comes back as ``kept``, in the same kind. Of files nothing is written unless ``output`` names where: a file for one file, else
    a directory, as ``mukarrar dedup -o``. Every removed record names its keeper and the exact score. Options as of ``clusters``, and

    - what goes: ``remove`` (``["exact", "near"]``; ``"contained"`` too), ``against`` (what is in it already goes: a frame of any
      kind, read by the same columns where it has them; directories of indexes; for files also files), ``unit="passage"`` (repeated passages of ``min_tokens`` or more)
    - repetition as a signal: ``min_sources`` (only what so many sources have stays), ``max_size`` (larger clusters go as a whole),
      ``keep_per_source`` (so many of each source stay)
    - what is told of the records: ``annotate`` (True or a name: kept records carry ``cluster``, ``size``, ``sources``, ``first_seen`` and
      ``last_seen`` of records with dates, ``keeper`` and ``weight``, in one field of dicts and JSON, and else in columns such as
      ``mukarrar_size``), ``mark`` (True or a name: nothing is removed, and every record tells its cluster and its relation to the keeper),
      ``weights`` and ``source_graph`` (files, as of the command)
    - ``stories`` (True: ``annotate`` carries ``story``, ``story_score``, ``story_terms`` and ``recurring_form`` too, as ``mukarrar stories``
      tells them; nothing is removed because of them), with ``archive``, ``idf``, ``story_threshold``, ``story_leader``, ``story_window``,
      ``story_span``, ``least_words``, ``undated``, ``vector`` (the column with embeddings) and ``vector_weight``
    - ``strict`` (True: ``AlarmError`` before anything is written, if the run looks as if it removed more than copies)

    >>> import mukarrar
    >>> made = mukarrar.dedup([
    ...     (1, "أعلنت الوزارة أمس عن افتتاح ثلاثة مراكز صحية جديدة في المدينة"),
    ...     (2, "أعلنت الوزارة امس عن إفتتاح ثلاثة مراكز صحيّة جديدة في المدينه"),
    ...     (3, "فاز الفريق الأول بالمباراة النهائية بعد وقت إضافي طويل"),
    ... ])
    >>> [id for id, text in made.kept]
    [1, 3]
    >>> made.removed[0].keeper, made.removed[0].relation
    (1, 'exact')
    >>> made.mask.tolist(), made.labels.tolist()
    ([True, False, True], [0, 0, -1])
    """
    return _runs.dedup(corpus, dict(options))


def compare(a: str, b: str, **options: Unpack[CompareOptions]) -> Comparison:
    """How alike two texts are, and why.

    Options: ``profile``, ``language``, ``boilerplate``, ``boilerplate_rules`` (a file or ``BoilerplateRules``, which hold for texts of their
    sources) and ``source`` (of both texts, or a pair), ``shingle``, ``seed``, ``threshold``, ``containment``, ``facts``.

    >>> import mukarrar
    >>> found = mukarrar.compare("قال الوزيرُ إن الأمر انتهى أمس", "قال الوزير إن الأمر بدأ أمس")
    >>> [(run.side, run.tokens) for run in found.runs]
    [('both', 'قال الوزير ان الامر'), ('only_a', 'انتهي'), ('only_b', 'بدا'), ('both', 'امس')]
    >>> found.shared, found.relation
    (2, None)
    """
    return comparison(_mukarrar.compare(a, b, **options), ComparedTexts(a, b, dict(options)))


def corpus_units(corpus: Corpus, /, **options: Unpack[UnitOptions]) -> UnitList:
    """The units of the records of a corpus, cut as a run cuts them: lines that return on the pages of a source are known.

    Options: ``unit`` (``"story"``), ``source`` or ``source_field``; those of files and ``progress`` as of ``clusters``. ``units`` cuts one text.

    >>> import mukarrar
    >>> found = mukarrar.corpus_units([("a", "فتح المتحف أبوابه أمس بعد ترميم دام سنتين.\\nالمصدر: صحيفة المدينة")])
    >>> [(unit.id, unit.kind) for unit in found]
    [('a#0', 'story'), ('a#1', 'boilerplate')]
    """
    return _runs.corpus_units(corpus, dict(options))


def describe(corpus: Corpus, /, **options: Unpack[DescribeOptions]) -> Description:
    """What a corpus is made of, before anything is done with it: records, languages, lengths, sources, dates, encodings, exact repeats.

    Options: ``date`` or ``date_field`` and ``date_order``, ``source`` or ``source_field``, ``threads``; those of files and ``progress`` as of
    ``clusters``. Memory does not grow with the corpus.

    >>> import mukarrar
    >>> mukarrar.describe(["وصل القطار إلى المدينة", "وصل القطار إلى المدينة", None])
    Description(3 records of 1 source; 0 rejected, 1 empty, 1 repeats)
    """
    return _runs.describe(corpus, dict(options))


def preview(corpus: Corpus, /, **options: Unpack[PreviewOptions]) -> Preview:
    """What ``dedup`` would remove, at several thresholds, with alarms and the pairs on the border. Nothing is written.

    Options as of ``clusters``, and ``remove`` as of ``dedup``, ``thresholds`` (.5, .6, .7, .8, .9; that of the run is added), ``sample`` (a
    share of the texts, such as .01: the counts are estimates then, and ``expected`` tells what a run would take).

    >>> import mukarrar
    >>> seen = mukarrar.preview([
    ...     "أعلنت الوزارة أمس عن افتتاح ثلاثة مراكز صحية جديدة في المدينة",
    ...     "أعلنت الوزارة امس عن إفتتاح ثلاثة مراكز صحيّة جديدة في المدينه",
    ...     "فاز الفريق الأول بالمباراة النهائية بعد وقت إضافي طويل",
    ... ])
    >>> seen.at(0.9).removed
    {'exact': 1}
    """
    return _runs.preview(corpus, dict(options))


def contaminated(corpus: Corpus, tests: Corpus, /, **options: Unpack[ContaminationOptions]) -> Contamination:
    """Test items that occur in a corpus, compared in folded form, with their places. An item is a record of the tests; in plain text, a line.

    Options: ``ngram`` (13: so many tokens in a row that both have), ``least_tokens`` (5: shorter items count as a line of their own),
    ``whole`` (True: only whole items count), ``output`` (where the corpus goes without what contains an item, of files), ``test_text`` and
    ``test_id`` (columns or fields of the tests), ``profile``, ``language``, ``threads``; those of files and ``progress`` as of ``clusters``.

    >>> import mukarrar
    >>> corpus = [("a", "قال المعلم: ما عاصمة البلاد التي يجري فيها النهر؟ ثم سكت"), ("b", "درس آخر في الحساب")]
    >>> found = mukarrar.contaminated(corpus, [("q1", "ما عاصمة البلاد التي يجري فيها النهر")])
    >>> [(hit.item, hit.document, hit.rule) for hit in found], [id for id, text in found.kept]
    ([('q1', 'a', 'item')], ['b'])
    """
    return _runs.contaminated(corpus, tests, dict(options))


def learn_boilerplate(corpus: Corpus, /, **options: Unpack[LearnOptions]) -> BoilerplateRules:
    """The lines that return on the pages of each source of a corpus, for ``boilerplate_rules=``.

    Options: ``source`` or ``source_field``, ``threads``, ``memory``, ``temp_dir``; those of files and ``progress`` as of ``clusters``.
    """
    return _runs.learn_boilerplate(corpus, dict(options))


def evaluate(
    corpus: Corpus,
    gold: Path | Mapping[Any, Any] | Iterable[tuple[Any, Any] | tuple[Any, Any, str]],
    /,
    **options: Unpack[EvaluateOptions],
) -> Evaluation:
    """Scores the clusters of a corpus against gold: a file of the command ``eval`` (``gold_kind`` says which), labels by id, or pairs of ids.
    A third item of a pair marks one that is no copy (``"non"``, ``"form"``, ``"other"``) or is not scored (``"part"``). Options as of
    ``clusters``.

    >>> import mukarrar
    >>> scores = mukarrar.evaluate(
    ...     [(1, "أعلنت الوزارة أمس عن افتتاح ثلاثة مراكز جديدة"), (2, "أعلنت الوزارة امس عن إفتتاح ثلاثة مراكز جديدة"), (3, "نص آخر")],
    ...     {1: "مراكز", 2: "مراكز", 3: "آخر"},
    ... )
    >>> scores.pairs
    Rates(precision=1.0, recall=1.0, f1=1.0)
    """
    return _runs.evaluate(corpus, gold, dict(options))


def evaluate_pages(directory: Path, /, **options: Unpack[RunOptions]) -> dict[str, Any]:
    """Scores the cutting of pages and what repeats on them, as ``mukarrar eval --pages``: a directory with pages and their gold."""
    return _runs.evaluate_pages(directory, dict(options))


def estimate(
    pairs: Path | Iterable[Pair], labels: Path | Iterable[tuple[Any, Any, PairLabel]] | Mapping[tuple[Any, Any], PairLabel], /
) -> PairEstimate:
    """What labels tell of pairs: precision with intervals of 95 %, in all and by score and relation, and what another threshold would do.

    ``pairs`` is a result of ``pairs`` at a low threshold, or a list that the command wrote. ``labels`` are of ``Pairs.sample``: ``"copy"``,
    ``"part"``, ``"form"`` (same form, other facts) or ``"other"`` for two ids, or a file that ``mukarrar label`` wrote.

    >>> import mukarrar
    >>> news = ["أعلنت الوزارة أمس عن افتتاح ثلاثة مراكز جديدة", "أعلنت الوزارة امس عن إفتتاح ثلاثة مراكز جديدة", "نص آخر"]
    >>> found = mukarrar.pairs(news, threshold=0.4)
    >>> drawn = found.sample(10)
    >>> told = mukarrar.estimate(found, [(pair.id_a, pair.id_b, "copy") for pair in drawn])
    >>> told.labelled, told.precision.estimate
    (1, 1.0)
    """
    return _scores.estimate(pairs, labels)
