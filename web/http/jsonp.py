"""JSON as a call of a function, for clients that can load nothing but scripts from other sites."""

from collections.abc import Mapping
from typing import Annotated, Any

import orjson
from flask import Response
from pydantic import Field

from web.http.text_patterns import CALLBACK_PATTERN

JSONP_MEDIA = "text/javascript"

Callback = Annotated[
    str | None,
    Field(
        description="Name of a function: the response is a script that calls it with the JSON",
        pattern=CALLBACK_PATTERN,
        max_length=100,
    ),
]


def wrap_in_callback(
    content: Mapping[str, Any], callback: str | None
) -> Mapping[str, Any] | Response:
    """The content itself, or a script that calls a function with it if one is named.

    The script begins with a comment, so that no name of a function makes it another kind of file.
    """
    if callback is None:
        return content
    json = orjson.dumps(content).decode()
    json = json.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    response = Response(f"/**/{callback}({json});", content_type=f"{JSONP_MEDIA}; charset=utf-8")
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
