"""The parts of the window that need no window: ranking, read-out, layout, bridge, faults, drops."""

import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from PyQt6 import sip
from PyQt6.QtCore import QMimeData, QUrl
from PyQt6.QtWidgets import QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from ganstudio.core.document import Document
from ganstudio.core.frame import Activity, Frame, Problem
from ganstudio.gui.actions import Command, CommandBook, score, shortcut_text
from ganstudio.gui.body import Body
from ganstudio.gui.bridge import Bridge
from ganstudio.gui.desk import activity_in_words
from ganstudio.gui.drop import dropped_files
from ganstudio.gui.faults import Faults
from ganstudio.gui.keep import Keeper
from ganstudio.gui.read_out import ReadOut, memory_in_words
from ganstudio.studio.settings import Settings


def command(name: str, words: str = "") -> Command:
    return Command(name, name, lambda: None, words=words)


def test_better_matches_come_first() -> None:
    names = ("Open a model file…", "Undo", "Random seed", "Next seed", "Zoom in")
    ranked = sorted(names, key=lambda name: -score("se", command(name)))
    assert ranked[:2] == ["Random seed", "Next seed"]
    assert score("undo", command("Undo")) > score("undo", command("Take back", "undo"))
    assert score("rs", command("Random seed")) > 0
    assert score("xyz", command("Random seed", "dice")) == 0
    assert score("mod op", command("Open a model file…")) > 0


def test_two_commands_cannot_share_a_name(qtbot: QtBot) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    book = CommandBook(owner)
    book.add(command("a"))
    with pytest.raises(ValueError, match="'a'"):
        book.add(command("a"))


def test_forbidden_commands_are_not_offered(qtbot: QtBot) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    book = CommandBook(owner)
    book.add(command("a"))
    book.add(command("b"))
    book.enable("a", False)
    book.add_source(lambda: [command("c")])
    assert [c.id for c in book.offered()] == ["b", "c"]
    assert [c.id for c in book.all()] == ["a", "b"]


def test_the_first_shortcut_is_shown() -> None:
    assert shortcut_text(Command("r", "Redo", lambda: None, "Ctrl+Y or F5")) == "Ctrl+Y"
    assert shortcut_text(command("none")) == ""


def frame(side: int, preview: bool = False, milliseconds: float = 3.14) -> Frame:
    return Frame({"image": np.zeros((side, side, 3), np.uint8)}, Document(), preview, milliseconds, ())


def test_the_read_out_counts_what_flows() -> None:
    numbers = ReadOut()
    assert numbers.words(0.0) == ""
    for i in range(31):
        numbers.take(frame(64), i / 60)
    assert numbers.fps(0.5) == pytest.approx(60.0)
    assert numbers.words(0.5) == "3.1 ms  ·  60 fps  ·  64 px"
    assert numbers.words(9.0) == "3.1 ms  ·  64 px"


def test_the_read_out_tells_preview_and_full() -> None:
    numbers = ReadOut()
    numbers.take(frame(64, preview=True), 0.0)
    numbers.take(frame(1024), 0.1)
    assert numbers.words(5.0) == "3.1 ms  ·  preview 64 → full 1024 px"


def test_memory_in_words() -> None:
    assert memory_in_words(1288490189, 24 * 1024**3) == "1.2 of 24 GB"
    assert memory_in_words(0, 0) == ""


def test_activity_names_the_file_without_its_folder() -> None:
    assert activity_in_words(Activity("Opening", ("/models/faces.pkl",))) == "Opening faces.pkl…"
    assert activity_in_words(Activity()) == ""


def test_what_cannot_be_read_in_the_layout_is_passed_over(qtbot: QtBot, tmp_path: Path) -> None:
    settings = Settings(layout={"geometry": "%%%", "split": "AAAA"}, folder=tmp_path)
    window, body = QMainWindow(), Body()
    qtbot.addWidget(window)
    qtbot.addWidget(body)
    keeper = Keeper(settings)
    assert not keeper.restore_geometry(window)
    before = body.across.sizes()
    keeper.restore_layout(body)
    assert body.across.sizes() == before
    assert body.shelf.wanted


def test_events_arrive_in_order_on_the_windows_thread(qtbot: QtBot) -> None:
    bridge = Bridge()
    arrived: list[tuple[Problem, threading.Thread]] = []
    bridge.carry_to(lambda event: arrived.append((event, threading.current_thread())))  # type: ignore[arg-type]
    sent = [Problem(str(i)) for i in range(200)]
    thread = threading.Thread(target=lambda: [bridge.deliver(event) for event in sent])
    thread.start()
    thread.join()
    assert arrived == []
    qtbot.waitUntil(lambda: len(arrived) == 200, timeout=5000)
    assert [event for event, _ in arrived] == sent
    assert {where for _, where in arrived} == {threading.main_thread()}


def test_a_closed_bridge_drops_what_still_comes(qtbot: QtBot) -> None:
    bridge, other = Bridge(), Bridge()
    arrived: list[object] = []
    bridge.carry_to(arrived.append)
    bridge.deliver(Problem("late"))
    bridge.close()
    reached: list[object] = []
    other.carry_to(reached.append)
    other.deliver(Problem("after"))
    qtbot.waitUntil(lambda: bool(reached), timeout=5000)
    assert arrived == []


def test_a_thread_that_outlives_the_window_may_still_deliver() -> None:
    bridge = Bridge()
    bridge.close()
    sip.delete(bridge)
    bridge.deliver(Problem("late"))


def test_work_beside_the_window_tells_how_it_went(qtbot: QtBot) -> None:
    bridge = Bridge()
    told: list[Problem | None] = []

    def broken() -> None:
        raise OSError("no room")

    bridge.aside(lambda: None, told.append)
    qtbot.waitUntil(lambda: len(told) == 1, timeout=5000)
    bridge.aside(broken, told.append)
    qtbot.waitUntil(lambda: len(told) == 2, timeout=5000)
    assert told[0] is None
    assert told[1] is not None
    assert "no room" in told[1].sentence


def test_faults_are_written_down_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told: list[tuple[str, str]] = []
    log = tmp_path / "deep" / "faults.log"
    faults = Faults(log, lambda sentence, details: told.append((sentence, details)))
    hooks = sys.excepthook, threading.excepthook
    faults.install()
    try:
        try:
            raise ZeroDivisionError("by nothing")
        except ZeroDivisionError as error:
            sys.excepthook(type(error), error, error.__traceback__)
    finally:
        faults.uninstall()
        sys.excepthook, threading.excepthook = hooks
    sentence, details = told[0]
    assert "ZeroDivisionError: by nothing" in sentence
    assert "test_plain_parts.py" in details
    assert "ZeroDivisionError" in log.read_text()
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_only_local_files_are_taken_from_a_drag() -> None:
    data = QMimeData()
    assert dropped_files(data) == ()
    assert dropped_files(None) == ()
    data.setUrls([QUrl("https://example.org/x.pkl"), QUrl.fromLocalFile("/models/x.pkl")])
    assert dropped_files(data) == (Path("/models/x.pkl"),)
