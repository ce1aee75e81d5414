"""The progress of a run, told to a function or shown as a bar."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WIDTH = 24


class Bar:
    """A bar on standard error, in the manner of tqdm: stage, share, time gone and time left."""

    def __init__(self, out: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._out = sys.stderr if out is None else out
        self._clock = clock
        self._stage = ""
        self._began = 0.0
        self._width = 0

    def __call__(self, stage: str, done: int, total: int) -> None:
        now = self._clock()
        if stage != self._stage:
            self._stage, self._began = stage, now
        gone = now - self._began
        rate = done / gone if gone > 0 else 0.0
        if total > 0:
            share = min(done / total, 1.0)
            left = _time((total - done) / rate) if rate > 0 else "?"
            bar = "█" * round(share * WIDTH)
            line = f"{stage}: {share:4.0%}|{bar:<{WIDTH}}| {done}/{total} [{_time(gone)}<{left}, {rate:,.0f}/s]"
        else:
            line = f"{stage}: {done} [{_time(gone)}, {rate:,.0f}/s]"
        self._out.write("\r" + line.ljust(self._width))
        self._out.flush()
        self._width = len(line)

    def close(self) -> None:
        if self._width:
            self._out.write("\r" + " " * self._width + "\r")
            self._out.flush()


def _time(seconds: float) -> str:
    minutes, seconds = divmod(int(max(seconds, 0)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes:02}:{seconds:02}"


@contextmanager
def told(progress: Callable[[str, int, int], object] | bool | None) -> Iterator[Callable[[str, int, int], object] | None]:
    """What is called with the progress of a run: ``progress`` itself, a bar for ``True``, nothing for ``False`` and ``None``."""
    if progress is True:
        bar = Bar()
        try:
            yield bar
        finally:
            bar.close()
    elif progress is False or progress is None:
        yield None
    elif callable(progress):
        yield progress
    else:
        raise TypeError(f"progress is a function of (stage, done, total) or a bool, not {type(progress).__name__}")
