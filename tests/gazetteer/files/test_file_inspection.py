"""Uploaded files are what their content is: accepted, refused by name, or damaged."""

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from gazetteer.files import file_inspection
from gazetteer.files.file_formats import ACCEPTED_FORMATS, complete_file_name, sanitize_file_name
from gazetteer.files.file_inspection import build_preview, inspect_file
from gazetteer.files.problems import DamagedFile, UnsupportedFile
from gazetteer.limited_process import ProcessLimits
from gazetteer.problems import NotFound, TooLarge
from tests.gazetteer.files.file_samples import (
    DOCX_PARTS,
    container,
    encode_image,
    pdf,
    photo,
)

Inspect = Callable[[bytes], str]


@pytest.fixture
def inspect(tmp_path: Path) -> Inspect:
    def inspect_content(content: bytes) -> str:
        path = tmp_path / "given"
        path.write_bytes(content)
        return inspect_file(path).id

    return inspect_content


def preview(tmp_path: Path, content: bytes, media_type: str) -> Image.Image:
    path = tmp_path / "given"
    path.write_bytes(content)
    return Image.open(io.BytesIO(build_preview(path, media_type)))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (pdf(2), "pdf"),
        (pdf(encryption=pikepdf.Encryption(owner="chief", user="")), "pdf"),
        (photo(), "jpeg"),
        (encode_image("PNG"), "png"),
        (encode_image("PNG", "I;16"), "png"),
        (encode_image("TIFF", "1", compression="group4"), "tiff"),
        (encode_image("WEBP"), "webp"),
        (container(*DOCX_PARTS), "docx"),
        (container("[Content_Types].xml", "xl/workbook.xml"), "xlsx"),
        (container("OFD.xml", "Doc_0/Document.xml"), "ofd"),
    ],
)
def test_what_officers_file_is_recognised_by_its_content(
    inspect: Inspect, content: bytes, expected: str
) -> None:
    assert inspect(content) == expected


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"<!DOCTYPE html><script>alert(1)</script>", "markup"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><svg/>', "markup"),
        ("关于撤县设区的批复".encode(), "text"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "heic"),
        (b"GIF89a" + bytes(20), "gif"),
        (b"MZ" + bytes(60), "program"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(60), "ole"),
        (b"AC1032" + bytes(60), "dwg"),
        (b"PK\x03\x04 and nothing that an archive has", "zip"),
        (container("evil.exe"), "zip"),
        (b"\0\1\2\3", "unknown"),
        (b"   %PDF-1.7", "text"),
        (b"\x00" + pdf(), "unknown"),
    ],
)
def test_anything_else_is_refused_by_the_name_of_what_it_is(
    inspect: Inspect, content: bytes, found: str
) -> None:
    with pytest.raises(UnsupportedFile) as refused:
        inspect(content)
    assert (refused.value.field, refused.value.extras["found"]) == ("data", found)
    assert "PDF" in refused.value.text("zh") and "PDF" in refused.value.text("en")


def truncated_pdf() -> bytes:
    return pdf(30)[:-600]


def png_with_wrong_checksum() -> bytes:
    content = bytearray(encode_image("PNG"))
    content[content.index(b"IDAT") + 6] ^= 0xFF
    return bytes(content)


def second_page_cut_off() -> bytes:
    pages = [Image.effect_noise((200, 200), 90) for _ in range(2)]
    written = io.BytesIO()
    pages[0].save(written, "TIFF", save_all=True, append_images=pages[1:])
    content = bytearray(written.getvalue())
    del content[-20_000:]
    return bytes(content)


def container_with_wrong_checksum() -> bytes:
    content = bytearray(container(*DOCX_PARTS, content="批复" * 1000))
    content[60] ^= 0xFF
    return bytes(content)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        photo()[:-200],
        photo()[:100],
        b"\xff\xd8\xff<?php system($_GET[0]); ?>",
        b"\x89PNG\r\n\x1a\n",
        png_with_wrong_checksum(),
        second_page_cut_off(),
        b"%PDF-1.7\n%%EOF",
        truncated_pdf(),
        pdf(0),
        pdf(encryption=pikepdf.Encryption(owner="chief", user="secret")),
        container_with_wrong_checksum(),
    ],
    ids=[
        *("empty", "jpeg cut", "jpeg head", "jpeg by name", "png head", "png checksum"),
        *("tiff page cut", "pdf without anything", "pdf cut", "pdf without pages", "pdf locked"),
        "docx checksum",
    ],
)
def test_what_cannot_be_read_whole_is_refused(inspect: Inspect, content: bytes) -> None:
    with pytest.raises(DamagedFile) as refused:
        inspect(content)
    assert refused.value.field == "data"
    assert refused.value.text("zh") and refused.value.text("en")


def test_a_document_with_macros_is_refused(inspect: Inspect) -> None:
    with pytest.raises(UnsupportedFile, match="macros"):
        inspect(container(*DOCX_PARTS, "word/vbaProject.bin"))


def png_of(width: int, height: int) -> bytes:
    """A small file that decodes to as many pixels as it says."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        checksum = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = chunk(b"IDAT", zlib.compress(bytes((width // 8 + 1) * 1000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + rows + chunk(b"IEND", b"")


def test_a_decompression_bomb_is_refused_before_it_is_decoded(inspect: Inspect) -> None:
    with pytest.raises(TooLarge, match="40000 × 40000"):
        inspect(png_of(40_000, 40_000))


def test_a_container_that_unpacks_to_gigabytes_is_refused(inspect: Inspect) -> None:
    bomb = bytearray(container(*DOCX_PARTS))
    entry = bomb.rindex(b"PK\x01\x02")
    bomb[entry + 24 : entry + 28] = struct.pack("<I", 0xF0000000)  # the size that it states
    with pytest.raises(TooLarge, match="1024 MB"):
        inspect(bytes(bomb))


def test_what_takes_too_long_to_read_is_refused(
    inspect: Inspect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_inspection, "_LIMITS", ProcessLimits(0.01, 2 << 30))
    with pytest.raises(TooLarge, match=r"0\.01 seconds"):
        inspect(photo())


def test_what_takes_too_much_memory_is_refused(
    inspect: Inspect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_inspection, "_LIMITS", ProcessLimits(60, 300 << 20))
    with pytest.raises(TooLarge, match="300 MB"):
        inspect(encode_image("PNG", size=(12_000, 12_000)))


def test_a_polyglot_is_what_its_decoder_reads(inspect: Inspect) -> None:
    assert inspect(photo() + container("a.class")) == "jpeg"
    assert inspect(photo() + b"<script>alert(1)</script>") == "jpeg"


def test_a_preview_is_small_upright_and_says_nothing_of_the_phone(tmp_path: Path) -> None:
    picture = preview(tmp_path, encode_image("JPEG", size=(4000, 2000)), "image/jpeg")
    assert picture.size == (1600, 800)
    turned = preview(tmp_path, photo(), "image/jpeg")
    assert turned.size == (40, 60)
    assert turned.getpixel((20, 5))[0] < 60 and turned.getpixel((20, 55))[0] > 200
    assert turned.getexif() == {}
    assert "exif" not in turned.info and "icc_profile" not in turned.info


def test_previews_show_transparent_grey_and_print_colours(tmp_path: Path) -> None:
    glass = encode_image("PNG", "RGBA", transparency=None)
    clear = Image.new("RGBA", (10, 10), (255, 0, 0, 0))
    written = io.BytesIO()
    clear.save(written, "PNG")
    assert preview(tmp_path, written.getvalue(), "image/png").getpixel((5, 5)) == (255, 255, 255)
    assert preview(tmp_path, glass, "image/png").mode == "RGB"
    grey = preview(tmp_path, encode_image("PNG", "I;16"), "image/png")
    assert grey.getpixel((50, 20))[0] == pytest.approx(60_000 / 256, abs=3)
    assert preview(tmp_path, encode_image("TIFF", "CMYK"), "image/tiff").mode == "RGB"


def test_a_document_has_no_preview(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        preview(tmp_path, pdf(), "application/pdf")


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("批复.pdf", "批复.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\扫描\\批复.PDF", "批复.PDF"),
        ("invoice.pdf.exe", "invoice.pdf.exe.pdf"),
        ("\u202efdp.exe", "fdp.exe.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"),
        (".htaccess", "htaccess.pdf"),
        ("...", "file.pdf"),
        ("", "file.pdf"),
        ("\ud800.pdf", "pdf.pdf"),
    ],
)
def test_hostile_names_become_harmless(sent: str, expected: str) -> None:
    assert complete_file_name(sent, ACCEPTED_FORMATS["pdf"]) == expected


def test_a_long_name_loses_its_beginning_not_its_suffix() -> None:
    name = sanitize_file_name("批" * 500 + ".pdf", "file")
    assert name.endswith(".pdf") and len(name.encode()) <= 200
