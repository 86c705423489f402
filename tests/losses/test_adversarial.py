"""Adversarial losses: their definitions in probabilities, their slopes, their equilibria."""

import math

import pytest
import torch

from ganstudio.losses.adversarial import GAMES, Game, smoothed_real

LOGITS = torch.linspace(-4, 4, 33, dtype=torch.float64)


def test_logistic_terms_are_log_likelihoods() -> None:
    game, probability = GAMES[Game.NON_SATURATING], torch.sigmoid(LOGITS)
    torch.testing.assert_close(game.real(LOGITS), -probability.log())
    torch.testing.assert_close(game.fake(LOGITS), -(1 - probability).log())
    torch.testing.assert_close(game.generator(LOGITS), -probability.log())
    torch.testing.assert_close(GAMES[Game.MINIMAX].generator(LOGITS), (1 - probability).log())


def test_large_logits_stay_finite() -> None:
    far = torch.tensor([-1e4, 1e4])
    for game in GAMES.values():
        for term in (game.real, game.fake, game.generator):
            assert torch.isfinite(term(far)).all()


@pytest.mark.parametrize("game", list(Game))
def test_each_side_pulls_its_own_way(game: Game) -> None:
    def slope(term: object) -> torch.Tensor:
        logits = LOGITS.clone().requires_grad_()
        (gradient,) = torch.autograd.grad(term(logits).sum(), logits)  # type: ignore[operator]
        return gradient

    pulls = GAMES[game]
    inside = LOGITS.abs() < 0.9
    assert (slope(pulls.real)[inside] < 0).all()
    generator = slope(pulls.generator)[inside]
    assert (generator < 0).all()
    fake = slope(pulls.fake)
    assert (fake[LOGITS > 0] > 0).all()


def test_minimax_saturates_where_the_other_does_not() -> None:
    logits = torch.tensor([-10.0], requires_grad=True)
    slopes = {}
    for game in (Game.MINIMAX, Game.NON_SATURATING):
        (slopes[game],) = torch.autograd.grad(GAMES[game].generator(logits).sum(), logits)
    assert abs(slopes[Game.MINIMAX].item()) < 1e-4
    assert slopes[Game.NON_SATURATING].item() < -0.99


def test_hinge_and_least_squares_values() -> None:
    hinge, squares = GAMES[Game.HINGE], GAMES[Game.LEAST_SQUARES]
    logits = torch.tensor([-2.0, -0.5, 0.0, 0.5, 2.0])
    assert hinge.real(logits).tolist() == [3.0, 1.5, 1.0, 0.5, 0.0]
    assert hinge.fake(logits).tolist() == [0.0, 0.5, 1.0, 1.5, 3.0]
    assert squares.real(logits).tolist() == [4.5, 1.125, 0.5, 0.125, 0.5]
    assert squares.fake(logits).tolist() == [2.0, 0.125, 0.0, 0.125, 2.0]
    assert torch.equal(squares.generator(logits), squares.real(logits))


def test_a_smoothed_label_has_its_optimum_at_that_label() -> None:
    logits = torch.linspace(0, 5, 5001, dtype=torch.float64)
    best = logits[smoothed_real(GAMES[Game.NON_SATURATING], logits, 0.1).argmin()]
    assert math.isclose(torch.sigmoid(best).item(), 0.9, abs_tol=1e-3)
    assert torch.equal(smoothed_real(GAMES[Game.HINGE], logits, 0.0), GAMES[Game.HINGE].real(logits))
