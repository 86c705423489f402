"""What the doctor knows of a run, and how its curves are read."""

import dataclasses
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ganstudio.architectures import cards
from ganstudio.core.errors import StudioError
from ganstudio.core.inputs import Ability
from ganstudio.core.store import Array
from ganstudio.losses.adversarial import Game
from ganstudio.studio.doctor_findings import Evidence
from ganstudio.studio.run_watch import Curve, RunState, RunWatch
from ganstudio.training.options import TrainingOptions

FEWEST_STEPS = 40  # before that, numbers are those of networks that have only begun
RECENT_SHARE = 0.2  # the last fifth is "now": long enough for a mean, short enough to follow a change
PLOTTED = 160
MODEL = "model:"


@dataclass(frozen=True)
class Case:
    """A run as its folder tells it; `options` is None where they cannot be read."""

    curves: Mapping[str, Curve]
    options: TrainingOptions | None = None
    recipe: Mapping[str, Any] = field(default_factory=dict)
    pictures: int | None = None
    resolution: int = 0
    state: RunState = RunState.RUNNING
    reason: str = ""
    images_seen: int = 0
    plays: bool = True
    """Whether pictures are learned by convincing a discriminator; encoders and what enlarges have other teachers."""

    @property
    def game(self) -> Game:
        """What the two play; recipes without a choice play for Wasserstein's distance."""
        return Game(self.recipe.get("game", Game.WASSERSTEIN))

    @property
    def steps(self) -> int:
        """How many steps the curves show."""
        return max((len(c) for name, c in self.curves.items() if name.startswith("gradient_norms/")), default=0)

    @property
    def endless(self) -> bool:
        """Whether the pictures are drawn as they are needed."""
        return self.options is not None and self.options.data.startswith(MODEL)

    def judging_phase(self) -> str | None:
        """The phase in which the discriminator sees real and generated pictures; None where it is not the teacher."""
        if not self.plays:
            return None
        names = (name.split("/") for name in self.curves if name.startswith("observed/"))
        return next((parts[1] for parts in names if parts[-1] in ("logits_real", "logits of real")), None)

    def generating_phase(self) -> str | None:
        """The phase in which the generator learns to convince."""
        phases = [name.split("/")[1] for name in self.curves if name.startswith("gradient_norms/")]
        judging = self.judging_phase()
        convinces = [p for p in phases if p != judging and f"observed/{p}/logits_fake" in self.curves]
        return next(iter([*convinces, *(p for p in phases if p.startswith("G"))]), None)

    def curve(self, *parts: str) -> Curve | None:
        """A curve by the parts of its name, None where there is none."""
        found = self.curves.get("/".join(parts))
        return found if found is not None and len(found) else None


def case_of(watch: RunWatch) -> Case:
    """Return what a run's folder tells so far."""
    try:
        options: TrainingOptions | None = watch.run.options
        recipe = dataclasses.asdict(options.recipe_options()) if options is not None else {}
    except (StudioError, OSError):
        options, recipe = None, {}
    facts = _facts(watch)
    count, resolution = facts.get("count"), facts.get("resolution")
    return Case(
        watch.curves, options, recipe, count if isinstance(count, int) else None,
        resolution if isinstance(resolution, int) else 0, watch.state, watch.reason, watch.images_seen,
        options is None or draws(options.architecture),
    )  # fmt: skip


def draws(architecture: str) -> bool:
    """Whether an architecture draws pictures of its own, which is what a discriminator judges."""
    card = cards().get(architecture)
    return card is None or not any(card.can(ability) for ability in (Ability.ENCODING, Ability.ENLARGING))


def _facts(watch: RunWatch) -> Mapping[str, object]:
    try:
        found = json.loads((watch.run.path / "data.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def recent(values: Array) -> Array:
    """Return the last fifth of the values."""
    return values[-max(int(len(values) * RECENT_SHARE), 1) :]


def windows(values: Array, count: int = 10) -> Array:
    """Return the medians of equal parts of the values."""
    return np.array([float(np.median(part)) for part in np.array_split(values, min(count, len(values)))])


def shown(title: str, curve: Curve, value: float, bound: float | None = None) -> Evidence:
    """Return a curve as evidence, thinned by medians, so that single jumps do not hide its course."""
    parts = min(PLOTTED, len(curve))
    x = np.array([float(part[-1]) for part in np.array_split(curve.images_seen, parts)])
    return Evidence(title, x, windows(curve.values, parts), value, bound, title.startswith("gradient norm"))


def summed(curves: Iterator[Curve]) -> Curve | None:
    """Return the sum of curves over the places of the first; None where they differ in length."""
    found = list(curves)
    if not found or any(len(curve) != len(found[0]) for curve in found):
        return None
    total = Curve()
    values = np.sum([curve.values for curve in found], axis=0)
    for at, value in zip(found[0].images_seen.tolist(), values.tolist(), strict=True):
        total.append(at, value)
    return total
