"""Who is asking, and whether they may: sessions by cookie, keys by header, CSRF, limits.

Reading what is public asks none of this: without a cookie or key a request touches no database
here. A handler that needs a right calls :func:`require`.
"""

from datetime import timedelta
from hmac import compare_digest
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask, Response, current_app, g, request

from gazetteer.people import accounts, keys, sessions
from gazetteer.people.accounts import Account
from gazetteer.people.actors import ANONYMOUS, Actor
from gazetteer.people.problems import CsrfFailed, PasswordChangeRequired
from gazetteer.people.roles import Action, find_current_unit, load_unit_chain
from gazetteer.people.sessions import SessionLifetime
from gazetteer.problems import Forbidden, Unauthenticated
from gazetteer.settings import Settings
from web import access_limits, upload_limits
from web.db import connection

COOKIE = "gazetteer_session"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_LOGIN_PATHS = frozenset({"/login", "/v1/session"})
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def install(app: Flask, settings: Settings) -> None:
    """Guard every request of ``app``: limits first, then the key or the page token."""
    app.extensions["gazetteer_lifetime"] = SessionLifetime(
        timedelta(minutes=settings.session_idle_minutes), timedelta(days=settings.session_days)
    )
    access_limits.install(app, settings, _key_id)
    upload_limits.install(app)  # before anything looks into a form
    app.before_request(_guard)
    app.after_request(_keep_private)


def actor() -> Actor:
    """Whoever asks; anonymous without a key or an open session.

    Raises:
        Unauthenticated: there is a key, but it is not valid (any more).
    """
    if "actor" not in g:
        try:
            g.actor = _identify()
        except Unauthenticated as refused:
            g.actor = refused
    found: Actor | Unauthenticated = g.actor
    if isinstance(found, Unauthenticated):
        raise found
    return found


def require(action: Action, unit_code: str | None = None, unit_id: UUID | None = None) -> Actor:
    """Whoever asks, if they may do it over the unit; without a unit, over the whole register.

    Raises:
        Unauthenticated: nobody is logged in.
        Forbidden: they may not.
        UnknownCode: no unit ever had the code.
    """
    who = actor()
    _check_known(who)
    with connection() as conn:
        unit = find_current_unit(conn, unit_code) if unit_code is not None else unit_id
        chain = load_unit_chain(conn, unit) if unit is not None else ()
    if not who.may_perform(action, chain):
        raise _forbidden(action)
    return who


def require_somewhere(action: Action) -> Actor:
    """Whoever asks, if there is any unit over which they may do it.

    Raises:
        Unauthenticated: nobody is logged in.
        Forbidden: they may do it nowhere.
    """
    who = actor()
    _check_known(who)
    if not who.may_perform_anywhere(action):
        raise _forbidden(action)
    return who


def require_person(*, new_password: bool = True) -> Account:
    """The account of an open session: some things a person does, and never a key.

    Args:
        new_password: False lets somebody in who must still choose a password of their own.

    Raises:
        Unauthenticated: nobody is logged in.
        Forbidden: a key asks; PasswordChangeRequired: the password was set by somebody else.
    """
    who = actor()
    if who.key is not None:
        raise Forbidden("密钥不能执行此操作。", "a key may not do this; log in")
    return _check_known(who, new_password=new_password)


def log_in(login: str, password: str) -> tuple[Account, str]:
    """Open a session for name and password; :func:`remember` puts its token into a response.

    Raises:
        BadCredentials: they open nothing.
        TooManyRequests: there were too many attempts.
    """
    access_limits.count("login")
    with connection() as conn:
        account = accounts.authenticate_login(conn, login, password, access_limits.address())
        token = sessions.open_session(conn, account, lifetime())
    g.actor = Actor(account)
    return account, token


def log_out() -> None:
    """End the session of this request, if it has one; :func:`forget` clears the cookie."""
    token = request.cookies.get(COOKIE)
    if token:
        with connection() as conn:
            sessions.close_session(conn, token)
    g.actor = ANONYMOUS


def change_password(current: str, password: str) -> str:
    """Give the person who asks a new password.

    Returns:
        The token of a new session: the change ended all others.

    Raises:
        BadCredentials, TooManyRequests, WeakPassword: nothing was changed.
    """
    account = require_person(new_password=False)
    access_limits.count("login")
    with connection() as conn:
        where = access_limits.address()
        accounts.change_password(conn, account.login, current, password, where)
        g.actor = Actor(accounts.find_account(conn, account.login))
        return sessions.open_session(conn, account, lifetime())


def remember(response: Response, token: str) -> Response:
    """Give the browser the session's cookie."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=lifetime().total,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )
    return response


def forget(response: Response) -> Response:
    """Take the session's cookie from the browser."""
    response.delete_cookie(COOKIE, httponly=True, samesite="Lax", secure=request.is_secure)
    return response


def csrf_token() -> str:
    """What this session's pages send with every write: header ``X-CSRF-Token`` or ``csrf_token``.

    Empty without a cookie: then nothing is asked for.
    """
    token = request.cookies.get(COOKIE)
    return sessions.derive_csrf_token(token) if token else ""


def lifetime() -> SessionLifetime:
    """How long sessions last."""
    found: SessionLifetime = current_app.extensions["gazetteer_lifetime"]
    return found


def _identify() -> Actor:
    bearer = _bearer()
    if bearer is not None:
        with connection() as conn:
            key, account = keys.authenticate_key(conn, bearer)
        return Actor(account, key)
    token = request.cookies.get(COOKIE)
    if token:
        with connection() as conn:
            session = sessions.load_session(conn, token, lifetime())
        if session is not None:
            return Actor(session.account)
    return ANONYMOUS


def _bearer() -> str | None:
    sent = request.environ.get("HTTP_AUTHORIZATION")
    if not sent:
        return None
    scheme, _, credentials = sent.partition(" ")
    return credentials.strip() if scheme.lower() == "bearer" else None


def _key_id() -> str | None:
    """The key whose limit counts; a key that is not valid counts for its address."""
    if _bearer() is None:
        return None
    try:
        key = actor().key
    except Unauthenticated:
        return None
    return key.key_id if key else None


def _guard() -> None:
    """Refuse a key that is not valid, and a write that another site made the browser send."""
    if _bearer() is not None:
        actor()
    elif request.method not in _SAFE:
        if request.path in _LOGIN_PATHS and request.method == "POST":
            _check_origin()  # there is no session yet whose token could be asked for
        elif request.cookies.get(COOKIE):
            _check_csrf()


def _keep_private(response: Response) -> Response:
    """What depended on who asks is nothing for a cache, unless the answer itself says otherwise."""
    if "actor" in g and "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response


def _check_csrf() -> None:
    sent = request.headers.get("X-CSRF-Token")
    if sent is None and request.mimetype in _FORMS:
        sent = request.form.get("csrf_token")
    if not sent or not compare_digest(sent.encode(), csrf_token().encode()):
        raise CsrfFailed(
            "缺少页面令牌或令牌无效，请重新加载页面后再试。",
            "the page token (X-CSRF-Token) is missing or wrong; load the page again",
            field="X-CSRF-Token",
        )


def _check_origin() -> None:
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    foreign = origin is not None and urlsplit(origin).netloc != request.host
    if site not in ("same-origin", "none") if site else foreign:
        raise CsrfFailed(
            "只能从本系统的页面登录。", "log in from a page of this service", field="Origin"
        )


def _forbidden(action: Action) -> Forbidden:
    return Forbidden(
        "您没有此操作的权限。", f"you may not {action.replace('_', ' ')} here", action=action
    )


def _check_known(who: Actor, *, new_password: bool = True) -> Account:
    if who.account is None:
        raise Unauthenticated("请先登录或提供密钥。", "log in, or send an API key")
    if new_password and who.key is None and who.account.must_change_password:
        raise PasswordChangeRequired(
            "请先设置您自己的密码。", "choose a password of your own first (/v1/session/password)"
        )
    return who.account
