#!/usr/bin/env python3
"""Measures what a detection of anomalies finds: `vedette simulate --scene month` makes a month of people and
clients with habits and plants attacks that no rule names; `vedette scan` reads it, with the built-in rules and
without; what it says is held against the truth.

An attack is found by a finding of the detection (its rule's id begins with --prefix) on one of the attack's
entities, at a time from its begin to an hour after its end; the times of a finding are its first and last and
those of its evidence. A false alarm is such a finding on a person or client
that no attack touched. Files are read one after the other, as scan does; --merged makes one file of them, in the
order of time, as a daemon would see the lines.

Usage: bench/anomalies.py [--seed N] [--seeds N] [--merged] [--prefix PREFIX] [--json] [-- SCAN OPTIONS…]
"""
import argparse
import collections
import heapq
import ipaddress
import json
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta

import program

FILES = ("auth.log", "access.log", "error.log", "cowrie.json", "kern.log")
GRACE = timedelta(hours=1)
TOPS = (10, 30, 100)
MONTHS = {name: f"{i:02}" for i, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}
ISO = re.compile(r'(?:^|"timestamp":")(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d+)?)')
ACCESS = re.compile(r" \[(\d\d)/(\w{3})/(\d{4}):(\d\d:\d\d:\d\d) ")


def stamp_of(line):
    """When a line was written, whichever log it is from, as text that sorts by time; empty if it does not say."""
    if found := ISO.search(line):
        return "{}-{}-{}T{}".format(*found.groups())
    if found := ACCESS.search(line):
        return f"{found[3]}-{MONTHS[found[2]]}-{found[1]}T{found[4]}"
    return ""


def time_of(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def name_of(entity):
    return entity["type"], entity["value"]


class Truth:
    """Who did what, and when."""

    def __init__(self, path):
        truth = json.loads(path.read_text(encoding="utf-8"))
        self.planted = truth["planted"]
        self.lines = {name: file["lines"] for name, file in truth["files"].items()}
        self.bytes = sum(file["bytes"] for file in truth["files"].values())
        self.days = (time_of(truth["last_seen"]) - time_of(truth["first_seen"])) / timedelta(days=1)
        self.touched = collections.defaultdict(list)
        for attack in self.planted:
            # access.log tells whole seconds only.
            attack["window"] = time_of(attack["begin"][:19] + "Z"), time_of(attack["end"]) + GRACE
            for entity in attack["entities"] + attack["targets"]:
                self.touched[name_of(entity)].append(attack["window"])
        self.hostile = {("source.ip", s["entity"]) for s in truth["sources"] if s["role"] != "benign"}
        # A network is hostile if somebody in it is, and nobody honest.
        networks = {side: {network_of(s["entity"]) for s in truth["sources"] if (s["role"] != "benign") == side}
                    for side in (True, False)}
        self.hostile |= {("source.network", n) for n in networks[True] - networks[False]}

    def side(self, name):
        """On which side an entity is."""
        if name in self.touched:
            return "planted"
        return "hostile" if name in self.hostile else "honest"


def is_about(name, attack):
    """Whether a threat of this name is about whose doing the attack is; a network is about its members."""
    if any(name == name_of(entity) for entity in attack["entities"]):
        return True
    if "/" not in name[1] or not name[0].startswith("source"):
        return False
    network = ipaddress.ip_network(name[1], strict=False)
    members = (ipaddress.ip_network(e["value"]) for e in attack["entities"] if e["type"] == "source.ip")
    return any(m.version == network.version and m.subnet_of(network) for m in members)


class Alarm:
    """A threat, as far as findings of one kind (of the detection, of rules) are concerned."""

    def __init__(self, rank, threat, findings):
        self.rank, self.name, self.score = rank, name_of(threat["entity"]), threat["score"]
        self.titles = [finding["rule"]["title"] for finding in findings]
        self.count = sum(finding["count"] for finding in findings)
        self.reasons = [text for finding in findings for text in reasons_of(finding)]
        lines = (e["line"] for finding in findings for e in finding["evidence"])
        times = [finding[key] for finding in findings for key in ("first_seen", "last_seen")]
        times += [stamp + "Z" for stamp in map(stamp_of, lines) if stamp]
        self.times = sorted(map(time_of, times))

    def first_within(self, window):
        return next((at for at in self.times if window[0] <= at <= window[1]), None)


def network_of(entity):
    """The /24 of an IPv4 address, the /48 of an IPv6 one."""
    network = ipaddress.ip_network(entity)
    return str(network.supernet(new_prefix=24 if network.version == 4 else 48))


def reasons_of(finding):
    return [f"{line['anomaly']['kind']} {line['anomaly']['score']:.2f}: "
            + ", ".join(reason["sentence"] for reason in line["anomaly"]["reasons"])
            for line in finding["evidence"] if "anomaly" in line]


def alarms_of(report, wanted):
    """The threats with findings that are wanted, worst first."""
    out = []
    for threat in sorted(report["threats"], key=lambda t: -t["score"]):
        if findings := [f for f in threat["findings"] if wanted(f["rule"]["id"])]:
            out.append(Alarm(len(out) + 1, threat, findings))
    return out


def found_attacks(alarms, truth):
    """Of each planted attack: how long until the first alarm in its time, the rank of the worst, and on whom."""
    rows = []
    for attack in truth.planted:
        row = {"name": attack["name"], "begin": attack["begin"], "end": attack["end"],
               "lines": attack["lines"], "found": False, "delay_s": None, "rank": None, "entities": []}
        for alarm in alarms:
            at = alarm.first_within(attack["window"])
            if at is None or not is_about(alarm.name, attack):
                continue
            delay = max((at - attack["window"][0]).total_seconds(), 0)
            if not row["found"]:
                row.update(found=True, rank=alarm.rank, delay_s=delay)
            row["entities"].append(alarm.name)
            row["delay_s"] = min(row["delay_s"], delay)
        rows.append(row)
    return rows


def false_alarms(alarms, truth):
    """Alarms on the honest, by type of entity; on other attackers; on whom attacks touched, but not only then."""
    honest = [a for a in alarms if truth.side(a.name) == "honest"]
    astray = [a for a in alarms if truth.side(a.name) == "planted" and
              not all(any(begin <= at <= end for begin, end in truth.touched[a.name]) for at in a.times)]
    by_type = collections.Counter(a.name[0] for a in honest)
    return {"honest": len(honest), "honest_per_day": len(honest) / truth.days, "by_type": dict(by_type),
            "hostile": sum(truth.side(a.name) == "hostile" for a in alarms),
            "planted_at_another_time": len(astray),
            "worst": [{"entity": a.name, "score": a.score, "rank": a.rank, "count": a.count,
                       "first": a.times[0].isoformat(), "titles": a.titles, "reasons": a.reasons}
                      for a in honest]}


def measure(report, truth, wanted):
    alarms = alarms_of(report, wanted)
    sides = [truth.side(alarm.name) for alarm in alarms]
    return {"alarms": len(alarms), "attacks": found_attacks(alarms, truth),
            "false_alarms": false_alarms(alarms, truth),
            "top": {str(n): dict(collections.Counter(sides[:n])) for n in TOPS}}


def simulate(options, folder, seed):
    began = time.perf_counter()
    words = ["--scene", "month", "--seed", seed, "--out", folder]
    for name in ("users", "clients", "duration", "attack"):
        if value := getattr(options, name):
            words += [f"--{name}", value]
    subprocess.run([options.vedette, "simulate", *map(str, words)], check=True,
                   stderr=subprocess.DEVNULL)
    return time.perf_counter() - began


def merge(folder):
    """One file of all lines, in the order of time."""
    files = [open(folder / name, encoding="utf-8") for name in FILES]
    with open(folder / "all.log", "w", encoding="utf-8") as out:
        out.writelines(heapq.merge(*files, key=stamp_of))
    for file in files:
        file.close()
    return [folder / "all.log"]


def scan(options, files, *words):
    began = time.perf_counter()
    done = subprocess.run([options.vedette, "scan", "--format", "json", *words, *options.scan, *files],
                          stdout=subprocess.PIPE, check=True)
    report = json.loads(done.stdout)
    report["wall_s"] = time.perf_counter() - began
    return report


def month(options, seed):
    """All figures of one month."""
    with tempfile.TemporaryDirectory(prefix="vedette-month-", dir=options.folder) as name:
        folder = pathlib.Path(name)
        simulated = simulate(options, folder, seed)
        truth = Truth(folder / "truth.json")
        files = merge(folder) if options.merged else [folder / name for name in FILES]
        both, alone = scan(options, files), scan(options, files, "--no-builtin-rules")
    return {"seed": seed, "lines": truth.lines, "bytes": truth.bytes, "days": truth.days,
            "simulate_s": simulated, "scan_s": both["wall_s"], "scan_alone_s": alone["wall_s"],
            "anomalies": measure(both, truth, lambda rule: rule.startswith(options.prefix)),
            "anomalies_alone": measure(alone, truth, lambda rule: rule.startswith(options.prefix)),
            "rules": measure(both, truth, lambda rule: not rule.startswith(options.prefix))}


def shown_delay(seconds):
    if seconds is None:
        return "-"
    return f"{seconds:.0f} s" if seconds < 100 else (
        f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h")


def shown_types(attacks):
    """Of how many of the attacks a source, a user, a host was accused."""
    return ", ".join(str(sum(any(entity[0].startswith(kind) for entity in attack["entities"])
                             for attack in attacks)) for kind in ("source", "user", "host"))


def table_of_attacks(months):
    kinds = {}
    for figures in months:
        for mine, alone, rule in zip(figures["anomalies"]["attacks"], figures["anomalies_alone"]["attacks"],
                                     figures["rules"]["attacks"]):
            kinds.setdefault(mine["name"], []).append((mine, alone, rule))
    lines = [f"{'attack':22} {'found':>8} {'delay: median':>14} {'longest':>9} {'rank: median':>13}"
             f" {'lowest':>7} {'by rules':>9}  on source, user, host"]
    for name, rows in sorted(kinds.items()):
        delays = [mine["delay_s"] for mine, _, _ in rows if mine["found"]]
        ranks = [alone["rank"] for _, alone, _ in rows if alone["found"]]
        count = f"{len(delays)}/{len(rows)}"
        lines.append(
            f"{name:22} {count:>8} {shown_delay(statistics.median(delays) if delays else None):>14} "
            f"{shown_delay(max(delays, default=None)):>9} "
            f"{f'{statistics.median(ranks):.0f}' if ranks else '-':>13} {max(ranks, default='-'):>7} "
            f"{sum(rule['found'] for _, _, rule in rows):>9}  {shown_types([mine for mine, _, _ in rows])}")
    every = [mine["found"] for rows in kinds.values() for mine, _, _ in rows]
    share = f", {sum(every) / len(every):.0%}" if every else ""
    rates = [figures["anomalies"]["false_alarms"]["honest_per_day"] for figures in months]
    lines += [f"{'all':22} {f'{sum(every)}/{len(every)}':>8}{share}",
              f"false alarms a day: {statistics.mean(rates):.2f}; by month {min(rates):.2f} to {max(rates):.2f}"]
    return lines


def table_of_alarms(figures, shown):
    lines = []
    for key, what in (("anomalies", "anomalies"), ("anomalies_alone", "anomalies, without rules"),
                      ("rules", "rules")):
        false = figures[key]["false_alarms"]
        types = ", ".join(f"{n} {kind}" for kind, n in sorted(false["by_type"].items())) or "none"
        lines.append(f"{what}: {figures[key]['alarms']} threats; on the honest {false['honest']} "
                     f"({false['honest_per_day']:.2f} a day: {types}), on other attackers "
                     f"{false['hostile']}, on planted ones also at another time "
                     f"{false['planted_at_another_time']}")
    for n, sides in figures["anomalies_alone"]["top"].items():
        lines.append(f"  of the {n} with the highest score: " + ", ".join(
            f"{sides.get(side, 0)} {side}" for side in ("planted", "hostile", "honest")))
    for key, what in (("anomalies_alone", "anomalies"), ("rules", "rules")):
        for alarm in figures[key]["false_alarms"]["worst"][:shown]:
            reasons = "; ".join(dict.fromkeys(alarm["reasons"] or alarm["titles"]))
            lines.append(f"  false, {what}: {alarm['score']:5.1f}  {alarm['entity'][0]} {alarm['entity'][1]}  "
                         f"{alarm['first'][:16]}  {reasons[:300]}")
    return lines


def text_of(months, shown):
    lines = []
    for figures in months:
        count = sum(figures["lines"].values())
        files = ", ".join(f"{name} {n:,}" for name, n in figures["lines"].items())
        lines += [f"seed {figures['seed']}: {figures['days']:.0f} days, {count:,} lines, "
                  f"{figures['bytes'] / 1e6:.0f} MB ({files})",
                  f"  simulate {figures['simulate_s']:.1f} s, scan {figures['scan_s']:.1f} s, without rules "
                  f"{figures['scan_alone_s']:.1f} s", *table_of_alarms(figures, shown), ""]
    return "\n".join(lines + table_of_attacks(months)) + "\n"


def parse(arguments):
    parser = argparse.ArgumentParser(prog="bench/anomalies.py", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1, help="of the first month (1)")
    parser.add_argument("--seeds", type=int, default=1, help="how many months (1)")
    parser.add_argument("--prefix", default="anomaly-", help="of the detection's rules (anomaly-)")
    parser.add_argument("--merged", action="store_true", help="one file in the order of time")
    parser.add_argument("--show", type=int, default=20, help="false alarms listed of each month (20)")
    parser.add_argument("--json", action="store_true", help="all figures, for programs")
    parser.add_argument("--folder", help="where the logs of a month are put for as long as it takes")
    for name, what in (("users", "people"), ("clients", "web clients"), ("duration", "such as 10d"),
                       ("attack", "only these kinds, with commas")):
        parser.add_argument(f"--{name}", help=f"of the scene: {what}")
    parser.add_argument("scan", nargs="*", help="options for vedette scan, behind --")
    return program.parse(parser, arguments)


def main():
    options = parse(sys.argv[1:])
    months = [month(options, options.seed + i) for i in range(options.seeds)]
    print(json.dumps(months, indent=1) if options.json else text_of(months, options.show), end="")


if __name__ == "__main__":
    main()
