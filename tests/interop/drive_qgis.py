"""Do with QGIS what a JSON object on standard input asks, and print what came of it as JSON.

It runs with the Python of a QGIS, not with that of this project: ``python3 drive_qgis.py``::

    {"actions": [
        {"do": "open_layer", "layer": "units", "url": "…/ogc/", "collection": "divisions",
         "username": "ed1", "password": "…"},
        {"do": "read_features", "layer": "units", "filter": "\"code\" = '440106'"},
        {"do": "start_editing", "layer": "units"},
        {"do": "move_vertex", "layer": "units", "feature": "\"code\" = '440106'",
         "at": [113.3, 23.1], "to": [113.3001, 23.1]},
        {"do": "commit_changes", "layer": "units"}]}

Every action has an object in ``results``; ``messages`` is the log of QGIS. A layer that cannot be
opened ends the run. ``feature`` is an expression that one feature fulfils. Positions are x, y as
QGIS has them, which is longitude, latitude for geographic systems whatever the order of their
axes. Geometries are WKB in hexadecimal digits: every bit of a coordinate counts here.
"""

# mypy: disable-error-code="import-not-found"
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsAuthMethodConfig,
    QgsDataSourceUri,
    QgsFeature,
    QgsFeatureRequest,
    QgsGeometry,
    QgsNetworkAccessManager,
    QgsPointXY,
    QgsProject,
    QgsProviderRegistry,
    QgsRectangle,
    QgsVectorLayer,
    QgsVectorLayerUtils,
    QgsWkbTypes,
)

Answer = dict[str, Any]
TOLERANCE = 1e-9
"""A vertex is looked for in this distance, in units of the layer's CRS."""


class EditSession:
    """Layers of one run of QGIS by the names that the actions give them."""

    def __init__(self) -> None:
        self._layers: dict[str, Any] = {}

    def open_layer(
        self,
        layer: str,
        url: str,
        collection: str,
        *,
        username: str = "",
        password: str = "",
        credentials: str = "uri",
        crs: str = "",
        filter: str = "",
        page_size: int = 0,
        only_view: bool = False,
    ) -> Answer:
        """Open a collection; ``credentials`` go into the "uri", or into a "configuration"."""
        uri = QgsDataSourceUri()
        uri.setParam("url", url)
        uri.setParam("typename", collection)
        if username and credentials == "configuration":
            uri.setAuthConfigId(_store_credentials(username, password))
        elif username:
            uri.setUsername(username)
            uri.setPassword(password)
        optional = {"srsname": crs, "filter": filter, "pageSize": page_size and str(page_size)}
        optional["restrictToRequestBBOX"] = "1" if only_view else ""
        for name, value in optional.items():
            if value:
                uri.setParam(name, value)
        self._layers[layer] = QgsVectorLayer(uri.uri(False), layer, "OAPIF")
        return self.describe_layer(layer)

    def open_project(self, content: str, *, username: str, password: str) -> Answer:
        """Open a project file, with the credentials for which the desktop would ask."""
        known = f"username='{username}' password='{password}' typename="
        with TemporaryDirectory() as folder:
            path = Path(folder, "draft.qgs")
            path.write_text(content.replace("typename=", known), "utf-8")
            project = QgsProject.instance()
            opened = project.read(str(path))
        layers = [node.layer() for node in project.layerTreeRoot().findLayers()]
        return {
            "opened": opened,
            "crs": project.crs().authid(),
            "topological": project.topologicalEditing(),
            "snapping": project.snappingConfig().enabled(),
            "layers": [
                {
                    "id": found.id(),
                    "valid": found.isValid(),
                    "read_only": found.readOnly(),
                    "count": found.featureCount(),
                    "renderer": found.renderer().type() if found.renderer() else None,
                }
                for found in layers
            ],
        }

    def describe_layer(self, layer: str) -> Answer:
        """What QGIS found out about the collection."""
        found = self._layers[layer]
        if not found.isValid():
            return {"valid": False}
        provider, extent = found.dataProvider(), found.extent()
        return {
            "valid": True,
            "crs": found.crs().authid(),
            "axes_swapped": found.crs().hasAxisInverted(),
            "geometry": QgsWkbTypes.displayString(found.wkbType()),
            "fields": {field.name(): field.typeName() for field in found.fields()},
            "count": found.featureCount(),
            "extent": [getattr(extent, edge)() for edge in ("xMinimum", "yMinimum")]
            + [getattr(extent, edge)() for edge in ("xMaximum", "yMaximum")],
            "capabilities": provider.capabilitiesString().split(", "),
            "filter": found.subsetString(),
        }

    def read_features(
        self,
        layer: str,
        *,
        filter: str | None = None,
        rectangle: list[float] | None = None,
        limit: int = -1,
    ) -> Answer:
        """The features in a rectangle of the layer's CRS; ``filter`` is set as its subset."""
        found = self._layers[layer]
        answer: Answer = {}
        if filter is not None:
            answer["filter_accepted"] = found.setSubsetString(filter)
        request = QgsFeatureRequest().setLimit(limit)
        if rectangle:
            request.setFilterRect(QgsRectangle(*rectangle))
        features = [_describe_feature(feature) for feature in found.getFeatures(request)]
        return {**answer, "features": features, "count": found.featureCount()}

    def reload_layer(self, layer: str) -> Answer:
        """Forget what was read, as the command "Reload" of QGIS does; count what is there now."""
        found = self._layers[layer]
        found.reload()
        return {
            "count": found.featureCount(),
            "read": sum(1 for _ in found.getFeatures()),
        }

    def start_editing(self, layer: str) -> Answer:
        """Begin an edit session."""
        return {"done": self._layers[layer].startEditing()}

    def move_vertex(self, layer: str, feature: str, at: list[float], to: list[float]) -> Answer:
        """Move the vertex of a feature that lies at a position."""
        found, edited = self._layers[layer], self._find_feature(layer, feature)
        vertex, index, *_, distance = edited.geometry().closestVertex(QgsPointXY(*at))
        if distance > TOLERANCE**2:
            nearest = f"the nearest one is at {vertex.x()!r}, {vertex.y()!r}"
            raise LookupError(f"{feature} has no vertex at {at}: {nearest}")
        return {"done": found.moveVertex(*to, edited.id(), index), "vertex": index}

    def replace_geometry(self, layer: str, feature: str, wkb: str) -> Answer:
        """Give a feature another geometry."""
        edited = self._find_feature(layer, feature)
        return {"done": self._layers[layer].changeGeometry(edited.id(), _read_geometry(wkb))}

    def change_attribute(self, layer: str, feature: str, field: str, value: Any) -> Answer:
        """Change one attribute of a feature."""
        found, edited = self._layers[layer], self._find_feature(layer, feature)
        index = found.fields().lookupField(field)
        return {"done": found.changeAttributeValue(edited.id(), index, value)}

    def split_feature(self, layer: str, feature: str, line: list[list[float]]) -> Answer:
        """Split a feature along a line; its neighbours get the new vertices."""
        found = self._layers[layer]
        found.selectByIds([self._find_feature(layer, feature).id()])
        result = found.splitFeatures([QgsPointXY(*position) for position in line], True)
        found.removeSelection()
        return {"done": result == Qgis.GeometryOperationResult.Success, "result": int(result)}

    def add_feature(self, layer: str, wkb: str, attributes: dict[str, Any]) -> Answer:
        """Add a feature."""
        found = self._layers[layer]
        values = {found.fields().lookupField(name): value for name, value in attributes.items()}
        feature = QgsVectorLayerUtils.createFeature(found, _read_geometry(wkb), values)
        return {"done": found.addFeature(feature)}

    def delete_feature(self, layer: str, feature: str) -> Answer:
        """Delete a feature."""
        found = self._layers[layer]
        return {"done": found.deleteFeature(self._find_feature(layer, feature).id())}

    def commit_changes(self, layer: str, *, go_on: bool = False) -> Answer:
        """Send the changes to the service; ``go_on`` leaves the edit session open."""
        found = self._layers[layer]
        return {"done": found.commitChanges(not go_on), "errors": found.commitErrors()}

    def roll_back(self, layer: str) -> Answer:
        """Drop the changes."""
        return {"done": self._layers[layer].rollBack()}

    def _find_feature(self, layer: str, expression: str) -> Any:
        request = QgsFeatureRequest().setFilterExpression(expression)
        found = list(self._layers[layer].getFeatures(request))
        if len(found) != 1:
            raise LookupError(f"{len(found)} features fulfil {expression}")
        return found[0]


def _store_credentials(username: str, password: str) -> str:
    """The identifier of a stored configuration for HTTP Basic."""
    manager = QgsApplication.authManager()
    manager.setMasterPassword("interop", True)
    configuration = QgsAuthMethodConfig("Basic")
    configuration.setName(username)
    configuration.setConfig("username", username)
    configuration.setConfig("password", password)
    stored, configuration = manager.storeAuthenticationConfig(configuration)
    if not stored:
        raise RuntimeError("QGIS cannot store a configuration here")
    return str(configuration.id())


def _describe_feature(feature: QgsFeature) -> Answer:
    geometry = feature.geometry()
    return {
        "attributes": {
            name: _convert_value(value) for name, value in feature.attributeMap().items()
        },
        "wkb": None if geometry.isNull() else bytes(geometry.asWkb()).hex(),
    }


def _convert_value(value: Any) -> Any:
    """A value that JSON has; dates and times of Qt in the way of ISO 8601."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if hasattr(value, "isNull") and value.isNull():
        return None
    return value.toString(1) if hasattr(value, "toString") else str(value)


def _read_geometry(wkb: str) -> QgsGeometry:
    geometry = QgsGeometry()
    geometry.fromWkb(bytes.fromhex(wkb))
    return geometry


def run_actions(actions: list[dict[str, Any]]) -> Answer:
    """Carry actions out in their order; the messages of QGIS tell why one had no effect."""
    messages: list[str] = []
    log = QgsApplication.messageLog()
    log.messageReceived.connect(lambda text, tag, _level: messages.append(f"{tag}: {text}"))
    session = EditSession()
    results = []
    for action in actions:
        arguments = {name: value for name, value in action.items() if name != "do"}
        method: Callable[..., Answer] = getattr(session, action["do"])
        results.append({"did": action["do"], **method(**arguments)})
        QgsApplication.processEvents()  # what the threads of requests logged
        if results[-1].get("valid") is False:
            break
    return {
        "version": Qgis.QGIS_VERSION,
        "providers": QgsProviderRegistry.instance().providerList(),
        "results": results,
        "messages": messages,
    }


def run_session() -> None:
    """Run QGIS without a window and with a profile of its own."""
    actions = json.load(sys.stdin)["actions"]
    with TemporaryDirectory(prefix="qgis-") as profile:
        os.environ |= {
            "HOME": profile,
            "XDG_RUNTIME_DIR": profile,
            "QT_QPA_PLATFORM": "offscreen",
            "QGIS_AUTH_DB_DIR_PATH": profile,
        }
        application = QgsApplication([], False, profile)
        application.initQgis()
        # The cache of responses on the disk, which the window of QGIS sets up at its start.
        QgsNetworkAccessManager.instance().setupDefaultProxyAndCache()
        answer = run_actions(actions)
        print(json.dumps(answer, ensure_ascii=False))
        application.exitQgis()


if __name__ == "__main__":
    run_session()
