"""Isolation forests beside scikit-learn's IsolationForest: 100 trees of 256 rows, 10,000 rows of 16 normal
numbers, one core; in turns, in the same run. And profiles of entities. The peer is left out where `python3`
has no scikit-learn (VEDETTE_BENCH_PYTHON names another python3, for example of a virtual environment)."""
import json
import os
import statistics
import subprocess
import sys

PEER = """
import json, time
import numpy as np
import sklearn
from sklearn.ensemble import IsolationForest
rows = np.random.default_rng(1).standard_normal((10_000, 16)).astype(np.float32)
began = time.perf_counter()
forest = IsolationForest(n_estimators=100, max_samples=256, random_state=1, n_jobs=1).fit(rows)
fitted = time.perf_counter()
forest.score_samples(rows)
scored = time.perf_counter()
print(json.dumps({"version": sklearn.__version__, "fit": fitted - began, "score": scored - fitted}))
"""
# Names of Google Benchmark, what they are, and whether rows a second are told or milliseconds.
CASES = (
    ("BM_FitAxis/256", "fit, cuts along columns", False),
    ("BM_FitPlane/256", "fit, planes", False),
    ("BM_ScoreAxis/2/256", "score, AVX-512", True),
    ("BM_ScoreAxis/1/256", "score, AVX2", True),
    ("BM_ScoreAxis/0/256", "score, portable", True),
    ("BM_ScorePlane/2/256", "score, planes, AVX-512", True),
    ("BM_ScorePlane/1/256", "score, planes, AVX2", True),
    ("BM_ScorePlane/0/256", "score, planes, portable", True),
    ("BM_Attribute/0", "what drove the score of a row", False),
    ("BM_Observe/1000/0", "an event into a profile, of 1,000", True),
    ("BM_Observe/100000/8", "an event into a profile, of 100,000", True),
    ("BM_EveryoneNote/1000", "an event into the sketch of everyone", True),
    ("BM_Features", "a vector of a profile", False),
)


def pin():
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def ours(binary):
    """{case: CPU seconds, of a row for scores}; what this processor cannot do is missing."""
    names = "|".join(f"^{name}$" for name, _, _ in CASES)
    done = subprocess.run([binary, f"--benchmark_filter={names}", "--benchmark_format=json",
                           "--benchmark_min_time=0.3"], capture_output=True, text=True, check=True,
                          preexec_fn=pin)
    seconds = {}
    for one in json.loads(done.stdout)["benchmarks"]:
        if one.get("error_occurred"):
            continue
        unit = {"ms": 1e-3, "us": 1e-6, "ns": 1e-9}[one["time_unit"]]
        seconds[one["name"]] = 1 / one["items_per_second"] if "items_per_second" in one \
            else one["cpu_time"] * unit
    return seconds


def peer(python):
    done = subprocess.run([python, "-c", PEER], capture_output=True, text=True, check=False, preexec_fn=pin,
                          env=dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1"))
    return json.loads(done.stdout) if done.returncode == 0 else None


def measure(binary, options):
    """{"ours": {case: [seconds]}, "peer": {"fit": [seconds], "score": [seconds of a row]}, "version": peer's}"""
    python = os.environ.get("VEDETTE_BENCH_PYTHON", "python3")
    results = {"ours": {}, "peer": {}}
    for number in range(options.rounds):
        print(f"  forests: round {number + 1} of {options.rounds}", file=sys.stderr)
        for name, seconds in ours(binary).items():
            results["ours"].setdefault(name, []).append(seconds)
        other = None if options.no_peer else peer(python)
        if other:
            results["version"] = other["version"]
            results["peer"].setdefault("fit", []).append(other["fit"])
            results["peer"].setdefault("score", []).append(other["score"] / 10_000)
    if not results["peer"] and not options.no_peer:
        print(f"  forests: {python} has no scikit-learn; left out", file=sys.stderr)
    return results


def table(results):
    lines = [f"| work | vedette | scikit-learn {results.get('version', '')} |", "| --- | ---: | ---: |"]
    for name, what, rows in CASES:
        if name not in results["ours"]:
            continue
        other = results["peer"].get("fit" if "Fit" in name else "score", [])
        lines.append(f"| {what} | {shown(results['ours'][name], rows)} | "
                     f"{shown(other, rows) if other and name.startswith(('BM_Fit', 'BM_Score')) else ''} |")
    return "\n".join(lines) + "\n"


def shown(seconds, rows):
    median = statistics.median(seconds)
    return f"{1 / median:,.0f}/s" if rows else f"{median * 1e3:.3g} ms"


TEXT = """
## Anomalies

On one core; the median of the rounds. Forests are 100 trees of 256 rows each, made of and judging 10,000 rows of 16
numbers; scikit-learn's `IsolationForest`, in turns with ours, cuts along columns only. Below them is what is done for each
event of each entity (profile), for each event (sketch), and for each vector.

"""
