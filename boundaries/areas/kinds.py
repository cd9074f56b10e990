"""The kinds of record of the boundary half, and the whole register's kinds."""

from boundaries.network.kinds import EDGE, NODE
from gazetteer.ledger.kinds import Field, RecordKind, Type, kinds_of
from gazetteer.records.kinds import NAME_KINDS

AREA = RecordKind(
    "area",
    (
        Field("unit_id", Type.UUID, required=True, refers="unit"),
        Field("geom", Type.AREA, required=True),
        Field("accuracy_m", Type.REAL),
        Field("source", required=True),
    ),
)
"""The territory of a unit; ``accuracy_m`` is how far a border may lie from the truth."""

JURISDICTION = RecordKind(
    "jurisdiction",
    (
        Field("grantor_unit", Type.UUID, required=True, refers="unit"),
        Field("holder_unit", Type.UUID, required=True, refers="unit"),
        Field("act_id", Type.UUID, refers="act"),
        Field("geom", Type.AREA, required=True),
        Field("remark"),
    ),
)
"""Where another unit's law applies without moving the boundary (e.g. 国函〔2024〕74号)."""

REGISTER_KINDS = {**NAME_KINDS, **kinds_of(AREA, JURISDICTION, NODE, EDGE)}
