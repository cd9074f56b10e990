"""Publishing a batch: only the tables that it wrote to are vacuumed, and its reason is worded."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from psycopg import Connection

from gazetteer.ingest import CodeIndex, StagedBatch, read_files
from gazetteer.ingest.publish_batch import publish_staged_batch, word_load_reason
from gazetteer.ledger.publish import Ledger
from gazetteer.records.record_kinds import NAME_KINDS
from gazetteer.records.unit_states import derive_states

LEDGER = Ledger(NAME_KINDS, (derive_states,))
DIVISIONS = """code,name,level,parent_code
440000,广东省,province,
440100,广州市,prefecture,440000
"""
TOPONYMS = """id,name,name_zh,lat,lon,country,county_code_pip,kind,source
a:1,Luojing,罗镜,22.54,111.44,CN,,populated place,GeoNames
"""

ReadFile = Callable[[str, str], StagedBatch]


@pytest.fixture
def read_text(tmp_path: Path) -> ReadFile:
    def read(kind: str, text: str) -> StagedBatch:
        path = tmp_path / f"{kind}.csv"
        path.write_text(text, encoding="utf-8")
        return read_files(kind, {kind: path}, CodeIndex())

    return read


def count_vacuums(conn: Connection[Any]) -> dict[str, int]:
    return dict(conn.execute("SELECT relname, vacuum_count FROM pg_stat_user_tables").fetchall())


def vacuumed_by(conn: Connection[Any], batch: StagedBatch) -> set[str]:
    before = count_vacuums(conn)
    assert publish_staged_batch(conn, LEDGER, batch, author="tests").changed_count
    return {name for name, count in count_vacuums(conn).items() if count != before[name]}


def test_only_tables_that_the_load_wrote_to_are_vacuumed(
    conn: Connection[Any], read_text: ReadFile
) -> None:
    units = vacuumed_by(conn, read_text("divisions", DIVISIONS))
    assert {"unit_version", "code_version", "unit_state", "change", "ledger_head"} <= units
    toponyms = vacuumed_by(conn, read_text("toponyms", TOPONYMS))
    assert {"place_version", "name_version", "spelling_version", "change"} <= toponyms
    untouched = {"unit_version", "code_version", "succession_version", "area_version"}
    assert not untouched & toponyms
    assert not {"succession_version", "area_version", "area_piece"} & units


def test_a_load_that_changes_nothing_vacuums_nothing(
    conn: Connection[Any], read_text: ReadFile
) -> None:
    publish_staged_batch(conn, LEDGER, read_text("divisions", DIVISIONS), author="tests")
    before = count_vacuums(conn)
    again = publish_staged_batch(conn, LEDGER, read_text("divisions", DIVISIONS), author="tests")
    assert (again.changeset_id, again.changed_count) == (None, 0)
    assert count_vacuums(conn) == before


def test_the_statistics_are_fresh_after_a_load(conn: Connection[Any], read_text: ReadFile) -> None:
    publish_staged_batch(conn, LEDGER, read_text("divisions", DIVISIONS), author="tests")
    row = conn.execute("SELECT reltuples FROM pg_class WHERE relname = 'unit_version'").fetchone()
    assert row == (2,)


def test_the_reason_of_a_load_is_worded_unless_somebody_stated_one(
    conn: Connection[Any], read_text: ReadFile
) -> None:
    publish_staged_batch(conn, LEDGER, read_text("divisions", DIVISIONS), author="tests")
    row = conn.execute("SELECT reason, origin FROM changeset").fetchone()
    assert row == ("load of divisions.csv", "divisions.csv")
    assert word_load_reason(*row, "zh") == "载入 divisions.csv"
    assert word_load_reason(*row, "en") == "Load of divisions.csv"
    assert word_load_reason("年度更新", "divisions.csv", "en") == "年度更新"
    assert word_load_reason("load of x", None, "zh") == "load of x"
