"""What the service counts: requests by operation, status and time, and how far the ledger is.

Operations are labelled by name, never by URL, so that there are few of them. All serving
processes count in one directory; any of them can tell the sum.
"""

import os
import time
from functools import cache
from typing import Any

from flask import Flask, Request, Response, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)
from prometheus_client.registry import REGISTRY

from web.db import connection

_REQUESTS = Counter("gazetteer_requests", "Requests answered", ("operation", "status"))
_SECONDS = Histogram(
    "gazetteer_request_seconds",
    "Time to the answer",
    ("operation",),
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30),
)
_STARTED = "gazetteer.started"


def install(app: Flask) -> None:
    """Count every request of ``app`` and serve ``/metrics``."""
    answer = app.wsgi_app

    def timed(environ: dict[str, Any], start_response: Any) -> Any:
        environ[_STARTED] = time.perf_counter()
        return answer(environ, start_response)

    def count(response: Response) -> Response:
        # Looked up once, since that costs more than counting.
        asked: Request = request._get_current_object()  # type: ignore[attr-defined]
        answered, seconds = _counters(asked.endpoint or "unknown", response.status_code)
        answered.inc()
        seconds.observe(time.perf_counter() - asked.environ[_STARTED])
        return response

    app.wsgi_app = timed  # type: ignore[method-assign]
    app.after_request(count)
    app.add_url_rule("/metrics", "metrics", metrics)


@cache
def _counters(operation: str, status: int) -> tuple[Counter, Histogram]:
    """What counts an answer; found once, since looking labels up costs more than counting."""
    return _REQUESTS.labels(operation, str(status)), _SECONDS.labels(operation)


def metrics() -> Response:
    """All counts in Prometheus' text form."""
    registry: Any = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    own = CollectorRegistry()
    with connection() as conn:
        seq, moment = conn.execute(
            "SELECT seq, extract(epoch FROM recorded_at) FROM ledger_head"
        ).fetchone()
    Gauge("gazetteer_ledger_seq", "Last published change", registry=own).set(seq)
    if moment is not None and float(moment) > 0:
        published = Gauge(
            "gazetteer_ledger_published_timestamp_seconds", "Last publication", registry=own
        )
        published.set(float(moment))
    return Response(generate_latest(registry) + generate_latest(own), mimetype=CONTENT_TYPE_LATEST)
