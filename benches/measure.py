"""Runs a command and says what it cost: wall seconds, CPU seconds and peak memory, its waited-for children included."""

import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass


@dataclass
class Cost:
    """What one run took. Memory is the largest resident size of any one process of the run, in bytes."""

    wall: float
    cpu: float
    memory: int


class Failed(Exception):
    """The command did not end well; the text says how."""


def measure(command, log, limit=None, env=None):
    """Runs the command, its output into the file log; a Cost, or Failed with the last lines of the log.

    Measure before this process grows: the kernel counts what it held at the fork into the child's peak.
    """
    with open(log, "wb") as out:
        start = time.monotonic()
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=env, start_new_session=True
        )
        watch = threading.Timer(limit, os.killpg, (child.pid, signal.SIGKILL)) if limit else None
        if watch:
            watch.start()
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.monotonic() - start
        if watch:
            watch.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode == -signal.SIGKILL:
        raise Failed(f"killed after {wall:.0f} s (time limit or out of memory)")
    if child.returncode:
        raise Failed(last_line(log) or f"exit {child.returncode}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def last_line(log):
    """The last line of a log that says something."""
    with open(log, encoding="utf-8", errors="replace") as text:
        lines = [line.strip() for line in text.read().replace("\r", "\n").split("\n") if line.strip()]
    return lines[-1][:200] if lines else ""
