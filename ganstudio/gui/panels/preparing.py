"""What the panels share that prepare a training run."""

from typing import ClassVar

from PyQt6.QtWidgets import QWidget

from ganstudio.gui.panels.panel import Panel
from ganstudio.studio.session import Session


class PreparingPanel(Panel):
    """Works on the draft of a run; there while no run is chosen."""

    needs_model: ClassVar[bool] = False

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.draft = session.runs.draft
        self.bindings.on(session.runs.chosen_changed, self.wanted_changed.emit)

    def wanted(self) -> bool:
        """While a run is prepared."""
        return self.session.runs.chosen is None
