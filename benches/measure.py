"""Runs a command and says what it cost: wall seconds, CPU seconds and peak memory, its waited-for children included.

The kernel counts into a process's peak what its parent held when it started. So the command is started not from here but
from a small process of its own, this file run as a program.
"""

import json
import os
import signal
import subprocess
import sys
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


def measure(command, log, limit=None):
    """Runs the command, its output into the file log; a Cost, or Failed with the last line of the log."""
    start = [sys.executable, "-I", "-S", os.path.abspath(__file__), log, str(limit or 0), *command]
    told = json.loads(subprocess.run(start, stdout=subprocess.PIPE, check=True).stdout)
    if told["exit"] == -signal.SIGKILL:
        raise Failed(f"killed after {told['wall']:.0f} s (time limit or out of memory)")
    if told["exit"]:
        raise Failed(last_line(log) or f"exit {told['exit']}")
    return Cost(told["wall"], told["cpu"], told["memory"])


def run_here(log, limit, command):
    """Runs the command as a child of this process and returns what the kernel says of it."""
    with open(log, "wb") as out:
        start = time.monotonic()
        try:
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)
        except OSError as error:
            out.write(str(error).encode())
            return {"exit": 127, "wall": 0.0, "cpu": 0.0, "memory": 0}
        watch = threading.Timer(limit or 1e6, os.killpg, (child.pid, signal.SIGKILL))
        watch.daemon = True
        watch.start()
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.monotonic() - start
        watch.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
    cpu = usage.ru_utime + usage.ru_stime
    return {"exit": child.returncode, "wall": wall, "cpu": cpu, "memory": usage.ru_maxrss * 1024}


def last_line(log):
    """The last line of a log that says something."""
    with open(log, encoding="utf-8", errors="replace") as text:
        lines = [line.strip() for line in text.read().replace("\r", "\n").split("\n") if line.strip()]
    return lines[-1][:200] if lines else ""


if __name__ == "__main__":
    print(json.dumps(run_here(sys.argv[1], float(sys.argv[2]), sys.argv[3:])))
