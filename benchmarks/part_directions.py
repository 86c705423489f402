"""Directions of parts change their part and keep the rest: pixels and LPIPS inside and outside, on fresh pictures.

    python benchmarks/part_directions.py [--model faces] [--edited 32] [--share 0.5] [--threads 1]

Directions are found as the window finds them, and other seeds are then moved along each by a share of its reach.
Inside is what the segmenter calls the part in the picture that was not moved, outside all else. Told are the root mean
square of the change of pixels in [-1, 1] inside, how many times that outside it is, the largest such ratio among the
first principal components at two standard deviations, and LPIPS (VGG16) of the picture against one in which only the
inside, or only the outside, was changed.
"""

import argparse
import time

import numpy as np
import torch

from ganstudio.core.direction import Direction
from ganstudio.engine.model import Model, open_model
from ganstudio.engine.segmenting import open_segmenter
from ganstudio.losses.perceptual import lpips_vgg16
from ganstudio.studio.direction_search import Method, Samples, Search, named, plain
from ganstudio.studio.direction_words import moved
from ganstudio.studio.part_directions import part_directions

BATCH = 8
FIRST_EDITED = 100_000
COMPONENTS, FAR = 10, 2.0


def drawn(model: Model, codes: torch.Tensor) -> torch.Tensor:
    """Draw codes in batches."""
    return torch.cat([model.synthesis(part) for part in codes.split(BATCH)])


def changes(before: torch.Tensor, after: torch.Tensor, inside: torch.Tensor) -> tuple[float, float]:
    """Return the root mean square of the change inside of masks `[N, H, W]`, and outside."""
    squares = (after - before).square().mean(dim=1)
    return float(squares[inside].mean().sqrt()), float(squares[~inside].mean().sqrt())


def perceived(before: torch.Tensor, after: torch.Tensor, inside: torch.Tensor) -> str:
    """Say LPIPS inside and outside."""
    mask, distance, told = inside[:, None], lpips_vgg16(), []
    for where in (mask, ~mask):
        mixed = torch.where(where, after, before)
        pairs = zip(before.split(BATCH), mixed.split(BATCH), strict=True)
        with torch.no_grad():
            values = torch.cat([distance(a, b) for a, b in pairs])
        told.append(f"{float(values.mean()):.3f} ± {float(values.std()) / len(values) ** 0.5:.3f}")
    return ", ".join(told)


def found_in(model: Model, samples: Samples) -> tuple[Direction, ...]:
    """Find the directions of all parts."""
    steps = part_directions(Search(plain(model.info.document), Method.PARTS), model, samples)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            directions: tuple[Direction, ...] = end.value
            return directions


def main() -> None:
    """Print a line for each direction."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="faces")
    parser.add_argument("--edited", type=int, default=32)
    parser.add_argument("--share", type=float, default=0.5)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    model, samples, segment = open_model(options.model, "cpu"), Samples(), open_segmenter()
    began = time.process_time()
    directions = found_in(model, samples)
    print(f"{model.info.name}: {len(directions)} directions, {time.process_time() - began:.0f} s of processor time")
    codes = model.mapping(model.latents(range(FIRST_EDITED, FIRST_EDITED + options.edited)), None)
    before = drawn(model, codes)
    maps = segment(before)
    w = model.mapping(model.latents(range(1024)), None)[:, 0].float()
    _, vectors = torch.linalg.eigh(torch.cov(w.T))
    axes = [named("axis", vectors[:, -1 - i], w, directions[0].origin) for i in range(COMPONENTS)]
    usual = [drawn(model, moved(codes, axis, FAR)) for axis in axes]
    print("direction: change inside, times that outside (principal components at most), LPIPS inside, outside")
    for direction in directions:
        part = direction.name.rpartition(" ")[0].lower()
        inside = maps == segment.classes.names.index(part)
        after = drawn(model, moved(codes, direction, direction.reach * options.share))
        (inner, outer), others = changes(before, after, inside), [changes(before, each, inside) for each in usual]
        most = float(np.max([one / other for one, other in others]))
        n = int(inside.flatten(1).any(dim=1).sum())
        print(f"{direction.name:20s} {inner:.3f}, {inner / outer:.1f} ({most:.1f}), "
              f"{perceived(before, after, inside)}, n {n}")  # fmt: skip


if __name__ == "__main__":
    main()
