"""The steps of a draft: ``/v1/drafts/{id}/commands``."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal, Union
from uuid import UUID

from pydantic import ConfigDict, Field, GetJsonSchemaHandler, TypeAdapter, create_model
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from boundaries.drafts import draft_editing
from boundaries.drafts.command_registry import COMMANDS
from boundaries.drafts.draft_editing import StepResult
from gazetteer.ledger.drafts import draft_store
from gazetteer.records.commands.command import CommandArguments
from web.api.draft_bodies import AreaFileForm, Revision, RevisionBody, UndoBody
from web.api.draft_models import DraftStepsModel, StepResultModel
from web.http.connections import connection
from web.http.endpoints import Api, Parameters
from web.http.language import request_language
from web.http.request_values import validate_model
from web.services import draft_service
from web.services.draft_serializers import serialize_step_result
from web.services.draft_service import DraftId
from web.uploads.drawn_areas import get_file_name, read_drawn_area
from web.uploads.layer_uploads import LAYER_FILE

api = Api()
CommandName = StrEnum("CommandName", {name.upper(): name for name in COMMANDS})  # type: ignore[misc]


def _build_body(name: str, arguments: type[CommandArguments]) -> Any:
    """The body of one command, for the description."""
    title = f"{arguments.__name__}Command"
    fields: dict[str, Any] = {"revision": (Revision, ...), "command": (Literal[name], ...)}
    return create_model(title, __base__=arguments, __doc__=arguments.__doc__, **fields)


_BODIES: Any = Union[tuple(_build_body(c.name, c.arguments) for c in COMMANDS.values())]  # noqa: UP007
_EVERY_BODY: TypeAdapter[Any] = TypeAdapter(Annotated[_BODIES, Field(discriminator="command")])


class CommandBody(Parameters):
    """A command by its name, with its arguments beside it."""

    model_config = ConfigDict(extra="allow")
    revision: Revision
    command: CommandName = Field(description="Name of the command")

    @classmethod
    def __get_pydantic_json_schema__(
        cls, _: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The schemas of all commands, one of which the body is."""
        return handler(_EVERY_BODY.core_schema)


@api.get("/v1/drafts/<uuid:draft_id>/steps", DraftStepsModel, requires_account=True)
def list_draft_steps(draft_id: DraftId) -> dict[str, Any]:
    """List the steps of a draft, undone ones included."""
    return draft_service.load_steps_answer(draft_id)


@api.write("POST", "/v1/drafts/<uuid:draft_id>/commands", StepResultModel)
def run_command(draft_id: DraftId, body: CommandBody) -> dict[str, Any]:
    """Take a step in a draft: run a command.

    The response says what the step has changed at every level, how areas change, and which findings
    it adds and removes. Nothing is public before the draft is published.
    """
    return take_step(draft_id, body.revision, body.command, body.model_extra or {})


@api.write("POST", "/v1/drafts/<uuid:draft_id>/area-file", StepResultModel, body_limit=LAYER_FILE)
def replace_area_from_file(draft_id: DraftId, form: AreaFileForm) -> dict[str, Any]:
    """Take a step in a draft: replace the territory of a unit by a polygon from a file.

    As `replace_area`: the neighbours follow, and what is wrong afterwards is among the findings.
    """
    return take_area_from_file(draft_id, form)


@api.write("POST", "/v1/drafts/<uuid:draft_id>/undo", StepResultModel)
def undo_step(draft_id: DraftId, body: UndoBody) -> dict[str, Any]:
    """Undo the last step of a draft, or a certain one, which the later ones must not build on."""
    draft_service.require_draft_editor(draft_id)
    with connection() as conn:
        result = draft_editing.undo_step(conn, draft_id, body.revision, body.step)
    return _serialize_result(draft_id, result)


@api.write("POST", "/v1/drafts/<uuid:draft_id>/redo", StepResultModel)
def redo_step(draft_id: DraftId, body: RevisionBody) -> dict[str, Any]:
    """Do the first of the undone steps again."""
    draft_service.require_draft_editor(draft_id)
    with connection() as conn:
        result = draft_editing.redo_step(conn, draft_id, body.revision)
    return _serialize_result(draft_id, result)


def take_step(draft_id: UUID, revision: int, name: str, sent: Mapping[str, Any]) -> dict[str, Any]:
    """Take a step by the account of the request, with arguments as they were sent.

    Raises:
        InvalidValue: an argument is wrong.
        Problem: as :func:`boundaries.drafts.draft_editing.take_step`.
    """
    command = COMMANDS[name]
    who = draft_service.require_draft_editor(draft_id, command)
    arguments = validate_model(command.arguments, sent, "field")
    assert isinstance(arguments, CommandArguments)
    with connection() as conn:
        result = draft_editing.take_step(conn, draft_id, revision, command, arguments, who)
    return _serialize_result(draft_id, result)


def take_area_from_file(draft_id: UUID, form: AreaFileForm) -> dict[str, Any]:
    """Take the step by the account of the request, with the file of the request.

    Raises:
        Problem: the file cannot be read, or as :func:`take_step`.
    """
    draft_service.require_draft_editor(draft_id, COMMANDS["replace_area"])
    drawn = {"unit": form.unit, "area": read_drawn_area(form, form.unit), "source": get_file_name()}
    return take_step(draft_id, form.revision, "replace_area", drawn)


def _serialize_result(draft_id: UUID, result: StepResult) -> dict[str, Any]:
    with connection() as conn:
        draft = draft_store.load_draft(conn, draft_id)
    return serialize_step_result(draft, result, request_language())
