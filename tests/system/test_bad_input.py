#!/usr/bin/env python3
"""What a hostile or broken world hands us: each gives a clear message, and the rest goes on."""

import gzip
import os
import resource
import shutil
import subprocess

from harness import BINARY, Daemon, Skip, SshLog, main, scan, threats_in, vedette


def attack(count=200, seed=5):
    return "".join(SshLog(seed).lines(count))


def sources(report):
    return {t["entity"]["value"] for t in report["threats"]}


def test_binary(directory):
    """binary rubbish between the lines costs no line beside it"""
    good = directory / "good.log"
    good.write_text(attack())
    bad = directory / "bad.log"
    rubbish = os.urandom(300_000).replace(b"\n", b"x") + b"\n"
    bad.write_bytes(rubbish + attack().encode() + rubbish + b"\x00" * 5000 + b"\n")
    report = scan(bad)
    assert sources(report) == sources(scan(good))
    total = report["summary"]["ledger"]["total"]
    assert total["received"] == total["processed"] + sum(total["filtered"].values())


def test_invalid_utf8(directory):
    """invalid UTF-8 in a user name comes out as valid JSON"""
    log = directory / "auth.log"
    line = (b"2026-05-01T10:00:%02dZ h sshd[%d]: Failed password for invalid user a\xff\xfe\x1b[31m "
            b"from 203.0.113.9 port 22 ssh2\n")
    log.write_bytes(b"".join(line % (i, i + 1) for i in range(20)))
    report = scan(log)
    assert sources(report) == {"203.0.113.9"}
    text = vedette("scan", log).stdout
    assert "\x1b" not in text, "an escape sequence reached the output"


def test_long_line(directory):
    """a line of 100 MB is cut, costs no memory, and the lines around it count"""
    log = directory / "auth.log"
    with open(log, "w") as out:
        out.write(attack())
        for _ in range(100):
            out.write("A" * 1_000_000)
        out.write("\n" + attack(50, 6))
    report = scan(log)
    assert report["summary"]["lines"] == 251
    assert report["summary"]["ledger"]["total"]["truncated"] == 1
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    assert peak < 120e6, f"{peak / 1e6:.0f} MB"


def test_truncated_gzip(directory):
    """a gzip file cut short gives what it has, a message, and exit code 3"""
    whole = gzip.compress(attack(5000).encode())
    log = directory / "auth.log.1.gz"
    log.write_bytes(whole[:len(whole) // 2])
    done = vedette("scan", "--format", "json", log, expect=3)
    assert "VD3001" in done.stderr and "auth.log.1.gz" in done.stderr
    assert '"lines":' in done.stdout and '"threats":[\n' in done.stdout


def test_missing_file(directory):
    """a missing file is named; the others are read; exit code 3"""
    log = directory / "auth.log"
    log.write_text(attack())
    done = vedette("scan", "--format", "json", log, directory / "nothing.log", expect=3)
    assert "VD1001" in done.stderr and "nothing.log" in done.stderr
    assert "203.0.113" in done.stdout


def test_no_permission(directory):
    """a file one may not read is named; the others are read; exit code 3"""
    if os.geteuid() != 0:
        raise Skip("needs root to become somebody else")
    log, secret = directory / "auth.log", directory / "secret.log"
    log.write_text(attack())
    secret.write_text(attack())
    secret.chmod(0o600)
    directory.chmod(0o755)
    binary = shutil.copy(BINARY, directory)  # the other one may lie where only root may look
    done = vedette("scan", "--format", "json", log, secret, expect=3, binary=binary, user=65534,
                   group=65534, extra_groups=[], cwd=directory)
    assert "secret.log" in done.stderr and "ermission" in done.stderr
    assert "203.0.113" in done.stdout


def test_wrong_command(directory):
    """a command that there is not is answered with those that there are"""
    assert "there is no command 'scna'" in vedette("scna", "x.log", expect=2).stderr
    done = vedette("rules", "chekc", expect=2)
    assert "'chekc'" in done.stderr and "check" in done.stderr
    vedette("--version")


def test_unreadable_rule(directory):
    """a broken rule is named with file and line; the other rules work"""
    rules = directory / "rules"
    rules.mkdir()
    (rules / "broken.yml").write_text("title: Broken\nlogsource:\n  product: linux\ndetection:\n"
                                      "  selection:\n    user.name: [a\n")
    (rules / "no_condition.yml").write_text(
        "title: No condition\nid: 7d0f2b0e-7f58-4f2f-a3c3-0d6b1c7f4b11\nlogsource:\n  product: linux\n"
        "  service: sshd\ndetection:\n  selection:\n    user.name: root\n")
    log = directory / "auth.log"
    log.write_text(attack())
    done = vedette("scan", "--rules", rules, "--format", "json", log)
    assert "broken.yml:" in done.stderr and "no_condition.yml" in done.stderr
    assert "203.0.113" in done.stdout
    vedette("rules", "check", rules, expect=2)


def test_clock_jumps(directory):
    """lines from the far future and past do no harm to those of today"""
    lines = attack(400).splitlines(keepends=True)
    jumps = [line.replace("2026-", year, 1) for line, year in
             zip(lines[::40], ["2099-", "1999-", "2200-", "1970-", "2026-"] * 2)]
    mixed = directory / "mixed.log"
    out = []
    for i, line in enumerate(lines):
        if i % 40 == 0 and i // 40 < len(jumps):
            out.append(jumps[i // 40])
        out.append(line)
    mixed.write_text("".join(out))
    good = directory / "good.log"
    good.write_text("".join(lines))
    found = scan(mixed)
    assert sources(scan(good)) <= sources(found)
    assert all(t["score"] > 10 for t in found["threats"] if t["severity"] in ("high", "critical"))


def test_full_disk(directory):
    """a full disk loses nothing: it is said, and made good when there is room again"""
    if os.geteuid() != 0:
        raise Skip("needs root to mount a tmpfs")
    disk = directory / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "vedette-test", disk])
    if mounted.returncode != 0:
        raise Skip("mount is not allowed here")
    log = directory / "auth.log"
    try:
        ballast = disk / "ballast"
        daemon = Daemon(directory, log)
        daemon.state = disk / "state"
        log.write_text(attack(100))
        with daemon:
            daemon.wait(lambda: daemon.metric("vedette_commits_total") >= 1, "a first commit")
            with open(ballast, "wb", buffering=0) as out:
                try:
                    while True:
                        out.write(b"x" * 4096)
                except OSError:
                    pass  # full
            with open(log, "a") as out:
                out.write(attack(20_000, 6))
            daemon.wait(lambda: daemon.metric("vedette_store_failing") == 1, "the full disk to be noticed")
            try:
                daemon.get("/readyz")
                raise AssertionError("ready with a full disk")
            except OSError as error:
                assert error.code == 503
            assert "cannot be written" in daemon.log.read_text()
            ballast.unlink()
            subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
            daemon.wait(lambda: daemon.metric("vedette_store_failing") == 0, "the database to be written")
            daemon.stop()
        assert {t["entity"]["value"] for t in threats_in(daemon.state)} == sources(scan(log))
    finally:
        subprocess.run(["umount", "-l", disk])


def test_slow_a_million_sources(directory):
    """a million distinct sources stay within 100 MB, and what was forgotten is said"""
    log = directory / "access.log"
    with open(log, "w") as out:
        for i in range(1_000_000):
            out.write(f'{10 + i // 65536 % 100}.{i // 256 % 256}.{i % 256}.{i * 7 % 254 + 1} - - '
                      f'[01/May/2026:{i // 60000 % 24:02}:{i // 1000 % 60:02}:{i // 17 % 60:02} +0000] '
                      f'"GET /page/{i % 999} HTTP/1.1" {404 if i % 5 == 0 else 200} 512 "-" '
                      f'"Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/128.0"\n')
    process = subprocess.Popen([BINARY, "scan", "--format", "json", log], stdout=subprocess.PIPE)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0
    peak = usage.ru_maxrss * 1024
    assert peak <= 100e6, f"{peak / 1e6:.1f} MB"
    assert b'"evicted":{"entities":' in output
    print(f"    peak {peak / 1e6:.1f} MB")


if __name__ == "__main__":
    main(globals())
