"""The ledger of the whole register: all kinds of record, and what is derived from them."""

from boundaries.schema.area_kinds import REGISTER_KINDS
from gazetteer.ledger.publish import Ledger
from gazetteer.records.unit_states import derive_states

LEDGER = Ledger(REGISTER_KINDS, (derive_states,))
