#!/usr/bin/env python3
"""The daemon: followed files, rotation, crashes, and what it says of itself."""

import gzip
import os
import random
import resource
import shutil
import time

from harness import Daemon, SshLog, assert_same_threats, main, scan, threats_in, vedette


def ledger_lines(daemon):
    return daemon.metric("vedette_received_lines_total")


def test_finds_what_a_scan_finds(directory):
    """a followed file gives the threats that a scan of it gives"""
    log = directory / "auth.log"
    lines = SshLog(1).lines(3000)
    log.write_text("".join(lines[:1000]))
    with Daemon(directory, log) as daemon:
        with open(log, "a") as out:
            for line in lines[1000:]:
                half = len(line) // 2
                out.write(line[:half])
                out.flush()
                out.write(line[half:])
        daemon.wait(lambda: ledger_lines(daemon) == 3000, "all lines to be read")
        daemon.stop()
        assert_same_threats(threats_in(daemon.state), scan(log)["threats"])


def test_health_and_metrics(directory):
    """/healthz, /readyz and /metrics answer, other paths and methods do not"""
    log = directory / "auth.log"
    log.write_text("".join(SshLog(2).lines(500)))
    with Daemon(directory, log) as daemon:
        assert daemon.get("/healthz") == (200, "ok\n")
        daemon.wait(lambda: ledger_lines(daemon) == 500, "the lines")
        assert daemon.get("/readyz")[0] == 200
        assert daemon.metric("vedette_events_total") == 500
        assert 0 < daemon.metric("process_resident_memory_bytes") < 100e6
        try:
            daemon.get("/etc/passwd")
            raise AssertionError("an unknown path was answered")
        except OSError as error:
            assert error.code == 404
        daemon.stop()


def test_a_second_daemon_is_refused(directory):
    """two daemons cannot share a state directory, and the second one says why"""
    log = directory / "auth.log"
    log.touch()
    with Daemon(directory, log) as daemon:
        other = vedette("run", "--state", daemon.state, "--listen", "off", "--inputs", log, expect=2)
        assert "VD4004" in other.stderr
        daemon.stop()


def test_more_files_than_the_soft_limit(directory):
    """it follows more files than the soft limit on open files allows"""
    files = [directory / f"{i}.log" for i in range(100)]
    for i, file in enumerate(files):
        file.write_text(f"Mar  1 10:00:00 h sshd[{i}]: Failed password for root from 192.0.2.7 port 22 ssh2\n")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, before[1]))
    try:
        daemon = Daemon(directory, *files).start()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    daemon.wait(lambda: ledger_lines(daemon) == 100, "a line of every file")
    daemon.stop()


def test_killed_and_restarted(directory):
    """killed at 50 random moments, it finds exactly what an undisturbed scan finds"""
    rng = random.Random(7)
    log = directory / "auth.log"
    writer = SshLog(3)
    log.touch()
    daemon = Daemon(directory, log)
    written = 0
    with open(log, "a") as out:
        for _ in range(50):
            daemon.start()
            until = time.monotonic() + rng.uniform(0.02, 0.3)
            while time.monotonic() < until:
                block = writer.lines(rng.randrange(1, 200))
                text = "".join(block)
                cut = rng.randrange(len(text))
                out.write(text[:cut])
                out.flush()
                out.write(text[cut:])
                out.flush()
                written += len(block)
            daemon.kill()
    wanted = scan(log)
    assert wanted["summary"]["lines"] == written
    with daemon:
        daemon.wait_until_idle()
        daemon.stop()
    assert_same_threats(threats_in(daemon.state), wanted["threats"])


class Rotator:
    """Rotates a log in every way that is in use, as logrotate and people do."""

    def __init__(self, log, rng):
        self.log, self.rng, self.serial = log, rng, 0
        self.kept = []  # rotated files by age, oldest first

    def rotate(self, caught_up):
        self.serial += 1
        target = self.log.with_name(time.strftime("auth.log-%Y%m%d%H%M%S",
                                                time.gmtime(1_767_225_600 + self.serial)))
        way = self.rng.choice(["rename", "copytruncate", "rename_compress", "recreate_later", "symlink"])
        if way == "symlink" or self.log.is_symlink():
            # Nothing in a directory tells that a file once was behind a link: who was not there when
            # it was cannot find it. So these wait for the reader.
            caught_up()
        if way == "copytruncate":
            shutil.copy(self.log, target)
            os.truncate(self.log.resolve(), 0)
        elif way == "symlink":
            fresh = self.log.with_name(f"data.{self.serial:06}")
            fresh.touch()
            new = self.log.with_name("auth.log.swap")
            new.symlink_to(fresh.name)
            if not self.log.is_symlink():
                self.log.rename(target)
            new.rename(self.log)
        else:
            if self.log.is_symlink():
                self.log.resolve().rename(target)
                self.log.unlink()
            else:
                self.log.rename(target)
            if way == "recreate_later":
                time.sleep(self.rng.uniform(0, 0.02))
            self.log.touch()
            if way == "rename_compress":
                with open(target, "rb") as plain, gzip.open(f"{target}.gz", "wb", 1) as packed:
                    packed.write(plain.read())
                target.unlink()


def rotate_under_a_daemon(directory, rotations, seed):
    rng = random.Random(seed)
    logs = directory / "logs"
    logs.mkdir()
    log = logs / "auth.log"
    log.touch()
    whole = directory / "whole.log"
    writer, rotator = SshLog(seed), Rotator(log, rng)
    written = 0
    with Daemon(directory, log) as daemon, open(whole, "w") as record:
        for _ in range(rotations):
            for _ in range(rng.randrange(1, 4)):
                text = "".join(writer.lines(rng.randrange(1, 12)))
                written += text.count("\n")
                record.write(text)
                with open(log, "a") as out:
                    cut = rng.randrange(len(text))
                    out.write(text[:cut])
                    out.flush()
                    out.write(text[cut:])
            rotator.rotate(lambda: daemon.wait(lambda: ledger_lines(daemon) == written,
                                               f"{written} lines", 30))
        record.flush()
        daemon.wait(lambda: ledger_lines(daemon) >= written, f"{written} lines to be read", 30)
        time.sleep(0.3)
        assert ledger_lines(daemon) == written, f"{ledger_lines(daemon)} lines read, {written} written"
        daemon.stop()
        assert_same_threats(threats_in(daemon.state), scan(whole)["threats"])


def test_rotations(directory):
    """100 rotations of all kinds lose nothing and count nothing twice"""
    rotate_under_a_daemon(directory, 100, 11)


def test_slow_rotations(directory):
    """1,000 rotations of all kinds lose nothing and count nothing twice"""
    rotate_under_a_daemon(directory, 1000, 12)


if __name__ == "__main__":
    main(globals())
