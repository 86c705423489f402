"""Seed box, choice row, section, card, banner, jobs and overlays, by mouse and keys."""

import pytest
from PyQt6 import sip
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from ganstudio.core.progress import JobState, JobStatus, Progress
from ganstudio.gui.actions import Command, CommandBook
from ganstudio.gui.theme.style_sheet import style_sheet
from ganstudio.gui.theme.tokens import DARK
from ganstudio.gui.widgets.banner import Banner
from ganstudio.gui.widgets.card import Card, CardText
from ganstudio.gui.widgets.choice import ChoiceRow, Option
from ganstudio.gui.widgets.command_palette import CommandPalette
from ganstudio.gui.widgets.facts import Facts
from ganstudio.gui.widgets.jobs import JobsStrip
from ganstudio.gui.widgets.labels import label
from ganstudio.gui.widgets.section import Section
from ganstudio.gui.widgets.seed_box import DICE_SIDES, SeedBox
from tests.gui.screen import shown

LEFT = Qt.MouseButton.LeftButton
MODES = (Option("a", "One", "the first"), Option("b", "Two", "the second"), Option("c", "Three", "the third"))


@pytest.fixture
def seeds(qtbot: QtBot) -> SeedBox:
    box = SeedBox("Seed", "where pictures grow from", 2**32)
    shown(qtbot, box)
    return box


def chosen(box: SeedBox) -> list[tuple[int, str]]:
    calls: list[tuple[int, str]] = []
    box.chosen.connect(lambda seed, gesture: calls.append((seed, gesture)))
    return calls


def test_a_typed_seed_is_chosen(seeds: SeedBox, qtbot: QtBot) -> None:
    calls = chosen(seeds)
    seeds.field.setFocus()
    seeds.field.selectAll()
    qtbot.keyClicks(seeds.field, "4711")
    qtbot.keyClick(seeds.field, Qt.Key.Key_Return)
    assert [seed for seed, _ in calls] == [4711]


def test_stepping_below_zero_comes_from_the_other_end(seeds: SeedBox, qtbot: QtBot) -> None:
    calls = chosen(seeds)
    qtbot.mouseClick(seeds.before, LEFT)
    qtbot.mouseClick(seeds.after, LEFT)
    qtbot.mouseClick(seeds.after, LEFT)
    assert [seed for seed, _ in calls] == [2**32 - 1, 0, 1]
    assert len({gesture for _, gesture in calls}) == 1


def test_the_die_chooses_within_its_sides_each_time_anew(seeds: SeedBox, qtbot: QtBot) -> None:
    calls = chosen(seeds)
    for _ in range(20):
        qtbot.mouseClick(seeds.dice, LEFT)
    assert all(0 <= seed < DICE_SIDES for seed, _ in calls)
    assert len({seed for seed, _ in calls}) > 10
    assert len({gesture for _, gesture in calls}) == 20


def test_arrow_keys_step_the_seed(seeds: SeedBox, qtbot: QtBot) -> None:
    seeds.show_seed(10)
    calls = chosen(seeds)
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Down):
        qtbot.keyClick(seeds.field, key)
    assert [seed for seed, _ in calls] == [11, 12, 11]


def test_a_choice_is_told_by_click_and_by_arrow(qtbot: QtBot) -> None:
    row = ChoiceRow("Mode", MODES)
    shown(qtbot, row, 300, 40)
    row.show_choice("a")
    told: list[str] = []
    row.chosen.connect(told.append)
    qtbot.mouseClick(row.button("c"), LEFT)
    qtbot.keyClick(row, Qt.Key.Key_Right)
    qtbot.keyClick(row, Qt.Key.Key_Left)
    assert told == ["c", "a", "c"]


def test_showing_a_choice_tells_nobody(qtbot: QtBot) -> None:
    row = ChoiceRow("Mode", MODES)
    shown(qtbot, row, 300, 40)
    told: list[str] = []
    row.chosen.connect(told.append)
    row.show_choice("b")
    row.show_choice("unknown")
    assert told == []
    assert row.button("b").isChecked()


def test_what_cannot_be_chosen_is_seen_to_be_and_is_passed_over(qtbot: QtBot) -> None:
    row = ChoiceRow("Mode", MODES)
    row.setStyleSheet(style_sheet(DARK))
    shown(qtbot, row)
    first, second, third = (row.button(mode.key) for mode in MODES)
    row.show_choice(MODES[0].key)
    before = second.grab().toImage()
    second.setEnabled(False)
    assert second.grab().toImage() != before
    chosen: list[str] = []
    row.chosen.connect(chosen.append)
    first.setFocus()
    qtbot.keyClick(row, Qt.Key.Key_Right)
    assert chosen == [MODES[2].key]
    assert third.isChecked()
    qtbot.keyClick(row, Qt.Key.Key_Left)
    assert first.isChecked()


def test_other_options_take_the_place_of_the_former(qtbot: QtBot) -> None:
    row = ChoiceRow("Mode", MODES)
    shown(qtbot, row, 300, 40)
    row.show_options(MODES[:1])
    qtbot.waitUntil(row.button("a").isVisible, timeout=2000)
    with pytest.raises(KeyError):
        row.button("b")


def test_a_section_folds_by_mouse_and_key(qtbot: QtBot) -> None:
    section = Section("Noise", label("inside"), explained=True)
    shown(qtbot, section)
    told: list[bool] = []
    section.folded.connect(told.append)
    qtbot.mouseClick(section.header, LEFT)
    assert not section.body.isVisible()
    qtbot.keyClick(section.header, Qt.Key.Key_Space)
    assert section.body.isVisible()
    assert told == [True, False]


def test_a_section_with_nothing_to_explain_has_no_question_mark(qtbot: QtBot) -> None:
    section = Section("Library", label("inside"), explained=False)
    shown(qtbot, section)
    assert not section.question.isVisible()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Space])
def test_a_card_is_chosen_by_key(qtbot: QtBot, key: Qt.Key) -> None:
    card = Card(CardText("Faces", "7 MB", "People who do not exist"))
    shown(qtbot, card)
    with qtbot.waitSignal(card.chosen, timeout=1000):
        qtbot.keyClick(card, key)


def test_a_card_is_chosen_by_a_click_that_ends_on_it(qtbot: QtBot) -> None:
    card = Card(CardText("Faces", "7 MB"))
    shown(qtbot, card)
    told: list[bool] = []
    card.chosen.connect(lambda: told.append(True))
    qtbot.mousePress(card, LEFT)
    qtbot.mouseRelease(card, LEFT, pos=card.rect().bottomRight() * 2)
    assert told == []
    qtbot.mouseClick(card, LEFT)
    assert told == [True]


def test_a_banner_shows_one_line_and_keeps_the_rest_behind_a_click(qtbot: QtBot) -> None:
    host = QWidget()
    banner = Banner()
    QVBoxLayout(host).addWidget(banner)
    shown(qtbot, host, 600, 300)
    banner.tell("x.pkl is not a model.\n- it is a text", "Traceback")
    assert banner.sentence.text() == "x.pkl is not a model."
    assert not banner.details.isVisible()
    qtbot.mouseClick(banner.more, LEFT)
    assert banner.details.isVisible()
    assert banner.details.toPlainText() == "- it is a text\n\nTraceback"
    qtbot.mouseClick(banner.copy, LEFT)
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    assert clipboard.text() == "x.pkl is not a model.\n\n- it is a text\n\nTraceback"
    with qtbot.waitSignal(banner.dismissed, timeout=1000):
        qtbot.mouseClick(banner.close_button, LEFT)
    assert not banner.isVisible()


def test_a_banner_without_details_offers_none(qtbot: QtBot) -> None:
    banner = Banner()
    shown(qtbot, banner, 600, 100)
    banner.tell("The disk is full.")
    assert not banner.more.isVisible()


def status(number: int, state: JobState = JobState.RUNNING, done: int = 31) -> JobStatus:
    return JobStatus(number, f"job {number}", state, Progress(done, 50))


def test_jobs_are_shown_while_they_last(qtbot: QtBot) -> None:
    strip = JobsStrip()
    shown(qtbot, strip, 900, 40)
    strip.show_jobs([status(n) for n in (1, 2, 3, 4)])
    assert list(strip.rows) == [1, 2]
    assert strip.rows[1].percent.text() == "62%"
    assert strip.rows[1].bar.value() == 620
    strip.show_jobs([status(2), status(1, JobState.DONE)])
    assert list(strip.rows) == [2]


def test_a_job_can_be_cancelled(qtbot: QtBot) -> None:
    strip = JobsStrip()
    shown(qtbot, strip, 900, 40)
    strip.show_jobs([status(7)])
    with qtbot.waitSignal(strip.cancelled, timeout=1000) as told:
        qtbot.mouseClick(strip.rows[7].cancel, LEFT)
    assert told.args == [7]


def test_facts_take_the_place_of_the_former(qtbot: QtBot) -> None:
    facts = Facts()
    shown(qtbot, facts)
    facts.show_facts([("Kind", "DCGAN"), ("Size", "3")])
    facts.show_facts([("Kind", "StyleGAN2")])

    def seen() -> list[str]:
        return [w.accessibleName() for w in facts.findChildren(QWidget) if w.accessibleName() and w.isVisible()]

    qtbot.waitUntil(lambda: seen() == ["Kind: StyleGAN2"], timeout=2000)


@pytest.fixture
def palette(qtbot: QtBot) -> tuple[CommandPalette, list[str], QLineEdit]:
    host = QWidget()
    field = QLineEdit(host)
    shown(qtbot, host, 800, 600)
    field.setFocus()
    ran: list[str] = []
    book = CommandBook(host)
    for name in ("Undo", "Open a model file…", "Random seed"):
        book.add(Command(name, name, lambda name=name: ran.append(name), words="dice" if "seed" in name else ""))
    return CommandPalette(host, book), ran, field


def test_the_palette_runs_what_was_typed(palette: tuple[CommandPalette, list[str], QLineEdit], qtbot: QtBot) -> None:
    card, ran, field = palette
    card.open()
    qtbot.keyClicks(card.field, "dice")
    qtbot.keyClick(card.field, Qt.Key.Key_Return)
    assert ran == ["Random seed"]
    assert not card.isVisible()
    assert field.hasFocus()


def test_the_palette_walks_with_arrows(palette: tuple[CommandPalette, list[str], QLineEdit], qtbot: QtBot) -> None:
    card, ran, _ = palette
    card.open()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Return):
        qtbot.keyClick(card.field, key)
    assert ran == ["Open a model file…"]


def test_the_palette_says_when_nothing_matches(
    palette: tuple[CommandPalette, list[str], QLineEdit], qtbot: QtBot
) -> None:
    card, ran, _ = palette
    card.open()
    qtbot.keyClicks(card.field, "qqqq")
    assert card.nothing.isVisible()
    qtbot.keyClick(card.field, Qt.Key.Key_Return)
    assert ran == []
    qtbot.keyClick(card.field, Qt.Key.Key_Escape)
    assert not card.isVisible()


def test_a_click_beside_a_card_closes_it(palette: tuple[CommandPalette, list[str], QLineEdit], qtbot: QtBot) -> None:
    card, ran, _ = palette
    card.open()
    qtbot.mouseClick(card, LEFT, pos=card.rect().bottomLeft())
    assert not card.isVisible()
    assert ran == []


def test_closing_survives_that_the_control_before_it_is_gone(qtbot: QtBot) -> None:
    host = QWidget()
    field = QLineEdit(host)
    shown(qtbot, host, 800, 600)
    field.setFocus()
    card = CommandPalette(host, CommandBook(host))
    card.open()
    sip.delete(field)
    card.dismiss()
    assert not card.isVisible()
