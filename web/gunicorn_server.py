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
from gazetteer.settings import Settings

_GC_THRESHOLDS = (20_000, 20, 50)
"""How seldom the collector of cycles looks at young, middling and old objects.

What is remembered for quick answers is old and holds no cycles; by the usual figures it would be
walked through every few seconds, while nobody is answered for a tenth of a second.
"""


class PortTaken(DatabaseFault):
    """Another program listens on the port."""


def check_port_free(settings: Settings) -> None:
    """Fail before any work is done if the port cannot be had.

    Raises:
        PortTaken: says which setting chooses another one.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES, errno.EADDRNOTAVAIL):
                raise
            raise PortTaken(
                f"{settings.host}:{settings.port} cannot be listened on: {error.strerror}.",
                "Choose another port: GAZETTEER_PORT=8001 make run",
            ) from None


class GunicornServer(BaseApplication):
    """Serves the application; :meth:`run` returns by SystemExit on SIGTERM or Ctrl-C."""

    def __init__(self, settings: Settings, conninfo: str) -> None:
        self._settings, self._conninfo = settings, conninfo
        super().__init__()

    def load_config(self) -> None:
        """Gunicorn's settings from ours."""
        ours = self._settings
        host = f"[{ours.host}]" if ":" in ours.host else ours.host
        options = {
            "bind": f"{host}:{ours.port}",
            "workers": ours.processes or cpu_count(),
            "threads": ours.threads,
            "worker_class": "gthread",
            "keepalive": 75,
            "timeout": 120,
            "graceful_timeout": 20,
            "loglevel": "warning",
            "proc_name": "gazetteer",
            "child_exit": _mark_worker_dead,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The application of one serving process, made after the fork."""
        from web.app import create_app
        from web.http.connections import BACKGROUND_CONNECTIONS
        from web.services.point_index_cache import warm_up_area_index
        from web.services.search_index import warm_up_index

        gc.set_threshold(*_GC_THRESHOLDS)
        pool = open_pool(self._conninfo, self._settings.threads + BACKGROUND_CONNECTIONS)
        app = create_app(self._settings, pool)
        with app.app_context():
            warm_up_index()
            warm_up_area_index()
        return app


def prepare_metrics(settings: Settings) -> None:
    """Give the serving processes one directory to count in; must run before they start."""
    directory = settings.home / "metrics"
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(Path(directory).absolute())


def _mark_worker_dead(_: Any, worker: Any) -> None:
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
