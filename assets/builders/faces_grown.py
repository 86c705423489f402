"""Faces from networks that grow: they learn from endless pictures that the shipped DCGAN draws."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch

from assets.builders.trained import METRICS, TrainedModel
from ganstudio.core.paths import ASSETS, user_folder
from ganstudio.data.generated import GeneratedOptions, GeneratedPictures
from ganstudio.engine.model import Model
from ganstudio.metrics.evaluation import Laboratory
from ganstudio.metrics.subjects import MeasuredModel, RealPictures
from ganstudio.studio.assets import Card, Number, read_card
from ganstudio.studio.evaluation import CACHE, as_real, measured_model
from ganstudio.studio.model_drawer import ModelDrawer

FRESH, OTHERS = "measured", "others"  # streams of pictures that no run sees
DISTANCES = "frechet-vgg16,kernel-vgg16"
LENGTHS = "ppl-z-full"


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
