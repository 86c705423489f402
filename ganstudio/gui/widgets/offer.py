"""Something that can be had back: a small picture, a sentence, and two buttons."""

from PyQt6.QtCore import QSize, Qt, pyqtSignal
from PyQt6.QtGui import QPixmap
from PyQt6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.widgets.buttons import IconButton, TextButton
from ganstudio.gui.widgets.frame import Surface
from ganstudio.gui.widgets.labels import label

PICTURE_PX = 44


class Offer(QWidget):
    """Stays until it is taken, refused, or put off."""

    taken = pyqtSignal()
    refused = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture = label("")
        self.picture.setFixedSize(QSize(PICTURE_PX, PICTURE_PX))
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.sentence = label("", wrap=True)
        self.take = TextButton("Restore", "Bring that session back, with its whole history", "primary")
        self.take.clicked.connect(self.taken)
        self.refuse = TextButton("Discard", "Delete that session")
        self.refuse.clicked.connect(self.refused)
        self.later = IconButton(IconName.CLOSE, "Not now", "Not now; the next start offers it again")
        self.later.clicked.connect(self.hide)
        surface = Surface("offer")
        row = QHBoxLayout(surface)
        row.setContentsMargins(8, 6, 8, 6)
        row.setSpacing(8)
        row.addWidget(self.picture)
        row.addWidget(self.sentence, 1)
        for button in (self.take, self.refuse, self.later):
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(surface)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.hide()

    def tell(self, sentence: str, picture: bytes) -> None:
        """Come up with a sentence and a picture (PNG, none where empty)."""
        self.sentence.setText(sentence)
        self.setAccessibleName(sentence)
        drawn = QPixmap()
        self.picture.setVisible(bool(picture) and drawn.loadFromData(picture))
        side = QSize(PICTURE_PX, PICTURE_PX)
        how = Qt.TransformationMode.SmoothTransformation
        self.picture.setPixmap(drawn.scaled(side, Qt.AspectRatioMode.KeepAspectRatio, how) if picture else QPixmap())
        self.show()
