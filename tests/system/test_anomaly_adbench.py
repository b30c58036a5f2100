#!/usr/bin/env python3
"""`vedette anomaly eval` on the tables of ADBench (Han et al., NeurIPS 2022), when they are there, beside what
scikit-learn's IsolationForest reaches on them (mean of ten seeds)."""

import csv
import json
import math
import os
import pathlib
import statistics

from harness import ROOT, Skip, main, vedette
from npz import write_csv

TABLES = pathlib.Path(os.environ.get("VEDETTE_CORPORA", ROOT / "../shared/corpora")).resolve() / "anomaly/adbench"
LARGE = 60_000  # rows, from which on the reference has five seeds


def reference():
    path = TABLES / "sklearn_iforest_reference.tsv"
    if not path.exists():
        raise Skip(f"there is no {path}")
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def measured(table, model, seeds):
    done = vedette("anomaly", "eval", table, "--model", model, "--seeds", seeds, "--format", "json", timeout=900)
    return json.loads(done.stdout)["mean"]["auroc"]


def compare(folder, rows, seeds):
    """Means over all tables of a forest and the ensemble, the least that a forest as good as the reference's can
    have by chance, and the tables whose forest is off."""
    means, errors, off = [], [], []
    for row in rows:
        table = folder / "table.csv"
        large = write_csv(TABLES / row["file"], table) >= LARGE
        count = min(seeds, 5) if large else seeds
        wanted, spread = float(row["auroc_mean"]), float(row["auroc_sd"])
        forest, ensemble = (measured(table, model, count) for model in ("forest", "ensemble"))
        print(f"    {row['file']:<24} reference {wanted:.4f}  forest {forest:.4f}  ensemble {ensemble:.4f}")
        means.append((wanted, forest, ensemble))
        # Two means of so many seeds differ by chance, too: three standard errors, as there are many tables.
        errors.append(spread * math.sqrt(1 / count + 1 / int(row["seeds"])))
        if abs(forest - wanted) > max(0.01, 3 * errors[-1]):
            off.append((row["file"], wanted, forest))
    wanted, forest, ensemble = (statistics.mean(column) for column in zip(*means))
    print(f"    mean of {len(means)} tables: reference {wanted:.4f}, forest {forest:.4f}, ensemble {ensemble:.4f}")
    error = math.sqrt(sum(error ** 2 for error in errors)) / len(errors)
    return forest, ensemble, wanted - 2 * error, off


def test_small_tables_are_judged_as_by_the_reference(folder):
    """on the small tables a forest is as good as the reference's"""
    rows = [row for row in reference() if int(row["n"]) * int(row["d"]) < 20_000]
    forest, _, least, off = compare(folder, rows, 10)
    assert not off, off
    assert forest >= least, (forest, least)


def test_slow_all_tables_are_judged_as_by_the_reference(folder):
    """on all tables a forest is as good as the reference's, and the ensemble better"""
    rows = reference()
    forest, ensemble, least, off = compare(folder, rows, 10)
    assert not off, off
    # The reference's mean of 0.7713 is a lucky one: on the 18 smallest tables its ten seeds have 0.7459, thirty
    # others of scikit-learn 0.7445, sixty of ours 0.7444.
    assert forest >= least, (forest, least)
    assert ensemble >= 0.775, ensemble


if __name__ == "__main__":
    main(globals())
