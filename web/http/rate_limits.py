"""Rate limits: how many requests an address, a key and a person who logs in may make.

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
from gazetteer.messages import message
from gazetteer.settings import Settings
from web.http import problems
from web.http.shared_counters import SharedCounters

OFF = "off"
UNLIMITED_PATHS = frozenset({"/status", "/metrics"})
"""Requested by monitoring, which must never be refused."""

_EXTENSION_KEY = "gazetteer_limits"

LimitedAction = Literal["login", "job", "validate", "export"]
"""Actions with a limit of their own, beside that on all requests."""


class RateLimits:
    """The limits of one application, and the counts."""

    def __init__(self, settings: Settings) -> None:
        """Read the limits; the counts are in a file under the program's home."""
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
            TooManyRequests: the limit is exceeded.
        """
        if key_id is None:
            self._count_hit(self._address_limit, "address", client_address())
        else:
            self._count_hit(self._key_limit, "key", key_id)

    def count_action(self, action: LimitedAction) -> None:
        """Count an action of this address that has a limit of its own.

        Raises:
            TooManyRequests: the limit is exceeded.
        """
        self._count_hit(self._action_limits[action], action, client_address())

    def _count_hit(self, limit: RateLimitItem, *identifiers: str) -> None:
        if not self._limiter.hit(limit, *identifiers):
            ends = self._limiter.get_window_stats(limit, *identifiers).reset_time
            wait = max(1, ceil(ends - time.time()))
            raise TooManyRequests(message("request.too_frequent", n=wait), retry_after=wait)


def install_rate_limits(app: Flask, settings: Settings, key_id: Callable[[], str | None]) -> None:
    """Put ``app`` under the limits of the settings; nothing where they are ``off``.

    Args:
        app: the application.
        settings: with the limits, as ``limits`` writes them: ``600/minute``.
        key_id: the key that makes the request, if any.
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
    """Count a login attempt, a job, a validation or an export, where limits are on.

    Raises:
        TooManyRequests: there were too many in a short time.
    """
    limits: RateLimits | None = current_app.extensions.get(_EXTENSION_KEY)
    if limits is not None:
        limits.count_action(action)


def client_address() -> str:
    """The client address as it is counted; behind trusted proxies the one they forward."""
    return derive_client_network(request.remote_addr or "")


def _build_too_many_response(problem: TooManyRequests) -> Response:
    response = problems.build_problem_response(problem)
    response.headers["Retry-After"] = str(problem.retry_after)
    return response
