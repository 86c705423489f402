"""How far style channels reach, and shifts of single ones."""

import dataclasses

import torch

from ganstudio.architectures.stylegan2 import StyleGAN2Config, card
from ganstudio.architectures.stylegan2.stages import StyleGAN2Generator
from ganstudio.core.document import ClassChoice, Document, FrozenMap, LatentPoint, ShiftStyle
from ganstudio.core.store import Store
from ganstudio.core.style_space import RANDOM_W
from ganstudio.engine.synthesis import IncrementalSynthesis


def generator(c_dim: int = 0) -> StyleGAN2Generator:
    torch.manual_seed(1)
    small = StyleGAN2Config(z_dim=8, c_dim=c_dim, w_dim=8, channels=(8, 6), mapping_layers=2)
    built = card.build(small)
    assert isinstance(built, StyleGAN2Generator)
    return built


def test_the_spread_is_that_of_random_w() -> None:
    model = generator()
    affine = model.network.synthesis.blocks[1].conv0.affine
    spread = model.style_spread.of("b8.conv0", affine)
    w = model.mapping(torch.randn(20_000, 8))[:, 0]
    styles = affine(w)
    torch.testing.assert_close(spread.std, styles.std(dim=0), rtol=0.15, atol=0)
    torch.testing.assert_close(spread.mean, styles.mean(dim=0), rtol=0, atol=0.2)
    assert model.style_spread.of("b8.conv0", affine) is spread
    assert torch.equal(generator().style_spread.of("b8.conv0", affine).std, spread.std)


def test_it_is_found_step_by_step_and_again_when_weights_change() -> None:
    model = generator(c_dim=3)
    shares = [model.style_spread.advance() for _ in range(RANDOM_W // 64)]
    assert shares == [(i + 1) * 64 / RANDOM_W for i in range(RANDOM_W // 64)]
    affine = model.network.synthesis.blocks[0].conv1.affine
    before = model.style_spread.of("b4.conv1", affine)
    with torch.no_grad():
        affine.weight.mul_(2.0)
    torch.testing.assert_close(model.style_spread.of("b4.conv1", affine).std, 2.0 * before.std)
    with torch.no_grad():
        model.network.mapping.fc0.weight.mul_(-1.0)
    assert not torch.equal(model.style_spread.of("b4.conv1", affine).mean, before.mean)


def test_a_shift_adds_its_deviations_to_one_channel_and_nothing_stays_behind() -> None:
    model = generator()
    document = Document(inputs=FrozenMap({"z": LatentPoint(1.0), "class": ClassChoice()}))
    edits = (ShiftStyle("b8.conv1", 2, 1.5), ShiftStyle("b8.conv1", 2, 0.5), ShiftStyle("b8.conv1", 4, -1.0))
    seen: list[torch.Tensor] = []
    affine = model.network.synthesis.blocks[1].conv1.affine
    synthesis = IncrementalSynthesis(model, Store())
    hook = affine.register_forward_hook(lambda _module, _taken, styles: seen.append(styles), prepend=False)
    list(synthesis.render(document))
    hook.remove()
    assert not affine._forward_hooks
    with torch.no_grad():
        list(synthesis.render(dataclasses.replace(document, edits=edits)))
    assert not affine._forward_hooks
    shifted = synthesis.kept["b8"].features.activation
    std = model.style_spread.of("b8.conv1", affine).std
    with torch.no_grad():
        affine.bias[2] += 2.0 * std[2]
        affine.bias[4] -= std[4]
    by_hand = IncrementalSynthesis(model, Store())
    list(by_hand.render(document))
    torch.testing.assert_close(by_hand.kept["b8"].features.activation, shifted)
    assert len(seen) == 1
