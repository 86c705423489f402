"""The files of reference numbers: found by how their names begin, compared by the rule of their README."""

import json
import os
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("GANSTUDIO_REFERENCE") or ROOT.parent / "shared" / "reference")

LEAST_ACCEPT = 2e-5
ROOM_OVER_OBSERVED = 20.0
FLOAT64_SHARE = 0.25
"""In float64 a correct implementation comes closer than the accepted deviation by far; here four times."""

GENERATORS = "01_stylegan2ada_G"
DISCRIMINATORS = "01_stylegan2ada_D"
LPIPS = "12_lpips"
PATH_LENGTH = "12_ppl"
PROGAN = "05_progan"
STYLEGAN1_TF = "06_stylegan1_tf"
STYLEGAN1_PORT = "06_stylegan1_port"
METRICS = "12_metrics"
SEPARABILITY = "12_linear_separability"
AUGMENTATIONS = "03_ada"
LOSSES = "04_losses"
SCHEDULES = "04_schedules"
ENCODER = "11_e4e"
ESRGAN = "11_rrdbnet"
SRGAN = "11_srgan"
SPADE_GENERATOR, SPADE_ENCODER, SPADE_LOSSES = "08_spade_G", "08_spade_E", "08_spade_D"
IMPLEMENTED = (
    *(GENERATORS, DISCRIMINATORS, LPIPS, PATH_LENGTH, METRICS, SEPARABILITY),
    *(PROGAN, STYLEGAN1_TF, STYLEGAN1_PORT),
    *(AUGMENTATIONS, LOSSES, SCHEDULES),
    *(ENCODER, ESRGAN, SRGAN),
    *(SPADE_GENERATOR, SPADE_ENCODER, SPADE_LOSSES),
)

Tensors = dict[str, torch.Tensor]


@dataclass(frozen=True)
class Case:
    """One file: constructor arguments, parameters, inputs, and what the authors' code computes from them."""

    path: Path

    @cached_property
    def info(self) -> dict[str, Any]:
        """The metadata entry of that name."""
        with safe_open(self.path, "pt") as file:
            return dict(json.loads(file.metadata()["info"]))

    @cached_property
    def tensors(self) -> Tensors:
        """Every tensor under its full name."""
        with safe_open(self.path, "pt") as file:
            return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - the file is no mapping

    def part(self, prefix: str) -> Tensors:
        """The tensors whose names begin with `prefix`, under the rest of their names."""
        return {name.removeprefix(prefix): t for name, t in self.tensors.items() if name.startswith(prefix)}

    def inputs(self, dtype: torch.dtype) -> Tensors:
        """The inputs, those with a fraction in `dtype`."""
        return {name: t.to(dtype) if t.is_floating_point() else t for name, t in self.part("in/").items()}

    def accept(self, name: str) -> float:
        """Return the accepted deviation of one output: the file's own, else the README's, else from its noise."""
        own = self.info.get("accept")
        if isinstance(own, dict):
            own = own.get(name)
        if own is not None:
            return float(own)
        return self._accept_by_readme(name) or max(LEAST_ACCEPT, ROOM_OVER_OBSERVED * self._observed())

    def _accept_by_readme(self, name: str) -> float | None:
        readme = FOLDER / "README.md"
        text = readme.read_text(encoding="utf-8") if readme.is_file() else ""
        section = re.search(rf"^### {re.escape(self.path.stem)}$(.*?)(?=^### |\Z)", text, re.DOTALL | re.MULTILINE)
        tolerance = re.search(r"^Tolerance: .*$", section[1], re.MULTILINE) if section else None
        if tolerance is None:
            return None
        single = re.search(rf"{re.escape(name)} \(observed [^,]+, accept ([\d.e+-]*\d)", tolerance[0])
        found = single or re.search(r"accept ([\d.e+-]*\d)", tolerance[0])
        return float(found[1]) if found else None

    def _observed(self) -> float:
        noise = self.info.get("outputs_f32_vs_f64", {})
        return max((entry["rel_to_max"] for entry in noise.values()), default=0.0)


def cases(prefix: str) -> list[Any]:
    """Return the parameters for the files whose names begin with `prefix`; one skipped where there are none."""
    paths = sorted(FOLDER.glob(f"{prefix}*.safetensors"))
    if not paths:
        reason = f"no reference numbers {prefix}* in {FOLDER} (GANSTUDIO_REFERENCE names their folder)"
        return [pytest.param(None, id="none", marks=pytest.mark.skip(reason=reason))]
    return [pytest.param(Case(path), id=path.stem) for path in paths]


def unimplemented() -> list[str]:
    """Return the names of the files whose kind is not implemented yet."""
    stems = sorted(path.stem for path in FOLDER.glob("*.safetensors"))
    return [stem for stem in stems if not stem.startswith(IMPLEMENTED)]


def shortened(ours: Tensors, case: Case) -> Tensors:
    """Keep the first samples where the file keeps only those."""
    expected = case.part("out/")
    return {name: tensor[: len(expected[name])] if tensor.ndim else tensor for name, tensor in ours.items()}


def deviations(case: Case, ours: Tensors, dtype: torch.dtype) -> dict[str, str]:
    """Return the outputs that deviate too much, each with its deviation and the accepted one.

    Deviation is the largest absolute difference over the largest absolute value of the reference tensor.
    """
    wrong: dict[str, str] = {}
    expected = case.part("out/")
    for name, tensor in ours.items():
        reference = expected[name].double()
        assert tensor.shape == reference.shape, f"{name}: {tuple(tensor.shape)} is not {tuple(reference.shape)}"
        largest = (tensor.detach().double() - reference).abs().max().item()
        deviation = largest / max(reference.abs().max().item(), torch.finfo(torch.float32).tiny)
        accept = case.accept(name) * (FLOAT64_SHARE if dtype == torch.float64 else 1.0)
        if not deviation <= accept:
            wrong[name] = f"{deviation:.2e} > {accept:.2e}"
    return wrong
