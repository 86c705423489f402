"""A model that was tuned around a photo: a small file with what was added to the weights of another one."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from ganstudio.checkpoints.checkpoint import GENERATOR, Checkpoint, Report
from ganstudio.checkpoints.fingerprint import fingerprint
from ganstudio.checkpoints.format import KEY, VERSION, parsed
from ganstudio.checkpoints.refusals import BrokenStreamError, CheckpointError
from ganstudio.checkpoints.shipped import display_name, locate
from ganstudio.checkpoints.tensor_file import write_tensor_file
from ganstudio.core.errors import UnknownModelError
from ganstudio.core.foreign import ForeignTensor

CHANGES = "changes"
PREFIX = "change."
MODEL_SUFFIXES = frozenset({".safetensors", ".pkl", ".pt", ".pth"})


class BaseMissingError(CheckpointError):
    """A file holds changes of a model that is not here."""


@dataclass(frozen=True, slots=True)
class Base:
    """The model that was tuned: its name or path when that was done, and its digest."""

    name: str
    digest: str

    def found(self, beside: Path) -> Path | None:
        """Return its file: where it was, or any model file beside `beside`; None where neither is it."""
        with suppress(UnknownModelError, OSError):
            path = locate(self.name)
            if fingerprint(path) == self.digest:
                return path
        for path in sorted(beside.parent.glob("*")):
            with suppress(OSError):
                if path.suffix in MODEL_SUFFIXES and path != beside and fingerprint(path) == self.digest:
                    return path
        return None


def save_tuned(path: Path, base: Path, changes: Mapping[str, torch.Tensor]) -> None:
    """Write changes of a model's generator, in half precision where they are matrices. Raises `SaveError`."""
    header = {"format": VERSION, CHANGES: {"name": display_name(base.absolute()), "digest": fingerprint(base)}}
    tensors = {f"{PREFIX}{name}": (t.half() if t.ndim > 1 else t).contiguous() for name, t in changes.items()}
    write_tensor_file(path, tensors, {KEY: json.dumps(header, ensure_ascii=False)})


def base_of(text: str) -> Base | None:
    """Return the model whose changes a file of ours holds; None where it holds a model of its own."""
    named = parsed(text).get(CHANGES)
    if named is None:
        return None
    if not isinstance(named, dict) or not all(isinstance(named.get(key), str) for key in ("name", "digest")):
        raise BrokenStreamError("it does not say which model it changes")
    return Base(named["name"], named["digest"])


def missing(path: Path, base: Base) -> BaseMissingError:
    """Say which model is needed."""
    return BaseMissingError(
        f"{path.name} holds changes of the model {Path(base.name).name!r}, which is not here; put that model's file "
        "beside it and open it again."
    )


def with_changes(
    path: Path, base: Base, original: Checkpoint, tensors: Mapping[str, ForeignTensor], size: int
) -> Checkpoint:
    """Return a model with the changes of a file added; raises BrokenStreamError where they do not fit it."""
    weights = dict(original.tensors[GENERATOR])
    for name, change in tensors.items():
        own = name.removeprefix(PREFIX)
        if own not in weights or tuple(weights[own].shape) != tuple(change.shape):
            raise BrokenStreamError(f"its change {own!r} fits no tensor of the model that it names")
        added = change.load()
        weights[own] = (weights[own].float() + added.float()) if added.is_floating_point() else weights[own]
    report = Report(path.name, f"changes of the model {Path(base.name).name}", "a safetensors file", size, (GENERATOR,))
    provenance = {**original.provenance, "tuned from": {"name": base.name, "digest": base.digest}}
    networks = {**original.tensors, GENERATOR: weights}
    return replace(original, tensors=networks, provenance=provenance, report=report)
