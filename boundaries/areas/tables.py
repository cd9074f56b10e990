"""The tables of areas and edges as SQLAlchemy metadata."""

from geoalchemy2 import Geometry
from sqlalchemy import (
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    MetaData,
    Table,
    func,
)

from boundaries.schema.area_kinds import REGISTER_KINDS
from gazetteer.ledger.tables import build_ledger_tables
from gazetteer.records.tables import add_names_schema, build_unit_state_table

# A side without a unit has the reason in "beyond"; at least one side has a unit.
_EDGE_RULES = {
    "edge_beyond": "beyond IN ('outside', 'unknown')",
    "edge_sides": (
        "CASE num_nulls(left_unit, right_unit) WHEN 0 THEN beyond IS NULL AND left_unit <>"
        " right_unit WHEN 1 THEN beyond IS NOT NULL ELSE false END"
    ),
}


def add_boundary_schema(metadata: MetaData, tables: dict[str, Table]) -> None:
    """Add what is derived of areas, and the indexes of the network."""
    area = tables["area"]
    Index("area_of_unit", area.c.unit_id)
    Index("area_geom", area.c.geom, postgresql_using="gist")  # the lowest known unit at a point
    mercator = Geometry("MULTIPOLYGON", srid=3857, spatial_index=False)
    point = Geometry("POINT", srid=3857, spatial_index=False)
    Table(
        "area_display",
        metadata,
        Column("version_id", ForeignKey("area_version.version_id"), primary_key=True),
        Column("web_mercator", mercator, nullable=False),
        Column("label", point, nullable=False),
        Column("area_m2", Double(), nullable=False),
        Index("area_web_mercator_3857", "web_mercator", postgresql_using="gist"),  # tiles
        Index("area_label_3857", "label", postgresql_using="gist"),  # tiles
    )
    unit = tables["unit"].c
    Index(  # the units below a unit, down to townships
        "unit_below",
        func.coalesce(unit.custody_parent, unit.subordination_parent),
        postgresql_where=unit.level != "village",
    )
    edge = tables["edge"]
    for side in ("left_unit", "right_unit"):
        Index(f"edge_{side}", edge.c[side])  # the edges round a unit
    for end in ("start_node", "end_node"):
        Index(f"edge_{end}", edge.c[end])  # the edges that meet at a node
    Index("edge_geom", edge.c.geom, postgresql_using="gist")  # the edges at a place
    for name, rule in _EDGE_RULES.items():
        edge.append_constraint(CheckConstraint(rule, name=name))
    Index("jurisdiction_geom", tables["jurisdiction"].c.geom, postgresql_using="gist")  # reverse


def build_register_metadata() -> MetaData:
    """The schema of the whole register; a test compares it with what the migrations build."""
    metadata = MetaData()
    tables = build_ledger_tables(metadata, REGISTER_KINDS)
    add_names_schema(tables)
    build_unit_state_table(metadata)
    add_boundary_schema(metadata, tables)
    return metadata
