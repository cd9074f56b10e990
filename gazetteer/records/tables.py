"""Units and names as SQLAlchemy metadata: indexes, constraints and the table of unit states."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    MetaData,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import DATERANGE, TSTZRANGE, ExcludeConstraint

from gazetteer.records.record_kinds import DOCUMENT_ROLES

_ROLES = ", ".join(f"'{role}'" for role in DOCUMENT_ROLES)


def _exclude_overlaps(
    table: Table, name: str, *columns: str, where: ColumnElement[bool] | None = None
) -> None:
    """No two versions with the same values in ``columns`` on one day, as known at one time."""
    equal = [(table.c[column], "=") for column in columns]
    periods = [(table.c.valid, "&&"), (table.c.recorded, "&&")]
    table.append_constraint(
        ExcludeConstraint(*equal, *periods, using="gist", name=name, where=where, deferrable=True)
    )


def add_names_schema(tables: dict[str, Table]) -> None:
    """Indexes and constraints of units and names; each comment names the query that it serves."""
    code = tables["code"].c
    _exclude_overlaps(tables["code"], "code_once_a_day", "code_system", "code")
    _exclude_overlaps(tables["code"], "unit_one_code_a_day", "unit_id")
    name_is_standard = tables["name"].c.name_kind == text("'standard'")
    _exclude_overlaps(
        tables["name"],
        "place_one_standard_name_a_day",
        "place_id",
        "language",
        where=name_is_standard,
    )
    is_pinyin = tables["spelling"].c.system == text("'pinyin'")
    _exclude_overlaps(tables["spelling"], "name_one_pinyin_a_day", "name_id", where=is_pinyin)
    Index("code_of_unit", code.unit_id)  # states of a unit
    _add_place_indexes(tables["place"])
    Index("name_of_place", tables["name"].c.place_id)  # names of a place
    Index("name_text", tables["name"].c.text, postgresql_ops={"text": "text_pattern_ops"})  # search
    Index("spelling_of_name", tables["spelling"].c.name_id)
    latin = func.latin_key(tables["spelling"].c.text).label("latin")
    Index("spelling_latin", latin, postgresql_ops={"latin": "text_pattern_ops"})  # search
    unit = tables["unit"].c
    Index("unit_seat", unit.record_id, postgresql_where=unit.seat.is_not(None))  # seat of a unit
    Index("unit_place", tables["unit"].c.place_id)  # unit of a renamed place
    for parent in ("subordination_parent", "custody_parent"):  # units below one, in a draft
        Index(f"unit_{parent}", unit[parent], postgresql_where=unit[parent].is_not(None))
    Index("succession_from", tables["succession"].c.from_unit)  # successors, code translation
    Index("succession_to", tables["succession"].c.to_unit)  # predecessors
    document = tables["document"]
    document.append_constraint(
        ForeignKeyConstraint(["file"], ["file.sha256"], name="document_file", deferrable=True)
    )
    document.append_constraint(CheckConstraint(f"role IN ({_ROLES})", name="document_role"))
    Index("document_of_act", document.c.act)  # documents of an act


def _add_place_indexes(place: Table) -> None:
    Index("place_of_unit", place.c.unit_id)  # names of a unit
    Index("place_at", place.c.location, postgresql_using="gist")  # tiles, nearest names
    is_within = place.c.within.is_not(None)
    Index("place_within", place.c.within, postgresql_where=is_within)  # of a unit that ends
    Index("place_page", func.page_of_place(place.c.version_id, place.c.location))  # pages


def build_unit_state_table(metadata: MetaData) -> Table:
    """The derived states of units, one row for each period in which nothing about a unit changed.

    Each comment names the query that an index serves.
    """
    table = _build_unit_state_columns(metadata)
    Index("unit_state_code", table.c.code)  # a code on a date
    Index(  # ancestors and succession, from the index alone; history
        "unit_state_unit",
        table.c.unit_id,
        postgresql_include=["code", "name", "level", "parent_id", "valid", "recorded"],
    )
    Index("unit_state_of_unit", table.c.unit_id)  # joins by unit, for which a GiST index is slow
    Index("unit_state_parent", table.c.parent_id)  # children
    Index(  # first day of record of each level
        "unit_state_first_day",
        table.c.level,
        func.lower(table.c.valid),
        postgresql_where=func.upper_inf(table.c.recorded),
    )
    return table


def _build_unit_state_columns(metadata: MetaData) -> Table:
    return Table(
        "unit_state",
        metadata,
        Column("state_id", BigInteger, Identity(always=True), primary_key=True),
        Column("unit_id", Uuid, ForeignKey("record.record_id"), nullable=False),
        Column("level", Text, nullable=False),
        Column("unit_type", Text),
        Column("code", Text),
        Column("name", Text),
        Column("romanized_name", Text),
        Column("place_id", Uuid),
        Column("parent_id", Uuid),
        Column("subordination_parent", Uuid),
        Column("custody_parent", Uuid),
        Column("valid", DATERANGE, nullable=False),
        Column("recorded", TSTZRANGE, nullable=False),
        Column("started_by", Uuid),
        Column("ended_by", Uuid),
        Column("start_precision", Text, nullable=False),
        Column("end_precision", Text, nullable=False),
        ExcludeConstraint(
            ("unit_id", "="),
            ("valid", "&&"),
            ("recorded", "&&"),
            using="gist",
            name="unit_state_one_a_day",
        ),
    )
