"""The form of what a draft is about: to begin one, and to state it anew."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from flask import request

from gazetteer.ledger.as_of import SHANGHAI
from gazetteer.ledger.drafts.draft import ACT_FIELDS, EVENT_KINDS, Purpose
from gazetteer.messages import message
from gazetteer.problems import InvalidValue
from web.api.draft_bodies import DraftHeaderBody
from web.pages.forms import parse_posted_form

Header = TypeVar("Header", bound=DraftHeaderBody)
ACT_DAYS = ("approved_on", "announced_on", "implemented_on")
_SIMPLE_FIELDS = ("title", "purpose", "event_kind", "effective_on")


def parse_header_form(model: type[Header], documents: list[dict[str, str]]) -> Header:
    """What the form of this request states of a draft.

    Args:
        model: what the form is to become.
        documents: the documents of the act, as the interface takes them.

    Raises:
        InvalidValue: names the first field that is wrong.
    """
    act = {name: request.form.get(f"act_{name}", "").strip() for name in ACT_FIELDS}
    stated = {name: value for name, value in act.items() if value}
    return parse_posted_form(
        model,
        unit=request.form.get("unit", "").strip() or None,
        act=stated or None,
        documents=documents,
        publish_after=_parse_local_moment("publish_after"),
    )


def list_header_values(draft: Mapping[str, Any]) -> dict[str, str]:
    """The values with which the form of a draft begins, by field.

    Args:
        draft: as :func:`web.services.draft_service.load_draft_answer` has it.
    """
    act = draft["act"] or {}
    values = {name: draft[name] for name in _SIMPLE_FIELDS}
    unit, moment = draft["unit"], draft["publish_after"]
    values["unit"] = unit and (unit["code"] or unit["unit_id"])
    values["publish_after"] = moment and moment.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")
    values |= {f"act_{name}": act.get(name) for name in ACT_FIELDS}
    return {name: value or "" for name, value in values.items()}


def list_header_choices() -> dict[str, Any]:
    """What the form of a draft lets people choose from, for its template."""
    return {
        "purposes": [one.value for one in Purpose],
        "event_kinds": EVENT_KINDS,
        "act_fields": ACT_FIELDS,
        "act_days": ACT_DAYS,
    }


def _parse_local_moment(field: str) -> datetime | None:
    """A moment as a field of day and time sends it: that of the clocks in China.

    Raises:
        InvalidValue: it is none.
    """
    value = request.form.get(field, "").strip()
    if not value:
        return None
    try:
        return datetime.strptime(value[:16], "%Y-%m-%dT%H:%M").replace(tzinfo=SHANGHAI)
    except ValueError:
        raise InvalidValue(message("drafts.not_a_local_moment", value=value), field=field) from None
