"""The line of time: what stands on it stays legible, and what it invites to holds whatever the keys are."""

import re

import pytest
from PyQt6.QtCore import QRect
from PyQt6.QtGui import QColor, QImage, QPainter
from PyQt6.QtWidgets import QApplication

from ganstudio.gui.canvas.time_axis import KNOB_PX, TimeAxis
from ganstudio.gui.canvas.track import INVITATION
from ganstudio.gui.panels.kept import EMPTY

HEIGHT, RULER = 40, 18
WHITE = QColor("white")


def drawn(axis: TimeAxis) -> QImage:
    image = QImage(axis.width, HEIGHT, QImage.Format.Format_RGB32)
    image.fill(WHITE)
    painter = QPainter(image)
    axis.paint_ruler(painter, RULER)
    painter.end()
    return image


def inked(image: QImage, place: QRect) -> int:
    return sum(
        image.pixelColor(x, y) != WHITE
        for x in range(place.left(), place.right() + 1)
        for y in range(place.top(), place.bottom() + 1)
    )


@pytest.mark.parametrize("seconds", [0.0, 4.0])
def test_the_playhead_does_not_cover_the_seconds(qapp: QApplication, seconds: float) -> None:
    axis = TimeAxis(4.0, 480)
    image, x = drawn(axis), round(axis.x_of(seconds))
    knob = round(KNOB_PX)
    assert inked(image, QRect(x - knob, 0, 2 * knob + 1, RULER - 4)) == 0
    assert inked(image, QRect(x + knob + 1, 0, 24, RULER - 4)) > 8
    assert inked(image, QRect(axis.width - 3, 0, 3, RULER)) == 0  # the last one is whole


@pytest.mark.parametrize("words", [EMPTY, INVITATION])
def test_empty_states_name_no_keys(words: str) -> None:
    assert not re.search(r"\b(Press|Ctrl|Shift|Alt)\b|\b[A-Z]\b(?!\w)", words.replace("A ", "a "))
