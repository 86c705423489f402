"""Many documents at once: what they share is computed once, what differs runs in batches."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import torch

from ganstudio.core.document import Document
from ganstudio.core.generator import Features, Generator, Stage, StageInputs
from ganstudio.core.store import Store

PIXELS_AT_ONCE = 1 << 15
MOST_AT_ONCE = 12


@dataclass(frozen=True, slots=True)
class Drawn:
    """What one short step has finished: pictures `[N, C, H, W]` in [-1, 1] of the documents at `places`."""

    places: tuple[int, ...] = ()
    pictures: torch.Tensor | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What every stage consumes for one document, and the digest of all that causes its result."""

    inputs: dict[str, StageInputs]
    keys: dict[str, bytes]


def batch_of(resolution: int) -> int:
    """How many pictures of a resolution one short step draws."""
    return max(1, min(MOST_AT_ONCE, PIXELS_AT_ONCE // resolution**2))


def draw_together(
    generator: Generator, documents: Sequence[Document], store: Store, at_once: int
) -> Iterator[Drawn]:
    """Draw documents with one generator in short steps, `at_once` of them in a batch; the order is kept.

    A stage runs once for all documents that give it the same, such as the coarse stages along a row of a mixing
    sheet. Stages that cannot join documents run for one after the other.
    """
    sheet = _Sheet(generator, store)
    plans: list[Plan] = []
    for document in documents:
        plans.append(sheet.plan(document))
        yield Drawn()
    sheet.small.clear()
    wanted = next(iter(generator.outputs().values()))
    needed = sheet.leading_to(wanted)
    sheet.awaited = Counter((name, plan.keys[name]) for plan in plans for name in needed)
    for begin in range(0, len(plans), at_once):
        chunk = plans[begin : begin + at_once]
        for name in needed:
            sheet.run(name, chunk)
            if name != wanted:
                yield Drawn()
        pictures = [sheet.kept[wanted, plan.keys[wanted]].picture for plan in chunk]
        yield Drawn(tuple(range(begin, begin + len(chunk))), torch.cat([p for p in pictures if p is not None]))
        sheet.forget(needed, chunk)


class _Sheet:
    """The results of stages that documents yet to be drawn wait for."""

    def __init__(self, generator: Generator, store: Store) -> None:
        self.device, self.store = generator.device, store
        self.stages: dict[str, Stage] = {stage.name: stage for stage in generator.stages()}
        self.small: dict[bytes, Features] = {}
        self.kept: dict[tuple[str, bytes], Features] = {}
        self.awaited: Counter[tuple[str, bytes]] = Counter()

    @torch.no_grad()
    def plan(self, document: Document) -> Plan:
        """Resolve all stages of one document; the small ones that others look into run right away."""
        plan = Plan({}, {})
        for name, stage in self.stages.items():
            results = {read: self._small(read, plan) for read in stage.reads}
            inputs = stage.consumes(document, results, self.store)
            causes = b"".join(plan.keys[need] for need in stage.needs)
            plan.inputs[name] = inputs
            plan.keys[name] = blake2b(name.encode() + causes + inputs.digest(), digest_size=16).digest()
        return plan

    def _small(self, name: str, plan: Plan) -> Features:
        key = plan.keys[name]
        if key not in self.small:
            needed = tuple(self._small(need, plan) for need in self.stages[name].needs)
            self.small[key] = self.stages[name].run(self._moved(plan.inputs[name]), needed)
        return self.small[key]

    def leading_to(self, wanted: str) -> list[str]:
        """Return the stages that `wanted` needs, in order, with itself at the end."""
        needed = {wanted}
        for name in reversed(self.stages):
            if name in needed:
                needed.update(self.stages[name].needs)
        return [name for name in self.stages if name in needed]

    @torch.no_grad()
    def run(self, name: str, plans: Sequence[Plan]) -> None:
        """Run a stage for the documents that nothing kept serves, together where the stage can."""
        fresh = {plan.keys[name]: plan for plan in plans if (name, plan.keys[name]) not in self.kept}
        if not fresh:
            return
        stage = self.stages[name]
        parts = [self._moved(plan.inputs[name]) for plan in fresh.values()]
        needed = [
            tuple(self.kept[need, plan.keys[need]] for need in stage.needs) for plan in fresh.values()
        ]
        several = any(part.codes > 1 for part in parts)
        joined = stage.joined(parts) if len(parts) > 1 and not several else None
        if joined is None:
            results = [stage.result(part, own) for part, own in zip(parts, needed, strict=True)]
        else:
            results = _rows(stage.run(joined, tuple(_stacked(column) for column in zip(*needed, strict=True))))
        for key, features in zip(fresh, results, strict=True):
            self.kept[name, key] = features

    def forget(self, names: Sequence[str], plans: Sequence[Plan]) -> None:
        """Let go of what only these documents waited for."""
        for place in ((name, plan.keys[name]) for plan in plans for name in names):
            self.awaited[place] -= 1
            if not self.awaited[place]:
                del self.kept[place]

    def _moved(self, inputs: StageInputs) -> StageInputs:
        return inputs.with_tensors({name: tensor.to(self.device) for name, tensor in inputs.tensors.items()})


def _stacked(parts: Sequence[Features]) -> Features:
    pictures = [part.picture for part in parts if part.picture is not None]
    activation = torch.cat([part.activation for part in parts])
    return Features(activation, torch.cat(pictures) if pictures else None)


def _rows(features: Features) -> list[Features]:
    picture = features.picture
    return [
        Features(features.activation[i : i + 1], None if picture is None else picture[i : i + 1])
        for i in range(len(features.activation))
    ]
