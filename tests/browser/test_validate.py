"""A layer is validated; its findings are shown on the map and in the table, and exported."""

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.boundaries.validation import samples
from tests.browser.conftest import PATIENCE_MS

ENGLISH: dict[str, Any] = {"locale": "en-GB"}
NARROW: dict[str, Any] = {"locale": "en-GB", "viewport": {"width": 375, "height": 812}}

DROP = """async ([name, text]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([text], name));
  document.getElementById('drop').dispatchEvent(
    new DragEvent('drop', {dataTransfer: transfer, bubbles: true, cancelable: true}));
}"""


def validate_file(page: Page, path: Path) -> None:
    page.get_by_label("Choose a file").set_input_files(path)
    page.get_by_role("button", name="Validate").click()
    expect(page.get_by_role("heading", name="Findings")).to_be_focused(timeout=PATIENCE_MS)


@pytest.mark.parametrize("page", [ENGLISH], indirect=True)
def test_a_layer_is_validated_and_its_findings_are_shown(page: Page, tmp_path: Path) -> None:
    page.goto("/validate")
    page.get_by_label("Planar coordinates (metres)").check()
    validate_file(page, samples.planar(tmp_path / "p.geojson"))
    expect(page.get_by_role("status").filter(has_text="features 6")).to_contain_text("errors 2")
    table = page.get_by_role("table", name="Findings")
    expect(table.locator("tbody tr")).to_have_count(2)

    page.get_by_label("Unit or text").fill("B, E")
    expect(table.locator("tbody tr")).to_have_count(1)
    page.get_by_label("Unit or text").fill("")
    table.get_by_role("button", name="Area (m²)").click()
    expect(table.get_by_role("columnheader", name="Area")).to_have_attribute(
        "aria-sort", "descending"
    )
    expect(table.locator("tbody th").first).to_have_text("B, E")
    table.get_by_role("button", name="Show B, E").click()
    expect(table.locator("tr.is-chosen th")).to_have_text("B, E")

    table.get_by_role("button", name="Explain rule TOP-COV-01").press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("Must Not Overlap")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()

    holes = page.get_by_role("table", name="Holes not treated as gaps (1)")
    expect(holes.get_by_role("rowheader")).to_have_text("C")
    with page.expect_download(timeout=PATIENCE_MS) as download:
        page.get_by_role("button", name="XLSX").click()
    assert download.value.suggested_filename == "findings.xlsx"
    content = io.BytesIO(download.value.path().read_bytes())
    assert openpyxl.load_workbook(content).worksheets[0].max_row == 4


@pytest.mark.parametrize("page", [NARROW], indirect=True)
def test_a_dropped_file_is_validated_at_once_on_a_narrow_screen(page: Page, tmp_path: Path) -> None:
    page.goto("/validate")
    path = samples.sound(tmp_path / "s.geojson")
    page.evaluate(DROP, ["s.geojson", path.read_text("utf-8")])
    expect(page.get_by_text("No findings.")).to_be_visible(timeout=PATIENCE_MS)
    assert page.evaluate("document.documentElement.scrollWidth") <= 375


@pytest.mark.parametrize("page", [ENGLISH], indirect=True)
def test_what_is_no_layer_is_refused_in_words(page: Page, tmp_path: Path) -> None:
    page.goto("/validate")
    path = samples.made(tmp_path, "metres.geojson", samples.REFUSED["metres.geojson"])
    page.get_by_label("Choose a file").set_input_files(path)
    page.get_by_role("button", name="Validate").click()
    expect(page.get_by_role("alert")).to_contain_text("metres", timeout=PATIENCE_MS)


@pytest.mark.parametrize("page", [ENGLISH], indirect=True)
def test_a_proposal_is_accepted_and_the_copy_validated(page: Page, tmp_path: Path) -> None:
    page.goto("/validate")
    page.get_by_label("Planar coordinates (metres)").check()
    validate_file(page, samples.planar(tmp_path / "p.geojson"))
    page.get_by_role("button", name="Proposals for B, E").press("Enter")
    heading = page.get_by_role("heading", name="Proposals")
    expect(heading).to_be_focused(timeout=PATIENCE_MS)
    expect(page.get_by_label("Leave unchanged")).to_be_checked()
    expect(page.get_by_role("button", name="Validate the copy")).to_have_count(0)
    page.get_by_label("Remove the overlap from B").check()
    moved = page.get_by_role("table", name="Changed vertices")
    expect(moved.locator("tbody tr").first).to_contain_text("300")
    with page.expect_download(timeout=PATIENCE_MS) as download:
        page.get_by_role("button", name="Shapefile", exact=True).click()
    assert download.value.suggested_filename == "p-corrected.zip"
    page.get_by_role("button", name="Validate the copy").click()
    expect(
        page.get_by_role("status").filter(has_text="p-corrected.gpkg: features 6")
    ).to_contain_text("errors 1", timeout=PATIENCE_MS)
