"""The pieces that several answers share, described once."""

from pydantic import BaseModel, Field


class AsOfModel(BaseModel):
    """The moment for which the answer holds: asked again with it, the answer is the same."""

    at: str = Field(description="In force on this day (Asia/Shanghai)")
    known_at: str = Field(description="As known at this moment (UTC)")
    basis: str = Field(description="effective, announced or implemented")


class ValidityModel(BaseModel):
    """A period of validity, half-open; null where the period is open.

    The precisions say how well each day is known: `day` stated, `approved` the day of approval
    stands for it, `inferred` from related documents, `year` only the year is known,
    `first_record` already in force when the records begin, `unknown`.
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
    """A unit under another one."""

    romanized_name: str | None
    unit_type: str | None
    valid: ValidityModel
    has_children: bool


class SuccessionModel(UnitCodeModel):
    """A predecessor or successor, as it was on the day of the change.

    `share` is the part of the territory that passed on; null where evidence is missing.
    """

    unit_id: str
    kind: str
    share: float | None
    on: str | None
    precision: str
    act_id: str | None
