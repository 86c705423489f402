"""The engine on pairs: recipes see the maps of their pictures, mirrored with them, and those without maps go on."""

from pathlib import Path

import pytest
import torch

from ganstudio.architectures import cards
from ganstudio.core.errors import WrongInputError
from ganstudio.core.recipe import Batch, DataFacts
from ganstudio.data.images import open_pictures
from ganstudio.data.loading import BatchLoader
from ganstudio.training.loop import train
from ganstudio.training.options import TrainingOptions, TrainingOptionsError
from ganstudio.training.parallel import Processes
from ganstudio.training.trainer import Trainer
from tests.data.made_pairs import MIRROR, SHADE, pairs
from tests.data.made_sets import archive_of
from tests.training.conftest import BATCH, MakeRun, tiny_options

ALONE = Processes(0, 1, torch.device("cpu"))


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Twenty pairs whose picture says what stands in the map."""
    return archive_of(tmp_path / "pairs.zip", pairs(20, instances=True))


def feeds(archive: Path, options: TrainingOptions) -> tuple[BatchLoader, BatchLoader]:
    trained, held = open_pictures(archive).split()
    assert held is not None
    return BatchLoader(trained, BATCH, options.seed), BatchLoader(held, BATCH, options.seed)


def classes_of(batch: Batch) -> torch.Tensor:
    return ((batch.images[:, 0] + 1.0) * 127.5 / SHADE).round().long()


@pytest.mark.parametrize("mirror", [False, True])
def test_a_batch_holds_the_maps_of_its_pictures(archive: Path, mirror: bool) -> None:
    options = tiny_options(mirror=mirror)
    trained, held = feeds(archive, options)
    trainer = Trainer(options, trained, ALONE, held)
    batches = [trainer._batches()[0] for trainer.steps in range(6)]
    turned = 0
    for batch in batches:
        assert batch.maps is not None
        assert batch.instances is not None
        assert batch.maps.shape == batch.instances.shape == (BATCH, 16, 16)
        for row, labels in enumerate(batch.maps):
            ramp_falls = bool(batch.images[row, 2, 0, 0] > batch.images[row, 2, 0, -1])
            turned += ramp_falls
            seen = classes_of(batch)[row]
            expected = torch.tensor(MIRROR)[seen] if ramp_falls else seen
            assert torch.equal(labels, expected)
            assert torch.equal(batch.instances[row] // 300, seen)
    assert (0 < turned < 6 * BATCH) == mirror


def test_a_recipe_without_use_for_maps_trains_on_pairs(archive: Path, make_run: MakeRun) -> None:
    run = make_run(images=2 * BATCH)
    trained, held = feeds(archive, run.options)
    list(train(run, trained, ALONE, held_out=held))
    list(train(run, trained, ALONE, held_out=held))
    stored = (run.path / "data.json").read_text()
    (run.path / "data.json").write_text(stored.replace('"ground"', '"sea"'))
    with pytest.raises(TrainingOptionsError, match="have changed"):
        list(train(run, trained, ALONE, held_out=held))


def test_a_recipe_that_needs_maps_says_so() -> None:
    card = cards()["dcgan"].recipe
    assert card is not None
    options = next(iter(card.presets.values()))
    needing = type(card)(card.options, card.presets, card.build, needs_maps=True)
    with pytest.raises(WrongInputError, match="with label maps, and these data have none; give it"):
        needing.recipe(options, DataFacts(16, 3, 0, 9), pytest.fail)
