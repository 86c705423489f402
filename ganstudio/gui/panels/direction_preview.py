"""What a direction does to the picture in sight, as a strip of small pictures."""

from PyQt6.QtCore import QTimer, pyqtSignal
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from ganstudio.core.direction import Direction
from ganstudio.core.document import Document
from ganstudio.gui.binding import Bound
from ganstudio.gui.canvas.amount_strip import AmountStrip
from ganstudio.gui.canvas.viewer import image_of
from ganstudio.gui.widgets.labels import ElidedLabel
from ganstudio.studio.directions import moves_of
from ganstudio.studio.session import Session

STEPS = 3
REST_MS = 120
IDLE_WORDS = "Point at a direction to see what it does"


class DirectionPreview(Bound):
    """Follows the document after a moment's rest; `chosen(direction, amount)` tells what was clicked."""

    chosen = pyqtSignal(object, float)

    def __init__(self, session: Session, words: str = IDLE_WORDS, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._idle = session, words
        self.direction: Direction | None = None
        self._documents: list[Document] = []
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._draw)
        self.words = ElidedLabel(words, "small")
        self.strip = AmountStrip("What the direction does", 2 * STEPS + 1)
        self.strip.chosen.connect(self._take)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.words)
        column.addWidget(self.strip)
        self.bindings.on(session.thumbnails.arrived, self._arrived)
        self.bindings.on(session.project_changed, lambda *_told: self._later())

    def show_direction(self, direction: Direction | None) -> None:
        """Show what a direction does, once it is pointed at for a moment."""
        self.direction = direction
        if direction is None:
            self._rest.stop()
            self._documents = []
            self.strip.forget()
            self.words.setText(self._idle)
        else:
            self._rest.start()

    def release(self) -> None:
        """Draw and listen no longer."""
        self._rest.stop()
        super().release()

    def _later(self) -> None:
        if self.direction is not None and self.isVisible():
            self._rest.start()

    def _draw(self) -> None:
        direction = self.direction
        if direction is None or self._session.model is None:
            return
        amounts = [direction.reach * step / STEPS for step in range(-STEPS, STEPS + 1)]
        self.words.setText(" · ".join(part for part in (direction.name, direction.evidence) if part))
        self._documents = self._session.directions.preview(direction, amounts)
        ref = self._session.store.put(direction.step)
        moves = moves_of(self._session.document).values()
        held = next((edit.amount for edit in moves if edit.direction == ref), 0.0)
        self.strip.show_amounts(amounts, held)
        for document in self._documents:
            self._arrived(document)

    def _arrived(self, document: Document) -> None:
        if document in self._documents:
            pixels = self._session.thumbnails.get(document)
            if pixels is not None:
                self.strip.show_image(self._documents.index(document), image_of(pixels))

    def _take(self, amount: float) -> None:
        if self.direction is not None:
            self.chosen.emit(self.direction, amount)
