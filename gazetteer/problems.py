"""Problems of requests, independent of HTTP.

A problem has a stable ``code``, a message that is worded in the language of the reader, the
``field`` that caused it and ``extras`` for programs. The web layer maps ``kind`` to a status.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from gazetteer.messages import Lang, Message, message


class Problem(Exception):
    """A request that cannot be processed as submitted; nothing was changed by it.

    The message ``problem.<code>`` is the title of this kind of problem, ``problem.<code>.meaning``
    says when it is returned.
    """

    kind: ClassVar[str] = "invalid"  # invalid | missing | conflict | forbidden | unauthenticated |
    # precondition | storage_full | too_large | too_many | unavailable | unprocessable | unsupported
    code: ClassVar[str] = "invalid_request"

    def __init__(self, message: Message, *, field: str | None = None, **extras: Any) -> None:
        super().__init__(message)
        self.message, self.field = message, field
        self.extras: Mapping[str, Any] = extras

    def text(self, lang: Lang) -> str:
        """The explanation in a language."""
        return self.message.text(lang)

    @classmethod
    def title(cls, lang: Lang) -> str:
        """The short name of the kind of problem in a language."""
        return message(f"problem.{cls.code}").text(lang)

    @classmethod
    def meaning(cls, lang: Lang) -> str:
        """When this kind of problem is returned, in a language."""
        return message(f"problem.{cls.code}.meaning").text(lang)


class InvalidValue(Problem):
    """A parameter or field has an invalid value."""

    code = "invalid_value"


class UnknownCode(Problem):
    """No unit has ever carried the code."""

    kind, code = "missing", "unknown_code"


class CodeNotInForce(Problem):
    """The code is on record, but no unit carried it on the date; ``periods`` lists when one did."""

    kind, code = "missing", "code_not_in_force"


class NoDataBefore(Problem):
    """The date precedes the first record; ``since`` is the date of the first record."""

    kind, code = "missing", "no_data_before"


class NotFound(Problem):
    """The requested object does not exist in the register, or not at the requested moment."""

    kind, code = "missing", "not_found"


class NoAreaKnown(Problem):
    """The unit existed, but no boundary polygon is on record for the date."""

    kind, code = "missing", "no_area_known"


class Conflict(Problem):
    """The data changed in the meantime, or a rule of the register would be violated."""

    kind, code = "conflict", "conflict"


class LaterChange(Conflict):
    """A later change of the record is known, and the request does not say that it replaces it."""

    code = "later_change"


class Unprocessable(Problem):
    """Every value is valid by itself, but together they describe something that cannot be done."""

    kind, code = "unprocessable", "unprocessable"


class Unauthenticated(Problem):
    """Nobody is logged in, or the session or API key is not valid."""

    kind, code = "unauthenticated", "unauthenticated"


class Forbidden(Problem):
    """The user or API key has no role that permits the action for the unit."""

    kind, code = "forbidden", "forbidden"


class TooLarge(Problem):
    """The content submitted or requested exceeds the permitted size."""

    kind, code = "too_large", "too_large"


class Unavailable(Problem):
    """The service is temporarily unavailable (database not reachable, disk full)."""

    kind, code = "unavailable", "unavailable"
