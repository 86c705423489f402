"""Where a run's pictures come from."""

from typing import Protocol

import torch

from ganstudio.core.recipe import DataFacts
from ganstudio.data.loading import Rows


class Feed(Protocol):
    """Pictures as a pure function of the step and the row, so that a resumed run sees the same ones.

    A larger batch takes the rows of as many steps: the first one's, and on.
    """

    @property
    def facts(self) -> DataFacts:
        """Resolution, channels, classes and count."""

    @property
    def class_names(self) -> tuple[str, ...]:
        """The names of the classes, where pictures have classes."""

    @property
    def fingerprint(self) -> str:
        """A text that changes when the data do."""

    def rows(self, step: int, rows: range) -> Rows:
        """Return pictures of a step's global batch with all that belongs to them."""

    def latents(self, step: int, rows: range) -> torch.Tensor | None:
        """Return the z `[len(rows), dim]` that these pictures were drawn from, where a generator drew them."""

    def close(self) -> None:
        """End whatever decodes in the background."""
