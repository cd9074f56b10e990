"""Images: verified by decoding them whole, and rendered small for display."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from gazetteer.files.file_formats import FileFormat
from gazetteer.files.problems import DamagedFile
from gazetteer.messages import message
from gazetteer.problems import TooLarge

MAX_PIXELS = 250_000_000
"""A sheet of A0 at 400 dots per inch; a small file can decode to any number of pixels."""

PREVIEW_PIXELS = 1600
"""The longer side of a preview."""

_PREVIEW_QUALITY = 85
_DECODER_ERRORS = (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError)
"""What Pillow raises for damaged files; ``SyntaxError`` is how it reports broken chunks."""


def verify_image(path: Path, file_format: FileFormat) -> None:
    """Decode every page of an image.

    Raises:
        DamagedFile: a part is missing or cannot be decoded.
        TooLarge: it has more than :data:`MAX_PIXELS`.
    """
    with _open_image(path, file_format) as image:
        image.verify()  # checksums, which decoding ignores
    with _open_image(path, file_format) as image:
        _reduce_decoding(image)
        for page in range(getattr(image, "n_frames", 1)):
            image.seek(page)
            _check_pixels(image)
            image.load()


def render_preview(path: Path, file_format: FileFormat, target: Path) -> None:
    """Write the first page as a JPEG of at most :data:`PREVIEW_PIXELS`, upright, without metadata.

    Raises:
        DamagedFile, TooLarge: as :func:`verify_image`.
    """
    with _open_image(path, file_format) as image:
        _reduce_decoding(image)
        upright = ImageOps.exif_transpose(image)
        small = _convert_colours(upright)
        small.thumbnail((PREVIEW_PIXELS, PREVIEW_PIXELS))
        # A new image has none of the metadata that thumbnails inherit.
        plain = Image.new("RGB", small.size, "white")
        plain.paste(small, mask=small.getchannel("A") if "A" in small.getbands() else None)
        plain.save(target, "JPEG", quality=_PREVIEW_QUALITY)


@contextmanager
def _open_image(path: Path, file_format: FileFormat) -> Iterator[Image.Image]:
    """The image, by the decoder of its format and no other."""
    assert file_format.decoder is not None  # images only
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about metadata, and about pixels, which are checked here
        try:
            with Image.open(path, formats=(file_format.decoder,)) as image:
                _check_pixels(image)
                yield image
        except _DECODER_ERRORS as error:
            named = message(f"files.format.{file_format.id}")
            raise DamagedFile(message("files.damaged", format=named), field="data") from error


def _check_pixels(image: Image.Image) -> None:
    width, height = image.size
    if width * height > MAX_PIXELS:
        limit = MAX_PIXELS // 1_000_000
        words = message("files.too_many_pixels", width=width, height=height, limit=limit)
        raise TooLarge(words, field="data")


def _reduce_decoding(image: Image.Image) -> None:
    """Let a JPEG be decoded at the smallest size that serves a preview: all of it is still read."""
    image.draft(image.mode, (PREVIEW_PIXELS, PREVIEW_PIXELS))


def _convert_colours(image: Image.Image) -> Image.Image:
    """The image in RGB, or RGBA if parts are transparent."""
    if image.mode.startswith("I"):  # 16 bits of grey, which a conversion would cut off at 255
        image = image.point(lambda value: value / 256).convert("L")
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


Image.MAX_IMAGE_PIXELS = None  # _check_pixels knows the limit, and says what was found
