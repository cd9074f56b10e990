"""The tables of naming as SQLAlchemy metadata: what the migrations must have built."""

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE


def add_naming_tables(metadata: MetaData) -> None:
    """Keys of names, the data of an office, and defects with their exceptions."""
    _add_key_tables(metadata)
    _add_office_data(metadata)
    _add_defect_tables(metadata)


def _add_key_tables(metadata: MetaData) -> None:
    table = Table(
        "name_key",
        metadata,
        Column("key_id", BigInteger, Identity(always=True), primary_key=True),
        *(Column(name, Uuid, nullable=False) for name in ("name_id", "place_id")),
        *(Column(name, Text, nullable=False) for name in ("text", "text_key")),
        *(Column(name, Text) for name in ("specific_key", "generic", "pinyin", "pinyin_toned")),
        *(Column(name, Text, nullable=False) for name in ("legal_class", "level")),
        *(Column(name, Uuid) for name in ("province", "prefecture", "county", "township")),
        Column("valid", DATERANGE, nullable=False),
    )
    Index("name_key_place", table.c.place_id)
    Index("name_key_text", table.c.text_key, table.c.province, table.c.county)
    Index("name_key_pinyin", table.c.pinyin, table.c.province, table.c.county)
    Index("name_key_township", table.c.township)
    Index("name_key_specific", table.c.specific_key, table.c.legal_class)
    Table(
        "name_key_state",
        metadata,
        Column("only_row", Boolean, primary_key=True, server_default=text("true")),
        Column("version", Text, nullable=False),
        CheckConstraint("only_row", name="name_key_one_state"),
    )


def _add_office_data(metadata: MetaData) -> None:
    Table(
        "lexicon",
        metadata,
        *(Column(name, Text, primary_key=True) for name in ("lexicon_id", "version")),
        *(Column(name, Text, nullable=False) for name in ("content", "installed_by")),
        Column("installed_at", DateTime(timezone=True), nullable=False),
    )
    area = Table(
        "built_up_area",
        metadata,
        Column("area_id", Uuid, primary_key=True),
        *(Column(name, Text, nullable=False) for name in ("name", "source")),
        Column("geom", Geometry("MULTIPOLYGON", srid=4490, spatial_index=False), nullable=False),
        Column("valid", DATERANGE, nullable=False),
        Column("loaded_by", Text, nullable=False),
        Column("loaded_at", DateTime(timezone=True), nullable=False),
    )
    Index("built_up_area_geom", area.c.geom, postgresql_using="gist")


def _add_defect_tables(metadata: MetaData) -> None:
    Table(
        "naming_defect_run",
        metadata,
        Column("run_id", BigInteger, Identity(always=True), primary_key=True),
        Column("seq", BigInteger, nullable=False),
        Column("at", Date, nullable=False),
        *(
            Column(name, DateTime(timezone=True), nullable=False)
            for name in ("started_at", "finished_at")
        ),
        Column("names", BigInteger, nullable=False),
    )
    defect = Table(
        "naming_defect",
        metadata,
        Column("defect_id", BigInteger, Identity(always=True), primary_key=True),
        *(Column(name, Text, nullable=False) for name in ("kind", "rule")),
        Column("unit_id", Uuid),
        Column("subject", Text, nullable=False),
        Column("name_ids", ARRAY(Uuid), nullable=False),
        Column("places", BigInteger, nullable=False),
    )
    Index("naming_defect_kind", defect.c.kind, defect.c.places.desc(), defect.c.defect_id)
    exception = Table(
        "naming_exception",
        metadata,
        Column("exception_id", BigInteger, Identity(always=True), primary_key=True),
        Column("kind", Text, nullable=False),
        Column("unit_id", Uuid),
        *(Column(name, Text, nullable=False) for name in ("subject", "reason", "decided_by")),
        Column("decided_at", DateTime(timezone=True), nullable=False),
        Column("expires_on", Date),
        Column("withdrawn_at", DateTime(timezone=True)),
    )
    Index("naming_exception_subject", exception.c.kind, exception.c.subject, exception.c.unit_id)
