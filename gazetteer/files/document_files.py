"""Documents: PDF opened page by page, OFD and Office files as complete containers."""

import zipfile
import zlib
from pathlib import Path

import pikepdf

from gazetteer.files.file_formats import FileFormat
from gazetteer.files.problems import DamagedFile, UnsupportedFile
from gazetteer.messages import message
from gazetteer.problems import TooLarge

MAX_UNPACKED_BYTES = 1 << 30
"""A small container can unpack to any size."""

_END_OF_PDF = b"%%EOF"
_TAIL_BYTES = 2048
_MACROS = "vbaProject.bin"


def verify_pdf(path: Path, file_format: FileFormat) -> None:
    """Open a PDF without a password and read the content of every page.

    Small faults that every viewer mends are accepted, a file that was cut off is not.

    Raises:
        DamagedFile: it cannot be opened, has no pages, is cut off, or needs a password.
    """
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
        if _END_OF_PDF not in file.read():
            raise _damaged_error(file_format)
    try:
        with pikepdf.open(path) as pdf:
            if not len(pdf.pages):
                raise _damaged_error(file_format)
            for page in pdf.pages:
                pikepdf.parse_content_stream(page)
    except pikepdf.PasswordError as error:
        raise DamagedFile(message("files.locked"), field="data") from error
    except (pikepdf.exceptions.PikepdfError, TypeError, ValueError) as error:
        raise _damaged_error(file_format) from error


def verify_container(path: Path, file_format: FileFormat) -> None:
    """Unpack every part of an OFD or Office file, comparing checksums.

    Raises:
        DamagedFile: a part is damaged or needs a password.
        UnsupportedFile: it contains macros.
        TooLarge: it unpacks to more than :data:`MAX_UNPACKED_BYTES`.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
                limit = MAX_UNPACKED_BYTES >> 20
                raise TooLarge(message("files.unpacks_too_large", limit=limit), field="data")
            if any(part.filename.endswith(_MACROS) for part in parts):
                raise UnsupportedFile(message("files.macros"), field="data")
            if archive.testzip() is not None:
                raise _damaged_error(file_format)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise _damaged_error(file_format) from error


def _damaged_error(file_format: FileFormat) -> DamagedFile:
    named = message(f"files.format.{file_format.id}")
    return DamagedFile(message("files.damaged", format=named), field="data")
