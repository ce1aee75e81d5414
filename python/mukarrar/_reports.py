"""Results as pages for a browser and for notebooks, made by the renderer of ``--report``."""

from __future__ import annotations

import html
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._errors import ParameterError

if TYPE_CHECKING:
    from ._options import Path as AnyPath

# Clusters or pairs in a notebook; a file shows more.
_SHOWN = 20


class Reported:
    """A result that can be a page. ``_source`` makes it; ``None`` if the texts are gone."""

    _source: Any

    def report(self, path: AnyPath, *, most: int = 500) -> None:
        """Writes the result as one HTML file that loads nothing, the same as ``--report`` of the command: the numbers as charts, and the
        texts with their differences marked. At most ``most`` clusters or pairs are shown; the numbers count all. The file appears
        only when it is complete.

        Texts are read again, from the files where the run read files. A result that was pickled or given another threshold has no
        texts: then this is a ``ParameterError``.
        """
        if self._source is None:
            message = "the texts of this result are gone, since it was pickled or given another threshold; run again to report it"
            raise ParameterError(message, name="path", value=str(path), expected="the result of a run")
        write_whole(path, self._source.html(most))

    def _repr_html_(self) -> str | None:
        if self._source is None:
            return None
        # The page brings its own style, script and policy, so it gets a frame of its own without a right but to run its script.
        shown = html.escape(self._source.html(_SHOWN).decode("utf-8"), quote=True)
        style = "width:100%;height:40em;border:0"
        return f'<iframe sandbox="allow-scripts" title="mukarrar" loading="lazy" style="{style}" srcdoc="{shown}"></iframe>'

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_source": None}


def write_whole(path: AnyPath, content: bytes) -> None:
    """Writes a file that appears only when it is complete."""
    target = Path(os.path.realpath(path))
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, _mode(target))
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise


def _mode(target: Path) -> int:
    """The permissions of the file that is replaced, or of a new file."""
    try:
        return target.stat().st_mode & 0o777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
