#!/usr/bin/env python3
"""Requests as outliers: CSIC 2010 (https://www.isi.csic.es/dataset/), requests to a shop, normal and anomalous. A
forest learns the numbers below from normal requests only, then ranks others; AUROC and average precision are those
of `vedette anomaly eval`, the mean of ten seeds.

Three views of a request: `shape`: what the detection of anomalies measures of one (entropy and depth of the path,
oddness of the query, method); `lengths`: with lengths and counts; `novelty`: with how rare its path and the names of
its parameters are among the normal ones. Each as an access log shows it, and with the body as a second query.

Usage: bench/csic.py [--binary VEDETTE] TABLE.tsv        columns: split, label, count, method, url, body
"""
import argparse
import collections
import csv
import json
import math
import pathlib
import subprocess
import tempfile
from urllib.parse import unquote_to_bytes

ROOT = pathlib.Path(__file__).resolve().parent.parent
BYTES_MAX = 512  # of a text that are looked at
ORDINARY = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789&=_-.+,:;/@~")
METHODS = ("GET", "HEAD"), ("POST", "PUT", "PATCH", "DELETE")


def entropy(data):
    """Bits per byte, over the lowest six bits of each."""
    counts = collections.Counter(byte & 63 for byte in data)
    return -sum(n / len(data) * math.log2(n / len(data)) for n in counts.values()) if data else 0


def oddness(query):
    data = unquote_to_bytes(query)[:BYTES_MAX]
    return sum(byte not in ORDINARY for byte in data) / len(data) if data else 0


def names_of(query):
    return [part.split("=", 1)[0] for part in query.split("&") if part]


class Request:
    def __init__(self, row, body):
        self.method, url = row["method"], row["url"]
        # Some anomalous ones name the server; a log, and a forest, should not tell them by that.
        self.path, _, query = url.removeprefix("http://localhost:8080").partition("?")
        self.queries = [query, row["body"] if body else ""]

    def shape(self):
        method = next((i for i, methods in enumerate(METHODS) if self.method in methods), 2)
        path = self.path.encode(errors="replace")[:BYTES_MAX]
        return [entropy(path), sum(part != "" for part in self.path.split("/")), max(map(oddness, self.queries)), method]

    def lengths(self):
        query = "&".join(filter(None, self.queries))
        values = [part.partition("=")[2] for part in query.split("&")]
        data = unquote_to_bytes(query)
        return [len(self.path), len(query), query.count("&") + bool(query), max(map(len, values)), query.count("%"),
                sum(48 <= byte < 58 for byte in data) / max(len(data), 1), entropy(data),
                sum(value == "" for value in values)]

    def things(self):
        """What can be new: the path, and each name of a parameter on it."""
        return [self.path], [f"{self.path}?{name}" for query in self.queries for name in names_of(query)]


class Table:
    def __init__(self, view, normal):
        self.view = view
        self.seen = collections.Counter(thing for one in normal for things in one.things() for thing in things)
        self.rows = len(normal)

    def rarity(self, things, known):
        """Bits, of the rarest; of a request that was learned from as if it had not been."""
        return max((math.log2((1 + self.rows) / (1 + self.seen[thing] - known)) for thing in things), default=0)

    def numbers(self, request, known):
        found = request.shape()
        if self.view != "shape":
            found += request.lengths()
        if self.view == "novelty":
            found += [self.rarity(things, known) for things in request.things()]
        return found

    def write(self, path, requests, label, known):
        with open(path, "a", encoding="ascii") as out:
            for request in requests:
                out.write(",".join(f"{number:.6g}" for number in self.numbers(request, known)) + f",{label}\n")


def measured(binary, folder, view, normal, others, anomalous):
    table = Table(view, normal)
    train, judged = folder / "train.csv", folder / "judged.csv"
    columns = len(table.numbers(normal[0], 1))
    for path in (train, judged):
        path.write_text(",".join(f"c{i}" for i in range(columns)) + ",label\n", encoding="ascii")
    table.write(train, normal, 0, known=1)
    table.write(judged, others, 0, known=0)
    table.write(judged, anomalous, 1, known=0)
    result = {}
    for model in ("forest", "ensemble"):
        done = subprocess.run([binary, "anomaly", "eval", "--model", model, "--train", train, "--seeds", "10",
                               "--format", "json", judged], capture_output=True, text=True, check=True)
        result[model] = json.loads(done.stdout)["mean"]
    return columns, result


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--binary", default=ROOT / "build/release/vedette")
    parser.add_argument("table", type=pathlib.Path)
    options = parser.parse_args()
    with open(options.table, newline="", encoding="utf-8", errors="surrogateescape") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    print(f"{'body':<6}{'view':<10}{'columns':>8}{'model':>10}{'AUROC':>9}{'average precision':>19}")
    for body in (False, True):
        of = {(split, label): [Request(row, body) for row in rows if (row["split"], row["label"]) == (split, label)]
              for split, label in (("train", "normal"), ("test", "normal"), ("test", "anomalous"))}
        for view in ("shape", "lengths", "novelty"):
            with tempfile.TemporaryDirectory() as folder:
                columns, result = measured(options.binary, pathlib.Path(folder), view, *of.values())
            for model, mean in result.items():
                print(f"{'yes' if body else 'no':<6}{view:<10}{columns:>8}{model:>10}{mean['auroc']:>9.4f}"
                      f"{mean['average_precision']:>19.4f}")


if __name__ == "__main__":
    main()
