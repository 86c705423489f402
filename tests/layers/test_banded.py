"""Layers in bands of rows against the published formulation, and the memory that they use again."""

import copy

import pytest
import torch

from ganstudio.architectures.stylegan2.networks import StyleGAN2Config, SynthesisNetwork, Wiring
from ganstudio.layers.activation import LRELU
from ganstudio.layers.banded import BAND_NUMBERS
from ganstudio.layers.finish import Finish
from ganstudio.layers.modulation import ModulatedConv2d
from ganstudio.layers.packing import packing_works
from ganstudio.layers.resample import fir_kernel
from ganstudio.layers.room import LEAST_BYTES, MOST_BYTES, Room, Rooms

FIR = fir_kernel((1.0, 3.0, 3.0, 1.0))
packs = pytest.mark.skipif(not packing_works(torch.zeros(1, 1, 1, 1)), reason="this processor packs no kernels")


@pytest.mark.parametrize("up", [False, True])
@pytest.mark.parametrize("size", [(1, 260, 250), (2, 257, 130), (40, 21, 39), (1, 1, 16), (2, 3, 2)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_bands_equal_the_whole(up: bool, size: tuple[int, int, int], dtype: torch.dtype) -> None:
    N, H, W = size
    random = torch.Generator().manual_seed(H)
    n_out = 20
    layer = ModulatedConv2d(6, n_out, 3, up=up)
    x = torch.randn(N, 6, H, W, generator=random).to(dtype).contiguous(memory_format=torch.channels_last)
    styles = torch.rand(N, 6, generator=random) + 0.5
    rows, columns = (2 * H, 2 * W) if up else (H, W)
    grain = torch.randn(N, 1, rows, columns, generator=random)
    finish = Finish(LRELU, grain, torch.randn(n_out, generator=random), 1.5, 2.0)
    with torch.no_grad():
        found = layer.convolve(x, styles, FIR, 0.7, finish)
    expected = layer.convolve(x.float(), styles, FIR, 0.7, finish).detach()  # with gradients: in one piece
    assert found.shape == (N, n_out, rows, columns)
    assert found.dtype == dtype
    tolerance = 1e-5 if dtype == torch.float32 else 4e-2
    assert float((found.float() - expected).abs().max()) < tolerance * float(expected.abs().max())


def test_large_layers_take_more_than_one_band() -> None:
    assert BAND_NUMBERS < 20 * 260 * 250
    assert 4 * 20 * 21 * 39 < BAND_NUMBERS < 4 * 20 * 21 * 39 * 40


def test_a_room_is_used_again_where_that_pays() -> None:
    room, like = Room(), torch.zeros(1)
    large = (1, 1024, 1024, LEAST_BYTES >> 22)
    first = room.take(large, like)
    assert first.shape == large
    assert room.take(large, like).data_ptr() == first.data_ptr()
    assert room.take((1, 512, 1024, 8), like.bfloat16()).data_ptr() == first.data_ptr()
    small = room.take((1, 4, 4, 3), like)
    assert small.data_ptr() != room.take((1, 4, 4, 3), like).data_ptr()
    assert room.take((1, 1024, 1024, MOST_BYTES >> 21), like.to("meta")).device.type == "meta"


@torch.no_grad()
def test_one_caller_at_a_time_enters_and_copies_begin_empty() -> None:
    rooms = Rooms()
    assert rooms.enter()
    assert not rooms.enter()
    assert copy.deepcopy(rooms).enter()
    rooms.leave()
    assert rooms.enter()
    with torch.enable_grad():
        assert not Rooms().enter()


@packs
@pytest.mark.parametrize("wiring", list(Wiring))
def test_pictures_do_not_change_when_the_next_one_is_drawn(wiring: Wiring) -> None:
    config = StyleGAN2Config(w_dim=8, channels=(8, 8, 8, 8, 8, 8, 32), architecture=wiring, conv_clamp=256.0)
    network = SynthesisNetwork(config).requires_grad_(False)
    ws = torch.randn(2, config.n_latent, 8)
    expected = [network(row, network.constant_noises()) for row in ws.split(1)]  # gradients on: no rooms
    with torch.no_grad():
        found = [network(row, network.constant_noises()) for row in ws.split(1)]
    assert network.rooms.after._bytes is not None
    for picture, plain in zip(found, expected, strict=True):
        assert float((picture - plain).abs().max()) < 1e-5 * float(plain.abs().max())
