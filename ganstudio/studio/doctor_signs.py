"""The signs by which a run's curves show that something is wrong; every bound with its reason."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from ganstudio.losses.adversarial import Game
from ganstudio.studio.doctor_case import FEWEST_STEPS, Case, recent, shown, summed, windows
from ganstudio.studio.doctor_changes import (
    calmer,
    more_augmentation,
    more_pictures,
    stronger_judge,
    stronger_signal,
    weaker_judge,
)
from ganstudio.studio.doctor_findings import Evidence, Finding, Illness, Severity
from ganstudio.studio.run_watch import Curve, RunState
from ganstudio.studio.training_metrics import LARGER_IS_BETTER

AT_CHANCE = {Game.NON_SATURATING: 1.386, Game.MINIMAX: 1.386, Game.HINGE: 2.0, Game.LEAST_SQUARES: 0.25}
"""D's loss where it cannot tell real from generated: 2 log 2, both hinges, two squares of a half."""
WINS = 0.07  # of the loss at chance: D is right with 95 %, and hardly passes a gradient on in the minimax game
LOST = 1.1  # worse than not looking at all, for a whole fifth of the run
HOPELESS = 50.0  # a logit of 50 is a certainty of 1 - 2e-22, beyond what float32 can tell from 1
FREE_SCORES = 1e4  # Wasserstein scores have no scale; with drift they stayed below 100 in every run looked at
EXPLODED = 30.0  # times the calmest tenth; healthy runs grew by 10 at most, when D woke up again
LOUD = 200.0  # and above this norm, which no healthy run kept up
PARTS = 50
VANISHED = 0.01  # of the strongest fiftieth; healthy runs kept more than 2 %, while D was far from winning
WEAKENED = 0.35  # of D's loss at chance: only while D wins is a weak gradient of G an illness
R_V, R_V_GRAVE = 0.5, 0.8  # held-out pictures half-way to the generated ones; almost there (ADA, figure 5)
R_T = 0.85  # ADA steers towards 0.6; beyond this nearly all real pictures are known by heart
APART = 0.5  # between real and generated logits; r_v of a D that cannot tell them apart is noise
FEWEST_NOTED = 4  # values of a curve that is noted seldom
FEWEST_MEASURED = 6  # measurements before a plateau is called one
BETTER = 0.02  # of the value: less is no improvement that anyone could see
PAST_BEST = 1.1  # times the best value: it was better before
FEW_PICTURES = 1000  # ADA's smallest data sets had 1336, with pre-training; below that D knows them all
OFTEN = 20  # times that every picture was shown, before few pictures matter


def diverged(case: Case) -> Iterator[Finding]:
    """A number that is none, or scores without bound."""
    if case.state is RunState.FAILED and "not a finite number" in case.reason:
        norms = _norms(case)
        yield Finding(
            Illness.DIVERGENCE, Severity.GRAVE, "The run fell apart",
            f"{case.reason} Smaller steps keep the numbers in bounds.", norms, calmer(case),
        )  # fmt: skip
        return
    judging = case.judging_phase()
    if judging is None or case.steps < FEWEST_STEPS:
        return
    bound = HOPELESS if case.game in AT_CHANCE else FREE_SCORES
    for name in ("logits_real", "logits_fake"):
        curve = case.curve("observed", judging, name)
        if curve is None:
            continue
        value = float(np.median(np.abs(recent(curve.values))))
        if value > bound:
            words = "D's scores have left every sensible range; nobody learns from such certainty."
            evidence = (shown(name.replace("_", " "), curve, value, bound),)
            yield Finding(
                Illness.DIVERGENCE, Severity.GRAVE, "The scores run away", words, evidence, calmer(case)
            )
            return


def exploding(case: Case) -> Iterator[Finding]:
    """Gradients that grew far beyond what they were."""
    for phase, curve in _gradients(case):
        medians = windows(curve.values)
        now, calm = float(np.median(recent(curve.values))), float(medians[:-1].min(initial=np.inf))
        if now > max(EXPLODED * calm, LOUD):
            bound = max(EXPLODED * calm, LOUD)
            words = f"The gradients of {phase} are {now / max(calm, 1e-12):.0f} times those of their calmest time."
            evidence = (shown(f"gradient norm of {phase}", curve, now, bound),)
            title = "Gradients explode"
            yield Finding(Illness.EXPLODING, Severity.GRAVE, title, words, evidence, calmer(case))


def vanishing(case: Case) -> Iterator[Finding]:
    """A generator that is told nothing any more."""
    phase, ratio = case.generating_phase(), _judge_ratio(case)
    curve = None if phase is None else case.curve("gradient_norms", phase)
    if curve is None or case.steps < FEWEST_STEPS or ratio is None or ratio.value > WEAKENED:
        return
    now, most = float(np.median(recent(curve.values))), float(windows(curve.values, PARTS).max())
    if now < VANISHED * most:
        words = (
            f"The generator's gradient is down to {now / most:.1%} of its strongest, because D is always certain: "
            "nobody tells G how to get better."
        )
        evidence = (shown("gradient norm of G", curve, now, VANISHED * most), ratio)
        title = "G's gradient vanishes"
        yield Finding(Illness.VANISHING, Severity.GRAVE, title, words, evidence, stronger_signal(case))


def out_of_balance(case: Case) -> Iterator[Finding]:
    """One of the two that plays alone."""
    ratio, judging = _judge_ratio(case), case.judging_phase()
    if ratio is None or judging is None or case.steps < FEWEST_STEPS:
        return
    if ratio.value < WINS:
        words = "D tells real from generated pictures almost without an error. G learns slowly and shakily from that."
        evidence = (_bounded(ratio, WINS), *_scores(case, judging))
        yield Finding(
            Illness.STRONG_JUDGE, Severity.WARNING, "The discriminator wins", words, evidence, weaker_judge(case)
        )
    real, fake = (case.curve("observed", judging, name) for name in ("logits_real", "logits_fake"))
    if real is None or fake is None:
        return
    gap = float(np.median(recent(real.values)) - np.median(recent(fake.values)))
    if ratio.value > LOST and gap < 0.0:
        words = "D judges worse than chance, so what G learns from it leads nowhere; D has to become the stronger one."
        evidence = (_bounded(ratio, LOST), *_scores(case, judging))
        yield Finding(
            Illness.WEAK_JUDGE, Severity.WARNING, "The discriminator is lost", words, evidence, stronger_judge(case)
        )


def overfitted(case: Case) -> Iterator[Finding]:
    """A discriminator that knows its pictures by heart."""
    judging = case.judging_phase()
    if judging is None or case.steps < FEWEST_STEPS:
        return
    real, fake = (case.curve("observed", judging, name) for name in ("logits_real", "logits_fake"))
    apart = real is not None and fake is not None and _gap(real, fake) > APART
    r_v = case.curve("logits", "r_v") or case.curve("read_outs", "r_v")
    if r_v is not None and len(r_v) >= FEWEST_NOTED and apart:
        value = float(np.median(r_v.values[-max(len(r_v) // 5, FEWEST_NOTED) :]))
        if value > R_V:
            words = (
                f"Real pictures that D has never seen get scores {value:.0%} of the way to generated ones: D learns "
                "the training pictures by heart instead of what they have in common, and leads G astray."
            )
            severity = Severity.GRAVE if value > R_V_GRAVE else Severity.WARNING
            evidence = (shown("r_v", r_v, value, R_V), *_scores(case, judging))
            yield Finding(
                Illness.OVERFITTING, severity, "The discriminator overfits", words, evidence, more_augmentation(case)
            )
        return
    signs = case.curve("observed", judging, "sign_real")
    if signs is None or case.endless or case.steps < 10 * FEWEST_STEPS:
        return
    value = float(recent(signs.values).mean())
    if value > R_T:
        words = "D takes nearly every training picture for real; no picture is held out that could tell more."
        evidence = (shown("r_t", signs, value, R_T),)
        title = "D may overfit"
        change = more_augmentation(case)
        yield Finding(Illness.OVERFITTING, Severity.WARNING, title, words, evidence, change)


def on_a_plateau(case: Case) -> Iterator[Finding]:
    """A metric that no longer gets better."""
    name = next((name for name in case.curves if name.startswith("metrics/")), None)
    curve = None if name is None else case.curve(name)
    if name is None or curve is None or len(curve) < FEWEST_MEASURED:
        return
    metric = name.removeprefix("metrics/")
    values = -curve.values if metric.startswith(LARGER_IS_BETTER) else curve.values
    half = len(values) // 2
    before, after = float(values[:half].min()), float(values[half:].min())
    if before - after > BETTER * abs(before):
        return
    best = float(curve.values[values.argmin()])
    at, now = int(curve.images_seen[values.argmin()]), float(np.median(curve.values[-3:]))
    worse = float(np.median(values[-3:])) - float(values.min()) > (PAST_BEST - 1.0) * abs(best)
    severity = Severity.WARNING if worse else Severity.NOTE
    title = "It was better before" if worse else "It no longer gets better"
    words = f"The best {metric} is {best:.3g}, at {at:,} images; it is {now:.3g} now. "
    words += "The best checkpoint is kept; smaller steps from there may find a little more."
    yield Finding(Illness.PLATEAU, severity, title, words, (shown(metric, curve, now, best),), calmer(case))


def too_few_pictures(case: Case) -> Iterator[Finding]:
    """Data that a discriminator learns by heart whatever one does."""
    count = case.pictures
    if count is None or case.endless or not case.plays or count >= FEW_PICTURES or case.images_seen < OFTEN * count:
        return
    helped = case.recipe.get("augment") == "ada"
    words = (
        f"There are {count:,} pictures, and each was shown {case.images_seen / max(count, 1):,.0f} times. "
        "More pictures help most; augmentation, mirroring or a trained model to start from help as well."
    )
    severity = Severity.NOTE if helped else Severity.WARNING
    yield Finding(Illness.SMALL_DATA, severity, "There are few pictures", words, (), more_pictures(case))


SIGNS: tuple[Callable[[Case], Iterator[Finding]], ...] = (
    diverged, exploding, vanishing, out_of_balance, overfitted, on_a_plateau, too_few_pictures,
)  # fmt: skip


def _gradients(case: Case) -> Iterator[tuple[str, Curve]]:
    for name, curve in case.curves.items():
        if name.startswith("gradient_norms/") and len(curve) >= FEWEST_STEPS:
            yield name.removeprefix("gradient_norms/"), curve


def _norms(case: Case) -> tuple[Evidence, ...]:
    found = [(name, curve) for name, curve in case.curves.items() if name.startswith("gradient_norms/") and len(curve)]
    return tuple(
        shown(f"gradient norm of {name.partition('/')[2]}", curve, float(curve.values[-1]))
        for name, curve in found[:2]
    )


def _judge_ratio(case: Case) -> Evidence | None:
    """D's loss as a share of that at chance, over the last fifth; None where it has no such scale."""
    judging, chance = case.judging_phase(), AT_CHANCE.get(case.game)
    if judging is None or chance is None:
        return None
    parts = (case.curve("losses", judging, name) for name in ("real", "fake"))
    total = summed(part for part in parts if part is not None)
    if total is None:
        return None
    value = float(recent(total.values).mean()) / chance
    whole = shown("D's loss, of that at chance", total, value)
    return Evidence(whole.title, whole.x, whole.y / chance, value, log=True)


def _bounded(evidence: Evidence, bound: float) -> Evidence:
    return replace(evidence, bound=bound)


def _scores(case: Case, judging: str) -> tuple[Evidence, ...]:
    found = [(word, case.curve("observed", judging, f"logits_{word}")) for word in ("real", "fake")]
    return tuple(
        shown(f"mean logit, {word}", curve, float(recent(curve.values).mean()))
        for word, curve in found
        if curve is not None
    )


def _gap(real: Curve, fake: Curve) -> float:
    return float(np.median(recent(real.values)) - np.median(recent(fake.values)))
