"""A gateway that only pretends: what tests and trials talk to instead of an operator's.

It answers like an SMS gateway (/sms/send) and like WeCom (/cgi-bin/…), keeps what it was given in
memory, and knows a message by its Idempotency-Key. It connects to nobody.

    with fake.running() as gateway:
        …
        gateway.texts()
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, slots=True)
class Given:
    """One message as it arrived. key: its Idempotency-Key."""

    way: str
    key: str
    to: str
    text: str
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass
class Gateway:
    """What has arrived, and what the next answers shall be.

    answers: (status, body) given instead of success, in order; address: where it listens;
    tokens: how many tokens of WeCom were handed out
    """

    address: str = ""
    given: list[Given] = field(default_factory=list)
    calls: int = 0
    tokens: int = 0
    answers: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    heard: Callable[[Given], None] | None = None
    _by_key: dict[str, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def texts(self) -> list[str]:
        """The words of everything that has arrived, in order."""
        return [one.text for one in self.given]

    def answer(
        self, path: str, headers: dict[str, str], body: dict[str, Any]
    ) -> tuple[int, dict[str, Any]]:
        """What to say to a request; a message that came before is not kept again."""
        parts = urlsplit(path)
        with self._lock:
            if parts.path == "/cgi-bin/gettoken":
                self.tokens += 1
                return 200, {
                    "errcode": 0,
                    "access_token": f"token-{self.tokens}",
                    "expires_in": 7200,
                }
            self.calls += 1
            if self.answers:
                return self.answers.pop(0)
            if parts.path == "/sms/send":
                return self._keep("sms", headers, str(body.get("to", "")), body)
            if parts.path == "/cgi-bin/message/send":
                token = parse_qs(parts.query).get("access_token", [""])[0]
                if token != f"token-{self.tokens}":
                    return 200, {"errcode": 42001, "errmsg": "access_token expired"}
                return self._keep("wecom", headers, str(body.get("touser", "")), body)
        return 404, {"error": "nothing here"}

    def _keep(
        self, way: str, headers: dict[str, str], to: str, body: dict[str, Any]
    ) -> tuple[int, dict[str, Any]]:
        text = body.get("text", "")
        words = str(text.get("content", "")) if isinstance(text, dict) else str(text)
        key = headers.get("idempotency-key", "")
        known = self._by_key.get(key) if key else None
        if known is None:
            known = f"fake-{len(self.given) + 1}"
            one = Given(way, key, to, words, headers, body)
            self.given.append(one)
            if key:
                self._by_key[key] = known
            if self.heard is not None:
                self.heard(one)
        return 200, {"errcode": 0, "errmsg": "ok", "id": known, "msgid": known}


@contextlib.contextmanager
def running(port: int = 0, heard: Callable[[Given], None] | None = None) -> Iterator[Gateway]:
    """The gateway, listening on this machine alone; port 0 takes any that is free."""
    gateway = Gateway(heard=heard)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._told({})

        def do_POST(self) -> None:
            raw = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), 1_000_000))
            try:
                body = json.loads(raw or b"{}")
            except ValueError:
                body = {}
            self._told(body if isinstance(body, dict) else {})

        def _told(self, body: dict[str, Any]) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, said = gateway.answer(self.path, headers, body)
            raw = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, format: str, *args: Any) -> None:
            """Silent: lines of requests hold tokens."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    gateway.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield gateway
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
