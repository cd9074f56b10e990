"""The peer of the OGC API - Features: pygeoapi, over a table with the same rows.

It is in the dependency group ``features`` of ``pyproject.toml`` and is installed into an
environment of its own below ``var/bench``, since nothing else needs it.
"""

import json
import os
import subprocess
import sys
import tomllib
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import socket
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from benchmarks.servers import HOME, ROOT, wait_until_ready
from boundaries.features.division_source import DIVISIONS
from boundaries.features.feature_period import FeaturePeriod
from boundaries.features.feature_query import FeatureQuery
from gazetteer.ledger.as_of import AsOf, today

COUNTY_TABLE = "peer.county"
"""The counties of this day, as the collection ``divisions`` has them, in a schema of their own."""

_ENVIRONMENT = HOME / "feature_peer"
_PATIENCE_SECONDS = 60
_LARGEST_PAGE = 10_000


def create_county_table(conninfo: str) -> None:
    """Make the table anew, with a primary key and statistics."""
    query = build_county_query()
    rows = query.build_statement("f.*", is_page=False)
    with psycopg.connect(conninfo) as conn:
        conn.execute("DROP SCHEMA IF EXISTS peer CASCADE; CREATE SCHEMA peer")
        create = psycopg.ClientCursor(conn).mogrify(
            f"CREATE TABLE {COUNTY_TABLE} AS {rows}".encode(), query.build_params()
        )
        conn.execute(create.encode())
        conn.execute(f"ALTER TABLE {COUNTY_TABLE} ADD PRIMARY KEY (id)".encode())
        conn.execute(f"ANALYZE {COUNTY_TABLE}".encode())


def build_county_query(*conditions: str, limit: int | None = None) -> FeatureQuery:
    """The counties of this day, as the collection ``divisions`` selects them."""
    is_county = "f.level = 'county'"
    period = FeaturePeriod(AsOf(today()))
    return FeatureQuery(DIVISIONS, period, conditions=(is_county, *conditions), limit=limit)


def drop_county_table(conninfo: str) -> None:
    """Leave the database as it was."""
    with psycopg.connect(conninfo) as conn:
        conn.execute("DROP SCHEMA IF EXISTS peer CASCADE")


@contextmanager
def serve_pygeoapi(conninfo: str, processes: int, threads: int) -> Iterator[int]:
    """Serve the table under gunicorn, as the service is; the value is the port.

    Raises:
        CalledProcessError: it cannot be installed or set up; it has printed why.
        TimeoutError: it does not answer.
    """
    python = _ensure_installed()
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with TemporaryDirectory() as folder:
        environment = _write_configuration(python, Path(folder), conninfo, port)
        command = [python, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers"]
        command += [str(processes), "--threads", str(threads), "--worker-class", "gthread"]
        command += ["--keep-alive", "75", "--log-level", "warning", "pygeoapi.flask_app:APP"]
        process = subprocess.Popen(command, env=environment, cwd=folder, stdout=subprocess.DEVNULL)
        try:
            wait_until_ready(f"http://127.0.0.1:{port}/conformance?f=json", process)
            yield port
        finally:
            process.terminate()
            process.wait(_PATIENCE_SECONDS)


def _ensure_installed() -> str:
    """The interpreter of the environment; what it needs is installed at the first use."""
    python = str(_ENVIRONMENT / "bin" / "python")
    if not (_ENVIRONMENT / "ready").exists():
        venv.create(_ENVIRONMENT, with_pip=True, clear=True)
        project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
        requirements = project["dependency-groups"]["features"]
        command = [python, "-m", "pip", "install", "--quiet", *requirements]
        subprocess.run(command, check=True, stdout=sys.stderr)
        (_ENVIRONMENT / "ready").touch()
    return python


def _write_configuration(python: str, folder: Path, conninfo: str, port: int) -> dict[str, str]:
    """The environment variables by which pygeoapi finds its two files."""
    configuration, openapi = folder / "configuration.yml", folder / "openapi.yml"
    # JSON is YAML as well.
    configuration.write_text(json.dumps(_build_configuration(conninfo, port)), "utf-8")
    environment = {
        **os.environ,
        "PYGEOAPI_CONFIG": str(configuration),
        "PYGEOAPI_OPENAPI": str(openapi),
    }
    generate = [str(Path(python).with_name("pygeoapi")), "openapi", "generate", str(configuration)]
    command = [*generate, "--output-file", str(openapi)]
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    return environment


def _build_configuration(conninfo: str, port: int) -> dict[str, Any]:
    url = f"http://127.0.0.1:{port}"
    party = {"name": "benchmark", "url": url}
    described = {"title": "benchmark", "description": "benchmark", "keywords": ["benchmark"]}
    return {
        "server": {
            "bind": {"host": "127.0.0.1", "port": port},
            "url": url,
            "mimetype": "application/json; charset=UTF-8",
            "encoding": "utf-8",
            "languages": ["en-US"],
            "gzip": False,
            "pretty_print": False,
            "limits": {"default_items": 100, "max_items": _LARGEST_PAGE},
            "map": {"url": f"{url}/none", "attribution": "none"},
        },
        "logging": {"level": "ERROR"},
        "metadata": {
            "identification": {
                **described,
                "keywords_type": "theme",
                "terms_of_service": url,
                "url": url,
            },
            "license": {"name": "none", "url": url},
            "provider": party,
            "contact": party,
        },
        "resources": {"county": _build_collection(conninfo, described, url)},
    }


def _build_collection(conninfo: str, described: dict[str, Any], url: str) -> dict[str, Any]:
    server = conninfo_to_dict(conninfo)
    schema, table = COUNTY_TABLE.split(".")
    provider = {
        "type": "feature",
        "name": "PostgreSQL",
        "data": {
            "host": server["host"],
            "port": int(server.get("port") or 5432),
            "dbname": server["dbname"],
            "user": server["user"],
            "password": server.get("password", ""),
            "search_path": [schema, "public"],
        },
        "id_field": "id",
        "table": table,
        "geom_field": "geom",
    }
    return {
        "type": "collection",
        **described,
        "links": [{"type": "text/html", "rel": "canonical", "title": "benchmark", "href": url}],
        "extents": {"spatial": {"bbox": [-180, -90, 180, 90]}},
        "providers": [provider],
    }
