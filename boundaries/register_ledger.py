"""The ledger of the whole register: all kinds of record, and what is derived from them."""

from boundaries.areas.area_derivation import derive_areas
from boundaries.areas.area_display import derive_displays
from boundaries.schema.area_kinds import AREA, REGISTER_KINDS
from gazetteer.ledger.publish import Ledger
from gazetteer.naming.key_derivation import derive_name_keys
from gazetteer.records.unit_states import derive_states

LEDGER = Ledger(
    REGISTER_KINDS,
    (derive_states, derive_displays, derive_name_keys),
    derived_kinds=frozenset({AREA.name}),
    derive_records=derive_areas,
)
