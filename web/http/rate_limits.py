"""Rate limits: how many requests an account, and an address without one, may make.

An account has one limit for its sessions and keys together, wherever they come from: people of an
office behind one address do not share it, and more keys do not multiply it.

Fixed windows of the library ``limits``, counted for all serving processes of the machine together
(:mod:`web.http.shared_counters`). The setting ``off`` lifts them.
"""

import time
from collections.abc import Callable, Mapping
from math import ceil
from typing import Literal
from uuid import UUID

from flask import Flask, Response, current_app, g, request
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
        self._account_limit = parse(settings.account_rate_limit)
        self._action_limits: Mapping[LimitedAction, RateLimitItem] = {
            "login": parse(settings.login_rate_limit),
            "job": parse(settings.job_rate_limit),
            "validate": parse(settings.validate_rate_limit),
            "export": parse(settings.export_rate_limit),
        }
        self._limiter = FixedWindowRateLimiter(SharedCounters(settings.home / "limits"))

    def count_request(self, account_id: UUID | None) -> None:
        """Count a request of this account, or without one of this address.

        Raises:
            TooManyRequests: the limit is exceeded.
        """
        limit = self._address_limit if account_id is None else self._account_limit
        self._count_hit(limit, *_name_client(account_id))

    def count_action(self, action: LimitedAction, account_id: UUID | None) -> None:
        """Count an action that has a limit of its own, of this account or else this address.

        Raises:
            TooManyRequests: the limit is exceeded.
        """
        self._count_hit(self._action_limits[action], action, *_name_client(account_id))

    def _count_hit(self, limit: RateLimitItem, *identifiers: str) -> None:
        if not self._limiter.hit(limit, *identifiers):
            ends = self._limiter.get_window_stats(limit, *identifiers).reset_time
            wait = max(1, ceil(ends - time.time()))
            raise TooManyRequests(message("request.too_frequent", n=wait), retry_after=wait)


def install_rate_limits(
    app: Flask, settings: Settings, find_account: Callable[[], UUID | None]
) -> None:
    """Put ``app`` under the limits of the settings; nothing where they are ``off``.

    Args:
        app: the application.
        settings: with the limits, as ``limits`` writes them: ``600/minute``.
        find_account: finds the account that makes the request, if any.
    """
    app.register_error_handler(TooManyRequests, _build_too_many_response)
    if settings.rate_limit == OFF:
        return
    limits = app.extensions[_EXTENSION_KEY] = RateLimits(settings)

    @app.before_request
    def enforce_limits() -> None:
        if request.path not in UNLIMITED_PATHS and request.endpoint != "static":
            g.counted_account = find_account()
            limits.count_request(g.counted_account)


def count_action(action: LimitedAction) -> None:
    """Count a login attempt, a job, a validation or an export, where limits are on.

    Login attempts count for the address, whoever is logged in already.

    Raises:
        TooManyRequests: there were too many in a short time.
    """
    limits: RateLimits | None = current_app.extensions.get(_EXTENSION_KEY)
    if limits is not None:
        limits.count_action(action, None if action == "login" else g.get("counted_account"))


def client_address() -> str:
    """The client address as it is counted; behind trusted proxies the one they forward."""
    return derive_client_network(request.remote_addr or "")


def _name_client(account_id: UUID | None) -> tuple[str, str]:
    """Whom a count is for, by kind and name."""
    return ("address", client_address()) if account_id is None else ("account", str(account_id))


def _build_too_many_response(problem: TooManyRequests) -> Response:
    response = problems.build_problem_response(problem)
    response.headers["Retry-After"] = str(problem.retry_after)
    return response
