"""The models of what ``/reconcile`` answers, and how a candidate is told."""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, RootModel

from gazetteer.search.reconcile.name_matching import FormerNameMatch, MatchCandidate
from gazetteer.search.reconcile.vocabulary import LEVEL_TYPES, VocabularyTerm, find_broader_type


class ReconcileTerm(BaseModel):
    """A type or a property."""

    id: str
    name: str


class ReconcileType(ReconcileTerm):
    """A type, and what all places of it are besides."""

    broader: list[ReconcileTerm]


class MatchingFeature(BaseModel):
    """What speaks for or against a candidate: a fault of the geocoder with its penalty."""

    id: str
    value: float


class ReconcileCandidate(BaseModel):
    """A place that a query may mean; `match`: surely."""

    id: str
    name: str
    description: str
    type: list[ReconcileTerm]
    score: float
    match: bool
    features: list[MatchingFeature]


class ReconcileResult(BaseModel):
    """The candidates of one query, the best first; `error` if a value of it cannot be right."""

    result: list[ReconcileCandidate]
    error: str = ""


class ReconcileResults(RootModel[dict[str, ReconcileResult]]):
    """The candidates of each query of a batch."""


class ServiceUrlModel(BaseModel):
    """Where a part of the service is: the two joined."""

    service_url: str
    service_path: str
    flyout_service_path: str = ""


class PreviewUrlModel(BaseModel):
    """Where a small page about a place is, and how large."""

    url: str
    width: int
    height: int


class ViewUrlModel(BaseModel):
    """Where the page of a place is."""

    url: str


class SuggestServicesModel(BaseModel):
    """The services that complete what is typed."""

    entity: ServiceUrlModel
    property: ServiceUrlModel
    type: ServiceUrlModel


class PropertySetting(BaseModel):
    """How a property may be fetched."""

    name: str
    label: str
    type: str
    default: str
    help_text: str


class ExtendServicesModel(BaseModel):
    """How values of properties are fetched."""

    propose_properties: ServiceUrlModel
    property_settings: list[PropertySetting]


class ReconcileManifest(BaseModel):
    """What the service offers (Reconciliation API 0.2, 3.1)."""

    versions: list[str]
    name: str
    identifierSpace: str
    schemaSpace: str
    documentation: str
    serviceVersion: str
    defaultTypes: list[ReconcileTerm]
    view: ViewUrlModel
    preview: PreviewUrlModel
    suggest: SuggestServicesModel
    extend: ExtendServicesModel
    batchSize: int


class TextValue(BaseModel):
    """A text."""

    text: str = Field(alias="str")


class NumberValue(BaseModel):
    """A number."""

    number: float = Field(alias="float")


class DateValue(BaseModel):
    """The first moment of a day, as the specification has no days."""

    date: str


class PlaceValue(BaseModel):
    """Another place; the description of a relative is the kind and day of the change."""

    id: str
    name: str
    description: str | None = None


class PropertyValue(RootModel[TextValue | NumberValue | DateValue | PlaceValue]):
    """A value."""


class ExtendedProperty(ReconcileTerm):
    """A property that was fetched; `type` if its values are places."""

    type: ReconcileTerm | None = None


class ReconcileExtension(BaseModel):
    """For each place and property the values that are known."""

    meta: list[ExtendedProperty]
    rows: dict[str, dict[str, list[PropertyValue]]]


class ReconcileResponse(RootModel[ReconcileManifest | ReconcileExtension | ReconcileResults]):
    """The manifest, or the answer to `queries` or to `extend`."""


class SuggestedEntity(BaseModel):
    """A place that may be meant."""

    id: str
    name: str
    description: str
    notable: list[ReconcileTerm]


class SuggestedEntities(BaseModel):
    """Places for what has been typed."""

    result: list[SuggestedEntity]


class SuggestedTypes(BaseModel):
    """Types for what has been typed."""

    result: list[ReconcileType]


class SuggestedProperties(BaseModel):
    """Properties for what has been typed."""

    result: list[ReconcileTerm]


class ProposedProperties(BaseModel):
    """Properties that can be fetched of a type."""

    model_config = ConfigDict(extra="forbid")

    type: str
    limit: int
    properties: list[ReconcileTerm]


def serialize_term(term: VocabularyTerm, lang: str) -> dict[str, str]:
    """A type or property by id and name."""
    return {"id": term.id, "name": term.get_name(lang)}


def serialize_types(level: str, lang: str) -> list[dict[str, str]]:
    """The types of a place: its level, and whether it is a division at all."""
    return [
        serialize_term(LEVEL_TYPES[level], lang),
        serialize_term(find_broader_type(level), lang),
    ]


def format_description(
    above: Iterable[str], code: str | None, formers: Iterable[FormerNameMatch], lang: str
) -> str:
    """What tells a place from its namesakes: what it lies in, its code, how it was found."""
    parts = ["".join(above), code or ""]
    for former in formers:
        years = [str(day.year) if day else "" for day in (former.since, former.until)]
        period = f" ({'–'.join(years)})" if any(years) else ""
        parts.append(f"{'曾用名' if lang == 'zh' else 'formerly'} {former.text}{period}")
    return " · ".join(part for part in parts if part)


def serialize_candidate(candidate: MatchCandidate, lang: str) -> dict[str, Any]:
    """A candidate as the specification has it."""
    features: dict[str, float] = {}
    for fault in candidate.faults:
        features[fault.kind] = round(features.get(fault.kind, 0) + 100 * fault.penalty, 1)
    return {
        "id": candidate.place_id,
        "name": candidate.name,
        "description": format_description(
            candidate.ancestors, candidate.code, candidate.former_names, lang
        ),
        "type": serialize_types(candidate.level, lang),
        "score": candidate.score,
        "match": candidate.match,
        "features": [{"id": kind, "value": value} for kind, value in features.items()],
    }
