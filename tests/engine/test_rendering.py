"""The real backend with the shipped model."""

import dataclasses
import gc
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import ganstudio
from ganstudio.architectures import cards
from ganstudio.architectures.dcgan.stages import DCGANGenerator
from ganstudio.checkpoints.checkpoint import Checkpoint
from ganstudio.checkpoints.format import save_checkpoint
from ganstudio.core.device import Precision
from ganstudio.core.document import LatentPoint
from ganstudio.core.errors import DeviceError, DeviceMemoryError, UnknownModelError, WrongInputError
from ganstudio.core.latents import seed_latent
from ganstudio.core.pixels import to_pixels
from ganstudio.engine.model import Model
from ganstudio.engine.rendering import Rendering


@pytest.fixture(scope="module")
def model() -> Model:
    return ganstudio.open_model("faces-dcgan", "cpu")


def test_the_window_and_a_script_draw_the_same(model: Model) -> None:
    rendering = Rendering()
    document = rendering.open("faces-dcgan").info.document
    for seed, psi in ((0, 1.0), (42, 1.0), (7, 0.5)):
        inputs = document.inputs.with_item("z", LatentPoint.of_seed(seed))
        frame = list(rendering.render(dataclasses.replace(document, inputs=inputs, psi=psi)))[-1]
        script = to_pixels(model.sample([seed], psi=psi))[0]
        difference = np.abs(frame.pictures["picture"].astype(int) - script)
        assert difference.max() <= 1


def test_shapes_and_seeds_of_the_script_interface(model: Model) -> None:
    z = model.latents([0, 5])
    np.testing.assert_array_equal(z[1].numpy(), seed_latent(5, model.z_dim).astype(np.float32))
    ws = model.mapping(z)
    assert ws.shape == (2, 1, 100)
    pictures = model.synthesis(ws, "none")
    assert pictures.shape == (2, 3, 64, 64)
    assert pictures.min() >= -1
    assert pictures.max() <= 1
    assert model.w_avg is None
    assert model.latents([3], psi=0.5).abs().max() <= 1.0


def test_wrong_shapes_are_sentences(model: Model) -> None:
    z = model.latents([0])
    with pytest.raises(WrongInputError, match=r"this model takes \[N, 100\]"):
        model.mapping(z[:, :7])
    with pytest.raises(WrongInputError, match=r"this model takes \[N, 1, 100\]"):
        model.synthesis(z)
    with pytest.raises(WrongInputError, match="none, fixed, random"):
        model.synthesis(z[:, None], "loud")


def test_a_device_that_is_not_there_changes_nothing() -> None:
    rendering = Rendering()
    document = rendering.open("faces-dcgan").info.document
    before = rendering.status()
    with pytest.raises(DeviceError, match="choose one of: auto"):
        rendering.choose("cuda:7", Precision.FAST)
    after = rendering.status()
    assert (after.device, after.precision) == (before.device, before.precision)
    assert list(rendering.render(document))


def test_precision_changes_what_runs() -> None:
    rendering = Rendering()
    document = rendering.open("faces-dcgan").info.document
    exact = list(rendering.render(document))[-1].pictures["picture"].astype(int)
    assert rendering.choose("cpu", Precision.FAST).precision is Precision.FAST
    fast_frame = list(rendering.render(document))[-1]
    assert fast_frame.stages_run
    fast = fast_frame.pictures["picture"].astype(int)
    assert 0 < np.abs(fast - exact).max() < 24


def test_a_closed_model_is_opened_again_for_an_old_document() -> None:
    rendering = Rendering()
    document = rendering.open("faces-dcgan").info.document
    first = list(rendering.render(document))[-1].pictures["picture"]
    rendering._open.clear()
    np.testing.assert_array_equal(list(rendering.render(document))[-1].pictures["picture"], first)
    foreign = dataclasses.replace(document, model=dataclasses.replace(document.model, digest="0" * 32))
    with pytest.raises(UnknownModelError, match="not the one that this picture was made with"):
        list(rendering.render(foreign))


def test_unknown_names_list_what_ships() -> None:
    with pytest.raises(UnknownModelError, match=r"shipped models: .*faces-dcgan"):
        ganstudio.open_model("no-such-model")


def test_memory_that_runs_out_in_a_switch_leaves_everything_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    rendering = Rendering()
    document = rendering.open("faces-dcgan").info.document
    before = list(rendering.render(document))[-1].pictures["picture"]
    original = DCGANGenerator.prepare

    def prepare(self: DCGANGenerator, device: torch.device, precision: Precision) -> None:
        if precision is Precision.FAST:
            raise torch.OutOfMemoryError("CUDA out of memory")
        original(self, device, precision)

    monkeypatch.setattr(DCGANGenerator, "prepare", prepare)
    for _ in range(2):
        with pytest.raises(DeviceMemoryError, match="ran out"):
            rendering.choose("cpu", Precision.FAST)
        assert rendering.status().precision is Precision.EXACT
    np.testing.assert_array_equal(list(rendering.render(document))[-1].pictures["picture"], before)
    monkeypatch.undo()
    assert rendering.choose("cpu", Precision.FAST).precision is Precision.FAST


@pytest.mark.parametrize("seeds", [[], [1.5], 5, [-1], [2**32], ["a"]])
def test_what_is_no_seed_is_a_sentence(model: Model, seeds: Any) -> None:
    with pytest.raises(WrongInputError, match="seed"):
        model.sample(seeds)


def test_numpy_goes_in_and_nonsense_does_not(model: Model) -> None:
    z = model.latents(np.array([4, 5]))  # type: ignore[arg-type]
    ws = model.mapping(z.numpy())  # type: ignore[arg-type]
    assert model.synthesis(ws.numpy()).shape == (2, 3, 64, 64)  # type: ignore[arg-type]
    with pytest.raises(WrongInputError, match=r"takes \[N, 1, 100\]"):
        model.synthesis(ws[..., :-1])
    with pytest.raises(WrongInputError, match="psi is nan"):
        model.sample([0], psi=float("nan"))
    with pytest.raises(WrongInputError, match="no classes"):
        model.sample([0], c=1)
    with pytest.raises(WrongInputError, match="exact, fast"):
        ganstudio.open_model("faces-dcgan", precision="foo")
    for name in ("a" * 5000, "", "\0"):
        with pytest.raises(UnknownModelError):
            ganstudio.open_model(name)


@pytest.fixture
def without_collections() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("without_collections")
@pytest.mark.parametrize("architecture", ["stylegan2", "stylegan", "dcgan", "progan"])
def test_the_memory_of_a_closed_model_is_free_at_once(architecture: str, tmp_path: Path) -> None:
    card = cards()[architecture]
    config = card.presets["tiny"]
    rendering = Rendering()
    closed: list[weakref.ref[torch.nn.Module]] = []
    for number in range(3):
        path = tmp_path / f"{number}.safetensors"
        tensors = card.build(config).network.state_dict()
        save_checkpoint(path, Checkpoint(architecture, config, {"generator": tensors}))
        opened = rendering.open(str(path))
        assert list(rendering.render(opened.info.document))
        network = next(reversed(rendering._open.values()))[0].generator.network
        closed.append(weakref.ref(network))
        del network
    assert [network() is None for network in closed] == [True, False, False]
