"""The picture in sight made four times as fine, when there is nothing else to do."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from psygnal import Signal

from ganstudio.core.progress import Urgency
from ganstudio.core.store import Array
from ganstudio.engine.compute import Backend
from ganstudio.studio.enlargement import PictureEnlarging
from ganstudio.studio.pursuit import Pursuit, Refusal

if TYPE_CHECKING:
    from ganstudio.studio.session import Session

MOST_SIDE_PX = 1024
Larger = Mapping[str, tuple[Array, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Wish:
    """Pictures that were seen together, uint8 `[H, W, 3]`; every sight is a wish of its own."""

    pictures: Mapping[str, Array]


@dataclass(frozen=True, slots=True)
class Found:
    """How far a wish has come, and at its end each picture twice and four times as wide and high."""

    wish: Wish
    share: float
    larger: Larger | None = None


class Sharpening:
    """Lives on the main thread; holds one network while it is `ready`, and pictures only while they are made."""

    changed = Signal()
    sharpened = Signal(object)  # Larger

    def __init__(self, session: "Session") -> None:
        """Nothing is loaded before something is wanted."""
        self.share: float | None = None  # of the work that is done; None where there is none
        self.refusal = ""
        self._wish: Wish | None = None
        self._enlarging: PictureEnlarging | None = None
        self._pursuit = Pursuit(
            "Enlarging the picture", session.add_job, self._wanted, self._steps, self._take, Urgency.IDLE
        )

    @property
    def idle(self) -> bool:
        """Whether nothing is being enlarged."""
        return self._pursuit.idle

    @property
    def loaded(self) -> bool:
        """Whether the network is held."""
        return self._enlarging is not None

    def want(self, pictures: Mapping[str, Array]) -> None:
        """Enlarge these instead of any before; the same ones as well."""
        self.forget()
        side = max((max(picture.shape[:2]) for picture in pictures.values()), default=0)
        if side > MOST_SIDE_PX:
            self.refusal = f"Not enlarged: {side} px wide or high, {MOST_SIDE_PX} at most. Exports enlarge any size."
        elif side:
            self._wish, self.share = Wish(pictures), 0.0
            self._pursuit.wake()
        self.changed.emit()

    def forget(self) -> None:
        """Want nothing."""
        self._wish, self.share, self.refusal = None, None, ""

    def unload(self) -> None:
        """Want nothing, and give the network's memory back."""
        self.forget()
        self._enlarging = None

    def _wanted(self) -> Wish | None:
        return self._wish

    def _steps(self, backend: Backend, wish: Wish) -> Iterator[Found]:
        """Enlarge one picture after another; runs on the compute thread."""
        device = backend.status().device
        enlarging = self._enlarging
        if enlarging is None or enlarging.device != device:
            enlarging = self._enlarging = PictureEnlarging(device)
        larger: dict[str, tuple[Array, ...]] = {}
        for number, (name, picture) in enumerate(wish.pictures.items()):
            steps = enlarging.enlarged(picture, number, len(wish.pictures))
            while True:
                try:
                    yield Found(wish, next(steps).fraction)
                except StopIteration as end:
                    larger[name] = (halved(end.value), end.value)
                    break
        yield Found(wish, 1.0, larger)

    def _take(self, found: object) -> None:
        if isinstance(found, Refusal):
            self.share, self.refusal = None, str(found)
        elif isinstance(found, Found) and found.wish is self._wish:
            self.share = found.share if found.larger is None else None
            if found.larger is not None:
                self.sharpened.emit(found.larger)
        self.changed.emit()


def halved(picture: Array) -> Array:
    """Return a uint8 picture `[H, W, C]` of even sides half as wide and high: the means of 2 x 2 pixels."""
    rows = picture[0::2].astype(np.uint16) + picture[1::2]
    sums: Array = rows[:, 0::2] + rows[:, 1::2]
    return ((sums + 2) // 4).astype(np.uint8)
