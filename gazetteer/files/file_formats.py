"""The formats of files, recognised by their content; names and headers say what they like."""

import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePath

_HEAD_BYTES = 1024
_MAX_NAME_BYTES = 200


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A format that is accepted; the message ``files.format.<id>`` names it.

    Attributes:
        id: a stable name.
        media_type: as it is served.
        suffixes: of file names, the usual one first.
        decoder: the name of the format for Pillow; None if it is not an image.
        main_part: the member that a ZIP container of this format has; None for other files.
    """

    id: str
    media_type: str
    suffixes: tuple[str, ...]
    decoder: str | None = None
    main_part: str | None = None


_OFFICE = "application/vnd.openxmlformats-officedocument"
ACCEPTED_FORMATS = {
    file_format.id: file_format
    for file_format in (
        FileFormat("pdf", "application/pdf", (".pdf",)),
        FileFormat("ofd", "application/ofd", (".ofd",), main_part="OFD.xml"),
        FileFormat("jpeg", "image/jpeg", (".jpg", ".jpeg"), "JPEG"),
        FileFormat("png", "image/png", (".png",), "PNG"),
        FileFormat("tiff", "image/tiff", (".tif", ".tiff"), "TIFF"),
        FileFormat("webp", "image/webp", (".webp",), "WEBP"),
        FileFormat(
            "docx",
            f"{_OFFICE}.wordprocessingml.document",
            (".docx",),
            main_part="word/document.xml",
        ),
        FileFormat(
            "xlsx", f"{_OFFICE}.spreadsheetml.sheet", (".xlsx",), main_part="xl/workbook.xml"
        ),
    )
}
"""What officers file: official documents (PDF, OFD), scans, photos, agreements, lists."""

FORMAT_OF_MEDIA_TYPE = {known.media_type: known for known in ACCEPTED_FORMATS.values()}

# Offset, bytes and format. The formats that are not accepted are here to be named in the refusal.
_SIGNATURES = (
    (0, b"%PDF-", "pdf"),
    (0, b"\xff\xd8\xff", "jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "png"),
    (0, b"II*\0", "tiff"),
    (0, b"MM\0*", "tiff"),
    (8, b"WEBP", "webp"),
    (4, b"ftyphei", "heic"),
    (4, b"ftyphev", "heic"),
    (4, b"ftypmif1", "heic"),
    (4, b"ftypavif", "avif"),
    (4, b"ftyp", "video"),
    (0, b"GIF8", "gif"),
    (0, b"BM", "bmp"),
    (0, b"AC10", "dwg"),
    (0, b"PK\x03\x04", "zip"),
    (0, b"Rar!", "archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "archive"),
    (0, b"\x1f\x8b", "archive"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (0, b"MZ", "program"),
    (0, b"\x7fELF", "program"),
    (0, b"#!", "program"),
)


def detect_format(path: Path) -> str:
    """The format of a file by its content: one of the accepted formats, or another one's id.

    ``empty`` is a file without a byte, ``unknown`` one whose content is not recognised.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head:
        return "empty"
    for offset, signature, id_ in _SIGNATURES:
        if head.startswith(signature, offset):
            return _detect_container(path) if id_ == "zip" else id_
    return _detect_text(head)


def sanitize_file_name(sent_name: str, fallback: str) -> str:
    """The sender's name of a file without directories and invisible characters.

    Args:
        sent_name: as it was sent.
        fallback: the name of a file without one.
    """
    base_name = PurePath(sent_name.replace("\\", "/")).name
    printable = "".join(char for char in base_name if char.isprintable())
    return printable.encode()[-_MAX_NAME_BYTES:].decode(errors="ignore").lstrip(".") or fallback


def complete_file_name(sent_name: str, file_format: FileFormat) -> str:
    """The sender's name, safe, and with a suffix of the format that the content really has."""
    name = sanitize_file_name(sent_name, "file")
    suffixes = file_format.suffixes
    return name if name.lower().endswith(suffixes) else name + suffixes[0]


def _detect_container(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return "zip"
    fitting = (known.id for known in ACCEPTED_FORMATS.values() if known.main_part in names)
    return next(fitting, "zip")


def _detect_text(head: bytes) -> str:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if any(byte < 9 for byte in head):
        return "unknown"
    return "markup" if start.startswith(b"<") else "text"
