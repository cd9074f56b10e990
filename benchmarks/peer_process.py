"""Runs in the environment of the peers: batches in and results out, as JSON lines."""

import contextlib
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

_NOWHERE = ("市辖区", "县")
"""What a peer returns where there is no prefecture."""


def _normalize_name(value: Any) -> str:
    return value if isinstance(value, str) and value not in _NOWHERE else ""


def parse_with_cpca(addresses: Sequence[str]) -> list[list[str]]:
    """All in one call."""
    import cpca  # type: ignore[import-not-found]  # noqa: PLC0415  only where it is used

    table = cpca.transform(list(addresses))
    rows = table[["省", "市", "区"]].itertuples(index=False)
    return [[_normalize_name(value) for value in row] for row in rows]


def parse_with_jionlp(addresses: Sequence[str]) -> list[list[str]]:
    """One by one: it has no batches."""
    import jionlp  # type: ignore[import-not-found]  # noqa: PLC0415  only where it is used

    locations = (jionlp.parse_location(address) for address in addresses)
    return [
        [_normalize_name(f[level]) for level in ("province", "city", "county")] for f in locations
    ]


PEERS: dict[str, Callable[[Sequence[str]], list[list[str]]]] = {
    "cpca": parse_with_cpca,
    "jionlp": parse_with_jionlp,
}


def main() -> None:
    """Answer until the input ends; what a peer prints itself is discarded."""
    with Path(os.devnull).open("w") as nowhere:
        for line in sys.stdin:
            request = json.loads(line)
            with contextlib.redirect_stdout(nowhere):
                parse_batch = PEERS[request["who"]]
                parse_batch(["广州市"])  # the first call loads its tables
                begun = time.process_time()
                names = parse_batch(request["addresses"])
                seconds = time.process_time() - begun
            print(json.dumps({"names": names, "seconds": seconds}), flush=True)


if __name__ == "__main__":
    main()
