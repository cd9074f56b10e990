"""The kinds of record of the names half (field notes 2.2, 3; INSPIRE: place, name, spelling)."""

from gazetteer.ledger.kinds import Field, RecordKind, Type, kinds_of

ACT = RecordKind(
    "act",
    (
        Field("title", required=True),
        Field("number"),
        Field("authority"),
        Field("approved_on", Type.DATE),
        Field("effective_on", Type.DATE),
        Field("announced_on", Type.DATE),
        Field("implemented_on", Type.DATE),
        Field("source"),
        Field("remark"),
    ),
)
"""A legal document (批复, 公告 …) with the four dates that the law tells apart."""

UNIT = RecordKind(
    "unit",
    (
        Field("level", required=True),
        Field("unit_type"),
        Field("subordination_parent", Type.UUID, refers="unit"),
        Field("custody_parent", Type.UUID, refers="unit"),
        Field("place_id", Type.UUID, refers="place"),
        Field("seat", Type.POINT),
        Field("remark"),
    ),
)
"""An administrative unit (行政区划) or a village committee under it (自治组织)."""

CODE = RecordKind(
    "code",
    (
        Field("unit_id", Type.UUID, required=True, refers="unit"),
        Field("code", required=True),
        Field("code_system", required=True),
    ),
)
"""The code that a unit carries for a time; unique in its system on every day."""

PLACE = RecordKind(
    "place",
    (
        Field("legal_class", required=True),
        Field("class_code"),
        Field("level", required=True),
        Field("unit_id", Type.UUID, refers="unit"),
        Field("within", Type.UUID, refers="unit"),
        Field("location", Type.POINT),
        Field("source"),
    ),
)
"""A named geographic entity (地理实体); a unit's own place points to the unit."""

NAME = RecordKind(
    "name",
    (
        Field("place_id", Type.UUID, required=True, refers="place"),
        Field("text", required=True),
        Field("name_kind", required=True),
        Field("language", required=True),
        Field("specific_part"),
        Field("generic_part"),
        Field("source"),
    ),
)
"""One of the names of a place: standard, short, alias or former."""

SPELLING = RecordKind(
    "spelling",
    (
        Field("name_id", Type.UUID, required=True, refers="name"),
        Field("text", required=True),
        Field("system", required=True),
        Field("status", required=True),
        Field("source"),
    ),
)
"""A way to write a name in another script or system; only an act makes it ``approved``."""

SUCCESSION = RecordKind(
    "succession",
    (
        Field("from_unit", Type.UUID, required=True, refers="unit"),
        Field("to_unit", Type.UUID, required=True, refers="unit"),
        Field("link_kind", required=True),
        Field("share_from", Type.REAL),
        Field("share_to", Type.REAL),
        Field("area_m2", Type.REAL),
        Field("source"),
    ),
)
"""Territory passed from one unit to another; shares are null where evidence is missing."""

FUNCTIONAL_AREA = RecordKind(
    "functional_area",
    (
        Field("name", required=True),
        Field("code"),
        Field("within", Type.UUID, refers="unit"),
        Field("authority"),
        Field("source"),
    ),
)
"""A development or cooperation zone: named and coded, but not a unit (Order 704 knows none)."""

NAME_KINDS = kinds_of(ACT, UNIT, CODE, PLACE, NAME, SPELLING, SUCCESSION, FUNCTIONAL_AREA)
