"""What the tests of the API share: a daemon, an attacker in its log, and looks at what became of him."""

import time

from harness import Daemon

ATTACKER = "203.0.113.77"


def failed(ip, count, start=1_780_100_000, user="root", pid=70_000):
    """Refused logins of one source, a second apart."""
    return "".join(
        time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(start + i)) +
        f" web1 sshd[{pid + i}]: Failed password for {user} from {ip} port {20_000 + i} ssh2\n"
        for i in range(count))


def accepted(ip, at, user="root", pid=90_000):
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(at))
    return f"{stamp} web1 sshd[{pid}]: Accepted password for {user} from {ip} port 4022 ssh2\n"


def probe(ip, second=0):
    """A line of an access log that is a finding by itself."""
    stamp = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(1_780_100_000 + second))
    return f'{ip} - - [{stamp}] "GET /a?f=../../../../etc/passwd HTTP/1.1" 404 12 "-" "-"\n'


def start(directory, *extra, text="", rate=0):
    log = directory / "auth.log"
    if not log.exists():
        log.write_text(text)
    return Daemon(directory, log, extra=["--rate-limit", str(rate), *extra]).start(), log


def append(log, text):
    with open(log, "a") as out:
        out.write(text)


def threat_of(daemon, ip):
    answer = daemon.ask("GET", f"/api/v1/threats/{ip}", token=daemon.admin)
    return answer.wanted(200).json() if answer.status != 404 else None


def token(daemon, role, name=None):
    made = daemon.ask("POST", "/api/v1/tokens", {"name": name or f"a {role}", "role": role}, daemon.admin)
    return made.wanted(201).json()


def finding(threat, title):
    return next((f for f in (threat or {}).get("findings", ()) if f["rule"]["title"] == title), None)


def with_findings(daemon, log, ip=ATTACKER):
    append(log, failed(ip, 40))
    daemon.wait(lambda: finding(threat_of(daemon, ip), "SSH brute force at a high rate"), "the attacker")
    return threat_of(daemon, ip)
