"""What the map offers besides zooming: a link to the view, coordinates, measuring, printing."""

import re

from playwright.sync_api import Page, expect

HASH = re.compile(r"#\d+\.\d\d/\d+\.\d{4}/\d+\.\d{4}$")


def open_map(page: Page, path: str = "/") -> None:
    page.goto(path)
    page.wait_for_load_state("networkidle")
    expect(page.locator(".ol-tools")).to_be_visible()
    page.locator("#map").hover()
    expect(page.locator(".map__coordinates")).not_to_be_empty()  # it has been drawn


def drag_map(page: Page) -> None:
    box = page.locator("#map").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(10):
        page.mouse.move(x - 12 * step, y - 6 * step)
        page.wait_for_timeout(50)  # a busy page takes moves together, and one move is no drag
    page.mouse.up()
    page.wait_for_timeout(500)


def find_still_address(page: Page) -> str:
    """The address once the map has come to rest: it glides on after a drag."""
    address = ""
    while page.url != address:
        address = page.url
        page.wait_for_timeout(2000)
    return address


def test_what_somebody_has_brought_into_view_stands_in_the_address(page: Page) -> None:
    open_map(page)
    assert "#" not in page.url
    for _ in range(5):
        drag_map(page)
        if "#" in page.url:
            break
    expect(page).to_have_url(HASH)
    moved = find_still_address(page)
    page.reload()
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="复制此图链接").click()
    expect(page.locator("#live")).not_to_be_empty()
    assert page.url == moved


def test_the_pointer_has_coordinates(page: Page) -> None:
    open_map(page, "/#8.00/23.1300/113.2600")
    box = page.locator("#map").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator(".map__coordinates")).to_have_text(re.compile(r"^23\.1\d+, 113\.2\d+$"))


def test_a_distance_is_measured_and_opens_no_unit(page: Page) -> None:
    open_map(page, "/#8.00/23.1300/113.2600")
    button = page.get_by_role("button", name="量测距离")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    box = page.locator("#map").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.click(x, y)
    page.mouse.move(x + 100, y)
    page.mouse.dblclick(x + 100, y)
    measured = page.locator(".map__measured")
    expect(measured).to_have_text(re.compile(r"km$"))
    # 100 pixels at zoom 8 on the parallel of 23.13 degrees
    km = float((measured.text_content() or "").removesuffix(" km"))
    assert 55 < km < 57.5
    assert "/units/" not in page.url
    page.keyboard.press("Escape")
    expect(measured).to_be_hidden()
    expect(button).to_have_attribute("aria-pressed", "false")


def test_the_map_is_printed_alone_with_its_date_and_sources(page: Page) -> None:
    page.add_init_script(
        "window.print = () => { window.printed = "
        "document.documentElement.className + document.querySelector("
        "'.map__heading').textContent }"
    )
    open_map(page, "/units/440106?at=2010-01-01")
    page.get_by_role("button", name="打印地图").click()
    page.wait_for_function("window.printed")
    printed = str(page.evaluate("window.printed"))
    assert "is-map-printed" in printed and "天河区" in printed and "2010-01-01" in printed
    assert "is-map-printed" not in (page.locator("html").get_attribute("class") or "")
    expect(page.locator(".map__credit")).to_contain_text("OpenStreetMap")
