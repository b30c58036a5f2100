#!/usr/bin/env python3
"""What `vedette simulate` writes, `vedette decode` understands: every line, as often as the truth
says; and `vedette scan` finds its attackers."""

import collections
import ipaddress
import json
import shlex
import signal
import subprocess
import time

from harness import BINARY, ROOT, main, scan, vedette

SYSLOG = ("sshd", "auth", "netfilter", "iptables")
OTHERS = ("web", "web-common", "web-vhost", "nginx-error", "apache-error", "cowrie", "json")
HEADERS = ("rfc3339", "rfc3164", "rfc5424", "iso")
FILES = ("auth.log", "access.log", "error.log", "cowrie.json", "kern.log", "events.json")


def entity(event):
    if "source.ip" not in event:
        return event.get("source.address")
    ip = ipaddress.ip_address(event["source.ip"])
    return str(ip) if ip.version == 4 else str(ipaddress.ip_network((ip, 64), strict=False))


def decoded(*files):
    text = vedette("decode", *files).stdout
    return [json.loads(line) for line in text.splitlines()]


def simulate_to(log, *arguments):
    log.write_text(vedette("simulate", *arguments).stdout)


def check_decoded(log, truth_file):
    """Every line is an event of a known kind, and each source did what the truth says it did."""
    assert log.stat().st_size > 0, f"{log.name} is empty"
    truth = json.loads(truth_file.read_text())
    events = decoded(log)
    unknown = [e["event.original"] for e in events
               if e.get("event.dataset") in (None, "", "unknown")]
    assert not unknown, f"{log.name}: {len(unknown)} lines not understood, the first: {unknown[0]}"
    wanted = sum(f["events"] for f in truth["files"].values())
    assert len(events) == wanted, f"{log.name}: {len(events)} events, not {wanted}"
    found = collections.defaultdict(collections.Counter)
    for event in events:
        found[entity(event)][event.get("event.action")] += 1
    for source in truth["sources"]:
        for action, count in source["actions"].items():
            seen = found[source["entity"]][action]
            assert seen == count, (f"{log.name}: {source['entity']}: {seen} times {action}, "
                                   f"not {count}")
    return events, truth


def test_decodes_syslog(directory):
    """every line of every syslog format is understood, under each header"""
    for form in SYSLOG:
        for header in HEADERS:
            log, truth = directory / f"{form}.{header}.log", directory / f"{form}.{header}.json"
            simulate_to(log, "--format", form, "--header", header, "--lines", 6000, "--seed", 3,
                        "--truth", truth, "--out", "-", "--start", "2026-01-05T08:00:00Z")
            check_decoded(log, truth)


def test_decodes_others(directory):
    """every line of the web, honeypot and application formats is understood"""
    for form in OTHERS:
        log, truth = directory / f"{form}.log", directory / f"{form}.json"
        simulate_to(log, "--format", form, "--lines", 10000, "--seed", 4, "--truth", truth)
        check_decoded(log, truth)


def test_times(directory):
    """the first and last events are of the times that the truth tells"""
    log, truth_file = directory / "auth.log", directory / "truth.json"
    simulate_to(log, "--lines", 3000, "--truth", truth_file)
    events, truth = check_decoded(log, truth_file)
    for event, wanted in ((events[0], truth["first_seen"]), (events[-1], truth["last_seen"])):
        assert event["@timestamp"] == wanted, f"{event['@timestamp']}, not {wanted}"


def test_samples(directory):
    """the command in samples/README.md writes the samples, byte for byte"""
    readme = (ROOT / "samples/README.md").read_text()
    command = next(line for line in readme.splitlines() if line.startswith("vedette simulate "))
    words = shlex.split(command)[1:]
    words[words.index("--out") + 1] = str(directory)
    vedette(*words)
    for name in (*FILES, "truth.json"):
        same = (ROOT / "samples" / name).read_bytes() == (directory / name).read_bytes()
        assert same, f"samples/{name} is not what `{command}` writes"


def test_attackers_are_threats(directory):
    """a scan finds the attackers of a busy day and accuses nobody else"""
    vedette("simulate", "--out", directory, "--attackers", 96, "--seed", 11)
    truth = json.loads((directory / "truth.json").read_text())
    report = scan(*(directory / name for name in FILES))
    threats = {t["entity"]["value"]: t for t in report["threats"]}
    attempts, caught = collections.Counter(), collections.Counter()
    accused = []
    for who in truth["sources"] + truth["users"]:
        is_user = who in truth["users"]
        if who["role"] != "attacker" and not who["attacks"] and who["entity"] in threats:
            titles = [f["rule"]["title"] for f in threats[who["entity"]]["findings"]]
            accused.append(f"{who['entity']}: {titles}")
        if who["last_seen"] > "2026-01-05T23:30":
            continue  # the day may have ended before there was enough to see
        for attack in who["attacks"]:
            # A source of a swarm is below every threshold: there the user tells, and so it is with
            # what an intruder does under the user's name.
            if is_user == (attack in ("ssh-distributed", "ssh-compromise")):
                attempts[attack] += 1
                caught[attack] += who["entity"] in threats
    missed = [f"{a}: {caught[a]} of {n}" for a, n in attempts.items() if caught[a] < n]
    assert len(attempts) == len(truth["attacks"]), f"only {len(attempts)} kinds of attack"
    assert not accused, "accused though innocent:\n" + "\n".join(accused)
    assert not missed, "not found:\n" + "\n".join(missed)


def test_live(directory):
    """--rate appends whole lines at its pace until it is asked to stop, and then tells the truth"""
    with subprocess.Popen([BINARY, "simulate", "--format", "sshd", "--rate", "500/s", "--out",
                           directory], stderr=subprocess.DEVNULL) as process:
        log = directory / "auth.log"
        until = time.monotonic() + 30
        while not log.exists() or log.read_bytes().count(b"\n") < 200:
            assert time.monotonic() < until, "no 200 lines within 30 s"
            time.sleep(0.02)
        assert log.read_bytes().endswith(b"\n")
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    truth = json.loads((directory / "truth.json").read_text())
    assert truth["lines"] == log.read_bytes().count(b"\n")


def test_usage(directory):
    """a wrong word is answered with the right ones and exit code 2"""
    for words, wanted in ((("--format", "tcp"), "nginx-error"), (("--attack", "x"), "ssh-probe"),
                          (("--header", "x"), "rfc5424"), (("--duration", "5"), "12h"),
                          (("--start", "today"), "2026-01-05"), (("--format", "mixed"), "--out"),
                          (("--rate", "fast"), "200/s")):
        message = vedette("simulate", *words, expect=2).stderr
        assert wanted in message, f"{words}: {message}"


if __name__ == "__main__":
    main(globals())
