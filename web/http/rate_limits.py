"""How much one address, one key and one person who logs in may ask for.

Fixed windows of the library ``limits``, counted for all serving processes of the machine together
(:mod:`web.http.shared_counters`). The setting ``off`` lifts them.
"""

import time
from collections.abc import Callable, Mapping
from math import ceil
from typing import Literal

from flask import Flask, Response, current_app, request
from limits import RateLimitItem, parse
from limits.strategies import FixedWindowRateLimiter

from gazetteer.accounts.client_network import derive_client_network
from gazetteer.accounts.problems import TooManyRequests
from gazetteer.settings import Settings
from web.http import problems
from web.http.shared_counters import SharedCounters

OFF = "off"
UNLIMITED_PATHS = frozenset({"/status", "/metrics"})
"""Asked by the machines that watch the service, which must not be told to come back later."""

_EXTENSION_KEY = "gazetteer_limits"

LimitedAction = Literal["login", "job", "validate", "export"]
"""What has a limit of its own, beside that on all requests."""


class RateLimits:
    """The limits of one application, and the counts."""

    def __init__(self, settings: Settings) -> None:
        """Read the limits; the counts lie in a file under the program's home."""
        self._address_limit = parse(settings.rate_limit)
        self._key_limit = parse(settings.key_rate_limit)
        self._action_limits: Mapping[LimitedAction, RateLimitItem] = {
            "login": parse(settings.login_rate_limit),
            "job": parse(settings.job_rate_limit),
            "validate": parse(settings.validate_rate_limit),
            "export": parse(settings.export_rate_limit),
        }
        self._limiter = FixedWindowRateLimiter(SharedCounters(settings.home / "limits"))

    def count_request(self, key_id: str | None) -> None:
        """Count a request of this key, or without a key of this address.

        Raises:
            TooManyRequests: it is one too many.
        """
        if key_id is None:
            self._count_hit(self._address_limit, "address", client_address())
        else:
            self._count_hit(self._key_limit, "key", key_id)

    def count_action(self, action: LimitedAction) -> None:
        """Count what this address asks for of a kind that has a limit of its own.

        Raises:
            TooManyRequests: it is one too many.
        """
        self._count_hit(self._action_limits[action], action, client_address())

    def _count_hit(self, limit: RateLimitItem, *identifiers: str) -> None:
        if not self._limiter.hit(limit, *identifiers):
            ends = self._limiter.get_window_stats(limit, *identifiers).reset_time
            wait = max(1, ceil(ends - time.time()))
            raise TooManyRequests(
                f"请求过于频繁，请 {wait} 秒后再试。",
                f"too many requests; try again in {wait} seconds",
                retry_after=wait,
            )


def install_rate_limits(app: Flask, settings: Settings, key_id: Callable[[], str | None]) -> None:
    """Put ``app`` under the limits of the settings; nothing where they are ``off``.

    Args:
        app: the application.
        settings: with the limits, as ``limits`` writes them: ``600/minute``.
        key_id: tells which key, if any, makes the request.
    """
    app.register_error_handler(TooManyRequests, _build_too_many_response)
    if settings.rate_limit == OFF:
        return
    limits = app.extensions[_EXTENSION_KEY] = RateLimits(settings)

    @app.before_request
    def enforce_limits() -> None:
        if request.path not in UNLIMITED_PATHS and request.endpoint != "static":
            limits.count_request(key_id())


def count_action(action: LimitedAction) -> None:
    """Count an attempt to log in, a job, a layer to be judged or an export, where limits are on.

    Raises:
        TooManyRequests: there were too many in a short time.
    """
    limits: RateLimits | None = current_app.extensions.get(_EXTENSION_KEY)
    if limits is not None:
        limits.count_action(action)


def client_address() -> str:
    """The address that asks, as it is counted; behind proxies the one that they vouch for."""
    return derive_client_network(request.remote_addr or "")


def _build_too_many_response(problem: TooManyRequests) -> Response:
    response = problems.build_problem_response(problem)
    response.headers["Retry-After"] = str(problem.retry_after)
    return response
