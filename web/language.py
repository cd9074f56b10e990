"""Chinese or English: what the reader asked for."""

from typing import Literal

from flask import has_request_context, request

Lang = Literal["zh", "en"]
COOKIE = "lang"


def language() -> Lang:
    """``?lang=`` for this page, else the cookie of an earlier choice, else ``Accept-Language``."""
    if not has_request_context():
        return "zh"
    for choice in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if choice in ("zh", "en"):
            return "zh" if choice == "zh" else "en"
    best = request.accept_languages.best_match(["zh", "zh-CN", "zh-Hans", "en"], default="zh")
    return "en" if best == "en" else "zh"
