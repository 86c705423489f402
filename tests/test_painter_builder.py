"""The painter's builder: which map and which style each of its measured pictures has."""

import torch

from assets.builders.painter import FACE_PAINTER, HeldOut, coloured
from ganstudio.architectures import cards
from ganstudio.core.device import Precision
from ganstudio.core.document import NoiseSetting
from ganstudio.core.generator import Generator
from ganstudio.engine.model import Model


class Bare(Model):
    """A model of a generator alone."""

    def __init__(self, generator: Generator) -> None:
        self.generator = generator

    @property
    def z_dim(self) -> int:
        return 8

    def latents(self, seeds, psi: float = 1.0) -> torch.Tensor:  # type: ignore[no-untyped-def]
        return torch.stack([torch.full((8,), float(seed)) for seed in seeds])

    def mapping(self, z: torch.Tensor, c: torch.Tensor | int | None = None) -> torch.Tensor:
        return self.generator.mapping(z)


@torch.no_grad()
def test_seeds_take_turns_on_the_maps_and_pictures_lend_their_own_style() -> None:
    card = cards()["spade"]
    generator = card.build(card.presets["tiny"])
    assert isinstance(generator, Generator)
    generator.prepare(torch.device("cpu"), Precision.EXACT)
    model = Bare(generator)
    maps = torch.stack([torch.full((32, 32), index) for index in range(3)])
    pairs = HeldOut(torch.rand(3, 3, 32, 32) * 2 - 1, maps)
    drawn = pairs.drawn(model, range(5))
    for seed in range(5):
        bound = generator.on_maps(maps[seed % 3 : seed % 3 + 1])
        alone = bound.synthesis(model.latents([seed])[:, None], NoiseSetting())
        torch.testing.assert_close(drawn[seed : seed + 1], alone, rtol=1e-4, atol=1e-5)
    styles = generator.style_of(pairs.pictures)
    wanted = generator.on_maps(maps).synthesis(styles[:, None], NoiseSetting())
    torch.testing.assert_close(pairs.drawn_like(model), wanted, rtol=1e-4, atol=1e-5)


def test_maps_are_shown_in_their_colours() -> None:
    shown = coloured(torch.tensor([[[0, 2]]]), ((1, 2, 3), (4, 5, 6), (7, 8, 9)))
    assert shown.tolist() == [[[[1, 2, 3], [7, 8, 9]]]]


def test_its_run_is_named_whole() -> None:
    begun = "python launcher.py train --architecture spade --preset faces-64 --data assets/data/faces-seg-64/"
    assert FACE_PAINTER.command.startswith(begun)
    assert FACE_PAINTER.command.endswith(
        "--mirror True --arithmetic bfloat16 --set content_share=1.0 --threads 1 --run runs/face-painter"
    )
    assert FACE_PAINTER.pictures.is_file()
