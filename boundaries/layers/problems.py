"""Why a layer file is refused as a whole; faults of single features are remarks."""

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from gazetteer.ingest.table_files import UnreadableFile
from gazetteer.messages import Message, message
from gazetteer.problems import Problem, TooLarge


class LayerNotNamed(Problem):
    """The file holds several layers, or not the requested one; ``layers`` lists their names."""

    code = "layer_not_named"


class CrsNotKnown(Problem):
    """The coordinate system is undeclared, contradicts the coordinates, or cannot be converted."""

    code = "crs_not_known"


def unreadable_error(source: str, detail: Message, *, field: str = "file") -> UnreadableFile:
    """The problem of the file ``source``, which cannot be read for the reason ``detail``."""
    return UnreadableFile(name_file(source, detail), field=field, file=PurePath(source).name)


def open_error(source: str, error: OSError, *, field: str = "file") -> UnreadableFile:
    """The problem of a file that the operating system does not let us read."""
    match error:
        case FileNotFoundError():
            detail = message("layer.file_not_found")
        case PermissionError():
            detail = message("layer.file_no_permission")
        case IsADirectoryError():
            detail = message("layer.file_is_folder")
        case _:
            detail = message("layer.cannot_open", reason=error.strerror or str(error))
    return unreadable_error(source, detail, field=field)


def too_large_error(source: str, detail: Message) -> TooLarge:
    """The problem of a file that is larger, once unpacked, than is accepted."""
    return TooLarge(name_file(source, detail), field="file", file=PurePath(source).name)


def crs_error(source: str, detail: Message, **extras: Any) -> CrsNotKnown:
    """The problem of a file whose coordinate system cannot be used; ``extras`` for programs."""
    return CrsNotKnown(name_file(source, detail), field="crs", **extras)


def layer_choice_error(source: str, layers: Sequence[str], requested: str | None) -> LayerNotNamed:
    """The problem of a file with several ``layers``, or without the ``requested`` one."""
    names = list(layers)
    if requested is not None:
        detail = message("layer.no_such_layer", layer=requested, layers=names)
    else:
        detail = message("layer.several_layers", layers=names)
    return LayerNotNamed(name_file(source, detail), field="layer", layers=names)


def name_file(source: str, detail: Message) -> Message:
    """``detail`` after the name of the file that it is about."""
    return message("layer.in_file", file=PurePath(source).name or source, detail=detail)
