"""What an exported file says about itself: title, licence, sources, headings, style for QGIS."""

from dataclasses import replace
from datetime import UTC, datetime

from boundaries.exports.export_tables import ExportKind
from boundaries.layers.desktop_styles import LayerSymbol, build_style
from boundaries.layers.layer_presentation import LayerPresentation
from boundaries.layers.output_table import OutputTable
from boundaries.layers.register_styles import (
    BORDER_SYMBOLS,
    POINT_SYMBOLS,
    UNIT_LABELS,
    UNIT_STYLES,
)
from gazetteer.messages import Lang, has_message, message
from gazetteer.records.levels import Level

_MAX_SOURCES = 50


def present_export(table: OutputTable, kind: ExportKind, lang: Lang) -> OutputTable:
    """A table of :func:`export_table`, described in a language."""
    at, known_at = table.columns["at"][0], str(table.columns["known_at"][0])
    levels = {level for level in table.columns.get("level", ()) if level is not None}
    kind_name = message(f"export.kind.{kind}")
    title = message("export.title", kind=kind_name, at=at)
    if len(levels) == 1:
        level = message(f"level.{next(iter(levels))}")
        title = message("export.title_of_level", kind=kind_name, level=level, at=at)
    presentation = LayerPresentation(
        title.text(lang),
        message("export.abstract", at=at, known_at=known_at).text(lang),
        message("foot.sources_text").text(lang),
        _list_sources(table),
        datetime.fromisoformat(known_at).astimezone(UTC),
        _word_headings(table, lang),
        _choose_style(kind, levels),
    )
    return replace(table, presentation=presentation)


def _list_sources(table: OutputTable) -> str:
    """The sources of the rows, each once."""
    stated = dict.fromkeys(filter(None, table.columns.get("source", ())))
    single = dict.fromkeys(part for text in stated for part in str(text).split("; "))
    return "; ".join(list(single)[:_MAX_SOURCES])


def _word_headings(table: OutputTable, lang: Lang) -> dict[str, str]:
    ids = {name: f"export.column.{name}" for name in table.columns}
    return {name: message(id_).text(lang) for name, id_ in ids.items() if has_message(id_)}


def _choose_style(kind: ExportKind, levels: set[str]) -> str:
    match kind:
        case ExportKind.DIVISIONS:
            (level,) = levels
            return build_style("fill", [LayerSymbol(UNIT_STYLES[Level(level)])], UNIT_LABELS)
        case ExportKind.EDGES | ExportKind.LINES:
            return build_style("line", BORDER_SYMBOLS, ())
        case ExportKind.NODES:
            return build_style("marker", POINT_SYMBOLS, ())
        case ExportKind.PLACES:
            return build_style("marker", POINT_SYMBOLS, UNIT_LABELS)
        case ExportKind.UNITS:
            return ""
