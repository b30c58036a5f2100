#!/usr/bin/env python3
"""What clients of other guardrails say and hear: tests/transcripts/<shape>/*.json, replayed against a real daemon
under the policies beside them. Whole answers are compared; only ids, hashes and scores above 0 may be any.

A transcript is {"request": {"path", "headers", "body"}, "status", "answer"}. "{token}" in a header is the client's
token; a request without headers is one with a bearer token. "<id>", "<hash>" and "<score>" in an answer stand for
what changes. A body may be a text: then it is sent as it is; a
{"repeat": [text, times]} in it is that text so many times. `VEDETTE_RECORD=1` writes the answers."""

import json
import os
import re

from api import token
from harness import ROOT, Daemon, main

DIRECTORY = ROOT / "tests" / "transcripts"
PLACEHOLDERS = {
    "<id>": lambda v: isinstance(v, str) and re.fullmatch(r"(modr-)?[\w-]{8}-\d+", v),
    "<hash>": lambda v: isinstance(v, str) and re.fullmatch(r"[0-9a-f]{16}|[0-9a-f]{64}", v),
    "<score>": lambda v: type(v) in (int, float) and 0 < v <= 1,
}


def differences(wanted, found, path="answer"):
    """Where an answer is not as it should be, member by member."""
    if isinstance(wanted, str) and wanted in PLACEHOLDERS:
        return [] if PLACEHOLDERS[wanted](found) else [f"{path}: {found!r} is no {wanted}"]
    if isinstance(wanted, dict) and isinstance(found, dict):
        names = [f"{path}: {sorted(wanted)} are the members, not {sorted(found)}"] if wanted.keys() != found.keys() else []
        return names + [d for k in wanted.keys() & found.keys() for d in differences(wanted[k], found[k], f"{path}.{k}")]
    if isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        return [d for i, (w, f) in enumerate(zip(wanted, found)) for d in differences(w, f, f"{path}[{i}]")]
    same = type(wanted) is type(found) or {type(wanted), type(found)} == {int, float}
    return [] if same and wanted == found else [f"{path}: {found!r}, not {wanted!r}"]


def placeholders_for(value, name=""):
    if isinstance(value, dict):
        inside = "score" if name in ("scanners", "category_scores") else None
        return {k: placeholders_for(v, inside or k) for k, v in value.items()}
    if isinstance(value, list):
        return [placeholders_for(v, name) for v in value]
    for wanted in ("<score>",) if name == "score" else ("<id>", "<hash>"):
        if PLACEHOLDERS[wanted](value):
            return wanted
    return value


def expanded(value):
    if isinstance(value, dict) and value.keys() == {"repeat"}:
        return value["repeat"][0] * value["repeat"][1]
    if isinstance(value, dict):
        return {k: expanded(v) for k, v in value.items()}
    if isinstance(value, list):
        return [expanded(v) for v in value]
    return value


def test_transcripts(directory):
    """every transcript is answered word for word"""
    log = directory / "auth.log"
    log.write_text("")
    daemon = Daemon(directory, log, extra=["--rate-limit", "0", "--prompt-policies", str(DIRECTORY / "policies.yaml")],
                    anonymous="none").start()
    secret = token(daemon, "ingest", "client")["token"]
    problems, count = [], 0
    for path in sorted(DIRECTORY.glob("*/*.json")):
        transcript = json.loads(path.read_text())
        asked = transcript["request"]
        headers = asked.get("headers", {"Authorization": "Bearer {token}"})
        headers = {name: value.replace("{token}", secret) for name, value in headers.items()}
        answer = daemon.ask("POST", asked["path"], expanded(asked["body"]), headers=headers)
        found = answer.json()
        if os.environ.get("VEDETTE_RECORD"):
            transcript["status"], transcript["answer"] = answer.status, placeholders_for(found)
            path.write_text(json.dumps(transcript, indent=1, ensure_ascii=False) + "\n")
        name = path.relative_to(DIRECTORY)
        problems += [f"{name}: {d}" for d in differences(transcript["answer"], found)]
        if answer.status != transcript["status"]:
            problems.append(f"{name}: status {answer.status}, not {transcript['status']}")
        count += 1
    daemon.stop()
    assert not problems, "\n".join(problems[:20])
    assert count >= 40, count


def test_the_comparison_sees_differences(directory):
    """a wrong value, member, length or kind is seen, and a placeholder stands for what it says only"""
    wanted = {"a": [1, "<hash>"], "b": {"c": True}, "d": "<score>"}
    good = {"a": [1, "0123456789abcdef"], "b": {"c": True}, "d": 0.5}
    assert not differences(wanted, good)
    for bad in ({**good, "a": [1]}, {**good, "a": [1, "xyz"]}, {**good, "b": {"c": 1}}, {**good, "b": {}},
                {**good, "d": 0}, {**good, "d": 1.5}, {**good, "e": 1}, [good], {**good, "a": [2, "0" * 16]}):
        assert differences(wanted, bad), bad


if __name__ == "__main__":
    main(globals())
