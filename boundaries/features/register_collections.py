"""All collections of the register."""

from collections.abc import Mapping

from boundaries.features.division_source import DIVISIONS
from boundaries.features.feature_collection import FeatureCollection
from boundaries.features.finding_source import FINDINGS
from boundaries.features.network_sources import EDGES, LINES, NODES
from boundaries.features.place_source import PLACES

COLLECTIONS: Mapping[str, FeatureCollection] = {
    collection.name: collection for collection in (DIVISIONS, EDGES, NODES, LINES, PLACES)
}

DRAFT_COLLECTIONS: Mapping[str, FeatureCollection] = {**COLLECTIONS, FINDINGS.name: FINDINGS}
"""Those of a draft."""
