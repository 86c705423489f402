"""Every shipped model opens, draws what its sheet shows, says how it was made, and has learned something."""

import dataclasses
import shlex
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
import tyro
from PIL import Image

from assets.builders import TRAINED
from assets.builders.models import nearest_classes
from assets.builders.painter import FACE_PAINTER
from assets.builders.sheet import LINE, SEEDS
from ganstudio import open_model
from ganstudio.checkpoints.checkpoint import GENERATOR, Checkpoint
from ganstudio.checkpoints.format import save_checkpoint
from ganstudio.checkpoints.reader import read_checkpoint
from ganstudio.core.paths import ASSETS, ROOT
from ganstudio.core.pixels import to_pixels
from ganstudio.core.store import Array
from ganstudio.data.images import PictureOptions, open_pictures
from ganstudio.data.labels import LabelSource
from ganstudio.engine.model import Model
from ganstudio.metrics.frechet import frechet_distance
from ganstudio.metrics.precision_recall import precision, recall
from ganstudio.studio.assets import Asset, read_card, shipped_assets
from ganstudio.studio.evaluation import classes_in_turn
from ganstudio.studio.library import Library
from ganstudio.studio.pictures import sheet
from ganstudio.studio.settings import Settings
from ganstudio.studio.training_command import TrainOptions, new_run

LARGEST = 20_000_000
SHIPPED = {asset.name: asset for asset in shipped_assets() if asset.kind == "models"}
NAMES = pytest.mark.parametrize("name", SHIPPED)
OF_SEEDS = pytest.mark.parametrize("name", sorted(SHIPPED.keys() - {FACE_PAINTER.name}))
RUNS = pytest.mark.parametrize("name", TRAINED)
DRAWN = 1000


def test_the_library_lists_every_model() -> None:
    library = Library(Settings())
    entries = {entry.name: entry for entry in library.shipped}
    assert entries.keys() == SHIPPED.keys() >= TRAINED.keys()
    for name, entry in entries.items():
        assert entry.architecture == SHIPPED[name].card.architecture
        assert entry.licence
        assert entry.sheet == SHIPPED[name].sheet


@NAMES
def test_it_opens_by_its_name_and_draws(name: str) -> None:
    asset = SHIPPED[name]
    assert asset.size <= LARGEST
    model = open_model(name)
    assert model.card.id == asset.card.architecture
    pictures = model.sample(range(8))
    assert torch.isfinite(pictures).all()
    assert (pictures.abs() - 1.0).clamp_min(0.0).mean() < 0.01, "hardly any colour is lost beyond white and black"
    assert (pictures[1:] - pictures[:-1]).abs().mean(dim=(1, 2, 3)).min() > 0.02, "neighbouring seeds differ"


@NAMES
def test_its_licence_and_its_numbers_stand_on_the_card(name: str) -> None:
    card = SHIPPED[name].card
    assert len((ASSETS / card.licence.text).read_text("utf-8")) > 500
    assert card.licence.holder
    assert card.numbers


@OF_SEEDS
def test_the_sheet_shows_seeds_0_to_63(name: str) -> None:
    asset = SHIPPED[name]
    assert asset.sheet is not None
    model = open_model(name)
    pictures = to_pixels(model.sample(SEEDS, c=classes_in_turn(SEEDS, model.c_dim)))
    with Image.open(asset.sheet) as file:
        shown = np.asarray(file.convert("RGB")).astype(np.int16)
    if asset.sheet.suffix == ".png":
        pictures = np.pad(pictures, ((0, 0), (0, 1), (0, 1), (0, 0)), constant_values=LINE)
        enlarged = len(shown) // len(sheet(pictures))
        shown = shown[::enlarged, ::enlarged]
    expected = sheet(pictures)
    assert shown.shape == expected.shape
    assert np.abs(shown - expected).mean() < 8.0
    assert np.abs(shown - sheet(pictures[::-1])).mean() > 10.0, "another order would be seen"


@RUNS
def test_the_card_says_how_to_train_it_again(name: str) -> None:
    model, card = TRAINED[name], SHIPPED[name].card
    assert card.run is not None
    assert card.run.command == model.command
    assert card.run.images_seen == model.shown
    for command in card.run.command.split(" && "):
        python, launcher, train, *arguments = shlex.split(command)
        assert (python, launcher, train) == ("python", "launcher.py", "train")
        asked = new_run(tyro.cli(TrainOptions, args=arguments, config=(tyro.conf.EnumChoicesFromValues,)))
        asked.validate()
    assert (asked.architecture, asked.preset, asked.images) == (card.architecture, card.run.preset, model.images)
    assert (ROOT / asked.data).is_file() or asked.data == f"model:{card.run.data}"
    data = next(asset for asset in shipped_assets() if asset.name == card.run.data)
    assert card.run.licence == data.card.licence.spdx
    assert data.card.licence.text in card.licence.note
    provenance = read_checkpoint(SHIPPED[name].folder / "model.safetensors").provenance
    assert (provenance["command"], provenance["images_seen"]) == (card.run.command, model.shown)


@RUNS
def test_the_card_has_distances_with_their_errors(name: str) -> None:
    found = {number.metric: number for number in SHIPPED[name].card.numbers}
    assert {"frechet-vgg16", "kernel-vgg16", "precision-vgg16", "recall-vgg16"} <= found.keys()
    for metric, number in found.items():
        assert number.n >= 1000 or "mIoU" in metric
        assert "standard error" in number.error or "mIoU" in metric
    assert found["recall-vgg16"].value > RECALL[name]
    assert found["frechet-vgg16"].value < FRECHET[name]


RECALL = {
    "digits-gan": 0.6, "avatars-dcgan": 0.0, "avatars-ada": 0.1, "faces-progan": 0.0, "faces-stylegan": 0.1,
    "faces": 0.3, "face-painter": 0.03,
}  # fmt: skip
FRECHET = {
    "digits-gan": 6.0, "avatars-dcgan": 140.0, "avatars-ada": 100.0, "faces-progan": 150.0, "faces-stylegan": 60.0,
    "faces": 20.0, "face-painter": 60.0,
}  # fmt: skip


def without_training(asset: Asset, folder: Path) -> Model:
    """The same network with random weights."""
    found = read_checkpoint(asset.folder / "model.safetensors")
    card = open_model(asset.name).card
    torch.manual_seed(0)
    tensors = card.build(found.config).network.state_dict()
    save_checkpoint(folder / "model.safetensors", Checkpoint(found.architecture, found.config, {GENERATOR: tensors}))
    return open_model(folder / "model.safetensors")


def reduced(pictures: Array, side: int) -> torch.Tensor:
    """Mean colours `[N, C * side * side]` in [0, 1] of squares of pictures `[N, C, R, R]` with levels from 0 to 255."""
    squares = torch.nn.functional.adaptive_avg_pool2d(torch.from_numpy(pictures.astype(np.float32)), side)
    return squares.flatten(1) / 255.0


@dataclasses.dataclass(frozen=True)
class Learned:
    """How like the data pictures are: shares of classes by nearest neighbour, the rest of mean colours."""

    rarest: float
    commonest: float
    precision: float
    recall: float
    frechet: float


def learned(model: Model, data: str, side: int) -> Learned:
    """Compare the pictures of a thousand seeds with a thousand real ones."""
    pictures = open_pictures(ASSETS / "data" / data / f"{data}.zip", PictureOptions(labels=LabelSource.FILE))
    assert pictures.labels is not None
    numbers = np.random.default_rng(0).permutation(len(pictures))[:DRAWN]
    real = reduced(pictures.reader().read(numbers.tolist()).pixels, side)
    drawn = reduced((model.sample(range(DRAWN)).numpy() + 1.0) * 127.5, side)
    classes = nearest_classes(drawn.numpy(), real.numpy(), pictures.labels.values[numbers])
    shares = np.bincount(classes, minlength=len(pictures.labels.classes)) / DRAWN
    spread = precision(real, drawn).value, recall(real, drawn).value
    return Learned(shares.min(), shares.max(), *spread, frechet_distance(real, drawn).value)


def digits_are_learned(found: Learned) -> bool:
    """All ten digits, about equally often, among the real ones and spread like them."""
    shares = found.rarest > 0.04 and found.commonest < 0.18
    return shares and found.precision > 0.8 and found.recall > 0.65 and found.frechet < 0.3


def avatars_are_learned(found: Learned) -> bool:
    """All five styles, about equally often, with colours like the real ones and spread like them."""
    return found.rarest > 0.08 and found.commonest < 0.4 and found.recall > 0.08 and found.frechet < 2.0


@pytest.mark.parametrize(
    ("name", "data", "side", "passes"),
    [("digits-gan", "digits-8", 8, digits_are_learned), ("avatars-dcgan", "avatars-64", 8, avatars_are_learned)],
)
def test_only_training_makes_such_pictures(
    name: str, data: str, side: int, passes: Callable[[Learned], bool], tmp_path: Path
) -> None:
    found = learned(open_model(name), data, side)
    assert passes(found), found
    random = learned(without_training(SHIPPED[name], tmp_path), data, side)
    assert not passes(random), random
    assert random.recall < 0.05, random
    assert random.frechet > 5.0, random


def test_building_trains_and_packs(tmp_path: Path) -> None:
    short = dataclasses.replace(TRAINED["digits-gan"], images=256, measured=10)
    assert short.build(tmp_path) == tmp_path
    assert {path.name for path in tmp_path.iterdir()} == {"card.json", "model.safetensors", "sheet.png"}
    card = read_card(tmp_path / "card.json")
    assert card.run is not None
    assert "--images 256" in card.run.command
    assert {number.n for number in card.numbers[:4]} == {10}
    assert open_model(tmp_path / "model.safetensors").card.id == "gan"
