"""Problems that only requests over HTTP can have."""

from collections.abc import Sequence

from gazetteer.messages import Message
from gazetteer.problems import Problem


class PreconditionFailed(Problem):
    """``If-Match`` names another state than the current one, whose tag is ``etag`` (or null)."""

    kind, code = "precondition", "precondition_failed"

    def __init__(self, message: Message, *, etag: str | None) -> None:
        super().__init__(message, field="If-Match", etag=etag)


class UnsupportedMediaType(Problem):
    """The body has a media type that the endpoint does not take; ``accepted`` are those it does."""

    kind, code = "unsupported", "unsupported_media_type"

    def __init__(self, message: Message, *, accepted: Sequence[str]) -> None:
        super().__init__(message, field="Content-Type", accepted=list(accepted))
        self.accepted = accepted
