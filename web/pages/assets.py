"""Addresses of the built client: hashed file names from the manifest that Vite writes."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

DIST = Path(__file__).parents[1] / "static" / "dist"
ENTRY = "src/main.ts"


@dataclass(frozen=True)
class ClientAssets:
    """Addresses of the entry script and its style sheets."""

    script: str
    styles: tuple[str, ...]


@cache
def load_assets(entry: str = ENTRY) -> ClientAssets:
    """The addresses for the templates: of the script of all pages, or of one page's own.

    Raises:
        FileNotFoundError: The client has not been built (``npm run build`` in ``web/client``).
    """
    manifest: Mapping[str, Any] = json.loads((DIST / "manifest.json").read_text("utf-8"))
    built = manifest[entry]
    return ClientAssets(
        script=f"/static/dist/{built['file']}",
        styles=tuple(
            dict.fromkeys(f"/static/dist/{name}" for name in _iter_styles(manifest, entry))
        ),
    )


def _iter_styles(manifest: Mapping[str, Any], chunk: str) -> Iterator[str]:
    """The style sheets of the imports of a chunk, then its own."""
    for imported in manifest[chunk].get("imports", ()):
        yield from _iter_styles(manifest, imported)
    yield from manifest[chunk].get("css", ())
