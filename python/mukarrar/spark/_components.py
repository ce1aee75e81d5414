"""Connected components by operations on DataFrames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyspark.sql import functions as F

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspark.sql import DataFrame


def components(edges: DataFrame, kept: Callable[[DataFrame, str], DataFrame], name: str) -> DataFrame:
    """The smallest node of the component of each node: large-star and small-star in turn until nothing changes (Kiveris et al.,
    "Connected components in MapReduce and beyond", 2014). ``edges`` have two nodes ``u`` and ``v``; ``kept`` keeps the rows of each
    round under a name."""
    edges, before, number = kept(edges, f"{name}-edges"), None, 0
    while True:
        both = edges.union(edges.select(F.col("v").alias("u"), F.col("u").alias("v")))
        least = both.groupBy("u").agg(F.least(F.min("v"), F.col("u")).alias("m"))
        edges = both.join(least, "u").filter("v > u").select(F.col("v").alias("u"), F.col("m").alias("v")).distinct()

        down = edges.select(F.greatest("u", "v").alias("u"), F.least("u", "v").alias("v")).filter("u <> v")
        least = down.groupBy("u").agg(F.min("v").alias("m"))
        starred = down.join(least, "u").select(F.col("v").alias("u"), F.col("m").alias("v")).filter("u <> v")
        number += 1
        edges = starred.union(least.select("u", F.col("m").alias("v"))).distinct()
        edges = kept(edges, f"{name}-round-{number}")

        after = only(edges.agg(F.count("u"), F.sum(F.hash("u", "v").cast("long"))))
        if after == before:
            break
        before = after
    roots = edges.select(F.col("v").alias("node"), F.col("v").alias("component")).distinct()
    return edges.select(F.col("u").alias("node"), F.col("v").alias("component")).union(roots).distinct()


def only(df: DataFrame) -> Any:
    """The only row of an aggregate."""
    return df.collect()[0]
