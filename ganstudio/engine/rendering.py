"""The computing behind the window: open models, the chosen device, pictures of documents."""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import replace

import torch

from ganstudio.core.device import (
    AUTO,
    Precision,
    available_devices,
    choose_device,
    device_title,
    has_fast_path,
    memory_of,
)
from ganstudio.core.document import Document
from ganstudio.core.errors import UnknownModelError
from ganstudio.core.frame import DeviceChoice, DeviceReady, Frame, ModelOpened
from ganstudio.core.store import Store
from ganstudio.engine.graphs import GraphRunner
from ganstudio.engine.memory import recovered_from_exhaustion
from ganstudio.engine.model import Model, open_model
from ganstudio.engine.synthesis import IncrementalSynthesis, run_eagerly
from ganstudio.engine.threads import ThreadChoice

OPEN_MODELS = 2


class Rendering:
    """Keeps the last models open and draws documents with the one that they name."""

    def __init__(self) -> None:
        """Start on the fastest device, exact."""
        self.store = Store()
        self.device, self.precision = choose_device(AUTO), Precision.EXACT
        self._open: OrderedDict[str, tuple[Model, IncrementalSynthesis]] = OrderedDict()
        self._names: dict[str, str] = {}
        self._threads = ThreadChoice()

    def open(self, name: str) -> ModelOpened:
        """Open a model by name or path and keep it, with the one before."""
        with recovered_from_exhaustion(self.device, self._forget):
            model = open_model(name, str(self.device), self.precision)
        self._names[model.info.digest] = name
        self._open[model.info.digest] = (model, self._synthesis(model))
        self._open.move_to_end(model.info.digest)
        while len(self._open) > OPEN_MODELS:
            self._open.popitem(last=False)
        return ModelOpened(model.info)

    def choose(self, device: str, precision: Precision) -> DeviceReady:
        """Move every open model to a device; what was there before stays where the device does not answer."""
        chosen = choose_device(device)
        before = (self.device, self.precision)
        if (chosen, precision) != before:
            try:
                with recovered_from_exhaustion(chosen, self._forget):
                    self._move(chosen, precision)
            except Exception:
                self._move(*before)
                raise
        return replace(self.status(), asked=device)

    def _move(self, device: torch.device, precision: Precision) -> None:
        self.device, self.precision = device, precision
        for digest, (model, synthesis) in self._open.items():
            synthesis.forget()
            model.generator.prepare(device, precision)
            self._open[digest] = (model, self._synthesis(model))

    def _forget(self) -> None:
        for _, synthesis in self._open.values():
            synthesis.forget()

    def _synthesis(self, model: Model) -> IncrementalSynthesis:
        runner = GraphRunner() if self.device.type == "cuda" else run_eagerly
        return IncrementalSynthesis(model.generator, self.store, runner=runner)

    def status(self) -> DeviceReady:
        """Describe the device in use and the choices there are."""
        choices = tuple(
            DeviceChoice(name, device_title(name), has_fast_path(torch.device(name))) for name in available_devices()
        )
        used, total = memory_of(self.device)
        return DeviceReady(str(self.device), self.precision, choices, used, total)

    def render(self, document: Document, stale: Callable[[], bool] = lambda: False) -> Iterator[Frame]:
        """Yield the pictures of a document; its model is opened again where it was closed meanwhile."""
        digest = document.model.digest
        if digest not in self._open:
            name = self._names.get(digest, document.model.name)
            opened = self.open(name)
            if opened.info.digest != digest:
                raise UnknownModelError(
                    f"The file {name} is not the one that this picture was made with; open the earlier file again."
                )
        self._open.move_to_end(digest)
        synthesis = self._open[digest][1]
        self._threads.apply(digest)
        started = time.thread_time()
        for frame in synthesis.render(document, stale):
            spent = (time.thread_time() - started) * 1e3
            yield frame
            if not frame.preview and len(frame.stages_run) == len(synthesis.stages):
                self._threads.learn(digest, spent)
