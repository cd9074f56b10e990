"""Metrics: requests by operation, status and time, and the head of the ledger.

Operations are labelled by name, never by URL, so that there are few of them. All serving
processes count in one directory; any of them can serve the sum.
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

from web.http.connections import connection

_REQUESTS = Counter("gazetteer_requests", "Requests answered", ("operation", "status"))
_SECONDS = Histogram(
    "gazetteer_request_seconds",
    "Time to the answer",
    ("operation",),
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30),
)
_STARTED_KEY = "gazetteer.started"


def install_metrics(app: Flask) -> None:
    """Count every request of ``app`` and serve ``/metrics``."""
    wsgi_app = app.wsgi_app

    def timed_wsgi_app(environ: dict[str, Any], start_response: Any) -> Any:
        environ[_STARTED_KEY] = time.perf_counter()
        return wsgi_app(environ, start_response)

    def count_response(response: Response) -> Response:
        # The proxy is resolved once: resolving costs more than counting.
        counted_request: Request = request._get_current_object()  # type: ignore[attr-defined]
        request_counter, duration_histogram = _label_counters(
            counted_request.endpoint or "unknown", response.status_code
        )
        request_counter.inc()
        duration_histogram.observe(time.perf_counter() - counted_request.environ[_STARTED_KEY])
        return response

    app.wsgi_app = timed_wsgi_app  # type: ignore[method-assign]
    app.after_request(count_response)
    app.add_url_rule("/metrics", "metrics", serve_metrics)


@cache
def _label_counters(operation: str, status: int) -> tuple[Counter, Histogram]:
    """The counters of a response; cached, since looking labels up costs more than counting."""
    return _REQUESTS.labels(operation, str(status)), _SECONDS.labels(operation)


def serve_metrics() -> Response:
    """All counts in Prometheus' text form."""
    registry: Any = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    ledger_registry = CollectorRegistry()
    with connection() as conn:
        seq, moment = conn.execute(
            "SELECT seq, extract(epoch FROM recorded_at) FROM ledger_head"
        ).fetchone()
    Gauge("gazetteer_ledger_seq", "Last published change", registry=ledger_registry).set(seq)
    if moment is not None and float(moment) > 0:
        published = Gauge(
            "gazetteer_ledger_published_timestamp_seconds",
            "Last publication",
            registry=ledger_registry,
        )
        published.set(float(moment))
    return Response(
        generate_latest(registry) + generate_latest(ledger_registry), mimetype=CONTENT_TYPE_LATEST
    )
