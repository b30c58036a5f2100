#!/usr/bin/env python3
"""Runs the system tests: every executable tests/system/*.py and *.sh, with the real binary.

Usage: run_system.py [--vedette BINARY] [TEST…]

A test finds the binary in the environment variable VEDETTE, works in the empty folder it is started
in, and passes when it exits with 0; 77 means skipped, and its last line says why.
"""
import argparse
import concurrent.futures
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
SKIPPED = 77


def run(test, binary, seconds_max):
    """(name, outcome, seconds, output) of one test; it is ended with all it started when its time is over."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="vedette-system-") as folder, \
            tempfile.TemporaryFile() as output:
        environment = dict(os.environ, VEDETTE=str(binary), TZ="UTC", HOME=folder)
        process = subprocess.Popen([test.resolve()], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                                   stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            code = process.wait(seconds_max)
            outcome = {0: "ok", SKIPPED: "skipped"}.get(code, f"FAILED (exit code {code})")
        except subprocess.TimeoutExpired:
            outcome = f"FAILED (did not end within {seconds_max} s)"
        finally:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()
        output.seek(0)
        return test.name, outcome, time.monotonic() - began, output.read().decode("utf-8", "replace")


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--vedette", default=ROOT / "build/release/vedette", type=pathlib.Path)
    parser.add_argument("--tests", default=ROOT / "tests/system", type=pathlib.Path)
    parser.add_argument("--seconds", default=600, type=float, help="the most that a test may take")
    parser.add_argument("--jobs", default=int(os.environ.get("VEDETTE_JOBS") or os.cpu_count()), type=int,
                        help="tests that run at a time")
    parser.add_argument("names", nargs="*", metavar="TEST")
    options = parser.parse_args(arguments)
    binary = options.vedette.resolve()
    if not os.access(binary, os.X_OK):
        print(f"run_system: there is no {binary}; build it with ./dev build", file=sys.stderr)
        return 2
    tests = sorted(path for path in options.tests.iterdir()
                   if path.suffix in (".py", ".sh") and os.access(path, os.X_OK)
                   and (not options.names or {path.name, path.stem} & set(options.names)))
    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for done in concurrent.futures.as_completed(
                [pool.submit(run, test, binary, options.seconds) for test in tests]):
            name, outcome, seconds, output = done.result()
            print(f"{name}: {outcome}, {seconds:.1f} s", flush=True)
            passed += outcome == "ok"
            failed += outcome.startswith("FAILED")
            print(*("    " + line for line in output.splitlines()[-80:]), sep="\n", flush=True)
    print(f"system tests: {passed} passed, {failed} failed")
    return 1 if failed or not tests and options.names else 0


if __name__ == "__main__":
    sys.exit(main())
