"""The models of what ``/reconcile`` answers, and how a candidate is told."""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, RootModel

from gazetteer.search.reconcile.candidates import FormerNameMatch, MatchCandidate
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


class ServiceAddress(BaseModel):
    """Where a part of the service is: the two joined."""

    service_url: str
    service_path: str
    flyout_service_path: str = ""


class PreviewAddress(BaseModel):
    """Where a small page about a place is, and how large."""

    url: str
    width: int
    height: int


class ViewAddress(BaseModel):
    """Where the page of a place is."""

    url: str


class SuggestAddresses(BaseModel):
    """The services that complete what is typed."""

    entity: ServiceAddress
    property: ServiceAddress
    type: ServiceAddress


class PropertySetting(BaseModel):
    """How a property may be fetched."""

    name: str
    label: str
    type: str
    default: str
    help_text: str


class ExtendAddresses(BaseModel):
    """How values of properties are fetched."""

    propose_properties: ServiceAddress
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
    view: ViewAddress
    preview: PreviewAddress
    suggest: SuggestAddresses
    extend: ExtendAddresses
    batchSize: int


class TextValue(BaseModel):
    """A text."""

    text: str = Field(alias="str")


class NumberValue(BaseModel):
    """A number."""

    number: float = Field(alias="float")


class MomentValue(BaseModel):
    """The first moment of a day, as the specification has no days."""

    date: str


class PlaceValue(BaseModel):
    """Another place; the description of a relative is the kind and day of the change."""

    id: str
    name: str
    description: str | None = None


class PropertyValue(RootModel[TextValue | NumberValue | MomentValue | PlaceValue]):
    """A value."""


class ExtendedProperty(ReconcileTerm):
    """A property that was fetched; `type` if its values are places."""

    type: ReconcileTerm | None = None


class ReconcileExtension(BaseModel):
    """For each place and property the values that are known."""

    meta: list[ExtendedProperty]
    rows: dict[str, dict[str, list[PropertyValue]]]


class ReconcileAnswer(RootModel[ReconcileManifest | ReconcileExtension | ReconcileResults]):
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


def term(of: VocabularyTerm, lang: str) -> dict[str, str]:
    """A type or property by id and name."""
    return {"id": of.id, "name": of.get_name(lang)}


def types_of(level: str, lang: str) -> list[dict[str, str]]:
    """The types of a place: its level, and whether it is a division at all."""
    return [term(LEVEL_TYPES[level], lang), term(find_broader_type(level), lang)]


def described(
    above: Iterable[str], code: str | None, formers: Iterable[FormerNameMatch], lang: str
) -> str:
    """What tells a place from its namesakes: what it lies in, its code, how it was found."""
    told = ["".join(above), code or ""]
    for former in formers:
        years = [str(day.year) if day else "" for day in (former.since, former.until)]
        period = f" ({'–'.join(years)})" if any(years) else ""
        told.append(f"{'曾用名' if lang == 'zh' else 'formerly'} {former.text}{period}")
    return " · ".join(part for part in told if part)


def told(candidate: MatchCandidate, lang: str) -> dict[str, Any]:
    """A candidate as the specification has it."""
    features: dict[str, float] = {}
    for fault in candidate.faults:
        features[fault.kind] = round(features.get(fault.kind, 0) + 100 * fault.penalty, 1)
    return {
        "id": candidate.place_id,
        "name": candidate.name,
        "description": described(candidate.ancestors, candidate.code, candidate.former_names, lang),
        "type": types_of(candidate.level, lang),
        "score": candidate.score,
        "match": candidate.match,
        "features": [{"id": kind, "value": value} for kind, value in features.items()],
    }
