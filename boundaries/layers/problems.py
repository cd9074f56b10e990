"""Why a layer file is refused as a whole; what is wrong with single features is a remark."""

from collections.abc import Sequence
from pathlib import PurePath

from gazetteer.ingest.table_files import UnreadableFile
from gazetteer.problems import Problem, TooLarge


class LayerNotNamed(Problem):
    """The file holds several layers, or not the one asked for; ``layers`` has their names."""

    code = "layer_not_named"
    title_zh, title_en = "需要指定图层", "Which layer?"


class CrsNotKnown(Problem):
    """The coordinate system is not stated, contradicts the coordinates, or has no exact way in."""

    code = "crs_not_known"
    title_zh, title_en = "坐标系不明", "Coordinate system not known"


def unreadable_error(source: str, zh: str, en: str, *, field: str = "file") -> UnreadableFile:
    """The problem of a file called ``source``, whose name goes before both sentences."""
    name = PurePath(source).name
    return UnreadableFile(f"{name}：{zh}", f"{name}: {en}", field=field, file=name)


def too_large_error(source: str, zh: str, en: str) -> TooLarge:
    """The problem of a file that is larger, once unpacked, than is taken."""
    name = PurePath(source).name
    return TooLarge(f"{name}：{zh}", f"{name}: {en}", field="file", file=name)


def layer_choice_error(source: str, layers: Sequence[str], requested: str | None) -> LayerNotNamed:
    """The problem of a file with several ``layers``, or without the one ``asked`` for."""
    names, name = list(layers), PurePath(source).name
    listed = ", ".join(names) or "-"
    if requested is not None:
        zh, en = (
            f"没有图层“{requested}”；有：{listed}。",
            f"has no layer {requested!r}; it has: {listed}",
        )
    else:
        zh, en = f"有多个图层，请指定一个：{listed}。", f"has several layers; name one: {listed}"
    return LayerNotNamed(f"{name}：{zh}", f"{name}: {en}", field="layer", layers=names)
