"""What opening a model file yields: weights, settings, where it came from, and a report in plain words."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch

from ganstudio.checkpoints.interpreter import EmbeddedCode

GENERATOR = "generator"
DISCRIMINATOR = "discriminator"
NETWORKS = (GENERATOR, DISCRIMINATOR)


@dataclass(frozen=True)
class Report:
    """What a file is, what was taken from it and what was not."""

    file: str
    what: str
    container: str
    size: int
    used: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    code: tuple[EmbeddedCode, ...] = ()
    not_finite: tuple[str, ...] = ()
    inert_names: tuple[str, ...] = ()
    unknown_names: tuple[str, ...] = ()

    def sentences(self) -> tuple[str, ...]:
        """The report as sentences, the most important first."""
        said = [f"{self.file} is {self.what} ({self.container}, {self.size / 1e6:.1f} MB)."]
        if self.used:
            said.append(f"Used: {listed(self.used)}.")
        if self.ignored:
            said.append(f"Ignored: {listed(self.ignored)}.")
        said.extend(self.notes)
        if self.code:
            prints = ", ".join(text.sha256[:12] for text in self.code[:6])
            texts = "1 program text" if len(self.code) == 1 else f"{len(self.code)} program texts"
            said.append(
                f"The file carries {texts} (SHA-256 {prints}{', ...' if len(self.code) > 6 else ''}). "
                "That code was not run; the weights are read as data."
            )
        if self.inert_names:
            said.append(f"Kept as plain data and not run: {listed(self.inert_names)}.")
        if self.unknown_names:
            said.append(
                f"Not understood, and ignored because the model does not need it: {listed(self.unknown_names)}."
            )
        if self.not_finite:
            said.append(
                f"Not all weights are finite numbers: {listed(self.not_finite)}. Pictures may be blank; "
                "an earlier snapshot of the same training run may be sound."
            )
        return tuple(said)

    def __str__(self) -> str:
        return "\n".join(self.sentences())


@dataclass(frozen=True)
class Checkpoint:
    """A model as data: `tensors[network][name]`, the config dataclass of each network, and its history."""

    architecture: str
    config: object
    tensors: Mapping[str, Mapping[str, torch.Tensor]]
    configs: Mapping[str, object] = field(default_factory=dict)
    provenance: Mapping[str, object] = field(default_factory=dict)
    licence: str = ""
    report: Report | None = None


def listed(items: tuple[str, ...], most: int = 8) -> str:
    """A short enumeration."""
    shown = ", ".join(items[:most])
    return f"{shown} and {len(items) - most} more" if len(items) > most else shown
