"""An edit along a direction changes its attribute and keeps the rest: read-outs, and LPIPS inside and outside a region.

    python benchmarks/directions.py [--model faces] [--labelled 600] [--edited 64] [--amount 2] [--threads 1]

For each attribute a linear support vector machine finds the boundary in w between the third of the labelled pictures
with the least and the third with the most of it; the labels are read-outs (`ganstudio/data/faces/traits.py`). Other
seeds are then moved along it by ± `amount` standard deviations of w. The change of each read-out from - to + is told
in standard deviations of that read-out over random pictures, with the 95 % interval of its mean, beside what random
directions of w do at the same amounts. Inside and outside are LPIPS (VGG-16) of the picture at 0 against one in which
only the region, or only the rest, was taken from the picture at + amount; the region of the mouth is a box around the
model's mean mouth, that of the whole face reaches from the brows to the chin.

Three kinds of edits are told: the direction as it is; conditioned, so that it crosses no boundary of the other
attributes; and conditioned in a group of layers alone, those of shapes for shapes and those of colours for colours.
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

import ganstudio
from ganstudio.core.pixels import to_pixels
from ganstudio.core.store import Array
from ganstudio.data.faces.framing import measured_framing
from ganstudio.data.faces.judge import shipped_detector
from ganstudio.data.faces.traits import TRAITS, Trait, effects_of, spread_of_traits, traits_of
from ganstudio.engine.model import Model
from ganstudio.latent.directions import boundary, conditioned, deviation_along, unit
from ganstudio.losses.perceptual import lpips_vgg16
from ganstudio.studio.mixing import LayerGroup, layer_groups

BATCH = 16
SHAPES = ("turn of the head", "width of the mouth")
STUDIED = ("lightness", "warmth", *SHAPES)
RANDOM_DIRECTIONS = 4
NORMAL_95 = 1.96
FIRST_EDITED = 100_000


@dataclass(frozen=True)
class Moved:
    """Pictures `[N, 3, R, R]` in [-1, 1] at - amount, 0 and + amount."""

    low: torch.Tensor
    middle: torch.Tensor
    high: torch.Tensor


def drawn(model: Model, ws: torch.Tensor) -> torch.Tensor:
    """Draw ws in batches."""
    return torch.cat([model.synthesis(part) for part in ws.split(BATCH)])


def read(pictures: torch.Tensor) -> Array:
    """Read the traits of pictures."""
    return traits_of(list(to_pixels(pictures)), shipped_detector())


def moved(model: Model, ws: torch.Tensor, step: torch.Tensor, rows: Sequence[int]) -> Moved:
    """Move ws `[N, n_latent, w_dim]` along `[w_dim]` in some rows, both ways."""
    change = torch.zeros_like(ws)
    change[:, list(rows)] = step
    return Moved(drawn(model, ws - change), drawn(model, ws), drawn(model, ws + change))


def normal_of(w: torch.Tensor, values: Array) -> torch.Tensor:
    """Return the unit normal `[w_dim]` of the boundary between the extreme thirds."""
    known = np.isfinite(values)
    low, high = np.quantile(values[known], (1 / 3, 2 / 3))
    extreme = torch.from_numpy(known & ((values <= low) | (values >= high)))
    plane = boundary(w[extreme], torch.from_numpy(values >= high)[extreme])
    return unit(plane.normal.float())


def regions(model: Model, resolution: int) -> dict[str, torch.Tensor]:
    """Return the masks `[R, R]` of the mouth and of the whole face."""
    framing = measured_framing(shipped_detector(), to_pixels(model.sample(range(48))).transpose(0, 3, 1, 2))
    if framing is None:
        raise SystemExit("This model draws no faces.")
    points = np.array(framing.landmarks)
    eyes, mouth = points[:2].mean(axis=0), points[3:].mean(axis=0)
    distance, down = float(points[1, 0] - points[0, 0]), float(mouth[1] - eyes[1])
    boxes = {
        "mouth": (mouth[0] - 0.8 * distance, mouth[1] - 0.4 * down, mouth[0] + 0.8 * distance, mouth[1] + 0.5 * down),
        "face": (eyes[0] - 1.1 * distance, eyes[1] - 0.5 * down, eyes[0] + 1.1 * distance, mouth[1] + 0.7 * down),
    }
    masks = {}
    for name, box in boxes.items():
        left, top, right, bottom = (round(min(max(edge, 0.0), 1.0) * resolution) for edge in box)
        masks[name] = torch.zeros(resolution, resolution)
        masks[name][top:bottom, left:right] = 1.0
    return masks


def mean_and_margin(values: torch.Tensor) -> str:
    """Say a mean with its 95 % margin."""
    return f"{float(values.mean()):.3f} ± {NORMAL_95 * float(values.std()) / len(values) ** 0.5:.3f}"


def inside_and_outside(pictures: Moved, mask: torch.Tensor) -> str:
    """Say LPIPS inside and outside a mask."""
    distance = lpips_vgg16()
    only_inside = pictures.middle + mask * (pictures.high - pictures.middle)
    only_outside = pictures.high + mask * (pictures.middle - pictures.high)
    with torch.no_grad():
        both = [
            torch.cat([distance(a, b) for a, b in zip(pictures.middle.split(BATCH), x.split(BATCH), strict=True)])
            for x in (only_inside, only_outside)
        ]
    return f"inside {mean_and_margin(both[0])}, outside {mean_and_margin(both[1])}"


def report(title: str, trait: Trait | None, pictures: Moved, spread: Array, masks: dict[str, torch.Tensor]) -> None:
    """Print what an edit did."""
    effects = effects_of(read(pictures.low), read(pictures.high), spread)
    told = [e for e in effects if trait is None or e.trait is trait]
    others = [e for e in effects if e not in told]
    print(title)
    for effect in (*told, *others):
        mark = "*" if trait is not None and effect.trait is trait else " "
        margin = NORMAL_95 * effect.standard_error
        print(f"  {mark} {effect.trait.name:<20}{effect.mean:+7.2f} ± {margin:.2f}  n {effect.n}")
    for name, mask in masks.items():
        print(f"    LPIPS, {name}: {inside_and_outside(pictures, mask)}  n {len(pictures.middle)}")


def main() -> None:
    """Print a paragraph for each direction."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="faces")
    parser.add_argument("--labelled", type=int, default=600)
    parser.add_argument("--edited", type=int, default=64)
    parser.add_argument("--amount", type=float, default=2.0)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    started = time.process_time()
    model = ganstudio.open_model(options.model)
    ws = model.mapping(model.latents(range(options.labelled)))
    traits = read(drawn(model, ws))
    spread = spread_of_traits(traits)
    masks = regions(model, model.info.resolution)
    edited = model.mapping(model.latents(range(FIRST_EDITED, FIRST_EDITED + options.edited)))
    every = range(model.info.n_latent)
    groups = {each.group: each.rows for each in layer_groups(model.info.layer_resolutions)}
    shape = (*groups.get(LayerGroup.COARSE, ()), *groups.get(LayerGroup.MIDDLE, ()))
    fine = tuple(row for row in every if row not in shape) or tuple(every)[-3:]
    print(f"{model.info.name}: {options.labelled} labelled, {options.edited} edited, ± {options.amount:g} σ of w")
    known = {
        trait: normal_of(ws[:, 0], traits[:, place])
        for place, trait in enumerate(TRAITS)
        if trait.name in STUDIED and np.isfinite(spread[place])
    }
    for trait, normal in known.items():
        others = torch.stack([other for each, other in known.items() if each is not trait])
        alone = conditioned(normal, others)
        rows = groups[LayerGroup.COARSE] if trait.name in SHAPES else fine
        kinds = (("as it is", normal, every), ("conditioned", alone, every), ("conditioned, few layers", alone, rows))
        for title, along, where in kinds:
            step = along * deviation_along(ws[:, 0], along) * options.amount
            report(f"{trait.name}, {title}", trait, moved(model, edited, step, where), spread, masks)
    for number in range(RANDOM_DIRECTIONS):
        along = unit(torch.randn(ws.shape[2], generator=torch.Generator().manual_seed(number)))
        step = along * deviation_along(ws[:, 0], along) * options.amount
        report(f"random direction {number + 1}", None, moved(model, edited, step, every), spread, masks)
    print(f"{time.process_time() - started:.0f} s of processor time")


if __name__ == "__main__":
    main()
