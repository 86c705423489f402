"""Gradient penalties: exact values on functions whose gradients are known, and second derivatives."""

import torch

from ganstudio.losses.penalties import (
    between,
    consistency,
    drift,
    input_gradients,
    moved_mean,
    one_centred,
    path_lengths,
    path_penalty,
    zero_centred,
)

SLOPE = torch.randn(3, 4, 4, generator=torch.Generator().manual_seed(3), dtype=torch.float64)


def test_the_gradient_of_a_linear_score_is_its_slope() -> None:
    images = torch.randn(5, 3, 4, 4, dtype=torch.float64, requires_grad=True)
    gradients = input_gradients((images * SLOPE).sum(dim=(1, 2, 3)), images)
    norm = SLOPE.norm()
    torch.testing.assert_close(zero_centred(gradients), norm.square().expand(5))
    torch.testing.assert_close(one_centred(gradients), (norm - 1).square().expand(5))


def test_penalties_reach_the_weights() -> None:
    images = torch.randn(2, 3, 4, 4, dtype=torch.float64, requires_grad=True)

    def penalty(slope: torch.Tensor) -> torch.Tensor:
        logits = ((images * slope).sum(dim=(1, 2, 3))).tanh()
        gradients = input_gradients(logits, images)
        return zero_centred(gradients).sum() + one_centred(gradients).sum()

    slope = (SLOPE * 0.1).requires_grad_()
    assert torch.autograd.gradcheck(penalty, slope)


def test_between_lies_on_the_line_and_forgets_where_it_came_from() -> None:
    real = torch.zeros(2, 1, 2, 2, requires_grad=True)
    fake = torch.ones(2, 1, 2, 2)
    mixed = between(real, fake, torch.tensor([0.25, 1.0]))
    assert mixed.is_leaf
    assert mixed.requires_grad
    assert mixed[:, 0, 0, 0].tolist() == [0.75, 0.0]


def test_an_offset_keeps_a_vanished_gradient_differentiable() -> None:
    gradients = torch.zeros(1, 4, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(one_centred(gradients, offset=1e-16).sum(), gradients)
    assert torch.isfinite(slope).all()


def test_drift_and_consistency_are_squares() -> None:
    logits = torch.tensor([[-2.0], [0.5]])
    assert drift(logits).flatten().tolist() == [4.0, 0.25]
    assert consistency(logits, torch.tensor([[1.0], [0.5]])).flatten().tolist() == [9.0, 0.0]


def test_path_lengths_of_a_linear_generator() -> None:
    matrix = torch.randn(3 * 16, 2 * 5, dtype=torch.float64)
    ws = torch.randn(4, 2, 5, dtype=torch.float64, requires_grad=True)
    direction = torch.randn(4, 3, 4, 4, dtype=torch.float64)
    pictures = (ws.flatten(1) @ matrix.T).reshape(4, 3, 4, 4)
    lengths = path_lengths(pictures, ws, direction)
    pulled = (direction.flatten(1) / 4.0) @ matrix  # 4 = the root of 16 pixels
    torch.testing.assert_close(lengths, (pulled.square().sum(dim=1) / 2).sqrt())


def test_the_running_mean_moves_and_takes_part_in_the_gradient() -> None:
    lengths = torch.tensor([1.0, 3.0], requires_grad=True)
    mean = moved_mean(torch.tensor(1.0), lengths.mean(), 0.5)
    assert mean.item() == 1.5
    penalty = path_penalty(lengths, mean)
    assert penalty.tolist() == [0.25, 2.25]
    (slope,) = torch.autograd.grad(penalty.sum(), lengths)
    torch.testing.assert_close(slope, torch.tensor([-1.0, 3.0]) - 0.5)
