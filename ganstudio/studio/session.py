"""The state of the program: one project, its history, the open model, and what the computing reports."""

from collections.abc import Callable
from typing import Any

from psygnal import Signal

from ganstudio.core.device import AUTO, Precision
from ganstudio.core.document import Document, replaced, value_at
from ganstudio.core.frame import Activity, DeviceReady, Frame, ModelInfo, ModelOpened, Previews, Problem
from ganstudio.core.progress import JobState, JobStatus, Urgency
from ganstudio.core.project import Project
from ganstudio.core.store import Store
from ganstudio.engine.compute import ChooseDevice, Compute, Event, JobFactory, OpenModel
from ganstudio.studio.beside import Beside, Steps
from ganstudio.studio.compare import Comparison
from ganstudio.studio.directions import Directions
from ganstudio.studio.held_state import held
from ganstudio.studio.history import History, Tree
from ganstudio.studio.layers import Layers
from ganstudio.studio.library import Library
from ganstudio.studio.model_search import search_for
from ganstudio.studio.presets import Presets
from ganstudio.studio.projects import Projects
from ganstudio.studio.recovery import Recovery
from ganstudio.studio.runs import Runs
from ganstudio.studio.settings import Settings
from ganstudio.studio.teaching_lecture import Lecture
from ganstudio.studio.thumbnails import Thumbnails

MakeCompute = Callable[[Callable[[Event], None]], Compute]
LAST_WAIT_S = 0.3


class Session:
    """Lives on the main thread; `receive` is called there with every event of the compute thread."""

    project_changed = Signal(Project, Project)  # after, before
    history_changed = Signal()
    model_changed = Signal(object)  # ModelInfo | None
    frame_arrived = Signal(Frame)
    failed = Signal(Problem)
    succeeded = Signal(str)  # the action of a job that is done, as problems name theirs
    jobs_changed = Signal()
    noted = Signal(str)  # what a job has done, for the status bar
    device_changed = Signal(DeviceReady)
    activity_changed = Signal(Activity)
    replacing = Signal()  # the whole history gives way to another one

    def __init__(self, compute: Compute, settings: Settings, library: Library) -> None:
        """Join the parts; nothing runs before `start`."""
        self.compute, self.settings, self.library = compute, settings, library
        self.history = History(Project())
        self.model: ModelInfo | None = None
        self.device: DeviceReady | None = None
        self.frame: Frame | None = None
        self.activity = Activity()
        self._jobs: dict[int, JobStatus] = {}
        self._watchers: dict[int, Callable[[JobStatus], None]] = {}
        self._models: dict[str, ModelInfo] = {}
        self._asked: ChooseDevice | None = None  # not answered yet
        self._sought = ""  # the digest of the model that is being searched for
        self.previewed: Document | None = None  # drawn instead of the document in sight, kept nowhere
        self.thumbnails = Thumbnails(self.add_job)
        self.projects = Projects(self)
        self.presets = Presets(self)
        self.recovery = Recovery(self, settings.journal_s)
        self.layers, self.comparison, self.directions = Layers(self), Comparison(self), Directions(self)
        self._beside = Beside(compute.tell)
        self.runs = Runs(self)
        self.lecture = Lecture(self)
        from ganstudio.studio.painting.painting import Painting  # both speak of sessions themselves
        from ganstudio.studio.photo import PhotoEditing

        self.photo = PhotoEditing(self)
        self.painting = Painting(self)

    def start(self, first_model: str | None = None) -> None:
        """Start the computing with the remembered device and the first model."""
        self.compute.start()
        if (self.settings.device, self.settings.precision) != (AUTO, Precision.EXACT):
            self.compute.send(ChooseDevice(self.settings.device, self.settings.precision, if_possible=True))
        if self._previews() != Previews():
            self.compute.send(self._previews())
        if first_model is not None:
            self.open_model(first_model)

    def stop(self) -> bool:
        """Keep the settings, then end the computing; tell whether its thread ended within a moment.

        A step that takes long is not waited for: it changes nothing that is kept.
        """
        self.settings.save()
        quiet = self._beside.stop(LAST_WAIT_S)
        return self.compute.stop(LAST_WAIT_S) and quiet

    @property
    def store(self) -> Store:
        """The arrays that documents and kept latents speak of."""
        return self.compute.store

    @property
    def project(self) -> Project:
        """The project as it is now."""
        return self.history.project

    @property
    def document(self) -> Document:
        """The document as it is now."""
        return self.project.document

    def value(self, path: str) -> Any:
        """Return a field of the document by its path, such as `psi` or `inputs.z`."""
        return value_at(self.document, path.split("."))

    def change(self, label: str, path: str, value: Any, gesture: str | None = None) -> None:
        """Set a field of the document; changes with the same gesture become one undo step."""
        self.change_many(label, {path: value}, gesture)

    def change_many(self, label: str, values: dict[str, Any], gesture: str | None = None) -> None:
        """Set several fields of the document in one step."""
        document = self.document
        for path, value in values.items():
            document = replaced(document, path.split("."), value)
        self._record(label, self.project.with_document(document), gesture)

    def change_project(self, label: str, values: dict[str, Any], gesture: str | None = None) -> None:
        """Set several fields of the project, such as `kept` or `timeline.closed`, in one step."""
        project = self.project
        for path, value in values.items():
            project = replaced(project, path.split("."), value)
        self._record(label, project, gesture)

    def end_gesture(self) -> None:
        """Let the next change begin an undo step of its own."""
        self.history.end_gesture()

    def undo(self) -> None:
        """Take the last step back."""
        self._show(self.history.undo)

    def redo(self) -> None:
        """Bring the step back that was taken back last."""
        self._show(self.history.redo)

    def show_document(self, index: int) -> None:
        """Bring another document of the project in sight; that is no step."""
        self._show(lambda: self.history.look_at(index))

    def duplicate_document(self) -> None:
        """Put a copy of the document in sight beside it."""
        self._record("New tab", self.project.with_copy(), None)

    def close_document(self, index: int) -> None:
        """Take a document out of the project; the last one stays."""
        self._record("Close a tab", self.project.without(index), None)

    def go_to_step(self, number: int) -> None:
        """Go to any step of the history."""
        self._show(lambda: self.history.go(number))

    def take_over(self, tree: Tree) -> None:
        """Put a whole history, such as a project file's, in place of the present one."""
        self.replacing.emit()
        before = self.project
        self.history.load(tree)
        self._announce(before)
        if self.model is None:
            self._adopt_model()

    @property
    def jobs(self) -> tuple[JobStatus, ...]:
        """The jobs that wait or run, in order."""
        return tuple(self._jobs.values())

    @property
    def wanted_device(self) -> str:
        """The device that was asked for, `auto` at first."""
        return self.settings.device if self._asked is None else self._asked.device

    @property
    def precision(self) -> Precision:
        """The precision that was asked for."""
        return self.settings.precision if self._asked is None else self._asked.precision

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return self.history.undo_label is not None

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to bring back."""
        return self.history.redo_label is not None

    @property
    def undo_label(self) -> str | None:
        """What undo would take back."""
        return self.history.undo_label

    @property
    def redo_label(self) -> str | None:
        """What redo would bring back."""
        return self.history.redo_label

    def open_model(self, name_or_path: str) -> None:
        """Open a shipped model by name or a checkpoint by path; answers with `model_changed` or `failed`."""
        self.compute.send(OpenModel(name_or_path))

    def know_model(self, info: ModelInfo) -> None:
        """Have a model at hand that a job opened, so that a document which names it is drawn at once."""
        self._models[info.digest] = info
        self.library.remember(info)

    def swap_model(self, info: ModelInfo, label: str, gesture: str | None = None) -> None:
        """Draw the document with another open model; its state is kept as far as it fits."""
        self._models[info.digest] = info
        project = self.project.with_document(held(self.document, self.model, info))
        if self.document.model.digest:
            self._record(label, project, gesture)
            return
        before = self.project
        self.history.begin_from(project)
        self._announce(before)

    def set_device(self, device: str = AUTO, precision: Precision | None = None) -> None:
        """Choose where and how exactly to compute; `device_changed` or `failed` answers."""
        self._asked = ChooseDevice(device, precision or self.precision)
        self.compute.send(self._asked)

    def choose_previews(self, pixels: int, after_ms: int) -> None:
        """Choose how wide previews are (0: none), and how slow a picture must be to have one; kept for later."""
        self.settings.preview_px, self.settings.preview_ms = pixels, after_ms
        self.settings.save_soon()
        self.compute.send(self._previews())

    def _previews(self) -> Previews:
        return Previews(self.settings.preview_px, float(self.settings.preview_ms))

    def preview(self, document: Document | None) -> None:
        """Draw another document without recording it; None goes back to the one in sight."""
        if document != self.previewed:
            self.previewed = document
            self.redraw()

    @property
    def seen(self) -> Document:
        """What the window shows: the document in sight, or the one that is previewed."""
        return self.document if self.previewed is None else self.previewed

    def show(self, frame: Frame) -> None:
        """Show a picture that was drawn before its time, as a preview."""
        self.previewed = self.compute.drawn = frame.document
        self._take_frame(frame)

    def redraw(self) -> None:
        """Draw what the window shows again."""
        if self.seen.model.digest in self._models:
            self.compute.draw(self.seen)

    def add_job(
        self,
        title: str,
        factory: JobFactory,
        watch: Callable[[JobStatus], None] | None = None,
        urgency: Urgency = Urgency.WORK,
    ) -> int:
        """Queue long work; `watch` is called here with every step, what is asked for shows a line under `jobs`."""
        number = self.compute.add_job(title, factory, urgency)
        if watch is not None:
            self._watchers[number] = watch
        return number

    def add_beside(
        self,
        title: str,
        steps: Steps,
        watch: Callable[[JobStatus], None] | None = None,
        urgency: Urgency = Urgency.QUICK,
    ) -> int:
        """Begin long work that touches no device, on a thread of its own; `watch` is called here as with any job."""
        number = self._beside.add(title, steps, urgency)
        if watch is not None:
            self._watchers[number] = watch
        return number

    def cancel_job(self, number: int) -> None:
        """Cancel a job before its next step."""
        (self.compute if number > 0 else self._beside).cancel(number)

    def pause_job(self, number: int, *, paused: bool) -> None:
        """Hold a job before its next step, or let it go on."""
        (self.compute if number > 0 else self._beside).pause(number, paused=paused)

    def receive(self, event: Event) -> None:
        """Take in what the compute thread delivered."""
        match event:
            case Frame():
                self._take_frame(event)
            case ModelOpened(info):
                self._take_model(info)
            case DeviceReady():
                self._take_device(event)
            case Problem():
                self._asked = None
                self.failed.emit(event)
                if self.device is not None:
                    self.device_changed.emit(self.device)  # a refused choice is taken back where it was made
            case Activity():
                self.activity = event
                self.activity_changed.emit(event)
            case JobStatus():
                self._take_job(event)

    def _take_frame(self, frame: Frame) -> None:
        if frame.document.model == self.document.model:
            self.frame = frame
            self.frame_arrived.emit(frame)

    def _take_model(self, info: ModelInfo) -> None:
        self.know_model(info)
        project = self.project.with_document(info.document)
        if info.digest == self.document.model.digest:
            self._adopt_model()
            self.redraw()
            return
        if not self.document.model.digest:
            before = self.project
            self.history.begin_from(project)
            self._announce(before)
            return
        self._record(f"Open {info.name}", project, None)

    def _take_device(self, ready: DeviceReady) -> None:
        self.device = ready
        if ready.asked:
            self.settings.device, self.settings.precision = ready.asked, ready.precision
            if self._asked == ChooseDevice(ready.asked, ready.precision):
                self._asked = None
        self.device_changed.emit(ready)
        self.redraw()

    def _take_job(self, status: JobStatus) -> None:
        watch = self._watchers.get(status.number)
        if status.is_over:
            self._watchers.pop(status.number, None)
        if watch is not None:
            watch(status)
        if status.state is JobState.DONE:
            self.succeeded.emit(status.action)
        if status.urgency not in (Urgency.WORK, Urgency.PATIENT):
            return
        if status.is_over:
            self._jobs.pop(status.number, None)
            if status.state is JobState.DONE and status.progress.label:
                self.noted.emit(status.progress.label)
        else:
            self._jobs[status.number] = status
        self.jobs_changed.emit()

    def _record(self, label: str, project: Project, gesture: str | None) -> None:
        before = self.project
        self.history.record(label, project, gesture)
        self._announce(before)

    def _show(self, move: Callable[[], Project]) -> None:
        before = self.project
        move()
        self._announce(before)

    def _announce(self, before: Project) -> None:
        after = self.project
        if after == before:
            self.history_changed.emit()
            return
        if after.document.model != before.document.model:
            self.previewed = None
            self._adopt_model()
        self.project_changed.emit(after, before)
        self.history_changed.emit()
        self.redraw()

    def _adopt_model(self) -> None:
        wanted = self.document.model
        self.model = self._models.get(wanted.digest)
        if self.model is None and wanted.digest and self._sought != wanted.digest:
            self._sought = wanted.digest
            known = [entry.path for entry in (*self.library.shipped, *self.library.recent)]
            self.add_job(f"Opening {wanted.name}", search_for(wanted, known), self._take_found, Urgency.QUICK)
        self.model_changed.emit(self.model)

    def _take_found(self, status: JobStatus) -> None:
        found = status.progress.result
        if status.is_over:
            self._sought = ""
        elif isinstance(found, ModelOpened):
            self._models[found.info.digest] = found.info
            if found.info.digest == self.document.model.digest:
                self._adopt_model()
                self.redraw()
