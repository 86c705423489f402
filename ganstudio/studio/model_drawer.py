"""A model as a source of training pictures."""

from functools import cached_property

import torch

from ganstudio.core.document import NoiseMode
from ganstudio.engine.model import Model, open_model


class ModelDrawer:
    """Draws with a shipped model or a checkpoint, without truncation and without random noise."""

    def __init__(self, model: str, device: str = "cpu") -> None:
        """Remember which model; it is opened when it is needed first."""
        self._source, self._device = model, device

    def __getstate__(self) -> dict[str, object]:
        """Leave the open model behind when sent to another process."""
        return {"_source": self._source, "_device": self._device}

    @cached_property
    def model(self) -> Model:
        """The open model."""
        return open_model(self._source, device=self._device)

    @property
    def name(self) -> str:
        """The model's name and a digest of its file."""
        return f"{self.model.info.name} {self.model.info.digest}"

    @property
    def z_dim(self) -> int:
        """The length of z."""
        return self.model.z_dim

    @property
    def resolution(self) -> int:
        """The side of its pictures in pixels."""
        return self.model.info.resolution

    def draw(self, z: torch.Tensor) -> torch.Tensor:
        """Return pictures `[N, 3, R, R]` in [-1, 1] on the CPU for z `[N, z_dim]`."""
        pictures = self.model.synthesis(self.model.mapping(z), NoiseMode.FIXED).float().cpu()
        return pictures.expand(-1, 3, -1, -1) if pictures.shape[1] == 1 else pictures[:, :3]
