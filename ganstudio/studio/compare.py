"""Comparing two states: what the sides are, and who draws them.

Pins and views are ways to look and change no picture, so they are no part of the project: undo and redo walk through
the present state, and what it is compared with stays.
"""

import dataclasses
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

from psygnal import Signal

from ganstudio.core.comparison import NOTHING, PRESENT, Amplified, Distance, Pair, Side, SideKind, Wish
from ganstudio.core.device import Precision
from ganstudio.core.document import Document, FrozenMap, MoveAlong
from ganstudio.core.frame import ModelInfo
from ganstudio.core.inverting import LEAST_COMPARED
from ganstudio.core.progress import Urgency
from ganstudio.engine.compute import Backend
from ganstudio.studio.pursuit import Pursuit, Refusal

if TYPE_CHECKING:
    import torch

    from ganstudio.layers.perceptual import PerceptualDistance
    from ganstudio.studio.session import Session

NETWORK = "LPIPS (VGG16)"
A, B = "a", "b"


class Comparison:
    """Two sides that are drawn while somebody watches; lives on the main thread."""

    sides_changed = Signal()
    pair_arrived = Signal(Pair)
    distance_arrived = Signal(Distance)
    refused = Signal(str)

    def __init__(self, session: "Session") -> None:
        """Compare nothing with the session's present state."""
        self._session = session
        self.sides: dict[str, Side] = {A: NOTHING, B: PRESENT}
        self.pins: dict[str, Side] = {}
        self.shown = Amplified()
        self._pinned = 0
        self._watched = False
        self._infos: dict[str, ModelInfo] = {}  # of models that were opened to compare with; the compute thread's own
        self._network: PerceptualDistance | None = None  # the compute thread's own as well
        self._features: tuple[torch.Tensor, list[torch.Tensor]] | None = None
        live = Urgency.LIVE
        self._pictures = Pursuit("Compare", session.add_job, self._wanted, self._draw, self._take, live)
        self._distance = Pursuit("LPIPS", session.add_job, self._wanted_distance, self._measure, self._take)
        session.frame_arrived.connect(self._wake)
        session.model_changed.connect(self._wake)
        session.device_changed.connect(self._again)

    @property
    def idle(self) -> bool:
        """Whether everything that is wanted is there."""
        return self._pictures.idle and self._distance.idle

    @property
    def present(self) -> Document:
        """The document that is drawn in the window."""
        return self._session.seen

    def pin(self, name: str) -> None:
        """Hold the present state fast on a side."""
        self._pinned += 1
        self.pins[name] = Side(SideKind.PINNED, f"Pin {self._pinned}", self.present)
        self.put(name, self.pins[name])

    def put(self, name: str, side: Side) -> None:
        """Put something on a side."""
        self.sides[name] = side
        self.sides_changed.emit()
        self._wake()

    def swap(self) -> None:
        """Let the sides change places."""
        self.sides = {A: self.sides[B], B: self.sides[A]}
        self.pins = {{A: B, B: A}[name]: side for name, side in self.pins.items()}
        self.sides_changed.emit()
        self._wake()

    def show(self, shown: Amplified) -> None:
        """Show differences in another way."""
        self.shown = shown
        self._wake()

    def go_to(self, name: str) -> None:
        """Make a pinned state the present one, as one step that can be undone."""
        document = self.sides[name].document
        if document is not None:
            self._session.change_project(
                f"Go to {self.sides[name].title}",
                {"documents": self._session.project.with_document(document).documents},
            )

    def offers(self) -> list[tuple[str, Side]]:
        """Return what can stand on a side, each with a key: the present state, kept ones, models, precisions."""
        session = self._session
        found = [("present", PRESENT)]
        found += [
            (f"kept:{number}", Side(SideKind.PINNED, f"Kept: {kept.name}", kept.document))
            for number, kept in enumerate(session.project.kept)
        ]
        if session.device is not None:
            other = Precision.FAST if session.device.precision is Precision.EXACT else Precision.EXACT
            precision = Side(SideKind.PRECISION, f"Precision: {other.value}", precision=other)
            found.append((f"precision:{other.value}", precision))
        here = (session.model.path, session.model.name) if session.model is not None else ()
        others = (e for e in (*session.library.shipped, *session.library.recent) if e.path not in here)
        models = ((f"model:{e.path}", Side(SideKind.MODEL, f"Model: {e.title}", model=e.path)) for e in others)
        return [*found, *models]

    def watch(self, *, watched: bool) -> None:
        """Begin or stop to draw."""
        self._watched = watched
        self._wake()

    def measure(self) -> None:
        """Ask for the perceptual distance of what is shown; `distance_arrived` tells."""
        self._distance.wake()

    def _wake(self, *_told: object) -> None:
        self._pictures.wake()

    def _again(self, *_told: object) -> None:
        self._pictures.again()

    def _wanted(self) -> Wish | None:
        kinds = {side.kind for side in self.sides.values()}
        drawn = self._session.compute.drawn
        if not self._watched or SideKind.NOTHING in kinds or drawn is None:
            return None
        present = Document() if kinds == {SideKind.PINNED} else drawn  # pins do not follow it
        return Wish(self.sides[A], self.sides[B], present, self.shown)

    def _wanted_distance(self) -> Wish | None:
        wish = self._wanted()
        return None if wish is None else dataclasses.replace(wish, shown=Amplified())

    def _draw(self, backend: Backend, wish: Wish) -> Iterator[object]:
        """Draw both sides; runs on the compute thread."""
        from ganstudio.core.pixels import to_pixels
        from ganstudio.engine.contrast import difference_picture, mean_error, same_size

        a, b, enlarged = same_size(self._side(backend, wish.a, wish), self._side(backend, wish.b, wish))
        difference = difference_picture(a, b, wish.shown)
        yield Pair(wish, to_pixels(a)[0], to_pixels(b)[0], difference, mean_error(a, b), enlarged)

    def _measure(self, backend: Backend, wish: Wish) -> Iterator[object]:
        """Find how different both sides look, one step for each convolution; runs on the compute thread."""
        from ganstudio.engine.contrast import same_size
        from ganstudio.losses.perceptual import lpips_vgg16

        a, b, _ = same_size(self._side(backend, wish.a, wish), self._side(backend, wish.b, wish))
        if min(a.shape[2:]) < LEAST_COMPARED:
            yield Distance(wish, NETWORK, None)
            return
        if self._network is None:
            self._network = lpips_vgg16()
            yield None
        network = self._network.to(a.device)
        kept = self._features
        first = kept[1] if kept is not None and _equal(kept[0], a) else (yield from _features(network, a))
        self._features = (a, first)
        second = yield from _features(network, b)
        yield Distance(wish, NETWORK, float(network.compare(first, second).sum()))

    def _side(self, backend: Backend, side: Side, wish: Wish) -> "torch.Tensor":
        match side.kind:
            case SideKind.PRECISION:
                return backend.drawn(wish.present, aside=True, precision=side.precision)
            case SideKind.MODEL:
                if side.model not in self._infos:
                    self._infos[side.model] = backend.open(side.model).info
                return backend.drawn(as_for(self._infos[side.model], wish.present), aside=True)
            case SideKind.PINNED if side.document is not None:
                return backend.drawn(side.document, aside=True)
            case _:
                return backend.drawn(wish.present, aside=False)

    def _take(self, found: object) -> None:
        match found:
            case Pair():
                self.pair_arrived.emit(found)
            case Distance():
                self.distance_arrived.emit(found)
            case Refusal():
                self.refused.emit(str(found))


def _features(
    network: "PerceptualDistance", picture: "torch.Tensor"
) -> Generator[None, None, "list[torch.Tensor]"]:
    taps = []
    for tap in network.walk(picture):
        if tap is not None:
            taps.append(tap)
        yield
    return taps


def _equal(a: "torch.Tensor", b: "torch.Tensor") -> bool:
    return a.shape == b.shape and a.device == b.device and bool((a == b).all())


def as_for(info: ModelInfo, present: Document) -> Document:
    """Return the document that asks another model for the same: inputs of one name, truncation, noise, mixing, edits.

    Inputs that only the other model has keep what it opens with; directions belong to the model they were found in.
    """
    inputs = {name: present.inputs.get(name, value) for name, value in info.document.inputs.items()}
    edits = tuple(edit for edit in present.edits if not isinstance(edit, MoveAlong))
    return dataclasses.replace(present, model=info.document.model, inputs=FrozenMap(inputs), edits=edits)
