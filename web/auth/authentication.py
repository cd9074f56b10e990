"""Authentication and authorisation: sessions by cookie, keys by header, CSRF, limits.

Public reads need none of this: without a cookie or key a request touches no database here. A
handler that needs a right calls :func:`require_permission`.
"""

from datetime import timedelta
from hmac import compare_digest
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask, Response, current_app, g, request

from gazetteer.accounts import account_store, api_keys, sessions
from gazetteer.accounts.account_store import Account
from gazetteer.accounts.actors import ANONYMOUS, Actor
from gazetteer.accounts.problems import CsrfFailed, PasswordChangeRequired
from gazetteer.accounts.roles import Action, find_current_unit, load_unit_chain
from gazetteer.accounts.sessions import SessionLifetime
from gazetteer.messages import message
from gazetteer.problems import Forbidden, Unauthenticated
from gazetteer.settings import Settings
from web.auth.key_credentials import find_key_scheme, read_key_credentials
from web.http import rate_limits
from web.http.connections import connection, lookup_connection

SESSION_COOKIE = "gazetteer_session"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_LOGIN_PATHS = frozenset({"/login", "/v1/session"})
_FORM_MEDIA_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")


def install_authentication(app: Flask, settings: Settings) -> None:
    """Guard every request of ``app``: limits first, then the key or the page token."""
    app.extensions["gazetteer_lifetime"] = SessionLifetime(
        timedelta(minutes=settings.session_idle_minutes), timedelta(days=settings.session_days)
    )
    rate_limits.install_rate_limits(app, settings, _find_counted_account)
    app.before_request(_check_request)
    app.after_request(_restrict_caching)


def current_actor() -> Actor:
    """The actor of this request; anonymous without a key or an open session.

    Raises:
        Unauthenticated: there is a key, but it is not valid (any more).
    """
    if "actor" not in g:
        try:
            g.actor = _identify_actor()
        except Unauthenticated as refused:
            g.actor = refused
    identity: Actor | Unauthenticated = g.actor
    if isinstance(identity, Unauthenticated):
        raise identity
    return identity


def require_known_actor() -> Actor:
    """The actor, with an account.

    Raises:
        Unauthenticated: nobody is logged in.
        PasswordChangeRequired: the password was set by somebody else.
    """
    who = current_actor()
    _require_account(who)
    return who


def require_permission(
    action: Action, unit_code: str | None = None, unit_id: UUID | None = None
) -> Actor:
    """The actor, if they may perform the action over the unit, or else the whole register.

    Raises:
        Unauthenticated: nobody is logged in.
        Forbidden: they may not.
        UnknownCode: no unit ever had the code.
    """
    who = require_known_actor()
    with connection() as conn:
        unit = find_current_unit(conn, unit_code) if unit_code is not None else unit_id
        chain = load_unit_chain(conn, unit) if unit is not None else ()
    if not who.may_perform(action, chain):
        raise _build_forbidden(action)
    return who


def require_permission_somewhere(*actions: Action) -> Actor:
    """The actor, if there is any unit over which they may perform one of the actions.

    Raises:
        Unauthenticated: nobody is logged in.
        Forbidden: they may perform them nowhere; names the first.
    """
    who = require_known_actor()
    if not any(map(who.may_perform_anywhere, actions)):
        raise _build_forbidden(actions[0])
    return who


def require_person(*, new_password: bool = True) -> Account:
    """The account of an open session, for actions that a key may never perform.

    Args:
        new_password: whether accounts that must still choose a password of their own are refused.

    Raises:
        Unauthenticated: nobody is logged in.
        Forbidden: the request has a key.
        PasswordChangeRequired: the password was set by somebody else.
    """
    who = current_actor()
    if who.key is not None:
        raise Forbidden(message("account.key_refused"))
    return _require_account(who, new_password=new_password)


def log_in(login: str, password: str) -> tuple[Account, str]:
    """Open a session; :func:`set_session_cookie` puts its token into a response.

    Raises:
        BadCredentials: no active account has this name and password.
        TooManyRequests: there were too many attempts.
    """
    rate_limits.count_action("login")
    with connection() as conn:
        account = account_store.authenticate_login(
            conn, login, password, rate_limits.client_address()
        )
        token = sessions.open_session(conn, account, session_lifetime())
    g.actor = Actor(account)
    return account, token


def log_out() -> None:
    """End the session of this request; :func:`clear_session_cookie` clears its cookie."""
    token = request.cookies.get(SESSION_COOKIE)
    if token:
        with connection() as conn:
            sessions.close_session(conn, token)
    g.actor = ANONYMOUS


def change_password(current: str, password: str) -> str:
    """Change the password of the person of this session.

    Returns:
        The token of a new session: the change ended all others.

    Raises:
        BadCredentials, TooManyRequests, WeakPassword: nothing was changed.
    """
    account = require_person(new_password=False)
    rate_limits.count_action("login")
    with connection() as conn:
        network = rate_limits.client_address()
        account_store.change_password(conn, account.login, current, password, network)
        g.actor = Actor(account_store.find_account(conn, account.login))
        return sessions.open_session(conn, account, session_lifetime())


def set_session_cookie(response: Response, token: str) -> Response:
    """Set the session cookie."""
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=session_lifetime().total,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )
    return response


def clear_session_cookie(response: Response) -> Response:
    """Delete the session cookie."""
    response.delete_cookie(SESSION_COOKIE, httponly=True, samesite="Lax", secure=request.is_secure)
    return response


def current_csrf_token() -> str:
    """The token that every write of this session sends: ``X-CSRF-Token`` or ``csrf_token``.

    Empty without a cookie, when none is required.
    """
    token = request.cookies.get(SESSION_COOKIE)
    return sessions.derive_csrf_token(token) if token else ""


def session_lifetime() -> SessionLifetime:
    """How long sessions last."""
    configured: SessionLifetime = current_app.extensions["gazetteer_lifetime"]
    return configured


def _identify_actor() -> Actor:
    credentials = read_key_credentials()
    if credentials is not None:
        with connection() as conn:
            key, account = api_keys.authenticate_key(conn, credentials.key)
        credentials.check_login(account)
        return Actor(account, key)
    token = request.cookies.get(SESSION_COOKIE)
    if token:
        with connection() as conn:
            session = sessions.load_session(conn, token, session_lifetime())
        if session is not None:
            return Actor(session.account)
    return ANONYMOUS


def _find_counted_account() -> UUID | None:
    """The account whose limit applies; a request with an invalid key counts for its address.

    A session is looked up where public data is, so that it costs public reads no primary.
    """
    if find_key_scheme() is not None:
        try:
            account = current_actor().account
        except Unauthenticated:
            return None
        return account.account_id if account else None
    token = request.cookies.get(SESSION_COOKIE)
    if not token:
        return None
    with lookup_connection() as conn:
        return sessions.find_session_account(conn, token, session_lifetime())


def _check_request() -> None:
    """Refuse an invalid key, and a write that another site made the browser send."""
    scheme = find_key_scheme()
    if scheme is not None:
        current_actor()
    if scheme == "bearer" or request.method in _SAFE_METHODS:
        return
    if scheme == "basic":
        _check_origin("account.foreign_write")  # a browser adds to any request what it once sent
    elif request.path in _LOGIN_PATHS and request.method == "POST":
        _check_origin("account.foreign_login")  # there is no session yet that has a token
    elif request.cookies.get(SESSION_COOKIE):
        _check_csrf()


def _restrict_caching(response: Response) -> Response:
    """No shared cache stores what was answered to somebody, or depends on who asks.

    Static files are the same for everybody.
    """
    is_signed = find_key_scheme() is not None or bool(request.cookies.get(SESSION_COOKIE))
    if not (is_signed or "actor" in g) or request.endpoint == "static":
        return response
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    elif is_signed and not response.cache_control.no_store:
        response.cache_control.public = False
        response.cache_control.private = True
        response.vary.update(("Authorization", "Cookie"))
    return response


def _check_csrf() -> None:
    sent = request.headers.get("X-CSRF-Token")
    if sent is None and request.mimetype in _FORM_MEDIA_TYPES:
        sent = request.form.get("csrf_token")
    if not sent or not compare_digest(sent.encode(), current_csrf_token().encode()):
        raise CsrfFailed(message("account.page_token_wrong"), field="X-CSRF-Token")


def _check_origin(problem_id: str) -> None:
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    foreign = origin is not None and urlsplit(origin).netloc != request.host
    if site not in ("same-origin", "none") if site else foreign:
        raise CsrfFailed(message(problem_id), field="Origin")


def _build_forbidden(action: Action) -> Forbidden:
    words = message("account.not_authorised", action=message(f"action.{action}"))
    return Forbidden(words, action=action)


def _require_account(who: Actor, *, new_password: bool = True) -> Account:
    if who.account is None:
        raise Unauthenticated(message("account.login_required"))
    if new_password and who.key is None and who.account.must_change_password:
        raise PasswordChangeRequired(message("account.own_password_required"))
    return who.account
