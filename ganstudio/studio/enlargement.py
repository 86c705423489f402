"""Pictures on their way out made larger by the shipped network, one after another."""

from collections.abc import Generator
from typing import TYPE_CHECKING

import numpy as np

from ganstudio.core.device import AUTO
from ganstudio.core.progress import Progress
from ganstudio.core.store import Array
from ganstudio.studio.recipe_file import Enlargement

if TYPE_CHECKING:
    from ganstudio.core.picture_network import EnlargingPictures

TIMES = 4
TITLE = "Real-ESRGAN"
TILE, HALO, FADE = 96, 16, 16  # smaller than what is fastest, so that the picture in sight is drawn in between
PARTS = 100  # that the progress of one picture is told in


class PictureEnlarging:
    """Enlarges pictures on one device; the network is opened with the first one and held as long as this is."""

    def __init__(self, device: str = AUTO) -> None:
        """Nothing is loaded yet."""
        self.device = device
        self._network: EnlargingPictures | None = None
        self._steps = 1  # of each tile
        self.used: Enlargement | None = None  # known from the first picture on

    def enlarged(self, picture: Array, done: int = 0, total: int = 1) -> Generator[Progress, None, Array]:
        """Yield how far picture number `done` of `total` has come, and return the larger one; both uint8 `[H, W, 3]`.

        Raises WrongInputError where it would be too large.
        """
        from ganstudio.engine.enlarging import LABEL, Tiling, enlarged

        label = LABEL if total == 1 else f"{LABEL} picture {done + 1} of {total}"
        yield Progress(done * PARTS, total * PARTS, label)
        result: object = None
        for count, step in enumerate(enlarged(self._opened(), picture, Tiling(TILE, HALO, FADE))):
            result, share = step.result, min(count / (step.total * self._steps), 1.0)
            yield Progress(done * PARTS + int(share * PARTS), total * PARTS, label)
        assert isinstance(result, np.ndarray), "the last step has the result"
        return result

    def _opened(self) -> "EnlargingPictures":
        if self._network is None:
            from ganstudio.checkpoints.fingerprint import fingerprint
            from ganstudio.engine import enlarging

            path = enlarging.shipped_enlarger()
            self._network = enlarging.open_enlarger(path, self.device)
            self._steps = enlarging.steps_of_a_tile(self._network)
            self.used = Enlargement(self._network.scale, path.parent.name, fingerprint(path))
        return self._network
