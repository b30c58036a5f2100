#!/usr/bin/env python3
"""What strangers send to the API: every answer is a problem document or a closed connection, and afterwards the
daemon serves as before, in bounded memory, with no secret in its log."""

import gzip
import json
import resource
import shutil
import socket
import subprocess
import time

from harness import Daemon, Skip, main

EVENTS = "/api/v1/events"


class Target:
    """A daemon under attack. Leaving the block proves that it took no harm."""

    def __init__(self, directory, *extra):
        log = directory / "auth.log"
        log.touch()
        self.daemon = Daemon(directory, log, extra=["--rate-limit", "0", *extra])

    def __enter__(self):
        self.daemon.start()
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self.daemon.ask("GET", "/api/v1/status", token=self.daemon.admin).wanted(200)
            assert self.rss() < 400e6, self.rss()
            self.daemon.stop()
            assert self.daemon.admin.split("_", 2)[2] not in self.daemon.log.read_text(errors="replace")
        else:
            self.daemon.kill()

    def rss(self):
        return self.daemon.metric("process_resident_memory_bytes")

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.daemon.port), timeout=30)

    def head(self, method="GET", path="/api/v1/status", *lines):
        return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: x",
                            f"Authorization: Bearer {self.daemon.admin}", *lines, "", ""]).encode()

    def send(self, data):
        """All that comes back until the other side closes, or says no more for a while."""
        with self.connect() as connection:
            try:
                connection.sendall(data)
                connection.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # refused before its end
            return everything(connection)

    def refused(self, data, *statuses):
        """A problem document with one of the statuses, and nothing behind it; or a closed connection."""
        answer = self.send(data)
        if not answer:
            return
        head, _, body = answer.partition(b"\r\n\r\n")
        status = int(head.split()[1])
        assert status in statuses, f"{data[:200]!r}: {answer[:300]!r}"
        assert b"application/problem+json" in head, head
        if body:
            assert json.loads(body)["status"] == status, body


def everything(connection):
    answer = b""
    try:
        while piece := connection.recv(65536):
            answer += piece
    except OSError:
        pass
    return answer


def test_bodies(directory):
    """bodies that are no JSON, or none of the right shape, are refused as such"""
    deep = "[" * 5000 + "]" * 5000
    bodies = [b"", b"{", b"nul", b"\xff\xfe", b'{"name":"\xff"}', b'{"name":"\\ud800"}', b"\0", deep.encode(),
              b'{"a":' * 20 + b"1" + b"}" * 20, b'{"name":1e999}', b'{"name":' + b"9" * 500 + b"}",
              b'{"name":"x","name":"y","role":"viewer"}', b'{"name":[],"role":{}}', b"[1,2]", b'"x"', b"5",
              b'{"name":"x","role":"viewer","days":1.5}', b'{"name":"x","role":"viewer","days":-1}',
              b'{"name":"x","role":"viewer","days":99999999999999999999}', b'{"name":"x","role":null}',
              b'{"name":"x","role":"viewer"} {}', b"\xef\xbb\xbf{", b'{"name":"' + b"x" * 200 + b'"}']
    paths = [("POST", "/api/v1/tokens"), ("POST", "/api/v1/suppressions"), ("POST", "/api/v1/threats/bulk"),
             ("POST", "/api/v1/suppressions/propose"), ("PATCH", "/api/v1/threats/t-000000000000"),
             ("POST", "/api/v1/analyze")]
    with Target(directory) as target, target.daemon.client(target.daemon.admin) as client:
        for method, path in paths:
            for body in bodies:
                answer = client.ask(method, path, body)
                assert answer.status in (400, 404, 413, 422), (method, path, body[:80], answer.status)
                assert answer.json()["code"].startswith("VD"), answer.body
        for body in (b"", b"[", b"[1]", b"[[]]", b'["x"]', b"[]", b"[{}", b" \n ", deep.encode()):
            answer = client.ask("POST", EVENTS, body)
            assert answer.status == 400, (body[:80], answer.status)


def test_smuggling(directory):
    """two ways to say how long a body is, folded headers and bare newlines are refused, and the connection closed"""
    hidden = b"GET /api/v1/tokens HTTP/1.1\r\nHost: x\r\n\r\n"
    with Target(directory) as target:
        json_type = "Content-Type: application/json"
        chunked = b"0\r\n\r\n" + hidden
        for lines, body in [
            (("Content-Length: 5", "Transfer-Encoding: chunked"), chunked),
            (("Transfer-Encoding: chunked", "Content-Length: 5"), chunked),
            (("Content-Length: 5", "Content-Length: 6"), b"{   }" + hidden),
            (("Content-Length: 5", "Content-Length: 5"), b"{   }" + hidden),
            (("Content-Length: 5, 6",), b"{   }" + hidden),
            (("Content-Length: +5",), b"{   }" + hidden),
            (("Content-Length: -1",), b"{   }" + hidden),
            (("Content-Length: 0x5",), b"{   }" + hidden),
            (("Content-Length: 99999999999999999999",), b"{   }" + hidden),
            (("Content-Length : 5",), b"{   }" + hidden),
            (("Transfer-Encoding: xchunked",), chunked),
            (("Transfer-Encoding: chunked, identity",), chunked),
            (("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"), chunked),
            (("Transfer-Encoding:\x0bchunked",), chunked),
            (("X-Fold: a\r\n b",), b""),
            (("X-Bare: a\nContent-Length: 5",), b"{   }"),
            (("X-Return: a\rb",), b""),
            (("X-Nul: a\0b",), b""),
            (("No colon",), b""),
            ((": no name",), b""),
            (("Transfer-Encoding: chunked",), b"5;x=\n\r\n{   }\r\n0\r\n\r\n" + hidden),
            (("Transfer-Encoding: chunked",), b"fffffffffffffffff\r\n{}" + hidden),
            (("Transfer-Encoding: chunked",), b"-1\r\n{}" + hidden),
            (("Transfer-Encoding: chunked",), b"2\r\n{}" + hidden),
        ]:
            target.refused(target.head("POST", EVENTS, json_type, *lines) + body, 400, 413, 415, 501)
        target.refused(b"GET /healthz HTTP/1.1\nHost: x\n\n", 400)
        target.refused(b"GET  /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 400)
        target.refused(b"GET /healthz HTTP/1.1\r\n\r\n", 400)  # no Host
        target.refused(b"GET /healthz HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400)
        target.refused(b"GET /healthz HTTP/9.9\r\nHost: x\r\n\r\n", 400, 505)
        target.refused(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 200, 400)
        target.refused(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, 505)


def test_floods_of_headers(directory):
    """headers beyond the limits are refused, however they are spread"""
    with Target(directory) as target:
        target.refused(target.head("GET", "/api/v1/status", *[f"X-{i}: y" for i in range(5000)]), 400, 431)
        target.refused(target.head("GET", "/api/v1/status", "X: " + "y" * 1_000_000), 400, 431)
        target.refused(target.head("GET", "/" + "a" * 100_000), 400, 414, 431)
        target.refused(target.head("GET", "/api/v1/threats?" + "&".join(["limit=1"] * 500)), 400, 414)
        target.refused(b"G" * 100_000 + b" / HTTP/1.1\r\nHost: x\r\n\r\n", 400, 414, 431, 501)
        target.refused(target.head("PATCH", "/api/v1/threats/x", "Content-Type: application/json",
                                   "Content-Length: 12", "Idempotency-Key: " + "k" * 200) + b'{"note":"x"}', 400, 404)


def test_paths(directory):
    """no way of writing a path leads around the roles or out of the API"""
    with Target(directory) as target:
        for path in ("/api/v1/%2e%2e/v1/tokens", "/api/v1/../v1/tokens", "//api/v1/tokens", "/api//v1/tokens",
                     "/api/v1/tokens/", "/api/v1/tokens%00", "/api/v1/tokens%2f", "/api/v1%2ftokens",
                     "/API/v1/tokens", "/api/v1/tokens;x=1", "/api/v1/tokens%", "/%2e%2e/%2e%2e/etc/passwd",
                     "/..%5c..%5cwindows", "http://other/api/v1/tokens", "/api/v1/threats/%00", "/api/v1/threats/%ff",
                     "/api/v1/threats/..%2f..%2ftokens", "/api/v1/entities/source.ip/%2e%2e", "*", "tokens", "/\x7f",
                     "/api/v1/rules/..%2f..%2f..%2fetc%2fpasswd"):
            target.refused(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode("latin-1"), 400, 401, 403, 404, 405)
            answer = target.send(target.head("GET", path, "Connection: close"))
            # Another way to write the same path may be understood, but never leads to a file.
            assert b"root:" not in answer, path
        for method in ("TRACE", "CONNECT", "get", "G\tET", "DEBUG", "PROPFIND"):
            target.refused(f"{method} /api/v1/status HTTP/1.1\r\nHost: x\r\n\r\n".encode(), 400, 401, 403, 405, 501)


def test_large_and_packed_bodies(directory):
    """bodies that are too large, packed or not, are refused before they take memory"""
    with Target(directory) as target:
        kind = "Content-Type: application/json"
        before = target.rss()
        target.refused(target.head("POST", EVENTS, kind, "Content-Length: 100000000000") + b"x", 413)
        target.refused(target.head("POST", "/api/v1/tokens", kind, "Content-Length: 3000000") + b" " * 3_000_000, 413)
        target.refused(target.head("POST", "/api/v1/tokens", kind, "Transfer-Encoding: chunked")
                       + b"10000\r\n" * 3 + b" " * 65536, 400, 413)
        packings = [("gzip", gzip.compress(b" " * (300 << 20), 9))]
        if shutil.which("zstd"):
            zeros = subprocess.run("head -c 2000000000 /dev/zero | zstd -q -c --long=27", shell=True,
                                   capture_output=True, check=True).stdout
            packings.append(("zstd", zeros))
        for coding, packed in packings:
            for _ in range(5):
                target.refused(target.head("POST", EVENTS, kind, f"Content-Encoding: {coding}",
                                           f"Content-Length: {len(packed)}") + packed, 400, 413)
        for coding in ("gzip", "zstd", "br", "gzip, gzip", "deflate"):
            target.refused(target.head("POST", EVENTS, kind, f"Content-Encoding: {coding}",
                                       "Content-Length: 7") + b"garbage", 400, 415)
        cut = gzip.compress(b'[{"message":"x"}]' * 100)[:-9]
        target.refused(target.head("POST", EVENTS, kind, "Content-Encoding: gzip",
                                   f"Content-Length: {len(cut)}") + cut, 400)
        assert target.rss() - before < 150e6, (before, target.rss())


def test_half_closed(directory):
    """who stops sending in the middle gets nothing or a problem, and who only closes his side gets his answer"""
    with Target(directory) as target:
        whole = target.head("POST", EVENTS, "Content-Type: application/json", "Content-Length: 17")
        for cut in range(0, len(whole), 7):
            target.refused(whole[:cut], 400, 408)
        target.refused(whole + b'[{"message"', 400, 408)
        assert b" 202 " in target.send(whole + b'[{"message":"x"}]')
        with target.connect() as connection:  # gone without having read
            connection.sendall(target.head() * 100)


def test_bodies_that_come_slowly(directory):
    """a header or a body that comes too slowly ends its connection"""
    with Target(directory) as target:
        slow = [target.connect() for _ in range(3)]
        starts = (b"GET /hea", target.head("POST", EVENTS, "Content-Type: application/json",
                                           "Content-Length: 1000000") + b"[", target.head()[:-2])
        for connection, data in zip(slow, starts):
            connection.sendall(data)
        until = time.monotonic() + 60
        for connection in slow:
            connection.settimeout(max(1, until - time.monotonic()))
            answer = everything(connection)
            assert time.monotonic() < until, "it was held open"
            assert not answer or answer.startswith(b"HTTP/1.1 408"), answer[:100]
            connection.close()


def test_idle_connections(directory):
    """two thousand connections that say nothing keep nobody out"""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 4096:
        raise Skip("fewer than 4,096 files may be open")
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192) if hard > 0 else 8192, hard))
    with Target(directory, "--connections-max", "4096") as target:
        idle = [target.connect() for _ in range(2000)]
        target.daemon.ask("GET", "/api/v1/status", token=target.daemon.admin).wanted(200)
        assert target.rss() < 200e6, target.rss()
        for connection in idle:
            connection.close()


def test_more_connections_than_may_be(directory):
    """beyond the limit a connection gets 503 or is closed, and when others go there is room again"""
    with Target(directory, "--connections-max", "16") as target:
        held = [target.connect() for _ in range(16)]
        for connection in held:  # answered: so it was accepted, and counts
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert connection.recv(4096).startswith(b"HTTP/1.1 200")
        target.refused(target.head(), 503)
        for connection in held:
            connection.close()
        def served():
            return b" 200 " in target.send(target.head("GET", "/api/v1/status", "Connection: close"))
        target.daemon.wait(served, "room")


if __name__ == "__main__":
    main(globals())
