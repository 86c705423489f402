"""The Train workspace with real widgets and real runs of tiny networks: start, pause, kill, resume, attach."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PyQt6.QtCore import Qt

from ganstudio.gui.canvas.curves import CurvesView
from ganstudio.gui.form import ValueField
from ganstudio.gui.panels.train_board import TrainBoardPanel
from ganstudio.gui.panels.train_data import TrainDataPanel
from ganstudio.gui.panels.train_fit import TrainFitPanel
from ganstudio.gui.panels.train_options import TrainOptionsPanel
from ganstudio.gui.panels.train_run import TrainRunPanel
from ganstudio.gui.panels.train_runs import TrainRunsPanel
from ganstudio.gui.panels.train_snapshots import TrainSnapshotsPanel
from ganstudio.studio.run_watch import RunState
from ganstudio.training.events import Evaluated, Logits, Snapshot, Started, Step
from ganstudio.training.options import TrainingOptions
from ganstudio.training.run import RunFolder
from tests.gui.conftest import Running

LEFT = Qt.MouseButton.LeftButton
PATIENCE_MS = 120_000


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder of random pictures, 16 px."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    draws = np.random.default_rng(5)
    for number in range(24):
        Image.fromarray(draws.integers(0, 256, (16, 16, 3), dtype=np.uint8)).save(folder / f"{number:02d}.png")
    return folder


@pytest.fixture
def train(start: Callable[..., Running]) -> Running:
    """A window in the Train workspace."""
    running = start()
    running.qtbot.mouseClick(running.window.top.tab("train"), LEFT)
    draft = running.session.runs.draft
    running.qtbot.waitUntil(lambda: draft.catalogue is not None, timeout=PATIENCE_MS)
    return running


def written(path: Path, steps: int = 40) -> RunFolder:
    """The folder of a run as another program leaves it: growing, with metrics, logits, samples and a snapshot."""
    run = RunFolder.create(path, TrainingOptions("dcgan", "pictures", images=1000, preset="tiny"))
    run.log_event(Started(0, 1, 1, "cpu"))
    for place in range(1, steps + 1):
        run.log_event(
            Step(4 * place, place, {"D/real": 1 / place}, gradient_norms={"D": 2.0}, learning_rates={"G": 0.1},
                 read_outs={"lod": 1.5, "resolution": 16.0, "augment_p": 0.25}, images_per_second=20.0, memory=10**8)
        )  # fmt: skip
    counts = {"real": (1, 6, 1), "held_out": (4, 4, 0), "fake": (8, 0, 0)}
    run.log_event(Logits(80, -2.0, 4.0, counts, dict.fromkeys(counts, 0.0), 0.4))
    for at, value in ((80, 9.0), (120, 4.0), (160, 6.0)):
        run.log_event(Evaluated(at, "frechet-vgg16", value, 0.5, 100, "vgg16"))
    for at in (0, 80, 160):
        Image.fromarray(np.full((24, 24, 3), at, np.uint8)).save(run.samples / f"{at:09d}.png")
    return run


def chosen_state(running: Running) -> RunState | None:
    runs = running.session.runs
    glance = runs.glance(runs.chosen) if runs.chosen is not None else None
    return glance.state if glance is not None else None


def wait_for(running: Running, state: RunState) -> None:
    def reached() -> bool:
        running.session.runs.refresh()
        return chosen_state(running) is state

    running.qtbot.waitUntil(reached, timeout=PATIENCE_MS)


def test_a_run_is_prepared_started_paused_killed_and_resumed(train: Running, pictures: Path) -> None:
    window, qtbot, runs = train.window, train.qtbot, train.session.runs
    data, fit, run = (window.panel(kind) for kind in (TrainDataPanel, TrainFitPanel, TrainRunPanel))
    board, cards = window.panel(TrainBoardPanel), window.panel(TrainRunsPanel)
    assert data is not None
    assert fit is not None
    assert run is not None
    assert board is not None
    assert cards is not None
    assert not fit.start.isEnabled()
    assert "Choose pictures" in fit.problem.text()
    assert not run.isVisible()
    runs.draft.choose_data(str(pictures))
    qtbot.waitUntil(lambda: data.found is not None, timeout=PATIENCE_MS)
    assert data.found is not None
    assert (data.found.count, data.found.resolution) == (23, 16)
    assert data.sheet.isVisible()
    runs.draft.choose_recipe("dcgan")
    runs.draft.choose_preset("tiny")
    wanted = {"images": 50_000_000, "sample_every": 400, "snapshot_every": 400, "checkpoint_every": 800}
    for name, value in wanted.items():
        runs.draft.set_run(name, value)
    qtbot.keyClicks(fit.name, "first")
    qtbot.mouseClick(fit.start, LEFT)
    wait_for(train, RunState.RUNNING)
    path = runs.chosen
    assert path is not None
    assert path.name == "first"
    assert run.isVisible()
    assert not fit.isVisible()
    assert list(cards.cards) == [path]
    qtbot.waitUntil(lambda: not board.samples.image.isNull(), timeout=PATIENCE_MS)
    qtbot.mouseClick(run.pause, LEFT)
    wait_for(train, RunState.PAUSED)
    assert run.resume.isVisible()
    qtbot.mouseClick(run.resume, LEFT)
    wait_for(train, RunState.RUNNING)
    child = runs.child(path)
    assert child is not None
    child.kill()
    wait_for(train, RunState.CRASHED)
    seen = max(int(file.stem) for file in (path / "checkpoints").glob("*.safetensors"))
    assert run.reason.isVisible()
    qtbot.mouseClick(run.resume, LEFT)
    wait_for(train, RunState.RUNNING)
    qtbot.waitUntil(lambda: runs.reading is not None and runs.reading.glance.images_seen > seen, timeout=PATIENCE_MS)
    qtbot.mouseClick(run.stop, LEFT)
    wait_for(train, RunState.STOPPED)
    again = runs.child(path)
    assert again is not None
    assert again.wait(60) == 0


def test_any_run_is_watched_compared_and_left_as_it_is(train: Running, tmp_path: Path) -> None:
    window, qtbot, runs = train.window, train.qtbot, train.session.runs
    one, other = written(tmp_path / "one"), written(tmp_path / "other", 20)
    before = sorted(path.name for path in one.path.rglob("*"))
    for run in (other, one):
        runs.attach(run.path)
        qtbot.waitUntil(lambda run=run: runs.chosen == run.path and runs.reading is not None, timeout=PATIENCE_MS)
    board, cards = window.panel(TrainBoardPanel), window.panel(TrainRunsPanel)
    assert board is not None
    assert cards is not None
    qtbot.waitUntil(lambda: board.panes[0].curves.ready, timeout=PATIENCE_MS)
    assert "crashed" in cards.cards[one.path].line.text()
    assert "best frechet-vgg16 4 ± 0.5 at 0.12 kimg" in board.line.text()
    qtbot.mouseClick(cards.cards[other.path].compare, LEFT)
    qtbot.waitUntil(lambda: len(board.panes[0].readings) == 2, timeout=PATIENCE_MS)
    curves = board.panes[0].curves
    assert {(s.run, s.words) for s in curves.shown} == {(0, "D real · one"), (1, "D real · other")}
    key = board.panes[0].key.text()
    assert ">━<" in key
    assert ">--<" in key
    assert "D&nbsp;real&nbsp;·&nbsp;other" in key
    assert curves.at(40.0) == "0.04 kimg:  D real · one 0.1   D real · other 0.1"
    assert sorted(path.name for path in one.path.rglob("*")) == before
    facts = window.panel(TrainRunPanel)
    assert facts is not None
    assert ("Resolution", "16 px, α = 0.50") in facts._facts
    assert ("Augmentation", "p = 0.250") in facts._facts


def test_curves_show_groups_marks_and_are_exported(train: Running, tmp_path: Path) -> None:
    qtbot, runs = train.qtbot, train.session.runs
    run = written(tmp_path / "run")
    runs.attach(run.path)
    board = train.window.panel(TrainBoardPanel)
    assert board is not None
    pane = board.panes[0]
    qtbot.waitUntil(lambda: pane.curves.ready and bool(pane.readings), timeout=PATIENCE_MS)
    pane.choice.action("metrics").trigger()
    assert [s.mark for s in pane.curves.shown] == [120.0]
    pane.export(tmp_path / "curves.csv")
    lines = (tmp_path / "curves.csv").read_text().splitlines()
    assert lines[1:] == [
        f"frechet-vgg16,{at},{value},{value},{value}" for at, value in ((80, 9), (120, 4), (160, 6))
    ]
    linear = pane.curves.grab().toImage()
    pane.log.click()
    assert pane.curves.grab().toImage() != linear
    pane.export(tmp_path / "curves.png")
    assert (tmp_path / "curves.png").stat().st_size > 0
    pane.choice.action("logits").trigger()
    assert [strip.kind for strip in pane.strips.strips] == ["real", "held_out", "fake"]
    pane.choice.action("path").trigger()
    assert "nothing of it" in pane.nothing.text()


def test_samples_go_through_time_and_follow_the_run(train: Running, tmp_path: Path) -> None:
    qtbot, runs = train.qtbot, train.session.runs
    run = written(tmp_path / "run")
    runs.attach(run.path)
    board = train.window.panel(TrainBoardPanel)
    assert board is not None

    def shown(level: int) -> Callable[[], bool]:
        return lambda: not board.samples.image.isNull() and board.samples.image.pixelColor(2, 2).red() == level

    qtbot.waitUntil(shown(160), timeout=PATIENCE_MS)
    board.track.setFocus()
    qtbot.keyClick(board.track, Qt.Key.Key_Left)
    qtbot.waitUntil(shown(80), timeout=PATIENCE_MS)
    Image.fromarray(np.full((24, 24, 3), 200, np.uint8)).save(run.samples / "000000200.png")
    runs.refresh()
    qtbot.waitUntil(lambda: len(board.sheets) == 4, timeout=PATIENCE_MS)
    assert board.place == 1
    qtbot.keyClick(board.track, Qt.Key.Key_End)
    qtbot.waitUntil(shown(200), timeout=PATIENCE_MS)


def test_the_time_machine_holds_the_state(train: Running, tmp_path: Path, styled_model: Path) -> None:
    from ganstudio.checkpoints.checkpoint import Checkpoint
    from ganstudio.checkpoints.format import save_checkpoint
    from ganstudio.checkpoints.reader import read_checkpoint

    qtbot, session, runs = train.qtbot, train.session, train.session.runs
    run = written(tmp_path / "run")
    made = read_checkpoint(styled_model)
    for at, scale in ((80, 1.0), (160, 1.5)):
        tensors = {name: t * scale if "weight" in name else t for name, t in made.tensors["generator"].items()}
        save_checkpoint(run.snapshot_file(at), Checkpoint(made.architecture, made.config, {"generator": tensors}))
        run.log_event(Snapshot(at, str(run.snapshot_file(at))))
    runs.attach(run.path)
    panel = train.window.panel(TrainSnapshotsPanel)
    assert panel is not None
    qtbot.waitUntil(lambda: len(panel.snapshots) == 2 and panel.isVisible(), timeout=PATIENCE_MS)
    qtbot.keyClick(panel.track, Qt.Key.Key_Home)
    qtbot.waitUntil(lambda: session.document.model.name == str(run.snapshot_file(80)), timeout=PATIENCE_MS)
    session.end_gesture()
    session.change("Truncate", "psi", 0.4)
    first = train.settle()
    steps = session.history.undo_label
    qtbot.keyClick(panel.track, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: session.document.model.name == str(run.snapshot_file(160)), timeout=PATIENCE_MS)
    second = train.settle()
    assert session.document.psi == 0.4
    assert session.document.inputs == first.document.inputs
    before, after = (next(iter(frame.pictures.values())) for frame in (first, second))
    assert not np.array_equal(before, after)
    session.undo()
    assert session.history.undo_label == steps
    qtbot.mouseClick(panel.pins["b"], LEFT)
    panel.track.step(-1)
    qtbot.mouseClick(panel.pins["a"], LEFT)
    qtbot.waitUntil(lambda: session.comparison.sides["a"].document is not None, timeout=PATIENCE_MS)
    assert "frechet-vgg16" in panel.compared.text()
    panel.blend.changed.emit(0.5, "blend")
    qtbot.waitUntil(lambda: "blends" in session.document.model.name, timeout=PATIENCE_MS)
    between = read_checkpoint(session.document.model.name).tensors["generator"]
    name = next(name for name in between if "weight" in name)
    weight = made.tensors["generator"][name]
    assert np.allclose(between[name].float().numpy(), 1.25 * weight.float().numpy(), atol=1e-3)
    qtbot.mouseClick(panel.explore, LEFT)
    qtbot.waitUntil(lambda: train.window.panel(TrainSnapshotsPanel) is None, timeout=PATIENCE_MS)


def test_the_form_follows_recipes_and_presets(train: Running) -> None:
    panel, draft = train.window.panel(TrainOptionsPanel), train.session.runs.draft
    assert panel is not None
    panel.architectures.action("progan").trigger()
    assert draft.architecture == "progan"
    assert not {"steady_images", "n_critic"} & set(panel.recipe_form.fields)
    train.qtbot.mouseClick(panel.recipe_form.more, LEFT)
    assert {"steady_images", "n_critic"} <= set(panel.recipe_form.fields)
    critic = panel.recipe_form.fields["n_critic"]
    assert isinstance(critic, ValueField)
    assert critic.text() == str(getattr(draft.recipe_options, "n_critic"))  # noqa: B009 - one of many options' kinds
    field = panel.recipe_form.fields["learning_rate"]
    train.qtbot.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    train.qtbot.keyClicks(field, "0.002")
    train.qtbot.keyClick(field, Qt.Key.Key_Return)
    assert draft.recipe == {"learning_rate": 0.002}
    train.qtbot.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    train.qtbot.keyClicks(field, "quick")
    train.qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.property("invalid")
    assert draft.recipe == {"learning_rate": 0.002}
    assert all(field.toolTip() for field in panel.recipe_form.fields.values())
    side = panel.run_form.fields["resolution"]
    assert isinstance(side, ValueField)
    assert (side.text(), side.placeholderText()) == ("", "the data's own")
    train.qtbot.keyClicks(side, "32\r")
    assert (draft.run["resolution"], side.text()) == (32, "32")
    side.selectAll()
    train.qtbot.keyClick(side, Qt.Key.Key_Delete)
    train.qtbot.keyClick(side, Qt.Key.Key_Return)
    assert "resolution" not in draft.run


def test_an_empty_workspace_says_what_to_do(train: Running) -> None:
    board = train.window.panel(TrainBoardPanel)
    assert board is not None
    assert board.isVisible()
    assert train.window.stage.page == "Training"
    assert train.window.panel(TrainRunsPanel) is not None
    assert CurvesView("", "").ready is False
