"""Problems of logins, passwords, limits and changes of accounts."""

from gazetteer.messages import Message
from gazetteer.problems import Conflict, Forbidden, InvalidValue, Problem, Unauthenticated


class BadCredentials(Unauthenticated):
    """Unknown login name, wrong password or disabled account: deliberately indistinguishable."""

    code = "bad_credentials"


class TooManyRequests(Problem):
    """The limit of requests is exceeded; ``retry_after`` is the number of seconds to wait."""

    kind, code = "too_many", "too_many_requests"

    def __init__(self, message: Message, *, retry_after: int) -> None:
        super().__init__(message, retry_after=retry_after)
        self.retry_after = retry_after


class TooManyAttempts(TooManyRequests):
    """Too many logins have failed; the next attempt is accepted after ``retry_after`` seconds."""

    code = "too_many_attempts"


class PasswordChangeRequired(Forbidden):
    """The password was set by somebody else; its owner must change it before anything else."""

    code = "password_change_required"


class WeakPassword(InvalidValue):
    """The password is too short, too common or contains the names of its account."""

    code = "weak_password"


class LastAdministrator(Conflict):
    """The change would leave no active administrator of the whole register."""

    code = "last_administrator"


class CsrfFailed(Forbidden):
    """A write request has a session cookie but was not sent by a page of this service."""

    code = "csrf"
