"""The session: changes, gestures, models, frames; with a computing that only takes notes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ganstudio.core.device import Precision
from ganstudio.core.document import ClassChoice, Document, FrozenMap, LatentPoint, ModelRef
from ganstudio.core.errors import WrongInputError
from ganstudio.core.frame import DeviceReady, Frame, ModelInfo, ModelOpened, Paper, Problem
from ganstudio.core.inputs import Ability, Latent
from ganstudio.core.progress import JobState, JobStatus, Progress
from ganstudio.engine.compute import ChooseDevice, Command, Compute, Event, OpenModel
from ganstudio.studio.library import Library
from ganstudio.studio.session import Session
from ganstudio.studio.settings import Settings
from tests.studio.conftest import Running


class Notes(Compute):
    """Writes down what it is asked for."""

    def __init__(self) -> None:
        super().__init__(lambda _: None)
        self.asked: list[Document] = []
        self.sent: list[Command] = []

    def start(self) -> None:
        pass

    def draw(self, document: Document) -> None:
        self.asked.append(document)

    def send(self, command: Command) -> None:
        self.sent.append(command)


def info(name: str = "one", path: str = "one") -> ModelInfo:
    document = Document(ModelRef(name, f"digest of {name}"), FrozenMap({"z": LatentPoint()}))
    return ModelInfo(
        name, document.model.digest, path, "dcgan", "DCGAN", Paper("P", "A", 2016), 64, (Latent("z", 100),),
        frozenset({Ability.RESAMPLING}), 1, 10, document,
    )  # fmt: skip


@pytest.fixture
def session(tmp_path: Path) -> Session:
    settings = Settings(folder=tmp_path / "home")
    return Session(Notes(), settings, Library(settings))


def notes(session: Session) -> Notes:
    assert isinstance(session.compute, Notes)
    return session.compute


def heard(signal: Any) -> list[tuple[Any, ...]]:
    calls: list[tuple[Any, ...]] = []
    listen: Callable[..., None] = lambda *args: calls.append(args)  # noqa: E731
    signal.connect(listen, check_nargs=False)
    calls.append((listen,))
    return calls


def test_a_start_asks_for_what_was_remembered(tmp_path: Path) -> None:
    settings = Settings(device="cpu", precision=Precision.FAST, folder=tmp_path)
    session = Session(Notes(), settings, Library(settings))
    session.start("faces-dcgan")
    assert notes(session).sent == [
        ChooseDevice("cpu", Precision.FAST, if_possible=True), OpenModel("faces-dcgan"),
    ]  # fmt: skip


def test_a_change_is_drawn_recorded_and_announced(session: Session) -> None:
    session.receive(ModelOpened(info()))
    changes = heard(session.project_changed)
    session.change("Truncate", "psi", 0.5)
    after, before = changes[-1]
    assert (after.document.psi, before.document.psi) == (0.5, 1.0)
    assert notes(session).asked[-1].psi == 0.5
    assert session.undo_label == "Truncate"
    session.change("Truncate", "psi", 0.5)
    assert len(session.history) == 1


def test_a_gesture_is_one_step(session: Session) -> None:
    session.receive(ModelOpened(info()))
    for x in range(20):
        session.change("Move the latent", "inputs.z", LatentPoint(float(x + 1)), gesture="pad")
    session.end_gesture()
    session.change("Move the latent", "inputs.z", LatentPoint(90.0), gesture="pad")
    session.undo()
    assert session.value("inputs.z") == LatentPoint(20.0)
    session.undo()
    assert session.value("inputs.z") == LatentPoint()
    session.redo()
    assert session.value("inputs.z") == LatentPoint(20.0)
    assert notes(session).asked[-1].inputs["z"] == LatentPoint(20.0)


def test_several_fields_change_in_one_step(session: Session) -> None:
    session.receive(ModelOpened(info()))
    session.change_many("Reset", {"psi": 0.2, "noise.strength": 3.0})
    session.undo()
    assert session.document == info().document


def test_opening_a_model_can_be_undone(session: Session) -> None:
    session.receive(ModelOpened(info("one")))
    session.change("Truncate", "psi", 0.3)
    session.receive(ModelOpened(info("two")))
    assert session.model is not None
    assert session.model.name == "two"
    session.undo()
    assert session.model.name == "one"
    assert session.document.psi == 0.3
    assert notes(session).asked[-1].model.name == "one"
    session.redo()
    assert session.model.name == "two"


def test_opening_the_open_model_again_keeps_the_state(session: Session) -> None:
    session.receive(ModelOpened(info()))
    session.change("Truncate", "psi", 0.3)
    session.receive(ModelOpened(info()))
    assert session.document.psi == 0.3


def test_frames_of_another_model_are_dropped(session: Session) -> None:
    session.receive(ModelOpened(info("one")))
    arrived = heard(session.frame_arrived)
    picture = {"picture": np.zeros((4, 4, 3), np.uint8)}
    session.receive(Frame(picture, info("two").document, False, 1.0, ()))
    assert session.frame is None
    mine = Frame(picture, session.document, False, 1.0, ())
    session.receive(mine)
    assert arrived[-1] == (mine,)
    assert session.frame is mine


def test_files_are_remembered_shipped_models_are_not(session: Session, tmp_path: Path) -> None:
    file = tmp_path / "mine.pkl"
    file.write_bytes(b"x")
    session.receive(ModelOpened(info("faces-dcgan", "assets/models/faces-dcgan/model.safetensors")))
    session.receive(ModelOpened(info(str(file), str(file))))
    session.receive(ModelOpened(info(str(tmp_path / "gone.pkl"), str(tmp_path / "gone.pkl"))))
    assert [entry.path for entry in session.library.recent] == [str(file)]
    session.settings.keeping.finish()
    assert Settings.load(session.settings.folder).recent == [str(tmp_path / "gone.pkl"), str(file)]
    assert session.library.shipped[0].name == "faces"


def test_jobs_come_and_go(session: Session) -> None:
    changed = heard(session.jobs_changed)
    session.receive(JobStatus(1, "walk", JobState.RUNNING, Progress(1, 4)))
    assert [job.title for job in session.jobs] == ["walk"]
    session.receive(JobStatus(1, "walk", JobState.DONE, Progress(4, 4)))
    assert session.jobs == ()
    assert len(changed) == 3


def test_problems_and_devices_are_passed_on(session: Session) -> None:
    problems, devices = heard(session.failed), heard(session.device_changed)
    events: list[Event] = [Problem("The file is broken."), DeviceReady("cpu", Precision.EXACT, (), 1, 2)]
    for event in events:
        session.receive(event)
    assert problems[-1] == (events[0],)
    assert devices[-1] == (events[1],)
    assert session.device is events[1]


def test_a_wrong_path_changes_nothing(session: Session) -> None:
    session.receive(ModelOpened(info()))
    before = session.project
    with pytest.raises(WrongInputError):
        session.change("Choose a class", "inputs.class", ClassChoice(1))
    assert session.project == before
    assert len(session.history) == 0


def test_a_recent_file_that_cannot_be_reached_is_left_out(session: Session, tmp_path: Path) -> None:
    file = tmp_path / "there.pkl"
    file.write_bytes(b"x")
    session.settings.recent = ["/" + "a" * 300, "\0", str(tmp_path), str(file)]
    assert [entry.path for entry in session.library.recent] == [str(file)]


def test_a_device_is_remembered_only_when_it_answered(session: Session) -> None:
    session.set_device("cuda", Precision.FAST)
    assert session.wanted_device == "cuda"
    assert session.settings.device == "auto"
    session.receive(DeviceReady("cpu", Precision.EXACT, (), 1, 2))
    told = heard(session.device_changed)
    session.receive(Problem("The device 'cuda' does not answer."))
    assert session.wanted_device == "auto"
    assert told[-1] == (session.device,)
    session.receive(DeviceReady("cpu", Precision.FAST, (), 1, 2, asked="cpu"))
    assert (session.wanted_device, session.precision) == ("cpu", Precision.FAST)


def test_a_drag_that_comes_back_leaves_no_step(session: Session) -> None:
    session.receive(ModelOpened(info()))
    steps = len(session.history)
    told = heard(session.history_changed)
    for psi in (0.7, 0.5, 1.0):
        session.change("Truncate", "psi", psi, gesture="slider")
    session.end_gesture()
    assert len(session.history) == steps
    assert len(told) == 4


def test_a_class_that_a_model_does_not_have_is_told(run: Callable[[str | Path], Running], styled_model: Path) -> None:
    running, told = run(styled_model), list[str]()
    running.session.failed.connect(lambda problem: told.append(problem.sentence))
    running.session.change("Class", "inputs.class", ClassChoice(12))
    running.until(lambda: bool(told))
    assert told == ["There is no class 12; this model has classes 0 to 11."]
