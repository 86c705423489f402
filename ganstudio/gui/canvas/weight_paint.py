"""How the cells, labels and sources of a board of weights look."""

from dataclasses import dataclass

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QColor, QImage, QPainter, QPainterPath, QPalette, QPen

from ganstudio.gui.theme.appearance import ink

CORNER = 4.0
WORDS_FROM = 36.0


@dataclass(frozen=True)
class CellLook:
    """The shares of 1 that are filled, the number in words, and how the cell stands out."""

    shares: tuple[float, ...]
    words: str
    on: bool
    across: bool
    current: bool


def paint_cell(painter: QPainter, place: QRectF, look: CellLook) -> None:
    """Draw a cell: filled from below, or from the left; a cell of several weights shows them side by side."""
    inside = place.adjusted(2, 2, -2, -2)
    outline = QPainterPath()
    outline.addRoundedRect(inside, CORNER, CORNER)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.fillPath(outline, ink(QPalette.ColorRole.Base))
    filled = _filled(inside, look)
    if look.on:
        painter.fillPath(filled.intersected(outline), ink(QPalette.ColorRole.Highlight))
    edge = ink(QPalette.ColorRole.Highlight if look.current else QPalette.ColorRole.Mid)
    if not look.current and not any(look.shares):
        edge = ink(QPalette.ColorRole.Midlight)
    painter.setPen(QPen(edge, 2 if look.current else 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(outline)
    if inside.width() >= WORDS_FROM and (any(look.shares) or look.current or not look.on):
        _paint_words(painter, inside, look, filled if look.on else QPainterPath())


def _filled(inside: QRectF, look: CellLook) -> QPainterPath:
    shares = look.shares if len(set(look.shares)) > 1 else look.shares[:1]
    path = QPainterPath()
    for number, share in enumerate(shares):
        if look.across:
            high = inside.height() / len(shares)
            part = QRectF(inside.left(), inside.top() + number * high, inside.width() * share, high)
        else:
            wide, high = inside.width() / len(shares), inside.height() * share
            part = QRectF(inside.left() + number * wide, inside.bottom() - high, wide, high)
        path.addRect(part)
    return path


def _paint_words(painter: QPainter, inside: QRectF, look: CellLook, filled: QPainterPath) -> None:
    """Draw the number where it is not cut by the edge of what is filled; across several weights on both sides of it."""
    around = QPainterPath()
    around.addRect(inside)
    place = QRectF(inside)
    if not filled.isEmpty() and len(set(look.shares)) == 1:
        _leave_edge(place, look.shares[0], look.across)
    for part, role in (
        (around.subtracted(filled), QPalette.ColorRole.WindowText),
        (filled, QPalette.ColorRole.HighlightedText),
    ):
        painter.save()
        painter.setClipPath(part, Qt.ClipOperation.IntersectClip)
        painter.setPen(ink(role))
        painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), look.words)
        painter.restore()


def _leave_edge(place: QRectF, share: float, across: bool) -> None:
    """Keep to the larger side of the edge of what is filled."""
    if across:
        edge = place.left() + place.width() * share
        place.setLeft(edge) if share <= 0.5 else place.setRight(edge)
    elif share < 0.5:
        place.setBottom(place.bottom() - place.height() * share + 2)
    else:
        place.setTop(place.bottom() - place.height() * share - 1)


def paint_label(painter: QPainter, place: QRectF, name: str, below: str) -> None:
    """Draw a row's words at its left, a second line muted below them."""
    left = Qt.AlignmentFlag.AlignLeft
    painter.setPen(ink(QPalette.ColorRole.WindowText if below else QPalette.ColorRole.PlaceholderText))
    middle = place.center().y()
    if below:
        painter.drawText(
            QRectF(place.left(), middle - 15, place.width(), 15), int(left | Qt.AlignmentFlag.AlignBottom), name
        )
        painter.setPen(ink(QPalette.ColorRole.PlaceholderText))
        painter.drawText(
            QRectF(place.left(), middle, place.width(), 15), int(left | Qt.AlignmentFlag.AlignTop), below
        )
    else:
        painter.drawText(place, int(left | Qt.AlignmentFlag.AlignVCenter), name)


def paint_source(painter: QPainter, place: QRectF, image: QImage | None, name: str, chosen: bool) -> None:
    """Draw a source's picture, or an empty place until it is there, and its name."""
    side = place.width() - 6
    frame = QRectF(place.left() + 3, place.top() + 2, side, side)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink(QPalette.ColorRole.Dark))
    painter.drawRoundedRect(frame, CORNER, CORNER)
    if image is not None:
        clip = QPainterPath()
        clip.addRoundedRect(frame, CORNER, CORNER)
        painter.save()
        painter.setClipPath(clip, Qt.ClipOperation.IntersectClip)
        painter.drawImage(frame, image)
        painter.restore()
    if chosen:
        painter.setPen(QPen(QColor(ink(QPalette.ColorRole.Highlight)), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(frame, CORNER, CORNER)
    if name:
        painter.setPen(ink(QPalette.ColorRole.WindowText if chosen else QPalette.ColorRole.PlaceholderText))
        words = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, int(place.width() - 2))
        below = QRectF(place.left(), frame.bottom(), place.width(), place.bottom() - frame.bottom())
        painter.drawText(below, int(Qt.AlignmentFlag.AlignCenter), words)
