"""The stages of a run on Spark."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from pyspark.sql import Window
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import from_arrow_type
from pyspark.sql.types import StructField, StructType

from .. import _engine_stages as stages
from .._engine_request import (
    COMMON,
    INPUT,
    PROBES,
    REFERENCE,
    SAMPLED_TEXTS,
    EngineRequest,
    lost_pairs_warning,
    taken_languages,
)
from .._errors import ParameterError
from ._components import components, only
from ._store import StoreDir
from ._work_dir import WorkDir

if TYPE_CHECKING:
    import pyarrow.fs
    from pyspark.sql import Column, DataFrame

_NO_DIRECTORY = (
    "a directory that all workers see: lost rows must not be made again otherwise; or give work_dir, with filesystem on an object store"
)


class SparkRun:
    """The stages of one run. ``frames`` are the rows and the references, ``columns`` the names of id, text and order,
    ``directories`` those of checkpoints and of finished stages, the latter on ``filesystem`` if there is one."""

    def __init__(
        self,
        frames: tuple[DataFrame, DataFrame | None],
        columns: tuple[str, str, str],
        directories: tuple[str | None, str | None],
        filesystem: pyarrow.fs.FileSystem | None,
        options: dict[str, Any],
    ) -> None:
        df, against = frames
        id, text, order = columns
        named = {"id": id, "text": text, "order": order}
        self.request = EngineRequest(df.columns, named, options)
        self.options = self.request.options

        checkpoint_dir, work_dir = directories
        if filesystem is not None and work_dir is None:
            raise ParameterError._of("filesystem", type(filesystem).__name__, "given together with work_dir, whose path is on it")
        context = df.sparkSession.sparkContext
        if checkpoint_dir is not None:
            context.setCheckpointDir(checkpoint_dir)
        if work_dir is None and context.getCheckpointDir() is None:
            raise ParameterError._of("checkpoint_dir", "None", _NO_DIRECTORY)
        self.context = context
        self.order_type = df.schema[named["order"]].dataType
        self.base = self._base(df, named, INPUT)
        self.has_references = against is not None
        if against is not None:
            self.base = self.base.unionByName(self._base(self._as_references(against, df, named), named, REFERENCE))

        self.held: list[DataFrame] = []
        self.work: WorkDir | StoreDir | None = None
        if work_dir is not None:
            session = df.sparkSession
            self.work = WorkDir(session, work_dir) if filesystem is None else StoreDir(session, work_dir, filesystem)
            self.work.claim(self._identity())

    def _base(self, df: DataFrame, named: dict[str, str], kind: str) -> DataFrame:
        """Id, place, text, source and the fields that rules read, as JSON."""
        id, text, source = named["id"], named["text"], self.request.source
        fields = F.to_json(F.struct(*[F.col(name) for name in self.request.fields])) if self.request.fields else F.lit("{}")
        return df.filter(F.col(id).isNotNull() & F.col(text).isNotNull()).select(
            F.concat(F.lit(kind), F.col(id).cast("string")).alias("id"),
            F.col(named["order"]).alias("place"),
            F.col(text).cast("string").alias("text"),
            fields.alias("fields"),
            (F.col(source) if source is not None else F.lit(None)).cast("string").alias("source"),
        )

    def _as_references(self, against: DataFrame, df: DataFrame, named: dict[str, str]) -> DataFrame:
        """References with the columns that are read of rows, and their types; those that are lacking are null."""
        for name in ("id", "text", "order"):
            if named[name] not in against.columns:
                raise ParameterError._of("against", ", ".join(against.columns), f"rows with the column {named[name]}")
        wanted = {*named.values(), *self.request.fields, *([self.request.source] if self.request.source else [])}
        there = [F.col(name) if name in against.columns else F.lit(None).alias(name) for name in sorted(wanted)]
        return against.select([column.cast(df.schema[name].dataType).alias(name) for name, column in zip(sorted(wanted), there)])

    def _identity(self) -> dict[str, Any]:
        """What must be the same for a run to go on: version, options, and the rows by a sum of hashes."""
        numbers = F.xxhash64("id", "place", "text", "fields", "source").cast("decimal(38,0)")
        rows, total = only(self.base.agg(F.count("id"), F.sum(numbers)))
        return {**self.request.identity, "rows": rows, "hashes": str(total)}

    def _kept(self, df: DataFrame, name: str) -> DataFrame:
        """The rows of a finished stage, which no fault makes again. Spark shows its jobs under its name."""
        self.context.setJobDescription(f"mukarrar: {name}")
        kept = df.checkpoint() if self.work is None else self.work.kept(df, name)
        self.context.setLocalProperty("spark.job.description", None)  # type: ignore[arg-type]
        for frame in self.held:
            frame.unpersist()
        self.held.clear()
        return kept

    def _sized(self, slim: DataFrame, stage: str) -> DataFrame:
        """Rows that are joined with texts, held until ``stage`` is kept. Spark knows the size of what it holds, and broadcasts it up to
        ``spark.sql.autoBroadcastJoinThreshold``: all other texts stay where they are then. Without rows there is nothing to join."""
        if self.work is not None and self.work.is_finished(stage):
            return slim
        slim = slim.persist()
        self.held.append(slim)
        return slim if slim.count() else slim.limit(0)

    def _cores(self) -> int:
        """Cores of an executor, as far as the session tells them."""
        cores = self.context.getConf().get("spark.executor.cores")
        if cores is not None:
            return int(cores)
        return self.context.defaultParallelism if str(self.context.master).startswith("local") else 1

    def members(self) -> DataFrame:
        """The members of all clusters."""
        rows = self._nodes(self._ranked(self._sketches()))
        nodes = rows.filter("rank = node")
        self.titled = self._titled(nodes)
        frequencies = self._frequencies(nodes)

        edges = self._band_edges(nodes)
        if self.has_titles:
            edges = edges.union(self._title_edges())
        joined = components(edges.distinct(), self._kept, "components")
        links = self._links(joined, nodes, frequencies)
        lost = only(links.agg(F.sum("lost")))[0]
        if lost:
            warnings.warn(lost_pairs_warning(lost), stacklevel=3)
        links = links.filter("relation is not null").drop("lost")

        contained = self._contained(nodes, links, frequencies)
        return self._kept(self._rows(rows, self._settled(rows, links, contained)), "members")

    def _sketches(self) -> DataFrame:
        """What is kept of each row, with the language that it takes from its source in ``taken``."""
        schema = _schema(stages.SKETCH).add(StructField("place", self.order_type)).add("source", "string")
        through = ("place", "source")
        made = self._kept(self.base.mapInArrow(stages.sketched(self.options, *through), schema), "sketches")
        has_titles = F.count_if(F.col("title") != 0) > 0
        count, distinct, entries, self.has_titles = only(made.agg(F.count("id"), F.count_distinct("id"), F.sum("entries"), has_titles))
        if count != distinct:
            raise ParameterError._of("id", f"that of {count - distinct} more rows", "unique: a result names rows by it")
        self.entries = entries or 0
        self.first_pass = made

        sure = made.filter("sure").groupBy("source", "language").count().collect()
        unsure = made.filter("not sure").select("source").distinct().collect()
        taken = taken_languages([tuple(row) for row in sure], [row["source"] for row in unsure])
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
            slim = self._sized(self.first_pass.filter(is_of).select("id"), f"folded-{language}")
            texts = self.base.join(slim, "id", "left_semi")
            folded = texts.mapInArrow(stages.sketched({**self.options, "language": language}, *through), schema)
            again.append(self._kept(folded.withColumn("taken", F.lit(language)), f"folded-{language}"))
        made = made.filter(~changed)
        for folded in again:
            self.entries += only(folded.agg(F.sum("entries")))[0] or 0
            made = made.unionByName(folded)
        return made

    def _ranked(self, sketches: DataFrame) -> DataFrame:
        """Rows with tokens, with their place in keeper order: numbers that ascend, with gaps."""
        order: list[Column] = []
        for name, descends in self.request.order:
            order.append(F.col(name).desc_nulls_last() if descends else F.col(name).asc_nulls_last())
        # Ids of partitions that are in order are in order.
        marked = sketches.filter("tokens > 0").withColumn("is_reference", F.col("id").startswith(REFERENCE))
        return self._kept(marked.orderBy(*order).withColumn("rank", F.monotonically_increasing_id()), "ranked")

    def _nodes(self, ranked: DataFrame) -> DataFrame:
        """Rows with their node: the rank of the first row with the same text, and with a window the same date, across sources the
        same source."""
        # Fingerprints propose equal texts, digests decide. Only those rows move for it, without their keys.
        apart = self.request.apart
        repeated = ranked.groupBy("high", "low").count().filter("count > 1").drop("count")
        slim = ranked.select("id", "rank", "taken", "high", "low", *apart).join(repeated, ["high", "low"], "left_semi")
        slim = self._sized(slim, "nodes")
        texts = self.base.select("id", "text", "fields").join(slim.select("id", "taken"), "id")
        digests = texts.mapInArrow(stages.digested(self.options), _schema(stages.DIGEST))

        # Null-safe, as rows may have no date.
        key = F.struct(*[F.col(name) for name in ("high", "low", "digest", *apart)])
        told = slim.join(digests, "id").select("id", "rank", key.alias("key"))
        first = told.groupBy("key").agg(F.min("rank").alias("node"), F.count("rank").alias("copies"))
        rows = ranked.join(told.join(first, "key").select("id", "node", "copies"), "id", "left")
        rows = rows.withColumns({"node": F.coalesce("node", "rank"), "copies": F.coalesce("copies", F.lit(1))})
        return self._kept(rows, "nodes")

    def _frequencies(self, nodes: DataFrame) -> Any:
        """What pairs are judged by; ``None`` if the facts guard is off."""
        if not self.request.is_judged:
            return self.context.broadcast(None)

        texts = self.first_pass.filter("tokens > 0").dropDuplicates(["high", "low"])
        smallest = texts.orderBy("high", "low").limit(SAMPLED_TEXTS).select("id")
        texts = self.base.join(F.broadcast(smallest), "id", "left_semi")
        words = texts.mapInArrow(stages.worded(self.options), _schema(stages.WORDS)).collect()

        bound, fewest = self.request.counted(self.entries)
        trigrams = None
        if bound is not None:
            hashes = nodes.select(F.explode("sample").alias("hash")).filter(F.col("hash") < bound)
            counted = hashes.groupBy("hash").count().filter(F.col("count") >= fewest).collect()
            trigrams = [(row["hash"], row["count"]) for row in counted]
        sample = [(row["high"], row["low"], row["words"]) for row in words]
        return self.context.broadcast(self.request.frequencies(nodes.count(), self.entries, sample, trigrams))

    def _band_edges(self, nodes: DataFrame) -> DataFrame:
        """Each node with the first one that shares a band key with it."""
        keyed = nodes.select("node", F.posexplode("keys").alias("band", "key"))
        # Most keys are of one node, so nothing is gained by an aggregate before a join: the rows move once.
        first = F.min("node").over(Window.partitionBy("band", "key"))
        return keyed.select(F.col("node").alias("u"), first.alias("v")).filter("u <> v")

    def _titled(self, nodes: DataFrame) -> DataFrame:
        """The nodes whose titles are evidence, with the keys of title and source."""
        marked = nodes.filter("title <> 0").select("node", "title", "title_source")
        if not self.has_titles:
            return marked

        # Of all rows, as in a run. A title of one row is not moved to a task.
        counts = (F.count("id").alias("records"), F.count_distinct("title_source").alias("sources"))
        held = self.first_pass.filter("title <> 0").groupBy("title").agg(*counts).filter("records > 1")
        evident = held.mapInArrow(stages.evident_titles, _schema(stages.TITLES))
        return self._kept(marked.join(evident, "title"), "titled")

    def _title_edges(self) -> DataFrame:
        """Each node with the first one of its title, if two sources have it: each is a twin of some other."""
        of_title = Window.partitionBy("title")
        sources = F.min("title_source").over(of_title) != F.max("title_source").over(of_title)
        edges = self.titled.select(F.col("node").alias("u"), F.min("node").over(of_title).alias("v"), sources.alias("is_twin"))
        return edges.filter("is_twin and u <> v").drop("is_twin")

    def _texts(self, nodes: DataFrame, stage: str, *through: str) -> DataFrame:
        """Nodes with the text of their first row, whether its title is evidence, and their columns ``through``; for ``stage``."""
        slim = nodes.select("id", "node", "taken", *through)
        if self.has_titles:
            slim = slim.join(self.titled.select("node", F.lit(True).alias("titled")), "node", "left")
        else:
            slim = slim.withColumn("titled", F.lit(False))
        return self._sized(slim, stage).join(self.base.select("id", "text", "fields"), "id")

    def _links(self, joined: DataFrame, nodes: DataFrame, frequencies: Any) -> DataFrame:
        """The verified pairs of all components."""
        texts = self._texts(nodes.join(joined, "node"), "links", "component")
        # Spark sorts on the disk, so a task sees a component of any size as a stream.
        grouped = texts.repartition("component").sortWithinPartitions("component", "node")
        work = stages.linked(self.options, lambda: frequencies.value, threads=self._cores())
        return self._kept(grouped.mapInArrow(work, _schema(stages.LINKS)), "links")

    def _contained(self, nodes: DataFrame, links: DataFrame, frequencies: Any) -> DataFrame:
        """The pairs of nodes that no keeper took of which one is inside the other."""
        schema = _schema(stages.CONTAINED)
        if not self.request.finds_contained:
            return nodes.sparkSession.createDataFrame([], schema)

        taken = links.filter(F.col("relation").isin("exact", "near")).select("node").distinct()
        free = nodes.join(taken, "node", "left_anti")
        left = free.filter(F.size("sample") > 0)
        sampled = left.select(
            "node", F.size("sample").alias("size"), F.posexplode("sample").alias("number", "hash")
        ).withColumn("is_probe", F.col("number") < PROBES)
        shared = sampled.groupBy("hash").agg(F.count("node").alias("holders")).filter("holders > 1")

        held = sampled.join(shared, "hash")
        skipped = held.filter(F.col("is_probe") & (F.col("holders") > COMMON)).groupBy("node").count()
        probes = left.select("node", F.least(F.size("sample"), F.lit(PROBES)).alias("probes"))
        probes = probes.join(skipped, "node", "left").select(
            F.col("node").alias("small"), (F.col("probes") - F.coalesce("count", F.lit(0))).alias("left")
        )

        few = held.filter(F.col("holders") <= COMMON)
        small = few.filter("is_probe").select("hash", F.col("node").alias("small"), F.col("size").alias("small_size"))
        large = few.select("hash", F.col("node").alias("large"), F.col("size").alias("large_size"))
        is_smaller = F.struct("small_size", "small") < F.struct("large_size", "large")
        matches = small.join(large, "hash").filter(is_smaller).groupBy("small", "large").count()
        pairs = matches.join(probes, "small").filter(2 * F.col("count") >= F.col("left")).select("small", "large")

        # The earlier one in keeper order comes first.
        pairs = pairs.select(F.least("small", "large").alias("a"), F.greatest("small", "large").alias("b"))
        if self.has_titles:
            pairs = pairs.union(self._twins(taken)).distinct()
        pairs = self._kept(pairs, "contained-pairs")
        wanted = pairs.select(F.col("a").alias("node")).union(pairs.select("b")).distinct()
        texts = self._texts(free.join(wanted, "node", "left_semi"), "contained")
        for name in ("a", "b"):
            columns = ("node", "id", "taken", "titled", "text", "fields")
            of_side = texts.select(*[F.col(column).alias(f"{column}_{name}") for column in columns])
            pairs = pairs.join(of_side, F.col(name) == F.col(f"node_{name}")).drop(f"node_{name}")
        if self.has_references:
            # They are not compared with each other; the earlier one is a reference if the later one is. Without this filter both sides
            # want the same texts, which move once for both.
            pairs = pairs.filter(~F.col("id_b").startswith(REFERENCE))
        return self._kept(pairs.mapInArrow(stages.contained(self.options, lambda: frequencies.value), schema), "contained")

    def _twins(self, taken: DataFrame) -> DataFrame:
        """Each two nodes that no keeper took with one title in two sources."""
        free = self.titled.join(taken, "node", "left_anti")
        sides = [free.select("title", F.col("node").alias(name), F.col("title_source").alias(f"source_{name}")) for name in ("a", "b")]
        return sides[0].join(sides[1], "title").filter("a < b and source_a <> source_b").select("a", "b")

    def _settled(self, rows: DataFrame, links: DataFrame, contained: DataFrame) -> DataFrame:
        """What becomes of the nodes that pairs connect."""
        edges = links.select(F.greatest("keeper", "node").alias("u"), F.least("keeper", "node").alias("v"))
        edges = edges.union(contained.select(F.greatest("small", "large"), F.least("small", "large"))).distinct()
        groups = self._kept(components(edges, self._kept, "groups"), "groups")

        is_single = (F.col("copies") == 1) & ~F.col("is_reference")
        first = rows.filter("rank = node").select("node", is_single.alias("single"), "is_reference")
        none = {
            **{name: F.lit(None).cast("string") for name in ("relation", "reason")},
            **{name: F.lit(0.0) for name in ("jaccard", "containment")},
            **{name: F.lit(None).cast("boolean") for name in ("single", "is_reference")},
            "size": F.lit(0).cast("long"),
        }
        columns = ["component", "kind", "a", "b", *none]

        def of_kind(kind: str, frame: DataFrame, a: str, b: str) -> DataFrame:
            lacking = {name: value for name, value in none.items() if name not in frame.columns}
            return frame.withColumns({"kind": F.lit(kind), "a": F.col(a), "b": F.col(b), **lacking}).select(columns)

        of_nodes = of_kind("node", groups.join(first, "node"), "node", "node")
        of_links = of_kind("link", links.join(groups, "node"), "keeper", "node")
        of_pairs = of_kind("pair", contained.join(groups, F.col("small") == F.col("node")), "small", "large")
        together = of_nodes.union(of_links).union(of_pairs).repartition("component").sortWithinPartitions("component")
        return self._kept(together.mapInArrow(stages.placed, _schema(stages.SETTLED)), "settled")

    def _rows(self, rows: DataFrame, settled: DataFrame) -> DataFrame:
        """Links of nodes as members of clusters, by id."""
        of_rows = rows.select("id", "rank", "node", "is_reference", "origin")
        keepers = of_rows.filter("rank = node").select(F.col("node").alias("keeper"), F.col("id").alias("keeper_id"))
        taken = settled.filter("not attached")
        shown = settled.filter("attached").join(of_rows.filter("rank = node"), "node")
        copies = taken.join(of_rows, "node")
        # Further rows of a node that no keeper took are exact copies of its first one. Across sources, rows of one source were not
        # compared.
        is_copy = (F.col("rank") != F.col("node")) & ~F.col("is_reference") & (F.col("origin") == 0)
        equal = of_rows.filter(is_copy).join(taken.select("node"), "node", "left_anti")
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
        members = members.join(keepers, "keeper").withColumn("reference", F.col("keeper_id").startswith(REFERENCE))
        members = members.withColumn("keeper", _without_kind("keeper_id")).withColumn("id", _without_kind("id"))
        return members.select(*columns, "reference")


def _without_kind(name: str) -> Column:
    return F.expr(f"substring({name}, 2)")


def _schema(columns: list[tuple[str, Any]]) -> StructType:
    """The columns of a stage as Spark names their types."""
    return StructType([StructField(name, from_arrow_type(kind)) for name, kind in columns])
