"""What bends do to an activation, on numbers that can be checked by hand."""

import dataclasses
import math

import pytest
import torch

from ganstudio.core.bending import bent
from ganstudio.core.document import Bend, BendUnits, PaintUnits, ShiftStyle
from ganstudio.core.errors import WrongInputError
from ganstudio.core.generator import mask_of
from ganstudio.core.store import ArrayRef, Store


def activation() -> torch.Tensor:
    return torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(1))


def test_units_that_are_not_chosen_keep_their_exact_values() -> None:
    x = activation()
    before = x.clone()
    y = bent(x, [BendUnits("b8", (1,), Bend.ABLATE)])
    assert torch.equal(x, before)
    assert torch.equal(y[:, [0, 2]], x[:, [0, 2]])
    assert torch.equal(y[:, 1], torch.zeros(2, 8, 8))


def test_amounts_count_in_deviations_of_each_picture() -> None:
    x = activation() * torch.tensor([1.0, 5.0]).reshape(2, 1, 1, 1)
    spread = x.flatten(1).std(dim=1, correction=0).reshape(2, 1, 1, 1)
    torch.testing.assert_close(bent(x, [BendUnits("b8", (), Bend.ADD, 0.5)]), x + 0.5 * spread)
    clipped = bent(x, [BendUnits("b8", (), Bend.CLIP, 0.5)])
    torch.testing.assert_close(clipped.abs().amax(dim=(1, 2, 3)), 0.5 * spread.flatten())
    kept = bent(x, [BendUnits("b8", (), Bend.THRESHOLD, 1.0)])
    assert torch.equal(kept != 0, x > spread)
    torch.testing.assert_close(bent(x[:1], [BendUnits("b8", (), Bend.ADD, 0.5)]), (x + 0.5 * spread)[:1])


def test_turning_flipping_and_moving_go_where_they_say() -> None:
    x = activation()
    assert torch.equal(bent(x, [BendUnits("b8", (), Bend.FLIP_X)]), x.flip(3))
    assert torch.equal(bent(x, [BendUnits("b8", (), Bend.FLIP_Y)]), x.flip(2))
    quarter = bent(x, [BendUnits("b8", (), Bend.ROTATE, 90.0)])
    torch.testing.assert_close(quarter, x.rot90(-1, (2, 3)), atol=1e-4, rtol=0)
    right = bent(x, [BendUnits("b8", (), Bend.MOVE_X, 0.25)])
    torch.testing.assert_close(right[..., 2:], x[..., :-2], atol=1e-4, rtol=0)
    down = bent(x, [BendUnits("b8", (), Bend.MOVE_Y, 0.25)])
    torch.testing.assert_close(down[:, :, 2:], x[:, :, :-2], atol=1e-4, rtol=0)
    dot = torch.zeros(1, 1, 9, 9)
    dot[..., 4, 4] = 1.0
    assert bent(dot, [BendUnits("b8", (), Bend.ZOOM, 3.0)])[..., 3:6, 3:6].min() > 0.4


def test_bends_follow_one_another() -> None:
    x = activation()
    both = (BendUnits("b8", (), Bend.INVERT), BendUnits("b8", (), Bend.THRESHOLD, 0.0))
    assert torch.equal(bent(x, both), torch.where(-x > 0, -x, torch.zeros(())))
    assert torch.equal(bent(x, both[::-1]), -torch.where(x > 0, x, torch.zeros(())))


@pytest.mark.parametrize("bend", Bend)
def test_half_precision_and_the_order_in_memory_are_kept(bend: Bend) -> None:
    x = activation().to(torch.bfloat16, memory_format=torch.channels_last)
    y = bent(x, [BendUnits("b8", (0,), bend, 0.4)])
    assert y.dtype == torch.bfloat16
    assert y.is_contiguous(memory_format=torch.channels_last)
    assert not torch.equal(y, x)


@pytest.mark.parametrize("bend", [Bend.SCALE, Bend.ADD, Bend.MOVE_X, Bend.MOVE_Y, Bend.ROTATE, Bend.ZOOM])
def test_a_neutral_amount_does_not_act_and_changes_nothing(bend: Bend) -> None:
    neutral = 1.0 if bend in (Bend.SCALE, Bend.ZOOM) else 0.0
    edit = BendUnits("b8", (), bend, neutral)
    assert not edit.acts
    assert dataclasses.replace(edit, amount=neutral + 0.5).acts
    torch.testing.assert_close(bent(activation(), [edit]), activation())


def test_units_beyond_the_last_one_are_passed_over() -> None:
    x = activation()
    assert torch.equal(bent(x, [BendUnits("b8", (7, -1), Bend.ABLATE)]), x)
    assert torch.equal(bent(x, [BendUnits("b8", (0, 7), Bend.ABLATE)])[:, 1:], x[:, 1:])


@pytest.mark.parametrize("bend", Bend)
def test_absurd_amounts_do_not_fail(bend: Bend) -> None:
    assert not BendUnits("b8", (), bend, math.inf).acts
    assert not ShiftStyle("b8.conv0", 0, math.nan).acts
    for amount in (1e300, -1e300):
        assert bent(activation(), [BendUnits("b8", (), bend, amount)]).shape == (2, 3, 8, 8)


HERE = ArrayRef("any", (8, 8), "|u1")


def test_painted_units_take_their_values_under_the_mask_alone() -> None:
    x = activation()
    mask = torch.zeros(1, 1, 8, 8)
    mask[..., 2:5, 3:8] = 1.0
    before = x.clone()
    y = bent(x, [PaintUnits("b8", (2, 0), (7.0, -3.0), HERE)], [mask])
    assert torch.equal(x, before)
    assert torch.equal(y[:, 1], x[:, 1])
    assert (y[:, 2, 2:5, 3:8] == 7.0).all()
    assert (y[:, 0, 2:5, 3:8] == -3.0).all()
    outside = mask[0, 0] == 0
    assert torch.equal(y[..., outside], x[..., outside])
    half = bent(x, [PaintUnits("b8", (2,), (7.0,), HERE, 0.5)], [mask])
    torch.testing.assert_close(half[:, 2, 2:5, 3:8], (x[:, 2, 2:5, 3:8] + 7.0) / 2)


@pytest.mark.parametrize("side", [2, 4, 16, 64])
def test_a_mask_of_any_size_lies_over_the_whole_picture(side: int) -> None:
    x = activation()
    mask = torch.zeros(1, 1, side, side)
    mask[..., : side // 2, :] = 1.0
    y = bent(x, [PaintUnits("b8", (1,), (9.0,), HERE)], [mask])
    torch.testing.assert_close(y[:, 1, :2], torch.full((2, 2, 8), 9.0))
    torch.testing.assert_close(y[:, 1, 6:], x[:, 1, 6:])


def test_paint_and_bends_follow_one_another_with_their_own_masks() -> None:
    x, one, other = activation(), torch.zeros(1, 1, 8, 8), torch.zeros(1, 1, 8, 8)
    one[..., :4], other[..., 4:] = 1.0, 1.0
    edits = [PaintUnits("b8", (0,), (2.0,), HERE), BendUnits("b8", (0,), Bend.SCALE, 3.0),
             PaintUnits("b8", (0,), (5.0,), HERE)]  # fmt: skip
    y = bent(x, edits, [one, other])
    assert (y[:, 0, :, :4] == 6.0).all()
    assert (y[:, 0, :, 4:] == 5.0).all()


def test_paint_that_changes_nothing_or_knows_no_unit_is_left_out() -> None:
    assert not PaintUnits("b8", (), (), HERE).acts
    assert not PaintUnits("b8", (1,), (2.0,), HERE, 0.0).acts
    assert not PaintUnits("b8", (1,), (2.0,), HERE, on=False).acts
    assert not PaintUnits("b8", (1,), (2.0,), HERE, math.nan).acts
    x, mask = activation(), torch.ones(1, 1, 8, 8)
    assert torch.equal(bent(x, [PaintUnits("b8", (7, -1), (1.0, 1.0), HERE)], [mask]), x)
    assert bent(x, [PaintUnits("b8", (7, 1), (4.0, 3.0), HERE)], [mask])[:, 1].unique().tolist() == [3.0]
    rows = torch.randn(2, 3)
    assert torch.equal(bent(rows, [PaintUnits("b8", (1,), (4.0,), HERE)], [mask]), rows)


def test_a_region_without_rows_and_columns_is_refused() -> None:
    store = Store()
    with pytest.raises(WrongInputError, match="has the shape"):
        mask_of(PaintUnits("b8", (1,), (1.0,), store.put(torch.ones(3).numpy())), store)
