"""A document's stages as one differentiable function of its code, which can stop at any stage and go on from there."""

from collections.abc import Mapping
from copy import copy
from dataclasses import replace

import torch

from ganstudio.core.document import Document, PaintUnits, joined_codes
from ganstudio.core.generator import Features, Generator, Stage, StageInputs
from ganstudio.core.store import Store
from ganstudio.core.style_stages import BlockStage

LATENT, STYLES = "z", "ws"


class StagedDocument:
    """All that a document says is kept (noise, bends, shifted styles); only its code is free.

    The code `[1, rows, dim]` is ws after truncation, mixing and directions; models without a mapping network take the
    edited z as their one row. Where several codes draw the document together, all of them move with this one, and
    `stages` begin where they meet.
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
        self._drawn = {name: stage for name, stage in everything.items() if name not in early}
        join = joined_codes(document)
        apart = () if join is None else join.stages[:-1]
        self.stages: dict[str, Stage] = {name: stage for name, stage in self._drawn.items() if name not in apart}
        self._offsets: torch.Tensor | None = None
        if join is not None:
            self._offsets = torch.from_numpy(store.get(join.offsets) * join.amount).float().to(generator.device)
        first = next(iter(self._drawn.values())).resolve(document, results, store).tensors
        entered = first[LATENT][:, None] if LATENT in first else results["styles"].activation
        self.code = entered.detach().float().to(generator.device).clone()

    @property
    def last(self) -> str:
        """The stage that has the picture."""
        return next(reversed(self.stages))

    def run(
        self, code: torch.Tensor, until: str | None = None, known: Mapping[str, Features] | None = None
    ) -> dict[str, Features]:
        """Return what the stages leave behind for codes `[N, rows, dim]`; stages that are `known` do not run again.

        Only one at a time where it stands for several codes.
        """
        results = dict(known or {})
        met = next(iter(self.stages)) in results
        for name, stage in self._drawn.items():
            if name not in results and (name in self.stages or not met):
                inputs = self._inputs[name]
                tensors = {**inputs.tensors, **self._entering(stage, code, inputs)}
                results[name] = stage.result(inputs.with_tensors(tensors), tuple(results[need] for need in stage.needs))
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
        entering: dict[str, torch.Tensor] = {}
        if isinstance(stage, BlockStage):
            entering = {STYLES: code[:, stage.rows]}
        elif LATENT in inputs.tensors:
            entering = {LATENT: code[:, 0]}
        return entering if self._offsets is None or inputs.codes == 1 else stage.apart(entering, self._offsets)
