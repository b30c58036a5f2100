#!/usr/bin/env python3
"""Entities that behave unlike themselves and unlike their peers: the real daemon over days of a small office,
disturbed in every way."""

import datetime
import json
import random
import time

from harness import Daemon, main, scan, threats_in, vedette

START = datetime.datetime(2026, 3, 2, tzinfo=datetime.timezone.utc)
SPRAY = "192.0.2.66"  # nobody else's address


def stamp(hours):
    return (START + datetime.timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S.%f+00:00")


def spray(hours, source=SPRAY, tries=30):
    """Each name of an office tried once within minutes, and one of them let in."""
    lines = []
    for i in range(tries):
        at, pid = stamp(hours + i * 7 / 3600), 60000 + i
        lines.append(f"{at} alder sshd[{pid}]: Failed password for name{i} from {source} port {40000 + i} ssh2\n")
    lines.append(f"{stamp(hours + 0.1)} alder sshd[61000]: Accepted password for ana from {source} port 50000 ssh2\n")
    return lines


def office(directory, days=14, seed=1):
    """The lines of a fortnight, with a spray on the eleventh day at night, by time."""
    vedette("simulate", "--scene", "month", "--duration", f"{days}d", "--users", 12, "--clients", 0, "--format",
            "sshd", "--start", START.strftime("%Y-%m-%dT%H:%M:%SZ"), "--seed", seed, "--out", directory / "office")
    lines = (directory / "office/auth.log").read_text().splitlines(keepends=True)
    if days > 10:
        lines += spray(10 * 24 + 3.2)
    return sorted(lines, key=lambda line: line.split(" ", 1)[0])


def anomalies(threats):
    """What was unusual: of whom, under which rule, when, the score and why."""
    return sorted((threat["entity"]["value"], finding["rule"]["id"], evidence["time"], evidence["line"],
                   json.dumps(evidence["anomaly"], sort_keys=True))
                  for threat in threats for finding in threat["findings"]
                  for evidence in finding["evidence"] if evidence.get("anomaly"))


def samples(daemon, name):
    """By kind."""
    return {line.split('"')[1]: float(line.split()[-1]) for line in daemon.get("/metrics")[1].splitlines()
            if line.startswith(name + "{kind=")}


def run_whole(directory, log, *extra):
    """What a daemon finds that reads all of it undisturbed."""
    directory.mkdir()
    lines = log.read_text().count("\n")
    with Daemon(directory, log, extra=extra) as daemon:
        daemon.wait(lambda: daemon.metric("vedette_received_lines_total") == lines, "all lines to be read")
        daemon.stop()
        return threats_in(daemon.state)


def test_finds_a_planted_attack(directory):
    """a spray that comes to a quiet office is an anomaly with its reasons, found by daemon and scan alike"""
    log = directory / "auth.log"
    log.write_text("".join(office(directory)))
    found = run_whole(directory / "whole", log)
    assert anomalies(found) == anomalies(scan(log)["threats"])
    spray_threat = next(t for t in found if t["entity"]["value"] == SPRAY)
    told = [e["anomaly"] for f in spray_threat["findings"] for e in f["evidence"] if e.get("anomaly")]
    assert told, "the spray is no anomaly"
    assert told[0]["kind"] == "source" and told[0]["reasons"]
    shown = vedette("threats", "show", "--state", directory / "whole/state", spray_threat["id"]).stdout
    assert told[0]["reasons"][0]["sentence"] in shown, shown
    listed = vedette("scan", log).stdout
    assert told[0]["reasons"][0]["sentence"] in listed, "the report does not say why"


def test_killed_often(directory):
    """killed at random moments and begun again with other threads, it finds the anomalies of an undisturbed run"""
    lines = office(directory)
    log = directory / "auth.log"
    log.write_text("".join(lines))
    wanted = anomalies(run_whole(directory / "whole", log))
    assert len(wanted) > 5
    log.write_text("")
    chance = random.Random(5)
    state = directory / "killed"
    state.mkdir()
    at = kills = 0
    while at < len(lines):
        extra = ("--lanes", chance.choice((1, 2, 3)), "--workers", chance.choice((1, 2)))
        with Daemon(state, log, extra=map(str, extra)) as daemon:
            for _ in range(chance.randrange(1, 5)):
                step = chance.randrange(1, 1200)
                with open(log, "a") as out:
                    out.write("".join(lines[at:at + step]))
                at += step
                time.sleep(chance.random() * 0.15)
            daemon.kill()
            kills += 1
    with Daemon(state, log, extra=("--lanes", "2")) as daemon:
        daemon.wait_until_idle(3)
        daemon.stop()
    assert kills > 5
    found = anomalies(threats_in(state / "state"))
    missing, more = set(wanted) - set(found), set(found) - set(wanted)
    assert not missing and not more, f"after {kills} kills\nmissing: {sorted(missing)[:3]}\nmore: {sorted(more)[:3]}"


def test_learns_then_detects(directory):
    """metrics and statistics say that it learns, then that it detects; after a restart, too"""
    lines = office(directory, days=4)
    log = directory / "auth.log"
    first = [line for line in lines if line < stamp(10)]
    log.write_text("".join(first))
    with Daemon(directory, log) as daemon:
        daemon.wait_until_idle()
        ratio = samples(daemon, "vedette_anomaly_baseline_ratio")
        assert 0 < ratio["source"] < 1, ratio
        trained = "vedette_anomaly_model_trained_timestamp_seconds"
        assert not any(samples(daemon, trained).values())
        assert daemon.metric("vedette_anomalies_total") == 0

        def states():
            said = daemon.ask("GET", "/api/v1/statistics").wanted(200).json()
            return {kind["kind"]: kind["state"] for kind in said["anomaly"]["kinds"]}
        assert all(state.startswith("learning") for state in states().values()), states()
        with open(log, "a") as out:
            out.write("".join(lines[len(first):]))
        daemon.wait(lambda: states()["source"] == "detecting", "the first model")
        daemon.wait_until_idle()
        assert START.timestamp() < samples(daemon, trained)["source"] < START.timestamp() + 5 * 86400
        before = states()
        daemon.stop()
        daemon.start()
        assert states() == before
        assert samples(daemon, trained)["source"] > 0
        daemon.stop()


def test_switched_off(directory):
    """--anomalies no finds none, and a state without them is gone on with when they are switched on"""
    lines = office(directory)
    log = directory / "auth.log"
    log.write_text("".join(lines[:2000]))
    with Daemon(directory, log, extra=("--anomalies", "no")) as daemon:
        daemon.wait_until_idle()
        assert daemon.metric("vedette_anomaly_vectors_total") == 0
        daemon.stop()
        assert not anomalies(threats_in(daemon.state))
    log.write_text("".join(lines))
    with Daemon(directory, log) as daemon:
        daemon.wait(lambda: daemon.metric("vedette_anomalies_total") > 0, "anomalies")
        daemon.stop()
        assert anomalies(threats_in(daemon.state))
    assert not anomalies(json.loads(vedette("scan", "--no-anomalies", "--format", "json", log).stdout)["threats"])


def test_people_teach(directory):
    """threats closed as false positives count in the metrics and raise an alert after the next lesson"""
    lines = office(directory)
    log = directory / "auth.log"
    log.write_text("".join(lines))
    with Daemon(directory, log) as daemon:
        daemon.wait(lambda: daemon.metric("vedette_received_lines_total") == len(lines), "all lines to be read")
        daemon.wait_until_idle()
        found = threats_in(daemon.state)
        unusual = [t for t in found if anomalies([t])]
        assert unusual and len(found) >= 20
        for threat in unusual:
            daemon.ask("PATCH", f"/api/v1/threats/{threat['id']}", {"status": "false-positive", "reason": "ours"},
                       daemon.admin).wanted(200)
        others = [t for t in found if not anomalies([t])][:30]
        for threat in others:
            daemon.ask("PATCH", f"/api/v1/threats/{threat['id']}", {"status": "resolved", "reason": "blocked"},
                       daemon.admin).wanted(200)
        with open(log, "a") as out:  # days later: the next lessons
            for hour in (25, 26, 50, 51):
                out.write(f"{stamp(14 * 24 + hour)} alder sshd[7]: Accepted password for ana from 192.0.2.9 "
                          "port 1 ssh2\n")
        closed = len(unusual) + len(others)
        daemon.wait(lambda: daemon.metric("vedette_anomaly_resolved_threats") == closed, "the lesson")
        assert daemon.metric("vedette_anomaly_precision") == 0
        assert daemon.metric("vedette_anomaly_recall") == 0
        assert daemon.metric("vedette_anomaly_accuracy") == 0
        assert daemon.metric("vedette_anomaly_false_alarm_rate") == 1
        status = daemon.ask("GET", "/api/v1/status").wanted(200).json()
        assert "anomaly-accuracy" in [alert["name"] for alert in status["alerts"]], status["alerts"]
        daemon.stop()
        daemon.start()
        daemon.wait(lambda: daemon.metric("vedette_anomaly_resolved_threats") == closed, "what is known of before")
        assert daemon.metric("vedette_anomaly_accuracy") == 0
        daemon.stop()


def test_features_are_what_train_reads(directory):
    """what `anomaly features` tells, as JSON lines or as a table, `anomaly train` and `score` read"""
    log = directory / "auth.log"
    log.write_text("".join(office(directory)))
    told = [json.loads(line) for line in vedette("anomaly", "features", log).stdout.splitlines()]
    assert {one["kind"] for one in told} >= {"source", "user", "host"}
    assert any(one["alarm"] and one["entity"] == SPRAY and one["reasons"] for one in told)
    sources = [one for one in told if one["kind"] == "source"]
    table = vedette("anomaly", "features", "--csv", "--kind", "source", log).stdout.splitlines()
    assert table[0].split(",") == list(sources[0]["features"])
    assert len(table) == len(sources) + 1
    for line, one in zip(table[1:], sources):
        assert [float(v) for v in line.split(",")] == list(one["features"].values())
    csv, lines = directory / "sources.csv", directory / "sources.ndjson"
    csv.write_text("\n".join(table) + "\n")
    lines.write_text("".join(json.dumps(one["features"]) + "\n" for one in sources))
    models = [directory / "csv.model", directory / "json.model"]
    vedette("anomaly", "train", "--out", models[0], csv)
    vedette("anomaly", "train", "--out", models[1], lines)
    assert models[0].read_bytes() == models[1].read_bytes()
    scores = vedette("anomaly", "score", "--model", models[0], csv).stdout.splitlines()
    assert len([s for s in scores if s.strip()]) >= len(sources)


if __name__ == "__main__":
    main(globals())
