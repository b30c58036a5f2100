#!/usr/bin/env python3
"""Where attacks rank: logs with known times of attacks, or a honeypot's sessions, by how unusual their behaviour is.

The vectors of `vedette anomaly features` are judged against each other, kind by kind, by `vedette anomaly score`.
The score of a vector is then how rare its rank is: log2 of the vectors of its kind by those that score as high.

  windows   ten minutes with a line that was understood are as unusual as their highest vector. The truth is those in
            which phases of the attack lie.
  sessions  a session is as unusual as its highest vector. There is no truth; a session that ran a command or
            fetched a file did more than those that only knock.

Usage: bench/windows.py [--binary VEDETTE] windows LOG PHASES.tsv       phases: scenario, phase, start_utc, end_utc
       bench/windows.py [--binary VEDETTE] sessions COWRIE.json…
LOG: lines as they stood; JSON lines of OSSEC alerts, of which `full_log` is taken; or a CSV of alerts with columns
time, name, ip, host, of which each is given as an event with the rule's name, the source and the host.
"""
import argparse
import bisect
import collections
import csv
import json
import math
import os
import pathlib
import subprocess
import tempfile
from datetime import datetime, timedelta, timezone

ROOT = pathlib.Path(__file__).resolve().parent.parent
WINDOW = timedelta(minutes=10)


def run(binary, *arguments):
    done = subprocess.run([binary, *map(str, arguments)], capture_output=True, text=True, check=True)
    return done.stdout


def time_of(text):
    # Fractions of any length, as logs have them.
    return datetime.fromisoformat(text[:19]).replace(tzinfo=timezone.utc)


def alerts_of(rows, folder):
    """The alerts in the order of their times, as events; what other columns say (labels) is left out."""
    path = folder / "alerts.jsonl"
    with open(path, "w", encoding="utf-8") as file:
        for row in sorted(rows, key=lambda row: int(row["time"])):
            time = datetime.fromtimestamp(int(row["time"]), timezone.utc)
            file.write(json.dumps({"@timestamp": time.isoformat(), "event.action": "alert", "rule.name": row["name"],
                                   "source.ip": row["ip"], "host.name": row["host"]}) + "\n")
    return path


def lines_of(log, folder):
    """A file of the lines, and the time of the last one."""
    with open(log, encoding="utf-8", errors="surrogateescape") as file:
        first = file.readline()
        if first.startswith("time,name,ip,host,"):
            file.seek(0)
            return alerts_of(csv.DictReader(file), folder)
        if '"full_log"' not in first:
            return log
        alerts = sorted((json.loads(line) for line in [first, *file]), key=lambda alert: alert["timestamp"])
    path = folder / "lines.log"
    path.write_text("".join(alert["full_log"] + "\n" for alert in alerts), errors="surrogateescape")
    # Syslog's lines have no year: it is that of the file.
    last = time_of(alerts[-1]["timestamp"]).timestamp()
    os.utime(path, (last, last))
    return path


def window_of(text):
    time = time_of(text)
    return time - (time - datetime.min.replace(tzinfo=timezone.utc)) % WINDOW


def decoded(binary, path):
    """The windows in which something was understood; prints how much was not."""
    actions, found = collections.Counter(), set()
    for line in run(binary, "decode", path).splitlines():
        event = json.loads(line)
        actions[event.get("event.action", "")] += 1
        if "event.action" in event and "@timestamp" in event:
            found.add(window_of(event["@timestamp"]))
    lines = sum(actions.values())
    print(f"{lines} events, {100 * actions[''] / max(lines, 1):.1f} % of them not understood; most often "
          + ", ".join(f"{name} {n}" for name, n in actions.most_common(5) if name))
    return found


def vectors(binary, folder, paths):
    """Of all kinds: {time, kind, entity, score}, the score as above."""
    of_kind = collections.defaultdict(list)
    for line in run(binary, "anomaly", "features", *paths).splitlines():
        one = json.loads(line)
        of_kind[one["kind"]].append(one)
    for kind, ones in of_kind.items():
        table = folder / "vectors.jsonl"
        table.write_text("\n".join(json.dumps(one["features"]) for one in ones) + "\n", encoding="utf-8")
        raw = [float(row.split(",")[1]) for row in run(binary, "anomaly", "score", table).splitlines()[1:]]
        order = sorted(raw)
        for one, score in zip(ones, raw):
            as_high = len(order) - bisect.bisect_left(order, score)
            one["score"] = math.log2(len(order) / as_high)
    print("vectors: " + ", ".join(f"{kind} {len(ones)}" for kind, ones in sorted(of_kind.items())))
    return [one for ones in of_kind.values() for one in ones]


def auroc(scores, truth):
    """That what is true scores higher than what is not, ties counting half."""
    yes = [score for name, score in scores.items() if name in truth]
    no = sorted(score for name, score in scores.items() if name not in truth)
    if not yes or not no:
        return float("nan")
    lower = sum(bisect.bisect_left(no, score) + bisect.bisect_right(no, score) for score in yes)
    return lower / 2 / len(yes) / len(no)


def highest(scores):
    """Ranks from 1, ties at their worst."""
    order = sorted(scores.values())
    return {name: len(order) - bisect.bisect_left(order, score) for name, score in scores.items()}


def windows(options, folder):
    path = lines_of(options.log[0], folder)
    scores = dict.fromkeys(decoded(options.binary, path), 0.0)
    with open(options.log[1], newline="", encoding="utf-8") as file:
        phases = [(row["phase"], time_of(row["start_utc"]), time_of(row["end_utc"]))
                  for row in csv.DictReader(file, delimiter="\t") if not row["phase"].startswith("false_positive")]
    for one in vectors(options.binary, folder, [path]):
        window = window_of(one["time"])
        scores[window] = max(scores.get(window, 0), one["score"])
    attacked = {window for window in scores
                if any(start < window + WINDOW and window <= end for _, start, end in phases)}
    ranks = highest(scores)
    top = ", ".join(f"{sum(ranks[window] <= share * len(scores) / 100 for window in attacked)} in the top {share} %"
                    for share in (1, 5, 10))
    print(f"{len(scores)} windows, {sum(score > 0 for score in scores.values())} with a vector, {len(attacked)} of the "
          f"attack: {top}; AUROC {auroc(scores, attacked):.4f}")
    for phase, start, end in phases:
        inside = [window for window in scores if start < window + WINDOW and window <= end]
        best = min((ranks[window] for window in inside), default=None)
        print(f"  {phase:<22} {len(inside):>4} windows  " + (f"best rank {best}" if best else "no line is understood"))


def sessions(options, folder):
    did, at = collections.defaultdict(collections.Counter), {}
    paths = sorted(options.log)
    for path in paths:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            for line in file:
                event = json.loads(line)
                did[event["session"]][event["eventid"].removeprefix("cowrie.")] += 1
                at[event["timestamp"], event["src_ip"]] = event["session"]
    scores = dict.fromkeys(did, 0.0)
    for one in vectors(options.binary, folder, paths):
        # A vector names the source; which of its sessions it is of follows from the event's time.
        session = at.get((one["time"], one["entity"]))
        if one["kind"] == "session" and session:
            scores[session] = max(scores[session], one["score"])
    print(f"{len(scores)} sessions, {sum(score > 0 for score in scores.values())} of them with a vector")
    for what in ("login.success", "command.input", "session.file_download", "direct-tcpip.request"):
        truth = {session for session, events in did.items() if events[what]}
        ranks = highest(scores)
        first = sorted(truth, key=lambda session: ranks[session])
        print(f"  {what:<22} {len(truth):>5} sessions  AUROC {auroc(scores, truth):.4f}  "
              f"best ranks {', '.join(str(ranks[session]) for session in first[:5])}")
    print("the highest:")
    for session in sorted(scores, key=lambda name: -scores[name])[:10]:
        print(f"  {scores[session]:.2f}  {session}  " + ", ".join(f"{n} {what}" for what, n in did[session].items()))


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--binary", default=ROOT / "build/release/vedette")
    parser.add_argument("what", choices=("windows", "sessions"))
    parser.add_argument("log", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    if options.what == "windows" and len(options.log) != 2:
        parser.error("windows takes a log and its phases")
    with tempfile.TemporaryDirectory() as folder:
        (windows if options.what == "windows" else sessions)(options, pathlib.Path(folder))


if __name__ == "__main__":
    main()
