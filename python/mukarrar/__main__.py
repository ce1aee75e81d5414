"""The command ``mukarrar``, also as ``python -m mukarrar``: the same program as the one that Cargo builds."""

from __future__ import annotations

import sys

from . import _mukarrar


def main() -> int:
    """Runs the command line with the arguments of the process and returns its exit code."""

    return _mukarrar.run_command(["mukarrar", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
