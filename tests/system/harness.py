"""What the system tests share: the real binary, temporary directories, a daemon that can be killed, and a
small writer of sshd logs whose truth is known.

A test is a function named test_…; its docstring is the sentence that it proves. Each gets a fresh
directory. A file of tests ends in `main(globals())`, is executable, and is run by tools/run_system.py.
Those named test_slow_… want VEDETTE_SLOW=1 or their name on the command line."""

import http.client
import json
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("VEDETTE", ROOT / "build/release/vedette"))


class Skip(Exception):
    """The test cannot run here; the message says what is missing."""


def vedette(*arguments, expect=0, binary=BINARY, **more):
    """Runs the binary to its end; its output as text. `expect`: the exit code, None for any."""
    more.setdefault("timeout", 300)
    done = subprocess.run([binary, *map(str, arguments)], capture_output=True, text=True, **more)
    if expect is not None and done.returncode != expect:
        raise AssertionError(f"vedette {' '.join(map(str, arguments))}: exit {done.returncode}, "
                             f"expected {expect}\n{done.stderr[-2000:]}")
    return done


def scan(*files, **more):
    return json.loads(vedette("scan", "--format", "json", *files, **more).stdout)


def threats_in(state):
    lines = vedette("threats", "list", "--state", state, "--limit", "0", "--format", "ndjson").stdout
    return [json.loads(line) for line in lines.splitlines()]


def essence(threats):
    """What must be equal whatever the machine did meanwhile: all but scores (they depend on when one
    looks) and the places of evidence (rotation moves lines between files)."""
    out = {}
    for threat in threats:
        out[threat["id"]] = {
            "entity": threat["entity"],
            "severity": threat["severity"],
            "counts": threat["counts"],
            "techniques": threat["techniques"],
            "first_seen": threat["first_seen"],
            "last_seen": threat["last_seen"],
            "findings": {f["rule"]["id"]: (f["count"], f["first_seen"], f["last_seen"],
                                           [e["line"] for e in f["evidence"]])
                         for f in threat["findings"]},
            "timeline": [(t["first"], t["last"], t["action"], t["count"]) for t in threat["timeline"]],
        }
    return out


def assert_same_threats(found, wanted):
    found, wanted = essence(found), essence(wanted)
    problems = [f"missing: {wanted[i]['entity']}" for i in wanted.keys() - found.keys()]
    problems += [f"unexpected: {found[i]['entity']}" for i in found.keys() - wanted.keys()]
    for i in found.keys() & wanted.keys():
        for key in wanted[i]:
            if found[i][key] != wanted[i][key]:
                problems.append(f"{wanted[i]['entity']['value']}: {key} is {str(found[i][key])[:300]}\n"
                                f"    not {str(wanted[i][key])[:300]}")
    assert not problems, "\n".join(problems[:8])


class Answer:
    """What an HTTP request was answered with, whole."""

    def __init__(self, response):
        self.status, self.headers, self.body = response.status, response.headers, response.read()

    def json(self):
        return json.loads(self.body)

    def wanted(self, status):
        """Itself, if it has that status."""
        assert self.status == status, f"{self.status}, not {status}: {self.body[:500]}"
        return self


class Client:
    """One kept connection. A refused or broken one raises OSError or HTTPException, and the next
    request connects again."""

    def __init__(self, port, token=None, timeout=60):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
        self.token = token

    def ask(self, method, path, body=None, headers=None):
        """`body`: bytes or text as they are; anything else as JSON."""
        headers = dict(headers or {})
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
            if not isinstance(body, (bytes, str)):
                body = json.dumps(body)
            if isinstance(body, str):
                body = body.encode()
        try:
            self.connection.request(method, path, body, headers)
            return Answer(self.connection.getresponse())
        except (OSError, http.client.HTTPException):
            self.connection.close()
            raise

    def close(self):
        self.connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Daemon:
    """`vedette run`, started, asked, killed. `admin`: the first token, which it says on its standard output
    when it starts for the first time. Those that a test leaves behind end with it."""
    processes = []  # of all

    def __init__(self, directory, *inputs, extra=(), anonymous="viewer"):
        self.directory, self.inputs, self.extra = pathlib.Path(directory), inputs, extra
        self.anonymous = anonymous
        self.state = self.directory / "state"
        self.log = self.directory / "daemon.log"
        self.output = self.directory / "daemon.out"
        self.port = self.admin = None
        self.process = None

    def start(self):
        before = self.log.stat().st_size if self.log.exists() else 0
        with open(self.log, "ab") as log, open(self.output, "ab") as output:
            self.process = subprocess.Popen(
                [BINARY, "run", "--state", self.state, "--listen", "127.0.0.1:0", "--from-start", "yes",
                 "--checkpoint-ms", "50", "--anonymous-role", self.anonymous, *self.extra, "--inputs", *self.inputs],
                stdout=output, stderr=log)
        self.processes.append(self.process)
        self.wait(lambda: b"Ready" in self.log.read_bytes()[before:], "the daemon to be ready")
        text = self.log.read_bytes()[before:].decode(errors="replace")
        self.port = int(text.split("127.0.0.1:")[-1].split()[0].strip('"'))
        token = re.search(r"vdt_\S+", self.output.read_text())
        self.admin = token and token[0]
        return self

    def wait(self, condition, what, seconds=60):
        until = time.monotonic() + seconds
        while not condition():
            if self.process.poll() is not None and not condition():
                raise AssertionError(f"the daemon ended with {self.process.returncode} while waiting "
                                     f"for {what}:\n{self.log.read_text(errors='replace')[-2000:]}")
            if time.monotonic() > until:
                raise AssertionError(f"waited {seconds} s in vain for {what}\n"
                                     f"{self.log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.02)

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()

    def client(self, token=None, **more):
        return Client(self.port, token, **more)

    def ask(self, method, path, body=None, token=None, headers=None):
        """One request, on a connection of its own; without a token, as whoever may come."""
        with self.client(token) as client:
            return client.ask(method, path, body, headers)

    def metric(self, name):
        for line in self.get("/metrics")[1].splitlines():
            if line.startswith(name + " "):
                return float(line.split()[1])
        raise AssertionError(f"no metric {name}")

    def wait_until_idle(self, seconds=1.0):
        """Until no line has come for so long: everything that is there has been read."""
        last, since = -1.0, time.monotonic()
        while time.monotonic() - since < seconds:
            lines = self.metric("vedette_received_lines_total")
            if lines != last:
                last, since = lines, time.monotonic()
            time.sleep(0.05)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    @classmethod
    def end_all(cls):
        for process in cls.processes:
            if process.poll() is None:
                process.kill()
                process.wait()
        cls.processes.clear()

    def stop(self):
        """Asks it to end and waits until it has stored everything."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=60)
        assert code == 0, f"exit {code}\n{self.log.read_text(errors='replace')[-2000:]}"

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class SshLog:
    """Lines of a plausible auth.log, one second apart: a few attackers, a few users. Seeded."""

    def __init__(self, seed, start=1_780_000_000):
        self.random = random.Random(seed)
        self.now = start
        self.pid = 1000
        self.attackers = [f"203.0.113.{i}" for i in range(1, 30)]
        self.users = ["root", "admin", "git", "oracle", "postgres", "deploy"]
        self.queue = []

    def _stamp(self):
        return time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(self.now))

    def line(self):
        if not self.queue:
            self.now += 1
            self.pid += 1
            tag = f"{self._stamp()} web1 sshd[{self.pid}]:"
            roll = self.random.random()
            port = self.random.randrange(1024, 65535)
            if roll < 0.75:
                ip, user = self.random.choice(self.attackers), self.random.choice(self.users)
                if user in ("oracle", "admin"):
                    self.queue.append(f"{tag} Invalid user {user} from {ip} port {port}")
                    user = "invalid user " + user
                self.queue.append(f"{tag} Failed password for {user} from {ip} port {port} ssh2")
                self.queue.append(f"{tag} Connection closed by {ip} port {port} [preauth]")
            elif roll < 0.9:
                ip = f"198.51.100.{self.random.randrange(1, 5)}"
                self.queue.append(f"{tag} Accepted publickey for deploy from {ip} port {port} ssh2: "
                                  "ED25519 SHA256:MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI")
            else:
                self.queue.append(f"{self._stamp()} web1 CRON[{self.pid}]: (root) CMD (run-parts "
                                  "/etc/cron.hourly)")
        return self.queue.pop(0) + "\n"

    def lines(self, count):
        return [self.line() for _ in range(count)]


def main(names):
    """Runs the tests among `names`; words on the command line choose some of them."""
    words = sys.argv[1:]
    failed = ran = 0
    for name, test in sorted(names.items()):
        if not name.startswith("test_") or not callable(test):
            continue
        if words and not any(word in name for word in words):
            continue
        if name.startswith("test_slow_") and not words and not os.environ.get("VEDETTE_SLOW"):
            continue
        start = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="vedette-") as directory:
            try:
                test(pathlib.Path(directory))
                ran, outcome = ran + 1, "ok"
            except Skip as reason:
                outcome = f"skipped: {reason}"
            except Exception:  # a test may fail in any way; the others still run
                failed, outcome = failed + 1, "FAILED\n" + traceback.format_exc()
            finally:
                Daemon.end_all()
        print(f"{time.monotonic() - start:6.1f} s  {test.__doc__.splitlines()[0]}: {outcome}", flush=True)
    sys.exit(1 if failed else 0 if ran else 77)
