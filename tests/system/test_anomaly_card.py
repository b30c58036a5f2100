#!/usr/bin/env python3
"""`vedette anomaly card --state`: what a daemon has learned of behaviour, beside it and after it ended."""

import json

from harness import Daemon, main, vedette

KINDS = ["source", "network", "user", "host", "session"]


def card(state, *more):
    report = json.loads(vedette("anomaly", "card", "--state", state, "--format", "json", *more).stdout)
    return {one["kind"]: one for one in report["kinds"]}


def write_days(folder, days):
    log = folder / "auth.log"
    log.write_text(vedette("simulate", "--format", "sshd", "--duration", f"{days}d", "--users", 60).stdout)
    return log


def test_what_a_daemon_learned(folder):
    """`card` shows for each kind how far learning is, and gives its model for `score` and `explain`"""
    log = write_days(folder, 3)
    with Daemon(folder, log) as daemon:
        daemon.wait_until_idle()
        beside = card(daemon.state)
        daemon.stop()
    kinds = card(daemon.state)
    assert list(beside) == list(kinds) == KINDS
    user = kinds["user"]
    assert user["state"] == "detecting" and user["progress"] == 1 and "trained" in user
    assert 0 < user["threshold"] < 1 and user["taught"] == {"predictions": 0, "weight": 0}
    assert user["card"]["rows"] >= 256 and user["card"]["features_version"] > 0
    assert list(card(daemon.state, "--kind", "user")) == ["user"]
    text = vedette("anomaly", "card", "--state", daemon.state, "--kind", "user").stdout
    assert text.startswith("user: detecting") and "median" in text
    assert "user: detecting" in vedette("doctor", "--state", daemon.state, expect=None).stdout

    model, table = folder / "user.model", folder / "users.csv"
    vedette("anomaly", "card", "--state", daemon.state, "--kind", "user", "--out", model)
    assert json.loads(vedette("anomaly", "card", model, "--format", "json").stdout) == user["card"]
    table.write_text(vedette("anomaly", "features", "--kind", "user", "--csv", log).stdout)
    rows = vedette("anomaly", "score", "--model", model, table).stdout.splitlines()
    assert len(rows) == len(table.read_text().splitlines()) > 256
    explained = json.loads(vedette("anomaly", "explain", model, table, "--format", "json").stdout)
    assert explained["rows"][0]["columns"][0]["share"] > 0


def test_while_it_is_learning(folder):
    """while there is too little to tell it says how far learning is, and there is no model to write"""
    log = write_days(folder, 1)
    with Daemon(folder, log, extra=("--anomaly-learning-hours", "240")) as daemon:
        daemon.wait_until_idle()
        daemon.stop()
    user = card(daemon.state)["user"]
    assert user["state"] == "learning" and 0 < user["progress"] < 1 and "card" not in user
    assert "user: learning, " in vedette("doctor", "--state", daemon.state, expect=None).stdout
    refused = vedette("anomaly", "card", "--state", daemon.state, "--kind", "user", "--out", folder / "m", expect=2)
    assert "learning" in refused.stderr and not (folder / "m").exists()


def test_what_cannot_be_shown(folder):
    """no database, or options that say nothing together, are named"""
    assert "VD" in vedette("anomaly", "card", "--state", folder / "none", expect=3).stderr
    vedette("anomaly", "card", "--state", folder, "--out", folder / "m", expect=2)
    vedette("anomaly", "card", folder / "m", "--kind", "user", expect=2)


if __name__ == "__main__":
    main(globals())
