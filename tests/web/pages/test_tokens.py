"""The tokens promise contrast (WCAG 2.2, 1.4.3 and 1.4.11); here it is computed."""

import re
from pathlib import Path

import pytest

import web

TOKENS = (Path(web.__file__).parent / "client" / "src" / "tokens.css").read_text("utf-8")
LIGHT, DARK = TOKENS.split("@media (prefers-color-scheme: dark)")

TEXT_ON = [
    *[(ink, on) for ink in ("ink", "ink-2", "ink-3") for on in ("surface", "surface-2")],
    ("ink-2", "surface-3"),
    ("accent", "surface"),
    ("accent", "accent-soft"),
    ("ink", "accent-soft"),
    ("accent-ink", "accent"),
    ("good", "good-soft"),
    ("warn", "warn-soft"),
    ("bad", "bad-soft"),
    ("bad", "surface"),
    *[("map-label", f"map-tint-{tint}") for tint in range(1, 8)],
]
SHAPES_ON = [("line-strong", "surface"), ("focus", "surface"), ("map-selected", "map-tint-2")]


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "surface"), TEXT_ON)
def test_text_can_be_read(scheme: str, ink: str, surface: str) -> None:
    assert contrast(colour(scheme, ink), colour(scheme, surface)) >= 4.5


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("shape", "surface"), SHAPES_ON)
def test_edges_of_controls_and_the_focus_can_be_seen(scheme: str, shape: str, surface: str) -> None:
    assert contrast(colour(scheme, shape), colour(scheme, surface)) >= 3


def colour(scheme: str, token: str) -> tuple[int, int, int]:
    found = re.search(rf"--{token}: #([0-9a-f]{{6}});", scheme)
    assert found, token
    red, green, blue = bytes.fromhex(found[1])
    return red, green, blue


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def luminance(rgb: tuple[int, int, int]) -> float:
    parts = [value / 255 for value in rgb]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
