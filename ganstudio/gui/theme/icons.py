"""Icons, all of one family, in the colours of the theme."""

from enum import StrEnum

from PyQt6.QtGui import QIcon, QPalette

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


def icon(name: IconName, role: QPalette.ColorRole = QPalette.ColorRole.WindowText) -> QIcon:
    """One icon in a palette role's present colour."""
    import qtawesome  # its fonts load on first use, after the first paint

    color, faint = ink(role).name(), ink(QPalette.ColorRole.Mid).name()  # as words: the icons' cache compares words
    drawn = qtawesome.icon(name.value, color=color, color_disabled=faint, scale_factor=1.05)
    return QIcon(drawn)
