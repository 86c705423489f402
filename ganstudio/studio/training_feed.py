"""The pictures that a run learns from, for what its options call data."""

from pathlib import Path

from ganstudio.data.generated import GeneratedOptions, GeneratedPictures
from ganstudio.data.images import PictureOptions, Pictures, open_pictures
from ganstudio.data.loading import BatchLoader
from ganstudio.studio.model_drawer import ModelDrawer
from ganstudio.training.options import TrainingOptions

MODEL = "model:"
WORKERS = 2


def open_feed(options: TrainingOptions) -> BatchLoader:
    """Return the part of the data that is trained on, as batches; raises SourceError where there are none."""
    trained, _ = open_data(options).split()
    workers = 0 if trained.endless else WORKERS  # drawing in other processes only takes the cores from training
    return BatchLoader(trained, options.recipe_options().batch, options.seed, workers=workers)


def open_data(options: TrainingOptions) -> Pictures:
    """Return all pictures of a run, held-out ones included."""
    if options.data.startswith(MODEL):
        drawer = ModelDrawer(options.data.removeprefix(MODEL))
        resolution = options.resolution or drawer.resolution
        return GeneratedPictures(drawer, GeneratedOptions(options.seed, resolution))
    return open_pictures(Path(options.data), PictureOptions(resolution=options.resolution or None))
