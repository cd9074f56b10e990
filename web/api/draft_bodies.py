"""The bodies of requests to ``/v1/drafts``."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from gazetteer.ledger.drafts.draft import EVENT_KINDS, Purpose
from gazetteer.records.record_kinds import DOCUMENT_ROLES
from web.http.as_of_params import Day, Instant
from web.http.endpoints import Parameters
from web.http.text_patterns import CODE_OR_ID_PATTERN, CODE_PATTERN, SHA256_PATTERN
from web.uploads.layer_uploads import LayerUploadForm

FINDING_PATTERN = r"^[0-9a-f]{16}$"
ANY_FINDING_PATTERN = r"^([0-9a-f]{16}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$"

Text = Annotated[str, Field(min_length=1, max_length=500, pattern=r"\S")]
Words = Annotated[str, Field(min_length=1, max_length=4000, pattern=r"\S")]
Revision = Annotated[
    int,
    Field(
        ge=0,
        le=2**31 - 1,
        description="Revision of the draft as last read; if it has another one, nothing is changed"
        " (409 `draft_moved`)",
    ),
]
EventKind = Literal[EVENT_KINDS]  # type: ignore[valid-type]
DocumentRole = Literal[DOCUMENT_ROLES]  # type: ignore[valid-type]


class DraftActBody(Parameters):
    """The legal act of a draft; its day of effect is that of the draft."""

    title: Text = Field(description="Title of the act")
    number: Text | None = Field(None, description="Number of the document")
    authority: Text | None = Field(None, description="Authority that issued it")
    approved_on: Day | None = Field(None, description="Day of approval, `YYYY-MM-DD`")
    announced_on: Day | None = Field(None, description="Day of announcement, `YYYY-MM-DD`")
    implemented_on: Day | None = Field(None, description="Day by which it is done, `YYYY-MM-DD`")
    source: Text | None = Field(None, description="Where the act is published")
    remark: Text | None = Field(None, description="Remark")


class DraftDocumentBody(Parameters):
    """A document of the act: a file that was sent to `/v1/files`."""

    title: Text = Field(description="Title of the document")
    role: DocumentRole = Field(description="What the document is to the act")
    file: str = Field(pattern=SHA256_PATTERN, description="Id of the file")


class DocumentForm(Parameters):
    """What is stated of a document that is uploaded for a draft."""

    revision: Revision
    title: Text = Field(description="Title of the document")
    role: DocumentRole = Field(description="What the document is to the act")


class AreaFileForm(LayerUploadForm):
    """The fields beside the file `data`: GeoJSON, GeoPackage or Shapefile, optionally zipped.

    Of several features the one counts that has the code of the unit in any column.
    """

    revision: Revision
    unit: str = Field(pattern=CODE_PATTERN, description="Code of the unit on the day of effect")


class DraftHeaderBody(Parameters):
    """What a draft is about."""

    title: Text = Field(description="Title; the reason of the changeset on publication")
    purpose: Purpose = Field(
        description="`act`: a legal change from a day on; `correction`: the register was wrong"
    )
    unit: Annotated[str, Field(pattern=CODE_OR_ID_PATTERN)] | None = Field(
        description="Unit over whose subtree the draft may change anything: code or id; `null`: the"
        " whole register"
    )
    event_kind: EventKind | None = Field(None, description="Kind of change by the law")
    effective_on: Day | None = Field(
        None,
        description="Day from which the changes hold, past or to come. Required for an act; a"
        " correction without it holds for as long as things were as on the day of the draft",
    )
    act: DraftActBody | None = Field(None, description="Legal act; required for `act`")
    documents: list[DraftDocumentBody] = Field([], max_length=50, description="Documents")
    publish_after: Instant | None = Field(
        None, description="Moment of the announcement, before which the draft is not published"
    )


class DraftDescriptionBody(DraftHeaderBody):
    """What a draft is about, in place of what it said before."""

    revision: Revision


class RevisionBody(Parameters):
    """The revision of a draft as its reader has seen it."""

    revision: Revision


class OutlineBody(RevisionBody):
    """The outline of a unit."""

    unit_id: UUID = Field(description="Id of the unit")


class DecisionBody(RevisionBody):
    """A decision on a draft, with words if there is something to say."""

    words: Words | None = Field(None, description="What the reviewer says")


class RejectionBody(RevisionBody):
    """A draft goes back to its owner."""

    words: Words = Field(description="Why it goes back")


class UndoBody(RevisionBody):
    """Which step to undo."""

    step: int | None = Field(
        None, ge=1, le=2**31 - 1, description="Number of the step; without it the last one"
    )


class RevertBody(Parameters):
    """How the draft is called that takes a changeset back."""

    title: Text | None = Field(None, description="Title; without it that of the reverted draft")


class HandOverBody(Parameters):
    """Who takes the draft over."""

    login: Text = Field(description="Login name of the account")


class RemarkBody(Parameters):
    """A remark, which may be tied to a step and a place."""

    words: Words = Field(description="The remark")
    step: int | None = Field(None, ge=1, le=2**31 - 1, description="Number of the step")
    lon: float | None = Field(None, ge=-180, le=180, description="Longitude (CGCS2000)")
    lat: float | None = Field(None, ge=-90, le=90, description="Latitude (CGCS2000)")


class ExceptionBody(RevisionBody):
    """Why a finding that the draft adds may remain."""

    finding: str = Field(pattern=FINDING_PATTERN, description="Id of the finding")
    reason: Words = Field(description="Why it may remain")
    document: Words = Field(description="Title and number of the supporting document")
    signer: Words = Field(description="Person who signed it")
    expires_on: Day = Field(description="Last day of the exception, `YYYY-MM-DD`")


class ExceptionWithdrawalBody(RevisionBody):
    """Which answer to take back."""

    finding: str = Field(pattern=FINDING_PATTERN, description="Id of the finding")


class ProposalsQuery(Parameters):
    """For which finding."""

    finding: str = Field(
        pattern=ANY_FINDING_PATTERN,
        description="Id of a finding that the draft adds, or of one on the register",
    )


class ProposalBody(RevisionBody):
    """Which proposal becomes a step."""

    finding: str = Field(
        pattern=ANY_FINDING_PATTERN,
        description="Id of a finding that the draft adds, or of one on the register",
    )
    way: Literal["snap", "clean", "fill", "trim"] = Field(description="How it is repaired")
    unit: str | None = Field(
        None, pattern=CODE_OR_ID_PATTERN, description="Unit of the proposal, if it names one"
    )
