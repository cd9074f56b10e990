"""The response models of ``/reconcile``, and the serialization of candidates."""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, RootModel
from pydantic.alias_generators import to_camel

from gazetteer.messages import Lang, message
from gazetteer.search.reconcile.name_matching import FormerNameMatch, MatchCandidate
from gazetteer.search.reconcile.vocabulary import LEVEL_TYPES, VocabularyTerm, find_broader_type


class ReconcileTerm(BaseModel):
    """A type or a property."""

    id: str
    name: str


class ReconcileType(ReconcileTerm):
    """A type and the broader type that includes it."""

    broader: list[ReconcileTerm]


class MatchingFeature(BaseModel):
    """A fault that counts against a candidate, with its penalty."""

    id: str
    value: float


class ReconcileCandidate(BaseModel):
    """A place that a query may refer to; `match` is true if this is certain."""

    id: str
    name: str
    description: str
    type: list[ReconcileTerm]
    score: float
    match: bool
    features: list[MatchingFeature]


class ReconcileResult(BaseModel):
    """The candidates of a query, best first; `error` is set if a value is invalid."""

    result: list[ReconcileCandidate]
    error: str = ""


class ReconcileResults(RootModel[dict[str, ReconcileResult]]):
    """The candidates of each query of a batch."""


class ServiceUrlModel(BaseModel):
    """The URL of a service: base URL and path are joined."""

    service_url: str
    service_path: str
    flyout_service_path: str = ""


class PreviewUrlModel(BaseModel):
    """The URL and size of the preview page of a place."""

    url: str
    width: int
    height: int


class ViewUrlModel(BaseModel):
    """The URL of the page of a place."""

    url: str


class SuggestServicesModel(BaseModel):
    """The services for autocompletion."""

    entity: ServiceUrlModel
    property: ServiceUrlModel
    type: ServiceUrlModel


class PropertySetting(BaseModel):
    """A setting for fetching a property."""

    name: str
    label: str
    type: str
    default: str
    help_text: str


class ExtendServicesModel(BaseModel):
    """The services for fetching property values."""

    propose_properties: ServiceUrlModel
    property_settings: list[PropertySetting]


class ReconcileManifest(BaseModel):
    """The service manifest (Reconciliation API 0.2, section 3.1)."""

    model_config = ConfigDict(alias_generator=to_camel)

    versions: list[str]
    name: str
    identifier_space: str
    schema_space: str
    documentation: str
    service_version: str
    default_types: list[ReconcileTerm]
    view: ViewUrlModel
    preview: PreviewUrlModel
    suggest: SuggestServicesModel
    extend: ExtendServicesModel
    batch_size: int


class TextValue(BaseModel):
    """A text value."""

    text: str = Field(alias="str")


class NumberValue(BaseModel):
    """A numeric value."""

    number: float = Field(alias="float")


class DateValue(BaseModel):
    """A date, given as its first moment because the specification has no date type."""

    date: str


class PlaceValue(BaseModel):
    """A place; for a predecessor or successor, with the kind and date of the change."""

    id: str
    name: str
    description: str | None = None


class PropertyValue(RootModel[TextValue | NumberValue | DateValue | PlaceValue]):
    """A property value."""


class ExtendedProperty(ReconcileTerm):
    """A fetched property; `type` is set if its values are places."""

    type: ReconcileTerm | None = None


class ReconcileExtension(BaseModel):
    """The known values of each property of each place."""

    meta: list[ExtendedProperty]
    rows: dict[str, dict[str, list[PropertyValue]]]


class ReconcileResponse(RootModel[ReconcileManifest | ReconcileExtension | ReconcileResults]):
    """The manifest, or the response to `queries` or `extend`."""


class SuggestedEntity(BaseModel):
    """A place that matches the text typed so far."""

    id: str
    name: str
    description: str
    notable: list[ReconcileTerm]


class SuggestedEntities(BaseModel):
    """Places for the text typed so far."""

    result: list[SuggestedEntity]


class SuggestedTypes(BaseModel):
    """Types for the text typed so far."""

    result: list[ReconcileType]


class SuggestedProperties(BaseModel):
    """Properties for the text typed so far."""

    result: list[ReconcileTerm]


class ProposedProperties(BaseModel):
    """The properties that can be fetched for places of a type."""

    model_config = ConfigDict(extra="forbid")

    type: str
    limit: int
    properties: list[ReconcileTerm]


def serialize_term(term: VocabularyTerm, lang: Lang) -> dict[str, str]:
    """A type or property by id and name."""
    return {"id": term.id, "name": term.name.text(lang)}


def serialize_types(level: str, lang: Lang) -> list[dict[str, str]]:
    """The types of a place: its level, and whether it is a division at all."""
    return [
        serialize_term(LEVEL_TYPES[level], lang),
        serialize_term(find_broader_type(level), lang),
    ]


def format_description(
    above: Iterable[str], code: str | None, formers: Iterable[FormerNameMatch], lang: Lang
) -> str:
    """What distinguishes a place from its namesakes: what it lies in, code and former names."""
    parts = ["".join(above), code or ""]
    parts += [_describe_former_name(former, lang) for former in formers]
    return " · ".join(part for part in parts if part)


def _describe_former_name(former: FormerNameMatch, lang: Lang) -> str:
    since, until = (str(day.year) if day else "" for day in (former.since, former.until))
    relation = former.relation.relation_message
    if since or until:
        words = message(
            "reconcile.formerly.period",
            relation=relation,
            name=former.text,
            since=since,
            until=until,
        )
    else:
        words = message("reconcile.formerly", relation=relation, name=former.text)
    return words.text(lang)


def serialize_candidate(candidate: MatchCandidate, lang: Lang) -> dict[str, Any]:
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
