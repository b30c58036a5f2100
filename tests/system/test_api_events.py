#!/usr/bin/env python3
"""Events in and out of the API: what is sent becomes threats, what was read is found again."""
import json
import http.client
import pathlib
import re
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from harness import Daemon, SshLog, main  # noqa: E402


def ask(daemon, method, path, body=None, token=None, kind="application/json"):
    connection = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=20)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    if body is not None:
        headers["Content-Type"] = kind
        body = body if isinstance(body, (bytes, str)) else json.dumps(body)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, json.loads(text) if text else None


def all_pages(daemon, path):
    events, cursor = [], None
    while True:
        page = ask(daemon, "GET", path + (f"&cursor={urllib.parse.quote(cursor)}" if cursor else ""))[1]
        events += page["events"]
        cursor = page["next"]
        if cursor is None:
            return events


def test_lines_are_found_again(directory):
    """every line that was read is found by whom it is about, by its fields and by its words"""
    log = directory / "auth.log"
    lines = "".join(SshLog(5).lines(4000)).splitlines()
    log.write_text("\n".join(lines) + "\n")
    with Daemon(directory, log) as daemon:
        daemon.wait(lambda: daemon.metric("vedette_received_lines_total") == 4000, "the lines")
        everything = lambda: all_pages(daemon, "/api/v1/events?limit=1000")  # noqa: E731
        daemon.wait(lambda: len(everything()) == 4000, "all lines to be kept")
        assert [e["event"]["event.original"] for e in everything()] == lines[::-1]
        address = re.search(r"from (\d+\.\d+\.\d+\.\d+)", "\n".join(lines))[1]
        wanted = [line for line in lines if re.search(rf"\b{re.escape(address)}\b", line)]
        found = all_pages(daemon, f"/api/v1/events?limit=7&order=oldest&entity={address}")
        assert [e["event"]["event.original"] for e in found] == wanted
        failed = [line for line in lines if "Failed password" in line]
        found = all_pages(daemon, "/api/v1/events?limit=500&order=oldest&field=event.action:failed-password")
        assert [e["event"]["event.original"] for e in found] == failed
        found = all_pages(daemon, "/api/v1/events?limit=500&order=oldest&text=failed+PASSWORD")
        assert [e["event"]["event.original"] for e in found] == failed
        assert ask(daemon, "GET", "/api/v1/events?field=nonsense")[0] == 400
        daemon.kill()
        daemon.start()
        assert len(everything()) == 4000
        daemon.stop()


def test_threats_of_others(directory):
    """threats that another program found become findings, and go on when Vedette finds more"""
    log = directory / "auth.log"
    log.touch()
    with Daemon(directory, log) as daemon:
        token = daemon.admin
        threats = [{"entity": {"value": f"203.0.113.{i}"}, "title": "On a block list", "rule": "list-1",
                    "severity": "high", "techniques": ["T1583"]} for i in range(1, 201)]
        status, answer = ask(daemon, "POST", "/api/v1/threats", {"threats": threats}, token)
        assert status == 202 and len(set(answer["ids"])) == 200
        count = lambda: len(ask(daemon, "GET", "/api/v1/threats?rule=list-1&limit=1000")[1]["threats"])  # noqa: E731
        daemon.wait(lambda: count() == 200, "the threats")
        one = ask(daemon, "GET", f"/api/v1/threats/{answer['ids'][0]}")[1]
        assert one["severity"] == "high" and one["findings"][0]["rule"]["title"] == "On a block list"
        assert one["techniques"] == ["T1583"]
        # An alert in a log that strangers may write into is no alert.
        with open(log, "a") as out:
            out.write(json.dumps({"event.action": "alert", "source.ip": "203.0.113.250", "rule.id": "list-1",
                                  "rule.name": "On a block list", "rule.level": "critical"}) + "\n")
        daemon.wait(lambda: daemon.metric("vedette_received_lines_total") == 201, "the forged alert")
        assert count() == 200
        for wrong in ({"threats": []}, {"threats": [{"title": "x"}]},
                      {"threats": [{"entity": {"value": "nowhere"}, "title": "x"}]},
                      {"threats": [{"entity": {"value": "203.0.113.1"}, "title": "x", "techniques": ["a b"]}]},
                      {"threats": [{"entity": {"type": 5, "value": "203.0.113.1"}, "title": "x"}]},
                      {"threats": [5]}, {"threats": [{"entity": {"value": None}, "title": "x"}]}):
            assert ask(daemon, "POST", "/api/v1/threats", wrong, token)[0] == 400
        daemon.stop()


def test_analysis(directory):
    """an event is looked at at once, and the answer knows the threat it became part of"""
    log = directory / "auth.log"
    log.touch()
    with Daemon(directory, log) as daemon:
        token = daemon.admin
        for i in range(30):
            line = f"Mar  1 00:00:{i:02} host sshd[{1000 + i}]: Failed password for root from 198.51.100.9 port 22 ssh2"
            status, answer = ask(daemon, "POST", "/api/v1/analyze", {"content": line}, token)
            assert status == 200 and answer["settled"], answer
            assert answer["events"][0]["source.ip"] == "198.51.100.9"
        assert answer["threat"]["entity"]["value"] == "198.51.100.9"
        status, answer = ask(daemon, "POST", "/api/threats/analyze",
                             {"event": {"event.action": "failed-password", "source.ip": "198.51.100.9"}}, token)
        assert status == 200 and answer["threat"] is not None
        assert ask(daemon, "POST", "/api/v1/analyze", {"content": "a", "event": {}}, token)[0] == 400
        daemon.stop()


if __name__ == "__main__":
    main(globals())
