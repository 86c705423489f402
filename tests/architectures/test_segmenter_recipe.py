"""Segmenters: what they learn, what they show, and runs on pairs that resume bit for bit."""

import dataclasses
from pathlib import Path

import pytest
import torch

from ganstudio.architectures.segmenter.networks import SegmenterConfig
from ganstudio.architectures.segmenter.recipe import PRESETS, SegmenterRecipe, UnsuitablePicturesError
from ganstudio.architectures.segmenter.segmenting import Segmenter
from ganstudio.core.device import Precision
from ganstudio.core.errors import WrongInputError
from ganstudio.core.recipe import Batch, Draws
from ganstudio.data.images import open_pictures
from ganstudio.data.loading import BatchLoader
from ganstudio.engine.segmenting import open_segmenter
from ganstudio.training.loop import Loop, no_evaluation, train
from ganstudio.training.parallel import Processes
from ganstudio.training.run import RunFolder
from ganstudio.training.state import digest
from tests.data.made_pairs import COLOURS, NAMES, pairs
from tests.data.made_sets import archive_of
from tests.training.conftest import tiny_feed, tiny_options

ALONE = Processes(0, 1, torch.device("cpu"))
OPTIONS = dataclasses.replace(PRESETS["tiny"], ema_half_life=0.0, jitter=0.0)


@pytest.fixture
def feed(tmp_path: Path) -> BatchLoader:
    return BatchLoader(open_pictures(archive_of(tmp_path / "pairs.zip", pairs(24))), 4, seed=0)


def go(run: RunFolder, archive: Path) -> None:
    trained, held = open_pictures(archive).split()
    assert held is not None
    feeds = [BatchLoader(part, 4, run.options.seed) for part in (trained, held)]
    list(train(run, feeds[0], ALONE, held_out=feeds[1]))


def test_a_run_on_pairs_resumes_bit_for_bit_and_opens(tmp_path: Path) -> None:
    archive = archive_of(tmp_path / "pairs.zip", pairs(24))
    options = tiny_options(architecture="segmenter", mirror=True, images=32)
    whole = RunFolder.create(tmp_path / "whole", options)
    go(whole, archive)
    parts = RunFolder.create(tmp_path / "parts", options)
    for _ in range(2):
        trained, _held = open_pictures(archive).split()
        held = BatchLoader(_held, 4, 0) if _held is not None else None
        events = train(parts, BatchLoader(trained, 4, 0), ALONE, held_out=held)
        for event in events:
            if type(event).__name__ == "Saved":
                break
        events.close()  # type: ignore[attr-defined]
    go(parts, archive)
    states = []
    for run in (whole, parts):
        feed = BatchLoader(open_pictures(archive).split()[0], 4, 0)
        loop = Loop(run, feed, ALONE, no_evaluation)
        states.append(digest(loop.trainer.recipe, loop.trainer.averages))
    assert states[0] == states[1]
    assert (whole.samples / "000000032.png").is_file()
    segment = open_segmenter(whole.model_file)
    assert segment.classes.names == NAMES
    assert segment.classes.colours == COLOURS
    for size in ((16, 16), (33, 20)):
        found = segment(torch.zeros(2, 3, *size))
        assert (found.shape, found.dtype) == ((2, *size), torch.int64)
    assert segment(torch.zeros(1, 1, 16, 16)).shape == segment(torch.zeros(1, 4, 16, 16)).shape == (1, 16, 16)
    with pytest.raises(WrongInputError, match="are not"):
        segment(torch.zeros(3, 16, 16))


def test_data_without_maps_are_refused() -> None:
    options = tiny_options(architecture="segmenter")
    with pytest.raises(WrongInputError, match="have none; give it a folder or zip with images/, labels/"):
        options.recipe_card().recipe(options.recipe_options(), tiny_feed(options).facts, pytest.fail)


def test_it_learns_what_can_be_seen(feed: BatchLoader) -> None:
    torch.manual_seed(0)
    recipe = SegmenterRecipe(dataclasses.replace(OPTIONS, lr=0.01), feed.facts)
    optimizer, shares = recipe.optimizers()["generator"], []
    for step in range(60):
        shown = feed.rows(step, range(4))
        batch = Batch(shown.pixels.float() / 127.5 - 1.0, None, Draws(0, step, 4), maps=shown.maps)
        losses = recipe.losses(batch, 0)
        optimizer.zero_grad()
        losses.minimised["entropy"].backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        shares.append(float(losses.observed["right"].mean()))
    assert sum(shares[-10:]) / 10 > 0.88
    assert shares[0] < 0.8


def test_rare_classes_weigh_more(feed: BatchLoader) -> None:
    shown = feed.rows(0, range(4))
    maps = torch.zeros_like(shown.maps) if shown.maps is not None else torch.zeros(0)
    maps[:, 0, 0] = 1
    batch = Batch(torch.zeros(4, 3, 16, 16), None, Draws(0, 0, 4), maps=maps)
    losses = {}
    for rarity in (0.0, 0.5, 1.0):
        torch.manual_seed(1)
        recipe = SegmenterRecipe(dataclasses.replace(OPTIONS, rarity=rarity), feed.facts)
        with torch.no_grad():
            recipe.generator.head.weight.zero_()
            recipe.generator.head.bias.copy_(torch.tensor([4.0, 0.0, 0.0, 0.0]))
            losses[rarity] = float(recipe.losses(batch, 0).minimised["entropy"])
    easy, hard = (float(-torch.log_softmax(torch.tensor([4.0, 0.0, 0.0, 0.0]), 0)[i]) for i in (0, 1))
    assert losses[1.0] == pytest.approx((easy + hard) / 2, rel=1e-4)
    assert losses[0.0] == pytest.approx((255 * easy + hard) / 256, rel=1e-4)
    assert losses[0.0] < losses[0.5] < losses[1.0]


def test_samples_show_pictures_maps_and_answers(feed: BatchLoader) -> None:
    recipe = SegmenterRecipe(OPTIONS, feed.facts)
    shown = feed.rows(0, range(4))
    assert shown.maps is not None
    images = shown.pixels.float() / 127.5 - 1.0
    recipe.pin(Batch(images, None, Draws(0, 0, 4), maps=shown.maps))
    with torch.no_grad():
        rows = recipe.sample(recipe.generator, torch.zeros(6, 1), None, 0)
        found = recipe.generator(images[:2]).argmax(dim=1)
    assert rows.shape == (6, 3, 16, 16)
    assert torch.equal(rows[[0, 3]], images[:2])
    colours = torch.tensor(COLOURS).float() / 127.5 - 1.0
    assert torch.equal(rows[[1, 4]], colours[shown.maps[:2]].permute(0, 3, 1, 2))
    assert torch.equal(rows[[2, 5]], colours[found].permute(0, 3, 1, 2))


@pytest.mark.parametrize("widths", [(4, 8, 8, 8, 8, 8), (6, 8)])
def test_sides_and_widths_that_do_not_go_are_named(feed: BatchLoader, widths: tuple[int, ...]) -> None:
    with pytest.raises(UnsuitablePicturesError, match="change --set widths or the resolution"):
        SegmenterRecipe(dataclasses.replace(OPTIONS, widths=widths), feed.facts)


def test_grey_pictures_of_another_size_are_answered_at_it() -> None:
    config = SegmenterConfig(16, 1, (4, 8), ("a", "b"))
    network = Segmenter(config)
    network.prepare(torch.device("cpu"), Precision.FAST)
    assert network.answer(torch.zeros(1, 1, 40, 24)).shape == (1, 2, 40, 24)
