"""What is looked at inside the model: one look that follows the document, and the style channels that stand out."""

import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING

from psygnal import Signal

from ganstudio.core.document import Document
from ganstudio.core.frame import ModelInfo, StageInfo
from ganstudio.core.inspection import ActiveChannels, Cells, Look, Order, Seen, View
from ganstudio.core.progress import Urgency
from ganstudio.engine.compute import Backend
from ganstudio.studio.pursuit import Pursuit, Refusal

if TYPE_CHECKING:
    from ganstudio.studio.session import Session

FIRST_SIDE_PX = 16


class Layers:
    """Looks only while somebody watches; lives on the main thread.

    The look is how a person looks, not what causes the picture, so it is no part of the document and of undo.
    """

    look_changed = Signal(Look)
    layer_changed = Signal(str)
    seen_arrived = Signal(Seen)
    cells_arrived = Signal(Cells)
    active_arrived = Signal(ActiveChannels)
    refused = Signal(str)

    def __init__(self, session: "Session") -> None:
        """Follow a session's document."""
        self._session = session
        self.look = Look("")
        self.layer = ""
        self.seen: Seen | None = None
        self._watched = False
        self._styles_watched = False
        self._sorted: tuple[tuple[str, str, Order], tuple[int, ...]] | None = None
        live = Urgency.LIVE
        self._sight = Pursuit("Layers", session.add_job, self._wanted_look, self._look_steps, self._take, live)
        self._styles = Pursuit("Style channels", session.add_job, self._wanted_layer, self._style_steps, self._take)
        session.model_changed.connect(self._adopt)
        session.frame_arrived.connect(self._wake)
        session.device_changed.connect(self._look_again)

    @property
    def idle(self) -> bool:
        """Whether everything that is wanted is there."""
        return self._sight.idle and self._styles.idle

    @property
    def stages(self) -> tuple[StageInfo, ...]:
        """The stages of the open model that have units."""
        return self._session.model.stages if self._session.model is not None else ()

    @property
    def stage(self) -> StageInfo | None:
        """The stage that is looked at."""
        return self.stage_named(self.look.stage)

    def stage_named(self, name: str) -> StageInfo | None:
        """The stage of the open model with this name."""
        return next((stage for stage in self.stages if stage.name == name), None)

    @property
    def style_layers(self) -> dict[str, int]:
        """The layers with styles, and how many channels each has."""
        return {name: width for stage in self.stages for name, width in stage.styles}

    def show_stage(self, name: str) -> None:
        """Look at another stage."""
        stage = self.stage_named(name)
        if stage is not None:
            fitting = tuple(channel for channel in self.look.channels if channel < stage.units)
            self._show(dataclasses.replace(self.look, stage=name, channels=fitting or first_channels(stage)))

    def show_view(self, view: View) -> None:
        """Look in another way."""
        self._show(dataclasses.replace(self.look, view=view))

    def show_channels(self, channels: tuple[int, ...]) -> None:
        """Look at one channel, or at three as red, green and blue."""
        view = View.COLOURS if len(channels) == 3 else View.CHANNEL
        self._show(dataclasses.replace(self.look, channels=channels, view=view))

    def sort_by(self, order: Order) -> None:
        """Sort the sheet; cells stay where they are until it is sorted again."""
        self._sorted = None
        if order is self.look.order:
            self._sight.again()
        else:
            self._show(dataclasses.replace(self.look, order=order))

    def show_layer(self, layer: str) -> None:
        """Ask for the style channels of another layer."""
        if layer in self.style_layers and layer != self.layer:
            self.layer = layer
            self.layer_changed.emit(layer)

    def find_active(self) -> None:
        """Find the style channels that stand out now; `active_arrived` tells."""
        self._styles.wake()

    def watch(self, *, watched: bool) -> None:
        """Begin or stop to look."""
        self._watched = watched
        self._sight.wake()

    def watch_styles(self, *, watched: bool) -> None:
        """Allow or forbid to ask for style channels."""
        self._styles_watched = watched

    def _show(self, look: Look) -> None:
        if look != self.look:
            self.look = look
            self.look_changed.emit(look)
            self._sight.wake()

    def _adopt(self, info: ModelInfo | None) -> None:
        stages = info.stages if info is not None else ()
        if self.look.stage not in (stage.name for stage in stages):
            first = next((stage for stage in stages if stage.side >= FIRST_SIDE_PX), stages[-1] if stages else None)
            self.look = dataclasses.replace(self.look, stage=first.name if first is not None else "")
        stage = self.stage
        if stage is not None:
            fitting = tuple(channel for channel in self.look.channels if channel < stage.units)
            self.look = dataclasses.replace(self.look, channels=fitting or first_channels(stage))
        layers = self.style_layers
        if self.layer not in layers:
            self.layer = next(iter(layers), "")
        self.look_changed.emit(self.look)
        self.layer_changed.emit(self.layer)
        self._wake()

    def _wake(self, *_told: object) -> None:
        self._sight.wake()

    def _look_again(self, *_told: object) -> None:
        self._sight.again()

    def _document(self) -> Document | None:
        """The document that was drawn last, whose stages are kept, where its model is the one that is open."""
        model, drawn = self._session.model, self._session.compute.drawn
        return drawn if model is not None and drawn is not None and drawn.model.digest == model.digest else None

    def _wanted_look(self) -> tuple[Document, Look] | None:
        document = self._document()
        return (document, self.look) if self._watched and document is not None and self.stage is not None else None

    def _wanted_layer(self) -> tuple[Document, str] | None:
        document = self._document()
        wanted = self._styles_watched and document is not None and self.layer in self.style_layers
        return (document, self.layer) if wanted and document is not None else None

    def _look_steps(self, backend: Backend, wish: tuple[Document, Look]) -> Iterator[object]:
        """Look; runs on the compute thread."""
        from ganstudio.engine.inspection import cells, seen

        document, look = wish
        features = backend.features(document, look.stage)
        if look.view is View.PICTURE and features.picture is None:
            last = next(iter(backend.model(document.model.digest).generator.outputs().values()))
            yield seen(backend.features(document, last), document, look)
        else:
            yield seen(features, document, look)
        kept = self._sorted
        same = kept is not None and kept[0] == (document.model.digest, look.stage, look.order)
        yield from cells(features, document, look, kept[1] if kept is not None and same else ())

    def _style_steps(self, backend: Backend, wish: tuple[Document, str]) -> Iterator[object]:
        """Find how far channels reach where that is not known yet, then which stand out; on the compute thread."""
        from ganstudio.engine.style_activity import active_channels, measure_spread, styled_stages

        document, layer = wish
        generator = backend.model(document.model.digest).generator
        for _ in measure_spread(generator):
            yield None
        for stage in styled_stages(generator)[:1]:
            ws = backend.features(document, stage.reads[0]).activation
            yield active_channels(generator, document, ws, layer)

    def _take(self, found: object) -> None:
        match found:
            case Seen():
                self.seen = found
                self.seen_arrived.emit(found)
            case Cells():
                self._sorted = ((found.document.model.digest, found.look.stage, found.look.order), found.order)
                self.cells_arrived.emit(found)
            case ActiveChannels():
                self.active_arrived.emit(found)
            case Refusal():
                self.refused.emit(str(found))


def first_channels(stage: StageInfo) -> tuple[int, ...]:
    """The first three channels of a stage."""
    return tuple(range(min(3, stage.units)))
