"""Training encoders: rows in turn, what is known and what is real, which generators fit, whose files are."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest
import torch

from ganstudio.architectures import cards
from ganstudio.architectures.encoder.networks import Design, EncoderNetwork
from ganstudio.architectures.encoder.recipe import PRESETS, EncoderRecipe, UnsuitableGeneratorError
from ganstudio.architectures.encoder.recipe_options import Perceptual
from ganstudio.checkpoints.checkpoint import Checkpoint
from ganstudio.checkpoints.fingerprint import fingerprint
from ganstudio.checkpoints.format import save_checkpoint
from ganstudio.checkpoints.networks import open_picture_network, open_teacher
from ganstudio.core.inputs import Ability
from ganstudio.core.recipe import Batch, DataFacts, Draws, Teacher
from ganstudio.training.parallel import join_processes
from ganstudio.training.trainer import Trainer
from tests.training.conftest import tiny_feed, tiny_options

FACTS = DataFacts(16, 3, 0, 100)
QUICK = dataclasses.replace(PRESETS["tiny"], perceptual=Perceptual.NONE)


def generator_file(path: Path, seed: int = 1, architecture: str = "stylegan2") -> Path:
    torch.manual_seed(seed)
    card = cards()[architecture]
    config = card.presets["tiny"]
    tensors = {name: t.clone() for name, t in card.build(config).network.state_dict().items()}
    if "mapping.w_avg" in tensors:
        tensors["mapping.w_avg"] = torch.randn(len(tensors["mapping.w_avg"]))
    save_checkpoint(path, Checkpoint(card.id, config, {"generator": tensors}))
    return path


@pytest.fixture
def teacher(tmp_path: Path) -> Teacher:
    return open_teacher(str(generator_file(tmp_path / "g.safetensors")))


def recipe_of(teacher: Teacher, options: Any = QUICK, facts: DataFacts = FACTS) -> EncoderRecipe:
    torch.manual_seed(2)
    return EncoderRecipe(options, facts, {"generator": teacher})


def batch_of(count: int = 4) -> Batch:
    images = torch.rand(count, 3, 16, 16, generator=torch.Generator().manual_seed(5)) * 2 - 1
    return Batch(images, None, Draws(3, 0, count))


def test_rows_come_in_turn(teacher: Teacher) -> None:
    recipe = recipe_of(teacher, dataclasses.replace(QUICK, rows_from=100, rows_every=10))
    assert [recipe.rows(n) for n in (0, 99, 100, 109, 110, 139, 140, 10**6)] == [1, 1, 2, 2, 3, 5, 6, 6]
    pictures = batch_of().images
    shown = recipe._shown(pictures)
    for rows in (1, 3, 6):
        codes = recipe.generator.eval().codes(shown, rows)
        apart = (codes - recipe.generator.latent_avg)[:, :1] - (codes - recipe.generator.latent_avg)
        assert [bool(apart[:, i].abs().max() > 1e-6) for i in range(6)] == [0 < i < rows for i in range(6)]
    assert recipe_of(teacher, dataclasses.replace(QUICK, design=Design.PSP, rows_from=100)).rows(0) == 6


def test_known_pictures_are_the_generator_s_and_the_others_real(teacher: Teacher) -> None:
    recipe, batch = recipe_of(teacher), batch_of()
    pictures, w = recipe._given(batch, 2)
    assert torch.equal(pictures[2:], batch.images[2:])
    drawn = recipe._drawn(w[:, None].expand(-1, 6, -1))
    torch.testing.assert_close(pictures[:2], drawn)
    assert recipe._known(batch) == 2
    everything = recipe_of(teacher, dataclasses.replace(QUICK, generated_share=1.0))
    assert everything._known(batch) == 3, "a picture stays real"


def test_real_pictures_differ_as_photos_do_and_known_ones_stay(teacher: Teacher) -> None:
    recipe, batch = recipe_of(teacher, dataclasses.replace(QUICK, augment_p=1.0)), batch_of()
    pictures, w = recipe._given(batch, 2)
    torch.testing.assert_close(pictures[:2], recipe._drawn(w[:, None].expand(-1, 6, -1)))
    real = pictures[2:]
    assert (real - batch.images[2:]).abs().mean() > 0.05
    assert real.abs().max() <= 1.0
    torch.testing.assert_close(recipe._given(batch_of(), 2)[0], pictures, msg="by the draws alone, so a run goes on")
    gray = dataclasses.replace(batch, images=torch.full_like(batch.images, 0.2))
    shades = recipe._given(gray, 0)[0]
    assert shades.std(dim=(1, 2, 3)).max() < 1e-4, "light and contrast of a picture change as a whole, hues stay"
    assert shades.mean(dim=(1, 2, 3)).std() > 0.02


@pytest.mark.parametrize("perceptual", [Perceptual.VGG16, Perceptual.ALEX])
def test_pictures_are_compared_by_lpips(teacher: Teacher, perceptual: Perceptual) -> None:
    recipe = recipe_of(teacher, dataclasses.replace(QUICK, perceptual=perceptual, generated_share=0.0))
    found, wanted = (torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(n)) * 2 - 1 for n in (1, 2))
    assert recipe.distance is not None
    exact = recipe.distance(found, wanted)
    torch.testing.assert_close(recipe._distances(recipe.distance, found, wanted), exact, rtol=1e-4, atol=1e-6)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        rounded = recipe._distances(recipe.distance, found, wanted)
    assert rounded.dtype is torch.float32
    torch.testing.assert_close(rounded, exact, rtol=0.03, atol=0.0)


def test_a_few_steps_find_known_latents(teacher: Teacher) -> None:
    options = dataclasses.replace(
        QUICK, adversarial_weight=0.0, offset_weight=0.0, pixel_weight=0.0, perceptual_weight=0.0, generated_share=0.9,
        latent_weight=1.0, lr=0.01, batch=16,
    )  # fmt: skip
    recipe, values = recipe_of(teacher, options), []
    for _ in range(30):
        losses = recipe.encoder_losses(batch_of(16), 10**6).minimised
        assert set(losses) == {"pixel", "latent"}
        values.append(float(losses["latent"].detach()))
        recipe.optimizers()["generator"].zero_grad()
        losses["latent"].backward()  # type: ignore[no-untyped-call]
        recipe.optimizers()["generator"].step()
    assert values[-1] < 0.5 * values[0]


def test_the_generator_stays_as_it_is(teacher: Teacher) -> None:
    before = {name: t.clone() for name, t in teacher.generator.network.state_dict().items()}
    recipe = recipe_of(teacher)
    for phase in recipe.phases():
        torch.stack(list(phase.losses(batch_of(), 10**6).minimised.values())).sum().backward()
    assert all(torch.equal(before[name], t) for name, t in teacher.generator.network.state_dict().items())
    assert not any(p.requires_grad or p.grad is not None for p in teacher.generator.network.parameters())


def test_unsuitable_generators_and_data(teacher: Teacher, tmp_path: Path) -> None:
    with pytest.raises(UnsuitableGeneratorError, match="use --resolution 16"):
        recipe_of(teacher, facts=DataFacts(64, 3, 0, 10))
    plain = open_teacher(str(generator_file(tmp_path / "dcgan.safetensors", architecture="dcgan")))
    with pytest.raises(UnsuitableGeneratorError, match="has no W"):
        recipe_of(plain, facts=DataFacts(plain.resolution, 3, 0, 10))
    with pytest.raises(UnsuitableGeneratorError, match="a side of 32"):
        recipe_of(teacher, dataclasses.replace(QUICK, input_resolution=40))


def run_of(path: Path, start_from: Path | None = None) -> Trainer:
    settings = {"generator": str(path), "perceptual": "none"}
    options = tiny_options(architecture="encoder", recipe=settings, start_from=start_from)
    return Trainer(options, tiny_feed(options), join_processes("cpu"))


def test_a_run_s_file_names_its_generator_and_may_go_on_with_another(tmp_path: Path) -> None:
    first, second = (generator_file(tmp_path / f"{i}.safetensors", i) for i in (1, 2))
    trainer = run_of(first)
    trainer.step()
    assert trainer.sample_grid().shape == (6 * 16, 6 * 16, 3)
    saved = tmp_path / "encoder.safetensors"
    trainer.save_model(saved, ("generator", "discriminator"))
    opened, provenance = open_picture_network(saved, Ability.ENCODING, torch.device("cpu"))
    assert provenance["encodes"] == {"name": first.name, "digest": fingerprint(first)}
    average = open_teacher(str(first)).generator.w_avg
    assert isinstance(opened.network, EncoderNetwork)
    assert average is not None
    torch.testing.assert_close(opened.network.latent_avg, average.expand(6, -1), rtol=1e-3, atol=1e-3)
    continued = run_of(second, saved)
    for name, tensor in continued.recipe.networks()["generator"].named_parameters():
        torch.testing.assert_close(tensor, opened.network.get_parameter(name), msg=name)
    continued.step()
    other = open_teacher(str(second)).generator.w_avg
    assert other is not None
    assert torch.equal(continued.averages.modules["generator"].latent_avg, other.expand(6, -1))
    assert continued.recipe.provenance()["encodes"] == {"name": second.name, "digest": fingerprint(second)}
