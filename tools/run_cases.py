#!/usr/bin/env python3
"""Runs the golden cases: tests/cases/<case>/, each a log and what vedette must say about it.

Usage: run_cases.py [--vedette BINARY] [--cases FOLDER] [CASE…]

tests/cases/README.md describes the files of a case.
"""
import argparse
import json
import operator
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Logs without a year are dated by the time of their file, which a checkout does not keep.
INPUT_TIME = 1782820800  # 2026-06-30T12:00:00Z
SECONDS_MAX = 60
EXPECTATIONS = ("expect.json", "expect.txt", "events.json")

COMPARE = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}


def differences(expected, actual, place=""):
    """What in `actual` is not as `expected` says, as lines; only what is expected is looked at."""
    if isinstance(expected, dict):
        if not isinstance(actual, dict):
            return [f"{place or 'output'}: an object is expected, not {show(actual)}"]
        found = []
        for key, value in expected.items():
            where = f"{place}.{key}" if place else key
            if key not in actual and value is not None:
                found.append(f"{where}: missing; {show(value)} is expected")
            else:
                found += differences(value, actual.get(key), where)
        return found
    if isinstance(expected, list):
        return list_differences(expected, actual, place)
    if agrees(expected, actual):
        return []
    return [f"{place}: {show(actual)}, expected {show(expected)}"]


def list_differences(expected, actual, place):
    if not isinstance(actual, list):
        return [f"{place}: a list is expected, not {show(actual)}"]
    if expected[:1] == ["..."]:
        left = list(actual)
        found = []
        for value in expected[1:]:
            match = next((i for i, item in enumerate(left) if not differences(value, item)), None)
            if match is None:
                found.append(f"{place}: nothing in it matches {show(value)}; it has {show(left)}")
            else:
                left.pop(match)
        return found
    found = []
    if len(expected) != len(actual):
        found.append(f"{place}: {len(actual)} elements, expected {len(expected)}; "
                     f"it has {show(actual)}")
    for number, (want, have) in enumerate(zip(expected, actual)):
        found += differences(want, have, f"{place}[{number}]")
    return found


def agrees(expected, actual):
    if isinstance(expected, str):
        comparison = re.fullmatch(r"(>=|<=|>|<) *(-?[0-9.]+)", expected)
        if comparison and isinstance(actual, (int, float)):
            return COMPARE[comparison[1]](actual, float(comparison[2]))
        if expected.startswith("~") and isinstance(actual, str):
            return re.search(expected[1:], actual) is not None
    return type(expected) is type(actual) and expected == actual or (
        isinstance(expected, (int, float)) and isinstance(actual, (int, float))
        and not isinstance(expected, bool) and not isinstance(actual, bool) and expected == actual)


def show(value):
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 300 else text[:300] + " …"


def text_differences(expected, actual):
    """Each line of `expected` must be part of a line of `actual`, in this order."""
    lines = iter(actual.splitlines())
    for wanted in filter(None, (line.strip() for line in expected.splitlines())):
        if not any(wanted in line for line in lines):
            return [f"no line (after the ones found before) has {wanted!r}; the output:\n{actual}"]
    return []


def run(vedette, folder, arguments, inputs):
    """(exit code, output, errors) of vedette in a folder of its own that holds the inputs."""
    environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(folder), "TZ": "UTC",
                   "LC_ALL": "C.UTF-8"}
    done = subprocess.run([vedette, *arguments, *inputs], cwd=folder, env=environment,
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS_MAX)
    output, errors = (text.decode("utf-8", "replace") for text in (done.stdout, done.stderr))
    return done.returncode, output, errors


def check_file(vedette, case, folder, inputs, name):
    """The differences for one file of expectations of a case."""
    command = {"expect.json": ["scan", "--format", "json"], "expect.txt": ["scan"],
               "events.json": ["decode"]}[name]
    if command[0] == "scan" and (case / "arguments").exists():
        command = command + (case / "arguments").read_text("utf-8").split()
    code, output, errors = run(vedette, folder, command, inputs)
    text = (case / name).read_text("utf-8")
    if name == "expect.txt":
        return text_differences(text, output + errors)
    expected = json.loads(text)
    wanted_code = expected.pop("exit", 0) if isinstance(expected, dict) else 0
    found = [] if code == wanted_code else [f"exit code {code}, expected {wanted_code}: {errors}"]
    try:
        actual = json.loads(output) if name == "expect.json" else [
            json.loads(line) for line in output.splitlines()]
    except ValueError as error:
        return found + [f"the output is not JSON ({error}): {output[:300]!r} {errors[:300]!r}"]
    return found + differences(expected, actual, "" if isinstance(expected, dict) else "events")


def check_case(vedette, case):
    """Every difference of one case, as lines; each begins with the file that expects it."""
    names = [path.name for path in sorted(case.iterdir()) if path.name in EXPECTATIONS]
    sources = sorted(path for path in case.iterdir() if path.name.startswith("input"))
    if not names or not sources:
        return ["a case needs an input* and one of " + ", ".join(EXPECTATIONS)]
    with tempfile.TemporaryDirectory(prefix="vedette-case-") as temporary:
        folder = pathlib.Path(temporary)
        for source in sources + [case / "config.yaml"]:
            if source.exists():
                shutil.copyfile(source, folder / source.name)
                os.utime(folder / source.name, (INPUT_TIME, INPUT_TIME))
        try:
            return [f"{name}: {line}" for name in names for line in check_file(
                vedette, case, folder, [source.name for source in sources], name)]
        except subprocess.TimeoutExpired:
            return [f"vedette did not end within {SECONDS_MAX} s"]
        except ValueError as error:
            return [f"an expectation is not JSON: {error}"]


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--vedette", default=ROOT / "build/release/vedette", type=pathlib.Path)
    parser.add_argument("--cases", default=ROOT / "tests/cases", type=pathlib.Path)
    parser.add_argument("names", nargs="*", metavar="CASE")
    options = parser.parse_args(arguments)
    binary = options.vedette.resolve()
    if not os.access(binary, os.X_OK):
        print(f"run_cases: there is no {binary}; build it with ./dev build", file=sys.stderr)
        return 2
    names = options.names or sorted(path.name for path in options.cases.iterdir() if path.is_dir())
    failed = 0
    for name in names:
        case = options.cases / name
        found = check_case(binary, case) if case.is_dir() else [f"there is no case {case}"]
        print(f"{'FAILED' if found else 'ok    '}  {name}", *(f"    {line}" for line in found),
              sep="\n", flush=True)
        failed += bool(found)
    print(f"golden cases: {len(names) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
