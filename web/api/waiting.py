"""What waits for the account that asks: ``/v1/waiting``."""

from typing import Any

from pydantic import BaseModel, Field

from web.auth import authentication
from web.http.endpoints import Api
from web.http.language import request_language
from web.services.waiting_lists import load_waiting

api = Api()


class WaitingItemModel(BaseModel):
    """A task that waits."""

    title: str
    href: str = Field(description="Path of the page on which the task is done")
    since: str | None
    due: str | None = Field(description="Last day on which the task is done in time")


class WaitingListModel(BaseModel):
    """Tasks of one kind, the most urgent first."""

    id: str
    title: str
    items: list[WaitingItemModel]


class WaitingModel(BaseModel):
    """All tasks of an account; kinds of which there are none are left out."""

    count: int
    lists: list[WaitingListModel]


@api.get("/v1/waiting", WaitingModel, requires_account=True)
def list_waiting() -> dict[str, Any]:
    """List what waits for the account of the request.

    A key sees what it is authorised for.
    """
    lang = request_language()
    lists = [
        {
            "id": listed.list_id,
            "title": listed.title.text(lang),
            "items": [
                {
                    "title": item.title.text(lang),
                    "href": item.href,
                    "since": item.since,
                    "due": item.due,
                }
                for item in items
            ],
        }
        for listed, items in load_waiting(authentication.require_known_actor())
    ]
    return {"count": sum(len(listed["items"]) for listed in lists), "lists": lists}
