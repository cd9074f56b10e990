"""The boundary network: nodes, and edges with a unit on each side."""

from alembic import op

revision = "0005"
down_revision = "0004"

KINDS = {
    "node": "location geometry(Point, 4490) NOT NULL, source text NOT NULL",
    "edge": """
        start_node uuid NOT NULL, end_node uuid NOT NULL, left_unit uuid, right_unit uuid,
        beyond text, geom geometry(LineString, 4490) NOT NULL,
        accuracy_m double precision, source text NOT NULL""",
}

INDEXES = """
-- Usage: the edges round a unit
CREATE INDEX edge_left_unit ON edge_version (left_unit);
CREATE INDEX edge_right_unit ON edge_version (right_unit);
-- Usage: the edges at a place
CREATE INDEX edge_geom ON edge_version USING gist (geom);

-- A side without a unit says why, and only then; somebody is on one side at least.
ALTER TABLE edge_version
    ADD CONSTRAINT edge_beyond CHECK (beyond IN ('outside', 'unknown')),
    ADD CONSTRAINT edge_sides CHECK (
        CASE num_nulls(left_unit, right_unit)
            WHEN 0 THEN beyond IS NULL AND left_unit <> right_unit
            WHEN 1 THEN beyond IS NOT NULL
            ELSE false
        END
    );
"""


def upgrade() -> None:
    for kind, columns in KINDS.items():
        op.execute(f"SELECT create_version_table('{kind}', $columns${columns}$columns$)")
    op.execute(INDEXES)
