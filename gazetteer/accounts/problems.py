"""What can be wrong with a login, a password or a change of accounts."""

from gazetteer.problems import Conflict, Forbidden, InvalidValue, Problem, Unauthenticated


class BadCredentials(Unauthenticated):
    """Unknown login name, wrong password or account switched off: deliberately one answer."""

    code = "bad_credentials"
    title_zh, title_en = "登录名或密码错误", "Wrong login name or password"


class TooManyRequests(Problem):
    """More was asked than the limit lets through; ``retry_after`` says how many seconds to wait."""

    kind, code = "too_many", "too_many_requests"
    title_zh, title_en = "请求过多", "Too many requests"

    def __init__(self, zh: str, en: str, *, retry_after: int) -> None:
        super().__init__(zh, en, retry_after=retry_after)
        self.retry_after = retry_after


class TooManyAttempts(TooManyRequests):
    """Too many failed logins; the next one is looked at when ``retry_after`` has passed."""

    code = "too_many_attempts"
    title_zh, title_en = "登录尝试过多", "Too many login attempts"


class PasswordChangeRequired(Forbidden):
    """The password was set by somebody else: its owner chooses a new one before anything else."""

    code = "password_change_required"
    title_zh, title_en = "须先修改密码", "Change your password first"


class WeakPassword(InvalidValue):
    """The password is too short, too common, or made of the account's own name."""

    code = "weak_password"
    title_zh, title_en = "密码过弱", "Weak password"


class LastAdministrator(Conflict):
    """The change would leave nobody who may manage people in the whole register."""

    code = "last_administrator"
    title_zh, title_en = "不能移除最后一名管理员", "The last administrator must remain"


class CsrfFailed(Forbidden):
    """A write came with a session's cookie, but not from a page of this service."""

    code = "csrf"
    title_zh, title_en = "页面令牌无效", "Missing or wrong page token"
