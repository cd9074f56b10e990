"""The child process of :mod:`gazetteer.files.file_inspection`: the only one with decoders."""

from pathlib import Path

from gazetteer.files.document_files import verify_container, verify_pdf
from gazetteer.files.file_formats import ACCEPTED_FORMATS
from gazetteer.files.image_files import render_preview, verify_image
from gazetteer.limited_process import Order, execute_order


def _execute_order(order: Order) -> None:
    """Verify a file, or write a preview of it to ``target``."""
    path, file_format = Path(order["path"]), ACCEPTED_FORMATS[order["format"]]
    if order["target"] is not None:
        render_preview(path, file_format, Path(order["target"]))
    elif file_format.decoder is not None:
        verify_image(path, file_format)
    elif file_format.main_part is not None:
        verify_container(path, file_format)
    else:
        verify_pdf(path, file_format)


if __name__ == "__main__":
    execute_order(_execute_order)
