"""What can be wrong with a login, a password or a change of accounts."""

from gazetteer.problems import Conflict, Forbidden, InvalidValue, Problem, Unauthenticated


class BadCredentials(Unauthenticated):
    """Unknown login name, wrong password or account switched off: deliberately one answer."""

    code = "bad_credentials"
    title_zh, title_en = "登录名或密码错误", "Wrong login name or password"


class TooManyAttempts(Problem):
    """Too many failed logins; ``retry_after`` (seconds) says when the next one is looked at."""

    kind, code = "too_many", "too_many_attempts"
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
