"""Directions at work: those that a model offers, those that act on the document, and those that a person teaches."""

import contextlib
import dataclasses
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from psygnal import Signal

from ganstudio.core.direction import Ballot, Direction, Origin
from ganstudio.core.document import Document, MoveAlong, Space
from ganstudio.core.errors import StudioError
from ganstudio.core.frame import ModelInfo, Problem
from ganstudio.core.inputs import Ability
from ganstudio.core.progress import JobStatus, Progress
from ganstudio.core.project import Project
from ganstudio.engine.compute import Backend
from ganstudio.studio.deleted_directions import deleted_from, in_step
from ganstudio.studio.direction_files import (
    SUFFIX,
    Library,
    added,
    read_directions,
    set_aside,
    with_suffix,
    write_directions,
)
from ganstudio.studio.direction_search import Method, Samples, Search, found, imported, judged, plain
from ganstudio.studio.direction_words import described, is_described
from ganstudio.studio.pursuit import Pursuit, Refusal

if TYPE_CHECKING:
    from ganstudio.studio.session import Session

FOLDER = "directions"
EDITS = "edits"
TOLD_EVERY = 25


class Directions:
    """Lives on the main thread; what was found for a model is kept in the user's folder under its digest."""

    offered_changed = Signal()
    taught_changed = Signal()

    def __init__(self, session: "Session") -> None:
        """Follow a session's model."""
        self._session = session
        self.method = Method.COMPONENTS
        self.rows: tuple[int, ...] = ()
        self.offered: tuple[Direction, ...] = ()
        self.taught: Direction | None = None
        self._libraries: dict[Path, Library] = {}
        self._samples = Samples()
        self._job: int | None = None
        self._pupil = Pursuit("Teach a slider", session.add_job, self._lesson, self._taught_steps, self._take_taught)
        session.model_changed.connect(self._model_changed)
        session.project_changed.connect(self._project_changed)
        self._replaced = False
        session.replacing.connect(lambda: self._mark_replaced(replaced=True))
        session.history_changed.connect(lambda: self._mark_replaced(replaced=False))

    @property
    def busy(self) -> bool:
        """Whether directions are being found."""
        return self._job is not None

    @property
    def idle(self) -> bool:
        """Whether nothing is being found or learned."""
        return not self.busy and self._pupil.idle

    @property
    def saved(self) -> tuple[Direction, ...]:
        """The directions that are saved for the open model."""
        return self._library(self._path(Method.SAVED.value))

    @property
    def ballot(self) -> Ballot:
        """What was said of pictures of the open model."""
        return self._session.project.ballot.of(self._session.document.model.digest)

    def choose(self, method: Method, rows: tuple[int, ...] = ()) -> None:
        """Offer what a method found earlier."""
        self.method, self.rows = method, rows
        self._offer()

    def find(self) -> None:
        """Find directions by the method that is chosen; they are kept for later sessions."""
        session, info = self._session, self._session.model
        if info is None or self.method is Method.SAVED or self.busy:
            return
        search = self._search()
        path = self._path(search.key)

        def steps(backend: Backend) -> Iterator[Progress]:
            library = yield from found(search, backend, self._samples, session.store)
            yield Progress(1, 1, f"Found {len(library.directions)} directions", result=library)

        self._job = session.add_job(f"Find directions: {search.method.value}", steps, lambda s: self._take(s, path))
        self.offered_changed.emit()

    @property
    def undescribed(self) -> bool:
        """Whether there are directions of which it was not said yet what they do."""
        return not all(is_described(each) for each in self.offered)

    def describe(self) -> None:
        """Find out what the directions that are offered do, and name them by that."""
        if self.busy or not self.offered:
            return
        library, document = self._as_library(self.offered), plain(self._session.document)
        key = Method.SAVED.value if self.method is Method.SAVED else self._search().key
        path = self._path(key)
        self._job = self._session.add_job(
            "Describe directions", lambda backend: described(library, document, backend), lambda s: self._take(s, path)
        )
        self.offered_changed.emit()

    def stop(self) -> None:
        """Give up what is being found."""
        if self._job is not None:
            self._session.cancel_job(self._job)

    def add(self, direction: Direction, amount: float = 0.0) -> None:
        """Have a slider for a direction; where there is one, set its amount."""
        session = self._session
        ref = session.store.put(direction.step)
        for place, edit in moves_of(session.document).items():
            if edit.direction == ref and edit.layers == direction.layers:
                self._put("Amount of a direction", place, dataclasses.replace(edit, amount=amount, on=True))
                return
        edit = MoveAlong(ref, amount, direction.layers, direction.name, reach=direction.reach)
        session.change(f"Add “{direction.name}”", EDITS, (*session.document.edits, edit))

    def preview(self, direction: Direction, amounts: Sequence[float]) -> list[Document]:
        """The document with a direction at several amounts, for small pictures of it."""
        document = self._session.document
        ref = self._session.store.put(direction.step)
        rest = tuple(
            edit
            for edit in document.edits
            if not (isinstance(edit, MoveAlong) and edit.direction == ref and edit.layers == direction.layers)
        )
        return [
            dataclasses.replace(
                document, edits=(*rest, MoveAlong(ref, amount, direction.layers)) if amount else rest
            )
            for amount in amounts
        ]

    def direction_at(self, place: int) -> Direction:
        """The direction of the edit at a place; its vector has the length of one standard deviation."""
        edit = self._session.document.edits[place]
        assert isinstance(edit, MoveAlong)
        vector = self._session.store.get(edit.direction)
        length = max(float((vector.reshape(-1, vector.shape[-1]) ** 2).sum(axis=1).mean() ** 0.5), 1e-12)
        known = next((each for each in self._known() if self._session.store.put(each.step) == edit.direction), None)
        origin = known.origin if known is not None else Origin.DIFFERENCE
        words = known.evidence if known is not None else ""
        return Direction(edit.name, vector / length, length, origin, edit.layers, edit.reach, words)

    def rename(self, place: int, name: str) -> None:
        """Give a slider another name; an empty one changes nothing."""
        if name.strip():
            self._change("Rename a direction", place, name=name.strip())

    def set_rows(self, place: int, rows: tuple[int, ...]) -> None:
        """Let a direction act on these rows of ws, on all where none are named."""
        self._change("Layers of a direction", place, layers=rows)

    def set_reach(self, place: int, reach: float) -> None:
        """Let a slider go further or less far."""
        self._change("Range of a direction", place, reach=reach)

    def reset(self, place: int) -> None:
        """Put a slider back to 0."""
        self._change("Reset a direction", place, amount=0.0)

    def reset_all(self) -> None:
        """Put all sliders back to 0, in one step."""
        edits = self._session.document.edits
        rest = tuple(dataclasses.replace(each, amount=0.0) if isinstance(each, MoveAlong) else each for each in edits)
        self._session.change("Reset all directions", EDITS, rest)

    def save(self, place: int) -> None:
        """Keep a direction among those that are saved for this model; another one of its name stays."""
        saved = added(self.saved, (self.direction_at(place),))
        self._keep(self._path(Method.SAVED.value), saved, f"Saved the direction “{saved[-1].name}”.")

    def forget(self, name: str) -> None:
        """Take a saved direction away; undo brings it back."""
        session, library = self._session, self._as_library(self.saved)
        gone = deleted_from(library, name, session.document.model.digest, session.store)
        values = {"deleted": (*session.project.deleted, *gone)}
        session.change_project(f"Delete the saved direction “{name}”", values)
        session.noted.emit(f"Deleted the saved direction “{name}”; undo brings it back.")

    def export(self, directions: Sequence[Direction], path: Path) -> None:
        """Write directions into a file to be shared."""
        with self._telling():
            path = with_suffix(path)
            write_directions(path, self._as_library(directions))
            self._session.noted.emit(f"Saved {path}")

    def import_file(self, path: Path) -> None:
        """Take directions of a file among the saved ones, and have sliders for them where they are few."""
        info, document = self._session.model, plain(self._session.document)
        if info is None:
            self._session.failed.emit(Problem(f"{path.name} holds directions of a model; open that model first."))
            return

        def steps(backend: Backend) -> Iterator[Progress]:
            library = yield from imported(path, document, backend, self._samples)
            yield Progress(1, 1, f"Read {len(library.directions)} directions of {path.name}", result=library)

        self._session.add_job(f"Import {path.name}", steps, self._take_imported)

    def vote(self, seed: int, up: bool | None) -> None:
        """Give a random picture a thumb up, one down, or none."""
        ballot = self.ballot.voted(seed, up)
        words = {True: "Thumb up", False: "Thumb down", None: "No thumb"}[up]
        self._session.change_project(f"{words} for seed {seed}", {"ballot": ballot})

    def forget_votes(self) -> None:
        """Begin a new lesson."""
        self._session.change_project("New lesson", {"ballot": Ballot(self._session.document.model.digest)})

    def use_taught(self, name: str) -> None:
        """Have a slider for what was taught."""
        if self.taught is not None:
            self.add(dataclasses.replace(self.taught, name=name.strip() or "Taught"))

    def learn(self) -> None:
        """Learn from the thumbs, if they are others than before; `taught_changed` tells."""
        self._pupil.wake()

    def _lesson(self) -> tuple[Ballot, Document] | None:
        ballot, info = self.ballot, self._session.model
        if info is None or not (ballot.liked or ballot.disliked):
            return None
        return ballot, plain(self._session.document)

    def _taught_steps(self, backend: Backend, wish: tuple[Ballot, Document]) -> Iterator[object]:
        steps: Generator[Progress, None, Direction] = judged(*wish, backend, self._samples)
        while True:
            try:
                next(steps)
            except StopIteration as end:
                yield wish[0], end.value
                return
            yield None

    def _take_taught(self, result: object) -> None:
        if isinstance(result, Refusal):
            self._session.failed.emit(Problem(str(result)))
        elif isinstance(result, tuple) and result[0] == self.ballot:
            self.taught = result[1]
            self.taught_changed.emit()

    def _project_changed(self, after: Project, before: Project) -> None:
        if after.ballot != before.ballot:
            if self._lesson() is None:
                self.taught = None
                self.taught_changed.emit()
            self.learn()
        if after.deleted != before.deleted and not self._replaced:
            self._settle_deleted(after, before)

    def _settle_deleted(self, after: Project, before: Project) -> None:
        for digest in {each.digest for each in (*after.deleted, *before.deleted)}:
            path = self._path(Method.SAVED.value, digest)
            saved = self._library(path)
            library = in_step(saved, digest, after.deleted, before.deleted, self._session.store)
            if library is not None:
                self._keep(path, library.directions, library=library)

    def _mark_replaced(self, *, replaced: bool) -> None:
        self._replaced = replaced  # by another project, which deletes and brings back nothing

    def _model_changed(self, _info: ModelInfo | None) -> None:
        self.rows, self.taught = (), None
        self._offer()
        self.taught_changed.emit()

    def _search(self) -> Search:
        return Search(plain(self._session.document), self.method, self.rows)

    def _offer(self) -> None:
        known = self._session.model is not None
        key = Method.SAVED.value if self.method is Method.SAVED else self._search().key
        self.offered = self._library(self._path(key)) if known else ()
        self.offered_changed.emit()

    def _take(self, status: JobStatus, path: Path) -> None:
        if status.is_over:
            self._job = None
            self.offered_changed.emit()
        elif isinstance(status.progress.result, Library):
            self._keep(path, status.progress.result.directions)

    def _take_imported(self, status: JobStatus) -> None:
        library = status.progress.result
        if status.is_over or not isinstance(library, Library):
            return
        saved = added(self.saved, library.directions)
        self.method = Method.SAVED
        self._keep(self._path(Method.SAVED.value), saved)
        if len(library.directions) == 1:
            self.add(saved[-1])

    def _path(self, key: str, digest: str = "") -> Path:
        info = self._session.model
        digest = digest or (info.digest if info is not None else "none")
        return self._session.settings.folder / FOLDER / digest / f"{key}{SUFFIX}"

    def _library(self, path: Path) -> tuple[Direction, ...]:
        if path not in self._libraries and path.is_file():
            with contextlib.suppress(StudioError):  # a broken file is one that is not there: it is found again
                self._libraries[path] = read_directions(path)
        return self._libraries[path].directions if path in self._libraries else ()

    def _keep(
        self, path: Path, directions: tuple[Direction, ...], told: str = "", library: Library | None = None
    ) -> None:
        library = library or self._as_library(directions)
        unread = path.name == f"{Method.SAVED.value}{SUFFIX}" and path not in self._libraries and path.is_file()
        if unread and (aside := set_aside(path)):
            self._session.failed.emit(Problem(f"{path.name} of this model cannot be read; it is kept as {aside}."))
        self._libraries[path] = library
        with self._telling():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_directions(path, library)
            if told:
                self._session.noted.emit(told)
        self._offer()

    def _known(self) -> tuple[Direction, ...]:
        return (*self.offered, *(() if self.taught is None else (self.taught,)))

    def _as_library(self, directions: Sequence[Direction]) -> Library:
        info = self._session.model
        styled = info is not None and Ability.TRUNCATION in info.abilities
        return Library(tuple(directions), Space.W if styled else Space.Z, info.name if info is not None else "")

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except (OSError, StudioError) as error:
            self._session.failed.emit(Problem(str(error)))

    def _change(
        self,
        label: str,
        place: int,
        *,
        name: str | None = None,
        layers: tuple[int, ...] | None = None,
        reach: float | None = None,
        amount: float | None = None,
    ) -> None:
        edit = self._session.document.edits[place]
        assert isinstance(edit, MoveAlong)
        changed = dataclasses.replace(
            edit,
            name=edit.name if name is None else name,
            layers=edit.layers if layers is None else layers,
            reach=edit.reach if reach is None else reach,
            amount=edit.amount if amount is None else amount,
        )
        self._put(label, place, changed)

    def _put(self, label: str, place: int, edit: MoveAlong) -> None:
        edits = self._session.document.edits
        self._session.change(label, EDITS, (*edits[:place], edit, *edits[place + 1 :]))


def moves_of(document: Document) -> dict[int, MoveAlong]:
    """The directions that act on a document by their places among its edits."""
    return {place: edit for place, edit in enumerate(document.edits) if isinstance(edit, MoveAlong)}
