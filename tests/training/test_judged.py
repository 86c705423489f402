"""Pictures as the discriminator is shown them lie in the run's folder, and taking them changes nothing."""

import numpy as np
from PIL import Image

from ganstudio.training.events import Step
from ganstudio.training.loop import train
from ganstudio.training.parallel import join_processes
from ganstudio.training.run import RunFolder
from ganstudio.training.trainer import Trainer
from tests.training.conftest import MakeRun, tiny_feed


def steps_of(run: RunFolder) -> list[Step]:
    options = run.options
    return [e for e in train(run, tiny_feed(options), join_processes("cpu")) if isinstance(e, Step)]


def test_augmented_pictures_are_written_beside_the_samples(make_run: MakeRun) -> None:
    run = make_run("ada", architecture="stylegan2", preset="tiny-ada", resolution=16)
    with_pictures = steps_of(run)
    written = sorted(path.name for path in run.augmented.glob("*.png"))
    assert written == ["000000016.png", "000000032.png"]
    with Image.open(run.augmented / written[-1]) as sheet:
        assert sheet.size == (6 * 16, 2 * 16)
        assert np.asarray(sheet).std() > 10
    rare = make_run("rare", architecture="stylegan2", preset="tiny-ada", sample_every=1 << 20, resolution=16)
    assert [s.losses for s in steps_of(rare)] == [s.losses for s in with_pictures]


def test_a_recipe_that_shows_pictures_as_they_are_writes_none(make_run: MakeRun) -> None:
    run = make_run()
    steps_of(run)
    assert not run.augmented.exists()


def test_a_step_that_was_not_done_shows_nothing(make_run: MakeRun) -> None:
    options = make_run("new", architecture="stylegan2", preset="tiny-ada").options
    trainer = Trainer(options, tiny_feed(options, 32), join_processes("cpu"))
    assert trainer.judged_grid() is None
    trainer.step()
    grid = trainer.judged_grid()
    assert grid is not None
    assert grid.shape == (2 * 32, 6 * 32, 3)


def test_growing_tells_its_resolution(make_run: MakeRun) -> None:
    options = make_run("growing", architecture="stylegan2", preset="tiny-growing").options
    trainer = Trainer(options, tiny_feed(options, 32), join_processes("cpu"))
    found = [trainer.step() for _ in range(3)]
    assert [step.read_outs["resolution"] for step in found if isinstance(step, Step)] == [16.0, 32.0, 32.0]
