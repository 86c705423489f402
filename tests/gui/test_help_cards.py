"""Explanations have drawings; the card of keys uses its room."""

from itertools import product

import pytest
from PyQt6.QtWidgets import QGridLayout, QWidget
from pytestqt.qtbot import QtBot

from ganstudio.gui.actions import Command, CommandBook
from ganstudio.gui.help_cards import TopicCard
from ganstudio.gui.keys_card import KeysCard
from ganstudio.gui.sketches import SKETCHES
from ganstudio.gui.topics import CLASSES, DEVICE, LATENT, NOISE, RESAMPLING, TRUNCATION, Topic


@pytest.fixture
def host(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.resize(1280, 800)
    widget.show()
    return widget


@pytest.mark.parametrize("topic", [LATENT, TRUNCATION, RESAMPLING, NOISE, CLASSES, DEVICE], ids=lambda t: t.title)
def test_an_explanation_has_a_drawing(host: QWidget, topic: Topic) -> None:
    card = TopicCard(host)
    card.explain(topic, host)
    picture = card.sketch.grab().toImage()
    places = product(range(0, picture.width(), 2), range(picture.height()))
    assert card.sketch.isVisible()
    assert len({picture.pixel(x, y) for x, y in places}) > 6


def test_drawings_differ_and_a_topic_without_one_leaves_no_gap(host: QWidget) -> None:
    card = TopicCard(host)
    drawn = []
    for topic in SKETCHES:
        card.explain(topic, host)
        picture = card.sketch.grab().toImage()
        drawn.append(bytes(picture.constBits().asarray(picture.sizeInBytes())))
    assert len(set(drawn)) == len(SKETCHES)
    card.explain(Topic("Else", ("Words.",)), host)
    assert not card.sketch.isVisible()


def test_both_columns_of_keys_are_about_equally_high(host: QWidget) -> None:
    def command(group: int, number: int) -> Command:
        return Command(f"{group}.{number}", "Do", lambda: None, group=f"Group {group}", shortcut=f"Ctrl+{number}")

    book = CommandBook(host)
    for group in range(9):
        for number in range(1, 4):
            book.add(command(group, number))
    card = KeysCard(host, book)
    card.show_commands()
    inside = card._scroll.widget()
    columns = inside.layout()
    ends = []
    for i in range(columns.count()):
        grids = [g for g in inside.findChildren(QGridLayout) if g.parent() is columns.itemAt(i).layout()]
        ends.append(max(grid.geometry().bottom() for grid in grids))
    assert len(ends) == 2
    assert abs(ends[0] - ends[1]) < 0.25 * max(ends)
