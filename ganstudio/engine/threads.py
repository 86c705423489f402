"""How many processor threads a model is drawn with."""

import os

import torch

ENOUGH_MS = 40.0


class ThreadChoice:
    """One thread while a whole picture takes it no longer than 40 ms, all cores beyond that.

    Small networks gain nothing from a second thread, and lose much when other programs want the cores as well.
    """

    def __init__(self) -> None:
        """Begin with one thread."""
        self._all = os.cpu_count() or 1
        self._chosen: dict[str, int] = {}
        self._warm: set[str] = set()

    def apply(self, model: str) -> None:
        """Set what was found for a model; call it on the thread that draws."""
        wanted = self._chosen.get(model, 1)
        if torch.get_num_threads() != wanted:
            torch.set_num_threads(wanted)

    def learn(self, model: str, milliseconds: float) -> None:
        """Take in the processor time of a whole picture; the first one also prepares kernels and does not count."""
        if model not in self._warm:
            self._warm.add(model)
        elif milliseconds > ENOUGH_MS:
            self._chosen[model] = self._all
