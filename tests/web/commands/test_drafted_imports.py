"""``gazetteer import``: a file waits in a draft until it is reviewed and published."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from boundaries.drafts import draft_publication, draft_review
from gazetteer.accounts.account_store import find_account
from gazetteer.accounts.actors import Actor
from gazetteer.accounts.roles import Grant, Role, find_current_unit
from gazetteer.ledger.drafts.draft import DraftConflict
from tests.gazetteer.accounts.community import person
from tests.web.run_command import gazetteer

COUNTIES = ("440106", "440111")


@pytest.fixture
def conn(register_copy: str) -> Iterator[Connection]:
    with psycopg.connect(register_copy, autocommit=True) as connection:
        canton = find_current_unit(connection, "440100")
        person(connection, "editor", Grant(Role.MAPPING_STAFF, canton))
        yield connection


def export_moved(register: str, folder: Path) -> Path:
    """Two counties as the register has them, with a shared vertex moved."""
    path = folder / "two.geojson"
    options = ("--what", "divisions", "--level", "county", "--at", "2026-06-01")
    exported = gazetteer(register, folder, "export", *options, "-o", str(path))
    assert exported.returncode == 0, exported.stderr
    layer = json.loads(path.read_text())
    layer["features"] = [f for f in layer["features"] if f["properties"]["code"] in COUNTIES]
    rings = [set(map(tuple, f["geometry"]["coordinates"][0][0])) for f in layer["features"]]
    lon, lat = sorted(rings[0] & rings[1])[4]
    text = json.dumps(layer).replace(f"[{lon}, {lat}]", f"[{lon + 1e-5}, {lat}]")
    path.write_text(text)
    return path


def export_moved_node(register: str, folder: Path) -> Path:
    """A county of Guangdong with one vertex moved that two counties beyond the province share."""
    path = folder / "node.geojson"
    options = ("--what", "divisions", "--level", "county", "--at", "2026-06-01")
    exported = gazetteer(register, folder, "export", *options, "-o", str(path))
    assert exported.returncode == 0, exported.stderr
    layer = json.loads(path.read_text())
    vertices = [
        {tuple(at) for part in f["geometry"]["coordinates"] for ring in part for at in ring}
        for f in layer["features"]
    ]
    codes = [f["properties"]["code"] for f in layer["features"]]
    own, (lon, lat) = next(
        (k, place)
        for k, code in enumerate(codes)
        if code.startswith("44")
        for place in sorted(vertices[k])
        if [c[:2] == "44" for c, v in zip(codes, vertices, strict=True) if place in v].count(False)
        == 2
    )
    layer["features"] = [layer["features"][own]]
    text = json.dumps(layer).replace(f"[{lon}, {lat}]", f"[{lon + 1e-5}, {lat}]")
    path.write_text(text)
    return path


def import_file(register: str, folder: Path, path: Path, *more: str) -> Any:
    arguments = ("--kind", "areas", "--reason", "重测", "--author", "editor", "--json")
    days = ("--state", "2026-06-01") if "--effective" not in more else ()
    return gazetteer(register, folder, "import", str(path), *arguments, *days, *more)


def test_an_imported_file_becomes_a_draft_that_is_published(
    conn: Connection, register_copy: str, tmp_path: Path
) -> None:
    path = export_moved(register_copy, tmp_path)
    begun = import_file(register_copy, tmp_path, path)
    assert begun.returncode == 0, begun.stderr
    draft_id = json.loads(begun.stdout.splitlines()[-1])["draft"]
    changesets = conn.execute("SELECT count(*) FROM changeset").fetchone()
    assert changesets == (1,)
    canton = find_current_unit(conn, "440100")
    checker = Actor(person(conn, "checker", Grant(Role.REVIEWER, canton)))
    editor = Actor(find_account(conn, "editor"))
    draft_review.submit_draft(conn, draft_id, 1, editor)
    draft_review.approve_draft(conn, draft_id, 1, checker)
    published = draft_publication.publish_draft(conn, draft_id, checker)
    kinds = conn.execute(
        "SELECT kind, count(*) FROM change WHERE changeset_id = %s GROUP BY 1 ORDER BY 1",
        (published.changeset_id,),
    ).fetchall()
    assert kinds == [("area", 2), ("edge", 1)]


def test_a_change_from_a_day_on_brings_its_act(
    conn: Connection, register_copy: str, tmp_path: Path
) -> None:
    path = export_moved(register_copy, tmp_path)
    act = ("--effective", "2026-11-01", "--act", "界线批复", "--act-number", "粤府函〔2026〕3号")
    begun = import_file(register_copy, tmp_path, path, *act)
    assert begun.returncode == 0, begun.stderr
    draft_id = json.loads(begun.stdout.splitlines()[-1])["draft"]
    row = conn.execute(
        "SELECT purpose, effective_on::text, act->>'number' FROM draft WHERE draft_id = %s",
        (draft_id,),
    ).fetchone()
    assert row == ("act", "2026-11-01", "粤府函〔2026〕3号")


def test_an_import_conflicts_with_what_was_published_since(
    conn: Connection, register_copy: str, tmp_path: Path
) -> None:
    path = export_moved(register_copy, tmp_path)
    begun = import_file(register_copy, tmp_path, path)
    draft_id = json.loads(begun.stdout.splitlines()[-1])["draft"]
    published = import_file(register_copy, tmp_path, path, "--publish")
    assert published.returncode == 0, published.stderr
    with pytest.raises(DraftConflict):
        draft_review.submit_draft(conn, draft_id, 1, Actor(find_account(conn, "editor")))


@pytest.mark.parametrize(
    ("unit", "author", "said"),
    [
        ("440300", "editor", "440300"),
        ("440100", "nobody", "nobody"),
        ("999999", "editor", "999"),
    ],
)
def test_who_may_not_edit_begins_no_draft(
    conn: Connection, register_copy: str, tmp_path: Path, unit: str, author: str, said: str
) -> None:
    path = export_moved(register_copy, tmp_path)
    options = ("--kind", "areas", "--reason", "x", "--state", "2026-06-01", "--author", author)
    refused = gazetteer(register_copy, tmp_path, "import", str(path), *options, "--unit", unit)
    assert (refused.returncode, said in refused.stderr) == (1, True), refused.stderr
    assert conn.execute("SELECT count(*) FROM draft").fetchone() == (0,)


def test_the_draft_is_for_the_lowest_unit_that_has_both_sides(
    conn: Connection, register_copy: str, tmp_path: Path
) -> None:
    path = export_moved(register_copy, tmp_path)
    begun = json.loads(import_file(register_copy, tmp_path, path).stdout.splitlines()[-1])
    row = conn.execute(
        "SELECT unit_id FROM draft WHERE draft_id = %s", (begun["draft"],)
    ).fetchone()
    assert row == (find_current_unit(conn, "440100"),)
    assert begun["changed_records"] == 1


def test_a_node_of_two_other_provinces_needs_a_role_over_the_whole_register(
    conn: Connection, register_copy: str, tmp_path: Path
) -> None:
    path = export_moved_node(register_copy, tmp_path)
    accept = ("--accept-findings", "邻省随后调整")
    person(conn, "provincial", Grant(Role.MAPPING_STAFF, find_current_unit(conn, "440000")))
    refused = import_file(register_copy, tmp_path, path, *accept, "--author", "provincial")
    assert (refused.returncode, "whole register" in refused.stderr) == (1, True), refused.stderr
    person(conn, "central", Grant(Role.MAPPING_STAFF))
    begun = import_file(register_copy, tmp_path, path, *accept, "--author", "central")
    assert begun.returncode == 0, begun.stderr
    draft = json.loads(begun.stdout.splitlines()[-1])["draft"]
    row = conn.execute("SELECT unit_id FROM draft WHERE draft_id = %s", (draft,)).fetchone()
    assert row == (None,)


def test_publishing_at_once_begins_no_draft_and_takes_no_unit(
    conn: Connection, register_copy: str, tmp_path: Path
) -> None:
    path = export_moved(register_copy, tmp_path)
    both = import_file(register_copy, tmp_path, path, "--publish", "--unit", "440100")
    assert (both.returncode, "--unit" in both.stderr) == (2, True)
    published = import_file(register_copy, tmp_path, path, "--publish", "--author", "anybody")
    assert published.returncode == 0, published.stderr
    assert json.loads(published.stdout)["changed_records"] > 0
    assert conn.execute("SELECT count(*) FROM draft").fetchone() == (0,)


def test_a_new_unit_is_drafted_for_the_known_one_above_it(
    conn: Connection, register_copy: str, tmp_path: Path
) -> None:
    path = tmp_path / "towns.csv"
    path.write_text("code,name,level,parent_code\n440106999,试验街道,township,440106\n")
    options = ("--kind", "divisions", "--state", "2026-06-01", "--reason", "核对", "--json")
    begun = gazetteer(register_copy, tmp_path, "import", str(path), *options, "--author", "editor")
    assert begun.returncode == 0, begun.stderr
    draft = json.loads(begun.stdout.splitlines()[-1])["draft"]
    row = conn.execute("SELECT unit_id FROM draft WHERE draft_id = %s", (draft,)).fetchone()
    assert row == (find_current_unit(conn, "440106"),)


def test_names_that_lie_in_no_unit_need_the_unit_stated(
    conn: Connection, register_copy: str, tmp_path: Path
) -> None:
    path = tmp_path / "names.csv"
    path.write_text(
        "id,name,name_zh,lat,lon,kind,source\nx1,Shiyan Ling,试验岭,23.5,113.5,locality,普查\n"
    )
    options = ("--kind", "toponyms", "--reason", "普查", "--author", "editor", "--json")
    refused = gazetteer(register_copy, tmp_path, "import", str(path), *options)
    assert (refused.returncode, "--unit" in refused.stderr) == (1, True), refused.stderr
    begun = gazetteer(register_copy, tmp_path, "import", str(path), *options, "--unit", "440100")
    assert begun.returncode == 0, begun.stderr
