"""The causal step on units whose effect is known: what does something is chosen, whatever it resembles."""

from collections.abc import Iterator

import pytest
import torch

from ganstudio.core.document import PaintUnits
from ganstudio.core.progress import Progress
from ganstudio.latent.scenes import Scenes
from ganstudio.latent.unit_effects import (
    NOWHERE,
    Change,
    UnitPaint,
    Way,
    changes_of,
    find_paints,
    region_of,
)
from ganstudio.latent.units import Dissection, StageUnits

SIDE, PLACES = 32, 8
ADD, REMOVE = Way(1, remove=False), Way(1, remove=True)


class MadeScenes(Scenes):
    """Two pictures of ground (0) with a square of class 1; unit 2 of a stage makes it, unit 0 only looks like it."""

    def __init__(self, number: int) -> None:
        self.x = torch.zeros(2, 4, PLACES, PLACES)
        self.x[:, 1] = torch.rand(2, PLACES, PLACES, generator=torch.Generator().manual_seed(number))
        for row in range(2):
            self.x[row, (0, 2), 2 : 5 + row, 3:6] = 4.0
        self.maps = self.logits_of(self.x).argmax(dim=1)

    def logits_of(self, x: torch.Tensor) -> torch.Tensor:
        large = x.repeat_interleave(SIDE // PLACES, dim=2).repeat_interleave(SIDE // PLACES, dim=3)
        return torch.stack([torch.full_like(large[:, 2], 2.0), large[:, 2], torch.zeros_like(large[:, 2])], dim=1)

    def painted_maps(self, edit: PaintUnits, mask: torch.Tensor) -> torch.Tensor:
        share = torch.nn.functional.interpolate(mask, (PLACES, PLACES), mode="area") * edit.amount
        y = self.x.clone()
        for unit, value in zip(edit.units, edit.values, strict=True):
            y[:, unit] = torch.lerp(self.x[:, unit], torch.tensor(value), share[:, 0])
        return self.logits_of(y).argmax(dim=1)

    def linked(self) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        x = self.x.clone().requires_grad_()
        return self.logits_of(x), {"made": x}


def dissection() -> Dissection:
    """What is known of the four units: 0 matches the class best, 2 nearly as well."""
    high, low = torch.zeros(3, 4), torch.zeros(3, 4)
    high[1] = torch.tensor([4.0, 0.5, 4.0, 0.0])
    iou = torch.tensor([[0.0] * 4, [0.9, 0.1, 0.8, 0.0], [0.0] * 4])
    return Dissection(("ground", "thing", "nothing"), 2, (StageUnits("made", torch.zeros(4), iou, high, low),))


@pytest.fixture(scope="module")
def steps() -> list[Progress]:
    return list(find_paints(dissection(), MadeScenes, 1, 2))


def test_the_unit_that_acts_is_put_first_and_its_effect_is_measured(steps: list[Progress]) -> None:
    paints = steps[-1].result
    assert isinstance(paints, dict)
    added, removed = paints[ADD], paints[REMOVE]
    assert (added.units[0], removed.units[0]) == (2, 2)
    assert added.before == 0.0
    assert added.after > 0.5
    assert removed.before > 0.7
    assert removed.after < 0.1
    assert added.pictures == removed.pictures == 4
    assert added.is_clear(remove=False)
    assert removed.is_clear(remove=True)
    assert not added.is_clear(remove=True)
    assert Way(2, remove=False) not in paints  # never there, never tried


def test_progress_counts_every_class_and_ends_with_the_result(steps: list[Progress]) -> None:
    assert [step.done for step in steps] == list(range(1, 1 + 1 + 2 * 6))
    assert all(step.total == 13 for step in steps)
    assert all(step.result is None for step in steps[:-1])


def test_units_that_only_resemble_the_class_do_nothing() -> None:
    scenes = MadeScenes(0)
    edit = PaintUnits("made", (0,), (4.0,), NOWHERE)
    assert torch.equal(scenes.painted_maps(edit, region_of(scenes.maps, ADD)), scenes.maps)


def test_regions_are_the_class_and_a_rim_around_it() -> None:
    maps = torch.zeros(2, SIDE, SIDE, dtype=torch.long)
    maps[0, 10:20, 12:22] = 1
    gone, there = region_of(maps, REMOVE), region_of(maps, ADD)
    assert gone[0].sum() == 12 * 12
    assert there[0].sum() == 14 * 14 - 100  # two wide, a fifth of the class's width
    assert not (there[0, 0].bool() & (maps[0] == 1)).any()
    assert not gone[1].any()
    assert not there[1].any()
    maps[1, 3, 3] = 1  # too little to be a class
    assert not region_of(maps, ADD)[1].any()


def test_changes_are_shares_inside_and_around() -> None:
    before, region = torch.zeros(2, 4, 4, dtype=torch.long), torch.zeros(2, 1, 4, 4)
    after = before.clone()
    region[0, 0, :2] = 1.0
    after[0, 0], after[0, 3, 0] = 1, 2
    found: Iterator[Change] = changes_of(before, after, region, 1)
    assert list(found) == [Change(0.0, 0.5, 1 / 8)]


def test_a_small_or_doubtful_effect_is_not_clear() -> None:
    def told(after: float, error: float) -> UnitPaint:
        return UnitPaint("made", (0,), (1.0,), 1.0, 0.1, after, error, 0.0, 16)

    assert told(0.2, 0.01).is_clear(remove=False)
    assert not told(0.12, 0.001).is_clear(remove=False)
    assert not told(0.3, 0.11).is_clear(remove=False)
    assert not told(0.3, 0.01).is_clear(remove=True)
