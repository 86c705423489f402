"""Known runs, the draft of the next one, and what is measured before it starts; without a window."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganstudio.core.frame import Problem
from ganstudio.studio.held_state import held
from ganstudio.studio.opening import DATA, MODEL, RUN, opener_of
from ganstudio.studio.run_reading import glance
from ganstudio.studio.run_watch import RunState
from ganstudio.studio.runs import Runs, new_folder
from ganstudio.studio.train_data import DataPreview, preview
from ganstudio.studio.train_draft import TrainDraft, reason_of
from ganstudio.studio.train_models import BlendError, blended, nearest
from ganstudio.studio.train_probe import Fit, Tried, grown, largest_batch, probe, seconds_per_step
from ganstudio.training.events import Failed, Finished, Started, Step
from ganstudio.training.options import TrainingOptions
from ganstudio.training.run import RunFolder
from tests.studio.conftest import Running

OPTIONS = TrainingOptions("dcgan", "pictures", images=1000, preset="tiny", recipe={"generator_width": 6})


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    draws = np.random.default_rng(5)
    for number in range(30):
        Image.fromarray(draws.integers(0, 256, (16, 16, 3), dtype=np.uint8)).save(folder / f"{number:02d}.png")
    return folder


def attach(running: Running, path: Path) -> Runs:
    runs = running.session.runs
    runs.attach(path)
    running.until(lambda: runs.reading is not None and runs.reading.glance.path == path and runs.idle)
    return runs


def load(running: Running) -> TrainDraft:
    draft = running.session.runs.draft
    draft.load()
    running.until(lambda: draft.catalogue is not None)
    return draft


def test_runs_are_remembered_and_forgotten(running: Running, tmp_path: Path) -> None:
    paths = [RunFolder.create(tmp_path / name, OPTIONS).path for name in ("a", "b")]
    for path in paths:
        runs = attach(running, path)
    assert runs.paths == (paths[1], paths[0])
    runs._keeping.finish()
    assert Runs(running.session).paths == runs.paths
    runs.forget(paths[1])
    assert runs.paths == (paths[0],)
    assert runs.chosen is None
    assert (paths[1] / "options.json").exists()


def test_a_folder_that_is_no_run_is_told(running: Running, tmp_path: Path) -> None:
    told: list[Problem] = []
    running.session.failed.connect(told.append)
    running.session.runs.attach(tmp_path)
    running.until(lambda: bool(told))
    assert "is not the folder of a run" in told[0].sentence
    assert running.session.runs.paths == ()


def test_a_glance_tells_the_state_without_reading_the_whole_log(tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path / "run", OPTIONS)
    assert glance(run.path).state is RunState.NEW
    for place in range(1, 2000):
        run.log_event(Step(4 * place, place, {"D/real": 0.5}, images_per_second=20.0))
    found = glance(run.path)
    assert (found.state, found.images_seen, found.images, found.images_per_second) == (
        RunState.CRASHED, 7996, 1000, 20.0,
    )  # fmt: skip
    run.log_event(Failed("The disk is full."))
    assert (glance(run.path).state, glance(run.path).reason) == (RunState.FAILED, "The disk is full.")
    run.log_event(Finished(7996, "stopped"))
    assert glance(run.path).state is RunState.STOPPED
    assert glance(tmp_path / "gone").state is RunState.CRASHED


def test_a_draft_becomes_options_and_takes_those_of_a_run(running: Running, tmp_path: Path) -> None:
    draft = load(running)
    assert (draft.architecture, draft.preset) == ("stylegan2", "auto-64-ada")
    assert "Choose pictures" in reason_of(draft)
    draft.choose_data("model:faces-dcgan")
    draft.set_recipe("batch", 8)
    draft.set_run("images", 5000)
    made = draft.build()
    assert (made.images, made.recipe, made.preset) == (5000, {"batch": 8}, "auto-64-ada")
    draft.set_recipe("batch", 32)
    assert draft.recipe == {}
    draft.choose_recipe("progan")
    assert draft.build().recipe == {"images": 5000}
    assert draft.folder_name == "progan-faces-dcgan"
    run = RunFolder.create(tmp_path / "run", dataclasses.replace(OPTIONS, mirror=True))
    runs = attach(running, run.path)
    runs.duplicate(run.path)
    assert runs.chosen is None
    assert draft.build() == dataclasses.replace(OPTIONS, mirror=True)
    draft.set_run("evaluate_every", 100)
    assert "needs --metrics" in reason_of(draft)


def test_new_folders_take_no_others_place(tmp_path: Path) -> None:
    assert new_folder(tmp_path, "run") == tmp_path / "run"
    RunFolder.create(tmp_path / "run", OPTIONS)
    assert new_folder(tmp_path, "run") == tmp_path / "run-2"


def test_dropped_folders_are_runs_pictures_or_models(tmp_path: Path, pictures: Path) -> None:
    run = RunFolder.create(tmp_path / "run", OPTIONS)
    assert opener_of(run.path) is RUN
    assert opener_of(pictures) is DATA
    (pictures / "model.safetensors").touch()
    assert opener_of(pictures) is MODEL


def test_pictures_are_looked_at_before_they_are_learned_from(pictures: Path, tmp_path: Path) -> None:
    found = next(iter(preview(str(pictures)))).result
    assert isinstance(found, DataPreview)
    assert (found.count, found.held_out, found.resolution) == (29, 1, 16)
    assert found.sheet is not None
    assert found.sheet.shape == (64, 96, 3)
    assert "learned by heart" in " ".join(found.sentences())
    nothing = next(iter(preview(str(tmp_path / "none")))).result
    assert isinstance(nothing, DataPreview)
    assert nothing.sentences() == (nothing.problem,)
    assert nothing.problem
    endless = next(iter(preview("model:faces-dcgan"))).result
    assert isinstance(endless, DataPreview)
    assert endless.sentences() == ("Endless fresh pictures of 64 × 64 px.",)


def test_a_trial_measures_memory_and_time(pictures: Path) -> None:
    steps = list(probe(TrainingOptions("dcgan", str(pictures), images=36_000, preset="tiny")))
    fit = steps[-1].result
    assert isinstance(fit, Fit)
    assert fit.fits
    assert fit.tried.batch == 4
    assert fit.tried.memory > 50e6
    assert fit.hours == pytest.approx(10 * fit.tried.seconds_per_image)
    assert fit.sentences()[0].startswith("It fits")
    assert fit.sentences()[-1].startswith("Measured on cpu")


def test_the_largest_batch_follows_from_what_a_picture_takes() -> None:
    half, whole = Tried(4, 0.1, 1400, 3), Tried(8, 0.1, 1800, 3)
    assert largest_batch(half, whole, 2700) == 16
    assert largest_batch(half, whole, 1500) == 4
    assert largest_batch(None, whole, 2700) == 0
    assert largest_batch(Tried(4, 0.1, 1800, 3), whole, 2700) == 0
    assert seconds_per_step([9.0, 1.0, 3.0]) == 2.0


@pytest.mark.parametrize(
    ("architecture", "preset", "field", "value"),
    [("stylegan2", "tiny-growing", "grow_from", None), ("progan", "tiny", "first_resolution", 64),
     ("stylegan", "tiny", "first_resolution", 64), ("dcgan", "tiny", "batch", 4)],
)  # fmt: skip
def test_growing_runs_are_measured_grown_up(architecture: str, preset: str, field: str, value: object) -> None:
    options = grown(TrainingOptions(architecture, "pictures", preset=preset, resolution=64))
    assert getattr(options.recipe_options(), field) == value
    assert options.judge_every == options.evaluate_every == 0


def test_models_of_other_shapes_take_what_fits(
    run: Callable[[str | Path], Running], styled_model: Path, tmp_path: Path
) -> None:
    running = run(styled_model)
    session = running.session
    assert session.model is not None
    session.change("Truncate", "psi", 0.3)
    here, before = session.document, session.model
    session.runs.machine.show(styled_model)
    running.until(lambda: session.runs.machine.now is not None)
    assert session.document == here
    shipped: list[object] = []
    session.runs.machine.shown.connect(shipped.append)
    session.open_model("faces-dcgan")
    running.until(lambda: session.model is not None and session.model.name == "faces-dcgan")
    assert session.model is not None
    assert held(here, before, session.model).inputs.keys() == session.document.inputs.keys()
    with pytest.raises(BlendError, match="different shapes"):
        blended(tmp_path, styled_model, Path(session.model.path), 0.5)


def test_the_nearest_snapshot_is_found() -> None:
    paths = tuple(Path(f"{at:09d}.safetensors") for at in (0, 100, 300))
    assert nearest(paths, 190) == paths[1]
    assert nearest((), 5) is None


def test_a_started_run_that_said_nothing_is_not_taken_for_running(tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path / "run", OPTIONS)
    run.log_event(Started(0, 1, 1, "cpu"))
    assert glance(run.path).state is RunState.CRASHED
