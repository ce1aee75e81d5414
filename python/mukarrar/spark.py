"""Near-duplicates of Spark DataFrames: the engine moves the rows, the library does the work, and the rows that come out are those of
one run of ``mukarrar dedup`` over the same records.

::

    from mukarrar import spark

    clean = spark.dedup(df, id="id", text="text", checkpoint_dir="hdfs:///tmp/checkpoints")

Needs Spark 4 with its classic (not Connect) session, and ``pip install "mukarrar[spark]"`` on every worker. Rows move as numbers:
sketches, band keys and pairs. Texts move to the tasks that compare them: those of components, and of pairs that may contain each
other. Equal texts are grouped first, so a million copies of one text are one node.
"""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING, Any

import pyarrow
from pyspark.sql import functions as F

from . import _mukarrar as _native
from ._errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pyspark.sql import Column, DataFrame

    Records = list[tuple[str, str, str]]

__all__ = ["clusters", "dedup"]

_SAMPLED_TEXTS = 4096
"""Texts in which words are counted."""

_PROBES = 16
"""Sampled shingles of a text by which others are searched for it."""

_COMMON = 50
"""A sampled shingle of more texts is evidence for no pair."""

_SKETCH = """id string, place string, language string, sure boolean, tokens long, high long, low long, keys array<bigint>,
sample array<int>, entries long, date long, source string"""

_LINKS = "keeper long, node long, relation string, reason string, jaccard double, containment double, lost long"

_CONTAINED = "small long, large long, size long, jaccard double, containment double, reason string"

_SETTLED = """keeper long, node long, relation string, reason string, jaccard double, containment double,
attached boolean"""

_REFUSED = {
    "lossless": "left out: a run without loss asks a keeper for all of a copy",
    "across_sources": "left out: sources are not told apart here",
    "against": "left out: references are not read here",
    "output": "left out: rows come back",
    "unit": "left out: rows are whole documents",
    "boilerplate_rules": "left out: rules are files, which workers need not have",
}

_KEEPS = ("first", "last", "longest", "shortest", "earliest", "latest")


def clusters(
    df: DataFrame,
    *,
    id: str = "id",
    text: str = "text",
    order: str | None = None,
    checkpoint_dir: str | None = None,
    work_dir: str | None = None,
    **options: Any,
) -> DataFrame:
    """The members of all clusters but their keepers: ``id``, ``keeper``, ``relation`` (``exact``, ``near``; attached are ``contained``,
    ``contains`` and ``variant``, the last with a ``reason``), ``jaccard``, ``containment``, ``attached``.

    ``id`` and ``text`` name columns; ids are unique and are strings in the result. ``order`` names the column by whose values rows
    stand in the input, ``id`` if it is left out. Other columns are read where options or rules ask for them: titles, addresses, dates,
    sources. Rows without a text count as rejected. ``checkpoint_dir`` is for checkpoints, on a file system that all workers see;
    left out, that of the session. With ``work_dir`` finished stages are kept there instead, and the same call with the same rows goes
    on from them after the driver was lost; remove the directory in the end. Options are those of :func:`mukarrar.clusters`, except that ``keep`` is one of ``first``, ``last``,
    ``longest``, ``shortest``, ``earliest`` and ``latest``; what is not supported is refused by name.

    A component of texts that resemble each other must fit in one task.
    """
    return _Run(df, (id, text, order or id), (checkpoint_dir, work_dir), options).members()


def dedup(
    df: DataFrame,
    *,
    id: str = "id",
    text: str = "text",
    order: str | None = None,
    checkpoint_dir: str | None = None,
    work_dir: str | None = None,
    remove: Iterable[str] = ("exact", "near"),
    **options: Any,
) -> DataFrame:
    """The rows of ``df`` that stay: without copies whose relation is in ``remove``, and without rows that have no text. Arguments are
    those of :func:`clusters`."""
    removed = list(remove)
    for relation in removed:
        if relation not in ("exact", "near"):
            raise ParameterError._of("remove", relation, "some of exact, near")
    run = _Run(df, (id, text, order or id), (checkpoint_dir, work_dir), options)
    members = run.members()
    gone = members.filter(F.col("relation").isin(removed)).select(F.col("id").alias("_mukarrar_id"))
    is_there = F.col(id).cast("string") == F.col("_mukarrar_id")
    return df.filter(F.col(text).isNotNull()).join(gone, is_there, "left_anti")


class _Run:
    """The stages of one run."""

    def __init__(
        self,
        df: DataFrame,
        columns: tuple[str, str, str],
        directories: tuple[str | None, str | None],
        options: dict[str, Any],
    ) -> None:
        id, text, order = columns
        checkpoint_dir, work_dir = directories
        for name, expected in _REFUSED.items():
            if options.get(name) not in (None, False):
                raise ParameterError._of(name, str(options[name]), expected)
        self.keep = options.pop("keep", "first")
        if self.keep not in _KEEPS:
            raise ParameterError._of("keep", str(self.keep), f"one of {', '.join(_KEEPS)}")
        if self.keep in ("earliest", "latest") and not options.get("date_field"):
            raise ParameterError._of("keep", self.keep, "together with date_field")
        for name, column in (("id", id), ("text", text), ("order", order)):
            if column not in df.columns:
                raise ParameterError._of(name, column, f"the name of a column, one of {', '.join(df.columns)}")

        context = df.sparkSession.sparkContext
        if checkpoint_dir is not None:
            context.setCheckpointDir(checkpoint_dir)
        if work_dir is None and context.getCheckpointDir() is None:
            raise ParameterError._of("checkpoint_dir", "None", "a directory that all workers see: lost rows must not be made again otherwise")

        # Tasks run beside each other already.
        self.options = {"threads": 1, **options}
        self.context = context
        self.source = options.get("source_field")
        self.base = self._base(df, id, text, order)
        self.work = None if work_dir is None else _WorkDir(df.sparkSession, work_dir)
        if self.work is not None:
            self.work.claim(self._identity())

    def _base(self, df: DataFrame, id: str, text: str, order: str) -> DataFrame:
        """Id, place, text, source and the fields that rules read, as JSON."""
        asked = [name for name in _native.engine_fields(**self.options) if name in df.columns and name not in (id, text)]
        if self.source is not None and self.source not in df.columns:
            raise ParameterError._of("source_field", self.source, f"the name of a column, one of {', '.join(df.columns)}")
        fields = F.to_json(F.struct(*[F.col(name) for name in asked])) if asked else F.lit("{}")
        source = F.col(self.source).cast("string") if self.source is not None else F.lit(None).cast("string")
        kept = df.filter(F.col(id).isNotNull() & F.col(text).isNotNull())
        self.order_type = kept.schema[order].dataType
        return kept.select(
            F.col(id).cast("string").alias("id"),
            F.col(order).alias("place"),
            F.col(text).cast("string").alias("text"),
            fields.alias("fields"),
            source.alias("source"),
        )

    def _identity(self) -> dict[str, Any]:
        """What must be the same for a run to go on: version, options, and the rows by a sum of hashes."""
        numbers = F.xxhash64("id", "place", "text", "fields", "source").cast("decimal(38,0)")
        rows, total = _only(self.base.agg(F.count("id"), F.sum(numbers)))
        options = {name: str(value) for name, value in sorted(self.options.items()) if name not in ("threads", "memory", "temp_dir")}
        return {"version": _native.__version__, "keep": self.keep, "options": options, "rows": rows, "hashes": str(total)}

    def _kept(self, df: DataFrame, name: str) -> DataFrame:
        """The rows of a finished stage, which no fault makes again."""
        return df.checkpoint() if self.work is None else self.work.kept(df, name)

    def members(self) -> DataFrame:
        """The members of all clusters."""
        rows = self._nodes(self._ranked(self._sketches()))
        nodes = rows.filter("rank = node")
        frequencies = self._frequencies(nodes)

        joined = self._components(self._band_edges(nodes), "components")
        links = self._links(joined, nodes, frequencies)
        lost = _only(links.agg(F.sum("lost")))[0]
        if lost:
            warnings.warn(f"up to {lost} candidate pairs were not verified: longer lists than max_bucket", stacklevel=3)
        links = links.filter("relation is not null").drop("lost")

        contained = self._contained(nodes, links, frequencies)
        return self._kept(self._rows(rows, self._settled(rows, links, contained)), "members")

    def _sketches(self) -> DataFrame:
        """What is kept of each row, with the language that it takes from its source in ``taken``."""
        schema = _SKETCH.replace("place string", f"place {self.order_type.simpleString()}")
        made = self._kept(self.base.mapInArrow(_sketched(self.options), schema), "sketches")
        count, distinct, self.entries = _only(made.agg(F.count("id"), F.count_distinct("id"), F.sum("entries")))
        if count != distinct:
            raise ParameterError._of("id", f"that of {count - distinct} more rows", "unique: a result names rows by it")
        self.first_pass = made

        sure = made.filter("sure").groupBy("source", "language").count().collect()
        unsure = [row["source"] for row in made.filter("not sure").select("source").distinct().collect()]
        everything = [(row["language"], row["count"]) for row in sure]
        of_source: dict[str | None, list[tuple[str, int]]] = {}
        for row in sure:
            of_source.setdefault(row["source"], []).append((row["language"], row["count"]))
        taken = {}
        for source in unsure:
            language = _native.engine_language(of_source.get(source, []), everything)
            if language != "ar":
                taken[source] = language
        made = made.withColumn("taken", F.lit(None).cast("string"))
        if not taken:
            return made

        # Folded again with the language of their source.
        again, changed = [], F.lit(False)
        for language in sorted(set(taken.values())):
            of_language = [source for source, code in taken.items() if code == language]
            is_of = F.col("source").isin([source for source in of_language if source is not None])
            if None in of_language:
                is_of = is_of | F.col("source").isNull()
            is_of = ~F.col("sure") & F.coalesce(is_of, F.lit(False))
            changed = changed | is_of
            texts = self.base.join(self.first_pass.filter(is_of).select("id"), "id", "left_semi")
            folded = texts.mapInArrow(_sketched({**self.options, "language": language}), schema)
            again.append(self._kept(folded.withColumn("taken", F.lit(language)), f"folded-{language}"))
        made = made.filter(~changed)
        for folded in again:
            self.entries += _only(folded.agg(F.sum("entries")))[0] or 0
            made = made.unionByName(folded)
        return made

    def _ranked(self, sketches: DataFrame) -> DataFrame:
        """Rows with tokens, with their place in keeper order: numbers that ascend, with gaps."""
        place, tie = F.col("place"), F.col("id")
        by: dict[str, list[Column]] = {
            "first": [place.asc(), tie.asc()],
            "last": [place.desc(), tie.desc()],
            "longest": [F.col("tokens").desc(), place.asc(), tie.asc()],
            "shortest": [F.col("tokens").asc(), place.asc(), tie.asc()],
            "earliest": [F.col("date").asc_nulls_last(), place.asc(), tie.asc()],
            "latest": [F.col("date").desc_nulls_last(), place.asc(), tie.asc()],
        }
        # Ids of partitions that are in order are in order.
        ordered = sketches.filter("tokens > 0").orderBy(*by[self.keep])
        return self._kept(ordered.withColumn("rank", F.monotonically_increasing_id()), "ranked")

    def _nodes(self, ranked: DataFrame) -> DataFrame:
        """Rows with their node: the rank of the first row with the same text, and with a window the same date."""
        # Fingerprints propose equal texts, digests decide.
        repeated = ranked.groupBy("high", "low").count().filter("count > 1").drop("count")
        proposed = ranked.join(repeated, ["high", "low"], "left_semi").select("id", "taken")
        texts = self.base.join(proposed, "id")
        digests = texts.mapInArrow(_digested(self.options), "id string, digest binary")
        rows = ranked.join(digests, "id", "left")

        apart = ["date"] if self.options.get("window") is not None else []
        by = [F.col(name) for name in ("high", "low", "digest", *apart)]
        # Null-safe, as most rows have no digest.
        key = F.struct(*by)
        first = rows.groupBy(key.alias("key")).agg(F.min("rank").alias("node"), F.count("rank").alias("copies"))
        rows = rows.withColumn("key", key).join(first, "key").drop("key", "digest")
        return self._kept(rows, "nodes")

    def _frequencies(self, nodes: DataFrame) -> Any:
        """What pairs are judged by; ``None`` if the facts guard is off."""
        if self.options.get("facts", "guard") in ("off", False):
            return self.context.broadcast(None)

        texts = self.first_pass.filter("tokens > 0").dropDuplicates(["high", "low"])
        smallest = texts.orderBy("high", "low").limit(_SAMPLED_TEXTS).select("id")
        texts = self.base.join(F.broadcast(smallest), "id", "left_semi")
        words = texts.mapInArrow(_worded(self.options), "high long, low long, words array<int>").collect()
        sample = [((row["high"] + 2**63, row["low"] + 2**63), [word % 2**32 for word in row["words"]]) for row in words]

        bound, fewest = _native.engine_trigram_bound(self.entries or 0, **self.options)
        trigrams = None
        if bound is not None:
            hashes = nodes.select(F.explode("sample").alias("hash")).filter(F.col("hash") < bound)
            counted = hashes.groupBy("hash").count().filter(F.col("count") >= fewest).collect()
            trigrams = (bound, [(row["hash"], row["count"]) for row in counted])
        seed = self.options.get("seed", 1)
        return self.context.broadcast(_native.Frequencies(nodes.count(), sample, trigrams, seed))

    def _band_edges(self, nodes: DataFrame) -> DataFrame:
        """Each node with the first one that shares a band key with it."""
        keyed = nodes.select("node", F.posexplode("keys").alias("band", "key"))
        first = keyed.groupBy("band", "key").agg(F.min("node").alias("first"), F.count("node").alias("size"))
        edges = keyed.join(first.filter("size > 1"), ["band", "key"]).filter("node <> first")
        return edges.select(F.col("node").alias("u"), F.col("first").alias("v")).distinct()

    def _components(self, edges: DataFrame, name: str) -> DataFrame:
        """The smallest node of the component of each node: large-star and small-star in turn until nothing changes (Kiveris et al.,
        "Connected components in MapReduce and beyond", 2014)."""
        edges, before, number = self._kept(edges, f"{name}-edges"), None, 0
        while True:
            both = edges.union(edges.select(F.col("v").alias("u"), F.col("u").alias("v")))
            least = both.groupBy("u").agg(F.least(F.min("v"), F.col("u")).alias("m"))
            edges = both.join(least, "u").filter("v > u").select(F.col("v").alias("u"), F.col("m").alias("v")).distinct()

            down = edges.select(F.greatest("u", "v").alias("u"), F.least("u", "v").alias("v")).filter("u <> v")
            least = down.groupBy("u").agg(F.min("v").alias("m"))
            starred = down.join(least, "u").select(F.col("v").alias("u"), F.col("m").alias("v")).filter("u <> v")
            number += 1
            edges = starred.union(least.select("u", F.col("m").alias("v"))).distinct()
            edges = self._kept(edges, f"{name}-round-{number}")

            after = _only(edges.agg(F.count("u"), F.sum(F.hash("u", "v").cast("long"))))
            if after == before:
                break
            before = after
        roots = edges.select(F.col("v").alias("node"), F.col("v").alias("component")).distinct()
        return edges.select(F.col("u").alias("node"), F.col("v").alias("component")).union(roots).distinct()

    def _texts(self, nodes: DataFrame) -> DataFrame:
        """Nodes with the text of their first row."""
        return nodes.select("id", "node", "taken").join(self.base.select("id", "text", "fields"), "id").drop("id")

    def _links(self, joined: DataFrame, nodes: DataFrame, frequencies: Any) -> DataFrame:
        """The verified pairs of all components."""
        texts = self._texts(nodes.join(joined, "node", "left_semi")).join(joined, "node")
        verified = texts.groupBy("component").applyInArrow(_linked(self.options, frequencies), _LINKS)
        return self._kept(verified, "links")

    def _contained(self, nodes: DataFrame, links: DataFrame, frequencies: Any) -> DataFrame:
        """The pairs of nodes that no keeper took of which one is inside the other."""
        session = nodes.sparkSession
        if self.options.get("containment", 0.8) is None:
            return session.createDataFrame([], _CONTAINED)

        taken = links.filter(F.col("relation").isin("exact", "near")).select("node").distinct()
        left = nodes.join(taken, "node", "left_anti").filter(F.size("sample") > 0)
        sampled = left.select(
            "node", F.size("sample").alias("size"), F.posexplode("sample").alias("number", "hash")
        ).withColumn("is_probe", F.col("number") < _PROBES)
        shared = sampled.groupBy("hash").agg(F.count("node").alias("holders")).filter("holders > 1")

        held = sampled.join(shared, "hash")
        skipped = held.filter(F.col("is_probe") & (F.col("holders") > _COMMON)).groupBy("node").count()
        probes = left.select("node", F.least(F.size("sample"), F.lit(_PROBES)).alias("probes"))
        probes = probes.join(skipped, "node", "left").select(
            F.col("node").alias("small"), (F.col("probes") - F.coalesce("count", F.lit(0))).alias("left")
        )

        few = held.filter(F.col("holders") <= _COMMON)
        small = few.filter("is_probe").select("hash", F.col("node").alias("small"), F.col("size").alias("small_size"))
        large = few.select("hash", F.col("node").alias("large"), F.col("size").alias("large_size"))
        is_smaller = F.struct("small_size", "small") < F.struct("large_size", "large")
        matches = small.join(large, "hash").filter(is_smaller).groupBy("small", "large").count()
        pairs = matches.join(probes, "small").filter(2 * F.col("count") >= F.col("left")).select("small", "large")

        # The earlier one in keeper order comes first.
        pairs = pairs.select(F.least("small", "large").alias("a"), F.greatest("small", "large").alias("b"))
        texts = self._texts(left)
        for name in ("a", "b"):
            of_side = texts.select(*[F.col(column).alias(f"{column}_{name}") for column in ("node", "taken", "text", "fields")])
            pairs = pairs.join(of_side, F.col(name) == F.col(f"node_{name}")).drop(f"node_{name}")
        return self._kept(pairs.mapInArrow(_contained_pairs(self.options, frequencies), _CONTAINED), "contained")

    def _settled(self, rows: DataFrame, links: DataFrame, contained: DataFrame) -> DataFrame:
        """What becomes of the nodes that pairs connect."""
        edges = links.select(F.greatest("keeper", "node").alias("u"), F.least("keeper", "node").alias("v"))
        edges = edges.union(contained.select(F.greatest("small", "large"), F.least("small", "large"))).distinct()
        groups = self._kept(self._components(edges, "groups"), "groups")

        single = rows.filter("rank = node").select("node", (F.col("copies") == 1).alias("single"))
        none = {"reason": F.lit(None).cast("string"), "size": F.lit(0).cast("long"), "single": F.lit(None).cast("boolean")}
        columns = ["component", "kind", "a", "b", "relation", "reason", "jaccard", "containment", "size", "single"]
        of_nodes = groups.join(single, "node").withColumns(
            {
                **none,
                "kind": F.lit("node"),
                "a": F.col("node"),
                "b": F.col("node"),
                "relation": F.lit(""),
                "jaccard": F.lit(0.0),
                "containment": F.lit(0.0),
                "single": F.col("single"),
            }
        )
        of_links = links.join(groups, "node").withColumns(
            {"kind": F.lit("link"), "a": F.col("keeper"), "b": F.col("node"), "size": none["size"], "single": none["single"]}
        )
        of_pairs = contained.join(groups, F.col("small") == F.col("node")).withColumns(
            {"kind": F.lit("pair"), "a": F.col("small"), "b": F.col("large"), "relation": F.lit(""), "single": none["single"]}
        )
        together = of_nodes.select(columns).union(of_links.select(columns)).union(of_pairs.select(columns))
        return self._kept(together.groupBy("component").applyInArrow(_placed, _SETTLED), "settled")

    def _rows(self, rows: DataFrame, settled: DataFrame) -> DataFrame:
        """Links of nodes as members of clusters, by id."""
        of_rows = rows.select("id", "rank", "node")
        keepers = of_rows.filter("rank = node").select(F.col("node").alias("keeper"), F.col("id").alias("keeper_id"))
        taken = settled.filter("not attached")
        shown = settled.filter("attached").join(of_rows.filter("rank = node"), "node")
        copies = taken.join(of_rows, "node")
        # Further rows of a node that no keeper took are exact copies of its first one.
        equal = of_rows.filter("rank <> node").join(taken.select("node"), "node", "left_anti")
        equal = equal.withColumns(
            {
                "keeper": F.col("node"),
                "relation": F.lit("exact"),
                "reason": F.lit(None).cast("string"),
                "jaccard": F.lit(1.0),
                "containment": F.lit(1.0),
                "attached": F.lit(False),
            }
        )
        columns = ["id", "keeper", "relation", "reason", "jaccard", "containment", "attached"]
        members = copies.select(columns).union(shown.select(columns)).union(equal.select(columns))
        members = members.join(keepers, "keeper").withColumn("keeper", F.col("keeper_id"))
        return members.select(columns)


class _WorkDir:
    """Finished stages as Parquet files in a directory."""

    def __init__(self, session: Any, path: str) -> None:
        self.session = session
        self.path = path.rstrip("/")
        self.hadoop = session._jvm.org.apache.hadoop.fs.Path
        self.files = self.hadoop(self.path).getFileSystem(session._jsc.hadoopConfiguration())

    def claim(self, identity: dict[str, Any]) -> None:
        """Takes the directory for the run, or goes on with the same one."""
        place = self.hadoop(f"{self.path}/run.json")
        ours = json.dumps(identity, ensure_ascii=False, sort_keys=True)
        if not self.files.exists(place):
            if self.files.exists(self.hadoop(self.path)) and len(self.files.listStatus(self.hadoop(self.path))) > 0:
                raise ParameterError._of("work_dir", self.path, "a new or empty directory, or that of the same run")
            # A rename makes it appear whole.
            aside = self.hadoop(f"{self.path}.new")
            out = self.files.create(aside, True)
            out.write(bytearray(ours, "utf-8"))
            out.close()
            self.files.mkdirs(self.hadoop(self.path))
            self.files.rename(aside, place)
            return

        theirs = json.loads(self.session.read.text(f"{self.path}/run.json", wholetext=True).collect()[0][0])
        for name, value in identity.items():
            if theirs.get(name) != value:
                difference = f"{name} {theirs.get(name)} there, {value} now"
                raise ParameterError._of("work_dir", self.path, f"a directory of the same run ({difference}); name another one")

    def kept(self, df: DataFrame, name: str) -> DataFrame:
        """The rows of the stage ``name``: those that are there, or those of ``df``, written first."""
        path = f"{self.path}/{name}"
        # Spark writes the mark when all files are in their places.
        if not self.files.exists(self.hadoop(f"{path}/_SUCCESS")):
            df.write.mode("overwrite").parquet(path)
        kept: DataFrame = self.session.read.schema(df.schema).parquet(path)
        return kept


def _only(df: DataFrame) -> Any:
    """The only row of an aggregate."""
    return df.collect()[0]


def _records(batch: pyarrow.RecordBatch, side: str = "") -> Records:
    """The records of a batch; ids do not matter here."""
    texts, fields = batch.column(f"text{side}").to_pylist(), batch.column(f"fields{side}").to_pylist()
    return [(str(place), text, of or "{}") for place, (text, of) in enumerate(zip(texts, fields))]


def _taken(batch: pyarrow.RecordBatch) -> list[tuple[int, str]]:
    """Rows by place that take the language of their source."""
    return [(place, code) for place, code in enumerate(batch.column("taken").to_pylist()) if code is not None]


def _made(schema: list[tuple[str, str]], rows: list[tuple[Any, ...]]) -> pyarrow.RecordBatch:
    """A batch of rows."""
    kinds = {
        "string": pyarrow.string(),
        "long": pyarrow.int64(),
        "double": pyarrow.float64(),
        "boolean": pyarrow.bool_(),
        "binary": pyarrow.binary(),
        "array<int>": pyarrow.list_(pyarrow.int32()),
    }
    columns = list(zip(*rows)) if rows else [()] * len(schema)
    arrays = [pyarrow.array(column, kinds[kind]) for column, (_, kind) in zip(columns, schema)]
    return pyarrow.RecordBatch.from_arrays(arrays, [name for name, _ in schema])


def _columns(schema: str) -> list[tuple[str, str]]:
    return [(name, kind) for name, kind in (column.split() for column in schema.split(","))]


def _sketched(options: dict[str, Any]) -> Callable[[Any], Any]:
    def work(batches: Any) -> Any:
        for batch in batches:
            made = _native.engine_sketch(_records(batch), **options)
            there = [place for place, sketch in enumerate(made) if sketch is not None]
            own = batch.take(pyarrow.array(there, pyarrow.int64()))
            sketches = [made[place] for place in there]

            def column(of: Callable[[Any], Any], kind: Any, sketches: list[Any] = sketches) -> Any:
                return pyarrow.array([of(sketch) for sketch in sketches], kind)

            numbers, integers = pyarrow.list_(pyarrow.int64()), pyarrow.list_(pyarrow.int32())
            yield pyarrow.RecordBatch.from_arrays(
                [
                    own.column("id"),
                    own.column("place"),
                    column(lambda sketch: sketch[0], pyarrow.string()),
                    column(lambda sketch: sketch[1], pyarrow.bool_()),
                    column(lambda sketch: sketch[2], pyarrow.int64()),
                    column(lambda sketch: sketch[3][0], pyarrow.int64()),
                    column(lambda sketch: sketch[3][1], pyarrow.int64()),
                    column(lambda sketch: sketch[4], numbers),
                    column(lambda sketch: sketch[5], integers),
                    column(lambda sketch: sketch[6], pyarrow.int64()),
                    column(lambda sketch: sketch[8], pyarrow.int64()),
                    own.column("source"),
                ],
                ["id", "place", "language", "sure", "tokens", "high", "low", "keys", "sample", "entries", "date", "source"],
            )

    return work


def _digested(options: dict[str, Any]) -> Callable[[Any], Any]:
    def work(batches: Any) -> Any:
        for batch in batches:
            digests = _native.engine_digests(_records(batch), _taken(batch), **options)
            yield _made([("id", "string"), ("digest", "binary")], list(zip(batch.column("id").to_pylist(), digests)))

    return work


def _worded(options: dict[str, Any]) -> Callable[[Any], Any]:
    def work(batches: Any) -> Any:
        for batch in batches:
            made = _native.engine_sketch(_records(batch), True, **options)
            rows = [(*sketch[3], sketch[7]) for sketch in made if sketch is not None]
            yield _made([("high", "long"), ("low", "long"), ("words", "array<int>")], rows)

    return work


def _linked(options: dict[str, Any], frequencies: Any) -> Callable[[Any], Any]:
    def work(table: Any) -> Any:
        batch = table.sort_by("node").combine_chunks()
        nodes = batch.column("node").to_pylist()
        links, lost = _native.engine_links(_records(batch), _taken(batch), frequencies.value, **options)
        rows = [(nodes[keeper], nodes[node], *rest, 0) for keeper, node, *rest in links]
        if lost:
            rows.append((0, 0, None, None, None, None, lost))
        return pyarrow.Table.from_batches([_made(_columns(_LINKS), rows)])

    return work


def _contained_pairs(options: dict[str, Any], frequencies: Any) -> Callable[[Any], Any]:
    def work(batches: Any) -> Any:
        for batch in batches:
            nodes = list(zip(batch.column("a").to_pylist(), batch.column("b").to_pylist()))
            sides = [_records(batch, "_a"), _records(batch, "_b")]
            records = [record for pair in zip(*sides) for record in pair]
            codes = zip(batch.column("taken_a").to_pylist(), batch.column("taken_b").to_pylist())
            languages = [code for pair in codes for code in pair]
            taken = [(place, code) for place, code in enumerate(languages) if code is not None]
            found = _native.engine_contained(records, taken, frequencies.value, **options)
            rows = []
            for pair in found:
                if pair is not None:
                    small, large, *rest = pair
                    rows.append((nodes[small // 2][small % 2], nodes[large // 2][large % 2], *rest))
            yield _made(_columns(_CONTAINED), rows)

    return work


def _placed(table: Any) -> Any:
    """What becomes of the nodes of one group."""
    rows = table.to_pylist()
    single = {row["a"]: row["single"] for row in rows if row["kind"] == "node"}
    nodes = sorted(single)
    place = {node: place for place, node in enumerate(nodes)}
    scores = ("jaccard", "containment")
    links = [
        (place[row["a"]], place[row["b"]], row["relation"], row["reason"], *(row[score] for score in scores))
        for row in rows
        if row["kind"] == "link"
    ]
    pairs = [
        (place[row["a"]], place[row["b"]], row["size"], *(row[score] for score in scores), row["reason"])
        for row in rows
        if row["kind"] == "pair"
    ]
    settled = _native.engine_settled([single[node] for node in nodes], sorted(links), sorted(pairs, key=lambda pair: pair[:2]))
    out = [(nodes[keeper], nodes[node], *rest, attached) for (keeper, node, *rest), attached in settled]
    return pyarrow.Table.from_batches([_made(_columns(_SETTLED), out)])
