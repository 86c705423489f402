"""What a run's numbers look like on a plot: thinned curves by group, and histograms of logits as strips over time."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from ganstudio.core.store import Array
from ganstudio.studio.run_watch import Curve, Histograms

BUCKETS = 1200
STRIP_COLUMNS, STRIP_ROWS = 480, 48
MEGABYTE = 1e6
KINDS = ("real", "held_out", "fake")
Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class CurveGroup:
    """Curves that share a plot: which ones, what the axis counts, and what it all means in plain words."""

    key: str
    title: str
    axis: str
    tip: str
    takes: Callable[[str], bool]
    scale: float = 1.0


def _begins(*heads: str) -> Callable[[str], bool]:
    return lambda name: name.startswith(heads)


def _path(name: str) -> bool:
    return name == "read_outs/path_length" or (name.startswith("observed/") and name.endswith("/path"))


AUGMENTATION = ("read_outs/augment_p", "read_outs/r_t", "read_outs/r_v", "logits/r_v")
LOGITS = "logits"
GROUPS: tuple[CurveGroup, ...] = (
    CurveGroup("losses", "Losses", "loss", "What each phase of a step tries to make small", _begins("losses/")),
    CurveGroup(
        LOGITS, "Logits", "logit", "What D says of real, held-out and drawn pictures", lambda name: "logits_" in name
    ),
    CurveGroup(
        "gradients", "Gradients", "norm", "How strongly each phase pulls at the weights", _begins("gradient_norms/")
    ),
    CurveGroup(
        "augmentation", "Augmentation", "", "ADA's probability p, and the overfitting r_t and r_v that it follows",
        lambda name: name in AUGMENTATION,
    ),
    CurveGroup("path", "Path length", "length", "How far pictures move for a step in w, and its running mean", _path),
    CurveGroup(
        "growth", "Resolution", "px", "The resolution in use while the networks grow",
        lambda name: name == "read_outs/resolution",
    ),
    CurveGroup(
        "alpha", "Fading in, α", "α", "How far the newest resolution is faded in: 0 just begun, 1 done",
        lambda name: name == "growth/alpha",
    ),
    CurveGroup("metrics", "Metrics", "value", "Measured on schedule; the best is marked", _begins("metrics/")),
    CurveGroup("rates", "Learning rates", "rate", "How large the optimizers' steps are", _begins("learning_rates/")),
    CurveGroup(
        "speed", "Speed", "images / s", "Real pictures shown in a second", lambda name: name == "images_per_second"
    ),
    CurveGroup("memory", "Memory", "MB", "Memory of the process or device", lambda name: name == "memory", MEGABYTE),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trace:
    """A curve thinned for the screen: places, and mean, lowest and highest number of each float64 `[N]`."""

    name: str
    x: Array
    mean: Array
    low: Array
    high: Array
    points: int


@dataclass(frozen=True, slots=True)
class Strip:
    """Histograms of one kind of pictures over time: shares uint8 `[H, W]` (bottom row lowest), and both axes' ends."""

    kind: str
    shares: Array
    first: int
    last: int
    low: float
    high: float


def thinned(name: str, x: Array, y: Array, span: Span | None = None, scale: float = 1.0) -> Trace:
    """Return at most about 2400 places of a curve between both ends of `span`; extremes are never lost."""
    if span is not None and len(x):
        first = max(int(np.searchsorted(x, span[0], "left")) - 1, 0)
        last = int(np.searchsorted(x, span[1], "right")) + 1
        x, y = x[first:last], y[first:last]
    if len(x) <= 2 * BUCKETS:
        values = y / scale
        return Trace(name, x.astype(np.float64), values, values, values, len(x))
    edges = np.linspace(0, len(x), BUCKETS + 1).astype(np.int64)
    begins, counts = edges[:-1], np.diff(edges)
    middle = x[begins + counts // 2].astype(np.float64)
    mean = np.add.reduceat(y, begins) / counts / scale
    low, high = np.minimum.reduceat(y, begins) / scale, np.maximum.reduceat(y, begins) / scale
    return Trace(name, middle, mean, low, high, len(x))


def traces(curves: Mapping[str, Curve], group: CurveGroup, span: Span | None) -> tuple[Trace, ...]:
    """Return the curves of a group, thinned."""
    chosen = {name: curve for name, curve in curves.items() if group.takes(name)}
    return tuple(
        thinned(name, curve.images_seen, curve.values, span, group.scale) for name, curve in sorted(chosen.items())
    )


def with_alpha(curves: Mapping[str, Curve]) -> dict[str, Curve]:
    """Return the curves with α beside the level of detail it is the fractional part of, where a run grows smoothly."""
    lod = curves.get("read_outs/lod")
    if lod is None:
        return dict(curves)
    alpha = Curve()
    for place, value in zip(*_every(lod, 20_000), strict=True):
        alpha.append(int(place), 1.0 - (value - np.floor(value)))
    return {**curves, "growth/alpha": alpha}


def _every(curve: Curve, most: int) -> tuple[Array, Array]:
    step = max(1, len(curve) // most)
    return curve.images_seen[::step], curve.values[::step]


def words_of(name: str) -> str:
    """Return a curve's name as a legend has it."""
    group, _, rest = name.partition("/")
    rest = {"augment_p": "p", "path_length": "running mean", "alpha": "α"}.get(rest, rest)
    return rest.replace("/", " ").replace("_", " ") if rest and group else name.replace("_", " ")


def strips(histograms: Iterable[Histograms], span: Span | None = None) -> tuple[Strip, ...]:
    """Return one strip for each kind of pictures, all on the same axes; of many histograms an even selection."""
    found = [h for h in histograms if span is None or span[0] <= h.images_seen <= span[1]]
    if not found:
        return ()
    found = found[:: max(1, len(found) // STRIP_COLUMNS)]
    low, high = min(h.low for h in found), max(h.high for h in found)
    kinds = [kind for kind in KINDS if any(kind in h.counts for h in found)]
    made = []
    for kind in kinds:
        shares = np.zeros((STRIP_ROWS, len(found)), dtype=np.float64)
        for column, h in enumerate(found):
            if kind in h.counts:
                shares[:, column] = _resampled(h, kind, low, high)
        top = max(float(np.percentile(shares[shares > 0], 97)) if (shares > 0).any() else 1.0, 1e-12)
        levels = (np.sqrt(np.minimum(shares / top, 1.0)) * 255).astype(np.uint8)
        made.append(Strip(kind, levels, found[0].images_seen, found[-1].images_seen, low, high))
    return tuple(made)


def _resampled(histogram: Histograms, kind: str, low: float, high: float) -> Array:
    """Spread counts in bins of their own over the strip's rows, as shares per unit."""
    counts = histogram.counts[kind].astype(np.float64)
    edges = np.linspace(histogram.low, histogram.high, len(counts) + 1)
    total = np.concatenate([[0.0], np.cumsum(counts)]) / max(counts.sum(), 1.0)
    rows = np.linspace(low, high, STRIP_ROWS + 1)
    return np.diff(np.interp(rows, edges, total, left=0.0, right=1.0))
