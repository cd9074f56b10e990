"""Shared by the forms of the pages: their values, and the problems with them."""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from flask import Response, redirect, request
from pydantic import BaseModel, ValidationError

from gazetteer.accounts.problems import BadCredentials
from gazetteer.problems import Forbidden, Problem, Unauthenticated
from web.http.endpoints import HandlerResult
from web.http.validation_errors import build_invalid_value

Model = TypeVar("Model", bound=BaseModel)
Body = Mapping[str, Any]


def parse_posted_form(model: type[Model], **more: Any) -> Model:
    """The fields of the posted form as the body of an API operation; empty ones are left out.

    Raises:
        InvalidValue: A value is wrong; the problem names the field.
    """
    values = {name: request.form[name] for name in model.model_fields if request.form.get(name)}
    try:
        return model.model_validate({**values, **more})
    except ValidationError as error:
        raise build_invalid_value(error) from None


def require_body(answer: HandlerResult) -> Body:
    """The body that an operation of the API returns.

    Raises:
        TypeError: It returns a response of its own.
    """
    if isinstance(answer, Response):
        raise TypeError("the operation answers with a response of its own")
    return answer


_LOCAL_PATH = re.compile(r"/(?![/\\])[^\\\s]*")


def attempt_write(write: Callable[[], HandlerResult]) -> tuple[Body | None, Problem | None]:
    """The result of a write, or the problem to be shown with the form.

    Raises:
        Unauthenticated, Forbidden: The person may not use this page.
    """
    try:
        return require_body(write()), None
    except BadCredentials as problem:
        return None, problem
    except (Unauthenticated, Forbidden):
        raise
    except Problem as problem:
        return None, problem


def redirect_after_post(path: str) -> Response:
    """Redirect after a form was accepted, so that reloading the page sends nothing twice."""
    return cast(Response, redirect(path, 303, Response))


def restrict_to_local_path(target: str | None) -> str:
    """The target of a login: a path of this service and nothing else.

    Browsers drop tabs and line breaks and read a backslash as a slash: ``/<tab>/host`` is another
    host to them.
    """
    if target and _LOCAL_PATH.fullmatch(target) and target.isprintable():
        return target
    return "/account"
