"""The forms beside an uploaded file of rows; endpoints and jobs share them."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from boundaries.batch.address_rows import AddressColumns
from boundaries.batch.facility_coverage import CoverageTask
from boundaries.batch.result_columns import Headings, ResultLayout
from boundaries.batch.result_spreadsheet import TableFormat
from boundaries.batch.row_decisions import parse_decisions
from boundaries.batch.row_tasks import GeocodeTask, ReverseTask
from boundaries.layers.coordinates import parse_crs
from gazetteer.ledger.as_of import AsOf, Basis, today
from gazetteer.naming.proposal import LegalClass
from web.http.as_of_params import ActDate, AtDay, Code, KnownAt
from web.http.endpoints import Parameters

CRS_DESCRIPTION = (
    "Coordinate reference system of the positions: 4490 (CGCS2000, default), 4326,"
    " 3857, 4546, 4547, 4548, `gcj02` or `bd09`, as for `/v1/reverse`"
)


def _split_names(value: Any) -> Any:
    """The names in a list whose texts may each hold several, separated by commas."""
    if not isinstance(value, list):
        return value
    return [name.strip() for text in value for name in str(text).split(",") if name.strip()]


ResultColumnNames = Annotated[
    list[str],
    BeforeValidator(_split_names),
    Field(
        description="Result columns to add, in this order: `short` (default) for those that are"
        " needed most, `full` for all about the result, and names; `result_at` and"
        " `result_known_at` are added by name only"
    ),
]
WrittenDecisions = Annotated[
    list[str],
    BeforeValidator(_split_names),
    Field(
        description="What a person decided about ambiguous rows: `row=choice`, repeated or"
        " separated by commas. Rows are counted from 1 below the header; the choice is the code or"
        " the id of a candidate (`result_candidate_ids`), or `none` for none of them"
    ),
]
LevelColumn = Annotated[
    str | None, Field(description="Name of the column that contains this level of the address")
]


class FileForm(Parameters):
    """The encoding of the file; detected where it is not given."""

    encoding: str | None = Field(
        None,
        description="Encoding of the file: `utf-8`, `utf-8-sig`, `gb18030`, `utf-16` or `big5`;"
        " default: detected. A file in UTF-16 or Big5, or an XLSX file, is answered in UTF-8",
        max_length=40,
    )
    delimiter: str | None = Field(
        None,
        description="Delimiter of the file: `comma`, `semicolon` or `tab`; default: detected",
        max_length=10,
    )


class ResultForm(FileForm):
    """How the result is written."""

    result_columns: ResultColumnNames = Field([])
    headings: Headings = Field(
        Headings.NAMES,
        description="Headings and values of the result columns: `names` (default) for programs,"
        " or `labels` in the language of the request",
    )
    format: TableFormat = Field(
        TableFormat.CSV,
        description="Format of the result: `csv` (default), or `xlsx` with all cells of the file as"
        " text",
    )
    bom: bool = Field(
        False,
        description="Whether a result in CSV is in UTF-8 with a byte order mark, by which"
        " spreadsheet programs know the encoding; default: `false`, in the encoding of the file",
    )

    def build_layout(self) -> ResultLayout:
        """The result columns as a value."""
        return ResultLayout(tuple(self.result_columns), self.headings)


class AddressForm(FileForm):
    """The columns that hold the address."""

    columns: list[str] = Field(
        [],
        description="Names of the columns that make up the address, in this order; repeat the field"
        " or separate the names by commas. Default: the column with a heading such as `地址`,"
        " `详细地址`, `住址` or `address`, after those of its parts, or the only column",
    )
    province: LevelColumn = None
    prefecture: LevelColumn = None
    county: LevelColumn = None
    township: LevelColumn = None
    village: LevelColumn = None
    at: AtDay = None

    def address_columns(self) -> AddressColumns:
        """The columns as a value."""
        levels = ("province", "prefecture", "county", "township", "village")
        return AddressColumns.from_names(
            self.columns, {level: getattr(self, level) for level in levels}
        )


class GeocodeForm(AddressForm, ResultForm):
    """A file of addresses."""

    decisions: WrittenDecisions = Field([])

    def build_task(self, lang: str, _: float) -> GeocodeTask:
        """The task, with its texts in ``lang``."""
        return GeocodeTask(
            self.address_columns(),
            self.build_layout(),
            self.at or today(),
            lang,
            parse_decisions(self.decisions),
        )


class ReverseForm(ResultForm):
    """A file of positions."""

    columns: list[str] = Field(
        [],
        description="Names of the two columns of the position: longitude (easting), then latitude"
        " (northing); default: those with headings such as `lon`, `lat` or `经度`, `纬度`",
    )
    crs: str = Field("4490", description=CRS_DESCRIPTION, max_length=40)
    at: AtDay = None
    known_at: KnownAt = None
    basis: ActDate = Basis.EFFECTIVE

    def build_task(self, lang: str, near_boundary_m: float) -> ReverseTask:
        """The task, with its texts in ``lang``."""
        return ReverseTask(
            tuple(self.columns),
            parse_crs(self.crs),
            AsOf(self.at or today(), self.known_at, self.basis),
            near_boundary_m,
            self.build_layout(),
            lang,
        )


class CoverageForm(AddressForm):
    """A list of facilities, and the units in which to count them."""

    level: Literal["prefecture", "county", "township", "village"] = Field(
        description="Level of the units in which facilities are counted"
    )
    within: Code
    coordinates: list[str] = Field(
        [],
        description="Names of the two columns of the position (longitude, latitude), for facilities"
        " without an address; default, if no column of the address is named either: those with"
        " headings such as `lon`, `lat` or `经度`, `纬度`",
    )
    crs: str = Field("4490", description=CRS_DESCRIPTION, max_length=40)
    name: str | None = Field(
        None, description="Name of the column that contains the facility names"
    )

    def build_task(self, lang: str, near_boundary_m: float) -> CoverageTask:
        """The task, with its texts in ``lang``."""
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


class NameListForm(FileForm):
    """What holds for rows of a list of names that do not state it."""

    legal_class: LegalClass | None = Field(
        None, description="Class of the places in rows that state none; as for `/v1/naming/check`"
    )
    within: Code | None = Field(
        None, description="Division code of the places in rows that state neither code nor position"
    )
    at: AtDay = None
