"""A small run: tiny networks on random pictures."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ganstudio.data.images import ArrayPictures
from ganstudio.data.loading import BatchLoader
from ganstudio.training.options import TrainingOptions
from ganstudio.training.run import RunFolder

BATCH = 4


def tiny_options(**changes: Any) -> TrainingOptions:
    """Options of a run of eight steps."""
    values: dict[str, Any] = {
        "architecture": "dcgan",
        "data": "in memory",
        "images": 8 * BATCH,
        "preset": "tiny",
        "checkpoint_every": 2 * BATCH,
        "snapshot_every": 4 * BATCH,
        "sample_every": 4 * BATCH,
        "channels_last": False,
    }
    return TrainingOptions(**{**values, **changes})


def tiny_feed(options: TrainingOptions, resolution: int = 16, count: int = 24) -> BatchLoader:
    """Random pictures, the same for every call."""
    pixels = np.random.default_rng(3).integers(0, 256, (count, 3, resolution, resolution), dtype=np.uint8)
    return BatchLoader(ArrayPictures(pixels), options.recipe_options().batch, options.seed)


def tiny_held_out(options: TrainingOptions, resolution: int = 16, count: int = 9) -> BatchLoader:
    """Other random pictures, lighter ones."""
    pixels = np.random.default_rng(4).integers(128, 256, (count, 3, resolution, resolution), dtype=np.uint8)
    return BatchLoader(ArrayPictures(pixels), options.recipe_options().batch, options.seed)


MakeRun = Callable[..., RunFolder]


@pytest.fixture
def make_run(tmp_path: Path) -> MakeRun:
    """Makes the folders of tiny runs."""

    def make(name: str = "run", **changes: Any) -> RunFolder:
        return RunFolder.create(tmp_path / name, tiny_options(**changes))

    return make
