"""The pictures that a run learns from, for what its options call data."""

from pathlib import Path

from ganstudio.data.generated import GeneratedOptions, GeneratedPictures
from ganstudio.data.images import ArrayPictures, PictureOptions, Pictures, open_pictures
from ganstudio.data.labels import LabelSource
from ganstudio.data.loading import BatchLoader
from ganstudio.studio.model_drawer import ModelDrawer
from ganstudio.training.options import TrainingOptions

MODEL = "model:"
WORKERS = 2
DRAWN_TO_JUDGE = 256


def open_feed(options: TrainingOptions, trained: Pictures) -> BatchLoader:
    """Return the pictures that are trained on as batches."""
    workers = 0 if trained.endless else WORKERS  # drawing in other processes only takes the cores from training
    return BatchLoader(trained, options.recipe_options().batch, options.seed, workers=workers)


def open_held_out(options: TrainingOptions, kept: Pictures | None) -> BatchLoader | None:
    """Return the pictures that are never trained on as batches; of endless ones the first 256, drawn at once."""
    if kept is None:
        return None
    if options.data.startswith(MODEL):
        kept = ArrayPictures(kept.reader().read(range(DRAWN_TO_JUDGE)).pixels)
    return BatchLoader(kept, options.recipe_options().batch, options.seed)


def open_data(options: TrainingOptions) -> tuple[Pictures, Pictures | None]:
    """Return the pictures to train on and those held out; raises SourceError or LabelsError."""
    if options.data.startswith(MODEL):
        drawer = ModelDrawer(options.data.removeprefix(MODEL))
        resolution = options.resolution or drawer.resolution
        return GeneratedPictures(drawer, GeneratedOptions(options.seed, resolution)).split()
    chosen = PictureOptions(
        resolution=options.resolution or None, labels=LabelSource(options.labels), label_file=options.label_file
    )
    trained, kept = open_pictures(Path(options.data), chosen).split()
    return (trained.spread(options.most) if options.most else trained), kept
