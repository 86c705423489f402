"""Pictures of one model that are drawn again with units painted, and what a segmenter sees in them."""

from collections.abc import Callable, Mapping
from itertools import takewhile

import torch

from ganstudio.core.document import PaintUnits
from ganstudio.core.generator import Features
from ganstudio.latent.staged import StagedDocument

Logits = Callable[[torch.Tensor], torch.Tensor]


class Scenes:
    """N pictures with the results of all their stages; `maps` `[N, H, W]` are the classes seen in them.

    `logits` gives `[N, K, H, W]` of pictures `[N, C, H, W]` in [-1, 1], differentiably.
    """

    def __init__(self, staged: StagedDocument, code: torch.Tensor, logits: Logits) -> None:
        """Draw the pictures of codes `[N, rows, dim]`."""
        self._staged, self._code, self._logits = staged, code, logits
        with torch.no_grad():
            self._known = staged.run(code)
        self.maps = self._seen(self._known)

    def activation(self, stage: str) -> torch.Tensor:
        """Return what a stage left behind `[N, C, h, w]`."""
        return self._known[stage].activation

    def painted_maps(self, edit: PaintUnits, mask: torch.Tensor) -> torch.Tensor:
        """Return the classes `[N, H, W]` that are seen with units painted where `mask` `[N, 1, H, W]` lies."""
        before = {name: self._known[name] for name in takewhile(lambda name: name != edit.stage, self._staged.stages)}
        with torch.no_grad():
            return self._seen(self._staged.with_paint(edit, mask).run(self._code, known=before))

    def linked(self) -> tuple[torch.Tensor, Mapping[str, torch.Tensor]]:
        """Return logits `[N, K, H, W]` that can be differentiated by the activations of all stages, and those."""
        with torch.enable_grad():
            results = self._staged.run(self._code.detach().clone().requires_grad_())
            picture = results[self._staged.last].picture
            assert picture is not None, "the last stage has the picture"
            return self._logits(picture), {name: result.activation for name, result in results.items()}

    def _seen(self, results: Mapping[str, Features]) -> torch.Tensor:
        picture = results[self._staged.last].picture
        assert picture is not None, "the last stage has the picture"
        with torch.no_grad():
            return self._logits(picture.clamp(-1.0, 1.0)).argmax(dim=1)
