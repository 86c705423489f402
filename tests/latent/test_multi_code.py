"""Several codes together come nearer to a picture that the model did not draw than one code can."""

import numpy as np
import pytest
import torch
from PIL import Image

from ganstudio.core.document import Space
from ganstudio.core.paths import ASSETS
from ganstudio.core.store import Store
from ganstudio.engine.model import Model, open_model
from ganstudio.latent.inversion import Inversion, InversionError, InversionOptions, Wanted, spread_of
from ganstudio.latent.multi_code import MultiCode, MultiCodeOptions

STEPS = 36


@pytest.fixture(scope="module")
def model() -> Model:
    return open_model("faces-dcgan", "cpu")


@pytest.fixture(scope="module")
def wanted() -> Wanted:
    """A photo's face, which no model here drew."""
    with Image.open(ASSETS / "samples" / "astronaut.png") as photo:
        face = np.asarray(photo.convert("RGB").crop((160, 40, 288, 168)).resize((64, 64)))
    return Wanted(torch.from_numpy(face.copy()).permute(2, 0, 1)[None].float() / 127.5 - 1.0)


def test_several_codes_come_nearer_than_one(model: Model, wanted: Wanted) -> None:
    options = InversionOptions(space=Space.Z, steps=STEPS, perceptual_weight=0.0, pixel_weight=1.0, search_noise=False)
    spread = spread_of(model.generator, model.z_dim)
    one = list(Inversion(model.generator, wanted, None, options, spread, z_dim=model.z_dim).steps())[-1]
    search = MultiCode(
        model.generator, model.info.document, Store(), wanted, None, MultiCodeOptions(codes=6, steps=STEPS, stage="b8")
    )
    steps = list(search.steps())
    last = steps[-1]
    assert [step.number for step in steps] == list(range(1, STEPS + 1))
    scores = [step.best_pixel for step in steps]
    assert scores == sorted(scores, reverse=True)
    assert last.best_pixel < 0.6 * one.best_pixel
    assert last.codes.shape == (6, 1, model.z_dim)
    torch.testing.assert_close(search.compose(last.codes, last.weights), last.best_picture, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", ["faces", "faces-dcgan"])
def test_equal_codes_draw_what_one_draws(name: str, wanted: Wanted) -> None:
    model = open_model(name, "cpu")
    search = MultiCode(model.generator, model.info.document, Store(), wanted, None, MultiCodeOptions(codes=3))
    code = model.mapping(model.latents([4])).float()
    weights = torch.full((3, next(s.units for s in model.info.stages if s.name == search.stage)), 1 / 3)
    expected = model.sample([4])
    torch.testing.assert_close(search.compose(code.expand(3, -1, -1), weights), expected, rtol=1e-3, atol=1e-3)


def test_one_code_is_not_several(model: Model, wanted: Wanted) -> None:
    with pytest.raises(InversionError, match="at least two"):
        MultiCode(model.generator, model.info.document, Store(), wanted, None, MultiCodeOptions(codes=1))
