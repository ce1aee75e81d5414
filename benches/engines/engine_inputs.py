"""What the programs of this folder share: records as Parquet, sessions, and the members of one run."""

import gzip
import itertools
import json
import logging
import os
import sys

import pyarrow
import pyarrow.parquet

import mukarrar
from mukarrar import _mukarrar

NAMES = ("id", "keeper", "relation", "reason", "jaccard", "containment")


def records(path, first=None):
    """The records of JSON Lines, plain or gzip."""
    with gzip.open(path, "rt", encoding="utf-8") if str(path).endswith(".gz") else open(path, encoding="utf-8") as lines:
        yield from map(json.loads, itertools.islice(lines, first))


def as_parquet(path, directory, options, first=None, rows=50_000):
    """Writes the records of JSON Lines as Parquet: id, text, the fields that a run with these options reads, and their position. A file
    has so many ``rows``."""
    # Spark takes `title` and `Title` for one column, so columns that no record has are left out.
    known = {name for record in records(path, first) for name in record}
    names = ["id", "text", *(name for name in _mukarrar.engine_fields(**options) if name in known and name not in ("id", "text"))]
    schema = pyarrow.schema([*((name, pyarrow.string()) for name in names), ("position", pyarrow.int64())])
    os.makedirs(directory, exist_ok=True)
    held, files, count = [], 0, 0

    def write():
        columns = list(zip(*held))
        table = pyarrow.table([pyarrow.array(column, field.type) for column, field in zip(columns, schema)], schema=schema)
        pyarrow.parquet.write_table(table, os.path.join(directory, f"part-{files:05}.parquet"))

    for record in records(path, first):
        values = [record.get(name) for name in names]
        held.append([*(None if value is None else str(value) for value in values), count])
        count += 1
        if len(held) == rows:
            write()
            held, files = [], files + 1
    if held:
        write()
    return count


def lines_of(path, directory, first):
    """The first records of a file in a file of their own."""
    target = os.path.join(directory, "first.jsonl")
    with gzip.open(path, "rb") if str(path).endswith(".gz") else open(path, "rb") as lines, open(target, "wb") as out:
        out.writelines(itertools.islice(lines, first))
    return target


def one_run(path, options):
    """The members that one run finds, without keepers."""
    found = mukarrar.clusters(path, **options)
    return {
        (member.id, cluster.keeper, member.relation, member.reason, member.jaccard, member.containment)
        for cluster in found
        for member in cluster.members
        if member.relation != "keeper"
    }


def s3_store(bucket):
    """An S3-compatible server on loopback, as a file system of pyarrow with one bucket."""
    # Before pyarrow and Ray start their threads.
    os.environ.update(AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="x", AWS_DEFAULT_REGION="us-east-1")
    import pyarrow.fs
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    address = f"127.0.0.1:{server.get_host_and_port()[1]}"
    store = pyarrow.fs.S3FileSystem(endpoint_override=address, scheme="http", allow_bucket_creation=True)
    store.create_dir(bucket)
    return store


def spark_session(master="local[2]", partitions=8, events=None, memory="4g", **settings):
    """A session whose workers run in this environment."""
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": memory,
        "spark.driver.maxResultSize": "0",
        "spark.sql.shuffle.partitions": str(partitions),
        "spark.sql.session.timeZone": "UTC",
        **settings,
    }
    if events:
        os.makedirs(events, exist_ok=True)
        settings.update({"spark.eventLog.enabled": "true", "spark.eventLog.compress": "false", "spark.eventLog.dir": f"file://{os.path.abspath(events)}"})
    builder = SparkSession.builder.master(master)
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session
