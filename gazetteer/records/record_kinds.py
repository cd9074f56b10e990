"""The kinds of records of units and names (field notes 2.2, 3; INSPIRE: place, name, spelling)."""

from gazetteer.ledger.record_kind import Audience, Field, FieldType, RecordKind, build_kinds

ACT = RecordKind(
    "act",
    (
        Field("title", required=True),
        Field("number"),
        Field("authority"),
        Field("approved_on", FieldType.DATE),
        Field("effective_on", FieldType.DATE),
        Field("announced_on", FieldType.DATE),
        Field("implemented_on", FieldType.DATE),
        Field("source"),
        Field("remark"),
    ),
)
"""A legal document (批复, 公告 …) with the four dates that the law distinguishes."""

UNIT = RecordKind(
    "unit",
    (
        Field("level", required=True),
        Field("unit_type"),
        Field("subordination_parent", FieldType.UUID, target_kind="unit"),
        Field("custody_parent", FieldType.UUID, target_kind="unit"),
        Field("place_id", FieldType.UUID, target_kind="place"),
        Field("seat", FieldType.POINT),
        Field("remark"),
    ),
)
"""An administrative unit (行政区划) or a village committee under it (自治组织)."""

CODE = RecordKind(
    "code",
    (
        Field("unit_id", FieldType.UUID, required=True, target_kind="unit"),
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
        Field("unit_id", FieldType.UUID, target_kind="unit"),
        Field("within", FieldType.UUID, target_kind="unit"),
        Field("location", FieldType.POINT),
        Field("source"),
    ),
)
"""A named geographic entity (地理实体); a unit's own place points to the unit."""

NAME = RecordKind(
    "name",
    (
        Field("place_id", FieldType.UUID, required=True, target_kind="place"),
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
        Field("name_id", FieldType.UUID, required=True, target_kind="name"),
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
        Field("from_unit", FieldType.UUID, required=True, target_kind="unit"),
        Field("to_unit", FieldType.UUID, required=True, target_kind="unit"),
        Field("link_kind", required=True),
        Field("share_from", FieldType.REAL),
        Field("share_to", FieldType.REAL),
        Field("area_m2", FieldType.REAL),
        Field("source"),
    ),
)
"""Territory passed from one unit to another; shares are null where evidence is missing."""

FUNCTIONAL_AREA = RecordKind(
    "functional_area",
    (
        Field("name", required=True),
        Field("code"),
        Field("within", FieldType.UUID, target_kind="unit"),
        Field("authority"),
        Field("source"),
    ),
)
"""A development or cooperation zone: named and coded, but not a unit (Order 704 knows none)."""

DOCUMENT_ROLES = ("approval", "announcement", "agreement", "map", "photo", "other")
"""What a document is to its act: 批复, 公告, 协议书, 附图, 照片, 其他."""

DOCUMENT = RecordKind(
    "document",
    (
        Field("act", FieldType.UUID, required=True, target_kind="act"),
        Field("title", required=True),
        Field("role", required=True),
        Field("file", required=True),
    ),
    audience=Audience.INTERNAL,
)
"""A document of an act; ``file`` is the SHA-256 of a file in the store."""

NAME_KINDS = build_kinds(
    ACT, UNIT, CODE, PLACE, NAME, SPELLING, SUCCESSION, FUNCTIONAL_AREA, DOCUMENT
)
