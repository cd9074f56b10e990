"""How QGIS draws a layer, in a project or beside a table: its symbols and its labels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

_SYMBOL_CLASSES = {"fill": "SimpleFill", "line": "SimpleLine", "marker": "SimpleMarker"}
_QML_TYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_HORIZONTAL = "4"
"""The number of QGIS for labels that stand where a polygon has room for them."""
_HALO = {"bufferDraw": "1", "bufferSize": "0.8", "bufferColor": "255,255,255,230"}
_KEY = "{{00000000-0000-4000-8000-{:012}}}"


@dataclass(frozen=True, slots=True)
class LayerSymbol:
    """How features look.

    Attributes:
        style: the properties of the symbol.
        value: of the property that decides; empty: every other value.
        title: what the legend calls it.
    """

    style: Mapping[str, str]
    value: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class LabelRule:
    """How features are labelled.

    Attributes:
        expression: which ones, as QGIS writes it.
        field: the property that is written.
        style: the properties of the text.
        largest_scale: the denominator of the scale beyond which the label would not help; 0: none.
    """

    expression: str
    field: str
    style: Mapping[str, str]
    largest_scale: int = 0


def build_style(geometry: str, symbols: Sequence[LayerSymbol], labels: Sequence[LabelRule]) -> str:
    """The style of one layer, as QGIS stores it beside a table (QML).

    Args:
        geometry: ``fill``, ``line`` or ``marker``, as symbols are called.
        symbols: the one by which all features are drawn.
        labels: how they are labelled.
    """
    style = ET.Element("qgis", {"version": "3.40.0", "labelsEnabled": "1" if labels else "0"})
    style.set("styleCategories", "Symbology|Labeling")
    add_renderer(style, geometry, symbols, None)
    if labels:
        add_labels(style, labels)
    return _QML_TYPE + ET.tostring(style, encoding="unicode")


def add_renderer(
    layer: ET.Element, geometry: str, symbols: Sequence[LayerSymbol], decided_by: str | None
) -> None:
    """Draw a layer by one symbol, or by those of the values of a property; the last one on top."""
    attributes = {"type": "singleSymbol"}
    if decided_by is not None:
        attributes = {"type": "categorizedSymbol", "attr": decided_by, "symbollevels": "1"}
    renderer = ET.SubElement(layer, "renderer-v2", attributes)
    if decided_by is not None:
        categories = ET.SubElement(renderer, "categories")
        for number, symbol in enumerate(symbols):
            described = {"value": symbol.value, "type": "string", "label": symbol.title}
            ET.SubElement(categories, "category", {"symbol": str(number), **described})
    parent = ET.SubElement(renderer, "symbols")
    for number, symbol in enumerate(symbols):
        named = ET.SubElement(parent, "symbol", {"type": geometry, "name": str(number)})
        part = {"class": _SYMBOL_CLASSES[geometry], "enabled": "1", "pass": str(number)}
        options = ET.SubElement(ET.SubElement(named, "layer", part), "Option", {"type": "Map"})
        for name, value in symbol.style.items():
            ET.SubElement(options, "Option", {"type": "QString", "name": name, "value": value})


def add_labels(layer: ET.Element, rules: Sequence[LabelRule]) -> None:
    """Label the features of a layer, each by the rule that it fulfils."""
    labelling = ET.SubElement(layer, "labeling", {"type": "rule-based"})
    root = ET.SubElement(labelling, "rules", {"key": _KEY.format(0)})
    for number, rule in enumerate(rules, start=1):
        scales = {"scalemindenom": str(rule.largest_scale), "scalemaxdenom": "0"}
        condition = {"key": _KEY.format(number), "filter": rule.expression}
        element = ET.SubElement(root, "rule", condition | (scales if rule.largest_scale else {}))
        settings = ET.SubElement(element, "settings")
        style = ET.SubElement(settings, "text-style", {"fieldName": rule.field, **rule.style})
        ET.SubElement(style, "text-buffer", _HALO)
        ET.SubElement(settings, "placement", {"placement": _HORIZONTAL})
