"""The table of outlines as SQLAlchemy metadata: what the migrations must have built."""

from geoalchemy2 import Geometry
from sqlalchemy import Boolean, Column, ForeignKey, MetaData, Table, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB


def add_outline_table(metadata: MetaData) -> None:
    """Outlines of drafts, with the accounts that sent them."""
    Table(
        "draft_outline",
        metadata,
        Column("draft_id", Uuid, ForeignKey("draft.draft_id"), primary_key=True),
        Column("unit_id", Uuid, primary_key=True),
        Column("area", Geometry("MULTIPOLYGON", srid=4490, spatial_index=False)),
        Column("new_unit", JSONB),
        Column("waiting", Boolean, nullable=False),
        Column("accounts", ARRAY(Uuid), nullable=False),
    )
