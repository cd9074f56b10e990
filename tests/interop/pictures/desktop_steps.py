"""A desktop of QGIS that is led step by step: windows found, fields filled, pictures taken.

It runs in QGIS, beside its event loop. A chapter is a generator that yields what it waits for: a
number of seconds, or a function that returns something true. What opens a modal dialog is started
by :func:`press`, so that the dialog's own loop does not hold the chapter up.
"""

# mypy: disable-error-code="import-not-found"
import os
import sys
import time
import traceback
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

from qgis.core import QgsApplication, QgsAuthMethodConfig, QgsProject
from qgis.PyQt.QtCore import QEvent, QPoint, QPointF, Qt, QTimer
from qgis.PyQt.QtGui import QMouseEvent
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QAction, QApplication, QDockWidget, QPushButton, QWidget
from qgis.utils import iface

Chapter = Generator[Callable[[], Any] | float, None, Any]
PICTURES = Path(os.environ["PICTURES"])
TURN_MS = 150
PATIENCE_S = 60
PAINTED_S = 0.8
NO_BUTTON, NO_KEY = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier


class _Guide:
    """Carries a chapter out, and ends QGIS with it."""

    def __init__(self, chapter: Chapter) -> None:
        self._chapter = chapter
        self._awaited: Callable[[], Any] | float = 0.0
        self._since = time.monotonic()
        self._is_busy = False
        self._timer = QTimer(iface.mainWindow())
        self._timer.timeout.connect(self.take_turn)
        self._timer.start(TURN_MS)

    def take_turn(self) -> None:
        if self._is_busy:
            return  # something in a turn lets the event loop run: a request, for example
        self._is_busy = True
        try:
            if self._is_due():
                self._awaited, self._since = next(self._chapter), time.monotonic()
        except StopIteration:
            self._end_desktop(0)
        except BaseException:
            save_screen("failed")
            traceback.print_exc()
            self._end_desktop(1)
            raise
        finally:
            self._is_busy = False

    def _is_due(self) -> bool:
        waited = time.monotonic() - self._since
        if not callable(self._awaited):
            return waited >= self._awaited
        if waited > PATIENCE_S:
            raise TimeoutError(f"waited in vain at {self._chapter.gi_frame}")
        return bool(self._awaited())

    def _end_desktop(self, code: int) -> None:
        """Without questions: whether to save the project, what to do with edits."""
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


_guides: list[_Guide] = []
"""What a timer of Qt calls lives only as long as somebody else holds it."""


def start_chapter(chapter: Chapter) -> None:
    """Carry it out; QGIS ends with it."""
    _guides.append(_Guide(chapter))


def press(target: Any) -> None:
    """Trigger an action or click a button, after this turn."""
    QTimer.singleShot(0, getattr(target, "trigger", None) or target.click)


def find_action(name: str) -> Any:
    """The action of the main window with this name of an object."""
    return find_part(iface.mainWindow(), name, QAction)


def find_part(parent: Any, name: str, kind: Any = QWidget) -> Any:
    """The part of a window with this name of an object."""
    found = parent.findChild(kind, name)
    assert found is not None, f"{parent} has no {name}"
    return found


def find_window(kind: str) -> Any:
    """The window that shows a widget of a class, or None."""
    widgets = [one for one in QApplication.allWidgets() if one.isVisible()]
    found = (one for one in widgets if one.metaObject().className() == kind)
    return next((one.window() for one in found), None)


def find_default_button(window: Any) -> Any:
    """The button that the key Enter presses."""
    buttons = [one for one in window.findChildren(QPushButton) if one.isVisible()]
    return next(one for one in buttons if one.isDefault())


def wait_for_dialog() -> Chapter:
    """Wait for a modal dialog; return it."""
    yield QApplication.activeModalWidget
    yield PAINTED_S
    return QApplication.activeModalWidget()


def wait_until_closed() -> Chapter:
    """Wait until no modal dialog is open."""
    yield PAINTED_S
    yield lambda: QApplication.activeModalWidget() is None
    yield PAINTED_S


def wait_for_map() -> Chapter:
    """Wait until the map is drawn."""
    yield PAINTED_S
    yield lambda: not iface.mapCanvas().isDrawing()
    yield PAINTED_S


def take_picture(name: str, window: Any = None) -> Chapter:
    """Take what the screen shows of a window with its frame."""
    window = window or iface.mainWindow()
    window.raise_()
    window.activateWindow()
    yield PAINTED_S
    save_screen(name, window.frameGeometry())


def save_screen(name: str, frame: Any = None) -> None:
    """Save the whole screen, or a part of it."""
    screen = QApplication.primaryScreen()
    part = () if frame is None else (frame.x(), frame.y(), frame.width(), frame.height())
    screen.grabWindow(0, *part).save(str(PICTURES / f"{name}.png"))


def arrange_window(width: int = 940, height: int = 620) -> None:
    """Leave what the guide speaks of: the panel of layers, the toolbars for maps and editing."""
    window = iface.mainWindow()
    for name in ("Plugin", "Help", "Web", "Vector", "Label", "DataSourceManager"):
        find_part(window, f"m{name}ToolBar").hide()
    find_part(window, "mSnappingToolBar").show()
    find_part(window, "Browser", QDockWidget).close()
    window.setGeometry(20, 40, width, height)


def store_key(configuration: str, login: str, key: str) -> None:
    """Let QGIS keep login name and key, under a master password."""
    manager = QgsApplication.authManager()
    manager.setMasterPassword("pictures", True)
    stored = QgsAuthMethodConfig("Basic")
    stored.setId(configuration)
    stored.setName("QGIS")
    stored.setConfig("username", login)
    stored.setConfig("password", key)
    manager.storeAuthenticationConfig(stored)


def open_project(path: str) -> Chapter:
    """Open a project file, whose layers are four."""
    project = QgsProject.instance()
    project.clear()
    QTimer.singleShot(0, lambda: iface.addProject(path))
    yield lambda: len(project.mapLayers()) == 4
    yield from wait_for_map()
    yield 7  # until the message that the project was loaded is gone


def find_layer(name: str) -> Any:
    """The layer of the project file with this name."""
    layers = QgsProject.instance().mapLayers()
    return next(layer for id, layer in layers.items() if id.startswith(f"{name}_"))


def locate_on_canvas(x: float, y: float) -> Any:
    """The pixel of the map where a position is."""
    point = iface.mapCanvas().getCoordinateTransform().transform(x, y)
    return QPoint(round(point.x()), round(point.y()))


def move_pointer(pixel: Any) -> None:
    """Move the pointer over the map."""
    view = iface.mapCanvas().viewport()
    QTest.mouseMove(view, pixel)
    moved = QMouseEvent(QEvent.Type.MouseMove, QPointF(pixel), NO_BUTTON, NO_BUTTON, NO_KEY)
    QApplication.sendEvent(view, moved)


def click_map(pixel: Any, button: Any = Qt.MouseButton.LeftButton) -> None:
    """Click on the map."""
    QTest.mouseClick(iface.mapCanvas().viewport(), button, NO_KEY, pixel)
