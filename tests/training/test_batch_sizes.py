"""Batches that change with the resolution of a growing run."""

from pathlib import Path

import torch

from ganstudio.data.loading import BatchLoader, Rows
from ganstudio.training.events import Step
from ganstudio.training.options import TrainingOptions
from ganstudio.training.parallel import Processes
from ganstudio.training.state import digest
from ganstudio.training.trainer import Trainer
from tests.training.conftest import tiny_feed, tiny_options

ALONE = Processes(0, 1, torch.device("cpu"))
GROWING = {"batch_up_to": [[4, 12], [8, 8]], "channels": [8, 7, 6], "steady_images": 20, "fade_images": 4}
SEEN = [12, 24, 32, 40, 48, 52, 56]


def growing() -> TrainingOptions:
    """A run on 4, 8 and 16 px, with batches of 12, 8 and 4."""
    return tiny_options(architecture="progan", images=SEEN[-1], recipe=GROWING)


def watched(options: TrainingOptions) -> tuple[BatchLoader, list[int]]:
    """Return a feed, and the list of the pictures that it will have shown."""
    feed, shown = tiny_feed(options), list[int]()
    rows = feed.rows

    def noting(step: int, wanted: range) -> Rows:
        shown.extend(feed.numbers(step, wanted).tolist())
        return rows(step, wanted)

    feed.rows = noting  # type: ignore[method-assign]
    return feed, shown


def test_batches_follow_the_resolution_and_every_picture_has_its_turn() -> None:
    options = growing()
    feed, shown = watched(options)
    trainer = Trainer(options, feed, ALONE)
    steps = [trainer.step() for _ in SEEN]
    assert all(isinstance(step, Step) for step in steps)
    assert [step.images_seen for step in steps] == SEEN
    order = feed.numbers(0, range(SEEN[-1])).tolist()
    assert shown == order
    assert sorted(order[:24]) == list(range(24))


def test_a_run_resumes_between_batches_of_two_sizes(tmp_path: Path) -> None:
    options = growing()
    whole, first = (Trainer(options, tiny_feed(options), ALONE) for _ in range(2))
    for _ in SEEN:
        whole.step()
    for _ in SEEN[:2]:
        first.step()
    first.save(tmp_path / "state.safetensors")
    resumed = Trainer(options, tiny_feed(options), ALONE)
    resumed.load(tmp_path / "state.safetensors")
    for _ in SEEN[2:]:
        resumed.step()
    assert digest(resumed.recipe, resumed.averages) == digest(whole.recipe, whole.averages)
