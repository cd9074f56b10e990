"""The bodies of name checks, and the models of their answers."""

from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
import shapely
from pydantic import AfterValidator, BaseModel, Field
from shapely.errors import ShapelyError

from gazetteer.naming.name_examination import Verdict
from gazetteer.naming.naming_finding import Likeness, Outcome
from gazetteer.naming.proposal import LegalClass, RenamingCause
from gazetteer.records.levels import Level
from web.http.as_of_params import AtDay, Code
from web.http.endpoints import Parameters

MAX_NAME = 60
Figure = Annotated[float | None, Field(ge=0, le=1e9)]


def _check_printable(text: str) -> str:
    if not text.strip():
        raise ValueError("empty")
    if not text.isprintable():
        raise ValueError("control characters")
    return text.strip()


NameText = Annotated[str, Field(max_length=MAX_NAME), AfterValidator(_check_printable)]
ReadingText = Annotated[str, Field(max_length=300), AfterValidator(_check_printable)]
SpellingText = Annotated[str, Field(max_length=200), AfterValidator(_check_printable)]


class BuildingSizeBody(Parameters):
    """The size of a building or estate; omitted figures are unknown."""

    site_m2: Figure = Field(None, description="Site area, m²")
    floor_area_m2: Figure = Field(None, description="Gross floor area, m²")
    floors: Figure = Field(None, description="Storeys above ground")
    floor_area_ratio: Figure = Field(None, description="Floor area ratio")
    green_percent: Figure = Field(None, description="Green space, percent of the site")
    open_space_m2: Figure = Field(None, description="Public open space without parking, m²")
    coverage_percent: Figure = Field(None, description="Building coverage, percent of the site")
    city_size: Literal["big", "other"] | None = Field(
        None,
        description="Size of the city where local law distinguishes it: `big` or `other`",
    )


class RulingBody(Parameters):
    """The decision of a person on a question of a rule."""

    rule: str = Field(max_length=20, description="Id of the rule, such as `NR-009`")
    linked: bool = Field(description="Whether the word is linked with what it also names")
    reason: str = Field(max_length=2000, min_length=1, description="Reason for the decision")


class NameCheckBody(Parameters):
    """A proposed name, and what it is to name."""

    name: NameText = Field(description="Proposed name", examples=["天河大厦"])
    legal_class: LegalClass = Field(
        description="Class of the place (Order 753, article 3): `natural`, `division`,"
        " `village_seat`, `park_reserve`, `road`, `building`, `facility` or `other`"
    )
    level: Level | None = Field(
        None,
        description="Level of the place; required for `division`, otherwise derived from the class",
    )
    within: Code | None = Field(
        None, description="Code of the division in which the place lies; default: by `geometry`"
    )
    geometry: dict[str, Any] | None = Field(
        None,
        description="Position as GeoJSON geometry (point, line or polygon) in degrees, longitude"
        " first (CGCS2000)",
    )
    place_id: UUID | None = Field(
        None, description="Id of the place if it exists already: its own names are no duplicates"
    )
    in_force: bool = Field(False, description="Whether the name is in force already")
    former_name: NameText | None = Field(
        None, description="Name that is replaced; if omitted, the place is named for the first time"
    )
    cause: RenamingCause | None = Field(
        None,
        description="Cause of a renaming: `division_change`, `construction`, `natural_change` or"
        " `unlawful_name`",
    )
    has_protection_measures: bool = Field(
        False, description="Whether measures for the protection of the former name are attached"
    )
    main_place_name: NameText | None = Field(
        None, description="Name of the place after which a station, port or bridge is named"
    )
    reading: ReadingText | None = Field(
        None,
        description="Syllables with tone marks, separated by spaces, if the reading differs from"
        " that of the rules",
        examples=["dà bù"],
    )
    romanized: SpellingText | None = Field(
        None, description="Proposed romanization, to be compared with the rules"
    )
    size: BuildingSizeBody | None = None
    rulings: list[RulingBody] = Field([], max_length=50)
    suggest: bool = Field(False, description="Whether to suggest names that the rules admit")
    at: AtDay = None


class LikeNameModel(BaseModel):
    """A name in the register that is like the proposed one."""

    place_id: str
    name: str
    pinyin_toned: str | None
    likeness: Likeness = Field(
        description="`same`, `same_sound` (same tones), `similar_sound` (tones differ) or"
        " `same_specific` (same specific part, other generic term)"
    )
    legal_class: str
    level: str
    code: str | None
    units: list[str] = Field(description="Names of the units above it, highest first")
    point: list[float] | None = Field(description="Position `[lon, lat]` in degrees (CGCS2000)")
    point_level: str | None = Field(
        description="What `point` represents: `point` for the place itself, otherwise the level of"
        " the unit that contains it"
    )
    distance_m: float | None = Field(description="Distance from the proposed place, m")


class NamingFindingModel(BaseModel):
    """What a rule says about the name."""

    rule: str
    kind: str
    severity: Literal["error", "warning", "info"]
    outcome: Outcome = Field(
        description="`departure` (from the rule), `question` (a person has to decide and send the"
        " decision in `rulings`), `not_examined` (something is missing) or `ruled` (a person has"
        " decided that it is admissible)"
    )
    title: str
    article: str
    certainty: Literal["certain", "probable", "inferred"] = Field(
        description="How well the basis of the rule is established"
    )
    message: str
    term: str | None = Field(description="Part of the name that the finding is about")
    names: list[LikeNameModel]


class RomanizationModel(BaseModel):
    """The spelling by the rules of 1984."""

    text: str
    toned: str
    words: list[str]
    rules: list[str] = Field(description="Ids of the rules that were applied")
    alternatives: list[str] = Field(description="Spellings by other readings of its characters")


class LexiconModel(BaseModel):
    """A list of words that the rules used."""

    id: str
    version: str
    source: str
    coverage: str
    entries: int


class NameCheckModel(BaseModel):
    """The result of all naming rules for a name."""

    name: str
    legal_class: LegalClass
    level: str
    specific: str | None
    generic: str | None
    within: list[str] = Field(description="Names of the units in which it lies, highest first")
    verdict: Verdict = Field(
        description="`inadmissible` (an error), `undecided` (a question is open), `doubtful` (a"
        " warning) or `admissible`"
    )
    findings: list[NamingFindingModel]
    names: list[LikeNameModel] = Field(description="All names that are like it, most alike first")
    romanization: RomanizationModel | None
    suggestions: list[str]
    lexicons: list[LexiconModel]
    at: str


def read_geometry(sent: dict[str, Any] | None) -> str | None:
    """The EWKB (hexadecimal, EPSG:4490) of a GeoJSON geometry in lon, lat degrees of CGCS2000.

    Raises:
        ValueError: it is none, is empty, or lies outside of the range of degrees.
    """
    if sent is None:
        return None
    try:
        geometry = shapely.force_2d(shapely.from_geojson(orjson.dumps(sent)))
    except ShapelyError as error:
        raise ValueError(str(error)) from None
    if geometry is None or geometry.is_empty or not geometry.is_valid:
        raise ValueError("no valid geometry")
    west, south, east, north = geometry.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise ValueError("not in degrees")
    return shapely.to_wkb(shapely.set_srid(geometry, 4490), hex=True, include_srid=True)
