"""A document's stages as one differentiable function of its code, which can stop at any stage and go on from there."""

from collections.abc import Mapping
from copy import copy
from dataclasses import replace

import torch

from ganstudio.core.document import Document, PaintUnits
from ganstudio.core.generator import Features, Generator, Stage, StageInputs
from ganstudio.core.store import Store
from ganstudio.core.style_stages import BlockStage

LATENT, STYLES = "z", "ws"


class StagedDocument:
    """All that a document says is kept (noise, bends, shifted styles); only its code is free.

    The code `[1, rows, dim]` is ws after truncation, mixing and directions; models without a mapping network take the
    edited z as their one row.
    """

    def __init__(self, generator: Generator, document: Document, store: Store) -> None:
        """Resolve every stage, and run those that others look into."""
        self.generator = generator
        everything = {stage.name: stage for stage in generator.stages()}
        early = {name for stage in everything.values() for name in stage.reads}
        early |= {need for name in early for need in everything[name].needs}
        results: dict[str, Features] = {}
        self._inputs: dict[str, StageInputs] = {}
        for name, stage in everything.items():
            inputs = stage.consumes(document, {read: results[read] for read in stage.reads}, store)
            tensors = {key: tensor.to(generator.device) for key, tensor in inputs.tensors.items()}
            self._inputs[name] = inputs.with_tensors(tensors)
            if name in early:
                with torch.no_grad():
                    results[name] = stage.run(self._inputs[name], tuple(results[need] for need in stage.needs))
        self.stages: dict[str, Stage] = {name: stage for name, stage in everything.items() if name not in early}
        first = self._inputs[next(iter(self.stages))].tensors
        entered = first[LATENT][:, None] if LATENT in first else results["styles"].activation
        self.code = entered.detach().float().clone()

    @property
    def last(self) -> str:
        """The stage that has the picture."""
        return next(reversed(self.stages))

    def run(
        self, code: torch.Tensor, until: str | None = None, known: Mapping[str, Features] | None = None
    ) -> dict[str, Features]:
        """Return what the stages leave behind for codes `[N, rows, dim]`; stages that are `known` do not run again."""
        results = dict(known or {})
        for name, stage in self.stages.items():
            if name not in results:
                inputs = self._inputs[name]
                tensors = {**inputs.tensors, **self._entering(stage, code, inputs)}
                results[name] = stage.run(inputs.with_tensors(tensors), tuple(results[need] for need in stage.needs))
            if name == until:
                break
        return results

    def picture(self, code: torch.Tensor, known: Mapping[str, Features] | None = None) -> torch.Tensor:
        """Return the pictures `[N, C, R, R]` of codes."""
        picture = self.run(code, known=known)[self.last].picture
        assert picture is not None
        return picture

    def with_paint(self, edit: PaintUnits, mask: torch.Tensor) -> "StagedDocument":
        """Return a copy that also paints units where `mask` `[N or 1, 1, h, w]` lies, not where the edit's own does."""
        inputs = self._inputs[edit.stage]
        tensors = {**inputs.tensors, f"mask{len(inputs.masks)}": mask}
        other = copy(self)
        other._inputs = {**self._inputs, edit.stage: replace(inputs, tensors=tensors, edits=(*inputs.edits, edit))}
        return other

    def _entering(self, stage: Stage, code: torch.Tensor, inputs: StageInputs) -> dict[str, torch.Tensor]:
        if isinstance(stage, BlockStage):
            return {STYLES: code[:, stage.rows]}
        return {LATENT: code[:, 0]} if LATENT in inputs.tensors else {}
