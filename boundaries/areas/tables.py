"""The tables of areas as SQLAlchemy metadata: Mercator for tiles, pieces for point queries."""

from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import (
    CheckConstraint,
    Column,
    Computed,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
)
from sqlalchemy.types import TypeEngine

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


def _build_computed_column(name: str, type_: TypeEngine[Any], expression: str) -> Column[Any]:
    return Column(name, type_, Computed(expression, persisted=True))


def add_boundary_schema(metadata: MetaData, tables: dict[str, Table]) -> None:
    """Add the derived geometries: Mercator for tiles, pieces for point queries."""
    area = tables["area"]
    mercator = Geometry("MULTIPOLYGON", srid=3857, spatial_index=False)
    point = Geometry("POINT", srid=3857, spatial_index=False)
    area.append_column(_build_computed_column("web_mercator", mercator, "st_transform(geom, 3857)"))
    area.append_column(
        _build_computed_column("label", point, "label_point(st_transform(geom, 3857))")
    )
    area.append_column(_build_computed_column("area_m2", Double(), "st_area((geom)::geography)"))
    Index("area_of_unit", area.c.unit_id)
    Index("area_web_mercator", area.c.web_mercator, postgresql_using="gist")  # tiles
    Index("area_label", area.c.label, postgresql_using="gist")  # tiles
    edge = tables["edge"]
    for side in ("left_unit", "right_unit"):
        Index(f"edge_{side}", edge.c[side])  # the edges round a unit
    Index("edge_geom", edge.c.geom, postgresql_using="gist")  # the edges at a place
    for name, rule in _EDGE_RULES.items():
        edge.append_constraint(CheckConstraint(rule, name=name))
    Index("jurisdiction_geom", tables["jurisdiction"].c.geom, postgresql_using="gist")  # reverse
    for name, geometry, indexed in (
        ("area_piece", "POLYGON", ["geom"]),  # the areas that may cover a point
        ("border_piece", "LINESTRING", ["version_id", "geom"]),  # the border nearest to a point
    ):
        Table(
            name,
            metadata,
            Column("version_id", ForeignKey("area_version.version_id"), primary_key=True),
            Column("part", Integer, primary_key=True),
            Column("geom", Geometry(geometry, srid=4490, spatial_index=False), nullable=False),
            Index(f"{name}_geom", *indexed, postgresql_using="gist"),
        )


def build_register_metadata() -> MetaData:
    """The schema of the whole register; a test compares it with what the migrations build."""
    metadata = MetaData()
    tables = build_ledger_tables(metadata, REGISTER_KINDS)
    add_names_schema(tables)
    build_unit_state_table(metadata)
    add_boundary_schema(metadata, tables)
    return metadata
