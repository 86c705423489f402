"""The picture in sight put back into the photo that its latent was searched for: seen, and saved at full size."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from psygnal import Signal

from ganstudio.core.document import Document
from ganstudio.core.errors import SaveError
from ganstudio.core.progress import Progress
from ganstudio.core.project import PasteOptions, PhotoInHand, Project
from ganstudio.core.store import Array
from ganstudio.engine.compute import Backend
from ganstudio.studio.enlargement import PictureEnlarging
from ganstudio.studio.exporting import ExportOptions, full_picture
from ganstudio.studio.photo_reading import whole_photo
from ganstudio.studio.pursuit import Pursuit, Refusal

if TYPE_CHECKING:
    from ganstudio.data.faces.paste import Change
    from ganstudio.studio.session import Session


@dataclass(frozen=True, slots=True)
class PasteWish:
    """What is put back where, and how."""

    document: Document
    hand: PhotoInHand
    options: PasteOptions


class PasteBack:
    """Lives on the main thread; `pasted` is the newest photo with the picture in it, uint8 `[h, w, 3]`."""

    changed = Signal()

    def __init__(self, session: "Session") -> None:
        """Nothing is drawn before somebody watches."""
        self._session = session
        self.pasted: Array | None = None
        self.refusal = ""
        self._watched = False
        self._pursuit = Pursuit("Paste back", session.add_job, self._wanted, self._steps, self._take)
        session.project_changed.connect(self._project_changed)
        session.model_changed.connect(self._wake)

    @property
    def idle(self) -> bool:
        """Whether nothing is being drawn."""
        return self._pursuit.idle

    def watch(self, *, watched: bool) -> None:
        """Draw while somebody looks."""
        self._watched = watched
        self._pursuit.wake()

    @property
    def options(self) -> PasteOptions:
        """How it is put back."""
        return self._session.project.paste

    def choose(self, options: PasteOptions, gesture: str | None = None) -> None:
        """Put it back in another way; what belongs to one gesture is one step of undo."""
        if options != self.options:
            self._session.change_project("Paste back", {"paste": options}, gesture)

    def export(self, path: Path) -> None:
        """Write the whole photo with the picture in it, as a job; the original is never written over."""
        wish = self._wish()
        if wish is not None:
            self._session.add_job(f"Save {path.name}", partial(self._written, path, wish))

    def _written(self, path: Path, wish: PasteWish, backend: Backend) -> Iterator[Progress]:
        from ganstudio.data.faces.paste import paste_into
        from ganstudio.data.photos import save_photo

        if path.resolve() == Path(wish.hand.path).resolve():
            raise SaveError(f"{path.name} is the original photo, which is never written over; choose another name.")
        yield Progress(0, 2, f"Reading {wish.hand.name}")
        photo, square, words = whole_photo(wish.hand, self._session.store)
        yield Progress(1, 2, "Pasting")
        change = yield from change_steps(backend, wish)
        save_photo(photo, paste_into(photo, change, square), path)
        yield Progress(2, 2, " ".join(part for part in (f"Saved {path}.", words) if part))

    def _wish(self) -> PasteWish | None:
        hand, info, document = self._session.project.photo, self._session.model, self._session.document
        if hand is None or info is None or info.digest != document.model.digest:
            return None
        bare = replace(hand, mask=None, notes=(), found=hand.found if self.options.only_change else None)
        return PasteWish(document, bare, self.options)

    def _wanted(self) -> PasteWish | None:
        return self._wish() if self._watched else None

    def _steps(self, backend: Backend, wish: PasteWish) -> Iterator[object]:
        from ganstudio.data.faces.paste import paste

        steps = change_steps(backend, wish)
        while True:
            try:
                next(steps)
            except StopIteration as end:
                change = end.value
                break
            yield None  # a newer wish may be looked at
        yield paste(self._session.store.get(wish.hand.pixels), change, wish.hand.shown_square)

    def _take(self, found: object) -> None:
        self.refusal = str(found) if isinstance(found, Refusal) else ""
        if not isinstance(found, Refusal):
            self.pasted = found  # type: ignore[assignment]
        self.changed.emit()

    def _project_changed(self, after: Project, before: Project) -> None:
        if after.paste != before.paste:
            self.changed.emit()
        self._wake()

    def _wake(self, *_told: object) -> None:
        if self._session.project.photo is None and self.pasted is not None:
            self.pasted = None
            self.changed.emit()
        self._pursuit.wake()


def change_steps(backend: Backend, wish: PasteWish) -> "Generator[Progress, None, Change]":
    """Draw what is put back, step by step."""
    from ganstudio.data.faces.paste import Blend, Change

    options, found = wish.options, wish.hand.found
    enlarging = PictureEnlarging(backend.status().device) if options.enlarge else None
    edited = yield from drawn_steps(backend, wish.document, enlarging)
    before = None
    if options.only_change and found is not None:
        before = yield from drawn_steps(backend, found, enlarging)
    return Change(edited, Blend(options.edge.value), options.feather, before=before)


def drawn_steps(
    backend: Backend, document: Document, enlarging: PictureEnlarging | None
) -> Generator[Progress, None, Array]:
    """Draw a document exactly, enlarged where that is asked for, uint8 `[H, W, 3]`."""
    pixels = full_picture(backend, document, ExportOptions())
    return pixels if enlarging is None else (yield from enlarging.enlarged(pixels))
