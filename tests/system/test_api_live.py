#!/usr/bin/env python3
"""The API while threats change: lists in pages, and the live stream."""

import http.client
import json
import socket
import threading

from api import append, failed, probe, start, with_findings
from harness import main


def test_pages_while_threats_change(directory):
    """while thousands of threats change, a list in pages has every other one exactly once"""
    daemon, _ = start(directory)
    total, half = 10_000, 5_000
    def address(i):
        return f"2001:db8:{(i >> 12) + 1:x}:{(i & 0xfff) + 1:x}::"  # a network each
    def send(client, numbers, second=0):
        body = "".join(probe(address(i) + "1", second) for i in numbers)
        client.ask("POST", "/api/v1/events", body, {"Content-Type": "application/x-ndjson"}).wanted(202)
    with daemon.client(daemon.admin) as client:
        for first in range(1, total + 1, 1000):
            send(client, range(first, first + 1000))
        def known():
            counted = client.ask("GET", "/api/v1/statistics").json()["threats"]
            return sum(its["count"] for its in counted)
        daemon.wait(lambda: known() >= total, "all threats")
        ending = threading.Event()
        def change():
            second = 0
            with daemon.client(daemon.admin) as other:
                while not ending.is_set():
                    second += 1
                    start_at = 1 + second * 500 % half
                    send(other, range(start_at, min(start_at + 500, half + 1)), second)
        changer = threading.Thread(target=change)
        changer.start()
        try:
            for sort in ("rank", "score", "last_seen", "%2Bscore"):
                seen, path = {}, f"/api/v1/threats?limit=250&sort={sort}"
                while path:
                    page = client.ask("GET", path).wanted(200).json()
                    for threat in page["threats"]:
                        value = threat["entity"]["value"]
                        seen[value] = seen.get(value, 0) + 1
                    path = page["next"] and f"/api/v1/threats?limit=250&sort={sort}&cursor={page['next']}"
                wrong = [i for i in range(half + 1, total + 1) if seen.get(address(i) + "/64") != 1]
                assert not wrong, f"{sort}: {len(wrong)} untouched ones are not there once, such as {wrong[:3]}"
        finally:
            ending.set()
            changer.join()
    daemon.stop()


class Watcher:
    """A client of the live stream."""

    def __init__(self, daemon, last=None):
        self.connection = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=30)
        headers = {"Authorization": f"Bearer {daemon.admin}"}
        if last:
            headers["Last-Event-ID"] = last
        self.connection.request("GET", "/api/v1/stream", headers=headers)
        self.answer = self.connection.getresponse()
        assert self.answer.status == 200, self.answer.status
        assert self.answer.headers["Content-Type"].startswith("text/event-stream")
        self.answer.readline()  # that it watches now
        self.answer.readline()

    def next(self):
        """The fields of the next event."""
        fields = {}
        while True:
            line = self.answer.readline().decode().rstrip("\n")
            if line.startswith(":"):
                continue
            if not line and fields:
                return fields
            name, _, value = line.partition(": ")
            if name:
                fields[name] = value

    def until(self, wanted):
        for _ in range(10_000):
            event = self.next()
            if event["event"] == "threat" and wanted(json.loads(event["data"])):
                return event
        raise AssertionError("it did not come")

    def close(self):
        self.connection.close()


def test_stream(directory):
    """who watches is told of changes; who was away gets what was missed; who was away too long is told so"""
    daemon, log = start(directory)
    one = "/api/v1/threats/" + with_findings(daemon, log)["id"]
    daemon.wait_until_idle(0.3)
    watcher = Watcher(daemon)
    daemon.ask("PATCH", one, {"assignee": "ann"}, daemon.admin).wanted(200)
    last = watcher.until(lambda threat: threat["assignee"] == "ann")["id"]
    watcher.close()
    daemon.ask("PATCH", one, {"assignee": "bob"}, daemon.admin).wanted(200)
    watcher = Watcher(daemon, last)
    event = watcher.next()
    assert event["event"] == "threat" and json.loads(event["data"])["assignee"] == "bob", event
    append(log, failed("203.0.113.200", 10, pid=5000))
    watcher.until(lambda threat: threat["entity"]["value"] == "203.0.113.200")
    watcher.close()
    for unknown in ("nobody-1", "x", last + "0000000", last.split("-")[0] + "-99999"):
        watcher = Watcher(daemon, unknown)
        assert watcher.next()["event"] == "reset", unknown
        watcher.close()
    daemon.stop()
    daemon.start()
    watcher = Watcher(daemon, last)
    assert watcher.next()["event"] == "reset"
    watcher.close()
    daemon.stop()


def test_a_slow_watcher(directory):
    """one who watches and takes nothing holds up neither changes nor those who do take"""
    daemon, log = start(directory)
    one = "/api/v1/threats/" + with_findings(daemon, log)["id"]
    daemon.wait_until_idle(0.3)
    slow = socket.socket()
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    slow.connect(("127.0.0.1", daemon.port))
    slow.sendall(f"GET /api/v1/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {daemon.admin}\r\n\r\n".encode())
    watcher = Watcher(daemon)
    with daemon.client(daemon.admin) as client:
        for i in range(1500):  # more than what may wait for one watcher
            client.ask("PATCH", one, {"assignee": f"{i}", "note": "x" * 900}).wanted(200)
    watcher.until(lambda threat: threat["assignee"] == "1499")
    watcher.close()
    slow.close()
    daemon.stop()


if __name__ == "__main__":
    main(globals())
