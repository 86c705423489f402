"""The search for a photo's latent as the window knows it: what is found so far becomes the document in sight."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from psygnal import Signal

from ganstudio.core.document import Document, LatentArray, Space, joined_codes
from ganstudio.core.errors import StudioError
from ganstudio.core.frame import Problem
from ganstudio.core.inputs import Ability
from ganstudio.core.inverting import LEAST_COMPARED, Method
from ganstudio.core.joined_codes import JoinCodes
from ganstudio.core.progress import JobState, JobStatus
from ganstudio.core.project import KeptLatent, PhotoInHand
from ganstudio.core.store import Array
from ganstudio.studio.kept import free_name
from ganstudio.studio.mixing import latent_name
from ganstudio.studio.photo_run import ENCODING, TUNED, Best, Plan, SearchRun, begins_afresh, codes_in_words, fitting

if TYPE_CHECKING:
    from ganstudio.engine.inverting import Sight
    from ganstudio.studio.session import Session

BUSY = (JobState.WAITING, JobState.RUNNING, JobState.PAUSED)
ONWARD = (Space.W_PLUS, Space.W)
FIRST = {"encoder": "The encoder's answer", "start": "What was found before"}
CURVES = ("perceptual", "pixel")


class NothingToSearchError(StudioError):
    """There is no photo or no model that could draw it."""


class PhotoSearch:
    """Starts, holds and ends searches; lives on the main thread."""

    changed = Signal()
    sight_arrived = Signal(object)

    def __init__(self, session: "Session") -> None:
        """Nothing is searched for before `start`."""
        self._session = session
        self._plan = Plan()
        self.picture: Array | None = None
        self.best: Best | None = None
        self.words = ""
        self.curves: dict[str, list[float]] = {name: [] for name in CURVES}
        self.state: JobState | None = None
        self._number = 0
        self._searches = 0
        self._run: SearchRun | None = None
        self._shown: Document | None = None
        self._source: PhotoInHand | None = None
        self._followed = Plan()

    @property
    def plan(self) -> Plan:
        """How the next search goes, as far as the model allows."""
        info = self._session.model
        return self._plan if info is None else fitting(self._plan, info, self._session.photo.encoders.files)

    @property
    def busy(self) -> bool:
        """Whether a search waits, runs or is held."""
        return self.state in BUSY

    @property
    def held(self) -> bool:
        """Whether a search is held."""
        return self.state is JobState.PAUSED

    @property
    def codes(self) -> str:
        """How many codes draw the picture in sight and where they meet, empty where its latent draws it alone."""
        return codes_in_words(self._session.document)

    @property
    def parted(self) -> JoinCodes | None:
        """The codes that belong to the picture in sight, whether they act or not."""
        edits = self._session.document.edits
        return next((each for each in reversed(edits) if isinstance(each, JoinCodes)), None)

    def join(self, *, on: bool) -> None:
        """Draw the picture in sight by all its codes, or by their mean alone, with which every tool works."""
        join, session = self.parted, self._session
        if join is not None and join.on is not on:
            edits = tuple(dataclasses.replace(join, on=on) if each is join else each for each in session.document.edits)
            session.change("Draw by several codes" if on else "Draw by the codes' mean", "edits", edits)

    @property
    def can_go_on(self) -> bool:
        """Whether there is a result that a search can go on from."""
        hand, info = self._session.project.photo, self._session.model
        if self.busy or hand is None or info is None or hand.found is None:
            return False
        value, several = hand.found.inputs.get(latent_name(info) or ""), self.plan.method is Method.CODES
        searchable = several or self.plan.space in ONWARD or Ability.TRUNCATION not in info.abilities
        searchable &= several or joined_codes(hand.found) is None
        return searchable and isinstance(value, LatentArray) and hand.found.model.digest == info.digest

    def choose(self, plan: Plan) -> None:
        """Search in another way from the next start on."""
        self._plan = plan
        self.changed.emit()

    def start(self) -> None:
        """Search from the beginning."""
        self._begin(onward=False)

    def go_on(self) -> None:
        """Search from what was found last."""
        if self.can_go_on:
            self._begin(onward=True)

    def hold(self, *, paused: bool) -> None:
        """Hold the search before its next step, or let it go on."""
        if self.busy:
            self._session.pause_job(self._number, paused=paused)

    def stop(self) -> None:
        """End the search; the best so far stays."""
        if self.busy:
            self._session.cancel_job(self._number)

    def _begin(self, *, onward: bool) -> None:
        session = self._session
        hand, info = session.project.photo, session.model
        if self.busy:
            return
        if hand is None or info is None or latent_name(info) is None:
            session.failed.emit(Problem(str(NothingToSearchError("Open a photo and a model that draws from latents."))))
            return
        document = hand.found if onward and hand.found is not None else session.document
        folder = session.settings.folder / TUNED
        known = session.photo.encoders.files
        self._run = SearchRun(
            session.store, info, hand, self.plan, document, onward=onward, folder=folder, encoders=known
        )
        self._source, self._followed = hand, self.plan
        self._shown, self.best, self.picture, self.words = session.document, None, None, "Getting ready…"
        if not onward:
            self.curves = {name: [] for name in CURVES}
        self._searches += 1
        self.state = JobState.WAITING
        self._number = session.add_job(f"Search {hand.name}", self._run.steps, self._watch)
        self.changed.emit()

    def _watch(self, status: JobStatus) -> None:
        before, self.state = self.state, status.state
        self._number = status.number
        if status.is_over:
            self._end()
        elif status.progress.result is not None and status.state is JobState.RUNNING:
            self._take(status.progress.result)  # type: ignore[arg-type]
        if before is not status.state:
            self.changed.emit()

    def _take(self, sight: "Sight") -> None:
        for name in CURVES:
            if name in sight.losses and sight.steps:  # the encoder's answer is no step
                self.curves[name].append(sight.losses[name])
        self.picture = sight.best
        self.words = f"Step {sight.number} of {sight.steps}" if sight.steps else FIRST[sight.part]
        self._record(final=False)
        self.sight_arrived.emit(sight)

    def _record(self, *, final: bool) -> None:
        """Make what is best the document in sight, as long as nobody looks at another one; all in one step."""
        run, session = self._run, self._session
        best = run.best if run is not None else None
        hand = session.project.photo
        if best is None or (best is self.best and not final):
            return
        self.best = best
        values: dict[str, object] = {}
        if session.document == self._shown:
            values["documents"] = session.project.with_document(best.document).documents
            self._shown = best.document
        same = hand is not None and self._source is not None and hand.pixels == self._source.pixels
        if hand is not None and same and (values or final):
            values["photo"] = dataclasses.replace(hand, found=best.document, framed_for=self._framed_for(hand))
        if final:
            values["kept"] = (*session.project.kept, self._kept(best))
        if values:
            session.change_project(f"Search the latent of {self._name}", values, f"search {self._searches}")

    def _framed_for(self, hand: PhotoInHand) -> str:
        """A tuned model's pictures are framed like those of the model before."""
        tuned = self._run.tuned if self._run is not None else None
        return hand.framed_for if tuned is None else tuned.digest

    @property
    def _name(self) -> str:
        return Path(self._source.name).stem if self._source is not None else "photo"

    def _kept(self, best: Best) -> KeptLatent:
        session, plan, name = self._session, self._followed, self._name
        value = next(each for each in best.document.inputs.values() if isinstance(each, LatentArray))
        method = plan.method.value if plan.method is not None else ""
        where = codes_in_words(best.document) or plan.space.value
        method = f"{method} in domain" if plan.in_domain and plan.method is Method.HYBRID else method
        starts = (f"{plan.starts} starts",) if plan.starts > 1 and begins_afresh(plan) else ()
        tags = ("photo", method, where, *starts, *dict.fromkeys((best.near, f"PSNR {best.psnr:.1f} dB")))
        near = f"{best.lpips:.3f}" if best.side >= LEAST_COMPARED else f"{best.psnr:.1f} dB"
        return KeptLatent(free_name(session.project.kept, f"{name} · {near}"), best.document, value, tags)

    def _end(self) -> None:
        if self._run is not None and self._run.tuned is not None:
            self._session.know_model(self._run.tuned)
        self._record(final=True)
        self._session.end_gesture()
        best = self.best
        if best is not None:
            by = f"after {best.steps} steps" if best.steps else "without a step"
            if not best.steps and self._followed.method in ENCODING:
                by = "by the encoder"
            several = codes_in_words(best.document)
            by = f"{by}, by {several}" if several else by
            compared = best.side >= LEAST_COMPARED
            mean = f"; the mean's picture has {best.lpips_of_mean:.4f}" if compared else ""
            self.words = f"{best.near} {by}{mean}."
            self._session.noted.emit(f"The latent is kept: {best.near} {by}.")
        else:
            self.words = ""
        self._run = self._shown = None
