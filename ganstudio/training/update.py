"""One update of one phase: losses, gradients, their average, the check for numbers that are none, the step."""

import contextlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import torch

from ganstudio.core.errors import StudioError
from ganstudio.core.recipe import Batch, Phase, Recipe
from ganstudio.training.options import Arithmetic
from ganstudio.training.parallel import Processes

MOST_OVERFLOWS = 10
SCALE_AT_START = 2.0**16
STEPS_TO_DOUBLE = 2000


class NotFiniteError(StudioError):
    """A loss or gradient is NaN or infinite; the optimizer did not step."""


@dataclass
class LossScale:
    """Keeps float16 gradients in range: halved by an overflow, doubled after a while without."""

    value: float = 1.0
    steps_since_overflow: int = 0
    overflows_in_a_row: int = 0

    def overflowed(self, tensor: str, images_seen: int) -> None:
        """Lower the scale; raises NotFiniteError after ten overflows in a row."""
        self.overflows_in_a_row += 1
        self.steps_since_overflow = 0
        self.value = max(self.value / 2.0, 2.0**-14)
        if self.overflows_in_a_row >= MOST_OVERFLOWS:
            raise not_finite(tensor, images_seen)

    def stepped(self) -> None:
        """Note a step that went well."""
        self.overflows_in_a_row = 0
        self.steps_since_overflow += 1
        if self.steps_since_overflow >= STEPS_TO_DOUBLE:
            self.value *= 2.0
            self.steps_since_overflow = 0


@dataclass
class PhaseReport:
    """What one update showed, as means over all processes; `overflow` names the tensor of a skipped step."""

    losses: dict[str, float] = field(default_factory=dict)
    observed: dict[str, float] = field(default_factory=dict)
    gradient_norm: float = 0.0
    overflow: str | None = None
    tensors: list[Mapping[str, torch.Tensor]] = field(default_factory=list)
    """What was observed, as it is in this process."""


class Updater:
    """Applies phases to a recipe's networks."""

    def __init__(
        self,
        recipe: Recipe,
        processes: Processes,
        arithmetic: Arithmetic,
        scale: LossScale,
        frozen: Collection[torch.nn.Parameter] = (),
    ) -> None:
        """Use autocast where the arithmetic has 16 bits, with a loss scale for float16; `frozen` never learns."""
        self.networks, self.optimizers = recipe.networks(), recipe.optimizers()
        self.processes, self.arithmetic, self.scale = processes, arithmetic, scale
        self.frozen = {id(p) for p in frozen}

    def update(self, phase: Phase, batches: Sequence[Batch], images_seen: int) -> PhaseReport:
        """Accumulate the gradients of all batches, average them over the processes, and step once."""
        trained = (p for name in phase.trains for p in self.networks[name].parameters())
        parameters = [p for p in trained if id(p) not in self.frozen]
        optimizer = self.optimizers[phase.optimizer]
        optimizer.zero_grad(set_to_none=True)
        report = PhaseReport()
        let_learn(self.networks, parameters)
        for batch in batches:
            with self.autocast():
                losses = phase.losses(batch, images_seen)
            total = torch.stack([loss.float() for loss in losses.minimised.values()]).sum()
            self._note(report.losses, losses.minimised, len(batches))
            self._note(report.observed, losses.observed, len(batches))
            report.tensors.append(losses.observed)
            (total * (self.scale.value / len(batches))).backward()  # type: ignore[no-untyped-call]
        self._reduce(report)
        gradients = [p for p in parameters if p.grad is not None]
        self.processes.average_gradients(gradients)
        if self.scale.value != 1.0:
            torch._foreach_mul_([p.grad for p in gradients if p.grad is not None], 1.0 / self.scale.value)
        bad = self._not_finite(phase, report, gradients)
        if bad is not None:
            if self.arithmetic is not Arithmetic.FLOAT16:
                raise not_finite(bad, images_seen)
            self.scale.overflowed(bad, images_seen)
            return PhaseReport(overflow=bad)
        optimizer.step()
        self.scale.stepped()
        return report

    def autocast(self) -> contextlib.AbstractContextManager[object]:
        """Return what makes convolutions and matrix products compute in the run's arithmetic."""
        if self.arithmetic is Arithmetic.FLOAT32:
            return contextlib.nullcontext()
        dtype = torch.bfloat16 if self.arithmetic is Arithmetic.BFLOAT16 else torch.float16
        return torch.autocast(self.processes.device.type, dtype)

    def _note(self, means: dict[str, float], values: Mapping[str, torch.Tensor], parts: int) -> None:
        for name, value in values.items():
            means[name] = means.get(name, 0.0) + float(value.detach().float().mean()) / parts

    def _reduce(self, report: PhaseReport) -> None:
        if self.processes.world == 1:
            return
        for means in (report.losses, report.observed):
            if means:
                values = torch.tensor(list(means.values()), dtype=torch.float64, device=self.processes.device)
                means.update(zip(means, self.processes.mean(values).tolist(), strict=True))

    def _not_finite(self, phase: Phase, report: PhaseReport, gradients: list[torch.nn.Parameter]) -> str | None:
        """Name the first tensor that is not finite; also fills in the gradient norm."""
        for name, value in report.losses.items():
            if not torch.isfinite(torch.tensor(value)):
                return f"the loss {phase.name}/{name}"
        norms = torch._foreach_norm([p.grad for p in gradients if p.grad is not None])
        if not norms:
            return None
        norm = torch.stack(list(norms)).norm()
        report.gradient_norm = float(norm)
        if torch.isfinite(norm):
            return None
        bad = next((p for p, n in zip(gradients, norms, strict=True) if not torch.isfinite(n)), gradients[0])
        return f"the gradient of {self._name_of(bad)} in {phase.name}"

    def _name_of(self, parameter: torch.nn.Parameter) -> str:
        for network, module in self.networks.items():
            for name, other in module.named_parameters():
                if other is parameter:
                    return f"{network}.{name}"
        return "an unnamed tensor"


def not_finite(tensor: str, images_seen: int) -> NotFiniteError:
    """Say which tensor stopped the run."""
    return NotFiniteError(
        f"Training stopped at {images_seen} images before a step, because {tensor} is not a finite number. The last "
        "checkpoint is sound; lower the learning rate or use float32, and resume from there."
    )


def let_learn(networks: Mapping[str, torch.nn.Module], parameters: Sequence[torch.nn.Parameter]) -> None:
    """Let gradients flow into `parameters` alone until the next update says otherwise."""
    wanted = {id(p) for p in parameters}
    for module in networks.values():
        for p in module.parameters():
            p.requires_grad_(id(p) in wanted)


