"""Areas of units and jurisdiction overrides, with the shapes derived from them."""

from alembic import op

revision = "0003"
down_revision = "0002"

KINDS = {
    "area": """
        unit_id uuid NOT NULL, geom geometry(MultiPolygon, 4490) NOT NULL,
        accuracy_m double precision, source text NOT NULL""",
    "jurisdiction": """
        grantor_unit uuid NOT NULL, holder_unit uuid NOT NULL, act_id uuid,
        geom geometry(MultiPolygon, 4490) NOT NULL, remark text""",
}

SHAPES = """
ALTER TABLE area_version ADD COLUMN web_mercator geometry(MultiPolygon, 3857)
    GENERATED ALWAYS AS (ST_Transform(geom, 3857)) STORED;
-- Usage: area of a unit
CREATE INDEX area_of_unit ON area_version (unit_id);
-- Usage: tiles
CREATE INDEX area_web_mercator ON area_version USING gist (web_mercator);
-- Usage: overrides at a point
CREATE INDEX jurisdiction_geom ON jurisdiction_version USING gist (geom);

CREATE TABLE area_piece (
    version_id bigint NOT NULL REFERENCES area_version ON DELETE CASCADE,
    part       smallint NOT NULL,
    geom       geometry(Polygon, 4490) NOT NULL
);
-- Usage: rebuilt with their area
CREATE INDEX area_piece_version ON area_piece (version_id);
-- Usage: the areas that may cover a point
CREATE INDEX area_piece_geom ON area_piece USING gist (geom);

CREATE TABLE border_piece (
    version_id bigint NOT NULL REFERENCES area_version ON DELETE CASCADE,
    part       smallint NOT NULL,
    geom       geometry(LineString, 4490) NOT NULL
);
-- Usage: rebuilt with their area
CREATE INDEX border_piece_version ON border_piece (version_id);
-- Usage: the borders near a point
CREATE INDEX border_piece_geom ON border_piece USING gist (geom);

-- Small pieces of an area, so that a point is tested against some hundred vertices and not
-- against a province. Derived in the same transaction as the area itself.
CREATE FUNCTION derive_pieces() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO area_piece
    SELECT NEW.version_id, row_number() OVER (), piece
    FROM ST_Subdivide(NEW.geom, 64) AS piece;
    INSERT INTO border_piece
    SELECT NEW.version_id, row_number() OVER (), (ST_Dump(piece)).geom
    FROM ST_Subdivide(ST_Boundary(NEW.geom), 32) AS piece;
    RETURN NULL;
END $$;
CREATE TRIGGER derive_pieces AFTER INSERT ON area_version
    FOR EACH ROW EXECUTE FUNCTION derive_pieces();
"""


def upgrade() -> None:
    for kind, columns in KINDS.items():
        op.execute(f"SELECT create_version_table('{kind}', $columns${columns}$columns$)")
    op.execute(SHAPES)
