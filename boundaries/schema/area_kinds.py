"""The kinds of record of areas, and the kinds of the whole register."""

from boundaries.schema.network_kinds import EDGE, NODE
from gazetteer.ledger.record_kind import Field, FieldType, RecordKind, build_kinds
from gazetteer.records.record_kinds import NAME_KINDS

AREA = RecordKind(
    "area",
    (
        Field("unit_id", FieldType.UUID, required=True, target_kind="unit"),
        Field("geom", FieldType.AREA, required=True),
        Field("accuracy_m", FieldType.REAL),
        Field("source", required=True),
    ),
)
"""The territory of a unit; ``accuracy_m`` is how far a border may lie from the truth."""

JURISDICTION = RecordKind(
    "jurisdiction",
    (
        Field("grantor_unit", FieldType.UUID, required=True, target_kind="unit"),
        Field("holder_unit", FieldType.UUID, required=True, target_kind="unit"),
        Field("act_id", FieldType.UUID, target_kind="act"),
        Field("geom", FieldType.AREA, required=True),
        Field("remark"),
    ),
)
"""Where the law of another unit applies while the boundary stays (e.g. 国函〔2024〕74号)."""

REGISTER_KINDS = {**NAME_KINDS, **build_kinds(AREA, JURISDICTION, NODE, EDGE)}
