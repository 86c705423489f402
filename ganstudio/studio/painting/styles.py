"""How all of a painted picture looks: styles by chance, of pictures, and between two."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from psygnal import Signal

from ganstudio.core.document import Condition, LatentArray, LatentBlend, LatentValue, Space
from ganstudio.core.inputs import Ability
from ganstudio.core.progress import JobStatus, Progress
from ganstudio.core.project import HeldStyle
from ganstudio.core.store import Array, ArrayRef, Store, is_picture
from ganstudio.engine.compute import Backend
from ganstudio.studio.mixing import latent_name
from ganstudio.studio.names import latent_in_words
from ganstudio.studio.painting.photo_parts import CutPhoto, cut_steps

if TYPE_CHECKING:
    import torch

    from ganstudio.engine.model import Model
    from ganstudio.studio.session import Session

A, B = "A", "B"
SHOWN = 128  # pixels of a held style's picture, or a little more


@dataclass(frozen=True, slots=True, eq=False)
class Style:
    """A latent, what to call it, and a picture of how it looks, uint8 `[h, w, 3]`."""

    name: str
    latent: LatentValue
    picture: Array | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ReadStyle:
    """What an encoder made of a picture."""

    photo: CutPhoto
    z: ArrayRef


class Styles:
    """Lives on the main thread; the style in use is the latent of the document, those held are in the project."""

    changed = Signal()

    def __init__(self, session: "Session") -> None:
        """Read nothing before `open`."""
        self._session = session
        self.words = ""
        self._number = 0
        self._slot = ""
        session.model_changed.connect(self._model_changed)
        session.project_changed.connect(lambda *_told: self.changed.emit())

    @property
    def latent(self) -> LatentValue | None:
        """The style in use; None where the model takes no latent."""
        value = self._session.document.inputs.get(latent_name(self._session.model) or "")
        return None if value is None or isinstance(value, Condition) else value

    @property
    def held(self) -> dict[str, Style]:
        """The styles of the open model to go between, by A and B."""
        info, store = self._session.model, self._session.store
        return {
            style.slot: Style(style.name, style.latent, store.get(style.picture) if is_picture(style.picture) else None)
            for style in self._session.project.styles
            if info is not None and style.model == info.digest
        }

    @property
    def can_encode(self) -> bool:
        """Whether the model reads styles from pictures."""
        info = self._session.model
        return info is not None and Ability.STYLE_ENCODING in info.abilities

    @property
    def share(self) -> float | None:
        """How far the style in use lies from A to B; None where it does not lie between them."""
        value, held = self.latent, self.held
        ends = tuple(held[slot].latent for slot in (A, B) if slot in held)
        if len(ends) < 2:
            return None
        if isinstance(value, LatentBlend) and tuple(latent for latent, _ in value.parts) == ends:
            return value.parts[1][1]
        return float(ends.index(value)) if value in ends else None

    def take(self, slot: str) -> None:
        """Hold the style in use as A or B."""
        value, frame = self.latent, self._session.frame
        if value is not None:
            picture = next(iter(frame.pictures.values())) if frame is not None else None
            self._hold(slot, Style(latent_in_words(value), value, picture), f"Hold the style as {slot}", None)

    def use(self, slot: str) -> None:
        """Go to A or B."""
        style = self.held.get(slot)
        if style is not None:
            self._change(f"Style {slot}", style.latent, None)

    def mix(self, share: float, gesture: str | None) -> None:
        """Go somewhere between A and B: 0 is A, 1 is B."""
        held = self.held
        if A in held and B in held:
            first, second = held[A].latent, held[B].latent
            blend = LatentBlend(((first, 1.0 - share), (second, share)), Space.Z)
            self._change("Between two styles", {0.0: first, 1.0: second}.get(share, blend), gesture)

    def open(self, path: Path, slot: str = "") -> None:
        """Let a picture lend its style, and hold it as A or B where one is named; what goes wrong is told."""
        info = self._session.model
        if info is not None and self.can_encode:
            self.words, self._slot = f"Reading {path.name}…", slot
            steps = partial(style_steps, self._session.store, info.digest, path)
            self._number = self._session.add_job(f"Style {path.name}", steps, self._take_read)
            self.changed.emit()

    def _take_read(self, status: JobStatus) -> None:
        if status.number != self._number:
            return
        found = status.progress.result
        if isinstance(found, ReadStyle):
            self.words = found.photo.words
            latent = LatentArray(Space.Z, found.z)
            words, gesture = f"Style of {found.photo.name}", f"style-{self._number}"
            if self._slot:
                self._hold(self._slot, Style(found.photo.name, latent, found.photo.pixels), words, gesture)
            self._change(words, latent, gesture)
            self._session.end_gesture()
        elif status.is_over and status.state.value != "done":
            self.words = ""
        self.changed.emit()

    def _hold(self, slot: str, style: Style, words: str, gesture: str | None) -> None:
        info, session = self._session.model, self._session
        if info is None:
            return
        others = [each for each in session.project.styles if (each.slot, each.model) != (slot, info.digest)]
        small = None if style.picture is None else session.store.put(thinned(style.picture))
        held = HeldStyle(slot, style.name, style.latent, info.digest, small)
        session.change_project(words, {"styles": (*others, held)}, gesture)

    def _change(self, words: str, latent: LatentValue, gesture: str | None) -> None:
        name = latent_name(self._session.model)
        if name is not None:
            self._session.change(words, f"inputs.{name}", latent, gesture)

    def _model_changed(self, *_told: object) -> None:
        self.words, self._number = "", 0
        self.changed.emit()


def thinned(picture: Array) -> Array:
    """Return a picture uint8 `[h, w, 3]` with fewer pixels where it has many, as it is shown small."""
    step = max(1, max(picture.shape[:2]) // SHOWN)
    return np.ascontiguousarray(picture[::step, ::step, :3])


def style_steps(store: Store, digest: str, path: Path, backend: Backend) -> Iterator[Progress]:
    """Read a picture and its style; the last result is a ReadStyle."""
    photo: CutPhoto | None = None
    for step in cut_steps(backend, store, digest, path):
        photo = step.result if isinstance(step.result, CutPhoto) else photo
        yield Progress(step.done, step.total, step.label)
    assert photo is not None
    z = store.put(style_of(backend.model(digest), photo.pixels))
    yield Progress(1, 1, result=ReadStyle(photo, z))


def style_of(model: "Model", pixels: Array) -> Array:
    """Return the z float32 `[z_dim]` that a model's own encoder sees in a picture uint8 `[R, R, 3]`."""
    import torch

    with torch.no_grad():
        z: Array = model.generator.style_of(as_picture(pixels))[0].float().cpu().numpy()
    return z


def as_picture(pixels: Array) -> "torch.Tensor":
    """Return a picture uint8 `[H, W, 3]` as networks take it, float32 `[1, 3, H, W]` in [-1, 1]."""
    import torch

    return torch.from_numpy(pixels.astype(np.float32).transpose(2, 0, 1) / 127.5 - 1.0)[None]
