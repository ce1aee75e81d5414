"""Near-duplicate detection and similarity for Arabic-script text.

``Index`` answers a crawler: have I seen this story? ``Client`` asks a server the same. ``clusters`` and ``dedup`` clean a corpus, ``compare`` explains two texts,
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

from typing import TYPE_CHECKING

from . import _mukarrar, _runs
from ._client import Client
from ._errors import (
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
    Cluster,
    Clusters,
    Comparison,
    Deduplicated,
    Member,
    Pair,
    Pairs,
    Passage,
    Passages,
    Piece,
    Rejected,
    Removed,
    Run,
    Side,
    _comparison,
)

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._options import CompareOptions, Corpus, DedupOptions, PairsOptions, PassagesOptions, RunOptions

__all__ = [
    "ArrowBatch",
    "ArrowTable",
    "Client",
    "ClosedError",
    "Cluster",
    "Clusters",
    "Comparison",
    "CorruptError",
    "DamagedError",
    "Deduplicated",
    "Error",
    "Estimate",
    "ForkedError",
    "IncompatibleError",
    "Index",
    "IndexOpenError",
    "InputOutputError",
    "InternalError",
    "KeyExistsError",
    "Match",
    "Member",
    "MemoryLimitError",
    "MinHasher",
    "NothingReadError",
    "OutputError",
    "Pair",
    "Pairs",
    "ParameterError",
    "Passage",
    "Passages",
    "Piece",
    "ReadOnlyError",
    "Rejected",
    "Removed",
    "Run",
    "ServerError",
    "Side",
    "Signature",
    "SpaceError",
    "Token",
    "Unit",
    "UnreadableError",
    "Verdict",
    "__version__",
    "clusters",
    "compare",
    "dedup",
    "detect_language",
    "normalize",
    "pairs",
    "passages",
    "sketch_batch",
    "tokens",
    "units",
    "verify_batch",
]


def clusters(corpus: Corpus, /, **options: Unpack[RunOptions]) -> Clusters:
    """The clusters of near-duplicates in files, directories or a frame.

    ``corpus`` is a path or several; or a frame: ``(id, text)`` pairs, texts, dicts, a ``DataFrame`` of pandas or Polars, a table or reader
    of pyarrow, anything else with the Arrow C stream interface, or a Hugging Face ``Dataset``. ``text``, ``id``, ``date`` and ``source`` name its
    columns; texts are in ``"text"`` unless told otherwise, ids in ``"id"`` if there is one, else they are the numbers of rows. ``None`` and NaN are
    missing texts, which resemble nothing. Strings in a list are paths if one of them exists or none has a space, and texts otherwise.
    Options are those of ``mukarrar clusters``:

    - what is compared: ``unit`` (``"document"``; ``"story"``, ``"paragraph"``, ``"line"``), ``profile`` (``"standard"``), ``language``
      (found in each text), ``boilerplate`` (``"ignore"``), ``shingle`` (``"word:3"``), ``short`` (True)
    - what is alike: ``threshold`` (.6), ``edited`` (False), ``recall`` (.99), ``containment`` (.8 or None), ``facts`` (``"guard"``), ``num_hashes``, ``bands``,
      ``rows``, ``seed`` (1), ``related`` (False), ``max_bucket`` (10,000), ``window`` (a ``timedelta`` or text such as ``"7d"``)
    - who stays: ``keep`` (``"first"``; ``"last"``, ``"longest"``, ``"shortest"``, ``"earliest"``, ``"latest"``, ``"min:FIELD"``, …);
      ``lossless`` (False: True removes a copy only if its keeper has all of it), ``across_sources`` (False: True compares
      only records of different sources; not for ``pairs``)
    - files: ``id_field``, ``text_field``, ``date_field``, ``date_order`` (``dmy`` or ``mdy``, for 3/4/2015), ``source_field``, ``title_field`` (``"usual"``: title or headline; None), ``input_format``, ``encoding``, ``html_raw``, ``html_lines``
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
    ``remove`` (``["exact", "near"]``; ``"contained"`` too), ``against`` (paths: what is in them already goes; directories of indexes too, and for a frame only those).

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

    Options: ``profile``, ``language``, ``boilerplate``, ``shingle``, ``seed``, ``threshold``, ``containment``, ``facts``.

    >>> import mukarrar
    >>> found = mukarrar.compare("قال الوزيرُ إن الأمر انتهى أمس", "قال الوزير إن الأمر بدأ أمس")
    >>> [(run.side, run.tokens) for run in found.runs]
    [('both', 'قال الوزير ان الامر'), ('only_a', 'انتهي'), ('only_b', 'بدا'), ('both', 'امس')]
    >>> found.shared, found.relation
    (2, None)
    """
    return _comparison(_mukarrar.compare(a, b, **options))
