#!/usr/bin/env python3
"""What the API has acknowledged is there, once, whatever becomes of the daemon."""

import http.client
import json
import random
import threading
import time

from api import failed, start, threat_of, with_findings
from harness import main


def test_idempotency_over_a_restart(directory):
    """a change that is sent again with its key after a restart is answered the same, and not made again"""
    daemon, log = start(directory)
    one = "/api/v1/threats/" + with_findings(daemon, log)["id"]
    ask = ("PATCH", one, {"note": "once"}, daemon.admin, {"Idempotency-Key": "k1"})
    first = daemon.ask(*ask).wanted(200)
    daemon.stop()
    daemon.start()
    again = daemon.ask(*ask).wanted(200)
    assert again.body == first.body and again.headers["Idempotency-Replayed"] == "true"
    daemon.ask("PATCH", one, {"note": "other"}, daemon.admin, {"Idempotency-Key": "k1"}).wanted(422)
    notes = [e for e in daemon.ask("GET", "/api/v1/audit", token=daemon.admin).json()["entries"]
             if e["action"] == "note"]
    assert len(notes) == 1, notes
    made = daemon.ask("POST", "/api/v1/suppressions", {"rule": "r"}, daemon.admin).wanted(201).json()
    end = ("DELETE", "/api/v1/suppressions/" + made["id"], None, daemon.admin, {"Idempotency-Key": "k2"})
    assert daemon.ask(*end).wanted(204).body == b""
    daemon.stop()
    daemon.start()
    daemon.ask(*end).wanted(204)
    daemon.stop()


class Writers:
    """Threads that each ask one thing after another, the same one again until it is acknowledged, while the
    daemon is killed and started."""

    def __init__(self, daemon, count, ask):
        self.daemon, self.ask = daemon, ask
        self.acknowledged = [0] * count
        self.problems = []
        self.ending = threading.Event()
        self.up = threading.Event()
        self.up.set()
        self.threads = [threading.Thread(target=self.run, args=(i,)) for i in range(count)]
        for thread in self.threads:
            thread.start()

    def run(self, writer):
        client, port, number = None, None, 0
        while not self.ending.is_set():
            self.up.wait()
            if port != self.daemon.port:
                port = self.daemon.port
                client = self.daemon.client(self.daemon.admin, timeout=10)
            try:
                answer = client.ask(*self.ask(writer, number))
            except (OSError, http.client.HTTPException):
                continue  # killed: the same again
            if answer.status in (429, 503):
                continue
            if answer.status >= 300:
                self.problems.append(f"{answer.status} {answer.body[:300]}")
                return
            number += 1
            self.acknowledged[writer] = number
        if client:
            client.close()

    def kill_and_restart(self, rounds, pauses):
        for _ in range(rounds):
            time.sleep(pauses.uniform(0.02, 0.3))  # a random moment is what this is about
            self.up.clear()
            self.daemon.kill()
            self.daemon.start()
            self.up.set()

    def end(self):
        self.ending.set()
        self.up.set()
        for thread in self.threads:
            thread.join()
        assert not self.problems, self.problems[:3]


def killed_while_events_come(directory, rounds):
    daemon, _ = start(directory)
    def ask(writer, number):
        events = [{"@timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1_780_100_000 + number)),
                   "event": {"action": "failed-password", "outcome": "failure", "category": ["authentication"]},
                   "source": {"ip": f"203.0.113.{writer + 1}"}, "user": {"name": "root"},
                   "process": {"name": "imapd"}, "host": {"name": "web1"}} for _ in range(3)]
        return "POST", "/api/v1/events", events, {"Idempotency-Key": f"{writer}-{number}"}
    writers = Writers(daemon, 4, ask)
    try:
        writers.kill_and_restart(rounds, random.Random(5))
    finally:
        writers.end()
    for writer, batches in enumerate(writers.acknowledged):
        assert batches > 3, writers.acknowledged
        ip, wanted = f"203.0.113.{writer + 1}", 3 * batches
        def count():
            return (threat_of(daemon, ip) or {"counts": {}})["counts"].get("authentication_failure")
        # One batch more may have been stored without its sender having heard of it.
        daemon.wait(lambda: (count() or 0) >= wanted, f"{wanted} events of {ip}; there are {count()}")
        daemon.wait_until_idle(0.3)
        assert count() in (wanted, wanted + 3), f"{ip}: {count()}, not {wanted}"
    daemon.stop()


def test_events_survive_kill(directory):
    """every acknowledged batch of events counts exactly once, whenever the daemon is killed"""
    killed_while_events_come(directory, 5)


def test_slow_events_survive_many_kills(directory):
    """the same over twenty kills"""
    killed_while_events_come(directory, 20)


def killed_while_changes_are_made(directory, rounds):
    daemon, _ = start(directory, text="".join(failed(f"203.0.113.{i}", 8, pid=1000 * i) for i in range(1, 9)))
    for i in range(1, 9):
        daemon.wait(lambda: threat_of(daemon, f"203.0.113.{i}"), "the threats")
    def ask(writer, number):
        return ("PATCH", f"/api/v1/threats/203.0.113.{writer + 1}", {"note": f"{writer}-{number}"},
                {"Idempotency-Key": f"{writer}-{number}"})
    writers = Writers(daemon, 8, ask)
    try:
        writers.kill_and_restart(rounds, random.Random(6))
    finally:
        writers.end()
    found, path = [], "/api/v1/audit?limit=1000"
    while path:
        page = daemon.ask("GET", path, token=daemon.admin).wanted(200).json()
        found += [json.loads(e["after"])["note"] for e in page["entries"] if e["action"] == "note"]
        path = page["next"] and f"/api/v1/audit?limit=1000&cursor={page['next']}"
    for writer, count in enumerate(writers.acknowledged):
        assert count > 3, writers.acknowledged
        its = [note for note in reversed(found) if note.startswith(f"{writer}-")]
        wanted = [f"{writer}-{number}" for number in range(count)]
        assert its in (wanted, wanted + [f"{writer}-{count}"]), (writer, len(its), count)
    daemon.stop()


def test_changes_survive_kill(directory):
    """every acknowledged change is there once and in order, whenever the daemon is killed under eight writers"""
    killed_while_changes_are_made(directory, 5)


def test_slow_changes_survive_many_kills(directory):
    """the same over twenty kills"""
    killed_while_changes_are_made(directory, 20)


if __name__ == "__main__":
    main(globals())
