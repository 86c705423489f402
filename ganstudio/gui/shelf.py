"""Below the picture: panels that need its width."""

from collections.abc import Iterator

from PyQt6.QtCore import QEvent, pyqtSignal
from PyQt6.QtGui import QPalette
from PyQt6.QtWidgets import QLayout, QSplitter, QVBoxLayout, QWidget

from ganstudio.core.frame import ModelInfo
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.widgets.frame import Ground


class Shelf(Ground):
    """Shows those of its panels that fit the open model; away while none does or nobody wants it."""

    asked = pyqtSignal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("shelf", QPalette.ColorRole.AlternateBase, parent)
        self._panels: list[Panel] = []
        self.wanted = True
        self.setAccessibleName("Panels below the picture")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.setSizeConstraint(QLayout.SizeConstraint.SetMinAndMaxSize)  # as low as a folded panel
        self.hide()

    def give_up(self) -> list[QWidget]:
        """Take all panels off the screen, and return them."""
        before: list[QWidget] = [*self._panels]
        for panel in before:
            panel.hide()
            self._column.removeWidget(panel)
        self._panels = []
        self.hide()
        return before

    def add_panel(self, panel: Panel) -> QWidget:
        """Hold one more panel, out of sight; return what wears the theme."""
        panel.hide()
        self._panels.append(panel)
        self._column.addWidget(panel)
        question = panel.question
        if question is not None:
            question.clicked.connect(lambda _checked: self.asked.emit(panel, question))
        return panel

    def event(self, event: QEvent | None) -> bool:
        """Give the room of a folded panel to what is above."""
        done = super().event(event)
        split = self.parentWidget()
        if event is not None and event.type() == QEvent.Type.LayoutRequest and isinstance(split, QSplitter):
            above, own = split.sizes()
            if own > self.maximumHeight():
                split.setSizes([above + own - self.maximumHeight(), self.maximumHeight()])
        return done

    def panels(self) -> Iterator[Panel]:
        """The panels, from top to bottom."""
        yield from self._panels

    def show_fitting(self, info: ModelInfo | None) -> None:
        """Show the panels that have something to offer for a model."""
        fitting = [panel for panel in self._panels if panel.fits(info)]
        for panel in self._panels:
            panel.setVisible(panel in fitting)
        self.setVisible(self.wanted and bool(fitting))

    def toggle(self, info: ModelInfo | None) -> None:
        """Want it, or not."""
        self.wanted = self.isHidden()
        self.show_fitting(info)
