"""How near inversions of held-out faces come, and what they cost: encoder, optimisation, hybrid, pivotal tuning.

    OMP_NUM_THREADS=1 python benchmarks/inversion.py [--pictures 64] [--long 16] [--together 8] [--minutes 30]

The pictures are fresh ones that no training saw, and the shipped photos that show a face. LPIPS is that of VGG16,
always measured in float32; seconds are processor time per picture. `--long` pictures also get 1000 steps. `--together`
pictures are searched for as one batch, each as if it were alone; tuning takes one at a time.

Every row is written to `--rows` as it is measured, and a later start goes on where the last one was; `--minutes` ends
it after a while. The table is of all rows there are.
"""

import argparse
import json
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ganstudio.core.device import Precision, quick_precision
from ganstudio.core.document import Space
from ganstudio.core.generator import LatentCode
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
from ganstudio.engine.inverting import Encode, PhotoInversion, going_on, picture_tensor
from ganstudio.engine.model import Model, open_model
from ganstudio.latent.inversion import Inversion, InversionOptions, Wanted, spread_of
from ganstudio.latent.pivotal import TuningOptions
from ganstudio.losses.likeness import Likeness
from ganstudio.losses.perceptual import lpips_vgg16
from ganstudio.studio.framings import framing_of
from ganstudio.studio.model_drawer import ModelDrawer

DRAWS, HELD_OUT = "faces-dcgan", "inverted"
FULL_RANGE = 2.0
PUBLISHED: dict[str, Any] = {"memory": 0.999, "correlation_weight": 1e5 / 64**2, "lr": 0.2}
"""Adam's memory and the weight of the noise penalty, here that of a map of 64 px, as Karras et al. 2020 have them.

The rate is not quite theirs: 0.2 standard deviations are 0.15 in the w of `faces`, where they have 0.1.
"""


@dataclass(frozen=True, slots=True)
class Case:
    """A row of the table: a method with the steps of its search and of tuning, or the published recipe."""

    method: Method
    steps: int = 0
    tuning: int = 0
    published: bool = False

    def __str__(self) -> str:
        """Its name in the table."""
        steps = " + ".join(str(count) for count in (self.steps, self.tuning) if count)
        return f"{'published' if self.published else self.method.value} {steps}".strip()

    def options(self, space: Space, precision: Precision) -> InversionOptions:
        """Return how it searches."""
        options = InversionOptions(space=space, steps=self.steps, precision=precision)
        return replace(options, **PUBLISHED) if self.published else options


CASES = (
    Case(Method.ENCODER),
    Case(Method.HYBRID, 100),
    Case(Method.OPTIMISE, 50),
    Case(Method.OPTIMISE, 200),
    Case(Method.OPTIMISE, 500),
    Case(Method.OPTIMISE, 200, published=True),
    Case(Method.OPTIMISE, 500, published=True),
    Case(Method.PIVOTAL, 50, 50),
)
LONGEST = Case(Method.OPTIMISE, 1000)


@dataclass(frozen=True, slots=True)
class Row:
    """What one picture came to in one case; `setting` names all else that it depends on."""

    setting: str
    case: str
    picture: str
    lpips: float
    psnr: float
    seconds: float


class Rows:
    """The rows of a file, one line of JSON each, written through as they are measured."""

    def __init__(self, file: Path, setting: str, encoder: str) -> None:
        """Read what is there; a last line that was cut off is measured again. `encoder` tells one from another."""
        self._file, self._setting, self._encoder = file, setting, encoder
        lines = file.read_text(encoding="utf-8").split("\n")[:-1] if file.exists() else []
        self.rows = [Row(**json.loads(line)) for line in lines]
        if file.exists():
            file.write_text("".join(line + "\n" for line in lines), encoding="utf-8")

    def setting(self, case: Case) -> str:
        """Return all that a case depends on."""
        return self._setting if case.method is Method.OPTIMISE else f"{self._setting} {self._encoder}"

    def of(self, case: Case) -> list[Row]:
        """Return the rows of a case in this setting."""
        return [row for row in self.rows if (row.setting, row.case) == (self.setting(case), str(case))]

    def missing(self, case: Case, names: Sequence[str]) -> list[str]:
        """Return the pictures that have no row yet."""
        known = {row.picture for row in self.of(case)}
        return [name for name in names if name not in known]

    def add(self, case: Case, picture: str, lpips: float, psnr: float, seconds: float) -> None:
        """Write one row."""
        row = Row(self.setting(case), str(case), picture, lpips, psnr, seconds)
        self.rows.append(row)
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(row)) + "\n")


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


@dataclass(frozen=True)
class Bench:
    """What all cases share."""

    model: Model
    encode: Encode | None
    space: Space
    precision: Precision

    def together(self, pictures: Sequence[Array], case: Case) -> list[tuple[float, float, float]]:
        """Return LPIPS, PSNR and processor's seconds of each of several pictures that are searched for at once."""
        generator, distance = self.model.generator, lpips_vgg16()
        spread = spread_of(generator, self.model.z_dim)
        began = time.process_time()
        wanted = torch.cat([picture_tensor(picture, 3) for picture in pictures])
        options = case.options(self.space, self.precision)
        start = None
        if case.method is not Method.OPTIMISE:
            assert self.encode is not None
            with torch.no_grad():
                start, options = LatentCode(self.encode(wanted).float()), going_on(options)
        codes = [start.row(i) for i in range(len(pictures))] if start is not None else []
        if case.steps:
            z_dim = self.model.z_dim
            search = Inversion(generator, Wanted(wanted), distance, options, spread, z_dim=z_dim, start=start)
            for steps in search.rounds():
                codes = [step.best for step in steps]
        seconds = (time.process_time() - began) / len(pictures)
        found = []
        for i, code in enumerate(codes):
            with torch.no_grad():
                difference = Likeness(distance, wanted[i : i + 1])(generator.guided(code))
            psnr = 10.0 * math.log10(FULL_RANGE**2 / max(float(difference.pixel), 1e-12))
            found.append((float(difference.perceptual), psnr, seconds))
        return found

    def tuned(self, picture: Array, case: Case) -> tuple[float, float, float]:
        """Return the same for pivotal tuning."""
        began = time.process_time()
        options = InversionOptions(space=self.space, steps=case.steps)
        tuning = TuningOptions(steps=case.tuning)
        inversion = PhotoInversion(
            self.model, picture, case.method, options, tuning=tuning, encode=self.encode, precision=self.precision
        )
        for _ in inversion.steps():
            pass
        assert inversion.found is not None
        return inversion.found.lpips, inversion.found.psnr, time.process_time() - began

    def measured(self, case: Case, pictures: dict[str, Array], rows: Rows, together: int, until: float) -> bool:
        """Measure what is missing in a case; False where the time ran out before."""
        count = 1 if case.method in (Method.PIVOTAL, Method.ENCODER) else together
        while left := rows.missing(case, list(pictures)):
            if time.monotonic() > until:
                return False
            names = left[:count]
            some = [pictures[name] for name in names]
            found = [self.tuned(some[0], case)] if case.method is Method.PIVOTAL else self.together(some, case)
            for name, (lpips, psnr, seconds) in zip(names, found, strict=True):
                rows.add(case, name, lpips, psnr, seconds)
        return True


def shown(values: Sequence[float]) -> str:
    """Write a mean with its standard error."""
    error = np.std(values, ddof=1) / math.sqrt(len(values)) if len(values) > 1 else math.nan
    return f"{np.mean(values):.4f} ± {error:.4f}"


def mark_of(encode: Encode | None, picture: Array) -> str:
    """Return what tells an encoder from another: a digest of what it says of a picture."""
    if encode is None:
        return "none"
    with torch.no_grad():
        codes = encode(picture_tensor(picture, 3)).float().round(decimals=3)
    return blake2b(codes.numpy().tobytes(), digest_size=4).hexdigest()


def print_table(rows: Rows, photographs: Sequence[str]) -> None:
    """Print a line for every case, then one for every photograph."""
    for case in (*CASES, LONGEST):
        drawn = [row for row in rows.of(case) if row.picture not in photographs]
        if drawn:
            lpips, psnr, seconds = ([getattr(row, name) for row in drawn] for name in ("lpips", "psnr", "seconds"))
            cells = (shown(lpips), f"{np.mean(psnr):.1f} dB", f"{np.mean(seconds):.2f} s", f"n = {len(drawn)}")
            print(f"{case!s:18s}", *cells, sep="  ", flush=True)
    for case in CASES:
        for row in (row for row in rows.of(case) if row.picture in photographs):
            print(f"{row.picture} {row.case}: LPIPS {row.lpips:.4f}, {row.psnr:.1f} dB, {row.seconds:.2f} s")


def main() -> None:
    """Measure what is missing, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=64)
    parser.add_argument("--long", type=int, default=16)
    parser.add_argument("--together", type=int, default=8)
    parser.add_argument("--minutes", type=float, default=math.inf)
    parser.add_argument("--case", action="append", help="only this row, such as 'hybrid 100'; may be given again")
    parser.add_argument("--space", type=Space, default=Space.W_PLUS)
    parser.add_argument("--precision", type=Precision, default=quick_precision(torch.device("cpu")))
    parser.add_argument("--model", default="faces")
    parser.add_argument("--rows", type=Path, default=Path("inversion-rows.jsonl"))
    asked = parser.parse_args()
    torch.set_num_threads(1)
    until = time.monotonic() + asked.minutes * 60
    model = open_model(asked.model, "cpu")
    bench = Bench(model, encoder_of(model), asked.space, asked.precision)
    setting = f"{model.info.digest} {asked.space.value} {asked.precision.value} {asked.together} {InversionOptions()}"
    pictures = {f"fresh {i}": picture for i, picture in enumerate(held_out(asked.pictures))}
    rows = Rows(asked.rows, setting, mark_of(bench.encode, pictures["fresh 0"]))
    photographs = dict(photos(model))
    for case in (*CASES, LONGEST):
        possible = bench.encode is not None or case.method is Method.OPTIMISE
        if not possible or (asked.case and str(case) not in asked.case):
            continue
        some = {name: pictures[name] for name in list(pictures)[: asked.long if case is LONGEST else None]}
        framed = photographs if case in CASES[:2] else {}
        if not bench.measured(case, {**some, **framed}, rows, asked.together, until):
            print("The time is up; start again to go on.", flush=True)
            break
    print(f"{model.info.name}, {asked.space.value}: LPIPS, PSNR, seconds of one thread a picture", flush=True)
    print_table(rows, list(photographs))


if __name__ == "__main__":
    main()
