"""Holds a server against its OpenAPI document: Schemathesis generates requests, valid and invalid, and looks at every answer.

    python tools/api_test.py target/debug/mukarrar

needs Schemathesis on the path. Three servers are tried: one without a token, one with, and one of an
index with stories. The requests are the same in every run.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

TOKEN = "0123456789abcdef0123456789abcdef"
EXAMPLES = 100


@contextmanager
def served(program, directory, *options):
    """The address of a server of an index, a new one if there is none, which is stopped at the end."""
    command = [program, "serve", str(directory), "--create", "--listen", "127.0.0.1:0", *options]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        line = server.stderr.readline()
        found = re.search(r"https?://\S+", line)
        if not found:
            raise SystemExit(f"the server does not start: {line}{server.stderr.read()}")
        yield found[0]
    finally:
        server.terminate()
        _, rest = server.communicate(timeout=60)
    if server.returncode != 0 or "panicked" in rest:
        raise SystemExit(f"the server ended with {server.returncode}: {rest}")


def try_requests(address, *options):
    """Whether all answers are as the document says."""
    command = [
        *("schemathesis", "run", f"{address}/openapi.json", "--url", address),
        *("--max-examples", str(EXAMPLES), "--generation-deterministic", "--no-color", *options),
    ]
    # It stores what it found in its directory.
    with tempfile.TemporaryDirectory() as place:
        done = subprocess.run(command, capture_output=True, text=True, cwd=place)
    shown = done.stdout if done.returncode else done.stdout[done.stdout.find(" SUMMARY ") :]
    print(shown, done.stderr, flush=True)
    return done.returncode == 0


def main(program):
    with tempfile.TemporaryDirectory() as place:
        token = Path(place, "token")
        token.touch(mode=0o600)
        token.write_text(TOKEN)

        with served(program, Path(place, "open")) as address:
            plain = try_requests(address)
        with served(program, Path(place, "closed"), "--token-file", os.fspath(token)) as address:
            authorized = try_requests(address, "--header", f"Authorization: Bearer {TOKEN}")

        # `serve --create` makes no index with stories; `index build` of one text does.
        told, text = Path(place, "told"), Path(place, "text.jsonl")
        text.write_text(json.dumps({"id": "a", "text": "اندلع حريق فجر اليوم في سوق الأقمشة القديم"}))
        subprocess.run([program, "index", "build", str(told), str(text), "--stories", "-q"], check=True)
        with served(program, told) as address:
            stories = try_requests(address)
    sys.exit(0 if plain and authorized and stories else 1)


if __name__ == "__main__":
    main(sys.argv[1])
