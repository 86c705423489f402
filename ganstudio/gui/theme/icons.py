"""Icons, all of one family, in the colours of the theme."""

from enum import StrEnum
from functools import lru_cache

from PyQt6.QtCore import QRect, QSize
from PyQt6.QtGui import QIcon, QIconEngine, QPainter, QPalette, QPixmap, QPixmapCache

from ganstudio.gui.theme.appearance import ink


class IconName(StrEnum):
    """Every drawing the window uses (Phosphor icons, through QtAwesome)."""

    UNDO = "ph.arrow-u-up-left"
    REDO = "ph.arrow-u-up-right"
    HELP = "ph.question"
    THEME = "ph.circle-half"
    SEARCH = "ph.magnifying-glass"
    DICE = "ph.dice-five"
    PLAY = "ph.play"
    PAUSE = "ph.pause"
    UP = "ph.caret-up"
    DOWN = "ph.caret-down"
    RIGHT = "ph.caret-right"
    LEFT = "ph.caret-left"
    CLOSE = "ph.x"
    WARNING = "ph.warning-circle"
    COPY = "ph.copy"
    SAVE = "ph.download-simple"
    FIT = "ph.corners-out"
    FULLSCREEN = "ph.frame-corners"
    ACTUAL = "ph.number-square-one"
    GRID = "ph.grid-four"
    SHARP = "ph.sparkle"
    FOLDER = "ph.folder-open"
    MODEL = "ph.cube"
    LATENT = "ph.dots-nine"
    TRUNCATION = "ph.arrows-in-line-horizontal"
    NOISE = "ph.waves"
    CLASS = "ph.tag"
    DEVICE = "ph.cpu"
    LIBRARY = "ph.books"
    REPORT = "ph.file-text"
    EXPLORE = "ph.compass"
    INFO = "ph.info"
    SIDE = "ph.columns"
    RESET = "ph.arrow-counter-clockwise"
    KEYBOARD = "ph.keyboard"
    DROP = "ph.tray"
    MORE = "ph.dots-three"
    PROJECT = "ph.archive-box"
    HISTORY = "ph.clock-counter-clockwise"
    SETTINGS = "ph.gear-six"
    PLUS = "ph.plus"
    LAYERS = "ph.stack"
    BENDING = "ph.selection-plus"
    STYLES = "ph.faders"
    COMPARE = "ph.square-half"
    EYE = "ph.eye"
    PIN = "ph.push-pin"
    SWAP = "ph.arrows-left-right"
    ADD = "ph.plus"
    REMOVE = "ph.trash"
    MIXING = "ph.sliders"
    MIXING_SHEET = "ph.table"
    ARITHMETIC = "ph.plus-minus"
    FROM_KEPT = "ph.image-square"
    LOOP = "ph.repeat"
    TIMELINE = "ph.film-strip"
    TRAIN = "ph.graduation-cap"
    LEARN = "ph.student"
    DOCTOR = "ph.heartbeat"
    STOP = "ph.stop"
    CURVES = "ph.chart-line"
    PICTURES = "ph.image"
    GAUGE = "ph.gauge"
    SNAPSHOTS = "ph.clock-clockwise"
    DUPLICATE = "ph.copy-simple"
    STAR = "ph.star"
    DIRECTIONS = "ph.arrows-out-line-horizontal"
    THUMB_UP = "ph.thumbs-up"
    THUMB_DOWN = "ph.thumbs-down"
    PHOTO = "ph.user-focus"
    MASK = "ph.paint-brush"
    PASTE = "ph.selection-inverse"
    DRAG = "ph.hand-pointing"
    PAINT = "ph.palette"
    BRUSH = "ph.paint-brush"
    LINE = "ph.line-segment"
    RECTANGLE = "ph.rectangle"
    ELLIPSE = "ph.circle"
    LASSO = "ph.polygon"
    BUCKET = "ph.paint-bucket"
    EXCHANGE = "ph.arrows-clockwise"
    SELECT = "ph.selection"
    MOVE = "ph.arrows-out-cardinal"
    PICK = "ph.eyedropper"
    MIRROR = "ph.intersect"
    MAP = "ph.map-trifold"
    STYLE = "ph.swatches"
    TAKE_IN = "ph.upload-simple"


class DrawnOnce(QIconEngine):
    """Keeps every size of an icon in Qt's cache of pictures, since drawing a letter of a font takes its time."""

    def __init__(self, drawn: QIcon, key: str) -> None:
        super().__init__()
        self._drawn, self._key = drawn, key

    def clone(self) -> QIconEngine:
        """The same icon."""
        return DrawnOnce(self._drawn, self._key)

    def paint(self, painter: QPainter | None, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Draw it where it is not wanted as a picture."""
        self._drawn.paint(painter, rect, mode=mode, state=state)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """Return it as a picture of `size` in device pixels."""
        key = f"{self._key} {size.width()} {size.height()} {mode.value} {state.value}"
        found = QPixmapCache.find(key)
        if found is None or found.isNull():
            found = self._drawn.pixmap(size, 1.0, mode, state)
            QPixmapCache.insert(key, found)
        return found


def icon(name: IconName, role: QPalette.ColorRole = QPalette.ColorRole.WindowText) -> QIcon:
    """One icon in a palette role's present colour; the same one each time."""
    return _icon(name, ink(role).name(), ink(QPalette.ColorRole.Mid).name())


@lru_cache(maxsize=512)
def _icon(name: IconName, color: str, faint: str) -> QIcon:
    import qtawesome  # its fonts load on first use, after the first paint

    drawn = qtawesome.icon(name.value, color=color, color_disabled=faint, scale_factor=1.05)
    return QIcon(DrawnOnce(QIcon(drawn), f"{name.value} {color} {faint}"))
