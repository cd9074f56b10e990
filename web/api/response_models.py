"""Models that several responses share."""

from pydantic import BaseModel, Field


class AsOfModel(BaseModel):
    """The moment for which the response holds: a request that repeats it has the same response."""

    at: str = Field(description="Date on which the data is in force (Asia/Shanghai)")
    known_at: str = Field(description="Time up to which recorded data is taken into account (UTC)")
    basis: str = Field(
        description="Date of a legal act from which a change counts: `effective`, `announced` or"
        " `implemented`"
    )


class ValidityModel(BaseModel):
    """A period of validity: `from` is inclusive, `to` exclusive; null if open.

    The precisions state how well each date is known: `day` (stated), `approved` (the date of
    approval is used instead), `inferred` (from related documents), `year` (only the year is known),
    `first_record` (already in force when the records begin) or `unknown`.
    """

    model_config = {"populate_by_name": True}

    start: str | None = Field(alias="from")
    to: str | None
    from_precision: str
    to_precision: str


class UnitCodeModel(BaseModel):
    """A unit by code and name."""

    code: str | None
    name: str | None


class UnitSummaryModel(UnitCodeModel):
    """A unit by id, code, name and level."""

    unit_id: str
    level: str


class ChildUnitModel(UnitSummaryModel):
    """A direct subdivision of a unit."""

    romanized_name: str | None
    unit_type: str | None
    valid: ValidityModel
    has_children: bool


class SuccessionModel(UnitCodeModel):
    """A predecessor or successor as of the day of the change.

    `share` is the fraction of the territory that was transferred; null if there is no evidence.
    """

    unit_id: str
    kind: str
    share: float | None
    on: str | None
    precision: str
    act_id: str | None
