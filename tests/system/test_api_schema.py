#!/usr/bin/env python3
"""The running daemon held against its own document, by schemathesis."""

import os
import pathlib
import re
import subprocess
import sys

from harness import ROOT, Daemon, Skip, SshLog, main

ENVIRONMENT = pathlib.Path(os.environ.get("VEDETTE_SCHEMATHESIS", ROOT / "build/schemathesis"))
VERSION = "schemathesis==4.32.5"

# What is right by the shape may still be refused for what it says (400: a cursor or a time that is none;
# 412, 422: not on this threat), because something is missing here (404, 429), or because the tool
# tried it without the token (401, 403).
CONFIGURATION = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "400", "401", "403", "404", "412", "422", "429"]
"""


def schemathesis():
    program = ENVIRONMENT / "bin/schemathesis"
    if not program.exists():
        try:
            subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], check=True, capture_output=True, timeout=120)
            subprocess.run([ENVIRONMENT / "bin/pip", "install", "-q", VERSION], check=True, capture_output=True,
                           timeout=300)
        except (OSError, subprocess.SubprocessError):
            raise Skip(f"pip cannot install {VERSION}") from None
    return program


def test_slow_document(directory):
    """every answer to requests made from the document, right and wrong ones, is as the document says"""
    program = schemathesis()
    log = directory / "auth.log"
    log.write_text("".join(SshLog(1).lines(2000)))
    with Daemon(directory, log, extra=["--rate-limit", "0"], anonymous="none") as daemon:
        daemon.wait(lambda: daemon.ask("GET", "/readyz").status == 200, "it to be ready")
        (directory / "schemathesis.toml").write_text(CONFIGURATION)
        done = subprocess.run(
            [program, "--config-file", directory / "schemathesis.toml", "run",
             f"http://127.0.0.1:{daemon.port}/api/openapi.json", "-H", f"Authorization: Bearer {daemon.admin}",
             "--phases", "examples,coverage,fuzzing", "--max-examples", os.environ.get("VEDETTE_EXAMPLES", "50"),
             "--max-time", "180", "--no-shrink", "--generation-deterministic", "--continue-on-failure",
             # A required Content-Type or token that is left out may be right: some operations take no body.
             "--exclude-checks", "missing_required_header",
             # It never ends.
             "--exclude-operation-id", "watch",
             # Takes null for what may be left out, which its shape does not say.
             "--exclude-operation-id", "createThreats"],
            capture_output=True, text=True, cwd=directory, timeout=500)
        text = re.sub(r"vdt_\S+", "TOKEN", done.stdout + done.stderr)
        assert done.returncode == 0, text[-int(os.environ.get("VEDETTE_OUTPUT", "6000")):]
        daemon.stop()


if __name__ == "__main__":
    main(globals())
