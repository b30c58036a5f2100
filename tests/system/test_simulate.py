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


SCENE = ("--scene", "month", "--duration", "6d", "--users", 40, "--clients", 20)


def test_decodes_scene(directory):
    """every line of a scene is understood, and planted attacks have the lines that the truth tells"""
    for form, least in (("auth", 5), ("web", 4), ("nginx-error", 1), ("cowrie", 1), ("netfilter", 0)):
        log, truth_file = directory / f"{form}.log", directory / f"{form}.json"
        simulate_to(log, *SCENE, "--format", form, "--truth", truth_file)
        events, truth = check_decoded(log, truth_file)
        times = collections.defaultdict(list)
        for event in events:
            times[entity(event)].append(event["@timestamp"][:19])
        kinds = collections.Counter(attack["name"] for attack in truth.get("planted", ()))
        for attack in truth.get("planted", ()):
            begin, end = attack["begin"][:19], attack["end"][:19]
            sources = [e for e in attack["entities"] if e["type"] == "source.ip"]
            assert sources, f"{attack['name']} comes from nowhere"
            for source in sources:
                seen = sum(begin <= at <= end for at in times[source["value"]])
                assert seen >= source["lines"] > 0, (f"{attack['name']}: {source['value']}: {seen} "
                                                     f"lines, not {source['lines']}")
        assert len(kinds) >= least, f"{form}: {kinds}"


def test_scene_is_quiet(directory):
    """no rule names a planted attack, but on the honeypot, where every visit is one"""
    vedette("simulate", "--scene", "month", "--out", directory)
    truth = json.loads((directory / "truth.json").read_text())
    report = scan("--no-anomalies", *(directory / name for name in FILES if (directory / name).exists()))
    threats = {(t["entity"]["type"], t["entity"]["value"]): t for t in report["threats"]}
    kinds = collections.Counter(attack["name"] for attack in truth["planted"])
    assert len(kinds) == 10 and set(kinds.values()) == {3}, kinds
    for attack in truth["planted"]:
        assert attack["begin"] >= "2026-01-12", f"{attack['name']} in the clean week"
        for who in attack["entities"] + attack["targets"]:
            threat = threats.get((who["type"], who["value"]))
            named = [f["rule"]["title"] for f in threat["findings"]] if threat else []
            assert bool(named) == (attack["name"] == "honeypot-operator"), (attack["name"], who, named)


def test_anomalies_are_measured(directory):
    """bench/anomalies.py tells what was found, how soon, and who was accused though honest"""
    rule = directory / "exports.yml"
    rule.write_text("title: Export taken\nid: 0a0a0a0a-0000-4000-8000-000000000001\nstatus: test\n"
                    "logsource:\n  category: webserver\ndetection:\n  path:\n"
                    "    url.path|startswith: /collection/exports/\n  condition: path\nlevel: low\n")
    done = subprocess.run([ROOT / "bench/anomalies.py", "--vedette", BINARY, "--prefix", "0a0a0a0a",
                           "--folder", directory, "--duration", "9d", "--users", "60", "--clients",
                           "60", "--merged", "--json", "--", "--no-anomalies", "--rules", rule],
                          capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    month, = json.loads(done.stdout)
    for key in ("anomalies", "anomalies_alone"):
        figures = month[key]
        found = {attack["name"] for attack in figures["attacks"] if attack["found"]}
        assert found == {"web-exfiltration"}, found
        assert all(a["delay_s"] < 1 for a in figures["attacks"] if a["found"])
        # The mirror, at least, takes exports every night.
        assert figures["false_alarms"]["by_type"].keys() == {"source.ip"}, figures["false_alarms"]
    by_rules = {attack["name"] for attack in month["rules"]["attacks"] if attack["found"]}
    assert by_rules == {"honeypot-operator"}, by_rules


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
                          (("--scene", "year"), "month"),
                          (("--start", "today"), "2026-01-05"), (("--format", "mixed"), "--out"),
                          (("--rate", "fast"), "200/s")):
        message = vedette("simulate", *words, expect=2).stderr
        assert wanted in message, f"{words}: {message}"


if __name__ == "__main__":
    main(globals())
