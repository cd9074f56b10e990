"""Outlines: territory of a draft as a program has drawn it, until the borders follow."""

from alembic import op

revision = "0011"
down_revision = "0010"

TABLES = """
CREATE TABLE draft_outline (
    draft_id uuid REFERENCES draft,
    unit_id  uuid,  -- of a unit that is not established yet: the id that it will have
    area     geometry(MultiPolygon, 4490),  -- NULL: the unit gives up all its territory
    new_unit jsonb,  -- what such a unit begins with
    waiting  boolean NOT NULL,
    accounts uuid[] NOT NULL,  -- who sent it: none of them reviews the draft
    PRIMARY KEY (draft_id, unit_id)
);
"""


def upgrade() -> None:
    """Create the table."""
    op.execute(TABLES)
