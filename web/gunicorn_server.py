"""The HTTP server: gunicorn processes with threads, each with its own pool of connections."""

import errno
import gc
import os
import shutil
import socket
from multiprocessing import cpu_count
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication

from gazetteer.database.errors import DatabaseFault
from gazetteer.database.pool import open_pool
from gazetteer.messages import message
from gazetteer.settings import Settings
from web.request_targets import accept_raw_targets
from web.tls_files import create_tls_context, serves_https

_GC_THRESHOLDS = (20_000, 20, 50)
"""Thresholds of the garbage collector for its three generations.

The cached indexes are old and hold no cycles; with the default thresholds they would be traversed
every few seconds, which pauses all requests for a tenth of a second.
"""


class PortTaken(DatabaseFault):
    """The service cannot listen on its port."""


def check_port_free(settings: Settings) -> None:
    """Fail before any work is done if the port is not available.

    Raises:
        PortTaken: another program listens on it, or the account may not use it.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES, errno.EADDRNOTAVAIL):
                raise
            address = f"{settings.host}:{settings.port}"
            raise PortTaken(
                message("cli.port_taken", address=address, error=error.strerror)
            ) from None


class GunicornServer(BaseApplication):
    """Serves the application; :meth:`run` returns by SystemExit on SIGTERM or Ctrl-C."""

    def __init__(self, settings: Settings, conninfo: str) -> None:
        self._settings, self._conninfo = settings, conninfo
        super().__init__()

    def load_config(self) -> None:
        """Gunicorn's settings, derived from those of the program."""
        accept_raw_targets()
        settings = self._settings
        options: dict[str, Any] = {
            "bind": _format_address(settings),
            "workers": settings.processes or cpu_count(),
            "threads": settings.threads,
            "worker_class": "gthread",
            "http_parser": "python",
            "keepalive": 75,
            "timeout": 120,
            "graceful_timeout": 20,
            "loglevel": "warning",
            "proc_name": "gazetteer",
            "child_exit": _mark_worker_dead,
        }
        if serves_https(settings):
            options["certfile"], options["keyfile"] = settings.tls_cert, settings.tls_key
            options["ssl_context"] = lambda _conf, _default: create_tls_context(settings)
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The application of one serving process, made after the fork.

        It is imported here: the metrics it defines need the directory of :func:`prepare_metrics`.
        """
        from web.app import create_app  # noqa: PLC0415
        from web.http.connections import BACKGROUND_CONNECTIONS  # noqa: PLC0415
        from web.services.point_index_cache import warm_up_area_index  # noqa: PLC0415
        from web.services.search_index import warm_up_index  # noqa: PLC0415

        gc.set_threshold(*_GC_THRESHOLDS)
        threads, replica_url = self._settings.threads, self._settings.replica_url
        pool = open_pool(self._conninfo, threads + BACKGROUND_CONNECTIONS)
        replica_pool = open_pool(replica_url, threads, name="lookups") if replica_url else None
        app = create_app(self._settings, pool, replica_pool)
        with app.app_context():
            warm_up_index()
            warm_up_area_index()
        return app


def format_service_url(settings: Settings) -> str:
    """The URL under which the service answers on this machine."""
    return f"{'https' if serves_https(settings) else 'http'}://{_format_address(settings)}"


def _format_address(settings: Settings) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"{host}:{settings.port}"


def prepare_metrics(settings: Settings) -> None:
    """Give the serving processes one directory for their metrics; must run before they start."""
    directory = settings.home / "metrics"
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(Path(directory).absolute())


def _mark_worker_dead(_: Any, worker: Any) -> None:
    from prometheus_client import multiprocess  # noqa: PLC0415  (as in load)

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
