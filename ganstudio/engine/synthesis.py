"""Incremental synthesis: only stale stages run again, and a preview comes first."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b

import torch

from ganstudio.core.document import Document
from ganstudio.core.frame import Frame, Previews
from ganstudio.core.generator import Features, Generator, Stage, StageInputs
from ganstudio.core.pixels import to_pixels
from ganstudio.core.store import Store
from ganstudio.engine.colour_guess import ColourGuess
from ganstudio.engine.memory import DEFAULT_BUDGET, recovered_from_exhaustion

Runner = Callable[[Stage, StageInputs, tuple[Features, ...]], Features]


@dataclass(frozen=True, slots=True)
class Kept:
    """A stage's result under the digest of all that caused it."""

    key: bytes
    features: Features


def run_eagerly(stage: Stage, inputs: StageInputs, needed: tuple[Features, ...]) -> Features:
    """Run a stage operation by operation."""
    return stage.result(inputs, needed)


class IncrementalSynthesis:
    """Draws documents with one generator and keeps what it can use again."""

    def __init__(
        self,
        generator: Generator,
        store: Store,
        *,
        budget: int = DEFAULT_BUDGET,
        runner: Runner = run_eagerly,
        previews: Previews | None = None,
    ) -> None:
        """Hold at most `budget` bytes of results."""
        self.generator, self.store, self.budget, self.runner = generator, store, budget, runner
        self.previews = Previews() if previews is None else previews
        self.stages: Mapping[str, Stage] = {stage.name: stage for stage in generator.stages()}
        self.outputs = generator.outputs()
        self.kept: dict[str, Kept] = {}
        self.cost_ms: dict[str, float] = {}
        self.colours = ColourGuess()

    def forget(self) -> None:
        """Drop every kept result."""
        self.kept.clear()

    def render(self, document: Document, stale: Callable[[], bool] = lambda: False) -> Iterator[Frame]:
        """Yield a preview where the rest takes long, then the full pictures of `document`.

        What follows a preview is given up between two stages as soon as `stale` says that nobody waits for it.
        """
        with recovered_from_exhaustion(self.generator.device, self.forget):
            yield from self._render(document, stale)

    @torch.no_grad()
    def features(self, document: Document, name: str) -> Features:
        """Return what a stage leaves behind for `document`; only what is stale runs."""
        with recovered_from_exhaustion(self.generator.device, self.forget):
            inputs, keys = self._resolve(document, [])
            todo = self._stale((name,), keys)
            for position, stale in enumerate(todo):
                self.kept.pop(stale, None)
                self._run(stale, inputs[stale], keys[stale], frozenset((*todo[position + 1 :], name)))
            return self.kept[name].features

    @torch.no_grad()  # on a generator function it holds while the function runs, not between its pictures
    def _render(self, document: Document, stale: Callable[[], bool]) -> Iterator[Frame]:
        started = time.perf_counter()
        ran: list[str] = []
        inputs, keys = self._resolve(document, ran)
        todo = self._stale(tuple(self.outputs.values()), keys)
        for name in todo:
            self.kept.pop(name, None)
        previewed = False
        for position, name in enumerate(todo):
            if previewed and stale():
                return
            features = self._run(name, inputs[name], keys[name], frozenset(todo[position + 1 :]))
            ran.append(name)
            if not previewed and self._preview_is_due(todo[position + 1 :]):
                seen = self._seen(name, features)
                if seen.picture is not None:
                    previewed = True
                    yield self._frame({"picture": seen}, document, started, ran, preview=True)
        finished = {title: self.kept[name].features for title, name in self.outputs.items()}
        yield self._frame(finished, document, started, ran, preview=False)
        self._learn_colours(finished.get("picture"))
        self._keep_within_budget(frozenset(self.outputs.values()))

    def _resolve(self, document: Document, ran: list[str]) -> tuple[dict[str, StageInputs], dict[str, bytes]]:
        """Resolve all stages in order; stages that others look into run right away."""
        inputs: dict[str, StageInputs] = {}
        keys: dict[str, bytes] = {}
        for stage in self.stages.values():
            for name in self._stale(stage.reads, keys):
                self._run(name, inputs[name], keys[name], frozenset(self.stages))
                ran.append(name)
            results = {name: self.kept[name].features for name in stage.reads}
            inputs[stage.name] = stage.consumes(document, results, self.store)
            causes = b"".join(keys[name] for name in stage.needs)
            hasher = blake2b(stage.name.encode() + causes + inputs[stage.name].digest(), digest_size=16)
            keys[stage.name] = hasher.digest()
        return inputs, keys

    def _stale(self, wanted: tuple[str, ...], keys: Mapping[str, bytes]) -> list[str]:
        """Return the stages that must run before `wanted` is there, in order."""
        todo: list[str] = []
        for name in wanted:
            self._visit(name, keys, todo)
        return todo

    def _visit(self, name: str, keys: Mapping[str, bytes], todo: list[str]) -> None:
        kept = self.kept.get(name)
        if name in todo or (kept is not None and kept.key == keys[name]):
            return
        for need in self.stages[name].needs:
            self._visit(need, keys, todo)
        todo.append(name)

    def _run(self, name: str, inputs: StageInputs, key: bytes, later: frozenset[str]) -> Features:
        stage = self.stages[name]
        started = time.perf_counter()
        device = self.generator.device
        moved = inputs.with_tensors({k: t.to(device) for k, t in inputs.tensors.items()})
        needed = tuple(self.kept[need].features for need in stage.needs)
        features = self.runner(stage, moved, needed)
        self.kept[name] = Kept(key, features)
        elapsed = (time.perf_counter() - started) * 1e3
        self.cost_ms[name] = 0.5 * (elapsed + self.cost_ms.get(name, elapsed))
        wanted_later = {need for other in later for need in (*self.stages[other].needs, *self.stages[other].reads)}
        self._keep_within_budget(frozenset({name, *self.outputs.values(), *wanted_later}))
        return features

    def _keep_within_budget(self, wanted: frozenset[str]) -> None:
        """Drop the largest results that nobody waits for until the rest fits."""
        held = sum(kept.features.bytes_held() for kept in self.kept.values())
        free = sorted(self.kept.keys() - wanted, key=lambda name: self.kept[name].features.bytes_held())
        while held > self.budget and free:
            held -= self.kept.pop(free.pop()).features.bytes_held()

    def _preview_is_due(self, rest: list[str]) -> bool:
        expected = [self.cost_ms.get(name) for name in rest]
        known = sum(cost for cost in expected if cost is not None)
        late = None in expected or known > self.previews.after_ms
        return bool(rest) and late and self.previews.pixels > 0

    def _seen(self, name: str, features: Features) -> Features:
        """Return what can be shown of an unfinished picture that is large enough; codes yet to meet are none."""
        if len(features.activation) > 1:
            return Features(features.activation)
        if features.picture is None and self._is_large(features.activation):
            return Features(features.activation, self.colours.picture(name, features.activation))
        too_small = features.picture is not None and features.picture.shape[-1] < self.previews.pixels
        return Features(features.activation) if too_small else features

    def _learn_colours(self, finished: Features | None) -> None:
        """Remember how the first large stage without colours looked in the end."""
        for name in self.stages:
            kept = self.kept.get(name)
            if finished is not None and kept is not None and self._is_large(kept.features.activation):
                alone = len(kept.features.activation) == 1
                if alone and kept.features.picture is None and finished.picture is not None:
                    self.colours.learn(name, kept.features.activation, finished.picture)
                return

    def _frame(
        self, shown: Mapping[str, Features], document: Document, started: float, ran: list[str], *, preview: bool
    ) -> Frame:
        pictures = {
            title: to_pixels(features.picture)[0] for title, features in shown.items() if features.picture is not None
        }
        elapsed = (time.perf_counter() - started) * 1e3
        return Frame(pictures, document, preview, elapsed, tuple(ran))

    def _is_large(self, activation: torch.Tensor) -> bool:
        return activation.ndim == 4 and activation.shape[-1] >= (self.previews.pixels or Previews().pixels)
