"""A tile over HTTP compared with the bare ``ST_AsMVT`` statement by psycopg, tile by tile."""

import http.client
import time
from statistics import median

import psycopg

from boundaries.areas.vector_tiles import Tile, load_division_tile
from gazetteer.ledger.as_of import AsOf, today

TILES = (Tile(5, 26, 13), Tile(6, 52, 27), Tile(7, 104, 55), Tile(8, 208, 110), Tile(9, 417, 222))
"""Guangdong, from the zoom with all of it to the zoom of one city."""


def measure_tile_seconds(port: int, conninfo: str, rounds: int) -> list[tuple[float, float]]:
    """For each tile: median seconds over HTTP and of the statement, measured in turn."""
    server = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    with psycopg.connect(conninfo, autocommit=True) as conn:
        as_of = AsOf(today())
        result = []
        for tile in TILES:
            served, bare = [], []
            for _ in range(rounds + 2):
                begun = time.perf_counter()
                server.request("GET", f"/tiles/divisions/{tile.z}/{tile.x}/{tile.y}.mvt")
                answer = server.getresponse()
                size = len(answer.read())
                served.append(time.perf_counter() - begun)
                begun = time.perf_counter()
                _, content = load_division_tile(conn, tile, as_of)
                bare.append(time.perf_counter() - begun)
                if answer.status != 200 or size != len(content):
                    raise ValueError(f"{tile}: {answer.status}, {size} bytes of {len(content)}")
            result.append((median(served[2:]), median(bare[2:])))  # the first ones warm up
    server.close()
    return result
