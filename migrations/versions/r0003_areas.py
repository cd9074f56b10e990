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
-- Where a name is written: the point of the largest part that lies farthest from its border.
CREATE FUNCTION label_point(area geometry) RETURNS geometry(Point, 3857)
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN (
    SELECT (ST_MaximumInscribedCircle(part.geom)).center
    FROM ST_Dump(area) AS part ORDER BY ST_Area(part.geom) DESC LIMIT 1
);

ALTER TABLE area_version
    ADD COLUMN web_mercator geometry(MultiPolygon, 3857)
        GENERATED ALWAYS AS (ST_Transform(geom, 3857)) STORED,
    ADD COLUMN label geometry(Point, 3857)
        GENERATED ALWAYS AS (label_point(ST_Transform(geom, 3857))) STORED,
    ADD COLUMN area_m2 double precision
        GENERATED ALWAYS AS (ST_Area(geom::geography)) STORED;
-- Usage: area of a unit
CREATE INDEX area_of_unit ON area_version (unit_id);
-- Usage: tiles
CREATE INDEX area_web_mercator ON area_version USING gist (web_mercator);
CREATE INDEX area_label ON area_version USING gist (label);
-- Usage: overrides at a point
CREATE INDEX jurisdiction_geom ON jurisdiction_version USING gist (geom);

CREATE TABLE area_piece (
    version_id bigint NOT NULL REFERENCES area_version,
    part       integer NOT NULL,
    geom       geometry(Polygon, 4490) NOT NULL,
    PRIMARY KEY (version_id, part)
);
-- Usage: the areas that may cover a point
CREATE INDEX area_piece_geom ON area_piece USING gist (geom);

CREATE TABLE border_piece (
    version_id bigint NOT NULL REFERENCES area_version,
    part       integer NOT NULL,
    geom       geometry(LineString, 4490) NOT NULL,
    PRIMARY KEY (version_id, part)
);
-- Usage: the border of one area nearest to a point
CREATE INDEX border_piece_geom ON border_piece USING gist (version_id, geom);

-- Small pieces of an area, so that a point is tested against some dozen vertices and not
-- against a province. Derived in the same transaction as the area itself.
CREATE FUNCTION derive_pieces() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO area_piece
    SELECT NEW.version_id, row_number() OVER (), piece
    FROM ST_Subdivide(NEW.geom, 32) AS piece;
    INSERT INTO border_piece
    SELECT NEW.version_id, row_number() OVER (), line.geom
    FROM ST_Subdivide(ST_Boundary(NEW.geom), 16) AS piece, ST_Dump(piece) AS line;
    RETURN NULL;
END $$;
CREATE TRIGGER derive_pieces AFTER INSERT ON area_version
    FOR EACH ROW EXECUTE FUNCTION derive_pieces();
"""


def upgrade() -> None:
    for kind, columns in KINDS.items():
        op.execute(f"SELECT create_version_table('{kind}', $columns${columns}$columns$)")
    op.execute(SHAPES)
