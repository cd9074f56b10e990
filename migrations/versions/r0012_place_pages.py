"""Pages of places begin with those that have a position; states are joined by a plain index."""

from alembic import op

revision = "0012"
down_revision = "0011"

# 2^59 is more than there will be versions, and still has as many digits as page keys may have.
PAGE_OF_PLACE = """
CREATE FUNCTION page_of_place(version_id bigint, location geometry) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN version_id + CASE WHEN location IS NULL THEN 576460752303423488 ELSE 0 END
"""


def upgrade() -> None:
    """Create the order of places, and the indexes."""
    op.execute(PAGE_OF_PLACE)
    op.execute(
        "COMMENT ON FUNCTION page_of_place IS"
        " 'Place in the order of all places: those with a position first, then by version.'"
    )
    op.execute("CREATE INDEX place_page ON place_version (page_of_place(version_id, location))")
    op.execute("CREATE INDEX unit_state_of_unit ON unit_state (unit_id)")
