"""What differs between two states of the register: ``/v1/differences``."""

from flask import Response

from web.api.difference_models import StatesDifferenceModel
from web.http.endpoints import Api
from web.services.difference_service import (
    FILE_TYPES,
    DifferenceFormat,
    FormatChoice,
    JsonObject,
    StatesQuery,
    answer_states,
)
from web.uploads.layer_responses import GEOJSON

api = Api()


class DifferenceQuery(StatesQuery):
    """A unit, two states of the register, and the format."""

    format: FormatChoice = DifferenceFormat.JSON


@api.get("/v1/differences", StatesDifferenceModel, media=GEOJSON, alternative_media=FILE_TYPES)
def get_difference(query: DifferenceQuery) -> JsonObject | Response:
    """Get what differs between two states of the register.

    Compares the unit that carries the code `unit` in either state, and everything below it: the
    territory that passed from unit to unit, the areas of units at every level, the vertices of
    borders, and all records. The states are two dates, or two moments of knowledge for one date,
    or both. Nothing differs: all lists are empty.
    """
    return answer_states(query, query.format)
