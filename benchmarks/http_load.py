"""A load of HTTP requests over persistent connections, for a bounded time.

Each connection sends a request, waits for the whole response, and sends the next. It parses only
the status and ``Content-Length``, so that it takes little of the cores that it shares with the
server.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import cycle


@dataclass(frozen=True, slots=True)
class HttpLoad:
    """The result of a load; ``statuses`` counts responses by status."""

    seconds: float
    statuses: Counter[int]
    latencies: tuple[float, ...]

    @property
    def rate(self) -> float:
        """Responses a second."""
        return len(self.latencies) / self.seconds

    def compute_latency_ms(self, share: float) -> float:
        """The latency that this share of the responses did not exceed."""
        ordered = sorted(self.latencies)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)] * 1000


class _LoadConnection(asyncio.Protocol):
    """One connection that sends requests until its time is over."""

    def __init__(self, requests: Iterator[bytes], ends: float) -> None:
        self.requests, self.ends = requests, ends
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.statuses: Counter[int] = Counter()
        self.latencies: list[float] = []
        self._buffer = b""
        self._expected = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._send_request()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._expected:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            self._expected = end + 4 + _parse_content_length(self._buffer[:end])
        if len(self._buffer) < self._expected:
            return
        self.statuses[int(self._buffer[9:12])] += 1
        self.latencies.append(time.perf_counter() - self._sent_at)
        self._buffer, self._expected = b"", 0
        self._send_request()

    def connection_lost(self, exc: Exception | None) -> None:
        if self.done.done():
            return
        if self._buffer or exc:
            self.done.set_exception(exc or ConnectionError("an answer was cut off"))
        else:
            self.done.set_result(None)

    def _send_request(self) -> None:
        self._sent_at = time.perf_counter()
        if self._sent_at > self.ends:
            self.done.set_result(None)
            self.transport.close()
            return
        self.transport.write(next(self.requests))


def _parse_content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    if head[9:12] in (b"204", b"304"):
        return 0
    raise ValueError(f"an answer without a length: {head!r}")


def run_http_load(port: int, paths: Iterable[str], connections: int, seconds: float) -> HttpLoad:
    """Request the paths from a server on a loopback port, in turn, for so many seconds.

    Raises:
        OSError: the server cannot be reached, or broke off.
    """
    requests = cycle(
        [f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode() for path in paths]
    )
    return asyncio.run(_run_connections(port, requests, connections, seconds))


async def _run_connections(
    port: int, requests: Iterator[bytes], connections: int, seconds: float
) -> HttpLoad:
    loop = asyncio.get_running_loop()
    begun = time.perf_counter()
    opened = [
        await loop.create_connection(
            lambda: _LoadConnection(requests, begun + seconds), "127.0.0.1", port
        )
        for _ in range(connections)
    ]
    await asyncio.gather(*(protocol.done for _, protocol in opened))
    spent = time.perf_counter() - begun
    statuses = sum((protocol.statuses for _, protocol in opened), Counter())
    return HttpLoad(spent, statuses, tuple(t for _, p in opened for t in p.latencies))
