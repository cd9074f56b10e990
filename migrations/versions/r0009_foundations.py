"""Files beside the ledger, jobs of any kind, and areas that follow from edges."""

from alembic import op

revision = "0009"
down_revision = "0008"

FILES = """
CREATE TABLE file (
    sha256      text PRIMARY KEY CONSTRAINT file_sha256 CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    media_type  text NOT NULL,
    size        bigint NOT NULL,
    name        text NOT NULL,  -- the sender's
    audience    text NOT NULL CONSTRAINT file_audience CHECK (audience IN ('public', 'internal')),
    uploaded_by text NOT NULL,
    uploaded_at timestamptz NOT NULL
);

SELECT create_version_table('document',
    'act uuid NOT NULL, title text NOT NULL, role text NOT NULL, file text NOT NULL');
-- No version without its file; checked with the other references, at the end of a publication.
ALTER TABLE document_version
    ADD CONSTRAINT document_file FOREIGN KEY (file) REFERENCES file DEFERRABLE,
    ADD CONSTRAINT document_role CHECK (role IN
        ('approval', 'announcement', 'agreement', 'map', 'photo', 'other'));
-- Usage: the documents of an act
CREATE INDEX document_of_act ON document_version (act);
"""

JOBS = """
ALTER TABLE job RENAME COLUMN rows_total TO total;
ALTER TABLE job RENAME COLUMN rows_done TO done;
ALTER TABLE job
    ALTER COLUMN encoding DROP NOT NULL,
    ALTER COLUMN delimiter DROP NOT NULL,
    ADD COLUMN progress_unit text NOT NULL DEFAULT 'rows'
        CONSTRAINT job_progress_unit CHECK (progress_unit IN ('rows', 'percent'));
ALTER TABLE job ALTER COLUMN progress_unit DROP DEFAULT;
-- Runs of the checks had no rows: they claimed an empty file and a hundred of them.
UPDATE job SET progress_unit = 'percent', encoding = NULL, delimiter = NULL
    WHERE kind = 'findings';
ALTER TABLE job ADD CONSTRAINT job_csv_format CHECK (
    num_nulls(encoding, delimiter) = CASE progress_unit WHEN 'rows' THEN 0 ELSE 2 END);

-- The files of results, by name in the directory of the job
CREATE TABLE job_file (
    job_id     uuid REFERENCES job ON DELETE CASCADE,
    name       text,
    media_type text NOT NULL,
    PRIMARY KEY (job_id, name)
);
INSERT INTO job_file
    SELECT job_id, 'result.csv',
           'text/csv; charset=' || CASE encoding WHEN 'utf-8-sig' THEN 'utf-8' ELSE encoding END
    FROM job WHERE state = 'finished' AND progress_unit = 'rows';
INSERT INTO job_file
    SELECT job_id, 'result.gpkg', 'application/geopackage+sqlite3'
    FROM job WHERE state = 'finished' AND progress_unit = 'rows';

-- One queue becomes two; the triggers of the queue look for its tables by their names alone.
SET LOCAL search_path = queue, public;
UPDATE procrastinate_jobs q SET queue_name = CASE kind WHEN 'findings' THEN 'soon' ELSE 'files' END
    FROM job WHERE job.queue_id = q.id;
SET LOCAL search_path = DEFAULT;
"""

AREAS = """
-- What maps and lists show of an area: derived by the program, beside the ledger's own table.
CREATE TABLE area_display (
    version_id   bigint PRIMARY KEY REFERENCES area_version,
    web_mercator geometry(MultiPolygon, 3857) NOT NULL,
    label        geometry(Point, 3857) NOT NULL,
    area_m2      double precision NOT NULL
);
INSERT INTO area_display SELECT version_id, web_mercator, label, area_m2 FROM area_version;
-- Usage: tiles
CREATE INDEX area_web_mercator_3857 ON area_display USING gist (web_mercator);
CREATE INDEX area_label_3857 ON area_display USING gist (label);
ALTER TABLE area_version DROP COLUMN web_mercator, DROP COLUMN label, DROP COLUMN area_m2;
DROP TRIGGER derive_pieces ON area_version;
DROP FUNCTION derive_pieces();
DROP TABLE area_piece, border_piece;
-- Usage: the lowest known unit at a point
CREATE INDEX area_geom ON area_version USING gist (geom);
-- Long lists of coordinates do not become smaller by compression, and take much longer to read.
ALTER TABLE area_version ALTER COLUMN geom SET STORAGE EXTERNAL;
ALTER TABLE edge_version ALTER COLUMN geom SET STORAGE EXTERNAL;
ALTER TABLE area_display ALTER COLUMN web_mercator SET STORAGE EXTERNAL;
-- Usage: the edges that meet at a node
CREATE INDEX edge_start_node ON edge_version (start_node);
CREATE INDEX edge_end_node ON edge_version (end_node);
-- Usage: the units below a unit, down to townships
CREATE INDEX unit_below ON unit_version ((coalesce(custody_parent, subordination_parent)))
    WHERE level <> 'village';
"""

COMING = """
-- The last day on which a version that is known now begins or ends, if it was recorded before that
-- day: no other version can begin or end after today. They are few, which the planner cannot know:
-- not SQL, which it would look into, dear and not in parallel, so that it reads the indexes alone.
CREATE FUNCTION coming_day(valid daterange, recorded tstzrange) RETURNS date
    LANGUAGE plpgsql IMMUTABLE PARALLEL UNSAFE COST 1000 AS $$
BEGIN
    RETURN CASE WHEN upper_inf(recorded) AND greatest(lower(valid), upper(valid))
        > (lower(recorded) AT TIME ZONE 'Asia/Shanghai')::date
        THEN greatest(lower(valid), upper(valid)) END;
END $$;
-- From when on a finding is there
ALTER TABLE finding_event ADD COLUMN begins_on date;
""" + "".join(
    f"CREATE INDEX {kind}_coming ON {kind}_version (coming_day(valid, recorded))"
    " WHERE coming_day(valid, recorded) IS NOT NULL;\n"
    for kind in (
        *("act", "area", "code", "document", "edge", "functional_area", "jurisdiction"),
        *("name", "node", "place", "spelling", "succession", "unit"),
    )
)


def upgrade() -> None:
    """Add the tables of files, loosen those of jobs, and derive what readers need of areas."""
    for statements in (FILES, JOBS, AREAS, COMING):
        if statements:
            op.execute(statements)
