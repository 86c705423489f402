"""How near inversions of held-out faces come, and what they cost: encoder, optimisation, hybrid, pivotal tuning.

    OMP_NUM_THREADS=1 python benchmarks/inversion.py [--pictures 64] [--long 16] [--space w+]

The pictures are fresh ones that no training saw, and the shipped photos that show a face. LPIPS is that of VGG16,
seconds are processor time. `--long` pictures also get 1000 steps.
"""

import argparse
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from ganstudio.core.document import Space
from ganstudio.core.inverting import Method
from ganstudio.core.paths import ASSETS
from ganstudio.core.store import Array
from ganstudio.data.faces.found import find_faces
from ganstudio.data.faces.judge import shipped_detector
from ganstudio.data.faces.placing import square_of
from ganstudio.data.faces.square import cut
from ganstudio.data.generated import GeneratedOptions, GeneratedPictures
from ganstudio.data.photos import read_photo
from ganstudio.engine.encoders import encoder_of
from ganstudio.engine.inverting import Encode, PhotoInversion, picture_tensor
from ganstudio.engine.model import Model, open_model
from ganstudio.latent.inversion import InversionOptions
from ganstudio.latent.pivotal import TuningOptions
from ganstudio.studio.framings import framing_of
from ganstudio.studio.model_drawer import ModelDrawer

DRAWS, HELD_OUT = "faces-dcgan", "inverted"


@dataclass(frozen=True, slots=True)
class Case:
    """A row of the table: a method with the steps of its search and of tuning."""

    method: Method
    steps: int = 0
    tuning: int = 0

    def __str__(self) -> str:
        """Its name in the table."""
        steps = " + ".join(str(count) for count in (self.steps, self.tuning) if count)
        return f"{self.method.value} {steps}".strip()


CASES = (
    Case(Method.ENCODER),
    Case(Method.OPTIMISE, 50),
    Case(Method.OPTIMISE, 200),
    Case(Method.OPTIMISE, 500),
    Case(Method.HYBRID, 100),
    Case(Method.PIVOTAL, 50, 50),
)
LONGEST = Case(Method.OPTIMISE, 1000)


def held_out(count: int) -> Iterator[Array]:
    """Yield fresh faces uint8 `[64, 64, 3]` that no training saw."""
    reader = GeneratedPictures(ModelDrawer(DRAWS), GeneratedOptions(resolution=64, stream=HELD_OUT), count).reader()
    for number in range(count):
        yield np.ascontiguousarray(reader.read([number]).pixels[0].transpose(1, 2, 0))


def photos(model: Model) -> Iterator[tuple[str, Array]]:
    """Yield the shipped photos' largest faces, framed for a model."""
    for path in sorted((ASSETS / "samples").glob("*.[pj][np]g")):
        photo = read_photo(path)
        faces = find_faces(shipped_detector(), photo.shown)
        if faces:
            yield path.name, cut(photo.shown, square_of(faces[0], framing_of(model)), model.info.resolution)


def invert(model: Model, encode: Encode, picture: Array, case: Case, space: Space) -> tuple[float, float, float]:
    """Return LPIPS, PSNR and the processor's seconds."""
    began = time.process_time()
    if case.method is Method.ENCODER:
        with torch.no_grad():
            encode(picture_tensor(picture, 3))
        answered = time.process_time() - began
    inversion = PhotoInversion(
        model,
        picture,
        case.method,
        InversionOptions(space=space, steps=case.steps),
        tuning=TuningOptions(steps=case.tuning),
        encode=None if case.method is Method.OPTIMISE else encode,
    )
    for _ in inversion.steps():
        pass
    assert inversion.found is not None
    seconds = answered if case.method is Method.ENCODER else time.process_time() - began
    return inversion.found.lpips, inversion.found.psnr, seconds


def shown(values: list[float]) -> str:
    """Write a mean with its standard error."""
    error = np.std(values, ddof=1) / math.sqrt(len(values)) if len(values) > 1 else math.nan
    return f"{np.mean(values):.4f} ± {error:.4f}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=64)
    parser.add_argument("--long", type=int, default=16)
    parser.add_argument("--space", type=Space, default=Space.W_PLUS)
    parser.add_argument("--model", type=Path, default="faces")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    model = open_model(str(asked.model), "cpu")
    encode = encoder_of(model)
    assert encode is not None, "the table has rows of methods that need an encoder"
    pictures = list(held_out(asked.pictures))
    print(f"{model.info.name}, {asked.space.value}: LPIPS, PSNR, seconds of one thread", flush=True)
    for case in (*CASES, LONGEST):
        some = pictures[: asked.long] if case is LONGEST else pictures
        rows = [invert(model, encode, picture, case, asked.space) for picture in some]
        if rows:
            lpips, psnr, seconds = (list(column) for column in zip(*rows, strict=True))
            cells = (shown(lpips), f"{np.mean(psnr):.1f} dB", f"{np.mean(seconds):.2f} s", f"n = {len(rows)}")
            print(f"{case!s:18s}", *cells, sep="  ", flush=True)
    for name, picture in photos(model):
        for case in (CASES[0], CASES[4]):
            lpips, psnr, seconds = invert(model, encode, picture, case, asked.space)
            print(f"{name} {case}: LPIPS {lpips:.4f}, {psnr:.1f} dB, {seconds:.2f} s", flush=True)


if __name__ == "__main__":
    main()
