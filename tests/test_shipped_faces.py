"""The shipped models of faces that grew: like the faces they learned from in colours, places and variety."""

from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from assets.builders.faces_grown import FACES, FACES_PROGAN, FACES_STYLEGAN, FacesModel
from ganstudio import open_model
from ganstudio.engine.model import Model
from ganstudio.metrics.precision_recall import precision, recall
from tests.test_shipped_models import SHIPPED, reduced, without_training

DRAWN, SIDE = 300, 4
LEARNED = pytest.mark.parametrize("made", [FACES_PROGAN, FACES_STYLEGAN, FACES], ids=lambda made: made.name)


@dataclass(frozen=True)
class Likeness:
    """Distance of the mean pictures (0 to 1), ratio of the deviations, precision and recall of mean colours."""

    mean: float
    spread: float
    precision: float
    recall: float

    @property
    def learned(self) -> bool:
        """Whether these are faces, and different ones."""
        return self.mean < 0.1 and 0.6 < self.spread < 1.4 and self.precision > 0.5 and self.recall > 0.1


def likeness(model: Model, made: FacesModel) -> Likeness:
    """Compare the pictures of 300 seeds with 300 fresh faces."""
    real = torch.from_numpy(made.real(model.info.resolution).read(range(DRAWN))).float()
    drawn = (model.sample(range(DRAWN)) + 1.0) * 127.5
    mean = (drawn.mean(dim=0) - real.mean(dim=0)).square().mean().sqrt() / 255.0
    spread = drawn.std(dim=0).mean() / real.std(dim=0).mean()
    colours, others = (reduced(pictures.numpy(), SIDE) for pictures in (real, drawn))
    return Likeness(float(mean), float(spread), precision(colours, others).value, recall(colours, others).value)


@LEARNED
def test_only_training_draws_faces_of_many_people(made: FacesModel, tmp_path: Path) -> None:
    found = likeness(open_model(made.name), made)
    assert found.learned, found
    random = likeness(without_training(SHIPPED[made.name], tmp_path), made)
    assert not random.learned, random


@pytest.mark.parametrize("made", [FACES_STYLEGAN, FACES], ids=lambda made: made.name)
def test_styles_of_two_faces_mix(made: FacesModel) -> None:
    model = open_model(made.name)
    ws = model.mapping(model.latents([0, 2]))
    half = ws.shape[1] // 2
    coarse_of_first = torch.cat([ws[:1, :half], ws[1:, half:]], dim=1)
    first, second, mixed = (model.synthesis(w) for w in (ws[:1], ws[1:], coarse_of_first))
    assert float((mixed - first).abs().mean()) > 0.05
    assert float((mixed - second).abs().mean()) > 0.05
