"""Small pairs of networks that learn while one watches: turn by turn, the same every time from a seed."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from ganstudio.architectures import cards
from ganstudio.core.pixels import to_pixels
from ganstudio.core.recipe import AnyRecipeCard, Batch, Draws, Exercise, Phase, Recipe
from ganstudio.core.store import Array
from ganstudio.losses.adversarial import GAMES, Game
from ganstudio.studio.teaching_data import Material, Ring, heaps_found, variety
from ganstudio.studio.teaching_lesson import SURFACE_REACH, D, G, Lesson, Look
from ganstudio.training.options import Arithmetic
from ganstudio.training.parallel import Processes
from ganstudio.training.update import LossScale, Updater

WATCHED_POINTS = 256  # drawn from the same latents all the time
SHEET_SIDE = 6
ARROWS = 64
GAP_LEVEL = 128  # between pictures
SURFACE_SIDE = 48
MOST_POINTS = 300  # of a curve


def exercises() -> Mapping[str, tuple[AnyRecipeCard, Exercise[Any]]]:
    """Return what the architectures teach in small, by name."""
    recipes = (card.recipe for card in cards().values() if card.recipe is not None)
    return {name: (recipe, each) for recipe in recipes for name, each in recipe.exercises.items()}


def options_of(lesson: Lesson) -> Any:
    """Return the options of a lesson's recipe."""
    _recipe, exercise = exercises()[lesson.example]
    return replace(
        exercise.options,
        z_dim=lesson.z_dim,
        game=game_of(lesson),
        generator_lr=lesson.generator_lr,
        discriminator_lr=lesson.discriminator_lr,
    )


def game_of(lesson: Lesson) -> Game:
    """Return the losses that a lesson plays with."""
    return Game.MINIMAX if lesson.minimax else Game.NON_SATURATING


@dataclass(frozen=True, slots=True)
class Turn:
    """What one update of one of the two did."""

    who: str  # G or D
    loss: float
    gradient_norm: float


class Course:
    """Networks, optimizers and what was noted of their learning; used by one thread at a time."""

    def __init__(self, lesson: Lesson, material: Material) -> None:
        """Build everything from the lesson's seed."""
        self.lesson, self.material = lesson, material
        self.steps = 0
        self._due: deque[Phase] = deque()
        self._batch: Batch | None = None
        self._noted: dict[str, tuple[list[float], list[float]]] = {}
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(lesson.seed)
            self.recipe = self._build(lesson)
        self._updater = self._updates()
        watched = torch.Generator().manual_seed(lesson.seed + 1)
        count = WATCHED_POINTS if isinstance(material, Ring) else SHEET_SIDE * SHEET_SIDE
        self._z = torch.randn(count, lesson.z_dim, generator=watched)
        self._real = self.material.batch(Draws(lesson.seed, 0, count, scope="watched"))

    def change(self, lesson: Lesson) -> None:
        """Go on with other settings, where the networks can: what was learned stays."""
        if lesson == self.lesson:
            return
        before, after = self.recipe, self._build(lesson)
        for name, network in after.networks().items():
            network.load_state_dict(before.networks()[name].state_dict())
        for name, optimizer in after.optimizers().items():
            state = before.optimizers()[name].state_dict()["state"]
            optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
        self.lesson, self.recipe = lesson, after
        self._due.clear()
        self._updater = self._updates()

    @property
    def next_turn(self) -> str:
        """Whose update is next."""
        return D if not self._due or D in self._due[0].trains else G

    def turn(self) -> Turn:
        """Make one update of one of the two."""
        if not self._due:
            self._begin_step()
        assert self._batch is not None
        phase = self._due.popleft()
        who = D if D in phase.trains else G
        batch = replace(self._batch, draws=replace(self._batch.draws, scope=phase.name))
        report = self._updater.update(phase, [batch], self.steps)
        turn = Turn(who, sum(report.losses.values()), report.gradient_norm)
        self._note(f"{who} loss", turn.loss)
        self._note(f"{who} gradient", turn.gradient_norm)
        return turn

    def step(self) -> None:
        """Let everyone whose turn it is in this step have it."""
        self.turn()
        while self._due:
            self.turn()

    def look(self) -> Look:
        """Return what there is to see now."""
        ring = isinstance(self.material, Ring)
        fake, arrows = self._fake_and_arrows(ring)
        shown, real = (_points(fake), _points(self._real)) if ring else (_sheet(fake), _sheet(self._real))
        found, near = heaps_found(shown) if ring else (0, 0.0)
        curves = {name: _thinned(*noted) for name, noted in self._noted.items()}
        return Look(
            self.lesson, self.steps, self.next_turn, real, shown, self._surface() if ring else np.zeros((0, 0)),
            arrows, curves, found, near, variety(fake.numpy(), self._real.numpy()),
        )  # fmt: skip

    def _build(self, lesson: Lesson) -> Recipe:
        recipe, exercise = exercises()[lesson.example]
        self._batch_size = int(exercise.options.batch)
        built: Recipe = recipe.build(options_of(lesson), self.material.facts)
        return built

    def _updates(self) -> Updater:
        return Updater(self.recipe, Processes(0, 1, torch.device("cpu")), Arithmetic.FLOAT32, LossScale())

    def _begin_step(self) -> None:
        draws = Draws(self.lesson.seed, self.steps, self._batch_size, scope="data")
        self._batch = Batch(self.material.batch(draws), None, draws)
        judged = (self.steps + 1) % self.lesson.discriminator_steps == 0
        self._due.extend(phase for phase in self.recipe.phases() if judged or D in phase.trains)
        self.steps += 1

    def _fake_and_arrows(self, ring: bool) -> tuple[torch.Tensor, Array]:
        generator, judge = (self.recipe.networks()[name] for name in (G, D))
        generator.eval()  # the statistics of past batches, so that looking leaves no trace
        with torch.no_grad():
            fake = self.recipe.sample(generator, self._z, None, 0)
        generator.train()
        if not ring:
            return fake, np.zeros((0, 4), dtype=np.float32)
        some = fake[:ARROWS].clone().requires_grad_(True)
        loss = GAMES[game_of(self.lesson)].generator(judge(some)).sum()
        (slope,) = torch.autograd.grad(loss, some)
        return fake, np.concatenate([_points(some.detach()), _points(-slope)], axis=1)

    @torch.no_grad()
    def _surface(self) -> Array:
        line = torch.linspace(-SURFACE_REACH, SURFACE_REACH, SURFACE_SIDE)
        y, x = torch.meshgrid(line, line, indexing="ij")
        logits = self.recipe.networks()[D](torch.stack([x.reshape(-1), y.reshape(-1)], dim=1)[:, :, None, None])
        surface: Array = torch.sigmoid(logits).reshape(SURFACE_SIDE, SURFACE_SIDE).numpy()
        return surface

    def _note(self, name: str, value: float) -> None:
        at, values = self._noted.setdefault(name, ([], []))
        at.append(float(self.steps))
        values.append(value)


def _points(batch: torch.Tensor) -> Array:
    points: Array = batch.reshape(len(batch), 2).numpy()
    return points


def _sheet(batch: torch.Tensor) -> Array:
    """Return the first pictures as one uint8 picture `[H, W, 3]`."""
    pixels = np.pad(to_pixels(batch[: SHEET_SIDE**2]), ((0, 0), (0, 1), (0, 1), (0, 0)), constant_values=GAP_LEVEL)
    _, height, width, channels = pixels.shape
    grid = pixels.reshape(SHEET_SIDE, SHEET_SIDE, height, width, channels).transpose(0, 2, 1, 3, 4)
    sheet: Array = grid.reshape(SHEET_SIDE * height, SHEET_SIDE * width, channels)
    return sheet


def _thinned(at: list[float], values: list[float]) -> tuple[Array, Array]:
    """Return at most a few hundred places of a curve, each the mean of its neighbours."""
    x, y = np.asarray(at), np.asarray(values)
    if len(x) <= MOST_POINTS:
        return x, y
    begins = np.linspace(0, len(x), MOST_POINTS + 1).astype(np.int64)
    counts = np.diff(begins)
    return x[begins[:-1] + counts // 2], np.add.reduceat(y, begins[:-1]) / counts
