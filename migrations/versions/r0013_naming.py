"""Names by what they are compared by, the data of naming rules, and defects of names."""

from alembic import op

revision = "0013"
down_revision = "0012"

KEYS = """
-- Standard Chinese names by what they are compared by: derived by the program from what is known
-- now, in the transaction that publishes a change. A name has a row for each period in which it
-- lay in the same units.
CREATE TABLE name_key (
    key_id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name_id      uuid NOT NULL,
    place_id     uuid NOT NULL,
    text         text NOT NULL,
    text_key     text NOT NULL,  -- in simplified characters, of a village without 村委会
    specific_key text,
    generic      text,
    pinyin       text,  -- of text_key: syllables, without tones
    pinyin_toned text,
    legal_class  text NOT NULL,
    level        text NOT NULL,
    province     uuid,
    prefecture   uuid,
    county       uuid,  -- of what lies in a city without districts or counties: the city
    township     uuid,
    valid        daterange NOT NULL
);
-- Usage: the keys of a changed place
CREATE INDEX name_key_place ON name_key (place_id);
-- Usage: the same name
CREATE INDEX name_key_text ON name_key (text_key, province, county);
-- Usage: names that sound alike
CREATE INDEX name_key_pinyin ON name_key (pinyin, province, county);
-- Usage: the names of a township
CREATE INDEX name_key_township ON name_key (township);
-- Usage: the same specific part
CREATE INDEX name_key_specific ON name_key (specific_key, legal_class);
-- By which readings and generic terms the keys were derived; if it is not by those of the program,
-- they are derived anew.
CREATE TABLE name_key_state (
    only_row boolean PRIMARY KEY DEFAULT true CONSTRAINT name_key_one_state CHECK (only_row),
    version  text NOT NULL
);
"""

OFFICE_DATA = """
-- Lists of words that an office has put in the place of those of the program
CREATE TABLE lexicon (
    lexicon_id   text,
    version      text,
    content      text NOT NULL,
    installed_by text NOT NULL,
    installed_at timestamptz NOT NULL,
    PRIMARY KEY (lexicon_id, version)
);
CREATE TABLE built_up_area (
    area_id   uuid PRIMARY KEY,
    name      text NOT NULL,
    source    text NOT NULL,
    geom      geometry(MultiPolygon, 4490) NOT NULL,
    valid     daterange NOT NULL,
    loaded_by text NOT NULL,
    loaded_at timestamptz NOT NULL
);
-- Usage: the built-up areas round a place
CREATE INDEX built_up_area_geom ON built_up_area USING gist (geom);
"""

DEFECTS = """
CREATE TABLE naming_defect_run (
    run_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    seq         bigint NOT NULL,
    at          date NOT NULL,
    started_at  timestamptz NOT NULL,
    finished_at timestamptz NOT NULL,
    names       bigint NOT NULL
);
-- Those of the newest run. A defect is a subject (a name, a sound, a word) in a unit.
CREATE TABLE naming_defect (
    defect_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind      text NOT NULL,
    rule      text NOT NULL,
    unit_id   uuid,  -- NULL: in the whole country
    subject   text NOT NULL,
    name_ids  uuid[] NOT NULL,
    places    bigint NOT NULL
);
-- Usage: a page of defects
CREATE INDEX naming_defect_kind ON naming_defect (kind, places DESC, defect_id);
CREATE TABLE naming_exception (
    exception_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind         text NOT NULL,
    unit_id      uuid,
    subject      text NOT NULL,
    reason       text NOT NULL,
    decided_by   text NOT NULL,
    decided_at   timestamptz NOT NULL,
    expires_on   date,
    withdrawn_at timestamptz
);
-- Usage: the exception of a defect
CREATE INDEX naming_exception_subject ON naming_exception (kind, subject, unit_id);
"""


def upgrade() -> None:
    """Create the tables; the keys of names are derived when the program first asks for them."""
    for statements in (KEYS, OFFICE_DATA, DEFECTS):
        op.execute(statements)
