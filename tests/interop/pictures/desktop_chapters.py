"""What the guide "Editing with QGIS" shows, done in a real desktop: ``qgis --code``.

The environment says which chapter, where the service is and who edits; see ``take_pictures.py``.
"""

# mypy: disable-error-code="import-not-found"
import os
import sys
from pathlib import Path

sys.path.insert(0, os.environ["PICTURES"])

from desktop_steps import (
    Chapter,
    arrange_window,
    click_map,
    find_action,
    find_default_button,
    find_layer,
    find_part,
    find_window,
    locate_on_canvas,
    move_pointer,
    open_project,
    press,
    start_chapter,
    store_key,
    take_picture,
    wait_for_dialog,
    wait_for_map,
    wait_until_closed,
)
from qgis.core import QgsFeatureRequest, QgsGeometry, QgsProject, QgsRectangle
from qgis.PyQt.QtCore import QItemSelectionModel, QPoint, Qt, QTimer
from qgis.PyQt.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QComboBox,
    QDialogButtonBox,
    QDockWidget,
    QLineEdit,
    QTableWidget,
    QTabWidget,
    QWidget,
)
from qgis.utils import iface

SERVICE, DRAFT, LOGIN, KEY = (os.environ[name] for name in ("SERVICE", "DRAFT", "LOGIN", "KEY"))
PROJECT, CONFIGURATION = os.environ["PROJECT"], os.environ["CONFIGURATION"]
TIANHE, BAIYUN = "440106", "440111"
TOWN = QgsRectangle(113.28, 23.10, 113.47, 23.26)
SELECTED = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
OK = QDialogButtonBox.StandardButton.Ok


def connect_to_draft() -> Chapter:
    """The connection with a stored key, and the collections that it offers."""
    arrange_window()
    yield 2
    press(find_action("mActionAddWfsLayer"))
    yield lambda: find_window("QgsDataSourceManagerDialog")
    sources = find_window("QgsDataSourceManagerDialog")
    sources.setGeometry(60, 60, 900, 480)
    page = find_part(sources, "QgsWFSSourceSelectBase")
    press(find_part(page, "btnNew"))
    dialog = yield from wait_for_dialog()
    find_part(dialog, "txtName", QLineEdit).setText("QGIS")
    find_part(dialog, "txtUrl", QLineEdit).setText(f"{SERVICE}/drafts/{DRAFT}/ogc/")
    version = find_part(dialog, "cmbVersion", QComboBox)
    version.setCurrentIndex(version.count() - 1)
    find_part(dialog, "tabAuth", QTabWidget).setCurrentIndex(1)
    find_part(dialog, "txtUserName", QLineEdit).setText(LOGIN)
    find_part(dialog, "txtPassword", QLineEdit).setText(KEY)
    dialog.resize(640, dialog.height())  # the whole address
    yield from take_picture("connection", dialog)
    yield from _store_key(dialog)
    press(find_part(dialog, "buttonBox", QDialogButtonBox).button(OK))
    yield from wait_until_closed()
    press(find_part(page, "btnConnect"))
    tree = find_part(page, "treeView")
    yield lambda: tree.model() and tree.model().rowCount() > 0
    tree.clearSelection()
    model = tree.model()
    for row in range(model.rowCount()):
        if model.index(row, 1).data() in {"divisions", "findings"}:
            tree.selectionModel().select(model.index(row, 0), SELECTED)
    yield from take_picture("layers", sources)
    press(_find_add_button(page))
    yield lambda: len(QgsProject.instance().mapLayers()) == 2
    for layer in QgsProject.instance().mapLayers().values():
        print(layer.name(), layer.crs().authid(), layer.wkbType(), layer.supportsEditing())


def _store_key(dialog: QWidget) -> Chapter:
    """Let QGIS keep the key encrypted, under a master password that it asks for."""
    press(find_part(dialog, "btnConvertToEncrypted"))
    yield lambda: find_window("QgsCredentialDialog")
    asked = find_window("QgsCredentialDialog")
    yield 0.5
    for field in asked.findChildren(QLineEdit):
        field.setText("a master password")
    for box in asked.findChildren(QCheckBox):
        box.setChecked(False)  # there is no wallet here that could keep it
    yield from take_picture("master", asked)
    press(find_default_button(asked))
    yield lambda: find_window("QgsCredentialDialog") is None
    yield from take_picture("stored", dialog)


def ask_for_key() -> Chapter:
    """What opens a project without a stored key."""
    arrange_window()
    yield 2
    project = Path(PROJECT)
    project.write_text(project.read_text("utf-8").replace(f"authcfg={CONFIGURATION} ", ""), "utf-8")
    QTimer.singleShot(0, lambda: iface.addProject(PROJECT))
    yield lambda: find_window("QgsCredentialDialog")
    yield from take_picture("login", find_window("QgsCredentialDialog"))


def edit_shared_border() -> Chapter:
    """The project file, a filter, snapping, and a vertex that two counties share."""
    yield from _begin_with_project()
    divisions = find_layer("divisions")
    iface.setActiveLayer(divisions)
    yield from take_picture("project")
    press(find_action("mActionLayerSubsetString"))
    builder = yield from wait_for_dialog()
    builder.resize(640, 560)
    find_part(builder, "mTxtSql").setText(f"\"code\" IN ('{TIANHE}', '{BAIYUN}')")
    yield from take_picture("filter", builder)
    press(find_part(builder, "buttonBox", QDialogButtonBox).button(OK))
    yield from wait_until_closed()
    yield from _show(TOWN)
    press(find_action("mActionSnappingOptions"))
    yield lambda: _find_named_window("snappingSettings")
    snapping = _find_named_window("snappingSettings")
    yield from take_picture("snapping", snapping)
    snapping.close()
    yield from _drag_vertex("vertex")
    yield from _save_edits()
    press(find_action("mActionDraw"))  # read the other layers again
    yield 4
    yield from wait_for_map()
    yield from take_picture("saved")
    press(find_action("mActionToggleEditing"))
    yield 1
    yield from _open_table("findings", "no-findings")


def leave_neighbour_behind() -> Chapter:
    """A filter without the neighbour; the finding; a change that is refused, and its reason."""
    yield from _begin_with_project()
    divisions = find_layer("divisions")
    iface.setActiveLayer(divisions)
    divisions.setSubsetString(f"\"code\" = '{TIANHE}'")
    yield from _show(TOWN)
    yield from _drag_vertex("")
    yield from _save_edits()
    yield from open_project(PROJECT)
    yield from _show(TOWN)
    yield from take_picture("finding")
    yield from _open_table("findings", "finding-table")
    divisions = find_layer("divisions")
    iface.setActiveLayer(divisions)
    divisions.startEditing()
    feature = _find_feature(divisions, TIANHE)
    divisions.changeAttributeValue(feature.id(), divisions.fields().lookupField("code"), BAIYUN)
    yield from _save_edits()
    panel = find_part(iface.mainWindow(), "MessageLog", QDockWidget)
    panel.show()
    panel.raise_()
    yield 1
    tabs = panel.findChild(QTabWidget)
    tabs.setCurrentIndex([tabs.tabText(n) for n in range(tabs.count())].index("OAPIF"))
    yield from take_picture("log")


def split_county() -> Chapter:
    """A county cut in two; the new part has a code and a name of its own."""
    yield from _begin_with_project()
    divisions = find_layer("divisions")
    iface.setActiveLayer(divisions)
    divisions.setSubsetString(f"\"code\" = '{TIANHE}'")
    yield from _show(TOWN)
    press(find_action("mActionToggleEditing"))
    yield divisions.isEditable
    divisions.selectByExpression(f"\"code\" = '{TIANHE}'")
    press(find_action("mActionSplitFeatures"))
    yield 1
    box = divisions.boundingBoxOfSelected()
    middle = box.center().x()
    for y in (box.yMaximum() + 0.01, box.yMinimum() - 0.01):
        move_pointer(locate_on_canvas(middle, y))
        yield 0.5
        if y > box.center().y():
            click_map(locate_on_canvas(middle, y))
    yield from take_picture("split")
    click_map(locate_on_canvas(middle, y))
    click_map(locate_on_canvas(middle, y), Qt.MouseButton.RightButton)
    yield lambda: divisions.editBuffer().addedFeatures()
    (new,) = divisions.editBuffer().addedFeatures()
    for name, value in (("code", "440119"), ("name", "新河区")):
        divisions.changeAttributeValue(new, divisions.fields().lookupField(name), value)
    yield from _open_table("divisions", "split-table")
    yield from _save_edits()
    yield from take_picture("split-saved")


def merge_counties() -> Chapter:
    """Two counties merged into one."""
    yield from _begin_with_project()
    divisions = find_layer("divisions")
    iface.setActiveLayer(divisions)
    divisions.setSubsetString(f"\"code\" IN ('{TIANHE}', '{BAIYUN}')")
    yield from _show(TOWN)
    press(find_action("mActionToggleEditing"))
    yield divisions.isEditable
    divisions.selectAll()
    press(find_action("mActionMergeFeatures"))
    dialog = yield from wait_for_dialog()
    dialog.resize(900, 320)
    dialog.findChild(QTableWidget).selectRow(2)  # below the row of choices
    press(find_part(dialog, "mFromSelectedPushButton"))
    yield 1
    yield from take_picture("merge", dialog)
    press(find_part(dialog, "buttonBox", QDialogButtonBox).button(OK))
    yield divisions.isModified
    yield from _save_edits()


def add_tiles() -> Chapter:
    """The map as vector tiles with the style of the service."""
    arrange_window()
    yield 2
    press(find_action("mActionAddVectorTileLayer"))
    yield lambda: find_window("QgsDataSourceManagerDialog")
    sources = find_window("QgsDataSourceManagerDialog")
    page = find_part(sources, "QgsVectorTileSourceSelectBase")
    press(find_part(page, "btnNew").menu().actions()[0])
    dialog = yield from wait_for_dialog()
    tiles = f"{SERVICE}/ogc/collections/divisions/tiles/WebMercatorQuad/{{z}}/{{y}}/{{x}}"
    for name, value in (
        ("mEditName", "QGIS"),
        ("mEditUrl", tiles),
        ("mEditStyleUrl", f"{SERVICE}/ogc/styles/boundaries"),
    ):
        find_part(dialog, name, QLineEdit).setText(value)
    dialog.resize(720, dialog.height())
    yield from take_picture("tiles", dialog)
    press(find_part(dialog, "buttonBox", QDialogButtonBox).button(OK))
    yield from wait_until_closed()
    press(_find_add_button(page))
    yield lambda: len(QgsProject.instance().mapLayers()) == 1
    sources.close()
    yield from _show(QgsRectangle(12_550_000, 2_580_000, 12_710_000, 2_700_000))
    yield from take_picture("tiles-map")


def _find_add_button(page: QWidget) -> QAbstractButton:
    box = find_part(page, "buttonBox", QDialogButtonBox)
    adds = QDialogButtonBox.ButtonRole.ApplyRole
    return next(button for button in box.buttons() if box.buttonRole(button) == adds)


def _begin_with_project() -> Chapter:
    arrange_window()
    store_key(CONFIGURATION, LOGIN, KEY)
    yield 2
    yield from open_project(PROJECT)


def _show(box: QgsRectangle) -> Chapter:
    canvas = iface.mapCanvas()
    canvas.setExtent(box)
    canvas.refresh()
    yield from wait_for_map()


def _find_named_window(name: str) -> QWidget | None:
    windows = QApplication.topLevelWidgets()
    return next((one for one in windows if one.isVisible() and one.objectName() == name), None)


def _find_feature(layer: object, code: str) -> object:
    request = QgsFeatureRequest().setFilterExpression(f"\"code\" = '{code}'")
    (found,) = list(layer.getFeatures(request))
    return found


def _drag_vertex(picture: str) -> Chapter:
    """Move the vertex in the middle of the border between the two counties, with the tool."""
    divisions = find_layer("divisions")
    border = QgsGeometry(_find_feature(divisions, TIANHE).geometry())
    at = border.closestVertex(QgsGeometry.fromWkt("POINT(113.3423 23.1973)").asPoint())[0]
    press(find_action("mActionToggleEditing"))
    yield divisions.isEditable
    press(find_action("mActionVertexTool"))
    yield from _show(QgsRectangle(at.x() - 0.04, at.y() - 0.03, at.x() + 0.04, at.y() + 0.03))
    pixel = locate_on_canvas(at.x(), at.y())
    move_pointer(pixel)
    yield 1
    click_map(pixel)
    for step in range(1, 6):
        yield 0.2
        move_pointer(pixel + QPoint(12, -8) * step)
    if picture:
        yield from take_picture(picture)
    click_map(pixel + QPoint(60, -40))
    yield divisions.isModified
    yield from wait_for_map()


def _save_edits() -> Chapter:
    """Press the button; wait until what was sent is answered."""
    press(find_action("mActionSaveLayerEdits"))
    yield 6
    yield from wait_for_map()


def _open_table(layer: str, picture: str) -> Chapter:
    iface.setActiveLayer(find_layer(layer))
    press(find_action("mActionOpenTable"))
    yield lambda: find_window("QgsAttributeTableDialog")
    table = find_window("QgsAttributeTableDialog")
    table.setGeometry(60, 80, 900, 200)
    yield 2
    yield from take_picture(picture, table)
    table.close()


start_chapter(globals()[os.environ["CHAPTER"]]())
