"""The forms beside a file: what is asked of its rows. Endpoints and jobs take the same."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from boundaries.batch.address_rows import AddressColumns
from boundaries.batch.facility_coverage import CoverageTask
from boundaries.batch.row_tasks import GeocodeTask, ReverseTask
from boundaries.layers.coordinates import parse_crs
from gazetteer.ledger.as_of import AsOf, Basis, today
from web.http.as_of_params import Code, Day, Instant
from web.http.endpoints import Parameters

CRS_DESCRIPTION = (
    "4490 (CGCS2000), 4326, 3857, 4546, 4547, 4548, gcj02 or bd09; as `/v1/reverse` takes them"
)


def _split_names(value: Any) -> Any:
    """The names in a list whose texts may each hold several between commas."""
    if not isinstance(value, list):
        return value
    return [name.strip() for text in value for name in str(text).split(",") if name.strip()]


CommaSeparatedNames = Annotated[list[str], BeforeValidator(_split_names)]
LevelColumn = Annotated[
    str | None, Field(description="The column that holds the part of this level")
]


class FileForm(Parameters):
    """How the file is written; what is not named is found out."""

    encoding: str | None = Field(
        None, description="utf-8, utf-8-sig or gb18030; default: found out", max_length=40
    )
    delimiter: str | None = Field(
        None, description="comma, semicolon or tab; default: found out", max_length=10
    )


class AddressForm(FileForm):
    """Which columns hold the address."""

    columns: list[str] = Field(
        [],
        description="The columns that make the address, in this order: several times, or with"
        " commas between",
    )
    province: LevelColumn = None
    prefecture: LevelColumn = None
    county: LevelColumn = None
    township: LevelColumn = None
    village: LevelColumn = None
    at: Day | None = Field(None, description="In force on this day (Asia/Shanghai); default today")

    def address_columns(self) -> AddressColumns:
        """The columns as a value."""
        levels = ("province", "prefecture", "county", "township", "village")
        return AddressColumns.from_names(
            self.columns, {level: getattr(self, level) for level in levels}
        )


class GeocodeForm(AddressForm):
    """A file of addresses."""

    result_columns: CommaSeparatedNames = Field(
        [], description="The columns to add, in this order; default: all but result_at and"
        " result_known_at"
    )  # fmt: skip

    def build_task(self, lang: str, _: float) -> GeocodeTask:
        """What is asked, its words in ``lang``."""
        return GeocodeTask(
            self.address_columns(), tuple(self.result_columns), self.at or today(), lang
        )


class ReverseForm(FileForm):
    """A file of positions."""

    columns: list[str] = Field(
        ["lon,lat"], description="The two columns of the position: longitude, then latitude"
    )
    crs: str = Field("4490", description=CRS_DESCRIPTION, max_length=40)
    at: Day | None = Field(None, description="In force on this day (Asia/Shanghai); default today")
    known_at: Instant | None = Field(None, description="As known at this moment; default now")
    basis: Basis = Field(Basis.EFFECTIVE, description="Which date of an act decides")
    result_columns: CommaSeparatedNames = Field(
        [], description="The columns to add, in this order; default: all but result_at and"
        " result_known_at"
    )  # fmt: skip

    def build_task(self, lang: str, near_boundary_m: float) -> ReverseTask:
        """What is asked, its words in ``lang``."""
        return ReverseTask(
            tuple(self.columns),
            parse_crs(self.crs),
            AsOf(self.at or today(), self.known_at, self.basis),
            near_boundary_m,
            tuple(self.result_columns),
            lang,
        )


class CoverageForm(AddressForm):
    """A list of facilities, and the units in which they are counted."""

    level: Literal["prefecture", "county", "township", "village"] = Field(
        description="The level of the units"
    )
    within: Code
    coordinates: list[str] = Field(
        [],
        description="The two columns of a position (longitude, latitude), which locates a facility"
        " without an address",
    )
    crs: str = Field("4490", description=CRS_DESCRIPTION, max_length=40)
    name: str | None = Field(None, description="The column with the facility's name")

    def build_task(self, lang: str, near_boundary_m: float) -> CoverageTask:
        """What is asked, its words in ``lang``."""
        return CoverageTask(
            self.level,
            self.within,
            self.address_columns(),
            tuple(self.coordinates),
            parse_crs(self.crs),
            self.name,
            AsOf(self.at or today()),
            near_boundary_m,
            lang,
        )
