"""Request targets as people type them: ``/v1/search?q=天河``, without percent-encoding.

RFC 9112 allows ASCII only, and gunicorn answers anything else with a page of its own. curl and most
scripts send the bytes as they are; browsers encode them. The meaning is the same.
"""

import re
from typing import Any

from gunicorn.http.message import Request
from gunicorn.http.parser import RequestParser

_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")


class RawTargetRequest(Request):
    """A request whose target may have bytes beyond ASCII: they are percent-encoded."""

    def parse_request_line(self, line_bytes: Any) -> None:
        """Parse the first line of a request; only its target may have such bytes."""
        super().parse_request_line(encode_target(bytes(line_bytes)))


def encode_target(line: bytes) -> bytes:
    """A request line with the bytes beyond ASCII of its target percent-encoded."""
    method, space, rest = line.partition(b" ")
    target, last_space, version = rest.rpartition(b" ")
    encoded = _BEYOND_ASCII.sub(lambda byte: b"%%%02X" % ord(byte[0]), target)
    return b"".join((method, space, encoded, last_space, version))


def accept_raw_targets() -> None:
    """Let gunicorn's parser in Python, which must be the one in use, take such requests."""
    RequestParser.mesg_class = RawTargetRequest
