"""A proxy on 127.0.0.1 that writes down what a client says to a service: one JSON object a line.

Alone: ``python -m tests.interop.recording_proxy http://127.0.0.1:8000 session.jsonl``. The header
``Host`` is passed on, so that the links of a service that derives them from it lead to the proxy.
"""

import json
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from email.message import Message
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

REQUEST_HEADERS = (
    "Accept", "Content-Type", "Content-Crs", "Authorization", "If-Match", "If-None-Match",
    "Cache-Control", "Prefer", "Origin", "User-Agent",
)  # fmt: skip
RESPONSE_HEADERS = ("Content-Type", "Content-Crs", "ETag", "Location", "Allow", "Cache-Control")
PLACEHOLDER = "…"
_HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "content-length"}
)


class RecordingProxy(ThreadingHTTPServer):
    """Passes requests on to one service; ``exchanges`` has them in the order of their ends."""

    daemon_threads = True

    def __init__(self, service: str, recording: Path | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _ProxyHandler)
        self.service = urlsplit(service)
        self.exchanges: list[dict[str, Any]] = []
        self._recording = recording
        self._lock = threading.Lock()

    @property
    def address(self) -> str:
        """Where clients reach it."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def record_exchange(self, exchange: dict[str, Any]) -> None:
        """Keep one request with its response, and write it to the recording."""
        with self._lock:
            self.exchanges.append(exchange)
            if self._recording:
                with self._recording.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(exchange, ensure_ascii=False) + "\n")


class _ProxyHandler(BaseHTTPRequestHandler):
    server: RecordingProxy
    protocol_version = "HTTP/1.1"

    def pass_on(self) -> None:
        """Ask the service the same, answer with its response, record both."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        upstream = HTTPConnection(self.server.service.netloc, timeout=300)
        try:
            headers = dict(_list_end_to_end(self.headers))
            upstream.request(self.command, self.path, body or None, headers)
            response = upstream.getresponse()
            content = response.read()
        finally:
            upstream.close()
        # Before the client hears of it: who waits for the client then finds it recorded.
        self.server.record_exchange(self._describe_exchange(body, response))
        self.send_response_only(response.status, response.reason)
        for name, value in _list_end_to_end(response.headers):
            self.send_header(name, value)
        if response.status not in {204, 304}:
            length = response.headers["Content-Length"] or str(len(content))  # of HEAD: as said
            self.send_header("Content-Length", length)
        self.end_headers()
        self.wfile.write(content)

    # The names are asked for by the standard library.
    do_GET = do_HEAD = do_OPTIONS = pass_on  # noqa: N815
    do_POST = do_PUT = do_PATCH = do_DELETE = pass_on  # noqa: N815

    def log_message(self, *arguments: object) -> None:
        """Print nothing: the recording has it all."""

    def _describe_exchange(self, body: bytes, response: HTTPResponse) -> dict[str, Any]:
        headers = _select_headers(self.headers, REQUEST_HEADERS)
        if "Authorization" in headers:
            scheme = headers["Authorization"].partition(" ")[0]
            headers["Authorization"] = f"{scheme} {PLACEHOLDER}"
        return {
            "method": self.command,
            "path": self.path,
            "headers": headers,
            "body": body.decode("utf-8"),
            "status": response.status,
            "response_headers": _select_headers(response.headers, RESPONSE_HEADERS),
        }


def _list_end_to_end(headers: Message) -> Iterator[tuple[str, str]]:
    return ((name, value) for name, value in headers.items() if name.lower() not in _HOP_BY_HOP)


def _select_headers(headers: Mapping[str, str] | Message, names: tuple[str, ...]) -> dict[str, str]:
    return {name: str(headers[name]) for name in names if headers.get(name) is not None}


@contextmanager
def record_requests(service: str, recording: Path | None = None) -> Iterator[RecordingProxy]:
    """A running proxy before ``service``; it adds to the file ``recording``."""
    with RecordingProxy(service, recording) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
            thread.join()


def serve_until_interrupted() -> None:
    """Serve until interrupted."""
    if len(sys.argv) != 3:
        sys.exit("usage: python -m tests.interop.recording_proxy http://127.0.0.1:PORT FILE")
    with record_requests(sys.argv[1], Path(sys.argv[2])) as proxy:
        print(proxy.address, flush=True)
        with suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    serve_until_interrupted()
