"""Triage beside Redis: threats put in, ranked, listed; both on this machine, one after the other.

The peer is Redis as such a store of threats is commonly built: a threat is SET with a JSON text of
about 350 bytes and EXPIREs, its id is SADDed to the sets of its status and severity and ZADDed to the
ranking; 100 threats a pipeline. Requests are made beforehand and answers only received, so what is
timed is the server and the loopback, no client library.
"""
import contextlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

LEVELS = ("informational", "low", "medium", "high", "critical")
BATCH = 100
ROWS = (  # key of ours, key of Redis, what it is, unit
    ("memory_new", None, "new threats, in memory", "per_s"),
    ("memory_changed", None, "changed threats, in memory", "per_s"),
    ("durable_new", "new", "new threats", "per_s"),
    ("durable_changed", "changed", "changed threats", "per_s"),
    ("durable_changed_small", None, "changed threats, 1,000 a commit", "per_s"),
    ("top_100", "top_100", "100 with the highest score", "p50_us"),
    ("page_deep", "page_deep", "100 in the middle of the ranking", "p50_us"),
    ("all_critical", "all_critical", "all that are critical", "p50_us"),
    ("miss", "miss", "is there this one? (no)", "p50_us"),
    ("top_100_alone", None, "100 with the highest score, again", "p50_us"),
    ("top_100_beside", None, "… while threats move to the short-term tier", "p50_us"),
    ("durable_alone", None, "changed threats, 1,000 a commit, again", "per_s"),
    ("durable_beside", None, "… while threats move to the short-term tier", "per_s"),
    ("lower_top_100", None, "100 with the highest score, of the short-term tier", "p50_us"),
    ("lower_page_deep", None, "100 in the middle of that tier", "p50_us"),
)


def mix64(x):
    """As base/hash.h: the same numbers look random on both sides."""
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 & (1 << 64) - 1
    x = (x ^ x >> 27) * 0x94D049BB133111EB & (1 << 64) - 1
    return x ^ x >> 31


def command(*words):
    parts = [b"*%d\r\n" % len(words)]
    for word in words:
        word = word if isinstance(word, bytes) else str(word).encode()
        parts.append(b"$%d\r\n%s\r\n" % (len(word), word))
    return b"".join(parts)


def put(number, turn):
    """The commands that put one threat."""
    dice = mix64(number * 3 + turn + 1)
    severity = LEVELS[mix64(number * 5 + 1) % 5]
    score = dice % 9999 / 100
    name = f"t-{mix64(number + 1) >> 16:012x}"
    text = json.dumps({
        "id": name, "entity": {"type": "source.ip", "value": f"10.{number >> 16 & 255}."
                               f"{number >> 8 & 255}.{number & 255}"},
        "score": score, "severity": severity, "status": "new", "first_seen": "2026-03-01T00:00:00Z",
        "last_seen": "2026-03-01T00:59:59Z", "events": 12 + turn, "title": "SSH brute force",
        "rules": ["0d7ee0e5-8a4c-4b2c-9f43-5b4c9a1d7e00"], "techniques": ["T1110.001"],
        "assignee": None, "tags": []}, separators=(",", ":"))
    key = f"threat:{name}"
    return (command("SET", key, text) + command("EXPIRE", key, 3600) +
            command("SADD", "status:new", name) + command("SADD", f"severity:{severity}", name) +
            command("ZADD", "ranking", score, name))


class Redis:
    """A server of our own on a socket of its own, without what it keeps on disk."""

    def __init__(self, folder):
        self.path = pathlib.Path(folder) / "redis.sock"
        self.process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", self.path, "--save", "", "--appendonly", "no",
             "--dir", folder], stdout=subprocess.DEVNULL)
        self.socket = socket.socket(socket.AF_UNIX)
        for _ in range(500):
            with contextlib.suppress(OSError):
                self.socket.connect(str(self.path))
                return
            time.sleep(0.01)
        self.close()
        raise SystemExit("bench: redis-server does not answer")

    def ask(self, request):
        """Sends commands and receives every byte of their answers."""
        self.socket.sendall(request + b"*2\r\n$4\r\nECHO\r\n$8\r\nthe--end\r\n")
        answer = bytearray()
        while not answer.endswith(b"$8\r\nthe--end\r\n"):
            answer += self.socket.recv(1 << 20)
        if b"-ERR" in answer[:4]:
            raise SystemExit(f"bench: redis: {bytes(answer[:100])}")
        return answer

    def names(self, request):
        """The ids among the answer to one command."""
        return [b"threat:" + word for word in self.ask(request).split(b"\r\n") if word[:2] == b"t-"]

    def resident(self):
        text = pathlib.Path(f"/proc/{self.process.pid}/statm").read_text(encoding="ascii")
        return int(text.split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def cpu(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").split()
        return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")

    def close(self):
        self.socket.close()
        self.process.terminate()
        self.process.wait()


def put_all(redis, numbers, turn):
    """Puts threats; only what passes between request and answer is timed."""
    wall, cpu, count = 0.0, redis.cpu(), 0
    for start in range(0, len(numbers), BATCH * 100):
        block = numbers[start:start + BATCH * 100]
        requests = [b"".join(put(number, turn) for number in block[at:at + BATCH])
                    for at in range(0, len(block), BATCH)]
        began = time.perf_counter()
        for request in requests:
            redis.ask(request)
        wall += time.perf_counter() - began
        count += len(block)
    return {"per_s": count / wall, "per_cpu_s": count / max(redis.cpu() - cpu, 0.01)}


def times(ask, runs, seconds=1.0):
    taken, end = [], time.perf_counter() + seconds
    while len(taken) < runs and (len(taken) < 5 or time.perf_counter() < end):
        began = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - began) * 1e6)
    taken.sort()
    return {"p50_us": taken[len(taken) // 2], "p99_us": taken[len(taken) * 99 // 100]}


def measure_redis(folder, threats):
    redis = Redis(folder)
    try:
        before = redis.resident()
        numbers = range(threats)
        figures = {"new": put_all(redis, numbers, 0)}
        figures["bytes_each"] = (redis.resident() - before) / threats
        changes = min(threats, 200_000)
        figures["changed"] = put_all(redis, [mix64(i + 1) % threats for i in range(changes)], 7)

        def page(start):
            redis.ask(command("MGET", *redis.names(command("ZREVRANGE", "ranking", start, start + 99))))

        def critical():
            names = redis.names(command("SMEMBERS", "severity:critical"))
            for at in range(0, len(names), 1000):
                redis.ask(command("MGET", *names[at:at + 1000]))

        figures["top_100"] = times(lambda: page(0), 5000)
        figures["page_deep"] = times(lambda: page(threats // 2), 5000)
        figures["all_critical"] = times(critical, 10)
        figures["miss"] = times(lambda: redis.ask(command("EXISTS", "threat:t-none")), 20000)
        return figures
    finally:
        redis.close()


def measure_ours(engine_bench, folder, threats):
    done = subprocess.run([engine_bench, folder, str(threats)], stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def measure(engine_bench, options):
    """[(threats, ours, of Redis or None)]"""
    results = []
    # On a disk, not in memory: a commit is synced.
    for threats in options.threats:
        print(f"  triage: {threats:,} threats", flush=True)
        with tempfile.TemporaryDirectory(prefix="vedette-bench-", dir="/var/tmp") as folder:
            ours = measure_ours(engine_bench, folder, threats)
        peer = None
        if shutil.which("redis-server") and not options.no_peer:
            with tempfile.TemporaryDirectory(prefix="vedette-bench-") as folder:
                peer = measure_redis(folder, threats)
        results.append((threats, ours, peer))
    return results


def shown(value, unit):
    if unit == "per_s":
        return f"{value:,.0f}/s"
    return f"{value / 1000:,.1f} ms" if value >= 10_000 else f"{value:,.1f} µs"


def ratio(ours, peer, unit):
    better = ours / peer if unit == "per_s" else peer / ours
    return f"{better:.1f}" if better >= 0.95 else f"1/{1 / better:.1f}"


def table(results):
    lines = ["| threats | what | vedette | Redis | times as fast |", "| ---: | --- | ---: | ---: | ---: |"]
    for threats, ours, peer in results:
        for key, peer_key, what, unit in ROWS:
            if key not in ours:
                continue
            mine, other, times_faster = ours[key][unit], "", ""
            if peer and peer_key:
                other = shown(peer[peer_key][unit], unit)
                times_faster = ratio(mine, peer[peer_key][unit], unit)
            lines.append(f"| {threats:,} | {what} | {shown(mine, unit)} | {other} | {times_faster} |")
        other = f"{peer['bytes_each']:,.0f}" if peer else ""
        lines.append(f"| {threats:,} | bytes of memory a threat | {ours['bytes_each']:,.0f} | {other} | |")
    return "\n".join(lines) + "\n"


TEXT = """
## Triage, beside Redis

New and changed threats go through the queue of `vedette run` in commits of 10,000 and are synced to the disk;
*in memory* is its index alone. Redis (persistence off) gets SET of a JSON text, EXPIRE, SADD to the sets of
status and severity, ZADD to the ranking, 100 threats a pipeline over a Unix socket; its pages are ZREVRANGE
and MGET, *all that are critical* is SMEMBERS and MGET. Requests are prepared beforehand. Times are medians;
bytes of memory are growth of the resident memory.

"""
