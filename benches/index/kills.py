#!/usr/bin/env python3
"""Kills a server under load again and again, and looks for what it acknowledged.

    cargo build --release
    python3 benches/index/kills.py target/release/mukarrar --kills 1000

Four clients insert and delete texts over HTTP, one by one and in batches, and note what the server answered to be durable. The server is
killed (SIGKILL) at a random moment: while it opens the index, works, commits, merges or closes. The next server on the same directory must
know every acknowledged text under its key, and no text whose deletion was acknowledged; it is the one that is killed next. At the end all
texts ever acknowledged are looked for. A small cache makes commits merge run files all the time. Clients send again what was not
acknowledged, as they would in life.

The last line is JSON: kills, where they fell, what was acknowledged, lost, damaged. The exit status is 1 if anything is lost or damaged. The
seed decides what is sent and when a server is killed, but not which requests the kill meets.
"""

import argparse
import http.client
import json
import random
import subprocess
import sys
import tempfile
import threading
import time

LETTERS = "ابتجحدرسشصطعفقكلمنهوي"
CLIENTS = 4
# Texts of one request that looks for them.
AT_ONCE = 500
# Seconds in which a server must open the index.
OPENS = 60


def text_of(key):
    """Thirty words that no other text has in this order."""
    draw = random.Random(key)
    return " ".join("".join(draw.choices(LETTERS, k=5)) for _ in range(30))


class Server:
    """A server process; `address` is None if it ended before it listened."""

    def __init__(self, program, directory):
        command = [program, "serve", directory, "--create", "--listen", "127.0.0.1:0", "--cache", "4M", "--commit-every", "40", "--seed", "1"]
        # A quarter of the time is enough for commits by the clock.
        command += ["--commit-interval", "50ms", "--max-requests", "64"]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        self.told = []
        self.address = None
        self.is_ready = threading.Event()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stderr:
            if line.startswith("http://"):
                self.address = line.split()[0].removeprefix("http://").rstrip("/")
                self.is_ready.set()
            else:
                self.told.append(line.strip())
        self.is_ready.set()

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.reader.join()


class Client:
    """One client: what it was told, and what it sends again because no answer came."""

    def __init__(self, number, seed):
        self.draw = random.Random(seed * CLIENTS + number)
        self.number = number
        self.sent = 0
        self.present, self.absent, self.again, self.recent = {}, {}, [], []
        self.acknowledged = 0
        self.failures = []

    def fresh(self):
        if self.again:
            return self.again.pop()
        self.sent += 1
        return f"{self.number}-{self.sent}"

    def work(self, address):
        """Sends requests until the server is gone."""
        self.recent = []
        connection = http.client.HTTPConnection(address, timeout=60)
        try:
            while True:
                self.send_one(connection)
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()

    def send_one(self, connection):
        kind = self.draw.random()
        if kind < 0.06 and len(self.present) > 50:
            key = self.draw.choice(self.recent or list(self.present))
            if key in self.present:
                self.delete(connection, key)
        elif kind < 0.3:
            self.insert(connection, [self.fresh() for _ in range(self.draw.randint(2, 30))])
        else:
            self.insert(connection, [self.fresh()])

    def insert(self, connection, keys):
        self.again += keys
        # A fifth of the answers promise nothing: what they say is not counted, and is sent again.
        path = "/v1/check-and-insert" + ("?durable=true" if self.draw.random() < 0.8 else "")
        body = "\n".join(json.dumps({"key": key, "text": text_of(key)}) for key in keys)
        status, answer = self.ask(connection, "POST", path, body)
        if status == 503:
            return
        if status != 200:
            self.failures.append(f"{status} {answer[:200]}")
            return
        for key, line in zip(keys, answer.splitlines()):
            told = json.loads(line)
            is_known = told.get("error", {}).get("type", "").endswith("key-exists") or told.get("match", {}).get("key") == key
            if told.get("verdict") not in ("new", "duplicate") and not is_known or told.get("verdict") == "duplicate" and not is_known:
                self.failures.append(f"{key}: {line[:200]}")
            elif path.endswith("true"):
                self.again.remove(key)
                self.present[key] = True
                self.absent.pop(key, None)
                self.recent.append(key)
                self.acknowledged += 1

    def delete(self, connection, key):
        # Until it is answered, the text may be there or not.
        del self.present[key]
        status, answer = self.ask(connection, "DELETE", f"/v1/documents/{key}?durable=true", None)
        if status == 204:
            self.absent[key] = True
            self.recent.append(key)
            self.acknowledged += 1
        elif status == 503:
            self.present[key] = True
        else:
            self.failures.append(f"delete {key}: {status} {answer[:200]}")

    def ask(self, connection, method, path, body):
        headers = {"Content-Type": "application/x-ndjson"} if body else {}
        connection.request(method, path, body.encode() if body else None, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()

    def expected(self, most):
        """What this client was told lately, and some of what it was told before: each key, and whether it is stored."""
        keys = set(self.recent) if most else set(self.present) | set(self.absent)
        if most:
            for told in (self.present, self.absent):
                keys.update(self.draw.sample(sorted(told), min(most, len(told))))
        return {key: key in self.present for key in keys if key in self.present or key in self.absent}


def wrong(address, expected):
    """What a server says otherwise than was acknowledged."""
    found, keys = [], sorted(expected)
    connection = http.client.HTTPConnection(address, timeout=120)
    for start in range(0, len(keys), AT_ONCE):
        part = keys[start : start + AT_ONCE]
        body = "\n".join(json.dumps({"text": text_of(key)}) for key in part)
        connection.request("POST", "/v1/check", body.encode(), {"Content-Type": "application/x-ndjson"})
        answer = connection.getresponse()
        lines = answer.read().decode().splitlines()
        if answer.status != 200 or len(lines) != len(part):
            return [f"{answer.status}: {lines[:1]}"]
        for key, line in zip(part, lines):
            told = json.loads(line)
            is_stored = told.get("verdict") == "duplicate" and told["match"]["key"] == key and told["match"]["relation"] == "exact"
            if is_stored != expected[key] or not is_stored and told.get("verdict") != "new":
                found.append(f"{key} ({'stored' if expected[key] else 'deleted'}): {line[:200]}")
    connection.close()
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    draw = random.Random(options.seed)
    clients = [Client(number, options.seed) for number in range(CLIENTS)]
    counts = {"kills": 0, "while_opening": 0, "while_working": 0, "acknowledged": 0, "lost": 0, "damaged": 0, "unfinished_files": 0}
    with tempfile.TemporaryDirectory() as directory:
        index = f"{directory}/index"
        while True:
            server = Server(options.program, index)
            if counts["kills"] and draw.random() < 0.1:
                # While it opens the index, or just afterwards.
                time.sleep(draw.random() * 0.03)
                server.kill()
                counts["while_opening"] += server.address is None
                counts["kills"] += 1
                counts["damaged"] += report(server.told, counts)
                continue
            server.is_ready.wait(OPENS)
            if server.address is None:
                server.kill()
                print("does not open:", server.told, file=sys.stderr)
                counts["damaged"] += 1
                break
            is_last = counts["kills"] >= options.kills
            expected = {key: value for client in clients for key, value in client.expected(0 if is_last else 30).items()}
            lost = wrong(server.address, expected)
            counts["lost"] += len(lost)
            for line in lost[:5]:
                print("lost:", line, file=sys.stderr)
            if is_last:
                counts["looked_for_at_the_end"] = len(expected)
                server.kill()
                break

            threads = [threading.Thread(target=client.work, args=(server.address,)) for client in clients]
            for thread in threads:
                thread.start()
            time.sleep(draw.random() * 0.4)
            server.process.send_signal(15) if draw.random() < 0.1 else None
            time.sleep(draw.random() * 0.03)
            server.kill()
            for thread in threads:
                thread.join()
            counts["kills"] += 1
            counts["while_working"] += 1
            counts["damaged"] += report(server.told, counts)
            if counts["kills"] % 50 == 0:
                print(json.dumps(counts | {"acknowledged": sum(client.acknowledged for client in clients)}), file=sys.stderr, flush=True)

    failures = [failure for client in clients for failure in client.failures]
    for failure in failures[:5]:
        print("failed:", failure, file=sys.stderr)
    counts |= {"acknowledged": sum(client.acknowledged for client in clients), "failed_requests": len(failures)}
    print(json.dumps(counts))
    return 1 if counts["lost"] or counts["damaged"] or failures else 0


def report(told, counts):
    """Number of lines in which a server tells of damage; counts the unfinished files that it removed."""
    damaged = 0
    for line in told:
        if "unfinished files" in line:
            counts["unfinished_files"] += int(line.split(" unfinished files")[0].rsplit(None, 1)[1])
        if "LOST" in line or "damaged" in line or "unknown whether" in line:
            print("damaged:", line, file=sys.stderr)
            damaged += 1
    return damaged


if __name__ == "__main__":
    sys.exit(main())
