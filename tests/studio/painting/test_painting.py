"""Strokes in a session: one step of undo each, tiles used again, kept in the journal, drawn while they last."""

import os
import queue
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganstudio.core.document import LatentPoint, PaintedMap
from ganstudio.core.label_maps import indices_of
from ganstudio.core.store import Store
from ganstudio.engine.compute import Event
from ganstudio.studio.beside import Beside
from ganstudio.studio.journal import JOURNAL, read_journal
from ganstudio.studio.painting.brush import Brush
from ganstudio.studio.painting.map_import import CHOICES_FILE, remembered
from ganstudio.studio.painting.map_inputs import map_input
from ganstudio.studio.painting.regions import Shift
from ganstudio.studio.painting.strokes import Tool, Touch
from ganstudio.studio.painting.styles import thinned
from ganstudio.studio.recovery import Recovery
from ganstudio.studio.session import Session
from tests.studio.painting.easel import CLASSES, SIDE, draw_frame, easel, painter_info, some_stroke, stroke

ROOT = Path(__file__).resolve().parents[3]
Until = Callable[[Callable[[], object]], None]


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return easel(tmp_path / "home")


def kept(session: Session) -> np.ndarray:
    """The map as the document has it."""
    value = session.document.inputs["map"]
    assert isinstance(value, PaintedMap)
    return indices_of(value, session.store)


def test_a_stroke_is_one_step(session: Session) -> None:
    stroke(session, [(10, 10), (50, 10), (50, 50)], label=2)
    assert session.undo_label == "Paint skin"
    assert len(session.history) == 1
    assert kept(session)[10, 30] == 2
    assert np.array_equal(kept(session), session.painting.labels)
    session.undo()
    assert not kept(session).any()
    assert not session.painting.labels.any()
    session.redo()
    assert kept(session)[10, 30] == 2


def test_three_hundred_strokes_are_taken_back_and_brought_back_one_by_one(session: Session) -> None:
    maps = [kept(session)]
    for number in range(300):
        some_stroke(session, number)
        if not np.array_equal(kept(session), maps[-1]):
            maps.append(kept(session))
    assert len(maps) > 250
    assert len(session.history) == len(maps) - 1
    for before in maps[-2::-1]:
        session.undo()
        assert np.array_equal(session.painting.labels, before)
    assert not session.can_undo
    for after in maps[1:]:
        session.redo()
        assert np.array_equal(session.painting.labels, after)


def test_a_small_stroke_stores_no_more_than_the_tiles_it_touched(session: Session) -> None:
    stroke(session, [(0, 0), (63, 63), (0, 63), (63, 0)], label=1)
    before = set(session.store._arrays)
    stroke(session, [(3, 3), (5, 5)], label=2, size=3)
    assert len(set(session.store._arrays) - before) == 1


def test_the_same_strokes_give_the_same_map(session: Session, tmp_path: Path) -> None:
    other = easel(tmp_path / "other")
    for number in range(40):
        some_stroke(session, number)
        some_stroke(other, number)
        draw_frame(other)  # when pictures arrive must not matter
    assert session.document.inputs["map"] == other.document.inputs["map"]


def test_the_newest_map_is_drawn_as_soon_as_the_picture_before_is_there(session: Session) -> None:
    draw_frame(session)
    painting = session.painting
    painting.take_up(replace(painting.hand, label=3, brush=Brush(4)))
    painting.begin(Touch((10, 10)))
    assert kept(session)[10, 10] == 3  # nothing was being drawn
    painting.go(Touch((30, 10)))
    painting.go(Touch((50, 10)))
    assert painting.labels[10, 50] == 3
    assert kept(session)[10, 30] == 0  # the picture of the first map is still to come
    draw_frame(session)
    assert kept(session)[10, 50] == 3
    painting.end()
    assert len(session.history) == 1


def test_a_stroke_given_up_leaves_nothing(session: Session) -> None:
    stroke(session, [(5, 5)], label=1)
    draw_frame(session)
    painting = session.painting
    before = session.document
    painting.begin(Touch((30, 30)))
    painting.go(Touch((40, 30)))
    painting.give_up()
    assert session.document == before
    assert len(session.history) == 1
    painting.go(Touch((60, 60)))
    assert session.document == before


def test_undo_in_the_middle_of_a_stroke_ends_it(session: Session) -> None:
    stroke(session, [(5, 5)], label=1)
    draw_frame(session)
    painting = session.painting
    painting.begin(Touch((30, 30)))
    session.undo()
    assert not painting.painting
    assert kept(session)[5, 5] == 1
    assert kept(session)[30, 30] == 0


def test_what_is_in_hand_stays_within_the_models_classes(session: Session) -> None:
    painting = session.painting
    painting.take_up(replace(painting.hand, label=4, other=3))
    painting.take_up(replace(painting.hand, label=99))
    assert painting.hand.label == 4
    painting.pick(Touch((1, 1)))
    assert painting.hand.label == 0
    painting.take_up(replace(painting.hand, label=4, brush=Brush(10_000)))
    assert painting.hand.brush.size == 256
    painting.resize_brush(0.001)
    assert painting.hand.brush.size == 1
    painting.resize_brush(1.1)
    assert painting.hand.brush.size == 2
    session.swap_model(painter_info(classes=CLASSES[:2], digest="d2"), "Open")
    assert (painting.hand.label, painting.hand.other) == (1, 1)


def test_a_selection_is_moved_in_steps_of_its_own(session: Session) -> None:
    stroke(session, [(20, 20)], label=3, size=4)
    painting = session.painting
    painting.take_up(replace(painting.hand, tool=Tool.SELECT))
    painting.begin(Touch((12, 12)))
    for place in ((28, 12), (28, 28), (12, 28)):
        painting.go(Touch(place))
    painting.end()
    assert painting.selection is not None
    assert len(session.history) == 1
    painting.shift(Shift(right=10))
    painting.shift(Shift(right=10))
    assert len(session.history) == 3
    assert kept(session)[20, 40] == 3
    assert kept(session)[20, 20] == 0
    assert painting.selection[20, 40]
    session.undo()
    assert kept(session)[20, 30] == 3


def test_whole_maps_are_exchanged_cleared_flipped_and_brought_to_size(session: Session) -> None:
    painting = session.painting
    stroke(session, [(10, 30)], label=1, size=8)
    painting.exchange(1, 4)
    assert session.undo_label == "Turn hair into hat"
    assert set(np.unique(kept(session))) == {0, 4}
    painting.flip()
    assert kept(session)[30, SIDE - 11] == 4
    painting.take_up(replace(painting.hand, other=2))
    painting.clear()
    assert (kept(session) == 2).all()
    painting.put(np.kron(np.arange(4, dtype=np.uint8).reshape(2, 2), np.ones((50, 50), np.uint8)), "Map")
    assert kept(session).shape == (SIDE, SIDE)
    assert [kept(session)[y, x] for y, x in ((0, 0), (0, 63), (63, 0), (63, 63))] == [0, 1, 2, 3]


def test_without_a_map_there_is_nothing_to_paint(session: Session) -> None:
    plain = replace(painter_info(digest="d3"), inputs=())
    session.swap_model(plain, "Open")
    painting = session.painting
    assert map_input(session.model) is None
    assert painting.labels is None
    painting.begin(Touch((3, 3)))
    painting.go(Touch((4, 4)))
    painting.end()
    assert not painting.painting


@pytest.fixture
def until(session: Session) -> Callable[[Callable[[], object]], None]:
    """Takes in what work beside the session tells, on the test's thread, until something is reached."""
    events: queue.Queue[Event] = queue.Queue()
    session._beside = Beside(events.put)

    def wait(reached: Callable[[], object]) -> None:
        while not reached():
            session.receive(events.get(timeout=30))

    return wait


def test_foreign_colours_are_asked_for_once(session: Session, until: Until, tmp_path: Path) -> None:
    files = session.painting.files
    pixels = np.zeros((SIDE, SIDE, 3), np.uint8)
    pixels[:, :32] = (250, 10, 250)
    path = tmp_path / "foreign.png"
    Image.fromarray(pixels).save(path)
    files.open(path)
    until(lambda: files.pending is not None)
    assert not kept(session).any()
    (tone,) = files.pending.unknown
    place = files.pending.tones.index(tone)
    files.choose(place, CLASSES.index("hat"))
    files.choose(place, 77)
    files.accept()
    assert files.pending is None
    assert (kept(session)[:, :32] == CLASSES.index("hat")).all()
    assert session.undo_label == "Map foreign.png"
    assert remembered(tmp_path / "home", session.painting.asked) == {tone.name: CLASSES.index("hat")}
    session.undo()
    files.open(path)
    until(lambda: kept(session).any())
    assert files.pending is None
    files.reconsider()
    assert files.pending is not None
    files.dismiss()
    assert (kept(session)[:, :32] == CLASSES.index("hat")).all()
    (tmp_path / "home" / CHOICES_FILE).write_text("no json")
    assert remembered(tmp_path / "home", session.painting.asked) == {}


def test_the_map_goes_to_a_file_and_back(session: Session, until: Until, tmp_path: Path) -> None:
    files = session.painting.files
    some_stroke(session, 5)
    labels = kept(session)
    noted: list[str] = []
    session.noted.connect(noted.append)
    files.export(tmp_path / "mine.png")
    until(lambda: bool(noted))
    session.painting.clear()
    files.open(tmp_path / "mine.png")
    until(lambda: kept(session).any())
    assert np.array_equal(kept(session), labels)


def test_a_killed_painter_finds_its_strokes_in_the_journal(tmp_path: Path) -> None:
    script = Path(__file__).with_name("easel.py")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, script, str(tmp_path)], stdout=subprocess.PIPE, text=True, env=environment
    ) as child:
        assert child.stdout is not None
        said = [child.stdout.readline().split() for _ in range(60)]
        child.send_signal(signal.SIGKILL)
        killed = time.time()
    (journal,) = tmp_path.glob(f"sessions/*/{JOURNAL}")
    store = Store()
    found = read_journal(journal, store)
    assert found is not None
    assert not found.ended
    node = next(node for node in found.tree.nodes if node.number == found.tree.current)
    value = node.project.document.inputs["map"]
    assert isinstance(value, PaintedMap)
    again, last = easel(tmp_path / "again"), 0
    while not np.array_equal(kept(again), indices_of(value, store)):
        last += 1
        assert last < 2000
        some_stroke(again, last)
    unsaved = [float(when) for number, when in said if int(number) > last]
    assert not unsaved or killed - min(unsaved) < 5.0


def test_held_styles_are_found_again_and_belong_to_their_model(tmp_path: Path) -> None:
    session = easel(tmp_path / "home")
    styles, recovery = session.painting.styles, Recovery(session, interval=0.05)
    recovery.begin()
    draw_frame(session)
    styles.take("A")
    session.change("Seed", "inputs.z", LatentPoint(7.0, 0.0))
    styles.take("B")
    styles.mix(0.25, None)
    assert session.undo_label == "Between two styles"
    recovery.end()
    (journal,) = (tmp_path / "home").glob(f"sessions/*/{JOURNAL}")
    again = easel(tmp_path / "again")
    found = read_journal(journal, again.store)
    assert found is not None
    again.take_over(found.tree)
    other = again.painting.styles
    assert {slot: style.latent for slot, style in other.held.items()} == {"A": LatentPoint(), "B": LatentPoint(7.0)}
    assert other.held["A"].name == "seed 0"
    picture = other.held["A"].picture
    assert picture is not None
    assert picture.shape == (SIDE, SIDE, 3)
    assert other.share == 0.25
    again.swap_model(painter_info(digest="d2"), "Open another")
    assert other.held == {}
    for _ in range(2):
        session.undo()
    assert set(styles.held) == {"A"}


def test_large_pictures_of_styles_are_kept_small() -> None:
    assert thinned(np.zeros((512, 600, 4), np.uint8)).shape == (128, 150, 3)
    assert thinned(np.zeros((64, 64, 3), np.uint8)).shape == (64, 64, 3)
