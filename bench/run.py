#!/usr/bin/env python3
"""Measures `vedette scan` beside `fail2ban-regex`, on the same lines, in turns, on the same core; the
queue of threats beside Redis (bench/triage.py); the API beside nginx (bench/api.py); the prompt firewall
in process (bench/prompts.py); isolation forests beside scikit-learn (bench/anomaly.py).

Usage: ./dev bench [--lines N] [--rounds N] [--file LOG --filter FILTER] [--only NAME…] [--write]

Scans are timed as whole processes. The peer, which is much slower, gets the first --peer-lines lines
of the same file. With a second core the scan is also run on two. Figures are lines per second; of
the rounds the least, the median and the most are shown. --write puts them into docs/performance.md.
"""
import argparse
import json
import os
import pathlib
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field

import anomaly
import api
import program
import prompts
import triage

ROOT = pathlib.Path(__file__).resolve().parent.parent
CORPORA = pathlib.Path(os.environ.get("VEDETTE_CORPORA", ROOT.parent / "shared" / "corpora"))
PAGE = ROOT / "docs" / "performance.md"


@dataclass
class Workload:
    name: str
    sentence: str
    log: pathlib.Path
    lines: int
    fail2ban_filter: str = ""  # "" where fail2ban has nothing to compare with
    beside: tuple = ()  # logs that are read side by side with it


@dataclass
class Figures:
    """What the rounds of one program on one workload gave."""
    name: str
    lines: int
    seconds: list = field(default_factory=list)
    cpu_seconds: list = field(default_factory=list)
    memory: int = 0  # bytes resident, the most of all rounds

    def add(self, seconds, usage):
        self.seconds.append(seconds)
        self.cpu_seconds.append(usage.ru_utime + usage.ru_stime)
        self.memory = max(self.memory, usage.ru_maxrss * 1024)

    def rates(self):
        return sorted(self.lines / seconds for seconds in self.seconds)

    def cpu_rate(self):
        """Lines in a second of computing time: what other programs on the machine disturb least."""
        return self.lines / statistics.median(self.cpu_seconds)


def run(command, cores, output=subprocess.DEVNULL):
    """(wall seconds, resource usage) of one process on these cores."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output,
                               stderr=subprocess.PIPE,
                               preexec_fn=lambda: os.sched_setaffinity(0, cores))
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    code = os.waitstatus_to_exitcode(status)
    if code not in (0, 1):
        raise SystemExit(f"bench: {' '.join(map(str, command))} ended with {code}: "
                         f"{errors.decode('utf-8', 'replace')[-500:]}")
    return seconds, usage


def scan(vedette, workload, cores, figures, *options):
    with tempfile.TemporaryFile() as output:
        seconds, usage = run([vedette, "scan", "--format", "json", *options, workload.log,
                              *workload.beside], cores, output)
        output.seek(0)
        summary = json.load(output)["summary"]
    # A rate counts only if the lines were really understood.
    if summary["events"] < 0.9 * workload.lines:
        raise SystemExit(f"bench: of {workload.lines} lines of {workload.log} only "
                         f"{summary['events']} became events")
    figures.add(seconds, usage)


def measure(vedette, workload, options):
    """Figures of every program, the rounds of all of them in turns."""
    cores = sorted(os.sched_getaffinity(0))
    one = Figures("vedette scan, one core", workload.lines)
    rules = Figures("vedette scan --no-anomalies, one core", workload.lines)
    two = Figures("vedette scan, two cores", workload.lines)
    peer = Figures(f"fail2ban-regex {workload.fail2ban_filter}", 0)
    with tempfile.TemporaryDirectory() as folder:
        head = pathlib.Path(folder) / "head.log"
        peer.lines = copy_head(workload.log, head, options.peer_lines)
        for number in range(options.rounds):
            print(f"  {workload.name}: round {number + 1} of {options.rounds}", file=sys.stderr)
            scan(vedette, workload, {cores[-1]}, one)
            scan(vedette, workload, {cores[-1]}, rules, "--no-anomalies")
            if workload.fail2ban_filter and not options.no_peer:
                peer.add(*run(["fail2ban-regex", "--usedns", "no", "--print-no-missed",
                               "--print-no-ignored", head, workload.fail2ban_filter], {cores[-1]}))
            if len(cores) > 1:
                scan(vedette, workload, set(cores[-2:]), two)
    return [figures for figures in (one, rules, two, peer) if figures.seconds]


def copy_head(source, target, lines_max):
    """Copies the first lines of a log; returns how many."""
    lines = 0
    with open(source, "rb") as reader, open(target, "wb") as writer:
        for line in reader:
            if lines == lines_max:
                break
            writer.write(line)
            lines += 1
    return lines


def repeat_to(source, target, lines_min):
    """Writes a log as often as it takes to have so many lines; returns how many it has."""
    text = pathlib.Path(source).read_bytes()
    if not text.endswith(b"\n"):
        text += b"\n"
    count = text.count(b"\n")
    times = -(-lines_min // count)
    with open(target, "wb") as writer:
        for _ in range(times):
            writer.write(text)
    return count * times


def simulated(vedette, folder, form, lines):
    """A log of one format from `vedette simulate`; the same everywhere."""
    log = folder / f"{form}.log"
    with open(log, "wb") as writer:
        subprocess.run([vedette, "simulate", "--format", form, "--lines", str(lines)],
                       stdout=writer, stderr=subprocess.DEVNULL, check=True)
    with open(log, "rb") as reader:
        return sum(1 for _ in reader), log


def month(vedette, folder):
    """The logs of a month of people, clients and attackers; how many lines they have."""
    subprocess.run([vedette, "simulate", "--scene", "month", "--out", folder / "month"],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    logs = sorted(log for log in (folder / "month").iterdir() if log.name != "truth.json")
    return sum(log.read_bytes().count(b"\n") for log in logs), logs


def many_sources(folder, lines):
    """Each line from a source of its own: what an attacker could do to memory."""
    log = folder / "sources.log"
    with open(log, "w", encoding="ascii") as writer:
        for i in range(lines):
            second = i // 100
            at = f"{second // 3600 % 24:02}:{second // 60 % 60:02}:{second % 60:02}.{i % 100:02}"
            writer.write(f"2026-01-05T{at}+00:00 host sshd[{i % 30000 + 1000}]: "
                         "Failed password for root from "
                         f"2001:db8:{i >> 16:x}:{i & 0xffff:x}::1 port {i % 60000 + 1024} ssh2\n")
    return lines, log


def collected(folder, options):
    """Real logs, repeated, where there is a collection of them (VEDETTE_CORPORA)."""
    for name, sentence, path, peer in (
            ("sshd-real", "a real server's auth.log under attack, RFC 3164, repeated",
             "logs/sshd-real/auth.A.2016-02.log", "sshd"),
            ("web-real", "a real site's access log, repeated",
             "web/elastic-apache/apache_logs", "nginx-botsearch")):
        if name not in options.only:
            continue
        if not (CORPORA / path).is_file():
            print(f"  {name}: skipped, no {path} in {CORPORA} (set VEDETTE_CORPORA)")
            continue
        log = folder / f"{name}.log"
        yield Workload(name, sentence, log, repeat_to(CORPORA / path, log, options.lines), peer)


def workloads(vedette, folder, options):
    if options.file:
        lines = repeat_to(options.file, folder / "given.log", options.lines)
        yield Workload("given", f"{options.file.name}, repeated", folder / "given.log", lines,
                       options.filter)
        return
    if "sshd" in options.only:
        lines, log = simulated(vedette, folder, "sshd", options.lines)
        yield Workload("sshd", "what sshd writes: people, and all kinds of attack on them", log,
                       lines, "sshd")
    if "web" in options.only:
        lines, log = simulated(vedette, folder, "web", options.lines)
        yield Workload("web", "access log (combined): visitors, scanners", log, lines,
                       "nginx-botsearch")
    yield from collected(folder, options)
    if "sources" in options.only:
        lines, log = many_sources(folder, options.lines)
        yield Workload("sources", "every line from another IPv6 network", log, lines)
    if "month" in options.only:
        lines, logs = month(vedette, folder)
        yield Workload("month", "30 days of 200 people and 500 web clients amid the noise of the "
                       "internet, five logs side by side", logs[0], lines, beside=tuple(logs[1:]))


def table(results):
    lines = ["| workload | program | lines/s: least | median | most | lines/CPU s "
             "| memory MB | speed |", "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for workload, all_figures in results:
        base = all_figures[0]
        for figures in all_figures:
            rates = figures.rates()
            median = statistics.median(rates)
            ratio = median / statistics.median(base.rates())
            shown = f"{ratio:.2f}" if ratio >= 0.5 else f"1/{1 / ratio:.1f}"
            lines.append(f"| {workload.name} | {figures.name} | {rates[0]:,.0f} | {median:,.0f} | "
                         f"{rates[-1]:,.0f} | {figures.cpu_rate():,.0f} | "
                         f"{figures.memory / 1e6:,.0f} | {shown} |")
    return "\n".join(lines) + "\n"


def machine():
    try:
        text = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8")
        names = [line.split(":", 1)[1].strip() for line in text.splitlines()
                 if line.startswith("model name")]
    except OSError:
        names = []
    return f"{names[0] if names else platform.machine()}, {len(os.sched_getaffinity(0))} cores"


def page(results, others, options):
    text = "# Performance\n\n<!-- Made by `./dev bench --write`. -->\n\n"
    if not results:
        return text + sections(others)
    text += ("Whole processes, start to exit: `vedette scan` reads, decodes, runs every built-in "
             "rule and ranks the\nthreats; `fail2ban-regex` looks for the failures of one filter, "
             "which is less. Both in turns on the same\ncore and lines "
             f"(fail2ban: the first {options.peer_lines:,}); {options.rounds} rounds on "
             f"{machine()}.\n\n")
    for workload, _ in results:
        text += f"- **{workload.name}**: {workload.sentence}; {workload.lines:,} lines\n"
    text += ("\nIn **sshd** and **web** thousands of sources attack at the same time; a real log mostly "
             "has a few at a time. Without\nanomalies nothing is learned; in **month** 30 days are, in a "
             "few seconds: profiles, and models made anew,\ncost as much as all the rest.\n")
    return (text + "\n" + table(results) +
            "\n*speed* is that of the first row of the workload taken as 1.\n" +
            sections(others))


def renewed(old, new, results):
    """The page with what was measured now; the other sections stay as they were."""
    def parts(text):
        return {part.split("\n", 1)[0]: part for part in re.split(r"(?m)^(?=## )", text)}
    fresh = parts(new)
    if not results:
        del fresh["# Performance"]
    return "".join({**parts(old), **fresh}.values())


def sections(others):
    """`others`: (module, what its measure() gave) of each part that was asked for."""
    return "".join(module.TEXT + module.table(results) for module, results in others)


def parse(arguments):
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=1_000_000, help="at least so many (1000000)")
    parser.add_argument("--peer-lines", type=int, default=100_000, help="for fail2ban (100000)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--file", type=pathlib.Path, help="a log of your own instead")
    parser.add_argument("--filter", default="", help="fail2ban's filter for it, for example sshd")
    everything = ("sshd", "web", "sshd-real", "web-real", "sources", "month", "triage", "api", "prompts",
                  "anomaly")
    parser.add_argument("--threats", type=int, nargs="+", default=[10_000, 100_000, 1_000_000],
                        help="for triage (10000 100000 1000000)")
    parser.add_argument("--seconds", type=int, default=5, help="of load, for api (5)")
    parser.add_argument("--only", nargs="+", choices=everything, default=everything)
    parser.add_argument("--no-peer", action="store_true", help="without fail2ban, Redis and nginx")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    return program.parse(parser, arguments)


def main():
    options = parse(sys.argv[1:])
    if not options.no_peer:
        for peer in ("fail2ban-regex", "redis-server", "nginx"):
            if not shutil.which(peer):
                raise SystemExit(f"bench: {peer} is not installed; or use --no-peer")
    results, others = [], []
    with tempfile.TemporaryDirectory(prefix="vedette-bench-") as folder:
        for workload in workloads(options.vedette.resolve(), pathlib.Path(folder), options):
            results.append((workload, measure(options.vedette.resolve(), workload, options)))
            workload.log.unlink()
        vedette = options.vedette.resolve()
        if "triage" in options.only and not options.file:
            others.append((triage, triage.measure(vedette.parent / "engine_bench", options)))
        if "api" in options.only and not options.file:
            _, log = simulated(vedette, pathlib.Path(folder), "sshd", 300_000)
            others.append((api, api.measure(vedette, log, folder, options)))
        if "prompts" in options.only and not options.file:
            others.append((prompts, prompts.measure(vedette, options)))
        if "anomaly" in options.only and not options.file:
            others.append((anomaly, anomaly.measure(vedette.parent / "anomaly_bench", options)))
    text = page(results, others, options)
    print(text, end="")
    if options.write:
        PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8"), text, results), encoding="utf-8")
        print(f"wrote {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
