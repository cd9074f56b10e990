"""Where the built client is: hashed file names from the manifest that Vite writes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

DIST = Path(__file__).parents[1] / "static" / "dist"
ENTRY = "src/main.ts"


@dataclass(frozen=True)
class Assets:
    """Addresses of the entry script and its style sheets."""

    script: str
    styles: tuple[str, ...]


@lru_cache(maxsize=1)
def assets() -> Assets:
    """The addresses that the templates link to.

    Raises:
        FileNotFoundError: the client has not been built (``npm run build`` in ``web/client``).
    """
    manifest: Mapping[str, Any] = json.loads((DIST / "manifest.json").read_text("utf-8"))
    entry = manifest[ENTRY]
    return Assets(
        script=f"/static/dist/{entry['file']}",
        styles=tuple(f"/static/dist/{name}" for name in entry.get("css", ())),
    )
