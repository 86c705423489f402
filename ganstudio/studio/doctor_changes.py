"""What to change against an illness: only options that the run's recipe has, and only what a resumed run can take."""

import dataclasses
from typing import Any

from ganstudio.losses.adversarial import Game
from ganstudio.losses.schedules import r1_weight
from ganstudio.studio.doctor_case import Case
from ganstudio.studio.doctor_findings import Change
from ganstudio.training.options import TrainingOptions

RATES = ("generator_lr", "discriminator_lr", "learning_rate", "lr")
JUDGE_RATE = "discriminator_lr"
CALMER, SLOWER, FASTER = 0.3, 0.5, 2.0
HARDER_PENALTY = 4.0  # γ is searched in powers of four or so; the tuned ones lie between 0.05 and 50
MORE_DROPOUT, MOST_DROPOUT = 0.2, 0.6
SMOOTHING = 0.1  # the usual one-sided label smoothing (Salimans et al. 2016)
MOST_JUDGE_STEPS = 5
R1_START = 1.0  # where a run had no penalty at all


def changed(options: TrainingOptions, change: Change) -> TrainingOptions:
    """Return a run's options with a change; raises TrainingOptionsError where they do not fit together."""
    after = dataclasses.replace(options, recipe={**options.recipe, **change.recipe}, **dict(change.run))
    after.validate()
    return after


def calmer(case: Case) -> Change | None:
    """Smaller steps for both."""
    rates = {name: case.recipe[name] * CALMER for name in RATES if name in case.recipe}
    return Change(f"Learning rates times {CALMER}", _rounded(rates)) if rates else None


def weaker_judge(case: Case) -> Change | None:
    """A discriminator that is held back: a harder penalty, more dropout, softer labels or smaller steps."""
    recipe = case.recipe
    if "r1_gamma" in recipe and case.game is not Game.WASSERSTEIN:
        gamma = recipe["r1_gamma"]
        if gamma is None:
            gamma = r1_start(case)
        harder = gamma * HARDER_PENALTY if gamma else R1_START
        return Change(f"A harder gradient penalty: γ = {harder:.3g}", _rounded({"r1_gamma": harder}))
    if "dropout" in recipe and recipe["dropout"] < MOST_DROPOUT:
        dropout = min(recipe["dropout"] + MORE_DROPOUT, MOST_DROPOUT)
        left_out = {"dropout": dropout, **_judge_rate(case, SLOWER)}
        return Change("More dropout and smaller steps for D", _rounded(left_out))
    if recipe.get("label_smoothing") == 0.0:
        smoother = {"label_smoothing": SMOOTHING, **_judge_rate(case, SLOWER)}
        return Change("Softer labels and smaller steps for D", _rounded(smoother))
    slower = _judge_rate(case, SLOWER)
    return Change("Smaller steps for D", _rounded(slower)) if slower else None


def stronger_judge(case: Case) -> Change | None:
    """A discriminator that learns faster than its opponent."""
    faster: dict[str, Any] = _judge_rate(case, FASTER)
    if "generator_lr" in case.recipe:
        faster["generator_lr"] = case.recipe["generator_lr"] * SLOWER
    if not faster and 1 <= case.recipe.get("n_critic", 0) < MOST_JUDGE_STEPS:
        return Change("One more step of D for each of G", {"n_critic": case.recipe["n_critic"] + 1})
    return Change("Larger steps for D, smaller ones for G", _rounded(faster)) if faster else None


def stronger_signal(case: Case) -> Change | None:
    """The form of the game whose gradient does not vanish, else a discriminator that is held back."""
    if case.game is Game.MINIMAX:
        return Change("The non-saturating game", {"game": Game.NON_SATURATING.value})
    return weaker_judge(case)


def more_augmentation(case: Case) -> Change | None:
    """Pictures that are transformed on their way to D as far as it overfits; else mirrored ones, dropout, a penalty."""
    augment = case.recipe.get("augment")
    if augment is not None and augment != "ada":
        return Change("Adaptive augmentation (ADA)", {"augment": "ada"})
    if case.options is not None and not case.options.mirror and "augment" in case.recipe:
        return Change("Pictures are also shown mirrored", {}, {"mirror": True})
    return weaker_judge(case)


def more_pictures(case: Case) -> Change | None:
    """What stands in for pictures that are not there."""
    if case.recipe.get("augment") == "ada":
        mirrored = case.options is not None and case.options.mirror
        return None if mirrored else Change("Pictures are also shown mirrored", {}, {"mirror": True})
    return more_augmentation(case)


def more_variety(case: Case) -> Change | None:
    """Against pictures that are all alike: a generator that moves less between two looks of the discriminator."""
    return stronger_judge(case) or calmer(case)


def r1_start(case: Case) -> float:
    """The penalty's weight where a recipe leaves it open."""
    return r1_weight(case.resolution or 64, int(case.recipe.get("batch", 32)))


def _judge_rate(case: Case, factor: float) -> dict[str, Any]:
    return {JUDGE_RATE: case.recipe[JUDGE_RATE] * factor} if JUDGE_RATE in case.recipe else {}


def _rounded(values: dict[str, Any]) -> dict[str, Any]:
    return {name: float(f"{value:.3g}") if isinstance(value, float) else value for name, value in values.items()}

