"""Files as officers have them, made by the libraries that make such files."""

import io
import zipfile
from typing import Any

import pikepdf
from PIL import Image

SIZE = (60, 40)


def encode_image(
    name: str, mode: str = "RGB", size: tuple[int, int] = SIZE, **options: Any
) -> bytes:
    """An image of two colours, the left part darker."""
    image = Image.new(mode, size, "white" if mode != "I;16" else 60_000)
    image.paste(Image.new(mode, (size[0] // 2, size[1]), 0 if mode != "RGB" else "navy"), (0, 0))
    written = io.BytesIO()
    image.save(written, name, **options)
    return written.getvalue()


def photo() -> bytes:
    """A photo of a phone held sideways: to be turned, with a position and a maker."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees
    exif[0x010F] = "Maker"
    exif.get_ifd(0x8825).update({1: "N", 2: (23.0, 7.0, 0.0), 3: "E", 4: (113.0, 15.0, 0.0)})
    return encode_image("JPEG", exif=exif, quality=90)


def pdf(pages: int = 1, **options: Any) -> bytes:
    written = io.BytesIO()
    with pikepdf.new() as document:
        for _ in range(pages):
            page = document.add_blank_page()
            page.contents_add(b"BT ET")
        document.save(written, **options)
    return written.getvalue()


def container(*parts: str, content: str = "<a/>") -> bytes:
    """A ZIP file with these members, as Office and OFD files are."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in parts:
            archive.writestr(part, content)
    return written.getvalue()


DOCX_PARTS = ("[Content_Types].xml", "word/document.xml")
