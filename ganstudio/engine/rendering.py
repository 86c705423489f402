"""The computing behind the window: open models, the chosen device, pictures of documents."""

import copy
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
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
from ganstudio.core.document import Document, ModelRef
from ganstudio.core.errors import UnknownModelError
from ganstudio.core.frame import DeviceChoice, DeviceReady, Frame, ModelOpened, Previews
from ganstudio.core.generator import Features
from ganstudio.core.pixels import thumbnail
from ganstudio.core.store import Array, Store
from ganstudio.engine.graphs import GraphRunner
from ganstudio.engine.memory import recovered_from_exhaustion
from ganstudio.engine.model import Model, open_model
from ganstudio.engine.synthesis import IncrementalSynthesis, run_eagerly
from ganstudio.engine.threads import ThreadChoice

OPEN_MODELS = 2
ASIDE_BUDGET = 64 << 20


class Rendering:
    """Keeps the last models open and draws documents with the one that they name."""

    def __init__(self, store: Store | None = None) -> None:
        """Start on the fastest device, exact; documents' arrays are looked up in `store`."""
        self.store = store if store is not None else Store()
        self.device, self.precision = choose_device(AUTO), Precision.EXACT
        self._open: OrderedDict[str, tuple[Model, IncrementalSynthesis, IncrementalSynthesis]] = OrderedDict()
        self._names: dict[str, str] = {}
        self._threads = ThreadChoice()
        self.previews = Previews()
        self._other: tuple[str, Precision, IncrementalSynthesis] | None = None

    def open(self, name: str) -> ModelOpened:
        """Open a model by name or path and keep it, with the one before."""
        with recovered_from_exhaustion(self.device, self._forget):
            model = open_model(name, str(self.device), self.precision, self.store)
        self._names[model.info.digest] = name
        self._open[model.info.digest] = (model, self._synthesis(model), self._aside(model))
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

    def choose_previews(self, previews: Previews) -> None:
        """Show other previews from the next picture on."""
        self.previews = previews
        for _, synthesis, _ in self._open.values():
            synthesis.previews = previews

    def _move(self, device: torch.device, precision: Precision) -> None:
        self.device, self.precision = device, precision
        self._other = None
        for digest, (model, synthesis, aside) in self._open.items():
            synthesis.forget()
            aside.forget()
            model.generator.prepare(device, precision)
            self._open[digest] = (model, self._synthesis(model), self._aside(model))

    def _forget(self) -> None:
        for _, synthesis, aside in self._open.values():
            synthesis.forget()
            aside.forget()

    def _synthesis(self, model: Model) -> IncrementalSynthesis:
        runner = GraphRunner() if self.device.type == "cuda" else run_eagerly
        return IncrementalSynthesis(model.generator, self.store, runner=runner, previews=self.previews)

    def _aside(self, model: Model) -> IncrementalSynthesis:
        """What draws pictures beside the one in sight; it keeps little."""
        return IncrementalSynthesis(model.generator, self.store, budget=ASIDE_BUDGET, previews=Previews(0))

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
        self._reopen(document.model)
        synthesis = self._open[digest][1]
        self._threads.apply(digest)
        started = time.thread_time()
        for frame in synthesis.render(document, stale):
            spent = (time.thread_time() - started) * 1e3
            yield frame
            if not frame.preview and len(frame.stages_run) == len(synthesis.stages):
                self._threads.learn(digest, spent)

    @torch.no_grad()
    def pictures(self, documents: Sequence[Document], side: int | None = None) -> list[Array]:
        """Draw documents apart from the one in sight: uint8 `[H, W, 3]` each, at most `side` pixels wide and high."""
        drawn: list[Array] = []
        for document in documents:
            self._reopen(document.model)
            synthesis = self._open[document.model.digest][2]
            self._threads.apply(document.model.digest)
            frame = next(frame for frame in synthesis.render(document) if not frame.preview)
            picture = next(iter(frame.pictures.values()))
            drawn.append(picture if side is None else thumbnail(picture, side))
        return drawn

    def features(self, document: Document, stage: str) -> Features:
        """What a stage leaves behind for a document; what was kept when it was drawn is used again."""
        self._reopen(document.model)
        self._threads.apply(document.model.digest)
        return self._open[document.model.digest][1].features(document, stage)

    @torch.no_grad()
    def drawn(self, document: Document, *, aside: bool, precision: Precision | None = None) -> torch.Tensor:
        """Draw a document as float32 `[1, C, H, W]` in [-1, 1], apart from the one in sight where it is `aside`.

        Another precision than the chosen one runs in a copy of the network, of which there is one at a time.
        """
        self._reopen(document.model)
        digest = document.model.digest
        self._threads.apply(digest)
        if precision in (None, self.precision):
            synthesis = self._open[digest][2] if aside else self._open[digest][1]
        else:
            assert precision is not None
            synthesis = self._in_precision(digest, precision)
        output = next(iter(synthesis.outputs.values()))
        picture = synthesis.features(document, output).picture
        assert picture is not None
        return picture.float().clone()

    def _in_precision(self, digest: str, precision: Precision) -> IncrementalSynthesis:
        if self._other is None or self._other[:2] != (digest, precision):
            self._other = None
            model = self._open[digest][0]
            with recovered_from_exhaustion(self.device, self._forget):
                generator = copy.deepcopy(model.generator)
                generator.prepare(self.device, precision)
            self._other = (digest, precision, IncrementalSynthesis(generator, self.store, budget=ASIDE_BUDGET))
        return self._other[2]

    def model(self, digest: str, name: str = "") -> Model:
        """The open model with this digest, opened again where it was closed meanwhile, or first by its name."""
        self._reopen(ModelRef(name, digest))
        return self._open[digest][0]

    def _reopen(self, wanted: ModelRef) -> None:
        """Have a model open; raises UnknownModelError where its file is another one now."""
        if wanted.digest not in self._open:
            name = self._names.get(wanted.digest, wanted.name)
            opened = self.open(name)
            if opened.info.digest != wanted.digest:
                raise UnknownModelError(
                    f"The file {name} is not the one that this picture was made with; open the earlier file again."
                )
        self._open.move_to_end(wanted.digest)
