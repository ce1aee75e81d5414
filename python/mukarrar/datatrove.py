"""A filter for datatrove that drops documents whose text repeats one seen before.

.. code-block:: python

    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers import JsonlWriter
    from mukarrar.datatrove import DedupFilter

    LocalPipelineExecutor(
        [JsonlReader("raw"), DedupFilter("seen", exclusion_writer=JsonlWriter("removed")), JsonlWriter("clean")],
        tasks=1,
    ).run()

An index in a directory has one writer, so such a pipeline has one task. Several tasks or machines ask one server: with the address of
``mukarrar serve`` in place of the directory. Which of two copies stays then depends on which comes first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datatrove.pipeline.filters.base_filter import BaseFilter

from ._client import Client
from ._errors import KeyExistsError, ParameterError
from ._mukarrar import Index, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from datatrove.data import Document

    from ._errors import Error

__all__ = ["DedupFilter"]


class DedupFilter(BaseFilter):  # type: ignore[misc]
    """Keeps new texts and variants, drops copies.

    - ``index``: the directory of an index, made if it is not there, or the address of a server (``http://…``).
    - ``source_key``: the name in ``metadata`` of a document's source (none).
    - ``token``: the server's.
    - ``settings``: those of ``Index.open``, for a directory.

    A document is known by its id. One that was kept before, by an interrupted run, is kept again. A dropped one has in its ``metadata`` a
    ``mukarrar`` with ``keeper``, ``jaccard``, ``containment`` and ``relation``, which the ``exclusion_writer`` writes.
    """

    name = "🔁 mukarrar"
    _requires_dependencies = ["mukarrar"]

    def __init__(
        self,
        index: str,
        *,
        source_key: str | None = None,
        token: str | None = None,
        exclusion_writer: Any = None,
        batch_size: int = 1000,
        **settings: Any,
    ) -> None:
        super().__init__(exclusion_writer, batch_size)
        self.index = index
        self.source_key = source_key
        self.token = token
        self.settings = settings
        self.is_served = "://" in index
        if self.is_served and settings:
            expected = "left out: a server has the settings of its index"
            raise ParameterError(f"{', '.join(settings)} cannot be given: {expected}", name="settings", value=str(settings), expected=expected)
        self._asked: Index | Client | None = None

    def run(self, data: Any, rank: int = 0, world_size: int = 1) -> Iterator[Document]:
        if not self.is_served and world_size > 1:
            expected = "1 with an index in a directory; run `mukarrar serve` and give its address for more"
            raise ParameterError._of("tasks", world_size, expected)
        with Client(self.index, token=self.token) if self.is_served else Index.open(self.index, **self.settings) as asked:
            self._asked = asked
            try:
                yield from super().run(data, rank, world_size)
            finally:
                self._asked = None

    def filter(self, doc: Document) -> bool | tuple[bool, str]:
        return self.filter_batch([doc])[0]

    def filter_batch(self, batch: list[Document]) -> list[bool | tuple[bool, str]]:
        if self._asked is None:
            raise RuntimeError("documents are filtered while a pipeline runs")
        items = [(doc.id, doc.text, self._about(doc)) for doc in batch]
        answers = self._asked.check_and_insert_all(items, return_errors=True)
        return [self._decided(doc, answer) for doc, answer in zip(batch, answers)]

    def _about(self, doc: Document) -> Any:
        source = doc.metadata.get(self.source_key) if self.source_key else None
        return {} if source is None else {"source": str(source)}

    def _decided(self, doc: Document, answer: Verdict | Error) -> bool | tuple[bool, str]:
        if isinstance(answer, KeyExistsError):
            self.stat_update("known")
            return True
        if not isinstance(answer, Verdict):
            raise answer
        found = answer.match
        if not answer.is_duplicate or found is None:
            self.stat_update(answer.kind)
            return True
        doc.metadata["mukarrar"] = {
            "keeper": found.key,
            "jaccard": found.jaccard,
            "containment": found.containment,
            "relation": found.relation,
        }
        return False, f"mukarrar_{found.relation}"
