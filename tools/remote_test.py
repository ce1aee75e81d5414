#!/usr/bin/env python3
"""Runs mukarrar against a real S3-compatible server (moto) on loopback, with faults.

    python3 -m venv venv && venv/bin/pip install 'moto[server]'
    venv/bin/python tools/remote_test.py target/release/mukarrar

The same commands run over local files and over addresses, and their bytes are compared. A proxy between the command and
the server throttles, fails and cuts connections. Exits 1 if a check fails.
"""

import gzip
import http.client
import http.server
import json
import logging
import os
import pathlib
import socketserver
import subprocess
import sys
import tempfile
import threading

import boto3
import requests
from botocore.config import Config
from moto.server import ThreadedMotoServer

FIRST = "أعلنت وزارة الصحة عن افتتاح ثلاثة مراكز صحية جديدة في المدينة أمس"
BUCKET = "news"


class Faults:
    """What goes wrong with the next requests: (method, part of the path, kind, times)."""

    def __init__(self):
        self.planned, self.done, self.lock = [], [], threading.Lock()

    def plan(self, method, part, kind, times=1):
        self.planned.append([method, part, kind, times])

    def next(self, method, path):
        with self.lock:
            for fault in self.planned:
                if fault[3] > 0 and fault[0] == method and fault[1] in path:
                    fault[3] -= 1
                    self.done.append(f"{fault[2]} {method} {path.split('?')[0]}")
                    return fault[2]
        return None

    def clear(self):
        self.planned, self.done = [], []


class Proxy(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    faults = Faults()
    server_port = 0

    def forward(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        kind = self.faults.next(self.command, self.path)
        if isinstance(kind, int):
            text = b"<Error><Code>SlowDown</Code></Error>"
            self.send_response(kind)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(text)
            return

        inner = http.client.HTTPConnection("127.0.0.1", self.server_port)
        inner.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            inner.putheader(name, value)
        inner.endheaders(body)
        answer = inner.getresponse()
        content = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("transfer-encoding", "connection", "content-length", "server", "date"):
                self.send_header(name, value)
        length = answer.getheader("Content-Length") if self.command == "HEAD" else str(len(content))
        self.send_header("Content-Length", length or "0")
        self.end_headers()
        if kind == "cut":
            self.wfile.write(content[: len(content) // 2])
            self.wfile.flush()
            self.close_connection = True
        elif self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = forward

    def log_message(self, *_):
        pass


class ThreadedServer(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """The other end went away, as a command does that failed."""


class Bench:
    def __init__(self, program, home):
        self.program, self.home, self.failed = program, home, 0
        self.environment = dict(os.environ, TMPDIR=str(home / "temp"), MUKARRAR_RETRIES="5", AWS_ALLOW_HTTP="true")
        (home / "temp").mkdir()

    def run(self, line, **changes):
        environment = dict(self.environment, **changes)
        return subprocess.run(
            [self.program, *line.split()], cwd=self.home, env=environment, capture_output=True, text=True, check=False
        )

    def check(self, name, is_good, shown=""):
        print(f"{'ok' if is_good else 'FAILED'}: {name}" + (f"\n      {shown.strip()}" if shown else ""))
        self.failed += not is_good


def padded(count):
    pad = "x" * (1 << 16)
    return "".join(
        json.dumps({"id": n, "text": f"{FIRST} {n // 2}", "pad": pad}, ensure_ascii=False) + "\n" for n in range(count)
    )


def key_of_a_user(endpoint):
    """A key that may use the bucket. From here on the server checks signatures."""
    settings = dict(endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    iam = boto3.client("iam", **settings)
    iam.create_user(UserName="reader")
    rights = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [rights]})
    iam.put_user_policy(UserName="reader", PolicyName="all", PolicyDocument=policy)
    key = iam.create_access_key(UserName="reader")["AccessKey"]
    requests.post(f"{endpoint}/moto-api/reset-auth", data="0", timeout=10)
    return key["AccessKeyId"], key["SecretAccessKey"]


def main():
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    program = str(pathlib.Path(sys.argv[1]).resolve())
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    port = server.get_host_and_port()[1]
    direct = f"http://127.0.0.1:{port}"
    settings = dict(endpoint_url=direct, region_name="us-east-1", config=Config(s3={"addressing_style": "path"}))
    s3 = boto3.client("s3", aws_access_key_id="x", aws_secret_access_key="x", **settings)
    s3.create_bucket(Bucket=BUCKET)

    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(program, pathlib.Path(folder))
        files = {"big.jsonl": padded(320).encode(), "more.jsonl.gz": gzip.compress(padded(8).encode())}
        for name, content in files.items():
            (bench.home / name).write_bytes(content)
            s3.put_object(Bucket=BUCKET, Key=f"in/{name}", Body=content)
        s3.put_object(Bucket=BUCKET, Key="in/README.md", Body=b"no")

        identity, secret = key_of_a_user(direct)
        s3 = boto3.client("s3", aws_access_key_id=identity, aws_secret_access_key=secret, **settings)
        Proxy.server_port = port
        proxy = ThreadedServer(("127.0.0.1", 0), Proxy)
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        bench.environment.update(
            AWS_ACCESS_KEY_ID=identity,
            AWS_SECRET_ACCESS_KEY=secret,
            AWS_ENDPOINT_URL=f"http://127.0.0.1:{proxy.server_address[1]}",
        )
        exercise(bench, s3, Proxy.faults)
        # Not all threads of the servers end by themselves.
        sys.stdout.flush()
        server.stop()
        return bench.failed


def exercise(bench, s3, faults):
    def stored(key):
        return s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()

    def keys():
        return sorted(found["Key"] for found in s3.list_objects_v2(Bucket=BUCKET).get("Contents", []))

    def nothing_left():
        uploads = s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])
        return not uploads and not list((bench.home / "temp").iterdir())

    local = bench.run("dedup big.jsonl more.jsonl.gz -o clean.jsonl --removed removed.jsonl -q")
    bench.check("a local run, to compare with", local.returncode == 0, local.stderr)

    line = f"dedup s3://{BUCKET}/in/ -o s3://{BUCKET}/out/clean.jsonl --removed s3://{BUCKET}/out/removed.jsonl -q"
    ran = bench.run(line)
    is_same = ran.returncode == 0 and all(
        stored(f"out/{name}") == (bench.home / name).read_bytes() for name in ("clean.jsonl", "removed.jsonl")
    )
    bench.check("read, dedup, write: the bytes of the local run", is_same and nothing_left(), ran.stderr)

    s3.delete_object(Bucket=BUCKET, Key="out/clean.jsonl")
    faults.plan("GET", "in/big.jsonl", 503, 2)
    faults.plan("GET", "in/big.jsonl", 429, 1)
    faults.plan("GET", "in/big.jsonl", "cut", 2)
    faults.plan("GET", "list-type", 500, 1)
    faults.plan("PUT", "partNumber", 503, 2)
    faults.plan("PUT", "partNumber", "cut", 1)
    ran = bench.run(line)
    is_same = ran.returncode == 0 and stored("out/clean.jsonl") == (bench.home / "clean.jsonl").read_bytes()
    bench.check("the same under throttling and cut connections", is_same and nothing_left(), ran.stderr or ", ".join(faults.done))
    faults.clear()

    s3.delete_object(Bucket=BUCKET, Key="out/clean.jsonl")
    faults.plan("PUT", "partNumber", 500, 1000)
    ran = bench.run(line)
    is_absent = "out/clean.jsonl" not in keys()
    bench.check("an output that cannot be sent leaves nothing", ran.returncode == 2 and is_absent and nothing_left(), ran.stderr)
    faults.clear()

    faults.plan("GET", "in/big.jsonl", 503, 1000)
    ran = bench.run(line, MUKARRAR_RETRIES="2")
    bench.check("retries are bounded and told", ran.returncode == 2 and "after 2 retries" in ran.stderr, ran.stderr)
    faults.clear()

    for name, changes in {
        "a wrong secret key": dict(AWS_SECRET_ACCESS_KEY="wrong-secret"),
        "an unknown key": dict(AWS_ACCESS_KEY_ID="AKIAWRONG"),
    }.items():
        ran = bench.run(line, **changes)
        is_told = ran.returncode == 2 and "403" in ran.stderr and "AWS_SECRET_ACCESS_KEY" in ran.stderr
        bench.check(name, is_told and "wrong-secret" not in ran.stderr and "AKIAWRONG" not in ran.stderr, ran.stderr)
        ran = bench.run("clusters big.jsonl -o s3://news/out/x.jsonl", **changes)
        bench.check(f"{name}, writing", ran.returncode == 2 and "s3://news/out/x.jsonl" in ran.stderr, ran.stderr)

    for name, line in {
        "no such object": f"clusters s3://{BUCKET}/in/none.jsonl",
        "no such bucket": "clusters s3://none-such/in/x.jsonl",
        "a directory without a slash": f"clusters s3://{BUCKET}/in",
        "an empty directory": f"clusters s3://{BUCKET}/nothing/",
        "no network": f"clusters s3://{BUCKET}/in/big.jsonl",
    }.items():
        changes = dict(AWS_ENDPOINT_URL="http://127.0.0.1:1", MUKARRAR_RETRIES="1") if name == "no network" else {}
        ran = bench.run(line, **changes)
        is_one = ran.stderr.startswith("error: ") and len(ran.stderr.strip().splitlines()) == 1
        bench.check(name, ran.returncode == 2 and is_one, ran.stderr)

    line = f"clusters s3://{BUCKET}/in/big.jsonl -f jsonl -q --work-dir work"
    faults.plan("GET", "in/big.jsonl", "pass", 2)
    faults.plan("GET", "in/big.jsonl", 503, 1000)
    ran = bench.run(line, MUKARRAR_RETRIES="0")
    faults.clear()
    again = bench.run(line)
    local = bench.run("clusters big.jsonl -f jsonl -q")
    is_same = again.stdout.replace(f"s3://{BUCKET}/in/", "") == local.stdout
    bench.check("a work directory goes on after a failed run", ran.returncode == 2 and again.returncode == 0 and is_same, again.stderr)


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
