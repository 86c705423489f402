"""The shipped segmenter finds the parts of faces, at any size, and its card says how well."""

import shlex

import numpy as np
import pytest
import torch
import torch.nn.functional as F
import tyro
from PIL import Image

from assets.builders import SEGMENTERS
from assets.builders.segmenter import ACROSS, SHOWN, overlap_by_class
from ganstudio import open_model
from ganstudio.checkpoints.reader import read_checkpoint
from ganstudio.checkpoints.shipped import MODEL_FILE, shipped_segmenter
from ganstudio.core.inputs import Ability
from ganstudio.core.paths import ASSETS
from ganstudio.data.images import open_pictures
from ganstudio.engine.segmenting import Segmentation, open_segmenter
from ganstudio.studio.assets import read_card
from ganstudio.studio.training_command import TrainOptions, new_run

MAKER = SEGMENTERS["faces-segmenter"]
LARGEST_PARAMETERS = 2_000_000


@pytest.fixture(scope="module")
def segment() -> Segmentation:
    return open_segmenter()


@pytest.fixture(scope="module")
def held() -> tuple[torch.Tensor, torch.Tensor]:
    """Held-out pictures in [-1, 1] and their maps."""
    part = open_pictures(MAKER.pairs).split()[1]
    assert part is not None
    stacked = torch.from_numpy(part.stacked_reader().read(range(48)).pixels)
    return stacked[:, :3].float() / 127.5 - 1.0, stacked[:, 3].long()


def test_it_agrees_with_held_out_maps(segment: Segmentation, held: tuple[torch.Tensor, torch.Tensor]) -> None:
    pictures, asked = held
    found = segment(pictures)
    overlaps = overlap_by_class(asked, found, segment.classes.names)
    numbers = {number.metric: number.value for number in read_card(MAKER.folder / "card.json").numbers}
    assert np.mean([*overlaps.values()]) > numbers["mIoU"] - 0.06
    assert overlaps["skin"] > 0.7
    assert overlaps["hair"] > 0.55
    assert overlaps["eyes"] > 0.5


def test_other_sizes_give_the_same_map(segment: Segmentation, held: tuple[torch.Tensor, torch.Tensor]) -> None:
    pictures, _ = held
    maps = segment(pictures[:8])
    large = segment(F.interpolate(pictures[:8], (160, 160), mode="bilinear"))
    assert large.shape == (8, 160, 160)
    again = F.interpolate(large[:, None].float(), (64, 64), mode="nearest-exact")[:, 0].long()
    assert (again == maps).float().mean() > 0.85


def test_faces_of_other_models_are_found(segment: Segmentation) -> None:
    found = segment(open_model("faces", "cpu").sample(range(6), psi=0.7))
    names = segment.classes.names
    shares = {name: (found == i).float().mean(dim=(1, 2)) for i, name in enumerate(names)}
    assert (shares["skin"] > 0.1).all()
    assert (shares["hair"] > 0.02).all()
    assert (shares["eyes"] > 0).all()
    assert (shares["nose"] > 0).all()


def test_the_card_says_what_was_measured_and_how_to_train_it_again() -> None:
    card = read_card(MAKER.folder / "card.json")
    assert card.run is not None
    assert (card.run.command, card.run.images_seen) == (MAKER.command, MAKER.images)
    python, launcher, train, *arguments = shlex.split(card.run.command)
    assert (python, launcher, train) == ("python", "launcher.py", "train")
    asked = new_run(tyro.cli(TrainOptions, args=arguments, config=(tyro.conf.EnumChoicesFromValues,)))
    asked.validate()
    assert (asked.images, asked.mirror, asked.architecture) == (MAKER.images, True, "segmenter")
    kept = read_checkpoint(MAKER.folder / MODEL_FILE, ability=Ability.SEGMENTING)
    assert kept.provenance["command"] == MAKER.command
    assert sum(t.numel() for t in kept.tensors["generator"].values()) < LARGEST_PARAMETERS
    assert shipped_segmenter() == MAKER.folder / MODEL_FILE
    assert all(number.n >= 60 for number in card.numbers)
    assert len((ASSETS / card.licence.text).read_text("utf-8")) > 500


def test_the_sheet_shows_pictures_maps_and_answers(segment: Segmentation) -> None:
    with Image.open(MAKER.folder / "sheet.png") as file:
        shown = np.asarray(file.convert("RGB"))
    assert shown.shape == (SHOWN // ACROSS * 64, ACROSS * 3 * 64, 3)
    cells = shown.reshape(SHOWN // ACROSS, 64, ACROSS, 3, 64, 3)
    asked, found = cells[:, :, :, 1], cells[:, :, :, 2]
    colours = {tuple(colour) for colour in segment.classes.colours}
    assert {tuple(colour) for colour in found.reshape(-1, 3).tolist()} <= colours
    assert (asked == found).all(axis=-1).mean() > 0.75
