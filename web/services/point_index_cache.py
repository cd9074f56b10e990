"""The area index of a serving process, in memory."""

from functools import partial

from boundaries.areas.point_index.area_index import AreaIndex, load_area_index
from gazetteer.ledger.as_of import AsOf
from gazetteer.ledger.snapshot_cache import SnapshotCache
from web.services.snapshot_caches import create_snapshot_cache, get_extension

_EXTENSION_KEY = "gazetteer_areas"


def find_area_index(as_of: AsOf) -> AreaIndex | None:
    """The area index, if it can answer for the moment; None if not. Never waits."""
    area_index = _get_cache().get_newest()
    return area_index if area_index is not None and area_index.can_answer(as_of) else None


def warm_up_area_index() -> None:
    """Begin to load, so that the database answers only the first requests."""
    _get_cache().begin_reload()


def _get_cache() -> SnapshotCache[AreaIndex]:
    return get_extension(_EXTENSION_KEY, partial(create_snapshot_cache, load_area_index))
