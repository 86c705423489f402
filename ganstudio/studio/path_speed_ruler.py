"""What measures speeds: the perceptual network, loaded beside the computing, and models in full precision."""

import threading
from collections.abc import Generator
from typing import TYPE_CHECKING

from ganstudio.core.device import Precision
from ganstudio.core.errors import StudioError

if TYPE_CHECKING:
    import torch

    from ganstudio.engine.compute import Backend
    from ganstudio.engine.model import Model
    from ganstudio.layers.perceptual import PerceptualDistance
    from ganstudio.metrics.perceptual_speed import PerceptualSpeed
    from ganstudio.metrics.quick_linear import KeptKernels

POLL_S = 0.01


class ChangedModelError(StudioError):
    """The file of a model is another one now."""


class Ruler:
    """The perceptual network, and models in full precision; used on the compute thread, loaded beside it."""

    def __init__(self) -> None:
        """Load nothing yet."""
        self._loading: threading.Thread | None = None
        self._distance: PerceptualDistance | None = None
        self._problem: Exception | None = None
        self._forms: dict[str, PerceptualSpeed] = {}
        self._exact: Model | None = None
        self._kernels: dict[str, KeptKernels] = {}

    def ready(self, device: "torch.device") -> "Generator[None, None, PerceptualSpeed]":
        """Wait for the network without holding up pictures; raises what went wrong with its file."""
        if self._loading is None:
            self._loading = threading.Thread(target=self._load, name="perceptual network", daemon=True)
            self._loading.start()
        from ganstudio.metrics.perceptual_speed import PerceptualSpeed

        while self._loading.is_alive():
            self._loading.join(POLL_S)
            yield
        if self._distance is None:
            problem, self._loading = self._problem, None
            raise problem or ChangedModelError("The perceptual network could not be loaded; try again.")
        if str(device) not in self._forms:
            self._forms = {str(device): PerceptualSpeed(self._distance.to(device), quick=True)}
        return self._forms[str(device)]

    def _load(self) -> None:
        from ganstudio.losses.perceptual import lpips_vgg16
        from ganstudio.metrics.forward_mode import load_forward_mode

        try:
            load_forward_mode()
            self._distance = lpips_vgg16()
        except (StudioError, OSError, ImportError) as problem:
            self._problem = problem

    def kernels(self, digest: str) -> "KeptKernels":
        """Return what is kept of one model's kernels; those of the model before are forgotten."""
        from ganstudio.metrics.quick_linear import KeptKernels

        if digest not in self._kernels:
            self._kernels = {digest: KeptKernels()}
        return self._kernels[digest]

    def exact_model(self, backend: "Backend", digest: str) -> "Model":
        """Return a model that computes in full precision, a second copy where the window's does not."""
        from ganstudio.engine.model import open_model

        model = backend.model(digest)
        if model.generator.precision is Precision.EXACT:
            self._exact = None
            return model
        if self._exact is None or self._exact.info.digest != digest:
            self._exact = open_model(model.info.path, str(model.generator.device))
        if self._exact.info.digest != digest:
            raise ChangedModelError(f"The file {model.info.path} has changed since it was opened; open it again.")
        return self._exact
