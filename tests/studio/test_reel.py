"""Pictures drawn ahead of their time: in order, at their times, and none of them where the path has changed."""

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from ganstudio.core.document import Document, LatentPoint
from ganstudio.core.frame import Frame
from ganstudio.core.progress import JobState, JobStatus, Progress, Urgency
from ganstudio.studio import playing
from ganstudio.studio.path_editing import PathEditor
from ganstudio.studio.playing import BEAT_S, Player
from ganstudio.studio.reel import Reel, drawing
from tests.studio.conftest import Running

MOST_LEVELS = 1  # between a picture drawn with others and the same drawn alone


@pytest.fixture(autouse=True)
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every picture is slow enough for a reel, and none too slow."""
    monkeypatch.setattr(playing, "SHORT_S", -1.0)
    monkeypatch.setattr(playing, "LONG_S", math.inf)


class Watched:
    """A player at work, with what it has shown."""

    def __init__(self, running: Running, *, closed: bool = False, seconds: float = 0.2) -> None:
        self.running, self.session = running, running.session
        editor = PathEditor(self.session)
        for seed in (1, 2, 3):
            self.session.change("Seed", "inputs.z", LatentPoint.of_seed(seed))
            editor.add(self.session.document)
        editor.close(closed)
        editor.set_total(seconds)
        self.player = Player(self.session)
        self.shown: list[tuple[float, Frame]] = []

    def roll(self, pictures: int) -> None:
        """Let the clock beat until so many more were shown, or the end is reached."""
        known = len(self.shown)
        while self.player.playing and len(self.shown) < known + pictures:
            before = self.session.frame
            self.player.advance(BEAT_S)
            if self.session.frame is not before and self.session.frame is not None:
                self.shown.append((self.player.seconds, self.session.frame))
            else:
                self.running.until(lambda: self._stocked() or not self.player.playing)

    def _stocked(self) -> bool:
        reel = self.player._reel
        return bool(reel._frames) or reel._job is None


@pytest.fixture
def work(running: Running) -> Watched:
    return Watched(running)


def test_pictures_are_those_of_their_times_in_order_to_the_end(work: Watched) -> None:
    project = work.session.project
    work.player.play()
    work.running.until(lambda: work.player._reel.running)
    work.roll(999)
    times = [seconds for seconds, _ in work.shown]
    assert not work.player.playing
    assert times[-1] == work.player.total
    assert len(times) >= 10, "12.5 beats fit in the path"
    assert all(later > earlier for earlier, later in pairwise(times))
    for seconds, frame in work.shown:
        assert frame.document == work.player._document_at(seconds)
    assert work.session.project == project
    assert work.session.previewed == work.player.document()


def test_a_picture_drawn_with_others_is_the_one_drawn_alone(work: Watched) -> None:
    work.player.play()
    work.running.until(lambda: work.player._reel.running)
    work.roll(6)
    for _, frame in work.shown[::2]:
        work.player.leave()
        work.session.preview(frame.document)
        work.running.until(lambda frame=frame: _is_alone(work.session.frame, frame))  # type: ignore[misc]
        assert work.session.frame is not None
        alone = work.session.frame.pictures["picture"].astype(int)
        assert np.abs(alone - frame.pictures["picture"]).max() <= MOST_LEVELS
    work.session.preview(None)
    work.running.settle()


def _is_alone(now: Frame | None, before: Frame) -> bool:
    return now is not None and now is not before and now.document == before.document


def test_the_first_picture_of_a_reel_is_seen_without_a_beat(work: Watched) -> None:
    work.player.play()
    work.running.until(lambda: work.player.seconds > 0.0)
    assert work.session.frame is not None
    assert work.session.frame.document == work.player.document()
    work.player.release()
    work.running.settle()


def test_where_it_stands_still_the_picture_is_drawn_alone(work: Watched) -> None:
    work.player.play()
    work.running.until(lambda: work.player._reel.running)
    work.roll(3)
    _, seen = work.shown[-1]
    work.player.pause()
    work.running.until(lambda: _is_alone(work.session.frame, seen))
    assert work.session.compute.drawn == seen.document
    work.player.play()  # and goes on from there, by reel at once
    work.roll(1)
    assert work.shown[-1][0] > work.shown[-2][0]
    work.player.release()
    work.running.settle()


def test_a_closed_path_begins_again(running: Running) -> None:
    work = Watched(running, closed=True, seconds=0.15)
    work.player.play()
    running.until(lambda: work.player._reel.running)
    work.roll(14)
    times = [seconds for seconds, _ in work.shown]
    assert work.player.playing
    assert max(times) < 0.15
    assert sum(later < earlier for earlier, later in pairwise(times)) == 1
    work.player.release()
    running.settle()


def test_nothing_drawn_before_a_change_is_shown_after_it(work: Watched) -> None:
    work.player.play()
    work.running.until(lambda: work.player._reel.running)
    work.roll(2)
    work.session.change("Truncate", "psi", 0.5)
    assert not work.player._reel.running
    work.running.until(lambda: work.player._reel.running)
    before = len(work.shown)
    work.roll(3)
    assert [frame.document.psi for _, frame in work.shown[before:]] == [0.5] * 3
    work.player.leave()
    frame = work.running.settle()
    assert (work.session.previewed, frame.document) == (None, work.session.document)
    work.player.release()


class NoSession:
    """Notes which jobs are asked for, and tells the reel what became of them."""

    def __init__(self) -> None:
        self.store = None
        self.begun: list[float] = []
        self.reel = Reel(self, lambda seconds: Document(psi=seconds), self.begun.append)  # type: ignore[arg-type]
        self.cancelled: list[int] = []
        self.watches: list[object] = []

    def add_job(self, _title: str, _factory: object, watch: object, urgency: Urgency) -> int:
        assert urgency is Urgency.LIVE
        self.watches.append(watch)
        return len(self.watches)

    def cancel_job(self, number: int) -> None:
        self.cancelled.append(number)

    def end(self, state: JobState) -> None:
        """Tell that the last job is over."""
        watch = self.watches[-1]
        watch(JobStatus(len(self.watches), "Playing", state, Progress(0, 0), Urgency.LIVE))  # type: ignore[operator]

    def finish(self, milliseconds: float) -> list[float]:
        """Deliver the last job's pictures; return their times."""
        number, watch = len(self.watches), self.watches[-1]
        times = list(watch.args[0])  # type: ignore[attr-defined]
        frames = tuple(Frame({}, Document(psi=seconds), False, milliseconds, ()) for seconds in times)
        for state in (JobState.RUNNING, JobState.DONE):  # the last result is told again at the end
            progress = Progress(len(times), len(times), result=frames)
            watch(JobStatus(number, "Playing", state, progress, Urgency.LIVE))  # type: ignore[operator]
        return times


def test_pictures_that_are_late_are_left_out_but_not_for_a_late_beat() -> None:
    session = NoSession()
    reel = session.reel
    reel.start(0.0, 0.01)
    reel.wind(0.0, math.inf, 1.0, BEAT_S)
    assert session.finish(8.0) == pytest.approx([0.016, 0.032])
    assert session.finish(8.0) == pytest.approx([0.048, 0.064, 0.08, 0.096])
    assert session.begun == pytest.approx([0.016]), "once"
    due = [reel.due(now) for now in (0.01, 0.034, 0.035, 0.09)]
    assert [None if each is None else round(each[0], 3) for each in due] == [None, 0.016, 0.032, 0.064]


def test_slow_pictures_are_further_apart_and_never_in_the_past() -> None:
    session = NoSession()
    reel = session.reel
    reel.start(1.0, 0.05)
    reel.wind(1.0, math.inf, 2.0, BEAT_S)
    first, second = session.finish(50.0)
    assert second - first == pytest.approx(0.05 * 1.1 * 2.0)
    reel.wind(9.0, math.inf, 2.0, BEAT_S)
    session.finish(50.0)
    assert session.finish(50.0)[0] == pytest.approx(9.0)


def test_what_was_asked_for_before_a_stop_is_not_shown() -> None:
    session = NoSession()
    reel = session.reel
    reel.start(0.0, 0.01)
    reel.wind(0.0, math.inf, 1.0, BEAT_S)
    reel.stop()
    assert session.cancelled == [1]
    session.finish(8.0)
    assert reel.is_over
    assert (reel.due(9.0), len(session.watches)) == (None, 1)


def test_what_failed_is_not_asked_for_again_at_once() -> None:
    session = NoSession()
    session.reel.start(0.0, 0.01)
    session.reel.wind(0.0, math.inf, 1.0, BEAT_S)
    session.end(JobState.FAILED)
    assert len(session.watches) == 1
    session.reel.wind(0.1, math.inf, 1.0, BEAT_S)
    assert len(session.watches) == 2


def test_the_last_picture_is_that_of_the_end() -> None:
    session = NoSession()
    reel = session.reel
    reel.start(0.0, 0.01)
    reel.wind(0.0, 0.05, 1.0, BEAT_S)
    session.finish(8.0)
    assert session.finish(8.0) == pytest.approx([0.048, 0.05])
    assert len(session.watches) == 2, "nothing is left"


def test_every_picture_says_what_drawing_it_took(running: Running) -> None:
    session, found = running.session, []
    documents = [replace(session.document, psi=psi) for psi in (0.5, 0.6, 0.7)]
    watch = lambda status: found.append(status)  # noqa: E731
    session.add_job("Playing", drawing(documents, session.store), watch, Urgency.LIVE)
    running.until(lambda: bool(found) and found[-1].is_over)
    frames = [f for status in found if status.state is JobState.RUNNING for f in status.progress.result]
    assert [frame.document for frame in frames] == documents
    assert session.frame is not None
    for frame in frames:
        assert frame.milliseconds > 0.0
        assert not frame.preview
        assert frame.stages_run == session.frame.stages_run, "all stages, as for the first picture"
        assert frame.pictures.keys() == session.frame.pictures.keys()
