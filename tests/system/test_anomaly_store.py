#!/usr/bin/env python3
"""`vedette anomaly train|score|eval|explain` on log files and on the database of a daemon."""

import csv
import io
import json

from harness import Daemon, main, threats_in, vedette
from test_anomalies import SPRAY, office
from test_anomaly import report


def fill(folder, *extra, days=14):
    """A daemon that has read an office's days, still running, and its log."""
    log = folder / "auth.log"
    lines = office(folder, days=days)
    log.write_text("".join(lines))
    daemon = Daemon(folder, log, extra=extra).start()
    daemon.wait(lambda: daemon.metric("vedette_received_lines_total") == len(lines), "all lines to be read")
    return daemon, log


def anomaly(*arguments, **more):
    return vedette("anomaly", *arguments, **more)


def as_json(*arguments):
    return json.loads(anomaly(*arguments, "--format", "json").stdout)


def kept_in(state):
    """What the threats of a database hold: of which threat, of what, when and how unusual it was."""
    return sorted((threat["id"], one["anomaly"]["kind"], one["time"], threat["status"], one["anomaly"]["score"])
                  for threat in threats_in(state) for finding in threat["findings"]
                  for one in finding["evidence"] if one.get("anomaly"))


def close(state, ids, verb):
    vedette("threats", verb, *ids, "--reason", "looked at", "--state", state)


def auroc(hostile, harmless):
    pairs = [(a > b) + (a == b) / 2 for a in hostile for b in harmless]
    return sum(pairs) / len(pairs)


def test_logs_are_trained_on_and_scored(folder):
    """logs give the model and the scores that the table made of them gives, with times and entities"""
    log, model = folder / "auth.log", folder / "m"
    log.write_text("".join(office(folder, days=5)))
    for name, more in (("users.csv", ("--csv",)), ("users.ndjson", ())):
        (folder / name).write_text(anomaly("features", "--kind", "user", *more, log).stdout)
    lines = (folder / "users.ndjson").read_text().splitlines()
    anomaly("train", "--kind", "user", "--out", model, log)
    card = as_json("card", model)
    assert card["rows"] == len(lines) and card["features_version"] > 0 and card["from"] < card["to"]
    rows = list(csv.reader(io.StringIO(anomaly("score", "--kind", "user", "--model", model, log).stdout)))
    assert rows[0] == ["row", "score", "time", "entity"]
    told = [json.loads(line) for line in lines]
    assert [row[3] for row in rows[1:]] == [one["entity"] for one in told]
    assert [row[2] for row in rows[1:]] == [one["time"] for one in told]
    for table in ("users.csv", "users.ndjson"):
        plain = anomaly("score", "--model", model, folder / table).stdout.splitlines()
        assert plain == [",".join(row[:2]) for row in rows]
    scored = as_json("score", "--kind", "user", "--model", model, log)["rows"]
    assert len(scored) == len(rows) - 1
    assert all(abs(one["score"] - float(row[1])) < 1e-8 for one, row in zip(scored, rows[1:]))
    explained = as_json("explain", model, "--kind", "user", log)["rows"]
    assert explained[0]["entity"] == scored[explained[0]["row"]]["entity"]
    _, text = report(folder, "score", "--kind", "user", "--model", model, log)
    assert explained[0]["entity"] in text


def test_a_model_of_the_baseline(folder):
    """beside the daemon and after it, `train --state` learns from the baseline that the daemon keeps"""
    daemon, log = fill(folder)
    daemon.wait(lambda: as_json("card", "--state", daemon.state, "--kind", "user")["kinds"][0]["progress"] == 1,
                "a baseline")
    beside = folder / "beside.model"
    assert "4 forests" in anomaly("train", "--state", daemon.state, "--kind", "user", "--out", beside).stdout
    daemon.stop()
    models = [folder / "a.model", folder / "b.model"]
    for model in models:
        anomaly("train", "--state", daemon.state, "--kind", "user", "--out", model)
    assert models[0].read_bytes() == models[1].read_bytes()
    card = as_json("card", models[0])
    learned = as_json("card", "--state", daemon.state, "--kind", "user")["kinds"][0]["card"]
    assert card["features_version"] == learned["features_version"] and card["rows"] >= learned["rows"] > 256
    assert card["from"] < card["to"]
    names = [column["name"] for column in card["columns"]]
    assert names == [column["name"] for column in learned["columns"]]
    anomaly("score", "--kind", "user", "--model", models[0], log)


def test_what_was_found_is_scored_again(folder):
    """`score --state` tells of every kept vector, with its score of then and that of a model now"""
    daemon, _ = fill(folder)
    state = daemon.state
    daemon.wait(lambda: any(kept_in(state)), "anomalies")
    assert as_json("score", "--state", state)["vectors"], "nothing beside the daemon"
    daemon.stop()
    kept = kept_in(state)
    told = as_json("score", "--state", state)
    assert len(kept) > 5 and not told["other_features"] and not told["clipped"]
    vectors = told["vectors"]
    assert sorted((v["threat"], v["kind"], v["time"], v["status"]) for v in vectors) == [one[:4] for one in kept]
    assert sorted(v["then"] for v in vectors) == sorted(one[4] for one in kept)
    now = [v["now"] for v in vectors]
    assert all(0 <= score <= 1 for score in now) and now == sorted(now, reverse=True)
    rows = list(csv.DictReader(io.StringIO(anomaly("score", "--state", state).stdout)))
    assert [(r["threat"], r["entity"]) for r in rows] == [(v["threat"], v["entity"]) for v in vectors]
    assert all(abs(float(r["now"]) - v["now"]) < 1e-4 for r, v in zip(rows, vectors))

    kind = vectors[0]["kind"]
    model = folder / "m"
    anomaly("train", "--state", state, "--kind", kind, "--out", model)
    of_file = as_json("score", "--state", state, "--kind", kind, "--model", model)["vectors"]
    assert len(of_file) == sum(v["kind"] == kind for v in vectors) and {v["kind"] for v in of_file} == {kind}
    assert of_file == as_json("score", "--state", state, "--kind", kind, "--model", "ensemble")["vectors"]
    assert [v["now"] for v in of_file] != [v["now"] for v in vectors if v["kind"] == kind]
    _, text = report(folder, "score", "--state", state, "--kind", kind)
    assert of_file[0]["entity"] in text and "anomalies of the kind" in text


def test_reasons_again(folder):
    """`explain --state` says why, as it was said then and as it would be said now"""
    daemon, _ = fill(folder)
    daemon.stop()
    state = daemon.state
    threat = next(t for t in threats_in(state) if t["entity"]["value"] == SPRAY)
    said = [one["anomaly"] for f in threat["findings"] for one in f["evidence"] if one.get("anomaly")]
    told = as_json("explain", "--state", state, "--threat", SPRAY)["vectors"]
    assert told == as_json("explain", "--state", state, "--threat", threat["id"])["vectors"]
    assert [one["then"]["reasons"] for one in told] == [one["reasons"] for one in said]
    for one in told:
        assert one["entity"] == SPRAY and one["now"]["reasons"] and one["now"]["score"] > 0.4
    text = anomaly("explain", "--state", state, "--threat", SPRAY).stdout
    assert said[0]["reasons"][0]["sentence"] in text and "then" in text and "now" in text
    top = as_json("explain", "--state", state, "--rows", 3)["vectors"]
    scored = as_json("score", "--state", state)["vectors"]
    assert [one["now"]["score"] for one in top] == [one["now"] for one in scored[:3]]
    assert "VD6001" in anomaly("explain", "--state", state, "--threat", "nobody", expect=2).stderr


def test_resolutions_measure(folder):
    """`eval --state` measures by what people resolved, leaves the rest out, and says when it is too little"""
    daemon, _ = fill(folder)
    daemon.stop()
    state = daemon.state
    before = as_json("eval", "--state", state)
    assert before["true"] == before["false"] == 0 and before["open"] == len(kept_in(state))
    assert not before["kinds"] and "Too few" in anomaly("eval", "--state", state).stdout
    threats = list(dict.fromkeys(one[0] for one in kept_in(state)))
    assert len(threats) >= 5
    close(state, threats[:2], "resolve")
    one_sided = anomaly("eval", "--state", state).stdout
    assert "too few" in one_sided and before["open"] > as_json("eval", "--state", state)["open"] > 0
    close(state, threats[2:-1], "false-positive")

    told = as_json("eval", "--state", state)
    vectors = as_json("score", "--state", state)["vectors"]
    sides = [[v for v in vectors if v["status"] == status] for status in ("resolved", "false-positive")]
    assert [told["true"], told["false"]] == [len(side) for side in sides]
    assert told["open"] == len(vectors) - told["true"] - told["false"] > 0
    whole = told["kinds"][-1]
    for when in ("then", "now"):
        wanted = auroc(*([v[when] for v in side] for side in sides))
        assert abs(whole[when]["auroc"] - wanted) < 2e-4, (when, whole, wanted)
    assert not told["enough"] or min(told["true"], told["false"]) >= 10
    learned = {k["kind"]: k["threshold"] for k in as_json("card", "--state", state)["kinds"]}
    alarms = [[v for v in side if v["now"] >= learned[v["kind"]]] for side in sides]
    found = sum(map(len, alarms))
    assert abs(whole["now"]["recall"] - len(alarms[0]) / len(sides[0])) < 1e-5
    assert abs(whole["now"]["precision"] - (len(alarms[0]) / found if found else 1)) < 1e-5
    assert "AUROC" in anomaly("eval", "--state", state).stdout


def test_what_cannot_be_answered_is_named(folder):
    """too little learned, options that say nothing together and wrong input are named with what to do"""
    daemon, log = fill(folder, "--anomaly-learning-hours", "240", days=2)
    daemon.stop()
    state = daemon.state
    for command in (("train", "--out", folder / "m"), ("score",), ("eval",), ("explain",)):
        done = anomaly(*command, "--state", state, "--kind", "user", expect=2)
        assert "VD8006" in done.stderr and "learning, " in done.stderr and "% of the baseline" in done.stderr
    assert not (folder / "m").exists() and not as_json("score", "--state", state)["vectors"]
    assert "No anomaly" in anomaly("score", "--state", state).stderr
    assert "--kind" in anomaly("train", "--state", state, expect=2).stderr
    assert "--kind" in anomaly("score", "--state", state, "--model", "forest", expect=2).stderr
    assert "--kind" in anomaly("eval", "--state", state, "--report", folder / "r.html", expect=2).stderr
    assert "--train" in anomaly("score", "--state", state, "--train", log, expect=2).stderr
    assert "--kind" in anomaly("score", log, log, expect=2).stderr
    assert "VD8002" in anomaly("train", "--kind", "session", log, expect=3).stderr
    assert "VD" in anomaly("score", "--state", folder / "none", expect=3).stderr
    mixed = folder / "mixed.ndjson"
    mixed.write_text(anomaly("features", log).stdout)
    assert "--kind" in anomaly("score", mixed, expect=3).stderr
    for command in ("train", "score", "eval", "explain", "card", "features"):
        assert "Examples:\n  vedette anomaly " + command in anomaly(command, "--help").stdout


if __name__ == "__main__":
    main(globals())
