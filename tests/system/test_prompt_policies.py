#!/usr/bin/env python3
"""Whose policy holds, by token and route, and what happens when the file of the policies changes under a running
daemon."""

import os
import signal
import subprocess
import threading

from api import start, token
from harness import main

TEXT = "Please charge my card, it is 4111 1111 1111 1111, and tell me about the kestrel."
SCAN = "/api/v1/prompts/scan"


def started(directory, text, *extra):
    path = directory / "policies.yaml"
    path.write_text(text)
    daemon, _ = start(directory, "--prompt-policies", str(path), *extra)
    return daemon, path


def replace(path, text):
    beside = path.with_suffix(".new")
    beside.write_text(text)
    os.replace(beside, path)


def scanned(daemon, secret=None, **more):
    return daemon.ask("POST", SCAN, {"text": TEXT, **more}, secret or daemon.admin)


def read_again(daemon):
    return daemon.log.read_text().count("were read again")


def test_whose_policy_holds(directory):
    """that of the token, else the one named in the request, else that of the route, else the first"""
    daemon, path = started(directory, "name: first\n---\nname: shop\nterms: [kestrel]\nroutes: [/scan/prompt]\n---\n"
                                      "name: bank\ntokens: [teller]\ninput: {personal_data: block}\n")
    teller, other = token(daemon, "ingest", "teller")["token"], token(daemon, "ingest", "other")["token"]
    by_id = token(daemon, "ingest", "nobody")
    verdict = lambda *a, **more: scanned(daemon, *a, **more).wanted(200).json()
    first, shop, bank = (verdict(policy=name)["receipt"]["policy"] for name in ("first", "shop", "bank"))
    assert len({first, shop, bank}) == 3
    assert verdict()["receipt"]["policy"] == verdict(other)["receipt"]["policy"] == first
    assert verdict(other, policy="shop")["verdict"] == "block"
    assert verdict(teller)["receipt"]["policy"] == verdict(teller, policy="bank")["receipt"]["policy"] == bank
    for name in ("first", "shop", "none"):
        refused = scanned(daemon, teller, policy=name).wanted(400).json()
        assert "bound" in refused["detail"] and name not in refused["detail"], refused
    guard = lambda secret: daemon.ask("POST", "/scan/prompt", {"prompt": TEXT}, secret).wanted(200).json()
    by_route, by_token = guard(other), guard(teller)
    assert by_route["is_valid"] is False and by_route["scanners"]["BanSubstrings"] == 1, by_route
    assert by_token["is_valid"] is False and "BanSubstrings" not in by_token["scanners"], by_token
    plain = daemon.ask("POST", "/analyze/prompt", {"prompt": TEXT}, other).wanted(200).json()
    assert plain["is_valid"] is True, plain
    # By its id as well, and from the next reading on.
    replace(path, path.read_text().replace("[teller]", f"[{by_id['id']}]"))
    daemon.process.send_signal(signal.SIGHUP)
    daemon.wait(lambda: read_again(daemon), "the policies to be read again")
    assert verdict(by_id["token"])["receipt"]["policy"] == bank
    assert verdict(teller)["receipt"]["policy"] == first
    daemon.stop()


def test_a_bad_file_changes_nothing(directory):
    """a file with a mistake is refused with its line, whether the process was told or saw it; a good one holds"""
    daemon, path = started(directory, "name: one\n")
    before = scanned(daemon).json()["receipt"]["policy"]
    assert f'policy="one",version="{before}"' in daemon.get("/metrics")[1]
    since = daemon.metric("vedette_prompt_policies_since_seconds")
    replace(path, "name: two\nroutes: [/scan/prompts]\n")
    daemon.process.send_signal(signal.SIGHUP)
    daemon.wait(lambda: daemon.metric("vedette_prompt_policies_failures_total") == 1, "the refusal")
    line = next(l for l in daemon.log.read_text().splitlines() if "cannot be read" in l)
    assert " error " in line.lower() and f"{path}:2" in line and "/analyze/prompt" in line, line
    replace(path, "")  # nobody tells of this one
    daemon.wait(lambda: daemon.metric("vedette_prompt_policies_failures_total") == 2, "the second refusal")
    assert scanned(daemon).json()["receipt"]["policy"] == before
    assert daemon.metric("vedette_prompt_policies_since_seconds") == since
    replace(path, "name: two\nterms: [kestrel]\n")
    daemon.wait(lambda: read_again(daemon), "the good one")
    after = scanned(daemon).json()
    assert after["verdict"] == "block" and after["receipt"]["policy"] != before
    text = daemon.get("/metrics")[1]
    assert f'policy="two",version="{after["receipt"]["policy"]}"' in text and 'policy="one"' not in text
    assert daemon.metric("vedette_prompt_policies_since_seconds") > since
    assert after["receipt"]["policy"] in daemon.log.read_text()
    os.remove(path)
    daemon.process.send_signal(signal.SIGHUP)
    daemon.wait(lambda: daemon.metric("vedette_prompt_policies_failures_total") == 3, "the missing file")
    assert scanned(daemon).json()["receipt"] == after["receipt"]
    daemon.stop()


def test_without_a_file(directory):
    """without a file SIGHUP changes nothing"""
    daemon, _ = start(directory)
    before = scanned(daemon).json()["receipt"]
    daemon.process.send_signal(signal.SIGHUP)
    daemon.wait(lambda: read_again(daemon), "the signal to be taken")
    assert scanned(daemon).json()["receipt"] == before
    daemon.stop()


def test_reload_under_load(directory):
    """policies change under load: every request is answered, under the old or the new one and no mixture"""
    texts = ["name: one\nterms: [kestrel]\n", "name: one\nterms: [osprey]\ninput: {personal_data: block}\n"]
    daemon, path = started(directory, texts[0])
    body = {"texts": [TEXT, "An osprey.", "A kestrel.", "Hello."] * 4}
    of = [["block", "allow", "block", "allow"] * 4, ["block", "block", "allow", "allow"] * 4]
    wrong, seen, done = [], [set(), set()], threading.Event()

    def ask():
        with daemon.client(daemon.admin) as client:
            while not done.is_set():
                answer = client.ask("POST", SCAN, body)
                results = answer.json().get("results", ())
                versions = {r["receipt"]["policy"] for r in results}
                verdicts = [r["verdict"] for r in results]
                if answer.status != 200 or len(versions) != 1 or verdicts not in of:
                    wrong.append((answer.status, answer.body[:300]))
                    return
                seen[of.index(verdicts)].update(versions)

    script = directory / "load.lua"
    script.write_text('wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\n'
                      f"wrk.body = '{{\"text\": \"{TEXT}\"}}'\n"
                      "done = function(summary)\n  local e = summary.errors\n"
                      "  print('lost', e.connect + e.read + e.write + e.status + e.timeout, summary.requests)\nend\n")
    load = subprocess.Popen(["wrk", "-t1", "-c32", "-d5s", "-s", str(script), "-H",
                             f"Authorization: Bearer {daemon.admin}", f"http://127.0.0.1:{daemon.port}{SCAN}"],
                            stdout=subprocess.PIPE, text=True)
    askers = [threading.Thread(target=ask) for _ in range(2)]
    for thread in askers:
        thread.start()
    reloads = 0
    while load.poll() is None:
        reloads += 1
        replace(path, texts[reloads % 2])
        daemon.process.send_signal(signal.SIGHUP)
        daemon.wait(lambda: read_again(daemon) >= reloads or load.poll() is not None, "the policies to be read again")
    done.set()
    for thread in askers:
        thread.join()
    assert not wrong, wrong[:3]
    assert [len(versions) for versions in seen] == [1, 1] and seen[0] != seen[1], seen
    lost, requests = next(l.split()[1:] for l in load.communicate()[0].splitlines() if l.startswith("lost"))
    assert lost == "0" and int(requests) > 0, (lost, requests)
    assert reloads > 3, reloads
    daemon.stop()


if __name__ == "__main__":
    main(globals())
