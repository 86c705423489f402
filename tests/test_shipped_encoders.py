"""Every shipped encoder belongs to a shipped model, says how it was made, and answers better than the mean latent."""

import shlex

import numpy as np
import pytest
import torch
import tyro
from PIL import Image

from assets.builders import ENCODERS
from assets.builders.encoders import ACROSS, SHOWN
from ganstudio import open_model
from ganstudio.checkpoints.reader import read_checkpoint
from ganstudio.checkpoints.shipped import MODEL_FILE
from ganstudio.core.document import NoiseSetting
from ganstudio.core.inputs import Ability
from ganstudio.core.paths import ASSETS
from ganstudio.engine.encoders import encoder_of
from ganstudio.studio.assets import read_card
from ganstudio.studio.training_command import TrainOptions, new_run

NAMES = pytest.mark.parametrize("name", ENCODERS)
LARGEST = 20_000_000


@NAMES
def test_it_finds_pictures_of_its_model(name: str) -> None:
    maker = ENCODERS[name]
    model = open_model(maker.generator, "cpu")
    encode = encoder_of(model)
    assert encode is not None
    wanted = model.sample(range(8), psi=0.8).clamp(-1, 1)
    with torch.no_grad():
        ws = encode(wanted)
        found = model.generator.synthesis(ws, NoiseSetting()).clamp(-1, 1)
        usual = model.sample([0], psi=0.0).clamp(-1, 1)
    assert ws.shape == (8, model.info.n_latent, len(model.w_avg))  # type: ignore[arg-type]
    errors = (found - wanted).square().mean(dim=(1, 2, 3))
    assert errors.mean() < 0.5 * (usual - wanted).square().mean()


@NAMES
def test_the_card_says_what_was_measured_and_how_to_train_it_again(name: str) -> None:
    maker = ENCODERS[name]
    card = read_card(maker.folder / "card.json")
    found = {number.metric: number for number in card.numbers}
    assert found["lpips"].value < found["lpips of the mean face"].value
    assert found["psnr"].value > found["psnr of the mean face"].value + 2
    assert all(number.n >= 64 and "standard error" in number.error for number in card.numbers)
    assert card.run is not None
    assert (card.run.command, card.run.images_seen) == (maker.command, maker.shown)
    images = []
    for command in card.run.command.split(" && "):
        python, launcher, train, *arguments = shlex.split(command)
        assert (python, launcher, train) == ("python", "launcher.py", "train")
        asked = new_run(tyro.cli(TrainOptions, args=arguments, config=(tyro.conf.EnumChoicesFromValues,)))
        asked.validate()
        images.append(asked.images)
    assert sum(images) == maker.shown
    provenance = read_checkpoint(maker.folder / MODEL_FILE, ability=Ability.ENCODING).provenance
    assert provenance["command"] == card.run.command
    assert sum(path.stat().st_size for path in maker.folder.iterdir()) <= LARGEST
    assert len((ASSETS / card.licence.text).read_text("utf-8")) > 500


@NAMES
def test_the_sheet_shows_pictures_beside_what_comes_back(name: str) -> None:
    maker = ENCODERS[name]
    side = open_model(maker.generator, "cpu").info.resolution
    with Image.open(maker.folder / "sheet.jpg") as file:
        shown = np.asarray(file.convert("RGB")).astype(float)
    assert shown.shape == (2 * SHOWN // ACROSS * side, ACROSS * side, 3)
    cells = shown.reshape(-1, side, ACROSS // 2, 2, side, 3).mean(axis=(1, 4))
    assert np.corrcoef(cells[:, :, 0].ravel(), cells[:, :, 1].ravel())[0, 1] > 0.7, "colours come back"
