"""The language of an answer, from what a reader accepts."""

import pytest
from flask import Flask

from web.http.language import request_language


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("zh-CN,en,*", "zh"),  # QGIS on a Chinese desktop
        ("en,*", "en"),
        ("en,zh-CN", "en"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("en;q=0.5,zh-Hans", "zh"),
        ("zh-TW,zh;q=0.9,en;q=0.8", "zh"),
        ("fr,en;q=0.1", "en"),
        ("zh;q=0,en;q=0.5", "en"),
        ("fr,*", "zh"),
        ("*", "zh"),
        ("", "zh"),
    ],
)
def test_what_is_named_first_is_preferred_among_equals(accepted: str, language: str) -> None:
    with Flask(__name__).test_request_context(headers={"Accept-Language": accepted}):
        assert request_language() == language
