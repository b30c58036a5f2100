"""The API of `vedette run` beside nginx, and events that are sent to it.

The same load (wrk, 256 connections) asks the daemon and then nginx, which serves files of the sizes
that the daemon answered; everything is on this machine, so the client takes its share of the cores.
"""
import contextlib
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import time
import urllib.request

import prompts

CONNECTIONS, THREADS, WORKERS = 256, 2, 2
BATCH, BODIES, SENDERS = 1000, 40, 8
POST = """
local files, at, requests = {%s}, 0, {}
function init()
  wrk.headers["Content-Type"] = "application/x-ndjson"
  for i, name in ipairs(files) do
    local file = io.open(name, "rb")
    requests[i] = wrk.format("POST", nil, nil, file:read("*a"))
    file:close()
  end
end
function request()
  at = at %% #requests + 1
  return requests[at]
end
"""


# Each prompt is sent once only: a number in it is counted up by each of wrk's threads.
PROMPT = """
local threads = 0
function setup(thread)
  threads = threads + 1
  thread:set("first", threads * 100000000)
end
local heads, tails, at, number = {}, {}, 0, 0
function init()
  wrk.headers["Content-Type"] = "application/json"
  for line in io.lines("%s") do
    local request = wrk.format("POST", nil, nil, line)
    local place = request:find("#########", 1, true)
    heads[#heads + 1] = request:sub(1, place - 1)
    tails[#tails + 1] = request:sub(place + 9)
  end
end
function request()
  at = at %% #heads + 1
  number = number + 1
  return heads[at] .. string.format("%%09d", first + number) .. tails[at]
end
"""


class Daemon:
    """`vedette run` with a store of its own."""

    def __init__(self, vedette, folder, log):
        self.output = folder / "daemon.log"
        with open(self.output, "wb") as output:
            self.process = subprocess.Popen(
                [vedette, "run", "--state", folder / "state", "--listen", "127.0.0.1:0", "--journal", "no",
                 "--from-start", "yes", "--http-threads", str(WORKERS), "--rate-limit", "0", "--inputs", log],
                stdout=output, stderr=output)
        text = self.wait_for(r"127\.0\.0\.1:(\d+)(?s:.*)Ready")
        self.port = int(text.group(1))
        self.token = self.wait_for(r"now:\s+(\S+)").group(1)

    def wait_for(self, pattern):
        for _ in range(3000):
            found = re.search(pattern, self.output.read_text(encoding="utf-8", errors="replace"))
            if found:
                return found
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        self.close()
        raise SystemExit(f"bench: vedette run does not get ready; see {self.output}:\n"
                         f"{self.output.read_text(encoding='utf-8', errors='replace')[-2000:]}")

    def get(self, path):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}",
                                         headers={"Authorization": f"Bearer {self.token}"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read()

    def events(self):
        return json.loads(self.get("/api/v1/status"))["events"]

    def wait_until_idle(self, seconds=1.5):
        """Until nothing has come for so long; when the last event was seen, and how many there are."""
        last, since = -1, time.perf_counter()
        while time.perf_counter() - since < seconds:
            events = self.events()
            if events != last:
                last, since = events, time.perf_counter()
            time.sleep(0.02)
        return since, last

    def cpu(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").split()
        return (int(fields[13]) + int(fields[14])) / 100

    def close(self):
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(30)
        self.process.kill()


class Nginx:
    def __init__(self, folder, bodies):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        root = folder / "www"
        root.mkdir()
        for name, body in bodies.items():
            (root / name).write_bytes(body)
        config = folder / "nginx.conf"
        user = "" if os.getuid() else "user root; "  # else its workers may not read our files
        config.write_text(
            f"{user}worker_processes {WORKERS}; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;\n"
            "events { worker_connections 1024; }\n"
            "http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000;\n"
            f"  open_file_cache max=100; server {{ listen 127.0.0.1:{self.port}; root {root};\n"
            "    location = /return { return 200 ok; } } }\n",
            encoding="utf-8")
        self.process = subprocess.Popen(["nginx", "-c", config], stderr=subprocess.DEVNULL)
        for _ in range(200):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/{next(iter(bodies))}", timeout=5).close()
                return
            time.sleep(0.02)
        self.close()
        raise SystemExit("bench: nginx does not answer")

    def close(self):
        self.process.terminate()
        self.process.wait()


def wrk(url, seconds, token="", connections=CONNECTIONS, threads=THREADS, script=None):
    command = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--latency"]
    if token:
        command += ["-H", f"Authorization: Bearer {token}"]
    if script:
        command += ["-s", script]
    text = subprocess.run([*command, url], stdout=subprocess.PIPE, check=True).stdout.decode()
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1))
    count = int(re.search(r"(\d+) requests in", text).group(1))
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", text).groups()
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    return {"rate": rate, "count": count, "bad": int(bad.group(1)) if bad else 0,
            "p99_ms": float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit]}


def event(number):
    second = number // 50
    return (f'{{"@timestamp":"2026-03-01T{second // 3600 % 24:02}:{second // 60 % 60:02}:{second % 60:02}Z",'
            '"event":{"kind":"event","category":["authentication"],"action":"ssh_login",'
            f'"outcome":"failure"}},"source":{{"ip":"10.9.{number % 7}.{number % 97}","port":40022}},'
            f'"user":{{"name":"user{number % 13}"}},"host":{{"name":"web1"}}}}\n').encode()


def measure_ingest(daemon, folder, seconds):
    names = []
    for body in range(BODIES):
        name = folder / f"events-{body}.ndjson"
        name.write_bytes(b"".join(event(body * BATCH + i) for i in range(BATCH)))
        names.append(f'"{name}"')
    script = folder / "post.lua"
    script.write_text(POST % ", ".join(names), encoding="utf-8")
    before, cpu, began = daemon.events(), daemon.cpu(), time.perf_counter()
    sent = wrk(f"http://127.0.0.1:{daemon.port}/api/v1/events", seconds, daemon.token, SENDERS, 1, script)
    ended, events = daemon.wait_until_idle()
    cpu = daemon.cpu() - cpu
    acknowledged = (sent["count"] - sent["bad"]) * BATCH
    if events - before < acknowledged:
        raise SystemExit(f"bench: of {acknowledged} acknowledged events {events - before} were processed")
    return {"acknowledged_per_s": acknowledged / seconds, "refused": sent["bad"],
            "processed_per_s": (events - before) / (ended - began), "per_cpu_s": (events - before) / cpu}


def measure_prompts(daemon, nginx, folder, options):
    """Verdicts on prompts of 300 bytes, no two the same, and nginx which answers the same requests with 200."""
    bodies = folder / "prompts.jsonl"
    with open(bodies, "w", encoding="utf-8") as out:
        for number in range(1000):
            out.write(json.dumps({"text": "######### " + prompts.prompt(number, 290)}) + "\n")
    script = folder / "prompts.lua"
    script.write_text(PROMPT % bodies, encoding="utf-8")
    ours, peer = [], []
    for _ in range(options.rounds):
        ours.append(wrk(f"http://127.0.0.1:{daemon.port}/api/v1/prompts/scan", options.seconds, daemon.token, 64,
                        THREADS, script))
        if nginx:
            peer.append(wrk(f"http://127.0.0.1:{nginx.port}/return", options.seconds, "", 64, THREADS, script))
    if any(run["bad"] for run in ours):
        raise SystemExit("bench: some prompts were refused")
    return median(ours), median(peer)


def measure(vedette, log, folder, options):
    """Medians of the rounds: {"rows": [(what, bytes, ours, of nginx or None)], "prompts": …, "ingest": …}"""
    folder = pathlib.Path(folder)
    daemon = Daemon(vedette, folder, log)
    nginx = None
    try:
        daemon.wait_until_idle()
        threats = json.loads(daemon.get("/api/v1/threats?limit=1000&sort=score"))["threats"]
        if len(threats) < 1000:
            raise SystemExit(f"bench: only {len(threats)} threats came of {log}")
        one = threats[500]["id"]
        paths = {"status": "/api/v1/status", "threat": f"/api/v1/threats/{one}",
                 "list": "/api/v1/threats?limit=100"}
        bodies = {name: daemon.get(path) for name, path in paths.items()}
        if shutil.which("nginx") and not options.no_peer:
            nginx = Nginx(folder, bodies)
        rows = []
        for name, path in paths.items():
            print(f"  http: {path}", flush=True)
            ours, peer = [], []
            for _ in range(options.rounds):
                ours.append(wrk(f"http://127.0.0.1:{daemon.port}{path}", options.seconds, daemon.token))
                if nginx:
                    peer.append(wrk(f"http://127.0.0.1:{nginx.port}/{name}", options.seconds))
            rows.append((path.replace(one, "ID"), len(bodies[name]), median(ours), median(peer)))
        print("  http: prompts", flush=True)
        verdicts = measure_prompts(daemon, nginx, folder, options)
        print("  http: events", flush=True)
        return {"rows": rows, "prompts": verdicts, "ingest": measure_ingest(daemon, folder, options.seconds)}
    finally:
        daemon.close()
        if nginx:
            nginx.close()


def median(runs):
    return sorted(runs, key=lambda run: run["rate"])[len(runs) // 2] if runs else None


def table(results):
    lines = ["| request | bytes | vedette: a second | P99 ms | nginx: a second | P99 ms | vedette / nginx |",
             "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for what, size, ours, peer in results["rows"]:
        for run in (ours, peer or ours):
            if run["bad"]:
                raise SystemExit(f"bench: {run['bad']} answers to {what} were errors")
        line = f"| `GET {what}` | {size:,} | {ours['rate']:,.0f} | {ours['p99_ms']:.1f} | "
        line += (f"{peer['rate']:,.0f} | {peer['p99_ms']:.1f} | {ours['rate'] / peer['rate']:.2f} |"
                 if peer else "| | |")
        lines.append(line)
    ingest = results["ingest"]
    ours, peer = results["prompts"]
    lines.append("\n`POST /api/v1/prompts/scan`, prompts of 300 bytes, each another one, 64 connections: "
                 f"**{ours['rate']:,.0f}** verdicts a second, P99 {ours['p99_ms']:.1f} ms" +
                 (f"; nginx answers {peer['rate']:,.0f} of them with `return 200`, P99 {peer['p99_ms']:.1f} ms."
                  if peer else "."))
    return ("\n".join(lines) + f"\n\n`POST /api/v1/events`, {BATCH:,} lines of JSON a request, {SENDERS} "
            "connections: "
            f"**{ingest['acknowledged_per_s']:,.0f}** events a second acknowledged, that is synced to the disk, "
            f"and **{ingest['processed_per_s']:,.0f}** decoded, matched and committed "
            f"({ingest['per_cpu_s']:,.0f} for each second of computing time); {ingest['refused']:,} requests "
            "were refused because others waited.\n")


TEXT = f"""
## The API, beside nginx

`vedette run` with {WORKERS} threads for HTTP, asked with a bearer token, and nginx with {WORKERS} workers serving
files of the same sizes; wrk with {THREADS} threads and {CONNECTIONS} connections on the same cores.

"""
