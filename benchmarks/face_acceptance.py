"""In how many uncurated pictures of a model a face is found, beside the pictures that it learned from.

    python benchmarks/face_acceptance.py [--model faces] [--count 1000] [--threads 1]

The detector is the shipped MTCNN, which is lenient: its own threshold is 0.7, higher ones tell more. Of the pictures
drawn for training with the default options dark ones are left out, never those without a face, so the detector had no
part in their choice. Sets of faces-64 (`data faces-64`) are another matter: its last network has chosen those.
"""

import argparse
import time
from collections.abc import Iterator

import numpy as np
import torch

import ganstudio
from ganstudio.core.pixels import to_bytes
from ganstudio.core.store import Array
from ganstudio.data.faces.acceptance import CONFIDENCE, Share, face_scores, share_with_a_face
from ganstudio.data.faces.judge import face_detector
from ganstudio.data.generated import GeneratedOptions, GeneratedPictures
from ganstudio.studio.model_drawer import ModelDrawer

THRESHOLDS = (0.7, 0.9, 0.99)
BATCH = 50
SOURCE = "faces-dcgan"


def pixels_of(pictures: torch.Tensor) -> Array:
    """Bring pictures `[N, 3, R, R]` in [-1, 1] to uint8 `[N, 3, R, R]`."""
    found: Array = to_bytes(pictures).permute(0, 3, 1, 2).contiguous().numpy()
    return found


def of_model(name: str, psi: float, count: int) -> Array:
    """Draw seeds 0, 1, ... of a model, none left out."""
    model = ganstudio.open_model(name)
    seeds = (range(first, min(first + BATCH, count)) for first in range(0, count, BATCH))
    return np.concatenate([pixels_of(model.sample(batch, psi=psi)) for batch in seeds])


def groups(model: str, count: int) -> Iterator[tuple[str, Array]]:
    """Yield the sets of pictures that are compared, the training pictures first."""
    drawer = ModelDrawer(SOURCE)
    chosen = GeneratedOptions()
    yield "training pictures", GeneratedPictures(drawer, chosen).reader().read(range(count)).pixels
    for psi in (1.0, 0.7):
        yield f"{model}, psi = {psi:g}", of_model(model, psi, count)
    for scale in (1.0, chosen.scale):
        z = torch.randn(count, drawer.z_dim, generator=torch.Generator().manual_seed(1)) * scale
        drawn = torch.cat([drawer.draw(part) for part in z.split(BATCH)])
        yield f"{SOURCE}, z x {scale:g}, unfiltered", pixels_of(drawn)


def points_below(ours: Share, theirs: Share) -> str:
    """Say by how many points one share lies below another, with the 95 % interval (Newcombe 1998, method 10)."""
    gap = theirs.value - ours.value
    low = gap - float(np.hypot(theirs.value - theirs.low, ours.high - ours.value))
    high = gap + float(np.hypot(theirs.high - theirs.value, ours.value - ours.low))
    return f"{gap * 100:+.1f} points below ({low * 100:+.1f} to {high * 100:+.1f})"


def main() -> None:
    """Print one line for each set and threshold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="faces")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    detector = face_detector()
    print(f"{options.count} pictures each, 95 % intervals (at {CONFIDENCE} standard errors)")
    reference: dict[float, Share] = {}
    for title, pictures in groups(options.model, options.count):
        started = time.process_time()
        scores = face_scores(detector, pictures)
        each = (time.process_time() - started) / len(pictures)
        print(f"{title} ({each * 1e3:.0f} ms of processor time a picture)")
        for threshold in THRESHOLDS:
            share = share_with_a_face(scores, threshold)
            other = reference.setdefault(threshold, share)
            gap = "" if other is share else f", {points_below(share, other)}"
            print(f"  at {threshold:g}: {share}{gap}", flush=True)


if __name__ == "__main__":
    main()
