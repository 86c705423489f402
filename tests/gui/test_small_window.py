"""The smallest usual window: on every page nothing is cut off, and nothing lies over anything else."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PyQt6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from ganstudio.core.document import ClassBlend, LatentPoint, NoiseMode, NoiseSetting, StyleSource
from ganstudio.gui.widgets.drawer import Drawer
from ganstudio.gui.widgets.flow import Flow
from ganstudio.gui.widgets.labels import ElidedLabel
from ganstudio.gui.workspaces import WORKSPACES, Workspace
from tests.gui.conftest import Running

Start = Callable[..., Running]


def overlapping(window: QWidget) -> Iterator[tuple[QWidget, QWidget]]:
    """Parts of one layout that lie over one another."""
    for host in window.findChildren(QWidget):
        layout = host.layout()
        if not host.isVisible() or layout is None or isinstance(layout, QStackedLayout):
            continue
        parts = [part for part in host.children() if isinstance(part, QWidget) and part.isVisible()]
        parts = [part for part in parts if not part.isWindow()]
        for number, part in enumerate(parts):
            for other in parts[number + 1 :]:
                shared = part.geometry().intersected(other.geometry())
                if min(shared.width(), shared.height()) > 1:
                    yield part, other


def cut_off(window: QWidget) -> Iterator[str]:
    """Words that have less room than they need, and parts that reach over the edge of what holds them."""
    for button in window.findChildren(QAbstractButton):
        if button.isVisible() and button.text() and button.width() < button.minimumSizeHint().width():
            yield button.text()
    for word in window.findChildren(QLabel):
        gives_way = word.wordWrap() or isinstance(word, ElidedLabel)
        if word.isVisible() and not gives_way and word.width() < word.fontMetrics().horizontalAdvance(word.text()):
            yield word.text()
    for part in window.findChildren(QWidget):
        host = part.parentWidget()
        if not part.isVisible() or host is None or isinstance(host.parentWidget(), QAbstractScrollArea):
            continue
        layout = host.layout()
        if layout is not None and layout.indexOf(part) >= 0 and not host.rect().contains(part.geometry()):
            yield part.accessibleName() or type(part).__name__


@pytest.mark.parametrize("workspace", WORKSPACES, ids=lambda workspace: workspace.name)
def test_every_page_fits_into_a_small_window(start: Start, styled_model: Path, workspace: Workspace) -> None:
    running = start(styled_model)
    window = running.window
    window.resize(1024, 700)
    window.show_workspace(workspace.name)
    window.body.turns.finish()
    running.qtbot.waitUntil(lambda: not any(label_of(window, "Loading")), timeout=30_000)
    for title in (window.stage.page, *(panel.title for panel in workspace.middle)):
        window.reveal(title)
        assert window.stage.page == title
        running.qtbot.waitUntil(lambda: settled(window), timeout=30_000)
        assert list(cut_off(window)) == [], title
        lying = [(a.accessibleName() or a, b.accessibleName() or b) for a, b in overlapping(window)]
        assert lying == [], title
        assert window.stage.bar.narrow.key == title


def test_no_panel_is_wider_than_its_dock(start: Start, styled_model: Path) -> None:
    running = start(styled_model)
    window, session = running.window, running.session
    window.resize(1024, 700)
    blend = ClassBlend(((1, 0.5), (2, 0.5)))
    random, mixed = NoiseSetting(NoiseMode.RANDOM), (StyleSource(LatentPoint(5.0), (1.0,) * 3, "a source"),)
    session.change_many("Much to show", {"noise": random, "mixing": mixed, "inputs.class": blend})
    for dock in (window.left, window.right):
        dock.fold([])
        for drawer in dock.findChildren(Drawer):
            if not drawer.is_open:
                drawer.turn()
    running.qtbot.waitUntil(lambda: settled(window), timeout=30_000)
    for dock in (window.left, window.right):
        area = dock.findChild(QScrollArea)
        assert area is not None
        inside, port = area.widget(), area.viewport()
        assert inside is not None
        assert port is not None
        assert inside.minimumSizeHint().width() <= port.width(), dock.objectName()


def settled(window: QWidget) -> bool:
    """Whether a turn of the event loop changes the place of nothing any more."""
    before = [part.geometry() for part in window.findChildren(QWidget)]
    QApplication.processEvents()
    return before == [part.geometry() for part in window.findChildren(QWidget)]


def label_of(window: QWidget, begin: str) -> Iterator[QLabel]:
    """Words on the screen that begin so."""
    return (word for word in window.findChildren(QLabel) if word.isVisible() and word.text().startswith(begin))


def test_a_flow_breaks_its_rows_and_keeps_the_order(qtbot: QtBot) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    buttons = [QPushButton("word" * count, host) for count in (1, 2, 3, 1)]
    for button in buttons:
        button.setFixedSize(100, 20)
    flow = Flow(buttons, spacing=10, centred=True)
    flow.setContentsMargins(5, 5, 5, 5)
    host.setLayout(flow)
    host.resize(240, 200)
    host.show()
    QApplication.processEvents()
    assert [(b.x(), b.y()) for b in buttons] == [(15, 5), (125, 5), (15, 35), (125, 35)]
    assert (flow.heightForWidth(240), flow.heightForWidth(110), flow.sizeHint().width()) == (60, 120, 440)
    buttons[1].hide()
    QApplication.processEvents()
    assert [(b.x(), b.y()) for b in buttons if b.isVisible()] == [(15, 5), (125, 5), (70, 35)]
