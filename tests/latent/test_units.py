"""Dissection on units whose meaning is known."""

from collections.abc import Mapping

import pytest
import torch

from ganstudio.latent.units import TOP, Dissection, Thresholds, dissect, planes_of, rims_of

SIDE, CLASSES = 16, ("ground", "left", "top")


def scene(number: int) -> torch.Tensor:
    """A map `[16, 16]` whose areas vary with the number: 1 grows from the left, 2 lies over it from the top."""
    labels = torch.zeros(SIDE, SIDE, dtype=torch.long)
    labels[:, : 2 + number % 3] = 1
    labels[: 1 + number % 2] = 2
    return labels


def draw(number: int) -> tuple[torch.Tensor, Mapping[str, torch.Tensor]]:
    """A picture that shows the map, and two stages: one knows the classes, one does not."""
    labels, random = scene(number), torch.Generator().manual_seed(number)
    noise = torch.rand(1, 4, SIDE, SIDE, generator=random)
    knowing = noise * 0.1
    knowing[0, 1] += 5.0 * (labels == 1)
    knowing[0, 3] += 3.0 * (labels == 2)
    return labels[None, None].float() / 2.0, {"knowing": knowing, "blind": noise[..., ::4, ::4]}


def segment(picture: torch.Tensor) -> torch.Tensor:
    return (picture[:, 0] * 2.0).round().long()


@pytest.fixture(scope="module")
def found() -> Dissection:
    steps = list(dissect(draw, segment, CLASSES, 24))
    assert [step.done for step in steps[:-1]] == list(range(1, 48))
    assert all(step.result is None for step in steps[:-1])
    result = steps[-1].result
    assert isinstance(result, Dissection)
    return result


def test_the_unit_that_stands_for_a_class_is_ranked_first(found: Dissection) -> None:
    stage = found.of("knowing")
    assert [stage.ranked(index, 1)[0].number for index in (1, 2)] == [1, 3]
    assert found.best_stage(1, 1) == found.best_stage(2, 1) == "knowing"
    left, top = stage.ranked(1, 4)[0], stage.ranked(2, 4)[0]
    assert left.iou > 3 * stage.ranked(1, 4)[1].iou
    assert 5.0 < left.high < 5.2
    assert 3.0 < top.high < 3.2
    assert left.low < 0.2  # next to it
    assert top.low < 0.2


def test_thresholds_leave_the_highest_share_above(found: Dissection) -> None:
    gathered, random = Thresholds(), torch.Generator().manual_seed(1)
    values = torch.randn(30, 1, 2, 10, 10, generator=random)
    for each in values:
        gathered.add(each, random)
    thresholds = gathered.value()
    above = (values[:, 0] > thresholds[:, None, None]).float().mean(dim=(0, 2, 3))
    torch.testing.assert_close(above, torch.full((2,), TOP), atol=1e-3, rtol=0)
    assert found.of("knowing").thresholds[1] > 5.0


def test_iou_is_that_of_the_areas(found: Dissection) -> None:
    stage = found.of("knowing")
    both = union = 0
    for number in range(24):
        high = draw(number)[1]["knowing"][0, 1] > stage.thresholds[1]
        left = scene(number) == 1
        both += int((high & left).sum())
        union += int((high | left).sum())
    assert float(stage.iou[1, 1]) == pytest.approx(both / union, rel=1e-5)


def test_a_class_that_never_occurs_matches_nothing() -> None:
    *_, last = dissect(draw, segment, (*CLASSES, "nothing"), 3)
    assert isinstance(last.result, Dissection)
    assert last.result.occurring == CLASSES
    for stage in last.result.stages:
        assert not stage.iou[3].any()
        assert torch.isfinite(stage.high).all()
        assert torch.isfinite(stage.low).all()


def test_large_maps_are_compared_at_64_pixels() -> None:
    labels = scene(1).repeat_interleave(10, dim=0).repeat_interleave(10, dim=1)
    planes = planes_of(labels[None], 3)
    assert planes.shape == (3, 64 * 64)
    assert torch.equal(planes.sum(dim=0), torch.ones(64 * 64))
    assert torch.equal(planes_of(scene(1)[None], 3).argmax(dim=0).reshape(SIDE, SIDE), scene(1))


def test_a_rim_lies_next_to_its_class() -> None:
    planes = torch.zeros(2, SIDE * SIDE)
    planes[0].view(SIDE, SIDE)[4:8, 4:8] = 1.0
    rims = rims_of(planes).view(2, SIDE, SIDE)
    assert rims[0].sum() == 6 * 6 - 4 * 4
    assert not rims[0, 4:8, 4:8].any()
    assert not rims[1].any()
