"""A project file of QGIS that opens a draft ready to work: register, draft and findings.

Only what differs from the defaults is stated; QGIS adds the rest when it saves the project. The
key is not in it: QGIS asks for it when the project is opened.
"""

from dataclasses import dataclass
from xml.etree import ElementTree as ET

from boundaries.layers.desktop_styles import LabelRule, LayerSymbol, add_labels, add_renderer

_CRS = "EPSG:4490"
_SNAP_PIXELS = 12
_ALL_LAYERS, _PIXELS, _VERTICES = "2", "1", "1"
"""The numbers of QGIS for where, in which unit and to what it snaps (QgsSnappingConfig)."""
_SELECTED = {"Red": 255, "Green": 235, "Blue": 0, "Alpha": 150}
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class ProjectLayer:
    """A layer over OGC API - Features.

    Attributes:
        id: its id within the project; QGIS replaces one of less than 18 characters.
        title: what the list of layers calls it.
        landing_page: the address of the API.
        collection: the collection.
        geometry: ``fill``, ``line`` or ``marker``, as symbols are called.
        symbols: how its features look.
        decided_by: the property by whose values they look different; None: all look alike.
        labels: how they are labelled.
        is_read_only: whether QGIS does not offer to edit it.
        credentials: the id of the configuration of QGIS that has them; None: it asks.
    """

    id: str
    title: str
    landing_page: str
    collection: str
    geometry: str
    symbols: tuple[LayerSymbol, ...]
    decided_by: str | None = None
    labels: tuple[LabelRule, ...] = ()
    is_read_only: bool = False
    credentials: str | None = None

    @property
    def data_source(self) -> str:
        """The address as the provider ``OAPIF`` reads it."""
        known = "" if self.credentials is None else f"authcfg={self.credentials} "
        return (
            f"{known}url='{self.landing_page}' typename='{self.collection}' srsname='{_CRS}'"
            " restrictToRequestBBOX='1' pagingEnabled='true'"
        )


_GEOMETRY_NAMES = {"fill": "Polygon", "line": "Line", "marker": "Point"}


def build_project(title: str, layers: list[ProjectLayer], box: Box | None) -> bytes:
    """The project file; the first layer is drawn on top.

    Args:
        title: of the window.
        layers: the layers.
        box: west, south, east and north in degrees of what is shown first.
    """
    project = ET.Element("qgis", {"projectname": title, "version": "3.40.0"})
    ET.SubElement(project, "title").text = title
    _add_crs(ET.SubElement(project, "projectCrs"))
    tree = ET.SubElement(project, "layer-tree-group")
    for layer in layers:
        attributes = {"id": layer.id, "name": layer.title, "providerKey": "OAPIF"}
        source = {"source": layer.data_source, "checked": "Qt::Checked"}
        source["expanded"] = "1" if layer.decided_by else "0"  # the legend of the symbols
        ET.SubElement(tree, "layer-tree-layer", {**attributes, **source})
    _add_snapping(project)
    if box is not None:
        _add_canvas(project, box)
    every = ET.SubElement(project, "projectlayers")
    for layer in layers:
        _add_layer(every, layer)
    _add_properties(project)
    ET.indent(project)
    content: bytes = ET.tostring(project, encoding="utf-8", xml_declaration=True)
    return content


def _add_properties(project: ET.Element) -> None:
    """The system of the project counts, vertices of neighbours move together, yellow is selected.

    A project without a colour for what is selected has white, which nobody sees.
    """
    properties = ET.SubElement(project, "properties")
    switches = {"Digitizing": "TopologicalEditing", "SpatialRefSys": "ProjectionsEnabled"}
    for group, name in switches.items():
        _add_number(ET.SubElement(properties, group), name, 1)
    colours = ET.SubElement(properties, "Gui")
    for part, value in _SELECTED.items():
        _add_number(colours, f"SelectionColor{part}Part", value)


def _add_number(parent: ET.Element, name: str, value: int) -> None:
    ET.SubElement(parent, name, {"type": "int"}).text = str(value)


def _add_crs(parent: ET.Element) -> None:
    system = ET.SubElement(parent, "spatialrefsys")
    ET.SubElement(system, "srsid").text = "1"  # any number of a system that QGIS knows
    ET.SubElement(system, "authid").text = _CRS


def _add_snapping(project: ET.Element) -> None:
    """Snapping to vertices of all layers: borders are drawn along those of the neighbours."""
    settings = {
        "enabled": "1",
        "mode": _ALL_LAYERS,
        "type": _VERTICES,
        "unit": _PIXELS,
        "tolerance": str(_SNAP_PIXELS),
    }
    ET.SubElement(project, "snapping-settings", settings)


def _add_canvas(project: ET.Element, box: Box) -> None:
    canvas = ET.SubElement(project, "mapcanvas", {"name": "theMapCanvas"})
    ET.SubElement(canvas, "units").text = "degrees"
    extent = ET.SubElement(canvas, "extent")
    for name, value in zip(("xmin", "ymin", "xmax", "ymax"), box, strict=True):
        ET.SubElement(extent, name).text = repr(value)
    _add_crs(ET.SubElement(canvas, "destinationsrs"))


def _add_layer(parent: ET.Element, layer: ProjectLayer) -> None:
    attributes = {"type": "vector", "geometry": _GEOMETRY_NAMES[layer.geometry]}
    labels = {"labelsEnabled": "1" if layer.labels else "0"}
    read_only = {"readOnly": "1" if layer.is_read_only else "0"}
    element = ET.SubElement(parent, "maplayer", {**attributes, **labels, **read_only})
    ET.SubElement(element, "id").text = layer.id
    ET.SubElement(element, "datasource").text = layer.data_source
    ET.SubElement(element, "layername").text = layer.title
    _add_crs(ET.SubElement(element, "srs"))
    ET.SubElement(element, "provider", {"encoding": "UTF-8"}).text = "OAPIF"
    add_renderer(element, layer.geometry, layer.symbols, layer.decided_by)
    if layer.labels:
        add_labels(element, layer.labels)
