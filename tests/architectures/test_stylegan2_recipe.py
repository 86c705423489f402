"""Training StyleGAN2: phases, lazy regularisation, adaptive augmentation, growing, mixing, wrong options."""

import dataclasses
import math

import pytest
import torch

from ganstudio.architectures.stylegan2.adaptation import NoHeldOutPicturesError
from ganstudio.architectures.stylegan2.networks import Wiring, channel_plan
from ganstudio.architectures.stylegan2.recipe import StyleGAN2Recipe
from ganstudio.architectures.stylegan2.recipe_networks import UnsuitableOptionsError
from ganstudio.architectures.stylegan2.recipe_options import PRESETS, Augment, Overfitting, StyleGAN2Options
from ganstudio.core.recipe import Batch, DataFacts, Draws

TINY = PRESETS["tiny"]
FACTS = DataFacts(16, 3, 0, 100)


def recipe_with(base: StyleGAN2Options = TINY, **changes: object) -> StyleGAN2Recipe:
    torch.manual_seed(1)
    return StyleGAN2Recipe(dataclasses.replace(base, **changes), FACTS)  # type: ignore[arg-type]


def batch_of(count: int = 4, step: int = 0) -> Batch:
    images = torch.rand(count, 3, 16, 16, generator=torch.Generator().manual_seed(step)) * 2 - 1
    return Batch(images, None, Draws(3, step, count))


def test_phases_follow_the_intervals() -> None:
    named = {phase.name: phase.interval for phase in recipe_with(d_reg_interval=16, g_reg_interval=4).phases()}
    assert named == {"Gmain": 1, "Greg": 4, "Dmain": 1, "Dreg": 16}
    joined = recipe_with(d_reg_interval=1, g_reg_interval=1)
    assert [phase.name for phase in joined.phases()] == ["Gboth", "Dboth"]
    assert [phase.name for phase in recipe_with(r1_gamma=0.0, path_weight=0.0).phases()] == ["Gmain", "Dmain"]
    lazy = (recipe_with(d_reg_interval=16), 0.0025 * 16 / 17, 0.99 ** (16 / 17))
    for recipe, lr, beta2 in ((joined, 0.0025, 0.99), lazy):
        group = recipe.optimizers()["discriminator"].param_groups[0]
        assert math.isclose(group["lr"], lr)
        assert math.isclose(group["betas"][1], beta2)


def test_a_lazy_penalty_weighs_as_much_as_one_of_every_step() -> None:
    lazy, eager = recipe_with(d_reg_interval=16), recipe_with(d_reg_interval=1)
    once = lazy.r1_losses(batch_of(), 0).minimised["r1"] / 16
    torch.testing.assert_close(once, eager.judge_losses(batch_of(), 0).minimised["r1"])
    heavy = recipe_with(d_reg_interval=1, r1_gamma=0.0002 * 16**2 / 4)
    torch.testing.assert_close(heavy.r1_losses(batch_of(), 0).minimised["r1"], once)


def test_the_probability_follows_the_sign_of_real_logits() -> None:
    recipe = recipe_with(PRESETS["tiny-ada"], augment_p=0.0, ada_interval=2, ada_images=80)
    seen = []
    for signs in ((1.0, 0.4), (0.9, 0.9), (0.0, 0.2), (1.0, 1.0)):
        for sign in signs:
            recipe.update(0, {"Dmain/sign_real": sign})
        seen.append(round(recipe.read_outs()["augment_p"], 6))
    assert seen == [0.1, 0.2, 0.1, 0.2]
    assert math.isclose(recipe.read_outs()["r_t"], 1.0)
    still = recipe_with(PRESETS["tiny-ada"], augment=Augment.FIXED, ada_images=80)
    still.update(0, {"Dmain/sign_real": 1.0})
    assert still.read_outs()["augment_p"] == 0.5


def test_the_probability_may_follow_held_out_pictures() -> None:
    recipe = recipe_with(PRESETS["tiny-ada"], augment_p=0.5, overfitting=Overfitting.R_V, ada_images=40)
    held_out = recipe.judge_held_out(batch_of(3), 0)["logits_held_out"]
    assert held_out.shape == (2, 1)  # whole groups
    logits = {"Dmain/logits_real": 2.0, "Dmain/logits_fake": -2.0}
    recipe.update(0, {**logits, "held out/logits_held_out": -1.0})
    assert math.isclose(recipe.read_outs()["augment_p"], 0.6, rel_tol=1e-6)
    assert math.isclose(recipe.read_outs()["r_v"], 0.75)
    with pytest.raises(NoHeldOutPicturesError, match="held out"):
        recipe.update(0, logits)


def test_augmentation_reaches_both_kinds_of_pictures() -> None:
    plain = recipe_with(PRESETS["tiny-ada"], augment=Augment.NONE)
    changed = recipe_with(PRESETS["tiny-ada"], augment_p=1.0)
    before, after = plain.judge_losses(batch_of(), 0), changed.judge_losses(batch_of(), 0)
    for kind in ("real", "fake"):
        assert not torch.equal(before.minimised[kind], after.minimised[kind])
    drawn = [recipe.generator_losses(batch_of(), 0).minimised["loss"] for recipe in (plain, changed)]
    assert not torch.equal(*drawn)


@pytest.mark.parametrize("wiring", list(Wiring))
def test_growing_uses_more_blocks_as_images_pass(wiring: Wiring) -> None:
    recipe = recipe_with(grow_from=8, grow_images=100, discriminator_wiring=wiring)
    assert [recipe.blocks(seen) for seen in (0, 99, 100, 10**6)] == [2, 2, 3, 3]
    sides = []
    recipe.generator.synthesis.b8.register_forward_hook(lambda *_: sides.append(8))  # type: ignore[operator]
    recipe.generator.synthesis.b16.register_forward_hook(lambda *_: sides.append(16))  # type: ignore[operator]
    for seen in (0, 100):
        for phase in recipe.phases():
            assert all(torch.isfinite(loss) for loss in phase.losses(batch_of(), seen).minimised.values())
    assert sides == [8, 8, 8] + [8, 16] * 3
    z = torch.randn(2, 16)
    small = recipe.sample(recipe.generator, z, None, 0)
    assert torch.equal(small[:, :, ::2, ::2], small[:, :, 1::2, 1::2])
    assert not torch.equal(small, recipe.sample(recipe.generator, z, None, 100))


def test_style_mixing_crosses_over_in_the_given_share() -> None:
    def crossed(share: float) -> float:
        ws = recipe_with(style_mixing=share)._ws(batch_of(2000), 3)
        assert ws.shape == (2000, 6, 12)
        changes = (ws[:, 1:] != ws[:, :-1]).any(dim=2).sum(dim=1)
        assert changes.max() <= 1
        return float(changes.float().mean())

    assert crossed(0.0) == 0.0
    assert crossed(1.0) == 1.0
    assert abs(crossed(0.5) - 0.5) < 0.05


def test_the_average_latent_follows_the_generator_phase_alone() -> None:
    recipe = recipe_with(style_mixing=0.0)
    w = recipe.generator.mapping(batch_of().draws.normal("z", 16), None)
    recipe.judge_losses(batch_of(), 0)
    assert not recipe.generator.mapping.w_avg.any()
    recipe.generator_losses(batch_of(), 0)
    torch.testing.assert_close(recipe.generator.mapping.w_avg, w.mean(dim=0) * 0.005)


@pytest.mark.parametrize("name", [name for name in PRESETS if name.startswith("tiny")])
def test_sixteen_bits_stay_near_full_precision(name: str) -> None:
    for phase in range(len(recipe_with(PRESETS[name]).phases())):
        exact = recipe_with(PRESETS[name]).phases()[phase].losses(batch_of(), 0).minimised
        with torch.autocast("cpu", torch.bfloat16):
            near = recipe_with(PRESETS[name]).phases()[phase].losses(batch_of(), 0).minimised
        for key, value in exact.items():
            torch.testing.assert_close(near[key].float(), value, rtol=0.2, atol=0.02)
        torch.stack([value.float() for value in near.values()]).sum().backward()  # type: ignore[no-untyped-call]


def test_published_settings() -> None:
    f, e = PRESETS["config-f"], PRESETS["config-e"]
    assert channel_plan(1024, f.channel_base, f.channel_max)[-4:] == (256, 128, 64, 32)
    assert channel_plan(1024, e.channel_base, e.channel_max)[-4:] == (128, 64, 32, 16)
    assert (f.r1_gamma, f.generator_lr, f.mapping_layers, f.ema_ramp_up) == (10.0, 0.002, 8, None)
    averaging = StyleGAN2Recipe(dataclasses.replace(TINY, batch=32), FACTS).averaging()["generator"]
    assert (averaging.half_life, averaging.ramp_up) == (10_000, 0.05)


def test_options_that_do_not_fit_are_refused() -> None:
    with pytest.raises(UnsuitableOptionsError, match="groups of 3"):
        recipe_with(mbstd_group=3)
    with pytest.raises(UnsuitableOptionsError, match="has 3 pictures"):
        recipe_with().generator_losses(batch_of(3), 0)
    with pytest.raises(UnsuitableOptionsError, match="16 px need 3"):
        recipe_with(channels=(4, 4))
    with pytest.raises(UnsuitableOptionsError, match="grow from 32"):
        recipe_with(grow_from=32)
    with pytest.raises(UnsuitableOptionsError, match="skip connections"):
        recipe_with(grow_from=8, generator_wiring=Wiring.RESIDUAL)
    for side in (0, 4, 24, 100):
        with pytest.raises(UnsuitableOptionsError, match=f"not {side}"):
            StyleGAN2Recipe(TINY, DataFacts(side, 3, 0, 10))
