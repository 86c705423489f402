"""A 6 x 6 mixing sheet with its heads: every picture from scratch, one after the other, and all together.

The processor time stands beside the wall clock, which other programs on the machine lengthen.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import torch

from ganstudio.core.frame import Previews
from ganstudio.core.pixels import to_pixels
from ganstudio.core.store import Array, Store
from ganstudio.engine.model import Model, open_model
from ganstudio.engine.sheets import batch_of, draw_together
from ganstudio.engine.synthesis import IncrementalSynthesis
from ganstudio.studio.mixing import layer_groups, seed_source
from ganstudio.studio.mixing_sheet import MixingSheet, SheetHead

GOAL_S = 1.0


def sheet_of(model: Model, layers: tuple[int, ...], side: int) -> MixingSheet:
    """Return a sheet of side x side seeds."""
    heads = [SheetHead(*seed_source(seed)) for seed in range(2 * side)]
    return MixingSheet(model.info.document, "z", tuple(heads[:side]), tuple(heads[side:]), layers)


def from_scratch(model: Model, sheet: MixingSheet, keep: bool) -> list[Array]:
    """Draw every picture in turn; `keep` lets each use what is left of the one before."""
    synthesis = IncrementalSynthesis(model.generator, Store(), previews=Previews(0))
    pictures = []
    for document in sheet.cells().values():
        if not keep:
            synthesis.forget()
        pictures.append(next(iter(list(synthesis.render(document))[-1].pictures.values())))
    return pictures


def together(model: Model, sheet: MixingSheet) -> list[Array]:
    """Draw the sheet as the window does."""
    documents = tuple(sheet.cells().values())
    drawn = draw_together(model.generator, documents, Store(), batch_of(model.info.resolution))
    return [picture for each in drawn if each.pictures is not None for picture in to_pixels(each.pictures)]


def timed(work: Callable[[], list[Array]], rounds: int) -> tuple[float, float, list[Array]]:
    """Return the median seconds on the wall and on the processor after a warm-up, and what was drawn."""
    pictures, wall, busy = work(), [], []
    for _ in range(rounds):
        began, worked = time.perf_counter(), time.process_time()
        work()
        wall.append(time.perf_counter() - began)
        busy.append(time.process_time() - worked)
    return statistics.median(wall), statistics.median(busy), pictures


def measure(model: Model, title: str, sheet: MixingSheet, rounds: int) -> None:
    """Print the table of one group of layers."""
    cases: dict[str, Callable[[], list[Array]]] = {
        "every picture from scratch": lambda: from_scratch(model, sheet, keep=False),
        "one by one, stale stages only": lambda: from_scratch(model, sheet, keep=True),
        "together": lambda: together(model, sheet),
    }
    found = {name: timed(work, rounds) for name, work in cases.items()}
    base = found["every picture from scratch"]
    print(f"{title}: {len(base[2])} pictures")
    for name, (wall, busy, pictures) in found.items():
        apart = max(int(abs(a.astype(int) - b.astype(int)).max()) for a, b in zip(pictures, base[2], strict=True))
        times = f"{wall:>7.2f} s{base[0] / wall:>7.2f} x{busy:>9.2f} s processor{base[1] / busy:>7.2f} x"
        print(f"  {name:<32}{times}   largest difference {apart} of 255")
    verdict = "within" if found["together"][0] <= GOAL_S else "beyond"
    print(f"  together: {verdict} {GOAL_S:.0f} s\n", flush=True)


def main() -> None:
    """Measure each group of layers of one model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", help="name of a shipped style-based model, or path of a checkpoint")
    parser.add_argument("--side", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    model = open_model(Path(options.model) if Path(options.model).exists() else options.model, options.device)
    print(f"{model.info.name}, {model.info.resolution} px, on {options.device}, {options.threads} threads\n")
    for group in layer_groups(model.info.layer_resolutions):
        measure(model, group.title, sheet_of(model, group.rows, options.side), options.rounds)


if __name__ == "__main__":
    main()
