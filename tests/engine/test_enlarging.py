"""Enlarging: tiles agree with the whole, odd sizes, transparency, refusals, and the shipped network."""

from collections.abc import Iterator

import numpy as np
import pytest
import torch

from ganstudio.architectures.srgan.enlarging import Enlarger
from ganstudio.architectures.srgan.networks import Design, SRGANConfig
from ganstudio.core.errors import WrongInputError
from ganstudio.core.pixels import to_bytes
from ganstudio.core.store import Array, Store
from ganstudio.engine import enlarging
from ganstudio.engine.compute import rendering_backend
from ganstudio.engine.enlarging import Tiling, enlarged, open_enlarger, spans, steps_of_a_tile

TINY = SRGANConfig(width=6, blocks=1, growth=3)
REACH = 1 + 15 + 1 + 3  # convolutions of one block and of what lies around it
WHOLE = Tiling(side=512)


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def tiny(config: SRGANConfig = TINY) -> Enlarger:
    torch.manual_seed(1)
    network = Enlarger(config)
    last = network.network.get_submodule("conv_last")
    assert isinstance(last, torch.nn.Conv2d)
    with torch.no_grad():
        for parameter in network.network.parameters():
            parameter.mul_(2.0)
        last.bias.fill_(0.5)  # type: ignore[union-attr]
    return network


def picture(height: int, width: int, channels: int = 3) -> Array:
    return np.random.default_rng(2).integers(0, 256, (height, width, channels), dtype=np.uint8)


def last(steps: object) -> Array:
    result = list(steps)[-1].result  # type: ignore[call-overload]
    assert isinstance(result, np.ndarray)
    return result


@pytest.mark.parametrize("scale", [4, 2, 1])
def test_tiles_that_see_far_enough_equal_the_whole(scale: int) -> None:
    config = SRGANConfig(scale=scale, width=6, blocks=1, growth=3)
    network, given = tiny(config), picture(97, 83)
    whole = last(enlarged(network, given, WHOLE))
    assert whole.shape == (97 * scale, 83 * scale, 3)
    assert whole.std() > 5
    halo = REACH * (4 // scale) + 8
    for tiling in (Tiling(40, halo, 8), Tiling(33, halo, 16), Tiling(24, halo, 0)):
        tiled = last(enlarged(network, given, tiling))
        assert np.abs(tiled.astype(int) - whole).max() <= 1  # rounding
    cut = last(enlarged(network, given, Tiling(24, 0, 0)))
    assert np.abs(cut.astype(int) - whole).max() > 1


def test_the_whole_is_what_the_network_answers() -> None:
    network, given = tiny(), picture(20, 17)
    asked = torch.from_numpy(given).permute(2, 0, 1)[None].float() / 127.5 - 1
    expected = to_bytes(network.answer(asked))[0].numpy()
    assert np.array_equal(last(enlarged(network, given)), expected)


@pytest.mark.parametrize("length", [1, 5, 40, 41, 97, 192, 193, 1000])
def test_shares_of_tiles_sum_to_one(length: int) -> None:
    tiling = Tiling(40, 10, 8)
    total = torch.zeros(length * 3)
    for span in spans(length, tiling, 2):
        total[span.used_begin * 3 : span.used_end * 3] += span.weights(3)
        assert 0 <= span.read_begin <= span.used_begin < span.used_end <= span.read_end <= length
        assert span.read_begin % 2 == 0
        assert span.end - span.begin <= tiling.side
    torch.testing.assert_close(total, torch.ones_like(total))


def test_transparency_is_kept_and_colours_do_not_depend_on_it() -> None:
    network, given = tiny(), picture(30, 26, 4)
    given[..., 3] = 255
    given[:10, :, 3] = 0
    larger = last(enlarged(network, given, Tiling(16, 30, 4)))
    assert larger.shape == (120, 104, 4)
    assert (larger[:32, :, 3] <= 2).all()
    assert (larger[50:, :, 3] >= 253).all()
    opaque = last(enlarged(network, given[..., :3], Tiling(16, 30, 4)))
    assert np.array_equal(larger[..., :3], opaque)


def test_grey_pictures_and_networks() -> None:
    grey = picture(12, 14, 1)
    coloured = last(enlarged(tiny(), grey.repeat(3, axis=2)))
    assert np.abs(last(enlarged(tiny(), grey))[..., 0] - coloured.mean(axis=2)).max() <= 1
    network = tiny(SRGANConfig(scale=2, width=6, blocks=1, growth=3, img_channels=1))
    each = last(enlarged(network, picture(12, 14)))
    for i in range(3):
        alone = last(enlarged(network, picture(12, 14)[..., i : i + 1]))
        assert np.abs(each[..., i].astype(int) - alone[..., 0]).max() <= 1


def test_progress_counts_tiles_and_can_end_anywhere() -> None:
    steps = enlarged(tiny(), picture(50, 30), Tiling(25, 4, 4))
    first = next(steps)
    assert (first.done, first.total, first.result) == (0, 4, None)
    steps.close()  # type: ignore[attr-defined]
    fractions = [step.fraction for step in enlarged(tiny(), picture(50, 30), Tiling(25, 4, 4))]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert len(fractions) == 4 * steps_of_a_tile(tiny()) + 1


def test_gradients_can_be_taken_between_two_steps() -> None:
    for _ in enlarged(tiny(), picture(9, 8)):
        assert torch.is_grad_enabled()


@pytest.mark.parametrize(
    "wrong", [np.zeros((4, 4, 2), np.uint8), np.zeros((4, 4), np.uint8), np.zeros((0, 4, 3), np.uint8),
              np.zeros((4, 4, 3), np.float32)]
)  # fmt: skip
def test_what_is_no_picture_is_refused(wrong: Array) -> None:
    with pytest.raises(WrongInputError, match="A picture to enlarge"):
        next(enlarged(tiny(), wrong))


def test_too_large_pictures_are_refused_before_memory_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enlarging, "MOST_PIXELS", 1000)
    with pytest.raises(WrongInputError, match="30 x 20 pixels, 4 times"):
        next(enlarged(tiny(), picture(20, 30)))


@pytest.mark.parametrize("sizes", [(40, 4, 10), (16, 8, 10), (40, 10, 7), (4, 1, 0)])
def test_impossible_tilings(sizes: tuple[int, int, int]) -> None:
    with pytest.raises(WrongInputError, match="cannot be"):
        Tiling(*sizes)


def test_other_designs_enlarge_as_well() -> None:
    for config in (SRGANConfig(Design.SRRESNET, 4, 6, 1, 0), SRGANConfig(Design.PLAIN, 2, 6, 1, 0)):
        assert last(enlarged(Enlarger(config), picture(9, 8))).shape == (9 * config.scale, 8 * config.scale, 3)


def test_a_job_enlarges_on_the_device_in_use() -> None:
    steps = enlarging.enlarging(picture(8, 6))(rendering_backend(Store()))
    assert next(steps).fraction == 0.0
    assert last(steps).shape == (32, 24, 3)


def test_the_shipped_network_sharpens_an_edge() -> None:
    network = open_enlarger(device="cpu")
    given = np.full((12, 12, 3), 30, np.uint8)
    given[:, 6:] = 220
    larger = last(enlarged(network, given)).astype(int)
    assert larger.shape == (48, 48, 3)
    steps = np.abs(np.diff(larger[8:40, :, 1].mean(axis=0)))
    assert steps.argmax() in (22, 23, 24)
    assert steps.max() > 45, "bicubic has steps of at most 48, spread over eight pixels"
    assert np.abs(larger[8:40, 4:16] - 30).mean() < 12
    assert np.abs(larger[8:40, 32:44] - 220).mean() < 12
