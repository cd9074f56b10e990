"""The kinds of record of the boundary network."""

from enum import StrEnum

from gazetteer.ledger.record_kind import Field, FieldType, RecordKind


class MissingSide(StrEnum):
    """Why an edge has a unit on one side only."""

    OUTSIDE = "outside"  # a coast, or the outer limit of what the register covers
    UNKNOWN = "unknown"  # there is a unit, but its territory of those days is not known


NODE = RecordKind(
    "node",
    (Field("location", FieldType.POINT, required=True), Field("source", required=True)),
)
"""Where borders meet: a tripoint, the end of a border at the coast, the start of a closed one."""

EDGE = RecordKind(
    "edge",
    (
        Field("start_node", FieldType.UUID, required=True, target_kind="node"),
        Field("end_node", FieldType.UUID, required=True, target_kind="node"),
        Field("left_unit", FieldType.UUID, target_kind="unit"),
        Field("right_unit", FieldType.UUID, target_kind="unit"),
        Field("beyond"),
        Field("geom", FieldType.LINE, required=True),
        Field("accuracy_m", FieldType.REAL),
        Field("source", required=True),
    ),
)
"""A border between two nodes, with the lowest known unit on its left and right.

``beyond`` is why a side has none (:class:`MissingSide`).
"""
