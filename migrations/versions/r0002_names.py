"""Acts, units, codes, places, names, spellings, succession; and the derived states of units."""

from alembic import op

revision = "0002"
down_revision = "0001"

KINDS = {
    "act": """
        title text NOT NULL, number text, authority text,
        approved_on date, effective_on date, announced_on date, implemented_on date,
        source text, remark text""",
    "unit": """
        level text NOT NULL, unit_type text,
        subordination_parent uuid, custody_parent uuid, place_id uuid,
        seat geometry(Point, 4490), remark text""",
    "code": """
        unit_id uuid NOT NULL, code text NOT NULL, code_system text NOT NULL""",
    "place": """
        legal_class text NOT NULL, class_code text, level text NOT NULL,
        unit_id uuid, "within" uuid, location geometry(Point, 4490), source text""",
    "name": """
        place_id uuid NOT NULL, text text NOT NULL, name_kind text NOT NULL,
        language text NOT NULL, specific_part text, generic_part text, source text""",
    "spelling": """
        name_id uuid NOT NULL, text text NOT NULL, system text NOT NULL,
        status text NOT NULL, source text""",
    "succession": """
        from_unit uuid NOT NULL, to_unit uuid NOT NULL, link_kind text NOT NULL,
        share_from double precision, share_to double precision, area_m2 double precision,
        source text""",
    "functional_area": """
        name text NOT NULL, code text, "within" uuid, authority text, source text""",
}

INDEXES = """
-- A romanized name for comparison: lower case, letters and digits only, no tone marks.
CREATE FUNCTION latin_key(text text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT regexp_replace(
        normalize(replace(lower(text), 'ü', 'v'), NFKD), '[^a-z0-9]', '', 'g')
$$;
-- Usage: search by pinyin, exact and by prefix
CREATE INDEX spelling_latin ON spelling_version (latin_key(text) text_pattern_ops);
-- A code is unique in its system on every day, as known at every moment (Order 79).
ALTER TABLE code_version ADD CONSTRAINT code_once_a_day EXCLUDE USING gist
    (code_system WITH =, code WITH =, valid WITH &&, recorded WITH &&)
    DEFERRABLE;
-- A unit carries one code a day.
ALTER TABLE code_version ADD CONSTRAINT unit_one_code_a_day EXCLUDE USING gist
    (unit_id WITH =, valid WITH &&, recorded WITH &&)
    DEFERRABLE;
-- A place has at most one standard name in a language (Order 753 art. 15).
ALTER TABLE name_version ADD CONSTRAINT place_one_standard_name_a_day EXCLUDE USING gist
    (place_id WITH =, language WITH =, valid WITH &&, recorded WITH &&)
    WHERE (name_kind = 'standard')
    DEFERRABLE;
-- A name has one romanized name a day.
ALTER TABLE spelling_version ADD CONSTRAINT name_one_pinyin_a_day EXCLUDE USING gist
    (name_id WITH =, valid WITH &&, recorded WITH &&) WHERE (system = 'pinyin')
    DEFERRABLE;
-- Usage: states of a unit
CREATE INDEX code_of_unit ON code_version (unit_id);
-- Usage: names of a unit
CREATE INDEX place_of_unit ON place_version (unit_id);
-- Usage: tiles of places, nearest names
CREATE INDEX place_at ON place_version USING gist (location);
-- Usage: names of a place
CREATE INDEX name_of_place ON name_version (place_id);
-- Usage: search, exact and by prefix
CREATE INDEX name_text ON name_version (text text_pattern_ops);
-- Usage: spellings of a name
CREATE INDEX spelling_of_name ON spelling_version (name_id);
-- Usage: the seat of a unit; few have one
CREATE INDEX unit_seat ON unit_version (record_id) WHERE seat IS NOT NULL;
-- Usage: the unit whose place was renamed
CREATE INDEX unit_place ON unit_version (place_id);
-- Usage: successors and predecessors, code translation
CREATE INDEX succession_from ON succession_version (from_unit);
CREATE INDEX succession_to ON succession_version (to_unit);
"""

STATES = """
CREATE TABLE unit_state (
    state_id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id              uuid NOT NULL REFERENCES record,
    level                text NOT NULL,
    unit_type            text,
    code                 text,
    name                 text,
    romanized_name       text,
    place_id             uuid,
    parent_id            uuid,
    subordination_parent uuid,
    custody_parent       uuid,
    valid                daterange NOT NULL,
    recorded             tstzrange NOT NULL,
    started_by           uuid,
    ended_by             uuid,
    start_precision      text NOT NULL,
    end_precision        text NOT NULL,
    CONSTRAINT unit_state_one_a_day EXCLUDE USING gist
        (unit_id WITH =, valid WITH &&, recorded WITH &&)
);
-- Usage: a code on a date
CREATE INDEX unit_state_code ON unit_state (code);
-- Usage: ancestors and kin, from the index alone; history
CREATE INDEX unit_state_unit ON unit_state (unit_id)
    INCLUDE (code, name, level, parent_id, valid, recorded);
-- Usage: children
CREATE INDEX unit_state_parent ON unit_state (parent_id);
-- Usage: where the records of a level begin
CREATE INDEX unit_state_first_day ON unit_state (level, lower(valid)) WHERE upper_inf(recorded);
"""


MOMENTS = """
-- The day on which an act counts by a basis other than its day of effect; null if it is unknown.
CREATE FUNCTION act_day(act uuid, known_at timestamptz, basis text) RETURNS date
LANGUAGE sql STABLE AS $$
    SELECT CASE basis WHEN 'announced' THEN announced_on ELSE implemented_on END
    FROM act_version WHERE record_id = act AND recorded @> known_at
$$;

-- Whether a version counts on a day. One expression, so that the planner inlines it; a function
-- call instead of @>, so that it does not take the index of a whole exclusion constraint for it.
CREATE FUNCTION in_force(
    valid daterange, started_by uuid, ended_by uuid, day date, known_at timestamptz, basis text
) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN basis = 'effective' THEN range_contains_elem(valid, day) ELSE
        coalesce(act_day(started_by, known_at, basis), lower(valid), '-infinity') <= day
        AND coalesce(act_day(ended_by, known_at, basis), upper(valid), 'infinity') > day
    END
$$;
"""


def upgrade() -> None:
    for kind, columns in KINDS.items():
        op.execute(f"SELECT create_version_table('{kind}', $columns${columns}$columns$)")
    op.execute(INDEXES)
    op.execute(STATES)
    op.execute(MOMENTS)
