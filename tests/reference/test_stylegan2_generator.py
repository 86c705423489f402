"""StyleGAN2's generator against the numbers of its authors' code."""

import copy
from collections.abc import Callable

import pytest
import torch
from torch import nn

from ganstudio.architectures.stylegan2.networks import GeneratorNetwork, Noises
from ganstudio.core.latents import truncate
from tests.reference.published_config import generator_config, with_square_filters
from tests.reference.reference_case import GENERATORS, Case, Tensors, cases, deviations, shortened

pytestmark = pytest.mark.reference
PRECISIONS = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
FILES = pytest.mark.parametrize("case", cases(GENERATORS))

STYLE, ACTIVATION = "style/", "act/"


class Published:
    """A generator with a file's weights, and the calls that the file holds results of."""

    def __init__(self, case: Case, dtype: torch.dtype) -> None:
        self.network = GeneratorNetwork(generator_config(case.info["ctor"]))
        self.network.load_state_dict(with_square_filters(case.part("param/")), strict=True)
        self.network.to(dtype).eval().requires_grad_(False)
        self.inputs = case.inputs(dtype)
        self.calls = case.info.get("calls", {})
        self.names = tuple(case.part("out/"))

    @property
    def constant(self) -> Noises:
        """The noise that the layers keep."""
        return self.network.synthesis.constant_noises()

    @property
    def silence(self) -> Noises:
        """No noise."""
        return (None,) * len(self.constant)

    def ws(self, z: str = "z") -> torch.Tensor:
        """The latents of one of the inputs, all rows alike."""
        w: torch.Tensor = self.network.mapping(self.inputs[z], self.inputs.get("c"))
        return w[:, None].expand(-1, self.network.config.n_latent, -1)

    def truncated(self, psi: float, cutoff: int | None) -> torch.Tensor:
        """The latents pulled towards their mean."""
        return truncate(self.ws(), self.network.mapping.w_avg, psi, cutoff)

    def ws_psi_cutoff(self) -> torch.Tensor:
        """The latents with the file's psi and cutoff."""
        return self.truncated(self.calls["truncation_psi"], self.calls["truncation_cutoff"])

    def mixed(self) -> torch.Tensor:
        """The first rows of one latent, the others of a second."""
        crossover = self.calls["mix_crossover"]
        return torch.cat([self.ws()[:, :crossover], self.ws("z2")[:, crossover:]], dim=1)

    def mean_after_training_call(self) -> torch.Tensor:
        """The running mean of w after one call that updates it."""
        mapping = copy.deepcopy(self.network.mapping)
        mapping(self.inputs["z"], self.inputs.get("c"), update_average=True)
        return mapping.w_avg

    def draw(self, ws: torch.Tensor, noises: Noises) -> torch.Tensor:
        """The pictures of latents."""
        pictures: torch.Tensor = self.network.synthesis(ws, noises)
        return pictures


@torch.no_grad()
def computed(published: Published) -> Tensors:
    """Return our value of every latent and picture that the file has."""
    p = published
    formulas: dict[str, Callable[[], torch.Tensor]] = {
        "ws": p.ws,
        "ws_psi_all": lambda: p.truncated(p.calls["truncation_psi"], None),
        "ws_psi_cutoff": p.ws_psi_cutoff,
        "ws_psi0": lambda: p.truncated(0.0, None),
        "ws_mixed": p.mixed,
        "w_avg_after_one_training_call": p.mean_after_training_call,
        "img_const": lambda: p.draw(p.ws(), p.constant),
        "img_const_unfused": lambda: p.draw(p.ws(), p.constant),
        "img_none": lambda: p.draw(p.ws(), p.silence),
        "img_psi_cutoff_const": lambda: p.draw(p.ws_psi_cutoff(), p.constant),
        "img_mixed_none": lambda: p.draw(p.mixed(), p.silence),
    }
    separate = {name for name in p.names if name.startswith((STYLE, ACTIVATION)) or name == "grad_ws"}
    assert set(p.names) - separate <= formulas.keys()
    return {name: formulas[name]() for name in formulas.keys() & set(p.names)}


def watched(published: Published) -> tuple[Tensors, torch.Tensor]:
    """Return styles and activations of one pass with constant noise, and the gradient that reaches ws."""
    seen: Tensors = {}

    def keep(name: str) -> Callable[[nn.Module, object, torch.Tensor], None]:
        def hook(_module: nn.Module, _inputs: object, output: torch.Tensor) -> None:
            seen[name] = output.detach().clone()

        return hook

    for name in published.names:
        layer = name.partition("/")[2]
        if name.startswith(STYLE):
            published.network.synthesis.get_submodule(f"{layer}.affine").register_forward_hook(keep(name))
        elif name.startswith(ACTIVATION):
            published.network.synthesis.get_submodule(layer).register_forward_hook(keep(name))
    ws = published.ws().clone().requires_grad_()
    pictures = published.draw(ws, published.constant)
    weight = published.inputs.get("img_weight", torch.ones_like(pictures))
    (gradient,) = torch.autograd.grad((pictures * weight).sum(), ws)
    return seen, gradient


@PRECISIONS
@FILES
def test_latents_and_pictures(case: Case, dtype: torch.dtype) -> None:
    ours = shortened(computed(Published(case, dtype)), case)
    assert ours
    assert not deviations(case, ours, dtype)


@PRECISIONS
@FILES
def test_every_layer(case: Case, dtype: torch.dtype) -> None:
    seen, _ = watched(Published(case, dtype))
    assert {name for name in case.part("out/") if name.startswith((STYLE, ACTIVATION))} == seen.keys()
    assert not deviations(case, shortened(seen, case), dtype)


@PRECISIONS
@FILES
def test_gradient(case: Case, dtype: torch.dtype) -> None:
    if "out/grad_ws" not in case.tensors:
        pytest.skip("this file has no gradient")
    _, gradient = watched(Published(case, dtype))
    assert not deviations(case, {"grad_ws": gradient}, dtype)


@FILES
def test_one_picture_is_drawn_as_in_a_batch(case: Case) -> None:
    if "out/img_const" not in case.tensors:
        pytest.skip("this file has no picture with constant noise")
    published = Published(case, torch.float32)
    with torch.no_grad():
        single = published.draw(published.ws()[:1], published.constant)
    expected = case.tensors["out/img_const"][:1]
    accepted = case.accept("img_const") * case.tensors["out/img_const"].abs().max().item()
    torch.testing.assert_close(single.double(), expected.double(), rtol=0.0, atol=accepted)
