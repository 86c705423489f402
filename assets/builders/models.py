"""The small examples: what each is trained on, and for how long."""

from pathlib import Path

import numpy as np
import torch

from assets.builders.trained import TrainedModel
from ganstudio.core.store import Array
from ganstudio.data.images import PictureOptions, open_pictures
from ganstudio.data.labels import LabelSource
from ganstudio.engine.model import Model
from ganstudio.studio.assets import Number

DIGITS_DRAWN = 2000
NEAREST = "nearest of 1797 labelled pictures, pixels"


def nearest_classes(pictures: Array, labelled: Array, classes: Array) -> Array:
    """Return the class of the labelled picture nearest to each picture; both `[N, C, R, R]` on one scale."""
    first, second = (torch.from_numpy(each.reshape(len(each), -1).astype(np.float32)) for each in (pictures, labelled))
    nearest: Array = classes[torch.cdist(first, second).argmin(dim=1).numpy()]
    return nearest


def digit_shares(model: Model, data: Path) -> tuple[Number, ...]:
    """Measure how often the rarest and the most frequent digit are drawn; each is a tenth of the data."""
    labelled = open_pictures(data, PictureOptions(labels=LabelSource.FILE))
    assert labelled.labels is not None
    real = labelled.reader().read(range(len(labelled))).pixels
    drawn = (model.sample(range(DIGITS_DRAWN)).numpy() + 1.0) * 127.5
    counts = np.bincount(nearest_classes(drawn, real, labelled.labels.values), minlength=10)
    rows = (("share of the rarest digit", counts.min()), ("share of the most frequent digit", counts.max()))
    return tuple(
        Number(metric, round(share, 4), DIGITS_DRAWN, f"standard error {_binomial(share):.2g}", NEAREST)
        for metric, share in ((metric, float(count) / DIGITS_DRAWN) for metric, count in rows)
    )


def _binomial(share: float) -> float:
    return float(np.sqrt(share * (1.0 - share) / DIGITS_DRAWN))


DIGITS_GAN = TrainedModel(
    name="digits-gan",
    title="Digits (GAN, 8 px)",
    summary="Handwritten digits at 8 x 8 pixels from the first kind of GAN, two perceptrons; trained in a few minutes "
    "on one processor core.",
    architecture="gan",
    preset="digits",
    data="digits-8",
    images=800_000,
    measured=1797,
    options={},
    seed=1,
    enlarged=8,
    also=digit_shares,
)
AVATARS_DCGAN = TrainedModel(
    name="avatars-dcgan",
    title="Avatars (DCGAN, 64 px)",
    summary="Illustrated faces at 64 x 64 pixels in five styles, learned from 4000 drawn ones by a small DCGAN in a "
    "quarter of an hour on one processor core: the styles are clear, contours rough. It has no W space; psi keeps its "
    "latent inside a range.",
    architecture="dcgan",
    preset="avatars",
    data="avatars-64",
    images=70_000,
    measured=1000,
    options={"mirror": "True", "arithmetic": "bfloat16"},
    seed=1,
)
