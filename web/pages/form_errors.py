"""Problems with forms, in the words of the forms: which field is wrong, under its label."""

from collections.abc import Mapping

from gazetteer.messages import Lang, has_message, message
from gazetteer.messages.message import Message
from gazetteer.problems import Forbidden, InvalidValue, Problem

_FIELDS: Mapping[str, str] = {"act": "act_title", "lon": "place", "lat": "place"}
"""Fields of the interface that a form sends under another name."""
_LABELS: Mapping[str, str] = {
    "title": "drafts.name",
    "unit": "drafts.unit_code",
    "words": "drafts.remark",
    "data": "drafts.document_file",
    "login": "drafts.heir",
}
"""Messages with the labels that are not called like their fields."""


def name_form_field(field: str) -> str:
    """The field of a form that sends a field of a body: ``act.title`` is ``act_title``."""
    if field.startswith("act."):
        return field.replace(".", "_")
    first = field.partition(".")[0]
    return _FIELDS.get(first, first)


def relabel_problem(problem: Problem) -> Problem:
    """A problem with a form, with the labels of its fields for the names of the interface."""
    if not isinstance(problem, InvalidValue) or problem.field is None:
        return problem
    errors = [
        {"field": error["field"], "detail": _relabel_message(error["detail"], error["field"])}
        for error in problem.extras.get("errors", ())
    ]
    extras = {**problem.extras, **({"errors": errors} if errors else {})}
    words = _relabel_message(problem.message, problem.field)
    return InvalidValue(words, field=problem.field, **extras)


def find_form_errors(
    problem: Problem | None, lang: Lang, *, forbidden_field: str | None = None
) -> dict[str, str]:
    """What is wrong with each field of a form, by the name of the field.

    Args:
        problem: with what was sent.
        lang: the language of the words.
        forbidden_field: the field that states for what the person must have a role.
    """
    if isinstance(problem, Forbidden) and problem.field is None and forbidden_field:
        return {forbidden_field: problem.text(lang)}
    if problem is None or problem.field is None:
        return {}
    first = {"field": problem.field, "detail": problem.message}
    errors = problem.extras.get("errors") or [first]
    found: dict[str, str] = {}
    for error in errors:
        found.setdefault(name_form_field(error["field"]), error["detail"].text(lang))
    return found


def _relabel_message(words: Message, field: str) -> Message:
    label = _find_label(name_form_field(field))
    if "name" not in words.params or label is None:
        return words
    return message(words.id, **{**words.params, "name": label, "kind": message("request.field")})


def _find_label(field: str) -> Message | None:
    ids = (_LABELS.get(field, ""), f"command.field.{field}", f"drafts.{field}")
    return next((message(id_) for id_ in ids if has_message(id_)), None)
