"""The project file of QGIS: its layers lead to what the API serves."""

import re
from xml.etree import ElementTree as ET

import pytest

from gazetteer.records.levels import UNIT_LEVELS
from tests.web.api.draft_people import Colleague
from tests.web.ogc.drafts.desktop import Desktop, open_desktop
from tests.web.sign_in import refused


@pytest.fixture
def desktop(people: dict[str, Colleague]) -> Desktop:
    return open_desktop(people["ed1"])


def test_every_layer_is_a_collection_that_answers(desktop: Desktop) -> None:
    path = f"/drafts/{desktop.draft['id']}/project.qgs"
    answer = desktop.who.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].endswith(".qgs")
    assert desktop.who.key not in answer.text
    project = ET.fromstring(answer.data)
    layers = project.findall("projectlayers/maplayer")
    found = {}
    for layer in layers:
        source = layer.findtext("datasource") or ""
        url, collection = re.findall(r"'([^']*)'", source)[:2]
        landing_page = url.removeprefix("http://localhost")
        items = desktop.who.get(f"{landing_page}collections/{collection}/items?limit=1")
        assert items.status_code == 200
        found[collection, landing_page] = layer.get("readOnly")
    root = f"{desktop.root}/"
    assert found == {
        ("findings", root): "1",
        ("divisions", root): "0",
        ("edges", root): "1",
        ("divisions", "/ogc/"): "1",
    }
    listed = [one.get("id") for one in project.findall("layer-tree-group/layer-tree-layer")]
    assert listed == [layer.findtext("id") for layer in layers]
    selected = {part.tag: part.text for part in project.findall("properties/Gui/*")}
    assert selected["SelectionColorBluePart"] == "0", "else it is white, as the map is"
    west, south, east, north = (
        float(project.findtext(f"mapcanvas/extent/{name}") or "nan")
        for name in ("xmin", "ymin", "xmax", "ymax")
    )
    assert west < 113.3 < east
    assert south < 23.1 < north


def test_units_are_drawn_and_labelled_by_their_level(desktop: Desktop) -> None:
    answer = desktop.who.get(f"/drafts/{desktop.draft['id']}/project.qgs?lang=en")
    layers = {
        str(layer.findtext("id")).split("_")[0]: layer
        for layer in ET.fromstring(answer.data).findall("projectlayers/maplayer")
    }
    renderer = layers["divisions"].find("renderer-v2")
    assert renderer is not None
    assert (renderer.get("type"), renderer.get("attr")) == ("categorizedSymbol", "level")
    legend = {one.get("value"): one.get("label") for one in renderer.iter("category")}
    assert list(legend) == UNIT_LEVELS
    assert legend["county"] == "County"
    assert len(renderer.findall("symbols/symbol")) == len(legend)
    rules = list(layers["divisions"].iter("rule"))
    assert [rule.get("filter") for rule in rules] == [
        "\"level\" = 'province'",
        "\"level\" = 'prefecture'",
        "\"level\" NOT IN ('province', 'prefecture')",
    ]
    assert {style.get("fieldName") for style in layers["divisions"].iter("text-style")} == {"name"}
    labelled = {name for name, layer in layers.items() if layer.get("labelsEnabled") == "1"}
    assert labelled == {"divisions"}


def test_the_key_is_taken_from_a_configuration_of_qgis(desktop: Desktop) -> None:
    path = f"/drafts/{desktop.draft['id']}/project.qgs"
    project = ET.fromstring(desktop.who.get(f"{path}?authcfg=a1b2c3d").data)
    known = {
        str(layer.findtext("id")).split("_")[0]: "authcfg=a1b2c3d "
        in str(layer.findtext("datasource"))
        for layer in project.findall("projectlayers/maplayer")
    }
    assert known == {"findings": True, "divisions": True, "edges": True, "register": False}
    assert "authcfg" not in desktop.who.get(path).text
    refused(desktop.who.get(f"{path}?authcfg=a'b"), 400, "invalid_value")


def test_only_the_people_of_a_draft_get_it(people: dict[str, Colleague], desktop: Desktop) -> None:
    path = f"/drafts/{desktop.draft['id']}/project.qgs"
    refused(people["eds"].get(path), 403, "forbidden")
    refused(people["ed1"].client.get(path), 401, "unauthenticated")
