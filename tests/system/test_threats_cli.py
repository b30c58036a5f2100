#!/usr/bin/env python3
"""The queue from a terminal: every verb on a running daemon and on the store that it left."""

import json
import os
import pty
import re
import shutil
import stat
import subprocess

from harness import BINARY, Daemon, Skip, SshLog, main, vedette

VERB_RUNS = [
    # verb and its words after the threats; what must be in the head that it gives
    (["ack"], [], {"status": "acknowledged"}),
    (["start", "--reason", "looking"], [], {"status": "in-progress", "reason": "looking"}),
    (["resolve"], [], {"status": "resolved"}),
    (["reopen"], [], {"status": "new"}),
    (["assign"], ["ann"], {"assignee": "ann"}),
    (["assign", "--nobody"], [], {"assignee": ""}),
    (["tag"], ["+botnet", "+night"], {"tags": ["botnet", "night"]}),
    (["tag"], ["+honey", "-night", "-botnet"], {"tags": ["honey"]}),
    (["note"], ["asked the owner"], {"status": "new"}),
    (["snooze", "--until", "2199-01-01"], [], {"snoozed_until": "2199-01-01T00:00:00Z"}),
    (["wake"], [], {"snoozed_until": None}),
    (["false-positive", "--reason", "our scanner"], [], {"status": "false-positive"}),
]


def log_in(directory):
    path = directory / "auth.log"
    path.write_text("".join(SshLog(7).lines(400)))
    return path


def ids_of(state, *more):
    lines = vedette("threats", "list", "--state", state, "--limit", "0", "--format", "ndjson", *more).stdout
    return [json.loads(line)["id"] for line in lines.splitlines()]


def verb(state, *words, expect=0, **more):
    return vedette("threats", *words, "--state", state, expect=expect, **more)


def heads(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


def both_ways(directory, check):
    """`check(state)` beside a running daemon, and again on a copy of the store when none runs; what it
    returns must be the same."""
    daemon = Daemon(directory, log_in(directory))
    with daemon:
        daemon.wait_until_idle()
    state = daemon.state
    copy = directory / "copy"
    shutil.copytree(state, copy, ignore=lambda _, names: [n for n in names if n.endswith(".sock")])
    with daemon:
        running = check(state)
        daemon.stop()
    bare = check(copy)
    assert running == bare, f"with a daemon:\n{running}\nwithout:\n{bare}"


def test_every_verb(directory):
    """Every verb gives the same outcome beside a daemon and on the bare store"""
    def check(state):
        one, *_ = ids_of(state)
        outcomes = []
        for words, last, wanted in VERB_RUNS:
            head = heads(verb(state, *words, one, *last, "--format", "ndjson"))[0]
            for name, value in wanted.items():
                assert head[name] == value, (words, name, head[name])
            outcomes.append({k: head[k] for k in ("status", "reason", "assignee", "tags", "version",
                                                  "snoozed_until", "merged_into")})
        history = heads(verb(state, "history", one, "--format", "ndjson"))
        outcomes.append([(e["who"], e["action"], e["reason"], e["before"], e["after"]) for e in history])
        return outcomes
    both_ways(directory, check)


def test_merge(directory):
    """A merged threat is a duplicate until it is unmerged"""
    def check(state):
        first, second, third, *_ = ids_of(state)
        verb(state, "merge", second, third, "--into", first)
        shown = heads(verb(state, "show", second, "--format", "ndjson"))[0]
        assert shown["merged_into"] == first and shown["status"] == "duplicate", shown
        assert second not in ids_of(state) and second in ids_of(state, "--all")
        done = verb(state, "unmerge", second)
        assert "new, version 3" in done.stdout, done.stdout
        return done.stdout
    both_ways(directory, check)


def test_many_at_once(directory):
    """Several threats are one request; one that does not exist is told and the others are changed"""
    def check(state):
        first, second, *_ = ids_of(state)
        entity = heads(verb(state, "show", second, "--format", "ndjson"))[0]["entity"]["value"]
        done = verb(state, "ack", first, entity, second, "192.0.2.99", "t-000000000000", expect=2)
        assert len(done.stdout.splitlines()) == 2, done.stdout
        assert done.stdout.count("acknowledged, version 2") == 2, done.stdout
        assert done.stderr.count("error VD6001") == 2, done.stderr
        return done.stdout, done.stderr
    both_ways(directory, check)


def test_two_terminals(directory):
    """Of two terminals that saw the same version the second is told, and nothing is lost"""
    def check(state):
        one, *_ = ids_of(state)
        verb(state, "assign", one, "ann", "--if-version", "1")
        late = verb(state, "assign", one, "bob", "--if-version", "1", expect=2)
        assert "error VD6002" in late.stderr and "hint:" in late.stderr, late.stderr
        assert heads(verb(state, "show", one, "--format", "ndjson"))[0]["assignee"] == "ann"
        return late.stderr
    both_ways(directory, check)


def test_errors(directory):
    """What cannot be done is told with its code, and exit code 2"""
    def check(state):
        one, two, *_ = ids_of(state)
        said = []
        for words in (["ack", "192.0.2.99"], ["show", "192.0.2.99"], ["history", "192.0.2.99"],
                      ["snooze", one], ["snooze", one, "--for", "2y"], ["snooze", one, "--until", "2001-01-01"],
                      ["assign", one], ["note", one], ["tag", one], ["tag", one, "--nope"],
                      ["merge", one, "--into", one], ["unmerge", one], ["ack", one, two, "--if-version", "1"],
                      ["tag", one, "+" + "x" * 65], ["list", "--status", "nope"], ["list", "--since", "nope"]):
            done = verb(state, *words, expect=2)
            assert re.match(r"error VD\d{4}: .+\n  .+\.\n  hint: .+\.\n$", done.stderr), (words, done.stderr)
            assert not done.stdout, (words, done.stdout)
            said.append(done.stderr)
        wrong = verb(state, "acknowledge", one, expect=2)
        assert "there is no command 'acknowledge'" in wrong.stderr and " ack " in wrong.stderr
        return said
    both_ways(directory, check)


def test_filters(directory):
    """A list can be narrowed, and says how many it hides"""
    def check(state):
        all_ids = ids_of(state)
        first, second, third, *_ = all_ids
        verb(state, "resolve", first)
        verb(state, "snooze", second, "--for", "2h")
        verb(state, "tag", third, "+botnet")
        verb(state, "assign", third, "ann")
        assert ids_of(state) == all_ids[2:]
        assert ids_of(state, "--all") == all_ids
        assert ids_of(state, "--status", "resolved,acknowledged") == [first]
        assert ids_of(state, "--snoozed") == [second]
        assert ids_of(state, "--tag", "botnet") == [third] == ids_of(state, "--assignee", "ann")
        assert ids_of(state, "--sort", "+rank", "--all") == all_ids[::-1]
        assert ids_of(state, "--since", "2199-01-01", "--all") == []
        assert set(ids_of(state, "--since", "2026-01-01", "--all")) == set(all_ids)
        text = verb(state, "list", "--limit", "1").stdout
        assert "2 snoozed or closed not shown" in text, text
        assert f"… and {len(all_ids) - 3} more" in text, text
        return text.splitlines()[0], ids_of(state, "--technique", "T1110.001", "--all")
    both_ways(directory, check)


def test_suppressions(directory):
    """A false alarm shows what hiding it would have hidden, and hides it only when told to"""
    def check(state):
        one, two, *_ = ids_of(state)
        done = verb(state, "false-positive", one)
        assert "would have hidden 1 threat, " in done.stdout and "Nothing is hidden" in done.stdout
        assert vedette("suppressions", "list", "--state", state).stdout == "Nothing is suppressed.\n"
        verb(state, "false-positive", two, "--suppress", "--reason", "our scanner")
        made = heads(vedette("suppressions", "list", "--state", state, "--format", "ndjson"))
        assert len(made) == 1 and made[0]["reason"] == "our scanner" and made[0]["rule"], made
        shown = vedette("suppressions", "add", "--entity", "203.0.113.1", "--preview", "--state", state).stdout
        assert shown.startswith("Would have hidden: 1 threat, "), shown
        vedette("suppressions", "add", "--entity", "203.0.113.1", "--days", "3", "--state", state)
        vedette("suppressions", "end", made[0]["id"], "--state", state)
        left = heads(vedette("suppressions", "list", "--state", state, "--format", "ndjson"))
        assert [one["entity"]["value"] for one in left] == ["203.0.113.1"], left
        return shown, vedette("suppressions", "end", "s-none", "--state", state, expect=2).stderr
    both_ways(directory, check)


def test_asked_on_a_terminal(directory):
    """On a terminal a false alarm asks whether to hide it, and y is the only yes"""
    def check(state):
        one, *_ = ids_of(state)
        for answer, suppressions in (("n\n", 0), ("\n", 0), ("y\n", 1)):
            ours, theirs = pty.openpty()
            os.write(ours, answer.encode())
            with subprocess.Popen([BINARY, "threats", "false-positive", one, "--state", state],
                                  stdin=theirs, stdout=theirs, stderr=theirs) as process:
                assert process.wait(timeout=60) == 0
            os.close(theirs)
            os.close(ours)
            made = heads(vedette("suppressions", "list", "--state", state, "--format", "ndjson"))
            assert len(made) == suppressions, (answer, made)
    both_ways(directory, check)


def test_patience(directory):
    """A command waits for a daemon that limits requests, and for others that have the store"""
    daemon = Daemon(directory, log_in(directory), extra=("--rate-limit", "1"))
    with daemon:
        daemon.wait(lambda: len(ids_of(daemon.state)) > 3, "threats")
        some = ids_of(daemon.state)[:3]
        assert len(verb(daemon.state, "ack", *some).stdout.splitlines()) == 3
        daemon.stop()
    together = [subprocess.Popen([BINARY, "threats", "note", one, "at once", "--state", daemon.state],
                                 stdout=subprocess.DEVNULL) for one in some]
    assert [process.wait(timeout=60) for process in together] == [0, 0, 0]


def test_readers_write_nothing(directory):
    """Lists and shows leave the database as it is"""
    daemon = Daemon(directory, log_in(directory))
    with daemon:
        daemon.wait_until_idle()
        daemon.stop()
    before = (daemon.state / "vedette.db").read_bytes()
    one, *_ = ids_of(daemon.state, "--all", "--severity", "LOW")
    verb(daemon.state, "show", one)
    assert (daemon.state / "vedette.db").read_bytes() == before


def test_tokens(directory):
    """A token is let in over the network for what its role may, until it is revoked"""
    daemon = Daemon(directory, log_in(directory))
    with daemon:
        def make(name, role):
            made = vedette("tokens", "create", name, "--role", role, "--state", daemon.state, "--format", "ndjson")
            return json.loads(made.stdout)
        server = ("--server", f"http://127.0.0.1:{daemon.port}")
        daemon.wait(lambda: ids_of(daemon.state), "a threat")
        one, *_ = ids_of(daemon.state)
        viewer, analyst = make("vic", "viewer"), make("ann", "analyst")

        def ask(token, *words, expect=0):
            return vedette(*words, *server, expect=expect, env={**os.environ, "VEDETTE_TOKEN": token})
        assert one in ask(viewer["token"], "threats", "list", "--format", "ndjson", "--limit", "0").stdout
        assert one in ask(viewer["token"], "threats", "show", one).stdout
        assert "VD6008" in ask(viewer["token"], "threats", "ack", one, expect=2).stderr
        ask(analyst["token"], "threats", "ack", one)
        assert "VD6008" in ask("", "threats", "ack", one, expect=2).stderr  # anybody is a viewer here
        assert "VD6007" in ask("vdt_00000000_x", "threats", "ack", one, expect=2).stderr
        audit = heads(vedette("audit", "--threat", one, "--state", daemon.state, "--format", "ndjson"))
        assert [(e["who"], e["action"]) for e in audit] == [("ann", "status")], audit
        vedette("tokens", "revoke", analyst["id"], "--state", daemon.state)
        assert "VD6007" in ask(analyst["token"], "threats", "start", one, expect=2).stderr
        listed = vedette("tokens", "list", "--state", daemon.state).stdout
        assert "vic" in listed and "ann" not in listed and "vdt_" not in listed, listed


def test_socket(directory):
    """The socket is for its owner alone, and one that a killed daemon left is in nobody's way"""
    daemon = Daemon(directory, log_in(directory))
    with daemon:
        daemon.wait_until_idle()
        one, *_ = ids_of(daemon.state)
        path = daemon.state / "vedette.sock"
        assert stat.S_ISSOCK(path.stat().st_mode)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, oct(path.stat().st_mode)
        assert stat.S_IMODE(daemon.state.stat().st_mode) == 0o700
        daemon.kill()
        assert path.exists()
        verb(daemon.state, "ack", one)


def test_stranger(directory):
    """A user without rights is told how to come in"""
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        raise Skip("needs root and setpriv")
    daemon = Daemon(directory, log_in(directory))
    with daemon:
        daemon.wait_until_idle()
        directory.chmod(0o755)
        binary = directory / "vedette"
        shutil.copy(BINARY, binary)
        done = subprocess.run(["setpriv", "--reuid=65534", "--clear-groups", binary, "threats", "ack",
                               "203.0.113.1", "--state", daemon.state], capture_output=True, text=True)
        assert done.returncode == 2 and "become root" in done.stderr, done.stderr


if __name__ == "__main__":
    main(globals())
