"""Finished stages as Parquet files in a directory."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .._errors import ParameterError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


class WorkDir:
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
        refuse_others(self.path, theirs, identity)

    def is_finished(self, name: str) -> bool:
        """Whether the stage ``name`` is there."""
        # Spark writes the mark when all files are in their places.
        return bool(self.files.exists(self.hadoop(f"{self.path}/{name}/_SUCCESS")))

    def kept(self, df: DataFrame, name: str) -> DataFrame:
        """The rows of the stage ``name``: those that are there, or those of ``df``, written first."""
        path = f"{self.path}/{name}"
        if not self.is_finished(name):
            df.write.mode("overwrite").parquet(path)
        kept: DataFrame = self.session.read.schema(df.schema).parquet(path)
        return kept


def refuse_others(path: str, theirs: dict[str, Any], ours: dict[str, Any]) -> None:
    """Refuses the directory ``path`` if what it was made for differs from this run."""
    for name, value in ours.items():
        if theirs.get(name) != value:
            difference = f"{name} {theirs.get(name)} there, {value} now"
            raise ParameterError._of("work_dir", path, f"a directory of the same run ({difference}); name another one")
