"""A side of the window: sections under one another, those that fit the open model."""

from collections.abc import Iterator, Sequence

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QPalette
from PyQt6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from ganstudio.core.frame import ModelInfo
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.widgets.frame import Ground
from ganstudio.gui.widgets.section import Section


class Dock(Ground):
    """Scrolls its sections; remembers which are folded."""

    asked = pyqtSignal(object, object)
    more_asked = pyqtSignal(object, object)
    folding_changed = pyqtSignal()

    def __init__(self, side: str, width: int, parent: QWidget | None = None) -> None:
        super().__init__(f"dock-{side}", QPalette.ColorRole.AlternateBase, parent)
        self.sections: list[Section] = []
        self._info: ModelInfo | None = None
        self.setMinimumWidth(width)
        self.setAccessibleName(f"Panels on the {side}")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        outer.addWidget(self._scroll)
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self._scroll.setWidget(inside)
        for lower in (self._scroll.viewport(), inside):
            if lower is not None:
                lower.setAutoFillBackground(False)

    def parts(self) -> Iterator[QWidget]:
        """What wears the theme, beside the panels."""
        bar = self._scroll.verticalScrollBar()
        if bar is not None:
            yield bar

    def give_up(self) -> list[QWidget]:
        """Take all panels off the screen, and return what they stood in."""
        before: list[QWidget] = [*self.sections]
        for section in before:
            section.hide()
            self._column.removeWidget(section)
        self.sections = []
        return before

    def add_panel(self, panel: Panel) -> QWidget:
        """Hold one more panel, out of sight; return what wears the theme."""
        more = bool(panel.owns or panel.at_first)
        section = Section(panel.title, panel, explained=panel.topic() is not None, more=more)
        section.more_asked.connect(lambda: self.more_asked.emit(panel, section.more))
        section.asked.connect(lambda: self.asked.emit(panel, section.question))
        section.folded.connect(lambda _folded: self.folding_changed.emit())
        panel.wanted_changed.connect(lambda: self.show_fitting(self._info))
        section.hide()
        self.sections.append(section)
        self._column.insertWidget(self._column.count() - 1, section)
        return section

    def panels(self) -> Iterator[Panel]:
        """The panels, from top to bottom."""
        for section in self.sections:
            if isinstance(section.body, Panel):
                yield section.body

    def show_fitting(self, info: ModelInfo | None) -> None:
        """Show the panels that have something to offer for a model."""
        self._info = info
        for section in self.sections:
            if isinstance(section.body, Panel):
                section.setVisible(section.body.fits(info) and section.body.wanted())

    def titles(self) -> tuple[str, ...]:
        """The titles of the sections."""
        return tuple(panel.title for panel in self.panels())

    def folded(self) -> tuple[str, ...]:
        """The titles of the folded sections."""
        return tuple(s.body.title for s in self.sections if isinstance(s.body, Panel) and not s.is_open)

    def fold(self, titles: Sequence[str]) -> None:
        """Fold these sections, unfold the others."""
        for section in self.sections:
            if isinstance(section.body, Panel):
                section.set_open(section.body.title not in titles, tell=False)

    def reveal(self, title: str) -> None:
        """Unfold a section and bring it into sight."""
        for section in self.sections:
            if isinstance(section.body, Panel) and section.body.title == title:
                section.set_open(True)
                inside = self._scroll.widget()
                if inside is not None and (layout := inside.layout()) is not None:
                    layout.activate()  # so that the section has its height before it is scrolled to
                    inside.resize(inside.width(), inside.sizeHint().height())
                self._scroll.ensureWidgetVisible(section)
                section.header.setFocus(Qt.FocusReason.OtherFocusReason)
