"""The pictures of the guide "Editing with QGIS": ``make pictures``.

A service of Guangdong with drafts; the steps are taken in a real desktop of QGIS, and on the pages
in Chromium. Every picture is what the screen showed; only its colours are reduced.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

from tests.gazetteer.accounts.community import PASSWORD
from tests.interop.conftest import DesktopService
from tools.debian_root import find_root_folder, run_in_root

TARGET = Path(__file__).parents[2] / "docs" / "guide" / "pictures"
SCRIPTS = Path(__file__).with_name("pictures")
LOCALES = {"en": ("en", "en_GB.UTF-8"), "zh": ("zh-Hans", "zh_CN.UTF-8")}
"""Of QGIS and of the system, by the language of the guide."""
SCREEN: ViewportSize = {"width": 900, "height": 750}
CONFIGURATION = "gazette"
"""The id under which QGIS keeps login and key."""
LONGEST_S = 200


def reduce_colours(image: Image.Image) -> Image.Image:
    """The image with the colours that are most frequent, and others that are far apart: icons."""
    colours: Any = image.getcolors(1 << 24)
    counted = sorted(colours, reverse=True)[:128]
    distant = image.quantize(128, method=Image.Quantize.MAXCOVERAGE).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette([*bytes(part for _, colour in counted for part in colour), *distant])
    return image.quantize(palette=palette, dither=Image.Dither.NONE)


@dataclass(frozen=True)
class Artist:
    """Takes the pictures in one language."""

    service: DesktopService
    page: Page
    lang: str

    def lead_desktop(self, chapter: str, draft: dict[str, Any]) -> None:
        """Let QGIS carry out a chapter of ``desktop_chapters.py`` on a draft."""
        root = find_root_folder()
        folder = Path(mkdtemp(prefix="pictures-", dir=root / "tmp"))
        shutil.copytree(SCRIPTS, folder, dirs_exist_ok=True)
        inside = f"/{folder.relative_to(root)}"
        locale, system = LOCALES[self.lang]
        editor, address = self.service.people["ed1"], self.service.proxy.address
        project = editor.client.get(
            f"/drafts/{draft['id']}/project.qgs?lang={self.lang}&authcfg={CONFIGURATION}",
            headers={"Authorization": f"Bearer {editor.key}"},
            base_url=address,
        )
        (folder / "draft.qgs").write_bytes(project.data)
        finished = run_in_root(
            root,
            ["sh", f"{inside}/start_desktop.sh", inside, locale],
            environment={
                "LC_ALL": "", "LC_CTYPE": "C.UTF-8", "LANG": system, "TZ": "Asia/Shanghai",
                "CHAPTER": chapter, "PICTURES": inside, "PROJECT": f"{inside}/draft.qgs",
                "SERVICE": address, "DRAFT": draft["id"], "LOGIN": "ed1", "KEY": editor.key,
                "CONFIGURATION": CONFIGURATION,
            },
            standard_input="",
            timeout=LONGEST_S,
        )  # fmt: skip
        assert finished.returncode == 0, f"{folder}: {finished.stdout} {finished.stderr}"
        for taken in folder.glob("*.png"):
            self.save_picture(taken, taken.stem)
        shutil.rmtree(folder)

    def save_picture(self, taken: Path, name: str) -> None:
        """Save a picture with as many colours as it needs."""
        with Image.open(taken) as image:
            reduced = reduce_colours(image.convert("RGB"))
        reduced.save(TARGET / f"{name}.{self.lang}.png", optimize=True)

    def take_section(self, draft: dict[str, Any], name: str, content: str) -> None:
        """Take the section of the page of a draft that has this element."""
        self.page.goto(f"/drafts/{draft['id']}?lang={self.lang}")
        section = self.page.locator(".section", has=self.page.locator(content)).last
        taken = TARGET / f"{name}.{self.lang}.png"
        section.screenshot(path=taken)
        self.save_picture(taken, name)

    def submit_draft(self, draft: dict[str, Any]) -> None:
        """Submit a draft on its page; take the head of the page before."""
        self.page.goto(f"/drafts/{draft['id']}?lang={self.lang}")
        button = self.page.locator("form[action$='/submit'] button")
        expect(button).to_be_visible()
        taken = TARGET / f"submit.{self.lang}.png"
        self.page.screenshot(path=taken)
        self.save_picture(taken, "submit")
        button.click()
        expect(button).to_have_count(0)


@pytest.fixture(params=LOCALES)
def artist(desktop_service: DesktopService, request: pytest.FixtureRequest) -> Iterator[Artist]:
    lang: str = request.param
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        context = browser.new_context(
            base_url=desktop_service.proxy.address, viewport=SCREEN, locale=lang
        )
        page = context.new_page()
        page.goto("/login")
        page.locator("input[name=login]").fill("ed1")
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("main button[type=submit]").click()
        page.wait_for_url(lambda url: "/login" not in url)
        yield Artist(desktop_service, page, lang)
        browser.close()


@pytest.mark.timeout(3600)
def test_every_step_of_the_guide_is_pictured(artist: Artist) -> None:
    """Not to be found by pytest but by its file: it writes into the documents."""
    TARGET.mkdir(exist_ok=True)
    for old in TARGET.glob(f"*.{artist.lang}.png"):
        old.unlink()
    editor = artist.service.people["ed1"]
    shared, alone, split, merged = (editor.create_draft() for _ in range(4))
    artist.take_section(shared, "address", "a[href$='/ogc/']")
    artist.lead_desktop("add_tiles", shared)
    artist.lead_desktop("connect_to_draft", shared)
    artist.lead_desktop("ask_for_key", shared)
    artist.lead_desktop("edit_shared_border", shared)
    artist.lead_desktop("merge_counties", merged)
    artist.lead_desktop("leave_neighbour_behind", alone)
    artist.take_section(alone, "outlines", "form[action$='/discard-outline']")
    artist.lead_desktop("split_county", split)
    artist.submit_draft(shared)
