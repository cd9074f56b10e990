"""The tables of areas as SQLAlchemy metadata: Mercator for tiles, pieces for points."""

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    Column,
    Computed,
    ForeignKey,
    Index,
    MetaData,
    SmallInteger,
    Table,
)

from boundaries.areas.kinds import REGISTER_KINDS
from gazetteer.ledger.tables import ledger_tables
from gazetteer.records.tables import add_name_half, unit_state_table


def add_boundary_half(metadata: MetaData, tables: dict[str, Table]) -> None:
    """The derived shapes of the boundary half: Mercator for tiles, pieces for points."""
    area = tables["area"]
    area.append_column(
        Column(
            "web_mercator",
            Geometry("MULTIPOLYGON", srid=3857, spatial_index=False),
            Computed("st_transform(geom, 3857)", persisted=True),
        )
    )
    Index("area_of_unit", area.c.unit_id)
    Index("area_web_mercator", area.c.web_mercator, postgresql_using="gist")  # tiles
    Index("jurisdiction_geom", tables["jurisdiction"].c.geom, postgresql_using="gist")  # reverse
    for name, geometry in (("area_piece", "POLYGON"), ("border_piece", "LINESTRING")):
        Table(
            name,
            metadata,
            Column(
                "version_id",
                BigInteger,
                ForeignKey("area_version.version_id", ondelete="CASCADE"),
                nullable=False,
            ),
            Column("part", SmallInteger, nullable=False),
            Column("geom", Geometry(geometry, srid=4490, spatial_index=False), nullable=False),
            Index(f"{name}_version", "version_id"),
            Index(f"{name}_geom", "geom", postgresql_using="gist"),  # point look-ups
        )


def register_metadata() -> MetaData:
    """The schema of the whole register; a test holds it against what the migrations built."""
    metadata = MetaData()
    tables = ledger_tables(metadata, REGISTER_KINDS)
    add_name_half(tables)
    unit_state_table(metadata)
    add_boundary_half(metadata, tables)
    return metadata
