#!/usr/bin/env python3
"""The API of a running daemon, asked as its users ask it: every route, roles, changes, suppressions, events,
limits and headers."""

import gzip
import http.client
import json
import re
import shutil
import ssl
import subprocess
import time

from api import ATTACKER, accepted, append, failed, finding, probe, start, threat_of, token, with_findings
from harness import Skip, SshLog, main


def test_every_route_answers(directory):
    """every route of the document answers a good request with its good status"""
    daemon, log = start(directory, text="".join(SshLog(1).lines(2000)))
    with daemon.client(daemon.admin) as client:
        threat = with_findings(daemon, log)
        one = f"/api/v1/threats/{threat['id']}"
        idea = {"threat": threat["id"]}
        rule = threat["findings"][0]["rule"]["id"]
        suppression = client.ask("POST", "/api/v1/suppressions", {"rule": rule, "reason": "x"}).wanted(201)
        holder = token(daemon, "viewer")
        good = [
            ("GET", "/healthz", "/healthz", None, 200),
            ("GET", "/readyz", "/readyz", None, 200),
            ("GET", "/metrics", "/metrics", None, 200),
            ("GET", "/api/openapi.json", "/api/openapi.json", None, 200),
            ("GET", "/api/v1/threats", "/api/v1/threats?severity_min=low&sort=score&limit=5", None, 200),
            ("POST", "/api/v1/threats/bulk", "/api/v1/threats/bulk",
             {"ids": [threat["id"]], "change": {"assignee": "ann"}}, 200),
            ("GET", "/api/v1/threats/{id}", one, None, 200),
            ("PATCH", "/api/v1/threats/{id}", one, {"status": "acknowledged"}, 200),
            ("GET", "/api/v1/threats/{id}/timeline", one + "/timeline", None, 200),
            ("GET", "/api/v1/findings", "/api/v1/findings?entity=" + ATTACKER, None, 200),
            ("GET", "/api/v1/entities/{type}/{value}", f"/api/v1/entities/source.ip/{ATTACKER}", None, 200),
            ("POST", "/api/v1/events", "/api/v1/events", [{"message": "hello"}], 202),
            ("POST", "/api/v1/analyze", "/api/v1/analyze", {"content": probe("192.0.2.9")}, 200),
            ("GET", "/api/v1/rules", "/api/v1/rules", None, 200),
            ("GET", "/api/v1/rules/{id}", "/api/v1/rules/" + rule, None, 200),
            ("GET", "/api/v1/decisions", "/api/v1/decisions", None, 200),
            ("GET", "/api/v1/suppressions", "/api/v1/suppressions", None, 200),
            ("POST", "/api/v1/suppressions", "/api/v1/suppressions", {"rule": "none", "reason": "x"}, 201),
            ("POST", "/api/v1/suppressions/propose", "/api/v1/suppressions/propose", idea, 200),
            ("DELETE", "/api/v1/suppressions/{id}",
             "/api/v1/suppressions/" + suppression.json()["id"], None, 204),
            ("GET", "/api/v1/audit", "/api/v1/audit?limit=3&threat=" + threat["id"], None, 200),
            ("GET", "/api/v1/tokens", "/api/v1/tokens", None, 200),
            ("POST", "/api/v1/tokens", "/api/v1/tokens", {"name": "n", "role": "ingest", "days": 1}, 201),
            ("DELETE", "/api/v1/tokens/{id}", "/api/v1/tokens/" + holder["id"], None, 204),
            ("GET", "/api/v1/status", "/api/v1/status", None, 200),
            ("GET", "/api/v1/statistics", "/api/v1/statistics", None, 200),
            ("POST", "/api/threats/analyze", "/api/threats/analyze", {"event": {"message": "x"}}, 200),
            ("GET", "/api/threats/{id}", "/api/threats/" + ATTACKER, None, 200),
            ("GET", "/api/security/status", "/api/security/status", None, 200),
            ("POST", "/api/v1/prompts/scan", "/api/v1/prompts/scan", {"text": "hello"}, 200),
            ("GET", "/api/v1/prompts/verdicts", "/api/v1/prompts/verdicts?sort=score&scanner=links", None, 200),
            ("POST", "/analyze/prompt", "/analyze/prompt", {"prompt": "hello"}, 200),
            ("POST", "/scan/prompt", "/scan/prompt", {"prompt": "hello"}, 200),
            ("POST", "/analyze/output", "/analyze/output", {"output": "hello"}, 200),
            ("POST", "/scan/output", "/scan/output", {"output": "hello"}, 200),
            ("POST", "/v2/guard", "/v2/guard", {"messages": [{"role": "user", "content": "hello"}]}, 200),
            ("POST", "/beta/litellm_basic_guardrail_api", "/beta/litellm_basic_guardrail_api",
             {"texts": ["hello"]}, 200),
            ("POST", "/v1/moderations", "/v1/moderations", {"input": "hello"}, 200),
            ("POST", "/contentsafety/text:shieldPrompt", "/contentsafety/text:shieldPrompt",
             {"userPrompt": "hello"}, 200),
        ]
        for method, _, path, body, status in good:
            answer = client.ask(method, path, body)
            assert answer.status == status, f"{method} {path}: {answer.status} {answer.body[:300]}"
        document = client.ask("GET", "/api/openapi.json").json()
        known = {(method.upper(), path) for path, its in document["paths"].items() for method in its}
        # The stream has tests of its own.
        left = known - {(method, path) for method, path, *_ in good} - {("GET", "/api/v1/stream")}
        assert left <= {("POST", "/api/v1/threats"), ("GET", "/api/v1/events"),
                        ("GET", "/api/v1/prompts/verdicts/{id}")}, left
        analysis = client.ask("POST", "/api/v1/analyze", {"content": probe("192.0.2.9")}).json()
        assert analysis["verdict"] != "allow" and analysis["settled"] and analysis["threat"], analysis
    daemon.stop()


def test_curl(directory):
    """curl is answered, over TCP and over the socket in the state directory"""
    if not shutil.which("curl"):
        raise Skip("there is no curl")
    daemon, _ = start(directory, text="".join(SshLog(2).lines(200)))
    for where in (["-H", f"Authorization: Bearer {daemon.admin}", f"http://127.0.0.1:{daemon.port}"],
                  ["--unix-socket", str(daemon.state / "vedette.sock"), "http://localhost"]):
        url = where.pop() + "/api/v1/tokens"
        done = subprocess.run(["curl", "-sS", "--compressed", *where, url], capture_output=True, check=True)
        assert json.loads(done.stdout)["tokens"][0]["role"] == "admin"
    daemon.stop()


def test_roles(directory):
    """each role may do what it is for, and no more; a revoked token nothing"""
    daemon, log = start(directory)
    threat = with_findings(daemon, log)
    one = f"/api/v1/threats/{threat['id']}"
    tokens = {role: token(daemon, role) for role in ("ingest", "viewer", "analyst", "admin")}
    deeds = [  # in the order of what they need
        ("ingest", "POST", "/api/v1/events", [{"message": "x"}]),
        ("viewer", "GET", one, None),
        ("analyst", "PATCH", one, {"note": "seen"}),
        ("analyst", "POST", "/api/v1/suppressions/propose", {"threat": threat["id"]}),
        ("admin", "GET", "/api/v1/tokens", None),
        ("admin", "POST", "/api/v1/tokens", {"name": "x", "role": "viewer"}),
    ]
    ladder = ("viewer", "analyst", "admin")
    for role, holder in tokens.items():
        for needed, method, path, body in deeds:
            status = daemon.ask(method, path, body, holder["token"]).status
            if needed == "ingest":
                allowed = role in ("ingest", "admin")
                if role == "analyst":
                    continue  # whether analysts send events is not what this is about
            else:
                allowed = role in ladder and ladder.index(role) >= ladder.index(needed)
            assert (status < 300) == allowed and (allowed or status == 403), (role, method, path, status)
    for holder in (None, "vdt_00000000_no", tokens["viewer"]["token"] + "x"):
        assert daemon.ask("GET", "/api/v1/tokens", token=holder).status in (401, 403)
    gone = daemon.ask("DELETE", "/api/v1/tokens/" + tokens["analyst"]["id"], token=daemon.admin)
    gone.wanted(204)
    daemon.ask("PATCH", one, {"note": "again"}, tokens["analyst"]["token"]).wanted(401)
    daemon.stop()
    daemon.start()
    daemon.ask("PATCH", one, {"note": "again"}, tokens["analyst"]["token"]).wanted(401)
    daemon.ask("GET", one, token=tokens["viewer"]["token"]).wanted(200)
    daemon.stop()


def test_two_analysts(directory):
    """of two analysts who saw the same version the second one is told, and loses nothing"""
    daemon, log = start(directory)
    threat = with_findings(daemon, log)
    daemon.wait_until_idle(0.3)
    one = f"/api/v1/threats/{threat['id']}"
    ann, bob = (token(daemon, "analyst", name)["token"] for name in ("ann", "bob"))
    seen = daemon.ask("GET", one, token=ann).headers["ETag"]
    first = daemon.ask("PATCH", one, {"status": "in-progress"}, ann, {"If-Match": seen}).wanted(200)
    second = daemon.ask("PATCH", one, {"status": "resolved"}, bob, {"If-Match": seen}).wanted(412)
    assert second.headers["Content-Type"] == "application/problem+json"
    assert daemon.ask("GET", one, token=bob).json()["status"] == "in-progress"
    daemon.ask("PATCH", one, {"status": "resolved"}, bob,
               {"If-Match": first.headers["ETag"]}).wanted(200)
    who = [e["who"] for e in daemon.ask("GET", "/api/v1/audit?threat=" + threat["id"], token=ann)
           .json()["entries"]]
    assert who[:2] == ["bob", "ann"], who
    daemon.stop()


def test_bulk(directory):
    """many are changed at once, by their ids or by a query"""
    daemon, log = start(directory, text="".join(failed(f"203.0.113.{i}", 8, pid=1000 * i) for i in range(1, 31)))
    with daemon.client(daemon.admin) as client:
        def listed(query):
            return client.ask("GET", "/api/v1/threats?limit=1000&entity_type=source.ip&" + query).json()["threats"]
        daemon.wait(lambda: len(listed("")) == 30, "all threats")
        daemon.wait_until_idle(0.3)
        ids = [threat["id"] for threat in listed("")]
        result = client.ask("POST", "/api/v1/threats/bulk", {
            "ids": ids[:10] + ["t-0123456789ab"], "change": {"tags_added": ["x"]}}).wanted(200).json()
        assert result["changed"] == 10
        assert [r["status"] for r in result["results"]] == [200] * 10 + [404]
        assert {t["id"] for t in listed("tag=x")} == set(ids[:10])
        result = client.ask("POST", "/api/v1/threats/bulk", {
            "query": {"tag": "x"}, "change": {"status": "resolved", "reason": "old"}}).wanted(200).json()
        assert result["changed"] == 10
        assert {t["id"] for t in listed("status=resolved")} == set(ids[:10])
        assert len(listed("status=new")) == 20
    daemon.stop()


def test_a_suppression_hides(directory):
    """what was suppressed stays quiet in the log that is read, but a new technique of the attacker shows"""
    daemon, log = start(directory)
    with_findings(daemon, log)
    daemon.wait_until_idle(0.3)
    title = "SSH brute force at a high rate"
    before = threat_of(daemon, ATTACKER)
    with daemon.client(daemon.admin) as client:
        for its in before["findings"]:
            client.ask("POST", "/api/v1/suppressions", {
                "rule": its["rule"]["id"], "reason": "our scanner",
                "entity": {"type": "source.ip", "value": ATTACKER}}).wanted(201)
    append(log, failed(ATTACKER, 60, start=1_780_103_600, pid=80_000))
    daemon.wait_until_idle(0.5)
    quiet = threat_of(daemon, ATTACKER)
    assert finding(quiet, title)["count"] == finding(before, title)["count"]
    append(log, accepted(ATTACKER, 1_780_103_670))
    def titles():
        return {f["rule"]["title"] for f in threat_of(daemon, ATTACKER)["findings"]}
    daemon.wait(lambda: titles() - {f["rule"]["title"] for f in before["findings"]}, "the new technique")
    assert threat_of(daemon, ATTACKER)["severity"] in ("high", "critical")
    hidden = daemon.ask("GET", "/api/v1/statistics", token=daemon.admin).json()
    assert hidden["pipeline"]["findings_suppressed"] > 0
    daemon.stop()


def test_a_false_positive_is_reopened(directory):
    """more of the same does not reopen a false positive, but a new rule does"""
    daemon, log = start(directory)
    one = "/api/v1/threats/" + with_findings(daemon, log)["id"]
    daemon.wait_until_idle(0.3)
    daemon.ask("PATCH", one, {"status": "false-positive"}, daemon.admin).wanted(200)
    append(log, failed(ATTACKER, 5, start=1_780_100_100, pid=80_000))
    daemon.wait_until_idle(0.5)
    assert threat_of(daemon, ATTACKER)["status"] == "false-positive"
    append(log, accepted(ATTACKER, 1_780_100_110))
    daemon.wait(lambda: threat_of(daemon, ATTACKER)["status"] == "new", "the threat to be new again")
    actions = [e["action"] for e in daemon.ask("GET", "/api/v1/audit", token=daemon.admin).json()["entries"]]
    assert actions[0] == "reopen", actions
    daemon.stop()


def test_events_in_every_packing(directory):
    """events sent as array, as lines, packed by gzip or zstd, are threats afterwards"""
    daemon, _ = start(directory)
    sender = token(daemon, "ingest")["token"]
    def event(ip, i):
        return {"@timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1_780_100_000 + i)),
                "event": {"action": "failed-password", "outcome": "failure", "category": ["authentication"]},
                "source": {"ip": ip}, "user": {"name": "root"}, "process": {"name": "imapd"},
                "host": {"name": "web1"}, "message": "refused"}
    def lines(ip):
        return "".join(json.dumps(event(ip, i)) + "\n" for i in range(40)).encode()
    lined = {"Content-Type": "application/x-ndjson"}
    array = json.dumps([event("203.0.113.1", i) for i in range(40)], indent=1)
    bodies = {"203.0.113.1": (array.encode(), {}), "203.0.113.2": (lines("203.0.113.2"), lined),
              "203.0.113.3": (gzip.compress(lines("203.0.113.3")), {**lined, "Content-Encoding": "gzip"})}
    if shutil.which("zstd"):
        packed = subprocess.run(["zstd", "-q", "-c"], input=lines("203.0.113.4"), capture_output=True, check=True)
        bodies["203.0.113.4"] = (packed.stdout, {**lined, "Content-Encoding": "zstd"})
    for body, headers in bodies.values():
        answer = daemon.ask("POST", "/api/v1/events", body, sender, headers).wanted(202)
        assert answer.json() == {"accepted": 40}, answer.body
    for ip in bodies:
        daemon.wait(lambda: finding(threat_of(daemon, ip), "Password guessing"), f"{ip} to be a threat")
        assert threat_of(daemon, ip)["counts"]["authentication_failure"] == 40
    daemon.stop()


def test_rate_limit(directory):
    """who asks too often gets 429 with Retry-After; somebody else is served meanwhile"""
    daemon, _ = start(directory, rate=3)
    other = token(daemon, "viewer")["token"]
    with daemon.client(daemon.admin) as client:
        answers = [client.ask("GET", "/api/v1/status") for _ in range(30)]
    refused = [answer for answer in answers if answer.status == 429]
    assert len(refused) >= 15, [answer.status for answer in answers]
    assert int(refused[0].headers["Retry-After"]) >= 1
    assert refused[0].json()["code"] == "VD6009"
    assert all("RateLimit-Remaining" in answer.headers for answer in answers)
    daemon.ask("GET", "/api/v1/status", token=other).wanted(200)
    daemon.stop()


def test_access_log(directory):
    """each answered request is one line of the access log, refused ones too, and no line has a secret"""
    path = directory / "access.log"
    daemon, _ = start(directory, "--access-log", path)
    answers = [
        daemon.ask("GET", "/api/v1/status?x=%0a%1b", token=daemon.admin),
        daemon.ask("GET", "/healthz"),
        daemon.ask("POST", "/api/v1/tokens", {"name": "n", "role": "viewer"}),
        daemon.ask("POST", "/api/v1/tokens", {"name": "n", "role": "viewer"}, daemon.admin),
    ]
    assert [answer.status for answer in answers] == [400, 200, 403, 201]
    daemon.stop()
    lines = path.read_text().splitlines()
    for answer in answers:
        its = [line for line in lines if line.endswith(" " + answer.headers["X-Request-Id"])]
        assert len(its) == 1 and f'" {answer.status} ' in its[0], (answer.status, lines)
    secret = answers[3].json()["token"].split("_")[-1]
    for written in (path, daemon.log):
        text = written.read_text()
        assert secret not in text and daemon.admin.split("_", 2)[2] not in text, written


def test_headers(directory):
    """every answer, good or bad, has the headers that keep browsers safe, and no web page may ask"""
    daemon, _ = start(directory)
    for method, path in (("GET", "/healthz"), ("GET", "/nosuch"), ("GET", "/api/v1/tokens"),
                         ("PUT", "/api/v1/threats"), ("OPTIONS", "/api/v1/threats")):
        answer = daemon.ask(method, path, headers={"Origin": "https://evil.example.org"})
        for name in ("X-Content-Type-Options", "X-Frame-Options", "Content-Security-Policy",
                     "Referrer-Policy", "Cache-Control"):
            assert answer.headers[name], (method, path, name)
        assert not [n for n in answer.headers if n.lower().startswith("access-control")], answer.headers
        assert "Server" not in answer.headers
    daemon.ask("OPTIONS", "/api/v1/threats").wanted(405)
    daemon.stop()


def test_cors(directory):
    """a web page may ask if its origin was named, and no other"""
    daemon, _ = start(directory, "--cors-origins", "https://soc.example.org")
    for origin, allowed in (("https://soc.example.org", True), ("https://soc.example.org.evil.example", False),
                            ("null", False)):
        answer = daemon.ask("OPTIONS", "/api/v1/threats", headers={"Origin": origin})
        assert (answer.headers["Access-Control-Allow-Origin"] == origin) == allowed, origin
    daemon.stop()


def test_tls(directory):
    """with a certificate the API speaks TLS, and plain HTTP gets nothing"""
    if not shutil.which("openssl"):
        raise Skip("there is no openssl")
    certificate, key = directory / "cert.pem", directory / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                    "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    daemon, _ = start(directory, "--tls-certificate", certificate, "--tls-key", key)
    context = ssl.create_default_context(cafile=certificate)
    connection = http.client.HTTPSConnection("127.0.0.1", daemon.port, context=context, timeout=30)
    connection.request("GET", "/api/v1/tokens", headers={"Authorization": f"Bearer {daemon.admin}"})
    answer = connection.getresponse()
    assert answer.status == 200 and json.loads(answer.read())["tokens"]
    assert answer.headers["Strict-Transport-Security"]
    assert connection.sock.version() in ("TLSv1.2", "TLSv1.3")
    try:
        status = daemon.ask("GET", "/healthz").status
        assert status == 400, status
    except (OSError, http.client.HTTPException):
        pass
    daemon.stop()


def test_metrics(directory):
    """metrics parse, and tell of every route that was asked and of every tier"""
    daemon, log = start(directory)
    with_findings(daemon, log)
    daemon.ask("GET", "/api/v1/rules", token=daemon.admin).wanted(200)
    daemon.ask("GET", "/api/v1/rules/none", token=daemon.admin).wanted(404)
    text = daemon.ask("GET", "/metrics").wanted(200).body.decode()
    sample = re.compile(r'[a-z_]+(\{[a-z_]+="[^"\\]*"(,[a-z_]+="[^"\\]*")*\})? (\d+(\.\d+)?(e[+-]?\d+)?|\+Inf)')
    for line in text.splitlines():
        assert line.startswith(("# HELP ", "# TYPE ")) or sample.fullmatch(line), line
    for wanted in ('vedette_http_requests_total{route="listRules",status="2xx"} 1',
                   'vedette_http_requests_total{route="getRule",status="4xx"} 1',
                   'vedette_http_request_seconds_count{route="listRules"} 1'):
        assert wanted in text, wanted
    assert re.search(r'vedette_threats\{tier="working",severity="[a-z]+",status="new"\} [1-9]', text)
    daemon.stop()


if __name__ == "__main__":
    main(globals())
