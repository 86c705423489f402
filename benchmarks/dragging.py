"""Points of faces are dragged, and the shipped face detector says how far the parts went; the tracker has no say in it.

    python benchmarks/dragging.py [--model faces] [--faces 4] [--px 5]

The first seeds whose face looks into the camera are taken at psi 0.7. Their nose is dragged to the left and to the
right, the corners of the mouth down, the eyes up. A line says how far along the asked way the tracker and the
landmarks say that it went, how far both are apart, the steps, and the processor's seconds.
"""

import argparse
import dataclasses
import time
from collections.abc import Iterator

import numpy as np
import torch

import ganstudio
from ganstudio.core.document import LatentPoint
from ganstudio.core.pixels import to_pixels
from ganstudio.core.store import Array, Store
from ganstudio.data.faces.framing import landmarks_of
from ganstudio.data.faces.judge import shipped_detector
from ganstudio.engine.model import Model
from ganstudio.latent.dragging import Dragging, Handle
from ganstudio.studio.dragging import unit_of

PSI, FRONTAL = 0.7, 0.15
DRAGS = (
    ("nose", [2], (-1.0, 0.0)),
    ("nose", [2], (1.0, 0.0)),
    ("mouth", [3, 4], (0.0, 1.0)),
    ("eyes", [0, 1], (0, -1.0)),
)


def landmarks(picture: torch.Tensor) -> Array:
    """Return the landmarks `[5, 2]` of a picture `[1, 3, R, R]` in pixels; not numbers without a face."""
    found = landmarks_of(shipped_detector(), np.ascontiguousarray(to_pixels(picture)[0].transpose(2, 0, 1)))
    return np.full((5, 2), np.nan) if found is None else found * picture.shape[3] - 0.5


def frontal(model: Model) -> Iterator[tuple[int, Array]]:
    """Yield seeds whose nose lies between the eyes, with their landmarks."""
    seed = 0
    while True:
        seed += 1
        points = landmarks(model.sample([seed], psi=PSI))
        aside = (points[2, 0] - points[:2, 0].mean()) / (points[1, 0] - points[0, 0])
        if abs(aside) < FRONTAL:
            yield seed, points


def main() -> None:
    """Print a line for every drag, and the medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="faces")
    parser.add_argument("--faces", type=int, default=4)
    parser.add_argument("--px", type=float, default=5.0)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    model = ganstudio.open_model(asked.model)
    unit, rows = unit_of(model), []
    for (seed, points), _ in zip(frontal(model), range(asked.faces), strict=False):
        given = model.info.document
        inputs = given.inputs.with_item("z", LatentPoint.of_seed(seed))
        document = dataclasses.replace(given, psi=PSI, inputs=inputs)
        for name, which, way in DRAGS:
            handles = [
                Handle((x, y), (x + way[0] * asked.px, y + way[1] * asked.px)) for x, y in points[which].tolist()
            ]
            began = time.process_time()
            *_, last = Dragging(model.generator, document, Store(), handles, unit=unit).steps()
            seconds = time.process_time() - began
            tracked = np.array([handle.at for handle in last.handles]).mean(axis=0) - points[which].mean(axis=0)
            real = landmarks(last.picture)[which].mean(axis=0) - points[which].mean(axis=0)
            apart = float(np.linalg.norm(real - tracked))
            rows.append((float(real @ way) / asked.px, apart, seconds))
            print(
                f"seed {seed} {name} {way}: tracked {tracked @ way:.2f} px, landmarks {real @ way:.2f} px,",
                f"{apart:.2f} px apart, {last.number} steps, {seconds:.1f} s",
                flush=True,
            )
    shares, aparts, spent = np.array(rows).T
    print(
        f"n {len(rows)}: the median went {np.median(shares):.0%} of the way, the least {np.min(shares):.0%};",
        f"the tracker is {np.median(aparts):.2f} px off in the median, at most 1.5 px in {np.mean(aparts <= 1.5):.0%};",
        f"{np.median(spent):.1f} s",
    )


if __name__ == "__main__":
    main()
