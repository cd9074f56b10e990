"""What the forms of the pages share: their values, and what is said when these are wrong."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from flask import Response, redirect, request
from pydantic import BaseModel, ValidationError

from gazetteer.people.problems import BadCredentials
from gazetteer.problems import Forbidden, Problem, Unauthenticated
from web.contract import Answer
from web.mistakes import invalid_value

Model = TypeVar("Model", bound=BaseModel)
Body = Mapping[str, Any]


def posted(model: type[Model], **more: Any) -> Model:
    """The fields of the posted form as the body of an API operation; empty ones are left out.

    Raises:
        InvalidValue: names the field.
    """
    given = {name: request.form[name] for name in model.model_fields if request.form.get(name)}
    try:
        return model.model_validate({**given, **more})
    except ValidationError as error:
        raise invalid_value(error) from None


def body_of(answer: Answer) -> Body:
    """What an operation of the API answers, where it answers plainly."""
    if isinstance(answer, Response):
        raise TypeError("the operation answers with a response of its own")
    return answer


def attempt(write: Callable[[], Answer]) -> tuple[Body | None, Problem | None]:
    """What a write answered, or the problem to be shown beside the form that asked for it.

    Raises:
        Unauthenticated, Forbidden: the person has nothing to do on this page.
    """
    try:
        return body_of(write()), None
    except BadCredentials as problem:
        return None, problem
    except (Unauthenticated, Forbidden):
        raise
    except Problem as problem:
        return None, problem


def see(path: str) -> Response:
    """Go on to a page after a form was taken, so that loading it again sends nothing twice."""
    return cast(Response, redirect(path, 303, Response))


def local_path(target: str | None) -> str:
    """Where to go on to after the login: a path of this service and nothing else."""
    if target and target.startswith("/") and not target.startswith("//") and "\\" not in target:
        return target
    return "/account"
