"""The time machine of a run: its snapshots as models, between which the state is held, compared and blended."""

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from psygnal import Signal

from ganstudio.core.comparison import Side, SideKind
from ganstudio.core.errors import SaveError, StudioError
from ganstudio.core.frame import ModelOpened, Problem
from ganstudio.core.progress import JobStatus, Progress, Urgency
from ganstudio.engine.compute import Backend
from ganstudio.studio.held_state import held
from ganstudio.studio.pursuit import Pursuit, Refusal

if TYPE_CHECKING:
    from ganstudio.studio.session import Session

BLENDS, MODELS = "blends", "models"
BLENDS_KEPT = 32
GESTURE = "time machine"


class BlendError(StudioError):
    """Two models whose weights cannot be blended."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A model's file; with `other`, the weights between both, `share` of the way there."""

    path: Path
    other: Path | None = None
    share: float = 0.0


class TimeMachine:
    """Lives on the main thread; the newest wish is opened, and the document keeps its state."""

    shown = Signal(Path)  # what is drawn now
    kept = Signal(Path)

    def __init__(self, session: "Session") -> None:
        """Open nothing yet."""
        self._session = session
        self.now: Wanted | None = None
        self._wish: Wanted | None = None
        self._gesture: str | None = None
        self._pursuit = Pursuit("Opening a snapshot", session.add_job, lambda: self._wish, self._open, self._take)

    @property
    def idle(self) -> bool:
        """Whether what is wanted is there."""
        return self._pursuit.idle

    def show(self, path: Path, gesture: str | None = None) -> None:
        """Draw the present state with another model; all that follows with the same gesture is one undo step."""
        self._want(Wanted(path), gesture)

    def blend(self, first: Path, second: Path, share: float, gesture: str | None = None) -> None:
        """Draw the present state with weights between those of two models."""
        self._want(Wanted(first, second, round(share, 3)), gesture)

    def pin(self, side: str, path: Path, title: str) -> None:
        """Put the present state under a model on a side of the comparison."""
        session = self._session
        document, before = session.document, session.model

        def steps(backend: Backend) -> Iterator[Progress]:
            opened = backend.open(str(path))
            kind = SideKind.PINNED
            yield Progress(1, 1, result=Side(kind, title, held(document, before, opened.info)))

        def told(status: JobStatus) -> None:
            if isinstance(status.progress.result, Side) and not status.is_over:
                session.comparison.put(side, status.progress.result)

        session.add_job("Opening a snapshot", steps, told, Urgency.QUICK)

    def keep(self, path: Path, name: str) -> None:
        """Copy a snapshot to the models of this user, so that it stays when the run thins its own."""
        target = self._session.settings.folder / MODELS / f"{name}.safetensors"

        def copy() -> Iterator[Progress]:
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
            except OSError as error:
                raise SaveError(f"{target} cannot be written ({error.strerror}); free some space there.") from error
            yield Progress(1, 1, f"{name} is kept in {target.parent}.", target)

        def told(status: JobStatus) -> None:
            if isinstance(status.progress.result, Path):
                self.kept.emit(status.progress.result)

        self._session.add_beside(f"Keeping {name}", copy, told, Urgency.WORK)

    def _want(self, wish: Wanted, gesture: str | None) -> None:
        self._wish, self._gesture = wish, gesture
        self._pursuit.wake()

    def _open(self, backend: Backend, wish: Wanted) -> Iterator[object]:
        path = wish.path
        if wish.other is not None and wish.share > 0.0:
            path = wish.other
            if wish.share < 1.0:
                path = blended(self._session.settings.folder / BLENDS, wish.path, wish.other, wish.share)
        yield wish, backend.open(str(path))

    def _take(self, found: object) -> None:
        if isinstance(found, Refusal):
            self._session.failed.emit(Problem(str(found)))
        elif isinstance(found, tuple):
            wish, opened = found
            if isinstance(opened, ModelOpened):
                self.now = wish
                self._session.swap_model(opened.info, label_of(wish), self._gesture)
                self.shown.emit(wish.path)


def label_of(wish: Wanted) -> str:
    """Name an undo step."""
    return "Blend snapshots" if wish.other is not None else f"Snapshot {wish.path.stem.lstrip('0') or wish.path.stem}"


def blended(folder: Path, first: Path, second: Path, share: float) -> Path:
    """Write a model whose weights lie between those of two, and return its file; what was written before is kept.

    Raises BlendError where their networks differ.
    """
    import torch

    from ganstudio.checkpoints.checkpoint import GENERATOR, Checkpoint
    from ganstudio.checkpoints.format import save_checkpoint
    from ganstudio.checkpoints.reader import read_checkpoint

    names = "|".join(f"{path}:{path.stat().st_mtime_ns}" for path in (first, second))
    digest = hashlib.blake2b(f"{names}|{share}".encode(), digest_size=8).hexdigest()
    target = folder / f"{digest}-{share:.3f}.safetensors"
    if target.exists():
        return target
    a, b = read_checkpoint(first), read_checkpoint(second)
    mine, theirs = a.tensors[GENERATOR], b.tensors[GENERATOR]
    fits = (a.architecture, a.config) == (b.architecture, b.config) and mine.keys() == theirs.keys()
    if not fits or any(mine[name].shape != theirs[name].shape for name in mine):
        raise BlendError(f"{first.name} and {second.name} are networks of different shapes; blend two of one run.")
    tensors = {
        name: torch.lerp(tensor.float(), theirs[name].float(), share).to(tensor.dtype)
        if tensor.is_floating_point()
        else tensor
        for name, tensor in mine.items()
    }
    provenance = {**a.provenance, "blend": [str(first), str(second), share]}
    folder.mkdir(parents=True, exist_ok=True)
    save_checkpoint(target, Checkpoint(a.architecture, a.config, {GENERATOR: tensors}, {}, provenance, a.licence))
    for old in sorted(folder.glob("*.safetensors"), key=lambda path: path.stat().st_mtime)[:-BLENDS_KEPT]:
        old.unlink(missing_ok=True)
    return target


def nearest(paths: tuple[Path, ...], images_seen: int) -> Path | None:
    """Return the snapshot that lies closest to a number of images."""
    return min(paths, key=partial(_distance, images_seen), default=None)


def _distance(images_seen: int, path: Path) -> int:
    return abs(int(path.stem) - images_seen)
