#!/usr/bin/env python3
"""Real logs with known answers, when they are there: VEDETTE_CORPORA, or ../shared/corpora beside the
checkout. What the binary says is compared with what independent tools and labels say."""

import collections
import csv
import json
import os
import pathlib
import subprocess

from harness import BINARY, ROOT, Skip, main, scan, vedette

CORPORA = pathlib.Path(os.environ.get("VEDETTE_CORPORA", ROOT / "../shared/corpora")).resolve()


def corpus(path):
    if not (CORPORA / path).exists():
        raise Skip(f"{path} is not in {CORPORA}")
    return CORPORA / path


def events(*files):
    with subprocess.Popen([BINARY, "decode", *files], stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            yield json.loads(line)


def failed_passwords(path):
    counts = collections.Counter()
    for event in events(path):
        if event.get("event.action") == "failed-password":
            counts[event.get("source.ip") or event.get("source.address")] += 1
    return counts


def table(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


SSH = [("logs/sshd-real/auth.A.2016-02.log", "logs/sshd-real/auth.A.2016-02"),
       ("logs/elastic-auth/auth.log", "logs/elastic-auth/auth"),
       ("logs/loghub/OpenSSH_2k.log", "logs/loghub/OpenSSH_2k")]


def test_failed_passwords_per_source(_):
    """failed passwords per source equal the truth, every source, exactly"""
    for log, stem in SSH[:2]:
        truth = {row["ip"]: int(row["total"]) for row in table(corpus(f"{stem}.failed_password_truth.tsv"))}
        found = failed_passwords(corpus(log))
        wrong = {ip: (found[ip], truth.get(ip, 0)) for ip in found.keys() | truth.keys()
                 if found[ip] != truth.get(ip, 0)}
        print(f"    {log}: {len(truth)} sources, {sum(truth.values())} failures, {len(wrong)} differ")
        assert not wrong, wrong


def test_every_brute_force_source_is_a_threat(_):
    """every source that fail2ban would ban is a threat"""
    for log, stem in SSH:
        wanted = {row["ip"] for row in table(corpus(f"{stem}.fail2ban_reference.tsv"))
                  if row["reaches_5_in_600s"] == "yes"}
        found = {t["entity"]["value"] for t in scan(corpus(log))["threats"]}
        print(f"    {log}: {len(wanted & found)} of {len(wanted)}, {len(found)} threats in all")
        assert wanted <= found, wanted - found


def test_honeypot(_):
    """every honeypot session, login, command and download is in the threats"""
    report = scan(*sorted(corpus("honeypot/cowrie").glob("cowrie.json*")))
    sums = collections.Counter()
    entries = collections.Counter()
    sources = [t for t in report["threats"] if t["entity"]["type"] == "source.ip"]
    for threat in sources:
        sums.update(threat["counts"])
        for entry in threat["timeline"]:
            entries[entry["action"]] += entry["count"]
    print("   ", len(sources), "sources,", dict(sums))
    assert len(sources) == 449
    # One session began before the first file: only its end is in the logs.
    assert sums["honeypot_session"] == entries["honeypot-closed"] == 3349
    assert entries["honeypot-connected"] == 3348
    assert sums["authentication_failure"] == entries["honeypot-login-failed"] == 2311
    assert sums["authentication_success"] == entries["honeypot-login-succeeded"] == 413
    assert sums["honeypot_command"] == entries["honeypot-command"] == 201
    assert sums["honeypot_download"] == entries["honeypot-download"] + entries["honeypot-upload"] == 16


def test_scanners_come_first(_):
    """in the log of a web scanner, the scanner is the top threat"""
    for name in ("acunetix.txt", "w3af.txt"):
        log = corpus("web/scanner-access-logs") / name
        top = scan(log)["threats"][0]
        busiest = collections.Counter(line.lstrip('"').split()[0] for line in
                                      log.read_text(errors="replace").splitlines() if line.strip())
        print(f"    {name}: {top['entity']['value']} {top['severity']} {top['score']}")
        assert top["entity"]["value"].split("/")[0].rstrip(":") in busiest.most_common(1)[0][0]


WEB_AND_SSH = ("nginx", "apache2", "litespeed")


def crowdsec_cases():
    for row in table(corpus("crowdsec-hub/tests/../INDEX.tsv")):
        test = CORPORA / "crowdsec-hub/tests" / row["test"]
        is_ssh = row["log_type"] == "syslog" and ("sshd" in row["parsers"] or "ssh" in row["test"])
        is_firewall = "iptables" in row["test"]
        is_server = row["test"].startswith(SERVERS)
        if row["log_type"] not in WEB_AND_SSH and not is_ssh and not is_firewall and not is_server:
            continue
        if not row["expected_scenario@source"].strip():
            continue
        logs = [test / name for name in row["logs"].split(",") if (test / name).exists()]
        wanted = {part.rsplit("@", 1)[1] for part in row["expected_scenario@source"].split(";")}
        if logs:
            yield row["test"], logs, wanted


def same(entity, address):
    """A source as we name it (an IPv6 /64) and as others do."""
    import ipaddress
    try:
        network = ipaddress.ip_network(entity, strict=False)
        return ipaddress.ip_address(address) in network
    except ValueError:
        return entity == address


def test_crowdsec_scenarios(_):
    """the sources that CrowdSec's own tests expect are threats, and nobody else"""
    missed, extra, total, known = [], [], 0, 0
    for name, logs, wanted in crowdsec_cases():
        found = {t["entity"]["value"] for t in scan(*logs, expect=None)["threats"]}
        for address in wanted:
            total += 1
            if any(same(entity, address) for entity in found):
                continue
            if name in NOT_DETECTED:
                known += 1
            else:
                missed.append(f"{name}: {address}")
        for entity in found:
            if not any(same(entity, address) for address in wanted):
                extra.append(f"{name}: {entity}")
    print(f"    {total - len(missed) - known} of {total} expected sources; {len(extra)} others; "
          f"{known} of kinds that are not looked for")
    for line in missed:
        print("    missed", line)
    for line in extra:
        print("    extra ", line)
    assert not missed and not extra


SERVERS = ("dovecot", "exim", "postfix", "proftpd", "pureftpd", "suricata")
# What these tests are about is not looked for: places of addresses, names that only attackers use, and what is seen
# less often than any built-in rule counts (four refused logins in two hours, two refused mails).
NOT_DETECTED = {"sshd-impossible-travel", "sshd-impossible-travel-user", "postfix-honeypot-users",
                "dovecot-slow-bf", "dovecot-slow-bf-no-overlap", "dovecot-slow-bf-user-enum",
                "dovecot-time-based-bf-user-enum", "dovecot-spam", "exim-spam", "postfix-helo", "postfix-non-smtp",
                "postfix-relay", "postfix-sasl-bf", "postfix-spam"}

if __name__ == "__main__":
    main(globals())
