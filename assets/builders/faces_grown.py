"""Faces from networks that grow: they learn from endless pictures that the shipped DCGAN draws."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from assets.builders.card import CARD, rounded, write_card
from assets.builders.sheet import write_calm_sheet, write_mixing_sheet
from assets.builders.trained import METRICS, TrainedModel
from ganstudio import open_model
from ganstudio.checkpoints.shipped import MODEL_FILE
from ganstudio.core.paths import ASSETS, user_folder
from ganstudio.core.pixels import to_pixels
from ganstudio.core.store import Array
from ganstudio.data.faces.acceptance import face_scores, share_with_a_face
from ganstudio.data.faces.judge import face_detector
from ganstudio.data.generated import GeneratedOptions, GeneratedPictures
from ganstudio.engine.model import Model
from ganstudio.metrics.evaluation import Laboratory
from ganstudio.metrics.subjects import MeasuredModel, RealPictures
from ganstudio.studio.assets import Card, Number, read_card
from ganstudio.studio.evaluation import CACHE, as_real, measured_model
from ganstudio.studio.model_drawer import ModelDrawer

BATCH, SURE = 50, 0.9
FRESH, OTHERS = "measured", "others"  # streams of pictures that no run sees
DISTANCES = "frechet-vgg16,kernel-vgg16"
LENGTHS = "ppl-z-full"
LENGTHS_IN_W = "ppl-w-full,ppl-w-end,ppl-z-full"


@dataclass(frozen=True, slots=True)
class FacesModel(TrainedModel):
    """A model of the faces that `data`, a shipped model, draws; `paths` are the path lengths to measure."""

    paths: str = LENGTHS

    @property
    def source(self) -> str:
        """Fresh pictures without end."""
        return f"model:{self.data}"

    @property
    def of_data(self) -> Card:
        """The card of the model that draws."""
        return read_card(ASSETS / "models" / self.data / "card.json")

    def real(self, resolution: int) -> RealPictures:
        """Fresh pictures that the run has not seen."""
        return as_real(self._drawn(resolution, FRESH))

    def numbers(self, model: Model) -> tuple[Number, ...]:
        """Measure the model, the data against themselves for comparison, and how far pictures move along paths."""
        keeping = Laboratory(cache=user_folder() / CACHE)
        real, reader = self.real(model.info.resolution), self._drawn(model.info.resolution, OTHERS).reader()

        def draw(seeds: Sequence[int]) -> torch.Tensor:
            return torch.from_numpy(reader.read(seeds).pixels).float() / 127.5 - 1.0

        itself = MeasuredModel(f"{self.data}, other pictures", draw, torch.device("cpu"))
        of_data = self.measure(itself, real, DISTANCES, keeping)
        named = (replace(number, metric=f"{number.metric} of other pictures of the data") for number in of_data)
        return (*self.measure(measured_model(model), real, f"{METRICS},{self.paths}", keeping), *named)

    def _drawn(self, resolution: int, stream: str) -> GeneratedPictures:
        options = GeneratedOptions(self.seed, resolution, stream=stream)
        return GeneratedPictures(ModelDrawer(self.data), options, self.measured)


@dataclass(frozen=True, slots=True)
class FacesInStyles(FacesModel):
    """A model whose pictures are made of styles; its card says in how many runs it learned."""

    def pack(self, trained: Path, target: Path) -> None:
        """Write also the sheet at psi = 0.7, one of mixed styles, and how large the generator is."""
        FacesModel.pack(self, trained, target)
        model = open_model(target / MODEL_FILE)
        self.write_size(model, target)
        write_calm_sheet(model, target)
        write_mixing_sheet(model, target)

    def write_size(self, model: Model, target: Path) -> None:
        """Say on the card how many parameters the generator has."""
        card = read_card(target / CARD)
        size = f"The generator has {model.info.parameters / 1e6:.2f} million parameters."
        write_card(replace(card, training=f"{card.training} {size}"), target)

    def numbers(self, model: Model) -> tuple[Number, ...]:
        """Measure also how far the pictures of the model that it learned from move along paths in its z."""
        drawing = measured_model(open_model(self.data))
        paths = self.measure(drawing, self.real(model.info.resolution), LENGTHS)
        named = (replace(number, metric=f"{number.metric} of {self.data}") for number in paths)
        return (*FacesModel.numbers(self, model), *named, *self.faces_found(model))

    def faces_found(self, model: Model) -> tuple[Number, ...]:
        """Measure in how many uncurated pictures a detector finds a face that had no part in their choice."""
        side, detector = model.info.resolution, face_detector()
        batches = (range(first, first + BATCH) for first in range(0, self.measured, BATCH))
        drawn = np.concatenate([to_pixels(model.sample(seeds)) for seeds in batches]).transpose(0, 3, 1, 2)
        sets = {
            "": np.ascontiguousarray(drawn),
            f" of {self.data}, z x 1": self._fresh(GeneratedOptions(self.seed, side, 1.0, 0.0, FRESH)),
            " of the data": self._fresh(GeneratedOptions(self.seed, side, stream=FRESH)),
        }
        found = {
            name: share_with_a_face(face_scores(detector, pictures), SURE).value for name, pictures in sets.items()
        }
        return tuple(
            Number(
                f"faces found{name}",
                round(share, 4),
                self.measured,
                f"standard error {rounded((share * (1 - share) / self.measured) ** 0.5)}",
                f"MTCNN at a threshold of {SURE}",
            )
            for name, share in found.items()
        )

    def _fresh(self, options: GeneratedOptions) -> Array:
        """Return pictures uint8 `[N, 3, R, R]` that the run has not seen."""
        return GeneratedPictures(ModelDrawer(self.data), options).reader().read(range(self.measured)).pixels

    def card(self, numbers: tuple[Number, ...], shown: str) -> Card:
        """Say how it was made."""
        plain = FacesModel.card(self, numbers, shown)
        runs = ", ".join(f"{run.images} pictures" for run in self.runs)
        training = (
            f"Trained from random weights with the {self.architecture} recipe on {self.of_data.title}, in runs that "
            f"each began with the networks of the one before: {runs}. The first grew from 16 px in batches of 32, the "
            "others have batches of 16. The commands repeat that, though not bit for bit: the first run was "
            "interrupted and changed its number of threads, and networks were handed on in half precision. Averaged "
            "weights, stored in half precision."
        )
        return replace(plain, training=training)


FACES_PROGAN = FacesModel(
    name="faces-progan",
    title="Faces (ProGAN, 32 px)",
    summary="Faces at 32 x 32 pixels from networks that grew from 8 px, learned from pictures that another model drew. "
    "It has no W space; psi keeps its latent inside a range.",
    architecture="progan",
    preset="faces-32",
    data="faces-dcgan",
    images=32_000,
    measured=1000,
    options={"resolution": "32", "mirror": "True", "arithmetic": "bfloat16", "set": "images=60000"},
    enlarged=2,
)
FACES_STYLEGAN = FacesModel(
    name="faces-stylegan",
    title="Faces (StyleGAN, 32 px)",
    summary="Faces at 32 x 32 pixels from networks that grew from 16 px, learned from pictures that another model "
    "drew. Every layer takes a style of its own, so styles of several faces mix.",
    architecture="stylegan",
    preset="faces-32",
    data="faces-dcgan",
    images=60_000,
    measured=1000,
    options={"resolution": "32", "mirror": "True", "arithmetic": "bfloat16"},
    enlarged=2,
    paths=LENGTHS_IN_W,
)
SHAPE = "channels=[192,192,160,64,32]"
LASTING = f"batch=16 {SHAPE} r1_gamma=0.15 g_reg_interval=8 path_weight=1"
FIRST_FACES = FacesModel(
    name="faces-first",
    title="",
    summary="",
    architecture="stylegan2",
    preset="auto-64",
    data="faces-dcgan",
    images=84_864,
    measured=0,
    options={
        "mirror": "True",
        "arithmetic": "bfloat16",
        "set": f"{SHAPE} grow_from=16 grow_images=24000 g_reg_interval=8",
    },
)
SECOND_FACES = FacesModel(
    name="faces-second",
    title="",
    summary="",
    architecture="stylegan2",
    preset="auto-64",
    data="faces-dcgan",
    images=72_000,
    measured=0,
    options={"mirror": "True", "arithmetic": "bfloat16", "set": LASTING},
    seed=1,
    first=FIRST_FACES,
)
FACES = FacesInStyles(
    name="faces",
    title="Faces (StyleGAN2, 64 px)",
    summary="Faces at 64 x 64 pixels, learned from pictures that another model drew. Styles of several faces mix layer "
    "by layer, psi pulls towards the average face, noise decides about details.",
    architecture="stylegan2",
    preset="auto-64",
    data="faces-dcgan",
    images=100_000,
    measured=1000,
    options={
        "mirror": "True",
        "arithmetic": "bfloat16",
        "set": f"{LASTING} ema_half_life=15000 ema_ramp_up=0.3",
    },
    seed=2,
    first_seed=18,
    paths=LENGTHS_IN_W,
    first=SECOND_FACES,
)
